//! `lode-verify`: see `lode_verify::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(lode_verify::cli::run(std::env::args_os(), &mut std::io::stdout(), &mut std::io::stderr()))
}

//! `lode`: hands the arguments to the library and its answer to the shell.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(lode::cli::run(std::env::args_os()))
}

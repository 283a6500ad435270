//! The binary `lode-node`: see [`lode_node::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    lode_node::cli::main(std::env::args_os())
}

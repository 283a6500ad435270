//! `lode-demo`: see the library.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match lode_demo::run(lode_demo::Options::parse(), &mut std::io::stdout()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lode-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

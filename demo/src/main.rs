//! `lode-demo`: see the library.

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lode_demo::run(lode_demo::Options::parse(), &mut std::io::stdout()).await
}

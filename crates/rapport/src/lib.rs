//! Layer 4: the program.
//!
//! Consumes command lines, configuration files and the environment; emits a running installation, or what a command
//! prints; owns configuration, wiring, telemetry's output, start and shutdown, the import runner, and the demo.
//!
//! What is deliberately absent: product logic. `serve` wires the stages; every other command is a client of the
//! management API, of a running server or of one started in this process for as long as the command takes. Three
//! commands are no clients, because there is nobody to ask: `init` (makes the first credentials), `doctor`, `backup`.

mod allocator;
pub mod app;
mod cli;
pub mod client;
mod commands;
pub mod config;
mod demo;
mod documents;
mod imports;
mod interrupt;
mod progress;
pub mod setup;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

/// A command that failed.
const FAILED: u8 = 1;
/// A command line or configuration that makes no sense; clap uses the same for its own.
const USAGE: u8 = 2;

/// Runs the command line of this process. Exit codes: 0 done, 1 failed, 2 usage.
#[must_use]
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("rapport: {}", told(&error));
            let usage = error.is::<config::ConfigError>() || error.is::<commands::Usage>();
            ExitCode::from(if usage { USAGE } else { FAILED })
        }
    }
}

/// An error with its causes, those that say nothing new left out.
fn told(error: &anyhow::Error) -> String {
    let mut out = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !out.contains(&text) {
            if !out.is_empty() {
                out.push_str(": ");
            }
            out.push_str(&text);
        }
    }
    out
}

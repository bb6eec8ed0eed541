//! The `rapport` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    rapport::main()
}

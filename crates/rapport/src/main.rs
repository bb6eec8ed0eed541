//! The `rapport` binary.

use std::process::ExitCode;

/// On trial; see docs/adr/0005-engine.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rapport::main()
}

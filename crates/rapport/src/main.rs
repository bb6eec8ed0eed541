//! The `rapport` binary.

use std::process::ExitCode;

/// Sixteen owner threads allocate all the time; see docs/adr/0005-engine.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rapport::main()
}

//! `make bench`: prints the benchmark table.

use rapport_bench::processed::{self, Load};

/// As in the product itself (docs/adr/0005-engine.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let scale = std::env::args().nth(1).and_then(|a| a.parse::<u64>().ok()).unwrap_or(100);
    let load = Load { profiles: 5_000 * scale, events: 10_000 * scale, segments: 50, journeys: 10 };
    rapport_bench::print(&processed::measure(load));
}

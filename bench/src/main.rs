//! `make bench`: prints the benchmark table. Arguments: names of parts (all when none is named) and `scale=0.1` for a
//! quick look; `lake` takes `dir=DIR` with the events of `by_time.parquet`, and keeps what it makes of them there.

use rapport_bench::processed::{self, Load};
use rapport_bench::{Scale, accept, idle, lake, latency, mail, peer};

/// As in the product itself (docs/adr/0005-engine.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn processed(scale: Scale) -> Vec<rapport_bench::Row> {
    let of = |full: f64| (full * scale.0) as u64;
    processed::measure(Load { profiles: of(500_000.0), events: of(1_000_000.0), segments: 50, journeys: 10 })
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|a| a == peer::ARGUMENT) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        return runtime.block_on(peer::serve());
    }
    let scale = args.iter().find_map(|a| a.strip_prefix("scale=")?.parse().ok()).map_or(Scale(1.0), Scale);
    let dir = args.iter().find_map(|a| a.strip_prefix("dir=")).map(std::path::Path::new);
    let parts: [(&str, &dyn Fn() -> Vec<rapport_bench::Row>); 6] = [
        ("idle", &idle::measure),
        ("accept", &|| accept::measure(scale)),
        ("lake", &|| lake::measure(dir)),
        ("latency", &|| latency::measure(scale)),
        ("mail", &|| mail::measure(scale)),
        ("processed", &|| processed(scale)),
    ];
    let named: Vec<&String> = args.iter().filter(|a| !a.contains('=')).collect();
    if let Some(unknown) = named.iter().find(|n| parts.iter().all(|p| p.0 != n.as_str())) {
        let known = parts.map(|p| p.0).join(", ");
        eprintln!("there is no benchmark {unknown:?}; there are {known}");
        std::process::exit(2);
    }
    for (name, measure) in parts {
        if named.is_empty() || named.iter().any(|n| *n == name) {
            rapport_bench::print(&measure());
        }
    }
}

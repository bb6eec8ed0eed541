//! `make bench`: prints the benchmark table. Arguments (`BENCH_ARGS`): names of parts (all when none is named);
//! `--scale 0.1` for a quick look; `--events 100m` of the lake (20m when not given) and of activation (4m when not given);
//! of the lake `--dir DIR`, where its events are kept for the next run, or taken from when there is a `by_time.parquet`.

use std::path::Path;

use rapport_bench::processed::{self, Load};
use rapport_bench::{Scale, accept, activation, campaign, idle, journeys, lake, latency, liquid, mail, peer};

/// As in the product itself (docs/adr/0005-engine.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn processed(scale: Scale) -> Vec<rapport_bench::Row> {
    let of = |full: f64| (full * scale.0) as u64;
    processed::measure(Load { profiles: of(500_000.0), events: of(1_000_000.0), segments: 50, journeys: 20 })
}

/// The value of `--name value`, `--name=value` or `name=value`.
fn option<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let inline = args.iter().find_map(|a| a.trim_start_matches("--").strip_prefix(name)?.strip_prefix('='));
    let flag = format!("--{name}");
    let next = || args.iter().position(|a| *a == flag).and_then(|at| args.get(at + 1)).map(String::as_str);
    inline.or_else(next)
}

/// What can be asked for by `--name`.
const OPTIONS: [&str; 3] = ["scale", "events", "dir"];

/// The first option that there is not.
fn unknown_option(args: &[String]) -> Option<&String> {
    let is_known = |a: &str| OPTIONS.contains(&a.trim_start_matches("--").split('=').next().unwrap_or_default());
    args.iter().find(|a| (a.starts_with("--") || a.contains('=')) && !is_known(a))
}

/// The parts named: what is neither an option nor the value of one.
fn named(args: &[String]) -> Vec<&str> {
    let is_value = |at: usize| at > 0 && args[at - 1].starts_with("--") && !args[at - 1].contains('=');
    let names = args.iter().enumerate().filter(|(at, a)| !a.contains('=') && !a.starts_with("--") && !is_value(*at));
    names.map(|(_, a)| a.as_str()).collect()
}

fn refuse(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(2);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|a| a == peer::ARGUMENT) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        return runtime.block_on(peer::serve());
    }
    match args.as_slice() {
        [argument, dir] if argument == lake::cold::ARGUMENT => return lake::cold::run(Path::new(dir)),
        [argument, dir] if argument == lake::values::ARGUMENT => return lake::values::run(Path::new(dir)),
        _ => {}
    }
    let scale = option(&args, "scale").map_or(Some(1.0), |s| s.parse().ok());
    let Some(scale) = scale.map(Scale) else { refuse("--scale takes a number, for example 0.1") };
    let asked = option(&args, "events").map(lake::place::count);
    let Some(events) = asked.unwrap_or(Some((20e6 * scale.0) as u64)) else {
        refuse("--events takes a number of events, for example 20m or 100m")
    };
    let place = lake::place::Place::new(option(&args, "dir").map(Path::new), events);
    let parts: [(&str, &dyn Fn() -> Vec<rapport_bench::Row>); 11] = [
        ("idle", &idle::measure),
        ("accept", &|| accept::batched(scale)),
        ("single", &|| accept::single(scale)),
        ("lake", &|| lake::measure(&place).unwrap_or_else(|why| refuse(&why))),
        ("latency", &|| latency::measure(scale)),
        ("liquid", &|| liquid::measure(scale)),
        ("mail", &|| mail::measure(scale)),
        ("campaign", &|| campaign::measure(scale)),
        ("processed", &|| processed(scale)),
        ("activation", &|| activation::measure(scale, asked.flatten())),
        ("journeys", &|| journeys::measure(scale)),
    ];
    if let Some(unknown) = unknown_option(&args) {
        let (options, names) = (OPTIONS.map(|o| format!("--{o} …")).join(", "), parts.map(|p| p.0).join(", "));
        refuse(&format!(
            "there is no option {unknown}; there are {options}, and the benchmarks {names} (all when none is named)"
        ));
    }
    let named = named(&args);
    if let Some(unknown) = named.iter().find(|n| parts.iter().all(|p| p.0 != **n)) {
        refuse(&format!("there is no benchmark {unknown:?}; there are {}", parts.map(|p| p.0).join(", ")));
    }
    for (name, measure) in parts {
        if named.is_empty() || named.contains(&name) {
            rapport_bench::print(&measure());
        }
    }
}

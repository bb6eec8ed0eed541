//! A breakdown whose property has a million values: what it takes, in a process of its own.

use std::path::Path;
use std::process::Command;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Event, Json, Partition, ProfileId, Timestamp};
use rapport_insights::trend::{Measure, SeriesRequest, TrendRequest};
use rapport_insights::{Nobody, run as report};
use rapport_lake::{CancelFlag, Lake, LakeConfig};
use serde_json::{Value, json};

use super::data::WS;
use super::timed;
use crate::Row;

/// The argument that makes the benchmark's binary such a process; the lake's directory follows.
pub const ARGUMENT: &str = "--values";
const VALUES: u64 = 1_000_000;
const BATCH: u64 = 10_000;
/// 2025-07-01.
const DAY: i64 = 1_751_328_000_000;

fn fill(dir: &Path) {
    let config = LakeConfig { background: false, hot_bytes: usize::MAX / 4, ..LakeConfig::default() };
    let lake = Lake::open(dir, 1, config).expect("a lake");
    for seq in 0..VALUES / BATCH {
        let row = |n: u64| {
            let mut event = Event::derived(WS, "Order", format!("m{n}"), Timestamp(DAY + n as i64), Default::default());
            event.properties = Json::from_text(&format!(r#"{{"order":"order-{n:09}"}}"#));
            ProcessedEvent { profile: ProfileId::new(Partition(0), n % 50_000), event }
        };
        lake.append(Partition(0), seq + 1, (seq * BATCH..(seq + 1) * BATCH).map(row).collect());
    }
    lake.flush().expect("written");
}

/// Opens the lake, asks for the breakdown, prints what it took as JSON.
pub fn run(dir: &Path) {
    let lake = Lake::open(dir, 1, LakeConfig { background: false, ..LakeConfig::default() }).expect("a lake");
    let before = crate::memory_mb("self");
    let series =
        SeriesRequest { event: Some("Order".to_owned()), measure: Measure::Events, ..SeriesRequest::default() };
    let request = TrendRequest {
        series: vec![series],
        breakdown: Some("order".to_owned()),
        from: Some("2025-07-01".to_owned()),
        to: Some("2025-07-01".to_owned()),
        ..TrendRequest::default()
    };
    let now = Timestamp(DAY + 86_400_000);
    let ask = || report(&request, &lake.snapshot(WS), &Nobody, now, &CancelFlag::new()).expect("a report");
    let (took, found) = timed(ask);
    let lines = found.series.len();
    println!("{}", json!({"ms": took * 1e3, "lines": lines, "peak_mb": crate::peak_mb("self") - before}));
}

/// The rows of the table.
pub(super) fn measure() -> Vec<Row> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fill(dir.path());
    let binary = std::env::current_exe().expect("this binary");
    let out = Command::new(binary).arg(ARGUMENT).arg(dir.path()).output().expect("a process");
    let found: Value = serde_json::from_slice(&out.stdout).expect("its answer");
    let number = |name: &str| found[name].as_f64().expect("a number");
    assert!(number("lines") >= 1.0, "{found}");
    vec![
        Row::new("breakdown of 1 M events by a property of 1 M values", "ms", number("ms")),
        Row::new("  most memory meanwhile, over that of the open lake", "MB", number("peak_mb")).at_most("MB", 300.0),
    ]
}

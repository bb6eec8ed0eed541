//! The first query after a start: a process of its own opens the lake, asks, and says what that took.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::data::{self, WS};
use super::{QUERIES, timed};
use crate::Row;

/// The argument that makes the benchmark's binary such a process; the lake's directory follows.
pub const ARGUMENT: &str = "--cold";
/// Starts measured; the middle one counts.
const STARTS: usize = 3;

/// Opens the lake, asks every question once, prints what it took as JSON.
pub fn run(lake_dir: &Path) {
    let process = std::process::id();
    let before = crate::memory_mb("self");
    let (open, lake) = timed(|| data::open(lake_dir));
    let used = crate::processor_s(process, &[]);
    let (first, _) = timed(|| (QUERIES[0].2)(&lake.snapshot(WS)));
    let used = crate::processor_s(process, &[]) - used;
    let after_first = crate::memory_mb("self");
    for query in &QUERIES[1..] {
        (query.2)(&lake.snapshot(WS));
    }
    let found = json!({
        "open_ms": open * 1e3, "first_ms": first * 1e3, "first_processor_ms": used * 1e3, "events": lake.count(WS),
        "mb": [before, after_first, crate::memory_mb("self")],
    });
    println!("{found}");
}

fn one(lake_dir: &Path) -> Value {
    let binary = std::env::current_exe().expect("this binary");
    let out = Command::new(binary).arg(ARGUMENT).arg(lake_dir).output().expect("a process");
    serde_json::from_slice(&out.stdout).expect("its answer")
}

/// The rows of the table.
pub(super) fn measure(lake_dir: &Path) -> Vec<Row> {
    let mut found: Vec<Value> = (0..STARTS).map(|_| one(lake_dir)).collect();
    let number = |value: &Value| value.as_f64().expect("a number");
    found.sort_by(|a, b| number(&a["first_ms"]).total_cmp(&number(&b["first_ms"])));
    let middle = &found[STARTS / 2];
    let events = number(&middle["events"]);
    let what = format!("lake, {:.1} M events: opening it", events / 1e6);
    let a_event = |upto: usize| (number(&middle["mb"][upto]) - number(&middle["mb"][0])) * 1024.0 * 1024.0 / events;
    vec![
        Row::new(&what, "ms", number(&middle["open_ms"])),
        Row::new("  first query after it", "ms", number(&middle["first_ms"])).at_most("ms", 2_000.0),
        Row::new("  processor time of it", "ms", number(&middle["first_processor_ms"])),
        Row::new("  resident memory then", "B/event", a_event(1)).at_most("B", 16.0),
        Row::new("  and after the other queries", "B/event", a_event(2)).at_most("B", 16.0),
    ]
}

//! The lake against ClickHouse's engine and DuckDB on the same events, in the same run, with equal answers.

pub mod cold;
pub mod data;
pub mod folds;
pub mod peers;
pub mod place;
pub mod segments;
pub mod values;

use std::path::Path;
use std::time::Instant;

use rapport_lake::{CancelFlag, Fold, Lake, Snapshot};

use self::data::{Imported, WS};
use self::folds::{Daily, Funnel, Retention, Segment};
use self::peers::Peers;
use self::place::Place;
use crate::Row;

/// Times each query is run, in turn with the peers; the best of each counts.
const ROUNDS: usize = 7;

/// A question: its name, the peers that are asked too with the ratio to reach, and our answer in their form.
type Query = (&'static str, &'static [(&'static str, f64)], fn(&Snapshot) -> String);

const QUERIES: [Query; 4] = [
    ("funnel", &[("clickhouse", 10.0)], |s| list(&run(s, &Funnel)[1..])),
    ("retention", &[("clickhouse", 8.0), ("duckdb", 1.0)], |s| list(&run(s, &Retention))),
    ("segment", &[("clickhouse", 4.0), ("duckdb", 4.0)], |s| run(s, &Segment).to_string()),
    ("daily uniques", &[("clickhouse", 8.0), ("duckdb", 1.0)], |s| {
        let (days, sum) = run(s, &Daily).answer();
        list(&[days, sum])
    }),
];

fn run<F: Fold>(snapshot: &Snapshot, fold: &F) -> F::Out {
    snapshot.run(fold, &CancelFlag::new()).expect("an answer")
}

fn list(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let out = work();
    (start.elapsed().as_secs_f64(), out)
}

/// Measures. The events are made once and kept with the peers' tables for the next run. Each query is measured by the
/// clock, best of all rounds, and in processor time, which other work on the machine does not change.
///
/// # Errors
/// A sentence when there is not enough room on the disk.
///
/// # Panics
/// When an answer differs from a peer's.
pub fn measure(place: &Place) -> Result<Vec<Row>, String> {
    let lake_dir = place.dir().join("lake");
    if !place.is_ready() {
        place.prepare()?;
        import(place, &lake_dir);
        place.mark_ready();
    }
    let mut rows = cold::measure(&lake_dir);
    let lake = data::open(&lake_dir);
    let events = lake.count(WS) as f64;
    let mut peers = Peers::start(&lake_dir, &place.dir().join("peers")).map_err(|why| println!("peers {why}")).ok();
    for query in QUERIES {
        rows.extend(compare(&lake, peers.as_mut(), query));
    }
    drop(peers);
    rows.extend(segments::measure(&lake));
    let (_, columns, texts) = lake.memory_bytes();
    let bytes = (columns + texts) as f64 / events;
    rows.push(Row::new("  memory of the columns decoded for all of these", "B/event", bytes).at_most("B", 16.0));
    rows.extend(values::measure());
    Ok(rows)
}

/// Time by the clock, best of all rounds, and processor time, mean of all.
#[derive(Clone, Copy)]
struct Taken {
    best: f64,
    processor: f64,
}

impl Taken {
    fn add(&mut self, seconds: f64, processor: f64) {
        self.best = self.best.min(seconds);
        self.processor += processor / ROUNDS as f64;
    }
}

fn compare(lake: &Lake, mut peers: Option<&mut Peers>, (name, engines, ours): Query) -> [Row; 2] {
    let nothing = Taken { best: f64::INFINITY, processor: 0.0 };
    let (mut own, mut theirs) = (nothing, vec![nothing; engines.len()]);
    // Everybody once without a watch: what is decoded or cached then stays.
    ours(&lake.snapshot(WS));
    for (engine, _) in engines {
        peers.as_deref_mut().map(|peers| peers.ask(engine, name));
    }
    for _ in 0..ROUNDS {
        let used = crate::processor_s(std::process::id(), &[]);
        let (took, answer) = timed(|| ours(&lake.snapshot(WS)));
        own.add(took, crate::processor_s(std::process::id(), &[]) - used);
        for ((engine, _), taken) in engines.iter().zip(&mut theirs) {
            let Some(peers) = peers.as_deref_mut() else { continue };
            let used = crate::processor_s(peers.process(), &[]);
            let (took, found) = peers.ask(engine, name).expect("a peer's answer");
            assert_eq!(answer, found, "{name}: ours and {engine}'s answer");
            taken.add(took, crate::processor_s(peers.process(), &[]) - used);
        }
    }
    // A query that takes less than the kernel's clock shows is taken to have used one tick in all rounds.
    let a_second = |processor: f64| 1.0 / processor.max(0.01 / ROUNDS as f64);
    let mut clock = Row::new(&format!("lake: {name}, by the clock"), "1/s", 1.0 / own.best);
    let mut processor = Row::new("  in processor time", "1/s", a_second(own.processor));
    if peers.is_some() {
        for ((engine, ratio), taken) in engines.iter().zip(theirs) {
            clock = clock.against(engine, 1.0 / taken.best, Some(*ratio));
            processor = processor.against(engine, a_second(taken.processor), None);
        }
    }
    [clock, processor]
}

fn import(place: &Place, lake_dir: &Path) {
    let mut import = Imported::into(lake_dir);
    let used = crate::processor_s(std::process::id(), &[]);
    let (took, events) = timed(|| {
        match place.given() {
            Some(path) => data::read(&path, |sample| import.add(&sample)),
            None => data::make(place.events()).for_each(|sample| import.add(&sample)),
        }
        import.finish()
    });
    let used = crate::processor_s(std::process::id(), &[]) - used;
    let each = used * 1e6 / events as f64;
    println!(
        "imported {events} events in {took:.0} s: made, appended, flushed, compacted; {each:.1} µs of processor each"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// The four answers by plain loops over the events.
    fn expected(samples: &[data::Sample]) -> [String; 4] {
        let mut users: BTreeMap<u64, Vec<&data::Sample>> = BTreeMap::new();
        samples.iter().for_each(|s| users.entry(s.user).or_default().push(s));
        let day = |s: &data::Sample| s.ts.div_euclid(86_400_000);
        let (mut funnel, mut retention, mut segment) = ([0u64; 4], [0u64; 3], 0u64);
        let mut daily = BTreeSet::new();
        for (user, list) in &mut users {
            list.sort_by_key(|s| (s.ts, s.event.clone()));
            let of = |name: &str| list.iter().filter(move |s| s.event == name).collect::<Vec<_>>();
            // The furthest step over all chains that begin with an event_00.
            let reached = |from: &data::Sample| {
                let inside = |s: &&&data::Sample| s.ts >= from.ts && s.ts - from.ts <= 7 * 86_400_000;
                let second = of("event_03").into_iter().find(inside);
                // A later event_00 before the second step takes the chain over; its own turn counts it.
                let third = second.and_then(|s| of("event_07").into_iter().filter(inside).find(|t| t.ts >= s.ts));
                1 + u64::from(second.is_some()) + u64::from(third.is_some())
            };
            let best = of("event_00").into_iter().map(|s| reached(s)).max();
            if let Some(best) = best {
                funnel[best as usize] += 1;
            }
            let days: BTreeSet<i64> = list.iter().map(|s| day(s)).collect();
            for (n, d) in retention.iter_mut().zip([20_270, 20_271, 20_277]) {
                *n += u64::from(days.contains(&20_270) && days.contains(&d));
            }
            let late = |name: &str| of(name).into_iter().filter(|s| s.ts > 20_301 * 86_400_000).collect::<Vec<_>>();
            let sum: f64 = late("event_05").iter().map(|s| s.amount).sum();
            segment += u64::from(late("event_02").len() >= 3 && sum > 50.0 && late("event_09").is_empty());
            daily.extend(days.into_iter().map(|d| (d, *user)));
        }
        let days: BTreeSet<i64> = daily.iter().map(|(d, _)| *d).collect();
        [list(&funnel[1..]), list(&retention), segment.to_string(), list(&[days.len() as u64, daily.len() as u64])]
    }

    #[test]
    fn answers_equal_plain_loops_in_memory_in_files_and_after_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let samples: Vec<_> = data::make(20_000).collect();
        let mut import = Imported::into(dir.path());
        samples.iter().for_each(|s| import.add(s));
        assert_eq!(import.finish(), 20_000);
        let lake = data::open(dir.path());
        let found = QUERIES.map(|(_, _, ours)| ours(&lake.snapshot(WS)));
        assert_eq!(found, expected(&samples));
        assert!(found.iter().all(|a| a != "0"), "{found:?}");
    }
}

//! Compaction: what it joins, how much at once, and that a stop at any step leaves nothing half done.

use std::path::Path;

use rapport_domain::event::{EventView, ProcessedEvent};
use rapport_domain::{Event, Json, Partition, ProfileId, Timestamp, WorkspaceId};
use serde_json::Map;

use super::*;
use crate::{CancelFlag, EventRef, Fold, LakeConfig};

const WS: WorkspaceId = WorkspaceId(1);
const STEP_ROWS: usize = 64;
const EVENTS: u64 = 1_000;

/// A lake of one partition with `EVENTS` events of few profiles in several files.
fn filled(dir: &Path) -> Arc<Lake> {
    let config = LakeConfig { background: false, merge_fan_in: 4, step_rows: STEP_ROWS, ..LakeConfig::default() };
    let lake = Lake::open(dir, 1, config).unwrap();
    for seq in 1..=4u64 {
        let row = |n: u64| {
            let number = seq * EVENTS + n;
            let mut event = Event::derived(WS, "Seen", format!("m{number}"), Timestamp(number as i64), Map::new());
            // Of one profile there are more rows than a step may write.
            event.properties = Json::from_text(&format!(r#"{{"n":{number}}}"#));
            ProcessedEvent { profile: ProfileId::new(Partition(0), (n % 3) * (n % 2)), event }
        };
        lake.append(Partition(0), seq, (0..EVENTS / 4).map(row).collect());
        lake.flush().unwrap();
    }
    lake
}

/// Profile and time of every event, as a scan gives them.
struct All;

impl Fold for All {
    type State = Vec<(u64, i64)>;
    type Out = Vec<(u64, i64)>;
    fn begin(&self, _: ProfileId) -> Self::State {
        Vec::new()
    }
    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        state.push((event.profile().0, event.ts().0));
    }
    fn finish(&self, _: ProfileId, state: Self::State, out: &mut Self::Out) {
        out.extend(state);
    }
    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
    }
}

fn scan(lake: &Lake) -> Vec<(u64, i64)> {
    lake.snapshot(WS).run(&All, &CancelFlag::new()).unwrap()
}

fn parquet_files(dir: &Path) -> usize {
    let files = std::fs::read_dir(dir.join("ws1/p00")).unwrap();
    files.filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "parquet")).count()
}

#[test]
fn a_step_is_bounded_and_between_two_of_them_everything_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let lake = filled(dir.path());
    let before = scan(&lake);
    let files = lake.partitions[0].state().spaces[&1].files.clone();
    let mut merging = lake.merging(0, 1, &files).unwrap().unwrap();
    let (mut steps, mut rows) = (0, 0);
    loop {
        assert_eq!(scan(&lake), before, "half a merge is not seen");
        let progress = merging.rewriting.step().unwrap();
        steps += 1;
        match progress {
            Progress::More(written) => {
                assert!(written <= STEP_ROWS, "{written} rows in a step");
                rows += written;
            }
            Progress::Done(made) => {
                let made = made.map(|meta| lake.entry(&lake.partitions[0], meta));
                lake.swap(&lake.partitions[0], 1, &files, made).unwrap();
                break;
            }
        }
    }
    assert_eq!(rows as u64, EVENTS);
    assert!(steps > 4 + EVENTS as usize / STEP_ROWS, "{steps} steps");
    drop((files, merging));
    assert_eq!((parquet_files(dir.path()), scan(&lake)), (1, before));
    assert!(crate::check(dir.path()).unwrap().findings.is_empty());
}

#[test]
fn a_merge_that_is_told_to_stop_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let lake = filled(dir.path());
    let before = scan(&lake);
    for stop_after in 0..12 {
        let mut left = stop_after;
        let go_on = || {
            left -= 1;
            left >= 0
        };
        assert_eq!(lake.compact_while(go_on).unwrap(), 0);
        assert_eq!((parquet_files(dir.path()), scan(&lake)), (4, before.clone()), "stopped after {stop_after} steps");
    }
    assert_eq!(lake.compact().unwrap(), 4);
    assert_eq!((parquet_files(dir.path()), scan(&lake)), (1, before));
}

#[test]
fn neighbours_of_one_tier_are_due() {
    let due = |rows: &[u64]| due_by_rows(&rows.iter().map(|r| Some(*r)).collect::<Vec<_>>(), 4, 1_000_000);
    assert_eq!(due(&[]), None);
    assert_eq!(due(&[10; 3]), None);
    assert_eq!(due(&[10; 4]), Some(0..4));
    assert_eq!(due(&[500_000, 10, 10, 10, 10]), Some(1..5));
    assert_eq!(due(&[20_000, 10, 20_000, 20_000]), Some(0..4), "a higher tier takes smaller neighbours along");
    assert_eq!(due(&[400_000; 4]), None, "would exceed the limit");
    assert_eq!(due_by_rows(&[Some(1), Some(1), None, Some(1), Some(1)], 4, 1_000_000), None, "damage separates");
}

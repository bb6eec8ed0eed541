//! Append, flush, reopen, merge, erase, compact: each alone.

use std::time::Duration;

use rapport_domain::{Partition, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, Lake, LakeConfig, LakeError, check};

use crate::support::*;

#[test]
fn hot_rows_and_files_answer_together_and_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (profile(0, 1), profile(0, 2));
    let lake = open(dir.path());
    lake.append(Partition(0), 1, vec![event(b, "View", 20, "b20"), event(a, "View", 30, "a30")]);
    assert_eq!((lake.persisted(Partition(0)), lake.visible(Partition(0))), (0, 1));
    lake.flush().unwrap();
    assert_eq!(lake.persisted(Partition(0)), 1);
    lake.append(Partition(0), 2, vec![event(a, "Order", 10, "a10"), event(a, "View", 30, "a30-late")]);
    let before = lake.snapshot(WS);
    assert_eq!(ids(&before), ["a10", "a30", "a30-late", "b20"], "one instant: order of arrival");
    assert_eq!((lake.count(WS), lake.count(WorkspaceId(9))), (4, 0));
    assert_eq!((before.seen(Partition(0)), before.seen(Partition(1))), (2, 0));
    lake.append(Partition(0), 3, vec![event(a, "View", 1, "later")]);
    lake.shutdown().unwrap();
    assert_eq!(ids(&before).len(), 4, "a snapshot does not change");
    drop((before, lake));

    let lake = open(dir.path());
    assert_eq!((lake.persisted(Partition(0)), lake.visible(Partition(0))), (3, 3));
    lake.append(Partition(0), 3, vec![event(a, "View", 1, "again")]);
    let snapshot = lake.snapshot(WS);
    assert_eq!(ids(&snapshot), ["later", "a10", "a30", "a30-late", "b20"]);
    assert_eq!(snapshot.event_names(), [("View".to_owned(), 4), ("Order".to_owned(), 1)]);
    let report = check(dir.path()).unwrap();
    assert_eq!((report.rows, report.findings.len()), (5, 0));
    assert!(matches!(Lake::open(dir.path(), 4, config()), Err(LakeError::Partitions { found: 3, expected: 4, .. })));
}

#[test]
fn folds_see_only_the_names_and_times_they_ask_for() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    for (seq, flush) in [(1, true), (2, false)] {
        let rows =
            (0..6).map(|i| event(profile(1, i % 2), ["A", "B", "C"][i as usize % 3], i as i64, &format!("{seq}.{i}")));
        lake.append(Partition(1), seq, rows.collect());
        if flush {
            lake.flush().unwrap();
        }
    }
    let fold = Everything {
        names: Some(vec!["C".into(), "Unheard".into(), "A".into()]),
        range: Some((Timestamp(2), Timestamp(5))),
        ..Everything::default()
    };
    let seen = lake.snapshot(WS).run(&fold, &CancelFlag::new()).unwrap();
    let ids: Vec<&str> = seen.iter().map(|s| s.3.as_str()).collect();
    assert_eq!(ids, ["1.2", "2.2", "1.3", "2.3"]);
    assert!(lake.snapshot_partition(WS, Partition(0)).run(&fold, &CancelFlag::new()).unwrap().is_empty());
    assert_eq!(lake.snapshot_partition(WS, Partition(1)).run(&fold, &CancelFlag::new()).unwrap(), seen);
    // The same by what is not wanted.
    let others = Everything { except: vec!["B".into(), "Unheard".into()], range: fold.range, ..Everything::default() };
    assert_eq!(lake.snapshot(WS).run(&others, &CancelFlag::new()).unwrap(), seen);
    let nothing = Everything { except: ["A", "B", "C"].map(String::from).to_vec(), ..Everything::default() };
    assert!(lake.snapshot(WS).run(&nothing, &CancelFlag::new()).unwrap().is_empty());
}

#[test]
fn merges_join_histories_over_partitions_and_can_be_undone() {
    let dir = tempfile::tempdir().unwrap();
    let (known, here, away) = (profile(1, 5), profile(1, 2), profile(2, 7));
    let lake = open(dir.path());
    lake.append(
        Partition(1),
        1,
        vec![event(known, "V", 20, "k20"), event(here, "V", 10, "h10"), event(here, "V", 20, "h20")],
    );
    lake.append(Partition(2), 1, vec![event(away, "V", 15, "w15"), event(away, "V", 25, "w25")]);
    lake.flush().unwrap();
    let alone = ["h10", "h20", "k20", "w15", "w25"];
    assert_eq!(ids(&lake.snapshot(WS)), alone);
    lake.merged(WS, here, known);
    lake.merged(WS, away, here);
    assert_eq!(lake.merge_target(WS, away), known);
    let joined = ["h10", "w15", "k20", "h20", "w25"];
    assert_eq!(ids(&lake.snapshot(WS)), joined);
    assert_eq!(ids(&lake.snapshot_partition(WS, Partition(1))), joined);
    assert!(ids(&lake.snapshot_partition(WS, Partition(2))).is_empty());
    lake.append(Partition(2), 2, vec![event(away, "V", 12, "w12")]);
    lake.flush().unwrap();
    lake.compact_fully().unwrap();
    drop(lake);
    let lake = open(dir.path());
    assert_eq!(ids(&lake.snapshot(WS)), ["h10", "w12", "w15", "k20", "h20", "w25"]);
    lake.unmerged(WS, away, here);
    lake.unmerged(WS, away, here);
    lake.unmerged(WS, here, known);
    lake.flush().unwrap();
    drop(lake);
    assert_eq!(ids(&open(dir.path()).snapshot(WS)), ["h10", "h20", "k20", "w12", "w15", "w25"]);
}

#[test]
fn a_target_without_events_of_its_own_gets_those_it_absorbed() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(Partition(2), 1, vec![event(profile(2, 1), "V", 1, "x")]);
    lake.merged(WS, profile(2, 1), profile(0, 9));
    let seen = lake.snapshot(WS).run(&Everything::default(), &CancelFlag::new()).unwrap();
    assert_eq!((seen.len(), seen[0].0), (1, profile(0, 9).0));
}

#[test]
fn erasure_reaches_memory_files_and_absorbed_profiles_and_survives_replay() {
    let dir = tempfile::tempdir().unwrap();
    let (gone, part, stays) = (profile(0, 1), profile(1, 1), profile(0, 2));
    let lake = open(dir.path());
    lake.append(Partition(0), 1, vec![event(gone, "V", 1, "g1"), event(stays, "V", 2, "s2")]);
    lake.append(Partition(1), 1, vec![event(part, "V", 3, "p3")]);
    lake.flush().unwrap();
    let replay = vec![event(gone, "V", 4, "g4"), event(stays, "V", 5, "s5")];
    lake.append(Partition(0), 2, replay.clone());
    lake.merged(WS, part, gone);
    let held = lake.snapshot(WS);
    let erased = lake.erase(WS, &[gone]).unwrap();
    assert_eq!((erased.rows, erased.unreadable.len()), (3, 0));
    assert_eq!(ids(&held).len(), 5, "a snapshot taken before still reads what it holds");
    drop(held);
    assert_eq!(ids(&lake.snapshot(WS)), ["s2", "s5"]);
    assert_eq!(lake.erase(WS, &[gone]).unwrap().rows, 0);
    assert_eq!(lake.count(WS), 2);
    drop(lake);
    let lake = open(dir.path());
    lake.append(Partition(0), 2, replay);
    assert_eq!(ids(&lake.snapshot(WS)), ["s2", "s5"]);
    for file in files(dir.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(12).any(|w| w == format!("u{}", gone.0).as_bytes()), "{}", file.display());
    }
    assert_eq!(check(dir.path()).unwrap().findings, []);
}

#[test]
fn compaction_changes_files_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    for seq in 1..=7u64 {
        let rows = (0..50).map(|i| event(profile(0, i % 9), "V", (i * 7 % 20) as i64, &format!("{seq}.{i}")));
        lake.append(Partition(0), seq, rows.collect());
        lake.flush().unwrap();
    }
    let before = lake.snapshot(WS);
    let expected = ids(&before);
    assert_eq!(files(dir.path()).len(), 7);
    assert_eq!(lake.compact().unwrap(), 6);
    assert_eq!(ids(&lake.snapshot(WS)), expected);
    assert_eq!(ids(&before), expected);
    drop(before);
    assert_eq!(files(dir.path()).len(), 2, "replaced files go with their last reader");
    lake.compact_fully().unwrap();
    assert_eq!(files(dir.path()).len(), 1);
    drop(lake);
    assert_eq!(ids(&open(dir.path()).snapshot(WS)), expected);
    assert_eq!(check(dir.path()).unwrap().rows, 350);
}

#[test]
fn background_threads_flush_and_compact_and_queries_can_be_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let config = LakeConfig { flush_rows: 10, merge_fan_in: 2, ..LakeConfig::default() };
    let lake = Lake::open(dir.path(), 1, config).unwrap();
    for seq in 1..=20u64 {
        lake.append(Partition(0), seq, (0..10).map(|i| event(profile(0, i), "V", 1, &format!("{seq}.{i}"))).collect());
        while lake.persisted(Partition(0)) + 2 < seq {
            std::thread::yield_now();
        }
    }
    let flag = CancelFlag::new();
    assert_eq!(lake.snapshot(WS).run(&Everything::default(), &flag).unwrap().len(), 200);
    lake.shutdown().unwrap();
    assert_eq!(lake.persisted(Partition(0)), 20);
    let late = CancelFlag::with_limit(Duration::ZERO);
    assert!(matches!(late.check(), Err(LakeError::TimedOut { .. })));
    flag.cancel();
    assert!(matches!(flag.clone().check(), Err(LakeError::Cancelled)));
}

#[test]
fn files_of_the_first_schema_are_read_and_compacted_into_columns() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lake-v1");
    copy(&fixture, dir.path());
    let open = || Lake::open(dir.path(), 2, config()).unwrap();
    let answers = |lake: &Lake| lake.snapshot(WS).run(&crate::columns::Collect, &CancelFlag::new()).unwrap();
    let timeline = |lake: &Lake| {
        let rows = lake.timeline(WS, profile(0, 1), None, &Default::default(), 9).unwrap();
        rows.into_iter().map(|r| (r.event.ts.0, r.event.properties.map().clone(), r.event.context)).collect::<Vec<_>>()
    };
    let lake = open();
    let (before, rows) = (answers(&lake), timeline(&lake));
    assert_eq!(before.len(), 5, "four of the profile and the one it absorbed, one of another");
    assert_eq!(rows[0].1["total"], serde_json::json!(9_007_199_254_740_993i64));
    assert_eq!((rows[2].0, rows[3].0), (2_000, 1_000));
    lake.compact_fully().unwrap();
    assert_eq!((answers(&lake), timeline(&lake)), (before.clone(), rows.clone()));
    drop(lake);
    let lake = open();
    assert_eq!((answers(&lake), timeline(&lake)), (before, rows));
    drop(lake);
    assert_eq!(check(dir.path()).unwrap().findings, []);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|e| e.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

//! Crashes, damaged files, a disk that refuses.

use std::fs;

use rapport_domain::Partition;
use rapport_lake::{CancelFlag, Lake, LakeConfig, LakeError, check};

use crate::support::*;

#[test]
fn a_file_written_but_not_committed_has_no_effect() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(Partition(0), 1, vec![event(profile(0, 1), "V", 1, "a")]);
    lake.flush().unwrap();
    let manifest = dir.path().join("p00.manifest");
    let committed = fs::read(&manifest).unwrap();
    lake.append(Partition(0), 2, vec![event(profile(0, 1), "V", 2, "b")]);
    lake.flush().unwrap();
    drop(lake);
    // As if the crash came between the second file and its commit.
    fs::write(&manifest, committed).unwrap();
    assert_eq!(files(dir.path()).len(), 2);
    let lake = open(dir.path());
    assert_eq!((files(dir.path()).len(), lake.persisted(Partition(0))), (1, 1));
    lake.append(Partition(0), 2, vec![event(profile(0, 1), "V", 2, "b")]);
    assert_eq!(ids(&lake.snapshot(WS)), ["a", "b"]);
}

#[test]
fn a_damaged_file_is_named_and_left_out_and_never_compacted_away() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    for (seq, id) in [(1, "a"), (2, "b"), (3, "c")] {
        lake.append(Partition(0), seq, vec![event(profile(0, 1), "V", seq as i64, id)]);
        lake.flush().unwrap();
    }
    drop(lake);
    let broken = files(dir.path())[1].clone();
    let mut bytes = fs::read(&broken).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&broken, &bytes).unwrap();
    let lake = open(dir.path());
    let snapshot = lake.snapshot(WS);
    assert_eq!(ids(&snapshot), ["a", "c"]);
    let name = broken.file_name().unwrap().to_string_lossy().into_owned();
    assert!(snapshot.warnings().len() == 1 && snapshot.warnings()[0].contains(&name), "{:?}", snapshot.warnings());
    assert_eq!(lake.count(WS), 2);
    assert!(matches!(lake.timeline(WS, profile(0, 1), None, &Default::default(), 9), Err(LakeError::Corrupt { .. })));
    lake.compact_fully().unwrap();
    assert_eq!(lake.erase(WS, &[profile(0, 1)]).unwrap().unreadable, std::slice::from_ref(&broken));
    drop((snapshot, lake));
    let report = check(dir.path()).unwrap();
    assert_eq!(report.findings.iter().map(|f| &f.path).collect::<Vec<_>>(), [&broken]);
    fs::write(&broken, &bytes[..middle]).unwrap();
    let lake = open(dir.path());
    assert!(lake.snapshot(WS).warnings()[0].contains("bytes long"));
    fs::remove_file(&broken).unwrap();
    drop(lake);
    assert!(open(dir.path()).snapshot(WS).warnings()[0].contains("missing"));
}

#[test]
fn a_damaged_manifest_refuses_to_open() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(Partition(0), 1, vec![event(profile(0, 1), "V", 1, "a")]);
    lake.flush().unwrap();
    drop(lake);
    let manifest = dir.path().join("p00.manifest");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"persisted\":1", "\"persisted\":9");
    fs::write(&manifest, text).unwrap();
    assert!(matches!(Lake::open(dir.path(), PARTITIONS, config()), Err(LakeError::Corrupt { .. })));
    assert_eq!(files(dir.path()).len(), 1, "nothing is removed on the strength of a manifest that cannot be trusted");
}

#[test]
fn when_the_disk_refuses_events_stay_visible_and_the_lake_says_it_is_behind() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::open(dir.path(), PARTITIONS, LakeConfig { hot_bytes: 2_000, ..config() }).unwrap();
    // A file where the workspace's directory belongs makes every write fail, for root too.
    let blocker = dir.path().join("ws1");
    fs::write(&blocker, "").unwrap();
    for seq in 1..=20 {
        lake.append(Partition(0), seq, vec![event(profile(0, seq), "V", 1, &format!("{seq:02}"))]);
        if seq == 10 {
            assert!(matches!(lake.flush(), Err(LakeError::Io { .. })));
        }
    }
    assert!(lake.is_behind(Partition(0)));
    assert_eq!((lake.persisted(Partition(0)), lake.count(WS)), (0, 20));
    assert_eq!(ids(&lake.snapshot(WS)).len(), 20);
    fs::remove_file(&blocker).unwrap();
    lake.flush().unwrap();
    assert_eq!((lake.persisted(Partition(0)), lake.count(WS), lake.is_behind(Partition(0))), (20, 20, false));
    let seen = lake.snapshot(WS).run(&Everything::default(), &CancelFlag::new()).unwrap();
    assert_eq!(seen.len(), 20);
    assert_eq!(files(dir.path()).len(), 1);
}

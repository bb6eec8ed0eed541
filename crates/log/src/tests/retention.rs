//! Releases delete whole segments; rolling lets the newest one go too.

use rapport_domain::{ErrorClass, Partition};

use super::{P, all, config, open, put, segment_files};
use crate::{Log, LogConfig, LogError, SegmentLog};

fn fill(log: &dyn Log, records: u8) {
    (0..records).for_each(|n| put(log, &[(0, &[n; 1_000]), (1, &[n; 10])]).unwrap());
}

#[test]
fn segments_go_when_every_partition_has_passed_them() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 60);
    let before = segment_files(dir.path()).len();
    assert!(before >= 4);
    log.release(Partition(0), 60);
    assert_eq!(segment_files(dir.path()).len(), before, "partition 1 still needs them");
    log.release(Partition(1), 20);
    let first = log.first(Partition(1));
    assert!(first > 0 && first <= 20, "{first}");
    assert!(segment_files(dir.path()).len() < before);
    assert_eq!(all(&log, 1).len() as u64, 60 - first);
    let error = log.read(Partition(1), first - 1, 1, 1).unwrap_err();
    assert!(matches!(error, LogError::Trimmed { first: f, .. } if f == first), "{error}");
    assert_eq!(error.class(), ErrorClass::NotFound);
    log.release(Partition(1), 5);
    log.release(Partition(P), 5);
    log.release(Partition(1), 60);
    assert_eq!(segment_files(dir.path()).len(), 1, "the newest stays");
    drop(log);
    let log = open(dir.path());
    assert_eq!((log.head(Partition(0)), log.head(Partition(1))), (60, 60));
    fill(&log, 2);
    assert_eq!(all(&log, 1).last().unwrap(), &[1; 10]);
}

#[test]
fn rolling_lets_everything_released_go_and_keeps_the_offsets() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.roll().unwrap();
    assert_eq!(segment_files(dir.path()).len(), 0, "an empty log has nothing to roll");
    put(&log, &[(0, b"secret"), (2, b"secret")]).unwrap();
    let old = segment_files(dir.path());
    log.roll().unwrap();
    log.roll().unwrap();
    assert_eq!(segment_files(dir.path()).len(), 2);
    log.release(Partition(0), 1);
    assert_eq!(log.read(Partition(2), 0, 1, 100).unwrap().len(), 1);
    log.release(Partition(2), 1);
    assert!(!old[0].exists());
    assert!(matches!(log.read(Partition(2), 0, 1, 100), Err(LogError::Trimmed { first: 1, .. })), "nor from memory");

    // The other order: released first, rolled later; and after reopening.
    put(&log, &[(0, b"secret")]).unwrap();
    log.release(Partition(0), 2);
    drop(log);
    let log = open(dir.path());
    log.release(Partition(0), 2);
    log.release(Partition(2), 1);
    let old = segment_files(dir.path());
    log.roll().unwrap();
    assert!(!old[0].exists());
    assert_eq!((log.first(Partition(0)), log.head(Partition(0)), log.head(Partition(2))), (2, 2, 1));
    drop(log);
    let log = open(dir.path());
    assert_eq!((log.first(Partition(0)), log.head(Partition(0)), log.head(Partition(2))), (2, 2, 1));
    put(&log, &[(0, b"next")]).unwrap();
    assert_eq!(all(&log, 0), [b"next".to_vec()]);
}

#[test]
fn memory_is_bounded_and_emptied_by_releases() {
    let dir = tempfile::tempdir().unwrap();
    let config = LogConfig { tail_cache_bytes: 10_000, segment_bytes: 1 << 20, ..config(dir.path()) };
    let log = SegmentLog::open(&config).unwrap();
    fill(&log, 50);
    assert!((5_000..=10_000).contains(&log.tail_cache_bytes()), "{}", log.tail_cache_bytes());
    log.release(Partition(0), 50);
    log.release(Partition(1), 49);
    assert!((1_000..1_200).contains(&log.tail_cache_bytes()), "one block: {}", log.tail_cache_bytes());
    log.release(Partition(1), 50);
    assert_eq!(log.tail_cache_bytes(), 0);
    assert_eq!(all(&log, 0).len(), 50, "the file still has them");
}

#[test]
fn a_batch_larger_than_a_segment_gets_one_of_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 3);
    let large = vec![9; 100_000];
    put(&log, &[(0, &large), (3, b"x")]).unwrap();
    fill(&log, 3);
    drop(log);
    let log = open(dir.path());
    assert_eq!(all(&log, 0)[3], large);
    assert_eq!(all(&log, 0).len(), 7);
}

#[test]
fn a_file_that_cannot_be_deleted_yet_leaves_no_gap() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 60);
    let files = segment_files(dir.path());
    // A directory of that name cannot be removed as a file, whoever asks.
    let aside = dir.path().join("aside");
    std::fs::rename(&files[0], &aside).unwrap();
    std::fs::create_dir(&files[0]).unwrap();
    log.release(Partition(0), 60);
    log.release(Partition(1), 60);
    assert!(files[1].exists(), "later ones wait for the first");
    std::fs::remove_dir(&files[0]).unwrap();
    std::fs::rename(&aside, &files[0]).unwrap();
    log.release(Partition(1), 60);
    assert_eq!(segment_files(dir.path()).len(), 1);
}

//! Append, read, reopen, wait, and the limits.

use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rapport_domain::{ErrorClass, Partition};

use super::{P, all, batch, config, open, put};
use crate::{AppendBatch, Log, LogConfig, LogError, MemoryLog, SegmentLog};

fn both(check: impl Fn(&dyn Log)) {
    let dir = tempfile::tempdir().unwrap();
    check(&open(dir.path()));
    check(&MemoryLog::new(P));
}

#[test]
fn what_is_acknowledged_can_be_read_and_survives_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    put(&log, &[(0, b"a"), (3, b"b"), (0, b"")]).unwrap();
    put(&log, &[(3, b"c")]).unwrap();
    assert_eq!(all(&log, 0), [b"a".to_vec(), b"".to_vec()]);
    drop(log);
    for _ in 0..3 {
        let log = open(dir.path());
        assert_eq!(all(&log, 0), [b"a".to_vec(), b"".to_vec()]);
        assert_eq!(all(&log, 3), [b"b".to_vec(), b"c".to_vec()]);
        assert_eq!((log.head(Partition(3)), log.head(Partition(1))), (2, 0));
    }
    let log = open(dir.path());
    put(&log, &[(3, b"d")]).unwrap();
    drop(log);
    assert_eq!(all(&open(dir.path()), 3), [b"b".to_vec(), b"c".to_vec(), b"d".to_vec()]);
}

#[test]
fn many_segments_read_back_the_same_from_memory_and_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let small_cache = LogConfig { tail_cache_bytes: 2_000, ..config(dir.path()) };
    let expected: Vec<Vec<u8>> =
        (0..2_000u32).map(|n| format!("record {n} ").repeat(1 + n as usize % 9).into()).collect();
    let log = SegmentLog::open(&small_cache).unwrap();
    for (n, chunk) in expected.chunks(11).enumerate() {
        let mut batch = AppendBatch::new();
        chunk.iter().for_each(|r| batch.push_bytes(Partition(2), r));
        batch.push_bytes(Partition((n % 2) as u16), b"other");
        log.append(batch).unwrap().wait_blocking().unwrap();
    }
    assert!(super::segment_files(dir.path()).len() > 3);
    assert_eq!(all(&log, 2), expected);
    for from in [0u64, 1, 10, 11, 12, 999, 1_998, 1_999] {
        let read = log.read(Partition(2), from, 3, usize::MAX).unwrap();
        assert_eq!(read.iter().next(), Some((from, expected[from as usize].as_slice())));
    }
    drop(log);
    assert_eq!(all(&open(dir.path()), 2), expected);
}

#[test]
fn concurrent_appends_share_commits_and_keep_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(SegmentLog::open(&LogConfig { segment_bytes: 1 << 20, ..config(dir.path()) }).unwrap());
    thread::scope(|scope| {
        for writer in 0..8u32 {
            let log = Arc::clone(&log);
            scope.spawn(move || {
                let acks: Vec<_> = (0..200u32)
                    .map(|n| {
                        let record = [writer.to_le_bytes(), n.to_le_bytes()].concat();
                        log.append(batch(&[(0, &record), ((writer % 4) as u16, &record)])).unwrap()
                    })
                    .collect();
                acks.into_iter().for_each(|ack| ack.wait_blocking().unwrap());
            });
        }
    });
    let records = all(&*log, 0);
    assert_eq!(records.len(), 1_600 + 400);
    for writer in 0..8u32 {
        let own = records.iter().filter(|r| r[..4] == writer.to_le_bytes());
        let mut numbers: Vec<_> = own.map(|r| u32::from_le_bytes(r[4..].try_into().unwrap())).collect();
        assert!(numbers.is_sorted());
        numbers.dedup();
        assert_eq!(numbers.len(), 200);
    }
    let blocks = crate::verify(dir.path()).unwrap().blocks;
    assert!(blocks < 1_600, "1,600 appends took {blocks} commits");
}

#[tokio::test]
async fn acks_are_futures() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(batch(&[(0, b"x")])).unwrap().await.unwrap();
    log.append(AppendBatch::new()).unwrap().await.unwrap();
    assert_eq!(log.head(Partition(0)), 1);
}

#[test]
fn reads_respect_their_limits_and_give_at_least_one_record() {
    both(|log| {
        put(log, &[(1, &[1; 100]), (1, &[2; 100]), (1, &[3; 100])]).unwrap();
        let count = |from, records, bytes| log.read(Partition(1), from, records, bytes).unwrap().len();
        assert_eq!(count(0, 10, 10_000), 3);
        assert_eq!(count(0, 2, 10_000), 2);
        assert_eq!(count(0, 10, 250), 2);
        assert_eq!(count(1, 10, 1), 1);
        assert_eq!(count(1, 0, 0), 1);
        assert_eq!(count(3, 10, 10_000), 0);
        assert_eq!(log.read(Partition(1), 0, 2, 1_000).unwrap().bytes(), 200);
        assert!(matches!(log.read(Partition(1), 4, 1, 1), Err(LogError::Ahead { from: 4, head: 3, .. })));
        assert!(matches!(log.read(Partition(P), 0, 1, 1), Err(LogError::UnknownPartition { .. })));
        assert!(matches!(put(log, &[(P, b"x")]), Err(LogError::UnknownPartition { partitions: P, .. })));
    });
}

#[test]
fn waiting_ends_with_a_record_a_wake_or_the_timeout() {
    both(|log| {
        let p = Partition(1);
        let began = Instant::now();
        assert!(!log.wait(p, 0, Duration::from_millis(20)));
        assert!(began.elapsed() >= Duration::from_millis(20));
        log.wake(p);
        assert!(!log.wait(p, 0, Duration::from_secs(60)), "a wake before the wait counts");
        thread::scope(|scope| {
            let waiter = scope.spawn(|| log.wait(p, 0, Duration::MAX));
            put(log, &[(0, b"elsewhere")]).unwrap();
            put(log, &[(1, b"here")]).unwrap();
            assert!(waiter.join().unwrap());
            let waiter = scope.spawn(|| log.wait(p, 1, Duration::from_secs(60)));
            log.wake(p);
            assert!(!waiter.join().unwrap());
        });
        assert!(log.wait(p, 0, Duration::ZERO));
        assert!(began.elapsed() < Duration::from_secs(50));
    });
}

#[test]
fn a_failed_push_leaves_the_batch_as_it_was() {
    let mut batch = AppendBatch::with_capacity(2, 10);
    batch.push_bytes(Partition(0), b"kept");
    let failed = batch.try_push(Partition(0), |buf| {
        buf.extend_from_slice(b"half");
        Err("no")
    });
    assert_eq!(failed, Err("no"));
    batch.try_push(Partition(1), |buf| std::io::Write::write_all(buf, b"whole")).unwrap();
    let log = MemoryLog::new(P);
    log.append(batch).unwrap().wait_blocking().unwrap();
    assert_eq!((all(&log, 0), all(&log, 1)), (vec![b"kept".to_vec()], vec![b"whole".to_vec()]));
}

#[test]
fn another_number_of_partitions_and_bad_configuration_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    put(&open(dir.path()), &[(0, b"x")]).unwrap();
    let other = LogConfig { partitions: 8, ..config(dir.path()) };
    assert!(matches!(SegmentLog::open(&other), Err(LogError::PartitionsDiffer { found: 4, expected: 8, .. })));
    for bad in [
        LogConfig { partitions: 0, ..config(dir.path()) },
        LogConfig { segment_bytes: 1, ..config(dir.path()) },
        LogConfig { commit_bytes: 0, ..config(dir.path()) },
        LogConfig { queue_bytes: 1, ..config(dir.path()) },
        LogConfig { queue_records: 0, ..config(dir.path()) },
    ] {
        let error = SegmentLog::open(&bad).unwrap_err();
        assert_eq!((error.code(), error.class()), ("log_invalid_config", ErrorClass::Invalid));
    }
}

#[test]
fn one_directory_one_process() {
    const CHILD: &str = "RAPPORT_LOG_TEST_LOCK_DIR";
    if let Some(dir) = std::env::var_os(CHILD) {
        let error = SegmentLog::open(&config(dir.as_ref())).unwrap_err();
        assert!(matches!(error, LogError::Locked { .. }), "{error}");
        println!("refused");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::round_trip::one_directory_one_process", "--nocapture"])
        .env(CHILD, dir.path())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&child.stdout).contains("refused"), "{child:?}");
    assert!(matches!(SegmentLog::open(&config(dir.path())), Err(LogError::Locked { .. })));
    drop(log);
    open(dir.path());
}

//! A full queue, a full disk, failing writes and syncs.

use std::io;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use parking_lot::{Condvar, Mutex};
use rapport_domain::{ErrorClass, Partition};

use super::{P, all, batch, config, crash_copy, open, put, segment_files};
use crate::disk::{Disk, Op};
use crate::{FindingKind, Log, LogConfig, LogError, MemoryLog, SegmentLog, verify};

/// A switch that makes chosen operations fail.
#[derive(Clone, Default)]
struct Faults(Arc<Mutex<Vec<(Op, io::ErrorKind)>>>);

impl Faults {
    fn disk(&self) -> Disk {
        let faults = Arc::clone(&self.0);
        let fault = move |op| match faults.lock().iter().find(|(failing, _)| *failing == op) {
            Some((_, kind)) => Err(io::Error::from(*kind)),
            None => Ok(()),
        };
        Disk { fault: Some(Arc::new(fault)) }
    }

    fn set(&self, faults: &[(Op, io::ErrorKind)]) {
        *self.0.lock() = faults.to_vec();
    }
}

#[test]
fn a_full_disk_refuses_and_recovers_without_a_trace() {
    let dir = tempfile::tempdir().unwrap();
    let faults = Faults::default();
    let log = SegmentLog::open_on(&config(dir.path()), faults.disk()).unwrap();
    let full = io::ErrorKind::StorageFull;
    put(&log, &[(0, b"before")]).unwrap();
    for failing in [&[(Op::Write, full)][..], &[(Op::Write, full), (Op::Truncate, full)], &[(Op::Sync, full)]] {
        faults.set(failing);
        for _ in 0..2 {
            let error = put(&log, &[(0, &[7; 500])]).unwrap_err();
            assert!(matches!(error, LogError::StorageFull { .. }), "{failing:?}: {error}");
            assert_eq!(error.class(), ErrorClass::Transient);
        }
        let head = log.head(Partition(0));
        faults.set(&[]);
        put(&log, &[(0, b"again")]).unwrap();
        assert_eq!(log.head(Partition(0)), head + 1);
        let copy = crash_copy(dir.path());
        assert_eq!(verify(copy.path()).unwrap().findings, [], "{failing:?}");
        assert_eq!(all(&open(copy.path()), 0), all(&log, 0));
    }
    assert_eq!(all(&log, 0), [b"before".to_vec(), b"again".to_vec(), b"again".to_vec(), b"again".to_vec()]);
}

#[test]
fn no_room_for_the_next_segment_refuses_and_recovers() {
    for op in [Op::Create, Op::Allocate, Op::Write, Op::Sync] {
        let dir = tempfile::tempdir().unwrap();
        let faults = Faults::default();
        let log = SegmentLog::open_on(&config(dir.path()), faults.disk()).unwrap();
        put(&log, &[(0, &[1; 12_000])]).unwrap();
        faults.set(&[(op, io::ErrorKind::StorageFull)]);
        for _ in 0..2 {
            let error = put(&log, &[(0, &[2; 12_000])]).unwrap_err();
            assert!(matches!(error, LogError::StorageFull { .. }), "{op:?}: {error}");
            assert!(matches!(log.roll(), Err(LogError::StorageFull { .. })), "{op:?}");
        }
        assert_eq!(segment_files(dir.path()).len(), 1, "{op:?}");
        assert_eq!(all(&log, 0).len(), 1, "what is stored stays readable");
        faults.set(&[]);
        put(&log, &[(0, &[3; 12_000])]).unwrap();
        assert_eq!(all(&log, 0), [vec![1; 12_000], vec![3; 12_000]], "{op:?}");
        drop(log);
        assert_eq!(all(&open(dir.path()), 0), [vec![1; 12_000], vec![3; 12_000]], "{op:?}");
    }
}

#[test]
fn after_a_failed_sync_only_a_new_segment_acknowledges() {
    for also in [None, Some((Op::Truncate, io::ErrorKind::Other))] {
        let dir = tempfile::tempdir().unwrap();
        let faults = Faults::default();
        let log = SegmentLog::open_on(&config(dir.path()), faults.disk()).unwrap();
        put(&log, &[(0, b"one"), (1, b"one")]).unwrap();
        let failing: Vec<_> = [(Op::Sync, io::ErrorKind::Other)].into_iter().chain(also).collect();
        faults.set(&failing);
        let error = put(&log, &[(0, b"lost"), (2, b"lost")]).unwrap_err();
        assert_eq!((error.code(), error.class()), ("log_io", ErrorClass::Transient));
        assert!(
            matches!(put(&log, &[(0, b"lost too")]), Err(LogError::Io { .. })),
            "the new segment cannot sync either"
        );
        assert_eq!((log.head(Partition(0)), log.head(Partition(2))), (1, 0));
        faults.set(&[]);
        put(&log, &[(0, b"two"), (1, b"two")]).unwrap();
        assert_eq!(segment_files(dir.path()).len(), 2);
        assert_eq!(all(&log, 0), [b"one".to_vec(), b"two".to_vec()]);
        // The failed commit may still lie in the old segment; the new one says that it is not part of the log.
        for dir in [crash_copy(dir.path()).path(), {
            drop(log);
            dir.path()
        }] {
            assert_eq!(verify(dir).unwrap().findings, []);
            let log = open(dir);
            assert_eq!(all(&log, 0), [b"one".to_vec(), b"two".to_vec()]);
            assert_eq!(all(&log, 1), [b"one".to_vec(), b"two".to_vec()]);
            assert_eq!(all(&log, 2), Vec::<Vec<u8>>::new());
        }
    }
}

#[test]
fn a_full_queue_refuses_at_once_and_takes_again_later() {
    let dir = tempfile::tempdir().unwrap();
    let gate = Arc::new((Mutex::new(true), Condvar::new()));
    let held = Arc::clone(&gate);
    let fault = move |op| {
        let (shut, bell) = &*held;
        let mut shut = shut.lock();
        while op == Op::Write && *shut {
            bell.wait(&mut shut);
        }
        Ok(())
    };
    *gate.0.lock() = false;
    let limits = LogConfig { queue_bytes: 4_000, commit_bytes: 4_000, queue_records: 10, ..config(dir.path()) };
    let log = SegmentLog::open_on(&limits, Disk { fault: Some(Arc::new(fault)) }).unwrap();
    *gate.0.lock() = true;
    let mut acks = vec![log.append(batch(&[(0, b"in flight")])).unwrap()];
    // Until the writer holds the first one, it may still count as waiting.
    let refused = |record: &[u8], acks: &mut Vec<_>| loop {
        match log.append(batch(&[(0, record)])) {
            Ok(ack) => acks.push(ack),
            Err(error) => break error,
        }
        assert!(acks.len() < 50);
        thread::yield_now();
    };
    let by_bytes = refused(&[1; 1_500], &mut acks);
    assert!(matches!(by_bytes, LogError::Overloaded { retry_after_ms: 100..=5_000 }), "{by_bytes}");
    assert_eq!(by_bytes.class(), ErrorClass::Throttled);
    let by_records = refused(b"", &mut acks);
    assert!(matches!(by_records, LogError::Overloaded { .. }));
    assert!(matches!(log.append(batch(&[(0, &[0; 4_000])])), Err(LogError::TooLarge { bytes: 4_008, limit: 4_000 })));
    *gate.0.lock() = false;
    gate.1.notify_all();
    let accepted = acks.len();
    acks.into_iter().for_each(|ack| ack.wait_blocking().unwrap());
    put(&log, &[(0, b"again")]).unwrap();
    assert_eq!(log.head(Partition(0)) as usize, accepted + 1);
}

#[test]
fn a_full_memory_log_refuses_until_released() {
    let log = MemoryLog::with_capacity(P, 100);
    put(&log, &[(0, &[1; 60])]).unwrap();
    assert!(matches!(put(&log, &[(0, &[1; 60])]), Err(LogError::Overloaded { .. })));
    assert!(matches!(put(&log, &[(0, &[1; 100])]), Err(LogError::TooLarge { .. })));
    log.release(Partition(0), 1);
    put(&log, &[(0, &[1; 60])]).unwrap();
    assert_eq!(log.first(Partition(0)), 1);
}

#[test]
fn dropping_the_log_commits_what_waits() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let acks: Vec<_> = (0..50u8).map(|n| log.append(batch(&[(0, &[n])])).unwrap()).collect();
    drop(log);
    acks.into_iter().for_each(|ack| ack.wait_blocking().unwrap());
    assert_eq!(all(&open(dir.path()), 0).len(), 50);
}

/// A file system of 1 MiB, where it may be mounted.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(dir.path()).output();
        mount.is_ok_and(|done| done.status.success()).then_some(SmallDisk(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[test]
fn a_really_full_disk_loses_nothing_acknowledged() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: mounting a small tmpfs needs root");
        return;
    };
    let dir = disk.0.path().join("log");
    let config = LogConfig { segment_bytes: 256 << 10, ..config(&dir) };
    let log = SegmentLog::open(&config).unwrap();
    let mut accepted = 0u64;
    let error = loop {
        match put(&log, &[(0, &[accepted as u8; 10_000])]) {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
        assert!(accepted < 200);
    };
    assert!(matches!(error, LogError::StorageFull { .. }), "{error}");
    assert!(accepted > 50, "{accepted}");
    let records = |log: &SegmentLog| all(log, 0).iter().map(|r| r[0]).collect::<Vec<_>>();
    assert_eq!(records(&log), (0..accepted as u8).collect::<Vec<_>>());
    log.release(Partition(0), accepted);
    put(&log, &[(0, &[accepted as u8; 10_000])]).unwrap();
    drop(log);
    let log = SegmentLog::open(&config).unwrap();
    assert_eq!(log.head(Partition(0)), accepted + 1);
    assert_eq!(records(&log).last(), Some(&(accepted as u8)));
    assert!(verify(&dir).unwrap().findings.iter().all(|f| f.kind != FindingKind::Corrupt));
}

//! Tests of the whole log against real directories, with a disk that can be made to fail.

mod corruption;
mod faults;
mod fixture;
mod model;
mod retention;
mod round_trip;
mod speed;

use std::fs;
use std::path::Path;

use rapport_domain::Partition;

use crate::{AppendBatch, Log, LogConfig, LogError, SegmentLog};

pub(super) const P: u16 = 4;

pub(super) fn config(dir: &Path) -> LogConfig {
    LogConfig { partitions: P, segment_bytes: 16 << 10, ..LogConfig::new(dir) }
}

pub(super) fn open(dir: &Path) -> SegmentLog {
    SegmentLog::open(&config(dir)).unwrap()
}

pub(super) fn batch(records: &[(u16, &[u8])]) -> AppendBatch {
    let mut batch = AppendBatch::new();
    records.iter().for_each(|(p, bytes)| batch.push_bytes(Partition(*p), bytes));
    batch
}

pub(super) fn put(log: &dyn Log, records: &[(u16, &[u8])]) -> Result<(), LogError> {
    log.append(batch(records)).and_then(crate::Ack::wait_blocking)
}

/// Reads a partition from its first offset to its head, a few records at a time, and checks the offsets.
pub(super) fn all(log: &dyn Log, partition: u16) -> Vec<Vec<u8>> {
    let partition = Partition(partition);
    let mut next = log.first(partition);
    let mut records = Vec::new();
    while next < log.head(partition) {
        let read = log.read(partition, next, 7, 300).unwrap();
        assert!(!read.is_empty());
        for (offset, record) in &read {
            assert_eq!(offset, next);
            next += 1;
            records.push(record.to_vec());
        }
        assert_eq!(read.next_offset(), next);
    }
    records
}

/// The directory as a crash would leave it: copied while the log is open.
pub(super) fn crash_copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
    }
    to
}

pub(super) fn segment_files(dir: &Path) -> Vec<std::path::PathBuf> {
    crate::segment::list(dir).unwrap().into_iter().map(|n| dir.join(crate::segment::file_name(n))).collect()
}

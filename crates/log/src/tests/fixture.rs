//! A stored log of format version 1 must open for ever. `tests/fixtures/v1` was written by the first release; run
//! `write_fixture` (ignored) only to add a new version beside it.

use std::fs;
use std::path::{Path, PathBuf};

use rapport_domain::Partition;

use super::{all, config, crash_copy, put, segment_files};
use crate::{Log, LogConfig, SegmentLog, verify};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

#[test]
fn version_1_opens() {
    let dir = crash_copy(&fixtures().join("v1"));
    assert_eq!(segment_files(dir.path()).len(), 2);
    let found = verify(dir.path()).unwrap();
    assert_eq!((found.findings.len(), found.records), (0, 6));
    let log = SegmentLog::open(&config(dir.path())).unwrap();
    assert_eq!(all(&log, 0), [b"alpha".to_vec(), b"beta".to_vec(), b"after the roll".to_vec()]);
    assert_eq!(all(&log, 1), Vec::<Vec<u8>>::new());
    assert_eq!(all(&log, 2), ["Zoë".as_bytes().to_vec(), vec![]]);
    assert_eq!(all(&log, 3), [vec![0, 255, 1]]);
    put(&log, &[(1, b"goes on")]).unwrap();
    drop(log);
    assert_eq!(SegmentLog::open(&config(dir.path())).unwrap().head(Partition(1)), 1);
}

#[test]
#[ignore = "writes the fixture of the current format version; the directory must not exist"]
fn write_fixture() {
    let dir = fixtures().join(format!("v{}", crate::block::FORMAT_VERSION));
    fs::create_dir(&dir).unwrap();
    let log = SegmentLog::open(&LogConfig { segment_bytes: 4096, ..config(&dir) }).unwrap();
    put(&log, &[(0, b"alpha"), (2, "Zoë".as_bytes()), (0, b"beta")]).unwrap();
    put(&log, &[(3, &[0, 255, 1])]).unwrap();
    log.roll().unwrap();
    put(&log, &[(0, b"after the roll"), (2, b"")]).unwrap();
    drop(log);
    fs::remove_file(dir.join("lock")).unwrap();
}

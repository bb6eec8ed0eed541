//! Torn tails are cut off, damage is named: at every byte.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestCaseError, TestRunner};
use rapport_domain::{ErrorClass, Partition};

use super::{P, all, config, crash_copy, open, put, segment_files};
use crate::{FindingKind, Log, LogConfig, LogError, SegmentLog, verify};

/// A log of three blocks as a crash leaves it, and the file positions at which its blocks begin and the last one ends.
fn three_blocks() -> (tempfile::TempDir, Vec<u64>) {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let mut positions = vec![log_end(&log)];
    for n in 0..3u8 {
        put(&log, &[(0, &[n; 20]), (1, &[n; 9]), (0, b"z")]).unwrap();
        positions.push(log_end(&log));
    }
    positions[0] = crate::segment::header_bytes(4);
    (crash_copy(dir.path()), positions)
}

fn log_end(log: &SegmentLog) -> u64 {
    log.end_of_last_segment()
}

fn damage(file: &Path, position: u64, bytes: &[u8]) {
    OpenOptions::new().write(true).open(file).unwrap().write_all_at(bytes, position).unwrap();
}

fn flip(file: &Path, position: u64) {
    let handle = OpenOptions::new().read(true).write(true).open(file).unwrap();
    let mut byte = [0];
    handle.read_exact_at(&mut byte, position).unwrap();
    handle.write_all_at(&[byte[0] ^ 0x40], position).unwrap();
}

/// After recovery the first two blocks are whole, the third is gone, and the log goes on.
fn expect_two_blocks(dir: &Path, what: &str) {
    let torn = verify(dir).unwrap();
    assert!(torn.findings.iter().all(|f| f.kind == FindingKind::TornTail), "{what}: {:?}", torn.findings);
    let log = SegmentLog::open(&config(dir)).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_eq!(all(&log, 0), [vec![0; 20], b"z".to_vec(), vec![1; 20], b"z".to_vec()], "{what}");
    assert_eq!(all(&log, 1), [vec![0; 9], vec![1; 9]], "{what}");
    put(&log, &[(0, b"after")]).unwrap();
    drop(log);
    let log = open(dir);
    assert_eq!(all(&log, 0).last().unwrap(), b"after", "{what}");
    assert_eq!(verify(dir).unwrap().findings, [], "{what}");
}

#[test]
fn a_torn_tail_is_cut_off_at_every_byte() {
    let (dir, at) = three_blocks();
    for cut in at[2]..at[3] {
        // The file ends there, the rest was never written, or something else lay there.
        for fill in [None, Some(0u8), Some(0xa5)] {
            let copy = crash_copy(dir.path());
            let file = &segment_files(copy.path())[0];
            match fill {
                None => OpenOptions::new().write(true).open(file).unwrap().set_len(cut).unwrap(),
                Some(byte) => damage(file, cut, &vec![byte; (at[3] - cut) as usize]),
            }
            expect_two_blocks(copy.path(), &format!("cut at {cut} of {}..{}, filled with {fill:?}", at[2], at[3]));
        }
    }
}

#[test]
fn sectors_of_the_last_block_may_arrive_in_any_order() {
    let (dir, at) = three_blocks();
    for position in at[2]..at[3] {
        let copy = crash_copy(dir.path());
        flip(&segment_files(copy.path())[0], position);
        expect_two_blocks(copy.path(), &format!("byte {position}"));
    }
}

#[test]
fn damage_before_a_sound_block_is_named_at_every_byte() {
    let (dir, at) = three_blocks();
    for position in at[0]..at[2] {
        let copy = crash_copy(dir.path());
        let file = segment_files(copy.path()).remove(0);
        flip(&file, position);
        let block = if position < at[1] { at[0] } else { at[1] };
        let error = SegmentLog::open(&config(copy.path())).unwrap_err();
        assert_eq!((error.code(), error.class()), ("log_corrupt", ErrorClass::Fatal));
        let LogError::Corrupt { file: named, position: at, .. } = &error else { panic!("{error}") };
        assert_eq!(named, &file);
        assert!((block..=position).contains(at), "byte {position}: {error}");
        let found = verify(copy.path()).unwrap();
        assert_eq!(found.findings.len(), 1, "byte {position}: {:?}", found.findings);
        assert_eq!((found.findings[0].kind, found.findings[0].position), (FindingKind::Corrupt, *at));
        assert_eq!(found.blocks, 2, "the sound blocks are still counted");
    }
}

#[test]
fn after_a_clean_close_damage_of_the_last_block_is_no_torn_tail() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    put(&log, &[(0, b"only")]).unwrap();
    let end = log_end(&log);
    drop(log);
    flip(&segment_files(dir.path())[0], end - 1);
    assert!(matches!(SegmentLog::open(&config(dir.path())), Err(LogError::Corrupt { .. })));
}

fn several_segments() -> (tempfile::TempDir, Vec<Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let records: Vec<Vec<u8>> = (0..60u8).map(|n| vec![n; 1_000]).collect();
    records.iter().for_each(|r| put(&log, &[(0, r), (1, b"x")]).unwrap());
    drop(log);
    assert!(segment_files(dir.path()).len() >= 4);
    (dir, records)
}

#[test]
fn damage_in_an_older_segment_is_found_on_opening_or_on_reading() {
    let (dir, records) = several_segments();
    let file = segment_files(dir.path()).remove(1);
    let header = crate::segment::header_bytes(4);

    let copy = crash_copy(dir.path());
    flip(&copy.path().join(file.file_name().unwrap()), header + 3);
    assert!(
        matches!(SegmentLog::open(&config(copy.path())), Err(LogError::Corrupt { position, .. }) if position == header)
    );

    // Records of older segments are checked when they are read.
    let copy = crash_copy(dir.path());
    let file = copy.path().join(file.file_name().unwrap());
    flip(&file, header + 500);
    let log = SegmentLog::open(&config(copy.path())).unwrap();
    let mut next = 0;
    let error = loop {
        match log.read(Partition(0), next, 100, 5_000) {
            Ok(read) => {
                read.iter().for_each(|(offset, r)| assert_eq!(r, records[offset as usize]));
                next = read.next_offset();
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, LogError::Corrupt { file: named, .. } if *named == file), "{error}");
    assert!(log.read(Partition(1), 0, 100, 5_000).is_ok(), "other partitions are not affected");
    let findings = verify(copy.path()).unwrap().findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].file, file);
}

#[test]
fn missing_or_shortened_files_are_named() {
    let (dir, _) = several_segments();
    let names: Vec<_> = segment_files(dir.path()).iter().map(|f| f.file_name().unwrap().to_owned()).collect();
    let expect = |change: &dyn Fn(&Path), name: &std::ffi::OsStr| {
        let copy = crash_copy(dir.path());
        change(copy.path());
        let error = SegmentLog::open(&config(copy.path())).unwrap_err();
        assert!(matches!(&error, LogError::Corrupt { file, .. } if file.file_name() == Some(name)), "{error}");
        assert!(verify(copy.path()).unwrap().findings.iter().any(|f| f.file.file_name() == Some(name)));
    };
    expect(&|d| fs::remove_file(d.join(&names[1])).unwrap(), &names[1]);
    expect(&|d| OpenOptions::new().write(true).open(d.join(&names[1])).unwrap().set_len(5_000).unwrap(), &names[1]);
    expect(&|d| OpenOptions::new().write(true).open(d.join(&names[3])).unwrap().set_len(9).unwrap(), &names[3]);
    expect(&|d| flip(&d.join(&names[2]), 30), &names[2]);
    expect(&|d| fs::remove_file(d.join("meta")).unwrap(), "meta".as_ref());
    expect(&|d| fs::write(d.join("meta"), "rapport-log 1\npartitions x\n").unwrap(), "meta".as_ref());
}

#[test]
fn a_record_cannot_pass_for_a_block() {
    let dir = tempfile::tempdir().unwrap();
    let log = SegmentLog::open(&LogConfig { segment_bytes: 64 << 10, ..config(dir.path()) }).unwrap();
    put(&log, &[(0, b"first")]).unwrap();
    let stored = fs::read(&segment_files(dir.path())[0]).unwrap();
    let block = stored[crate::segment::header_bytes(4) as usize..log_end(&log) as usize].to_vec();
    let end = log_end(&log);
    put(&log, &[(0, &block)]).unwrap();
    let copy = crash_copy(dir.path());
    flip(&segment_files(copy.path())[0], end);
    let log = SegmentLog::open(&config(copy.path())).unwrap();
    assert_eq!(all(&log, 0), [b"first".to_vec()]);
}

#[test]
fn newer_versions_are_refused_not_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    put(&open(dir.path()), &[(0, b"x")]).unwrap();
    let file = segment_files(dir.path()).remove(0);
    damage(&file, 8, &9u16.to_le_bytes());
    let error = SegmentLog::open(&config(dir.path())).unwrap_err();
    assert!(matches!(error, LogError::UnsupportedVersion { version: 9, supported: 1, .. }), "{error}");
}

/// Something written over a file of the log, and perhaps the file cut off.
#[derive(Clone, Debug)]
struct Damage {
    file: Index,
    at: Index,
    with: Vec<u8>,
    cut: Option<Index>,
}

fn damages() -> impl Strategy<Value = Damage> {
    let with = prop::collection::vec(any::<u8>(), 1..200);
    (any::<Index>(), any::<Index>(), with, prop::option::weighted(0.2, any::<Index>()))
        .prop_map(|(file, at, with, cut)| Damage { file, at, with, cut })
}

/// Reads a damaged copy of a log whose partitions held `whole`: every record is the one that was appended there, and when
/// something acknowledged is not there an error names a file.
fn check_damage(dir: &Path, whole: &[Vec<Vec<u8>>], damaged: &Damage) -> Result<(), TestCaseError> {
    let copy = crash_copy(dir);
    let files = segment_files(copy.path());
    let file = &files[damaged.file.index(files.len())];
    let bytes = fs::read(file).unwrap().len();
    let position = damaged.at.index(bytes);
    damage(file, position as u64, &damaged.with[..damaged.with.len().min(bytes - position)]);
    if let Some(cut) = damaged.cut {
        OpenOptions::new().write(true).open(file).unwrap().set_len(cut.index(bytes) as u64).unwrap();
    }
    let is_named = |error: &LogError| match error {
        LogError::Corrupt { file, .. } | LogError::UnsupportedVersion { file, .. } => file.starts_with(copy.path()),
        _ => false,
    };
    let log = match SegmentLog::open(&config(copy.path())) {
        Ok(log) => log,
        Err(error) => {
            prop_assert!(is_named(&error), "{error}");
            return Ok(());
        }
    };
    for (p, whole) in whole.iter().enumerate() {
        let partition = Partition(p as u16);
        let (mut next, mut is_refused) = (0, false);
        while next < log.head(partition) && !is_refused {
            match log.read(partition, next, 7, 300) {
                Ok(read) => {
                    for (offset, record) in &read {
                        prop_assert_eq!(Some(record), whole.get(offset as usize).map(Vec::as_slice));
                    }
                    next = read.next_offset();
                }
                Err(error) => {
                    prop_assert!(is_named(&error), "{error}");
                    is_refused = true;
                }
            }
        }
        // Only the last segment may be shorter than it was: after a crash its end cannot be told from a torn one.
        let is_last = Some(file) == files.last();
        prop_assert!(is_refused || is_last || next == whole.len() as u64, "{next} of {} and no error", whole.len());
    }
    Ok(())
}

#[test]
fn nothing_wrong_is_ever_read() {
    let (dir, _) = several_segments();
    let copy = crash_copy(dir.path());
    let log = open(copy.path());
    let whole: Vec<Vec<Vec<u8>>> = (0..P).map(|p| all(&log, p)).collect();
    drop(log);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) };
    let checked = TestRunner::new(config).run(&damages(), |damaged| check_damage(dir.path(), &whole, &damaged));
    checked.unwrap_or_else(|error| panic!("{error}"));
}

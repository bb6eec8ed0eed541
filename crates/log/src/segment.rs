//! Segment files: names, headers, creation. A segment header says at which offset of each partition the segment begins,
//! which is also the statement that everything below was durable when the segment was made. Format version 1, little
//! endian: `magic [8] | version u16 | partitions u16 | zero u32 | number u64 | first offset u64 per partition | crc32c u32`.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::block::FORMAT_VERSION;
use crate::disk::Disk;
use crate::error::LogError;

const MAGIC: [u8; 8] = *b"\xffRLSEG\xfe\n";
const FIXED_BYTES: usize = 24;
const ENDING: &str = ".seg";

/// A reader's stepping stone into a segment: a block boundary, and the offsets there.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub(crate) position: u64,
    pub(crate) heads: Box<[u64]>,
}

/// Bytes between two checkpoints at least: 64 of them in a segment of 64 MiB.
const CHECKPOINT_BYTES: u64 = 1 << 20;

/// What is known of a segment file.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) number: u64,
    /// The first offset of each partition.
    pub(crate) base: Box<[u64]>,
    /// Where its durable content ends.
    pub(crate) end: u64,
    checkpoints: Vec<Checkpoint>,
}

impl Segment {
    /// An empty segment.
    pub(crate) fn new(number: u64, base: Box<[u64]>) -> Self {
        let start = header_bytes(base.len());
        let checkpoints = vec![Checkpoint { position: start, heads: base.clone() }];
        Segment { number, base, end: start, checkpoints }
    }

    /// Notes that a block ends at `end`, with the offsets after it.
    pub(crate) fn extend(&mut self, end: u64, heads: &[u64]) {
        self.end = end;
        if self.checkpoints.last().is_none_or(|last| end - last.position >= CHECKPOINT_BYTES) {
            self.checkpoints.push(Checkpoint { position: end, heads: heads.into() });
        }
    }

    /// The last known block boundary at or before which `offset` of `partition` lies.
    pub(crate) fn position_before(&self, partition: usize, offset: u64) -> u64 {
        let after = self.checkpoints.partition_point(|c| c.heads[partition] <= offset);
        self.checkpoints[after.saturating_sub(1)].position
    }

    /// Whether it holds no record.
    pub(crate) fn is_empty(&self) -> bool {
        self.end == header_bytes(self.base.len())
    }

    pub(crate) fn path(&self, dir: &Path) -> PathBuf {
        dir.join(file_name(self.number))
    }
}

/// The name of a segment's file; names sort as numbers do.
pub(crate) fn file_name(number: u64) -> String {
    format!("{number:020}{ENDING}")
}

/// Bytes of a segment's header.
pub(crate) fn header_bytes(partitions: usize) -> u64 {
    (FIXED_BYTES + partitions * 8 + 4) as u64
}

/// The segment numbers in a directory, in order.
pub(crate) fn list(dir: &Path) -> Result<Vec<u64>, LogError> {
    let entries = fs::read_dir(dir).map_err(|e| LogError::io("list the log directory", e))?;
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| LogError::io("list the log directory", e))?.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(ENDING)).and_then(|n| n.parse().ok());
        numbers.extend(number.filter(|n| file_name(*n).as_str() == name));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Creates a segment's file durably, with `bytes` bytes reserved. On failure nothing is left behind.
pub(crate) fn create(disk: &Disk, dir: &Path, segment: &Segment, bytes: u64) -> io::Result<File> {
    let mut header = Vec::new();
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    header.extend_from_slice(&(segment.base.len() as u16).to_le_bytes());
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&segment.number.to_le_bytes());
    segment.base.iter().for_each(|offset| header.extend_from_slice(&offset.to_le_bytes()));
    header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
    disk.replace(dir, &file_name(segment.number), |file| {
        disk.allocate(file, bytes)?;
        disk.write_at(file, &header, 0)
    })
}

/// Reads a segment's header: an empty [`Segment`] to be filled by scanning.
pub(crate) fn read_header(file: &File, path: &Path, number: u64, partitions: u16) -> Result<Segment, LogError> {
    let mut bytes = vec![0; header_bytes(usize::from(partitions)) as usize];
    file.read_exact_at(&mut bytes, 0).map_err(|e| match e.kind() {
        io::ErrorKind::UnexpectedEof => LogError::corrupt(path, 0, "the segment header is incomplete"),
        _ => LogError::io("read a segment header", e),
    })?;
    let bad = |detail: &str| LogError::corrupt(path, 0, detail);
    if !bytes.starts_with(&MAGIC) {
        return Err(bad("this is not a log segment"));
    }
    let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let version = u16_at(8);
    if version > FORMAT_VERSION {
        return Err(LogError::UnsupportedVersion { file: path.into(), version, supported: FORMAT_VERSION });
    }
    let (content, crc) = bytes.split_last_chunk::<4>().ok_or_else(|| bad("the segment header is incomplete"))?;
    if crc32c::crc32c(content) != u32::from_le_bytes(*crc) || u16_at(10) != partitions {
        return Err(bad("checksum of the segment header does not match"));
    }
    let mut numbers = content[16..].as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b));
    if numbers.next() != Some(number) {
        return Err(bad("the segment's number is not that of its file name"));
    }
    Ok(Segment::new(number, numbers.collect()))
}

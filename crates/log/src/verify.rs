//! Reads a whole log directory and tells what is wrong with it, for the doctor command. Changes nothing, and may run
//! while the log is open: then the last block may show as an unfinished one.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::block::Header;
use crate::error::LogError;
use crate::recovery;
use crate::scan::{Bad, SCAN_AHEAD_BYTES, Window, advance};
use crate::segment::{self, Segment};

/// What kind of finding it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// Acknowledged records are damaged or missing. The log does not open, or fails when reading there.
    Corrupt,
    /// An unfinished commit at the end of the last segment: opening cuts it off, nothing acknowledged is lost.
    TornTail,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// The file.
    pub file: PathBuf,
    /// Where in it, in bytes from its start.
    pub position: u64,
    /// What is wrong there.
    pub detail: String,
}

/// What [`verify()`] read and found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Segment files.
    pub segments: usize,
    /// Sound blocks.
    pub blocks: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Everything that is wrong, in file order.
    pub findings: Vec<Finding>,
}

impl Verification {
    fn add(&mut self, kind: FindingKind, file: &Path, position: u64, detail: impl Into<String>) {
        self.findings.push(Finding { kind, file: file.to_path_buf(), position, detail: detail.into() });
    }

    /// Turns damage into a finding; other errors stay errors.
    fn note<T>(&mut self, result: Result<T, LogError>) -> Result<Option<T>, LogError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(LogError::Corrupt { file, position, detail }) => {
                self.add(FindingKind::Corrupt, &file, position, detail);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Checks every record of every segment in `dir`.
///
/// # Errors
/// [`LogError::Io`] when the directory cannot be read, [`LogError::UnsupportedVersion`]. Damage is no error but a
/// finding.
pub fn verify(dir: &Path) -> Result<Verification, LogError> {
    let mut result = Verification::default();
    let meta = recovery::read_meta(dir);
    let Some(Some(partitions)) = result.note(meta)? else { return Ok(result) };
    let numbers = segment::list(dir)?;
    result.note(recovery::check_numbers(dir, &numbers))?;
    result.segments = numbers.len();
    let mut opened = Vec::new();
    for number in &numbers {
        let path = dir.join(segment::file_name(*number));
        let file = File::open(&path).map_err(|e| LogError::io("open a log segment", e))?;
        let segment = result.note(segment::read_header(&file, &path, *number, partitions))?;
        opened.push((path, file, segment));
    }
    for (i, (path, file, segment)) in opened.iter().enumerate() {
        let Some(segment) = segment else { continue };
        // Without the next header nobody knows how far this one must reach.
        let next = opened.get(i + 1).map(|(_, _, next)| next.as_ref().map(|s| &*s.base));
        check_segment(&mut result, path, file, segment, next)?;
    }
    Ok(result)
}

/// `next` is what follows: nothing, a segment with an unreadable header, or one that begins at those offsets.
fn check_segment(
    result: &mut Verification,
    path: &Path,
    file: &File,
    segment: &Segment,
    next: Option<Option<&[u64]>>,
) -> Result<(), LogError> {
    let failed = |e| LogError::io("read a log segment", e);
    let bytes = file.metadata().map_err(failed)?.len();
    let mut window = Window::new(file, bytes, SCAN_AHEAD_BYTES);
    let mut heads = segment.base.to_vec();
    let mut position = segment.end;
    let mut skipped = false;
    while next.flatten() != Some(heads.as_slice()) {
        let (at, bad) = match check_block(&mut window, segment.number, position, &mut heads, skipped).map_err(failed)? {
            Ok(header) => {
                result.blocks += 1;
                result.records += header.slices.iter().map(|s| u64::from(s.count)).sum::<u64>();
                result.bytes += header.end() - position;
                position = header.end();
                skipped = false;
                continue;
            }
            Err(found) => found,
        };
        if next.flatten().is_none() && window.is_zero_from(position).map_err(failed)? {
            break;
        }
        let sound = window.find_header(segment.number, position + 1).map_err(failed)?;
        let is_torn = next.is_none() && bad.may_be_torn && sound.is_none();
        result.add(if is_torn { FindingKind::TornTail } else { FindingKind::Corrupt }, path, at, bad.detail);
        let Some(sound) = sound else { break };
        position = sound;
        skipped = true;
    }
    Ok(())
}

/// Checks one block and moves `heads` over it; `skipped` says that blocks before it were unreadable, so that it may
/// begin anywhere.
fn check_block(
    window: &mut Window<'_>,
    segment: u64,
    position: u64,
    heads: &mut [u64],
    skipped: bool,
) -> io::Result<Result<Header, (u64, Bad)>> {
    let header = match window.header(segment, position)? {
        Ok(header) => header,
        Err(bad) => return Ok(Err((position, bad))),
    };
    if skipped {
        for slice in &header.slices {
            if let Some(head) = heads.get_mut(usize::from(slice.partition.0)) {
                *head = slice.first;
            }
        }
    }
    if let Err(detail) = advance(heads, &header) {
        return Ok(Err((position, Bad { detail, may_be_torn: false })));
    }
    let damage = window.check_records(&header)?;
    Ok(damage.map(|()| header).map_err(|(at, detail)| (at, Bad { detail, may_be_torn: true })))
}

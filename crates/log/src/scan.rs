//! Walking over the blocks of a segment file: through a window, so that memory stays bounded and small blocks cost few
//! system calls.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::block::{FIXED_BYTES, Header, MAGIC};
use crate::frame;

/// Why no block was found.
#[derive(Debug)]
pub(crate) struct Bad {
    pub(crate) detail: String,
    /// Whether an interrupted write can look so.
    pub(crate) may_be_torn: bool,
}

impl Bad {
    fn torn(detail: impl Into<String>) -> Self {
        Bad { detail: detail.into(), may_be_torn: true }
    }
}

/// A moving window over a file, up to a limit.
pub(crate) struct Window<'a> {
    file: &'a File,
    limit: u64,
    ahead: usize,
    start: u64,
    buf: Vec<u8>,
}

/// Read-ahead for following one partition: headers of small blocks come together, large slices come alone.
pub(crate) const READ_AHEAD_BYTES: usize = 16 << 10;
/// Read-ahead for reading a whole file.
pub(crate) const SCAN_AHEAD_BYTES: usize = 1 << 20;

impl<'a> Window<'a> {
    /// A window that never looks beyond `limit`.
    pub(crate) fn new(file: &'a File, limit: u64, ahead: usize) -> Self {
        Window { file, limit, ahead, start: 0, buf: Vec::new() }
    }

    /// The bytes at `position`: `len` of them, or fewer at the limit or the end of the file.
    pub(crate) fn get(&mut self, position: u64, len: usize) -> io::Result<&[u8]> {
        let len = len.min(usize::try_from(self.limit.saturating_sub(position)).unwrap_or(usize::MAX));
        let held = self.start + self.buf.len() as u64;
        if position < self.start || position + len as u64 > held {
            self.fill(position, len)?;
        }
        let from = (position - self.start) as usize;
        let bytes = self.buf.get(from..).unwrap_or_default();
        Ok(&bytes[..len.min(bytes.len())])
    }

    fn fill(&mut self, position: u64, len: usize) -> io::Result<()> {
        let room = usize::try_from(self.limit.saturating_sub(position)).unwrap_or(usize::MAX);
        self.buf.resize(len.max(self.ahead).min(room), 0);
        self.start = position;
        let mut filled = 0;
        while filled < self.buf.len() {
            match self.file.read_at(&mut self.buf[filled..], position + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.buf.clear();
                    return Err(e);
                }
            }
        }
        self.buf.truncate(filled);
        Ok(())
    }

    /// The block header at `position`, or what is wrong there.
    pub(crate) fn header(&mut self, segment: u64, position: u64) -> io::Result<Result<Header, Bad>> {
        let claimed = match Header::claimed_bytes(self.get(position, FIXED_BYTES)?) {
            Ok(claimed) => claimed,
            Err(detail) => return Ok(Err(Bad::torn(detail))),
        };
        let limit = self.limit;
        let bytes = self.get(position, claimed)?;
        if bytes.len() < claimed {
            return Ok(Err(Bad::torn("the block header is incomplete")));
        }
        if !Header::is_intact(bytes) {
            return Ok(Err(Bad::torn("checksum of the block header does not match")));
        }
        Ok(match Header::decode(bytes, segment, position) {
            Ok(header) if header.end() > limit => Err(Bad::torn("the block is incomplete")),
            Ok(header) => Ok(header),
            // An intact header that does not belong here was not written by an interrupted commit.
            Err(detail) => Err(Bad { detail, may_be_torn: false }),
        })
    }

    /// Checks every record of a block; otherwise where and what is wrong.
    pub(crate) fn check_records(&mut self, header: &Header) -> io::Result<Result<(), (u64, String)>> {
        for (position, slice) in header.positions() {
            let bytes = self.get(position, slice.bytes as usize)?;
            if bytes.len() < slice.bytes as usize {
                return Ok(Err((position, "the block is incomplete".into())));
            }
            if let Err((at, detail)) = frame::check(bytes, slice.count) {
                let partition = slice.partition.0;
                return Ok(Err((position + at as u64, format!("{detail} (partition {partition})"))));
            }
        }
        Ok(Ok(()))
    }

    /// Whether the rest of the file from `position` is zero: reserved, never written.
    pub(crate) fn is_zero_from(&mut self, mut position: u64) -> io::Result<bool> {
        loop {
            let bytes = self.get(position, SCAN_AHEAD_BYTES)?;
            if bytes.is_empty() {
                return Ok(true);
            }
            if bytes.iter().any(|b| *b != 0) {
                return Ok(false);
            }
            position += bytes.len() as u64;
        }
    }

    /// The next position from `position` on where a sound block header lies.
    pub(crate) fn find_header(&mut self, segment: u64, mut position: u64) -> io::Result<Option<u64>> {
        loop {
            let bytes = self.get(position, SCAN_AHEAD_BYTES)?;
            if bytes.len() < FIXED_BYTES {
                return Ok(None);
            }
            match bytes.windows(MAGIC.len()).position(|w| w == MAGIC) {
                Some(at) => {
                    position += at as u64;
                    if self.header(segment, position)?.is_ok() {
                        return Ok(Some(position));
                    }
                    position += 1;
                }
                // The magic may straddle the end of what was looked at.
                None => position += (bytes.len() - (MAGIC.len() - 1)) as u64,
            }
        }
    }
}

/// Moves `heads` over a block; says so when its offsets do not follow on.
pub(crate) fn advance(heads: &mut [u64], header: &Header) -> Result<(), String> {
    for slice in &header.slices {
        let partition = slice.partition.0;
        let head = heads.get_mut(usize::from(partition)).ok_or_else(|| format!("unknown partition {partition}"))?;
        if *head != slice.first {
            return Err(format!("partition {partition} goes on at offset {}, expected {head}", slice.first));
        }
        *head = slice.end();
    }
    Ok(())
}

//! What a read gives back.

use bytes::Bytes;

use crate::frame;

/// Consecutive records of one partition. Holds the blocks they lie in, without copying.
#[derive(Clone, Debug)]
pub struct ReadBatch {
    chunks: Vec<Bytes>,
    from: u64,
    records: usize,
    bytes: usize,
    max_records: usize,
    max_bytes: usize,
}

/// Some records of one partition as they lie in a block: framed, one after another.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    /// Offset of the first.
    pub(crate) first: u64,
    /// How many.
    pub(crate) count: u32,
    /// The framed records.
    pub(crate) data: Bytes,
}

impl Slice {
    /// The offset after the last.
    pub(crate) fn end(&self) -> u64 {
        self.first + u64::from(self.count)
    }
}

impl ReadBatch {
    /// An empty read that may take up to the limits, and at least one record.
    pub(crate) fn new(from: u64, max_records: usize, max_bytes: usize) -> Self {
        ReadBatch { chunks: Vec::new(), from, records: 0, bytes: 0, max_records: max_records.max(1), max_bytes }
    }

    /// Whether no further record fits.
    pub(crate) fn is_full(&self) -> bool {
        self.records >= self.max_records || (self.records > 0 && self.bytes >= self.max_bytes)
    }

    /// Takes from `slice` the records this read still wants; the slice must reach up to or beyond the next offset.
    /// Fails when the slice does not hold what it says.
    pub(crate) fn take(&mut self, slice: &Slice) -> Result<(), String> {
        let mut rest: &[u8] = &slice.data;
        for _ in slice.first..self.next_offset() {
            rest = frame::split(rest).ok_or("a record does not fit its block")?.rest;
        }
        let start = slice.data.len() - rest.len();
        while self.next_offset() < slice.end() && !self.is_full() {
            let frame = frame::split(rest).ok_or("a record does not fit its block")?;
            if self.records > 0 && self.bytes + frame.body.len() > self.max_bytes {
                self.max_bytes = self.bytes; // the next one does not fit: full
                break;
            }
            self.records += 1;
            self.bytes += frame.body.len();
            rest = frame.rest;
        }
        let end = slice.data.len() - rest.len();
        if end > start {
            self.chunks.push(slice.data.slice(start..end));
        }
        Ok(())
    }

    /// The records with their offsets, in order.
    #[must_use]
    pub fn iter(&self) -> Records<'_> {
        Records { chunks: self.chunks.iter(), rest: &[], offset: self.from }
    }

    /// Where to read on.
    #[must_use]
    pub fn next_offset(&self) -> u64 {
        self.from + self.records as u64
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Bytes of all records together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl<'a> IntoIterator for &'a ReadBatch {
    type Item = (u64, &'a [u8]);
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.iter()
    }
}

/// Iterates over `(offset, record)` of a [`ReadBatch`].
#[derive(Clone, Debug)]
pub struct Records<'a> {
    chunks: std::slice::Iter<'a, Bytes>,
    rest: &'a [u8],
    offset: u64,
}

impl<'a> Iterator for Records<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            self.rest = self.chunks.next()?;
        }
        let frame = frame::split(self.rest)?;
        let offset = self.offset;
        self.rest = frame.rest;
        self.offset += 1;
        Some((offset, frame.body))
    }
}

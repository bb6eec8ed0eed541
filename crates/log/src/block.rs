//! The block: what one group commit writes. Format version 1, little endian:
//!
//! ```text
//! magic [8] | version u16 | slices u16 | payload bytes u32 | segment number u64 | own file position u64 | records u32
//! per slice: partition u16 | zero u16 | count u32 | first offset u64 | bytes u32
//! crc32c u32 of all the above
//! payload: per slice its framed records, one slice after another
//! ```
//! The magic is no UTF-8, and a header names its segment and position: text inside a record cannot pass for a header,
//! nor can an old block that lies elsewhere. A block without slices marks a clean close.

use rapport_domain::Partition;

use crate::batch::AppendBatch;

/// The newest format version this program reads and the one it writes.
pub(crate) const FORMAT_VERSION: u16 = 1;
/// The largest payload of a block, in bytes: what a header may claim before it is taken for damage.
pub(crate) const MAX_PAYLOAD_BYTES: usize = 64 << 20;

/// The first bytes of every block.
pub(crate) const MAGIC: [u8; 8] = *b"\xffRLBLK\xfe\n";
/// Bytes of a header before its slices.
pub(crate) const FIXED_BYTES: usize = 36;
const SLICE_BYTES: usize = 20;
const CRC_BYTES: usize = 4;

/// Where a partition's records lie in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SliceIndex {
    pub(crate) partition: Partition,
    pub(crate) first: u64,
    pub(crate) count: u32,
    pub(crate) bytes: u32,
}

impl SliceIndex {
    pub(crate) fn end(&self) -> u64 {
        self.first + u64::from(self.count)
    }
}

/// A block's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) segment: u64,
    pub(crate) position: u64,
    pub(crate) payload_bytes: u32,
    pub(crate) slices: Vec<SliceIndex>,
}

/// Bytes of a header with that many slices.
pub(crate) fn header_bytes(slices: usize) -> usize {
    FIXED_BYTES + slices * SLICE_BYTES + CRC_BYTES
}

impl Header {
    /// Where the next block begins.
    pub(crate) fn end(&self) -> u64 {
        self.payload_position() + u64::from(self.payload_bytes)
    }

    /// Where the payload begins.
    pub(crate) fn payload_position(&self) -> u64 {
        self.position + header_bytes(self.slices.len()) as u64
    }

    /// Each slice with the file position of its records.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (u64, &SliceIndex)> {
        self.slices.iter().scan(self.payload_position(), |next, slice| {
            let position = *next;
            *next += u64::from(slice.bytes);
            Some((position, slice))
        })
    }

    /// Writes the header over the beginning of `out`.
    fn encode(&self, out: &mut [u8]) {
        let records: u32 = self.slices.iter().map(|s| s.count).sum();
        let mut bytes = Vec::with_capacity(header_bytes(self.slices.len()));
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&(self.slices.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&self.payload_bytes.to_le_bytes());
        bytes.extend_from_slice(&self.segment.to_le_bytes());
        bytes.extend_from_slice(&self.position.to_le_bytes());
        bytes.extend_from_slice(&records.to_le_bytes());
        for slice in &self.slices {
            bytes.extend_from_slice(&slice.partition.0.to_le_bytes());
            bytes.extend_from_slice(&[0; 2]);
            bytes.extend_from_slice(&slice.count.to_le_bytes());
            bytes.extend_from_slice(&slice.first.to_le_bytes());
            bytes.extend_from_slice(&slice.bytes.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        out[..bytes.len()].copy_from_slice(&bytes);
    }

    /// How long the whole header is, judging by its first [`FIXED_BYTES`] bytes. The answer is not checked yet.
    pub(crate) fn claimed_bytes(fixed: &[u8]) -> Result<usize, String> {
        let mut fields = Fields(fixed);
        if fields.array::<8>()? != MAGIC {
            return Err("no block begins here".into());
        }
        let _version = fields.array::<2>()?;
        Ok(header_bytes(usize::from(u16::from_le_bytes(fields.array()?))))
    }

    /// Whether a whole header is as it was written.
    pub(crate) fn is_intact(bytes: &[u8]) -> bool {
        bytes
            .split_last_chunk::<CRC_BYTES>()
            .is_some_and(|(content, crc)| crc32c::crc32c(content).to_le_bytes() == *crc)
    }

    /// Reads an intact header that lies at `position` of segment `segment`; says what is wrong otherwise.
    pub(crate) fn decode(bytes: &[u8], segment: u64, position: u64) -> Result<Header, String> {
        let mut fields = Fields(bytes);
        let _magic = fields.array::<8>()?;
        let version = u16::from_le_bytes(fields.array()?);
        if version != FORMAT_VERSION {
            return Err(format!("block format version {version} is unknown; this version reads {FORMAT_VERSION}"));
        }
        let count = u16::from_le_bytes(fields.array()?);
        let payload_bytes = u32::from_le_bytes(fields.array()?);
        let found = (u64::from_le_bytes(fields.array()?), u64::from_le_bytes(fields.array()?));
        if found != (segment, position) {
            return Err(format!("a block of segment {}, position {} lies here", found.0, found.1));
        }
        let _records = fields.array::<4>()?;
        let slices = (0..count).map(|_| fields.slice()).collect::<Result<Vec<_>, _>>()?;
        let total: u64 = slices.iter().map(|s| u64::from(s.bytes)).sum();
        if total != u64::from(payload_bytes) || total > MAX_PAYLOAD_BYTES as u64 {
            return Err(format!("the block claims {payload_bytes} bytes, its slices {total}"));
        }
        Ok(Header { segment, position, payload_bytes, slices })
    }
}

/// Reads fields off the front of some bytes.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (field, rest) = self.0.split_first_chunk::<N>().ok_or("the block header is incomplete")?;
        self.0 = rest;
        Ok(*field)
    }

    fn slice(&mut self) -> Result<SliceIndex, String> {
        let partition = Partition(u16::from_le_bytes(self.array()?));
        let _zero = self.array::<2>()?;
        let count = u32::from_le_bytes(self.array()?);
        let first = u64::from_le_bytes(self.array()?);
        let bytes = u32::from_le_bytes(self.array()?);
        first.checked_add(u64::from(count)).ok_or("an offset is out of range")?;
        Ok(SliceIndex { partition, first, count, bytes })
    }
}

/// A block to be written: how large it will be is known before where it goes.
pub(crate) struct BlockPlan<'a> {
    batches: &'a [AppendBatch],
    slices: Vec<SliceIndex>,
    payload_bytes: usize,
}

impl<'a> BlockPlan<'a> {
    /// Groups the batches' records by partition; `heads` are the offsets they begin at.
    pub(crate) fn new(batches: &'a [AppendBatch], heads: &[u64]) -> Self {
        let mut by_partition = vec![(0u32, 0u32); heads.len()];
        for (partition, framed) in batches.iter().flat_map(AppendBatch::framed) {
            let (count, bytes) = &mut by_partition[usize::from(partition.0)];
            *count += 1;
            *bytes += framed.len() as u32;
        }
        let slices: Vec<_> = by_partition
            .iter()
            .enumerate()
            .filter(|(_, (count, _))| *count > 0)
            .map(|(p, (count, bytes))| SliceIndex {
                partition: Partition(p as u16),
                first: heads[p],
                count: *count,
                bytes: *bytes,
            })
            .collect();
        let payload_bytes = batches.iter().map(AppendBatch::bytes).sum();
        BlockPlan { batches, slices, payload_bytes }
    }

    /// The size of the whole block.
    pub(crate) fn bytes(&self) -> usize {
        header_bytes(self.slices.len()) + self.payload_bytes
    }

    /// The block for that place.
    pub(crate) fn encode(self, segment: u64, position: u64) -> (Header, Vec<u8>) {
        let mut out = vec![0; self.bytes()];
        let header = Header { segment, position, payload_bytes: self.payload_bytes as u32, slices: self.slices };
        let mut cursors = Vec::new();
        for (at, slice) in header.positions() {
            let p = usize::from(slice.partition.0);
            cursors.resize(cursors.len().max(p + 1), 0);
            cursors[p] = (at - position) as usize;
        }
        for (partition, framed) in self.batches.iter().flat_map(AppendBatch::framed) {
            let at = &mut cursors[usize::from(partition.0)];
            out[*at..*at + framed.len()].copy_from_slice(framed);
            *at += framed.len();
        }
        header.encode(&mut out);
        (header, out)
    }
}

//! How one record lies in a batch and in a block: `[length u32][crc32c u32][bytes]`, little endian. The checksum covers
//! the length and the bytes, so a damaged length cannot pass as another record.

/// Bytes before a record's own.
pub(crate) const FRAME_BYTES: usize = 8;

/// Leaves room for the frame of a record whose bytes follow.
pub(crate) fn begin(buf: &mut Vec<u8>) -> usize {
    let start = buf.len();
    buf.extend_from_slice(&[0; FRAME_BYTES]);
    start
}

/// Fills the frame at `start` for the bytes that follow it to the end of `buf`.
pub(crate) fn finish(buf: &mut [u8], start: usize) {
    let (frame, body) = buf[start..].split_at_mut(FRAME_BYTES);
    // A batch is refused as too large long before 4 GiB, so the saturated length is never written.
    let len = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    frame[..4].copy_from_slice(&len);
    frame[4..].copy_from_slice(&checksum(len, body).to_le_bytes());
}

fn checksum(len: [u8; 4], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&len), body)
}

/// One framed record at the start of some bytes.
pub(crate) struct Frame<'a> {
    crc: u32,
    pub(crate) body: &'a [u8],
    pub(crate) rest: &'a [u8],
}

impl Frame<'_> {
    /// Whether the record is as it was written.
    pub(crate) fn is_intact(&self) -> bool {
        checksum((self.body.len() as u32).to_le_bytes(), self.body) == self.crc
    }
}

/// Splits the first record off; nothing when the bytes do not hold it whole.
pub(crate) fn split(bytes: &[u8]) -> Option<Frame<'_>> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let (body, rest) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
    Some(Frame { crc: u32::from_le_bytes(*crc), body, rest })
}

/// Checks that `bytes` hold exactly `count` intact records; otherwise says what is wrong and where.
pub(crate) fn check(bytes: &[u8], count: u32) -> Result<(), (usize, String)> {
    let mut rest = bytes;
    for n in 0..count {
        let at = bytes.len() - rest.len();
        let frame = split(rest).ok_or_else(|| (at, format!("record {n} of {count} does not fit its block")))?;
        if !frame.is_intact() {
            return Err((at, format!("checksum of record {n} of {count} does not match")));
        }
        rest = frame.rest;
    }
    if rest.is_empty() { Ok(()) } else { Err((bytes.len() - rest.len(), format!("{} stray bytes", rest.len()))) }
}

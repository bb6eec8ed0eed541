//! Which rows of a run a fold is shown: a bit a row, worked out block by block as the scan comes to them.

use std::ops::Range;

use crate::columns::Codes;
use crate::compiled::{At, Compiled};
use crate::query::Query;

/// Rows of one block. A block's bits and codes stay in the nearest cache.
pub(crate) const BLOCK_ROWS: usize = 4096;
pub(crate) const WORDS: usize = BLOCK_ROWS / 64;
/// A bit for each row of a block.
pub(crate) type Bits = [u64; WORDS];
/// Up to this many wanted codes are compared one by one, which the compiler turns into vector instructions; more are
/// looked up in a table.
const FEW: usize = 8;

/// The wanted event codes of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// By code: whether it is wanted. Empty when all are.
    table: Vec<bool>,
    few: Vec<u32>,
}

impl Wanted {
    /// Of the codes below `table.len()` those marked; every code when `table` is empty.
    pub(crate) fn new(table: Vec<bool>) -> Self {
        let few = table.iter().enumerate().filter(|(_, w)| **w).map(|(code, _)| code as u32).collect();
        Wanted { table, few }
    }

    /// No code.
    pub(crate) fn nothing() -> Self {
        Wanted { table: vec![false], few: Vec::new() }
    }

    /// Whether every row is wanted.
    pub(crate) fn all(&self) -> bool {
        self.table.is_empty() || self.few.len() == self.table.len()
    }

    /// Whether none is.
    pub(crate) fn none(&self) -> bool {
        !self.table.is_empty() && self.few.is_empty()
    }

    /// The bits of wanted rows; those beyond the last row are clear.
    fn mark(&self, codes: &Codes, rows: Range<usize>) -> Bits {
        let mut bits = [0; WORDS];
        match codes {
            _ if self.all() => {
                for (at, word) in bits.iter_mut().enumerate().take(rows.len().div_ceil(64)) {
                    let left = rows.len() - at * 64;
                    *word = if left < 64 { (1 << left) - 1 } else { u64::MAX };
                }
            }
            Codes::U8(v) => self.mark_in(&v[rows], &mut bits),
            Codes::U16(v) => self.mark_in(&v[rows], &mut bits),
            Codes::U32(v) => self.mark_in(&v[rows], &mut bits),
        }
        bits
    }

    fn mark_in<C: Copy + PartialEq + TryFrom<u32> + Into<u32>>(&self, codes: &[C], bits: &mut Bits) {
        let few: Vec<C> = self.few.iter().filter_map(|c| C::try_from(*c).ok()).collect();
        for (word, codes) in bits.iter_mut().zip(codes.chunks(64)) {
            let mut hits = [0u8; 64];
            if few.len() <= FEW {
                for wanted in &few {
                    hits.iter_mut().zip(codes).for_each(|(hit, code)| *hit |= u8::from(*code == *wanted));
                }
            } else {
                hits.iter_mut().zip(codes).for_each(|(hit, code)| {
                    *hit = u8::from(self.table.get((*code).into() as usize).is_some_and(|w| *w));
                });
            }
            *word = pack(&hits);
        }
    }
}

/// One bit of each of 64 bytes that are 0 or 1.
fn pack(hits: &[u8; 64]) -> u64 {
    let mut word = 0;
    for (at, eight) in hits.chunks_exact(8).enumerate() {
        let mut bytes = [0u8; 8];
        bytes.copy_from_slice(eight);
        // The product gathers the low bit of each byte in the top one, in order.
        word |= (u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (at * 8);
    }
    word
}

/// The bits of the block the scan is in.
pub(crate) struct Selection<'a> {
    at: At<'a>,
    /// The codes whose rows are wanted whatever filters say.
    free: Wanted,
    /// Each filter with the codes it is for.
    filters: Vec<(Wanted, Compiled<'a>)>,
    block: usize,
    bits: Box<Bits>,
    /// By filter: the rows that passed.
    passed: Vec<Bits>,
}

impl<'a> Selection<'a> {
    pub(crate) fn new(query: &'a Query, at: At<'a>) -> Self {
        let (free, filters) = query.selection_in(&at.open.run);
        let passed = vec![[0; WORDS]; filters.len()];
        Selection { at, free, filters, block: usize::MAX, bits: Box::new([0; WORDS]), passed }
    }

    /// Works out the bits of a block.
    fn enter(&mut self, block: usize) {
        let first = block * BLOCK_ROWS;
        let keys = self.at.keys;
        let rows = first..(first + BLOCK_ROWS).min(keys.rows());
        self.block = block;
        *self.bits = if self.free.none() { [0; WORDS] } else { self.free.mark(&keys.codes, rows.clone()) };
        for ((wanted, filter), passed) in self.filters.iter_mut().zip(&mut self.passed) {
            let among = wanted.mark(&keys.codes, rows.clone());
            *passed = filter.pass(&self.at, first, &among).unwrap_or_else(|e| {
                self.at.reading.fail(e);
                [0; WORDS]
            });
            self.bits.iter_mut().zip(&*passed).for_each(|(all, passed)| *all |= passed);
        }
    }

    /// Calls `each` with every wanted row of `rows`, in order, and the filters it passed.
    #[inline]
    pub(crate) fn each(&mut self, rows: Range<u32>, mut each: impl FnMut(u32, u64)) {
        if self.filters.is_empty() && self.free.all() {
            return rows.for_each(|row| each(row, 0));
        }
        let (mut at, end) = (rows.start as usize, rows.end as usize);
        while at < end {
            let block = at / BLOCK_ROWS;
            if block != self.block {
                self.enter(block);
            }
            let stop = end.min((block + 1) * BLOCK_ROWS);
            while at < stop {
                let word = at / 64;
                let next = stop.min((word + 1) * 64);
                let mut bits = self.bits[word % WORDS] >> (at % 64);
                if next - at < 64 {
                    bits &= (1 << (next - at)) - 1;
                }
                while bits != 0 {
                    let row = at as u32 + bits.trailing_zeros();
                    each(row, self.passed_by(row));
                    bits &= bits - 1;
                }
                at = next;
            }
        }
    }

    /// A bit for each filter a row of the block passed.
    #[inline]
    fn passed_by(&self, row: u32) -> u64 {
        let row = row as usize % BLOCK_ROWS;
        let bit = |bits: &Bits| bits[row / 64] >> (row % 64) & 1;
        self.passed.iter().enumerate().fold(0, |all, (at, bits)| all | bit(bits) << at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_wanted_rows() {
        let many = (0..20).collect();
        for (codes, wanted) in [(5u32, vec![1, 3]), (40, many), (400, vec![399, 7]), (3, vec![0, 1, 2]), (3, vec![])] {
            for total in [1, 63, 64, 77, BLOCK_ROWS] {
                let mut list = Codes::below(codes as usize, total);
                let code = |row: usize| (row as u32).wrapping_mul(2_654_435_761) % codes;
                (0..total + 5).for_each(|row| list.push(code(row)));
                let bits = Wanted::new((0..codes).map(|c| wanted.contains(&c)).collect()).mark(&list, 0..total);
                let found: Vec<usize> = (0..BLOCK_ROWS).filter(|r| bits[r / 64] >> (r % 64) & 1 != 0).collect();
                let expected: Vec<usize> = (0..total).filter(|r| wanted.contains(&code(*r))).collect();
                assert_eq!(found, expected, "{codes} {total}");
            }
        }
    }
}

//! Which rows of a run a fold is shown: a bit a row, worked out block by block as the scan comes to them.

use std::ops::Range;

use crate::columns::Codes;

/// Rows of one block. A block's bits and codes stay in the nearest cache.
pub(crate) const BLOCK_ROWS: usize = 4096;
const WORDS: usize = BLOCK_ROWS / 64;
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

    /// Whether every row is wanted.
    pub(crate) fn all(&self) -> bool {
        self.table.is_empty() || self.few.len() == self.table.len()
    }

    /// Whether none is.
    pub(crate) fn none(&self) -> bool {
        !self.table.is_empty() && self.few.is_empty()
    }

    #[inline]
    pub(crate) fn takes(&self, code: u32) -> bool {
        self.table.is_empty() || self.table.get(code as usize).is_some_and(|w| *w)
    }

    /// Sets the bits of wanted rows; bits beyond the last row stay clear.
    fn mark(&self, codes: &Codes, rows: Range<usize>, bits: &mut [u64; WORDS]) {
        match codes {
            Codes::U8(v) => self.mark_in(&v[rows], bits),
            Codes::U16(v) => self.mark_in(&v[rows], bits),
            Codes::U32(v) => self.mark_in(&v[rows], bits),
        }
    }

    fn mark_in<C: Copy + PartialEq + TryFrom<u32> + Into<u32>>(&self, codes: &[C], bits: &mut [u64; WORDS]) {
        bits.fill(0);
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
#[derive(Debug)]
pub(crate) struct Selection {
    wanted: Wanted,
    block: usize,
    bits: Box<[u64; WORDS]>,
}

impl Selection {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Selection { wanted, block: usize::MAX, bits: Box::new([0; WORDS]) }
    }

    /// Calls `each` with every wanted row of `rows`, in order. Rows asked for must not go back by more than a block.
    #[inline]
    pub(crate) fn each(&mut self, codes: &Codes, total: usize, rows: Range<u32>, mut each: impl FnMut(u32)) {
        if self.wanted.all() {
            return rows.for_each(each);
        }
        let (mut at, end) = (rows.start as usize, rows.end as usize);
        while at < end {
            let block = at / BLOCK_ROWS;
            let first = block * BLOCK_ROWS;
            if block != self.block {
                self.block = block;
                self.wanted.mark(codes, first..(first + BLOCK_ROWS).min(total), &mut self.bits);
            }
            let stop = end.min(first + BLOCK_ROWS);
            while at < stop {
                let word = at / 64;
                let next = stop.min((word + 1) * 64);
                let mut bits = self.bits[word % WORDS] >> (at % 64);
                if next - at < 64 {
                    bits &= (1 << (next - at)) - 1;
                }
                while bits != 0 {
                    each(at as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
                at = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_wanted_rows() {
        for (codes, wanted) in
            [(5u32, vec![1, 3]), (40, (0..20).collect()), (400, vec![399, 7]), (3, vec![0, 1, 2]), (3, vec![])]
        {
            let total = 3 * BLOCK_ROWS + 77;
            let mut list = Codes::below(codes as usize, total);
            let code = |row: usize| (row as u32).wrapping_mul(2_654_435_761) % codes;
            (0..total).for_each(|row| list.push(code(row)));
            let table = (0..codes).map(|c| wanted.contains(&c)).collect();
            let mut selection = Selection::new(Wanted::new(table));
            let mut from = 0;
            for step in [1usize, 5, 60, 63, 64, 65, 4000, 100, 5000, total] {
                let to = (from + step).min(total);
                let mut found = Vec::new();
                selection.each(&list, total, from as u32..to as u32, |row| found.push(row as usize));
                let expected: Vec<usize> = (from..to).filter(|r| wanted.contains(&code(*r))).collect();
                assert_eq!(found, expected, "{codes} {from}..{to}");
                from = to;
            }
        }
    }
}

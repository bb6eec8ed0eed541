//! The order of the output's rows: by origin, time and, at one time, age of the input. Found as far as it is asked for.

use std::collections::HashSet;

use super::Input;
use crate::columns::Columns;

/// Consecutive rows of one input that stay together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) input: usize,
    pub(super) start: u32,
    pub(super) len: u32,
}

/// The rows of the profile at hand that are left in one input.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    input: usize,
    span: usize,
    row: u32,
    end: u32,
}

impl Cursor {
    fn ts(&self, keys: &Columns) -> i64 {
        keys.ts_in(self.span, self.row)
    }

    /// Goes on by one row.
    fn next(&mut self, keys: &Columns) {
        self.row += 1;
        if self.row < self.end && keys.starts[self.span + 1] == self.row {
            self.span += 1;
        }
    }
}

/// Where the ordering stands: the next span of each input, and the profile at hand.
#[derive(Debug)]
pub(super) struct Order {
    heads: Vec<usize>,
    cursors: Vec<Cursor>,
}

impl Order {
    pub(super) fn new(inputs: usize) -> Self {
        Order { heads: vec![0; inputs], cursors: Vec::new() }
    }

    /// The next rows, in pieces of at most `longest`; fewer than `rows` only at the end.
    pub(super) fn take(&mut self, inputs: &[Input], erased: &HashSet<u64>, rows: usize, longest: u32) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut taken = 0;
        while taken < rows {
            let room = longest.min(u32::try_from(rows - taken).unwrap_or(u32::MAX));
            let Some(piece) = self.next(inputs, erased, room) else { break };
            taken += piece.len as usize;
            match pieces.last_mut() {
                Some(last) if last.input == piece.input && last.start + last.len == piece.start => {
                    last.len += piece.len;
                }
                _ => pieces.push(piece),
            }
        }
        pieces
    }

    fn next(&mut self, inputs: &[Input], erased: &HashSet<u64>, longest: u32) -> Option<Piece> {
        while self.cursors.is_empty() {
            self.begin(inputs, erased)?;
        }
        if let [only] = self.cursors.as_mut_slice() {
            let piece = Piece { input: only.input, start: only.row, len: longest.min(only.end - only.row) };
            only.row += piece.len;
            while only.row < only.end && inputs[only.input].keys.starts[only.span + 1] <= only.row {
                only.span += 1;
            }
            self.cursors.retain(|c| c.row < c.end);
            return Some(piece);
        }
        let key = |c: &Cursor| (c.ts(&inputs[c.input].keys), c.input);
        let at = (0..self.cursors.len()).min_by_key(|at| key(&self.cursors[*at]))?;
        let limit = (0..self.cursors.len()).filter(|other| *other != at).map(|other| key(&self.cursors[other])).min();
        let cursor = &mut self.cursors[at];
        let keys = &inputs[cursor.input].keys;
        let start = cursor.row;
        while cursor.row < cursor.end && cursor.row - start < longest && limit.is_none_or(|limit| key(cursor) < limit) {
            cursor.next(keys);
        }
        let piece = Piece { input: cursor.input, start, len: cursor.row - start };
        self.cursors.retain(|c| c.row < c.end);
        Some(piece)
    }

    /// Goes to the next profile; `None` when there is none.
    fn begin(&mut self, inputs: &[Input], erased: &HashSet<u64>) -> Option<()> {
        let head = |heads: &[usize], i: usize| inputs[i].keys.profiles.get(heads[i]).copied();
        let origin = (0..inputs.len()).filter_map(|i| head(&self.heads, i)).min()?;
        for (input, Input { keys, .. }) in inputs.iter().enumerate() {
            let span = self.heads[input];
            let more = keys.profiles[span..].iter().take_while(|p| **p == origin).count();
            self.heads[input] += more;
            if more > 0 && !erased.contains(&origin) {
                self.cursors.push(Cursor { input, span, row: keys.starts[span], end: keys.starts[span + more] });
            }
        }
        Some(())
    }
}

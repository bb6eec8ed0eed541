//! The key columns of one sorted run, decoded: 4 bytes of time and 1 to 4 of event code an event, 20 bytes a span.
//!
//! A span is the rows of one profile within 2³² ms (49 days) of the first of them, so that times are 32-bit offsets. A
//! profile with a longer history has several spans, next to each other.

use std::ops::Range;

/// The longest a span lasts, in milliseconds.
const SPAN_MS: i64 = u32::MAX as i64;

/// Event codes as narrow as they can be.
#[derive(Clone, Debug)]
pub(crate) enum Codes {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl Codes {
    /// An empty list for codes below `limit`.
    pub(crate) fn below(limit: usize, capacity: usize) -> Codes {
        match limit {
            0..=0x100 => Codes::U8(Vec::with_capacity(capacity)),
            0x101..=0x1_0000 => Codes::U16(Vec::with_capacity(capacity)),
            _ => Codes::U32(Vec::with_capacity(capacity)),
        }
    }

    /// Adds a code below the limit the list was made for.
    pub(crate) fn push(&mut self, code: u32) {
        match self {
            Codes::U8(v) => v.push(code as u8),
            Codes::U16(v) => v.push(code as u16),
            Codes::U32(v) => v.push(code),
        }
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> u32 {
        match self {
            Codes::U8(v) => u32::from(v[row]),
            Codes::U16(v) => u32::from(v[row]),
            Codes::U32(v) => v[row],
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Codes::U8(v) => v.capacity(),
            Codes::U16(v) => v.capacity() * 2,
            Codes::U32(v) => v.capacity() * 4,
        }
    }
}

/// Profile, time and event code of a run's rows, in the run's order: by origin, then time, then arrival.
#[derive(Debug)]
pub(crate) struct Columns {
    /// The origin of each span, ascending; equal neighbours belong together.
    pub(crate) profiles: Vec<u64>,
    /// The time its offsets count from, that of its first row.
    pub(crate) bases: Vec<i64>,
    /// Its first row; one more than spans, the last is the row count.
    pub(crate) starts: Vec<u32>,
    /// When each row happened, ms after its span's base.
    pub(crate) offsets: Vec<u32>,
    /// The run's code of each row's event name.
    pub(crate) codes: Codes,
}

impl Columns {
    /// For `rows` rows whose codes are below `codes`.
    pub(crate) fn with_capacity(rows: usize, codes: usize) -> Self {
        Columns {
            profiles: Vec::new(),
            bases: Vec::new(),
            starts: Vec::new(),
            offsets: Vec::with_capacity(rows),
            codes: Codes::below(codes, rows),
        }
    }

    /// Adds the next row; rows come in the run's order.
    #[inline]
    pub(crate) fn push(&mut self, origin: u64, ts: i64, code: u32) {
        let base = match (self.profiles.last(), self.bases.last()) {
            (Some(profile), Some(base)) if *profile == origin && (0..=SPAN_MS).contains(&ts.wrapping_sub(*base)) => {
                *base
            }
            _ => {
                self.profiles.push(origin);
                self.bases.push(ts);
                self.starts.push(self.offsets.len() as u32);
                ts
            }
        };
        self.offsets.push((ts - base) as u32);
        self.codes.push(code);
    }

    /// Ends the building.
    pub(crate) fn finish(mut self) -> Self {
        self.starts.push(self.offsets.len() as u32);
        self.profiles.shrink_to_fit();
        self.bases.shrink_to_fit();
        self.starts.shrink_to_fit();
        self
    }

    pub(crate) fn rows(&self) -> usize {
        self.offsets.len()
    }

    /// The rows of a span.
    #[inline]
    pub(crate) fn rows_at(&self, span: usize) -> Range<u32> {
        self.starts[span]..self.starts[span + 1]
    }

    /// The spans of `origin`, empty when it has none.
    pub(crate) fn spans_of(&self, origin: u64) -> Range<usize> {
        let first = self.profiles.partition_point(|p| *p < origin);
        first..first + self.profiles[first..].iter().take_while(|p| **p == origin).count()
    }

    /// The rows of `origin`, empty when it has none.
    pub(crate) fn rows_of(&self, origin: u64) -> Range<u32> {
        let spans = self.spans_of(origin);
        if spans.is_empty() { 0..0 } else { self.starts[spans.start]..self.starts[spans.end] }
    }

    /// When a row of a span happened.
    #[inline]
    pub(crate) fn ts_in(&self, span: usize, row: u32) -> i64 {
        self.bases[span] + i64::from(self.offsets[row as usize])
    }

    /// The rows of a span with their times.
    pub(crate) fn times_at(&self, span: usize) -> impl Iterator<Item = (u32, i64)> + '_ {
        let base = self.bases[span];
        self.rows_at(span).map(move |row| (row, base + i64::from(self.offsets[row as usize])))
    }

    /// The rows of a span that lie in `from..to`: they are neighbours.
    #[inline]
    pub(crate) fn rows_between(&self, span: usize, from: i64, to: i64) -> Range<u32> {
        let rows = self.rows_at(span);
        let base = self.bases[span];
        let list = &self.offsets[rows.start as usize..rows.end as usize];
        let before = |limit: i64| match u32::try_from(limit.saturating_sub(base)) {
            Ok(limit) => list.partition_point(|at| *at < limit) as u32,
            Err(_) if limit <= base => 0,
            Err(_) => list.len() as u32,
        };
        let first = if from <= base { 0 } else { before(from) };
        let end = before(to).max(first);
        rows.start + first..rows.start + end
    }

    /// Least and greatest time; `None` when there is no row.
    pub(crate) fn times(&self) -> Option<(i64, i64)> {
        let last = |span: usize| self.bases[span] + i64::from(self.offsets[self.starts[span + 1] as usize - 1]);
        let first = self.bases.iter().min()?;
        Some((*first, (0..self.profiles.len()).map(last).max()?))
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let spans = self.profiles.capacity() * 8 + self.bases.capacity() * 8 + self.starts.capacity() * 4;
        spans + self.offsets.capacity() * 4 + self.codes.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_histories_take_several_spans_and_lose_nothing() {
        let day = 86_400_000;
        let mut columns = Columns::with_capacity(8, 300);
        let rows =
            [(1u64, 0), (1, 49 * day), (1, 50 * day), (1, 400 * day), (2, -5), (2, -5), (9, i64::from(i32::MAX))];
        for (at, (profile, ts)) in rows.iter().enumerate() {
            columns.push(*profile, *ts, at as u32 * 40);
        }
        let columns = columns.finish();
        let back: Vec<(u64, i64)> = (0..columns.profiles.len())
            .flat_map(|s| columns.times_at(s).map(move |(_, ts)| (s, ts)))
            .map(|(s, ts)| (columns.profiles[s], ts))
            .collect();
        assert_eq!(back, rows);
        assert_eq!(columns.profiles, [1, 1, 1, 2, 9]);
        assert_eq!((columns.rows_of(1), columns.rows_of(2), columns.rows_of(3)), (0..4, 4..6, 0..0));
        assert_eq!(columns.times(), Some((-5, 400 * day)));
        assert!(matches!(&columns.codes, Codes::U16(v) if v[6] == 240));
        for (span, from, to, expected) in [
            (0, i64::MIN, i64::MAX, 0..2),
            (0, 1, 49 * day, 1..1),
            (0, 0, 49 * day, 0..1),
            (0, 49 * day, 49 * day + 1, 1..2),
            (1, 0, 10, 2..2),
            (3, -5, -4, 4..6),
            (3, -4, 100, 6..6),
        ] {
            assert_eq!(columns.rows_between(span, from, to), expected, "{span} {from} {to}");
        }
    }
}

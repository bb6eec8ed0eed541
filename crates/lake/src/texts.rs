//! A text column on its way into a file: all texts in one buffer, so that a row costs no allocation.

use bytes::Bytes;
use parquet::data_type::ByteArray;

use crate::values::Values;

/// The texts of some rows, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Where each text that is there lies; equal neighbours share a place.
    places: Vec<(usize, usize)>,
    /// By row: 1 where there is a text. Shorter than the rows while the last ones have none.
    levels: Vec<i16>,
}

impl Texts {
    /// For so many rows of so many bytes together, about.
    pub(crate) fn with_capacity(rows: usize, bytes: usize) -> Self {
        Texts { bytes: Vec::with_capacity(bytes), places: Vec::with_capacity(rows), levels: Vec::with_capacity(rows) }
    }

    /// Says that the rows so far, up to `rows`, have no text unless one was added.
    pub(crate) fn pad(&mut self, rows: usize) {
        self.levels.resize(rows.max(self.levels.len()), 0);
    }

    /// Adds the text of the next row.
    pub(crate) fn push(&mut self, text: &str) {
        let start = self.bytes.len();
        match self.places.last() {
            Some((from, to)) if &self.bytes[*from..*to] == text.as_bytes() => self.places.push((*from, *to)),
            _ => {
                self.bytes.extend_from_slice(text.as_bytes());
                self.places.push((start, self.bytes.len()));
            }
        }
        self.levels.push(1);
    }

    /// Adds a row that is like the last of `rows`.
    pub(crate) fn repeat(&mut self, rows: usize) {
        if self.levels.len() == rows
            && rows > 0
            && self.levels[rows - 1] != 0
            && let Some(last) = self.places.last()
        {
            self.places.push(*last);
            self.levels.push(1);
        }
    }

    /// Takes the text of row `row` back, if it has one and is the last.
    pub(crate) fn clear(&mut self, row: usize) {
        if self.levels.len() == row + 1 && self.levels[row] != 0 {
            self.levels.pop();
            self.places.pop();
        }
    }

    /// The column of `rows` rows, where some may have no text.
    pub(crate) fn optional(mut self, rows: usize) -> Values {
        self.pad(rows);
        let levels = std::mem::take(&mut self.levels);
        Values::Spaced(self.values(), levels)
    }

    /// The column, where every row has a text.
    pub(crate) fn required(self) -> Values {
        Values::Text(self.values())
    }

    fn values(self) -> Vec<ByteArray> {
        let bytes = Bytes::from(self.bytes);
        let value = |(from, to): (usize, usize)| ByteArray::from(bytes.slice(from..to));
        self.places.into_iter().map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_texts() {
        let mut texts = Texts::with_capacity(8, 64);
        texts.pad(1);
        texts.push("a");
        texts.repeat(2);
        texts.push("a");
        texts.pad(6);
        texts.repeat(6);
        texts.push("x");
        texts.clear(6);
        texts.clear(6);
        texts.push("bc");
        let column = texts.clone().optional(9);
        let rows: Vec<Option<&str>> = (0..9).map(|row| column.text(row)).collect();
        let spread = column.clone().spread();
        assert_eq!(rows, [None; 9], "a column on its way out is not read by row");
        let rows: Vec<Option<&str>> = (0..9).map(|row| spread.text(row)).collect();
        assert_eq!(rows, [None, Some("a"), Some("a"), Some("a"), None, None, Some("bc"), None, None]);
        let Values::Text(values) = texts.required() else { panic!("texts") };
        assert_eq!(values.iter().map(ByteArray::data).collect::<Vec<_>>(), [&b"a"[..], b"a", b"a", b"bc"]);
    }
}

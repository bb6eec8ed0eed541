//! One typed column of one row group, decoded: numbers and booleans packed, texts as codes of a dictionary.

use std::collections::HashMap;

use parquet::data_type::ByteArray;

use crate::columns::Codes;

/// Which rows have a value, and how many before each word of 64.
#[derive(Debug)]
pub(crate) struct Presence {
    words: Vec<u64>,
    before: Vec<u32>,
}

impl Presence {
    /// `None` when every row has one.
    fn of(levels: &[i16]) -> Option<Presence> {
        if levels.iter().all(|level| *level > 0) {
            return None;
        }
        let (mut words, mut before, mut count) = (Vec::new(), Vec::new(), 0);
        for chunk in levels.chunks(64) {
            let word = chunk.iter().enumerate().fold(0u64, |word, (at, level)| word | u64::from(*level > 0) << at);
            before.push(count);
            count += word.count_ones();
            words.push(word);
        }
        Some(Presence { words, before })
    }

    /// Place of a row's value among those present.
    #[inline]
    fn place(&self, row: usize) -> Option<usize> {
        let word = self.words[row / 64];
        let bit = 1u64 << (row % 64);
        (word & bit != 0).then(|| self.before[row / 64] as usize + (word & (bit - 1)).count_ones() as usize)
    }
}

/// The different texts of a column, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    text: String,
    ends: Vec<u32>,
}

impl Dictionary {
    /// The text of a code.
    #[inline]
    pub(crate) fn text(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] as usize };
        &self.text[start..self.ends[code] as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// The values of a column in one row group.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// Present ones, in order.
    Numbers(Option<Presence>, Vec<f64>),
    /// By row: 0 without a text, else its code in the dictionary plus one.
    Texts(Codes, Dictionary),
    /// By row: 0 absent, 1 false, 2 true.
    Bools(Vec<u8>),
}

impl Decoded {
    pub(crate) fn numbers(values: Vec<f64>, levels: &[i16]) -> Decoded {
        Decoded::Numbers(Presence::of(levels), values)
    }

    pub(crate) fn bools(values: Vec<bool>, levels: &[i16]) -> Decoded {
        let mut values = values.into_iter();
        let cell = |level: &i16| if *level == 0 { 0 } else { 1 + u8::from(values.next().unwrap_or(false)) };
        Decoded::Bools(levels.iter().map(cell).collect())
    }

    /// `None` for bytes that are not UTF-8.
    pub(crate) fn texts(values: &[ByteArray], levels: &[i16]) -> Option<Decoded> {
        // Values out of one dictionary page share their bytes, so most are known by where they lie.
        let mut by_place: HashMap<(usize, usize), u32> = HashMap::new();
        let mut by_text: HashMap<&[u8], u32> = HashMap::new();
        let mut dictionary = Dictionary::default();
        let mut found = Vec::with_capacity(values.len());
        for value in values {
            let bytes = value.data();
            let place = (bytes.as_ptr() as usize, bytes.len());
            let code = match by_place.get(&place) {
                Some(code) => *code,
                None => {
                    let code = match by_text.get(bytes) {
                        Some(code) => *code,
                        None => {
                            dictionary.text.push_str(std::str::from_utf8(bytes).ok()?);
                            dictionary.ends.push(u32::try_from(dictionary.text.len()).ok()?);
                            let code = dictionary.len() as u32;
                            by_text.insert(bytes, code);
                            code
                        }
                    };
                    by_place.insert(place, code);
                    code
                }
            };
            found.push(code);
        }
        let mut codes = Codes::below(dictionary.len() + 1, levels.len());
        let mut found = found.into_iter();
        for level in levels {
            codes.push(if *level == 0 { 0 } else { found.next().unwrap_or(0) });
        }
        dictionary.text.shrink_to_fit();
        dictionary.ends.shrink_to_fit();
        Some(Decoded::Texts(codes, dictionary))
    }

    /// The value at a row of the group.
    #[inline]
    pub(crate) fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Decoded::Numbers(None, values) => Cell::Number(values[row]),
            Decoded::Numbers(Some(presence), values) => {
                presence.place(row).map_or(Cell::Absent, |at| Cell::Number(values[at]))
            }
            Decoded::Texts(codes, dictionary) => match codes.get(row) {
                0 => Cell::Absent,
                code => Cell::Text(dictionary.text(code - 1)),
            },
            Decoded::Bools(values) => match values[row] {
                0 => Cell::Absent,
                value => Cell::Bool(value == 2),
            },
        }
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Decoded::Numbers(presence, values) => {
                presence.as_ref().map_or(0, |p| p.words.capacity() * 8 + p.before.capacity() * 4)
                    + values.capacity() * 8
            }
            Decoded::Texts(codes, dictionary) => {
                codes.bytes() + dictionary.text.capacity() + dictionary.ends.capacity() * 4
            }
            Decoded::Bools(values) => values.capacity(),
        }
    }
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Absent,
    Number(f64),
    Text(&'a str),
    Bool(bool),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_give_back_what_they_had() {
        let levels: Vec<i16> = (0..200).map(|row| i16::from(row % 3 != 1)).collect();
        let present: Vec<usize> = (0..200).filter(|row| row % 3 != 1).collect();
        let numbers = Decoded::numbers(present.iter().map(|row| *row as f64).collect(), &levels);
        let bools = Decoded::bools(present.iter().map(|row| row % 2 == 0).collect(), &levels);
        let values: Vec<ByteArray> =
            present.iter().map(|row| ByteArray::from(format!("t{}", row % 7).as_str())).collect();
        let texts = Decoded::texts(&values, &levels).unwrap();
        for row in 0..200 {
            if row % 3 == 1 {
                assert_eq!([numbers.cell(row), bools.cell(row), texts.cell(row)], [Cell::Absent; 3]);
            } else {
                assert_eq!(numbers.cell(row), Cell::Number(row as f64));
                assert_eq!(bools.cell(row), Cell::Bool(row % 2 == 0));
                assert_eq!(texts.cell(row), Cell::Text(&format!("t{}", row % 7)));
            }
        }
        let Decoded::Texts(Codes::U8(_), dictionary) = &texts else { panic!("{texts:?}") };
        assert_eq!(dictionary.len(), 7);
        assert!(Decoded::texts(&[ByteArray::from(vec![0xff])], &[1]).is_none());
    }
}

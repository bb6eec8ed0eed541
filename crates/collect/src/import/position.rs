//! Where an import stands: opaque to callers, stored as text.

use std::fmt;
use std::str::FromStr;

use super::error::ImportError;

/// Where to go on: everything before was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The file's content, see [`super::input::fingerprint`].
    pub(super) file: u128,
    /// Bytes of decompressed content before the next row.
    pub(super) byte: u64,
    /// The next row's line, from 1.
    pub(super) line: u64,
    /// Rows before.
    pub(super) row: u64,
    /// Rows behind that a group has taken already: first number and how many.
    pub(super) taken: Vec<(u64, u64)>,
}

impl Position {
    /// Whether a group has taken that row already.
    pub(super) fn is_taken(&self, number: u64) -> bool {
        self.taken.iter().any(|(first, count)| (*first..first + count).contains(&number))
    }

    /// Rows before this position.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.row
    }

    /// Bytes of unpacked content before this position; 0 in files whose rows are not in order of bytes (Parquet).
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.byte
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1:{:032x}:{}:{}:{}:", self.file, self.byte, self.line, self.row)?;
        let ranges: Vec<String> = self.taken.iter().map(|(first, count)| format!("{first}+{count}")).collect();
        f.write_str(&ranges.join(","))
    }
}

impl FromStr for Position {
    type Err = ImportError;

    fn from_str(text: &str) -> Result<Self, ImportError> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["1", file, byte, line, row, taken] = parts[..] else { return Err(ImportError::InvalidPosition) };
        let number = |t: &str| t.parse::<u64>().map_err(|_| ImportError::InvalidPosition);
        let file = u128::from_str_radix(file, 16).map_err(|_| ImportError::InvalidPosition)?;
        let range = |t: &str| {
            let (first, count) = t.split_once('+').ok_or(ImportError::InvalidPosition)?;
            Ok((number(first)?, number(count)?))
        };
        let taken: Result<_, ImportError> = taken.split(',').filter(|t| !t.is_empty()).map(range).collect();
        Ok(Position { file, byte: number(byte)?, line: number(line)?, row: number(row)?, taken: taken? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for taken in [vec![], vec![(4, 1)], vec![(4, 1), (9, 20)]] {
            let position = Position { file: u128::MAX - 5, byte: 7, line: 3, row: 2, taken };
            assert_eq!(position.to_string().parse::<Position>().unwrap(), position);
        }
        for bad in ["", "1:2:3", "2:00:1:1:1", "1:zz:1:1:1", "1:00:-1:1:1:", "1:00:1:1:1:5"] {
            assert!(bad.parse::<Position>().is_err(), "{bad}");
        }
    }
}

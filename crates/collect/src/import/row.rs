//! One row of a file, whatever the format.

use serde_json::Value;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Separated values with a header line.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Parquet.
    Parquet,
}

impl Format {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::JsonLines => "JSON lines",
            Format::Parquet => "Parquet",
        }
    }
}

/// A row and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its line, from 1; for Parquet its number.
    pub(super) line: u64,
    /// Its number, from 0.
    pub(super) number: u64,
    /// Bytes of decompressed content before it.
    pub(super) byte: u64,
    /// The columns the mapping uses, in the mapping's order; or why the row cannot be read.
    pub(super) cells: Result<Vec<Value>, String>,
    /// The row as it stands in the file, shortened, when it cannot be read.
    pub(super) sample: String,
}

/// Characters of a row kept for the report.
pub(super) const REPORT_CHARS: usize = 300;

impl Row {
    /// The beginning of the row for the report: as it stands, or the columns the mapping uses.
    pub(super) fn report(&self) -> String {
        match &self.cells {
            Err(_) => self.sample.clone(),
            Ok(cells) => {
                let joined = cells.iter().map(super::cast::text).collect::<Vec<_>>().join(",");
                joined.chars().take(REPORT_CHARS).collect()
            }
        }
    }
}

/// Rows of a file in order.
pub(super) trait Rows {
    /// The next row; `None` at the end.
    fn next_row(&mut self) -> Result<Option<Row>, super::ImportError>;
    /// Where the next row begins: bytes, line, number.
    fn here(&self) -> (u64, u64, u64);
}

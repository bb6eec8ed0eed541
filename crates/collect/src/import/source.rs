//! The facade of an import: batches of entries, and the position after each.

use std::collections::VecDeque;
use std::path::Path;

use rapport_domain::Pii;
use serde_json::Value;

use super::build::{self, EventRows, Unusable};
use super::csv_rows::CsvRows;
use super::error::ImportError;
use super::input::Input;
use super::jsonl_rows::JsonRows;
use super::mapping::{CsvOptions, Mapping};
use super::parquet_rows::ParquetRows;
use super::position::Position;
use super::row::{Format, Row, Rows};

/// Rows in one event at most; a longer group is cut into several events.
const MAX_GROUP_ROWS: usize = 10_000;
/// Rows of other groups that may stand between two rows of one group.
const GROUP_GAP_ROWS: usize = 16;

/// What became of one row, or of the rows of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The line where it begins, from 1 (Parquet: the row's number, from 1).
    pub line: u64,
    /// How many rows it stands for.
    pub rows: u64,
    /// What became of them.
    pub kind: EntryKind,
}

/// What became of rows.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryKind {
    /// An event: JSON in Segment's form with a message id, ready for [`crate::Collector::accept_items`].
    Event(String),
    /// The mapping's `skip_when` leaves it out.
    Skipped,
    /// It cannot become an event.
    Rejected {
        /// A [`crate::RejectReason`]'s code, `invalid_value` or `invalid_row`.
        code: &'static str,
        /// What was expected and found.
        message: String,
        /// The beginning of the row.
        sample: Pii<String>,
    },
}

/// Some entries in the order of the file.
#[derive(Clone, Debug)]
pub struct ImportBatch {
    /// What became of the rows.
    pub entries: Vec<Entry>,
    /// Where to go on once these entries are safe.
    pub position: Position,
}

impl ImportBatch {
    /// The events among the entries.
    #[must_use]
    pub fn events(&self) -> Vec<&str> {
        self.entries.iter().filter_map(Entry::event).collect()
    }
}

impl Entry {
    /// The event's JSON, if it is one.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        match &self.kind {
            EntryKind::Event(json) => Some(json),
            _ => None,
        }
    }
}

/// A file being imported.
pub struct ImportSource {
    input: Input,
    format: Format,
    mapping: Option<Mapping>,
    rows: Box<dyn Rows + Send>,
    /// Rows read already that belong to later entries.
    pending: VecDeque<Row>,
    /// Where the import was resumed: rows behind it may have been taken by a group before.
    resumed: Option<Position>,
    /// The number of the last row a group took.
    last_taken: Option<u64>,
}

impl ImportSource {
    /// Opens a file from its beginning, or from where an import of the same file stood. `mapping` may be left out for
    /// JSON lines in Segment's form.
    ///
    /// # Errors
    /// The file cannot be read, its format is unknown, the mapping names columns it does not have, or the position is
    /// of another file.
    pub fn open(path: &Path, mapping: Option<Mapping>, from: Option<Position>) -> Result<Self, ImportError> {
        let input = Input::open(path)?;
        if from.as_ref().is_some_and(|p| p.file != input.fingerprint) {
            return Err(ImportError::OtherFile);
        }
        let format = input.format()?;
        let rows: Box<dyn Rows + Send> = match format {
            Format::JsonLines => {
                let columns = mapping.as_ref().map(|m| m.columns.iter().map(|c| c.name.clone()).collect());
                Box::new(JsonRows::open(&input, columns, from.as_ref())?)
            }
            Format::Csv => {
                let options = mapping.as_ref().map_or_else(CsvOptions::default, |m| m.csv.clone());
                let mut rows = CsvRows::open(&input, &options, from.as_ref())?;
                let used = needed(mapping.as_ref(), format, rows.columns())?.bind(rows.columns())?;
                rows.select(used);
                Box::new(rows)
            }
            Format::Parquet => {
                let mut rows = ParquetRows::open(&input, from.as_ref())?;
                let mapping = needed(mapping.as_ref(), format, rows.columns())?;
                if !rows.columns().is_empty() {
                    mapping.bind(rows.columns())?;
                }
                rows.select(mapping.columns.iter().map(|c| c.name.clone()).collect());
                Box::new(rows)
            }
        };
        Ok(ImportSource { input, format, mapping, rows, pending: VecDeque::new(), resumed: from, last_taken: None })
    }

    /// What the file holds.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Bytes of the file read so far and in all, as it lies on disk.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.input.consumed().min(self.input.bytes), self.input.bytes)
    }

    /// At most `max` entries more; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn next_batch(&mut self, max: usize) -> Result<Option<ImportBatch>, ImportError> {
        let mut entries = Vec::with_capacity(max.min(10_000));
        while entries.len() < max.max(1) {
            match self.next_entry()? {
                Some(entry) => entries.push(entry),
                None => break,
            }
        }
        let position = self.position();
        Ok((!entries.is_empty()).then_some(ImportBatch { entries, position }))
    }

    fn position(&self) -> Position {
        let (byte, line, row) = match self.pending.front() {
            Some(row) => (row.byte, row.line, row.number),
            None => self.rows.here(),
        };
        let mut taken = Vec::new();
        let mut expected = row;
        for pending in self.pending.iter().map(|r| r.number).chain(self.last_taken.map(|n| n + 1)) {
            if pending > expected {
                taken.push((expected, pending - expected));
            }
            expected = expected.max(pending + 1);
        }
        Position { file: self.input.fingerprint, byte, line, row, taken }
    }

    fn next_entry(&mut self) -> Result<Option<Entry>, ImportError> {
        let Some(first) = self.take_row()? else { return Ok(None) };
        let line = first.line;
        let entry = |rows: usize, kind| Some(Entry { line, rows: rows as u64, kind });
        let cells = match &first.cells {
            Ok(cells) => cells.clone(),
            Err(message) => {
                return Ok(entry(1, rejected(Unusable { code: "invalid_row", message: message.clone() }, &first)));
            }
        };
        // Derived from content and row: the same file again gives the same ids.
        let fallback_id = format!("im-{:032x}-{}", self.input.fingerprint, first.number + 1);
        let Some(mapping) = &self.mapping else {
            let text = cells.first().and_then(Value::as_str).unwrap_or("");
            return Ok(entry(1, finished(build::segment_event(text, &fallback_id), &first)));
        };
        if mapping.skip_when.iter().any(|c| c.holds(&cells)) {
            return Ok(entry(1, EntryKind::Skipped));
        }
        let mut group = vec![cells];
        if let Some(column) = mapping.group_by {
            self.gather(column, &mut group)?;
        }
        let Some(mapping) = &self.mapping else { return Ok(None) };
        let event = build::event(mapping, EventRows { cells: &group, number: first.number + 1 }, &fallback_id);
        Ok(entry(group.len(), finished(event, &first)))
    }

    /// Adds the following rows of the same group, over at most [`GROUP_GAP_ROWS`] rows of others, which stay pending.
    fn gather(&mut self, column: usize, group: &mut Vec<Vec<Value>>) -> Result<(), ImportError> {
        let key = group[0].get(column).cloned().unwrap_or(Value::Null);
        let (mut at, mut gap) = (0, 0);
        while !key.is_null() && group.len() < MAX_GROUP_ROWS && gap < GROUP_GAP_ROWS {
            if at == self.pending.len() {
                match self.read_row()? {
                    Some(row) => self.pending.push_back(row),
                    None => break,
                }
            }
            let skips = |cells: &[Value]| self.mapping.iter().flat_map(|m| &m.skip_when).any(|c| c.holds(cells));
            let cells = self.pending.get(at).and_then(|row| row.cells.as_ref().ok());
            match cells.filter(|cells| cells.get(column) == Some(&key) && !skips(cells)) {
                Some(cells) => {
                    group.push(cells.clone());
                    let taken = self.pending.remove(at).map(|row| row.number);
                    self.last_taken = self.last_taken.max(taken);
                    gap = 0;
                }
                None => {
                    at += 1;
                    gap += 1;
                }
            }
        }
        Ok(())
    }

    fn take_row(&mut self) -> Result<Option<Row>, ImportError> {
        match self.pending.pop_front() {
            Some(row) => Ok(Some(row)),
            None => self.read_row(),
        }
    }

    /// The next row of the file that no group before the resumption took.
    fn read_row(&mut self) -> Result<Option<Row>, ImportError> {
        loop {
            let row = self.rows.next_row()?;
            match (&row, &self.resumed) {
                (Some(row), Some(resumed)) if resumed.is_taken(row.number) => {
                    self.last_taken = self.last_taken.max(Some(row.number));
                }
                _ => return Ok(row),
            }
        }
    }
}

fn needed<'m>(mapping: Option<&'m Mapping>, format: Format, columns: &[String]) -> Result<&'m Mapping, ImportError> {
    mapping.ok_or_else(|| ImportError::MappingNeeded { format: format.as_str(), columns: columns.join(", ") })
}

fn finished(event: Result<String, Unusable>, first: &Row) -> EntryKind {
    event.map_or_else(|unusable| rejected(unusable, first), EntryKind::Event)
}

fn rejected(unusable: Unusable, row: &Row) -> EntryKind {
    EntryKind::Rejected { code: unusable.code, message: unusable.message, sample: Pii(row.report()) }
}

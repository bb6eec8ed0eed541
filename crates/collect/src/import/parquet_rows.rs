//! Rows of Parquet files, read by the lake's reader on a thread of its own.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde_json::{Map, Value};

use super::build;
use super::error::ImportError;
use super::input::Input;
use super::position::Position;
use super::row::{Row, Rows};

/// Rows read ahead.
const READ_AHEAD_ROWS: usize = 1_024;

type Message = Result<(u64, Map<String, Value>), String>;

/// The rows of a Parquet file.
pub(super) struct ParquetRows {
    input: Input,
    columns: Vec<String>,
    used: Vec<String>,
    rows: Receiver<Message>,
    number: u64,
}

impl ParquetRows {
    pub(super) fn open(input: &Input, from: Option<&Position>) -> Result<Self, ImportError> {
        let failed = |detail: String| ImportError::Parquet { path: input.path.clone(), detail };
        let mut columns = Vec::new();
        // Every row has every column, so the first one names them all.
        let first = |_, row: Map<String, Value>| {
            columns = row.keys().cloned().collect();
            ControlFlow::Break(())
        };
        rapport_lake::read_parquet_rows(&input.path, 0, first).map_err(|e| failed(e.to_string()))?;
        let start = from.map_or(0, |p| p.row);
        let (sender, rows) = sync_channel(READ_AHEAD_ROWS);
        let path = input.path.clone();
        let read = move || read(&path, start, &sender);
        thread::Builder::new().name("import-parquet".into()).spawn(read).map_err(|e| failed(e.to_string()))?;
        Ok(ParquetRows { input: input.clone(), used: columns.clone(), columns, rows, number: start })
    }

    /// Names of all columns; none when there is no row.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Yields only these columns, in this order.
    pub(super) fn select(&mut self, used: Vec<String>) {
        self.used = used;
    }
}

/// Sends rows until the end, an error, or nobody listens any more.
fn read(path: &std::path::Path, start: u64, sender: &SyncSender<Message>) {
    let each = |number, row| match sender.send(Ok((number, row))) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    if let Err(error) = rapport_lake::read_parquet_rows(path, start, each) {
        // Nobody listening is no fault here.
        let _ = sender.send(Err(error.to_string()));
    }
}

impl Rows for ParquetRows {
    fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        let Ok(message) = self.rows.recv() else { return Ok(None) };
        let (number, row) = message.map_err(|detail| ImportError::Parquet { path: self.input.path.clone(), detail })?;
        self.number = number + 1;
        let cells = build::cells_of(&row, &self.used);
        Ok(Some(Row { line: number + 1, number, byte: 0, cells: Ok(cells), sample: String::new() }))
    }

    fn here(&self) -> (u64, u64, u64) {
        (0, self.number + 1, self.number)
    }
}

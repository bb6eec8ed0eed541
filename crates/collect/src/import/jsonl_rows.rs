//! Rows of JSON lines: one object a line.

use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::build;
use super::error::ImportError;
use super::input::Input;
use super::position::Position;
use super::row::{REPORT_CHARS, Row, Rows};

/// The longest line, in bytes; a longer one is rejected.
const MAX_LINE_BYTES: usize = 1 << 20;

/// The lines of a file. Without a mapping a row's one cell is the line's text.
pub(super) struct JsonRows {
    input: Input,
    reader: BufReader<Box<dyn Read + Send>>,
    columns: Option<Vec<String>>,
    byte: u64,
    line: u64,
    number: u64,
}

impl JsonRows {
    /// `columns` are the members a mapping uses, by dotted path.
    pub(super) fn open(
        input: &Input,
        columns: Option<Vec<String>>,
        from: Option<&Position>,
    ) -> Result<Self, ImportError> {
        let (byte, line, number) = from.map_or((0, 1, 0), |p| (p.byte, p.line, p.row));
        let reader = BufReader::with_capacity(1 << 16, input.read_from(byte)?);
        Ok(JsonRows { input: input.clone(), reader, columns, byte, line, number })
    }

    /// The next line without its end; `Err` with its length when it is too long. Its bytes are counted.
    fn read_line(&mut self) -> Result<Option<Result<Vec<u8>, u64>>, ImportError> {
        let mut buffer = Vec::new();
        let mut length = 0u64;
        loop {
            let chunk = self.reader.fill_buf().map_err(|e| self.input.failed(e))?;
            if chunk.is_empty() {
                break;
            }
            let end = chunk.iter().position(|b| *b == b'\n');
            let taken = end.map_or(chunk.len(), |e| e + 1);
            if buffer.len() <= MAX_LINE_BYTES {
                buffer.extend_from_slice(&chunk[..taken]);
            }
            self.reader.consume(taken);
            length += taken as u64;
            if end.is_some() {
                break;
            }
        }
        self.byte += length;
        if length == 0 {
            return Ok(None);
        }
        Ok(Some(if length > MAX_LINE_BYTES as u64 { Err(length) } else { Ok(buffer) }))
    }

    fn cells(&self, line: &str) -> Result<Vec<Value>, String> {
        let Some(columns) = &self.columns else { return Ok(vec![Value::from(line)]) };
        let object: Map<String, Value> = serde_json::from_str(line).map_err(|e| format!("invalid JSON: {e}"))?;
        Ok(build::cells_of(&object, columns))
    }
}

impl Rows for JsonRows {
    fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        loop {
            let (byte, line) = (self.byte, self.line);
            let Some(read) = self.read_line()? else { return Ok(None) };
            self.line += 1;
            let text = match &read {
                Ok(bytes) => {
                    let bytes = if byte == 0 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
                    if bytes.trim_ascii().is_empty() {
                        continue;
                    }
                    std::str::from_utf8(bytes.trim_ascii()).map_err(|_| "the line is not UTF-8".to_owned())
                }
                Err(length) => Err(format!("the line has {length} bytes; at most {MAX_LINE_BYTES} are allowed")),
            };
            let number = self.number;
            self.number += 1;
            let cells = text.clone().and_then(|t| self.cells(t));
            let sample = match (&cells, text) {
                (Err(_), Ok(text)) => text.chars().take(REPORT_CHARS).collect(),
                _ => String::new(),
            };
            return Ok(Some(Row { line, number, byte, cells, sample }));
        }
    }

    fn here(&self) -> (u64, u64, u64) {
        (self.byte, self.line, self.number)
    }
}

//! Rows of separated values.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::Value;

use super::detect;
use super::error::ImportError;
use super::input::{Input, read_up_to};
use super::mapping::CsvOptions;
use super::position::Position;
use super::row::{REPORT_CHARS, Row, Rows};

/// The largest row, in bytes; a quote without its end would otherwise swallow the rest of the file.
const MAX_ROW_BYTES: u64 = 16 << 20;
/// Bytes looked at to find out how values are separated.
const SAMPLE_BYTES: usize = 64 << 10;

/// The rows of a file of separated values.
pub(super) struct CsvRows {
    input: Input,
    reader: Reader<Limited>,
    /// Names of all columns.
    header: Vec<String>,
    /// Where the used columns stand.
    used: Vec<usize>,
    delimiter: u8,
    latin1: bool,
    base: Base,
    read: u64,
    record: ByteRecord,
    seen: Arc<Mutex<Seen>>,
    /// Line ends before the present row.
    lines: u64,
}

/// Where the reader began.
#[derive(Clone, Copy)]
struct Base {
    byte: u64,
    line: u64,
    row: u64,
}

impl CsvRows {
    pub(super) fn open(input: &Input, options: &CsvOptions, from: Option<&Position>) -> Result<Self, ImportError> {
        let mut start = vec![0u8; SAMPLE_BYTES];
        let read = read_up_to(&mut input.read_from(0)?, &mut start).map_err(|e| input.failed(e))?;
        let (delimiter, quote) = detect::dialect(&start[..read], options.delimiter, options.quote);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let reader = |skip: u64| -> Result<Reader<Limited>, ImportError> {
            *lock(&seen) = Seen::default();
            let limited = Limited { inner: input.read_from(skip)?, seen: seen.clone() };
            let mut builder = ReaderBuilder::new();
            Ok(builder.has_headers(false).flexible(true).delimiter(delimiter).quote(quote).from_reader(limited))
        };
        let mut first = reader(0)?;
        let mut record = ByteRecord::new();
        let header = match &options.columns {
            Some(names) => names.clone(),
            None => {
                first.read_byte_record(&mut record).map_err(|e| input.failed(csv_error(e, 1)))?;
                record.iter().map(|name| field(name, options.latin1).unwrap_or_default().trim().to_owned()).collect()
            }
        };
        let (reader, base) = match from {
            None => (first, Base { byte: 0, line: 1, row: 0 }),
            Some(p) => (reader(p.byte)?, Base { byte: p.byte, line: p.line, row: p.row }),
        };
        let used = (0..header.len()).collect();
        let latin1 = options.latin1;
        Ok(CsvRows {
            input: input.clone(),
            reader,
            header,
            used,
            delimiter,
            latin1,
            base,
            read: 0,
            record,
            seen,
            lines: 0,
        })
    }

    /// Names of all columns.
    pub(super) fn columns(&self) -> &[String] {
        &self.header
    }

    /// Yields only these columns, in this order.
    pub(super) fn select(&mut self, used: Vec<usize>) {
        self.used = used;
    }

    fn cells(&self) -> Result<Vec<Value>, String> {
        if self.record.len() != self.header.len() {
            return Err(format!("expected {} values, found {}", self.header.len(), self.record.len()));
        }
        let cell = |place: &usize| {
            let bytes = self.record.get(*place).unwrap_or(b"");
            if bytes.is_empty() {
                return Ok(Value::Null);
            }
            let name = self.header.get(*place).map_or("", String::as_str);
            let text = field(bytes, self.latin1);
            text.map(Value::String)
                .ok_or_else(|| format!("{name}: not UTF-8 (csv: {{encoding: latin-1}} reads Latin-1)"))
        };
        self.used.iter().map(cell).collect()
    }

    fn sample(&self) -> String {
        let mut out = String::new();
        for (i, bytes) in self.record.iter().enumerate() {
            if i > 0 {
                out.push(char::from(self.delimiter));
            }
            out.extend(String::from_utf8_lossy(bytes).chars().take(REPORT_CHARS));
            if out.len() > REPORT_CHARS {
                break;
            }
        }
        out.chars().take(REPORT_CHARS).collect()
    }
}

impl Rows for CsvRows {
    fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        lock(&self.seen).since_row = 0;
        let (byte, line, number) = self.here();
        let start = self.reader.position().byte();
        let more = self.reader.read_byte_record(&mut self.record);
        if !more.map_err(|e| self.input.failed(csv_error(e, line)))? {
            return Ok(None);
        }
        self.lines += lock(&self.seen).pass(start);
        self.read += 1;
        let cells = self.cells();
        let sample = if cells.is_err() { self.sample() } else { String::new() };
        Ok(Some(Row { line: self.base.line + self.lines, number, byte, cells, sample }))
    }

    fn here(&self) -> (u64, u64, u64) {
        let byte = self.reader.position().byte();
        let line = self.base.line + self.lines + lock(&self.seen).newlines_before(byte);
        (self.base.byte + byte, line, self.base.row + self.read)
    }
}

fn field(bytes: &[u8], latin1: bool) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if latin1 => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        Err(_) => None,
    }
}

fn csv_error(error: csv::Error, line: u64) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => io::Error::new(e.kind(), format!("line {line}: {e}")),
        other => io::Error::other(format!("line {line}: {other:?}")),
    }
}

/// What went through the reader. The parser's own line numbers do not count empty lines and miss one after `\r\n`.
#[derive(Default)]
struct Seen {
    /// Bytes.
    bytes: u64,
    /// Bytes since the present row began.
    since_row: u64,
    /// Where `\r` (false) and `\n` (true) stand, from the present row on.
    breaks: VecDeque<(u64, bool)>,
}

impl Seen {
    /// Forgets the breaks before a row that is looked for from `start` on, empty lines among them; answers how many
    /// lines they ended.
    fn pass(&mut self, start: u64) -> u64 {
        let (mut row, mut lines) = (start, 0);
        while let Some((at, newline)) = self.breaks.front().copied().filter(|(at, _)| *at <= row) {
            lines += u64::from(newline);
            row = row.max(at + 1);
            self.breaks.pop_front();
        }
        lines
    }

    fn newlines_before(&self, byte: u64) -> u64 {
        self.breaks.iter().take_while(|(at, _)| *at < byte).filter(|(_, newline)| *newline).count() as u64
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes where lines end, and stops a row that never ends.
struct Limited {
    inner: Box<dyn Read + Send>,
    seen: Arc<Mutex<Seen>>,
}

impl Read for Limited {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        let mut seen = lock(&self.seen);
        let from = seen.bytes;
        let breaks = buf[..read].iter().zip(from..).filter(|(b, _)| matches!(b, b'\r' | b'\n'));
        seen.breaks.extend(breaks.map(|(b, at)| (at, *b == b'\n')));
        seen.bytes += read as u64;
        seen.since_row += read as u64;
        if seen.since_row > MAX_ROW_BYTES {
            let message = format!("the row has more than {MAX_ROW_BYTES} bytes; a quote may be missing its end");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}

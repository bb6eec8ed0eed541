//! Values of one column, and reading them from a file by row.

use std::ops::Range;
use std::sync::Arc;

use parquet::basic::Type as Physical;
use parquet::column::reader::get_column_reader;
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;
use serde_json::Value;

use crate::members::Member;
use crate::shred;

/// Values of one column over some rows.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    I64(Vec<i64>),
    I32(Vec<i32>),
    Bool(Vec<bool>),
    Text(Vec<ByteArray>),
    Optional(Vec<Option<ByteArray>>),
    /// Texts that are there, and a level a row: as they are written.
    Spaced(Vec<ByteArray>, Vec<i16>),
    Numbers(Vec<Option<f64>>),
    Bools(Vec<Option<bool>>),
}

impl Values {
    /// An empty column of the same type.
    pub(crate) fn empty_like(&self, capacity: usize) -> Values {
        match self {
            Values::I64(_) => Values::I64(Vec::with_capacity(capacity)),
            Values::I32(_) => Values::I32(Vec::with_capacity(capacity)),
            Values::Bool(_) => Values::Bool(Vec::with_capacity(capacity)),
            Values::Text(_) => Values::Text(Vec::with_capacity(capacity)),
            Values::Optional(_) | Values::Spaced(..) => Values::Optional(Vec::with_capacity(capacity)),
            Values::Numbers(_) => Values::Numbers(Vec::with_capacity(capacity)),
            Values::Bools(_) => Values::Bools(Vec::with_capacity(capacity)),
        }
    }

    /// Adds rows of another column of the same type.
    pub(crate) fn extend_from(&mut self, other: &Values, rows: Range<usize>) -> Result<(), ParquetError> {
        match (self, other) {
            (Values::I64(a), Values::I64(b)) => a.extend_from_slice(&b[rows]),
            (Values::I32(a), Values::I32(b)) => a.extend_from_slice(&b[rows]),
            (Values::Bool(a), Values::Bool(b)) => a.extend_from_slice(&b[rows]),
            (Values::Text(a), Values::Text(b)) => a.extend_from_slice(&b[rows]),
            (Values::Optional(a), Values::Optional(b)) => a.extend_from_slice(&b[rows]),
            (Values::Numbers(a), Values::Numbers(b)) => a.extend_from_slice(&b[rows]),
            (Values::Bools(a), Values::Bools(b)) => a.extend_from_slice(&b[rows]),
            _ => return Err(ParquetError::General("columns of different types".to_owned())),
        }
        Ok(())
    }

    /// The same, so that it can be read by row.
    pub(crate) fn spread(self) -> Values {
        match self {
            Values::Spaced(texts, levels) => Values::Optional(spread((texts, levels))),
            other => other,
        }
    }

    /// Adds absent values until there are `rows`. For optional columns.
    pub(crate) fn pad(&mut self, rows: usize) {
        match self {
            Values::Optional(v) => v.resize(rows, None),
            Values::Numbers(v) => v.resize(rows, None),
            Values::Bools(v) => v.resize(rows, None),
            _ => {}
        }
    }

    /// Adds a value of a column of numbers or booleans; one of another type counts as absent.
    pub(crate) fn push(&mut self, value: &Member<'_>) {
        match (self, value) {
            (Values::Numbers(v), Member::Number { value, .. }) => v.push(Some(*value)),
            (Values::Bools(v), Member::Bool(value)) => v.push(Some(*value)),
            (Values::Numbers(v), _) => v.push(None),
            (Values::Bools(v), _) => v.push(None),
            _ => {}
        }
    }

    /// The value of an optional column as JSON.
    pub(crate) fn json(&self, at: usize) -> Option<Value> {
        match self {
            Values::Optional(_) => self.text(at).map(Value::from),
            Values::Numbers(v) => v[at].map(shred::number),
            Values::Bools(v) => v[at].map(Value::from),
            _ => None,
        }
    }

    pub(crate) fn i64(&self, at: usize) -> i64 {
        match self {
            Values::I64(v) => v[at],
            Values::I32(v) => i64::from(v[at]),
            Values::Bool(v) => i64::from(v[at]),
            _ => 0,
        }
    }

    /// The text at a row; `None` for an absent value or a column without text.
    pub(crate) fn text(&self, at: usize) -> Option<&str> {
        let bytes = match self {
            Values::Text(v) => &v[at],
            Values::Optional(v) => v[at].as_ref()?,
            _ => return None,
        };
        std::str::from_utf8(bytes.data()).ok()
    }
}

/// Reads `column` for the rows `rows` of the file, over row groups, touching only the pages that hold them.
pub(crate) fn read_column<R: ChunkReader + 'static>(
    reader: &Arc<R>,
    meta: &ParquetMetaData,
    column: usize,
    rows: Range<u64>,
) -> Result<Values, ParquetError> {
    let descr = meta.file_metadata().schema_descr_ptr().column(column);
    let optional = descr.max_def_level() > 0;
    Ok(match (descr.physical_type(), optional) {
        (Physical::INT64, false) => Values::I64(read_typed::<Int64Type, R>(reader, meta, column, rows)?.0),
        (Physical::INT32, false) => Values::I32(read_typed::<Int32Type, R>(reader, meta, column, rows)?.0),
        (Physical::BOOLEAN, false) => Values::Bool(read_typed::<BoolType, R>(reader, meta, column, rows)?.0),
        (Physical::BYTE_ARRAY, false) => Values::Text(read_typed::<ByteArrayType, R>(reader, meta, column, rows)?.0),
        (Physical::BYTE_ARRAY, true) => {
            Values::Optional(spread(read_typed::<ByteArrayType, R>(reader, meta, column, rows)?))
        }
        (Physical::DOUBLE, true) => Values::Numbers(spread(read_typed::<DoubleType, R>(reader, meta, column, rows)?)),
        (Physical::BOOLEAN, true) => Values::Bools(spread(read_typed::<BoolType, R>(reader, meta, column, rows)?)),
        other => return Err(ParquetError::General(format!("unexpected column type {other:?}"))),
    })
}

/// Present values and their levels as one value a row.
fn spread<T>((values, levels): (Vec<T>, Vec<i16>)) -> Vec<Option<T>> {
    let mut values = values.into_iter();
    levels.into_iter().map(|level| if level == 0 { None } else { values.next() }).collect()
}

/// The values that are there and, for optional columns, a level a row: 0 where there is none.
pub(crate) fn read_typed<T: DataType, R: ChunkReader + 'static>(
    reader: &Arc<R>,
    meta: &ParquetMetaData,
    column: usize,
    rows: Range<u64>,
) -> Result<(Vec<T::T>, Vec<i16>), ParquetError> {
    let wanted = (rows.end - rows.start) as usize;
    let (mut values, mut levels) = (Vec::with_capacity(wanted), Vec::new());
    let mut first = 0u64;
    let mut read = 0usize;
    for (index, group) in meta.row_groups().iter().enumerate() {
        let group_rows = u64::try_from(group.num_rows()).unwrap_or(0);
        let (from, to) = (rows.start.max(first), rows.end.min(first + group_rows));
        if from < to {
            let locations =
                meta.page_index().and_then(|p| p.offset_index(index, column)).map(|o| o.page_locations().clone());
            let chunk = group.column(column);
            let pages = SerializedPageReader::new(Arc::clone(reader), chunk, group_rows as usize, locations)?;
            let mut typed: ColumnReaderImpl<T> =
                get_typed_column_reader(get_column_reader(chunk.column_descr_ptr(), Box::new(pages)));
            typed.skip_records((from - first) as usize)?;
            read += typed.read_records((to - from) as usize, Some(&mut levels), None, &mut values)?.0;
        }
        first += group_rows;
    }
    if read == wanted { Ok((values, levels)) } else { Err(ParquetError::EOF(format!("{read} of {wanted} rows"))) }
}

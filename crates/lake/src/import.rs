//! Reading any flat Parquet file as JSON rows, for importers.

use std::fs::File;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use rapport_domain::Timestamp;
use serde_json::{Map, Number, Value};

use crate::error::LakeError;

/// Rows of a Parquet file, from its footer; for progress.
///
/// # Errors
/// `Io`, or `Import` when it is not a Parquet file.
pub fn parquet_row_count(path: &Path) -> Result<u64, LakeError> {
    let reader = open(path)?;
    Ok(u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0))
}

/// Calls `each` with the number (from 0) and the columns of every row from row `start` on, until it breaks. Text, numbers
/// and booleans stay what they are; timestamps become RFC 3339 in UTC, dates `YYYY-MM-DD`, decimals exact text, bytes that
/// are not UTF-8 hexadecimal text, groups objects, lists arrays. Returns the number of the row after the last one given.
///
/// # Errors
/// `Io`, or `Import` when the file cannot be read; rows before the fault were given.
pub fn read_parquet_rows(
    path: &Path,
    start: u64,
    each: impl FnMut(u64, Map<String, Value>) -> ControlFlow<()>,
) -> Result<u64, LakeError> {
    // The library panics on some damaged pages; that is the file's fault and must not end as if there were no more rows.
    let read = catch_unwind(AssertUnwindSafe(|| rows_from(path, start, each)));
    let damaged = || LakeError::Import { path: path.to_owned(), reason: "a page of it is damaged".to_owned() };
    read.unwrap_or_else(|_| Err(damaged()))
}

fn rows_from(
    path: &Path,
    start: u64,
    mut each: impl FnMut(u64, Map<String, Value>) -> ControlFlow<()>,
) -> Result<u64, LakeError> {
    let reader = open(path)?;
    let fail = |e: ParquetError| LakeError::Import { path: path.to_owned(), reason: e.to_string() };
    let mut number = 0u64;
    for group in 0..reader.num_row_groups() {
        let rows = u64::try_from(reader.metadata().row_group(group).num_rows()).unwrap_or(0);
        if number + rows <= start {
            number += rows;
            continue;
        }
        let group = reader.get_row_group(group).map_err(fail)?;
        for row in group.get_row_iter(None).map_err(fail)? {
            let row = row.map_err(fail)?;
            number += 1;
            if number > start && each(number - 1, row_value(&row)).is_break() {
                return Ok(number);
            }
        }
    }
    Ok(number)
}

fn open(path: &Path) -> Result<SerializedFileReader<File>, LakeError> {
    let file = File::open(path).map_err(LakeError::io(path))?;
    SerializedFileReader::new(file).map_err(|e| LakeError::Import { path: path.to_owned(), reason: e.to_string() })
}

fn row_value(row: &Row) -> Map<String, Value> {
    row.get_column_iter().map(|(name, field)| (name.clone(), field_value(field))).collect()
}

fn field_value(field: &Field) -> Value {
    let float = |f: f64| Number::from_f64(f).map_or(Value::Null, Value::Number);
    match field {
        Field::Null => Value::Null,
        Field::Bool(b) => Value::Bool(*b),
        Field::Byte(n) => Value::from(*n),
        Field::Short(n) => Value::from(*n),
        Field::Int(n) => Value::from(*n),
        Field::Long(n) => Value::from(*n),
        Field::UByte(n) => Value::from(*n),
        Field::UShort(n) => Value::from(*n),
        Field::UInt(n) => Value::from(*n),
        Field::ULong(n) => Value::from(*n),
        Field::Float16(f) => float(f64::from(f.to_f32())),
        // By way of its text, so that 0.1 stays 0.1.
        Field::Float(f) => f.to_string().parse().map_or(Value::Null, float),
        Field::Double(f) => float(*f),
        Field::Str(s) => Value::from(s.as_str()),
        Field::Bytes(b) => match std::str::from_utf8(b.data()) {
            Ok(text) => Value::from(text),
            Err(_) => Value::from(b.data().iter().map(|x| format!("{x:02x}")).collect::<String>()),
        },
        Field::Decimal(_) | Field::Date(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => plain_text(field),
        Field::TimestampMillis(ms) => Value::from(Timestamp(*ms).to_rfc3339()),
        Field::TimestampMicros(us) => Value::from(Timestamp(us.div_euclid(1000)).to_rfc3339()),
        Field::Group(row) => Value::Object(row_value(row)),
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(field_value).collect()),
        Field::MapInternal(map) => {
            let key = |k: &Field| match field_value(k) {
                Value::String(s) => s,
                other => other.to_string(),
            };
            Value::Object(map.entries().iter().map(|(k, v)| (key(k), field_value(v))).collect())
        }
    }
}

/// Decimals, dates and times of day as the library prints them, without quotes.
fn plain_text(field: &Field) -> Value {
    let text = field.to_string();
    Value::from(text.trim_matches('"'))
}

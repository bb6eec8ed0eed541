//! Rows read back, with typed and borrowing access to their columns.

use rapport_domain::{Partition, ProfileId, SourceId, Timestamp, WorkspaceId};
use rusqlite::types::ValueRef;
use serde::Deserialize;

use super::value::Value;
use crate::{Result, StoreError};

/// One row of an answer; valid until the next row is read.
pub struct Row<'a> {
    inner: &'a rusqlite::Row<'a>,
}

impl<'a> Row<'a> {
    pub(super) fn new(inner: &'a rusqlite::Row<'a>) -> Self {
        Row { inner }
    }

    /// The value of column `index` (from 0), borrowed. Fails when there is no such column or a text is not UTF-8.
    pub fn value(&self, index: usize) -> Result<Value<'_>> {
        let value = self.inner.get_ref(index).map_err(|e| self.unreadable(index, &e.to_string()))?;
        Ok(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(v) => Value::Int(v),
            ValueRef::Real(v) => Value::Real(v),
            ValueRef::Text(v) => {
                Value::Text(std::str::from_utf8(v).map_err(|e| self.unreadable(index, &e.to_string()))?)
            }
            ValueRef::Blob(v) => Value::Blob(v),
        })
    }

    /// Column `index` (from 0) as a `T`. Fails when the stored value is of another kind or out of range.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T> {
        let value = self.value(index)?;
        T::from_column(value)
            .ok_or_else(|| self.unreadable(index, &format!("expected {}, found {}", T::EXPECTED, value.kind())))
    }

    /// The bytes of column `index` without copying.
    pub fn get_blob_ref(&self, index: usize) -> Result<&[u8]> {
        match self.value(index)? {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(self.unreadable(index, &format!("expected bytes, found {}", other.kind()))),
        }
    }

    /// The text of column `index` without copying.
    pub fn get_str_ref(&self, index: usize) -> Result<&str> {
        match self.value(index)? {
            Value::Text(text) => Ok(text),
            other => Err(self.unreadable(index, &format!("expected text, found {}", other.kind()))),
        }
    }

    /// The postcard-encoded value in column `index`; it may borrow from the row.
    pub fn get_postcard<'r, T: Deserialize<'r>>(&'r self, index: usize) -> Result<T> {
        postcard::from_bytes(self.get_blob_ref(index)?).map_err(|e| self.unreadable(index, &e.to_string()))
    }

    /// The JSON text in column `index`, parsed.
    pub fn get_json<'r, T: Deserialize<'r>>(&'r self, index: usize) -> Result<T> {
        serde_json::from_str(self.get_str_ref(index)?).map_err(|e| self.unreadable(index, &e.to_string()))
    }

    fn unreadable(&self, index: usize, detail: &str) -> StoreError {
        let name = self.inner.as_ref().column_name(index).unwrap_or("?");
        StoreError::decode(format!("column {index} ({name})"), detail)
    }
}

/// A type a column can be read as.
pub trait FromColumn: Sized {
    /// What is expected, for messages.
    const EXPECTED: &'static str;

    /// The value, or `None` when it is of another kind or out of range.
    fn from_column(value: Value<'_>) -> Option<Self>;
}

macro_rules! from_column {
    ($($type:ty, $expected:literal, $pattern:pat => $result:expr;)*) => {$(
        impl FromColumn for $type {
            const EXPECTED: &'static str = $expected;

            fn from_column(value: Value<'_>) -> Option<Self> {
                match value {
                    $pattern => $result,
                    _ => None,
                }
            }
        }
    )*};
}

from_column! {
    i64, "an integer", Value::Int(v) => Some(v);
    u64, "an integer", Value::Int(v) => Some(v as u64);
    i32, "a 32-bit integer", Value::Int(v) => i32::try_from(v).ok();
    u32, "an unsigned 32-bit integer", Value::Int(v) => u32::try_from(v).ok();
    u16, "an unsigned 16-bit integer", Value::Int(v) => u16::try_from(v).ok();
    u8, "an unsigned 8-bit integer", Value::Int(v) => u8::try_from(v).ok();
    bool, "0 or 1", Value::Int(v @ (0 | 1)) => Some(v == 1);
    String, "text", Value::Text(v) => Some(v.to_owned());
    Vec<u8>, "bytes", Value::Blob(v) => Some(v.to_vec());
    Timestamp, "milliseconds since 1970", Value::Int(v) => Some(Timestamp(v));
    ProfileId, "a profile id", Value::Int(v) => Some(ProfileId(v as u64));
    WorkspaceId, "a workspace id", Value::Int(v) => u32::try_from(v).ok().map(WorkspaceId);
    SourceId, "a source id", Value::Int(v) => u32::try_from(v).ok().map(SourceId);
    Partition, "a partition", Value::Int(v) => u16::try_from(v).ok().map(Partition);
}

impl FromColumn for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_column(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Real(v) => Some(v),
            Value::Int(v) => Some(v as f64),
            _ => None,
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_column(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_column(other).map(Some),
        }
    }
}

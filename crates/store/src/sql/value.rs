//! Values bound to a statement or read from a column.

use rapport_domain::{Partition, ProfileId, SourceId, Timestamp, WorkspaceId};

/// One SQL value, borrowed. Unsigned 64-bit numbers are stored bit for bit as signed ones, so they keep equality but
/// order by their signed reading; profile ids, counters and hashes below 2⁶³ order as expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A 64-bit integer; booleans are 0 and 1, timestamps milliseconds since 1970.
    Int(i64),
    /// A 64-bit floating point number.
    Real(f64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// Values for a statement's `?1`, `?2`, … as an array of [`Value`]: `tx.execute(sql, &params![workspace, id, 7])`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

macro_rules! from_int {
    ($($from:ty),*) => {$(
        impl From<$from> for Value<'_> {
            fn from(value: $from) -> Self {
                Value::Int(i64::from(value))
            }
        }
        impl From<&$from> for Value<'_> {
            fn from(value: &$from) -> Self {
                Value::Int(i64::from(*value))
            }
        }
    )*};
}

from_int!(i64, i32, i16, u32, u16, u8, bool);

macro_rules! from_cast {
    ($($from:ty => |$value:ident| $cast:expr),* $(,)?) => {$(
        impl From<$from> for Value<'_> {
            fn from($value: $from) -> Self {
                $cast
            }
        }
        impl From<&$from> for Value<'_> {
            fn from(value: &$from) -> Self {
                let $value = *value;
                $cast
            }
        }
    )*};
}

from_cast! {
    u64 => |v| Value::Int(v as i64),
    usize => |v| Value::Int(v as i64),
    f64 => |v| Value::Real(v),
    Timestamp => |v| Value::Int(v.0),
    ProfileId => |v| Value::Int(v.0 as i64),
    WorkspaceId => |v| Value::Int(i64::from(v.0)),
    SourceId => |v| Value::Int(i64::from(v.0)),
    Partition => |v| Value::Int(i64::from(v.0)),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Blob(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Value::Blob(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Blob(value)
    }
}

// Not `impl<T: Into<Value>> From<Option<T>>`: such a chain has no end for the compiler.
macro_rules! from_option {
    ($($from:ty),* $(,)?) => {$(
        impl<'a> From<Option<$from>> for Value<'a> {
            fn from(value: Option<$from>) -> Self {
                value.map_or(Value::Null, Value::from)
            }
        }
    )*};
}

from_option!(i64, i32, u32, u16, u8, bool, u64, usize, f64, Timestamp, ProfileId, WorkspaceId, SourceId, Partition);
from_option!(&'a str, &'a String, &'a [u8], &'a Vec<u8>);

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_ref().map_or(Value::Null, Value::from)
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(value: &'a Option<Vec<u8>>) -> Self {
        value.as_ref().map_or(Value::Null, Value::from)
    }
}

impl Value<'_> {
    /// The kind of the value, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Int(_) => "an integer",
            Value::Real(_) => "a number",
            Value::Text(_) => "text",
            Value::Blob(_) => "bytes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_types_convert() {
        let name = String::from("n");
        let none: Option<String> = None;
        let values =
            params![u64::MAX, 7u32, true, 1.5, "t", &name, &[1u8, 2], Some(3i64), &none, Timestamp(9), WorkspaceId(4)];
        assert_eq!(
            values,
            [
                Value::Int(-1),
                Value::Int(7),
                Value::Int(1),
                Value::Real(1.5),
                Value::Text("t"),
                Value::Text("n"),
                Value::Blob(&[1, 2]),
                Value::Int(3),
                Value::Null,
                Value::Int(9),
                Value::Int(4),
            ]
        );
    }
}

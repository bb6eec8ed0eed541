//! From a cell to a value of the type the mapping asks for.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use rapport_domain::Timestamp;
use rapport_domain::time::local_to_instant;
use serde_json::{Number, Value};

/// The type a mapping asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cast {
    /// As the file has it: text in CSV, typed in the others.
    AsIs,
    /// Text.
    Text,
    /// A whole number; `17850.0` is 17850.
    Integer,
    /// A number.
    Number,
    /// `true`/`false`, `yes`/`no`, `t`/`f`, `y`/`n`, `1`/`0`.
    Bool,
    /// An instant, RFC 3339 in UTC. Without a format: RFC 3339, ISO dates, or seconds or milliseconds since 1970;
    /// what names no offset is a local time of the zone.
    Timestamp {
        /// A strftime format.
        format: Option<String>,
        /// The zone of local times.
        zone: Tz,
    },
}

impl Cast {
    /// The value of that type; `Null` stays `Null`. The error says what was expected.
    pub(super) fn apply(&self, cell: &Value) -> Result<Value, String> {
        if cell.is_null() {
            return Ok(Value::Null);
        }
        match self {
            Cast::AsIs => Ok(cell.clone()),
            Cast::Text => Ok(Value::String(text(cell))),
            Cast::Integer => integer(cell).map(Value::from).ok_or_else(|| expected("a whole number", cell)),
            Cast::Number => {
                number(cell).and_then(Number::from_f64).map(Value::Number).ok_or_else(|| expected("a number", cell))
            }
            Cast::Bool => boolean(cell).map(Value::Bool).ok_or_else(|| expected("true or false", cell)),
            Cast::Timestamp { format, zone } => {
                let ts = instant(&text(cell), format.as_deref(), *zone);
                let wanted =
                    || format.as_ref().map_or("a date or time".to_owned(), |f| format!("a time in the format {f:?}"));
                ts.map(|t| Value::String(t.to_rfc3339())).ok_or_else(|| expected(&wanted(), cell))
            }
        }
    }
}

/// The text of a cell; whole floats without their zero.
pub(super) fn text(cell: &Value) -> String {
    match cell {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        Value::Number(n) => match n.as_f64() {
            Some(f) if n.is_f64() && f.fract() == 0.0 && f.abs() < 9e15 => format!("{f:.0}"),
            _ => n.to_string(),
        },
        other => other.to_string(),
    }
}

/// The number in a cell.
pub(super) fn number(cell: &Value) -> Option<f64> {
    match cell {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => s.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

fn integer(cell: &Value) -> Option<i64> {
    let text = text(cell);
    let digits = text.trim();
    let digits = match digits.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
        _ => digits,
    };
    digits.parse().ok()
}

fn boolean(cell: &Value) -> Option<bool> {
    if let Value::Bool(b) = cell {
        return Some(*b);
    }
    match text(cell).trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

const LOCAL: [&str; 5] =
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M:%S%.f"];

fn instant(text: &str, format: Option<&str>, zone: Tz) -> Option<Timestamp> {
    let text = text.trim();
    let local = |t: NaiveDateTime| local_to_instant(zone, t);
    if let Some(format) = format {
        if let Ok(t) = chrono::DateTime::parse_from_str(text, format) {
            return Some(Timestamp(t.timestamp_millis()));
        }
        let date = || NaiveDate::parse_from_str(text, format).ok().map(|d| d.and_time(NaiveTime::MIN));
        return NaiveDateTime::parse_from_str(text, format).ok().or_else(date).map(local);
    }
    let found = LOCAL.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
    let found = found.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|d| d.and_time(NaiveTime::MIN)));
    found.map(local).or_else(|| Timestamp::parse(text))
}

fn expected(what: &str, cell: &Value) -> String {
    let found: String = text(cell).chars().take(60).collect();
    format!("expected {what}, found {found:?}")
}

/// Whether a strftime format can be used.
pub(super) fn is_format(format: &str) -> bool {
    !format.is_empty() && !chrono::format::StrftimeItems::new(format).any(|i| matches!(i, chrono::format::Item::Error))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn casts() {
        let london = Cast::Timestamp { format: None, zone: chrono_tz::Europe::London };
        let day_first = Cast::Timestamp { format: Some("%d/%m/%Y %H:%M".into()), zone: chrono_tz::UTC };
        for (cast, cell, expected) in [
            (Cast::Integer, json!("17850.0"), Ok(json!(17850))),
            (Cast::Integer, json!(17850.0), Ok(json!(17850))),
            (Cast::Integer, json!(" -3 "), Ok(json!(-3))),
            (Cast::Integer, json!("1.5"), Err("expected a whole number, found \"1.5\"")),
            (Cast::Number, json!("2.55"), Ok(json!(2.55))),
            (Cast::Number, json!("NaN"), Err("expected a number, found \"NaN\"")),
            (Cast::Bool, json!("Yes"), Ok(json!(true))),
            (Cast::Bool, json!(0), Ok(json!(false))),
            (Cast::Bool, json!("maybe"), Err("expected true or false, found \"maybe\"")),
            (Cast::Text, json!(12.0), Ok(json!("12"))),
            (Cast::Text, Value::Null, Ok(Value::Null)),
            (london.clone(), json!("2010-12-01 08:26:00"), Ok(json!("2010-12-01T08:26:00.000Z"))),
            (london.clone(), json!("2011-07-01 08:26:00"), Ok(json!("2011-07-01T07:26:00.000Z"))),
            (london.clone(), json!("2011-07-01T08:26:00+02:00"), Ok(json!("2011-07-01T06:26:00.000Z"))),
            (london.clone(), json!("2011-07-01"), Ok(json!("2011-06-30T23:00:00.000Z"))),
            (london.clone(), json!(1_291_191_960), Ok(json!("2010-12-01T08:26:00.000Z"))),
            (london, json!("soon"), Err("expected a date or time, found \"soon\"")),
            (day_first.clone(), json!("01/12/2010 08:26"), Ok(json!("2010-12-01T08:26:00.000Z"))),
            (day_first, json!("2010"), Err("expected a time in the format \"%d/%m/%Y %H:%M\", found \"2010\"")),
        ] {
            assert_eq!(cast.apply(&cell), expected.map_err(str::to_owned), "{cast:?} {cell}");
        }
        assert!(is_format("%Y-%m-%d") && !is_format("%Q") && !is_format(""));
    }
}

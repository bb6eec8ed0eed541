//! The body of a call: one item, or a batch of items with what they share.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::core::check::kind_of;
use crate::error::CollectError;

/// A request body, its items still JSON.
#[derive(Debug, Default)]
pub struct Envelope<'a> {
    /// The items.
    pub items: Vec<&'a str>,
    /// What the batch says for all of them; JSON texts.
    pub shared: BatchMembers<'a>,
}

/// The batch's own members, each as JSON text.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchMembers<'a> {
    /// `writeKey`.
    pub write_key: Option<&'a str>,
    /// `sentAt`.
    pub sent_at: Option<&'a str>,
    /// `timestamp`.
    pub timestamp: Option<&'a str>,
    /// `context`.
    pub context: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    #[serde(borrow)]
    batch: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    write_key: Option<&'a RawValue>,
    #[serde(borrow)]
    sent_at: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
}

/// Reads a body that is one item.
///
/// # Errors
/// [`CollectError::InvalidJson`] with line and column.
pub fn one(body: &str) -> Result<Envelope<'_>, CollectError> {
    let raw: &RawValue = serde_json::from_str(body).map_err(|e| invalid(&e))?;
    Ok(Envelope { items: vec![raw.get()], shared: BatchMembers::default() })
}

/// Reads a batch: an object with the list `batch`.
///
/// # Errors
/// [`CollectError::InvalidJson`] with line and column, [`CollectError::MissingBatch`] when there is no such list,
/// [`CollectError::TooManyEvents`].
pub fn batch(body: &str, max_events: usize) -> Result<Envelope<'_>, CollectError> {
    let found = body.trim_start();
    if !found.starts_with('{') && serde_json::from_str::<&RawValue>(body).is_ok() {
        return Err(CollectError::MissingBatch { found: kind_of(found) });
    }
    let parsed: Batch<'_> = serde_json::from_str(body).map_err(|e| invalid(&e))?;
    let Some(items) = parsed.batch else {
        return Err(CollectError::MissingBatch { found: "an object without it" });
    };
    if items.len() > max_events {
        return Err(CollectError::TooManyEvents { count: items.len(), limit: max_events });
    }
    Ok(Envelope {
        items: items.into_iter().map(RawValue::get).collect(),
        shared: BatchMembers {
            write_key: parsed.write_key.map(RawValue::get),
            sent_at: parsed.sent_at.map(RawValue::get),
            timestamp: parsed.timestamp.map(RawValue::get),
            context: parsed.context.map(RawValue::get),
        },
    })
}

/// Reads a batch if the body is an object with `batch`, else one item.
///
/// # Errors
/// As [`one`] and [`batch`].
pub fn either(body: &str, max_events: usize) -> Result<Envelope<'_>, CollectError> {
    match batch(body, max_events) {
        Err(CollectError::MissingBatch { found: "an object without it" }) => one(body),
        other => other,
    }
}

fn invalid(error: &serde_json::Error) -> CollectError {
    let full = error.to_string();
    // The position is told apart from the message.
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    CollectError::InvalidJson { line: error.line(), column: error.column(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_of_malformed_bodies() {
        for (body, line, column) in [
            ("", 1, 0),
            ("{", 1, 1),
            ("{\"batch\":[{]}", 1, 12),
            ("{\"batch\":[\n {\"a\":1},\n {\"a\":tru}]}", 3, 10),
            ("{\"batch\":[]} x", 1, 14),
            ("{\"batch\":5}", 1, 10),
            ("{\"batch\":[{\"a\":\"\n\"}]}", 1, 16),
            ("not json", 1, 2),
        ] {
            match batch(body, 10) {
                Err(CollectError::InvalidJson { line: l, column: c, .. }) => {
                    assert_eq!((l, c), (line, column), "{body}")
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn batches_and_single_items() {
        let e = batch(r#"{"batch":[{"a":1}, 2],"sentAt":"x","writeKey":"WK","context":{"b":1},"integrations":{}}"#, 10)
            .unwrap();
        assert_eq!(e.items, [r#"{"a":1}"#, "2"]);
        assert_eq!((e.shared.sent_at, e.shared.write_key), (Some("\"x\""), Some("\"WK\"")));
        assert_eq!(e.shared.context, Some(r#"{"b":1}"#));
        assert!(matches!(batch("[1]", 10), Err(CollectError::MissingBatch { found: "a list" })));
        assert!(matches!(batch("{}", 10), Err(CollectError::MissingBatch { .. })));
        assert!(matches!(batch(r#"{"batch":[1,2,3]}"#, 2), Err(CollectError::TooManyEvents { count: 3, limit: 2 })));
        assert_eq!(either(r#" {"type":"track"} "#, 10).unwrap().items, [r#"{"type":"track"}"#]);
        assert_eq!(either(r#"{"batch":[{}]}"#, 10).unwrap().items, ["{}"]);
    }
}

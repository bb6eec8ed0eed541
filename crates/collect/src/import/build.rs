//! From the rows of one event to its JSON, checked by the same code that checks collected items.

use rapport_domain::{EventKind, Timestamp, WorkspaceId};
use serde_json::{Map, Value};

use super::expr::Rows;
use super::mapping::Mapping;
use crate::core::check::{self, Rejection, Shared};
use crate::core::consent::ConsentPolicy;
use crate::core::reason::RejectReason;
use crate::stage::{CollectConfig, MAX_IMPORT_EVENT_BYTES};

/// Why rows made no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    /// A [`RejectReason`]'s code, or `invalid_value`, `invalid_row`.
    pub(super) code: &'static str,
    /// What was expected and found.
    pub(super) message: String,
}

impl From<Rejection> for Unusable {
    fn from(rejection: Rejection) -> Self {
        Unusable { code: rejection.reason.as_str(), message: rejection.message }
    }
}

/// The event of these rows. `fallback_id` is its message id when the mapping gives none.
pub(super) fn event(mapping: &Mapping, rows: Rows<'_>, fallback_id: &str) -> Result<String, Unusable> {
    let mut item = Map::new();
    item.insert("type".to_owned(), Value::from(mapping.kind.as_str()));
    for (name, value) in &mapping.members {
        let value = value.eval(rows).map_err(|e| {
            let at = if e.at.is_empty() { (*name).to_owned() } else { format!("{name}.{}", e.at) };
            Unusable { code: "invalid_value", message: format!("{at}: {}", e.message) }
        })?;
        if !value.is_null() {
            item.insert((*name).to_owned(), value);
        }
    }
    if !item.contains_key("messageId") {
        item.insert("messageId".to_owned(), Value::from(fallback_id));
    }
    let json = Value::Object(item).to_string();
    checked(&json)?;
    Ok(json)
}

/// An event that is in Segment's form already; gets a message id when it has none.
pub(super) fn segment_event(json: &str, fallback_id: &str) -> Result<String, Unusable> {
    let raw: &serde_json::value::RawValue = serde_json::from_str(json)
        .map_err(|e| Unusable { code: RejectReason::InvalidBody.as_str(), message: format!("invalid JSON: {e}") })?;
    let checked = checked(raw.get())?;
    if checked {
        return Ok(raw.get().to_owned());
    }
    if raw.get().contains("messageId") {
        // It is there, but empty.
        let mut item: Map<String, Value> = serde_json::from_str(raw.get()).unwrap_or_default();
        item.insert("messageId".to_owned(), Value::from(fallback_id));
        return Ok(Value::Object(item).to_string());
    }
    let members = raw.get().get(1..).unwrap_or("}");
    Ok(format!("{{\"messageId\":\"{fallback_id}\",{members}"))
}

/// Checks an item as the collector will; `true` when it has a message id of its own.
fn checked(json: &str) -> Result<bool, Unusable> {
    let limits = CollectConfig::default();
    let policy = ConsentPolicy::default();
    let shared = Shared {
        workspace: WorkspaceId::default(),
        partitions: 1,
        received_at: Timestamp::MAX,
        kind: None::<EventKind>,
        sent_at: None,
        timestamp: None,
        context: None,
        policy: &policy,
        gpc: false,
        max_event_bytes: MAX_IMPORT_EVENT_BYTES,
        max_depth: limits.max_depth,
    };
    let (fields, broken) = check::read(json, shared.max_event_bytes, shared.max_depth)?;
    let checked = check::check(json, &fields, broken, &shared)?;
    Ok(checked.message_id.is_some())
}

/// The members of one row as an object, for formats whose rows are typed.
pub(super) fn cells_of(object: &Map<String, Value>, columns: &[String]) -> Vec<Value> {
    columns.iter().map(|c| rapport_domain::json::lookup(object, c).cloned().unwrap_or(Value::Null)).collect()
}

pub(super) use super::expr::Rows as EventRows;

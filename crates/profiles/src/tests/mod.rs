//! Tests of the rules, as tables and as properties.

mod accounts;
mod apply;
mod claims;
mod merge;
mod proofs;
mod repo;
mod resolve;
mod simulator;
mod view;

use std::sync::Arc;

use rapport_domain::event::{Event, EventKind};
use rapport_domain::ids::{ProfileId, SourceId, WorkspaceId};
use rapport_domain::json::Json;
use rapport_domain::profile::{Identifier, Profile};
use rapport_domain::time::Timestamp;
use serde_json::Value;

pub(crate) const WS: WorkspaceId = WorkspaceId(1);

/// An event out of Segment's JSON.
pub(crate) fn event(ts: i64, json: Value) -> Event {
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(Arc::<str>::from);
    let kind = EventKind::parse(json["type"].as_str().unwrap_or("track")).expect("a kind");
    let member = if matches!(kind, EventKind::Identify | EventKind::Group) { "traits" } else { "properties" };
    let object = |name: &str| json.get(name).map_or_else(Json::default, |v| Json::from_text(&v.to_string()));
    let name = if kind == EventKind::Track { text("event").unwrap_or_default() } else { Arc::from(kind.event_name()) };
    Event {
        workspace: WS,
        source: SourceId(1),
        kind,
        name,
        message_id: Arc::from(format!("m{ts}")),
        ts: Timestamp(ts),
        received_at: Timestamp(ts),
        user_id: text("userId"),
        anonymous_id: text("anonymousId"),
        group_id: text("groupId"),
        previous_id: text("previousId"),
        properties: object(member),
        context: object("context"),
        historical: false,
    }
}

pub(crate) fn id(namespace: &str, value: &str) -> Identifier {
    Identifier::new(namespace, value)
}

pub(crate) fn known(number: u64) -> Profile {
    Profile::new(WS, ProfileId(number), true, Timestamp(0))
}

pub(crate) fn anonymous(number: u64) -> Profile {
    Profile::new(WS, ProfileId(number), false, Timestamp(0))
}

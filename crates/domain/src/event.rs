//! Events: what happened to a customer, in the words of Segment's spec.

pub mod names;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{MessageKey, ProfileId, SourceId, WorkspaceId};
use crate::json::Json;
use crate::time::Timestamp;

/// The call an event came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum EventKind {
    /// Something happened; the event has a name of its own.
    Track = 0,
    /// Who the customer is; properties are traits.
    Identify = 1,
    /// A web page was seen.
    Page = 2,
    /// An app's screen was seen.
    Screen = 3,
    /// The customer belongs to an account; properties are the account's traits.
    Group = 4,
    /// Two user ids are the same customer.
    Alias = 5,
}

impl EventKind {
    /// The `type` of Segment's spec.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Track => "track",
            EventKind::Identify => "identify",
            EventKind::Page => "page",
            EventKind::Screen => "screen",
            EventKind::Group => "group",
            EventKind::Alias => "alias",
        }
    }

    /// The kind with that `type`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Track, Self::Identify, Self::Page, Self::Screen, Self::Group, Self::Alias]
            .into_iter()
            .find(|k| k.as_str() == text)
    }

    /// The kind with that number in a stored format.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Track, Self::Identify, Self::Page, Self::Screen, Self::Group, Self::Alias]
            .get(usize::from(code))
            .copied()
    }

    /// The event name used for every kind but `track`, whose events name themselves.
    #[must_use]
    pub fn event_name(self) -> &'static str {
        match self {
            EventKind::Track => "",
            EventKind::Identify => names::IDENTIFIED,
            EventKind::Page => names::PAGE_VIEWED,
            EventKind::Screen => names::SCREEN_VIEWED,
            EventKind::Group => names::GROUP_JOINED,
            EventKind::Alias => names::ALIASED,
        }
    }
}

/// One event, parsed and with its time corrected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Whose data it is.
    pub workspace: WorkspaceId,
    /// Where it came from; 0 is Rapport itself.
    pub source: SourceId,
    /// The call it came by.
    pub kind: EventKind,
    /// What happened: `Order Completed`.
    pub name: Arc<str>,
    /// The client's id of it, or one given on arrival; decides duplicates.
    pub message_id: Arc<str>,
    /// When it happened, corrected for the client's clock, never after `received_at`.
    pub ts: Timestamp,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The known customer, if the caller named one.
    pub user_id: Option<Arc<str>>,
    /// The device or browser, if the caller named one.
    pub anonymous_id: Option<Arc<str>>,
    /// The account of a `group` call.
    pub group_id: Option<Arc<str>>,
    /// The former id of an `alias` call.
    pub previous_id: Option<Arc<str>>,
    /// Properties; for `identify` and `group` the traits.
    pub properties: Json,
    /// Context: page, device, campaign, library…
    pub context: Json,
    /// Imported history: it is counted everywhere and triggers no journey.
    pub historical: bool,
}

impl Event {
    /// An event that Rapport itself records about a profile, at `ts`.
    #[must_use]
    pub fn derived(
        workspace: WorkspaceId,
        name: &str,
        message_id: String,
        ts: Timestamp,
        properties: serde_json::Map<String, Value>,
    ) -> Self {
        Event {
            workspace,
            source: SourceId(0),
            kind: EventKind::Track,
            name: Arc::from(name),
            message_id: Arc::from(message_id),
            ts,
            received_at: ts,
            user_id: None,
            anonymous_id: None,
            group_id: None,
            previous_id: None,
            properties: Json::from(properties),
            context: Json::default(),
            historical: false,
        }
    }

    /// The key that makes duplicates one.
    #[must_use]
    pub fn key(&self) -> MessageKey {
        MessageKey::of(self.workspace, &self.message_id)
    }
}

/// An event whose profile is known: what the lake stores and the timeline shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessedEvent {
    /// The profile it was processed under. A later merge does not rewrite it; readers apply the merge map.
    pub profile: ProfileId,
    /// The event.
    pub event: Event,
}

/// A value read from an event or a profile, borrowed where possible.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Absent or null.
    Null,
    /// True or false.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// A list, or an object's JSON where a rule only asks whether it exists.
    Json(Cow<'a, Value>),
}

impl<'a> Scalar<'a> {
    /// The scalar of a JSON value.
    #[must_use]
    pub fn of(value: Option<&'a Value>) -> Self {
        match value {
            None | Some(Value::Null) => Scalar::Null,
            Some(Value::Bool(b)) => Scalar::Bool(*b),
            Some(Value::Number(n)) => Scalar::Number(n.as_f64().unwrap_or(f64::NAN)),
            Some(Value::String(s)) => Scalar::Text(Cow::Borrowed(s)),
            Some(other) => Scalar::Json(Cow::Borrowed(other)),
        }
    }
}

/// What a rule or fold may ask of one event, whether it is live (JSON) or comes from the lake (columns).
pub trait EventView {
    /// Its name.
    fn name(&self) -> &str;
    /// When it happened.
    fn ts(&self) -> Timestamp;
    /// A property by dotted path.
    fn property(&self, path: &str) -> Scalar<'_>;
    /// A context field by dotted path.
    fn context(&self, path: &str) -> Scalar<'_>;
}

impl EventView for Event {
    fn name(&self) -> &str {
        &self.name
    }

    fn ts(&self) -> Timestamp {
        self.ts
    }

    fn property(&self, path: &str) -> Scalar<'_> {
        Scalar::of(self.properties.get(path))
    }

    fn context(&self, path: &str) -> Scalar<'_> {
        Scalar::of(self.context.get(path))
    }
}

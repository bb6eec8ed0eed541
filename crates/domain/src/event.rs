//! Events: what happened to a customer, in the words of Segment's spec.

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

/// Names of events that Rapport itself gives. Past tense, Segment's semantic names where they exist.
pub mod names {
    /// An `identify` call.
    pub const IDENTIFIED: &str = "Identified";
    /// A `page` call.
    pub const PAGE_VIEWED: &str = "Page Viewed";
    /// A `screen` call.
    pub const SCREEN_VIEWED: &str = "Screen Viewed";
    /// A `group` call.
    pub const GROUP_JOINED: &str = "Group Joined";
    /// An `alias` call.
    pub const ALIASED: &str = "Aliased";
    /// Traits changed; properties: `changes: {trait: {from, to}}`.
    pub const PROFILE_UPDATED: &str = "Profile Updated";
    /// Another profile was merged into this one; properties: `from`, `by`.
    pub const PROFILE_MERGED: &str = "Profile Merged";
    /// A merge was undone; properties: `from`.
    pub const PROFILE_UNMERGED: &str = "Profile Unmerged";
    /// An identifier was not attached because it belongs to somebody else; properties: `namespace`, `reason`.
    pub const IDENTIFIER_REFUSED: &str = "Identifier Refused";
    /// Consent was given or withdrawn; properties: `channel`, `topic`, `granted`, `source`; `confirmed` when
    /// nobody has to confirm it any more, `wording` what the customer agreed to.
    pub const CONSENT_CHANGED: &str = "Consent Changed";
    /// The profile entered a segment; properties: `segment`.
    pub const SEGMENT_ENTERED: &str = "Segment Entered";
    /// The profile left a segment; properties: `segment`.
    pub const SEGMENT_EXITED: &str = "Segment Exited";
    /// The other system of a segment's webhook did not take that the profile entered or left; properties: `segment`,
    /// `channel`, `reason`.
    pub const SEGMENT_WEBHOOK_FAILED: &str = "Segment Webhook Failed";
    /// The profile was put on a list by hand; properties: `list`, `source`.
    pub const LIST_ADDED: &str = "Added to List";
    /// The profile was taken off a list by hand; properties: `list`, `source`.
    pub const LIST_REMOVED: &str = "Removed from List";
    /// A persona model found the profile's group; properties: `model`, `persona`.
    pub const PERSONA_ASSIGNED: &str = "Persona Assigned";
    /// A journey began; properties: `journey`, `version`, `run`.
    pub const JOURNEY_ENTERED: &str = "Journey Entered";
    /// A journey ended; properties: `journey`, `version`, `run`, `reason`.
    pub const JOURNEY_EXITED: &str = "Journey Exited";
    /// A journey's goal was reached; properties: `journey`, `version`, `run`, `step`, `group`.
    pub const JOURNEY_GOAL_REACHED: &str = "Journey Goal Reached";
    /// A split that is an experiment assigned an arm; properties: `experiment_id`, `variation_id`, `journey`, `step`.
    pub const EXPERIMENT_VIEWED: &str = "Experiment Viewed";
    /// A message was decided; properties: `message_id`, `channel`, `template`, `journey`, `step`.
    pub const MESSAGE_QUEUED: &str = "Message Queued";
    /// A message was accepted by the provider.
    pub const MESSAGE_SENT: &str = "Message Sent";
    /// A message was not sent; properties: `reason` of the closed list.
    pub const MESSAGE_SKIPPED: &str = "Message Skipped";
    /// A message could not be sent after every retry; properties: `reason`.
    pub const MESSAGE_FAILED: &str = "Message Failed";
    /// An e-mail was opened.
    pub const EMAIL_OPENED: &str = "Email Opened";
    /// A link in an e-mail was followed; properties: `link`.
    pub const EMAIL_LINK_CLICKED: &str = "Email Link Clicked";
    /// An e-mail reached the recipient's server or mailbox, by a report.
    pub const EMAIL_DELIVERED: &str = "Email Delivered";
    /// An e-mail came back; properties: `bounce` (`hard`, `soft`), `reason`, `status`, `detail`.
    pub const EMAIL_BOUNCED: &str = "Email Bounced";
    /// The customer or their provider calls an e-mail spam; properties: `feedback`.
    pub const EMAIL_MARKED_AS_SPAM: &str = "Email Marked as Spam";
    /// A machine answered an e-mail for the customer.
    pub const EMAIL_AUTO_REPLIED: &str = "Email Auto-Replied";
    /// The customer unsubscribed; properties: `channel`, `topic`.
    pub const UNSUBSCRIBED: &str = "Unsubscribed";

    /// What one event caused was cut, because it went on and on; properties: `after` (how many events), `by` (the names of the
    /// last ones).
    pub const CHAIN_CUT: &str = "Chain Cut";

    /// The events that Rapport records itself, or by the calls of SDKs.
    pub const OWN: [&str; 32] = [
        IDENTIFIED,
        PAGE_VIEWED,
        SCREEN_VIEWED,
        GROUP_JOINED,
        ALIASED,
        PROFILE_UPDATED,
        PROFILE_MERGED,
        PROFILE_UNMERGED,
        IDENTIFIER_REFUSED,
        CONSENT_CHANGED,
        SEGMENT_ENTERED,
        SEGMENT_EXITED,
        SEGMENT_WEBHOOK_FAILED,
        LIST_ADDED,
        LIST_REMOVED,
        PERSONA_ASSIGNED,
        JOURNEY_ENTERED,
        JOURNEY_EXITED,
        JOURNEY_GOAL_REACHED,
        EXPERIMENT_VIEWED,
        MESSAGE_QUEUED,
        MESSAGE_SENT,
        MESSAGE_SKIPPED,
        MESSAGE_FAILED,
        EMAIL_OPENED,
        EMAIL_LINK_CLICKED,
        EMAIL_DELIVERED,
        EMAIL_BOUNCED,
        EMAIL_MARKED_AS_SPAM,
        EMAIL_AUTO_REPLIED,
        UNSUBSCRIBED,
        CHAIN_CUT,
    ];

    /// Whether only Rapport may record events of that name: they decide memberships, and a browser's write key is public.
    #[must_use]
    pub fn is_reserved(name: &str) -> bool {
        [LIST_ADDED, LIST_REMOVED, PERSONA_ASSIGNED].contains(&name)
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

//! Customers, events and messages as answers show them.

use std::collections::BTreeMap;

use rapport_delivery::core::device::{self, Device};
use rapport_delivery::repo::LedgerEntry;
use rapport_domain::event::ProcessedEvent;
use rapport_domain::profile::{ACCOUNT, Trait};
use rapport_domain::{Identifier, Profile, ProfileId, Timestamp};
use rapport_profiles::core::traits;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::reply::Time;

/// A customer in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProfileSummary {
    /// The profile's id.
    pub(crate) id: String,
    /// `user_id`, else e-mail address, else anonymous id.
    pub(crate) label: String,
    /// Whether a `user_id` is known.
    pub(crate) known: bool,
    /// Event time of the first event.
    pub(crate) first_seen: Time,
    /// Event time of the last event.
    pub(crate) last_seen: Time,
    /// Events processed.
    pub(crate) event_count: u64,
    /// All traits.
    #[schema(value_type = Object)]
    pub(crate) traits: Map<String, Value>,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileView {
    /// What lists show of it. An id from before a merge answers with the present one.
    #[serde(flatten)]
    pub(crate) summary: ProfileSummary,
    /// Names of the traits that Rapport computes.
    pub(crate) computed_traits: Vec<String>,
    /// All identifiers.
    pub(crate) identifiers: Vec<IdentifierView>,
    /// Statements of consent, the latest of each channel and topic.
    pub(crate) consents: Vec<ConsentView>,
    /// Accounts the customer belongs to.
    pub(crate) groups: Vec<String>,
    /// Profiles that became part of this one.
    pub(crate) merges: Vec<MergeView>,
    /// Segments the customer is in.
    pub(crate) segments: Vec<MembershipView>,
    /// Browsers and apps that take notifications, those seen last first; without what is needed to write to them.
    pub(crate) devices: Vec<DeviceView>,
    /// Journeys: `active` runs, `history`, and `habits`: `best_hour` (local hour of most reactions, 0 to 23), `pressure` (what
    /// messages of late weigh, in e-mails just sent, by the gate's own score) and `pressure_limit` of the settings.
    #[schema(value_type = Object)]
    pub(crate) journeys: Value,
}

/// A browser or an app that takes notifications.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceView {
    /// Its trait's name.
    pub(crate) id: String,
    /// What carries notifications to it: `webpush`, `fcm`, `apns`.
    #[schema(value_type = String)]
    pub(crate) kind: device::DeviceKind,
    /// The channel whose messages it takes: `webpush`, `push`.
    pub(crate) channel: &'static str,
    /// The server of a browser's push service; null for apps.
    pub(crate) service: Option<String>,
    /// When it was last seen; null when only its token was stated.
    pub(crate) seen_at: Option<Time>,
}

impl From<Device> for DeviceView {
    fn from(d: Device) -> Self {
        let server = d.token.split_once("://").and_then(|(_, rest)| rest.split('/').next());
        DeviceView {
            id: d.key(),
            kind: d.kind,
            channel: d.kind.channel().as_str(),
            service: server.map(str::to_owned),
            seen_at: (d.seen_at > 0).then(|| Timestamp(d.seen_at).into()),
        }
    }
}

/// An identifier.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IdentifierView {
    /// `user_id`, `anonymous_id`, `email`, …
    pub(crate) namespace: String,
    /// The value.
    pub(crate) value: String,
}

impl From<&Identifier> for IdentifierView {
    fn from(i: &Identifier) -> Self {
        IdentifierView { namespace: i.namespace.clone(), value: i.value.clone() }
    }
}

/// A statement of consent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentView {
    /// `email`, …
    pub(crate) channel: String,
    /// The topic; null is the whole channel.
    pub(crate) topic: Option<String>,
    /// Whether it is given, and confirmed where that is needed.
    pub(crate) granted: bool,
    /// `granted`, `denied`, or `pending`: asked for and not confirmed by the customer yet.
    pub(crate) status: String,
    /// When it was stated.
    pub(crate) at: Time,
    /// Where it was stated.
    pub(crate) source: String,
}

/// The consents of a profile.
pub(crate) fn consents(profile: &Profile) -> Vec<ConsentView> {
    let show = |c: &rapport_domain::profile::Consent| ConsentView {
        channel: c.channel.clone(),
        topic: c.topic.clone(),
        granted: c.is_granted(),
        status: c.status.as_str().to_owned(),
        at: c.at.into(),
        source: c.source.clone(),
    };
    profile.consents.iter().map(show).collect()
}

/// A profile that became part of another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeView {
    /// The absorbed profile's id.
    pub(crate) from: String,
    /// When.
    pub(crate) at: Time,
    /// The identifier that joined them.
    pub(crate) by: IdentifierView,
}

/// A segment somebody is in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MembershipView {
    /// The segment's id.
    pub(crate) segment: String,
    /// Since when.
    pub(crate) since: Time,
}

/// The traits that somebody sent or computed, without the one that only says which account counts.
fn sent(all: &BTreeMap<String, Trait>) -> Map<String, Value> {
    let mut sent = traits::plain(all);
    sent.remove(ACCOUNT);
    sent
}

impl From<&Profile> for ProfileSummary {
    fn from(p: &Profile) -> Self {
        ProfileSummary {
            id: p.id.to_string(),
            label: rapport_profiles::label(p),
            known: p.known,
            first_seen: p.first_seen.into(),
            last_seen: p.last_seen.into(),
            event_count: p.event_count,
            traits: sent(&p.traits),
        }
    }
}

impl ProfileView {
    /// The profile with what other stages know of it.
    pub(crate) fn of(
        p: &Profile,
        computed_traits: Vec<String>,
        segments: Vec<(String, Timestamp)>,
        journeys: Value,
    ) -> Self {
        let merges =
            p.merges.iter().map(|m| MergeView { from: m.from.to_string(), at: m.at.into(), by: (&m.by).into() });
        ProfileView {
            summary: ProfileSummary::from(p),
            computed_traits,
            identifiers: p.identifiers.iter().map(IdentifierView::from).collect(),
            consents: consents(p),
            groups: p.groups.clone(),
            merges: merges.collect(),
            segments: segments.into_iter().map(|(segment, at)| MembershipView { segment, since: at.into() }).collect(),
            devices: device::devices(p).map(DeviceView::from).collect(),
            journeys,
        }
    }
}

/// An event on a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// The client's id of it.
    pub(crate) message_id: String,
    /// The call: `track`, `identify`, …
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// What happened.
    pub(crate) event: String,
    /// When it happened.
    pub(crate) timestamp: Time,
    /// When it arrived.
    pub(crate) received_at: Time,
    /// The profile it was processed under.
    pub(crate) profile: String,
    /// The known customer, if the caller named one.
    pub(crate) user_id: Option<String>,
    /// The device or browser, if the caller named one.
    pub(crate) anonymous_id: Option<String>,
    /// The account of a `group` call.
    pub(crate) group_id: Option<String>,
    /// The source's id; 0 is Rapport itself.
    pub(crate) source: u32,
    /// Imported history.
    pub(crate) historical: bool,
    /// Properties, or traits.
    #[schema(value_type = Object)]
    pub(crate) properties: Map<String, Value>,
    /// Page, device, campaign, library…
    #[schema(value_type = Object)]
    pub(crate) context: Map<String, Value>,
}

impl From<&ProcessedEvent> for EventView {
    fn from(row: &ProcessedEvent) -> Self {
        let e = &row.event;
        EventView {
            message_id: e.message_id.to_string(),
            kind: e.kind.as_str(),
            event: e.name.to_string(),
            timestamp: e.ts.into(),
            received_at: e.received_at.into(),
            profile: row.profile.to_string(),
            user_id: e.user_id.as_deref().map(str::to_owned),
            anonymous_id: e.anonymous_id.as_deref().map(str::to_owned),
            group_id: e.group_id.as_deref().map(str::to_owned),
            source: e.source.0,
            historical: e.historical,
            properties: e.properties.map().clone(),
            context: e.context.map().clone(),
        }
    }
}

/// A message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Its id.
    pub(crate) id: String,
    /// To whom.
    pub(crate) profile: String,
    /// `email`.
    pub(crate) channel: String,
    /// The template's id.
    pub(crate) template: String,
    /// The journey that decided it.
    pub(crate) journey: Option<String>,
    /// The journey's version.
    pub(crate) version: Option<u32>,
    /// The journey's step.
    pub(crate) step: Option<String>,
    /// `queued`, `deferred`, `sent`, `skipped`, `failed`.
    pub(crate) status: &'static str,
    /// Why it was skipped, of the closed list.
    pub(crate) reason: Option<String>,
    /// What exactly, or the provider's answer.
    pub(crate) detail: Option<String>,
    /// Its subject, once sent.
    pub(crate) subject: Option<String>,
    /// Attempts so far.
    pub(crate) attempts: u32,
    /// When it was decided.
    pub(crate) created_at: Time,
    /// When its status last changed.
    pub(crate) changed_at: Time,
}

impl From<LedgerEntry> for MessageView {
    fn from(e: LedgerEntry) -> Self {
        MessageView {
            id: e.id.to_string(),
            profile: e.profile.to_string(),
            channel: e.channel,
            template: e.template,
            journey: e.journey,
            version: e.version,
            step: e.step,
            status: e.status.as_str(),
            reason: e.reason,
            detail: e.detail,
            subject: e.subject,
            attempts: e.attempts,
            created_at: e.created_at.into(),
            changed_at: e.changed_at.into(),
        }
    }
}

/// A profile's id in a path or parameter.
pub(crate) fn profile_id(text: &str) -> Result<ProfileId, crate::error::ApiError> {
    text.parse().map_err(|_| crate::error::ApiError::not_found(format!("profile {text}")))
}

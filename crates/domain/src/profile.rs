//! A profile: one customer, known by many identifiers.

mod glance;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{ProfileId, WorkspaceId};
use crate::time::Timestamp;

pub use glance::Glance;

/// What the names of traits begin with that are devices to send notifications to. Only Rapport states them: write keys are
/// public, and by one anybody could have somebody else's notifications sent to themselves.
pub const DEVICE_TRAIT: &str = "$device_";

/// The trait that names a profile's time zone (IANA).
pub const ZONE_TRAIT: &str = "timezone";

/// Namespaces of identifiers that Rapport knows; others are custom.
pub mod namespace {
    /// The business's own id of a known customer.
    pub const USER_ID: &str = "user_id";
    /// A browser or device before anybody signed in.
    pub const ANONYMOUS_ID: &str = "anonymous_id";
    /// An e-mail address, lower-cased.
    pub const EMAIL: &str = "email";
    /// A telephone number.
    pub const PHONE: &str = "phone";
    /// A push token.
    pub const DEVICE_TOKEN: &str = "device_token";
    /// Another profile, where one stands in the place of an identifier. No client can state it: `$` is not a letter of
    /// namespaces.
    pub const PROFILE: &str = "$profile";
}

/// One identifier: a namespace and a value within it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// `user_id`, `anonymous_id`, `email`, …
    pub namespace: String,
    /// The value, normalised for its namespace.
    pub value: String,
}

impl Identifier {
    /// An identifier; e-mail addresses are trimmed and lower-cased.
    #[must_use]
    pub fn new(namespace: &str, value: &str) -> Self {
        let value = value.trim();
        let value = if namespace == namespace::EMAIL { value.to_lowercase() } else { value.to_owned() };
        Identifier { namespace: namespace.to_owned(), value }
    }
}

/// One trait's present value and when it was stated; a later statement wins, whatever the order of arrival.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trait {
    /// The value.
    pub value: Value,
    /// The event time of the statement.
    pub at: Timestamp,
}

/// What a statement of consent says.
///
/// Stored as its number: profiles written when it was only given or not read the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// Withdrawn.
    Denied,
    /// Given.
    Granted,
    /// Asked for, and not confirmed by the customer yet: as good as not given (double opt-in).
    Pending,
}

impl ConsentStatus {
    /// Given or withdrawn, where nothing has to be confirmed.
    #[must_use]
    pub fn of(granted: bool) -> Self {
        if granted { Self::Granted } else { Self::Denied }
    }

    /// Its name in events and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Granted => "granted",
            Self::Pending => "pending",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Denied, Self::Granted, Self::Pending].into_iter().find(|s| s.as_str() == name)
    }
}

/// A statement of consent for a channel, or for one topic on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// `email`, `sms`, …
    pub channel: String,
    /// A topic such as `newsletter`; `None` is the whole channel.
    pub topic: Option<String>,
    /// Given, withdrawn, or waiting for the customer to confirm it.
    pub status: ConsentStatus,
    /// When it was stated.
    pub at: Timestamp,
    /// Where: `unsubscribe link`, `api`, `preference centre`, a form's name.
    pub source: String,
}

impl Consent {
    /// Whether it is given, and confirmed where that is needed.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.status == ConsentStatus::Granted
    }
}

/// What consent says about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Given, for the topic or the channel.
    Granted,
    /// Withdrawn.
    Denied,
    /// Asked for and not confirmed.
    Pending,
    /// Never stated.
    Unknown,
}

/// Another profile that became part of this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergeEntry {
    /// The absorbed profile.
    pub from: ProfileId,
    /// When.
    pub at: Timestamp,
    /// The identifier that joined them.
    pub by: Identifier,
    /// The absorbed profile as it was, for undoing.
    pub before: Box<Profile>,
    /// Traits of the absorbing profile that the absorbed one's later statements replaced, for undoing.
    #[serde(with = "trait_map")]
    pub replaced: BTreeMap<String, Trait>,
}

/// An identifier that this profile may not have: it belongs to somebody else, or a merge through it was undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The identifier.
    pub identifier: Identifier,
    /// When it was refused; [`Timestamp::MAX`] means for good.
    pub at: Timestamp,
}

/// The trait that names the account a profile belongs to: the one of its latest `group` call.
pub const ACCOUNT: &str = "$account";

/// An account as its members' rules see it.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountFacts {
    /// The business's id of it.
    pub group_id: String,
    /// Its traits; `id` is the account's id where no trait has that name.
    pub traits: serde_json::Map<String, Value>,
    /// How many profiles belong to it.
    pub members: u64,
}

impl AccountFacts {
    /// The facts of an account.
    #[must_use]
    pub fn new(group_id: &str, mut traits: serde_json::Map<String, Value>, members: u64) -> Self {
        traits.entry("id").or_insert_with(|| group_id.into());
        AccountFacts { group_id: group_id.to_owned(), traits, members }
    }

    /// A trait by dotted path.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.traits.get(path).or_else(|| crate::json::lookup(&self.traits, path))
    }
}

/// One customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id; names its home partition.
    pub id: ProfileId,
    /// Whose customer.
    pub workspace: WorkspaceId,
    /// Whether a `user_id` is among the identifiers. Fixed at creation: an anonymous profile is absorbed, never promoted.
    pub known: bool,
    /// Event time of the first event.
    pub first_seen: Timestamp,
    /// Event time of the last event.
    pub last_seen: Timestamp,
    /// Events processed, derived ones not counted.
    pub event_count: u64,
    /// All its identifiers.
    pub identifiers: Vec<Identifier>,
    /// All its traits.
    #[serde(with = "trait_map")]
    pub traits: BTreeMap<String, Trait>,
    /// Consent statements, the latest of each channel and topic.
    pub consents: Vec<Consent>,
    /// Accounts it belongs to.
    pub groups: Vec<String>,
    /// Profiles it absorbed.
    pub merges: Vec<MergeEntry>,
    /// Identifiers it asked for and may not have, so that not every event asks again.
    pub refused: Vec<Refusal>,
    /// What is known of its account, where whoever loaded the profile looked that up. Not stored with it.
    #[serde(skip)]
    pub account: Option<Arc<AccountFacts>>,
}

impl Profile {
    /// A new profile without anything.
    #[must_use]
    pub fn new(workspace: WorkspaceId, id: ProfileId, known: bool, first_seen: Timestamp) -> Self {
        Profile {
            id,
            workspace,
            known,
            first_seen,
            last_seen: first_seen,
            event_count: 0,
            identifiers: Vec::new(),
            traits: BTreeMap::new(),
            consents: Vec::new(),
            groups: Vec::new(),
            merges: Vec::new(),
            refused: Vec::new(),
            account: None,
        }
    }

    /// A trait by dotted path.
    #[must_use]
    pub fn trait_value(&self, path: &str) -> Option<&Value> {
        if let Some(found) = self.traits.get(path) {
            return Some(&found.value);
        }
        let (head, rest) = path.split_once('.')?;
        match &self.traits.get(head)?.value {
            Value::Object(inner) => crate::json::lookup(inner, rest),
            _ => None,
        }
    }

    /// Every trait that is set, without when it was.
    #[must_use]
    pub fn trait_values(&self) -> Map<String, Value> {
        let set = self.traits.iter().filter(|(_, stated)| !stated.value.is_null());
        set.map(|(name, stated)| (name.clone(), stated.value.clone())).collect()
    }

    /// The account it belongs to: the one of its latest `group` call.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        let stated = self.traits.get(ACCOUNT).and_then(|t| t.value.as_str());
        stated.filter(|id| self.groups.iter().any(|g| g == id)).or_else(|| self.groups.last().map(String::as_str))
    }

    /// The first identifier of a namespace.
    #[must_use]
    pub fn identifier(&self, namespace: &str) -> Option<&str> {
        self.identifiers.iter().find(|i| i.namespace == namespace).map(|i| i.value.as_str())
    }

    /// What it states under that name: the trait, else the identifier.
    #[must_use]
    pub fn stated(&self, name: &str) -> Option<&str> {
        let stated = self.trait_value(name).and_then(Value::as_str).filter(|a| !a.trim().is_empty());
        stated.or_else(|| self.identifier(name))
    }

    /// Where a message to it would go on `channel`, as it is stated.
    #[must_use]
    pub fn address(&self, channel: &str) -> Option<&str> {
        self.stated(if matches!(channel, "sms" | "whatsapp" | "voice") { "phone" } else { channel })
    }

    /// Consent for a topic on a channel: the topic's own statement, else the channel's. A channel that was refused
    /// as a whole after the topic was granted refuses the topic too.
    #[must_use]
    pub fn consent(&self, channel: &str, topic: Option<&str>) -> ConsentState {
        match self.consent_statement(channel, topic).map(|c| c.status) {
            Some(ConsentStatus::Granted) => ConsentState::Granted,
            Some(ConsentStatus::Denied) => ConsentState::Denied,
            Some(ConsentStatus::Pending) => ConsentState::Pending,
            None => ConsentState::Unknown,
        }
    }

    /// The statement that [`Profile::consent`] goes by; `None` when none was made.
    #[must_use]
    pub fn consent_statement(&self, channel: &str, topic: Option<&str>) -> Option<&Consent> {
        let find = |t: Option<&str>| self.consents.iter().find(|c| c.channel == channel && c.topic.as_deref() == t);
        let whole = find(None);
        match topic.and_then(|t| find(Some(t))) {
            Some(own) => match whole {
                Some(whole) if whole.status == ConsentStatus::Denied && whole.at > own.at => Some(whole),
                _ => Some(own),
            },
            None => whole,
        }
    }

    /// The profile's time zone by [`ZONE_TRAIT`], if it names one.
    #[must_use]
    pub fn zone(&self) -> Option<chrono_tz::Tz> {
        self.trait_value(ZONE_TRAIT).and_then(Value::as_str).and_then(crate::time::zone)
    }
}

/// Traits as `[(name, JSON text, at)]` in binary formats, which cannot carry free-form values.
mod trait_map {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Timestamp, Trait};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<String, Trait>, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            return map.serialize(s);
        }
        s.collect_seq(map.iter().map(|(k, t)| (k, t.value.to_string(), t.at)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, Trait>, D::Error> {
        if d.is_human_readable() {
            return BTreeMap::deserialize(d);
        }
        let rows: Vec<(String, String, Timestamp)> = Vec::deserialize(d)?;
        rows.into_iter()
            .map(|(k, text, at)| {
                let value = serde_json::from_str(&text).map_err(serde::de::Error::custom)?;
                Ok((k, Trait { value, at }))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile::new(WorkspaceId(1), ProfileId(5), true, Timestamp(1000))
    }

    #[test]
    fn binary_form_keeps_any_trait() {
        let mut p = profile();
        p.traits.insert("a".into(), Trait { value: serde_json::json!({"b": [1, 2.5, null, "x"]}), at: Timestamp(7) });
        p.identifiers.push(Identifier::new("email", " A@B.c "));
        let bytes = postcard::to_stdvec(&p).unwrap();
        let back: Profile = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back, p);
        assert_eq!(back.identifier("email"), Some("a@b.c"));
        assert_eq!(back.trait_value("a.b").and_then(|v| v.get(1)), Some(&Value::from(2.5)));
    }

    #[test]
    fn consent_of_topic_and_channel() {
        let mut p = profile();
        let mut say = |topic: Option<&str>, granted, at| {
            p.consents.retain(|c| c.topic.as_deref() != topic);
            p.consents.push(Consent {
                channel: "email".into(),
                topic: topic.map(Into::into),
                status: ConsentStatus::of(granted),
                at: Timestamp(at),
                source: "test".into(),
            });
            (p.consent("email", Some("news")), p.consent("email", None), p.consent("sms", None))
        };
        use ConsentState::{Denied, Granted, Unknown};
        assert_eq!(say(Some("news"), true, 1), (Granted, Unknown, Unknown));
        assert_eq!(say(None, false, 2), (Denied, Denied, Unknown));
        assert_eq!(say(Some("news"), true, 3), (Granted, Denied, Unknown));
        assert_eq!(say(None, true, 4), (Granted, Granted, Unknown));
    }

    #[test]
    fn consents_of_before_there_was_a_third_status_read_the_same() {
        /// As profiles were written first.
        #[derive(Serialize)]
        struct First {
            channel: String,
            topic: Option<String>,
            granted: bool,
            at: Timestamp,
            source: String,
        }
        for granted in [false, true] {
            let (channel, topic, source) = ("email".to_owned(), Some("news".to_owned()), "api".to_owned());
            let old = First { channel, topic, granted, at: Timestamp(5), source };
            let read: Consent = postcard::from_bytes(&postcard::to_stdvec(&old).unwrap()).unwrap();
            assert_eq!((read.status, read.at), (ConsentStatus::of(granted), Timestamp(5)));
        }
    }

    #[test]
    fn what_is_not_confirmed_is_no_consent() {
        let mut p = profile();
        let say = |topic: Option<&str>, status, at| Consent {
            channel: "email".into(),
            topic: topic.map(Into::into),
            status,
            at: Timestamp(at),
            source: "test".into(),
        };
        p.consents = vec![say(Some("news"), ConsentStatus::Pending, 1)];
        assert_eq!(p.consent("email", Some("news")), ConsentState::Pending);
        assert_eq!(p.consent("email", Some("other")), ConsentState::Unknown);
        // A whole channel that waits refuses nothing that was confirmed for itself.
        p.consents = vec![say(Some("news"), ConsentStatus::Granted, 1), say(None, ConsentStatus::Pending, 2)];
        assert_eq!(p.consent("email", Some("news")), ConsentState::Granted);
        assert_eq!(p.consent("email", Some("other")), ConsentState::Pending);
    }
}

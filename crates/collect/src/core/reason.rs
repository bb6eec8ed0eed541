//! Why an item was not accepted, and what was odd about one that was. Both are closed lists; their codes are stored.

use rapport_domain::{Pii, Timestamp};
use serde::Serialize;

/// Why an item, or a whole request, was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The item is not a JSON object.
    NotAnObject,
    /// `type` is missing or not one of the six calls.
    UnknownType,
    /// No usable `userId`, `anonymousId`, external id, e-mail or telephone trait, or device token.
    MissingIdentity,
    /// A `track` call without `event`.
    MissingEventName,
    /// `event` is longer than [`super::check::MAX_EVENT_NAME_BYTES`].
    EventNameTooLong,
    /// `event` is a name that only Rapport itself may give.
    ReservedEventName,
    /// A `group` call without `groupId`.
    MissingGroupId,
    /// An `alias` call without `previousId`.
    MissingPreviousId,
    /// The item is larger than an event may be.
    EventTooLarge,
    /// Objects and lists lie deeper in each other than allowed.
    TooDeep,
    /// A number that no 64-bit float can hold.
    NumberOutOfRange,
    /// The source's policy needs a consent that was refused.
    Consent,
    /// The body as a whole could not be read; every item in it was lost.
    InvalidBody,
}

impl RejectReason {
    /// Every reason.
    pub const ALL: [RejectReason; 13] = [
        Self::NotAnObject,
        Self::UnknownType,
        Self::MissingIdentity,
        Self::MissingEventName,
        Self::EventNameTooLong,
        Self::ReservedEventName,
        Self::MissingGroupId,
        Self::MissingPreviousId,
        Self::EventTooLarge,
        Self::TooDeep,
        Self::NumberOutOfRange,
        Self::Consent,
        Self::InvalidBody,
    ];

    /// Its stable code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAnObject => "not_an_object",
            Self::UnknownType => "unknown_type",
            Self::MissingIdentity => "missing_identity",
            Self::MissingEventName => "missing_event_name",
            Self::EventNameTooLong => "event_name_too_long",
            Self::ReservedEventName => "reserved_event_name",
            Self::MissingGroupId => "missing_group_id",
            Self::MissingPreviousId => "missing_previous_id",
            Self::EventTooLarge => "event_too_large",
            Self::TooDeep => "too_deep",
            Self::NumberOutOfRange => "number_out_of_range",
            Self::Consent => "consent",
            Self::InvalidBody => "invalid_body",
        }
    }
}

/// What was odd about an item that was accepted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// `timestamp` is not a time; the time of arrival is used.
    InvalidTimestamp,
    /// `sentAt` is not a time; the clock is not corrected.
    InvalidSentAt,
    /// An identifier is of a kind that never identifies (`null`, `0`, `unknown`, a list…); the other one is used.
    BlockedIdentifier,
    /// `properties`, `traits` or `context` is not an object and reads as empty.
    NotAnObjectMember,
    /// `messageId` is longer than [`super::check::MAX_MESSAGE_ID_CHARS`]; its hash is used.
    LongMessageId,
    /// A text was cut within a character; the half was replaced by U+FFFD.
    BrokenText,
}

impl Warning {
    /// Every warning.
    pub const ALL: [Warning; 6] = [
        Self::InvalidTimestamp,
        Self::InvalidSentAt,
        Self::BlockedIdentifier,
        Self::NotAnObjectMember,
        Self::LongMessageId,
        Self::BrokenText,
    ];

    /// Its stable code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidTimestamp => "invalid_timestamp",
            Self::InvalidSentAt => "invalid_sent_at",
            Self::BlockedIdentifier => "blocked_identifier",
            Self::NotAnObjectMember => "not_an_object_member",
            Self::LongMessageId => "long_message_id",
            Self::BrokenText => "broken_text",
        }
    }

    /// What it means, for the data-quality view.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::InvalidTimestamp => {
                "timestamp: expected RFC 3339 or a number of seconds or milliseconds; the time of arrival is used"
            }
            Self::InvalidSentAt => {
                "sentAt: expected RFC 3339 or a number of seconds or milliseconds; the clock is not corrected"
            }
            Self::BlockedIdentifier => {
                "userId or anonymousId: a value that never identifies (such as 0, null, unknown) was left out"
            }
            Self::NotAnObjectMember => "properties, traits or context: expected an object; it reads as empty",
            Self::LongMessageId => "messageId: longer than 100 characters; its hash is used",
            Self::BrokenText => "a text ends within a character; the half was replaced by U+FFFD",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A small set of warnings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warnings(u8);

impl Warnings {
    /// Adds one.
    pub fn add(&mut self, warning: Warning) {
        self.0 |= warning.bit();
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Warnings) -> Self {
        Warnings(self.0 | other.0)
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in the set.
    pub fn iter(self) -> impl Iterator<Item = Warning> {
        Warning::ALL.into_iter().filter(move |w| self.0 & w.bit() != 0)
    }
}

/// One item that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Its position in the request, from 0.
    pub index: usize,
    /// Why.
    pub reason: RejectReason,
    /// What was expected and what was there; names fields, carries no values of customers.
    pub message: String,
}

/// One record of the data-quality view: a rejected item, or an accepted one with a warning.
#[derive(Clone, Debug, PartialEq)]
pub struct QualityRecord {
    /// When the item arrived.
    pub at: Timestamp,
    /// Whether the item was lost.
    pub rejected: bool,
    /// The code of a [`RejectReason`] or [`Warning`].
    pub code: &'static str,
    /// What was expected and what was there.
    pub message: String,
    /// The event's name, where one could be read.
    pub event: Option<String>,
    /// The beginning of the item, at most [`SAMPLE_BYTES`]; empty behind the first [`SAMPLES_PER_REQUEST`].
    pub sample: Pii<String>,
}

/// Bytes of an item kept as a sample.
pub const SAMPLE_BYTES: usize = 512;
/// Items of one request kept as samples; the others are counted by reason.
pub const SAMPLES_PER_REQUEST: usize = 10;

/// The beginning of a text, at most [`SAMPLE_BYTES`], with what stands around an `@` masked: samples are for finding
/// faults in senders, not for reading addresses.
#[must_use]
pub fn sample(text: &str) -> Pii<String> {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = &text[..end];
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let mut out = String::with_capacity(kept.len());
    let mut rest = kept;
    while let Some(at) = rest.find('@') {
        let local = rest[..at].trim_end_matches(part);
        let after = rest[at + 1..].trim_start_matches(part);
        out.push_str(local);
        out.push_str("***@***");
        rest = after;
    }
    out.push_str(rest);
    Pii(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_short_and_carry_no_addresses() {
        assert_eq!(sample(r#"{"email":"jane.doe+x@shop.example","n":1}"#).0, r#"{"email":"***@***","n":1}"#);
        assert_eq!(sample("a@b @ c@d@e").0, "***@*** ***@*** ***@******@***");
        assert_eq!(sample(&"é".repeat(400)).0.len(), SAMPLE_BYTES);
    }

    #[test]
    fn codes_are_those_of_the_serialised_form() {
        for reason in RejectReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        let mut set = Warnings::default();
        for warning in Warning::ALL {
            assert_eq!(serde_json::to_value(warning).unwrap(), warning.as_str());
            set.add(warning);
        }
        assert_eq!(set.iter().count(), Warning::ALL.len());
    }
}

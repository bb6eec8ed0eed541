//! What the log carries: accepted events as they came, and the letters partitions send each other.

use serde::{Deserialize, Serialize};

use crate::event::EventKind;
use crate::ids::{MessageKey, OutboxId, ProfileId, SourceId, WorkspaceId};
use crate::message::Origin;
use crate::profile::Identifier;
use crate::time::Timestamp;

/// A record of the log. The encoding (postcard, one leading variant number) is a stored format: variants are only added
/// at the end, fields never change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record<'a> {
    /// An event as a client sent it.
    #[serde(borrow)]
    Event(AcceptedEvent<'a>),
    /// A letter from one partition to another.
    Letter(Letter),
}

/// An event as a client sent it: the item's JSON untouched, with what the collector knows beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptedEvent<'a> {
    /// Whose data it is.
    pub workspace: WorkspaceId,
    /// Where it came from.
    pub source: SourceId,
    /// The call.
    pub kind: EventKind,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it happened, corrected for clock skew and never after `received_at`.
    pub ts: Timestamp,
    /// The client's id of it, or one given on arrival.
    #[serde(borrow)]
    pub message_id: &'a str,
    /// Imported history.
    pub historical: bool,
    /// The profile it is for, when that is known already: forwarded events and receipts.
    pub profile: Option<ProfileId>,
    /// How often it was forwarded; bounded by [`MAX_HOPS`].
    pub hops: u8,
    /// The client's address, when the source is a browser or app and sent none itself.
    #[serde(borrow)]
    pub ip: Option<&'a str>,
    /// The batch's shared `context`, JSON; the item's own members win.
    #[serde(borrow)]
    pub shared_context: Option<&'a str>,
    /// The item's JSON.
    #[serde(borrow)]
    pub body: &'a str,
}

/// An event or letter that was forwarded this often is dropped and counted: a loop would otherwise run for ever.
pub const MAX_HOPS: u8 = 16;

/// A letter from one partition to another. `key` makes a redelivery one effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Whose data it is.
    pub workspace: WorkspaceId,
    /// Its stable id: derived from the sender's partition and running number.
    pub key: MessageKey,
    /// When it was decided.
    pub at: Timestamp,
    /// How often it was forwarded.
    pub hops: u8,
    /// What it says.
    pub body: LetterBody,
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LetterBody {
    /// To the identifier's partition: `claimant` uses this identifier.
    Link {
        /// The identifier.
        identifier: Identifier,
        /// The profile that uses it.
        claimant: ProfileId,
        /// Whether the claimant is known (has a `user_id`).
        known: bool,
    },
    /// To the identifier's partition: forget it if it still names `owner`.
    Unlink {
        /// The identifier.
        identifier: Identifier,
        /// Whose it was.
        owner: ProfileId,
    },
    /// To the home of `claimant`: the identifier belongs to another known customer; drop it.
    Refuse {
        /// The identifier.
        identifier: Identifier,
        /// Who asked for it.
        claimant: ProfileId,
    },
    /// To the home of `from`: it is the same customer as `into`; send its state there and leave a forwarding address.
    MergeInto {
        /// The profile that ends.
        from: ProfileId,
        /// The profile that stays.
        into: ProfileId,
        /// The identifier that joined them.
        by: Identifier,
    },
    /// To the home of `into`: the state of `from`, encoded by the engine.
    Absorb {
        /// The profile that ended.
        from: ProfileId,
        /// The profile that stays.
        into: ProfileId,
        /// The identifier that joined them.
        by: Identifier,
        /// Profile, segment state and journey runs of `from`.
        state: Vec<u8>,
    },
    /// To the home of `into`: take `from` out again.
    UndoMerge {
        /// The profile to restore.
        from: ProfileId,
        /// The profile that absorbed it.
        into: ProfileId,
    },
    /// To the home of `from`: stop forwarding and live again, with this state.
    Restore {
        /// The profile to restore.
        from: ProfileId,
        /// Its profile, segment state and journey runs, encoded by the engine.
        state: Vec<u8>,
    },
    /// To a profile's home: erase it everywhere.
    Erase {
        /// The profile.
        profile: ProfileId,
        /// The identifier the request named, so that its row goes even when the profile is gone.
        reason: String,
    },
    /// To an account's partition: what a customer's event says about the account, as the first release wrote it; now it is an
    /// [`AccountLetter::Said`].
    Group {
        /// The account.
        group_id: String,
        /// Traits stated of it, a JSON object; `{}` when only membership changes.
        traits: String,
        /// When it was stated.
        at: Timestamp,
        /// Who belongs to it.
        member: Option<ProfileId>,
        /// Who does not belong to it any more: absorbed by `member`, or erased.
        leaver: Option<ProfileId>,
    },
    /// To a profile's home: decide a message that somebody asked for through the API. The gate still has its say.
    Send {
        /// To whom.
        profile: ProfileId,
        /// What.
        asked: AskedMessage,
    },
    /// What a journey is asked to do.
    Journey(JourneyOrder),
    /// To the partition that decided a message: what became of it, told at the home of a customer who was merged elsewhere.
    Mark {
        /// The message.
        message: OutboxId,
        /// What became of it: `opened`.
        mark: String,
        /// When.
        at: Timestamp,
        /// In whose words.
        detail: Option<String>,
    },
    /// To the partition that decided a message: try again what was given up.
    Replay {
        /// The message.
        message: OutboxId,
        /// After this it is not worth sending.
        expires_at: Timestamp,
    },
    /// About an account.
    Account(AccountLetter),
    /// To the partition that wrote a call about a segment's edge down: how it ended.
    EdgeTold {
        /// The call's number there.
        call: u64,
        /// Why the other system did not take it; `None` when it did.
        fault: Option<String>,
    },
    /// To a profile's home: show an in-app message that is a test; it is in no ledger.
    ShowTest {
        /// To whom.
        profile: ProfileId,
        /// Its template's id.
        template: String,
        /// Its content, a JSON object.
        content: String,
        /// After this it is not shown any more.
        expires_at: Timestamp,
    },
    /// To the home of a profile that was absorbed: a run that it began was left, with what it decided there and has not left.
    Withdraw {
        /// The profile, as it was then.
        profile: ProfileId,
        /// The journey.
        journey: String,
        /// The run's number, as it was then.
        run: u64,
    },
    /// To the home of a profile that had absorbed another: the other one lives again.
    Parted {
        /// Who lives again.
        from: ProfileId,
        /// Who had absorbed it.
        into: ProfileId,
    },
}

/// What partitions tell each other about an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AccountLetter {
    /// To the account's partition (`hash(workspace, "group", group_id)`): what a customer's event says about it.
    Said {
        /// The account.
        group_id: String,
        /// Traits stated of it, a JSON object; `{}` when only membership changes.
        traits: String,
        /// When it was stated.
        at: Timestamp,
        /// Who belongs to it.
        member: Option<ProfileId>,
        /// Who does not belong to it any more: absorbed by `member`, or erased.
        leaver: Option<ProfileId>,
        /// It tells history: what changes by it is no news.
        historical: bool,
    },
    /// To a partition where members live: the account as it is now.
    Copy {
        /// The account.
        group_id: String,
        /// Its traits, a JSON object.
        traits: String,
        /// How many profiles belong to it.
        members: u64,
        /// Later versions replace earlier ones.
        version: u64,
        /// It tells history: what changes by it is no news.
        historical: bool,
    },
}

/// What a journey is asked to do, by somebody or by another system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum JourneyOrder {
    /// To a profile's home: begin for this profile.
    Trigger {
        /// For whom.
        profile: ProfileId,
        /// The journey; its trigger is `api`.
        journey: String,
        /// What it is told, a JSON object.
        data: String,
    },
    /// To the home of these profiles: begin for each of them.
    Enter {
        /// The journey; its trigger is `manual`.
        journey: String,
        /// For whom; all of one partition.
        profiles: Vec<ProfileId>,
        /// What it is told, a JSON object.
        data: String,
    },
    /// To every partition: the journey goes on after a pause.
    Resume {
        /// The journey.
        journey: String,
        /// Since when it was paused.
        paused_at: Timestamp,
        /// What happens to what fell due meanwhile: `run`, `shift` or `exit`.
        overdue: String,
        /// The generation of the configuration that ended the pause.
        generation: u64,
    },
    /// To every partition: people move to another version.
    Migrate {
        /// The journey.
        journey: String,
        /// From this version.
        from: u32,
        /// To this one.
        to: u32,
        /// Step → step of the new version, or `end`.
        steps: Vec<(String, String)>,
        /// Whether people at a step without a place in the new version leave; else they finish on the old one.
        exit_others: bool,
    },
    /// To a profile's home: how a call of another system ended.
    Answer {
        /// The call's number in the partition that decided it; 0 once it was found there.
        call: u64,
        /// Whose run asked.
        profile: ProfileId,
        /// The step that asked.
        origin: Origin,
        /// The HTTP status; 0 when there was no answer.
        status: u16,
        /// The answer's JSON; the fault when there was none.
        body: String,
    },
    /// To the home of whoever absorbed the profile whose run asked: how a call of another system ended.
    Forwarded {
        /// Whose run it is now.
        profile: ProfileId,
        /// Whose it was when it asked.
        asked_by: ProfileId,
        /// The step that asked, and the run as it was numbered then.
        origin: Origin,
        /// The HTTP status; 0 when there was no answer.
        status: u16,
        /// The answer's JSON; the fault when there was none.
        body: String,
    },
}

/// A message that somebody asked for through the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedMessage {
    /// The kind of channel: `email`.
    pub channel: String,
    /// The template's id.
    pub template: String,
    /// The topic, when the template names none.
    pub topic: Option<String>,
    /// The customer asked for it: passes consent and quiet hours.
    pub transactional: bool,
    /// What the template sees beside the profile, a JSON object.
    pub data: String,
    /// After this it is not worth sending.
    pub expires_at: Timestamp,
    /// Names the call, so that whoever made it finds the message.
    pub request: String,
}

/// A record that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unreadable log record: {0}")]
pub struct RecordError(pub String);

impl<'a> Record<'a> {
    /// Appends the encoded record to `out`.
    pub fn encode_into(&self, out: Vec<u8>) -> Result<Vec<u8>, RecordError> {
        postcard::to_extend(self, out).map_err(|e| RecordError(e.to_string()))
    }

    /// The encoded record.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        self.encode_into(Vec::new())
    }

    /// Reads a record, borrowing its texts.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, RecordError> {
        postcard::from_bytes(bytes).map_err(|e| RecordError(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_round_trip() {
        let event = Record::Event(AcceptedEvent {
            workspace: WorkspaceId(1),
            source: SourceId(2),
            kind: EventKind::Track,
            received_at: Timestamp(10),
            ts: Timestamp(9),
            message_id: "m1",
            historical: false,
            profile: None,
            hops: 0,
            ip: Some("127.0.0.1"),
            shared_context: None,
            body: r#"{"event":"A"}"#,
        });
        let bytes = event.encode().unwrap();
        assert_eq!(Record::decode(&bytes).unwrap(), event);
        assert!(Record::decode(&bytes[..bytes.len() - 3]).is_err());
        assert!(Record::decode(&[9, 9, 9]).is_err());
    }

    proptest::proptest! {
        /// A record that something else wrote, or that lost a part of itself before it was written: an error or a record,
        /// never a panic and never memory for what a damaged length claims.
        #[test]
        fn damaged_records_do_not_panic(
            at in proptest::prelude::any::<proptest::sample::Index>(),
            with in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..12),
            is_letter: bool,
        ) {
            let body = LetterBody::Restore { from: ProfileId(1), state: vec![7; 40] };
            let letter = Letter { workspace: WorkspaceId(1), key: MessageKey(5), at: Timestamp(1), hops: 0, body };
            let mut bytes = if is_letter {
                Record::Letter(letter).encode().unwrap()
            } else {
                let event = AcceptedEvent {
                    workspace: WorkspaceId(1), source: SourceId(2), kind: EventKind::Track, received_at: Timestamp(10),
                    ts: Timestamp(9), message_id: "m1", historical: false, profile: Some(ProfileId(3)), hops: 0,
                    ip: Some("127.0.0.1"), shared_context: Some("{}"), body: r#"{"event":"A"}"#,
                };
                Record::Event(event).encode().unwrap()
            };
            let from = at.index(bytes.len());
            let to = (from + with.len()).min(bytes.len());
            bytes.splice(from..to, with);
            if let Err(error) = Record::decode(&bytes) {
                proptest::prop_assert!(!error.0.is_empty());
            }
        }
    }
}

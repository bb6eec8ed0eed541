//! What delivery needs to know from others, as traits it owns; the engine wires them.
//!
//! Every method may read storage and is called off the async threads. An error defers the message; it is not lost.

use std::sync::Arc;

use rapport_domain::hours::HourScores;
use rapport_domain::message::{MessageOutcome, Origin};
use rapport_domain::{OutboundMessage, OutboxId, Profile, ProfileId, Timestamp, WorkspaceId};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::channels::email::dkim::Signer;
use crate::core::address::Unreachable;
use crate::core::caps::Contact;
use crate::core::device::Device;
use crate::core::gate::Suppressed;
use crate::error::DeliveryError;
use crate::repo::handovers::Handover;
use crate::spec::{LiveChannel, LiveTemplate, SettingsSpec, TopicSpec};

/// Whether what decided a message still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginState {
    /// It does, or there is none to ask.
    Live,
    /// The journey was stopped or archived.
    NotLive,
    /// The journey is paused: what it decided waits.
    Paused,
    /// The customer left it.
    Exited,
    /// The customer was two profiles, and a message that the same step decided for the other one stands for this one.
    Doubled,
    /// It cannot be said yet: the profile is on its way into another one, or an attempt is under way at a message that
    /// would stand for this one.
    Unsettled,
}

/// What is known already when a journey is asked about a message.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The recipient as they are now, following merges; `None` when there is none any more.
    pub profile: Option<&'a Profile>,
    /// Whether an attempt at that message began and its outcome is not recorded yet.
    pub is_under_way: &'a dyn Fn(OutboxId) -> bool,
}

/// Reads customers.
pub trait Audience: Send + Sync {
    /// The profile as it is now, following merges; `None` when it was erased or never existed.
    fn profile(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Option<Profile>, DeliveryError>;

    /// How likely the customer reacts, by their local hour. Asked only for messages that wait for the best one.
    fn hours(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<HourScores, DeliveryError>;
}

/// Reads live documents. Implementations keep the prepared forms; they are asked for every message.
pub trait Catalog: Send + Sync {
    /// The live version of a template.
    fn template(&self, workspace: WorkspaceId, id: &str) -> Result<Option<Arc<LiveTemplate>>, DeliveryError>;
    /// The live channels that carry `channel` (`email`), in order of their ids.
    fn channels(&self, workspace: WorkspaceId, channel: &str) -> Result<Arc<Vec<Arc<LiveChannel>>>, DeliveryError>;
    /// A live topic.
    fn topic(&self, workspace: WorkspaceId, id: &str) -> Result<Option<Arc<TopicSpec>>, DeliveryError>;
    /// The signers of the live sending domains.
    fn signers(&self, workspace: WorkspaceId) -> Result<Arc<Vec<Arc<Signer>>>, DeliveryError>;
    /// The workspace's settings; the default when it has none.
    fn settings(&self, workspace: WorkspaceId) -> Result<Arc<SettingsSpec>, DeliveryError>;
}

/// The suppression list.
pub trait Suppressions: Send + Sync {
    /// Whether, and since when, nothing may be sent to this address (lower-cased) on this channel.
    fn suppressed(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        address: &str,
    ) -> Result<Option<Suppressed>, DeliveryError>;

    /// Puts an address (lower-cased) on the list: writing to it again would only harm the sender's name.
    fn suppress(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        address: &str,
        why: Unreachable,
    ) -> Result<(), DeliveryError>;
}

/// Reads journeys.
pub trait JourneyState: Send + Sync {
    /// Whether the journey that decided the message is live or paused, whether the customer left it since, and whether another
    /// message stands for this one. Asked only for messages that a journey decided (`origin`).
    fn state(
        &self,
        message: &OutboundMessage,
        origin: &Origin,
        known: &Known<'_>,
    ) -> Result<OriginState, DeliveryError>;
}

/// Reads the ledger of messages ([`crate::repo::is_sent`]).
pub trait Ledger: Send + Sync {
    /// Whether this message was recorded as sent.
    fn is_sent(&self, workspace: WorkspaceId, profile: ProfileId, id: OutboxId) -> Result<bool, DeliveryError>;

    /// What reached the customer after `since` without being asked for, under any id they had
    /// ([`crate::repo::timeline::contacts`]).
    fn contacts(&self, profile: &Profile, since: Timestamp) -> Result<Vec<Contact>, DeliveryError>;

    /// When the customer last wrote on a channel, under any id they had ([`crate::repo::inbound::last`]). Asked only for
    /// messages that leave within a window after that.
    fn wrote(&self, profile: &Profile, channel: &str) -> Result<Option<Timestamp>, DeliveryError>;
}

/// Reads catalogues and gives out coupon codes, for templates that ask.
pub trait Sources: Send + Sync {
    /// The row of a catalogue under that key.
    fn catalog_item(&self, ws: WorkspaceId, catalog: &str, key: &str) -> Result<Option<Value>, DeliveryError>;
    /// A code of a pool for this message: the same one whenever it is asked for, and no other message's. `None` when there
    /// is no such pool or no code is left.
    fn coupon(
        &self,
        ws: WorkspaceId,
        pool: &str,
        message: OutboxId,
        to: ProfileId,
    ) -> Result<Option<String>, DeliveryError>;
}

/// No catalogues, no codes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn catalog_item(&self, _: WorkspaceId, _: &str, _: &str) -> Result<Option<Value>, DeliveryError> {
        Ok(None)
    }

    fn coupon(&self, _: WorkspaceId, _: &str, _: OutboxId, _: ProfileId) -> Result<Option<String>, DeliveryError> {
        Ok(None)
    }
}

/// Waits for a note about a message ([`Outcomes::handing_over`]) to be durable.
#[derive(Debug)]
pub struct Noting(oneshot::Sender<()>);

impl Noting {
    /// One, and who is told. The receiver ends in an error when this is dropped untold: nothing was noted.
    #[must_use]
    pub fn new() -> (Self, oneshot::Receiver<()>) {
        let (tell, told) = oneshot::channel();
        (Noting(tell), told)
    }

    /// Whether anybody still waits for it. What nobody waits for any more must not be noted: the message did not leave.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        !self.0.is_closed()
    }

    /// The note is durable.
    pub fn done(self) {
        let _ = self.0.send(());
    }
}

/// Told what becomes of messages.
pub trait Outcomes: Send + Sync {
    /// A message that must not leave twice is about to leave. The owner of the partition notes in its next transaction what it
    /// counts as, should the process end before its outcome is recorded ([`crate::repo::handovers`]), and tells `noting` after the
    /// commit; only then it leaves. `None` takes an earlier note of the same attempt back: it did not leave then. Must not block.
    fn handing_over(&self, id: OutboxId, handover: Option<Handover>, noting: Noting);

    /// An attempt ended. The owner of the partition records it in its next transaction, removing or moving the outbox
    /// row, and then calls [`crate::RelayHandle::settled`]: until then the relay refuses the same message. Must not block.
    fn finished(&self, id: OutboxId, outcome: MessageOutcome);

    /// These devices of a customer do not exist any more. Should that be lost, the next message finds it out again. Must not
    /// block.
    fn devices_gone(&self, workspace: WorkspaceId, profile: ProfileId, devices: Vec<Device>);

    /// The customer told the message's provider to get no more on its channel: consent is withdrawn.
    fn opted_out(&self, message: &OutboundMessage);
}

/// Everything the relay depends on.
#[derive(Clone)]
pub struct Deps {
    /// Customers.
    pub audience: Arc<dyn Audience>,
    /// Live documents.
    pub catalog: Arc<dyn Catalog>,
    /// The suppression list.
    pub suppressions: Arc<dyn Suppressions>,
    /// Journeys.
    pub journeys: Arc<dyn JourneyState>,
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// Catalogues and coupon codes.
    pub sources: Arc<dyn Sources>,
    /// Who is told.
    pub outcomes: Arc<dyn Outcomes>,
    /// The time.
    pub clock: Arc<dyn rapport_domain::Clock>,
}

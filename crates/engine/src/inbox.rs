//! What reaches an owner besides the log: answers of the gate and of background work.

use std::collections::VecDeque;

use parking_lot::Mutex;
use rapport_delivery::Noting;
use rapport_delivery::core::device::Device;
use rapport_delivery::repo::handovers::Handover;
use rapport_domain::message::MessageOutcome;
use rapport_domain::{OutboundMessage, OutboxId, ProfileId, WorkspaceId};

use crate::owner::Backfill;

/// One thing for the owner.
#[derive(Debug)]
pub(crate) enum Input {
    /// A message is about to leave: what it counts as, should nobody tell what became of it.
    HandingOver(OutboxId, Option<Box<Handover>>, Noting),
    /// What became of a message.
    Outcome(OutboxId, MessageOutcome),
    /// Devices of a customer that do not exist any more.
    DevicesGone(WorkspaceId, ProfileId, Vec<Device>),
    /// Whoever this message was to told its provider to get no more.
    OptedOut(Box<OutboundMessage>),
    /// History of new rules.
    Backfill(Backfill),
}

/// The inbox of one partition. Bounded by what the owner itself sent out: messages in flight and folds under way.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<VecDeque<Input>>);

impl Inbox {
    /// Adds an input.
    pub(crate) fn push(&self, input: Input) {
        self.0.lock().push_back(input);
    }

    /// Adds an input that goes before the others.
    pub(crate) fn push_first(&self, input: Input) {
        self.0.lock().push_front(input);
    }

    /// Takes at most `limit` inputs, oldest first.
    pub(crate) fn take(&self, limit: usize) -> Vec<Input> {
        let mut inbox = self.0.lock();
        let count = inbox.len().min(limit);
        inbox.drain(..count).collect()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().len()
    }
}

//! What the gate asks of the owner and tells it: messages that are about to leave, and what became of them.

use std::time::{Duration, Instant};

use rapport_delivery::Noting;
use rapport_delivery::repo::handovers::{self, Handover};
use rapport_domain::message::MessageOutcome;
use rapport_domain::{OutboxId, Partition};
use rapport_store::Tx;
use rapport_store::partition::outbox;

use super::work::Work;
use super::{HELD_WAIT, Owner, Step};
use crate::error::EngineError;
use crate::inbox::Input;
use crate::shared::Shared;

/// How long an owner that was told to stop may take to record what the gate answered.
const FINISH: Duration = Duration::from_secs(10);
/// What is said of a message that was under way when the process ended.
const CUT_OFF: &str = "the server ended before the provider's answer was recorded";

/// A message that is about to leave and must not leave twice.
pub(super) struct Leaving {
    id: OutboxId,
    /// What it counts as when nobody tells; `None` when it did not leave the way that was noted before.
    handover: Option<Handover>,
    noting: Noting,
    /// It is noted in the present batch.
    is_noted: bool,
}

/// What messages count as that were being handed over when the last owner ended. Those a relay still has are its to tell.
pub(super) fn cut_off(
    shared: &Shared,
    partition: Partition,
    tx: &Tx,
) -> Result<Vec<(OutboxId, MessageOutcome)>, EngineError> {
    let relay = shared.relay();
    let mut found = handovers::all(tx)?;
    found.retain(|(id, _)| relay.as_ref().is_none_or(|relay| !relay.is_taken(*id)));
    if !found.is_empty() {
        tracing::warn!(
            partition.id = partition.0,
            messages = found.len(),
            "messages were being handed over when the server ended; they may have been taken and are not sent again"
        );
    }
    Ok(found.into_iter().map(|(id, handover)| (id, handover.untold(CUT_OFF))).collect())
}

impl Owner {
    /// Takes what came to the inbox, at most so many.
    pub(super) fn take_inputs(&mut self, most: usize) {
        for input in self.shared.inbox(self.partition).take(most) {
            match input {
                Input::HandingOver(id, handover, noting) => {
                    self.leaving.push(Leaving { id, handover: handover.map(|h| *h), noting, is_noted: false });
                }
                Input::Outcome(id, outcome) => self.outcomes.push((id, outcome)),
                Input::DevicesGone(ws, profile, devices) => self.gone.push((ws, profile, devices)),
                Input::OptedOut(message) => self.opted_out.push(*message),
                Input::Backfill(backfill) => self.history_came(backfill),
            }
        }
    }

    /// Whether the gate waits for a batch.
    pub(super) fn has_answers(&self) -> bool {
        !(self.leaving.is_empty() && self.outcomes.is_empty() && self.gone.is_empty() && self.opted_out.is_empty())
    }

    /// Notes the messages that are about to leave: all of a batch in its one transaction. Comes before the outcomes, which end
    /// what is noted. One that was erased, or whose attempt gave up waiting, is not noted and does not leave.
    pub(super) fn note_leaving(&mut self, work: &mut Work) -> Result<(), EngineError> {
        for leaving in &mut self.leaving {
            let id = leaving.id;
            leaving.is_noted = false;
            if !leaving.noting.is_awaited() {
                continue;
            }
            let Some(waiting) = outbox::get(&*work.tx, id.number)? else { continue };
            let ws = waiting.message.workspace;
            match &leaving.handover {
                Some(handover) => handovers::begin(&work.tx, ws, id, handover, work.now)?,
                None => handovers::end(&work.tx, ws, id)?,
            }
            work.touched = true;
            leaving.is_noted = true;
        }
        Ok(())
    }

    /// After the commit: what is noted may leave, and what was answered is recorded.
    pub(super) fn answers_recorded(&mut self) {
        for leaving in self.leaving.drain(..).filter(|l| l.is_noted) {
            leaving.noting.done();
        }
        self.outcomes.clear();
        self.is_recovering = false;
    }

    /// Records the answers of the gate that came before it was told to stop.
    pub(super) fn finish(&mut self) {
        let deadline = Instant::now() + FINISH;
        while !(self.outcomes.is_empty() && self.shared.inbox(self.partition).len() == 0) && Instant::now() < deadline {
            match self.step() {
                Ok(Step::Held) => std::thread::park_timeout(HELD_WAIT),
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(partition.id = self.partition.0, %error, "answers of the gate could not be recorded");
                    return;
                }
            }
        }
    }
}

//! The gate's last word: a message that waited for its turn, a connection or a token is asked about again when it could
//! leave, because the customer may have unsubscribed, or its journey may have been paused or left, meanwhile. What must not
//! leave twice is noted then, so that a crash before the provider's answer is no second hand-over.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rapport_domain::message::MessageOutcome;

use super::attempt::{UNREADABLE_WAIT_MS, failed, put_back};
use super::prepare::objects;
use super::render::Case;
use crate::channels::LastWord;
use crate::deps::Noting;
use crate::repo::handovers::Handover;

/// What the gate said longer ago than this is asked about again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// How long the partition's owner may take to note that a message leaves. An owner that is held or whose batches fail could not
/// record the outcome either.
const NOTE_PATIENCE: Duration = Duration::from_secs(10);

/// What is to be durable before the message leaves.
pub(super) enum Note {
    /// Nothing: it may be handed over again.
    Nothing,
    /// That it may have left, and what it counts as then.
    Keep(Box<Handover>),
    /// That it did not leave by the channel asked before.
    TakeBack,
}

/// The last word on one message.
pub(super) struct Asking<'a> {
    case: &'a Case,
    asked_at: Mutex<Instant>,
    objection: Mutex<Option<MessageOutcome>>,
    /// What is still to be noted.
    note: Mutex<Note>,
}

impl<'a> Asking<'a> {
    /// About a message that the gate let pass, and what is noted before it leaves.
    pub(super) fn about(case: &'a Case, note: Note) -> Self {
        let asked_at = Mutex::new(case.passed.asked_at);
        Asking { case, asked_at, objection: Mutex::default(), note: Mutex::new(note) }
    }

    /// Whether nothing is left to be noted.
    pub(super) fn has_noted(&self) -> bool {
        matches!(*self.note.lock(), Note::Nothing)
    }

    /// What became of the message, when it may not leave any more.
    pub(super) fn objection(self) -> Option<MessageOutcome> {
        self.objection.into_inner()
    }

    async fn ask(&self) -> bool {
        if self.asked_at.lock().elapsed() <= ASK_AGAIN_AFTER {
            return true;
        }
        let Case { inner, message, failed_attempts, .. } = self.case;
        let (shared, asked, now) = (Arc::clone(inner), Arc::clone(message), inner.deps.clock.now());
        let objection = match inner.aside(self.case.is_awaited(), move || objects(&shared, &asked, now)).await {
            Ok(Ok(None)) => None,
            Ok(Ok(Some(outcome))) => Some(outcome),
            Ok(Err(error)) => Some(put_back(now, UNREADABLE_WAIT_MS, error.to_string())),
            Err(panic) => Some(failed(message, *failed_attempts, now, panic.to_string())),
        };
        *self.asked_at.lock() = Instant::now();
        let may = objection.is_none();
        *self.objection.lock() = objection;
        may
    }

    /// Has the note written, once for all the connections that are tried. Answers whether it is durable.
    async fn note(&self) -> bool {
        let handover = match std::mem::replace(&mut *self.note.lock(), Note::Nothing) {
            Note::Nothing => return true,
            Note::Keep(handover) => Some(*handover),
            Note::TakeBack => None,
        };
        let Case { inner, message, .. } = self.case;
        let (noting, noted) = Noting::new();
        inner.deps.outcomes.handing_over(message.id, handover, noting);
        if let Ok(Ok(())) = tokio::time::timeout(NOTE_PATIENCE, noted).await {
            return true;
        }
        let detail = "that it leaves could not be written down, without which a crash would send it twice";
        *self.objection.lock() = Some(put_back(inner.deps.clock.now(), UNREADABLE_WAIT_MS, detail.to_owned()));
        false
    }
}

impl LastWord for Asking<'_> {
    fn may_leave<'a>(&'a self) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        // Again at last: writing the note takes its time.
        Box::pin(async move { self.ask().await && self.note().await && self.ask().await })
    }

    fn is_awaited(&self) -> bool {
        self.case.is_awaited()
    }
}

//! The gate's last word: a message that waited for its turn, a connection or a token is asked about again when it could
//! leave, because the customer may have unsubscribed, or its journey may have been paused or left, meanwhile.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rapport_domain::OutboundMessage;
use rapport_domain::message::MessageOutcome;

use super::Inner;
use super::attempt::{UNREADABLE_WAIT_MS, failed, put_back};
use super::prepare::objects;
use crate::channels::LastWord;

/// What the gate said longer ago than this is asked about again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The last word on one message.
pub(super) struct Asking<'a> {
    inner: &'a Arc<Inner>,
    message: &'a Arc<OutboundMessage>,
    failed_attempts: u32,
    asked_at: Mutex<Instant>,
    objection: Mutex<Option<MessageOutcome>>,
}

impl<'a> Asking<'a> {
    /// About a message that the gate let pass at `asked_at`.
    pub(super) fn about(
        inner: &'a Arc<Inner>,
        message: &'a Arc<OutboundMessage>,
        failed_attempts: u32,
        asked_at: Instant,
    ) -> Self {
        let (asked_at, objection) = (Mutex::new(asked_at), Mutex::default());
        Asking { inner, message, failed_attempts, asked_at, objection }
    }

    /// What became of the message, when it may not leave any more.
    pub(super) fn objection(self) -> Option<MessageOutcome> {
        self.objection.into_inner()
    }

    async fn ask(&self) -> bool {
        if self.asked_at.lock().elapsed() <= ASK_AGAIN_AFTER {
            return true;
        }
        let (inner, message, now) = (Arc::clone(self.inner), Arc::clone(self.message), self.inner.deps.clock.now());
        let objection = match tokio::task::spawn_blocking(move || objects(&inner, &message, now)).await {
            Ok(Ok(None)) => None,
            Ok(Ok(Some(outcome))) => Some(outcome),
            Ok(Err(error)) => Some(put_back(now, UNREADABLE_WAIT_MS, error.to_string())),
            Err(panic) => Some(failed(self.message, self.failed_attempts, now, panic.to_string())),
        };
        *self.asked_at.lock() = Instant::now();
        let may = objection.is_none();
        *self.objection.lock() = objection;
        may
    }
}

impl LastWord for Asking<'_> {
    fn may_leave<'a>(&'a self) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(self.ask())
    }
}

//! A mail server that keeps what it gets: for tests, and for the demo to show what was sent.
//!
//! It speaks enough SMTP for a sending program (EHLO, AUTH PLAIN accepted without asking, MAIL, RCPT, DATA, RSET, NOOP,
//! QUIT), keeps the last messages in memory within stated bounds, and fails on request. It delivers nothing to anybody.

mod faults;
pub mod http;
mod mail;
mod session;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rapport_domain::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio::task::AbortHandle;

pub use faults::{Fault, FaultAction, Stage};
pub use mail::CaughtMail;

use crate::error::DeliveryError;

/// Connections served at once; more wait.
const MAX_CONNECTIONS: usize = 256;
/// The largest message, bytes; announced with SIZE (RFC 1870).
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// What a catcher keeps at most; the oldest mail goes first.
#[derive(Clone, Copy, Debug)]
pub struct CatcherLimits {
    /// Messages.
    pub messages: usize,
    /// Bytes of all messages together.
    pub bytes: usize,
}

impl Default for CatcherLimits {
    fn default() -> Self {
        CatcherLimits { messages: 1_000, bytes: 32 * 1024 * 1024 }
    }
}

/// What is kept.
#[derive(Default)]
struct Kept {
    mails: VecDeque<Arc<CaughtMail>>,
    bytes: usize,
    faults: Vec<Fault>,
}

struct State {
    kept: Mutex<Kept>,
    limits: CatcherLimits,
    received: AtomicU64,
    connections: AtomicU64,
    arrived: Notify,
}

impl State {
    fn keep(&self, from: String, to: Vec<String>, raw: Vec<u8>) {
        let id = self.received.fetch_add(1, Ordering::SeqCst) + 1;
        let mail = Arc::new(CaughtMail { id, at: SystemClock.now(), from, to, raw });
        let mut kept = self.kept.lock();
        kept.bytes += mail.raw.len();
        kept.mails.push_back(mail);
        while kept.mails.len() > self.limits.messages || kept.bytes > self.limits.bytes {
            let Some(oldest) = kept.mails.pop_front() else { break };
            kept.bytes -= oldest.raw.len();
        }
        drop(kept);
        self.arrived.notify_waiters();
    }

    fn fault(&self, stage: Stage) -> Option<FaultAction> {
        let mut kept = self.kept.lock();
        let fault = kept.faults.iter_mut().find(|f| f.stage == stage && f.times > 0)?;
        fault.times -= 1;
        Some(fault.action.clone())
    }
}

/// A running mail catcher. Dropping it stops it and closes its connections.
pub struct Catcher {
    address: SocketAddr,
    state: Arc<State>,
    task: AbortHandle,
}

impl Catcher {
    /// Listens at `address` (port 0 takes a free one). Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub async fn start(address: SocketAddr, limits: CatcherLimits) -> Result<Self, DeliveryError> {
        let listener = TcpListener::bind(address).await.map_err(DeliveryError::Listen)?;
        let address = listener.local_addr().map_err(DeliveryError::Listen)?;
        let state = Arc::new(State {
            kept: Mutex::default(),
            limits,
            received: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            arrived: Notify::new(),
        });
        let task = tokio::spawn(listen(listener, Arc::clone(&state))).abort_handle();
        Ok(Catcher { address, state, task })
    }

    /// A catcher on a free port of this machine, for tests.
    ///
    /// # Errors
    /// As [`Catcher::start`].
    pub async fn local() -> Result<Self, DeliveryError> {
        Self::start(SocketAddr::from(([127, 0, 0, 1], 0)), CatcherLimits::default()).await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mail kept, the oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<CaughtMail>> {
        self.state.kept.lock().mails.iter().cloned().collect()
    }

    /// Up to `limit` mails, the newest first, of those older than `before` (an id) if given.
    #[must_use]
    pub fn page(&self, before: Option<u64>, limit: usize) -> Vec<Arc<CaughtMail>> {
        let kept = self.state.kept.lock();
        kept.mails.iter().rev().filter(|m| before.is_none_or(|b| m.id < b)).take(limit).cloned().collect()
    }

    /// One mail by its id.
    #[must_use]
    pub fn mail(&self, id: u64) -> Option<Arc<CaughtMail>> {
        self.state.kept.lock().mails.iter().find(|m| m.id == id).cloned()
    }

    /// How many mails arrived since the start, kept or not.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.state.received.load(Ordering::SeqCst)
    }

    /// How many connections were opened since the start.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Forgets all mail.
    pub fn clear(&self) {
        let mut kept = self.state.kept.lock();
        kept.mails.clear();
        kept.bytes = 0;
    }

    /// Makes the server fail at a stage, so many times.
    pub fn fail(&self, stage: Stage, action: FaultAction, times: u32) {
        self.state.kept.lock().faults.push(Fault { stage, action, times });
    }

    /// Waits until `count` mails arrived since the start; answers whether they did within `timeout`.
    pub async fn wait_for(&self, count: u64, timeout: Duration) -> bool {
        let arrived = async {
            loop {
                let notified = self.state.arrived.notified();
                if self.received() >= count {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(timeout, arrived).await.is_ok() || self.received() >= count
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // The sessions end with this task.
    let mut sessions = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                state.connections.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&state);
                sessions.spawn(async move {
                    let _place = place;
                    if let Err(error) = session::serve(stream, &state).await {
                        tracing::debug!(error = %error, "a mail connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(error = %error, "the mail catcher cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while sessions.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests;

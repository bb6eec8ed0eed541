//! The relay: takes decided messages from the partitions' owners, asks the gate, renders, hands over, reports back.
//!
//! Reading and rendering run on blocking threads, SMTP on the async ones. Everything is bounded: messages taken, attempts
//! at once, connections and messages a second of each channel, the time of one attempt. A message stays in its partition's
//! outbox until the outcome is recorded there, so nothing here needs to survive a crash but that a message left which must not
//! leave twice: that is noted by the partition's owner before ([`crate::deps::Outcomes::handing_over`]).

mod attempt;
mod lanes;
mod last_word;
mod prepare;
mod render;
mod send;
mod under_way;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rapport_domain::{OutboundMessage, OutboxId, Partition};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinError;

use crate::channels::Means;
use crate::channels::http::{Http, Outbound};
use crate::channels::places::Places;
use crate::deps::Deps;
use crate::error::DeliveryError;
use crate::hub::Hub;
use crate::telemetry;
use crate::tracking::tokens::Tokens;
use lanes::Lanes;
pub use prepare::{Foreseen, foresee};
use under_way::UnderWay;

/// How the relay works.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Messages taken and not settled, at most.
    pub queue_messages: usize,
    /// Attempts at once, at most.
    pub concurrency: usize,
    /// How long one attempt at a provider may take, connecting included.
    pub send_timeout: Duration,
    /// What calls may reach beside the public internet.
    pub outbound: Outbound,
    /// Where customers reach this server when the workspace's settings do not say; no trailing slash.
    pub public_url: String,
}

impl Default for RelayConfig {
    fn default() -> Self {
        RelayConfig {
            queue_messages: 4_096,
            concurrency: 64,
            send_timeout: Duration::from_secs(30),
            outbound: Outbound::default(),
            public_url: "http://127.0.0.1:8080".to_owned(),
        }
    }
}

/// Threads that read and make messages at once, for each processor: some of them wait for the disk. More would only have messages
/// that customers wait for share the processor with those of a campaign.
const DESKS_EACH: usize = 2;

/// A message that waits for the gate.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The message.
    pub message: OutboundMessage,
    /// How many attempts at it have failed.
    pub failed_attempts: u32,
    /// It was put off before, for whatever reason: it does not stand at the end of a line again.
    pub came_back: bool,
}

impl Waiting {
    /// A message that nothing was tried with yet.
    #[must_use]
    pub fn new(message: OutboundMessage) -> Self {
        Waiting { message, failed_attempts: 0, came_back: false }
    }
}

/// What the relay's tasks share.
struct Inner {
    deps: Deps,
    config: RelayConfig,
    tokens: Tokens,
    lanes: Lanes,
    /// Taken and not settled, by partition.
    taken: Mutex<HashMap<Partition, HashSet<OutboxId>>>,
    under_way: UnderWay,
    hub: Hub,
    depth: AtomicUsize,
    /// Messages that customers wait for.
    urgent: mpsc::Sender<Waiting>,
    /// All others.
    bulk: mpsc::Sender<Waiting>,
    permits: Arc<Semaphore>,
    /// Where messages are read and made, one at each.
    desks: Places,
    stop: watch::Sender<bool>,
}

/// The relay; see [`Relay::start`].
#[derive(Debug)]
pub struct Relay;

impl Relay {
    /// Starts the relay on the present Tokio runtime.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn start(deps: Deps, config: RelayConfig, tokens: Tokens) -> Result<RelayHandle, DeliveryError> {
        let http = Http::new(config.send_timeout, &config.outbound).map_err(DeliveryError::Http)?;
        let (urgent, urgent_queue) = mpsc::channel(config.queue_messages.max(1));
        let (bulk, bulk_queue) = mpsc::channel(config.queue_messages.max(1));
        let (stop, stopped) = watch::channel(false);
        metrics::gauge!(telemetry::QUEUE_CAPACITY).set(config.queue_messages as f64);
        let desks = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) * DESKS_EACH;
        let inner = Arc::new(Inner {
            desks: Places::new(u32::try_from(desks).unwrap_or(u32::MAX)),
            permits: Arc::new(Semaphore::new(config.concurrency.max(1))),
            lanes: Lanes::new(Means { timeout: config.send_timeout, http: Arc::new(http) }),
            deps,
            config,
            tokens,
            taken: Mutex::default(),
            under_way: UnderWay::default(),
            hub: Hub::default(),
            depth: AtomicUsize::new(0),
            urgent,
            bulk,
            stop,
        });
        tokio::spawn(dispatch(Arc::clone(&inner), (urgent_queue, bulk_queue), stopped));
        Ok(RelayHandle { inner })
    }
}

/// Talks to a running relay. Cheap to clone; usable from threads outside the runtime.
#[derive(Clone)]
pub struct RelayHandle {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for RelayHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RelayHandle").field("depth", &self.depth()).finish_non_exhaustive()
    }
}

impl RelayHandle {
    /// Offers messages. Those already taken are passed over; when the relay
    /// is full or stopping, the rest is refused. Answers how many were newly taken. Never blocks.
    pub fn offer(&self, messages: Vec<Waiting>) -> usize {
        let inner = &self.inner;
        let offered = messages.len();
        let mut accepted = 0;
        for (at, waiting) in messages.into_iter().enumerate() {
            let (id, transactional) = (waiting.message.id, waiting.message.transactional);
            // A part of the queue is kept for messages that customers wait for.
            let room = if transactional { self.free() } else { self.free().saturating_sub(self.reserve()) };
            if *inner.stop.borrow() || room == 0 {
                if transactional || *inner.stop.borrow() {
                    metrics::counter!(telemetry::REFUSED).increment((offered - at) as u64);
                    break;
                }
                // Those behind it may be of the other kind.
                metrics::counter!(telemetry::REFUSED).increment(1);
                continue;
            }
            if !inner.taken.lock().entry(id.partition).or_default().insert(id) {
                continue;
            }
            inner.depth.fetch_add(1, Ordering::SeqCst);
            let queue = if transactional { &inner.urgent } else { &inner.bulk };
            if queue.try_send(waiting).is_err() {
                inner.release(id);
                metrics::counter!(telemetry::REFUSED).increment((offered - at) as u64);
                break;
            }
            accepted += 1;
        }
        metrics::gauge!(telemetry::QUEUE_DEPTH).set(self.depth() as f64);
        accepted
    }

    /// The outcomes of these messages are recorded: their outbox rows are gone or moved, so they may be offered again when
    /// they are due again.
    pub fn settled(&self, ids: &[OutboxId]) {
        for id in ids {
            self.inner.release(*id);
        }
        metrics::gauge!(telemetry::QUEUE_DEPTH).set(self.depth() as f64);
    }

    /// How providers are reached, for what leaves without the relay: tests and answers to keywords.
    #[must_use]
    pub fn means(&self) -> Means {
        self.inner.lanes.means().clone()
    }

    /// Who waits for in-app messages.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// Places of the queue that only messages customers wait for may take: an eighth.
    fn reserve(&self) -> usize {
        self.inner.config.queue_messages / 8
    }

    /// Messages taken and not settled.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.inner.depth.load(Ordering::SeqCst)
    }

    /// How many more messages the relay would take now.
    #[must_use]
    pub fn free(&self) -> usize {
        self.inner.config.queue_messages.saturating_sub(self.depth())
    }

    /// Whether the message is taken and not settled.
    #[must_use]
    pub fn is_taken(&self, id: OutboxId) -> bool {
        self.inner.taken.lock().get(&id.partition).is_some_and(|ids| ids.contains(&id))
    }

    /// Stops taking and starting messages and waits for the attempts under way, up to `patience`. Answers whether all
    /// ended. What was taken and not begun stays in its outbox.
    pub async fn shutdown(&self, patience: Duration) -> bool {
        self.inner.stop.send_replace(true);
        let all = u32::try_from(self.inner.config.concurrency.max(1)).unwrap_or(u32::MAX);
        let ended = tokio::time::timeout(patience, self.inner.permits.acquire_many(all)).await;
        matches!(ended, Ok(Ok(_)))
    }
}

impl Inner {
    /// Does `work` on a blocking thread, when there is a desk; what customers wait for goes first.
    async fn aside<T: Send + 'static>(
        &self,
        is_awaited: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let desk = self.desks.take(is_awaited, Duration::MAX).await;
        tokio::task::spawn_blocking(move || {
            let _desk = desk;
            work()
        })
        .await
    }

    fn release(&self, id: OutboxId) {
        let removed = self.taken.lock().get_mut(&id.partition).is_some_and(|ids| ids.remove(&id));
        self.under_way.settled(id);
        if removed {
            self.depth.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Gives every job a task, as many at once as there are permits.
///
/// Messages that customers wait for go first: the permit is there before the message is chosen, so that one that comes while
/// all are in use has the next.
async fn dispatch(
    inner: Arc<Inner>,
    (mut urgent, mut bulk): (mpsc::Receiver<Waiting>, mpsc::Receiver<Waiting>),
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let permit = tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            permit = Arc::clone(&inner.permits).acquire_owned() => permit,
        };
        let job = tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            job = urgent.recv() => job,
            job = bulk.recv() => job,
        };
        let Some(job) = job else { return };
        let (Ok(permit), inner) = (permit, Arc::clone(&inner)) else { return };
        tokio::spawn(async move {
            attempt::run(&inner, job).await;
            drop(permit);
        });
    }
}

#[cfg(test)]
mod tests;

//! What handlers work with, and the bounded way from async handlers to blocking storage.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use metrics_exporter_prometheus::PrometheusHandle;
use parking_lot::Mutex;
use rapport_collect::Collector;
use rapport_delivery::Tokens;
use rapport_delivery::catcher::Catcher;
use rapport_domain::{Clock, ErrorClass, Timestamp};
use rapport_engine::Engine;
use rapport_engine::desk::Mailroom;
use rapport_lake::{CancelFlag, Lake};
use rapport_log::Log;
use rapport_store::{Page, Reader, Stores, Tx};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bursts::Bursts;
use crate::config::ApiConfig;
use crate::error::ApiError;
use crate::extract;
use crate::guard::idempotency::InFlight;
use crate::outward::Outward;
use crate::reply::{Paged, Reply};
use crate::simulations::Simulations;

/// Runs queued imports; `rapport` provides it. The rows of the control database say what is to be done
/// ([`rapport_store::control::imports::unfinished`]); this only says that they changed.
pub trait ImportRunner: Send + Sync + 'static {
    /// An import was queued, or one was cancelled. Must not block.
    fn wake(&self);
}

/// What the API is made of.
pub struct ApiParts {
    /// The running engine.
    pub engine: Arc<Engine>,
    /// State.
    pub stores: Arc<Stores>,
    /// Takes events.
    pub collector: Arc<Collector>,
    /// Processed events.
    pub lake: Arc<Lake>,
    /// Accepted events.
    pub log: Arc<dyn Log>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Opens the tokens of links in messages.
    pub tokens: Tokens,
    /// Limits and addresses.
    pub config: ApiConfig,
    /// Renders `/metrics`; without it the path answers 404.
    pub metrics: Option<PrometheusHandle>,
    /// Runs imports; without it uploads wait.
    pub imports: Option<Arc<dyn ImportRunner>>,
    /// Sends scheduled reports; without it none is sent.
    pub mailroom: Option<Arc<Mailroom>>,
    /// The built-in mail server of the demo.
    pub catcher: Option<Arc<Catcher>>,
}

/// What handlers work with; cheap to clone.
#[derive(Clone)]
pub struct ApiState(Arc<Inner>);

/// The parts and what the handlers share.
pub(crate) struct Inner {
    parts: ApiParts,
    blocking: Arc<Semaphore>,
    queries: Arc<Semaphore>,
    /// Exports of everything under way; one more is told to come back.
    exports: Arc<Semaphore>,
    /// Checks of links under way; one more is told to come back.
    link_checks: Arc<Semaphore>,
    /// Passwords are verified two at a time: each takes a fair share of memory and processor.
    passwords: Arc<Semaphore>,
    pub(crate) in_flight: InFlight,
    pub(crate) recent: Mutex<crate::routes::events::RecentCache>,
    pub(crate) housekept: Mutex<Timestamp>,
    pub(crate) outward: Outward,
    /// Those under way, and what came of the last ones.
    pub(crate) simulations: Simulations,
    /// Clicks that come all at once.
    pub(crate) bursts: Bursts,
}

impl Deref for ApiState {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0.parts
    }
}

impl ApiState {
    /// A state of these parts.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        ApiState(Arc::new(Inner {
            blocking: Arc::new(Semaphore::new(parts.config.blocking.max(1))),
            queries: Arc::new(Semaphore::new(parts.config.queries.max(1))),
            exports: Arc::new(Semaphore::new(2)),
            link_checks: Arc::new(Semaphore::new(4)),
            passwords: Arc::new(Semaphore::new(2)),
            in_flight: InFlight::default(),
            recent: Mutex::default(),
            housekept: Mutex::new(Timestamp(0)),
            outward: Outward::new(parts.config.outbound.clone()),
            simulations: Simulations::default(),
            bursts: Bursts::default(),
            parts,
        }))
    }

    /// What the handlers share.
    pub(crate) fn shared(&self) -> &Inner {
        &self.0
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs `work` on a blocking thread, as many at once as configured; a request that waits too long is told to come
    /// back.
    pub(crate) async fn run<T, E, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Into<ApiError>,
        F: FnOnce(&ApiState) -> Result<T, E> + Send + 'static,
    {
        let permit = self.turn(&self.0.blocking).await?;
        self.spawn(permit, work).await
    }

    /// Runs a query over events: fewer at once than other work, with a time limit, stopped when nobody waits any more.
    pub(crate) async fn query<T, E, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Into<ApiError>,
        F: FnOnce(&ApiState, &CancelFlag) -> Result<T, E> + Send + 'static,
    {
        struct Raise(CancelFlag);
        impl Drop for Raise {
            fn drop(&mut self) {
                self.0.cancel();
            }
        }
        let permit = self.turn(&self.0.queries).await?;
        let cancel = CancelFlag::with_limit(Duration::from_millis(self.config.query_ms));
        // Dropped with this future when the client goes away.
        let _raise = Raise(cancel.clone());
        self.spawn(permit, move |state| work(state, &cancel)).await
    }

    /// Runs a password's hashing or verification.
    pub(crate) async fn password<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&ApiState) -> Result<T, ApiError> + Send + 'static,
    {
        let permit = self.turn(&self.0.passwords).await?;
        self.spawn(permit, work).await
    }

    /// A place for an export of everything.
    pub(crate) fn export_place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.0.exports).try_acquire_owned().map_err(|_| ApiError::busy(10_000))
    }

    /// A place for a check of links.
    pub(crate) fn link_place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.0.link_checks).try_acquire_owned().map_err(|_| ApiError::busy(5_000))
    }

    /// Reads the control database.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Reader) -> Result<T, ApiError> + Send + 'static,
    {
        self.run(move |state| state.stores.control().read(|q| work(q))).await
    }

    /// Changes the control database in one transaction.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Tx) -> Result<T, ApiError> + Send + 'static,
    {
        self.run(move |state| state.stores.control().write(|tx| work(tx))).await
    }

    /// One page of a list of the control database, as it is shown.
    pub(crate) async fn page<R, V, F>(&self, limit: Option<usize>, read: F) -> Reply<Paged<V>>
    where
        R: Send + 'static,
        V: From<R>,
        F: FnOnce(&Reader, usize) -> rapport_store::Result<Page<R>> + Send + 'static,
    {
        let limit = extract::limit(limit)?;
        let page = self.read(move |q| Ok(read(q, limit)?)).await?;
        Ok(Json(Paged::of(page, V::from)))
    }

    async fn turn(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
        let patience = Duration::from_millis(self.config.queue_wait_ms);
        match tokio::time::timeout(patience, Arc::clone(places).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(ApiError::busy(1_000)),
        }
    }

    async fn spawn<T, E, F>(&self, permit: OwnedSemaphorePermit, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Into<ApiError>,
        F: FnOnce(&ApiState) -> Result<T, E> + Send + 'static,
    {
        let state = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&state).map_err(Into::into)
        });
        match task.await {
            Ok(result) => result,
            Err(panic) => Err(ApiError::fault("panic", ErrorClass::Fatal, panic.to_string())),
        }
    }
}

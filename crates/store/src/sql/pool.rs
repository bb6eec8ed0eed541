//! A small, bounded pool of read connections, opened on demand.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::session::Session;
use crate::{Result, StoreError};

/// Read connections of one database.
pub(super) struct Pool {
    idle: Mutex<Idle>,
    returned: Condvar,
    limit: usize,
    wait: Duration,
    open: Box<dyn Fn() -> Result<Session> + Send + Sync>,
    file: Arc<str>,
}

struct Idle {
    sessions: Vec<Session>,
    opened: usize,
}

impl Pool {
    /// At most `limit` connections made by `open`; a caller waits at most `wait` for one.
    pub(super) fn new(
        file: Arc<str>,
        limit: usize,
        wait: Duration,
        open: impl Fn() -> Result<Session> + Send + Sync + 'static,
    ) -> Self {
        let idle = Mutex::new(Idle { sessions: Vec::new(), opened: 0 });
        Pool { idle, returned: Condvar::new(), limit: limit.max(1), wait, open: Box::new(open), file }
    }

    /// Takes a connection; [`StoreError::Busy`] when all are in use for too long.
    pub(super) fn lease(self: &Arc<Self>) -> Result<Lease> {
        let deadline = Instant::now() + self.wait;
        let mut idle = self.idle.lock();
        loop {
            if let Some(session) = idle.sessions.pop() {
                return Ok(Lease { session: Some(session), pool: Arc::clone(self), discard: false });
            }
            if idle.opened < self.limit {
                idle.opened += 1;
                break;
            }
            if self.returned.wait_until(&mut idle, deadline).timed_out() {
                metrics::counter!("rapport_store_faults_total", "code" => "store_busy").increment(1);
                return Err(StoreError::Busy { file: self.file.to_string() });
            }
        }
        drop(idle);
        match (self.open)() {
            Ok(session) => Ok(Lease { session: Some(session), pool: Arc::clone(self), discard: false }),
            Err(fault) => {
                self.give_back(None);
                Err(fault)
            }
        }
    }

    fn give_back(&self, session: Option<Session>) {
        let mut idle = self.idle.lock();
        match session {
            Some(session) => idle.sessions.push(session),
            None => idle.opened -= 1,
        }
        self.returned.notify_one();
    }
}

/// A connection on loan; it returns to the pool when dropped.
pub(super) struct Lease {
    session: Option<Session>,
    pool: Arc<Pool>,
    discard: bool,
}

impl Lease {
    /// Closes the connection instead of returning it.
    pub(super) fn discard(&mut self) {
        self.discard = true;
    }
}

impl Deref for Lease {
    type Target = Session;

    fn deref(&self) -> &Session {
        // The session is only taken out in `drop`.
        match &self.session {
            Some(session) => session,
            None => unreachable!("a lease holds its session until it is dropped"),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let session = self.session.take();
        self.pool.give_back(session.filter(|_| !self.discard));
    }
}

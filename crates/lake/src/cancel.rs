//! Stopping a query: by hand or by a time limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::LakeError;

/// Stops the queries it was given to. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag {
    cancelled: Arc<AtomicBool>,
    limit: Option<(Instant, Duration)>,
}

impl CancelFlag {
    /// A flag without a time limit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that raises itself `limit` from now.
    #[must_use]
    pub fn with_limit(limit: Duration) -> Self {
        CancelFlag { cancelled: Arc::default(), limit: Some((Instant::now(), limit)) }
    }

    /// Raises the flag: queries end with [`LakeError::Cancelled`] within a few milliseconds.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// `Err` when the query must stop.
    ///
    /// # Errors
    /// [`LakeError::Cancelled`] or [`LakeError::TimedOut`].
    pub fn check(&self) -> Result<(), LakeError> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(LakeError::Cancelled);
        }
        match self.limit {
            Some((start, limit)) if start.elapsed() >= limit => {
                Err(LakeError::TimedOut { limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) })
            }
            _ => Ok(()),
        }
    }
}

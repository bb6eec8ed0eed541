//! Doing many pieces of work on a few threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::error::LakeError;
use crate::lake::Lake;

impl Lake {
    /// Does `work` for each of `0..count` on as many threads as one query has; answers in order. The first error stops
    /// the rest.
    ///
    /// # Errors
    /// That of a piece; `Worker` when one panics.
    pub fn in_parallel<T: Send, E: From<LakeError> + Send>(
        &self,
        count: usize,
        work: impl Fn(usize) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E> {
        in_parallel(self.config.threads.max(1), count, work)
    }
}

/// Does `work` for each of `0..count` on at most `threads` threads, each taking the next piece when it is done with one;
/// answers in order. The first error stops the rest.
///
/// # Errors
/// That of a piece; `Worker` when one panics.
pub(crate) fn in_parallel<T: Send, E: From<LakeError> + Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<Result<T, E>>>> = (0..count).map(|_| Mutex::new(None)).collect();
    let worker = || {
        while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < count) {
            let outcome = work(at);
            let failed = outcome.is_err();
            *slots[at].lock() = Some(outcome);
            if failed {
                next.store(count, Ordering::Relaxed);
            }
        }
    };
    let panicked = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(worker)).collect();
        let mine = catch_unwind(AssertUnwindSafe(worker)).is_err();
        others.into_iter().map(|t| t.join().is_err()).fold(mine, |a, b| a || b)
    });
    if panicked {
        return Err(LakeError::Worker("the fold panicked".to_owned()).into());
    }
    let mut done = Vec::with_capacity(count);
    let mut missing = false;
    for slot in slots {
        match slot.into_inner() {
            Some(outcome) => done.push(outcome?),
            None => missing = true,
        }
    }
    if missing { Err(LakeError::Worker("a part was not scanned".to_owned()).into()) } else { Ok(done) }
}

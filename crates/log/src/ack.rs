//! Who waits for a commit, and how they learn of it.
//!
//! All batches of one group commit share one outcome. Async waiters are woken from inside their runtime: waking a task
//! from a foreign thread takes the runtime's lock and may wake a worker, each time, so the writer hands all of them over
//! in one task instead, and the workers wake their own.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;

use crate::error::LogError;

type Outcome = Result<(), LogError>;

/// Up to this many waiters are woken one by one: a task of its own would cost as much.
const FEW: usize = 2;

/// What the waiters of one commit share.
#[derive(Debug, Default)]
struct Shared {
    outcome: OnceLock<Outcome>,
    waiting: Mutex<Waiting>,
    told: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    wakers: Vec<Waker>,
    /// The runtime of the first async waiter.
    runtime: Option<Handle>,
}

/// Wakes what it holds when it is dropped: also when the runtime that was to do it ended before.
struct WakeAll(Vec<Waker>);

impl Drop for WakeAll {
    fn drop(&mut self) {
        self.0.drain(..).for_each(Waker::wake);
    }
}

/// The writer's side: must be settled. Dropped unsettled it says that the log is closed.
#[derive(Debug, Default)]
pub(crate) struct Promise(Arc<Shared>);

impl Promise {
    /// One more who waits for it.
    pub(crate) fn ack(&self) -> Ack {
        Ack(Some(Pending { shared: Arc::clone(&self.0), place: None }))
    }

    /// Tells everybody.
    pub(crate) fn settle(self, outcome: Outcome) {
        self.tell(outcome);
    }

    fn tell(&self, outcome: Outcome) {
        if self.0.outcome.set(outcome).is_err() {
            return;
        }
        // Whoever registers from now on sees the outcome under the same lock.
        let (wakers, runtime) = {
            let mut waiting = self.0.waiting.lock();
            (std::mem::take(&mut waiting.wakers), waiting.runtime.take())
        };
        self.0.told.notify_all();
        let all = WakeAll(wakers);
        match runtime {
            Some(runtime) if all.0.len() > FEW => drop(runtime.spawn(async move { drop(all) })),
            _ => drop(all),
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.tell(Err(LogError::Closed));
    }
}

/// Resolves once the appended batch is durable, or with why it is not. Dropping it does not undo the append.
#[derive(Debug)]
#[must_use = "an append is durable only once its Ack resolved"]
pub struct Ack(Option<Pending>);

#[derive(Debug)]
struct Pending {
    shared: Arc<Shared>,
    /// Of its waker in the shared list.
    place: Option<usize>,
}

impl Ack {
    pub(crate) fn ready() -> Ack {
        Ack(None)
    }

    /// Blocks the calling thread until the batch is durable. Not for async code: there, await it.
    ///
    /// # Errors
    /// As [`crate::Log::append`] says.
    pub fn wait_blocking(self) -> Result<(), LogError> {
        let Some(Pending { shared, .. }) = self.0 else { return Ok(()) };
        let mut waiting = shared.waiting.lock();
        loop {
            if let Some(outcome) = shared.outcome.get() {
                return outcome.clone();
            }
            shared.told.wait(&mut waiting);
        }
    }
}

impl Future for Ack {
    type Output = Result<(), LogError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(Pending { shared, place }) = &mut self.0 else { return Poll::Ready(Ok(())) };
        if let Some(outcome) = shared.outcome.get() {
            return Poll::Ready(outcome.clone());
        }
        let mut waiting = shared.waiting.lock();
        if let Some(outcome) = shared.outcome.get() {
            return Poll::Ready(outcome.clone());
        }
        match place {
            Some(place) => waiting.wakers[*place].clone_from(cx.waker()),
            None => {
                if waiting.wakers.is_empty() {
                    waiting.runtime = Handle::try_current().ok();
                }
                *place = Some(waiting.wakers.len());
                waiting.wakers.push(cx.waker().clone());
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn everybody_is_told_whatever_they_wait_in() {
        for waiters in [1, FEW, FEW + 1, 50] {
            let promise = Promise::default();
            let blocked: Vec<_> = (0..2)
                .map(|_| {
                    let ack = promise.ack();
                    std::thread::spawn(move || ack.wait_blocking())
                })
                .collect();
            let runtimes =
                [(); 2].map(|()| tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap());
            let tasks: Vec<_> = (0..waiters).map(|n| runtimes[n % 2].spawn(promise.ack())).collect();
            let late = promise.ack();
            // Most have begun to wait by now; those who have not find the outcome there.
            std::thread::sleep(Duration::from_millis(5));
            promise.settle(Ok(()));
            late.wait_blocking().unwrap();
            blocked.into_iter().for_each(|t| t.join().unwrap().unwrap());
            tasks.into_iter().for_each(|t| runtimes[0].block_on(t).unwrap().unwrap());
        }
    }

    #[test]
    fn waiters_outlive_the_runtime_that_was_to_wake_them() {
        let promise = Promise::default();
        let first = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let lost: Vec<_> = (0..5).map(|_| first.spawn(promise.ack())).collect();
        std::thread::sleep(Duration::from_millis(5));
        let second = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let kept: Vec<_> = (0..5).map(|_| second.spawn(promise.ack())).collect();
        std::thread::sleep(Duration::from_millis(5));
        first.shutdown_timeout(Duration::from_secs(1));
        promise.settle(Ok(()));
        kept.into_iter().for_each(|t| second.block_on(t).unwrap().unwrap());
        assert!(lost.into_iter().all(|t| second.block_on(t).is_err()));
    }

    #[test]
    fn a_writer_that_ends_tells_that_the_log_is_closed() {
        let promise = Promise::default();
        let ack = promise.ack();
        drop(promise);
        assert!(matches!(ack.wait_blocking(), Err(LogError::Closed)));
    }
}

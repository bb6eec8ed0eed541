//! How many messages one channel hands over at once. Messages that customers wait for have the next place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// The places of a channel.
pub(crate) struct Places(Arc<Mutex<Waiting>>);

/// A place, given back when it is dropped.
pub(crate) struct Place(Option<Arc<Mutex<Waiting>>>);

struct Waiting {
    free: u32,
    /// Those customers wait for, the first to come first.
    urgent: Line,
    bulk: Line,
}

/// Who waits; who gave up stays until it is seen.
type Line = VecDeque<oneshot::Sender<Place>>;

impl Places {
    /// So many places, all free.
    pub(crate) fn new(count: u32) -> Self {
        Places(Arc::new(Mutex::new(Waiting { free: count, urgent: Line::new(), bulk: Line::new() })))
    }

    /// A place, waited for no longer than `patience`; `None` when there was none. Whoever is `urgent` goes before all who are not.
    pub(crate) async fn take(&self, urgent: bool, patience: Duration) -> Option<Place> {
        let given = {
            let mut waiting = self.0.lock();
            if waiting.free > 0 {
                waiting.free -= 1;
                return Some(Place(Some(Arc::clone(&self.0))));
            }
            let line = if urgent { &mut waiting.urgent } else { &mut waiting.bulk };
            // All have the same patience: those who gave up are in front.
            while line.front().is_some_and(oneshot::Sender::is_closed) {
                line.pop_front();
            }
            let (give, given) = oneshot::channel();
            line.push_back(give);
            given
        };
        tokio::time::timeout(patience, given).await.ok()?.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(places) = self.0.take() else { return };
        loop {
            let next = {
                let mut waiting = places.lock();
                let Some(next) = waiting.urgent.pop_front().or_else(|| waiting.bulk.pop_front()) else {
                    waiting.free += 1;
                    return;
                };
                next
            };
            match next.send(Place(Some(Arc::clone(&places)))) {
                Ok(()) => return,
                // Gave up meanwhile: the place is still ours to give.
                Err(mut place) => place.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn who_is_waited_for_has_the_next_place() {
        let places = Arc::new(Places::new(1));
        let first = places.take(false, PATIENCE).await.unwrap();
        assert!(places.take(true, PATIENCE).await.is_none(), "there is only one");
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for (name, urgent) in [("bulk 1", false), ("bulk 2", false), ("urgent", true)] {
            let (places, order) = (Arc::clone(&places), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let place = places.take(urgent, PATIENCE).await.unwrap();
                order.lock().push(name);
                drop(place);
            }));
            tokio::task::yield_now().await;
        }
        drop(first);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock(), ["urgent", "bulk 1", "bulk 2"]);
        // Nobody who gave up keeps a place.
        let held = places.take(false, PATIENCE).await.unwrap();
        for _ in 0..5 {
            assert!(places.take(false, PATIENCE).await.is_none());
        }
        assert!(places.0.lock().bulk.len() <= 1);
        drop(held);
        assert_eq!(places.0.lock().free, 1);
        assert!(places.take(false, PATIENCE).await.is_some());
    }
}

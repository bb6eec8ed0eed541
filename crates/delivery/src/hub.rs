//! Who waits for in-app messages, so that a new one reaches an open page at once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rapport_domain::{ProfileId, WorkspaceId};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Streams open at once, at most; more are told to come back and poll meanwhile.
const MAX_SEATS: usize = 10_000;

/// Streams of one customer, so that nobody takes the seats of all: pages open at once, on all devices.
const MAX_OF_PROFILE: usize = 16;

type Key = (WorkspaceId, ProfileId);

#[derive(Default)]
struct Seats {
    by_profile: HashMap<Key, (Arc<Notify>, usize)>,
    taken: usize,
}

/// The seats of all streams.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<Seats>>);

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("seats", &self.0.lock().taken).finish()
    }
}

/// One stream's seat; given back when dropped.
pub struct Seat {
    hub: Hub,
    key: Key,
    notify: Arc<Notify>,
}

impl Seat {
    /// Ends when something changed for the customer since it was made and first polled or enabled.
    pub fn changed(&self) -> Notified<'_> {
        self.notify.notified()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.hub.0.lock();
        seats.taken -= 1;
        if let Some((_, count)) = seats.by_profile.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                seats.by_profile.remove(&self.key);
            }
        }
    }
}

impl Hub {
    /// A seat for a stream of this customer; `None` when all are taken, or all of theirs.
    #[must_use]
    pub fn sit(&self, workspace: WorkspaceId, profile: ProfileId) -> Option<Seat> {
        let mut seats = self.0.lock();
        if seats.taken >= MAX_SEATS {
            return None;
        }
        let key = (workspace, profile);
        let (notify, count) = seats.by_profile.entry(key).or_default();
        if *count >= MAX_OF_PROFILE {
            return None;
        }
        *count += 1;
        let notify = Arc::clone(notify);
        seats.taken += 1;
        Some(Seat { hub: self.clone(), key, notify })
    }

    /// Something changed for this customer.
    pub fn wake(&self, workspace: WorkspaceId, profile: ProfileId) {
        if let Some((notify, _)) = self.0.lock().by_profile.get(&(workspace, profile)) {
            notify.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_takes_only_their_share() {
        let hub = Hub::default();
        let sit = |profile| hub.sit(WorkspaceId(1), ProfileId(profile));
        let mut seats: Vec<Seat> = (0..MAX_OF_PROFILE).map(|_| sit(1).unwrap()).collect();
        assert!(sit(1).is_none() && sit(2).is_some());
        seats.pop();
        assert!(sit(1).is_some());
    }

    #[tokio::test]
    async fn wakes_whom_it_concerns_and_forgets_those_who_left() {
        let hub = Hub::default();
        let (one, two) =
            (hub.sit(WorkspaceId(1), ProfileId(1)).unwrap(), hub.sit(WorkspaceId(1), ProfileId(2)).unwrap());
        let (mut first, mut second) = (Box::pin(one.changed()), Box::pin(two.changed()));
        first.as_mut().enable();
        second.as_mut().enable();
        hub.wake(WorkspaceId(1), ProfileId(1));
        first.await;
        let still = tokio::time::timeout(std::time::Duration::from_millis(5), second.as_mut()).await;
        assert!(still.is_err());
        drop(second);
        drop((one, two));
        assert!(hub.0.lock().by_profile.is_empty() && hub.0.lock().taken == 0);
    }
}

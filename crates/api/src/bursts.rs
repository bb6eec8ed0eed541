//! Clicks that come all at once. A mail gateway that looks like a browser and waits is still no person: it follows every link of a
//! mail within moments. Clicks soon after a mail left are held back for as long as a burst lasts, and then told as what they were.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rapport_domain::hash::hash64;
use rapport_domain::time::MINUTE_MS;
use rapport_domain::{OutboxId, WorkspaceId};

/// How long a burst lasts: a click is held back so long.
pub(crate) const WINDOW: Duration = Duration::from_secs(2);
/// Different links of one message, followed within [`WINDOW`], that are no person's doing.
const LINKS: usize = 3;
/// How long after the hand-over gateways look at a mail, milliseconds; later clicks are told at once.
pub(crate) const SOON_MS: i64 = 10 * MINUTE_MS;
/// Messages with clicks held back; further clicks are told at once.
const MAX_MESSAGES: usize = 10_000;
/// Clicks of one message held back; further ones are told at once.
const MAX_CLICKS: usize = 100;

/// A message.
pub(crate) type Key = (WorkspaceId, OutboxId);

/// The clicks of the last moments.
#[derive(Debug, Default)]
pub(crate) struct Bursts(Mutex<HashMap<Key, Vec<(u64, Instant)>>>);

impl Bursts {
    /// Notes a click. Answers whether it can be held back; [`Self::was_burst`] has to be asked then.
    pub(crate) fn note(&self, key: Key, link: &str, at: Instant) -> bool {
        let mut held = self.0.lock();
        if held.len() >= MAX_MESSAGES && !held.contains_key(&key) {
            return false;
        }
        let clicks = held.entry(key).or_default();
        if clicks.len() >= MAX_CLICKS {
            return false;
        }
        clicks.push((hash64(0, link.as_bytes()), at));
        true
    }

    /// Whether the click at `at` was one of a burst, asked [`WINDOW`] later, at `now`; forgets what is over.
    pub(crate) fn was_burst(&self, key: Key, at: Instant, now: Instant) -> bool {
        let mut held = self.0.lock();
        let Some(clicks) = held.get_mut(&key) else { return false };
        let from = |start: Instant| {
            let within = |t: Instant| t >= start && t.duration_since(start) <= WINDOW;
            let links: HashSet<u64> = clicks.iter().filter(|(_, t)| within(*t)).map(|(link, _)| *link).collect();
            within(at) && links.len() >= LINKS
        };
        let burst = clicks.iter().any(|(_, start)| from(*start));
        // A click that still waits looks at those of its own window.
        clicks.retain(|(_, t)| now.duration_since(*t) <= 2 * WINDOW);
        if clicks.is_empty() {
            held.remove(&key);
        }
        burst
    }

    /// Forgets a message when nothing about it is of the last moments any more.
    pub(crate) fn forget(&self, key: Key, now: Instant) {
        let mut held = self.0.lock();
        if held.get(&key).is_some_and(|clicks| clicks.iter().all(|(_, t)| now.duration_since(*t) > 2 * WINDOW)) {
            held.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::Partition;

    use super::*;

    #[test]
    fn many_links_at_once_are_no_persons() {
        let (bursts, begun) = (Bursts::default(), Instant::now());
        let key = |number| (WorkspaceId(1), OutboxId { partition: Partition(0), number });
        let after = |ms| begun + Duration::from_millis(ms);
        let click = |number, link: &str, ms| assert!(bursts.note(key(number), link, after(ms)));
        let was = |number, ms| bursts.was_burst(key(number), after(ms), after(ms) + WINDOW);
        for (link, ms) in [("a", 0), ("b", 300), ("c", 900)] {
            click(1, link, ms);
        }
        // A person: one link again and again, two beside each other, a third later.
        for (link, ms) in [("a", 0), ("a", 100), ("a", 200), ("b", 1_500), ("c", 3_000)] {
            click(2, link, ms);
        }
        assert!(was(1, 0) && was(1, 300) && was(1, 900));
        assert!(!was(2, 0) && !was(2, 200) && !was(3, 0));
        assert!(!was(2, 1_500) && !was(2, 3_000));
        bursts.forget(key(1), after(900) + 3 * WINDOW);
        bursts.forget(key(2), after(3_000) + WINDOW);
        assert_eq!(bursts.0.lock().len(), 1, "what is over is forgotten, and nothing else");
    }
}

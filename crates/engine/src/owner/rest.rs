//! Giving memory back after a burst: while a partition works hard its database's cache fills and the allocator keeps what
//! was freed at hand; when the burst is over neither is of use.

use std::time::{Duration, Instant};

/// A batch of so many records is part of a burst.
const BUSY_RECORDS: u64 = 64;
/// So many such batches are worth a rest.
const BUSY_BATCHES: u32 = 8;
/// The burst is over after so long without one.
const QUIET: Duration = Duration::from_secs(5);

/// How busy a partition was lately.
#[derive(Debug, Default)]
pub(super) struct Rest {
    batches: u32,
    last: Option<Instant>,
}

impl Rest {
    /// A batch of so many records was applied.
    pub(super) fn worked(&mut self, records: u64, now: Instant) {
        if records >= BUSY_RECORDS {
            self.batches = self.batches.saturating_add(1);
            self.last = Some(now);
        }
    }

    /// Whether a burst is over that has not been rested from.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.batches >= BUSY_BATCHES && self.last.is_some_and(|last| now.duration_since(last) >= QUIET);
        if due {
            *self = Rest::default();
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_after_each_burst() {
        let mut rest = Rest::default();
        let start = Instant::now();
        let at = |s: u64| start + Duration::from_secs(s);
        for _ in 0..BUSY_BATCHES - 1 {
            rest.worked(2_000, at(0));
        }
        assert!(!rest.is_due(at(60)), "too little to speak of");
        rest.worked(2_000, at(61));
        assert!(!rest.is_due(at(65)));
        rest.worked(1, at(65));
        assert!(rest.is_due(at(66)), "a trickle is no burst");
        assert!(!rest.is_due(at(100)));
    }
}

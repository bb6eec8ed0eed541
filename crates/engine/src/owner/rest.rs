//! Giving memory back after a burst: while a partition works hard its database's cache fills, rows wait for files, and the
//! allocator keeps what was freed at hand; when the burst is over none of it is of use.

use std::time::{Duration, Instant};

/// A batch of so many records is part of a burst.
const BUSY_RECORDS: u64 = 64;
/// So many such batches are worth a rest.
const BUSY_BATCHES: u32 = 8;
/// The burst is over after so long without one.
const QUIET: Duration = Duration::from_secs(5);
/// By then the lake has written what it was asked to write.
const WRITTEN: Duration = Duration::from_secs(30);

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relief {
    /// Rows that wait for files are to be written, caches shrunk.
    Shrink,
    /// What others freed meanwhile is to be collected.
    Collect,
}

/// How busy a partition was lately.
#[derive(Debug, Default)]
pub(super) struct Rest {
    batches: u32,
    last: Option<Instant>,
    shrunk: bool,
}

impl Rest {
    /// A batch of so many records was applied.
    pub(super) fn worked(&mut self, records: u64, now: Instant) {
        if records >= BUSY_RECORDS {
            *self = Rest { batches: self.batches.saturating_add(1), last: Some(now), shrunk: false };
        }
    }

    /// What is due after a burst and was not done yet.
    pub(super) fn due(&mut self, now: Instant) -> Option<Relief> {
        let quiet = now.duration_since(self.last?);
        if self.batches < BUSY_BATCHES || quiet < QUIET {
            return None;
        }
        if !self.shrunk {
            self.shrunk = true;
            return Some(Relief::Shrink);
        }
        (quiet >= WRITTEN).then(|| {
            *self = Rest::default();
            Relief::Collect
        })
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
        assert_eq!(rest.due(at(60)), None, "too little to speak of");
        rest.worked(2_000, at(61));
        assert_eq!(rest.due(at(65)), None);
        rest.worked(1, at(65));
        assert_eq!(rest.due(at(66)), Some(Relief::Shrink), "a trickle is no burst");
        assert_eq!((rest.due(at(67)), rest.due(at(90))), (None, None));
        assert_eq!((rest.due(at(91)), rest.due(at(200))), (Some(Relief::Collect), None));
        (0..BUSY_BATCHES).for_each(|_| rest.worked(100, at(300)));
        assert_eq!(rest.due(at(305)), Some(Relief::Shrink));
        rest.worked(100, at(310));
        assert_eq!(rest.due(at(315)), Some(Relief::Shrink), "it went on");
    }
}

//! How large batches are: as many records as take a moment. What the gate answers waits for the batch under way to end
//! before it is recorded, and what is not recorded when the process dies is sent again.

use std::time::Duration;

/// What a batch should take at most.
const MOMENT: Duration = Duration::from_millis(120);
/// Batches are no smaller than this however slow the machine is: a transaction has a price of its own.
const LEAST: usize = 128;

/// How many times larger the next batch is at most.
const MOST_GROWTH: u128 = 8;

/// The size of the next batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    most: usize,
    records: usize,
}

impl Pace {
    /// Batches of at most `most` records.
    pub(super) fn new(most: usize) -> Self {
        Pace { most, records: most }
    }

    /// Batches of `first` to begin with, and of at most `most`.
    pub(super) fn from(first: usize, most: usize) -> Self {
        Pace { most, records: first }
    }

    /// Most records of the next batch.
    pub(super) fn records(&self) -> usize {
        self.records
    }

    /// A batch of so many records took so long.
    pub(super) fn took(&mut self, records: u64, time: Duration) {
        let is_full = records >= self.records as u64 / 2;
        if time > MOMENT {
            self.records = (self.records / 2).max(LEAST.min(self.most));
        } else if is_full && time < MOMENT / 3 {
            // As far as a moment goes, but for surprises.
            let times = MOMENT.as_micros() / time.as_micros().max(1) / 2;
            self.records = (self.records * times.clamp(2, MOST_GROWTH) as usize).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_shrink_when_they_take_long_and_grow_back() {
        let mut pace = Pace::new(2_048);
        let (slow, quick) = (Duration::from_secs(1), Duration::from_millis(5));
        pace.took(10, quick);
        assert_eq!(pace.records(), 2_048);
        pace.took(2_048, slow);
        assert_eq!(pace.records(), 1_024);
        (0..9).for_each(|_| pace.took(50, slow));
        assert_eq!(pace.records(), LEAST);
        pace.took(3, quick);
        assert_eq!(pace.records(), LEAST, "a small batch says nothing about a full one");
        pace.took(u64::MAX, Duration::from_millis(39));
        assert_eq!(pace.records(), 2 * LEAST);
        (0..9).for_each(|_| pace.took(u64::MAX, quick));
        assert_eq!(pace.records(), 2_048);
        let mut grown = Pace::from(500, 16_384);
        grown.took(500, Duration::from_millis(10));
        assert_eq!(grown.records(), 3_000);
        grown.took(3_000, Duration::ZERO);
        assert_eq!(grown.records(), 16_384);
        let mut small = Pace::new(10);
        small.took(10, slow);
        assert_eq!(small.records(), 10);
    }
}

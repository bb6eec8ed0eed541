//! Rate limiters over partitions that do not talk to each other: every partition has its own places on one grid of time. A run
//! is given the next place nobody has, and when that comes it may pass if a place is free: so however many come too late for
//! theirs, after a pause or an outage, no more pass than the limit says, and however late all are, as many as it says.

use rapport_domain::Timestamp;

use crate::spec::Limit;

/// How far back a place may lie that somebody passes by, milliseconds, unless one alone lasts longer.
const LATE_MS: i64 = 1_000;

/// What a limiter's partition remembers, in microseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The last place that was given.
    pub given_us: i64,
    /// The last place by which somebody passed.
    pub passed_us: i64,
}

/// How many may pass in how many milliseconds.
pub type Pace = (u32, i64);

/// A partition, and how many there are.
pub type Part = (i64, i64);

impl Grid {
    /// Gives the next place nobody has, and answers its instant.
    pub fn give(&mut self, now: Timestamp, pace: Pace, part: Part) -> Timestamp {
        self.given_us = next(now, self.given_us.max(self.passed_us), pace, part);
        instant(self.given_us)
    }

    /// The place by which somebody may pass now: the earliest nobody passed by, of those that came lately.
    fn free(&self, now: Timestamp, (count, per_ms): Pace, part: Part) -> Option<i64> {
        let lately = now.plus_ms(-LATE_MS.max(per_ms / i64::from(count.max(1))));
        Some(next(lately, self.passed_us, (count, per_ms), part)).filter(|place| instant(*place) <= now)
    }

    /// Whether somebody may pass now.
    #[must_use]
    pub fn has_room(&self, now: Timestamp, pace: Pace, part: Part) -> bool {
        self.free(now, pace, part).is_some()
    }

    /// Somebody passes.
    pub fn pass(&mut self, now: Timestamp, pace: Pace, part: Part) {
        self.passed_us = self.free(now, pace, part).unwrap_or(self.passed_us);
    }
}

/// Under what a limiter's places are counted in its journey: the step, or the name it shares with others, and its pace, so that
/// another pace begins anew. No step and no name has a blank.
#[must_use]
pub fn key(step: &str, limit: &Limit) -> String {
    let of = limit.name.as_ref().map_or_else(|| step.to_owned(), |name| format!("limit {name}"));
    format!("{of} {}/{}", limit.count, limit.per_ms)
}

/// A limiter whatever its pace.
#[must_use]
pub fn without_pace(key: &str) -> &str {
    key.rsplit_once(' ').map_or(key, |(of, _)| of)
}

/// The next place of a partition, in microseconds since 1970: not before `now`, after `last`, and on the partition's part of
/// the grid. With `count` in `per_ms` and `partitions` of them, each has a place every `per_ms · partitions / count`, and
/// partition `i` begins `i / partitions` of that later, so that all of them together never pass more than the limit.
#[must_use]
pub fn next(now: Timestamp, last: i64, (count, per_ms): Pace, (partition, partitions): Part) -> i64 {
    let period = (per_ms.saturating_mul(1_000).saturating_mul(partitions.max(1)) / i64::from(count.max(1))).max(1);
    let offset = period * partition / partitions.max(1);
    let earliest = now.0.saturating_mul(1_000).max(last.saturating_add(1));
    let places = (earliest - offset).div_euclid(period);
    let at = places * period + offset;
    if at >= earliest { at } else { at + period }
}

/// The instant of a place: the millisecond it lies in, rounded up.
#[must_use]
pub fn instant(place_us: i64) -> Timestamp {
    Timestamp(place_us.div_euclid(1_000) + i64::from(place_us.rem_euclid(1_000) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_partitions_together_keep_the_limit() {
        let start = Timestamp(1_772_366_400_000);
        for (count, per_ms) in [(60, 60_000), (7, 1_000), (100_000, 60_000), (1, 3_600_000)] {
            let mut all = Vec::new();
            for partition in 0..16 {
                let mut last = 0;
                for _ in 0..40 {
                    last = next(start, last, (count, per_ms), (partition, 16));
                    all.push(instant(last).0);
                }
            }
            all.sort_unstable();
            let window = usize::try_from(count).unwrap();
            for pair in all.windows(window + 1) {
                // Rounding to milliseconds may bring the next one in at the very end of the period.
                assert!(pair[window] - pair[0] >= per_ms - 1, "{count} in {per_ms} ms: {pair:?}");
            }
            assert!(all[0] - start.0 <= per_ms / i64::from(count) + 1, "the first does not wait long");
        }
    }
    /// Runs that come as `arrivals` says (milliseconds after the start), whose owners stand still in between: when they pass.
    fn passes(arrivals: &[i64], stands: std::ops::Range<i64>, pace: Pace, partitions: i64) -> Vec<i64> {
        let start = Timestamp(1_772_366_400_000);
        let mut grids = vec![Grid::default(); partitions as usize];
        let part = |run: usize| (run as i64 % partitions, partitions);
        let mut places: Vec<Timestamp> = (0..arrivals.len())
            .map(|run| grids[run % partitions as usize].give(start.plus_ms(arrivals[run]), pace, part(run)))
            .collect();
        let mut passed = Vec::new();
        let mut ms = 0;
        while passed.len() < arrivals.len() {
            ms = if stands.contains(&ms) { stands.end } else { ms + 50 };
            let now = start.plus_ms(ms);
            let mut due: Vec<usize> = (0..places.len()).filter(|run| places[*run] <= now).collect();
            due.sort_by_key(|run| places[*run]);
            for run in due {
                let grid = &mut grids[run % partitions as usize];
                if grid.has_room(now, pace, part(run)) {
                    grid.pass(now, pace, part(run));
                    passed.push(ms);
                    places[run] = Timestamp::MAX;
                } else {
                    places[run] = grid.give(now, pace, part(run));
                }
            }
        }
        passed
    }

    #[test]
    fn whoever_missed_a_place_waits_for_another() {
        for (pace, people, stands) in [
            ((20, 60_000), 120, 90_000..3_690_000),
            ((20, 60_000), 120, 0..3_600_000),
            ((600, 60_000), 3_000, 60_000..400_000),
            ((600, 60_000), 3_000, 60_000..60_900),
        ] {
            let passed = passes(&vec![0; people], stands.clone(), pace, 4);
            let most = pace.0 as usize + (pace.0 as usize / 60).max(1);
            for (n, first) in passed.iter().enumerate() {
                let within = passed[n..].iter().take_while(|at| **at < first + 60_000).count();
                assert!(within <= most, "{within} within a minute at {pace:?}, stood still {stands:?}");
            }
            let (longest, busy) = (passed[people - 1], people as i64 * pace.1 / i64::from(pace.0));
            let stood = stands.end - stands.start;
            assert!(
                longest <= busy + stood + pace.1,
                "it took {longest} ms for {busy} ms of places: {pace:?} {stands:?}"
            );
        }
    }

    #[test]
    fn whoever_is_always_late_passes_all_the_same() {
        // One machine that takes a run each tenth of a second, though the limit lets ten times as many pass.
        let (pace, part, start) = ((6_000, 60_000), (0, 1), Timestamp(1_772_366_400_000));
        let mut grid = Grid::default();
        let mut waiting: Vec<Timestamp> = (0..600).map(|_| grid.give(start, pace, part)).collect();
        let mut passed = 0;
        for tick in 1..=600 {
            let now = start.plus_ms(tick * 100);
            waiting.sort_unstable();
            if waiting.first().is_some_and(|at| *at <= now) {
                waiting.remove(0);
                if grid.has_room(now, pace, part) {
                    grid.pass(now, pace, part);
                    passed += 1;
                } else {
                    waiting.push(grid.give(now, pace, part));
                }
            }
        }
        assert_eq!((passed, waiting.len()), (600, 0));
    }
}

//! Rate limiters over partitions that do not talk to each other: every partition has its own places on one grid of time.

use rapport_domain::Timestamp;

/// The next place of a partition, in microseconds since 1970: not before `now`, after `last`, and on the partition's part of
/// the grid. With `count` in `per_ms` and `partitions` of them, each has a place every `per_ms · partitions / count`, and
/// partition `i` begins `i / partitions` of that later, so that all of them together never pass more than the limit.
#[must_use]
pub fn next(now: Timestamp, last: i64, (count, per_ms): (u32, i64), (partition, partitions): (i64, i64)) -> i64 {
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
}

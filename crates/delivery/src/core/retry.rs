//! When to try again: exponential steps over about a day, spread by the message's id so that a provider that comes back
//! does not meet everybody at once.

use rapport_domain::OutboxId;
use rapport_domain::hash::hash64;
use rapport_domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

/// Attempts of one message, the first included.
pub const MAX_ATTEMPTS: u32 = 8;

/// Waits between attempts, milliseconds; together 23 h 42 min.
const WAITS_MS: [i64; MAX_ATTEMPTS as usize - 1] =
    [30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 15 * HOUR_MS];

/// Waits between attempts at a webhook, milliseconds, as Standard Webhooks suggests: ten attempts within three days.
const WEBHOOK_WAITS_MS: [i64; 9] = [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    12 * HOUR_MS,
    14 * HOUR_MS,
    16 * HOUR_MS,
];

fn waits(channel: &str) -> &'static [i64] {
    if channel == "webhook" { &WEBHOOK_WAITS_MS } else { &WAITS_MS }
}

/// Attempts of one message on a channel, the first included.
#[must_use]
pub fn max_attempts(channel: &str) -> u32 {
    waits(channel).len() as u32 + 1
}

/// How long to wait after `failed` attempts (from 1) on `channel`, milliseconds: the step's wait, up to 20 % shorter or longer by
/// the id. `None` when there is no further attempt.
#[must_use]
pub fn wait_ms(channel: &str, failed: u32, id: OutboxId) -> Option<i64> {
    let base = *waits(channel).get(failed.checked_sub(1)? as usize)?;
    let mut key = [0; 10];
    key[..2].copy_from_slice(&id.partition.0.to_le_bytes());
    key[2..].copy_from_slice(&id.number.to_le_bytes());
    let permille = (hash64(u64::from(failed), &key) % 401) as i64 + 800;
    Some(base * permille / 1000)
}

#[cfg(test)]
mod tests {
    use rapport_domain::Partition;

    use super::*;

    #[test]
    fn waits_grow_end_and_differ_by_id() {
        let id = |number| OutboxId { partition: Partition(3), number };
        for number in 0..200 {
            let webhook: i64 = (1..).map_while(|n| wait_ms("webhook", n, id(number))).sum();
            assert!((48 * HOUR_MS..72 * HOUR_MS).contains(&webhook), "{webhook}");
            let waits: Vec<i64> = (1..).map_while(|n| wait_ms("email", n, id(number))).collect();
            assert_eq!(waits.len() as u32, MAX_ATTEMPTS - 1);
            assert!(waits.is_sorted(), "{waits:?}");
            let total: i64 = waits.iter().sum();
            assert!((18 * HOUR_MS..29 * HOUR_MS).contains(&total), "{total}");
            assert_eq!(wait_ms("email", 1, id(number)), Some(waits[0]), "the same id waits the same");
        }
        assert_ne!(wait_ms("email", 5, id(1)), wait_ms("email", 5, id(2)));
        assert_eq!(wait_ms("email", 0, id(1)), None);
        assert_eq!(wait_ms("email", MAX_ATTEMPTS, id(1)), None);
    }
}

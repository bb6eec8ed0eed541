//! The salt of the day: made when the first visitor of a day needs it, never written anywhere, gone with the process.

use std::sync::Mutex;

use rapport_domain::Timestamp;
use uuid::Uuid;

use super::{Collector, RequestFacts};
use crate::core::daily::{self, SALT_BYTES};
use crate::core::envelope::Envelope;
use crate::ports::KeyInfo;

const DAY_MS: i64 = 86_400_000;

/// The salt of the latest day it was asked for.
#[derive(Default)]
pub(super) struct DailySalt(Mutex<Option<(i64, [u8; SALT_BYTES])>>);

impl DailySalt {
    /// The salt of the day of `now`; a clock that is set back by a day changes it too.
    fn of(&self, now: Timestamp) -> [u8; SALT_BYTES] {
        let day = now.0.div_euclid(DAY_MS);
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match *kept {
            Some((of, salt)) if of == day => salt,
            _ => {
                let salt = fresh();
                *kept = Some((day, salt));
                salt
            }
        }
    }
}

/// 244 random bits.
fn fresh() -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    salt[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    salt[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    salt
}

impl Collector {
    /// The items that ask for the id of the day, with it; empty when none does. Others are `None`.
    pub(super) fn with_daily_ids(
        &self,
        envelope: &Envelope<'_>,
        facts: &RequestFacts<'_>,
        key: &KeyInfo,
    ) -> Vec<Option<String>> {
        if !envelope.items.iter().any(|item| item.contains(daily::TOKEN)) {
            return Vec::new();
        }
        let agent = facts.user_agent.unwrap_or_default();
        let ip = facts.ip.filter(|_| facts.origin_is_browser);
        let id = ip.map(|ip| daily::id(&self.daily.of(facts.received_at), key.workspace, ip, agent));
        envelope.items.iter().map(|item| daily::written(item, id.as_deref())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_salt_lasts_a_day() {
        let salt = DailySalt::default();
        let at = |ms| salt.of(Timestamp(ms));
        let first = at(5 * DAY_MS);
        assert_eq!(first, at(6 * DAY_MS - 1));
        let second = at(6 * DAY_MS);
        assert_ne!(first, second);
        assert_ne!(second, at(5 * DAY_MS), "yesterday's is gone");
    }
}

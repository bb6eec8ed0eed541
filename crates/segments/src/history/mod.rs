//! What became of audiences over time: how large segments were, and what persona models found. Kept in the control
//! database, for it is nobody's partition.

pub mod repo;

use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, HOUR_MS};

/// Sizes are kept by the hour for so long, afterwards by the day.
pub const HOURLY_MS: i64 = 14 * DAY_MS;
/// Sizes are kept by the day for so long.
pub const DAILY_MS: i64 = 5 * 366 * DAY_MS;

/// The hour an instant lies in: sizes are recorded once for each.
#[must_use]
pub fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(HOUR_MS) * HOUR_MS)
}

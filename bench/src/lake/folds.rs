//! The four measured queries as folds, with no more in them than the questions ask.

use rapport_domain::event::{EventView, Scalar};
use rapport_domain::time::DAY_MS;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventRef, Fold};

/// The first day of the data, 2025-06-15, as days since 1970.
pub const FIRST_DAY: i64 = 20_254;
const DAYS: usize = 128;
const WINDOW_MS: i64 = 7 * DAY_MS;

/// How far each profile gets through event_00, event_03, event_07 within seven days of the first of the three.
pub struct Funnel;

/// Where a profile stands: the start of the newest chain that reached each of the first two steps. Events of one instant
/// count in the order of the steps, as the peer has it, so they are kept until the instant is over.
pub struct Chain {
    first: i64,
    second: i64,
    done: bool,
    instant: i64,
    held: u8,
}

/// So long ago that no window reaches it.
const NEVER: i64 = i64::MIN / 4;

impl Chain {
    #[inline]
    fn settle(&mut self) {
        if self.held & 1 != 0 {
            self.first = self.instant;
        }
        if self.held & 2 != 0 && self.instant - self.first <= WINDOW_MS {
            self.second = self.first;
        }
        self.done |= self.held & 4 != 0 && self.instant - self.second <= WINDOW_MS;
        self.held = 0;
    }
}

impl Fold for Funnel {
    type State = Chain;
    type Out = [u64; 4];

    fn begin(&self, _: ProfileId) -> Chain {
        Chain { first: NEVER, second: NEVER, done: false, instant: NEVER, held: 0 }
    }
    fn step(&self, chain: &mut Chain, event: &EventRef<'_>) {
        let ts = event.ts().0;
        if ts != chain.instant {
            chain.settle();
            chain.instant = ts;
        }
        chain.held |= 1 << event.wanted().unwrap_or(7);
    }
    fn finish(&self, _: ProfileId, mut chain: Chain, out: &mut [u64; 4]) {
        chain.settle();
        out[if chain.done { 3 } else { usize::from(chain.first != NEVER) + usize::from(chain.second != NEVER) }] += 1;
    }
    fn merge(&self, into: &mut [u64; 4], from: [u64; 4]) {
        into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
    }
    fn event_names(&self) -> Option<Vec<String>> {
        Some(["event_00", "event_03", "event_07"].map(str::to_owned).to_vec())
    }
}

/// Profiles of 2025-07-01, and how many of them were there again the next day and a week later.
pub struct Retention;

/// 2025-07-01 as days since 1970.
const COHORT_DAY: i64 = 20_270;

impl Fold for Retention {
    type State = u8;
    type Out = [u64; 3];

    fn begin(&self, _: ProfileId) -> u8 {
        0
    }
    fn step(&self, days: &mut u8, event: &EventRef<'_>) {
        *days |= 1 << (event.ts().utc_day() - COHORT_DAY);
    }
    fn finish(&self, _: ProfileId, days: u8, out: &mut [u64; 3]) {
        for (count, day) in out.iter_mut().zip([0, 1, 7]) {
            *count += u64::from(days & 1 != 0 && days >> day & 1 != 0);
        }
    }
    fn merge(&self, into: &mut [u64; 3], from: [u64; 3]) {
        into.iter_mut().zip(from).for_each(|(a, b)| *a += b);
    }
    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp(COHORT_DAY * DAY_MS), Timestamp((COHORT_DAY + 8) * DAY_MS)))
    }
}

/// Profiles with three of event_02, more than 50 in `amount` over event_05 and no event_09 after 2025-08-01.
pub struct Segment;

impl Fold for Segment {
    type State = (u32, f64, u32);
    type Out = u64;

    fn begin(&self, _: ProfileId) -> (u32, f64, u32) {
        (0, 0.0, 0)
    }
    fn step(&self, state: &mut (u32, f64, u32), event: &EventRef<'_>) {
        match event.wanted() {
            Some(0) => state.0 += 1,
            Some(1) => {
                if let Scalar::Number(amount) = event.property("amount") {
                    state.1 += amount;
                }
            }
            _ => state.2 += 1,
        }
    }
    fn finish(&self, _: ProfileId, (often, sum, never): (u32, f64, u32), out: &mut u64) {
        *out += u64::from(often >= 3 && sum > 50.0 && never == 0);
    }
    fn merge(&self, into: &mut u64, from: u64) {
        *into += from;
    }
    fn event_names(&self) -> Option<Vec<String>> {
        Some(["event_02", "event_05", "event_09"].map(str::to_owned).to_vec())
    }
    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp(20_301 * DAY_MS + 1), Timestamp::MAX))
    }
}

/// Different profiles a day: days, and the sum over them.
pub struct Daily;

/// Profiles of each day.
pub struct Days([u64; DAYS]);

impl Default for Days {
    fn default() -> Self {
        Days([0; DAYS])
    }
}

impl Days {
    /// How many days have profiles, and the sum over days.
    #[must_use]
    pub fn answer(&self) -> (u64, u64) {
        (self.0.iter().filter(|n| **n > 0).count() as u64, self.0.iter().sum())
    }
}

impl Fold for Daily {
    type State = [u64; DAYS / 64];
    type Out = Days;

    fn begin(&self, _: ProfileId) -> Self::State {
        [0; DAYS / 64]
    }
    fn step(&self, days: &mut Self::State, event: &EventRef<'_>) {
        let day = (event.ts().utc_day() - FIRST_DAY) as usize % DAYS;
        days[day / 64] |= 1 << (day % 64);
    }
    fn finish(&self, _: ProfileId, days: Self::State, out: &mut Days) {
        for (word, mut bits) in days.into_iter().enumerate() {
            while bits != 0 {
                out.0[word * 64 + bits.trailing_zeros() as usize] += 1;
                bits &= bits - 1;
            }
        }
    }
    fn merge(&self, into: &mut Days, from: Days) {
        into.0.iter_mut().zip(from.0).for_each(|(a, b)| *a += b);
    }
}

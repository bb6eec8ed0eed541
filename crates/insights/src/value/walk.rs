//! One customer's purchases: how many days with one, when, and for how much.

use chrono::NaiveDate;
use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use crate::core::buckets::local_date;
use crate::core::numbers::{millionths, number};
use crate::select::Matchers;
use crate::walk::{Names, Walk};

pub(super) struct ValueWalk {
    pub(super) matchers: Matchers,
    pub(super) property: String,
    pub(super) zone: chrono_tz::Tz,
    pub(super) period: (Timestamp, Timestamp),
    /// The end of the horizon.
    pub(super) until: Timestamp,
}

/// A customer's purchases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purchases {
    pub(super) profile: ProfileId,
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// Days with a purchase in the period.
    pub(super) days: u32,
    /// What they brought, millionths.
    pub(super) value: i128,
    /// Of it on the first day.
    pub(super) first_value: i128,
    /// Days with a purchase within the horizon.
    pub(super) later_days: u32,
    /// What they brought.
    pub(super) later_value: i128,
    later: Option<NaiveDate>,
}

impl Walk for ValueWalk {
    type State = (ProfileId, Option<Purchases>, bool);
    type End = Purchases;

    fn begin(&self, profile: ProfileId) -> Self::State {
        (profile, None, false)
    }

    fn step(&self, (profile, known, before): &mut Self::State, event: &EventRef<'_>) {
        if *before || self.matchers.mask(event) == 0 {
            return;
        }
        let ts = event.ts();
        if ts < self.period.0 {
            // A customer from before the period: when it began is not in it.
            *before = true;
            return;
        }
        let day = local_date(self.zone, ts);
        let worth = number(&event.property(&self.property)).map_or(0, |n| i128::from(millionths(n)));
        match known {
            None if ts < self.period.1 => {
                *known = Some(Purchases {
                    profile: *profile,
                    first: day,
                    last: day,
                    days: 1,
                    value: worth,
                    first_value: worth,
                    later_days: 0,
                    later_value: 0,
                    later: None,
                });
            }
            None => {}
            Some(p) if ts < self.period.1 => {
                if day > p.last {
                    p.days += 1;
                    p.last = day;
                } else if day == p.first {
                    p.first_value += worth;
                }
                p.value += worth;
            }
            Some(p) => {
                if p.later.is_none_or(|later| day > later) {
                    p.later_days += 1;
                    p.later = Some(day);
                }
                p.later_value += worth;
            }
        }
    }

    fn end(&self, _: ProfileId, (_, known, _): Self::State) -> Option<Purchases> {
        known
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        // Whether a purchase is the first ever is not known without all that came before.
        Some((Timestamp::MIN, self.until))
    }
}

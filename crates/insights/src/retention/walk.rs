//! When a profile began, and when it came back.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use crate::breakdown::Breakdown;
use crate::core::buckets::Buckets;
use crate::core::numbers::{millionths, number};
use crate::select::Matchers;
use crate::walk::{Names, Walk};

/// The starting events are selection 0, the returning ones 1.
pub(super) struct RetentionWalk<'a> {
    pub(super) matchers: Matchers,
    pub(super) buckets: &'a Buckets,
    pub(super) until: Timestamp,
    pub(super) first_time: bool,
    pub(super) property: Option<String>,
    pub(super) breakdown: Option<Breakdown>,
}

/// What a profile did.
#[derive(Debug, Default)]
pub(super) struct Visits {
    /// It started before the first bucket.
    before: bool,
    /// Cohorts, ascending, with the value of the breakdown.
    pub(super) cohorts: Vec<(u16, Option<String>)>,
    /// Buckets with a returning event, ascending.
    pub(super) returns: Vec<u16>,
    /// What the returning events of each of these add up to, in millionths.
    pub(super) sums: Vec<i128>,
}

impl Walk for RetentionWalk<'_> {
    type State = Visits;
    type End = Visits;

    fn begin(&self, _: ProfileId) -> Visits {
        Visits::default()
    }

    fn step(&self, state: &mut Visits, event: &EventRef<'_>) {
        let bucket = self.buckets.index(event.ts()).map(|b| b as u16);
        self.matchers.matching(event, |which| match (which, bucket) {
            (0, None) => state.before = true,
            (0, Some(bucket)) => {
                let known = if self.first_time { state.before || !state.cohorts.is_empty() } else { false };
                if !known && state.cohorts.last().is_none_or(|(last, _)| *last < bucket) {
                    let value = self.breakdown.as_ref().map(|b| b.value(event).into_owned());
                    state.cohorts.push((bucket, value));
                }
            }
            (_, None) => {}
            (_, Some(bucket)) => {
                if state.returns.last() != Some(&bucket) {
                    state.returns.push(bucket);
                    state.sums.push(0);
                }
                if let (Some(path), Some(sum)) = (&self.property, state.sums.last_mut()) {
                    *sum += number(&event.property(path)).map_or(0, |n| i128::from(millionths(n)));
                }
            }
        });
    }

    fn end(&self, profile: ProfileId, mut state: Visits) -> Option<Visits> {
        if let Some(Breakdown::Profile(column, none)) = &self.breakdown {
            let value = column.get(profile).unwrap_or(none);
            state.cohorts.iter_mut().for_each(|(_, of)| *of = Some(value.to_owned()));
        }
        (!state.cohorts.is_empty()).then_some(state)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        // Whether a start is the first ever is not known without all that came before.
        let from = if self.first_time { Timestamp::MIN } else { self.buckets.range().0 };
        Some((from, self.until))
    }
}

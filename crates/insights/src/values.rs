//! Which values of a breakdown profiles' events have.

use std::collections::HashMap;

use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use crate::breakdown::Breakdown;
use crate::select::Matchers;
use crate::walk::{Names, Walk};

/// Which values of a breakdown a profile's events have, and how often.
pub(crate) struct ValuesWalk<'a> {
    pub(crate) matchers: &'a Matchers,
    pub(crate) breakdown: &'a Breakdown,
    pub(crate) range: (Timestamp, Timestamp),
}

impl Walk for ValuesWalk<'_> {
    type State = HashMap<Box<str>, u64>;
    type End = HashMap<Box<str>, u64>;

    fn begin(&self, _: ProfileId) -> Self::State {
        HashMap::new()
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        self.matchers.matching(event, |_| {
            let value = self.breakdown.value(event);
            match state.get_mut(&*value) {
                Some(n) => *n += 1,
                None => drop(state.insert(value.into(), 1)),
            }
        });
    }

    fn end(&self, _: ProfileId, state: Self::State) -> Option<Self::End> {
        Some(state)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.range)
    }
}

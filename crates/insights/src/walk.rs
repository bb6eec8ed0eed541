//! One profile's events come to one outcome; what is counted of outcomes is said apart. So a report and the profiles
//! behind each of its numbers are the same walk, tallied differently.

use std::marker::PhantomData;

use rapport_domain::hash::hash64;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventRef, Fold};

/// A way over one profile's events to an outcome.
pub(crate) trait Walk: Sync {
    /// What is remembered on the way.
    type State;
    /// What a profile came to.
    type End;

    /// Before a profile's first event.
    fn begin(&self, profile: ProfileId) -> Self::State;
    /// One event.
    fn step(&self, state: &mut Self::State, event: &EventRef<'_>);
    /// After the last event; `None` when the profile does not matter.
    fn end(&self, profile: ProfileId, state: Self::State) -> Option<Self::End>;
    /// See [`Fold::event_names`].
    fn names(&self) -> Option<Vec<String>>;
    /// See [`Fold::range`].
    fn range(&self) -> Option<(Timestamp, Timestamp)>;
}

/// The salt of samples: the same profiles for every report.
const SAMPLE_SALT: u64 = 0x5261_7070_6f72_7453;

/// Whose events count.
#[derive(Debug, Default)]
pub(crate) struct Population {
    /// Ascending; everybody when absent.
    pub(crate) members: Option<Vec<ProfileId>>,
    /// Percent of the profiles; all when absent.
    pub(crate) sample: Option<f64>,
}

impl Population {
    fn holds(&self, profile: ProfileId) -> bool {
        let point = || hash64(SAMPLE_SALT, &profile.0.to_le_bytes()) as f64 / u64::MAX as f64 * 100.0;
        self.members.as_ref().is_none_or(|m| m.binary_search(&profile).is_ok())
            && self.sample.is_none_or(|percent| point() < percent)
    }
}

/// A walk whose outcomes are added up: the only fold of this crate.
pub(crate) struct Tally<'a, W, O, A, M> {
    pub(crate) walk: &'a W,
    pub(crate) population: &'a Population,
    pub(crate) add: A,
    pub(crate) merge: M,
    pub(crate) out: PhantomData<fn() -> O>,
}

impl<W, O, A, M> Fold for Tally<'_, W, O, A, M>
where
    W: Walk,
    O: Default + Send,
    A: Fn(ProfileId, W::End, &mut O) + Sync,
    M: Fn(&mut O, O) + Sync,
{
    type State = Option<W::State>;
    type Out = O;

    fn begin(&self, profile: ProfileId) -> Self::State {
        self.population.holds(profile).then(|| self.walk.begin(profile))
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        if let Some(state) = state {
            self.walk.step(state, event);
        }
    }

    fn finish(&self, profile: ProfileId, state: Self::State, out: &mut O) {
        if let Some(end) = state.and_then(|s| self.walk.end(profile, s)) {
            (self.add)(profile, end, out);
        }
    }

    fn merge(&self, into: &mut O, from: O) {
        (self.merge)(into, from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.walk.names()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        self.walk.range()
    }
}

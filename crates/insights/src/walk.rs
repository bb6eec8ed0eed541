//! One profile's events come to one outcome; what is counted of outcomes is said apart. So a report and the profiles
//! behind each of its numbers are the same walk, tallied differently.

use std::marker::PhantomData;

use rapport_domain::event::EventView;
use rapport_domain::hash::hash64;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef, Filter, Fold};

use crate::columnar::Condition;
use crate::found::Marks;

/// Some events, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Those of these names.
    Only(Vec<String>),
    /// All but those of these names.
    AllBut(Vec<String>),
}

impl Names {
    /// Every event.
    pub(crate) fn every() -> Self {
        Names::AllBut(Vec::new())
    }

    /// The names, where there is a list of those that are meant.
    pub(crate) fn list(&self) -> Option<&[String]> {
        match self {
            Names::Only(list) => Some(list),
            Names::AllBut(_) => None,
        }
    }

    /// See [`Fold::event_names`].
    pub(crate) fn only(self) -> Option<Vec<String>> {
        match self {
            Names::Only(list) => Some(list),
            Names::AllBut(_) => None,
        }
    }

    /// See [`Fold::except_names`].
    pub(crate) fn except(self) -> Vec<String> {
        match self {
            Names::Only(_) => Vec::new(),
            Names::AllBut(list) => list,
        }
    }
}

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
    /// Which events are stepped, by name.
    fn names(&self) -> Names;
    /// See [`Fold::filters`].
    fn filters(&self) -> Vec<EventFilter>;
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
    /// Which of their events; all when absent.
    pub(crate) condition: Option<Condition>,
    /// The period: events outside it are only looked at for those inside.
    pub(crate) period: Option<(Timestamp, Timestamp)>,
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
    pub(crate) marks: &'a Marks,
    pub(crate) out: PhantomData<fn() -> O>,
}

impl<W, O, A, M> Fold for Tally<'_, W, O, A, M>
where
    W: Walk,
    O: Default + Send,
    A: Fn(ProfileId, W::End, &mut O) + Sync,
    M: Fn(&mut O, O) + Sync,
{
    /// The walk's state, and which events came in the period.
    type State = Option<(W::State, u64)>;
    type Out = O;

    fn begin(&self, profile: ProfileId) -> Self::State {
        self.population.holds(profile).then(|| (self.walk.begin(profile), 0))
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        if let Some((state, seen)) = state
            && self.population.condition.as_ref().is_none_or(|c| c.whole.matches(event))
        {
            let ts = event.ts();
            if self.population.period.is_none_or(|(from, to)| from <= ts && ts < to) {
                *seen |= Marks::bit(event);
            }
            self.walk.step(state, event);
        }
    }

    fn finish(&self, profile: ProfileId, state: Self::State, out: &mut O) {
        let Some((state, seen)) = state else { return };
        self.marks.add(seen);
        if let Some(end) = self.walk.end(profile, state) {
            (self.add)(profile, end, out);
        }
    }

    fn merge(&self, into: &mut O, from: O) {
        (self.merge)(into, from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        self.walk.names().only()
    }

    fn except_names(&self) -> Vec<String> {
        self.walk.names().except()
    }

    fn filters(&self) -> Vec<EventFilter> {
        let mut own = self.walk.filters();
        let Some(condition) = &self.population.condition else { return own };
        let both = |own: Filter| Filter::All(vec![condition.columns.clone(), own]);
        if own.is_empty() {
            return vec![EventFilter { event: None, filter: condition.columns.clone() }];
        }
        own.iter_mut().for_each(|f| f.filter = both(std::mem::replace(&mut f.filter, Filter::All(Vec::new()))));
        own
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        self.walk.range()
    }
}

//! The same aggregates over the lake: history for a new rule, and previews of rules nobody saved yet.

use std::collections::BTreeSet;

use rapport_domain::event::EventView;
use rapport_domain::{Event, ProfileId};
use rapport_lake::{EventRef, Fold};
use rapport_rules::{AggState, Aggregate};

/// Folds one profile's events into the state of some aggregates, and hands each profile's states to the output.
pub struct AggregateFold<'a> {
    aggregates: Vec<(u32, &'a Aggregate)>,
}

/// The states history gave one profile, by index of the aggregate.
pub type History = Vec<(u32, AggState)>;

/// The states of `aggregates` after these events of one profile, in any order.
pub fn history<'e>(aggregates: &[Aggregate], events: impl Iterator<Item = &'e Event>) -> History {
    let mut states: Vec<Option<AggState>> = vec![None; aggregates.len()];
    for event in events {
        for (slot, aggregate) in states.iter_mut().zip(aggregates) {
            observe(slot, aggregate, event);
        }
    }
    (0..).zip(states).filter_map(|(i, s)| Some((i, s?))).collect()
}

/// Adds an event to a state that is only made when the event changes it.
fn observe(slot: &mut Option<AggState>, aggregate: &Aggregate, event: &dyn EventView) {
    if !aggregate.listens_to(event.name()) {
        return;
    }
    let mut own = slot.take().unwrap_or_default();
    let changed = aggregate.observe(&mut own, event);
    if changed || own != AggState::default() {
        *slot = Some(own);
    }
}

impl<'a> AggregateFold<'a> {
    /// A fold of those aggregates; each is named by an index of the caller's.
    #[must_use]
    pub fn new(aggregates: Vec<(u32, &'a Aggregate)>) -> Self {
        AggregateFold { aggregates }
    }
}

impl Fold for AggregateFold<'_> {
    type State = Vec<Option<AggState>>;
    type Out = Vec<(ProfileId, History)>;

    fn begin(&self, _profile: ProfileId) -> Self::State {
        vec![None; self.aggregates.len()]
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        for (slot, (_, aggregate)) in state.iter_mut().zip(&self.aggregates) {
            observe(slot, aggregate, event);
        }
    }

    fn finish(&self, profile: ProfileId, state: Self::State, out: &mut Self::Out) {
        let history: History =
            state.into_iter().zip(&self.aggregates).filter_map(|(s, (i, _))| Some((*i, s?))).collect();
        if !history.is_empty() {
            out.push((profile, history));
        }
    }

    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
    }

    fn event_names(&self) -> Option<Vec<String>> {
        let mut names = BTreeSet::new();
        for (_, aggregate) in &self.aggregates {
            names.extend(aggregate.event_names()?.iter().cloned());
        }
        Some(names.into_iter().collect())
    }
}

//! The same aggregates over the lake: history for a new rule, and previews of rules nobody saved yet.

use std::collections::BTreeMap;

use rapport_domain::event::EventView;
use rapport_domain::{Event, ProfileId};
use rapport_lake::{EventRef, Fold};
use rapport_rules::{AggState, Aggregate};

/// Folds one profile's events into the state of some aggregates, and hands each profile's states to the output.
pub struct AggregateFold<'a> {
    aggregates: Vec<(u32, &'a Aggregate)>,
    /// The events that can change one of them, and by event the places of those they can change; `None` when an
    /// aggregate listens to every event.
    by_name: Option<Vec<(String, Vec<usize>)>>,
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
    if let Some(state) = slot {
        aggregate.observe(state, event);
        return;
    }
    let mut own = AggState::default();
    let changed = aggregate.observe(&mut own, event);
    if changed || own != AggState::default() {
        *slot = Some(own);
    }
}

impl<'a> AggregateFold<'a> {
    /// A fold of those aggregates; each is named by an index of the caller's.
    #[must_use]
    pub fn new(aggregates: Vec<(u32, &'a Aggregate)>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut every = false;
        for (place, (_, aggregate)) in aggregates.iter().enumerate() {
            match aggregate.event_names() {
                Some(names) => names.iter().for_each(|name| by_name.entry(name).or_default().push(place)),
                None => every = true,
            }
        }
        let by_name = by_name.into_iter().map(|(name, places)| (name.to_owned(), places)).collect();
        AggregateFold { aggregates, by_name: (!every).then_some(by_name) }
    }
}

impl Fold for AggregateFold<'_> {
    type State = Vec<Option<AggState>>;
    type Out = Vec<(ProfileId, History)>;

    fn begin(&self, _profile: ProfileId) -> Self::State {
        vec![None; self.aggregates.len()]
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        match event.wanted().and_then(|name| self.by_name.as_ref()?.get(name)) {
            Some((_, places)) => {
                for place in places {
                    observe(&mut state[*place], self.aggregates[*place].1, event);
                }
            }
            None => {
                for (slot, (_, aggregate)) in state.iter_mut().zip(&self.aggregates) {
                    observe(slot, aggregate, event);
                }
            }
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
        self.by_name.as_ref().map(|names| names.iter().map(|(name, _)| name.clone()).collect())
    }
}

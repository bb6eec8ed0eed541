//! What a rule costs to keep current, before it goes live.

use serde::Serialize;

use crate::plan::Plan;

/// The cost of a rule, per profile whose events it counts. Rules that ask the same share their states, so the real cost of
/// one more rule can only be lower.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// States kept for each profile.
    pub states: usize,
    /// Of these, how many wait for instants of their own, so that a timer is set for the profile.
    pub timed_states: usize,
    /// The most events or values remembered of one profile, all states together.
    pub most_entries: usize,
    /// The most bytes of state of one profile, about.
    pub most_bytes: usize,
    /// Names of the events that make it look again; none when every event does.
    pub events: Vec<String>,
    /// Whether every event makes it look again.
    pub every_event: bool,
    /// Whether its answer can change by time alone.
    pub timed: bool,
}

/// Bytes of an entry, stored: an instant and a number or key.
const ENTRY_BYTES: usize = 12;

impl Plan {
    /// What it costs to keep its answer current.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let aggregates = self.aggregates();
        let mut events: Vec<String> = aggregates.iter().filter_map(|a| a.event_names()).flatten().cloned().collect();
        events.sort_unstable();
        events.dedup();
        let every_event = aggregates.iter().any(|a| a.event_names().is_none());
        let most_entries = aggregates.iter().map(crate::Aggregate::most_entries).sum();
        Cost {
            states: aggregates.len(),
            timed_states: aggregates.iter().filter(|a| a.is_timed()).count(),
            most_entries,
            most_bytes: most_entries * ENTRY_BYTES,
            events: if every_event { Vec::new() } else { events },
            every_event,
            timed: self.time_dependent(),
        }
    }
}

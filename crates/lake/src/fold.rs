//! The one way to scan events.

use rapport_domain::{ProfileId, Timestamp};

use crate::event_ref::EventRef;
use crate::filter::EventFilter;

/// A computation over the events of each profile, one profile at a time, combined over profiles and partitions.
///
/// The runner calls `begin`, then `step` for each wanted event in order of time, then `finish`. Events of one instant come
/// in the order they arrived; those of an absorbed profile come after the profile's own, by id. A profile without a
/// wanted event is not begun. `merge` must not depend on how profiles were divided.
pub trait Fold: Sync {
    /// What is remembered while one profile's events pass.
    type State;
    /// The result.
    type Out: Send + Default;

    /// The state before a profile's first event.
    fn begin(&self, profile: ProfileId) -> Self::State;
    /// One event.
    fn step(&self, state: &mut Self::State, event: &EventRef<'_>);
    /// After a profile's last event: adds its part to the result.
    fn finish(&self, profile: ProfileId, state: Self::State, out: &mut Self::Out);
    /// Adds one partition's result to the whole. Called in the order of partitions.
    fn merge(&self, into: &mut Self::Out, from: Self::Out);
    /// Only events of these names are stepped, and files without them are not read; [`EventRef::wanted`] is the place
    /// in this list. `None` steps every event.
    fn event_names(&self) -> Option<Vec<String>> {
        None
    }
    /// Of a fold that names none: events of these names are not stepped, and files without others are not read.
    fn except_names(&self) -> Vec<String> {
        Vec::new()
    }
    /// Conditions worked out on columns before `step`: at most 64. An event to whose name some are attached is stepped only
    /// when it passes one of them; [`EventRef::passed`] tells which. `Filter::All(vec![])` lets every event of a name pass
    /// where others of its filters need to be told apart.
    fn filters(&self) -> Vec<EventFilter> {
        Vec::new()
    }
    /// Only events with `from ≤ ts < to` are stepped. `None` steps every time.
    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        None
    }
    /// Whether [`EventRef::event`] is asked of most events: those of absorbed profiles, which lie anywhere, are read ahead then.
    fn replays(&self) -> bool {
        false
    }
}

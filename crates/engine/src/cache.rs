//! Profiles a partition worked on lately, decoded. Two generations: when the young one is full it becomes the old one
//! and the former old one is dropped, so the cache is bounded and keeps what is used.

use std::collections::HashMap;

use rapport_domain::{Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::Runs;
use rapport_segments::SegmentState;

/// Whose slot.
pub(crate) type Key = (WorkspaceId, ProfileId);

/// All state of one profile while its partition works on it.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) profile: Profile,
    pub(crate) segments: SegmentState,
    pub(crate) runs: Runs,
    /// The runs as they are stored, so that only differences are written.
    pub(crate) stored_runs: Runs,
    /// Every rule is to be decided with the next event: the profile is new or was merged.
    pub(crate) look_at_all: bool,
    /// The instants stored in `timers`, so that only changes are written.
    pub(crate) stored_dues: [Option<Timestamp>; 2],
    pub(crate) dirty: Dirty,
}

impl Slot {
    /// The slot of a profile without any other state.
    pub(crate) fn new(profile: Profile) -> Self {
        Slot {
            profile,
            segments: SegmentState::default(),
            runs: Runs::default(),
            stored_runs: Runs::default(),
            look_at_all: true,
            stored_dues: [None; 2],
            dirty: Dirty::default(),
        }
    }
}

/// What of a slot is to be written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dirty {
    pub(crate) profile: bool,
    pub(crate) segments: bool,
    pub(crate) runs: bool,
}

impl Dirty {
    pub(crate) fn any(self) -> bool {
        self.profile || self.segments || self.runs
    }
}

/// Bounded cache of slots.
#[derive(Debug)]
pub(crate) struct Cache {
    young: HashMap<Key, Box<Slot>>,
    old: HashMap<Key, Box<Slot>>,
    capacity: usize,
}

impl Cache {
    /// A cache of at most `2 * capacity` slots.
    pub(crate) fn new(capacity: usize) -> Self {
        Cache { young: HashMap::new(), old: HashMap::new(), capacity }
    }

    /// Whether a profile is here.
    pub(crate) fn contains(&self, key: &Key) -> bool {
        self.young.contains_key(key) || self.old.contains_key(key)
    }

    /// Takes a slot out to work on it.
    pub(crate) fn take(&mut self, key: &Key) -> Option<Box<Slot>> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    /// Puts a slot back.
    pub(crate) fn put(&mut self, key: Key, slot: Box<Slot>) {
        self.young.insert(key, slot);
    }

    /// Forgets a profile.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.young.remove(key);
        self.old.remove(key);
    }

    /// Forgets everything: after a rollback the slots are ahead of the store.
    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    /// Called between batches, when no slot is dirty: drops the old generation when the young one is full.
    pub(crate) fn rotate(&mut self) {
        if self.young.len() >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
    }
}

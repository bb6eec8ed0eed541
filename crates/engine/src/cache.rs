//! Profiles a partition worked on lately, decoded. Two generations: when the young one is full it becomes the old one
//! and the former old one is dropped, so the cache is bounded in bytes and keeps what is used.

use std::collections::HashMap;

use rapport_domain::{Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::Runs;
use rapport_segments::SegmentState;

/// Whose slot.
pub(crate) type Key = (WorkspaceId, ProfileId);

/// Memory of a slot with little in it, bytes, about.
const SLOT_BYTES: usize = 1_024;
/// How much larger state is in memory than stored, about.
const DECODED: usize = 10;

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
    /// The account it is listed under.
    pub(crate) stored_account: Option<String>,
    pub(crate) dirty: Dirty,
    /// Bytes of the documents it was written as last: profile, segments.
    pub(crate) stored_bytes: [usize; 2],
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
            stored_account: None,
            dirty: Dirty::default(),
            stored_bytes: [0; 2],
        }
    }

    /// Memory it takes, bytes, about.
    fn bytes(&self) -> usize {
        SLOT_BYTES + DECODED * self.stored_bytes.iter().sum::<usize>()
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
    young: Generation,
    old: Generation,
    /// Bytes of one generation.
    capacity: usize,
}

#[derive(Debug, Default)]
struct Generation {
    /// Each slot with the bytes it was counted with.
    slots: HashMap<Key, (Box<Slot>, usize)>,
    bytes: usize,
}

impl Generation {
    fn take(&mut self, key: &Key) -> Option<Box<Slot>> {
        let (slot, bytes) = self.slots.remove(key)?;
        self.bytes -= bytes;
        Some(slot)
    }

    fn put(&mut self, key: Key, slot: Box<Slot>) {
        let bytes = slot.bytes();
        self.bytes += bytes;
        if let Some((_, before)) = self.slots.insert(key, (slot, bytes)) {
            self.bytes -= before;
        }
    }
}

impl Cache {
    /// A cache that keeps at most `bytes` between batches.
    pub(crate) fn new(bytes: usize) -> Self {
        Cache { young: Generation::default(), old: Generation::default(), capacity: bytes / 2 }
    }

    /// Whether a profile is here.
    pub(crate) fn contains(&self, key: &Key) -> bool {
        self.young.slots.contains_key(key) || self.old.slots.contains_key(key)
    }

    /// Takes a slot out to work on it.
    pub(crate) fn take(&mut self, key: &Key) -> Option<Box<Slot>> {
        self.young.take(key).or_else(|| self.old.take(key))
    }

    /// Puts a slot back.
    pub(crate) fn put(&mut self, key: Key, slot: Box<Slot>) {
        self.young.put(key, slot);
    }

    /// Forgets a profile.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.young.take(key);
        self.old.take(key);
    }

    /// Forgets everything: after a rollback the slots are ahead of the store.
    pub(crate) fn clear(&mut self) {
        self.young = Generation::default();
        self.old = Generation::default();
    }

    /// Called between batches, when no slot is dirty: drops the old generation when the young one is full, and the young
    /// one too when a single batch made it larger than the whole cache may be.
    pub(crate) fn rotate(&mut self) {
        if self.young.bytes > 2 * self.capacity {
            self.clear();
        } else if self.young.bytes >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(number: u64, stored: usize) -> (Key, Box<Slot>) {
        let id = ProfileId(number);
        let mut slot = Slot::new(Profile::new(WorkspaceId(1), id, true, Timestamp(0)));
        slot.stored_bytes[0] = stored;
        ((WorkspaceId(1), id), Box::new(slot))
    }

    #[test]
    fn it_stays_within_its_bytes_and_keeps_what_is_used() {
        let mut cache = Cache::new(20 * SLOT_BYTES);
        let (first, kept) = slot(0, 0);
        cache.put(first, kept);
        for number in 1..100 {
            let (key, new) = slot(number, SLOT_BYTES / DECODED);
            cache.put(key, new);
            let again = cache.take(&first).expect("used all the time");
            cache.put(first, again);
            cache.rotate();
            assert!(cache.young.bytes + cache.old.bytes <= 22 * SLOT_BYTES);
            assert_eq!(cache.young.bytes, cache.young.slots.values().map(|s| s.1).sum::<usize>());
        }
        assert!(cache.contains(&first) && !cache.contains(&slot(1, 0).0));
        let (key, huge) = slot(200, 100 * SLOT_BYTES);
        cache.put(key, huge);
        cache.rotate();
        assert!(!cache.contains(&key));
    }
}

//! Loading and writing the state of profiles.

use rapport_domain::Timestamp;
use rapport_journeys::repo as journeys;
use rapport_profiles::accounts::copies;
use rapport_profiles::repo as profiles;
use rapport_segments::repo as segments;
use rapport_store::partition::timers;

use super::Owner;
use super::work::Work;
use crate::cache::{Dirty, Key, Slot};
use crate::error::EngineError;

/// The timers of a profile: one for its rules, one for its journey runs.
pub(super) const TIMER_KINDS: [u8; 2] = [1, 2];

impl Owner {
    /// The slot of a profile, from the cache or the store; `None` when there is no such profile here.
    pub(super) fn load(&mut self, work: &Work, key: Key) -> Result<Option<Box<Slot>>, EngineError> {
        if let Some(mut slot) = self.cache.take(&key) {
            self.look_up_account(work, &mut slot.profile)?;
            return Ok(Some(slot));
        }
        let (ws, id) = key;
        let Some(profile) = profiles::get(&*work.tx, ws, id)? else { return Ok(None) };
        let mut slot = Slot::new(profile);
        slot.look_at_all = false;
        slot.segments = segments::state(&*work.tx, ws, id)?;
        slot.runs = journeys::load(&*work.tx, ws, id)?;
        slot.stored_runs = slot.runs.clone();
        if !slot.profile.groups.is_empty() {
            slot.stored_account = copies::of_profile(&*work.tx, ws, id)?;
        }
        for timer in timers::of_profile(&*work.tx, ws, id)? {
            if let Some(index) = TIMER_KINDS.iter().position(|kind| *kind == timer.kind) {
                slot.stored_dues[index] = Some(timer.due_at);
            }
        }
        let bound = self.bound(ws);
        bound.rules.tidy(&bound.binding, &mut slot.segments, work.now);
        self.look_up_account(work, &mut slot.profile)?;
        Ok(Some(Box::new(slot)))
    }

    /// Works on a profile: loads its slot, notes whether it became dirty, puts it back. A profile that is gone is left.
    pub(super) fn with_slot(
        &mut self,
        work: &mut Work,
        key: Key,
        _at: Timestamp,
        act: impl FnOnce(&mut Owner, &mut Work, &mut Slot) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let Some(mut slot) = self.load(work, key)? else { return Ok(()) };
        let was_dirty = slot.dirty.any();
        self.catch_up(work, &mut slot)?;
        act(self, work, &mut slot)?;
        if slot.dirty.any() && !was_dirty {
            work.dirty.push(key);
        }
        self.cache.put(key, slot);
        Ok(())
    }

    /// Writes every dirty slot, and the timers that moved.
    pub(super) fn save_slots(&mut self, work: &mut Work) -> Result<(), EngineError> {
        for key in std::mem::take(&mut work.dirty) {
            self.flush_slot(work, key)?;
        }
        Ok(())
    }

    /// Writes one slot, if it is dirty.
    pub(super) fn flush_slot(&mut self, work: &mut Work, key: Key) -> Result<(), EngineError> {
        if let Some(mut slot) = self.cache.take(&key) {
            if slot.dirty.any() {
                let exit_due = if slot.runs.active.is_empty() { None } else { self.exit_due(&slot, work.now) };
                let runs_due = self.runs_due(key, &slot.runs);
                write(work, key, &mut slot, [runs_due, exit_due].into_iter().flatten().min())?;
            }
            self.cache.put(key, slot);
        }
        Ok(())
    }
}

fn write(work: &mut Work, (ws, id): Key, slot: &mut Slot, runs_due: Option<Timestamp>) -> Result<(), EngineError> {
    if slot.dirty.profile {
        slot.stored_bytes[0] = profiles::put(&work.tx, &slot.profile)?;
        let account = slot.profile.account_id();
        if account != slot.stored_account.as_deref() {
            copies::belongs_to(&work.tx, ws, id, account)?;
            slot.stored_account = account.map(str::to_owned);
        }
    }
    if slot.dirty.segments {
        slot.stored_bytes[1] = segments::put_state(&work.tx, ws, id, &slot.segments)?;
    }
    if slot.dirty.runs {
        journeys::save(&work.tx, ws, id, &slot.stored_runs, &slot.runs)?;
        slot.stored_runs = slot.runs.clone();
    }
    let dues = [slot.segments.next_due(), runs_due];
    for ((due, stored), kind) in dues.into_iter().zip(&mut slot.stored_dues).zip(TIMER_KINDS) {
        if due == *stored {
            continue;
        }
        match due {
            Some(at) => timers::set(&work.tx, ws, id, kind, "", at)?,
            None => {
                timers::clear(&work.tx, ws, id, kind, "")?;
            }
        }
        *stored = due;
    }
    slot.dirty = Dirty::default();
    Ok(())
}

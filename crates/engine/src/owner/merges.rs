//! Two profiles become one, and two again: the state of one on its way to the home of the other.

use rapport_domain::event::names;
use rapport_domain::record::{LetterBody, MAX_HOPS};
use rapport_domain::{Identifier, Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::{FirstRuns, Runs};
use rapport_profiles::core::account;
use rapport_profiles::{MergeDecision, absorb, decide_merge, is_apart, is_explicit, repo as profiles, undo};
use rapport_rules::AggState;
use rapport_segments::repo as segments;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Owner;
use super::ingest::Home;
use super::work::{Work, object};
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;

/// A profile's whole state on its way to another partition. A stored format behind [`SECOND`]: fields are only added at the
/// end.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    profile: Profile,
    /// State of the aggregates that were complete, by key.
    aggregates: Vec<(String, Option<AggState>)>,
    /// Segments it belonged to, since when.
    memberships: Vec<(String, Timestamp)>,
    #[serde(with = "stored_runs")]
    runs: Runs,
}

/// What precedes the state; letters of the first release have nothing before it.
const SECOND: &[u8; 8] = b"RAPPORT2";

/// The state as the first release wrote it.
#[derive(Deserialize)]
struct FirstMoved {
    profile: Profile,
    aggregates: Vec<(String, Option<AggState>)>,
    memberships: Vec<(String, Timestamp)>,
    runs: FirstRuns,
}

/// Runs in their own stored format, which has versions.
mod stored_runs {
    use rapport_journeys::{Runs, repo};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(runs: &Runs, to: S) -> Result<S::Ok, S::Error> {
        repo::encode(runs).map_err(serde::ser::Error::custom)?.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Runs, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        repo::decode(&bytes).map_err(serde::de::Error::custom)
    }
}

impl Owner {
    pub(super) fn merge_into(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        from: ProfileId,
        into: ProfileId,
        by: Identifier,
    ) -> Result<(), EngineError> {
        // What goes along is up to date.
        self.with_slot(work, (ws, from), work.now, |_, _, _| Ok(()))?;
        let slot = self.load(work, (ws, from))?;
        let alive = slot.as_ref().map(|s| s.profile.known);
        let apart = slot.as_ref().is_some_and(|s| is_apart(&s.profile, into)) && !is_explicit(&by);
        let forward = profiles::forward_of(&*work.tx, ws, from)?;
        let decision = decide_merge(from, into, alive, forward, hops > 0, apart);
        match (decision, slot) {
            (MergeDecision::Send, Some(slot)) => return self.send_away(work, *slot, into, by, hops),
            (_, Some(slot)) => self.cache.put((ws, from), slot),
            (_, None) => {}
        }
        match decision {
            MergeDecision::Nothing | MergeDecision::Send => Ok(()),
            // The identifier's row names the other one by now, or did before.
            MergeDecision::KeepApart => self.with_slot(work, (ws, from), work.now, |owner, work, slot| {
                owner.refuse_here(work, slot, &by, Timestamp::MAX, "merge_undone")
            }),
            MergeDecision::Chase { from } => {
                work.letter(from.home(), ws, hops + 1, LetterBody::MergeInto { from, into, by })
            }
            MergeDecision::Relink { known } => {
                let target = self.partition_of(ws, &by.namespace, &by.value);
                work.letter(target, ws, 0, LetterBody::Link { identifier: by, claimant: from, known })
            }
        }
    }

    /// Packs a profile up, leaves a forwarding address, and sends its state to the home of `into`.
    fn send_away(
        &mut self,
        work: &mut Work,
        slot: Slot,
        into: ProfileId,
        by: Identifier,
        hops: u8,
    ) -> Result<(), EngineError> {
        let (ws, from) = (slot.profile.workspace, slot.profile.id);
        let bound = self.bound(ws);
        let memberships: Vec<_> = bound
            .rules
            .memberships(&bound.binding, &slot.segments)
            .map(|(segment, since)| (segment.to_owned(), since))
            .collect();
        let moved = Moved {
            aggregates: bound.rules.export(&bound.binding, &slot.segments),
            memberships,
            runs: slot.runs,
            profile: slot.profile,
        };
        self.forget(work, ws, from)?;
        profiles::put_forward(&work.tx, ws, from, into, work.now)?;
        let state = encode(&moved)?;
        work.letter(into.home(), ws, hops, LetterBody::Absorb { from, into, by, state })
    }

    #[allow(clippy::too_many_arguments)] // the letter has that many parts
    pub(super) fn absorb(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        (hops, at): (u8, Timestamp),
        from: ProfileId,
        into: ProfileId,
        by: Identifier,
        state: Vec<u8>,
    ) -> Result<(), EngineError> {
        match self.follow(work, ws, into)? {
            Home::Here(id) => {
                let moved = decode(&state)?;
                // Durable and idempotent; the letter is in the log, so a crash before the commit comes here again.
                self.shared.lake.merged(ws, from, id);
                profiles::put_absorbed(&work.tx, ws, id, from, at)?;
                self.with_slot(work, (ws, id), at, |owner, work, slot| owner.absorb_here(work, slot, moved, by, at))
            }
            Home::Elsewhere(id) => {
                work.letter(id.home(), ws, hops + 1, LetterBody::Absorb { from, into: id, by, state })
            }
            Home::Nobody => {
                // The target was erased: what was to become part of it is erased with it.
                let moved = decode(&state)?;
                self.unlink(work, ws, from, moved.profile.identifiers)?;
                let body = LetterBody::Erase { profile: from, reason: "merged into an erased profile".to_owned() };
                work.letter(from.home(), ws, MAX_HOPS, body)
            }
        }
    }

    fn absorb_here(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        moved: Moved,
        by: Identifier,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        let (ws, id, from) = (slot.profile.workspace, slot.profile.id, moved.profile.id);
        let bound = self.bound(ws);
        let absorbed = absorb(&mut slot.profile, moved.profile, &by, at);
        if !bound.rules.absorb(&bound.binding, &mut slot.segments, moved.aggregates) {
            segments::mark_recompute(&work.tx, ws, id)?;
            self.recompute = true;
        }
        for (segment, since) in moved.memberships {
            if bound.rules.member_since(&bound.binding, &slot.segments, &segment).is_none() {
                bound.rules.set_membership(&bound.binding, &mut slot.segments, &segment, since);
                segments::set_member(&work.tx, ws, &segment, id, Some(since))?;
            }
        }
        slot.dirty = crate::cache::Dirty { profile: true, segments: true, runs: true };
        for identifier in absorbed.new_identifiers {
            self.claim(work, slot, identifier)?;
        }
        for identifier in absorbed.dropped_identifiers {
            for owner in [from, id] {
                let target = self.partition_of(ws, &identifier.namespace, &identifier.value);
                work.letter(target, ws, 0, LetterBody::Unlink { identifier: identifier.clone(), owner })?;
            }
        }
        for group in absorbed.groups {
            let target = account::home(ws, &group, self.shared.log.partitions());
            work.letter(target, ws, 0, account::move_member(&group, from, Some(id), at))?;
        }
        telemetry::merged();
        let properties = object([
            ("from", json!(from.to_string())),
            ("by", json!(by.namespace)),
            ("changes", super::pipeline::changes(&absorbed.trait_changes)),
        ]);
        let event = work.derive(ws, names::PROFILE_MERGED, properties);
        self.advance_merged(work, slot, (from, moved.runs), event)
    }

    pub(super) fn undo_merge(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        from: ProfileId,
        into: ProfileId,
    ) -> Result<(), EngineError> {
        let again = |id| LetterBody::UndoMerge { from, into: id };
        self.at_home(work, (ws, hops, into), again, |owner, work, slot| owner.undo_here(work, slot, from))
    }

    fn undo_here(&mut self, work: &mut Work, slot: &mut Slot, from: ProfileId) -> Result<(), EngineError> {
        let (ws, id) = (slot.profile.workspace, slot.profile.id);
        let Some(restored) = undo(&mut slot.profile, from) else { return Ok(()) };
        // It may have been absorbed by a profile that was absorbed in turn: whichever it was, its rows are its own again
        // before the state of this profile is computed anew.
        let absorbers = slot.profile.merges.iter().map(|m| m.from).chain([id]);
        absorbers.for_each(|into| self.shared.lake.unmerged(ws, from, into));
        work.flush_lake = true;
        profiles::remove_absorbed(&work.tx, ws, id, from)?;
        let known = restored.profile.known;
        let groups = restored.profile.groups.clone();
        let runs = slot.runs.part(id, from);
        let moved = Moved { profile: restored.profile, aggregates: Vec::new(), memberships: Vec::new(), runs };
        work.letter(from.home(), ws, 0, LetterBody::Restore { from, state: encode(&moved)? })?;
        for group in &groups {
            // It belongs to its accounts again; whom it had become part of stays there as well.
            let target = account::home(ws, group, self.shared.log.partitions());
            work.letter(target, ws, 0, account::join(group, from, work.now))?;
        }
        for identifier in restored.identifiers {
            let target = self.partition_of(ws, &identifier.namespace, &identifier.value);
            work.letter(target, ws, 0, LetterBody::Unlink { identifier: identifier.clone(), owner: id })?;
            work.letter(target, ws, 0, LetterBody::Link { identifier, claimant: from, known })?;
        }
        (slot.dirty.profile, slot.dirty.runs) = (true, true);
        segments::mark_recompute(&work.tx, ws, id)?;
        self.recompute = true;
        let event = work.derive(ws, names::PROFILE_UNMERGED, object([("from", json!(from.to_string()))]));
        self.advance(work, slot, event)
    }

    pub(super) fn restore(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        from: ProfileId,
        state: &[u8],
    ) -> Result<(), EngineError> {
        if profiles::erased_at(&*work.tx, ws, from)?.is_some() {
            return Ok(());
        }
        let moved = decode(state)?;
        if let Some(into) = profiles::forward_of(&*work.tx, ws, from)? {
            self.shared.lake.unmerged(ws, from, into);
            work.flush_lake = true;
            // Which may not be whom it was taken out of: that one may have been absorbed itself.
            work.letter(into.home(), ws, 0, LetterBody::Parted { from, into })?;
        }
        profiles::remove_forward(&work.tx, ws, from)?;
        let mut slot = Slot::new(moved.profile);
        slot.runs = moved.runs;
        (slot.dirty.profile, slot.dirty.runs) = (true, true);
        work.dirty.push((ws, from));
        self.cache.put((ws, from), Box::new(slot));
        segments::mark_recompute(&work.tx, ws, from)?;
        self.recompute = true;
        Ok(())
    }
}

fn encode(moved: &Moved) -> Result<Vec<u8>, EngineError> {
    postcard::to_extend(moved, SECOND.to_vec())
        .map_err(|e| EngineError::Unreadable { what: "a profile's state", detail: e.to_string() })
}

fn decode(state: &[u8]) -> Result<Moved, EngineError> {
    let unreadable =
        |e: postcard::Error| EngineError::Unreadable { what: "a merged profile's state", detail: e.to_string() };
    match state.strip_prefix(SECOND) {
        Some(second) => postcard::from_bytes(second).map_err(unreadable),
        None => {
            let FirstMoved { profile, aggregates, memberships, runs } =
                postcard::from_bytes(state).map_err(unreadable)?;
            Ok(Moved { profile, aggregates, memberships, runs: runs.into() })
        }
    }
}

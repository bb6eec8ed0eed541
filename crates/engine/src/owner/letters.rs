//! Letters between partitions: who an identifier belongs to, merges and their undoing, accounts, erasure.

use rapport_domain::event::names;
use rapport_domain::record::{Letter, LetterBody, MAX_HOPS};
use rapport_domain::{Identifier, Json, Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::Runs;
use rapport_profiles::accounts::repo::{self as accounts, Statement};
use rapport_profiles::core::account;
use rapport_profiles::{
    IdentifierRow, LinkDecision, MergeDecision, absorb, decide_letter, decide_merge, refuse, repo as profiles, undo,
};
use rapport_rules::AggState;
use rapport_segments::repo as segments;
use rapport_store::partition::{outbox, timers};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Owner;
use super::ingest::Home;
use super::work::{Work, object};
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;

/// A profile's whole state on its way to another partition. A stored format: fields are only added at the end.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    profile: Profile,
    /// State of the aggregates that were complete, by key.
    aggregates: Vec<(String, Option<AggState>)>,
    /// Segments it belonged to, since when.
    memberships: Vec<(String, Timestamp)>,
    runs: Runs,
}

impl Owner {
    pub(super) fn open_letter(&mut self, work: &mut Work, letter: Letter) -> Result<(), EngineError> {
        let (ws, hops, at) = (letter.workspace, letter.hops, letter.at);
        match letter.body {
            LetterBody::Link { identifier, claimant, known } => self.link(work, ws, hops, identifier, claimant, known),
            LetterBody::Unlink { identifier, owner } => {
                profiles::delete_identifier(&work.tx, ws, &identifier, owner)?;
                Ok(())
            }
            LetterBody::Refuse { identifier, claimant } => self.refuse(work, ws, hops, identifier, claimant),
            LetterBody::MergeInto { from, into, by } => self.merge_into(work, ws, hops, from, into, by),
            LetterBody::Absorb { from, into, by, state } => self.absorb(work, ws, (hops, at), from, into, by, state),
            LetterBody::UndoMerge { from, into } => self.undo_merge(work, ws, hops, from, into),
            LetterBody::Restore { from, state } => self.restore(work, ws, from, &state),
            LetterBody::Erase { profile, reason } => self.erase(work, ws, hops, profile, reason),
            LetterBody::Group { group_id, traits, at, member, leaver } => {
                let traits = Json::from_text(&traits);
                let said = Statement { group_id: &group_id, traits: &traits, at, member, leaver };
                accounts::deliver(&work.tx, ws, said)?;
                Ok(())
            }
        }
    }

    fn link(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        identifier: Identifier,
        claimant: ProfileId,
        known: bool,
    ) -> Result<(), EngineError> {
        let row = profiles::identifier(&*work.tx, ws, &identifier)?;
        let mine = IdentifierRow { profile: claimant, known };
        match decide_letter(&identifier, row.as_ref(), claimant, known, self.shared.config.allow_alias_merge) {
            LinkDecision::Insert => profiles::put_identifier(&work.tx, ws, &identifier, mine)?,
            LinkDecision::Keep => {}
            LinkDecision::Repoint { merge_from } => {
                profiles::put_identifier(&work.tx, ws, &identifier, mine)?;
                let body = LetterBody::MergeInto { from: merge_from, into: claimant, by: identifier };
                work.letter(merge_from.home(), ws, hops, body)?;
            }
            LinkDecision::MergeClaimant { into } => {
                let body = LetterBody::MergeInto { from: claimant, into, by: identifier };
                work.letter(claimant.home(), ws, hops, body)?;
            }
            LinkDecision::Refuse => {
                work.letter(claimant.home(), ws, hops, LetterBody::Refuse { identifier, claimant })?;
            }
        }
        Ok(())
    }

    fn refuse(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        identifier: Identifier,
        claimant: ProfileId,
    ) -> Result<(), EngineError> {
        match self.follow(work, ws, claimant)? {
            Home::Here(id) => self.with_slot(work, (ws, id), work.now, |owner, work, slot| {
                slot.dirty.profile = true;
                if !refuse(&mut slot.profile, &identifier, work.now) {
                    return Ok(());
                }
                let properties =
                    object([("namespace", json!(identifier.namespace)), ("reason", json!("belongs_to_another_user"))]);
                let event = work.derive(ws, names::IDENTIFIER_REFUSED, properties);
                owner.advance(work, slot, event)
            }),
            Home::Elsewhere(id) => {
                work.letter(id.home(), ws, hops + 1, LetterBody::Refuse { identifier, claimant: id })
            }
            Home::Nobody => Ok(()),
        }
    }

    fn merge_into(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        from: ProfileId,
        into: ProfileId,
        by: Identifier,
    ) -> Result<(), EngineError> {
        let slot = self.load(work, (ws, from))?;
        let alive = slot.as_ref().map(|s| s.profile.known);
        let forward = profiles::forward_of(&*work.tx, ws, from)?;
        match decide_merge(from, into, alive, forward, hops > 0) {
            MergeDecision::Nothing => {
                if let Some(slot) = slot {
                    self.cache.put((ws, from), slot);
                }
                Ok(())
            }
            MergeDecision::Send => match slot {
                Some(slot) => self.send_away(work, *slot, into, by, hops),
                None => Ok(()),
            },
            MergeDecision::Chase { from } => {
                work.letter(from.home(), ws, hops + 1, LetterBody::MergeInto { from, into, by })
            }
            MergeDecision::Relink { known } => {
                if let Some(slot) = slot {
                    self.cache.put((ws, from), slot);
                }
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

    /// Removes every row of a profile but its messages and its waiting mail.
    fn forget(&mut self, work: &mut Work, ws: WorkspaceId, profile: ProfileId) -> Result<(), EngineError> {
        self.cache.remove(&(ws, profile));
        work.dirty.retain(|key| *key != (ws, profile));
        profiles::delete(&work.tx, ws, profile)?;
        segments::remove_profile(&work.tx, ws, profile)?;
        rapport_journeys::repo::take(&work.tx, ws, profile)?;
        timers::clear_profile(&work.tx, ws, profile)?;
        Ok(())
    }

    #[allow(clippy::too_many_arguments)] // the letter has that many parts
    fn absorb(
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
        self.advance_merged(work, slot, moved.runs, event)
    }

    fn undo_merge(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        from: ProfileId,
        into: ProfileId,
    ) -> Result<(), EngineError> {
        match self.follow(work, ws, into)? {
            Home::Here(id) => {
                self.with_slot(work, (ws, id), work.now, |owner, work, slot| owner.undo_here(work, slot, from))
            }
            Home::Elsewhere(id) => work.letter(id.home(), ws, hops + 1, LetterBody::UndoMerge { from, into: id }),
            Home::Nobody => Ok(()),
        }
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
        let moved =
            Moved { profile: restored.profile, aggregates: Vec::new(), memberships: Vec::new(), runs: Runs::default() };
        work.letter(from.home(), ws, 0, LetterBody::Restore { from, state: encode(&moved)? })?;
        for identifier in restored.identifiers {
            let target = self.partition_of(ws, &identifier.namespace, &identifier.value);
            work.letter(target, ws, 0, LetterBody::Unlink { identifier: identifier.clone(), owner: id })?;
            work.letter(target, ws, 0, LetterBody::Link { identifier, claimant: from, known })?;
        }
        slot.dirty.profile = true;
        segments::mark_recompute(&work.tx, ws, id)?;
        self.recompute = true;
        let event = work.derive(ws, names::PROFILE_UNMERGED, object([("from", json!(from.to_string()))]));
        self.advance(work, slot, event)
    }

    fn restore(&mut self, work: &mut Work, ws: WorkspaceId, from: ProfileId, state: &[u8]) -> Result<(), EngineError> {
        if profiles::erased_at(&*work.tx, ws, from)?.is_some() {
            return Ok(());
        }
        let moved = decode(state)?;
        if let Some(into) = profiles::forward_of(&*work.tx, ws, from)? {
            self.shared.lake.unmerged(ws, from, into);
            work.flush_lake = true;
        }
        profiles::remove_forward(&work.tx, ws, from)?;
        let mut slot = Slot::new(moved.profile);
        slot.dirty.profile = true;
        work.dirty.push((ws, from));
        self.cache.put((ws, from), Box::new(slot));
        segments::mark_recompute(&work.tx, ws, from)?;
        self.recompute = true;
        Ok(())
    }

    /// Erases a profile from state and lake, and what points to it elsewhere. The log forgets it when its segment files
    /// are released, which the roll after this batch brings about.
    fn erase(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        profile: ProfileId,
        reason: String,
    ) -> Result<(), EngineError> {
        let forward = profiles::forward_of(&*work.tx, ws, profile)?;
        if let (Some(into), true) = (forward, hops < MAX_HOPS) {
            // Asked by an old name: the person is erased under the present one too.
            work.letter(into.home(), ws, hops + 1, LetterBody::Erase { profile: into, reason: reason.clone() })?;
        }
        self.flush_slot(work, (ws, profile))?;
        let erased = profiles::erase(&work.tx, ws, profile, work.now)?;
        self.unlink(work, ws, profile, erased.identifiers)?;
        for group in &erased.groups {
            let target = account::home(ws, group, self.shared.log.partitions());
            work.letter(target, ws, 0, account::move_member(group, profile, None, work.now))?;
        }
        for from in erased.absorbed {
            // At the last hop, so that its forwarding address does not lead back here.
            work.letter(from.home(), ws, MAX_HOPS, LetterBody::Erase { profile: from, reason: reason.clone() })?;
        }
        segments::remove_profile(&work.tx, ws, profile)?;
        rapport_journeys::repo::erase(&work.tx, ws, profile, &mut work.journey_counts)?;
        timers::clear_profile(&work.tx, ws, profile)?;
        outbox::remove_profile(&work.tx, ws, profile)?;
        rapport_delivery::repo::remove_profile(&work.tx, ws, profile)?;
        // The lake loses these rows, so the count of derived ones, which tells client events in the lake apart, goes down.
        let filter = rapport_lake::TimelineFilter::default();
        let rows = self.shared.lake.timeline(ws, profile, None, &filter, usize::MAX)?;
        let derived = rows.iter().filter(|row| row.event.source.0 == 0).count() as i64;
        rapport_store::counters::add(&work.tx, ws, &[("derived", -derived)])?;
        work.rows.retain(|row| (row.event.workspace, row.profile) != (ws, profile));
        work.erased.push((ws, profile));
        telemetry::erased();
        Ok(())
    }

    fn unlink(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        owner: ProfileId,
        identifiers: Vec<Identifier>,
    ) -> Result<(), EngineError> {
        for identifier in identifiers {
            let target = self.partition_of(ws, &identifier.namespace, &identifier.value);
            work.letter(target, ws, 0, LetterBody::Unlink { identifier, owner })?;
        }
        Ok(())
    }
}

fn encode(moved: &Moved) -> Result<Vec<u8>, EngineError> {
    postcard::to_stdvec(moved).map_err(|e| EngineError::Unreadable { what: "a profile's state", detail: e.to_string() })
}

fn decode(state: &[u8]) -> Result<Moved, EngineError> {
    postcard::from_bytes(state)
        .map_err(|e| EngineError::Unreadable { what: "a merged profile's state", detail: e.to_string() })
}

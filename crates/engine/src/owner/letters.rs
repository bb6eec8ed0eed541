//! Letters between partitions: who an identifier belongs to, accounts, messages asked for, erasure. Merges have a file
//! of their own.

use rapport_domain::event::names;
use rapport_domain::record::{AccountLetter, AskedMessage, Letter, LetterBody, MAX_HOPS};
use rapport_domain::{Identifier, Json, OutboundMessage, OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::RunName;
use rapport_profiles::core::account;
use rapport_profiles::{IdentifierRow, LinkDecision, decide_letter, refuse, repo as profiles};
use rapport_segments::repo as segments;
use rapport_store::partition::{outbox, timers};
use serde_json::json;

use super::Owner;
use super::ingest::Home;
use super::work::{Work, object};
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;

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
            LetterBody::Parted { from, into } => Ok(profiles::remove_absorbed(&work.tx, ws, into, from)?),
            LetterBody::Restore { from, state } => self.restore(work, ws, from, &state),
            LetterBody::Erase { profile, reason } => self.erase(work, ws, hops, profile, reason),
            LetterBody::Group { group_id, traits, at, member, leaver } => {
                let said = AccountLetter::Said { group_id, traits, at, member, leaver, historical: false };
                self.account_letter(work, ws, said)
            }
            LetterBody::Account(letter) => self.account_letter(work, ws, letter),
            LetterBody::EdgeTold { call, fault } => self.edge_told(work, ws, call, fault.as_deref()),
            LetterBody::Mark { message, mark, at, detail } => {
                self.mark(work, ws, message, &mark, at, detail.as_deref())
            }
            LetterBody::Replay { message, expires_at } => self.replay(work, ws, message, expires_at),
            LetterBody::ShowTest { profile, template, content, expires_at } => {
                self.show_test(work, (ws, hops, profile), (template, content), expires_at)
            }
            LetterBody::Send { profile, asked } => self.send(work, (ws, hops, profile), asked),
            LetterBody::Journey(order) => self.order(work, ws, hops, order),
            LetterBody::Withdraw { profile, journey, run } => {
                self.take_back(work, ws, &journey, RunName { profile, run })
            }
        }
    }

    /// Works on a profile where it lives now; a letter to one that moved is sent on as `again` writes it. What was erased
    /// needs nothing.
    pub(super) fn at_home(
        &mut self,
        work: &mut Work,
        (ws, hops, profile): (WorkspaceId, u8, ProfileId),
        again: impl FnOnce(ProfileId) -> LetterBody,
        act: impl FnOnce(&mut Owner, &mut Work, &mut Slot) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        match self.follow(work, ws, profile)? {
            Home::Here(id) => self.with_slot(work, (ws, id), work.now, act),
            Home::Elsewhere(id) => work.letter(id.home(), ws, hops + 1, again(id)),
            Home::Nobody => Ok(()),
        }
    }

    /// Decides a message that the API asked for.
    fn send(
        &mut self,
        work: &mut Work,
        (ws, hops, profile): (WorkspaceId, u8, ProfileId),
        asked: AskedMessage,
    ) -> Result<(), EngineError> {
        let again = |id| LetterBody::Send { profile: id, asked: asked.clone() };
        self.at_home(work, (ws, hops, profile), again, |owner, work, slot| {
            let message = OutboundMessage {
                id: OutboxId { partition: owner.partition, number: work.numbers.next("outbox") },
                workspace: ws,
                profile: slot.profile.id,
                channel: asked.channel.clone(),
                template: asked.template.clone(),
                origin: None,
                topic: asked.topic.clone(),
                transactional: asked.transactional,
                created_at: work.now,
                expires_at: asked.expires_at,
                data: Json::from_text(&asked.data),
            };
            let event = owner.enqueue(work, message, Some(&asked.request))?;
            owner.advance(work, slot, event)
        })
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
        let theirs = identifier.clone();
        let again = |id| LetterBody::Refuse { identifier: theirs, claimant: id };
        self.at_home(work, (ws, hops, claimant), again, |owner, work, slot| {
            let at = work.now;
            owner.refuse_here(work, slot, &identifier, at, "belongs_to_another_user")
        })
    }

    /// Takes an identifier off a profile, not to be asked for again until some time after `at`.
    pub(super) fn refuse_here(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        identifier: &Identifier,
        at: Timestamp,
        reason: &str,
    ) -> Result<(), EngineError> {
        slot.dirty.profile = true;
        if !refuse(&mut slot.profile, identifier, at) {
            return Ok(());
        }
        let properties = object([("namespace", json!(identifier.namespace)), ("reason", json!(reason))]);
        let event = work.derive(slot.profile.workspace, names::IDENTIFIER_REFUSED, properties);
        self.advance(work, slot, event)
    }

    /// Removes every row of a profile but its messages and its waiting mail.
    pub(super) fn forget(&mut self, work: &mut Work, ws: WorkspaceId, profile: ProfileId) -> Result<(), EngineError> {
        self.cache.remove(&(ws, profile));
        work.dirty.retain(|key| *key != (ws, profile));
        profiles::delete(&work.tx, ws, profile)?;
        segments::remove_profile(&work.tx, ws, profile)?;
        rapport_journeys::repo::take(&work.tx, ws, profile)?;
        timers::clear_profile(&work.tx, ws, profile)?;
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
        segments::calls::remove_profile(&work.tx, ws, profile)?;
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

    pub(super) fn unlink(
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

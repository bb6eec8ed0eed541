//! One event of one profile through profile, segments and journeys. Whatever it causes are events too, taken through the
//! same way in the same transaction.

use std::collections::VecDeque;

use rapport_domain::event::{ProcessedEvent, names};
use rapport_domain::profile::ZONE_TRAIT;
use rapport_domain::record::LetterBody;
use rapport_domain::{ConsentStatus, Event, EventKind, Identifier, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::{JourneySet, Runs};
use rapport_profiles::core::account;
use rapport_profiles::{Applied, TraitChange, alias_of, apply_confirming};
use rapport_segments::{Decided, Edge, Touched, repo as segments};
use serde_json::{Map, Value, json};

use super::Owner;
use super::bound::Bound;
use super::work::{Work, object};
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;
use crate::told;

/// Events one event may cause before the chain is cut: a journey that updates a trait that enters a segment that starts
/// a journey… Real chains are a handful long.
pub(crate) const MAX_CAUSED: usize = 256;

/// Names of events that the note about a cut chain carries.
const MAX_CUT_NAMES: usize = 8;

impl Owner {
    /// Takes `first` and everything it causes through all stages.
    pub(super) fn advance(&mut self, work: &mut Work, slot: &mut Slot, first: Event) -> Result<(), EngineError> {
        let mut queue = VecDeque::from([first]);
        self.drain(work, slot, &mut queue, false)
    }

    /// Joins the runs of the absorbed profile `from` to this one's, then takes `event`, which tells the merge, through all stages.
    pub(super) fn advance_merged(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        (from, theirs): (ProfileId, Runs),
        event: Event,
    ) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut queue = VecDeque::from([event]);
        slot.look_at_all = true;
        self.with_runs(work, slot, &bound, false, &mut queue, |runs, _, _, out| {
            JourneySet::merge(runs, from, theirs, out);
        })?;
        self.drain(work, slot, &mut queue, false)
    }

    /// Decides the rules due by now, and takes due journey runs further.
    pub(super) fn advance_due(&mut self, work: &mut Work, slot: &mut Slot) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut touched = Touched::default();
        bound.rules.touch_due(&bound.binding, &slot.segments, work.now, &mut touched);
        self.advance_touched(work, slot, touched)
    }

    /// Decides rules as news, and takes journey runs further.
    pub(super) fn advance_touched(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        touched: Touched,
    ) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut queue = VecDeque::new();
        self.decide(work, slot, &bound, touched, (false, work.now), &mut queue)?;
        if !slot.runs.active.is_empty() || !slot.runs.dates.is_empty() {
            // Also when none is due: time, or the account, may have made an exit rule true.
            self.run_timer(work, slot, &bound, &mut queue)?;
        }
        self.drain(work, slot, &mut queue, false)
    }

    /// When the exit rule of a waiting run may be true without anything happening: at once after a merge brought the run.
    pub(super) fn exit_due(&self, slot: &Slot, now: Timestamp) -> Option<Timestamp> {
        let ws = slot.profile.workspace;
        let bound = self.bound(ws);
        let asked = self.asked(&bound, slot, now);
        let rules = self.live.journeys.exit_rules(ws, &slot.runs);
        let due = |rule| {
            let verdict = asked.ask(rule)?;
            if verdict.holds { Some(now) } else { verdict.next_change.filter(|at| *at > now) }
        };
        rules.filter_map(due).min()
    }

    /// Decides the touched rules as history, not news: edges start no journey.
    pub(super) fn decide_history(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        touched: Touched,
    ) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut queue = VecDeque::new();
        self.decide(work, slot, &bound, touched, (true, work.now), &mut queue)?;
        self.drain(work, slot, &mut queue, true)
    }

    pub(super) fn drain(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        queue: &mut VecDeque<Event>,
        history: bool,
    ) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut steps = 0;
        while let Some(event) = queue.pop_front() {
            steps += 1;
            if steps > MAX_CAUSED {
                tracing::warn!(workspace.id = slot.profile.workspace.0, "a chain of derived events was cut");
                telemetry::dropped("derived_chain");
                queue.push_front(event);
                let told = cut(work, slot.profile.workspace, queue, history);
                queue.clear();
                // It is told as history, so that nothing more comes of it.
                self.take(work, slot, &bound, told, true, queue)?;
                queue.clear();
                break;
            }
            self.take(work, slot, &bound, event, history, queue)?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        mut event: Event,
        history: bool,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        let historical = history || event.historical;
        self.observed.note(&event);
        let live = self.live.clone();
        let confirmations = live.workspaces.get(&event.workspace).map(|w| &w.confirmations);
        let must_confirm = |channel: &str, topic: Option<&str>| {
            confirmations.is_some_and(|c| c.for_subscription(channel, topic).is_some())
        };
        let applied = apply_confirming(&mut slot.profile, &event, &must_confirm);
        rapport_profiles::telemetry::applied(&applied);
        slot.dirty.profile |= event.source.0 != 0 || !applied.is_empty();
        let mut touched = Touched::default();
        bound.rules.observe(&bound.binding, &mut slot.segments, &event, &mut touched);
        slot.dirty.segments |= !touched.is_empty();
        touch_applied(bound, &applied, &mut touched);
        if applied.account_moved || slot.look_at_all {
            self.look_up_account(work, &mut slot.profile)?;
        }
        let dates_moved = slot.look_at_all || !applied.trait_changes.is_empty();
        let is_elsewhere = slot.look_at_all || applied.trait_changes.iter().any(|change| change.name == ZONE_TRAIT);
        if slot.look_at_all {
            slot.look_at_all = false;
            bound.rules.touch_all(&mut touched);
        }
        self.note_written(work, slot.profile.id, &event)?;
        self.note_mark(work, slot.profile.id, &event)?;
        self.applied(work, slot, &event, applied, historical, queue)?;
        self.decide(work, slot, bound, touched, (historical, event.ts), queue)?;
        self.note_habits(work, slot, bound, &event);
        Self::note_message(slot, &event);
        let has_dates = live.journeys.has_dates(event.workspace) || !slot.runs.dates.is_empty();
        if dates_moved && (has_dates || !slot.runs.active.is_empty()) {
            self.with_runs(work, slot, bound, historical, queue, |runs, asked, now, _| {
                live.journeys.plan_dates(event.workspace, runs, asked, now);
                live.journeys.move_dates(event.workspace, runs, is_elsewhere, asked, now);
            })?;
        }
        let starts = !historical && live.journeys.listens(event.workspace, &event.name);
        if starts || !slot.runs.active.is_empty() {
            self.with_runs(work, slot, bound, historical, queue, |runs, asked, now, out| {
                live.journeys.on_event(runs, &event, asked, now, out);
            })?;
            if !historical {
                self.run_due(work, slot, bound, queue)?;
            }
        }
        if event.source.0 == 0 {
            work.count(event.workspace).derived += 1;
        }
        event.properties.forget();
        event.context.forget();
        work.rows.push(ProcessedEvent { profile: slot.profile.id, event });
        Ok(())
    }

    /// What a change of the profile causes: letters for identifiers and accounts, and events that tell the change.
    fn applied(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        event: &Event,
        applied: Applied,
        historical: bool,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        let ws = event.workspace;
        for identifier in applied.new_identifiers.into_iter().chain(alias_of(event)) {
            self.claim(work, slot, identifier)?;
        }
        for identifier in applied.dropped_identifiers {
            let target = self.partition_of(ws, &identifier.namespace, &identifier.value);
            work.letter(target, ws, 0, LetterBody::Unlink { identifier, owner: slot.profile.id })?;
        }
        if let Some(body) = account::letter(event, slot.profile.id) {
            let group_id = account::group_of(event).unwrap_or_default();
            let target = account::home(ws, group_id, self.shared.log.partitions());
            work.letter(target, ws, 0, body)?;
        }
        for (identifier, reason) in applied.refused {
            let properties = object([("namespace", json!(identifier.namespace)), ("reason", json!(reason))]);
            queue.push_back(mark(work.derive(ws, names::IDENTIFIER_REFUSED, properties), historical));
        }
        if !applied.trait_changes.is_empty() {
            let properties = object([("changes", changes(&applied.trait_changes))]);
            queue.push_back(mark(work.derive(ws, names::PROFILE_UPDATED, properties), historical));
        }
        if &*event.name != names::CONSENT_CHANGED && &*event.name != names::UNSUBSCRIBED {
            for c in applied.consent_changes.iter().filter(|c| told::has_changed(c)) {
                queue.push_back(mark(work.derive(ws, names::CONSENT_CHANGED, told::consent(c)), historical));
            }
        }
        self.keep_proofs(work, slot, event, &applied.consent_changes)?;
        if !historical {
            for pending in applied.consent_changes.iter().filter(|c| c.status == ConsentStatus::Pending) {
                self.ask_to_confirm(work, slot, pending, queue)?;
            }
            for pending in &applied.asked_again {
                if self.ask_to_confirm(work, slot, pending, queue)? {
                    self.keep_proofs(work, slot, event, std::slice::from_ref(pending))?;
                }
            }
        }
        Ok(())
    }

    /// Tells the identifier's partition that this profile uses it.
    pub(super) fn claim(&mut self, work: &mut Work, slot: &Slot, identifier: Identifier) -> Result<(), EngineError> {
        let ws = slot.profile.workspace;
        let target = self.partition_of(ws, &identifier.namespace, &identifier.value);
        work.letter(
            target,
            ws,
            0,
            LetterBody::Link { identifier, claimant: slot.profile.id, known: slot.profile.known },
        )
    }

    /// Decides rules, writes memberships, and queues what the edges cause; what moves them happened at `since`.
    fn decide(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        touched: Touched,
        (historical, since): (bool, Timestamp),
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        if touched.is_empty() {
            return Ok(());
        }
        let mut decided = Decided::default();
        let dues = slot.segments.next_due();
        bound.rules.evaluate(
            &bound.binding,
            &mut slot.segments,
            touched,
            &mut slot.profile,
            bound.zone,
            work.now,
            &mut decided,
        );
        slot.dirty.profile |= !decided.traits.is_empty();
        slot.dirty.segments |= !decided.edges.is_empty() || slot.segments.next_due() != dues;
        let ws = slot.profile.workspace;
        for edge in decided.edges {
            queue.push_back(edge_event(work, ws, &edge, historical));
            let Edge { segment, entered, at } = edge;
            segments::set_member(&work.tx, ws, &segment, slot.profile.id, entered.then_some(at))?;
            telemetry::edge(entered);
            self.tell_edge(work, slot, (&segment, entered), historical)?;
            let live = self.live.clone();
            if !historical && live.journeys.listens_segment(ws, &segment) {
                self.with_runs(work, slot, bound, historical, queue, |runs, asked, now, out| {
                    live.journeys.on_segment(ws, runs, (&segment, entered, since), historical, asked, now, out);
                })?;
                self.run_due(work, slot, bound, queue)?;
            }
        }
        Ok(())
    }
}

/// What tells that a chain of derived events was cut, and which ones were left.
fn cut(work: &mut Work, ws: WorkspaceId, left: &VecDeque<Event>, historical: bool) -> Event {
    let mut by: Vec<&str> = Vec::new();
    for event in left {
        if by.len() < MAX_CUT_NAMES && !by.contains(&&*event.name) {
            by.push(&event.name);
        }
    }
    chain_cut(work, ws, MAX_CAUSED, &by, historical)
}

/// The event that tells that a chain was cut after so many links, and what would have gone on.
pub(super) fn chain_cut(work: &mut Work, ws: WorkspaceId, after: usize, by: &[&str], historical: bool) -> Event {
    let properties = object([("after", json!(after)), ("by", json!(by))]);
    mark(work.derive(ws, names::CHAIN_CUT, properties), historical)
}

fn touch_applied(bound: &Bound, applied: &Applied, touched: &mut Touched) {
    for change in &applied.trait_changes {
        bound.rules.touch_trait(&change.name, touched);
    }
    if !applied.consent_changes.is_empty() {
        bound.rules.touch_consent(touched);
    }
    if applied.account_moved || applied.joined_group.is_some() {
        bound.rules.touch_account(touched);
    }
}

/// An `identify` of Rapport's own: traits set and (as null) removed.
pub(super) fn update_event(work: &mut Work, ws: WorkspaceId, mut set: Map<String, Value>, unset: Vec<String>) -> Event {
    set.extend(unset.into_iter().map(|name| (name, Value::Null)));
    let mut event = work.derive(ws, names::IDENTIFIED, set);
    event.kind = EventKind::Identify;
    event
}

/// What tells that a profile entered or left a segment; `backfill` when that is history.
pub(super) fn edge_event(work: &mut Work, ws: WorkspaceId, edge: &Edge, backfill: bool) -> Event {
    let name = if edge.entered { names::SEGMENT_ENTERED } else { names::SEGMENT_EXITED };
    let mut properties = object([("segment", json!(edge.segment))]);
    if backfill {
        properties.insert("backfill".to_owned(), Value::Bool(true));
    }
    mark(work.derive(ws, name, properties), backfill)
}

pub(super) fn mark(mut event: Event, historical: bool) -> Event {
    event.historical = historical;
    event
}

/// `{trait: {from, to}}`.
pub(crate) fn changes(changes: &[TraitChange]) -> Value {
    let members = changes.iter().map(|c| (c.name.clone(), json!({"from": c.from, "to": c.to})));
    Value::Object(members.collect())
}

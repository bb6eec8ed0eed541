//! One event of one profile through profile, segments and journeys. Whatever it causes are events too, taken through the
//! same way in the same transaction.

use std::collections::VecDeque;

use chrono_tz::Tz;
use rapport_domain::event::{ProcessedEvent, names};
use rapport_domain::record::LetterBody;
use rapport_domain::{Event, EventKind, Identifier, OutboundMessage, OutboxId, Timestamp, WorkspaceId};
use rapport_journeys::{ConditionKey, Conditions, Effect, ExitReason, JourneySet, Runs};
use rapport_profiles::core::account;
use rapport_profiles::{Applied, TraitChange, alias_of, apply};
use rapport_rules::Verdict;
use rapport_segments::{Decided, Edge, Touched, repo as segments};
use serde_json::{Map, Value, json};

use super::Owner;
use super::bound::Bound;
use super::work::{Work, object};
use crate::cache::Slot;
use crate::error::EngineError;
use crate::telemetry;

/// Events one event may cause before the chain is cut: a journey that updates a trait that enters a segment that starts
/// a journey… Real chains are a handful long.
pub(crate) const MAX_CAUSED: usize = 256;

/// What journeys ask about the profile.
struct Asked<'a> {
    bound: &'a Bound,
    slot: &'a Slot,
    now: Timestamp,
}

impl Asked<'_> {
    fn ask(&self, key: &ConditionKey) -> Option<Verdict> {
        let (slot, bound) = (self.slot, self.bound);
        bound.rules.ask(&bound.binding, &slot.segments, key.as_str(), &slot.profile, bound.zone, self.now)
    }
}

impl Conditions for Asked<'_> {
    fn holds(&self, key: &ConditionKey) -> bool {
        self.ask(key).is_some_and(|verdict| verdict.holds)
    }

    fn zone(&self) -> Tz {
        self.slot.profile.zone().unwrap_or(self.bound.zone)
    }
}

impl Owner {
    /// Takes `first` and everything it causes through all stages.
    pub(super) fn advance(&mut self, work: &mut Work, slot: &mut Slot, first: Event) -> Result<(), EngineError> {
        let mut queue = VecDeque::from([first]);
        self.drain(work, slot, &mut queue, false)
    }

    /// Joins the runs of an absorbed profile to this one's, then takes `event`, which tells the merge, through all stages.
    pub(super) fn advance_merged(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        theirs: Runs,
        event: Event,
    ) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut queue = VecDeque::from([event]);
        slot.look_at_all = true;
        self.with_runs(work, slot, &bound, false, &mut queue, |runs, _, _, out| JourneySet::merge(runs, theirs, out))?;
        self.drain(work, slot, &mut queue, false)
    }

    /// Decides the rules due by now, and takes due journey runs further.
    pub(super) fn advance_due(&mut self, work: &mut Work, slot: &mut Slot) -> Result<(), EngineError> {
        let bound = self.bound(slot.profile.workspace);
        let mut touched = Touched::default();
        bound.rules.touch_due(&bound.binding, &slot.segments, work.now, &mut touched);
        let mut queue = VecDeque::new();
        self.decide(work, slot, &bound, touched, false, &mut queue)?;
        if !slot.runs.active.is_empty() {
            // Also when none is due: time may have made an exit rule true.
            self.run_timer(work, slot, &bound, &mut queue)?;
        }
        self.drain(work, slot, &mut queue, false)
    }

    /// When the exit rule of a waiting run may be true without anything happening: at once after a merge brought the run.
    pub(super) fn exit_due(&self, slot: &Slot, now: Timestamp) -> Option<Timestamp> {
        let ws = slot.profile.workspace;
        let bound = self.bound(ws);
        let asked = Asked { bound: &bound, slot, now };
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
        self.decide(work, slot, &bound, touched, true, &mut queue)?;
        self.drain(work, slot, &mut queue, true)
    }

    fn drain(
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
        let applied = apply(&mut slot.profile, &event);
        rapport_profiles::telemetry::applied(&applied);
        slot.dirty.profile |= event.source.0 != 0 || !applied.is_empty();
        let mut touched = Touched::default();
        bound.rules.observe(&bound.binding, &mut slot.segments, &event, &mut touched);
        slot.dirty.segments |= !touched.is_empty();
        touch_applied(bound, &applied, &mut touched);
        if slot.look_at_all {
            slot.look_at_all = false;
            bound.rules.touch_all(&mut touched);
        }
        self.applied(work, slot, &event, applied, historical, queue)?;
        self.decide(work, slot, bound, touched, historical, queue)?;
        let live = self.live.clone();
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
            let LetterBody::Group { group_id, .. } = &body else { return Ok(()) };
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
            for c in applied.consent_changes {
                let properties = object([
                    ("channel", json!(c.channel)),
                    ("topic", json!(c.topic)),
                    ("granted", json!(c.granted)),
                    ("source", json!(c.source)),
                ]);
                queue.push_back(mark(work.derive(ws, names::CONSENT_CHANGED, properties), historical));
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

    /// Decides rules, writes memberships, and queues what the edges cause.
    fn decide(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        touched: Touched,
        historical: bool,
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
        for Edge { segment, entered, at } in decided.edges {
            segments::set_member(&work.tx, ws, &segment, slot.profile.id, entered.then_some(at))?;
            let backfill = historical || bound.is_unswept(&segment, slot.profile.id);
            let name = if entered { names::SEGMENT_ENTERED } else { names::SEGMENT_EXITED };
            let mut properties = object([("segment", json!(segment))]);
            if backfill {
                properties.insert("backfill".to_owned(), Value::Bool(true));
            }
            queue.push_back(mark(work.derive(ws, name, properties), backfill));
            telemetry::edge(entered);
            let live = self.live.clone();
            if !backfill && live.journeys.listens_segment(ws, &segment) {
                self.with_runs(work, slot, bound, historical, queue, |runs, asked, now, out| {
                    live.journeys.on_segment(ws, runs, &segment, entered, backfill, asked, now, out);
                })?;
                self.run_due(work, slot, bound, queue)?;
            }
        }
        Ok(())
    }

    /// Takes journey runs as far as they go now. An update of traits must be seen by the step after it, so a run that
    /// is due again waits until the queue has been worked off; the timer brings it back.
    fn run_due(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        if slot.runs.next_due().is_none_or(|due| due > work.now) {
            return Ok(());
        }
        self.run_timer(work, slot, bound, queue)
    }

    fn run_timer(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        let live = self.live.clone();
        let ws = slot.profile.workspace;
        self.with_runs(work, slot, bound, false, queue, |runs, asked, now, out| {
            live.journeys.on_timer(ws, runs, asked, now, out);
        })
    }

    fn with_runs(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        historical: bool,
        queue: &mut VecDeque<Event>,
        decide: impl FnOnce(&mut Runs, &dyn Conditions, Timestamp, &mut Vec<Effect>),
    ) -> Result<(), EngineError> {
        let mut runs = std::mem::take(&mut slot.runs);
        let before = runs.clone();
        let mut effects = Vec::new();
        decide(&mut runs, &Asked { bound, slot, now: work.now }, work.now, &mut effects);
        slot.dirty.runs |= runs != before;
        slot.runs = runs;
        for effect in effects {
            work.journey_counts.record(slot.profile.workspace, &effect);
            rapport_journeys::telemetry::record(&effect);
            self.effect(work, slot, effect, historical, queue)?;
        }
        Ok(())
    }

    fn effect(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        effect: Effect,
        historical: bool,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        let ws = slot.profile.workspace;
        let event = match effect {
            Effect::Entered { journey, version, run, key } => {
                let mut properties =
                    object([("journey", json!(journey)), ("version", json!(version)), ("run", json!(run))]);
                if let Some(key) = key {
                    properties.insert("key".to_owned(), Value::from(key));
                }
                work.derive(ws, names::JOURNEY_ENTERED, properties)
            }
            Effect::Exited { journey, version, run, step, reason } => {
                if reason == ExitReason::ExitCondition {
                    rapport_delivery::repo::withdraw(&work.tx, ws, slot.profile.id, &journey, run)?;
                }
                let properties = object([
                    ("journey", json!(journey)),
                    ("version", json!(version)),
                    ("run", json!(run)),
                    ("step", json!(step)),
                    ("reason", json!(reason.as_str())),
                ]);
                work.derive(ws, names::JOURNEY_EXITED, properties)
            }
            Effect::Send { origin, channel, template, topic, transactional, data, expires_at } => {
                let message = OutboundMessage {
                    id: OutboxId { partition: self.partition, number: work.numbers.next("outbox") },
                    workspace: ws,
                    profile: slot.profile.id,
                    channel,
                    template,
                    origin: Some(origin),
                    topic,
                    transactional,
                    created_at: work.now,
                    expires_at,
                    data,
                };
                self.enqueue(work, message, None)?
            }
            Effect::UpdateTraits { set, unset, .. } => update_event(work, ws, set, unset),
            Effect::NotEntered { .. } | Effect::Renumbered { .. } => return Ok(()),
        };
        queue.push_back(mark(event, historical));
        Ok(())
    }

    /// Puts a message into the outbox; the event that tells so. `request` names the API call that asked for it.
    pub(super) fn enqueue(
        &mut self,
        work: &mut Work,
        message: OutboundMessage,
        request: Option<&str>,
    ) -> Result<Event, EngineError> {
        rapport_store::partition::outbox::enqueue(&work.tx, &message)?;
        rapport_delivery::repo::record_queued(&work.tx, &message, request)?;
        let mut properties = super::outcomes::message_properties(&message);
        properties.insert("message_id".to_owned(), Value::from(message.id.to_string()));
        let event = work.derive(message.workspace, names::MESSAGE_QUEUED, properties);
        work.messages.push(message);
        Ok(event)
    }
}

fn touch_applied(bound: &Bound, applied: &Applied, touched: &mut Touched) {
    for change in &applied.trait_changes {
        bound.rules.touch_trait(&change.name, touched);
    }
    if !applied.consent_changes.is_empty() {
        bound.rules.touch_consent(touched);
    }
}

/// An `identify` of Rapport's own: traits set and (as null) removed.
pub(super) fn update_event(work: &mut Work, ws: WorkspaceId, mut set: Map<String, Value>, unset: Vec<String>) -> Event {
    set.extend(unset.into_iter().map(|name| (name, Value::Null)));
    let mut event = work.derive(ws, names::IDENTIFIED, set);
    event.kind = EventKind::Identify;
    event
}

fn mark(mut event: Event, historical: bool) -> Event {
    event.historical = historical;
    event
}

/// `{trait: {from, to}}`.
pub(super) fn changes(changes: &[TraitChange]) -> Value {
    let members = changes.iter().map(|c| (c.name.clone(), json!({"from": c.from, "to": c.to})));
    Value::Object(members.collect())
}

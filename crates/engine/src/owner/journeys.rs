//! Journeys in the partition loop: their runs are taken further, and what they decide is applied in the batch's
//! transaction.

use std::collections::VecDeque;

use chrono::Timelike;
use rapport_domain::event::names;
use rapport_domain::record::LetterBody;
use rapport_domain::{Event, OutboundMessage, OutboxId, Timestamp, WorkspaceId};
use rapport_journeys::{Call, CalledBy, Conditions, Effect, JourneySet, RunName, Runs};
use serde_json::{Map, Value};

use super::Owner;
use super::asked::Asked;
use super::bound::Bound;
use super::pipeline::{chain_cut, mark, update_event};
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;
use crate::told::{became, is_reaction, told};

/// Journeys that start each other at one instant.
const MAX_NESTED_STARTS: usize = 8;

impl Owner {
    pub(super) fn asked<'a>(&'a self, bound: &'a Bound, slot: &'a Slot, now: Timestamp) -> Asked<'a> {
        let population = self.population.get(&slot.profile.workspace).copied().unwrap_or_default();
        let (resuming, limits) = (&self.resuming, &self.limits);
        Asked { bound, slot, live: &self.live, resuming, limits, population, now }
    }

    /// Tells the run that decided a message what became of it. Only what Rapport itself recorded counts.
    pub(super) fn note_message(slot: &mut Slot, event: &Event) {
        if let Some(became) = became(&event.name).filter(|_| event.source.0 == 0) {
            slot.dirty.runs |= JourneySet::on_message(&mut slot.runs, event, became);
        }
    }

    /// Counts a message that was sent, and learns from what the customer did with one.
    pub(super) fn note_habits(&mut self, work: &mut Work, slot: &mut Slot, bound: &Bound, event: &Event) {
        if *event.name == *names::MESSAGE_SENT {
            work.journey_counts.sent(event);
        } else if is_reaction(&event.name) && event.properties.get("message_id").is_some() {
            let asked = self.asked(bound, slot, work.now);
            let zone = asked.zone();
            let hour = chrono::TimeZone::from_utc_datetime(&zone, &event.ts.to_utc().naive_utc()).hour();
            slot.runs.habits.note_reaction(event.ts, zone);
            slot.dirty.runs = true;
            let ws = event.workspace;
            self.population.entry(ws).or_default()[hour as usize] += 1;
            *work.hours.entry((ws, hour)).or_default() += 1;
        }
    }

    /// Takes journey runs as far as they go now. An update of traits must be seen by the step after it, so a run that
    /// is due again waits until the queue has been worked off; the timer brings it back.
    pub(super) fn run_due(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        bound: &Bound,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        if self.runs_due((slot.profile.workspace, slot.profile.id), &slot.runs).is_none_or(|due| due > work.now) {
            return Ok(());
        }
        self.run_timer(work, slot, bound, queue)
    }

    pub(super) fn run_timer(
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

    pub(super) fn with_runs(
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
        decide(&mut runs, &self.asked(bound, slot, work.now), work.now, &mut effects);
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
            Effect::Webhook { origin, request } => return self.ask_out(work, slot, origin, request),
            Effect::Turn { origin, limiter, pace, passes } => {
                if let Some(at) = self.turn(work, ws, (&origin.journey, &limiter), pace, passes)? {
                    slot.runs.grant(origin.run, at);
                    slot.dirty.runs = true;
                }
                return Ok(());
            }
            Effect::Start { journey, data, .. } => return self.start_journey(work, slot, &journey, &data, queue),
            Effect::Stop { journey, .. } => {
                let bound = self.bound(ws);
                return self.with_runs(work, slot, &bound, historical, queue, |runs, _, _, out| {
                    JourneySet::stop(runs, &journey, out);
                });
            }
            other => {
                if let Effect::Exited { journey, run, reason, former, .. } = &other
                    && reason.takes_back()
                {
                    let now = RunName { profile: slot.profile.id, run: *run };
                    for name in former.iter().chain([&now]) {
                        self.take_back(work, ws, journey, *name)?;
                    }
                }
                let Some((name, properties)) = told(&other) else { return Ok(()) };
                work.derive(ws, &name, properties)
            }
        };
        queue.push_back(mark(event, historical));
        Ok(())
    }

    /// Takes back what a run that was left decided under one of its names, where that profile lives or lived.
    pub(super) fn take_back(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        RunName { profile, run }: RunName,
    ) -> Result<(), EngineError> {
        if profile.home() != self.partition {
            let body = LetterBody::Withdraw { profile, journey: journey.to_owned(), run };
            return work.letter(profile.home(), ws, 0, body);
        }
        if rapport_delivery::repo::withdraw(&work.tx, ws, profile, journey, run)? > 0 {
            // A page that shows one of them takes it away.
            work.woken.push((ws, profile));
        }
        Ok(())
    }

    /// Starts another journey for the same profile. Journeys that start each other in a circle are cut after a few.
    fn start_journey(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        journey: &str,
        data: &Map<String, Value>,
        queue: &mut VecDeque<Event>,
    ) -> Result<(), EngineError> {
        if work.nested >= MAX_NESTED_STARTS {
            tracing::warn!(journey.id = journey, "journeys start each other in a circle; the chain was cut");
            crate::telemetry::dropped("journey_start");
            queue.push_back(chain_cut(work, slot.profile.workspace, MAX_NESTED_STARTS, &[journey], true));
            return Ok(());
        }
        work.nested += 1;
        let call = Call { journey, by: CalledBy::Journey, data, begin_at: None };
        let taken = self.call(work, slot, &call, queue);
        work.nested -= 1;
        if !taken? {
            tracing::warn!(journey.id = journey, "a step starts a journey that is not live or has another trigger");
        }
        Ok(())
    }

    /// Asks a journey to begin for the profile; answers whether there is one that takes such calls.
    pub(super) fn call(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        call: &Call<'_>,
        queue: &mut VecDeque<Event>,
    ) -> Result<bool, EngineError> {
        let (live, ws) = (self.live.clone(), slot.profile.workspace);
        let bound = self.bound(ws);
        let mut taken = false;
        self.with_runs(work, slot, &bound, false, queue, |runs, asked, now, out| {
            taken = live.journeys.on_call(ws, runs, call, asked, now, out);
        })?;
        self.run_due(work, slot, &bound, queue)?;
        Ok(taken)
    }

    /// Asks a journey to begin, and takes what that causes through all stages.
    pub(super) fn call_and_drain(
        &mut self,
        work: &mut Work,
        slot: &mut Slot,
        call: &Call<'_>,
    ) -> Result<(), EngineError> {
        let mut queue = VecDeque::new();
        self.call(work, slot, call, &mut queue)?;
        self.drain(work, slot, &mut queue, false)
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

//! What journeys are asked to do from outside, and what they ask of other systems.

use rapport_domain::message::Origin;
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::{ProfileId, WorkspaceId};
use rapport_journeys::repo::calls::{self, PendingCall};
use rapport_journeys::repo::tasks::Task;
use rapport_journeys::{Call, CalledBy, ConditionKey, WebhookAnswer, WebhookRequest};
use serde_json::{Map, Value};

use super::Owner;
use super::pipeline::update_event;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;

impl Owner {
    /// Does what a letter orders of a journey.
    pub(super) fn order(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        order: JourneyOrder,
    ) -> Result<(), EngineError> {
        match order {
            JourneyOrder::Trigger { profile, journey, data } => {
                if self.knows(ws, &journey) {
                    self.trigger(work, (ws, hops, profile), journey, data)
                } else {
                    self.queue_task(work, ws, &Task::Call { journey, profile, data })
                }
            }
            JourneyOrder::Enter { journey, profiles, data } => {
                self.queue_task(work, ws, &Task::Enter { journey, profiles, data })
            }
            JourneyOrder::Resume { journey, paused_at, overdue, generation } => {
                self.queue_task(work, ws, &Task::Resume { journey, paused_at, overdue, generation, cursor: None })
            }
            JourneyOrder::Migrate { journey, from, to, steps, exit_others } => {
                self.queue_task(work, ws, &Task::Migrate { journey, from, to, steps, exit_others, cursor: None })
            }
            JourneyOrder::Answer { call, profile, origin, status, body } => {
                // The call's own partition gets the answer first; a second one finds the call gone.
                if call != 0 && !calls::remove(&work.tx, call)? {
                    return Ok(());
                }
                self.answered(work, ws, hops, profile, origin, status, body)
            }
        }
    }

    /// Begins a journey for somebody, where they live now.
    pub(super) fn trigger(
        &mut self,
        work: &mut Work,
        whom: (WorkspaceId, u8, ProfileId),
        journey: String,
        data: String,
    ) -> Result<(), EngineError> {
        let values: Map<String, Value> = serde_json::from_str(&data).unwrap_or_default();
        let (name, told) = (journey.clone(), data);
        let again = move |profile| LetterBody::Journey(JourneyOrder::Trigger { profile, journey: name, data: told });
        self.at_home(work, whom, again, |owner, work, slot| {
            let call = Call { journey: &journey, by: CalledBy::Api, data: &values, begin_at: None };
            owner.call_and_drain(work, slot, &call)
        })
    }

    /// Whether what the rules of a journey's live version ask is known here. Until then, which is only when history could not
    /// be had in time, a rule that counts would hold for nobody, and whoever is sent in would be refused.
    pub(super) fn knows(&self, ws: WorkspaceId, journey: &str) -> bool {
        let bound = self.bound(ws);
        let known = |key: &ConditionKey| bound.rules.rule_index(key.as_str()).is_none_or(|rule| bound.is_known(rule));
        self.live.journeys.rules_of(ws, journey).all(known)
    }

    /// A journey asks another system: the call waits in a table until it is answered, whatever happens to this process.
    pub(super) fn ask_out(
        &mut self,
        work: &mut Work,
        slot: &Slot,
        origin: Origin,
        request: WebhookRequest,
    ) -> Result<(), EngineError> {
        let call = PendingCall {
            number: work.numbers.next("call"),
            workspace: slot.profile.workspace,
            profile: slot.profile.id,
            origin,
            request,
            tried: 0,
        };
        Ok(calls::push(&work.tx, &call, work.now)?)
    }

    /// Another system answered, or will not.
    #[allow(clippy::too_many_arguments)] // the letter has that many parts
    fn answered(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        hops: u8,
        profile: ProfileId,
        origin: Origin,
        status: u16,
        body: String,
    ) -> Result<(), EngineError> {
        let answer = if status == 0 {
            WebhookAnswer::Failed { detail: body.clone() }
        } else {
            let body = serde_json::from_str(&body).unwrap_or_else(|_| Value::String(body.clone()));
            WebhookAnswer::Body { status, body }
        };
        let asked_by = origin.clone();
        let again = move |profile| {
            LetterBody::Journey(JourneyOrder::Answer { call: 0, profile, origin: asked_by, status, body })
        };
        self.at_home(work, (ws, hops, profile), again, |owner, work, slot| {
            let id = slot.profile.id;
            let live = owner.live.clone();
            let mut set = None;
            let bound = owner.bound(ws);
            let mut queue = std::collections::VecDeque::new();
            owner.with_runs(work, slot, &bound, false, &mut queue, |runs, _, now, _| {
                set = live.journeys.on_answer(runs, ws, &origin, &answer, now);
            })?;
            tracing::trace!(profile.id = id.0, "a webhook was answered");
            if let Some(set) = set.filter(|set| !set.is_empty()) {
                queue.push_back(update_event(work, ws, set, Vec::new()));
                // The traits are set before the next step looks at them.
                owner.drain(work, slot, &mut queue, false)?;
            }
            owner.run_due(work, slot, &bound, &mut queue)?;
            owner.drain(work, slot, &mut queue, false)
        })
    }
}

//! What journeys are asked to do from outside, and what they ask of other systems.

use rapport_domain::message::Origin;
use rapport_domain::record::{JourneyOrder, LetterBody, MAX_HOPS};
use rapport_domain::{ProfileId, WorkspaceId};
use rapport_journeys::repo::calls::{self, PendingCall};
use rapport_journeys::repo::tasks::Task;
use rapport_journeys::{Call, CalledBy, ConditionKey, RunName, WebhookAnswer, WebhookRequest};
use rapport_profiles::apart;
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
                let asked_by = profile;
                self.answered(work, (ws, hops, profile), Answered { asked_by, origin, status, body })
            }
            JourneyOrder::Forwarded { profile, asked_by, origin, status, body } => {
                self.answered(work, (ws, hops, profile), Answered { asked_by, origin, status, body })
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
            server: rapport_delivery::calls::server_of(&request.url),
            request,
            tried: 0,
        };
        Ok(calls::push(&work.tx, &call, work.now)?)
    }

    /// Another system answered, or will not.
    fn answered(
        &mut self,
        work: &mut Work,
        whom: (WorkspaceId, u8, ProfileId),
        told: Answered,
    ) -> Result<(), EngineError> {
        let ws = whom.0;
        let again = |profile| {
            let Answered { asked_by, origin, status, body } = told.clone();
            LetterBody::Journey(JourneyOrder::Forwarded { profile, asked_by, origin, status, body })
        };
        self.at_home(work, whom, again, |owner, work, slot| {
            let Answered { asked_by, mut origin, status, body } = told.clone();
            match whose(slot, asked_by, &origin) {
                Some(run) => origin.run = run,
                None => return pass_on(work, slot, whom.1, &told),
            }
            let answer = match status {
                0 => WebhookAnswer::Failed { detail: body },
                status => {
                    WebhookAnswer::Body { status, body: serde_json::from_str(&body).unwrap_or(Value::String(body)) }
                }
            };
            let live = owner.live.clone();
            let mut set = None;
            let bound = owner.bound(ws);
            let mut queue = std::collections::VecDeque::new();
            owner.with_runs(work, slot, &bound, false, &mut queue, |runs, _, now, out| {
                set = live.journeys.on_answer(runs, ws, &origin, &answer, now, out);
            })?;
            tracing::trace!(profile = slot.profile.id.0, "a webhook was answered");
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

/// The number here of the run that asked: its own, or that of one that came with a profile that was absorbed, or came back from
/// one when a merge was undone.
fn whose(slot: &Slot, asked_by: ProfileId, origin: &Origin) -> Option<u64> {
    let is_own = asked_by == slot.profile.id && slot.runs.run(origin.run).is_some_and(|r| r.journey == origin.journey);
    if is_own { Some(origin.run) } else { slot.runs.renamed(RunName { profile: asked_by, run: origin.run }) }
}

/// The run may be with a profile that this one was one with, once and no further.
fn pass_on(work: &mut Work, slot: &Slot, hops: u8, told: &Answered) -> Result<(), EngineError> {
    if hops >= MAX_HOPS {
        return Ok(());
    }
    for profile in apart(&slot.profile) {
        let Answered { asked_by, origin, status, body } = told.clone();
        let body = LetterBody::Journey(JourneyOrder::Forwarded { profile, asked_by, origin, status, body });
        work.letter(profile.home(), slot.profile.workspace, MAX_HOPS, body)?;
    }
    Ok(())
}

/// How a call of another system ended.
#[derive(Clone)]
struct Answered {
    /// Whose run asked, as they were named then.
    asked_by: ProfileId,
    /// The step that asked.
    origin: Origin,
    /// The HTTP status; 0 when there was no answer.
    status: u16,
    /// The answer's JSON; the fault when there was none.
    body: String,
}

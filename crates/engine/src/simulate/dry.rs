//! One profile stepped through a journey, with chosen answers to waits.

use std::collections::BTreeMap;

use rapport_domain::{Event, ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::core::runs::{Run, Wake};
use rapport_journeys::spec::{Action, EventWait, Trigger, Wait};
use rapport_journeys::{Call, CalledBy, Effect, WebhookAnswer, WebhookRequest};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Request;
use super::player::{Player, Seen, Witness};
use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Steps of a dry run at most.
const MAX_STEPS: usize = 500;

/// One thing that would happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DryStep {
    /// When, by the virtual clock.
    pub at: Timestamp,
    /// The step; absent for what the whole run does.
    pub step: Option<String>,
    /// `entered`, `refused`, `passed`, `message`, `withheld`, `update`, `event`, `webhook`, `unanswered`, `list`, `start`, `goal`, `exited`.
    pub what: &'static str,
    /// Of `passed` the exit, of `refused`, `unanswered` and `exited` the reason, of `message` the template and so on.
    pub detail: Value,
}

/// What would happen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DryRun {
    /// In order.
    pub steps: Vec<DryStep>,
    /// Where the run still stands, when it did not come to an end within the bounds.
    pub waits_at: Option<String>,
}

struct Teller {
    journey: String,
    told: Vec<DryStep>,
    answers: BTreeMap<String, String>,
    asking: Option<String>,
}

impl Witness for Teller {
    fn saw(&mut self, seen: &Seen<'_>, effect: &Effect) {
        if let Effect::Webhook { origin, .. } = effect {
            self.asking = Some(origin.step.clone());
        }
        if let Some((step, what, detail)) = tell(effect, &self.journey) {
            self.told.push(DryStep { at: seen.now, step, what, detail });
        }
    }

    fn answer(&self) -> WebhookAnswer {
        let chosen = self.asking.as_ref().and_then(|step| self.answers.get(step)).map(String::as_str);
        match chosen {
            Some("failed") => WebhookAnswer::Failed { detail: "chosen".to_owned() },
            _ => WebhookAnswer::Body { status: 200, body: Value::Object(Map::new()) },
        }
    }
}

/// An effect of the journey in words; `None` for what is not its own.
pub(super) fn tell(effect: &Effect, of: &str) -> Option<(Option<String>, &'static str, Value)> {
    let at = |origin: &rapport_domain::message::Origin| (origin.journey == of).then(|| Some(origin.step.clone()));
    Some(match effect {
        Effect::Entered { journey, key, group, .. } if journey == of => {
            (None, "entered", json!({"key": key, "group": group.as_str()}))
        }
        Effect::NotEntered { journey, reason, .. } if journey == of => (None, "refused", json!(reason.as_str())),
        Effect::Exited { journey, step, reason, .. } if journey == of => {
            (Some(step.clone()), "exited", json!(reason.as_str()))
        }
        Effect::Passed { journey, step, exit, .. } if journey == of => (Some(step.clone()), "passed", json!(exit)),
        Effect::Goal { origin, .. } => (at(origin)?, "goal", Value::Null),
        Effect::Send { origin, channel, template, data, .. } => {
            let data = Value::Object(data.map().clone());
            (at(origin)?, "message", json!({"channel": channel, "template": template, "data": data}))
        }
        Effect::Withheld { origin, channel, template } => {
            (at(origin)?, "withheld", json!({"channel": channel, "template": template}))
        }
        Effect::UpdateTraits { origin, set, unset } => (at(origin)?, "update", json!({"set": set, "unset": unset})),
        Effect::Emit { origin, event, properties } => {
            (at(origin)?, "event", json!({"event": event, "properties": properties}))
        }
        Effect::Webhook { origin, request } => {
            let WebhookRequest { method, url, body, .. } = request;
            let headers: Map<String, Value> =
                request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            (at(origin)?, "webhook", json!({"method": method, "url": url, "headers": headers, "body": body}))
        }
        Effect::Unanswered { origin, detail } => (at(origin)?, "unanswered", json!(detail)),
        Effect::List { origin, segment, add } => (at(origin)?, "list", json!({"list": segment, "add": add})),
        Effect::Start { origin, journey, data } => (at(origin)?, "start", json!({"journey": journey, "data": data})),
        Effect::Stop { origin, journey } => (at(origin)?, "stop", json!({"journey": journey})),
        _ => return None,
    })
}

/// Begins the journey for a profile as it is now and steps it through. `trigger` are the properties of the event that
/// starts it, or the data of the call; `answers` name, by step, the exit to take where there is a choice: of a wait for an
/// event or a rule `next` or `timed_out` (without one it times out), of a webhook `next` or `failed`.
///
/// # Errors
/// The profile is not known, or a rule cannot be read.
pub fn dry_run(
    shared: &Shared,
    ws: WorkspaceId,
    request: &Request,
    profile: ProfileId,
    trigger: &Map<String, Value>,
    answers: BTreeMap<String, String>,
) -> Result<Option<DryRun>, EngineError> {
    let Some(found) = read::profiles::get(shared, ws, profile)? else { return Ok(None) };
    let request = Request { since: Timestamp::MIN, until: Timestamp::MAX, ..request.clone() };
    let stage = super::stage(shared, ws, &request, None)?;
    let journey = request.journey.clone();
    let teller = Teller { journey: journey.clone(), told: Vec::new(), answers, asking: None };
    let mut player = Player::new(&stage, found, teller);
    let now = shared.clock.now();
    player.recall(shared, now)?;
    begin(&mut player, &request, trigger, now);
    for _ in 0..MAX_STEPS {
        let Some(run) = player.runs.active.iter().find(|run| run.journey == journey).cloned() else { break };
        let chosen = player.witness.answers.get(&run.step).cloned();
        let waits = request.spec.step(&run.step).map(|s| &s.action);
        match (waits, chosen.as_deref(), run.due_at) {
            (Some(Action::Wait(Wait::Event(wait))), Some("next"), _) => {
                let event = answer_event(ws, wait, &run, player.now.plus_ms(1));
                player.event(event);
            }
            (Some(Action::Wait(Wait::When(_))), Some("next"), _) => {
                let now = player.now.plus_ms(1);
                for held in player.runs.active.iter_mut().filter(|held| held.id == run.id) {
                    (held.wake, held.due_at) = (Some(Wake::Event), Some(now));
                }
                player.pass(now);
            }
            (_, _, Some(due)) => player.pass(due.max(player.now)),
            (_, _, None) => break,
        }
    }
    let waits_at = player.runs.active.iter().find(|run| run.journey == journey).map(|run| run.step.clone());
    Ok(Some(DryRun { steps: player.witness.told, waits_at }))
}

fn begin(player: &mut Player<'_, Teller>, request: &Request, trigger: &Map<String, Value>, now: Timestamp) {
    let call = |by| Call { journey: &request.journey, by, data: trigger, begin_at: None };
    match &request.spec.trigger {
        Trigger::Event(event) => {
            let workspace = player.profile.workspace;
            let mut event = Event::derived(workspace, &event.name, "dry-run".to_owned(), now, trigger.clone());
            event.source = rapport_domain::SourceId(1);
            player.event(event);
        }
        Trigger::Segment(segment) => player.edge(&segment.id, segment.entered),
        Trigger::Date(_) => player.call(&call(CalledBy::Date)),
        Trigger::Schedule(_) => player.call(&call(CalledBy::Schedule)),
        Trigger::Api { .. } => player.call(&call(CalledBy::Api)),
        Trigger::Journey => player.call(&call(CalledBy::Journey)),
        Trigger::Manual => player.call(&call(CalledBy::Hand)),
    }
}

/// The event a run waits for, as far as the step says what it must be like.
fn answer_event(ws: WorkspaceId, wait: &EventWait, run: &Run, at: Timestamp) -> Event {
    let mut properties = Map::new();
    if let Some(path) = &wait.same {
        let value = run.trigger.get(&format!("event.properties.{path}")).cloned();
        let value = value.or_else(|| run.key.clone().map(Value::from)).unwrap_or_default();
        properties.insert(path.clone(), value);
    }
    let mut event = Event::derived(ws, &wait.name, format!("dry-run-{}", run.step), at, properties);
    event.source = rapport_domain::SourceId(1);
    event
}

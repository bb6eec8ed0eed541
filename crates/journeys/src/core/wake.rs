//! What comes to a run that waits: events that end its wait or are collected, and the answers of other systems.

use rapport_domain::message::Origin;
use rapport_domain::{Event, Timestamp, WorkspaceId};
use serde_json::{Map, Value, json};

use super::Conditions;
use super::act::origin;
use super::advance::advance;
use super::effect::Effect;
use super::enter::{about_event, key_text};
use super::runs::{Run, Runs, Wake};
use super::set::JourneySet;
use crate::rules::Predicate;
use crate::spec::{Action, Digest, EventWait, Wait};

impl JourneySet {
    /// Gives the event to the runs that wait for it: waits go on, digests keep it.
    pub(super) fn wake(
        &self,
        runs: &mut Runs,
        event: &Event,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let waiting: Vec<u64> = runs.active.iter().filter(|r| r.waiting).map(|r| r.id).collect();
        for id in waiting {
            let Some(index) = runs.active.iter().position(|r| r.id == id) else { continue };
            let run = &mut runs.active[index];
            let Some(version) = self.version(event.workspace, &run.journey, run.version) else { continue };
            let Some(at) = version.index(&run.step) else { continue };
            let passes = || version.filters[at].as_ref().is_none_or(|filter| filter.matches(event));
            match &version.spec.steps[at].action {
                Action::Wait(Wait::Event(wait)) if run.wake.is_none() && is_meant(wait, run, event) && passes() => {
                    keep(run, "waited", about_event(event), out);
                    run.wake = Some(Wake::Event);
                    run.due_at = Some(now);
                    if !version.paused && !conditions.is_held(&runs.active[index]) {
                        advance(version, runs, index, conditions, now, out);
                    }
                }
                Action::Digest(digest) if *digest.event == *event.name && passes() => collect(digest, run, event),
                _ => {}
            }
        }
    }

    /// Gives a run the answer of a webhook: what it said, or that there was none. Answers the traits to set, `None` when the
    /// run does not wait for one any more.
    #[allow(clippy::too_many_arguments)] // an answer has that many parts
    pub fn on_answer(
        &self,
        runs: &mut Runs,
        workspace: WorkspaceId,
        origin: &Origin,
        answer: &WebhookAnswer,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Option<Map<String, Value>> {
        let run = runs.active.iter_mut().find(|r| {
            r.id == origin.run && r.journey == origin.journey && r.step == origin.step && r.waiting && r.wake.is_none()
        })?;
        let version = self.version(workspace, &run.journey, run.version)?;
        let at = version.index(&run.step)?;
        let Action::Webhook(webhook) = &version.spec.steps[at].action else { return None };
        run.due_at = Some(now);
        let mut set = Map::new();
        match answer {
            WebhookAnswer::Body { status, body } => {
                run.wake = Some(Wake::Answered);
                keep(run, "webhook", json!({ "status": status, "body": body }), out);
                for (name, path) in &webhook.save {
                    let found = match body {
                        Value::Object(map) => rapport_domain::json::lookup(map, path).cloned(),
                        _ => None,
                    };
                    set.extend(found.map(|value| (name.clone(), value)));
                }
            }
            WebhookAnswer::Failed { detail } => {
                run.wake = Some(Wake::Failed);
                fail(run, detail, out);
            }
        }
        Some(set)
    }
}

/// How a webhook ended.
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookAnswer {
    /// The other system answered with success.
    Body {
        /// The HTTP status.
        status: u16,
        /// Its JSON; text that is not JSON is a string.
        body: Value,
    },
    /// Every attempt failed.
    Failed {
        /// The last fault.
        detail: String,
    },
}

fn is_meant(wait: &EventWait, run: &Run, event: &Event) -> bool {
    wait.name == *event.name && is_about(wait.same.as_deref(), run, event)
}

/// Whether an event is about what the run is about: what it has under `path` is the run's key, or what the event that
/// started the run has there. Without a path every event is.
pub(super) fn is_about(path: Option<&str>, run: &Run, event: &Event) -> bool {
    let Some(path) = path else { return true };
    let theirs = key_text(event.properties.get(path));
    let started = key_text(run.trigger.get(&format!("event.properties.{path}")));
    theirs.is_some() && (theirs == started || theirs == run.key)
}

/// There is no answer: later steps and people are told why.
pub(super) fn fail(run: &mut Run, detail: &str, out: &mut Vec<Effect>) {
    out.push(Effect::Unanswered { origin: origin(run), detail: detail.to_owned() });
    keep(run, "webhook", json!({ "error": detail }), out);
}

/// Keeps what came for later steps, or tells that it had no room.
fn keep(run: &mut Run, name: &str, value: Value, out: &mut Vec<Effect>) {
    if !run.leave(name, value) {
        out.push(Effect::Omitted { origin: origin(run), name: name.to_owned() });
    }
}

/// A digest begins, with the event that started the run when that is one of those it collects.
pub(super) fn begin_digest(digest: &Digest, filter: Option<&Predicate>, run: &mut Run) {
    let first = run.trigger.get("event").filter(|event| event["name"] == *digest.event && filter.is_none());
    let events: Vec<Value> = first.cloned().into_iter().collect();
    keep_digest(run, events.len() as u64, events);
}

fn collect(digest: &Digest, run: &mut Run, event: &Event) {
    let before = run.data.get("digest").cloned().unwrap_or_default();
    let count = before["count"].as_u64().unwrap_or(0) + 1;
    let mut events = before["events"].as_array().cloned().unwrap_or_default();
    if events.len() < digest.keep {
        events.push(about_event(event));
    }
    keep_digest(run, count, events);
}

/// What has no room in the list any more still counts.
fn keep_digest(run: &mut Run, count: u64, mut events: Vec<Value>) {
    while !run.leave("digest", json!({ "count": count, "events": events })) && events.pop().is_some() {}
}

//! Taking a run from step to step.

use rapport_domain::message::Origin;
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use rapport_domain::{Event, Json, Timestamp};
use serde_json::{Map, Value, json};

use super::effect::{Effect, ExitReason, WebhookRequest};
use super::enter::{about_event, key_text};
use super::runs::{Group, Run, Runs, Wake};
use super::set::JourneySet;
use super::values::Sources;
use super::version::{self, Version};
use super::{Conditions, calendar, habits, messages};
use crate::spec::{
    Action, DEFAULT_EXPIRY_MS, DateOf, Digest, END, EventWait, Experiment, Send, Share, Wait, Webhook, WhenWait, Winner,
};

/// Steps a run takes at one go; then it is due again at once, so that a long journey cannot hold a partition.
pub const MAX_STEPS_PER_ADVANCE: usize = 64;
/// How long a run waits for the answer of a webhook, all attempts together.
pub const WEBHOOK_DEADLINE_MS: i64 = 6 * HOUR_MS;
/// How often a run at a comparison looks whether there is a winner.
const WINNER_LOOK_MS: i64 = MINUTE_MS;
/// How long a run waits at a comparison that is not decided; then it goes by the first arm.
pub const WINNER_PATIENCE_MS: i64 = 7 * DAY_MS;

enum Move {
    /// On to another step (`None` is the end) by the exit of that name.
    To(Option<String>, String),
    /// The same, but not before the effects so far were applied.
    ToLater(Option<String>, String),
    /// Here until then, or until something comes.
    Stay(Option<Timestamp>),
    /// The run is over.
    Over(ExitReason),
}

/// Takes the run at `index` as far as it goes at `now`; it then waits, is due again, or is gone.
pub(super) fn advance(
    version: &Version,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) {
    for _ in 0..MAX_STEPS_PER_ADVANCE {
        let leaves = version.exit_when.as_ref().is_some_and(|k| conditions.holds(k));
        let step = if leaves {
            Move::Over(ExitReason::ExitCondition)
        } else {
            take_step(version, runs, index, conditions, now, out)
        };
        let run = &mut runs.active[index];
        run.wake = None;
        let pause = matches!(step, Move::ToLater(..));
        let (target, exit) = match step {
            Move::To(target, exit) | Move::ToLater(target, exit) => (target, exit),
            Move::Stay(until) => {
                run.waiting = true;
                run.due_at = until;
                return;
            }
            Move::Over(reason) => return end(runs, index, reason, out),
        };
        run.passed(&exit, now);
        let (journey, step) = (run.journey.clone(), run.step.clone());
        out.push(Effect::Passed { journey, version: run.version, run: run.id, step, exit });
        let Some(target) = target else { return end(runs, index, ExitReason::Completed, out) };
        run.step = target;
        run.waiting = false;
        run.step_at = now;
        run.due_at = Some(now);
        if pause {
            return;
        }
    }
}

/// Ends the run at `index`.
pub(super) fn end(runs: &mut Runs, index: usize, reason: ExitReason, out: &mut Vec<Effect>) {
    let run = runs.active.remove(index);
    let past = runs.past_mut(&run.journey, run.key.as_deref(), run.entered_at);
    past.exited = past.exited.saturating_add(1);
    out.push(Effect::Exited {
        journey: run.journey,
        version: run.version,
        run: run.id,
        step: run.step,
        reason,
        group: run.group,
        path: run.path,
    });
}

fn take_step(
    version: &Version,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) -> Move {
    let run = &mut runs.active[index];
    // A step that is not in the run's own version cannot be: versions never change. End rather than stand for ever.
    let Some(at) = version.index(&run.step) else { return Move::Over(ExitReason::NotLive) };
    let spec = &version.spec;
    let next = || Move::To(spec.after(at).map(str::to_owned), "next".to_owned());
    let second = |exit: &str| Move::To(spec.otherwise(at).map(str::to_owned), exit.to_owned());
    match &spec.steps[at].action {
        Action::Wait(Wait::When(_)) if !run.waiting && version.arms[at].iter().any(|rule| conditions.holds(rule)) => {
            next()
        }
        Action::Wait(wait) => take_wait(wait, runs, index, conditions, now, next, second),
        Action::Digest(digest) => {
            if run.waiting {
                return next();
            }
            begin_digest(digest, version.filters[at].as_ref(), run);
            Move::Stay(Some(calendar::wait_until(digest.time, conditions.zone(), now)))
        }
        Action::Branch(arms) => {
            let chosen = version.arms[at].iter().position(|key| conditions.holds(key));
            match chosen.and_then(|i| Some((i, arms.get(i)?))) {
                Some((i, arm)) => Move::To(target(&arm.goto), format!("arm {}", i + 1)),
                None => Move::To(spec.after(at).map(str::to_owned), "otherwise".to_owned()),
            }
        }
        Action::Split(arms) => {
            let salt = format!("{}/{}", run.journey, run.step);
            by_arm(version::arm(&salt, arms, conditions.profile()))
        }
        Action::Experiment(experiment) => {
            let chosen = version::arm(&format!("experiment/{}", experiment.id), &experiment.arms, conditions.profile());
            if let (Some(arm), Group::Treatment) = (chosen, run.group) {
                out.push(viewed(run, experiment, arm));
            }
            by_arm(chosen)
        }
        Action::Winner(winner) => {
            choose(winner, conditions.winner(&run.journey, run.version, &run.step), run.step_at, now)
        }
        Action::Message(test) => {
            if messages::became(run, test.step.as_deref()) >= Some(test.is) {
                next()
            } else {
                second("not")
            }
        }
        Action::Limit(limit) => {
            if run.waiting {
                return if run.due_at.is_some() { next() } else { Move::Stay(None) };
            }
            // No step has a name with a blank, so that a shared name is nobody's step.
            let limiter = limit.name.as_ref().map_or_else(|| run.step.clone(), |name| format!("limit {name}"));
            out.push(Effect::Turn { origin: origin(run), limiter, count: limit.count, per_ms: limit.per_ms });
            Move::Stay(None)
        }
        Action::Webhook(webhook) => match (run.group, run.waiting, run.wake) {
            (Group::Control, ..) | (_, true, Some(Wake::Answered)) => next(),
            // The deadline, or word that there is no answer.
            (_, true, _) => second("failed"),
            (_, false, _) => {
                let request = request(webhook, version, run, conditions, now);
                let until = request.expires_at;
                out.push(Effect::Webhook { origin: origin(run), request });
                Move::Stay(Some(until))
            }
        },
        Action::Jump(to) => Move::To(target(to), "next".to_owned()),
        Action::Exit(reason) => Move::Over(ExitReason::Step(reason.clone())),
        action => {
            let pause = act(action, version, run, conditions, now, out);
            match next() {
                Move::To(Some(to), exit) if pause => Move::ToLater(Some(to), exit),
                other => other,
            }
        }
    }
}

/// The steps that only cause something. Answers whether the next step must see it applied.
fn act(
    action: &Action,
    version: &Version,
    run: &Run,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) -> bool {
    let origin = origin(run);
    if run.group == Group::Control {
        match action {
            Action::Send(send) if send.transactional => out.push(message(version, run, send, conditions, now)),
            Action::Send(send) => {
                let (channel, template) = (send.channel.clone(), send.template.clone());
                out.push(Effect::Withheld { origin, channel, template });
            }
            _ => {}
        }
        return false;
    }
    let values = known(version, run);
    let sources = Sources { values: &values, conditions };
    match action {
        Action::Send(send) => {
            out.push(message(version, run, send, conditions, now));
            false
        }
        Action::Update(update) => {
            let (set, unset) = (sources.fill_all(&update.set), update.unset.clone());
            out.push(Effect::UpdateTraits { origin, set, unset });
            true
        }
        Action::Emit(emit) => {
            let properties = sources.fill_all(&emit.properties);
            out.push(Effect::Emit { origin, event: emit.event.clone(), properties });
            true
        }
        Action::List(change) => {
            out.push(Effect::List { origin, segment: change.segment.clone(), add: change.add });
            true
        }
        Action::Start(start) => {
            let data = sources.fill_all(&start.data);
            out.push(Effect::Start { origin, journey: start.journey.clone(), data });
            false
        }
        Action::Stop(journey) => {
            out.push(Effect::Stop { origin, journey: journey.clone() });
            false
        }
        _ => false,
    }
}

fn take_wait(
    wait: &Wait,
    runs: &mut Runs,
    index: usize,
    conditions: &dyn Conditions,
    now: Timestamp,
    next: impl Fn() -> Move,
    second: impl Fn(&str) -> Move,
) -> Move {
    let run = &runs.active[index];
    match wait {
        Wait::Event(_) | Wait::When(_) if run.waiting && run.wake == Some(Wake::Event) => next(),
        Wait::Event(_) | Wait::When(_) if run.waiting => second("timed_out"),
        Wait::Date(_) if run.waiting && run.wake == Some(Wake::Failed) => second("no_date"),
        _ if run.waiting => next(),
        Wait::Time(wait) => Move::Stay(Some(calendar::wait_until(*wait, conditions.zone(), now))),
        Wait::BestHour { within_ms } => {
            let scores = habits::hour_scores(&runs.habits, &conditions.population());
            Move::Stay(Some(habits::next_best(&scores, conditions.zone(), now, *within_ms)))
        }
        Wait::Date(of) => match day_of(of, conditions, now) {
            Some(at) => Move::Stay(Some(at)),
            None => second("no_date"),
        },
        Wait::Event(EventWait { timeout_ms, .. }) | Wait::When(WhenWait { timeout_ms, .. }) => {
            Move::Stay(Some(now.plus_ms(*timeout_ms)))
        }
    }
}

/// The instant a date in a trait means, when it is still to come.
pub(super) fn day_of(of: &DateOf, conditions: &dyn Conditions, now: Timestamp) -> Option<Timestamp> {
    let zone = conditions.zone();
    let date = calendar::date_in(&conditions.trait_value(&of.path)?, zone)?;
    calendar::day_at(date, of.offset_days, of.minute, zone).filter(|at| *at > now)
}

fn target(goto: &str) -> Option<String> {
    (goto != END).then(|| goto.to_owned())
}

fn by_arm(arm: Option<&Share>) -> Move {
    match arm {
        Some(arm) => Move::To(target(&arm.goto), arm.name.clone()),
        None => Move::Over(ExitReason::Completed),
    }
}

fn choose(winner: &Winner, won: Option<String>, since: Timestamp, now: Timestamp) -> Move {
    if won.is_none() && now < since.plus_ms(WINNER_PATIENCE_MS) {
        return Move::Stay(Some(now.plus_ms(WINNER_LOOK_MS)));
    }
    let chosen = won.and_then(|step| winner.arms.iter().find(|arm| arm.step == step));
    match chosen.or_else(|| winner.arms.first()) {
        Some(arm) => Move::To(target(&arm.goto), arm.step.clone()),
        None => Move::Over(ExitReason::Completed),
    }
}

pub(super) fn origin(run: &Run) -> Origin {
    Origin { journey: run.journey.clone(), version: run.version, run: run.id, step: run.step.clone() }
}

/// What the run knows, with `journey` about itself.
fn known(version: &Version, run: &Run) -> Map<String, Value> {
    let mut values = run.values();
    let about = json!({
        "id": run.journey,
        "name": version.spec.name,
        "version": run.version,
        "run": run.id,
        "step": run.step,
        "key": run.key,
        "priority": version.spec.priority,
        "entered_at": run.entered_at.to_rfc3339(),
    });
    values.insert("journey".into(), about);
    values
}

fn message(version: &Version, run: &Run, send: &Send, conditions: &dyn Conditions, now: Timestamp) -> Effect {
    let mut data = known(version, run);
    // The gate reads it there, as it does the priority.
    let opens = send.window.and_then(|window| window.opens_at(now, conditions.zone()));
    if let (Some(window), Some(Value::Object(journey))) = (send.window, data.get_mut("journey")) {
        journey.insert("window".to_owned(), window.to_value());
    }
    if !send.data.is_empty() {
        let more = Sources { values: &data, conditions }.fill_all(&send.data);
        data.extend(more);
    }
    Effect::Send {
        origin: origin(run),
        channel: send.channel.clone(),
        template: send.template.clone(),
        topic: send.topic.clone(),
        transactional: send.transactional,
        data: Json::from(data),
        expires_at: opens.unwrap_or(now).plus_ms(send.expires_ms.unwrap_or(DEFAULT_EXPIRY_MS)),
    }
}

fn viewed(run: &Run, experiment: &Experiment, arm: &Share) -> Effect {
    let properties = json!({
        "experiment_id": experiment.id,
        "variation_id": arm.name,
        "journey": run.journey,
        "version": run.version,
        "run": run.id,
        "step": run.step,
    });
    let Value::Object(properties) = properties else { unreachable!("an object literal") };
    let event = rapport_domain::event::names::EXPERIMENT_VIEWED.to_owned();
    Effect::Emit { origin: origin(run), event, properties }
}

fn request(
    webhook: &Webhook,
    version: &Version,
    run: &Run,
    conditions: &dyn Conditions,
    now: Timestamp,
) -> WebhookRequest {
    let values = known(version, run);
    let sources = Sources { values: &values, conditions };
    let body = match &webhook.body {
        Some(body) => sources.fill(body),
        None => Value::Object(values.clone()),
    };
    let headers = webhook.headers.iter().map(|(name, value)| (name.clone(), sources.fill_text(value))).collect();
    WebhookRequest {
        url: sources.fill_text(&webhook.url),
        method: webhook.method.clone(),
        headers,
        body,
        timeout_ms: webhook.timeout_ms,
        attempts: webhook.attempts,
        expires_at: now.plus_ms(WEBHOOK_DEADLINE_MS),
    }
}

fn begin_digest(digest: &Digest, filter: Option<&crate::rules::Predicate>, run: &mut Run) {
    let first = run.trigger.get("event").filter(|event| event["name"] == *digest.event && filter.is_none());
    let events: Vec<Value> = first.cloned().into_iter().collect();
    let count = events.len();
    run.leave("digest", json!({ "count": count, "events": events }));
}

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
                    run.leave("waited", about_event(event));
                    run.wake = Some(Wake::Event);
                    run.due_at = Some(now);
                    if !version.paused {
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
    pub fn on_answer(
        &self,
        runs: &mut Runs,
        workspace: rapport_domain::WorkspaceId,
        origin: &Origin,
        answer: &WebhookAnswer,
        now: Timestamp,
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
                run.leave("webhook", json!({ "status": status, "body": body }));
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
                run.leave("webhook", json!({ "error": detail }));
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

fn collect(digest: &Digest, run: &mut Run, event: &Event) {
    let before = run.data.get("digest").cloned().unwrap_or_default();
    let count = before["count"].as_u64().unwrap_or(0) + 1;
    let mut events = before["events"].as_array().cloned().unwrap_or_default();
    if events.len() < digest.keep {
        events.push(about_event(event));
    }
    let kept = events.len();
    run.leave("digest", json!({ "count": count, "events": events }));
    // A list that has no room any more still counts.
    if run.data.get("digest.count").and_then(Value::as_u64) != Some(count) && kept > 0 {
        run.leave("digest", json!({ "count": count, "events": before["events"] }));
    }
}

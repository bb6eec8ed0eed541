//! Whether a trigger starts a run.

use rapport_domain::json::lookup;
use rapport_domain::{Event, Json, Timestamp};
use serde_json::{Map, Value, json};

use super::effect::{Effect, Refusal};
use super::runs::{MAX_ACTIVE_RUNS, Run, Runs};
use super::version::Version;
use super::{Conditions, advance};
use crate::spec::{EventTrigger, Reentry, Trigger};

/// Bytes of the trigger's properties a run keeps for its templates; members that do not fit are left out.
pub const MAX_TRIGGER_BYTES: usize = 8 * 1024;
/// Characters of a key; a longer value is no key.
pub const MAX_KEY_CHARS: usize = 200;

/// What fired.
pub(super) enum Cause<'a> {
    Event(&'a Event),
    Segment { id: &'a str, entered: bool, since: Timestamp },
    Call(&'a Call<'a>),
}

impl Cause<'_> {
    /// When it happened, by its own time.
    fn happened_at(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::Event(event) => event.ts.min(now),
            Self::Segment { since, .. } => (*since).min(now),
            Self::Call(_) => now,
        }
    }
}

/// What asks a journey to begin beside events and edges.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The journey.
    pub journey: &'a str,
    /// Who asks.
    pub by: CalledBy,
    /// What it says, for templates under `data`.
    pub data: &'a Map<String, Value>,
    /// The run waits until then before its first step; `None` begins now.
    pub begin_at: Option<Timestamp>,
}

/// Who asks a journey to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledBy {
    /// A date in a trait.
    Date,
    /// The calendar.
    Schedule,
    /// The API.
    Api,
    /// A step of another journey.
    Journey,
    /// Somebody, by hand.
    Hand,
}

impl CalledBy {
    /// Whether a journey with that trigger can be asked so.
    #[must_use]
    pub fn fits(self, trigger: &Trigger) -> bool {
        match self {
            Self::Date => matches!(trigger, Trigger::Date(_)),
            Self::Schedule => matches!(trigger, Trigger::Schedule(_)),
            Self::Api => matches!(trigger, Trigger::Api { .. }),
            Self::Journey => matches!(trigger, Trigger::Journey),
            // Who belonged to a segment before the journey was live did not enter it since: people can be sent in all the same.
            Self::Hand => matches!(trigger, Trigger::Manual | Trigger::Segment(_)),
        }
    }
}

/// Starts a run of `version` if everything allows it, and takes its first steps.
pub(super) fn enter(
    version: &Version,
    runs: &mut Runs,
    cause: &Cause<'_>,
    conditions: &dyn Conditions,
    now: Timestamp,
    out: &mut Vec<Effect>,
) {
    if let (Cause::Event(event), Some(filter)) = (cause, &version.filter)
        && !filter.matches(*event)
    {
        return; // another event of the same name: not this trigger, so nothing to explain
    }
    if let (Cause::Event(event), Trigger::Event(EventTrigger { within_ms: Some(most), .. })) =
        (cause, &version.spec.trigger)
        && now.since_ms(event.ts) > *most
    {
        return refuse(version, Refusal::TooOld, out);
    }
    if version.audience.as_ref().is_some_and(|audience| !conditions.holds(audience)) {
        return; // not of the audience: the calendar did not mean this profile
    }
    let key = match key(version, cause) {
        Ok(key) => key,
        Err(reason) => return refuse(version, reason, out),
    };
    if let Some(reason) = refusal(version, runs, key.as_deref(), conditions, now) {
        return refuse(version, reason, out);
    }
    let Some(first) = version.spec.steps.first() else { return };
    runs.last_run += 1;
    let id = runs.last_run;
    let past = runs.past_mut(&version.id, key.as_deref(), now);
    past.entered = past.entered.saturating_add(1);
    past.last_entered_at = now;
    let begin_at = match cause {
        Cause::Call(call) => call.begin_at.filter(|at| *at > now),
        _ => None,
    };
    let group = version.group(conditions.profile());
    runs.active.push(Run {
        id,
        journey: version.id.clone(),
        version: version.version,
        key: key.clone(),
        step: first.id.clone(),
        waiting: false,
        entered_at: now,
        step_at: now,
        due_at: Some(begin_at.unwrap_or(now)),
        trigger: trigger_data(&version.spec.trigger, cause),
        group,
        goal_at: None,
        wake: None,
        data: Json::default(),
        path: Vec::new(),
        messages: Vec::new(),
        former: Vec::new(),
        since: cause.happened_at(now),
    });
    out.push(Effect::Entered { journey: version.id.clone(), version: version.version, run: id, key, group });
    if begin_at.is_none() {
        advance::advance(version, runs, runs.active.len() - 1, conditions, now, out);
    }
}

fn refuse(version: &Version, reason: Refusal, out: &mut Vec<Effect>) {
    out.push(Effect::NotEntered { journey: version.id.clone(), version: version.version, reason });
}

fn refusal(
    version: &Version,
    runs: &Runs,
    key: Option<&str>,
    conditions: &dyn Conditions,
    now: Timestamp,
) -> Option<Refusal> {
    if version.paused {
        return Some(Refusal::Paused);
    }
    if version.spec.starts_at.is_some_and(|at| now < at) {
        return Some(Refusal::NotStarted);
    }
    if version.spec.stops_at.is_some_and(|at| now >= at) {
        return Some(Refusal::Stopped);
    }
    if runs.find(&version.id, key).is_some() {
        return Some(Refusal::Active);
    }
    let of_journey = || runs.active.iter().filter(|r| r.journey == version.id).count();
    if version.spec.concurrent.is_some_and(|most| of_journey() >= most as usize) {
        return Some(Refusal::Concurrent);
    }
    if let Some(past) = runs.past(&version.id, key).filter(|p| p.entered > 0) {
        match version.spec.reentry {
            Reentry::Once => return Some(Refusal::Once),
            Reentry::AfterMs(ms) if now < past.last_entered_at.plus_ms(ms) => return Some(Refusal::TooSoon),
            Reentry::AfterMs(_) | Reentry::Always => {}
        }
    }
    if runs.active.len() >= MAX_ACTIVE_RUNS {
        return Some(Refusal::TooManyRuns);
    }
    if version.entry_when.as_ref().is_some_and(|k| !conditions.holds(k)) {
        return Some(Refusal::EntryCondition);
    }
    if version.exit_when.as_ref().is_some_and(|k| conditions.holds(k)) {
        return Some(Refusal::ExitCondition);
    }
    let reached = version.spec.goal.as_ref().is_some_and(|g| g.exits)
        && version.goal_when.as_ref().is_some_and(|k| conditions.holds(k));
    reached.then_some(Refusal::GoalReached)
}

fn key(version: &Version, cause: &Cause<'_>) -> Result<Option<String>, Refusal> {
    let found = match (&version.spec.trigger, cause) {
        (Trigger::Event(EventTrigger { key: Some(path), .. }), Cause::Event(event)) => event.properties.get(path),
        (Trigger::Api { key: Some(path) }, Cause::Call(call)) => lookup(call.data, path),
        _ => return Ok(None),
    };
    let text = key_text(found).ok_or(Refusal::NoKey)?;
    let usable = !text.is_empty() && text.chars().count() <= MAX_KEY_CHARS;
    if usable { Ok(Some(text)) } else { Err(Refusal::NoKey) }
}

/// A value as a key: texts and numbers can be one.
pub(super) fn key_text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(s) => Some(s.trim().to_owned()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn trigger_data(trigger: &Trigger, cause: &Cause<'_>) -> Json {
    let mut data = Map::new();
    let about_segment = |id: &str, entered: bool| json!({ "id": id, "on": if entered { "entered" } else { "exited" } });
    match cause {
        Cause::Event(event) => {
            data.insert("event".into(), about_event(event));
        }
        Cause::Call(call) => {
            let given = bounded(&Json::from(call.data.clone()));
            data.insert("data".into(), Value::Object(given));
            if let Trigger::Segment(segment) = trigger {
                data.insert("segment".into(), about_segment(&segment.id, segment.entered));
            }
        }
        Cause::Segment { id, entered, .. } => {
            data.insert("segment".into(), about_segment(id, *entered));
        }
    }
    Json::from(data)
}

/// An event as templates see it; bounded.
pub(super) fn about_event(event: &Event) -> Value {
    json!({ "name": event.name, "ts": event.ts.to_rfc3339(), "properties": bounded(&event.properties) })
}

/// The members in order for as long as they fit; a large list does not push out the small members after it.
fn bounded(properties: &Json) -> Map<String, Value> {
    if properties.text().len() <= MAX_TRIGGER_BYTES {
        return properties.map().clone();
    }
    let mut left = MAX_TRIGGER_BYTES;
    let mut out = Map::new();
    for (name, value) in properties.map() {
        let size = name.len() + value.to_string().len() + 4;
        if size <= left {
            left -= size;
            out.insert(name.clone(), value.clone());
        }
    }
    out
}

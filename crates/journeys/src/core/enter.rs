//! Whether a trigger starts a run.

use rapport_domain::{Event, Json, Timestamp};
use serde_json::{Map, Value, json};

use super::effect::{Effect, Refusal};
use super::runs::{MAX_ACTIVE_RUNS, Run, Runs};
use super::set::Version;
use super::{Conditions, advance};
use crate::spec::{Reentry, Trigger};

/// Bytes of the trigger's properties a run keeps for its templates; members that do not fit are left out.
pub const MAX_TRIGGER_BYTES: usize = 8 * 1024;
/// Characters of a key; a longer value is no key.
pub const MAX_KEY_CHARS: usize = 200;

/// What fired.
pub(super) enum Cause<'a> {
    Event(&'a Event),
    Segment { id: &'a str, entered: bool },
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
    runs.active.push(Run {
        id,
        journey: version.id.clone(),
        version: version.version,
        key: key.clone(),
        step: first.id.clone(),
        waiting: false,
        entered_at: now,
        step_at: now,
        due_at: Some(now),
        trigger: trigger_data(cause),
    });
    out.push(Effect::Entered { journey: version.id.clone(), version: version.version, run: id, key });
    advance::advance(version, runs, runs.active.len() - 1, conditions, now, out);
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
    if runs.find(&version.id, key).is_some() {
        return Some(Refusal::Active);
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
    version.exit_when.as_ref().is_some_and(|k| conditions.holds(k)).then_some(Refusal::ExitCondition)
}

fn key(version: &Version, cause: &Cause<'_>) -> Result<Option<String>, Refusal> {
    let (Trigger::Event(trigger), Cause::Event(event)) = (&version.spec.trigger, cause) else { return Ok(None) };
    let Some(path) = &trigger.key else { return Ok(None) };
    let text = match event.properties.get(path) {
        Some(Value::String(s)) => s.trim().to_owned(),
        Some(Value::Number(n)) => n.to_string(),
        _ => return Err(Refusal::NoKey),
    };
    let usable = !text.is_empty() && text.chars().count() <= MAX_KEY_CHARS;
    if usable { Ok(Some(text)) } else { Err(Refusal::NoKey) }
}

fn trigger_data(cause: &Cause<'_>) -> Json {
    let mut data = Map::new();
    match cause {
        Cause::Event(event) => {
            let properties = bounded(&event.properties);
            let about = json!({ "name": event.name, "ts": event.ts.to_rfc3339(), "properties": properties });
            data.insert("event".into(), about);
        }
        Cause::Segment { id, entered } => {
            data.insert("segment".into(), json!({ "id": id, "on": if *entered { "entered" } else { "exited" } }));
        }
    }
    Json::from(data)
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

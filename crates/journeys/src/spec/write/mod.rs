//! Writing a journey's document.

mod steps;

use chrono::{NaiveDateTime, Timelike};
use rapport_domain::time::format_duration_ms;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{
    Action, Audience, DEFAULT_PRIORITY, Goal, GoalBy, JourneySpec, Occurrence, Reentry, Step, Trigger, ZoneChoice, read,
};

impl Serialize for JourneySpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JourneySpec {
    /// Reads the document's shape; the first problem becomes the error. Use [`super::check::validate`] for all of them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        read::read(&value).map_err(|problems| {
            let first = problems.first().map_or_else(|| "not a journey".to_owned(), ToString::to_string);
            serde::de::Error::custom(first)
        })
    }
}

impl JourneySpec {
    /// The document as JSON, as it would be written by hand.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut out = Map::new();
        out.insert("name".into(), json!(self.name));
        put(&mut out, "description", self.description.as_ref());
        out.insert("trigger".into(), trigger(&self.trigger));
        if let Some(when) = &self.entry_when {
            out.insert("entry".into(), json!({ "when": when }));
        }
        out.insert("reentry".into(), reentry(self));
        put(&mut out, "exit_when", self.exit_when.as_ref());
        if let Some(goal) = &self.goal {
            out.insert("goal".into(), write_goal(goal));
        }
        if self.holdout > 0 {
            out.insert("holdout".into(), percent(self.holdout));
        }
        if self.priority != DEFAULT_PRIORITY {
            out.insert("priority".into(), json!(self.priority));
        }
        for (name, at) in [("starts_at", self.starts_at), ("stops_at", self.stops_at)] {
            if let Some(at) = at {
                out.insert(name.into(), json!(at.to_rfc3339()));
            }
        }
        out.insert("steps".into(), self.steps.iter().map(step).collect());
        Value::Object(out)
    }
}

pub(super) fn put(out: &mut Map<String, Value>, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        out.insert(name.into(), json!(value));
    }
}

fn reentry(spec: &JourneySpec) -> Value {
    let mut out = Map::new();
    match spec.reentry {
        Reentry::Once => return json!("once"),
        Reentry::Always if spec.concurrent.is_none() => return json!("always"),
        Reentry::Always => {}
        Reentry::AfterMs(ms) => drop(out.insert("after".into(), json!(format_duration_ms(ms)))),
    }
    if let Some(most) = spec.concurrent {
        out.insert("concurrent".into(), json!(most));
    }
    Value::Object(out)
}

fn write_goal(goal: &Goal) -> Value {
    let mut out = Map::new();
    match &goal.by {
        GoalBy::Event { name, filter, same } => {
            let mut event = Map::new();
            event.insert("name".into(), json!(name));
            put(&mut event, "where", filter.as_ref());
            put(&mut event, "same", same.as_ref());
            out.insert("event".into(), Value::Object(event));
        }
        GoalBy::Rule(rule) => drop(out.insert("when".into(), json!(rule))),
    }
    if !goal.exits {
        out.insert("exit".into(), json!(false));
    }
    Value::Object(out)
}

/// Hundredths of a percent as people write them.
pub(super) fn percent(hundredths: u32) -> Value {
    if hundredths.is_multiple_of(100) { json!(hundredths / 100) } else { json!(f64::from(hundredths) / 100.0) }
}

fn trigger(trigger: &Trigger) -> Value {
    let mut out = Map::new();
    match trigger {
        Trigger::Event(event) => {
            out.insert("name".into(), json!(event.name));
            put(&mut out, "where", event.filter.as_ref());
            put(&mut out, "key", event.key.as_ref());
            put(&mut out, "within", event.within_ms.map(format_duration_ms).as_ref());
        }
        Trigger::Segment(segment) => {
            out.insert("id".into(), json!(segment.id));
            out.insert("on".into(), json!(if segment.entered { "entered" } else { "exited" }));
        }
        Trigger::Date(date) => {
            out.insert("trait".into(), json!(date.path));
            steps::offset(&mut out, date.offset_days);
            out.insert("at".into(), json!(steps::clock(date.minute)));
            if date.yearly {
                out.insert("repeat".into(), json!("yearly"));
            }
        }
        Trigger::Schedule(schedule) => {
            match &schedule.at {
                Occurrence::Once(at) => drop(out.insert("at".into(), local(*at))),
                Occurrence::Cron(pattern) => drop(out.insert("cron".into(), json!(pattern))),
                Occurrence::Rrule { rule, start } => {
                    out.insert("rrule".into(), json!(rule));
                    out.insert("start".into(), local(*start));
                }
            }
            match schedule.zone {
                ZoneChoice::Workspace => {}
                ZoneChoice::Profile => drop(out.insert("zone".into(), json!("profile"))),
                ZoneChoice::Named(zone) => drop(out.insert("zone".into(), json!(zone.name()))),
            }
            out.insert("audience".into(), audience(&schedule.audience));
        }
        Trigger::Api { key } => put(&mut out, "key", key.as_ref()),
        Trigger::Journey | Trigger::Manual => {}
    }
    json!({ trigger.kind(): out })
}

pub(super) fn audience(audience: &Audience) -> Value {
    match audience {
        Audience::Rule(rule) => json!({ "rule": rule }),
        Audience::Segment(id) => json!({ "segment": id }),
    }
}

fn local(at: NaiveDateTime) -> Value {
    let format = if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    json!(at.format(format).to_string())
}

fn step(step: &Step) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(step.id));
    put(&mut out, "note", step.note.as_ref());
    out.insert(step.action.kind().to_owned(), steps::action(&step.action));
    let follow = if matches!(step.action, Action::Branch(_)) { "otherwise" } else { "next" };
    put(&mut out, follow, step.next.as_ref());
    put(&mut out, "otherwise", step.otherwise.as_ref());
    if let Some((x, y)) = step.position {
        out.insert("position".into(), json!({ "x": x, "y": y }));
    }
    Value::Object(out)
}

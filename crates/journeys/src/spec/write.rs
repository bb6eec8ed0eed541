//! Writing a journey's document.

use rapport_domain::time::format_duration_ms;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Action, JourneySpec, Reentry, Step, Trigger, Wait, read};

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
        let reentry = match self.reentry {
            Reentry::Once => json!("once"),
            Reentry::Always => json!("always"),
            Reentry::AfterMs(ms) => json!({ "after": format_duration_ms(ms) }),
        };
        out.insert("reentry".into(), reentry);
        put(&mut out, "exit_when", self.exit_when.as_ref());
        out.insert("steps".into(), self.steps.iter().map(step).collect());
        Value::Object(out)
    }
}

fn put(out: &mut Map<String, Value>, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        out.insert(name.into(), json!(value));
    }
}

fn trigger(trigger: &Trigger) -> Value {
    match trigger {
        Trigger::Event(event) => {
            let mut out = Map::new();
            out.insert("name".into(), json!(event.name));
            put(&mut out, "where", event.filter.as_ref());
            put(&mut out, "key", event.key.as_ref());
            json!({ "event": out })
        }
        Trigger::Segment(segment) => {
            let on = if segment.entered { "entered" } else { "exited" };
            json!({ "segment": { "id": segment.id, "on": on } })
        }
    }
}

fn step(step: &Step) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(step.id));
    put(&mut out, "note", step.note.as_ref());
    let mut follow = "next";
    match &step.action {
        Action::Wait(wait) => {
            out.insert("wait".into(), write_wait(*wait));
        }
        Action::Branch(arms) => {
            follow = "otherwise";
            let arms = arms.iter().map(|arm| json!({ "when": arm.when, "goto": arm.goto })).collect();
            out.insert("branch".into(), arms);
        }
        Action::Send(send) => {
            let mut inner = Map::new();
            inner.insert("channel".into(), json!(send.channel));
            inner.insert("template".into(), json!(send.template));
            put(&mut inner, "topic", send.topic.as_ref());
            if send.transactional {
                inner.insert("transactional".into(), json!(true));
            }
            if let Some(ms) = send.expires_ms {
                inner.insert("expires".into(), json!(format_duration_ms(ms)));
            }
            out.insert("send".into(), Value::Object(inner));
        }
        Action::Update(update) => {
            let mut inner = Map::new();
            if !update.set.is_empty() {
                inner.insert("set".into(), Value::Object(update.set.clone()));
            }
            if !update.unset.is_empty() {
                inner.insert("unset".into(), json!(update.unset));
            }
            out.insert("update".into(), Value::Object(inner));
        }
        Action::Exit(reason) => {
            out.insert("exit".into(), json!(reason));
        }
    }
    put(&mut out, follow, step.next.as_ref());
    if let Some((x, y)) = step.position {
        out.insert("position".into(), json!({ "x": x, "y": y }));
    }
    Value::Object(out)
}

fn write_wait(wait: Wait) -> Value {
    let clock = wait.until_minute.map(|m| format!("{:02}:{:02}", m / 60, m % 60));
    match (wait.for_ms, clock) {
        (ms, None) => json!(format_duration_ms(ms)),
        (0, Some(clock)) => json!({ "until": clock }),
        (ms, Some(clock)) => json!({ "for": format_duration_ms(ms), "until": clock }),
    }
}

//! Writing steps.

use rapport_domain::time::format_duration_ms;
use rapport_domain::window::WEEKDAYS;
use serde_json::{Map, Value, json};

use super::{percent, put};
use crate::spec::{Action, DEFAULT_MINIMUM, Digest, Send, Share, TimeWait, Update, Wait, Webhook};

/// The value of the member that names the action.
pub(super) fn action(action: &Action) -> Value {
    match action {
        Action::Wait(wait) => write_wait(wait),
        Action::Branch(arms) => arms.iter().map(|arm| json!({ "when": arm.when, "goto": arm.goto })).collect(),
        Action::Split(arms) => shares(arms),
        Action::Experiment(experiment) => json!({ "id": experiment.id, "arms": shares(&experiment.arms) }),
        Action::Send(send) => write_send(send),
        Action::Update(update) => write_update(update),
        Action::Emit(emit) => with_values(json!({ "event": emit.event }), "properties", &emit.properties),
        Action::Webhook(webhook) => write_webhook(webhook),
        Action::List(change) => json!({ if change.add { "add" } else { "remove" }: change.segment }),
        Action::Limit(limit) => {
            let mut out = json!({ "count": limit.count, "per": format_duration_ms(limit.per_ms) });
            out.as_object_mut().into_iter().for_each(|out| put(out, "name", limit.name.as_ref()));
            out
        }
        Action::Digest(digest) => write_digest(digest),
        Action::Jump(target) => json!(target),
        Action::Start(start) => with_values(json!({ "journey": start.journey }), "data", &start.data),
        Action::Stop(journey) => json!({ "journey": journey }),
        Action::Winner(winner) => {
            let arms: Vec<Value> =
                winner.arms.iter().map(|arm| json!({ "step": arm.step, "goto": arm.goto })).collect();
            let mut out = json!({ "metric": winner.metric, "arms": arms });
            if winner.minimum != DEFAULT_MINIMUM {
                out["minimum"] = json!(winner.minimum);
            }
            out
        }
        Action::Message(test) => {
            let mut out = Map::new();
            put(&mut out, "step", test.step.as_ref());
            out.insert("is".into(), json!(test.is.as_str()));
            Value::Object(out)
        }
        Action::Exit(reason) => json!(reason),
    }
}

fn with_values(mut out: Value, name: &str, values: &Map<String, Value>) -> Value {
    if !values.is_empty() {
        out[name] = Value::Object(values.clone());
    }
    out
}

fn shares(arms: &[Share]) -> Value {
    arms.iter().map(|arm| json!({ "name": arm.name, "percent": percent(arm.share), "goto": arm.goto })).collect()
}

fn write_send(send: &Send) -> Value {
    let mut out = Map::new();
    out.insert("channel".into(), json!(send.channel));
    out.insert("template".into(), json!(send.template));
    put(&mut out, "topic", send.topic.as_ref());
    if send.transactional {
        out.insert("transactional".into(), json!(true));
    }
    if let Some(ms) = send.expires_ms {
        out.insert("expires".into(), json!(format_duration_ms(ms)));
    }
    if let Some(window) = send.window {
        out.insert("window".into(), window.to_value());
    }
    with_values(Value::Object(out), "data", &send.data)
}

fn write_update(update: &Update) -> Value {
    let mut out = Map::new();
    if !update.set.is_empty() {
        out.insert("set".into(), Value::Object(update.set.clone()));
    }
    if !update.unset.is_empty() {
        out.insert("unset".into(), json!(update.unset));
    }
    Value::Object(out)
}

fn write_webhook(webhook: &Webhook) -> Value {
    let mut out = Map::new();
    out.insert("url".into(), json!(webhook.url));
    out.insert("method".into(), json!(webhook.method));
    if !webhook.headers.is_empty() {
        out.insert("headers".into(), json!(webhook.headers));
    }
    if let Some(body) = &webhook.body {
        out.insert("body".into(), body.clone());
    }
    out.insert("timeout".into(), json!(format_duration_ms(webhook.timeout_ms)));
    out.insert("attempts".into(), json!(webhook.attempts));
    if !webhook.save.is_empty() {
        out.insert("save".into(), json!(webhook.save));
    }
    Value::Object(out)
}

fn write_digest(digest: &Digest) -> Value {
    let mut out = Map::new();
    out.insert("event".into(), json!(digest.event));
    put(&mut out, "where", digest.filter.as_ref());
    time(&mut out, digest.time);
    out.insert("keep".into(), json!(digest.keep));
    Value::Object(out)
}

fn write_wait(wait: &Wait) -> Value {
    let mut out = Map::new();
    match wait {
        Wait::Time(TimeWait { for_ms, until_minute: None, weekdays: 0 }) => return json!(format_duration_ms(*for_ms)),
        Wait::Time(wait) => time(&mut out, *wait),
        Wait::BestHour { within_ms } => drop(out.insert("best_hour".into(), json!(format_duration_ms(*within_ms)))),
        Wait::Date(date) => {
            let mut inner = Map::new();
            inner.insert("trait".into(), json!(date.path));
            offset(&mut inner, date.offset_days);
            inner.insert("at".into(), json!(clock(date.minute)));
            out.insert("date".into(), Value::Object(inner));
        }
        Wait::Event(event) => {
            let mut inner = Map::new();
            inner.insert("name".into(), json!(event.name));
            put(&mut inner, "where", event.filter.as_ref());
            put(&mut inner, "same", event.same.as_ref());
            out.insert("event".into(), Value::Object(inner));
            out.insert("for".into(), json!(format_duration_ms(event.timeout_ms)));
        }
        Wait::When(when) => {
            out.insert("when".into(), json!(when.rule));
            out.insert("for".into(), json!(format_duration_ms(when.timeout_ms)));
        }
    }
    Value::Object(out)
}

fn time(out: &mut Map<String, Value>, wait: TimeWait) {
    if wait.for_ms > 0 {
        out.insert("for".into(), json!(format_duration_ms(wait.for_ms)));
    }
    if let Some(minute) = wait.until_minute {
        out.insert("until".into(), json!(clock(minute)));
    }
    if wait.weekdays != 0 {
        let days = WEEKDAYS.iter().enumerate().filter(|(i, _)| wait.weekdays & (1 << i) != 0);
        out.insert("weekdays".into(), days.map(|(_, name)| json!(name)).collect());
    }
}

pub(super) fn offset(out: &mut Map<String, Value>, days: i32) {
    if days != 0 {
        out.insert(if days < 0 { "before" } else { "after" }.into(), json!(format!("{}d", days.abs())));
    }
}

pub(super) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

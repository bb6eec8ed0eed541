//! What the steps cause: messages, traits, events, lists, calls of other systems.

use rapport_domain::message::Origin;
use rapport_domain::{Json, Timestamp};
use serde_json::{Map, Value, json};

use super::Conditions;
use super::effect::Effect;
use super::runs::{Group, Run};
use super::values::Sources;
use super::version::Version;
use crate::spec::{Action, DEFAULT_EXPIRY_MS, Experiment, Send, Share};

/// The member of a message's `journey` with the names its run had in absorbed profiles: `[[profile, run]]`.
pub const FORMER: &str = "former";

/// The steps that only cause something. Answers whether the next step must see it applied.
pub(super) fn act(
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

/// The step that a run stands at, as what it causes names it.
pub(super) fn origin(run: &Run) -> Origin {
    Origin { journey: run.journey.clone(), version: run.version, run: run.id, step: run.step.clone() }
}

/// What the run knows, with `journey` about itself.
pub(super) fn known(version: &Version, run: &Run) -> Map<String, Value> {
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
    if let Some(Value::Object(journey)) = data.get_mut("journey") {
        journey.extend(send.window.map(|window| ("window".to_owned(), window.to_value())));
        let former: Value = run.former.iter().map(|name| json!([name.profile.0, name.run])).collect();
        journey.extend((!run.former.is_empty()).then(|| (FORMER.to_owned(), former)));
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

/// That the customer came to an arm of an experiment.
pub(super) fn viewed(run: &Run, experiment: &Experiment, arm: &Share) -> Effect {
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

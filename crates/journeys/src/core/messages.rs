//! What became of the messages of a run, kept with the run so that its own steps can ask.

use rapport_domain::Event;
use serde_json::{Value, json};

use super::runs::{Run, Runs};
use super::set::JourneySet;
use crate::spec::Became;

/// The member of [`Run::data`] that says it, by send step: `{id, is}`.
const MESSAGES: &str = "messages";

impl JourneySet {
    /// Notes how far a message came, by an event about it: the run that decided it learns its id
    /// ([`Became::Decided`]), then what became of that id. Answers whether a run learned something.
    pub fn on_message(runs: &mut Runs, event: &Event, became: Became) -> bool {
        let text = |name: &str| event.properties.get(name).and_then(Value::as_str);
        let Some(id) = text("message_id") else { return false };
        if became == Became::Decided {
            let (journey, step) = (text("journey"), text("step"));
            let number = event.properties.get("run").and_then(Value::as_u64);
            let of = |run: &&mut Run| Some(run.id) == number && Some(run.journey.as_str()) == journey;
            let (Some(run), Some(step)) = (runs.active.iter_mut().find(of), step) else { return false };
            return note(run, step, id, became);
        }
        for run in &mut runs.active {
            let Some(Value::Object(steps)) = run.data.get(MESSAGES) else { continue };
            let Some(step) = steps.iter().find(|(_, m)| m["id"] == id).map(|(step, _)| step.clone()) else { continue };
            return self::became(run, Some(&step)) < Some(became) && note(run, &step, id, became);
        }
        false
    }
}

fn note(run: &mut Run, step: &str, id: &str, became: Became) -> bool {
    let mut all = run.data.get(MESSAGES).cloned().unwrap_or_else(|| json!({}));
    all[step] = json!({ "id": id, "is": became.as_str() });
    run.leave(MESSAGES, all);
    true
}

/// How far the last message of a send step came, or the one of all steps that came furthest.
pub(super) fn became(run: &Run, step: Option<&str>) -> Option<Became> {
    let steps = run.data.get(MESSAGES)?.as_object()?;
    let of = steps.iter().filter(|(name, _)| step.is_none_or(|step| step == name.as_str()));
    of.filter_map(|(_, message)| Became::parse(message["is"].as_str()?)).max()
}

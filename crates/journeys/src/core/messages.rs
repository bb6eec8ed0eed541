//! What became of the messages of a run, kept with the run so that its own steps can ask.

use rapport_domain::Event;
use serde_json::Value;

use super::runs::{Run, Runs};
use super::set::JourneySet;
use crate::spec::Became;

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
            run.note_message(step, id, became);
            return true;
        }
        let messages = runs.active.iter_mut().flat_map(|run| &mut run.messages);
        let Some(known) = messages.into_iter().find(|message| message.id == id) else { return false };
        let is_more = known.is < became;
        known.is = known.is.max(became);
        is_more
    }
}

/// How far the last message of a send step came, or the one of all steps that came furthest.
pub(super) fn became(run: &Run, step: Option<&str>) -> Option<Became> {
    let of = run.messages.iter().filter(|message| step.is_none_or(|step| step == message.step));
    of.map(|message| message.is).max()
}

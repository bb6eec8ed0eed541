//! What runs that are played know of their messages.

use rapport_domain::message::Origin;
use rapport_domain::{Event, Json};
use rapport_journeys::JourneySet;
use rapport_journeys::spec::Became;
use serde_json::Value;

use super::{Player, Witness};
use crate::told::became;

impl<W: Witness> Player<'_, W> {
    /// The run learns that its message was decided, and left.
    pub(super) fn take_as_sent(&mut self, origin: &Origin, queue: &super::Queue) {
        let Some(queued) = queue.back().cloned() else { return };
        self.messages.insert((origin.journey.clone(), origin.step.clone()), queued.message_id.clone());
        for became in [Became::Decided, Became::Sent] {
            JourneySet::on_message(&mut self.runs, &about(&queued, &queued.message_id), became);
        }
    }

    /// The run learns what became of its message, by what is recorded of the one that the same step decided.
    pub(super) fn note_message(&mut self, event: &Event) {
        let text = |name: &str| event.properties.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(became) = became(&event.name).filter(|b| event.source.0 == 0 && *b > Became::Sent) else { return };
        let (Some(journey), Some(step)) = (text("journey"), text("step")) else { return };
        if let Some(id) = self.messages.get(&(journey, step)) {
            JourneySet::on_message(&mut self.runs, &about(event, id), became);
        }
    }
}

/// The event, about the message of that id.
fn about(event: &Event, id: &str) -> Event {
    let mut properties = event.properties.map().clone();
    properties.insert("message_id".to_owned(), Value::from(id));
    Event { properties: Json::from(properties), ..event.clone() }
}

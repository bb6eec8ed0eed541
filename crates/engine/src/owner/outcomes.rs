//! What the delivery gate answered, recorded in the message's own partition.

use rapport_domain::event::names;
use rapport_domain::message::MessageOutcome;
use rapport_domain::record::{AcceptedEvent, Record};
use rapport_domain::{EventKind, OutboundMessage, OutboxId, SourceId};
use rapport_store::partition::outbox;
use serde_json::{Map, Value, json};

use super::Owner;
use super::ingest::Home;
use super::work::Work;
use crate::error::EngineError;

/// What every event about a message says of it.
pub(super) fn message_properties(message: &OutboundMessage) -> Map<String, Value> {
    let mut properties = crate::told::message(&message.channel, &message.template, message.origin.as_ref());
    properties.insert("message_id".to_owned(), json!(message.id.to_string()));
    properties
}

impl Owner {
    /// Records one outcome: the outbox row goes (or waits), the ledger and the timeline say why.
    pub(super) fn outcome(
        &mut self,
        work: &mut Work,
        id: OutboxId,
        outcome: MessageOutcome,
    ) -> Result<(), EngineError> {
        work.touched = true;
        let Some(waiting) = outbox::get(&*work.tx, id.number)? else {
            // Erased meanwhile.
            self.publisher.settle(id, None);
            return Ok(());
        };
        rapport_delivery::repo::handovers::end(&work.tx, waiting.message.workspace, id)?;
        rapport_delivery::repo::record_outcome(&work.tx, waiting.message.workspace, id, &outcome, work.now)?;
        let message = waiting.message;
        if rapport_delivery::repo::dead::is_kept(&outcome) {
            rapport_delivery::repo::dead::bury(&work.tx, &message, work.now)?;
        }
        let mut properties = message_properties(&message);
        let name = match outcome {
            MessageOutcome::Deferred { until, attempt, .. } => {
                outbox::defer(&work.tx, id.number, until, attempt)?;
                self.publisher.settle(id, Some(until));
                return Ok(());
            }
            MessageOutcome::Sent { subject, response, via } => {
                if via.is_viewable {
                    rapport_delivery::repo::views::keep(&work.tx, &message)?;
                }
                if let Some(content) = &via.deposit {
                    self.deposit(work, &message, content)?;
                }
                if via.is_unsure {
                    properties.insert("reason".to_owned(), Value::from(rapport_delivery::repo::UNKNOWN_OUTCOME));
                    properties.insert("detail".to_owned(), Value::from(response));
                }
                properties.insert("provider".to_owned(), Value::from(via.channel));
                properties.insert("subject".to_owned(), Value::from(subject));
                names::MESSAGE_SENT
            }
            MessageOutcome::Skipped { reason, detail } => {
                properties.insert("reason".to_owned(), Value::from(reason.as_str()));
                properties.insert("detail".to_owned(), Value::from(detail.text));
                names::MESSAGE_SKIPPED
            }
            MessageOutcome::Failed { detail } => {
                properties.insert("reason".to_owned(), Value::from(detail.text));
                names::MESSAGE_FAILED
            }
        };
        outbox::remove(&work.tx, &[id.number])?;
        self.publisher.settle(id, None);
        self.tell(work, &message, name, properties)
    }

    /// Withdraws consent for the channels of messages whose customers told the provider to get no more.
    pub(super) fn withdraw(&mut self, work: &mut Work) -> Result<(), EngineError> {
        for message in std::mem::take(&mut self.opted_out) {
            let mut properties = message_properties(&message);
            properties.insert("source".to_owned(), Value::from("provider"));
            self.tell(work, &message, names::UNSUBSCRIBED, properties)?;
            work.touched = true;
        }
        Ok(())
    }

    /// An event about a message, on its customer's profile wherever that is now.
    fn tell(
        &mut self,
        work: &mut Work,
        message: &OutboundMessage,
        name: &str,
        properties: Map<String, Value>,
    ) -> Result<(), EngineError> {
        let (id, ws) = (message.id, message.workspace);
        match self.follow(work, ws, message.profile)? {
            Home::Here(profile) => self.with_slot(work, (ws, profile), work.now, |owner, work, slot| {
                let event = work.derive(ws, name, properties);
                owner.advance(work, slot, event)
            }),
            Home::Elsewhere(profile) => {
                // The customer was merged meanwhile: the event follows, by the log.
                let body = json!({"event": name, "properties": properties}).to_string();
                let message_id = format!("rp-{id}-{name}");
                let event = AcceptedEvent {
                    workspace: ws,
                    source: SourceId(0),
                    kind: EventKind::Track,
                    received_at: work.now,
                    ts: work.now,
                    message_id: &message_id,
                    historical: false,
                    profile: Some(profile),
                    hops: 1,
                    ip: None,
                    shared_context: None,
                    body: &body,
                };
                work.send(profile.home(), &Record::Event(event))
            }
            Home::Nobody => Ok(()),
        }
    }
}

//! What Rapport itself puts into the log: receipts, changes made through the API, the demo's traffic, letters.

use rapport_domain::record::Letter;
use rapport_domain::{AcceptedEvent, EventKind, Partition, ProfileId, Record, SourceId, Timestamp, WorkspaceId};
use rapport_log::{Ack, AppendBatch};

use super::Collector;
use super::items::push_record;
use crate::core::field::Fields;
use crate::core::identity::Identity;
use crate::core::reason::Warnings;
use crate::error::CollectError;

/// An event that needs no checking because Rapport made it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedAccepted {
    /// Whose data it is.
    pub workspace: WorkspaceId,
    /// Where it came from; 0 is Rapport itself.
    pub source: SourceId,
    /// The call.
    pub kind: EventKind,
    /// When it happened; what lies after the time of submission is moved to it.
    pub ts: Timestamp,
    /// Its id; the same id again has no effect.
    pub message_id: String,
    /// Imported history: triggers no journey.
    pub historical: bool,
    /// The profile it is for; `None` finds it by the identifiers in `body`.
    pub profile: Option<ProfileId>,
    /// The address it came from, if it is the customer's.
    pub ip: Option<String>,
    /// The item's JSON in Segment's form (`{"event":…,"userId":…,"properties":{…}}`).
    pub body: String,
}

impl Collector {
    /// Appends events of Rapport's own in one batch.
    ///
    /// # Errors
    /// [`CollectError::NoIdentity`] when an event names neither a profile nor an identifier; the log did not take them.
    /// Nothing is appended then.
    pub fn submit(&self, events: &[OwnedAccepted]) -> Result<Ack, CollectError> {
        let received_at = self.clock.now();
        let partitions = self.log.partitions();
        let mut batch = AppendBatch::with_capacity(events.len(), events.iter().map(|e| e.body.len() + 128).sum());
        for event in events {
            let partition = match event.profile {
                Some(profile) => profile.home(),
                None => {
                    let (fields, _) = Fields::of(&event.body);
                    let identity = Identity::of(event.kind, &fields, None, &mut Warnings::default());
                    identity.partition(event.workspace, partitions).ok_or(CollectError::NoIdentity)?
                }
            };
            let record = Record::Event(AcceptedEvent {
                workspace: event.workspace,
                source: event.source,
                kind: event.kind,
                received_at,
                ts: event.ts.min(received_at),
                message_id: &event.message_id,
                historical: event.historical,
                profile: event.profile,
                hops: 0,
                ip: event.ip.as_deref(),
                shared_context: None,
                body: &event.body,
            });
            push_record(&mut batch, partition, &record)?;
        }
        Ok(self.log.append(batch)?)
    }

    /// Appends a letter to a partition.
    ///
    /// # Errors
    /// The log did not take it.
    pub fn send_letter(&self, target: Partition, letter: Letter) -> Result<Ack, CollectError> {
        let mut batch = AppendBatch::new();
        push_record(&mut batch, target, &Record::Letter(letter))?;
        Ok(self.log.append(batch)?)
    }
}

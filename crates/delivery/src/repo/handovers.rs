//! Messages that are being handed over and must not leave twice: each is noted before it leaves, and forgotten with its outcome.
//! What is still noted when an owner takes its partition over was under way when the process ended; nobody will tell any more
//! whether the provider took it.

use rapport_domain::message::{MessageOutcome, SentVia};
use rapport_domain::{OutboxId, Timestamp, WorkspaceId};
use rapport_store::{Query, Row, StoreError, Tx, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::DeliveryError;

/// A message that leaves: what it counts as, should nobody tell whether it was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Handover {
    /// Its rendered subject.
    pub subject: String,
    /// How it leaves.
    pub via: SentVia,
}

impl Handover {
    /// It counts as sent, with an unknown outcome because of `detail`.
    #[must_use]
    pub fn untold(self, detail: &str) -> MessageOutcome {
        let response = format!("{detail}; it may have been taken, so it is not sent again");
        let via = SentVia { is_unsure: true, ..self.via };
        MessageOutcome::Sent { subject: self.subject, response, via: Box::new(via) }
    }
}

/// How a message leaves, as it is stored: JSON, so that another version reads it.
#[derive(Serialize, Deserialize)]
struct Stored {
    channel: String,
    #[serde(default)]
    topic: Option<String>,
    counted: bool,
    #[serde(default)]
    viewable: bool,
    #[serde(default)]
    seen: Map<String, Value>,
    #[serde(default)]
    short_links: Vec<(String, String)>,
}

/// Notes that a message leaves; what was noted of it before holds no more.
///
/// # Errors
/// When the state cannot be written.
pub fn begin(tx: &Tx, ws: WorkspaceId, id: OutboxId, handover: &Handover, at: Timestamp) -> Result<(), DeliveryError> {
    let via = handover.via.clone();
    let stored = Stored {
        channel: via.channel,
        topic: via.topic,
        counted: via.is_counted,
        viewable: via.is_viewable,
        seen: via.seen,
        short_links: via.short_links,
    };
    let text = serde_json::to_string(&stored).map_err(|e| StoreError::decode("handovers.via", e))?;
    let sql = "INSERT INTO handovers (workspace, partition, number, at, subject, via) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (workspace, partition, number) DO UPDATE SET at = ?4, subject = ?5, via = ?6";
    tx.execute(sql, &params![ws, id.partition, id.number, at, handover.subject.as_str(), text.as_str()])?;
    Ok(())
}

/// The message's outcome is recorded, or it did not leave.
///
/// # Errors
/// When the state cannot be written.
pub fn end(tx: &Tx, ws: WorkspaceId, id: OutboxId) -> Result<(), DeliveryError> {
    let sql = "DELETE FROM handovers WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    tx.execute(sql, &params![ws, id.partition, id.number])?;
    Ok(())
}

/// All that is noted.
///
/// # Errors
/// When the state cannot be read or a row is damaged.
pub fn all(q: &impl Query) -> Result<Vec<(OutboxId, Handover)>, DeliveryError> {
    let sql = "SELECT partition, number, subject, via FROM handovers ORDER BY workspace, partition, number";
    let read = |row: &Row<'_>| {
        let stored: Stored =
            serde_json::from_str(row.get_str_ref(3)?).map_err(|e| StoreError::decode("handovers.via", e))?;
        let via = SentVia {
            channel: stored.channel,
            topic: stored.topic,
            is_counted: stored.counted,
            is_viewable: stored.viewable,
            seen: stored.seen,
            short_links: stored.short_links,
            ..SentVia::default()
        };
        Ok((OutboxId { partition: row.get(0)?, number: row.get(1)? }, Handover { subject: row.get(2)?, via }))
    };
    Ok(q.query(sql, &params![], read)?)
}

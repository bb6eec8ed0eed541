//! What is decided about a message: the last decision in the ledger itself, and those before it: each time it was put off,
//! or given up and tried again.

use rapport_domain::message::MessageOutcome;
use rapport_domain::{Json, OutboxId, Timestamp, WorkspaceId};
use rapport_store::{Query, Row, StoreError, Tx, params};

use super::{LedgerEntry, MessageStatus, UNKNOWN_OUTCOME, count, filled, get, status};
use crate::error::DeliveryError;

/// Decisions of one message that are kept beside the last, the first ones.
const MAX_KEPT: u64 = 32;

/// One decision about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// What became of the message by it.
    pub status: MessageStatus,
    /// Why it was skipped, of the closed list.
    pub reason: Option<String>,
    /// In words, or the provider's answer.
    pub detail: Option<String>,
    /// The rule of the gate that decided it.
    pub rule: Option<String>,
    /// What the rule saw; of a message that was sent, what every rule saw.
    pub values: Json,
}

impl LedgerEntry {
    /// The last decision; `None` while nothing is decided but that there is a message.
    #[must_use]
    pub fn decided(&self) -> Option<Decided> {
        (self.status != MessageStatus::Queued).then(|| Decided {
            at: self.changed_at,
            status: self.status,
            reason: self.reason.clone(),
            detail: self.detail.clone(),
            rule: self.rule.clone(),
            values: self.values.clone(),
        })
    }
}

/// Records how an attempt ended. Answers whether anything changed: a message once sent stays sent, and one that is not in
/// the ledger (its profile was erased) is left out.
///
/// # Errors
/// When the state cannot be written or the row is damaged.
pub fn record_outcome(
    tx: &Tx,
    workspace: WorkspaceId,
    id: OutboxId,
    outcome: &MessageOutcome,
    at: Timestamp,
) -> Result<bool, DeliveryError> {
    let Some(before) = get(tx, workspace, id)?.filter(|e| e.status != MessageStatus::Sent) else { return Ok(false) };
    let same = is_same(&before, outcome);
    if !same {
        keep(tx, workspace, &before)?;
    }
    let (status, reason, subject, tried) = match outcome {
        MessageOutcome::Sent { subject, via, .. } => {
            (MessageStatus::Sent, if via.is_unsure { UNKNOWN_OUTCOME } else { "" }, Some(subject.as_str()), true)
        }
        MessageOutcome::Skipped { reason, .. } => (MessageStatus::Skipped, reason.as_str(), None, false),
        MessageOutcome::Deferred { attempt, .. } => (MessageStatus::Deferred, "", None, *attempt),
        MessageOutcome::Failed { .. } => (MessageStatus::Failed, "", None, true),
    };
    let (words, rule, seen) = match outcome {
        MessageOutcome::Sent { response, via, .. } => (response.as_str(), None, via.seen.clone()),
        MessageOutcome::Skipped { detail, .. }
        | MessageOutcome::Deferred { detail, .. }
        | MessageOutcome::Failed { detail } => {
            (&**detail, detail.rule(), detail.grounds.as_ref().map(|g| g.values.clone()).unwrap_or_default())
        }
    };
    let seen = Json::from(seen);
    let at = if same { before.changed_at } else { at };
    let sql = "UPDATE messages SET status = ?4, reason = ?5, detail = ?6, subject = COALESCE(?7, subject), \
               attempts = attempts + ?8, changed_at = ?9, rule = ?10, seen = ?11 \
               WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    let (at_partition, number, name) = (id.partition, id.number, status.as_str());
    let values = params![workspace, at_partition, number, name, reason, words, subject, tried, at, rule, seen.text()];
    tx.execute(sql, &values)?;
    if let MessageOutcome::Sent { via, .. } = outcome {
        super::timeline::record_via(tx, workspace, id, via, at)?;
    }
    let of = (before.template.as_str(), before.journey.as_deref().unwrap_or_default());
    count(tx, workspace, of, (before.status, before.reason.as_deref().unwrap_or_default()), -1)?;
    count(tx, workspace, of, (status, reason), 1)?;
    Ok(true)
}

/// A message that was given up or refused is to be tried again.
///
/// # Errors
/// When the state cannot be written.
pub fn record_replay(tx: &Tx, workspace: WorkspaceId, id: OutboxId, at: Timestamp) -> Result<(), DeliveryError> {
    let Some(before) = get(tx, workspace, id)?.filter(LedgerEntry::can_be_replayed) else { return Ok(()) };
    keep(tx, workspace, &before)?;
    let sql = "UPDATE messages SET status = 'queued', reason = '', detail = 'tried again', changed_at = ?4, rule = NULL, \
               seen = '{}' WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    tx.execute(sql, &params![workspace, id.partition, id.number, at])?;
    let of = (before.template.as_str(), before.journey.as_deref().unwrap_or_default());
    count(tx, workspace, of, (before.status, before.reason.as_deref().unwrap_or_default()), -1)?;
    count(tx, workspace, of, (MessageStatus::Queued, ""), 1)
}

/// Whether an outcome says once more what the ledger says of the message already.
fn is_same(before: &LedgerEntry, outcome: &MessageOutcome) -> bool {
    let MessageOutcome::Deferred { detail, attempt: false, .. } = outcome else { return false };
    let same_rule = before.rule.as_deref() == detail.rule();
    let same_words = detail.rule().is_some() || before.detail.as_deref() == Some(&**detail);
    before.status == MessageStatus::Deferred && same_rule && same_words
}

/// Keeps what the ledger says of a message, before something else is decided.
fn keep(tx: &Tx, ws: WorkspaceId, before: &LedgerEntry) -> Result<(), DeliveryError> {
    let Some(was) = before.decided() else { return Ok(()) };
    let id = before.id;
    let sql = "INSERT INTO message_decisions (workspace, partition, number, place, at, status, reason, detail, rule, seen) \
               SELECT ?1, ?2, ?3, kept, ?4, ?5, ?6, ?7, ?8, ?9 FROM (SELECT COUNT(*) AS kept FROM message_decisions \
               WHERE workspace = ?1 AND partition = ?2 AND number = ?3) WHERE kept < ?10";
    let reason = was.reason.unwrap_or_default();
    let values = params![
        ws,
        id.partition,
        id.number,
        was.at,
        was.status.as_str(),
        reason.as_str(),
        &was.detail,
        &was.rule,
        was.values.text(),
        MAX_KEPT,
    ];
    tx.execute(sql, &values)?;
    Ok(())
}

/// Every decision about a message in order, the last one last; empty when it is not in this ledger or waits to be decided.
///
/// # Errors
/// When the state cannot be read or a row is damaged.
pub fn of(q: &impl Query, ws: WorkspaceId, id: OutboxId) -> Result<Vec<Decided>, DeliveryError> {
    let sql = "SELECT at, status, reason, detail, rule, seen FROM message_decisions \
               WHERE workspace = ?1 AND partition = ?2 AND number = ?3 ORDER BY place";
    let read = |row: &Row<'_>| -> Result<Decided, StoreError> {
        Ok(Decided {
            at: row.get(0)?,
            status: status(row, 1)?,
            reason: filled(row.get(2)?),
            detail: row.get(3)?,
            rule: row.get(4)?,
            values: Json::from_text(row.get_str_ref(5)?),
        })
    };
    let mut found = q.query(sql, &params![ws, id.partition, id.number], read)?;
    found.extend(get(q, ws, id)?.and_then(|entry| entry.decided()));
    Ok(found)
}

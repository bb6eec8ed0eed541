//! What became of messages after they left, and what a customer got lately.

use rapport_domain::message::SentVia;
use rapport_domain::{OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, StoreError, Tx, params};

use crate::core::caps::Contact;
use crate::core::mark::Mark;
use crate::error::DeliveryError;

/// Messages looked at for caps and pressure, the newest first; nobody sensible is sent more within a window.
const MAX_CONTACTS: usize = 2_000;
/// The longest detail kept, bytes.
const MAX_DETAIL_BYTES: usize = 500;

/// A mark on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// What became of it.
    pub mark: Mark,
    /// When that was first told.
    pub at: Timestamp,
    /// In the provider's words, or the link that was followed.
    pub detail: Option<String>,
}

/// Records how a message left.
pub(super) fn record_via(
    tx: &Tx,
    ws: WorkspaceId,
    id: OutboxId,
    via: &SentVia,
    at: Timestamp,
) -> Result<(), DeliveryError> {
    let sql = "UPDATE messages SET sent_at = ?4, topic = ?5, counted = ?6, via = ?7, provider_id = ?8 \
               WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    let (topic, provider) = (via.topic.as_deref(), via.provider_id.as_deref());
    tx.execute(sql, &params![ws, id.partition, id.number, at, topic, via.is_counted, via.channel.as_str(), provider])?;
    for (code, url) in &via.short_links {
        let sql = "INSERT INTO short_links (workspace, code, partition, number, url) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT DO NOTHING";
        tx.execute(sql, &params![ws, code.as_str(), id.partition, id.number, url.as_str()])?;
    }
    Ok(())
}

/// Where a short link leads, and which message it was in.
///
/// # Errors
/// When the state cannot be read.
pub fn short_link(
    q: &impl Query,
    ws: WorkspaceId,
    code: &str,
) -> Result<Option<(OutboxId, ProfileId, String)>, DeliveryError> {
    let sql = "SELECT l.partition, l.number, m.profile, l.url FROM short_links l JOIN messages m \
               ON m.workspace = l.workspace AND m.partition = l.partition AND m.number = l.number \
               WHERE l.workspace = ?1 AND l.code = ?2";
    let read = |row: &rapport_store::Row<'_>| {
        Ok((OutboxId { partition: row.get(0)?, number: row.get(1)? }, row.get(2)?, row.get(3)?))
    };
    Ok(q.query_row(sql, &params![ws, code], read)?)
}

/// Marks a message; the first mark of a kind stays. Answers whether it is the first; `None` when the message is not in this
/// ledger.
///
/// # Errors
/// When the state cannot be written.
pub fn mark(
    tx: &Tx,
    ws: WorkspaceId,
    id: OutboxId,
    mark: Mark,
    at: Timestamp,
    detail: Option<&str>,
) -> Result<Option<bool>, DeliveryError> {
    let known = "SELECT 1 FROM messages WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    if tx.query_row(known, &params![ws, id.partition, id.number], |_| Ok(()))?.is_none() {
        return Ok(None);
    }
    let detail = detail.map(|d| &d[..d.floor_char_boundary(MAX_DETAIL_BYTES)]);
    let sql = "INSERT INTO message_marks (workspace, partition, number, mark, at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT DO NOTHING";
    let new = tx.execute(sql, &params![ws, id.partition, id.number, mark.as_str(), at, detail])? > 0;
    if new {
        let sql = "INSERT INTO mark_counts (workspace, template, journey, step, mark, messages) \
                   SELECT workspace, template, journey, COALESCE(step, ''), ?4, 1 FROM messages \
                   WHERE workspace = ?1 AND partition = ?2 AND number = ?3 \
                   ON CONFLICT (workspace, template, journey, step, mark) DO UPDATE SET messages = messages + 1";
        tx.execute(sql, &params![ws, id.partition, id.number, mark.as_str()])?;
    }
    Ok(Some(new))
}

/// The marks of a message, in order of time.
///
/// # Errors
/// When the state cannot be read.
pub fn marks(q: &impl Query, ws: WorkspaceId, id: OutboxId) -> Result<Vec<Marked>, DeliveryError> {
    let sql = "SELECT mark, at, detail FROM message_marks WHERE workspace = ?1 AND partition = ?2 AND number = ?3 \
               ORDER BY at, mark";
    let read = |row: &rapport_store::Row<'_>| {
        let text = row.get_str_ref(0)?;
        let mark =
            Mark::parse(text).ok_or_else(|| StoreError::decode("message_marks.mark", format!("unknown {text:?}")))?;
        Ok(Marked { mark, at: row.get(1)?, detail: row.get(2)? })
    };
    Ok(q.query(sql, &params![ws, id.partition, id.number], read)?)
}

/// A line of the counts of marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkCount {
    /// The template's id.
    pub template: String,
    /// The journey's id; empty for a message asked for through the API.
    pub journey: String,
    /// The journey's step.
    pub step: String,
    /// What became of them.
    pub mark: Mark,
    /// How many messages.
    pub messages: u64,
}

/// How many messages have which mark, by template, journey and step.
///
/// # Errors
/// When the state cannot be read.
pub fn mark_counts(q: &impl Query, ws: WorkspaceId) -> Result<Vec<MarkCount>, DeliveryError> {
    let sql = "SELECT template, journey, step, mark, messages FROM mark_counts WHERE workspace = ?1 \
               ORDER BY template, journey, step, mark";
    let read = |row: &rapport_store::Row<'_>| {
        let text = row.get_str_ref(3)?;
        let mark =
            Mark::parse(text).ok_or_else(|| StoreError::decode("mark_counts.mark", format!("unknown {text:?}")))?;
        Ok(MarkCount { template: row.get(0)?, journey: row.get(1)?, step: row.get(2)?, mark, messages: row.get(4)? })
    };
    Ok(q.query(sql, &params![ws], read)?)
}

/// What reached a profile after `since` without being asked for.
///
/// # Errors
/// When the state cannot be read.
pub fn contacts(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
    since: Timestamp,
) -> Result<Vec<Contact>, DeliveryError> {
    let sql = "SELECT partition, number, channel, topic, sent_at, EXISTS (SELECT 1 FROM message_marks k \
               WHERE k.workspace = m.workspace AND k.partition = m.partition AND k.number = m.number \
               AND k.mark IN ('opened', 'clicked', 'replied')) \
               FROM messages m WHERE workspace = ?1 AND profile = ?2 AND counted = 1 AND sent_at > ?3 \
               ORDER BY sent_at DESC LIMIT ?4";
    let read = |row: &rapport_store::Row<'_>| {
        let id = OutboxId { partition: row.get(0)?, number: row.get(1)? };
        Ok(Contact { id, channel: row.get(2)?, topic: row.get(3)?, at: row.get(4)?, reacted: row.get(5)? })
    };
    Ok(q.query(sql, &params![ws, profile, since, MAX_CONTACTS], read)?)
}

/// The last message that a profile got on a channel: what an answer is to.
///
/// # Errors
/// When the state cannot be read.
pub fn last_on(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
    channel: &str,
) -> Result<Option<(OutboxId, Timestamp)>, DeliveryError> {
    let sql = "SELECT partition, number, sent_at FROM messages WHERE workspace = ?1 AND profile = ?2 AND channel = ?3 \
               AND sent_at IS NOT NULL ORDER BY sent_at DESC LIMIT 1";
    let read =
        |row: &rapport_store::Row<'_>| Ok((OutboxId { partition: row.get(0)?, number: row.get(1)? }, row.get(2)?));
    Ok(q.query_row(sql, &params![ws, profile, channel], read)?)
}

//! The ledger: every message of a partition, what became of it, and exact counts. The only SQL of this crate.

use rapport_domain::{Json, OutboundMessage, OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Row, StoreError, Tx, params};
use serde::Serialize;

use crate::error::DeliveryError;

pub mod asked;
pub mod dead;
pub mod decisions;
pub mod handovers;
pub mod inapp;
pub mod inbound;
mod list;
pub mod rivals;
mod schema;
pub mod timeline;
pub mod views;

pub use decisions::{record_outcome, record_replay};
pub use list::{LedgerCursor, LedgerFilter, MAX_LIST, counts_of, list};
pub use schema::MIGRATIONS;

/// The reason of a message that counts as sent although no answer told whether the provider took it.
pub const UNKNOWN_OUTCOME: &str = "unknown_outcome";

/// The component's name for [`rapport_store::Db::migrate`].
pub const COMPONENT: &str = "delivery";

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Decided, not tried yet.
    Queued,
    /// To be tried again.
    Deferred,
    /// The provider took it, or may have taken it ([`UNKNOWN_OUTCOME`]).
    Sent,
    /// It was not sent, for a reason of the closed list.
    Skipped,
    /// Every retry was used up.
    Failed,
}

impl MessageStatus {
    /// Every status.
    pub const ALL: [MessageStatus; 5] = [Self::Queued, Self::Deferred, Self::Sent, Self::Skipped, Self::Failed];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Deferred => "deferred",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// One message of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Its id.
    pub id: OutboxId,
    /// To whom.
    pub profile: ProfileId,
    /// `email`.
    pub channel: String,
    /// The template's id.
    pub template: String,
    /// The journey that decided it.
    pub journey: Option<String>,
    /// The journey's version.
    pub version: Option<u32>,
    /// The journey's run.
    pub run: Option<u64>,
    /// The journey's step.
    pub step: Option<String>,
    /// Where it is.
    pub status: MessageStatus,
    /// Why it was skipped, or [`UNKNOWN_OUTCOME`] of one that counts as sent.
    pub reason: Option<String>,
    /// What exactly, or the provider's answer.
    pub detail: Option<String>,
    /// Its subject, once sent.
    pub subject: Option<String>,
    /// Attempts so far, the successful one included.
    pub attempts: u32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub changed_at: Timestamp,
    /// The rule of the gate that decided last.
    pub rule: Option<String>,
    /// What that rule saw; of a message that was sent, what every rule saw.
    pub values: Json,
}

impl LedgerEntry {
    /// Whether it ended so that it can be tried again, as long as the message itself is kept ([`dead`]).
    #[must_use]
    pub fn can_be_replayed(&self) -> bool {
        let is_mendable = dead::MENDABLE.iter().any(|reason| self.reason.as_deref() == Some(reason.as_str()));
        self.status == MessageStatus::Failed || (self.status == MessageStatus::Skipped && is_mendable)
    }
}

/// How many messages there are by where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerCounts {
    /// Decided and not finished.
    pub pending: u64,
    /// Taken by the provider.
    pub sent: u64,
    /// Not sent for a reason.
    pub skipped: u64,
    /// Given up.
    pub failed: u64,
}

impl LedgerCounts {
    fn add(&mut self, status: MessageStatus, messages: u64) {
        let place = match status {
            MessageStatus::Queued | MessageStatus::Deferred => &mut self.pending,
            MessageStatus::Sent => &mut self.sent,
            MessageStatus::Skipped => &mut self.skipped,
            MessageStatus::Failed => &mut self.failed,
        };
        *place += messages;
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: LedgerCounts) -> LedgerCounts {
        LedgerCounts {
            pending: self.pending + other.pending,
            sent: self.sent + other.sent,
            skipped: self.skipped + other.skipped,
            failed: self.failed + other.failed,
        }
    }
}

/// A line of the counts by template, journey, status and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerCount {
    /// The template's id.
    pub template: String,
    /// The journey's id.
    pub journey: Option<String>,
    /// Where the messages are.
    pub status: MessageStatus,
    /// Why they were skipped.
    pub reason: Option<String>,
    /// How many.
    pub messages: u64,
}

const COLUMNS: &str = "partition, number, profile, channel, template, journey, version, run, step, status, reason, detail, \
                       subject, attempts, created_at, changed_at, rule, seen";

/// Records a message that was decided; `request` names the call of the API that asked for it. A second time changes
/// nothing.
///
/// # Errors
/// When the state cannot be written.
pub fn record_queued(tx: &Tx, message: &OutboundMessage, request: Option<&str>) -> Result<(), DeliveryError> {
    let (origin, id) = (message.origin.as_ref(), message.id);
    let journey = origin.map_or("", |o| o.journey.as_str());
    let sql = "INSERT INTO messages (workspace, partition, number, profile, channel, template, journey, version, run, step, \
               status, reason, attempts, created_at, changed_at, request, run_key) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'queued', '', 0, ?11, ?11, ?12, ?13) \
               ON CONFLICT DO NOTHING";
    let values = params![
        message.workspace,
        id.partition,
        id.number,
        message.profile,
        message.channel.as_str(),
        message.template.as_str(),
        journey,
        origin.map(|o| o.version),
        origin.map(|o| o.run),
        origin.map(|o| o.step.as_str()),
        message.created_at,
        request,
        rivals::key_of(message),
    ];
    if tx.execute(sql, &values)? > 0 {
        count(tx, message.workspace, (&message.template, journey), (MessageStatus::Queued, ""), 1)?;
    }
    Ok(())
}

/// The customer left a journey by its exit rule: messages of that run that wait are not to be sent any more. The gate
/// skips each when its turn comes; in-app messages that were put there are shown no more. Answers how many there were.
///
/// # Errors
/// When the state cannot be written.
pub fn withdraw(
    tx: &Tx,
    workspace: WorkspaceId,
    profile: ProfileId,
    journey: &str,
    run: u64,
) -> Result<usize, DeliveryError> {
    let sql = "UPDATE messages SET withdrawn = 1 WHERE workspace = ?1 AND profile = ?2 AND journey = ?3 AND run = ?4 \
               AND status IN ('queued', 'deferred')";
    let waiting = tx.execute(sql, &params![workspace, profile, journey, run])?;
    Ok(waiting + inapp::take_back(tx, workspace, profile, journey, run)?)
}

/// Whether the message's journey was left before it could be sent ([`withdraw`]).
///
/// # Errors
/// When the state cannot be read.
pub fn is_withdrawn(q: &impl Query, workspace: WorkspaceId, id: OutboxId) -> Result<bool, DeliveryError> {
    let sql = "SELECT 1 FROM messages WHERE workspace = ?1 AND partition = ?2 AND number = ?3 AND withdrawn = 1";
    Ok(q.query_row(sql, &params![workspace, id.partition, id.number], |_| Ok(()))?.is_some())
}

fn count(
    tx: &Tx,
    workspace: WorkspaceId,
    of: (&str, &str),
    state: (MessageStatus, &str),
    by: i64,
) -> Result<(), DeliveryError> {
    let sql = "INSERT INTO message_counts (workspace, template, journey, status, reason, messages) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (workspace, template, journey, status, reason) DO UPDATE SET messages = messages + ?6";
    tx.execute(sql, &params![workspace, of.0, of.1, state.0.as_str(), state.1, by])?;
    Ok(())
}

/// Whether the message was recorded as sent.
///
/// # Errors
/// When the state cannot be read.
pub fn is_sent(q: &impl Query, workspace: WorkspaceId, id: OutboxId) -> Result<bool, DeliveryError> {
    let sql = "SELECT 1 FROM messages WHERE workspace = ?1 AND partition = ?2 AND number = ?3 AND status = 'sent'";
    Ok(q.query_row(sql, &params![workspace, id.partition, id.number], |_| Ok(()))?.is_some())
}

/// The numbers of the messages of a journey that wait for a time.
///
/// # Errors
/// When the ledger cannot be read.
pub fn deferred_of(q: &impl Query, workspace: WorkspaceId, journey: &str) -> Result<Vec<u64>, DeliveryError> {
    let sql =
        "SELECT number FROM messages WHERE workspace = ?1 AND status = 'deferred' AND journey = ?2 ORDER BY number";
    Ok(q.query(sql, &params![workspace, journey], |row| row.get(0))?)
}

/// One message.
///
/// # Errors
/// When the state cannot be read or the row is damaged.
pub fn get(q: &impl Query, workspace: WorkspaceId, id: OutboxId) -> Result<Option<LedgerEntry>, DeliveryError> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE workspace = ?1 AND partition = ?2 AND number = ?3");
    Ok(q.query_row(&sql, &params![workspace, id.partition, id.number], entry)?)
}

/// How many messages there are by where they are.
///
/// # Errors
/// When the state cannot be read.
pub fn counts(q: &impl Query, workspace: WorkspaceId) -> Result<LedgerCounts, DeliveryError> {
    let mut counts = LedgerCounts::default();
    for line in count_lines(q, workspace)? {
        counts.add(line.status, line.messages);
    }
    Ok(counts)
}

/// The counts by template, journey, status and reason. Erasing a profile does not change them: they name nobody.
///
/// # Errors
/// When the state cannot be read.
pub fn count_lines(q: &impl Query, workspace: WorkspaceId) -> Result<Vec<LedgerCount>, DeliveryError> {
    let sql = "SELECT template, journey, status, reason, messages FROM message_counts \
               WHERE workspace = ?1 AND messages > 0 ORDER BY template, journey, status, reason";
    Ok(q.query(sql, &params![workspace], |row| {
        Ok(LedgerCount {
            template: row.get(0)?,
            journey: filled(row.get(1)?),
            status: status(row, 2)?,
            reason: filled(row.get(3)?),
            messages: row.get(4)?,
        })
    })?)
}

/// Forgets the messages to a profile (invariant I10). Answers how many there were.
///
/// # Errors
/// When the state cannot be written.
pub fn remove_profile(tx: &Tx, workspace: WorkspaceId, profile: ProfileId) -> Result<usize, DeliveryError> {
    // What will now never be sent is pending no more; what happened to the others stays counted.
    let pending = "SELECT template, journey, status, COUNT(*) FROM messages WHERE workspace = ?1 AND profile = ?2 \
                   AND status IN ('queued', 'deferred') GROUP BY template, journey, status";
    let lines = tx.query(pending, &params![workspace, profile], |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, status(row, 2)?, row.get::<i64>(3)?))
    })?;
    for (template, journey, status, messages) in &lines {
        count(tx, workspace, (template, journey), (*status, ""), -messages)?;
    }
    for table in ["message_marks", "message_decisions", "short_links", "handovers"] {
        let sql = format!(
            "DELETE FROM {table} WHERE workspace = ?1 AND (partition, number) IN \
             (SELECT partition, number FROM messages WHERE workspace = ?1 AND profile = ?2)"
        );
        tx.execute(&sql, &params![workspace, profile])?;
    }
    dead::remove_profile(tx, workspace, profile)?;
    inapp::remove_profile(tx, workspace, profile)?;
    inbound::remove_profile(tx, workspace, profile)?;
    views::remove_profile(tx, workspace, profile)?;
    let sql = "DELETE FROM messages WHERE workspace = ?1 AND profile = ?2";
    Ok(tx.execute(sql, &params![workspace, profile])?)
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn status(row: &Row<'_>, column: usize) -> Result<MessageStatus, StoreError> {
    let text = row.get_str_ref(column)?;
    MessageStatus::parse(text).ok_or_else(|| StoreError::decode("messages.status", format!("unknown status {text:?}")))
}

fn entry(row: &Row<'_>) -> Result<LedgerEntry, StoreError> {
    Ok(LedgerEntry {
        id: OutboxId { partition: row.get(0)?, number: row.get(1)? },
        profile: row.get(2)?,
        channel: row.get(3)?,
        template: row.get(4)?,
        journey: filled(row.get(5)?),
        version: row.get(6)?,
        run: row.get(7)?,
        step: row.get(8)?,
        status: status(row, 9)?,
        reason: filled(row.get(10)?),
        detail: row.get(11)?,
        subject: row.get(12)?,
        attempts: row.get(13)?,
        created_at: row.get(14)?,
        changed_at: row.get(15)?,
        rule: row.get(16)?,
        values: Json::from_text(row.get_str_ref(17)?),
    })
}

#[cfg(test)]
mod tests;

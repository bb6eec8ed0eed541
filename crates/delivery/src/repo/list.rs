//! Messages as lists and counts, narrowed by what one looks for.

use rapport_domain::{OutboxId, Partition, ProfileId, SkipReason, Timestamp, WorkspaceId};
use rapport_store::{Query, Value, params};

use super::{COLUMNS, LedgerCounts, LedgerEntry, MessageStatus, entry, status};
use crate::error::DeliveryError;

/// Lists at most this many messages at once.
pub const MAX_LIST: usize = 500;

/// Which messages to list; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct LedgerFilter {
    /// Where they are.
    pub status: Option<MessageStatus>,
    /// Only those that are not finished: queued or deferred.
    pub is_pending: bool,
    /// Why they were skipped.
    pub reason: Option<SkipReason>,
    /// The template's id.
    pub template: Option<String>,
    /// The journey's id.
    pub journey: Option<String>,
    /// What they go by: `email`.
    pub channel: Option<String>,
    /// Decided at or after this instant.
    pub from: Option<Timestamp>,
    /// Decided before this instant.
    pub to: Option<Timestamp>,
    /// To one of these; empty is to anybody. A customer who was merged has several ids.
    pub profiles: Vec<ProfileId>,
    /// Which call of the API asked for it.
    pub request: Option<String>,
    /// Text within id, subject, template or journey.
    pub q: Option<String>,
}

/// A place in a list, newest first, valid in every partition so that their lists can be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerCursor {
    /// When the message was decided.
    pub created_at: Timestamp,
    /// Its id, among those decided at once.
    pub id: OutboxId,
}

impl LedgerCursor {
    /// The place just after an entry.
    #[must_use]
    pub fn after(entry: &LedgerEntry) -> Self {
        LedgerCursor { created_at: entry.created_at, id: entry.id }
    }

    /// The cursor as text.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{}-{}", self.created_at.0, self.id)
    }

    /// The cursor of a text.
    ///
    /// # Errors
    /// [`DeliveryError::InvalidCursor`] when this server did not make it.
    pub fn decode(text: &str) -> Result<Self, DeliveryError> {
        let read = || {
            let (at, id) = text.rsplit_once('-')?;
            Some(LedgerCursor { created_at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
        };
        read().ok_or(DeliveryError::InvalidCursor)
    }
}

/// Messages before `cursor`, the newest first, at most `limit` (and [`MAX_LIST`]).
///
/// # Errors
/// When the state cannot be read or a row is damaged.
pub fn list(
    q: &impl Query,
    workspace: WorkspaceId,
    filter: &LedgerFilter,
    cursor: Option<LedgerCursor>,
    limit: usize,
) -> Result<Vec<LedgerEntry>, DeliveryError> {
    let start = LedgerCursor {
        created_at: Timestamp(i64::MAX),
        id: OutboxId { partition: Partition(u16::MAX), number: i64::MAX as u64 },
    };
    let cursor = cursor.unwrap_or(start);
    let mut sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE workspace = ?1 AND created_at <= ?2 \
         AND (created_at < ?2 OR partition < ?3 OR (partition = ?3 AND number < ?4))"
    );
    let texts = Texts::of(filter);
    let mut values = params![workspace, cursor.created_at, cursor.id.partition, cursor.id.number].to_vec();
    narrow(&mut sql, &mut values, filter, &texts);
    let place = values.len();
    sql.push_str(&format!(" ORDER BY created_at DESC, partition DESC, number DESC LIMIT ?{}", place + 1));
    values.push(limit.min(MAX_LIST).into());
    Ok(q.query(&sql, &values, entry)?)
}

/// What the statement of a filter borrows.
struct Texts {
    pattern: Option<String>,
    exact: Option<OutboxId>,
}

impl Texts {
    fn of(filter: &LedgerFilter) -> Texts {
        let escaped = |text: &str| text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let text = filter.q.as_deref().filter(|text| !text.is_empty());
        Texts { pattern: text.map(|text| format!("%{}%", escaped(text))), exact: text.and_then(|t| t.parse().ok()) }
    }
}

/// Adds a filter's conditions to a statement about `messages`. Only what is asked for stands in it, so that the planner can
/// choose the index for it.
fn narrow<'f>(sql: &mut String, values: &mut Vec<Value<'f>>, filter: &'f LedgerFilter, texts: &'f Texts) {
    let status = filter.status.map(MessageStatus::as_str);
    for (column, value) in [
        ("status", status),
        ("reason", filter.reason.map(SkipReason::as_str)),
        ("template", filter.template.as_deref()),
        ("journey", filter.journey.as_deref()),
        ("channel", filter.channel.as_deref()),
        ("request", filter.request.as_deref()),
    ] {
        if let Some(value) = value {
            values.push(value.into());
            sql.push_str(&format!(" AND {column} = ?{}", values.len()));
        }
    }
    if filter.is_pending {
        sql.push_str(" AND status IN ('queued', 'deferred')");
    }
    for (relation, at) in [(">=", filter.from), ("<", filter.to)] {
        if let Some(at) = at {
            values.push(at.into());
            sql.push_str(&format!(" AND created_at {relation} ?{}", values.len()));
        }
    }
    if !filter.profiles.is_empty() {
        let first = values.len() + 1;
        values.extend(filter.profiles.iter().map(|profile| Value::from(*profile)));
        let places: Vec<String> = (first..=values.len()).map(|p| format!("?{p}")).collect();
        sql.push_str(&format!(" AND profile IN ({})", places.join(", ")));
    }
    if let Some(pattern) = &texts.pattern {
        let (text, part, number) = (values.len() + 1, values.len() + 2, values.len() + 3);
        sql.push_str(&format!(
            " AND (subject LIKE ?{text} ESCAPE '\\' OR template LIKE ?{text} ESCAPE '\\' \
             OR journey LIKE ?{text} ESCAPE '\\' OR (partition = ?{part} AND number = ?{number}))"
        ));
        values.extend(params![pattern, texts.exact.map(|id| id.partition), texts.exact.map(|id| id.number)]);
    }
}

/// How many messages that meet a filter there are by where they are; exact, and looked up row by row.
///
/// # Errors
/// When the state cannot be read.
pub fn counts_of(q: &impl Query, workspace: WorkspaceId, filter: &LedgerFilter) -> Result<LedgerCounts, DeliveryError> {
    let mut sql = "SELECT status, COUNT(*) FROM messages WHERE workspace = ?1".to_owned();
    let texts = Texts::of(filter);
    let mut values = params![workspace].to_vec();
    narrow(&mut sql, &mut values, filter, &texts);
    sql.push_str(" GROUP BY status");
    let mut counts = LedgerCounts::default();
    for (status, messages) in q.query(&sql, &values, |row| Ok((status(row, 0)?, row.get::<u64>(1)?)))? {
        counts.add(status, messages);
    }
    Ok(counts)
}

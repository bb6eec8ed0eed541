//! Messages: the ledger of every partition as one list.

use rapport_delivery::repo::{self, LedgerCounts, LedgerCursor, LedgerEntry, LedgerFilter};
use rapport_domain::{OutboxId, ProfileId, WorkspaceId};

use super::profiles::Page;
use crate::error::EngineError;
use crate::shared::Shared;

/// Most messages an export holds.
const MAX_EXPORTED: usize = 10_000;

/// A page of messages, newest first.
pub fn list(
    shared: &Shared,
    ws: WorkspaceId,
    filter: &LedgerFilter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<LedgerEntry>, EngineError> {
    let after = cursor.map(LedgerCursor::decode).transpose()?;
    let mut rows: Vec<LedgerEntry> = Vec::new();
    for (_, db) in shared.stores.partitions() {
        rows.extend(db.read(|q| repo::list(q, ws, filter, after, limit + 1))?);
    }
    rows.sort_by_key(|e| std::cmp::Reverse(LedgerCursor::after(e)));
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(|e| LedgerCursor::after(e).encode()) } else { None };
    Ok(Page { items: rows, next })
}

/// One message.
pub fn get(shared: &Shared, ws: WorkspaceId, id: OutboxId) -> Result<Option<LedgerEntry>, EngineError> {
    let Ok(db) = shared.stores.partition(id.partition) else { return Ok(None) };
    Ok(db.read(|q| repo::get(q, ws, id))?)
}

/// The messages to one profile, newest first.
pub fn of_profile(shared: &Shared, ws: WorkspaceId, profile: ProfileId) -> Result<Vec<LedgerEntry>, EngineError> {
    let filter = LedgerFilter { profile: Some(profile), ..LedgerFilter::default() };
    Ok(list(shared, ws, &filter, None, MAX_EXPORTED)?.items)
}

/// How many messages ended how.
pub fn counts(shared: &Shared, ws: WorkspaceId) -> Result<LedgerCounts, EngineError> {
    let mut total = LedgerCounts::default();
    for (_, db) in shared.stores.partitions() {
        let counts = db.read(|q| repo::counts(q, ws))?;
        total.pending += counts.pending;
        total.sent += counts.sent;
        total.skipped += counts.skipped;
        total.failed += counts.failed;
    }
    Ok(total)
}

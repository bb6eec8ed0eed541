//! Messages: the ledger of every partition as one list.

use rapport_delivery::SettingsSpec;
use rapport_delivery::core::caps::Contact;
use rapport_delivery::core::pressure::{HALF_LIFE_MS, pressure as score};
use rapport_delivery::repo::dead;
use rapport_delivery::repo::decisions::{self, Decided};
use rapport_delivery::repo::inapp::InAppMessage;
use rapport_delivery::repo::timeline::{self, MarkCount, Marked};
use rapport_delivery::repo::{self, LedgerCount, LedgerCounts, LedgerCursor, LedgerEntry, LedgerFilter};
use rapport_delivery::spec::MAX_WINDOW_MS;
use rapport_domain::{OutboundMessage, OutboxId, Partition, Profile, ProfileId, ResourceKind, Timestamp, WorkspaceId};
use rapport_store::control::resources;

use super::profiles::{Page, family};
use crate::error::EngineError;
use crate::shared::Shared;

/// Most messages an export holds.
pub const MAX_EXPORTED: usize = 10_000;

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

/// Which of these messages are kept so that they can be tried again.
pub fn replayable(shared: &Shared, ws: WorkspaceId, ids: &[OutboxId]) -> Result<Vec<OutboxId>, EngineError> {
    let mut kept = Vec::with_capacity(ids.len());
    for id in ids {
        let Ok(db) = shared.stores.partition(id.partition) else { continue };
        if db.read(|q| dead::is_there(q, ws, *id))? {
            kept.push(*id);
        }
    }
    Ok(kept)
}

/// What weighs on a customer now by the gate's own score ([`rapport_delivery::core::pressure`]), and how much may, when the
/// workspace has a limit.
pub fn pressure(shared: &Shared, ws: WorkspaceId, profile: ProfileId) -> Result<(f64, Option<u32>), EngineError> {
    let live = shared.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Settings, "workspace"))?;
    let settings = live.and_then(|r| SettingsSpec::validate(&r.spec).ok()).unwrap_or_default();
    let now = shared.clock.now();
    let got = contacts_of(shared, ws, profile, now.plus_ms(-MAX_WINDOW_MS))?;
    let half_life_ms = settings.pressure.as_ref().map_or(HALF_LIFE_MS, |p| p.half_life_ms);
    Ok((score(&got, half_life_ms, now), settings.pressure.map(|p| p.limit)))
}

/// What reached a customer after `since` without being asked for, under any id they had.
pub fn contacts(shared: &Shared, profile: &Profile, since: Timestamp) -> Result<Vec<Contact>, EngineError> {
    contacts_of(shared, profile.workspace, profile.id, since)
}

fn contacts_of(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
    since: Timestamp,
) -> Result<Vec<Contact>, EngineError> {
    let mut found = Vec::new();
    for id in family(shared, ws, profile)? {
        let Ok(db) = shared.stores.partition(id.home()) else { continue };
        found.extend(db.read(|q| repo::timeline::contacts(q, ws, id, since))?);
    }
    Ok(found)
}

/// When a customer last wrote on a channel with a window, under any id they had.
pub fn wrote(shared: &Shared, profile: &Profile, channel: &str) -> Result<Option<Timestamp>, EngineError> {
    let mut last = None;
    for id in family(shared, profile.workspace, profile.id)? {
        let Ok(db) = shared.stores.partition(id.home()) else { continue };
        last = last.max(db.read(|q| repo::inbound::last(q, profile.workspace, id, channel))?);
    }
    Ok(last)
}

/// What a message was made from, when that is kept.
pub fn kept(shared: &Shared, ws: WorkspaceId, id: OutboxId) -> Result<Option<OutboundMessage>, EngineError> {
    let Ok(db) = shared.stores.partition(id.partition) else { return Ok(None) };
    Ok(db.read(|q| repo::views::get(q, ws, id))?)
}

/// The messages to one customer, newest first, those to profiles that became part of this one included.
pub fn of_profile(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<LedgerEntry>, EngineError> {
    let filter = LedgerFilter { profiles: family(shared, ws, profile)?, ..LedgerFilter::default() };
    list(shared, ws, &filter, cursor, limit)
}

/// All messages to one customer, newest first, at most [`MAX_EXPORTED`].
pub fn all_of_profile(shared: &Shared, ws: WorkspaceId, profile: ProfileId) -> Result<Vec<LedgerEntry>, EngineError> {
    let (mut out, mut cursor) = (Vec::new(), None);
    loop {
        let page = of_profile(shared, ws, profile, cursor.as_deref(), repo::MAX_LIST)?;
        out.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || out.len() >= MAX_EXPORTED {
            return Ok(out);
        }
    }
}

/// Every decision about a message, in order.
pub fn decisions(shared: &Shared, ws: WorkspaceId, id: OutboxId) -> Result<Vec<Decided>, EngineError> {
    let Ok(db) = shared.stores.partition(id.partition) else { return Ok(Vec::new()) };
    Ok(db.read(|q| decisions::of(q, ws, id))?)
}

/// What became of a message after it left.
pub fn marks(shared: &Shared, ws: WorkspaceId, id: OutboxId) -> Result<Vec<Marked>, EngineError> {
    let Ok(db) = shared.stores.partition(id.partition) else { return Ok(Vec::new()) };
    Ok(db.read(|q| timeline::marks(q, ws, id))?)
}

/// The last message that a customer got on a channel.
pub fn last_on(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
    channel: &str,
) -> Result<Option<LedgerEntry>, EngineError> {
    let mut last: Option<(OutboxId, Timestamp)> = None;
    for id in family(shared, ws, profile)? {
        let Ok(db) = shared.stores.partition(id.home()) else { continue };
        let found = db.read(|q| timeline::last_on(q, ws, id, channel))?;
        last = [last, found].into_iter().flatten().max_by_key(|(_, at)| *at);
    }
    last.map_or(Ok(None), |(id, _)| get(shared, ws, id))
}

/// A customer's in-app messages that are not over at `now`.
pub fn inapp(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
    now: Timestamp,
) -> Result<Vec<InAppMessage>, EngineError> {
    let mut out = Vec::new();
    for id in family(shared, ws, profile)? {
        let Ok(db) = shared.stores.partition(id.home()) else { continue };
        out.extend(db.read(|q| repo::inapp::list(q, ws, id, now))?);
    }
    Ok(out)
}

/// Where a short link leads.
pub fn short_link(
    shared: &Shared,
    ws: WorkspaceId,
    partition: Partition,
    code: &str,
) -> Result<Option<(OutboxId, ProfileId, String)>, EngineError> {
    let Ok(db) = shared.stores.partition(partition) else { return Ok(None) };
    Ok(db.read(|q| timeline::short_link(q, ws, code))?)
}

/// How many messages have which mark, by template, journey and step.
pub fn mark_counts(shared: &Shared, ws: WorkspaceId) -> Result<Vec<MarkCount>, EngineError> {
    let mut out: Vec<MarkCount> = Vec::new();
    for (_, db) in shared.stores.partitions() {
        for line in db.read(|q| timeline::mark_counts(q, ws))? {
            let same = |l: &&mut MarkCount| {
                (&l.template, &l.journey, &l.step, l.mark) == (&line.template, &line.journey, &line.step, line.mark)
            };
            match out.iter_mut().find(same) {
                Some(known) => known.messages += line.messages,
                None => out.push(line),
            }
        }
    }
    Ok(out)
}

/// How many messages ended how, by template and journey.
pub fn count_lines(shared: &Shared, ws: WorkspaceId) -> Result<Vec<LedgerCount>, EngineError> {
    let mut out = Vec::new();
    for (_, db) in shared.stores.partitions() {
        out.extend(db.read(|q| repo::count_lines(q, ws))?);
    }
    Ok(out)
}

/// How many messages ended how.
pub fn counts(shared: &Shared, ws: WorkspaceId) -> Result<LedgerCounts, EngineError> {
    let mut total = LedgerCounts::default();
    for (_, db) in shared.stores.partitions() {
        total = total.and(db.read(|q| repo::counts(q, ws))?);
    }
    Ok(total)
}

/// The same of the messages that meet a filter.
pub fn counts_of(shared: &Shared, ws: WorkspaceId, filter: &LedgerFilter) -> Result<LedgerCounts, EngineError> {
    let mut total = LedgerCounts::default();
    for (_, db) in shared.stores.partitions() {
        total = total.and(db.read(|q| repo::counts_of(q, ws, filter))?);
    }
    Ok(total)
}

//! The rows of profiles in one partition's database. Every function takes the workspace first (invariant I7).
//!
//! A profile is one row holding its encoded document, found by its id alone: ids are unique within a partition, whatever
//! the workspace, and each statement checks the workspace beside it. What lists and searches need lies in a narrow table
//! of its own that is written only when it changes, so that an event costs one row.

use std::ops::ControlFlow;

use rapport_domain::ids::{ProfileId, WorkspaceId};
use rapport_domain::profile::{Glance, Identifier, Profile, namespace};
use rapport_domain::time::{MINUTE_MS, Timestamp};
use rapport_store::{Migration, Query, Row, StoreError, Tx, params};

use crate::core::resolve::IdentifierRow;
use crate::{ProfilesError, telemetry, view};

pub use crate::search::repo::{count as count_matching, list};

type Result<T> = std::result::Result<T, ProfilesError>;

/// The name of these tables for [`rapport_store::Db::migrate`].
pub const COMPONENT: &str = "profiles";

/// The schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: "
CREATE TABLE profiles (id INTEGER PRIMARY KEY, ws INTEGER NOT NULL, doc BLOB NOT NULL);
CREATE TABLE profile_index (id INTEGER PRIMARY KEY, ws INTEGER NOT NULL, seen_minute INTEGER NOT NULL,
    known INTEGER NOT NULL, has_email INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX profile_index_seen ON profile_index (ws, seen_minute DESC, id);
CREATE TABLE profile_counts (ws INTEGER PRIMARY KEY, profiles INTEGER NOT NULL);
CREATE TABLE identifiers (ws INTEGER NOT NULL, ns TEXT NOT NULL, value TEXT NOT NULL, profile INTEGER NOT NULL,
    known INTEGER NOT NULL, PRIMARY KEY (ws, ns, value)) WITHOUT ROWID;
CREATE INDEX identifiers_profile ON identifiers (profile);
CREATE TABLE forwards (id INTEGER PRIMARY KEY, ws INTEGER NOT NULL, into_id INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE absorbed (ws INTEGER NOT NULL, into_id INTEGER NOT NULL, from_id INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (ws, into_id, from_id)) WITHOUT ROWID;
CREATE TABLE erased (id INTEGER PRIMARY KEY, ws INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE accounts (ws INTEGER NOT NULL, group_id TEXT NOT NULL, doc TEXT NOT NULL, text TEXT NOT NULL,
    members INTEGER NOT NULL, PRIMARY KEY (ws, group_id)) WITHOUT ROWID;
CREATE TABLE account_members (ws INTEGER NOT NULL, group_id TEXT NOT NULL, profile INTEGER NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (ws, group_id, profile)) WITHOUT ROWID;
",
    },
    Migration {
        version: 2,
        sql: "
CREATE TABLE account_partitions (ws INTEGER NOT NULL, group_id TEXT NOT NULL, partition INTEGER NOT NULL,
    PRIMARY KEY (ws, group_id, partition)) WITHOUT ROWID;
CREATE TABLE account_copies (ws INTEGER NOT NULL, group_id TEXT NOT NULL, version INTEGER NOT NULL,
    members INTEGER NOT NULL, traits TEXT NOT NULL, PRIMARY KEY (ws, group_id)) WITHOUT ROWID;
CREATE TABLE account_of (ws INTEGER NOT NULL, profile INTEGER NOT NULL, group_id TEXT NOT NULL,
    PRIMARY KEY (ws, profile)) WITHOUT ROWID;
CREATE INDEX account_of_group ON account_of (ws, group_id, profile);
CREATE TABLE account_due (id INTEGER PRIMARY KEY, ws INTEGER NOT NULL, group_id TEXT NOT NULL, upto INTEGER,
    again INTEGER NOT NULL, historical INTEGER NOT NULL, UNIQUE (ws, group_id));
",
    },
    Migration {
        version: 3,
        sql: "
CREATE TABLE consent_history (place INTEGER PRIMARY KEY AUTOINCREMENT, ws INTEGER NOT NULL, profile INTEGER NOT NULL,
    at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, channel TEXT NOT NULL, topic TEXT, status TEXT NOT NULL,
    source TEXT NOT NULL, collected_by INTEGER NOT NULL, by_whom TEXT, address TEXT, ip TEXT, user_agent TEXT, page TEXT,
    wording TEXT, topic_name TEXT, topic_version INTEGER, message TEXT, event TEXT NOT NULL);
CREATE INDEX consent_history_profile ON consent_history (ws, profile, place);
",
    },
];

/// The first byte of a stored profile; a change of the encoding takes the next number.
const FORMAT: u8 = 1;
/// Rows read at a time by [`iterate`].
const ITERATE_ROWS: u64 = 512;

/// Encodes a profile as it is stored and as letters carry it.
pub fn encode(profile: &Profile) -> Result<Vec<u8>> {
    let bytes = postcard::to_extend(profile, vec![FORMAT]);
    bytes.map_err(|e| ProfilesError::Encode { what: "a profile", detail: e.to_string() })
}

/// Decodes what [`encode`] wrote.
pub fn decode(bytes: &[u8]) -> Result<Profile> {
    decode_doc(bytes).map_err(ProfilesError::from)
}

pub(crate) fn decode_doc(bytes: &[u8]) -> rapport_store::Result<Profile> {
    postcard::from_bytes(document(bytes)?).map_err(undecoded)
}

fn undecoded(error: impl std::fmt::Display) -> StoreError {
    StoreError::decode("a profile", error)
}

/// The document without what says how it is written.
fn document(bytes: &[u8]) -> rapport_store::Result<&[u8]> {
    match bytes.split_first() {
        Some((&FORMAT, rest)) => Ok(rest),
        Some((other, _)) => Err(StoreError::decode("a profile", format!("format {other}, expected {FORMAT}"))),
        None => Err(StoreError::decode("a profile", "no bytes")),
    }
}

fn doc(row: &Row<'_>) -> rapport_store::Result<Profile> {
    decode_doc(row.get_blob_ref(0)?)
}

/// The profile, if it lives here.
pub fn get(q: &impl Query, ws: WorkspaceId, id: ProfileId) -> Result<Option<Profile>> {
    Ok(q.query_row("SELECT doc FROM profiles WHERE id = ?1 AND ws = ?2", &params![id, ws], doc)?)
}

/// Whether the profile lives here.
pub fn exists(q: &impl Query, ws: WorkspaceId, id: ProfileId) -> Result<bool> {
    let sql = "SELECT 1 FROM profile_index WHERE id = ?1 AND ws = ?2";
    Ok(q.query_row(sql, &params![id, ws], |_| Ok(()))?.is_some())
}

/// Writes a profile, new or changed; answers the bytes of its document. Fails with a conflict when the id belongs to
/// another workspace.
pub fn put(tx: &Tx, profile: &Profile) -> Result<usize> {
    let (id, ws) = (profile.id, profile.workspace);
    let bytes = encode(profile)?;
    let text = view::search_text(profile);
    let minute = profile.last_seen.0.div_euclid(MINUTE_MS);
    let has_email = profile.identifier(namespace::EMAIL).is_some();
    if tx.execute("UPDATE profiles SET doc = ?3 WHERE id = ?1 AND ws = ?2", &params![id, ws, &bytes])? == 1 {
        tx.execute(
            "UPDATE profile_index SET seen_minute = ?3, has_email = ?4, text = ?5 \
             WHERE id = ?1 AND ws = ?2 AND (seen_minute <> ?3 OR has_email <> ?4 OR text <> ?5)",
            &params![id, ws, minute, has_email, &text],
        )?;
        return Ok(bytes.len());
    }
    tx.execute("INSERT INTO profiles (id, ws, doc) VALUES (?1, ?2, ?3)", &params![id, ws, &bytes])?;
    tx.execute(
        "INSERT INTO profile_index (id, ws, seen_minute, known, has_email, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &params![id, ws, minute, profile.known, has_email, &text],
    )?;
    tx.execute(
        "INSERT INTO profile_counts (ws, profiles) VALUES (?1, 1) \
         ON CONFLICT (ws) DO UPDATE SET profiles = profile_counts.profiles + 1",
        &params![ws],
    )?;
    Ok(bytes.len())
}

/// Deletes a profile's row (not its identifiers); answers whether there was one.
pub fn delete(tx: &Tx, ws: WorkspaceId, id: ProfileId) -> Result<bool> {
    if tx.execute("DELETE FROM profiles WHERE id = ?1 AND ws = ?2", &params![id, ws])? == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM profile_index WHERE id = ?1 AND ws = ?2", &params![id, ws])?;
    crate::accounts::copies::belongs_to(tx, ws, id, None)?;
    tx.execute("UPDATE profile_counts SET profiles = profiles - 1 WHERE ws = ?1", &params![ws])?;
    Ok(true)
}

/// How many profiles the workspace has in this partition; exact, one row read.
pub fn count(q: &impl Query, ws: WorkspaceId) -> Result<u64> {
    let found = q.query_row("SELECT profiles FROM profile_counts WHERE ws = ?1", &params![ws], |row| row.get(0))?;
    Ok(found.unwrap_or(0))
}

/// Ids of profiles above `after`, in order, at most `limit`, without reading a document. The short rows are gone through by
/// id: those of an index by workspace would have to be put in order.
pub fn ids_after(q: &impl Query, ws: WorkspaceId, after: ProfileId, limit: usize) -> Result<Vec<ProfileId>> {
    let sql = "SELECT id FROM profile_index NOT INDEXED WHERE ws = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    Ok(q.query(sql, &params![ws, after, limit as u64], |row| row.get(0))?)
}

/// Profiles above `after`, in order of id, at most `limit`.
pub fn page_after(q: &impl Query, ws: WorkspaceId, after: ProfileId, limit: usize) -> Result<Vec<Profile>> {
    page(q, ws, after.0 as i64, limit as u64)
}

fn page(q: &impl Query, ws: WorkspaceId, after: i64, limit: u64) -> Result<Vec<Profile>> {
    let sql = "SELECT doc FROM profiles WHERE ws = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    Ok(q.query(sql, &params![ws, after, limit], doc)?)
}

/// Calls `each` for every profile of the workspace in order of id, until it breaks.
pub fn iterate(q: &impl Query, ws: WorkspaceId, mut each: impl FnMut(Profile) -> ControlFlow<()>) -> Result<()> {
    let mut after: Option<ProfileId> = None;
    loop {
        let page = page(q, ws, after.map_or(i64::MIN, |id| id.0 as i64), ITERATE_ROWS)?;
        let full = page.len() as u64 == ITERATE_ROWS;
        for profile in page {
            after = Some(profile.id);
            if each(profile).is_break() {
                return Ok(());
            }
        }
        if !full {
            return Ok(());
        }
    }
}

/// Calls `each` for those profiles of the workspace whose id is `asked` about, in order of id, with their `wanted` traits alone
/// ([`Glance`]). Documents of others are not read.
pub fn glance(
    q: &impl Query,
    ws: WorkspaceId,
    mut asked: impl FnMut(ProfileId) -> bool,
    wanted: impl Fn(&str) -> bool,
    mut each: impl FnMut(Profile),
) -> Result<()> {
    let sql = "SELECT id, doc FROM profiles WHERE ws = ?1 ORDER BY id";
    q.for_each(sql, &params![ws], |row| {
        if asked(row.get(0)?) {
            let bytes = document(row.get_blob_ref(1)?)?;
            let (glance, _) = postcard::take_from_bytes::<Glance<'_>>(bytes).map_err(undecoded)?;
            each(glance.profile(&wanted).map_err(undecoded)?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// Calls `each` with the ids of all profiles of the workspace, in no order, without reading a document.
pub fn ids(q: &impl Query, ws: WorkspaceId, mut each: impl FnMut(ProfileId)) -> Result<()> {
    q.for_each("SELECT id FROM profile_index INDEXED BY profile_index_seen WHERE ws = ?1", &params![ws], |row| {
        each(row.get(0)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// Who owns an identifier, if anybody does.
pub fn identifier(q: &impl Query, ws: WorkspaceId, identifier: &Identifier) -> Result<Option<IdentifierRow>> {
    let sql = "SELECT profile, known FROM identifiers WHERE ws = ?1 AND ns = ?2 AND value = ?3";
    let params = params![ws, &identifier.namespace, &identifier.value];
    Ok(q.query_row(sql, &params, |row| Ok(IdentifierRow { profile: row.get(0)?, known: row.get(1)? }))?)
}

/// Writes or repoints an identifier's row.
pub fn put_identifier(tx: &Tx, ws: WorkspaceId, identifier: &Identifier, row: IdentifierRow) -> Result<()> {
    tx.execute(
        "INSERT INTO identifiers (ws, ns, value, profile, known) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (ws, ns, value) DO UPDATE SET profile = excluded.profile, known = excluded.known",
        &params![ws, &identifier.namespace, &identifier.value, row.profile, row.known],
    )?;
    Ok(())
}

/// Deletes an identifier's row if it still names `owner` (the letter `Unlink`); answers whether it did.
pub fn delete_identifier(tx: &Tx, ws: WorkspaceId, identifier: &Identifier, owner: ProfileId) -> Result<bool> {
    let sql = "DELETE FROM identifiers WHERE ws = ?1 AND ns = ?2 AND value = ?3 AND profile = ?4";
    Ok(tx.execute(sql, &params![ws, &identifier.namespace, &identifier.value, owner])? > 0)
}

/// The identifiers whose rows in this partition name the profile.
pub fn identifiers_of(q: &impl Query, ws: WorkspaceId, owner: ProfileId) -> Result<Vec<Identifier>> {
    let sql = "SELECT ns, value FROM identifiers WHERE profile = ?1 AND ws = ?2 ORDER BY ns, value";
    Ok(q.query(sql, &params![owner, ws], |row| Ok(Identifier { namespace: row.get(0)?, value: row.get(1)? }))?)
}

/// What an absorbed profile became: one step of the chain, whose next may be in another partition.
pub fn forward_of(q: &impl Query, ws: WorkspaceId, id: ProfileId) -> Result<Option<ProfileId>> {
    Ok(q.query_row("SELECT into_id FROM forwards WHERE id = ?1 AND ws = ?2", &params![id, ws], |row| row.get(0))?)
}

/// Leaves a forwarding address, at the home of the absorbed profile.
pub fn put_forward(tx: &Tx, ws: WorkspaceId, from: ProfileId, into: ProfileId, at: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO forwards (id, ws, into_id, at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (id) DO UPDATE SET into_id = excluded.into_id, at = excluded.at WHERE forwards.ws = excluded.ws",
        &params![from, ws, into, at],
    )?;
    Ok(())
}

/// Removes a forwarding address: the merge was undone, or its end erased.
pub fn remove_forward(tx: &Tx, ws: WorkspaceId, from: ProfileId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM forwards WHERE id = ?1 AND ws = ?2", &params![from, ws])? > 0)
}

/// Every forwarding address of the workspace in this partition, in order of id: the lake's remap.
pub fn forwards(q: &impl Query, ws: WorkspaceId, mut each: impl FnMut(ProfileId, ProfileId)) -> Result<()> {
    let sql = "SELECT id, into_id FROM forwards WHERE ws = ?1 ORDER BY id";
    q.for_each(sql, &params![ws], |row| {
        each(row.get(0)?, row.get(1)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// Notes, at the home of `into`, that it absorbed `from`: kept after the merge can no longer be undone, so that an erasure
/// reaches every id the customer ever had.
pub fn put_absorbed(tx: &Tx, ws: WorkspaceId, into: ProfileId, from: ProfileId, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO absorbed (ws, into_id, from_id, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    tx.execute(sql, &params![ws, into, from, at])?;
    Ok(())
}

/// Forgets that `into` absorbed `from`: the merge was undone.
pub fn remove_absorbed(tx: &Tx, ws: WorkspaceId, into: ProfileId, from: ProfileId) -> Result<()> {
    let sql = "DELETE FROM absorbed WHERE ws = ?1 AND into_id = ?2 AND from_id = ?3";
    tx.execute(sql, &params![ws, into, from])?;
    Ok(())
}

/// The profiles that `into` absorbed itself; what those had absorbed is known at their homes.
pub fn absorbed_by(q: &impl Query, ws: WorkspaceId, into: ProfileId) -> Result<Vec<ProfileId>> {
    let sql = "SELECT from_id FROM absorbed WHERE ws = ?1 AND into_id = ?2 ORDER BY from_id";
    Ok(q.query(sql, &params![ws, into], |row| row.get(0))?)
}

/// What an erasure leaves to do elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Every identifier the profile had; rows of this partition are gone, each other one needs an `Unlink`.
    pub identifiers: Vec<Identifier>,
    /// Profiles it had absorbed: each needs an `Erase` at its home, and its rows leave the lake too.
    pub absorbed: Vec<ProfileId>,
    /// Accounts it was in: each needs [`crate::core::account::move_member`] with no member.
    pub groups: Vec<String>,
}

/// Erases everything this partition knows of a profile, alive or absorbed, and marks its id as erased. Safe to repeat.
pub fn erase(tx: &Tx, ws: WorkspaceId, id: ProfileId, at: Timestamp) -> Result<Erased> {
    let mut out = Erased { absorbed: absorbed_by(tx, ws, id)?, ..Erased::default() };
    if let Some(profile) = get(tx, ws, id)? {
        let former = profile.merges.iter().flat_map(|m| &m.before.identifiers);
        out.identifiers = profile.identifiers.iter().chain(former).cloned().collect();
        out.groups = profile.groups;
        delete(tx, ws, id)?;
        metrics::counter!(telemetry::ERASED_TOTAL).increment(1);
    }
    out.identifiers.extend(identifiers_of(tx, ws, id)?);
    out.identifiers.sort();
    out.identifiers.dedup();
    tx.execute("DELETE FROM identifiers WHERE profile = ?1 AND ws = ?2", &params![id, ws])?;
    tx.execute("DELETE FROM absorbed WHERE ws = ?1 AND into_id = ?2", &params![ws, id])?;
    crate::proofs::repo::remove_profile(tx, ws, id)?;
    remove_forward(tx, ws, id)?;
    tx.execute(
        "INSERT INTO erased (id, ws, at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
        &params![id, ws, at],
    )?;
    Ok(out)
}

/// When the profile was erased, if it was.
pub fn erased_at(q: &impl Query, ws: WorkspaceId, id: ProfileId) -> Result<Option<Timestamp>> {
    Ok(q.query_row("SELECT at FROM erased WHERE id = ?1 AND ws = ?2", &params![id, ws], |row| row.get(0))?)
}

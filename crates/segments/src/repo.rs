//! The SQL of segments: rule state, memberships, and how far each rule is. All of it lives in the profile's partition.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Db, Migration, Query, StoreError, Tx, params};

use crate::core::state::SegmentState;
use crate::error::SegmentError;

pub mod calls;

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: "CREATE TABLE segment_state (ws INTEGER NOT NULL, profile INTEGER NOT NULL, doc BLOB NOT NULL,
            PRIMARY KEY (ws, profile)) WITHOUT ROWID;
          CREATE TABLE segment_members (ws INTEGER NOT NULL, segment TEXT NOT NULL, profile INTEGER NOT NULL,
            since INTEGER NOT NULL, PRIMARY KEY (ws, segment, profile)) WITHOUT ROWID;
          CREATE TABLE rule_aggregates (ws INTEGER NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL,
            ready INTEGER NOT NULL, PRIMARY KEY (ws, key)) WITHOUT ROWID;
          CREATE TABLE segment_rules (ws INTEGER NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL, segment TEXT,
            text TEXT NOT NULL, phase INTEGER NOT NULL, cursor INTEGER NOT NULL, PRIMARY KEY (ws, key)) WITHOUT ROWID;
          CREATE TABLE segment_recompute (ws INTEGER NOT NULL, profile INTEGER NOT NULL,
            PRIMARY KEY (ws, profile)) WITHOUT ROWID;",
    },
    Migration {
        version: 2,
        sql: "CREATE TABLE segment_calls (number INTEGER PRIMARY KEY, ws INTEGER NOT NULL, profile INTEGER NOT NULL,
            segment TEXT NOT NULL, channel TEXT NOT NULL, body TEXT NOT NULL, expires_at INTEGER NOT NULL);
          CREATE INDEX segment_calls_channel ON segment_calls (ws, channel, number);
          CREATE INDEX segment_calls_profile ON segment_calls (ws, profile);",
    },
    Migration {
        version: 3,
        sql: "CREATE TABLE segment_additions (ws INTEGER NOT NULL, profile INTEGER NOT NULL, doc BLOB NOT NULL,
            PRIMARY KEY (ws, profile)) WITHOUT ROWID;",
    },
];

/// Creates or upgrades the tables in a partition's database.
pub fn migrate(db: &Db) -> Result<(), StoreError> {
    db.migrate("segments", MIGRATIONS).map(drop)
}

/// The rule state of a profile; empty when none is stored.
pub fn state(q: &impl Query, ws: WorkspaceId, profile: ProfileId) -> Result<SegmentState, SegmentError> {
    let (mut state, mut damage) = (SegmentState::default(), None);
    q.for_each(
        "SELECT doc FROM segment_state WHERE ws = ?1 AND profile = ?2
         UNION ALL SELECT doc FROM segment_additions WHERE ws = ?1 AND profile = ?2",
        &params![ws, profile],
        |row| {
            damage = decode(&mut state, row.get_blob_ref(0)?).err().or(damage.take());
            Ok(ControlFlow::Continue(()))
        },
    )?;
    damage.map_or(Ok(state), |e| Err(SegmentError::Unreadable { profile, detail: e.to_string() }))
}

/// Adds what is stored to a state: one document, or several one after the other, of which each adds to those before it.
fn decode(state: &mut SegmentState, mut bytes: &[u8]) -> Result<(), postcard::Error> {
    while !bytes.is_empty() {
        let (more, rest) = postcard::take_from_bytes(bytes)?;
        if state.is_empty() {
            *state = more
        } else {
            state.append(more)
        }
        bytes = rest;
    }
    Ok(())
}

/// Adds to the rule state of a profile, without reading it, what it has nothing of yet: aggregates and rules of other ids.
/// The next [`put_state`] makes one document of it.
///
/// Additions lie in a table of their own: states are long and spread over many pages, which a new rule would write
/// all anew for the few bytes it knows of each profile.
pub fn append_state(tx: &Tx, ws: WorkspaceId, profile: ProfileId, more: &SegmentState) -> Result<(), SegmentError> {
    if more.is_empty() {
        return Ok(());
    }
    let doc = postcard::to_stdvec(more).map_err(|e| SegmentError::Unreadable { profile, detail: e.to_string() })?;
    // SQLite makes a text of two blobs; the bytes are theirs all the same.
    tx.execute(
        "INSERT INTO segment_additions (ws, profile, doc) VALUES (?1, ?2, ?3)
         ON CONFLICT (ws, profile) DO UPDATE SET doc = CAST(segment_additions.doc || excluded.doc AS BLOB)",
        &params![ws, profile, &doc[..]],
    )?;
    Ok(())
}

/// Stores the rule state of a profile; answers the bytes of its document.
pub fn put_state(tx: &Tx, ws: WorkspaceId, profile: ProfileId, state: &SegmentState) -> Result<usize, SegmentError> {
    tx.execute("DELETE FROM segment_additions WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    if state.is_empty() {
        tx.execute("DELETE FROM segment_state WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
        return Ok(0);
    }
    let doc = postcard::to_stdvec(state).map_err(|e| SegmentError::Unreadable { profile, detail: e.to_string() })?;
    tx.execute(
        "INSERT INTO segment_state (ws, profile, doc) VALUES (?1, ?2, ?3)
         ON CONFLICT (ws, profile) DO UPDATE SET doc = excluded.doc",
        &params![ws, profile, &doc[..]],
    )?;
    Ok(doc.len())
}

/// Records that a profile belongs to a segment since `since`, or no longer.
pub fn set_member(
    tx: &Tx,
    ws: WorkspaceId,
    segment: &str,
    profile: ProfileId,
    since: Option<Timestamp>,
) -> Result<(), StoreError> {
    match since {
        Some(since) => tx.execute(
            "INSERT INTO segment_members (ws, segment, profile, since) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (ws, segment, profile) DO UPDATE SET since = excluded.since",
            &params![ws, segment, profile, since],
        )?,
        None => tx.execute(
            "DELETE FROM segment_members WHERE ws = ?1 AND segment = ?2 AND profile = ?3",
            &params![ws, segment, profile],
        )?,
    };
    Ok(())
}

/// Members of a segment in this partition, counted.
pub fn member_count(q: &impl Query, ws: WorkspaceId, segment: &str) -> Result<u64, StoreError> {
    let count = q.query_row(
        "SELECT count(*) FROM segment_members WHERE ws = ?1 AND segment = ?2",
        &params![ws, segment],
        |row| row.get::<u64>(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Members of a segment in this partition with an id above `after`, by id.
pub fn members(
    q: &impl Query,
    ws: WorkspaceId,
    segment: &str,
    after: ProfileId,
    limit: usize,
) -> Result<Vec<(ProfileId, Timestamp)>, StoreError> {
    q.query(
        "SELECT profile, since FROM segment_members WHERE ws = ?1 AND segment = ?2 AND profile > ?3
         ORDER BY profile LIMIT ?4",
        &params![ws, segment, after, limit as u64],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The segments a profile belongs to, since when.
pub fn memberships(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    q.query(
        "SELECT m.segment, m.since FROM segment_rules r JOIN segment_members m
           ON m.ws = r.ws AND m.segment = r.segment AND m.profile = ?2
         WHERE r.ws = ?1 ORDER BY m.segment",
        &params![ws, profile],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The memberships of this partition in some segments, by profile.
pub fn memberships_in<'a>(
    q: &impl Query,
    ws: WorkspaceId,
    segments: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<ProfileId, Vec<(String, Timestamp)>>, StoreError> {
    let mut out: HashMap<ProfileId, Vec<(String, Timestamp)>> = HashMap::new();
    for segment in segments {
        let sql = "SELECT profile, since FROM segment_members WHERE ws = ?1 AND segment = ?2";
        q.for_each(sql, &params![ws, segment], |row| {
            out.entry(row.get(0)?).or_default().push((segment.to_owned(), row.get(1)?));
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(out)
}

/// Forgets everything about a profile: state, memberships, marks.
pub fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM segment_state WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    tx.execute("DELETE FROM segment_additions WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    tx.execute("DELETE FROM segment_recompute WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    tx.execute(
        "DELETE FROM segment_members WHERE ws = ?1 AND profile = ?2
         AND segment IN (SELECT segment FROM segment_rules WHERE ws = ?1 AND segment IS NOT NULL)",
        &params![ws, profile],
    )?;
    Ok(())
}

/// How far a rule is in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// History is still being added to its aggregates; memberships stay as they were.
    Pending,
    /// Memberships of profiles up to the cursor are decided; later ones follow, or when an event touches them.
    Sweeping,
    /// Every profile is decided.
    Ready,
}

impl Phase {
    fn code(self) -> i64 {
        match self {
            Phase::Pending => 0,
            Phase::Sweeping => 1,
            Phase::Ready => 2,
        }
    }

    fn from_code(code: i64) -> Self {
        match code {
            0 => Phase::Pending,
            1 => Phase::Sweeping,
            _ => Phase::Ready,
        }
    }
}

/// A rule as the partition knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Its key.
    pub key: String,
    /// The id its memberships are kept under.
    pub id: u64,
    /// The segment it decides, if any.
    pub segment: Option<String>,
    /// Its canonical text.
    pub text: String,
    /// How far it is.
    pub phase: Phase,
    /// The last profile decided while sweeping.
    pub cursor: ProfileId,
}

/// The rules this partition knows.
pub fn rules(q: &impl Query, ws: WorkspaceId) -> Result<Vec<RuleRow>, StoreError> {
    q.query(
        "SELECT key, id, segment, text, phase, cursor FROM segment_rules WHERE ws = ?1 ORDER BY key",
        &params![ws],
        |row| {
            Ok(RuleRow {
                key: row.get(0)?,
                id: row.get(1)?,
                segment: row.get(2)?,
                text: row.get(3)?,
                phase: Phase::from_code(row.get(4)?),
                cursor: row.get(5)?,
            })
        },
    )
}

/// Stores a rule's row.
pub fn put_rule(tx: &Tx, ws: WorkspaceId, rule: &RuleRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO segment_rules (ws, key, id, segment, text, phase, cursor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (ws, key) DO UPDATE SET id = excluded.id, segment = excluded.segment, text = excluded.text,
           phase = excluded.phase, cursor = excluded.cursor",
        &params![ws, &rule.key, rule.id, rule.segment.as_deref(), &rule.text, rule.phase.code(), rule.cursor],
    )?;
    Ok(())
}

/// Forgets a rule and, when it decided a segment, that segment's members.
pub fn remove_rule(tx: &Tx, ws: WorkspaceId, rule: &RuleRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM segment_rules WHERE ws = ?1 AND key = ?2", &params![ws, &rule.key])?;
    if let Some(segment) = &rule.segment {
        tx.execute("DELETE FROM segment_members WHERE ws = ?1 AND segment = ?2", &params![ws, segment])?;
    }
    Ok(())
}

/// The aggregates this partition keeps: key, id, whether history is in.
pub fn aggregates(q: &impl Query, ws: WorkspaceId) -> Result<Vec<(String, u64, bool)>, StoreError> {
    q.query("SELECT key, id, ready FROM rule_aggregates WHERE ws = ?1", &params![ws], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
}

/// Stores an aggregate's row.
pub fn put_aggregate(tx: &Tx, ws: WorkspaceId, key: &str, id: u64, ready: bool) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO rule_aggregates (ws, key, id, ready) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (ws, key) DO UPDATE SET id = excluded.id, ready = excluded.ready",
        &params![ws, key, id, ready],
    )?;
    Ok(())
}

/// Forgets an aggregate; its states are ignored from now on and dropped when their profile is next written.
pub fn remove_aggregate(tx: &Tx, ws: WorkspaceId, key: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM rule_aggregates WHERE ws = ?1 AND key = ?2", &params![ws, key])?;
    Ok(())
}

/// Marks a profile whose rule state must be computed anew from the lake.
pub fn mark_recompute(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO segment_recompute (ws, profile) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        &params![ws, profile],
    )?;
    Ok(())
}

/// Profiles marked for recomputation, at most `limit`.
pub fn marked(q: &impl Query, limit: usize) -> Result<Vec<(WorkspaceId, ProfileId)>, StoreError> {
    q.query("SELECT ws, profile FROM segment_recompute LIMIT ?1", &params![limit as u64], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Takes the mark off a profile.
pub fn unmark(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM segment_recompute WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_unread_is_read_as_one() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path().join("p.db"), &rapport_store::DbOptions::default()).unwrap();
        migrate(&db).unwrap();
        let (ws, id) = (WorkspaceId(1), ProfileId(7));
        let part = |rule: u64, since: i64| {
            let mut state = SegmentState::default();
            // Ids whose bytes are no UTF-8, and hold zeros.
            state.set_member(rule, Some(Timestamp(since)));
            state.set_due(rule, Some(Timestamp(since + 1)));
            state
        };
        let rules = [u64::MAX - 5, 0x80_00_FF_00_FE, 3];
        let tx = db.begin().unwrap();
        append_state(&tx, ws, id, &SegmentState::default()).unwrap();
        assert_eq!(state(&*tx, ws, id).unwrap(), SegmentState::default());
        for (rule, since) in rules.into_iter().zip([0, -1, 256]) {
            append_state(&tx, ws, id, &part(rule, since)).unwrap();
        }
        let whole = state(&*tx, ws, id).unwrap();
        assert_eq!(rules.map(|r| whole.member_since(r).map(|t| t.0)), [Some(0), Some(-1), Some(256)]);
        assert_eq!(whole.next_due(), Some(Timestamp(0)));
        assert!(put_state(&tx, ws, id, &whole).unwrap() > 0);
        assert_eq!(state(&*tx, ws, id).unwrap(), whole);
        assert_eq!(tx.query_row("SELECT count(*) FROM segment_additions", &[], |row| row.get(0)).unwrap(), Some(0_u64));
        append_state(&tx, ws, id, &part(9, 9)).unwrap();
        let more = state(&*tx, ws, id).unwrap();
        assert_eq!((more.member_since(9), more.members().len()), (Some(Timestamp(9)), 4));
        // What follows the last whole document is damage, not nothing.
        tx.execute("UPDATE segment_state SET doc = CAST(doc || x'ff' AS BLOB)", &[]).unwrap();
        assert!(matches!(state(&*tx, ws, id), Err(SegmentError::Unreadable { .. })));
        tx.commit().unwrap();
    }
}

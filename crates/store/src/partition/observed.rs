//! The catalogue of what was observed: event names, their properties and the traits of profiles, with their types.
//! Rules are checked against it and editors suggest from it.

use std::collections::BTreeMap;

use rapport_domain::{Timestamp, WorkspaceId};

use crate::sql::{Query, Row, Tx};
use crate::{Result, StoreError, params};

/// What an entry of the catalogue names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// An event; `key` is empty.
    Event,
    /// A trait of profiles; `event` is empty.
    Trait,
    /// A property of an event.
    Property,
}

impl Scope {
    /// Its name in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Event => "event",
            Scope::Trait => "trait",
            Scope::Property => "property",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        [Scope::Event, Scope::Trait, Scope::Property]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| StoreError::decode("observed.scope", text))
    }
}

/// One entry: a name was seen with a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// What it names.
    pub scope: Scope,
    /// The event; empty for traits.
    pub event: String,
    /// The property or trait, by dotted path; empty for events.
    pub key: String,
    /// The JSON type seen; a name seen with several types has several entries. Empty for events.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// The earliest event time.
    pub first_seen: Timestamp,
    /// The latest event time.
    pub last_seen: Timestamp,
}

/// Adds what was seen in a batch: counts add up, times widen.
pub fn add(tx: &Tx, ws: WorkspaceId, seen: &[Observed]) -> Result<()> {
    let sql = "INSERT INTO observed (ws, scope, event, key, type, count, first_seen, last_seen) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (ws, scope, event, key, type) DO UPDATE SET \
               count = observed.count + excluded.count, \
               first_seen = CASE WHEN excluded.first_seen < observed.first_seen THEN excluded.first_seen \
                                 ELSE observed.first_seen END, \
               last_seen = CASE WHEN excluded.last_seen > observed.last_seen THEN excluded.last_seen \
                                ELSE observed.last_seen END";
    for o in seen {
        let scope = o.scope.as_str();
        tx.execute(sql, &params![ws, scope, &o.event, &o.key, &o.kind, o.count, o.first_seen, o.last_seen])?;
    }
    Ok(())
}

/// At most `limit` entries of a workspace, by scope, event, key and type.
pub fn list(q: &impl Query, ws: WorkspaceId, limit: usize) -> Result<Vec<Observed>> {
    let sql = format!("SELECT {COLUMNS} FROM observed WHERE ws = ?1 ORDER BY scope, event, key, type LIMIT ?2");
    q.query(&sql, &params![ws, limit], read)
}

/// The entry of one event; `None` when it was never seen.
pub fn event(q: &impl Query, ws: WorkspaceId, name: &str) -> Result<Option<Observed>> {
    let sql = format!("SELECT {COLUMNS} FROM observed WHERE ws = ?1 AND scope = ?2 AND event = ?3 AND key = ''");
    q.query_row(&sql, &params![ws, Scope::Event.as_str(), name], read)
}

const COLUMNS: &str = "scope, event, key, type, count, first_seen, last_seen";

fn read(row: &Row<'_>) -> Result<Observed> {
    Ok(Observed {
        scope: Scope::parse(row.get_str_ref(0)?)?,
        event: row.get(1)?,
        key: row.get(2)?,
        kind: row.get(3)?,
        count: row.get(4)?,
        first_seen: row.get(5)?,
        last_seen: row.get(6)?,
    })
}

/// How many entries a workspace has; the owner bounds the catalogue with it.
pub fn count(q: &impl Query, ws: WorkspaceId) -> Result<u64> {
    Ok(q.query_row("SELECT COUNT(*) FROM observed WHERE ws = ?1", &params![ws], |row| row.get(0))?.unwrap_or(0))
}

/// One catalogue from those of several partitions: counts add up, times widen.
#[must_use]
pub fn merge(lists: impl IntoIterator<Item = Vec<Observed>>) -> Vec<Observed> {
    let mut all: BTreeMap<(Scope, String, String, String), Observed> = BTreeMap::new();
    for o in lists.into_iter().flatten() {
        let key = (o.scope, o.event.clone(), o.key.clone(), o.kind.clone());
        match all.get_mut(&key) {
            Some(known) => {
                known.count += o.count;
                known.first_seen = known.first_seen.min(o.first_seen);
                known.last_seen = known.last_seen.max(o.last_seen);
            }
            None => {
                all.insert(key, o);
            }
        }
    }
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::test_db;

    fn property(kind: &str, count: u64, first: i64, last: i64) -> Observed {
        Observed {
            scope: Scope::Property,
            event: "Order Completed".into(),
            key: "total".into(),
            kind: kind.into(),
            count,
            first_seen: Timestamp(first),
            last_seen: Timestamp(last),
        }
    }

    #[test]
    fn counts_add_up_within_and_across_partitions() {
        let (_dir, db) = test_db();
        let (ws, other) = (WorkspaceId(1), WorkspaceId(2));
        db.write(|tx| {
            add(tx, ws, &[property("number", 2, 10, 20), property("number", 3, 5, 15)])?;
            add(tx, ws, &[property("string", 1, 7, 7)])?;
            add(tx, other, &[property("number", 9, 1, 1)])
        })
        .unwrap();
        let listed = db.read(|q| list(q, ws, 100)).unwrap();
        assert_eq!(listed, [property("number", 5, 5, 20), property("string", 1, 7, 7)]);
        assert_eq!(db.read(|q| count(q, other)).unwrap(), 1);
        assert_eq!(
            merge([listed, vec![property("number", 1, 1, 99)]]),
            [property("number", 6, 1, 99), property("string", 1, 7, 7)]
        );
    }
}

//! The SQL behind lists of profiles.

use rapport_domain::ids::WorkspaceId;
use rapport_domain::profile::Profile;
use rapport_store::{Query, Value, params};

use super::{Filter, MAX_PAGE, Position, Sort};
use crate::ProfilesError;
use crate::repo::decode_doc;

/// A page of profiles with their positions, in order, beginning after `after`. The next page begins after the last one.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    filter: &Filter,
    sort: Sort,
    after: Option<Position>,
    limit: u32,
) -> Result<Vec<(Position, Profile)>, ProfilesError> {
    let (words, among) = (filter.words(), filter.among_json());
    let mut sql =
        String::from("SELECT p.doc, i.seen_minute FROM profile_index i JOIN profiles p ON p.id = i.id WHERE i.ws = ?1");
    let mut values: Vec<Value<'_>> = params![ws].to_vec();
    let mut place = |value: Value<'static>| {
        values.push(value);
        values.len()
    };
    for (column, wanted) in [("i.has_email", filter.has_email), ("i.known", filter.known)] {
        if let Some(wanted) = wanted {
            sql += &format!(" AND {column} = ?{}", place(Value::from(wanted)));
        }
    }
    if let Some(after) = after {
        let id = place(Value::from(after.id));
        match sort {
            Sort::Id => sql += &format!(" AND i.id > ?{id}"),
            Sort::LastSeen => {
                let minute = place(Value::from(after.minute.saturating_neg()));
                sql += &format!(" AND i.seen_minute <= ?{minute} AND (i.seen_minute < ?{minute} OR i.id > ?{id})");
            }
        }
    }
    let limit = place(Value::from(limit.clamp(1, MAX_PAGE)));
    for word in &words {
        values.push(Value::from(word));
        sql += &format!(" AND instr(i.text, ?{}) > 0", values.len());
    }
    if let Some(among) = &among {
        values.push(Value::from(among));
        sql += &format!(" AND i.id IN (SELECT value FROM json_each(?{}))", values.len());
    }
    sql += match sort {
        Sort::LastSeen => " ORDER BY i.seen_minute DESC, i.id",
        Sort::Id => " ORDER BY i.id",
    };
    sql += &format!(" LIMIT ?{limit}");
    let rows = q.query(&sql, &values, |row| {
        let profile = decode_doc(row.get_blob_ref(0)?)?;
        let minute = if sort == Sort::LastSeen { -row.get::<i64>(1)? } else { 0 };
        Ok((Position { minute, id: profile.id }, profile))
    })?;
    Ok(rows)
}

/// How many profiles match. A filter costs a scan of the narrow table; without one use [`crate::repo::count`].
pub fn count(q: &impl Query, ws: WorkspaceId, filter: &Filter) -> Result<u64, ProfilesError> {
    if *filter == Filter::default() {
        return crate::repo::count(q, ws);
    }
    let (words, among) = (filter.words(), filter.among_json());
    let mut sql = String::from(
        "SELECT COUNT(*) FROM profile_index WHERE ws = ?1 AND (?2 IS NULL OR has_email = ?2) AND (?3 IS NULL OR known = ?3)",
    );
    let mut values: Vec<Value<'_>> = params![ws, filter.has_email, filter.known].to_vec();
    for word in &words {
        values.push(Value::from(word));
        sql += &format!(" AND instr(text, ?{}) > 0", values.len());
    }
    if let Some(among) = &among {
        values.push(Value::from(among));
        sql += &format!(" AND id IN (SELECT value FROM json_each(?{}))", values.len());
    }
    Ok(q.query_row(&sql, &values, |row| row.get(0))?.unwrap_or(0))
}

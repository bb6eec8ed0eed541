//! Documents of every kind by what they are called.

use rapport_domain::{ResourceKind, ResourceStatus, WorkspaceId};

use crate::page::like;
use crate::sql::{Query, Row};
use crate::{Result, StoreError, params};

/// A document that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its id.
    pub id: String,
    /// What its newest version is called; the id when it has no name.
    pub name: String,
    /// The status of its newest version.
    pub status: ResourceStatus,
    /// The version in effect, when there is one.
    pub live_version: Option<u32>,
}

/// The `limit` documents of any kind that fit `text` best: each of its words occurs in the name, the id or the kind. Names
/// that begin with the text come first, then those with a word that does, then the rest, each by name. Archived ones are
/// left out, and so are the settings of the workspace. Blank text finds nothing.
pub fn find(q: &impl Query, ws: WorkspaceId, text: &str, limit: usize) -> Result<Vec<Found>> {
    let text = text.trim().to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    // What the database compares without regard to case, and JSON writes as it is, narrows what is read.
    let plain = |word: &&&str| word.chars().all(|c| c.is_ascii() && !matches!(c, '"' | '\\') && !c.is_ascii_control());
    let longest = words.iter().filter(plain).max_by_key(|word| word.len()).copied();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT kind, id, CAST(COALESCE(json_extract(spec, '$.name'), '') AS TEXT), status, live \
         FROM (SELECT r.*, (SELECT l.version FROM resources l \
            WHERE l.ws = r.ws AND l.kind = r.kind AND l.id = r.id AND l.status = 'live') AS live \
         FROM resources r WHERE r.ws = ?1 AND r.kind <> 'settings' AND r.version = (SELECT MAX(m.version) \
            FROM resources m WHERE m.ws = r.ws AND m.kind = r.kind AND m.id = r.id)) AS newest \
         WHERE (status <> 'archived' OR live IS NOT NULL) AND (?2 IS NULL OR id LIKE ?2 ESCAPE '\\' \
            OR REPLACE(kind, '_', ' ') LIKE ?2 ESCAPE '\\' OR spec LIKE ?2 ESCAPE '\\')";
    let found = q.query(sql, &params![ws, &like(longest)], read)?;
    let mut ranked: Vec<(u8, String, Found)> = found
        .into_iter()
        .filter_map(|one| {
            let name = one.name.to_lowercase();
            let all = format!("{name} {} {}", one.id, one.kind.as_str().replace('_', " "));
            if !words.iter().all(|word| all.contains(word)) {
                return None;
            }
            let begins = name.starts_with(&text) || one.id.starts_with(&text);
            let has_begun = || name.split_whitespace().any(|part| part.starts_with(words[0]));
            let rank = if begins { 0 } else { 2 - u8::from(has_begun()) };
            Some((rank, name, one))
        })
        .collect();
    ranked.sort_by(|a, b| (a.0, &a.1, a.2.kind, &a.2.id).cmp(&(b.0, &b.1, b.2.kind, &b.2.id)));
    ranked.truncate(limit);
    Ok(ranked.into_iter().map(|(.., one)| one).collect())
}

fn read(row: &Row<'_>) -> Result<Found> {
    let (kind, status) = (row.get_str_ref(0)?, row.get_str_ref(3)?);
    let (id, name): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(Found {
        kind: ResourceKind::parse(kind).ok_or_else(|| StoreError::decode("resources.kind", kind))?,
        name: if name.is_empty() { id.clone() } else { name },
        id,
        status: ResourceStatus::parse(status).ok_or_else(|| StoreError::decode("resources.status", status))?,
        live_version: row.get(4)?,
    })
}

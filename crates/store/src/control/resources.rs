//! Resources: versioned documents. A write makes a new draft version; publishing makes one version live and archives
//! the one before it. Every change counts the configuration's generation up.

mod find;
mod list;
#[cfg(test)]
mod tests;

pub use find::{Found, find};
pub use list::{ListFilter, ResourceEntry, all_versions, list, versions};

use rapport_domain::resource::{Approval, is_slug};
use rapport_domain::{Resource, ResourceKind, ResourceStatus, Timestamp, WorkspaceId};
use serde_json::Value;

use super::generation;
use crate::sql::{Query, Row, Tx};
use crate::vault::Vault;
use crate::{Result, StoreError, params};

const COLUMNS: &str = "ws, kind, id, version, status, spec, created_by, created_at, approved_by, approved_at";

/// Who changes a document, and when.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// A member's e-mail address or a token's name.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Writes a document: its next version, as a draft. When the newest version says the same already and is not archived,
/// nothing changes and that version is answered. With `expected_version` the newest version must be that one (0: there
/// must be none), else [`StoreError::Conflict`].
pub fn put(
    tx: &Tx,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    spec: &Value,
    change: Change<'_>,
    expected_version: Option<u32>,
) -> Result<Resource> {
    if !is_slug(id) {
        return Err(StoreError::invalid("id", "expected 1-64 lower-case letters, digits, - and _"));
    }
    let newest = get(tx, ws, kind, id, None)?;
    let found = newest.as_ref().map_or(0, |r| r.version);
    if expected_version.is_some_and(|expected| expected != found) {
        return Err(StoreError::conflict(format!(
            "{} {id} is at version {found}, it changed meanwhile",
            kind.as_str()
        )));
    }
    if let Some(same) = newest.filter(|r| r.status != ResourceStatus::Archived && r.spec == *spec) {
        return Ok(same);
    }
    let resource = Resource {
        workspace: ws,
        kind,
        id: id.to_owned(),
        version: found + 1,
        status: ResourceStatus::Draft,
        spec: spec.clone(),
        created_by: change.by.to_owned(),
        created_at: change.at,
        approval: None,
    };
    tx.execute(
        "INSERT INTO resources (ws, kind, id, version, status, spec, created_by, created_at, changed_by, changed_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?8)",
        &params![
            ws,
            kind.as_str(),
            id,
            resource.version,
            resource.status.as_str(),
            &spec.to_string(),
            change.by,
            change.at
        ],
    )?;
    generation::bump(tx)?;
    Ok(resource)
}

/// Makes a version live (`None`: the newest) and archives the one that was live. An archived version may be published
/// again, which takes a change back.
pub fn publish(
    tx: &Tx,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    version: Option<u32>,
    change: Change<'_>,
) -> Result<Resource> {
    let resource = require(tx, ws, kind, id, version)?;
    if resource.status == ResourceStatus::Live {
        return Ok(resource);
    }
    if let Some(before) = live_one(tx, ws, kind, id)? {
        write_status(tx, &before, ResourceStatus::Archived, change)?;
    }
    write_status(tx, &resource, ResourceStatus::Live, change)
}

/// Moves a version to another status. Moving to live is [`publish`].
pub fn set_status(
    tx: &Tx,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    version: u32,
    status: ResourceStatus,
    change: Change<'_>,
) -> Result<Resource> {
    if status == ResourceStatus::Live {
        return publish(tx, ws, kind, id, Some(version), change);
    }
    let resource = require(tx, ws, kind, id, Some(version))?;
    if resource.status == status { Ok(resource) } else { write_status(tx, &resource, status, change) }
}

/// Records that a member approved a version. Who may is the caller's to decide.
pub fn approve(tx: &Tx, resource: &Resource, change: Change<'_>) -> Result<Resource> {
    let sql = "UPDATE resources SET approved_by = ?5, approved_at = ?6 \
               WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND version = ?4";
    let (ws, kind) = (resource.workspace, resource.kind.as_str());
    tx.execute(sql, &params![ws, kind, &resource.id, resource.version, change.by, change.at])?;
    let approval = Some(Approval { by: change.by.to_owned(), at: change.at });
    Ok(Resource { approval, ..resource.clone() })
}

/// Archives every version of a document: it has no effect any more and stays readable. Answers how many changed.
pub fn archive(tx: &Tx, ws: WorkspaceId, kind: ResourceKind, id: &str, change: Change<'_>) -> Result<usize> {
    require(tx, ws, kind, id, None)?;
    let sql = "UPDATE resources SET status = 'archived', changed_by = ?4, changed_at = ?5 \
               WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND status <> 'archived'";
    let changed = tx.execute(sql, &params![ws, kind.as_str(), id, change.by, change.at])?;
    if changed > 0 {
        generation::bump(tx)?;
    }
    Ok(changed)
}

/// A version of a document; `None` asks for the newest.
pub fn get(
    q: &impl Query,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    version: Option<u32>,
) -> Result<Option<Resource>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM resources WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND version <= ?4 \
         ORDER BY version DESC LIMIT 1"
    );
    let newest = q.query_row(&sql, &params![ws, kind.as_str(), id, version.unwrap_or(u32::MAX)], read)?;
    Ok(newest.filter(|r| version.is_none_or(|v| v == r.version)))
}

/// The live version of a document.
pub fn live_one(q: &impl Query, ws: WorkspaceId, kind: ResourceKind, id: &str) -> Result<Option<Resource>> {
    let sql =
        format!("SELECT {COLUMNS} FROM resources WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND status = 'live' LIMIT 1");
    q.query_row(&sql, &params![ws, kind.as_str(), id], read)
}

/// Since when the live version of a document is live; `None` when none is.
pub fn live_since(q: &impl Query, ws: WorkspaceId, kind: ResourceKind, id: &str) -> Result<Option<Timestamp>> {
    let sql = "SELECT changed_at FROM resources WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND status = 'live' LIMIT 1";
    q.query_row(sql, &params![ws, kind.as_str(), id], |row| row.get(0))
}

/// The live documents of a kind, by id.
pub fn live(q: &impl Query, ws: WorkspaceId, kind: ResourceKind) -> Result<Vec<Resource>> {
    let sql = format!("SELECT {COLUMNS} FROM resources WHERE ws = ?1 AND kind = ?2 AND status = 'live' ORDER BY id");
    q.query(&sql, &params![ws, kind.as_str()], read)
}

/// The live documents of a workspace, by kind and id.
pub fn all_live(q: &impl Query, ws: WorkspaceId) -> Result<Vec<Resource>> {
    let sql = format!("SELECT {COLUMNS} FROM resources WHERE ws = ?1 AND status = 'live' ORDER BY kind, id");
    q.query(&sql, &params![ws], read)
}

/// Seals every secret that is not sealed under the present key: those of earlier releases, and after a new key. What cannot
/// be opened any more stays as it is and is named in the log.
pub(crate) fn seal_all(tx: &Tx, vault: &Vault) -> Result<usize> {
    let mut changed = 0;
    for kind in ResourceKind::ALL.into_iter().filter(|kind| !kind.secrets().is_empty()) {
        let all =
            tx.query(&format!("SELECT {COLUMNS} FROM resources WHERE kind = ?1"), &params![kind.as_str()], read)?;
        for resource in all.iter().filter(|r| !vault.is_fresh(kind, &r.spec)) {
            let Resource { workspace, id, version, spec, .. } = resource;
            let clear = match vault.opened(*workspace, kind, id, spec) {
                Ok(clear) => clear,
                Err(error) => {
                    tracing::error!(workspace.id = workspace.0, %error, "a secret cannot be used");
                    continue;
                }
            };
            let sealed = vault.sealed(*workspace, kind, id, clear, None)?;
            let sql = "UPDATE resources SET spec = ?5 WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND version = ?4";
            tx.execute(sql, &params![workspace, kind.as_str(), id, version, &sealed.to_string()])?;
            changed += 1;
        }
    }
    Ok(changed)
}

fn require(q: &impl Query, ws: WorkspaceId, kind: ResourceKind, id: &str, version: Option<u32>) -> Result<Resource> {
    get(q, ws, kind, id, version)?.ok_or_else(|| {
        let version = version.map(|v| format!(" version {v}")).unwrap_or_default();
        StoreError::not_found(format!("{} {id}{version}", kind.as_str()))
    })
}

fn write_status(tx: &Tx, resource: &Resource, status: ResourceStatus, change: Change<'_>) -> Result<Resource> {
    tx.execute(
        "UPDATE resources SET status = ?5, changed_by = ?6, changed_at = ?7 \
         WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND version = ?4",
        &params![
            resource.workspace,
            resource.kind.as_str(),
            &resource.id,
            resource.version,
            status.as_str(),
            change.by,
            change.at
        ],
    )?;
    generation::bump(tx)?;
    if status == ResourceStatus::Draft {
        // Whoever takes it back to work on it asks anew.
        let sql = "UPDATE resources SET approved_by = NULL, approved_at = NULL \
                   WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND version = ?4";
        tx.execute(sql, &params![resource.workspace, resource.kind.as_str(), &resource.id, resource.version])?;
        return Ok(Resource { status, approval: None, ..resource.clone() });
    }
    Ok(Resource { status, ..resource.clone() })
}

fn approval(row: &Row<'_>) -> Result<Option<Approval>> {
    let (by, at): (Option<String>, Option<Timestamp>) = (row.get(8)?, row.get(9)?);
    Ok(by.zip(at).map(|(by, at)| Approval { by, at }))
}

fn read(row: &Row<'_>) -> Result<Resource> {
    let (kind, status) = (row.get_str_ref(1)?, row.get_str_ref(4)?);
    Ok(Resource {
        workspace: row.get(0)?,
        kind: ResourceKind::parse(kind).ok_or_else(|| StoreError::decode("resources.kind", kind))?,
        id: row.get(2)?,
        version: row.get(3)?,
        status: ResourceStatus::parse(status).ok_or_else(|| StoreError::decode("resources.status", status))?,
        spec: row.get_json(5)?,
        created_by: row.get(6)?,
        created_at: row.get(7)?,
        approval: approval(row)?,
    })
}

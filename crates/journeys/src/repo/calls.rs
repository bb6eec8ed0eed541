//! Calls of other systems that journeys decided: kept until their answer is with the run.

use rapport_domain::message::Origin;
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Row, StoreError, Tx, params};
use serde_json::{Value, json};

use crate::core::effect::WebhookRequest;
use crate::error::JourneysError;

/// A call to make.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingCall {
    /// Its number, unique within the partition: with it, a stable name for the other system to tell repetitions by.
    pub number: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// Whose run asks.
    pub profile: ProfileId,
    /// The step that asks.
    pub origin: Origin,
    /// What to ask.
    pub request: WebhookRequest,
    /// Which server is asked: calls are bounded by it.
    pub server: String,
    /// Attempts so far.
    pub tried: u32,
}

/// Keeps a call, due at once.
///
/// # Errors
/// When the storage fails.
pub fn push(tx: &Tx, call: &PendingCall, now: Timestamp) -> Result<(), JourneysError> {
    let sql = "INSERT INTO journey_calls (number, workspace, profile, origin, request, server, tried, due_at, expires_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)";
    let (origin, request) = (text(&call.origin)?, write(&call.request).to_string());
    let (number, workspace, profile) = (call.number, call.workspace, call.profile);
    let expires_at = call.request.expires_at;
    tx.execute(sql, &params![number, workspace, profile, &origin, &request, &call.server, now, expires_at])?;
    Ok(())
}

/// Calls of a server that are looked through beyond as many as are wanted: those being made come first.
const LOOKED_THROUGH: usize = 128;
const COLUMNS: &str = "number, workspace, profile, origin, request, server, tried";

/// Calls due by `now`, of each server the oldest first and no more than it has `room` for, without those that `skip` names:
/// they are being made.
///
/// # Errors
/// When the storage fails or a row cannot be read.
pub fn due(
    q: &impl Query,
    now: Timestamp,
    room: impl Fn(&str) -> usize,
    skip: impl Fn(u64) -> bool,
) -> Result<Vec<PendingCall>, JourneysError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM journey_calls WHERE server = ?1 AND due_at <= ?2 ORDER BY due_at, number LIMIT ?3"
    );
    let (mut out, mut server) = (Vec::new(), next_server(q, None)?);
    while let Some(of) = server {
        let most = room(&of);
        if most > 0 {
            let rows = q.query(&sql, &params![&of, now, most + LOOKED_THROUGH], read)?;
            out.extend(rows.into_iter().filter(|call| !skip(call.number)).take(most));
        }
        server = next_server(q, Some(&of))?;
    }
    Ok(out)
}

/// One seek, where listing the servers would go through all calls.
fn next_server(q: &impl Query, after: Option<&str>) -> Result<Option<String>, JourneysError> {
    Ok(match after {
        Some(after) => {
            let sql = "SELECT server FROM journey_calls WHERE server > ?1 ORDER BY server LIMIT 1";
            q.query_row(sql, &params![after], |row| row.get(0))?
        }
        None => q.query_row("SELECT server FROM journey_calls ORDER BY server LIMIT 1", &[], |row| row.get(0))?,
    })
}

/// A call.
///
/// # Errors
/// When the storage fails or the row cannot be read.
pub fn get(q: &impl Query, number: u64) -> Result<Option<PendingCall>, JourneysError> {
    let sql = format!("SELECT {COLUMNS} FROM journey_calls WHERE number = ?1");
    Ok(q.query_row(&sql, &params![number], read)?)
}

/// When the next call is due.
///
/// # Errors
/// When the storage fails.
pub fn next_due(q: &impl Query) -> Result<Option<Timestamp>, JourneysError> {
    Ok(q.query_row("SELECT MIN(due_at) FROM journey_calls", &[], |row| row.get::<Option<Timestamp>>(0))?.flatten())
}

/// Forgets a call. Answers whether it was there.
///
/// # Errors
/// When the storage fails.
pub fn remove(tx: &Tx, number: u64) -> Result<bool, JourneysError> {
    Ok(tx.execute("DELETE FROM journey_calls WHERE number = ?1", &params![number])? > 0)
}

/// Forgets the calls of a profile.
///
/// # Errors
/// When the storage fails.
pub fn remove_profile(tx: &Tx, workspace: WorkspaceId, profile: ProfileId) -> Result<(), JourneysError> {
    tx.execute("DELETE FROM journey_calls WHERE workspace = ?1 AND profile = ?2", &params![workspace, profile])?;
    Ok(())
}

fn text(origin: &Origin) -> Result<String, JourneysError> {
    serde_json::to_string(origin).map_err(|e| JourneysError::Unreadable(e.to_string()))
}

fn write(request: &WebhookRequest) -> Value {
    json!({
        "url": request.url, "method": request.method, "headers": request.headers, "body": request.body,
        "timeout_ms": request.timeout_ms, "attempts": request.attempts, "expires_at": request.expires_at.0,
    })
}

fn read(row: &Row<'_>) -> Result<PendingCall, StoreError> {
    let (origin, request): (String, String) = (row.get(3)?, row.get(4)?);
    let origin = serde_json::from_str(&origin).map_err(|_| StoreError::decode("journey_calls.origin", &origin))?;
    let value: Value =
        serde_json::from_str(&request).map_err(|_| StoreError::decode("journey_calls.request", &request))?;
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Ok(PendingCall {
        number: row.get(0)?,
        workspace: row.get(1)?,
        profile: row.get(2)?,
        origin,
        request: WebhookRequest {
            url: text("url"),
            method: text("method"),
            headers: serde_json::from_value(value["headers"].clone()).unwrap_or_default(),
            body: value["body"].clone(),
            timeout_ms: value["timeout_ms"].as_i64().unwrap_or(10_000),
            attempts: value["attempts"].as_u64().unwrap_or(1) as u32,
            expires_at: Timestamp(value["expires_at"].as_i64().unwrap_or_default()),
        },
        server: row.get(5)?,
        tried: row.get(6)?,
    })
}

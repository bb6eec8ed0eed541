//! The caller's workspace.

use axum::Json;
use axum::extract::State;
use rapport_domain::WorkspaceId;
use rapport_store::control::workspaces::{self, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Body;
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkspaceView {
    /// Its name in paths.
    slug: String,
    /// Its name for people.
    name: String,
    /// Its IANA time zone.
    time_zone: String,
    /// When it was created.
    created_at: Time,
}

impl From<Workspace> for WorkspaceView {
    fn from(w: Workspace) -> Self {
        WorkspaceView { slug: w.slug, name: w.name, time_zone: w.time_zone, created_at: w.created_at.into() }
    }
}

/// A workspace that must be there: the caller belongs to it.
fn present(q: &impl rapport_store::Query, ws: WorkspaceId) -> Result<Workspace, ApiError> {
    workspaces::get(q, ws)?.ok_or_else(|| ApiError::not_found("workspace"))
}

/// `GET /api/v1/workspaces`: those the caller may see, which is one.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<WorkspaceView>> {
    let workspace = state.read(move |q| present(q, caller.workspace)).await?;
    Ok(Json(Paged::whole(vec![workspace.into()])))
}

/// `GET /api/v1/workspaces/current`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller) -> Reply<WorkspaceView> {
    let workspace = state.read(move |q| present(q, caller.workspace)).await?;
    Ok(Json(workspace.into()))
}

/// What to change of a workspace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspacePatch {
    /// Its name for people.
    name: Option<String>,
    /// Its IANA time zone.
    time_zone: Option<String>,
}

/// `PATCH /api/v1/workspaces/current`.
pub(crate) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Body(patch): Body<WorkspacePatch>,
) -> Reply<WorkspaceView> {
    let now = state.now();
    let changed = state
        .write(move |tx| {
            let ws = caller.workspace;
            let before = present(tx, ws)?;
            let name = patch.name.unwrap_or(before.name);
            if name.trim().is_empty() || name.chars().count() > 120 {
                return Err(ApiError::invalid_at("name", "expected 1 to 120 characters"));
            }
            let time_zone = patch.time_zone.unwrap_or(before.time_zone);
            workspaces::update(tx, ws, &name, &time_zone)?;
            let detail = json!({"name": name, "time_zone": time_zone});
            caller.audit(tx, now, "workspace.update", "workspace", &detail)?;
            present(tx, ws)
        })
        .await?;
    Ok(Json(changed.into()))
}

//! Approval of documents by another member, where the workspace's settings ask for it: draft → review → approved → live.

use axum::extract::State;
use axum::response::Response;
use rapport_domain::{Resource, ResourceKind, ResourceStatus, WorkspaceId};
use rapport_store::control::resources::{self, Change};
use rapport_store::{Query, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::resources::tagged;
use super::resources_write::noted;
use crate::auth::Caller;
use crate::document;
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::state::ApiState;

/// The longest note, characters.
const MAX_NOTE_CHARS: usize = 2_000;

/// A note of reasonable length.
pub(super) fn note(text: Option<String>) -> Result<Option<String>, ApiError> {
    match text {
        Some(text) if text.chars().count() > MAX_NOTE_CHARS => {
            Err(ApiError::invalid_at("note", format!("longer than {MAX_NOTE_CHARS} characters")))
        }
        text => Ok(text),
    }
}

/// The kinds whose documents need approval in a workspace: `needs_approval` of its settings.
pub(super) fn kinds(q: &impl Query, ws: WorkspaceId) -> Result<Vec<ResourceKind>, StoreError> {
    let settings = resources::live_one(q, ws, ResourceKind::Settings, "workspace")?;
    let named = settings.as_ref().and_then(|s| s.spec["needs_approval"].as_array());
    Ok(named.into_iter().flatten().filter_map(Value::as_str).filter_map(ResourceKind::parse).collect())
}

/// Refuses to make a version live that needs another member's approval and has none. `version` is what would go live;
/// `None` one that is not written yet.
pub(super) fn required(
    kinds: &[ResourceKind],
    kind: ResourceKind,
    id: &str,
    version: Option<&Resource>,
) -> Result<(), ApiError> {
    let fine = |v: &Resource| v.status == ResourceStatus::Live || v.approval.is_some();
    if !kinds.contains(&kind) || version.is_some_and(fine) {
        return Ok(());
    }
    let name = kind.as_str();
    let detail = match version {
        Some(v) => format!(
            "version {} of {name} {id}, written by {}, needs the approval of another member: move it to review \
             (POST /api/v1/resources/{name}/{id}/status), then a member other than its author approves it \
             (POST /api/v1/resources/{name}/{id}/approve)",
            v.version, v.created_by
        ),
        None => {
            format!("a new version of {name} {id} needs the approval of another member: write it without publishing")
        }
    };
    Err(ApiError::conflict("needs_approval", detail))
}

/// What is approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveInput {
    /// The version; the newest when absent.
    version: Option<u32>,
    /// A remark, for the audit log.
    #[serde(default)]
    note: Option<String>,
}

/// `POST /api/v1/resources/{kind}/{id}/approve`: a version in review may go live. Only for a member, and not for the one who
/// wrote the version; the next version needs an approval of its own.
pub(crate) async fn approve(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Body(input): Body<ApproveInput>,
) -> Result<Response, ApiError> {
    let kind = document::kind(&kind)?;
    let note = note(input.note)?;
    let now = state.now();
    let answer = state
        .write(move |tx| {
            let ws = caller.workspace;
            let missing = || ApiError::not_found(format!("such version of {} {id}", kind.as_str()));
            let found = resources::get(tx, ws, kind, &id, input.version)?.ok_or_else(missing)?;
            may_approve(&caller, &found)?;
            let approved = resources::approve(tx, &found, Change { by: &caller.actor, at: now })?;
            let detail = json!({"version": approved.version, "author": approved.created_by, "note": note});
            noted(tx, &caller, now, "resource.approve", approved, &detail)
        })
        .await?;
    Ok(tagged(answer))
}

fn may_approve(caller: &Caller, found: &Resource) -> Result<(), ApiError> {
    if caller.member.is_none() {
        return Err(ApiError::forbidden("an API token cannot approve; a member does, signed in"));
    }
    if caller.actor == found.created_by {
        let detail = format!("version {} is your own; another member has to approve it", found.version);
        return Err(ApiError { code: "own_version", ..ApiError::forbidden(detail) });
    }
    if found.status != ResourceStatus::Review {
        let detail = format!(
            "version {} is {}; what is in review can be approved: POST …/status {{\"status\": \"review\"}}",
            found.version,
            found.status.as_str()
        );
        return Err(ApiError::conflict("not_in_review", detail));
    }
    Ok(())
}

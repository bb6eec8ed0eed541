//! The live templates and what became of their messages.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_delivery::SettingsSpec;
use rapport_delivery::repo::MessageStatus;
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_engine::read;
use rapport_store::control::resources;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::reply::{Paged, Reply};
use crate::state::ApiState;

/// A live template with what became of its messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateView {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// The live version.
    version: u32,
    /// The topic customers can leave.
    topic: Option<String>,
    /// Whether the customer asked for it: passes consent and quiet hours.
    transactional: bool,
    /// Decided and not finished.
    pending: u64,
    /// The provider took them.
    sent: u64,
    /// Not sent, by reason of the closed list.
    skipped: BTreeMap<String, u64>,
    /// Given up after every retry.
    failed: u64,
}

/// `GET /api/v1/templates`: the live ones.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<TemplateView>> {
    let items = state.run(move |state| standings(state, caller.workspace)).await?;
    Ok(Json(Paged::whole(items)))
}

fn standings(state: &ApiState, ws: WorkspaceId) -> Result<Vec<TemplateView>, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Template))?;
    let view = |r: rapport_domain::Resource| TemplateView {
        name: r.spec["name"].as_str().unwrap_or_default().to_owned(),
        topic: r.spec["topic"].as_str().map(str::to_owned),
        transactional: r.spec["transactional"] == true,
        id: r.id,
        version: r.version,
        pending: 0,
        sent: 0,
        skipped: BTreeMap::new(),
        failed: 0,
    };
    let mut all: BTreeMap<String, TemplateView> = live.into_iter().map(|r| (r.id.clone(), view(r))).collect();
    for line in read::messages::count_lines(state.engine.shared(), ws)? {
        let Some(template) = all.get_mut(&line.template) else { continue };
        match line.status {
            MessageStatus::Queued | MessageStatus::Deferred => template.pending += line.messages,
            MessageStatus::Sent => template.sent += line.messages,
            MessageStatus::Failed => template.failed += line.messages,
            MessageStatus::Skipped => {
                *template.skipped.entry(line.reason.unwrap_or_default()).or_default() += line.messages;
            }
        }
    }
    Ok(all.into_values().collect())
}

/// The settings in effect.
pub(crate) fn settings(state: &ApiState, ws: WorkspaceId) -> Result<SettingsSpec, ApiError> {
    let live = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Settings, "workspace"))?;
    Ok(live.and_then(|r| SettingsSpec::validate(&r.spec).ok()).unwrap_or_default())
}

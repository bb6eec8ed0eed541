//! Seeing a template before it is sent.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_delivery::repo::MessageStatus;
use rapport_delivery::tracking::links::Links;
use rapport_delivery::{LiveTemplate, SettingsSpec, compose};
use rapport_domain::{
    Json as Data, OutboundMessage, OutboxId, Partition, Profile, ProfileId, ResourceKind, WorkspaceId,
};
use rapport_engine::read;
use rapport_store::control::resources;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::profiles::found;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Body;
use crate::reply::{Paged, Reply};
use crate::state::ApiState;
use crate::view::profile_id;

/// What to render, and for whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplatePreviewInput {
    /// A template's id; its newest version is used.
    id: Option<String>,
    /// A template's spec, saved or not.
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
    /// The profile to render for; somebody without traits when absent.
    profile: Option<String>,
    /// Values beside the profile: `event`, `journey`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// A rendered template. Its links do not work: no message carries them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplatePreview {
    /// The subject.
    subject: String,
    /// The HTML part.
    html: String,
    /// The text part.
    text: String,
}

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

/// `POST /api/v1/templates/preview`.
pub(crate) async fn preview(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<TemplatePreviewInput>,
) -> Reply<TemplatePreview> {
    let preview = state.run(move |state| render(state, caller.workspace, input)).await?;
    Ok(Json(preview))
}

fn render(state: &ApiState, ws: WorkspaceId, input: TemplatePreviewInput) -> Result<TemplatePreview, ApiError> {
    let (id, version, spec) = match (input.id, input.spec) {
        (None, Some(spec)) => ("preview".to_owned(), 0, spec),
        (Some(id), None) => {
            let newest = state.stores.control().read(|q| resources::get(q, ws, ResourceKind::Template, &id, None))?;
            let newest = newest.ok_or_else(|| ApiError::not_found(format!("template {id}")))?;
            (id, newest.version, newest.spec)
        }
        _ => return Err(ApiError::invalid_at("id", "expected either id or spec")),
    };
    let template = LiveTemplate::prepare(&id, version, &spec).map_err(ApiError::invalid)?;
    let now = state.now();
    let profile = match input.profile.as_deref() {
        Some(text) => found(state, ws, profile_id(text)?)?,
        None => Profile::new(ws, ProfileId(0), false, now),
    };
    let settings = settings(state, ws)?;
    // No message has the number 0, so links of a preview say nothing about a real one.
    let message = OutboxId { partition: Partition(0), number: 0 };
    let base = settings.public_url.clone().unwrap_or_else(|| state.config.public_url.clone());
    let tokens = rapport_delivery::Tokens::new(b"links of a preview are signed with a key nothing accepts");
    let links = Links { tokens: &tokens, base: &base, workspace: ws, message, profile: profile.id };
    let outbound = OutboundMessage {
        id: message,
        workspace: ws,
        profile: profile.id,
        channel: template.spec.channel.clone(),
        template: id,
        origin: None,
        topic: None,
        transactional: template.spec.transactional,
        created_at: now,
        expires_at: now,
        data: Data::from(input.data),
    };
    let rendered = compose(&template, &outbound, &profile, &settings, &links, now);
    let composed = rendered.map_err(|e| ApiError::invalid_at("template", e.to_string()))?;
    Ok(TemplatePreview { subject: composed.subject, html: composed.html, text: composed.text })
}

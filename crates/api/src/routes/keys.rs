//! Sources of events and their write keys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_domain::SourceId;
use rapport_store::control::sources::{self, Source, WriteKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::auth::{Caller, secret};
use crate::error::ApiError;
use crate::extract::{At, Body};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A source of events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// Its id, as events carry it.
    id: u32,
    /// Its name in paths.
    slug: String,
    /// Its name for people.
    name: String,
    /// `website`, `app`, `server`, `import`.
    kind: String,
    /// Whether its events are refused.
    disabled: bool,
    /// What consent its events need.
    consent: ConsentNeeds,
    /// When it was created.
    created_at: Time,
    /// Its write keys.
    keys: Vec<KeyView>,
}

/// What consent events of a source need; without it they are not stored. Categories are those of
/// `context.consent.categoryPreferences`.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConsentNeeds {
    /// Categories that must all be allowed; an event that refuses one is dropped. None: nothing is asked.
    required: Vec<String>,
    /// Drop events that say nothing about a required category, too.
    refuse_unstated: bool,
    /// The browser's `Sec-GPC: 1` refuses the categories that the event says nothing about.
    gpc_refuses: bool,
}

/// Most categories a source requires, and bytes of a category's name.
const MAX_CATEGORIES: usize = 20;
const MAX_CATEGORY_BYTES: usize = 128;

/// A write key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// The key. It can only write.
    key: String,
    /// The source's slug.
    source: String,
    /// When it was created.
    created_at: Time,
    /// When it was revoked.
    revoked_at: Option<Time>,
}

fn key_view(key: WriteKey, source: &str) -> KeyView {
    let (created_at, revoked_at) = (key.created_at.into(), key.revoked_at.map(Time));
    KeyView { key: key.key, source: source.to_owned(), created_at, revoked_at }
}

fn source_view(source: Source, keys: &[WriteKey]) -> SourceView {
    let own = keys.iter().filter(|k| k.source == source.id).cloned();
    SourceView {
        id: source.id.0,
        keys: own.map(|k| key_view(k, &source.slug)).collect(),
        slug: source.slug,
        name: source.name,
        kind: source.kind,
        disabled: source.disabled,
        consent: serde_json::from_value(source.consent).unwrap_or_default(),
        created_at: source.created_at.into(),
    }
}

/// `GET /api/v1/sources`: the whole list; there are few.
pub(crate) async fn sources(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<SourceView>> {
    let ws = caller.workspace;
    let (found, keys) = state.read(move |q| Ok((sources::list(q, ws)?, sources::keys(q, ws)?))).await?;
    Ok(Json(Paged::whole(found.into_iter().map(|s| source_view(s, &keys)).collect())))
}

/// A source to create; it gets its first write key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceInput {
    /// Its name in paths: lower-case letters, digits, `-` and `_`.
    slug: String,
    /// Its name for people; the slug when absent.
    name: Option<String>,
    /// `website`, `app`, `server`, `import`.
    kind: String,
}

/// The kinds of sources.
const KINDS: [&str; 4] = ["website", "app", "server", "import"];

/// `POST /api/v1/sources`.
pub(crate) async fn create_source(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<SourceInput>,
) -> Result<(StatusCode, Json<SourceView>), ApiError> {
    if !KINDS.contains(&input.kind.as_str()) {
        let problem = rapport_domain::Problem::new("kind", format!("expected one of {}", KINDS.join(", ")));
        return Err(ApiError::invalid(vec![problem.with_suggestion(crate::extract::nearest(&input.kind, KINDS))]));
    }
    let (key, now) = (secret::new_write_key(), state.now());
    let view = state
        .write(move |tx| {
            let ws = caller.workspace;
            let name = input.name.as_deref().unwrap_or(&input.slug);
            let source = sources::create(tx, ws, &input.slug, name, &input.kind, now)?;
            sources::add_key(tx, ws, source.id, &key, now)?;
            caller.audit(
                tx,
                now,
                "source.create",
                &format!("source/{}", source.slug),
                &json!({"kind": source.kind}),
            )?;
            let keys = sources::keys(tx, ws)?;
            Ok(source_view(source, &keys))
        })
        .await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// What to change of a source.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourcePatch {
    /// Its name for people.
    name: Option<String>,
    /// Whether its events are refused.
    disabled: Option<bool>,
    /// What consent its events need; takes effect within half a second.
    consent: Option<ConsentNeeds>,
}

/// `PATCH /api/v1/sources/{slug}`.
pub(crate) async fn update_source(
    State(state): State<ApiState>,
    caller: Caller,
    At(slug): At<String>,
    Body(patch): Body<SourcePatch>,
) -> Reply<SourceView> {
    let fits = |category: &String| !category.trim().is_empty() && category.len() <= MAX_CATEGORY_BYTES;
    if patch.consent.as_ref().is_some_and(|c| c.required.len() > MAX_CATEGORIES || !c.required.iter().all(fits)) {
        let message = format!("expected at most {MAX_CATEGORIES} names of 1 to {MAX_CATEGORY_BYTES} bytes");
        return Err(ApiError::invalid_at("consent.required", message));
    }
    let now = state.now();
    let view = state
        .write(move |tx| {
            let ws = caller.workspace;
            let missing = || ApiError::not_found(format!("source {slug}"));
            let before = sources::by_slug(tx, ws, &slug)?.ok_or_else(missing)?;
            let disabled = patch.disabled.unwrap_or(before.disabled);
            let consent = patch.consent.map_or(before.consent, |c| json!(c));
            sources::update(tx, ws, before.id, patch.name.as_deref().unwrap_or(&before.name), disabled, &consent)?;
            let detail = json!({"disabled": disabled, "consent": consent});
            caller.audit(tx, now, "source.update", &format!("source/{slug}"), &detail)?;
            let after = sources::by_slug(tx, ws, &slug)?.ok_or_else(missing)?;
            Ok(source_view(after, &sources::keys(tx, ws)?))
        })
        .await?;
    Ok(Json(view))
}

/// `GET /api/v1/keys`: every write key, revoked ones too.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<KeyView>> {
    let ws = caller.workspace;
    let (found, keys) = state.read(move |q| Ok((sources::list(q, ws)?, sources::keys(q, ws)?))).await?;
    let slug = |id: SourceId| found.iter().find(|s| s.id == id).map_or("", |s| s.slug.as_str());
    let items = keys.iter().map(|k| key_view(k.clone(), slug(k.source))).collect();
    Ok(Json(Paged::whole(items)))
}

/// A write key to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyInput {
    /// The source's slug.
    source: String,
}

/// `POST /api/v1/keys`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<KeyInput>,
) -> Result<(StatusCode, Json<KeyView>), ApiError> {
    let (key, now) = (secret::new_write_key(), state.now());
    let view = state
        .write(move |tx| {
            let ws = caller.workspace;
            let source = sources::by_slug(tx, ws, &input.source)?;
            let source = source.ok_or_else(|| ApiError::not_found(format!("source {}", input.source)))?;
            sources::add_key(tx, ws, source.id, &key, now)?;
            caller.audit(tx, now, "key.create", &format!("source/{}", source.slug), &json!({}))?;
            Ok(KeyView { key, source: source.slug, created_at: now.into(), revoked_at: None })
        })
        .await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// `DELETE /api/v1/keys/{key}`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At(key): At<String>,
) -> Result<StatusCode, ApiError> {
    let now = state.now();
    state
        .write(move |tx| {
            sources::revoke_key(tx, caller.workspace, &key, now)?;
            let shown: String = key.chars().take(6).collect();
            caller.audit(tx, now, "key.revoke", &format!("key/{shown}"), &json!({}))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

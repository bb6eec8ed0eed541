//! Pictures for messages: kept here, served to everybody who has their address.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use rapport_delivery::content::picture;
use rapport_domain::hash::hash128;
use rapport_store::control::media::{self, Media};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{self, At, Query};
use crate::reply::{Done, Paged, Reply, SearchQuery, Time};
use crate::state::ApiState;

/// The largest picture, bytes.
const MAX_BYTES: usize = 5 << 20;
/// The longest name kept, bytes.
const MAX_NAME_BYTES: usize = 200;

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MediaView {
    /// Its name in addresses.
    id: String,
    /// What it was called.
    name: String,
    /// The address to put into a template.
    url: String,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    media_type: String,
    /// Pixels.
    width: Option<u32>,
    /// Pixels.
    height: Option<u32>,
    /// Its size.
    bytes: u64,
    /// Who uploaded it.
    created_by: String,
    /// When.
    created_at: Time,
}

fn view(base: &str, m: Media) -> MediaView {
    MediaView {
        url: format!("{base}/media/{}", m.id),
        id: m.id,
        name: m.name,
        media_type: m.media_type,
        width: m.width,
        height: m.height,
        bytes: m.bytes,
        created_by: m.created_by,
        created_at: m.created_at.into(),
    }
}

fn base(state: &ApiState, ws: rapport_domain::WorkspaceId) -> Result<String, ApiError> {
    let own = super::templates::settings(state, ws)?.public_url;
    Ok(own.unwrap_or_else(|| state.config.public_url.clone()))
}

/// `GET /api/v1/media`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Reply<Paged<MediaView>> {
    let limit = extract::limit(query.limit)?;
    let (base, page) = state
        .run(move |state| {
            let ws = caller.workspace;
            let (search, cursor) = (query.q.as_deref(), query.cursor.as_deref());
            let page = state.stores.control().read(|q| media::list(q, ws, search, cursor, limit))?;
            Ok::<_, ApiError>((base(state, ws)?, page))
        })
        .await?;
    Ok(Json(Paged::of(page, |m| view(&base, m))))
}

/// What a picture is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MediaQuery {
    /// The file's name, for people.
    name: Option<String>,
}

/// `POST /api/v1/media`. The same picture again gets the same address.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<MediaQuery>,
    request: Request,
) -> Result<(StatusCode, Json<MediaView>), ApiError> {
    let content = extract::bytes_up_to(request, MAX_BYTES).await?;
    let found = picture(&content).ok_or_else(|| {
        ApiError::invalid_at("body", "expected a PNG, JPEG, GIF or WebP picture; this is none by its content")
    })?;
    let name: String = query.name.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    if name.len() > MAX_NAME_BYTES {
        return Err(ApiError::invalid_at("name", format!("at most {MAX_NAME_BYTES} bytes")));
    }
    let (ws, now) = (caller.workspace, state.now());
    let media = Media {
        id: format!("{:032x}", hash128(u64::from(ws.0) ^ 0x6d65_6469_6100, &content)),
        name,
        media_type: found.media_type.to_owned(),
        width: found.size.map(|s| s.0),
        height: found.size.map(|s| s.1),
        bytes: content.len() as u64,
        created_by: caller.actor.clone(),
        created_at: now,
    };
    let (is_new, shown) = state
        .run(move |state| {
            let control = state.stores.control();
            let known = control.read(|q| media::get(q, ws, &media.id))?;
            let is_new = known.is_none();
            if is_new {
                control.write(|tx| {
                    media::add(tx, ws, &media, &content)?;
                    let detail = json!({"name": media.name, "bytes": media.bytes});
                    caller.audit(tx, now, "media.create", &format!("media/{}", media.id), &detail)
                })?;
            }
            Ok::<_, ApiError>((is_new, view(&base(state, ws)?, known.unwrap_or(media))))
        })
        .await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(shown)))
}

/// `DELETE /api/v1/media/{id}`.
pub(crate) async fn remove(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<Done> {
    let now = state.now();
    state
        .write(move |tx| {
            if !media::remove(tx, caller.workspace, &id)? {
                return Err(ApiError::not_found(format!("picture {id}")));
            }
            caller.audit(tx, now, "media.delete", &format!("media/{id}"), &json!({}))
        })
        .await?;
    Ok(Done::json())
}

/// `GET /media/{id}`.
pub(crate) async fn serve(State(state): State<ApiState>, At(id): At<String>) -> Result<Response, ApiError> {
    let found = state.read(move |q| Ok(media::content(q, &id)?)).await?;
    let (media_type, content) = found.ok_or_else(|| ApiError::not_found("such picture"))?;
    let media_type = HeaderValue::from_str(&media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers: [(HeaderName, HeaderValue); 4] = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, content).into_response())
}

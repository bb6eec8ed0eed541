//! Reading documents: lists, versions, differences, schemas.

use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_domain::{Problem, Resource, ResourceStatus};
use rapport_store::control::resources::{self, ListFilter, ResourceEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::members::PageQuery;
use crate::auth::Caller;
use crate::document::{self, Difference};
use crate::error::ApiError;
use crate::extract::{At, Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A version of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceView {
    /// `segment`, `journey`, `template`, `channel`, `topic`, `settings`.
    pub(crate) kind: &'static str,
    /// Its slug.
    pub(crate) id: String,
    /// 1, 2, 3…
    pub(crate) version: u32,
    /// `draft`, `review`, `live`, `archived`.
    pub(crate) status: &'static str,
    /// The version in effect, when there is one.
    pub(crate) live_version: Option<u32>,
    /// What it says, by kind; secrets are marked, not shown.
    #[schema(value_type = Object)]
    pub(crate) spec: Value,
    /// Who wrote it.
    pub(crate) created_by: String,
    /// When.
    pub(crate) created_at: Time,
    /// The member who approved this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) approved_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) approved_at: Option<Time>,
    /// What is unusual about it: names nobody has seen yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<crate::problem::ProblemItem>)]
    pub(crate) warnings: Vec<Problem>,
}

/// A version as answers show it.
pub(crate) fn view(resource: Resource, live_version: Option<u32>, warnings: Vec<Problem>) -> ResourceView {
    ResourceView {
        kind: resource.kind.as_str(),
        spec: document::shown(resource.kind, &resource.spec),
        id: resource.id,
        version: resource.version,
        status: resource.status.as_str(),
        live_version,
        created_by: resource.created_by,
        created_at: resource.created_at.into(),
        approved_at: resource.approval.as_ref().map(|a| a.at.into()),
        approved_by: resource.approval.map(|a| a.by),
        warnings,
    }
}

/// A document with its version as `ETag`.
pub(crate) fn tagged(view: ResourceView) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", view.version));
    let mut response = Json(view).into_response();
    if let Ok(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Which documents to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceQuery {
    /// Text to find in the id or anywhere in the newest version.
    q: Option<String>,
    /// `live`: documents with a live version; otherwise those whose newest version has this status.
    status: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

fn status(text: &str) -> Result<ResourceStatus, ApiError> {
    ResourceStatus::parse(text).ok_or_else(|| {
        let problem = Problem::new("status", "expected one of draft, review, live, archived");
        let near = crate::extract::nearest(text, ["draft", "review", "live", "archived"]);
        ApiError::invalid(vec![problem.with_suggestion(near)])
    })
}

/// `GET /api/v1/resources/{kind}`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    At(kind): At<String>,
    Query(query): Query<ResourceQuery>,
) -> Reply<Paged<ResourceView>> {
    let (kind, limit) = (document::kind(&kind)?, limit(query.limit)?);
    let status = query.status.as_deref().map(status).transpose()?;
    let page = state
        .read(move |q| {
            let filter = ListFilter { search: query.q.as_deref(), status };
            Ok(resources::list(q, caller.workspace, kind, filter, query.cursor.as_deref(), limit)?)
        })
        .await?;
    let show = |e: ResourceEntry| view(e.newest, e.live_version, Vec::new());
    Ok(Json(Paged::of(page, show)))
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionQuery {
    /// A number, or `live`; the newest when absent.
    version: Option<String>,
}

fn number(text: &str, at: &str) -> Result<u32, ApiError> {
    text.parse().map_err(|_| ApiError::invalid_at(at, "expected a version's number"))
}

/// `GET /api/v1/resources/{kind}/{id}`.
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Query(query): Query<VersionQuery>,
) -> Result<Response, ApiError> {
    let kind = document::kind(&kind)?;
    let found = state
        .read(move |q| {
            let ws = caller.workspace;
            let live = resources::live_one(q, ws, kind, &id)?;
            let live_version = live.as_ref().map(|r| r.version);
            let found = match query.version.as_deref() {
                Some("live") => live,
                Some(text) => resources::get(q, ws, kind, &id, Some(number(text, "version")?))?,
                None => resources::get(q, ws, kind, &id, None)?,
            };
            let found = found.ok_or_else(|| ApiError::not_found(format!("{} {id}", kind.as_str())))?;
            Ok(view(found, live_version, Vec::new()))
        })
        .await?;
    Ok(tagged(found))
}

/// `GET /api/v1/resources/{kind}/{id}/versions`.
pub(crate) async fn versions(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<ResourceView>> {
    let (kind, limit) = (document::kind(&kind)?, limit(query.limit)?);
    let (page, live) = state
        .read(move |q| {
            let live = resources::live_one(q, caller.workspace, kind, &id)?.map(|r| r.version);
            let page = resources::versions(q, caller.workspace, kind, &id, query.cursor.as_deref(), limit)?;
            if page.items.is_empty() && query.cursor.is_none() {
                return Err(ApiError::not_found(format!("{} {id}", kind.as_str())));
            }
            Ok((page, live))
        })
        .await?;
    Ok(Json(Paged::of(page, |r| view(r, live, Vec::new()))))
}

/// Which versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    /// The older version; the live one when absent.
    from: Option<u32>,
    /// The newer version; the newest when absent.
    to: Option<u32>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiffView {
    /// The older version.
    from: u32,
    /// The newer version.
    to: u32,
    /// Each difference with its place.
    changes: Vec<Difference>,
}

/// `GET /api/v1/resources/{kind}/{id}/diff`.
pub(crate) async fn diff(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Query(query): Query<DiffQuery>,
) -> Reply<DiffView> {
    let kind = document::kind(&kind)?;
    let answer = state
        .read(move |q| {
            let ws = caller.workspace;
            let missing = |what: &str| ApiError::not_found(format!("{what} of {} {id}", kind.as_str()));
            let from = match query.from {
                Some(version) => resources::get(q, ws, kind, &id, Some(version))?,
                None => resources::live_one(q, ws, kind, &id)?,
            };
            let from = from.ok_or_else(|| missing("such older version"))?;
            let to = resources::get(q, ws, kind, &id, query.to)?.ok_or_else(|| missing("such version"))?;
            let shown = |r: &Resource| document::shown(kind, &r.spec);
            let changes = document::diff(&shown(&from), &shown(&to));
            Ok(DiffView { from: from.version, to: to.version, changes })
        })
        .await?;
    Ok(Json(answer))
}

/// `GET /api/v1/resources/{kind}/schema`: the JSON Schema of a kind's documents.
pub(crate) async fn schema(_: Caller, At(kind): At<String>) -> Reply<Value> {
    Ok(Json(document::schema(document::kind(&kind)?)))
}

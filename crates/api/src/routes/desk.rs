//! What saved insights, dashboards and goals come to now.

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rapport_domain::ResourceKind;
use rapport_engine::desk::{Desk, DeskError, MAX_HISTORY};
use rapport_insights::saved::results::GoalStatus;
use rapport_insights::saved::{GoalSpec, Overlay};
use rapport_store::Page;
use rapport_store::control::resources::{self, ListFilter};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::members::PageQuery;
use crate::auth::Caller;
use crate::document;
use crate::error::ApiError;
use crate::extract::{At, Body, Query, limit};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;

/// Goals on a page: each is several queries.
const MAX_GOALS: usize = 20;

impl From<DeskError> for ApiError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Missing { kind, id } => ApiError::not_found(format!("{} {id}", kind.as_str())),
            DeskError::Unusable { problem, .. } => {
                ApiError { code: "invalid_resource", ..ApiError::invalid(vec![*problem]) }
            }
            DeskError::Insight(error) => error.into(),
            DeskError::Store(error) => error.into(),
        }
    }
}

/// What is laid over saved insights. What is absent stays as they have it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverlayQuery {
    /// Beginning of the period: a date, a day named from today (`-7d`, `last month`), or a time.
    from: Option<String>,
    /// End of the period.
    to: Option<String>,
    /// IANA zone of the days.
    zone: Option<String>,
    /// Only profiles that are in this segment now.
    segment: Option<String>,
    /// Only events for which this holds, besides the insight's own conditions: `e.country == "DE"`.
    filter: Option<String>,
}

impl From<OverlayQuery> for Overlay {
    fn from(q: OverlayQuery) -> Self {
        Overlay { from: q.from, to: q.to, zone: q.zone, segment: q.segment, filter: q.filter }
    }
}

/// An answer that can be kept: the tag, or the body under that tag.
enum Kept<T> {
    Same(String),
    New(String, T),
}

impl<T: IntoResponse> IntoResponse for Kept<T> {
    fn into_response(self) -> Response {
        let (tag, mut response) = match self {
            Kept::Same(tag) => (tag, StatusCode::NOT_MODIFIED.into_response()),
            Kept::New(tag, body) => (tag, body.into_response()),
        };
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// Computes an answer of the desk unless the caller has it already.
async fn kept<T, F>(
    state: ApiState,
    caller: Caller,
    headers: &HeaderMap,
    of: String,
    work: F,
) -> Result<Kept<T>, ApiError>
where
    T: Send + 'static,
    F: FnOnce(&Desk<'_>) -> Result<T, ApiError> + Send + 'static,
{
    let has = headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned);
    state
        .query(move |state, cancel| {
            let desk = Desk::open(state.engine.shared(), caller.workspace, state.now(), cancel)?;
            let tag = desk.tag(&of);
            let matches = |has: String| has.split(',').any(|t| t.trim().trim_start_matches("W/") == tag);
            if has.is_some_and(matches) {
                return Ok(Kept::Same(tag));
            }
            let answer = work(&desk)?;
            Ok::<_, ApiError>(Kept::New(tag, answer))
        })
        .await
}

/// `GET /api/v1/insights/{id}/results`: JSON, or the report's table as CSV for those who accept only that.
pub(crate) async fn insight(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    headers: HeaderMap,
    Query(query): Query<OverlayQuery>,
) -> Result<Response, ApiError> {
    let overlay = Overlay::from(query);
    let csv = headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.starts_with("text/csv"));
    let of = format!("insight {csv} {id} {overlay:?}");
    let answer = kept(state, caller, &headers, of, move |desk| {
        let (result, outcome) = desk.insight(&id, &overlay)?;
        Ok(match csv {
            true => ([(CONTENT_TYPE, "text/csv; charset=utf-8")], outcome.table.csv()).into_response(),
            false => Json(result).into_response(),
        })
    });
    Ok(answer.await?.into_response())
}

/// `GET /api/v1/dashboards/{id}/results`.
pub(crate) async fn dashboard(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    headers: HeaderMap,
    Query(query): Query<OverlayQuery>,
) -> Result<Response, ApiError> {
    let overlay = Overlay::from(query);
    let of = format!("dashboard {id} {overlay:?}");
    let answer = kept(state, caller, &headers, of, move |desk| Ok(Json(desk.dashboard(&id, &overlay)?)));
    Ok(answer.await?.into_response())
}

/// How much of a goal's past.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryQuery {
    /// Former periods, 0 to 60; 12 when absent.
    history: Option<usize>,
}

/// `GET /api/v1/goals/{id}/status`.
pub(crate) async fn goal(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    headers: HeaderMap,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, ApiError> {
    let history = query.history.unwrap_or(12);
    if history > MAX_HISTORY {
        return Err(ApiError::invalid_at("history", format!("expected 0 to {MAX_HISTORY}")));
    }
    let of = format!("goal {id} {history}");
    let answer = kept(state, caller, &headers, of, move |desk| Ok(Json(desk.goal(&id, history)?)));
    Ok(answer.await?.into_response())
}

/// `GET /api/v1/goals`: how the goals that are not archived stand, by id. One that cannot be computed says why in its warnings.
pub(crate) async fn goals(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<GoalStatus>> {
    let limit = limit(query.limit)?.min(MAX_GOALS);
    let page = state
        .query(move |state, cancel| {
            let ws = caller.workspace;
            let list = state.stores.control().read(|q| {
                let (filter, cursor) = (ListFilter::default(), query.cursor.as_deref());
                resources::list(q, ws, ResourceKind::Goal, filter, cursor, limit)
            })?;
            let desk = Desk::open(state.engine.shared(), ws, state.now(), cancel)?;
            let mut items = Vec::new();
            for entry in list.items {
                let id = entry.newest.id;
                items.push(match desk.goal(&id, 0) {
                    Ok(status) => status,
                    Err(DeskError::Insight(e)) if e.class().is_retryable() => return Err(e.into()),
                    Err(DeskError::Store(e)) => return Err(e.into()),
                    Err(error) => GoalStatus {
                        name: entry.newest.spec["name"].as_str().unwrap_or(&id).to_owned(),
                        warnings: vec![error.to_string()],
                        version: entry.newest.version,
                        id,
                        ..GoalStatus::default()
                    },
                });
            }
            Ok::<_, ApiError>(Page { items, next: list.next })
        })
        .await?;
    Ok(Json(Paged::of(page, |status| status)))
}

/// `POST /api/v1/goals/preview`: how a goal would stand that is not saved yet.
pub(crate) async fn preview_goal(
    State(state): State<ApiState>,
    caller: Caller,
    Body(spec): Body<Value>,
) -> Reply<GoalStatus> {
    let status = state
        .query(move |state, cancel| {
            let shelf = document::shelf(state, caller.workspace)?;
            let spec = GoalSpec::validate(&spec, &shelf).map_err(ApiError::invalid)?;
            let desk = Desk::open(state.engine.shared(), caller.workspace, state.now(), cancel)?;
            Ok::<_, ApiError>(desk.stand(spec, 0)?)
        })
        .await?;
    Ok(Json(status))
}

//! Data quality: what was not accepted, and why.

use axum::Json;
use axum::extract::State;
use rapport_domain::SourceId;
use rapport_store::Reader;
use rapport_store::control::quality::{self, Rejected, RejectedFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::codes::RefusalReason;
use crate::extract::{Query, instant};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// An item that was not accepted, or was odd.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectedView {
    /// Its number.
    id: String,
    /// The source's id.
    source: Option<u32>,
    /// When it arrived.
    at: Time,
    /// The call.
    kind: String,
    /// Why, as a stable code.
    #[schema(value_type = RefusalReason)]
    reason: String,
    /// Why exactly.
    detail: String,
    /// The item's beginning, addresses masked.
    sample: String,
}

impl From<Rejected> for RejectedView {
    fn from(r: Rejected) -> Self {
        RejectedView {
            id: r.id.to_string(),
            source: r.source.map(|s| s.0),
            at: r.at.into(),
            kind: r.kind,
            reason: r.reason,
            detail: r.detail,
            sample: r.sample,
        }
    }
}

/// Which items to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct QualityQuery {
    /// Text to find in detail or sample.
    q: Option<String>,
    /// Only with this reason.
    reason: Option<String>,
    /// Only this call.
    kind: Option<String>,
    /// Only from the source with this id.
    source: Option<u32>,
    /// Only at or after this time.
    from: Option<String>,
    /// Only before this time.
    to: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/data-quality`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<QualityQuery>,
) -> Reply<Paged<RejectedView>> {
    let (from, to) = (instant("from", query.from.as_deref())?, instant("to", query.to.as_deref())?);
    let read = move |q: &Reader, limit| {
        let (source, search) = (query.source.map(SourceId), query.q.as_deref());
        let (reason, kind) = (query.reason.as_deref(), query.kind.as_deref());
        let filter = RejectedFilter { source, reason, kind, search, from, to };
        quality::list(q, caller.workspace, filter, query.cursor.as_deref(), limit)
    };
    state.page(query.limit, read).await
}

/// A count of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonCountView {
    /// The day, `YYYY-MM-DD`, UTC.
    day: String,
    /// Why, as a stable code.
    reason: String,
    /// How many; exact.
    count: u64,
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountsQuery {
    /// The first day or a time in it; 30 days ago when absent.
    from: Option<String>,
    /// The last day or a time in it; today when absent.
    to: Option<String>,
}

/// `GET /api/v1/data-quality/counts`.
pub(crate) async fn counts(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<CountsQuery>,
) -> Reply<Paged<ReasonCountView>> {
    let today = state.now().utc_day();
    let from = instant("from", query.from.as_deref())?.map_or(today - 29, |t| t.utc_day());
    let to = instant("to", query.to.as_deref())?.map_or(today, |t| t.utc_day());
    let rows = state.read(move |q| Ok(quality::counts(q, caller.workspace, from, to)?)).await?;
    let day = |days: i64| {
        let at = rapport_domain::Timestamp(days.saturating_mul(rapport_domain::time::DAY_MS));
        at.to_rfc3339().chars().take(10).collect()
    };
    let items = rows.into_iter().map(|r| ReasonCountView { day: day(r.day), reason: r.reason, count: r.count });
    Ok(Json(Paged::whole(items.collect())))
}

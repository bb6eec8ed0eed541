//! Everything by what it is called.

use axum::Json;
use axum::extract::State;
use rapport_store::control::resources::{Found, find};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::extract::{Query, limit};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// Words, each of which must occur in the name, the id or the kind; nothing is found without any.
    q: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// A document that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundView {
    /// Its kind: `segment`, `journey`, `insight`…
    kind: &'static str,
    /// Its id.
    id: String,
    /// What it is called; the id when it has no name.
    name: String,
    /// The status of its newest version.
    status: &'static str,
    /// The version in effect, when there is one.
    live_version: Option<u32>,
}

impl From<Found> for FoundView {
    fn from(found: Found) -> Self {
        let Found { kind, id, name, status, live_version } = found;
        FoundView { kind: kind.as_str(), id, name, status: status.as_str(), live_version }
    }
}

/// `GET /api/v1/search`.
pub(crate) async fn search(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Reply<Paged<FoundView>> {
    let limit = limit(query.limit)?;
    let text = query.q.unwrap_or_default();
    let found = state.read(move |q| Ok(find(q, caller.workspace, &text, limit)?)).await?;
    Ok(Json(Paged::whole(found.into_iter().map(FoundView::from).collect())))
}

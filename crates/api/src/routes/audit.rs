//! The audit log.

use axum::extract::State;
use rapport_store::Reader;
use rapport_store::control::audit::{self, AuditEntry, AuditFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::extract::{Query, instant};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// Who did what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// Its number.
    id: String,
    /// When.
    at: Time,
    /// Who: a member's address, `token:` and a name, or `system`.
    actor: String,
    /// What was done: `resource.publish`, `member.create`, …
    action: String,
    /// To what.
    object: String,
    /// More about it.
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<AuditEntry> for AuditView {
    fn from(e: AuditEntry) -> Self {
        let at = e.at.into();
        AuditView { id: e.id.to_string(), at, actor: e.actor, action: e.action, object: e.object, detail: e.detail }
    }
}

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Text to find in actor, action, object or detail.
    q: Option<String>,
    /// Only by this actor.
    actor: Option<String>,
    /// Only this action; with a dot at its end every action that begins so (`resource.`).
    action: Option<String>,
    /// Only at or after this time.
    from: Option<String>,
    /// Only before this time.
    to: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/audit`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Reply<Paged<AuditView>> {
    let (from, to) = (instant("from", query.from.as_deref())?, instant("to", query.to.as_deref())?);
    let read = move |q: &Reader, limit| {
        let (actor, action) = (query.actor.as_deref(), query.action.as_deref());
        let filter = AuditFilter { search: query.q.as_deref(), actor, action, from, to };
        audit::list(q, caller.workspace, filter, query.cursor.as_deref(), limit)
    };
    state.page(query.limit, read).await
}

//! Messages: what was decided, and what became of it.

use axum::Json;
use axum::extract::State;
use rapport_delivery::repo::{LedgerFilter, MessageStatus};
use rapport_domain::Problem;
use rapport_engine::read;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::profiles::found;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query, limit};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;
use crate::view::{MessageView, profile_id};

/// Which messages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageQuery {
    /// Text to find in id, subject, template or journey.
    pub(crate) q: Option<String>,
    /// `queued`, `deferred`, `sent`, `skipped`, `failed`.
    pub(crate) status: Option<String>,
    /// Only of this template.
    pub(crate) template: Option<String>,
    /// Only of this journey.
    pub(crate) journey: Option<String>,
    /// Only to this customer, under any id it had.
    pub(crate) profile: Option<String>,
    /// Only what this call of `POST /api/v1/messages` asked for.
    pub(crate) request: Option<String>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    pub(crate) limit: Option<usize>,
}

impl MessageQuery {
    /// The filter these parameters ask for, but for the customer.
    pub(crate) fn filter(&self) -> Result<LedgerFilter, ApiError> {
        let status = match self.status.as_deref() {
            Some(text) => Some(MessageStatus::parse(text).ok_or_else(|| {
                let known = MessageStatus::ALL.map(MessageStatus::as_str);
                let problem = Problem::new("status", format!("expected one of {}", known.join(", ")));
                ApiError::invalid(vec![problem.with_suggestion(crate::extract::nearest(text, known))])
            })?),
            None => None,
        };
        Ok(LedgerFilter {
            status,
            template: self.template.clone(),
            journey: self.journey.clone(),
            request: self.request.clone(),
            q: self.q.clone(),
            profiles: Vec::new(),
        })
    }
}

/// A page of messages.
pub(crate) async fn page(
    state: &ApiState,
    caller: &Caller,
    query: MessageQuery,
) -> Result<Paged<MessageView>, ApiError> {
    let (mut filter, limit, ws) = (query.filter()?, limit(query.limit)?, caller.workspace);
    let wanted = query.profile.as_deref().map(profile_id).transpose()?;
    let page = state
        .run(move |state| {
            let shared = state.engine.shared();
            if let Some(id) = wanted {
                let profile = found(state, ws, id)?;
                filter.profiles = read::profiles::family(shared, ws, profile.id)?;
            }
            Ok::<_, ApiError>(read::messages::list(shared, ws, &filter, query.cursor.as_deref(), limit)?)
        })
        .await?;
    Ok(Paged { items: page.items.into_iter().map(MessageView::from).collect(), next_cursor: page.next })
}

/// `GET /api/v1/messages`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<MessageQuery>,
) -> Reply<Paged<MessageView>> {
    Ok(Json(page(&state, &caller, query).await?))
}

/// `GET /api/v1/messages/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<MessageView> {
    let missing = || ApiError::not_found(format!("message {id}"));
    let wanted = id.parse().map_err(|_| missing())?;
    let found = state.run(move |state| read::messages::get(state.engine.shared(), caller.workspace, wanted)).await?;
    found.map(|entry| Json(entry.into())).ok_or_else(missing)
}

/// How many messages ended how.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageCounts {
    /// Decided and not finished.
    pending: u64,
    /// The provider took them.
    sent: u64,
    /// Not sent, for a reason of the closed list.
    skipped: u64,
    /// Given up after every retry.
    failed: u64,
}

/// `GET /api/v1/messages/counts`.
pub(crate) async fn counts(State(state): State<ApiState>, caller: Caller) -> Reply<MessageCounts> {
    let c = state.run(move |state| read::messages::counts(state.engine.shared(), caller.workspace)).await?;
    Ok(Json(MessageCounts { pending: c.pending, sent: c.sent, skipped: c.skipped, failed: c.failed }))
}

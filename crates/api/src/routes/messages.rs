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
use crate::extract::{At, Query, instant, limit};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;
use crate::view::{MessageView, profile_id};

/// What asks for messages that are not finished.
const PENDING: &str = "pending";

/// Which messages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageQuery {
    /// Text to find in id, subject, template or journey.
    pub(crate) q: Option<String>,
    /// `queued`, `deferred`, `sent`, `skipped`, `failed`; `pending` for those queued or deferred.
    pub(crate) status: Option<String>,
    /// Only of this template.
    pub(crate) template: Option<String>,
    /// Only of this journey; `campaign/ID` for those of a campaign.
    pub(crate) journey: Option<String>,
    /// Only of this channel: `email`, `sms`…
    pub(crate) channel: Option<String>,
    /// Only those decided at or after this time.
    pub(crate) from: Option<String>,
    /// Only those decided before this time.
    pub(crate) to: Option<String>,
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
        let is_pending = self.status.as_deref() == Some(PENDING);
        let status = match self.status.as_deref().filter(|_| !is_pending) {
            Some(text) => Some(MessageStatus::parse(text).ok_or_else(|| {
                let known = MessageStatus::ALL.map(MessageStatus::as_str);
                let problem = Problem::new("status", format!("expected one of {}, {PENDING}", known.join(", ")));
                ApiError::invalid(vec![problem.with_suggestion(crate::extract::nearest(text, known))])
            })?),
            None => None,
        };
        Ok(LedgerFilter {
            status,
            reason: None,
            is_pending,
            template: self.template.clone(),
            journey: self.journey.clone(),
            channel: self.channel.clone(),
            from: instant("from", self.from.as_deref())?,
            to: instant("to", self.to.as_deref())?,
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

/// Which messages to count.
#[derive(Debug, Default, Deserialize, PartialEq, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountQuery {
    /// Text to find in id, subject, template or journey.
    q: Option<String>,
    /// Only of this template.
    template: Option<String>,
    /// Only of this journey; `campaign/ID` for those of a campaign.
    journey: Option<String>,
    /// Only of this channel: `email`, `sms`…
    channel: Option<String>,
    /// Only those decided at or after this time.
    from: Option<String>,
    /// Only those decided before this time.
    to: Option<String>,
}

/// `GET /api/v1/messages/counts`: without parameters all that ever were, also those to customers who were erased since.
pub(crate) async fn counts(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<CountQuery>,
) -> Reply<MessageCounts> {
    let all = query == CountQuery::default();
    let filter = LedgerFilter {
        template: query.template,
        journey: query.journey,
        channel: query.channel,
        from: instant("from", query.from.as_deref())?,
        to: instant("to", query.to.as_deref())?,
        q: query.q,
        ..LedgerFilter::default()
    };
    let c = state
        .run(move |state| {
            let (shared, ws) = (state.engine.shared(), caller.workspace);
            if all { read::messages::counts(shared, ws) } else { read::messages::counts_of(shared, ws, &filter) }
        })
        .await?;
    Ok(Json(MessageCounts { pending: c.pending, sent: c.sent, skipped: c.skipped, failed: c.failed }))
}

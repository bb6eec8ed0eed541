//! Accounts: the companies, households or teams that customers belong to.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_domain::{Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_profiles::accounts::repo::AccountRow;
use rapport_profiles::core::traits;
use rapport_profiles::{Filter, Position, Sort};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query, limit};
use crate::reply::{Paged, Reply, SearchQuery, Time};
use crate::state::ApiState;
use crate::view::ProfileSummary;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// The business's id of it.
    id: String,
    /// All traits.
    #[schema(value_type = Object)]
    traits: Map<String, Value>,
    /// How many profiles belong to it.
    members: u64,
    /// Event time of the first statement.
    first_seen: Time,
    /// Event time of the last statement.
    last_seen: Time,
}

impl From<AccountRow> for AccountView {
    fn from(row: AccountRow) -> Self {
        AccountView {
            traits: traits::plain(&row.account.traits),
            id: row.account.group_id,
            members: row.members,
            first_seen: row.account.first_seen.into(),
            last_seen: row.account.last_seen.into(),
        }
    }
}

/// Which accounts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountQuery {
    /// Text to find in the id or a trait.
    q: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/accounts`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<AccountQuery>,
) -> Reply<Paged<AccountView>> {
    let limit = limit(query.limit)? as u32;
    let page = state
        .run(move |state| {
            let (text, after) = (query.q.as_deref(), query.cursor.as_deref());
            read::accounts::list(state.engine.shared(), caller.workspace, text, after, limit)
        })
        .await?;
    Ok(Json(Paged { items: page.items.into_iter().map(AccountView::from).collect(), next_cursor: page.next }))
}

/// `GET /api/v1/accounts/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<AccountView> {
    let wanted = id.clone();
    let found =
        state.run(move |state| read::profiles::account(state.engine.shared(), caller.workspace, &wanted)).await?;
    found.map(|row| Json(row.into())).ok_or_else(|| ApiError::not_found(format!("account {id}")))
}

/// A member of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountMember {
    /// Who.
    profile: ProfileSummary,
    /// When the customer joined.
    since: Time,
}

/// `GET /api/v1/accounts/{id}/members`: by id; `q` as for the list of customers.
pub(crate) async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<SearchQuery>,
) -> Reply<Paged<AccountMember>> {
    let limit = limit(query.limit)?;
    let after = query.cursor.as_deref().map(str::parse).transpose();
    let after: Option<ProfileId> =
        after.map_err(|_| ApiError::invalid_at("cursor", "expected the next_cursor of this list"))?;
    let page = state
        .run(move |state| {
            let (ws, shared) = (caller.workspace, state.engine.shared());
            let account = read::profiles::account(shared, ws, &id)?;
            account.ok_or_else(|| ApiError::not_found(format!("account {id}")))?;
            if let Some(text) = query.q.filter(|text| !text.trim().is_empty()) {
                return search(state, ws, &id, text, after, limit);
            }
            let mut rows = read::accounts::members(shared, ws, &id, after, limit as u32 + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows.last().filter(|_| more).map(|(id, _)| id.to_string());
            let mut items = Vec::with_capacity(rows.len());
            for (id, since) in rows {
                if let Some(profile) = read::profiles::get(shared, ws, id)? {
                    items.push(AccountMember { profile: ProfileSummary::from(&profile), since: since.into() });
                }
            }
            Ok::<_, ApiError>(Paged { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Members who are found by a text.
fn search(
    state: &ApiState,
    ws: WorkspaceId,
    id: &str,
    text: String,
    after: Option<ProfileId>,
    limit: usize,
) -> Result<Paged<AccountMember>, ApiError> {
    let shared = state.engine.shared();
    let joined: BTreeMap<ProfileId, Timestamp> = read::accounts::all_members(shared, ws, id)?.into_iter().collect();
    let filter = Filter { text: Some(text), among: Some(joined.keys().copied().collect()), ..Filter::default() };
    let cursor = after.map(|id| Position { minute: 0, id }.to_string());
    let page = read::profiles::list(shared, ws, &filter, Sort::Id, cursor.as_deref(), limit as u32)?;
    let next_cursor = page.items.last().filter(|_| page.next.is_some()).map(|p| p.id.to_string());
    let member = |p: &Profile| {
        let since = joined.get(&p.id).copied().unwrap_or_default();
        AccountMember { profile: ProfileSummary::from(p), since: since.into() }
    };
    Ok(Paged { items: page.items.iter().map(member).collect(), next_cursor })
}

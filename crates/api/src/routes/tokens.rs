//! API tokens.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_domain::Problem;
use rapport_store::control::tokens::{self, NewToken, Token};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::members::PageQuery;
use crate::auth::{Caller, secret};
use crate::error::ApiError;
use crate::extract::{At, Body, Query, instant};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// What a token may do.
const SCOPES: [&str; 3] = ["read", "write", "admin"];

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Its id.
    id: String,
    /// What it is for.
    name: String,
    /// The beginning of the secret.
    prefix: String,
    /// `read`, `write`, `admin`; each includes the ones before.
    scopes: Vec<String>,
    /// When it was created.
    created_at: Time,
    /// When it was last used, to the minute.
    last_used_at: Option<Time>,
    /// When it ends by itself.
    expires_at: Option<Time>,
    /// When it was revoked.
    revoked_at: Option<Time>,
}

impl From<Token> for TokenView {
    fn from(t: Token) -> Self {
        TokenView {
            id: t.id.to_string(),
            name: t.name,
            prefix: t.prefix,
            scopes: t.scopes.split_whitespace().map(str::to_owned).collect(),
            created_at: t.created_at.into(),
            last_used_at: t.last_used_at.map(Time),
            expires_at: t.expires_at.map(Time),
            revoked_at: t.revoked_at.map(Time),
        }
    }
}

/// `GET /api/v1/tokens`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<TokenView>> {
    state.page(query.limit, move |q, limit| tokens::list(q, caller.workspace, query.cursor.as_deref(), limit)).await
}

/// A token to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenInput {
    /// What it is for.
    name: String,
    /// `read`, `write`, `admin`.
    scopes: Vec<String>,
    /// When it ends by itself; never when absent.
    expires_at: Option<String>,
}

/// A token just created.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenCreated {
    /// The token as it will be listed.
    token: TokenView,
    /// The secret, shown only now.
    secret: String,
}

/// `POST /api/v1/tokens`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<TokenInput>,
) -> Result<(StatusCode, Json<TokenCreated>), ApiError> {
    let mut problems = Vec::new();
    if input.name.trim().is_empty() || input.name.chars().count() > 120 {
        problems.push(Problem::new("name", "expected 1 to 120 characters"));
    }
    for (at, scope) in input.scopes.iter().enumerate().filter(|(_, s)| !SCOPES.contains(&s.as_str())) {
        let problem = Problem::new(format!("scopes[{at}]"), format!("expected one of {}", SCOPES.join(", ")));
        problems.push(problem.with_suggestion(crate::extract::nearest(scope, SCOPES)));
    }
    if input.scopes.is_empty() {
        problems.push(Problem::new("scopes", "expected at least one"));
    }
    if !problems.is_empty() {
        return Err(ApiError::invalid(problems));
    }
    let expires_at = instant("expires_at", input.expires_at.as_deref())?;
    let (secret, now) = (secret::new_api_token(), state.now());
    let (hash, prefix) = (secret.hash, secret.prefix.clone());
    let token = state
        .write(move |tx| {
            let scopes = input.scopes.join(" ");
            let new = NewToken { name: &input.name, hash: &hash, prefix: &prefix, scopes: &scopes, expires_at };
            let token = tokens::create(tx, caller.workspace, new, now)?;
            let detail = json!({"name": input.name, "scopes": input.scopes});
            caller.audit(tx, now, "token.create", &format!("token/{}", token.id), &detail)?;
            Ok(token)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(TokenCreated { token: token.into(), secret: secret.text })))
}

/// `DELETE /api/v1/tokens/{id}`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<StatusCode, ApiError> {
    let now = state.now();
    state
        .write(move |tx| {
            tokens::revoke(tx, caller.workspace, id, now)?;
            caller.audit(tx, now, "token.revoke", &format!("token/{id}"), &json!({}))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Who is asking: members with a session cookie, programs with a token.

pub(crate) mod cookie;
pub(crate) mod password;
pub(crate) mod secret;
pub(crate) mod sign_in;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use rapport_domain::{ErrorClass, Timestamp, WorkspaceId};
use rapport_store::Tx;
use rapport_store::control::members::Role;
use rapport_store::control::{audit, sessions, tokens};
use serde_json::Value;

use crate::error::ApiError;
use crate::state::ApiState;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever has a write key; the collector checks it.
    WriteKey,
    /// Whoever has a signed link; the handler opens it.
    Link,
    /// A member or token with at least this role.
    Role(Role),
}

/// Reading.
pub(crate) const VIEWER: Access = Access::Role(Role::Viewer);
/// Content, campaigns, customers.
pub(crate) const EDITOR: Access = Access::Role(Role::Editor);
/// Members, keys, channels.
pub(crate) const ADMIN: Access = Access::Role(Role::Admin);

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose data they may see; nothing else ever.
    pub workspace: WorkspaceId,
    /// A member's address, or `token:` and the token's name.
    pub actor: String,
    /// What they may do.
    pub role: Role,
    /// The member, when it is one.
    pub member: Option<u64>,
    /// What a changing request with a cookie must send beside it.
    pub(crate) csrf: Option<String>,
}

impl Caller {
    /// Adds an entry to the audit log, in the transaction of the change itself. `detail` must not hold secrets or
    /// customers' data.
    pub(crate) fn audit(
        &self,
        tx: &Tx,
        at: Timestamp,
        action: &str,
        object: &str,
        detail: &Value,
    ) -> Result<(), ApiError> {
        Ok(audit::append(tx, self.workspace, at, &self.actor, action, object, detail)?)
    }

    /// Refuses unless the caller has at least `role`.
    pub(crate) fn require(&self, role: Role) -> Result<(), ApiError> {
        if self.role.includes(role) {
            return Ok(());
        }
        let detail = format!("this needs the role {}, the caller has {}", role.as_str(), self.role.as_str());
        Err(ApiError::forbidden(detail))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(unauthorised)
    }
}

fn unauthorised() -> ApiError {
    let detail = "sign in, or send an API token as Authorization: Bearer rk_…";
    ApiError::new(ErrorClass::Unauthorised, "unauthorised", detail)
}

/// Finds out who sent these headers.
///
/// # Errors
/// 401 when nobody known did.
pub(crate) async fn identify(state: &ApiState, headers: &HeaderMap) -> Result<Caller, ApiError> {
    if let Some(header) = headers.get(AUTHORIZATION) {
        let header = header.to_str().unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unauthorised());
        }
        return by_token(state, token.trim()).await;
    }
    match cookie::session(headers) {
        Some(secret) => by_session(state, secret).await,
        None => Err(unauthorised()),
    }
}

/// What a token's scopes allow.
fn role_of(scopes: &str) -> Option<Role> {
    let has = |scope: &str| scopes.split_whitespace().any(|s| s == scope);
    match () {
        () if has("admin") => Some(Role::Admin),
        () if has("write") => Some(Role::Editor),
        () if has("read") => Some(Role::Viewer),
        () => None,
    }
}

async fn by_token(state: &ApiState, text: &str) -> Result<Caller, ApiError> {
    let (hash, now) = (secret::hash_secret(text), state.now());
    let found = state.read(move |q| Ok(tokens::lookup(q, &hash, now)?)).await?;
    let token = found.ok_or_else(unauthorised)?;
    let role = role_of(&token.scopes).ok_or_else(|| ApiError::forbidden("the token has no scope"))?;
    if tokens::needs_touch(&token, now) {
        let (ws, id) = (token.workspace, token.id);
        // Not worth failing a request for.
        if let Err(error) = state.write(move |tx| Ok(tokens::touch(tx, ws, id, now)?)).await {
            tracing::warn!(error.code = error.code(), "a token's last use could not be noted");
        }
    }
    Ok(Caller { workspace: token.workspace, actor: format!("token:{}", token.name), role, member: None, csrf: None })
}

async fn by_session(state: &ApiState, text: &str) -> Result<Caller, ApiError> {
    let (hash, now) = (secret::hash_secret(text), state.now());
    let session = state.read(move |q| Ok(sessions::lookup(q, &hash, now)?)).await?.ok_or_else(unauthorised)?;
    Ok(Caller {
        workspace: session.member.workspace,
        actor: session.member.email,
        role: session.member.role,
        member: Some(session.member.id),
        csrf: Some(session.csrf),
    })
}

//! Signing in and out.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use rapport_domain::ErrorClass;
use rapport_store::control::{members, sessions};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::collect::client_ip;
use crate::auth::sign_in::SignedIn;
use crate::auth::{Caller, cookie, password, secret, sign_in};
use crate::error::ApiError;
use crate::extract::{self};
use crate::reply::{Reply, Time};
use crate::state::ApiState;

/// An address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The member's address.
    email: String,
    /// The password.
    password: String,
}

/// A session that began.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Who is signed in.
    email: String,
    /// The person's name.
    name: String,
    /// What the person may do: `owner`, `admin`, `editor`, `viewer`.
    role: &'static str,
    /// Send this as `X-CSRF-Token` with every write.
    csrf_token: String,
    /// When the session ends.
    expires_at: Time,
}

/// `POST /api/v1/session`.
pub(crate) async fn create(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let ip = client_ip(&state.config, request.extensions(), request.headers());
    let credentials: Credentials = extract::json(&extract::bytes(request).await?)?;
    let begun = sign_in::sign_in(&state, credentials.email, credentials.password, ip).await?;
    answer(&state, StatusCode::CREATED, begun)
}

/// A session that begins here, with its cookie.
fn answer(state: &ApiState, status: StatusCode, begun: SignedIn) -> Result<Response, ApiError> {
    let view = SessionView {
        email: begun.member.email,
        name: begun.member.name,
        role: begun.member.role.as_str(),
        csrf_token: begun.csrf,
        expires_at: begun.expires_at.into(),
    };
    let mut response = (status, Json(view)).into_response();
    cookie::set(response.headers_mut(), &state.config, &begun.secret.text, state.config.session_ms / 1_000)?;
    Ok(response)
}

/// A password in the place of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordInput {
    /// The present one.
    current: String,
    /// The new one; at least 10 characters.
    password: String,
}

/// `PUT /api/v1/session/password`: the member's own. Every session of theirs ends; the one that asked is replaced by a new
/// one. Wrong guesses of the present password count as failed sign-ins.
pub(crate) async fn change_password(
    State(state): State<ApiState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let Some(member) = caller.member else {
        return Err(ApiError::forbidden("only a member who signed in has a password"));
    };
    let ip = client_ip(&state.config, request.extensions(), request.headers());
    let PasswordInput { current, password } = extract::json(&extract::bytes(request).await?)?;
    password::check(&password).map_err(|p| ApiError::invalid(vec![p]))?;
    // Whoever may sign in with it knows it; the session of that is ended below with the others.
    sign_in::sign_in(&state, caller.actor.clone(), current, ip).await.map_err(|e| match e.class() {
        ErrorClass::Unauthorised => ApiError::invalid_at("current", "this is not your present password"),
        _ => e,
    })?;
    let chosen = password.clone();
    let hash = state.password(move |_| password::hash_password(&chosen)).await?;
    let (now, actor, ws) = (state.now(), caller.actor.clone(), caller.workspace);
    state
        .write(move |tx| {
            members::set_password(tx, ws, member, &hash)?;
            caller.audit(tx, now, "member.password", &format!("member/{member}"), &json!({}))
        })
        .await?;
    let begun = sign_in::sign_in(&state, actor, password, ip).await?;
    answer(&state, StatusCode::OK, begun)
}

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whoami {
    /// The member's address, or `token:` and the token's name.
    actor: String,
    /// What they may do.
    role: &'static str,
    /// Send this as `X-CSRF-Token` with every write; null for tokens.
    csrf_token: Option<String>,
}

/// `GET /api/v1/session`.
pub(crate) async fn get(caller: Caller) -> Reply<Whoami> {
    Ok(Json(Whoami { actor: caller.actor, role: caller.role.as_str(), csrf_token: caller.csrf }))
}

/// Ends the session of these headers' cookie, if there is one.
pub(crate) async fn end(state: &ApiState, caller: &Caller, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(hash) = cookie::session(headers).map(secret::hash_secret) else { return Ok(()) };
    let (now, caller) = (state.now(), caller.clone());
    state
        .write(move |tx| {
            if sessions::delete(tx, &hash)? {
                let object = format!("member/{}", caller.member.unwrap_or_default());
                caller.audit(tx, now, "session.delete", &object, &json!({}))?;
            }
            Ok(())
        })
        .await
}

/// `DELETE /api/v1/session`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    end(&state, &caller, &headers).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookie::set(response.headers_mut(), &state.config, "", 0)?;
    Ok(response)
}

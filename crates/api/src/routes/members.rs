//! Members: the people who work in a workspace.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_store::Tx;
use rapport_store::control::members::{self, Member, NewMember, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::auth::{Caller, password};
use crate::error::ApiError;
use crate::extract::{At, Body, Query};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// Its id.
    id: String,
    /// The address to sign in with.
    email: String,
    /// The person's name.
    name: String,
    /// `owner`, `admin`, `editor`, `viewer`.
    role: &'static str,
    /// Whether signing in is refused.
    disabled: bool,
    /// When the member was created.
    created_at: Time,
}

impl From<Member> for MemberView {
    fn from(m: Member) -> Self {
        MemberView {
            id: m.id.to_string(),
            email: m.email,
            name: m.name,
            role: m.role.as_str(),
            disabled: m.disabled,
            created_at: m.created_at.into(),
        }
    }
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    pub(crate) limit: Option<usize>,
}

/// `GET /api/v1/members`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<MemberView>> {
    state.page(query.limit, move |q, limit| members::list(q, caller.workspace, query.cursor.as_deref(), limit)).await
}

/// A member to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberInput {
    /// The address to sign in with.
    email: String,
    /// The person's name.
    #[serde(default)]
    name: String,
    /// `owner`, `admin`, `editor`, `viewer`.
    role: String,
    /// The first password; at least 10 characters.
    password: String,
}

fn role(text: &str) -> Result<Role, ApiError> {
    Role::parse(text).ok_or_else(|| {
        let known = Role::ALL.map(Role::as_str);
        let problem = rapport_domain::Problem::new("role", format!("expected one of {}", known.join(", ")));
        ApiError::invalid(vec![problem.with_suggestion(crate::extract::nearest(text, known))])
    })
}

/// Nobody gives more than they have.
fn may_give(caller: &Caller, role: Role) -> Result<(), ApiError> {
    if caller.role.includes(role) {
        return Ok(());
    }
    Err(ApiError::forbidden(format!("only an {} may give or change the role {}", role.as_str(), role.as_str())))
}

/// `POST /api/v1/members`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<MemberInput>,
) -> Result<(StatusCode, Json<MemberView>), ApiError> {
    let role = role(&input.role)?;
    may_give(&caller, role)?;
    password::check(&input.password).map_err(|p| ApiError::invalid(vec![p]))?;
    let MemberInput { email, name, password, .. } = input;
    let hash = state.password(move |_| password::hash_password(&password)).await?;
    let now = state.now();
    let member = state
        .write(move |tx| {
            let new = NewMember { email: &email, name: &name, role, password_hash: &hash };
            let member = members::create(tx, caller.workspace, new, now)?;
            let object = format!("member/{}", member.id);
            caller.audit(tx, now, "member.create", &object, &json!({"role": role.as_str()}))?;
            Ok(member)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(member.into())))
}

/// What to change of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPatch {
    /// The person's name.
    name: Option<String>,
    /// `owner`, `admin`, `editor`, `viewer`.
    role: Option<String>,
    /// A new password; ends the member's sessions.
    password: Option<String>,
    /// Whether signing in is refused.
    disabled: Option<bool>,
}

fn found(tx: &Tx, caller: &Caller, id: u64) -> Result<Member, ApiError> {
    let member = members::get(tx, caller.workspace, id)?;
    let member = member.ok_or_else(|| ApiError::not_found(format!("member {id}")))?;
    may_give(caller, member.role)?;
    Ok(member)
}

/// `PATCH /api/v1/members/{id}`.
pub(crate) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<u64>,
    Body(patch): Body<MemberPatch>,
) -> Reply<MemberView> {
    let role = patch.role.as_deref().map(role).transpose()?;
    role.map_or(Ok(()), |role| may_give(&caller, role))?;
    let hash = match patch.password {
        Some(text) => {
            password::check(&text).map_err(|p| ApiError::invalid(vec![p]))?;
            Some(state.password(move |_| password::hash_password(&text)).await?)
        }
        None => None,
    };
    let now = state.now();
    let changed = state
        .write(move |tx| {
            let (ws, before) = (caller.workspace, found(tx, &caller, id)?);
            let role = role.unwrap_or(before.role);
            members::update(tx, ws, id, patch.name.as_deref().unwrap_or(&before.name), role)?;
            if let Some(hash) = &hash {
                members::set_password(tx, ws, id, hash)?;
            }
            if let Some(disabled) = patch.disabled {
                members::set_disabled(tx, ws, id, disabled)?;
            }
            let detail = json!({"role": role.as_str(), "password": hash.is_some(), "disabled": patch.disabled});
            caller.audit(tx, now, "member.update", &format!("member/{id}"), &detail)?;
            members::get(tx, ws, id)?.ok_or_else(|| ApiError::not_found(format!("member {id}")))
        })
        .await?;
    Ok(Json(changed.into()))
}

/// `DELETE /api/v1/members/{id}`: the member can sign in no more; what they did stays named.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<StatusCode, ApiError> {
    let now = state.now();
    state
        .write(move |tx| {
            found(tx, &caller, id)?;
            members::set_disabled(tx, caller.workspace, id, true)?;
            caller.audit(tx, now, "member.disable", &format!("member/{id}"), &json!({}))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

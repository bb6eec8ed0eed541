//! Changing documents: write, publish, archive. A write makes a draft; only publishing has an effect.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rapport_domain::{Problem, Resource, ResourceKind, ResourceStatus, Timestamp};
use rapport_store::control::members::Role;
use rapport_store::control::resources::{self, Change};
use rapport_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::approval;
use super::resources::{ResourceView, tagged, view};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{self, At, Body, Query};
use crate::reply::Reply;
use crate::state::ApiState;
use crate::{dependants, document, golive};

/// How to write.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteQuery {
    /// Check only: nothing is written.
    #[serde(default)]
    dry_run: bool,
    /// Publish at once what was written.
    #[serde(default)]
    publish: bool,
    /// Publish although something looks like a mistake.
    #[serde(default)]
    confirm: bool,
}

/// The kinds that decide where messages go need more than an editor.
fn may_write(caller: &Caller, kind: ResourceKind) -> Result<(), ApiError> {
    match kind {
        ResourceKind::Channel | ResourceKind::Domain | ResourceKind::Settings => caller.require(Role::Admin),
        _ => Ok(()),
    }
}

/// The version `If-Match` names; `None` when the header is absent or `*`.
fn if_match(headers: &HeaderMap) -> Result<Option<u32>, ApiError> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"').parse();
    number.map(Some).map_err(|_| ApiError::invalid_at("If-Match", "expected the ETag of the document, such as \"3\""))
}

/// A conflict of versions is what `If-Match` asked about.
fn precondition(error: StoreError, asked: Option<u32>) -> ApiError {
    let failed = asked.is_some() && matches!(error, StoreError::Conflict { .. });
    let error = ApiError::from(error);
    if failed {
        return ApiError { code: "version_changed", ..error }.with_status(StatusCode::PRECONDITION_FAILED);
    }
    error
}

/// The document of a body: JSON, or YAML by content type. It may be the bare spec, or a whole document
/// `{kind, id, spec}` as `rapport apply` and the answers of this API have it.
fn document_of(media: &str, bytes: &[u8], kind: ResourceKind, id: &str) -> Result<Value, ApiError> {
    let yaml = media.to_ascii_lowercase().contains("yaml");
    let value: Value = if yaml {
        serde_norway::from_slice(bytes).map_err(|e| ApiError::invalid_at("body", format!("not YAML: {e}")))?
    } else {
        extract::json(bytes)?
    };
    let Value::Object(mut map) = value else { return Err(ApiError::invalid_at("body", "expected an object")) };
    if !map.contains_key("spec") {
        return Ok(Value::Object(map));
    }
    let mut problems = Vec::new();
    for (name, expected) in [("kind", kind.as_str()), ("id", id)] {
        if let Some(found) = map.get(name).filter(|v| v.as_str() != Some(expected)) {
            problems.push(Problem::new(name, format!("the path says {expected:?}, the document {found}")));
        }
    }
    // What answers carry beside the spec is taken back without complaint, so that a document can be read and written.
    let known = [
        "kind",
        "id",
        "spec",
        "version",
        "status",
        "live_version",
        "created_by",
        "created_at",
        "approved_by",
        "approved_at",
        "warnings",
    ];
    for name in map.keys().filter(|k| !known.contains(&k.as_str())) {
        let problem = Problem::new(name, "unknown field beside spec");
        problems.push(problem.with_suggestion(extract::nearest(name, known)));
    }
    if problems.is_empty() { Ok(map.remove("spec").unwrap_or_default()) } else { Err(ApiError::invalid(problems)) }
}

/// `PUT /api/v1/resources/{kind}/{id}`.
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Query(query): Query<WriteQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    let kind = document::kind(&kind)?;
    may_write(&caller, kind)?;
    let expected = if_match(request.headers())?;
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = extract::bytes(request).await?;
    let spec = document_of(&media, &bytes, kind, &id)?;
    if kind == ResourceKind::Settings && id != "workspace" {
        return Err(ApiError::invalid_at("id", "the settings are one document with the id workspace"));
    }
    if !rapport_domain::resource::is_slug(&id) {
        return Err(ApiError::invalid_at("id", "expected 1-64 lower-case letters, digits, - and _"));
    }
    let now = state.now();
    let answer = state
        .run(move |state| {
            let (ws, control) = (caller.workspace, state.stores.control());
            let previous = control.read(|q| resources::get(q, ws, kind, &id, None))?;
            let before = previous.as_ref().map(|r| document::opened(state, ws, kind, &id, &r.spec)).transpose();
            let spec = document::restored(kind, spec, before)?;
            let warnings = document::check(state, ws, kind, &spec)?;
            if query.publish {
                golive::check(state, ws, kind, &id, &spec, query.confirm)?;
            }
            let spec = state.stores.vault().sealed(ws, kind, &id, spec, previous.as_ref().map(|r| &r.spec))?;
            if query.dry_run {
                if query.publish {
                    let same = previous.as_ref().filter(|r| r.spec == spec);
                    approval::required(&control.read(|q| approval::kinds(q, ws))?, kind, &id, same)?;
                }
                return Ok(dry(previous, ws, kind, id, spec, warnings, &caller, now));
            }
            let change = Change { by: &caller.actor, at: now };
            control.write(|tx| {
                let put = resources::put(tx, ws, kind, &id, &spec, change, expected);
                let mut written = put.map_err(|e| precondition(e, expected))?;
                let object = format!("{}/{id}", kind.as_str());
                caller.audit(tx, now, "resource.put", &object, &json!({"version": written.version}))?;
                if query.publish {
                    approval::required(&approval::kinds(tx, ws)?, kind, &id, Some(&written))?;
                    golive::still_no_circle(tx, ws, kind, &id, &written.spec)?;
                    written = resources::publish(tx, ws, kind, &id, Some(written.version), change)?;
                    caller.audit(tx, now, "resource.publish", &object, &json!({"version": written.version}))?;
                }
                let live = resources::live_one(tx, ws, kind, &id)?.map(|r| r.version);
                Ok::<_, ApiError>(view(written, live, warnings))
            })
        })
        .await?;
    if query.publish && !query.dry_run {
        state.run(|state| state.engine.refresh()).await?;
    }
    Ok(tagged(answer))
}

/// What a write would have made.
fn dry(
    previous: Option<Resource>,
    workspace: rapport_domain::WorkspaceId,
    kind: ResourceKind,
    id: String,
    spec: Value,
    warnings: Vec<Problem>,
    caller: &Caller,
    now: rapport_domain::Timestamp,
) -> ResourceView {
    let same = previous.as_ref().is_some_and(|r| r.spec == spec && r.status != ResourceStatus::Archived);
    let version = previous.map_or(1, |r| if same { r.version } else { r.version + 1 });
    let created_by = caller.actor.clone();
    let status = ResourceStatus::Draft;
    view(
        Resource { workspace, kind, id, version, status, spec, created_by, created_at: now, approval: None },
        None,
        warnings,
    )
}

/// Which version to publish.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishInput {
    /// The version; the newest when absent. An older one takes a change back.
    version: Option<u32>,
    /// Publish although something looks like a mistake: nobody in the audience, a message for every event.
    #[serde(default)]
    confirm: bool,
}

/// `POST /api/v1/resources/{kind}/{id}/publish`.
pub(crate) async fn publish(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    headers: HeaderMap,
    Body(input): Body<PublishInput>,
) -> Result<Response, ApiError> {
    let kind = document::kind(&kind)?;
    may_write(&caller, kind)?;
    let (expected, now) = (if_match(&headers)?, state.now());
    let answer = state
        .run(move |state| {
            let (ws, control) = (caller.workspace, state.stores.control());
            let missing = || ApiError::not_found(format!("such version of {} {id}", kind.as_str()));
            let newest = control.read(|q| resources::get(q, ws, kind, &id, None))?.ok_or_else(missing)?;
            if expected.is_some_and(|v| v != newest.version) {
                let text = format!("{} {id} is at version {}", kind.as_str(), newest.version);
                return Err(precondition(StoreError::conflict(text), expected));
            }
            let wanted = match input.version {
                Some(version) => {
                    control.read(|q| resources::get(q, ws, kind, &id, Some(version)))?.ok_or_else(missing)?
                }
                None => newest,
            };
            // What was right when it was written may have become wrong since: what it refers to may be gone.
            let opened = document::opened(state, ws, kind, &id, &wanted.spec)?;
            let warnings = document::check(state, ws, kind, &opened)?;
            golive::check(state, ws, kind, &id, &opened, input.confirm)?;
            control.write(|tx| {
                // Read again within the transaction: the approval may have been taken back meanwhile.
                let present = resources::get(tx, ws, kind, &id, Some(wanted.version))?;
                approval::required(&approval::kinds(tx, ws)?, kind, &id, present.as_ref())?;
                golive::still_no_circle(tx, ws, kind, &id, &wanted.spec)?;
                let change = Change { by: &caller.actor, at: now };
                let live = resources::publish(tx, ws, kind, &id, Some(wanted.version), change)?;
                let object = format!("{}/{id}", kind.as_str());
                caller.audit(tx, now, "resource.publish", &object, &json!({"version": live.version}))?;
                let version = live.version;
                Ok(view(live, Some(version), warnings))
            })
        })
        .await?;
    state.run(|state| state.engine.refresh()).await?;
    Ok(tagged(answer))
}

/// Notes in the audit log what happened to a version, and shows it.
pub(super) fn noted(
    tx: &Tx,
    caller: &Caller,
    now: Timestamp,
    what: &str,
    version: Resource,
    detail: &Value,
) -> Result<ResourceView, ApiError> {
    caller.audit(tx, now, what, &format!("{}/{}", version.kind.as_str(), version.id), detail)?;
    let live = resources::live_one(tx, version.workspace, version.kind, &version.id)?.map(|r| r.version);
    Ok(view(version, live, Vec::new()))
}

/// Where to move a version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusInput {
    /// The version; the newest when absent.
    version: Option<u32>,
    /// `draft`, `review` or `archived`; publishing is a call of its own. Back to `draft` takes an approval back.
    status: String,
    /// Why, for the audit log: what is asked of the reviewer, or what has to change.
    #[serde(default)]
    note: Option<String>,
    /// Archive although live documents need it.
    #[serde(default)]
    confirm: bool,
}

/// `POST /api/v1/resources/{kind}/{id}/status`.
pub(crate) async fn status(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Body(input): Body<StatusInput>,
) -> Result<Response, ApiError> {
    let kind = document::kind(&kind)?;
    may_write(&caller, kind)?;
    let wanted = ResourceStatus::parse(&input.status).filter(|s| *s != ResourceStatus::Live);
    let wanted = wanted.ok_or_else(|| ApiError::invalid_at("status", "expected draft, review or archived"))?;
    let note = approval::note(input.note)?;
    let (now, ws, asked) = (state.now(), caller.workspace, id.clone());
    if wanted == ResourceStatus::Archived {
        state
            .run(move |state| {
                let live = state.stores.control().read(|q| resources::live_one(q, ws, kind, &asked))?;
                let other = live.is_some_and(|r| input.version.is_some_and(|v| v != r.version));
                dependants::check(state, ws, kind, &asked, input.confirm || other)
            })
            .await?;
    }
    let answer = state
        .write(move |tx| {
            let ws = caller.workspace;
            let missing = || ApiError::not_found(format!("such version of {} {id}", kind.as_str()));
            let found = resources::get(tx, ws, kind, &id, input.version)?.ok_or_else(missing)?;
            let change = Change { by: &caller.actor, at: now };
            let moved = resources::set_status(tx, ws, kind, &id, found.version, wanted, change)?;
            let detail = json!({"version": moved.version, "status": wanted.as_str(), "note": note});
            noted(tx, &caller, now, "resource.status", moved, &detail)
        })
        .await?;
    state.run(|state| state.engine.refresh()).await?;
    Ok(tagged(answer))
}

/// How to take a document out of effect.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchiveQuery {
    /// Although live documents need it.
    #[serde(default)]
    confirm: bool,
}

/// A document that has no effect any more.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Archived {
    /// Versions archived by this call.
    archived_versions: usize,
}

/// `POST /api/v1/resources/{kind}/{id}/archive` and `DELETE /api/v1/resources/{kind}/{id}`: it has no effect any more and
/// stays readable. What live documents need wants a confirmation.
pub(crate) async fn archive(
    State(state): State<ApiState>,
    caller: Caller,
    At((kind, id)): At<(String, String)>,
    Query(query): Query<ArchiveQuery>,
) -> Reply<Archived> {
    let kind = document::kind(&kind)?;
    may_write(&caller, kind)?;
    let (now, ws, asked) = (state.now(), caller.workspace, id.clone());
    state.run(move |state| dependants::check(state, ws, kind, &asked, query.confirm)).await?;
    let archived_versions = state
        .write(move |tx| {
            let change = Change { by: &caller.actor, at: now };
            let count = resources::archive(tx, caller.workspace, kind, &id, change)?;
            let object = format!("{}/{id}", kind.as_str());
            caller.audit(tx, now, "resource.archive", &object, &json!({"versions": count}))?;
            Ok(count)
        })
        .await?;
    state.run(|state| state.engine.refresh()).await?;
    Ok(Json(Archived { archived_versions }))
}

//! Members by hand, and members as a file: adding to and removing from lists, uploads of identifiers, exports as CSV.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_collect::OwnedAccepted;
use rapport_domain::event::names;
use rapport_domain::{ProfileId, WorkspaceId};
use rapport_engine::{exports, read};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::audiences::live_segment;
use super::exports::{as_file, in_pieces};
use super::profiles_write::WaitQuery;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query, bytes};
use crate::reply::Reply;
use crate::state::ApiState;
use crate::view::profile_id;

/// The most customers named in one request.
const MAX_NAMED: usize = 10_000;
/// Identifiers that nobody has, shown.
const MAX_SHOWN: usize = 20;
/// Events submitted at once.
const EVENTS_AT_ONCE: usize = 1_000;
/// Members read at once by an export.
const MEMBERS_AT_ONCE: usize = 500;

/// A customer, by profile id or by an identifier.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    /// The profile's id.
    #[serde(default)]
    profile: Option<String>,
    /// The namespace of the identifier; `user_id` when absent.
    #[serde(default)]
    namespace: Option<String>,
    /// The identifier's value.
    #[serde(default)]
    value: Option<String>,
}

/// Whom to put on a list and whom to take off it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MembersInput {
    /// To add.
    #[serde(default)]
    add: Vec<Named>,
    /// To remove.
    #[serde(default)]
    remove: Vec<Named>,
}

/// What a change of a list came to.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ListChange {
    /// Customers put on the list.
    added: usize,
    /// Customers taken off it.
    removed: usize,
    /// Identifiers nobody has.
    unknown: usize,
    /// Some of them.
    unknown_sample: Vec<String>,
}

impl ListChange {
    fn miss(&mut self, what: String) {
        self.unknown += 1;
        if self.unknown_sample.len() < MAX_SHOWN {
            self.unknown_sample.push(what);
        }
    }
}

fn list(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<(), ApiError> {
    let segment = live_segment(state, ws, id)?;
    if segment.spec["kind"] == "list" {
        return Ok(());
    }
    let detail = format!("{id} is decided by its rule; only members of segments of kind list are changed by hand");
    Err(ApiError::invalid_at("id", detail))
}

fn find(state: &ApiState, ws: WorkspaceId, named: &Named) -> Result<Option<ProfileId>, ApiError> {
    let shared = state.engine.shared();
    match (&named.profile, &named.value) {
        (Some(id), None) => Ok(read::profiles::get(shared, ws, profile_id(id)?)?.map(|p| p.id)),
        (None, Some(value)) => {
            let namespace = named.namespace.as_deref().unwrap_or("user_id");
            Ok(read::profiles::by_identifier(shared, ws, namespace, value)?.map(|p| p.id))
        }
        _ => Err(ApiError::invalid_at("members", "expected `profile`, or `value` with `namespace`")),
    }
}

/// The events that change a list, for the customers that are found.
fn changes(
    state: &ApiState,
    ws: WorkspaceId,
    list: &str,
    source: &str,
    members: &[Named],
    add: bool,
    out: &mut ListChange,
) -> Result<Vec<OwnedAccepted>, ApiError> {
    let name = if add { names::LIST_ADDED } else { names::LIST_REMOVED };
    let mut found = Vec::new();
    for named in members {
        let Some(profile) = find(state, ws, named)? else {
            let text = named.profile.as_ref().or(named.value.as_ref());
            out.miss(text.cloned().unwrap_or_default());
            continue;
        };
        let members = [("list", list), ("source", source)];
        let properties: Map<String, Value> =
            members.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect();
        found.push(events::named(state, ws, profile, name, properties, json!({})));
        *(if add { &mut out.added } else { &mut out.removed }) += 1;
    }
    Ok(found)
}

async fn change(
    state: &ApiState,
    caller: Caller,
    id: String,
    source: &'static str,
    input: MembersInput,
    wait: bool,
) -> Reply<ListChange> {
    if input.add.len() + input.remove.len() > MAX_NAMED {
        return Err(ApiError::invalid_at("add", format!("expected at most {MAX_NAMED} customers at once")));
    }
    let now = state.now();
    let (found, out) = state
        .run(move |state| {
            let ws = caller.workspace;
            list(state, ws, &id)?;
            let mut out = ListChange::default();
            let mut found = changes(state, ws, &id, source, &input.remove, false, &mut out)?;
            found.extend(changes(state, ws, &id, source, &input.add, true, &mut out)?);
            let detail = json!({"added": out.added, "removed": out.removed, "unknown": out.unknown});
            state
                .stores
                .control()
                .write(|tx| caller.audit(tx, now, "list.change", &format!("segment/{id}"), &detail))?;
            Ok::<_, ApiError>((found, out))
        })
        .await?;
    for part in found.chunks(EVENTS_AT_ONCE) {
        events::submit(state, part, false).await?;
    }
    if wait {
        let mut homes: Vec<_> = found.iter().filter_map(|e| e.profile).map(ProfileId::home).collect();
        homes.sort_unstable();
        homes.dedup();
        for home in homes {
            events::applied(state, home).await;
        }
    }
    Ok(Json(out))
}

/// `POST /api/v1/segments/{id}/members`.
pub(crate) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<WaitQuery>,
    Body(input): Body<MembersInput>,
) -> Reply<ListChange> {
    if input.add.is_empty() && input.remove.is_empty() {
        return Err(ApiError::invalid_at("add", "expected customers in `add` or `remove`"));
    }
    change(&state, caller, id, "api", input, query.wait).await
}

/// What to do with uploaded identifiers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    /// Remove them instead of adding them.
    #[serde(default)]
    remove: bool,
}

/// `POST /api/v1/segments/{id}/upload`: CSV whose header names the namespace of each column; the first that finds somebody
/// counts.
pub(crate) async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Reply<ListChange> {
    let body = bytes(request).await?;
    let named = identifiers(&body)?;
    let input = if query.remove {
        MembersInput { add: Vec::new(), remove: named }
    } else {
        MembersInput { add: named, remove: Vec::new() }
    };
    change(&state, caller, id, "upload", input, true).await
}

fn identifiers(body: &[u8]) -> Result<Vec<Named>, ApiError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(body);
    let wrong = |e: csv::Error| ApiError::invalid_at("body", format!("not CSV: {e}"));
    let header = reader.headers().map_err(wrong)?.clone();
    let Some(namespace) = header.get(0).filter(|name| !name.is_empty()) else {
        return Err(ApiError::invalid_at("body", "expected CSV with a header such as `user_id` or `email`"));
    };
    let namespace = namespace.trim_start_matches('\u{feff}').to_owned();
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(wrong)?;
        let Some(value) = row.get(0).filter(|v| !v.is_empty()) else { continue };
        if found.len() >= MAX_NAMED {
            return Err(ApiError::invalid_at("body", format!("expected at most {MAX_NAMED} rows at once")));
        }
        found.push(if namespace == "profile" {
            Named { profile: Some(value.to_owned()), namespace: None, value: None }
        } else {
            Named { profile: None, namespace: Some(namespace.clone()), value: Some(value.to_owned()) }
        });
    }
    Ok(found)
}

/// Which columns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// Traits, by dotted path, divided by commas.
    #[serde(default)]
    traits: String,
}

/// `GET /api/v1/segments/{id}/export`: every member, a CSV row each.
pub(crate) async fn export(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let traits: Vec<String> =
        query.traits.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    if traits.len() > rapport_segments::spec::MAX_TRAITS {
        return Err(ApiError::invalid_at("traits", "expected at most 100 traits"));
    }
    let place = state.export_place()?;
    let (ws, now, segment) = (caller.workspace, state.now(), id.clone());
    state
        .run(move |state| {
            live_segment(state, ws, &segment)?;
            let object = format!("segment/{segment}");
            state.stores.control().write(|tx| caller.audit(tx, now, "segment.export", &object, &json!({})))
        })
        .await?;
    let name = format!("{id}.csv");
    let body = in_pieces(&state, place, move |state, out| {
        let columns = exports::COLUMNS.map(str::to_owned);
        out.csv(&columns.iter().chain(&traits).cloned().collect::<Vec<_>>())?;
        let mut after = ProfileId(0);
        loop {
            let some = read::segments::members(state.engine.shared(), ws, &id, after, MEMBERS_AT_ONCE)?;
            for (profile, since) in &some {
                if let Some(p) = read::profiles::get(state.engine.shared(), ws, *profile)? {
                    out.csv(&exports::row(&p, *since, &traits))?;
                }
            }
            match some.last() {
                Some((last, _)) if some.len() == MEMBERS_AT_ONCE => after = *last,
                _ => return Ok(()),
            }
        }
    });
    let media = (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    Ok(as_file(([media], body).into_response(), &name))
}

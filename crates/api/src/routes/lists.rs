//! Members by hand, and members as a file: adding to and removing from lists, uploads of identifiers, exports as CSV.

use std::collections::BTreeSet;
use std::io::Read;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_collect::OwnedAccepted;
use rapport_domain::event::names;
use rapport_domain::{ErrorClass, Partition, ProfileId, WorkspaceId};
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
use crate::extract::{At, Body, Query, bytes_up_to};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;
use crate::view::profile_id;

/// The most customers named in one request; uploads take so many at once.
const MAX_NAMED: usize = 10_000;
/// Rows of one upload.
pub(super) const MAX_UPLOADED: usize = 500_000;
/// Bytes of one upload: 32 MiB.
pub(super) const MAX_UPLOAD_BYTES: usize = 32 << 20;
/// Identifiers that nobody has, shown.
pub(super) const MAX_SHOWN: usize = 20;
/// Events submitted at once.
const EVENTS_AT_ONCE: usize = 1_000;
/// Bytes of a file read at once.
const FILE_BLOCK_BYTES: usize = 64 << 10;
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

impl Named {
    /// The customer with this id.
    pub(super) fn of(id: ProfileId) -> Named {
        Named { profile: Some(id.to_string()), namespace: None, value: None }
    }
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

/// The first of them that names somebody.
fn first(state: &ApiState, ws: WorkspaceId, who: &[Named]) -> Result<Option<ProfileId>, ApiError> {
    for named in who {
        if let Some(found) = find(state, ws, named)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Where a change of a list comes from.
#[derive(Clone)]
pub(super) struct Cause {
    /// As the events say.
    pub(super) source: &'static str,
    /// Names the call, where it may come twice and shall have one effect.
    pub(super) call: Option<String>,
}

impl Cause {
    fn once(source: &'static str) -> Self {
        Cause { source, call: None }
    }
}

/// The events that change a list, for the customers that are found. Of each the first name that finds somebody counts.
fn changes(
    state: &ApiState,
    ws: WorkspaceId,
    list: &str,
    cause: &Cause,
    members: &[Vec<Named>],
    add: bool,
    out: &mut ListChange,
) -> Result<Vec<OwnedAccepted>, ApiError> {
    let name = if add { names::LIST_ADDED } else { names::LIST_REMOVED };
    let mut found = Vec::new();
    for who in members {
        let Some(profile) = first(state, ws, who)? else {
            let text = who.iter().find_map(|named| named.profile.as_ref().or(named.value.as_ref()));
            out.miss(text.cloned().unwrap_or_default());
            continue;
        };
        let members = [("list", list), ("source", cause.source)];
        let properties: Map<String, Value> =
            members.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect();
        let mut event = events::named(state, ws, profile, name, properties, json!({}));
        if let Some(call) = &cause.call {
            event.message_id = format!("{call}-{name}-{profile}");
        }
        found.push(event);
        *(if add { &mut out.added } else { &mut out.removed }) += 1;
    }
    Ok(found)
}

/// Puts a portion of customers on a list or takes them off it; the events are durable when it returns. Adds up in `out`.
pub(super) async fn portion(
    state: &ApiState,
    ws: WorkspaceId,
    id: &str,
    cause: &Cause,
    members: Vec<Vec<Named>>,
    add: bool,
    mut out: ListChange,
    homes: &mut BTreeSet<Partition>,
) -> Result<ListChange, ApiError> {
    let (id, cause) = (id.to_owned(), cause.clone());
    let (found, out) = state
        .run(move |state| {
            let found = changes(state, ws, &id, &cause, &members, add, &mut out)?;
            Ok::<_, ApiError>((found, out))
        })
        .await?;
    for part in found.chunks(EVENTS_AT_ONCE) {
        events::submit(state, part, false).await?;
    }
    homes.extend(found.iter().filter_map(|e| e.profile).map(ProfileId::home));
    Ok(out)
}

/// Notes a change of a list in the audit log.
async fn noted(state: &ApiState, caller: Caller, id: String, out: &ListChange) -> Result<(), ApiError> {
    let detail = json!({"added": out.added, "removed": out.removed, "unknown": out.unknown});
    let now = state.now();
    state.write(move |tx| caller.audit(tx, now, "list.change", &format!("segment/{id}"), &detail)).await
}

/// Whether the id is of a list, which is changed by hand.
pub(super) async fn is_list(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<(), ApiError> {
    let id = id.to_owned();
    state.run(move |state| list(state, ws, &id)).await
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
    if input.add.len() + input.remove.len() > MAX_NAMED {
        return Err(ApiError::invalid_at("add", format!("expected at most {MAX_NAMED} customers at once")));
    }
    let ws = caller.workspace;
    is_list(&state, ws, &id).await?;
    let (mut out, mut homes) = (ListChange::default(), BTreeSet::new());
    for (members, add) in [(input.remove, false), (input.add, true)] {
        let members = members.into_iter().map(|named| vec![named]).collect();
        out = portion(&state, ws, &id, &Cause::once("api"), members, add, out, &mut homes).await?;
    }
    noted(&state, caller, id, &out).await?;
    if query.wait {
        for home in homes {
            events::applied(&state, home).await;
        }
    }
    Ok(Json(out))
}

/// What to do with uploaded identifiers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    /// Remove them instead of adding them.
    #[serde(default)]
    remove: bool,
}

/// `POST /api/v1/segments/{id}/upload`: CSV whose header names the namespace of each column; of a row the first that finds
/// somebody counts. The whole file is read before anything is changed, then it is taken in portions; sent again after a
/// fault it changes nothing twice, because who is on a list stays on it.
pub(crate) async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Reply<ListChange> {
    let ws = caller.workspace;
    is_list(&state, ws, &id).await?;
    let body = bytes_up_to(request, MAX_UPLOAD_BYTES).await?;
    let mut rows = Rows::of(&body)?;
    while rows.next().transpose()?.is_some() {}
    if rows.count > MAX_UPLOADED {
        return Err(ApiError::invalid_at("body", format!("expected at most {MAX_UPLOADED} rows, found more")));
    }
    let (mut out, mut homes) = (ListChange::default(), BTreeSet::new());
    let mut rows = Rows::of(&body)?;
    loop {
        let members: Vec<Vec<Named>> = rows.by_ref().take(MAX_NAMED).collect::<Result<_, _>>()?;
        if members.is_empty() {
            break;
        }
        out = portion(&state, ws, &id, &Cause::once("upload"), members, !query.remove, out, &mut homes).await?;
    }
    noted(&state, caller, id, &out).await?;
    for home in homes {
        events::applied(&state, home).await;
    }
    Ok(Json(out))
}

/// The rows of an upload, each as the names it gives a customer, in the order of the columns.
struct Rows<'b> {
    reader: csv::Reader<&'b [u8]>,
    /// The namespace of each column; empty for those without a name.
    columns: Vec<String>,
    record: csv::StringRecord,
    /// Rows read that name somebody.
    count: usize,
}

impl<'b> Rows<'b> {
    fn of(body: &'b [u8]) -> Result<Self, ApiError> {
        let (reader, columns) = open_csv(body)?;
        if columns.iter().all(String::is_empty) {
            return Err(ApiError::invalid_at("body", "expected CSV with a header such as `user_id` or `email`"));
        }
        Ok(Rows { reader, columns, record: csv::StringRecord::new(), count: 0 })
    }

    fn names(&self) -> Vec<Named> {
        let cells = self.columns.iter().zip(&self.record).filter(|(name, value)| !name.is_empty() && !value.is_empty());
        let named = |(name, value): (&String, &str)| match name.as_str() {
            "profile" => Named { profile: Some(value.to_owned()), namespace: None, value: None },
            _ => Named { profile: None, namespace: Some(name.clone()), value: Some(value.to_owned()) },
        };
        cells.map(named).collect()
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<Named>, ApiError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.reader.read_record(&mut self.record) {
                Ok(false) => return None,
                Err(error) => return Some(Err(not_csv(error))),
                Ok(true) => {}
            }
            let names = self.names();
            if !names.is_empty() {
                self.count += 1;
                return Some(Ok(names));
            }
        }
    }
}

/// The rows of a CSV file and the names of its columns, without the mark that some programs begin files with.
pub(super) fn open_csv(body: &[u8]) -> Result<(csv::Reader<&[u8]>, Vec<String>), ApiError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(body);
    let header = reader.headers().map_err(not_csv)?;
    let columns = header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    Ok((reader, columns))
}

pub(super) fn not_csv(error: csv::Error) -> ApiError {
    ApiError::invalid_at("body", format!("not CSV: {error}"))
}

/// A file of a segment's members that was written by its schedule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportFile {
    /// Its name; `GET …/exports/{name}` is the file.
    name: String,
    /// When it was written.
    at: Time,
    /// Its size.
    bytes: u64,
}

/// `GET /api/v1/segments/{id}/exports`: the files its schedule wrote, the newest first.
pub(crate) async fn exported(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<Paged<ExportFile>> {
    let found = state
        .run(move |state| {
            live_segment(state, caller.workspace, &id)?;
            Ok::<_, ApiError>(exports::written(state.engine.shared(), caller.workspace, &id))
        })
        .await?;
    let show = |f: exports::Written| ExportFile { name: f.name, at: f.at.into(), bytes: f.bytes };
    Ok(Json(Paged::whole(found.into_iter().rev().map(show).collect())))
}

/// `GET /api/v1/segments/{id}/exports/{name}`: one of them.
pub(crate) async fn exported_file(
    State(state): State<ApiState>,
    caller: Caller,
    At((id, name)): At<(String, String)>,
) -> Result<Response, ApiError> {
    let place = state.export_place()?;
    let (ws, now, segment, wanted) = (caller.workspace, state.now(), id.clone(), name.clone());
    let file = state
        .run(move |state| {
            live_segment(state, ws, &segment)?;
            // Found among those that are there: a name is never made into a path.
            let found = exports::written(state.engine.shared(), ws, &segment).into_iter().find(|f| f.name == wanted);
            let found = found.ok_or_else(|| ApiError::not_found(format!("export {wanted} of {segment}")))?;
            let object = format!("segment/{segment}");
            let detail = json!({"file": wanted});
            state.stores.control().write(|tx| caller.audit(tx, now, "segment.export", &object, &detail))?;
            Ok::<_, ApiError>(found.path)
        })
        .await?;
    let body = in_pieces(&state, place, move |_, out| {
        let gone = |e: std::io::Error| ApiError::fault("export_read", ErrorClass::Transient, e.to_string());
        let mut file = std::fs::File::open(&file).map_err(gone)?;
        let mut block = vec![0; FILE_BLOCK_BYTES];
        loop {
            match file.read(&mut block).map_err(gone)? {
                0 => return Ok(()),
                n => out.bytes(&block[..n])?,
            }
        }
    });
    let media = (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    Ok(as_file(([media], body).into_response(), &format!("{id}-{name}")))
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

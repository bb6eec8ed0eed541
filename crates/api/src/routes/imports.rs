//! Imports: files to be read into the log. What runs them is [`crate::ImportRunner`].

use std::path::Path;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_collect::import::{Mapping, Position};
use rapport_domain::WorkspaceId;
use rapport_store::control::imports::{self, Import, ImportState, NewImport};
use rapport_store::control::sources;
use rapport_store::{MAX_PAGE, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::members::PageQuery;
use super::upload::{self, Upload};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// What an import's row says of how to run it: the `mapping` of [`Import`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSpec {
    /// The source its events are of.
    pub source: u32,
    /// Whether events trigger journeys, as live ones do; imported history does not.
    pub live: bool,
    /// The mapping file (YAML); `None` for JSON lines in Segment's form.
    pub mapping: Option<String>,
}

/// The source of imports, when none is named.
const SOURCE: &str = "import";

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportView {
    /// Its id.
    id: String,
    /// The file's name.
    file_name: String,
    /// `queued`, `running`, `done`, `failed`, `cancelled`.
    state: &'static str,
    /// The file's size in bytes; 0 when unknown.
    total_bytes: u64,
    /// How many of them were read; null when that cannot be told (packed files and Parquet), or nothing was read yet.
    read_bytes: Option<u64>,
    /// Rows read.
    rows: u64,
    /// Events accepted from them.
    accepted: u64,
    /// Rows rejected.
    rejected: u64,
    /// Who asked for it.
    created_by: String,
    /// When it was asked for.
    created_at: Time,
    /// When it was first run.
    started_at: Option<Time>,
    /// When it ended.
    finished_at: Option<Time>,
    /// The fault that stopped it.
    error: Option<String>,
}

impl From<Import> for ImportView {
    fn from(i: Import) -> Self {
        let read_bytes = read_bytes(&i);
        ImportView {
            id: i.id.to_string(),
            file_name: i.file_name,
            state: i.state.as_str(),
            total_bytes: i.total_bytes,
            read_bytes,
            rows: i.progress.rows,
            accepted: i.progress.accepted,
            rejected: i.progress.rejected,
            created_by: i.created_by,
            created_at: i.created_at.into(),
            started_at: i.started_at.map(Time),
            finished_at: i.finished_at.map(Time),
            error: i.error,
        }
    }
}

/// The place an import has come to, in bytes of its file.
fn read_bytes(import: &Import) -> Option<u64> {
    if import.state == ImportState::Done {
        return Some(import.total_bytes).filter(|total| *total > 0);
    }
    let position: Position = import.progress.position.as_str()?.parse().ok()?;
    // Of packed files the place in the content is known, not that in the file.
    let packed = [".gz", ".zst", ".parquet"].iter().any(|end| import.file_name.to_lowercase().ends_with(end));
    Some(position.bytes()).filter(|read| !packed && *read > 0 && *read <= import.total_bytes)
}

/// How to read an uploaded file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportQuery {
    /// The file's name; its ending tells the format (`.csv`, `.jsonl`, `.parquet`; `.gz`, `.zst`). In a multipart body
    /// the part's own name counts.
    name: Option<String>,
    /// The mapping (YAML). In a multipart body a part `mapping` counts. Not needed for JSON lines in Segment's form.
    mapping: Option<String>,
    /// The source its events are of; `import` when absent.
    source: Option<String>,
    /// Whether events trigger journeys; false when absent.
    #[serde(default)]
    live: bool,
}

/// The source to count events under, made when it is the default and not there yet.
fn source(tx: &Tx, ws: WorkspaceId, slug: Option<&str>, now: rapport_domain::Timestamp) -> Result<u32, ApiError> {
    match (sources::by_slug(tx, ws, slug.unwrap_or(SOURCE))?, slug) {
        (Some(found), _) => Ok(found.id.0),
        (None, Some(slug)) => Err(ApiError::invalid_at("source", format!("there is no source {slug}"))),
        (None, None) => Ok(sources::create(tx, ws, SOURCE, "Imports", "import", now)?.id.0),
    }
}

/// `POST /api/v1/imports`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<(StatusCode, Json<ImportView>), ApiError> {
    let mut kept = upload::keep(&state, query.name, request).await?;
    let mapping = kept.mapping.take().or(query.mapping);
    let now = state.now();
    let (slug, live) = (query.source, query.live);
    let view = state
        .run(move |state| {
            if let Some(text) = &mapping {
                Mapping::parse(text)?;
            }
            let Upload { file, name, bytes, .. } = &kept;
            let path = file.to_string_lossy().into_owned();
            let queued = state.stores.control().write(|tx| {
                let ws = caller.workspace;
                let source = source(tx, ws, slug.as_deref(), now)?;
                let spec = json!(ImportSpec { source, live, mapping });
                let new = NewImport {
                    file_name: name,
                    path: &path,
                    mapping: &spec,
                    total_bytes: *bytes,
                    created_by: &caller.actor,
                };
                let import = imports::create(tx, ws, new, now)?;
                caller.audit(tx, now, "import.create", &format!("import/{}", import.id), &json!({"bytes": bytes}))?;
                Ok::<_, ApiError>(import)
            })?;
            kept.is_wanted();
            Ok::<_, ApiError>(ImportView::from(queued))
        })
        .await?;
    wake(&state);
    Ok((StatusCode::CREATED, Json(view)))
}

fn wake(state: &ApiState) {
    if let Some(runner) = &state.imports {
        runner.wake();
    }
}

/// `GET /api/v1/imports`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<ImportView>> {
    state.page(query.limit, move |q, limit| imports::list(q, caller.workspace, query.cursor.as_deref(), limit)).await
}

/// `GET /api/v1/imports/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<u64>) -> Reply<ImportView> {
    let found = state.read(move |q| Ok(imports::get(q, caller.workspace, id)?)).await?;
    found.map(|i| Json(i.into())).ok_or_else(|| ApiError::not_found(format!("import {id}")))
}

async fn moved(state: ApiState, caller: Caller, id: u64, to: ImportState, action: &'static str) -> Reply<ImportView> {
    let now = state.now();
    let import = state
        .write(move |tx| {
            let ws = caller.workspace;
            imports::set_state(tx, ws, id, to, None, now)?;
            caller.audit(tx, now, action, &format!("import/{id}"), &json!({}))?;
            imports::get(tx, ws, id)?.ok_or_else(|| ApiError::not_found(format!("import {id}")))
        })
        .await?;
    if to == ImportState::Cancelled {
        // Nothing goes on with it. A job that reads it just now keeps the open file until it notices.
        let name = Path::new(&import.path).file_name().unwrap_or_default();
        let _ = tokio::fs::remove_file(state.config.import_dir.join(name)).await;
    }
    wake(&state);
    Ok(Json(import.into()))
}

/// `POST /api/v1/imports/{id}/cancel`: stops it; events that were read stay, the uploaded file goes.
pub(crate) async fn cancel(State(state): State<ApiState>, caller: Caller, At(id): At<u64>) -> Reply<ImportView> {
    moved(state, caller, id, ImportState::Cancelled, "import.cancel").await
}

/// `POST /api/v1/imports/{id}/resume`: goes on with a failed one where it stopped.
pub(crate) async fn resume(State(state): State<ApiState>, caller: Caller, At(id): At<u64>) -> Reply<ImportView> {
    moved(state, caller, id, ImportState::Queued, "import.resume").await
}

/// A field of a CSV file (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front.
fn field(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// `GET /api/v1/imports/{id}/rejects`: the rejected rows as CSV: line, reason, the row's beginning.
pub(crate) async fn rejects(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<u64>,
) -> Result<Response, ApiError> {
    let text = state
        .read(move |q| {
            let ws = caller.workspace;
            imports::get(q, ws, id)?.ok_or_else(|| ApiError::not_found(format!("import {id}")))?;
            let (mut out, mut cursor): (String, Option<String>) = ("line,reason,row\r\n".to_owned(), None);
            loop {
                // At most MAX_REJECTS rows of at most 2 KB are kept, so the file is bounded.
                let page = imports::list_rejects(q, ws, id, cursor.as_deref(), MAX_PAGE)?;
                for row in &page.items {
                    out.push_str(&format!("{},{},{}\r\n", row.line, field(&row.reason), field(&row.sample)));
                }
                cursor = page.next;
                if cursor.is_none() {
                    return Ok(out);
                }
            }
        })
        .await?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"import-{id}-rejects.csv\"")) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use rapport_domain::Timestamp;
    use rapport_store::control::imports::Progress;
    use serde_json::Value;

    use super::*;

    #[test]
    fn how_much_of_a_file_was_read_is_told_where_it_is_known() {
        let at = |byte: u64| Value::String(format!("1:{:032x}:{byte}:3:2:", 7));
        for (file, state, position, expected) in [
            ("a.csv", ImportState::Queued, Value::Null, None),
            ("a.csv", ImportState::Running, at(40), Some(40)),
            ("a.csv", ImportState::Failed, at(40), Some(40)),
            ("a.csv.gz", ImportState::Running, at(40), None),
            ("a.PARQUET", ImportState::Running, at(0), None),
            ("a.csv", ImportState::Running, at(101), None),
            ("a.csv.gz", ImportState::Done, at(40), Some(100)),
        ] {
            let import = Import {
                id: 1,
                workspace: WorkspaceId(1),
                file_name: file.to_owned(),
                path: String::new(),
                mapping: Value::Null,
                state,
                total_bytes: 100,
                progress: Progress { position, ..Progress::default() },
                created_by: String::new(),
                created_at: Timestamp(0),
                started_at: None,
                finished_at: None,
                error: None,
            };
            assert_eq!(read_bytes(&import), expected, "{file} {state:?}");
        }
    }
}

//! Rows of catalogues, which templates look up.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use rapport_delivery::CatalogSpec;
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_store::Reader;
use rapport_store::control::{catalogs, resources};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{self, At, Query};
use crate::reply::{Done, Paged, Reply, SearchQuery};
use crate::state::ApiState;

/// The largest upload, bytes.
const MAX_UPLOAD_BYTES: usize = 64 << 20;
/// Rows written in one transaction.
const CHUNK: usize = 5_000;

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowView {
    /// What finds it.
    key: String,
    /// The row.
    #[schema(value_type = Object)]
    row: Value,
}

impl From<catalogs::CatalogRow> for RowView {
    fn from(r: catalogs::CatalogRow) -> Self {
        RowView { key: r.key, row: r.row }
    }
}

/// How rows are written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutQuery {
    /// Remove every other row first.
    #[serde(default)]
    replace: bool,
}

/// How a catalogue stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// Rows in it.
    rows: u64,
    /// Rows written by this call.
    written: usize,
}

fn spec(q: &Reader, ws: WorkspaceId, id: &str) -> Result<CatalogSpec, ApiError> {
    let found = resources::get(q, ws, ResourceKind::Catalog, id, None)?;
    let found = found.ok_or_else(|| ApiError::not_found(format!("catalog {id}")))?;
    CatalogSpec::validate(&found.spec).map_err(ApiError::invalid)
}

/// `GET /api/v1/catalogs/{id}/rows`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<SearchQuery>,
) -> Reply<Paged<RowView>> {
    let limit = extract::limit(query.limit)?;
    let page = state
        .read(move |q| {
            spec(q, caller.workspace, &id)?;
            let (search, cursor) = (query.q.as_deref(), query.cursor.as_deref());
            Ok(catalogs::list(q, caller.workspace, &id, search, cursor, limit)?)
        })
        .await?;
    Ok(Json(Paged::of(page, RowView::from)))
}

/// `PUT /api/v1/catalogs/{id}/rows`.
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PutQuery>,
    request: Request,
) -> Reply<Standing> {
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = extract::bytes_up_to(request, MAX_UPLOAD_BYTES).await?;
    let now = state.now();
    let answer = state
        .run(move |state| {
            let (ws, control) = (caller.workspace, state.stores.control());
            let key = control.read(|q| spec(q, ws, &id))?.key;
            let rows = if media.contains("csv") { from_csv(&bytes, &key)? } else { from_json(&bytes, &key)? };
            let mut first = query.replace;
            let mut count = 0;
            for chunk in rows.chunks(CHUNK) {
                count = control.write(|tx| {
                    if first {
                        catalogs::clear(tx, ws, &id)?;
                    }
                    catalogs::put(tx, ws, &id, chunk)
                })?;
                first = false;
            }
            let detail = json!({"written": rows.len(), "replace": query.replace});
            control.write(|tx| caller.audit(tx, now, "catalog.put", &format!("catalog/{id}"), &detail))?;
            Ok::<_, ApiError>(Standing { rows: count, written: rows.len() })
        })
        .await?;
    Ok(Json(answer))
}

/// `DELETE /api/v1/catalogs/{id}/rows/{key}`.
pub(crate) async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At((id, key)): At<(String, String)>,
) -> Reply<Done> {
    let now = state.now();
    state
        .write(move |tx| {
            if !catalogs::remove(tx, caller.workspace, &id, &key)? {
                return Err(ApiError::not_found(format!("row {key} of catalog {id}")));
            }
            caller.audit(tx, now, "catalog.remove", &format!("catalog/{id}"), &json!({"key": key}))
        })
        .await?;
    Ok(Done::json())
}

fn keyed(at: usize, key: &str, row: Map<String, Value>) -> Result<(String, String), ApiError> {
    let value = match row.get(key) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if value.is_empty() {
        let expected = format!("expected a text or number in {key:?}, which the catalogue's rows are found by");
        return Err(ApiError::invalid_at(format!("row {}", at + 1), expected));
    }
    Ok((value, Value::Object(row).to_string()))
}

fn from_json(bytes: &[u8], key: &str) -> Result<Vec<(String, String)>, ApiError> {
    let rows: Vec<Map<String, Value>> = extract::json(bytes)?;
    rows.into_iter().enumerate().map(|(at, row)| keyed(at, key, row)).collect()
}

fn from_csv(bytes: &[u8], key: &str) -> Result<Vec<(String, String)>, ApiError> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let wrong = |e: csv::Error| ApiError::invalid_at("body", format!("not CSV: {e}"));
    let names: Vec<String> = reader.headers().map_err(wrong)?.iter().map(|h| h.trim().to_owned()).collect();
    if !names.iter().any(|name| name == key) {
        return Err(ApiError::invalid_at("body", format!("expected a column {key:?}, found {}", names.join(", "))));
    }
    let mut out = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(wrong)?;
        let row = names.iter().cloned().zip(record.iter().map(Value::from)).collect();
        out.push(keyed(at, key, row)?);
    }
    Ok(out)
}

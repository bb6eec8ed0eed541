//! Suppressions: addresses nothing is sent to.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_delivery::core::address::suppressible;
use rapport_domain::{MessageChannel, Problem, Timestamp, WorkspaceId};
use rapport_store::control::suppressions::{self, Suppression};
use rapport_store::{MAX_PAGE, Reader, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::exports::{as_file, in_pieces};
use super::lists::{MAX_SHOWN, MAX_UPLOAD_BYTES, MAX_UPLOADED, not_csv, open_csv};
use super::templates::settings;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body, Query, bytes_up_to, nearest};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// The longest address kept, bytes.
const MAX_ADDRESS_BYTES: usize = 320;
/// How much of the reason of a row is kept, characters.
const MAX_REASON_CHARS: usize = 200;
/// Rows of an upload written at once, so that others can write in between.
const ROWS_AT_ONCE: usize = 5_000;
/// The columns of the list as a file.
const COLUMNS: [&str; 5] = ["channel", "address", "reason", "since", "source"];

/// A suppressed address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionView {
    /// `email`, …
    channel: String,
    /// The address; null once it was erased.
    address: Option<String>,
    /// Why: `hard_bounce`, `complaint`, `manual`, …
    reason: String,
    /// Since when.
    at: Time,
    /// Who put it there.
    source: String,
}

impl From<Suppression> for SuppressionView {
    fn from(s: Suppression) -> Self {
        let at = s.at.into();
        SuppressionView { channel: s.channel, address: s.address, reason: s.reason, at, source: s.source }
    }
}

/// Which suppressions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionQuery {
    /// Text to find in address or reason.
    q: Option<String>,
    /// Only on this channel.
    channel: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/suppressions`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SuppressionQuery>,
) -> Reply<Paged<SuppressionView>> {
    let read = move |q: &Reader, limit| {
        let (channel, search) = (query.channel.as_deref(), query.q.as_deref());
        suppressions::list(q, caller.workspace, channel, search, query.cursor.as_deref(), limit)
    };
    state.page(query.limit, read).await
}

/// Which suppressions to write out.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionExportQuery {
    /// Text to find in address or reason.
    q: Option<String>,
    /// Only on this channel.
    channel: Option<String>,
}

/// `GET /api/v1/suppressions/export`: all of them as CSV, the newest first. Erased addresses are left out: there is nothing to
/// write. What is written can be uploaded elsewhere.
pub(crate) async fn export(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SuppressionExportQuery>,
) -> Result<Response, ApiError> {
    let (place, ws, now) = (state.export_place()?, caller.workspace, state.now());
    state.write(move |tx| caller.audit(tx, now, "suppression.export", "suppressions", &json!({}))).await?;
    let body = in_pieces(&state, place, move |state, out| {
        out.csv(&COLUMNS.map(str::to_owned))?;
        let (channel, search, mut cursor) = (query.channel.as_deref(), query.q.as_deref(), None::<String>);
        loop {
            let control = state.stores.control();
            let page = control.read(|q| suppressions::list(q, ws, channel, search, cursor.as_deref(), MAX_PAGE))?;
            for s in page.items {
                if let Some(address) = s.address {
                    out.csv(&[s.channel, address, s.reason, s.at.to_rfc3339(), s.source])?;
                }
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    });
    let media = (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    Ok(as_file(([media], body).into_response(), "suppressions.csv"))
}

/// An address to suppress.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionInput {
    /// `email`, `sms`, `whatsapp`, `voice`, `telegram` or `webhook`; `email` when absent.
    #[serde(default = "email")]
    channel: String,
    /// The address; numbers as people write them, without a country code in the `default_country` of the settings.
    address: String,
    /// Why; `manual` when absent.
    #[serde(default = "manual")]
    reason: String,
}

fn email() -> String {
    "email".to_owned()
}

fn manual() -> String {
    "manual".to_owned()
}

/// The channel of that name.
fn channel(name: &str) -> Result<MessageChannel, ApiError> {
    MessageChannel::parse(name).ok_or_else(|| {
        let known = MessageChannel::names();
        let problem = Problem::new("channel", format!("expected one of {}", known.join(", ")));
        ApiError::invalid(vec![problem.with_suggestion(nearest(name, known))])
    })
}

/// The address as the list knows it.
fn key(channel: MessageChannel, address: &str, country: Option<&str>) -> Result<String, ApiError> {
    if address.trim().is_empty() || address.len() > MAX_ADDRESS_BYTES {
        let expected = format!("expected an address of at most {MAX_ADDRESS_BYTES} bytes");
        return Err(ApiError::invalid_at("address", expected));
    }
    suppressible(channel, address, country).map_err(|expected| ApiError::invalid_at("address", expected))
}

async fn country(state: &ApiState, ws: WorkspaceId) -> Result<Option<String>, ApiError> {
    state.run(move |state| Ok::<_, ApiError>(settings(state, ws)?.default_country)).await
}

/// `POST /api/v1/suppressions`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<SuppressionInput>,
) -> Result<(StatusCode, Json<SuppressionView>), ApiError> {
    let channel = channel(&input.channel)?;
    let country = country(&state, caller.workspace).await?;
    let address = key(channel, &input.address, country.as_deref())?;
    let now = state.now();
    let (found, is_new) = state
        .write(move |tx| {
            let (ws, channel) = (caller.workspace, channel.as_str());
            let is_new = suppressions::add(tx, ws, channel, &address, &input.reason, now, &caller.actor)?;
            // The address itself does not belong in the log, which is never erased.
            let detail = json!({"reason": input.reason, "new": is_new});
            caller.audit(tx, now, "suppression.create", &format!("suppression/{channel}"), &detail)?;
            let found = suppressions::get(tx, ws, channel, &address)?;
            Ok((found.ok_or_else(|| ApiError::not_found("such suppression"))?, is_new))
        })
        .await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(found.into())))
}

/// What rows that do not say it themselves mean.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionUploadQuery {
    /// The channel of rows that name none; `email` when absent.
    #[serde(default = "email")]
    channel: String,
    /// The reason of rows that name none; `manual` when absent.
    #[serde(default = "manual")]
    reason: String,
}

/// What became of an upload.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct SuppressionUpload {
    /// Addresses that are suppressed now and were not before.
    added: usize,
    /// Addresses that were suppressed already; they keep their reason.
    known: usize,
    /// Rows without effect.
    rejected: usize,
    /// The first twenty of them.
    problems: Vec<SuppressionProblem>,
}

/// A row without effect.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionProblem {
    /// Its line in the file, the header being 1.
    line: u64,
    /// What is wrong with it.
    detail: String,
}

/// A row that can be put on the list.
struct Row {
    channel: MessageChannel,
    address: String,
    reason: String,
    at: Option<Timestamp>,
}

/// How rows of a file are read.
struct Reading {
    columns: Vec<String>,
    usual: (MessageChannel, String),
    country: Option<String>,
}

impl Reading {
    fn row(&self, record: &csv::StringRecord) -> Result<Row, String> {
        let cell = |name: &str| {
            let found = self.columns.iter().zip(record).find(|(column, _)| column.as_str() == name);
            found.map(|(_, text)| text).filter(|text| !text.is_empty())
        };
        let (channel_of, address) = ["address", "email", "phone"]
            .into_iter()
            .find_map(|name| Some((name, cell(name)?)))
            .ok_or("it has no address")?;
        let channel = match (cell("channel"), channel_of) {
            (Some(name), _) => channel(name).map_err(|e| e.detail)?,
            (None, "email") => MessageChannel::Email,
            (None, "phone") if self.usual.0 == MessageChannel::Email => MessageChannel::Sms,
            (None, _) => self.usual.0,
        };
        let address = key(channel, address, self.country.as_deref()).map_err(|e| e.detail)?;
        let reason: String = cell("reason").unwrap_or(&self.usual.1).chars().take(MAX_REASON_CHARS).collect();
        Ok(Row {
            channel,
            address,
            reason,
            at: ["since", "at", "created"].into_iter().find_map(cell).and_then(Timestamp::parse),
        })
    }
}

/// `POST /api/v1/suppressions/upload`: a list that was kept elsewhere. The whole file is read before anything is changed; sent
/// again it changes nothing twice.
pub(crate) async fn upload(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SuppressionUploadQuery>,
    request: Request,
) -> Reply<SuppressionUpload> {
    let usual = (channel(&query.channel)?, query.reason);
    let (ws, now) = (caller.workspace, state.now());
    let country = country(&state, ws).await?;
    let body = bytes_up_to(request, MAX_UPLOAD_BYTES).await?;
    let read = move |_: &ApiState| {
        let (mut reader, columns) = open_csv(&body)?;
        if !["address", "email", "phone"].iter().any(|name| columns.iter().any(|column| column == name)) {
            return Err(ApiError::invalid_at("body", "expected CSV whose header has `address`, `email` or `phone`"));
        }
        let reading = Reading { columns, usual, country };
        let (mut out, mut rows) = (SuppressionUpload::default(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(not_csv)?;
            match reading.row(&record) {
                Ok(row) => rows.push(row),
                Err(detail) => {
                    out.rejected += 1;
                    if out.problems.len() < MAX_SHOWN {
                        let line = record.position().map_or(0, csv::Position::line);
                        out.problems.push(SuppressionProblem { line, detail });
                    }
                }
            }
            if rows.len() + out.rejected > MAX_UPLOADED {
                return Err(ApiError::invalid_at("body", format!("expected at most {MAX_UPLOADED} rows, found more")));
            }
        }
        Ok((out, rows))
    };
    let (mut out, rows) = state.run(read).await?;
    let mut rows = rows.into_iter();
    loop {
        let some: Vec<Row> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        if some.is_empty() {
            break;
        }
        let (count, by) = (some.len(), caller.actor.clone());
        let put = move |tx: &Tx| {
            some.iter().try_fold(0, |added, row| {
                let (channel, at) = (row.channel.as_str(), row.at.map_or(now, |at| at.min(now)));
                let is_new = suppressions::add(tx, ws, channel, &row.address, &row.reason, at, &by)?;
                Ok::<_, ApiError>(added + usize::from(is_new))
            })
        };
        let added = state.write(put).await?;
        out.added += added;
        out.known += count - added;
    }
    let detail = json!({"added": out.added, "known": out.known, "rejected": out.rejected});
    state.write(move |tx| caller.audit(tx, now, "suppression.upload", "suppressions", &detail)).await?;
    Ok(Json(out))
}

/// `DELETE /api/v1/suppressions/{channel}/{address}`: also of one that no channel would take today.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At((name, address)): At<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let (ws, now) = (caller.workspace, state.now());
    let country = country(&state, ws).await?;
    state
        .write(move |tx| {
            let known = MessageChannel::parse(&name).and_then(|c| suppressible(c, &address, country.as_deref()).ok());
            let listed = known.filter(|key| matches!(suppressions::get(tx, ws, &name, key), Ok(Some(_))));
            suppressions::remove(tx, ws, &name, listed.as_deref().unwrap_or(&address))?;
            caller.audit(tx, now, "suppression.delete", &format!("suppression/{name}"), &json!({}))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

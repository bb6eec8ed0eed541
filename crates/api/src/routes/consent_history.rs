//! How one customer's consent came about: every change with what proves it, as a list and as a file.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_domain::{ProfileId, SourceId, Timestamp, WorkspaceId};
use rapport_engine::read::consents::{Change, history};
use rapport_store::control::sources;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::exports::as_file;
use super::profiles::found;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query, limit};
use crate::reply::{Paged, Time};
use crate::state::ApiState;
use crate::view::profile_id;

/// A change of consent with what proves it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentChangeView {
    /// Names it within this customer.
    id: String,
    /// When the customer stated it.
    at: Time,
    /// When it was recorded here.
    recorded_at: Time,
    /// `email`, …
    channel: String,
    /// The topic; null is the whole channel.
    topic: Option<String>,
    /// `granted`, `denied`, or `pending`: asked for and not confirmed yet.
    status: String,
    /// Where it was stated.
    source: String,
    /// The source whose write key it came by; null when Rapport itself recorded it: a page behind a link, the API, a journey.
    collected_by: Option<String>,
    /// Who stated it for the customer by the API: a member's address or a token's name.
    by: Option<String>,
    /// The customer's address on the channel then.
    address: Option<String>,
    /// The address of the browser or app.
    ip: Option<String>,
    /// The browser or app.
    user_agent: Option<String>,
    /// The page it was stated on.
    page: Option<String>,
    /// What the customer agreed to, in the words they were shown.
    wording: Option<String>,
    /// What the topic was called then.
    topic_name: Option<String>,
    /// The version of the topic's document then.
    topic_version: Option<u32>,
    /// The message whose link was used.
    message_id: Option<String>,
    /// The id of the event that stated it.
    event_id: Option<String>,
}

/// The columns of the file, in the order of [`ConsentChangeView::cells`].
const COLUMNS: [&str; 17] = [
    "at",
    "recorded_at",
    "channel",
    "topic",
    "status",
    "source",
    "collected_by",
    "by",
    "address",
    "ip",
    "user_agent",
    "page",
    "wording",
    "topic_name",
    "topic_version",
    "message_id",
    "event_id",
];

impl ConsentChangeView {
    fn of(change: Change, sources: &HashMap<SourceId, String>) -> Self {
        let (id, proof) = (key_text(change.key()), change.proof);
        let (topic_name, topic_version) = proof.shown.unzip();
        let collected_by = (proof.collected_by != SourceId(0)).then(|| {
            let slug = sources.get(&proof.collected_by).cloned();
            slug.unwrap_or_else(|| format!("source {}", proof.collected_by.0))
        });
        ConsentChangeView {
            id,
            at: proof.at.into(),
            recorded_at: proof.recorded_at.into(),
            channel: proof.channel,
            topic: proof.topic,
            status: proof.status.as_str().to_owned(),
            source: proof.source,
            collected_by,
            by: proof.by,
            address: proof.address,
            ip: proof.ip,
            user_agent: proof.user_agent,
            page: proof.page,
            wording: proof.wording,
            topic_name,
            topic_version,
            message_id: proof.message,
            event_id: Some(proof.event).filter(|id| !id.is_empty()),
        }
    }

    fn cells(&self) -> [String; 17] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            self.at.0.to_rfc3339(),
            self.recorded_at.0.to_rfc3339(),
            self.channel.clone(),
            text(&self.topic),
            self.status.clone(),
            self.source.clone(),
            text(&self.collected_by),
            text(&self.by),
            text(&self.address),
            text(&self.ip),
            text(&self.user_agent),
            text(&self.page),
            text(&self.wording),
            text(&self.topic_name),
            self.topic_version.map(|v| v.to_string()).unwrap_or_default(),
            text(&self.message_id),
            text(&self.event_id),
        ]
    }

    /// Whether a word of the search stands in it.
    fn holds(&self, word: &str) -> bool {
        self.cells().iter().any(|cell| cell.to_lowercase().contains(word))
    }
}

type Key = (Timestamp, ProfileId, u64);

fn key_text((at, profile, place): Key) -> String {
    format!("{}~{profile}~{place}", at.0)
}

fn read_key(text: &str) -> Result<Key, ApiError> {
    let read = || {
        let mut parts = text.split('~');
        let key = (Timestamp(parts.next()?.parse().ok()?), parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(key)
    };
    read().ok_or_else(|| ApiError::invalid_at("cursor", "expected the next_cursor of this list"))
}

/// Every change of a customer's consent, the newest first.
pub(super) fn all(state: &ApiState, ws: WorkspaceId, id: ProfileId) -> Result<Vec<ConsentChangeView>, ApiError> {
    let profile = found(state, ws, id)?;
    let changes = history(state.engine.shared(), &profile)?;
    let listed = state.stores.control().read(|q| sources::list(q, ws))?;
    let sources: HashMap<SourceId, String> = listed.into_iter().map(|s| (s.id, s.slug)).collect();
    Ok(changes.into_iter().map(|change| ConsentChangeView::of(change, &sources)).collect())
}

/// Which changes, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryQuery {
    /// Words that all stand in the change.
    q: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
    /// `json` for a page, `csv` for all of them as a file; `json` when absent.
    format: Option<String>,
}

/// `GET /api/v1/profiles/{id}/consents/history`: the newest first. As a file it is taken out, which is written down.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, ApiError> {
    let (id, ws, limit) = (profile_id(&id)?, caller.workspace, limit(query.limit)?);
    let is_file = match query.format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => return Err(ApiError::invalid_at("format", "expected json or csv")),
    };
    let after = query.cursor.as_deref().map(read_key).transpose()?;
    let words: Vec<String> = query.q.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let now = state.now();
    let mut rows = state
        .run(move |state| {
            let rows = all(state, ws, id)?;
            if is_file {
                let (action, object) = ("consent.export", format!("profile/{id}"));
                state.stores.control().write(|tx| caller.audit(tx, now, action, &object, &json!({})))?;
            }
            Ok::<_, ApiError>(rows)
        })
        .await?;
    rows.retain(|row| words.iter().all(|word| row.holds(word)));
    if is_file {
        let media = (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
        let response = ([media], csv_of(&rows)?).into_response();
        return Ok(as_file(response, &format!("{id}-consents.csv")));
    }
    if let Some(after) = after {
        rows.retain(|row| read_key(&row.id).is_ok_and(|key| key < after));
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Json(Paged { items: rows, next_cursor }).into_response())
}

fn csv_of(rows: &[ConsentChangeView]) -> Result<Vec<u8>, ApiError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: String| ApiError::fault("export_encode", rapport_domain::ErrorClass::Fatal, e);
    writer.write_record(COLUMNS).map_err(|e| fault(e.to_string()))?;
    for row in rows {
        writer.write_record(row.cells()).map_err(|e| fault(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| fault(e.to_string()))
}

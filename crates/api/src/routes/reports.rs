//! Scheduled reports and alerts: what was sent, what is next, and what is wrong.

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rapport_domain::{Resource, ResourceKind, ResourceStatus, WorkspaceId};
use rapport_engine::desk::{Desk, digest};
use rapport_insights::saved::MailingSpec;
use rapport_insights::saved::results::AlertRecord;
use rapport_store::control::desk::{self, Alert, Run, RunMail};
use rapport_store::control::resources::{self, ListFilter};
use rapport_store::control::workspaces;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::members::PageQuery;
use crate::auth::Caller;
use crate::document;
use crate::error::ApiError;
use crate::extract::{At, Body, Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A scheduled report as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportView {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// The newest version.
    version: u32,
    /// The version in effect; null when it is not sent by itself.
    live_version: Option<u32>,
    /// Not sent by itself for now.
    paused: bool,
    /// Members who get it.
    recipients: Vec<String>,
    /// When it is sent next; null when it is not live or paused.
    next_due: Option<Time>,
    /// Its last run.
    last_run: Option<ReportRunView>,
}

/// A run of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportRunView {
    /// Its id.
    id: u64,
    /// The report.
    report: String,
    /// The report's version.
    version: u32,
    /// When it was due.
    due_at: Time,
    /// Who asked for it; null when the schedule did.
    asked_by: Option<String>,
    /// `running`, `done`, `failed`.
    state: &'static str,
    /// When it began.
    started_at: Time,
    /// When it ended.
    finished_at: Option<Time>,
    /// Why it failed.
    error: Option<String>,
    /// Its mails.
    mails: Vec<RunMailView>,
}

/// A mail of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunMailView {
    /// To whom.
    recipient: String,
    /// `pending`, `sending`, `sent`, `failed`.
    state: String,
    /// Times it was tried.
    attempts: u32,
    /// When its state last changed.
    at: Option<Time>,
    /// Why the last attempt failed.
    error: Option<String>,
}

fn run_view(run: Run, mails: Vec<RunMail>) -> ReportRunView {
    let mail = |m: RunMail| RunMailView {
        recipient: m.recipient,
        state: m.state,
        attempts: m.attempts,
        at: m.at.map(Into::into),
        error: m.error,
    };
    ReportRunView {
        id: run.id,
        report: run.report,
        version: run.version,
        due_at: run.due_at.into(),
        asked_by: run.asked_by,
        state: run.state.as_str(),
        started_at: run.started_at.into(),
        finished_at: run.finished_at.map(Into::into),
        error: run.error,
        mails: mails.into_iter().map(mail).collect(),
    }
}

/// `GET /api/v1/reports`: those that are not archived.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<ReportView>> {
    let (limit, now) = (limit(query.limit)?, state.now());
    let page = state
        .read(move |q| {
            let (ws, cursor) = (caller.workspace, query.cursor.as_deref());
            let list = resources::list(q, ws, ResourceKind::Report, ListFilter::default(), cursor, limit)?;
            let mut items = Vec::new();
            for entry in list.items {
                let live = resources::live_one(q, ws, ResourceKind::Report, &entry.newest.id)?;
                let shown = live.as_ref().unwrap_or(&entry.newest);
                let spec = MailingSpec::read(&shown.spec).unwrap_or_default();
                let schedule = spec.schedule.schedule().filter(|_| live.is_some() && !spec.paused);
                let last = desk::list_runs(q, ws, Some(&entry.newest.id), None, 1)?.items.pop();
                let mails = last.as_ref().map(|run| desk::mails(q, run.id)).transpose()?;
                items.push(ReportView {
                    name: spec.name,
                    version: entry.newest.version,
                    live_version: entry.live_version,
                    paused: spec.paused,
                    recipients: spec.recipients,
                    next_due: schedule.map(|s| s.next_due(now).into()),
                    last_run: last.map(|run| run_view(run, mails.unwrap_or_default())),
                    id: entry.newest.id,
                });
            }
            Ok(rapport_store::Page { items, next: list.next })
        })
        .await?;
    Ok(Json(Paged::of(page, |view| view)))
}

/// The newest version of a report that is not archived.
fn newest(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<(Resource, MailingSpec), ApiError> {
    let found = state.stores.control().read(|q| resources::get(q, ws, ResourceKind::Report, id, None))?;
    let found = found.filter(|r| r.status != ResourceStatus::Archived);
    let found = found.ok_or_else(|| ApiError::not_found(format!("report {id}")))?;
    let spec = MailingSpec::validate(&found.spec, &document::shelf(state, ws)?).map_err(ApiError::invalid)?;
    Ok((found, spec))
}

/// What a report's mail would be now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportPreview {
    /// The subject.
    subject: String,
    /// The HTML part.
    html: String,
    /// The text part.
    text: String,
    /// The files, with their sizes.
    files: Vec<ReportFile>,
}

/// A file of a report's mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportFile {
    /// Its name.
    name: String,
    /// Its size.
    bytes: usize,
}

/// `GET /api/v1/reports/{id}/preview`: of the newest version, without sending it. The page itself for those who accept HTML.
pub(crate) async fn preview(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = state
        .query(move |state, cancel| {
            let ws = caller.workspace;
            let (_, spec) = newest(state, ws, &id)?;
            let name = state.stores.control().read(|q| workspaces::get(q, ws))?.map_or_else(String::new, |w| w.name);
            let desk = Desk::open(state.engine.shared(), ws, state.now(), cancel)?;
            let base = super::templates::settings(state, ws)?.public_url;
            let base = base.unwrap_or_else(|| state.config.public_url.clone());
            Ok::<_, ApiError>(digest(&desk, &spec, &name, &base)?)
        })
        .await?;
    if headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.starts_with("text/html")) {
        return Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], found.html).into_response());
    }
    let files = found.files.into_iter().map(|(name, csv)| ReportFile { name, bytes: csv.len() }).collect();
    Ok(Json(ReportPreview { subject: found.subject, html: found.html, text: found.text, files }).into_response())
}

/// To whom to send it now.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunInput {
    /// Only to these members; to all its recipients when absent.
    recipients: Option<Vec<String>>,
}

/// `POST /api/v1/reports/{id}/run`: sends the newest version now. It is on its way when this answers.
pub(crate) async fn run(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<RunInput>,
) -> Result<Response, ApiError> {
    let Some(room) = state.mailroom.clone() else {
        return Err(ApiError::conflict("no_mailroom", "this server sends no reports"));
    };
    let now = state.now();
    let view = state
        .run(move |state| {
            let ws = caller.workspace;
            let (report, mut spec) = newest(state, ws, &id)?;
            if let Some(only) = input.recipients {
                spec.recipients = only;
                let value = serde_json::to_value(&spec).unwrap_or_default();
                MailingSpec::validate(&value, &document::shelf(state, ws)?).map_err(ApiError::invalid)?;
            }
            state.stores.control().write(|tx| {
                let (version, recipients) = (report.version, spec.recipients.as_slice());
                let by = Some(caller.actor.as_str());
                let new = desk::NewRun { report: &id, version, due_at: now, asked_by: by, recipients };
                let begun = desk::begin_run(tx, ws, new, now)?;
                let begun = begun.ok_or_else(|| ApiError::conflict("run_exists", "it is under way"))?;
                let detail = json!({"version": version, "recipients": recipients.len()});
                caller.audit(tx, now, "report.run", &format!("report/{id}"), &detail)?;
                let mails = desk::mails(tx, begun.id)?;
                Ok::<_, ApiError>(run_view(begun, mails))
            })
        })
        .await?;
    room.wake();
    Ok((StatusCode::ACCEPTED, Json(view)).into_response())
}

/// `GET /api/v1/reports/{id}/runs`, newest first.
pub(crate) async fn runs(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<ReportRunView>> {
    let limit = limit(query.limit)?;
    let page = state
        .read(move |q| {
            let ws = caller.workspace;
            if resources::get(q, ws, ResourceKind::Report, &id, None)?.is_none() {
                return Err(ApiError::not_found(format!("report {id}")));
            }
            let page = desk::list_runs(q, ws, Some(&id), query.cursor.as_deref(), limit)?;
            let mut items = Vec::new();
            for run in page.items {
                let mails = desk::mails(q, run.id)?;
                items.push(run_view(run, mails));
            }
            Ok(rapport_store::Page { items, next: page.next })
        })
        .await?;
    Ok(Json(Paged::of(page, |view| view)))
}

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertQuery {
    /// Of this goal.
    goal: Option<String>,
    /// Only those under way.
    #[serde(default)]
    open: bool,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

fn shown(a: Alert) -> AlertRecord {
    AlertRecord {
        id: a.id,
        goal: a.goal,
        began_at: a.began_at.to_rfc3339(),
        ended_at: a.ended_at.map(|at| at.to_rfc3339()),
        told_at: a.mailed_at.map(|at| at.to_rfc3339()),
        event: serde_json::from_value(a.detail).unwrap_or_default(),
    }
}

/// `GET /api/v1/alerts`, newest first.
pub(crate) async fn alerts(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<AlertQuery>,
) -> Reply<Paged<AlertRecord>> {
    let (goal, open, cursor, limit) = (query.goal, query.open, query.cursor, limit(query.limit)?);
    let list = state
        .read(move |q| Ok(desk::list_alerts(q, caller.workspace, goal.as_deref(), open, cursor.as_deref(), limit)?));
    Ok(Json(Paged::of(list.await?, shown)))
}

//! Taking data out: everything known of one customer, and all customers or events as JSON lines.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use rapport_domain::profile::namespace;
use rapport_domain::{Partition, Profile, ProfileId, WorkspaceId};
use rapport_engine::read;
use rapport_lake::TimelineFilter;
use rapport_profiles::core::traits;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::consent_history::ConsentChangeView;
use super::profiles::{found, whole};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::At;
use crate::state::ApiState;
use crate::view::{EventView, IdentifierView, MessageView, ProfileSummary, ProfileView, profile_id};

/// Most events the document of one customer holds; `rapport export events` has no such bound.
const MAX_EVENTS: usize = 100_000;
/// Profiles read at once by a stream.
const PROFILES_AT_ONCE: usize = 500;
/// Bytes of a stream sent at once, and how many such pieces wait for the client.
const PIECE_BYTES: usize = 64 << 10;
const PIECES: usize = 4;
/// A client that takes nothing for this long is let go, so that it does not hold a place.
const CLIENT_MAY_TAKE: Duration = Duration::from_secs(60);

/// Everything known of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileExport {
    /// The profile with its consents, segments and journeys.
    profile: ProfileView,
    /// Every trait with when it was stated, removed ones too: `{plan: {value, at}}`.
    #[schema(value_type = Object)]
    trait_history: Map<String, Value>,
    /// Identifiers the customer asked for that belong to others.
    refused_identifiers: Vec<IdentifierView>,
    /// Profiles that became part of this one, as they were.
    merged_profiles: Vec<MergedProfile>,
    /// Ids of all profiles that ever became part of this one.
    merged_ids: Vec<String>,
    /// Every change of consent with what proves it, newest first.
    consent_history: Vec<ConsentChangeView>,
    /// Messages, newest first, at most 10,000.
    messages: Vec<MessageView>,
    /// Events, newest first, at most 100,000.
    events: Vec<EventView>,
    /// Whether there are more events.
    events_truncated: bool,
}

/// A profile that became part of another, as it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergedProfile {
    #[serde(flatten)]
    summary: ProfileSummary,
    /// Its identifiers.
    identifiers: Vec<IdentifierView>,
}

impl From<&Profile> for MergedProfile {
    fn from(p: &Profile) -> Self {
        MergedProfile {
            summary: ProfileSummary::from(p),
            identifiers: p.identifiers.iter().map(IdentifierView::from).collect(),
        }
    }
}

fn everything(state: &ApiState, ws: WorkspaceId, id: ProfileId) -> Result<ProfileExport, ApiError> {
    let shared = state.engine.shared();
    let profile = found(state, ws, id)?;
    let events = read::profiles::timeline(shared, ws, profile.id, None, &TimelineFilter::default(), MAX_EVENTS + 1)?;
    let stated =
        |t: &rapport_domain::profile::Trait| json!({"value": t.value, "at": traits::stated_at(t.at).to_rfc3339()});
    let family = read::profiles::family(shared, ws, profile.id)?;
    // Beside identifiers there are marks of undone merges.
    let refused = profile.refused.iter().filter(|r| r.identifier.namespace != namespace::PROFILE);
    Ok(ProfileExport {
        trait_history: profile.traits.iter().map(|(name, t)| (name.clone(), stated(t))).collect(),
        refused_identifiers: refused.map(|r| (&r.identifier).into()).collect(),
        merged_profiles: profile.merges.iter().map(|m| MergedProfile::from(&*m.before)).collect(),
        merged_ids: family.iter().skip(1).map(ToString::to_string).collect(),
        consent_history: super::consent_history::all(state, ws, profile.id)?,
        messages: read::messages::all_of_profile(shared, ws, profile.id)?.into_iter().map(MessageView::from).collect(),
        events: events.iter().take(MAX_EVENTS).map(EventView::from).collect(),
        events_truncated: events.len() > MAX_EVENTS,
        profile: whole(state, ws, &profile)?,
    })
}

pub(super) fn as_file(mut response: Response, name: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// Who took data out is written down, although nothing changed.
fn noted(state: &ApiState, caller: &Caller, action: &str, object: &str) -> Result<(), ApiError> {
    let now = state.now();
    state.stores.control().write(|tx| caller.audit(tx, now, action, object, &json!({})))
}

/// `GET /api/v1/profiles/{id}/export`: everything known of a customer, as a file.
pub(crate) async fn of_profile(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Result<Response, ApiError> {
    let id = profile_id(&id)?;
    let document = state
        .run(move |state| {
            let document = everything(state, caller.workspace, id)?;
            noted(state, &caller, "profile.export", &format!("profile/{id}"))?;
            Ok::<_, ApiError>(document)
        })
        .await?;
    Ok(as_file(Json(document).into_response(), &format!("{id}.json")))
}

/// What a stream writes of a profile.
type Write = fn(&ApiState, WorkspaceId, &Profile, &mut Pieces) -> Result<(), Stopped>;

/// `GET /api/v1/exports/profiles`: every customer, a line each.
pub(crate) async fn profiles(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    stream(state, caller, "profiles", |state, ws, profile, out| out.line(&whole(state, ws, profile)?)).await
}

/// `GET /api/v1/exports/events`: every event, a line each, customer by customer, each one's newest first.
pub(crate) async fn events(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    stream(state, caller, "events", |state, ws, profile, out| {
        let rows = read::profiles::timeline(
            state.engine.shared(),
            ws,
            profile.id,
            None,
            &TimelineFilter::default(),
            usize::MAX,
        )?;
        rows.iter().try_for_each(|row| out.line(&EventView::from(row)))
    })
    .await
}

async fn stream(state: ApiState, caller: Caller, what: &'static str, write: Write) -> Result<Response, ApiError> {
    let place = state.export_place()?;
    let ws = caller.workspace;
    state.run(move |state| noted(state, &caller, "export", what)).await?;
    let body = in_pieces(&state, place, move |state, out| all(state, ws, write, out));
    let media = (CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    let response = ([media], body).into_response();
    Ok(as_file(response, &format!("{what}.jsonl")))
}

/// A body that `write` makes while the client takes it; it holds `place` for so long.
pub(super) fn in_pieces(
    state: &ApiState,
    place: tokio::sync::OwnedSemaphorePermit,
    write: impl FnOnce(&ApiState, &mut Pieces) -> Result<(), Stopped> + Send + 'static,
) -> Body {
    let (pieces, body) = mpsc::channel(PIECES);
    let handle = tokio::runtime::Handle::current();
    let state = state.clone();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut out = Pieces { text: Vec::with_capacity(PIECE_BYTES * 2), to: pieces, handle };
        match write(&state, &mut out).and_then(|()| out.send()) {
            Ok(()) | Err(Stopped::Gone) => {}
            Err(Stopped::Failed(error)) => {
                tracing::error!(error.code = error.code(), %error, "an export broke off");
                // The client sees a broken answer instead of a short one.
                let _ = out.handle.block_on(out.to.send(Err(io::Error::other("the export broke off"))));
            }
        }
    });
    Body::new(Lines(body))
}

fn all(state: &ApiState, ws: WorkspaceId, write: Write, out: &mut Pieces) -> Result<(), Stopped> {
    for partition in (0..state.log.partitions()).map(Partition) {
        let mut after = None;
        loop {
            let some = read::profiles::of_partition(state.engine.shared(), ws, partition, after, PROFILES_AT_ONCE)?;
            some.iter().try_for_each(|profile| write(state, ws, profile, out))?;
            match some.last() {
                Some(last) if some.len() == PROFILES_AT_ONCE => after = Some(last.id),
                _ => break,
            }
        }
    }
    Ok(())
}

/// Why a stream ended before its end.
pub(super) enum Stopped {
    /// The client went away, or takes nothing any more.
    Gone,
    Failed(ApiError),
}

impl<E: Into<ApiError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Stopped::Failed(error.into())
    }
}

/// Lines on their way to the client.
pub(super) struct Pieces {
    text: Vec<u8>,
    to: mpsc::Sender<io::Result<Bytes>>,
    handle: tokio::runtime::Handle,
}

impl Pieces {
    fn line(&mut self, value: &impl Serialize) -> Result<(), Stopped> {
        let fault =
            |e: serde_json::Error| ApiError::fault("export_encode", rapport_domain::ErrorClass::Fatal, e.to_string());
        serde_json::to_writer(&mut self.text, value).map_err(fault)?;
        self.text.push(b'\n');
        if self.text.len() < PIECE_BYTES { Ok(()) } else { self.send() }
    }

    /// A block of a file, as it is.
    pub(super) fn bytes(&mut self, block: &[u8]) -> Result<(), Stopped> {
        self.text.extend_from_slice(block);
        if self.text.len() < PIECE_BYTES { Ok(()) } else { self.send() }
    }

    /// A row of CSV.
    pub(super) fn csv(&mut self, cells: &[String]) -> Result<(), Stopped> {
        let mut writer = csv::WriterBuilder::new().from_writer(&mut self.text);
        let fault = |e: String| ApiError::fault("export_encode", rapport_domain::ErrorClass::Fatal, e);
        writer.write_record(cells).map_err(|e| fault(e.to_string()))?;
        writer.flush().map_err(|e| fault(e.to_string()))?;
        drop(writer);
        if self.text.len() < PIECE_BYTES { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), Stopped> {
        let piece = Bytes::from(std::mem::take(&mut self.text));
        let sent = tokio::time::timeout(CLIENT_MAY_TAKE, self.to.send(Ok(piece)));
        match self.handle.block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Stopped::Gone),
        }
    }
}

/// The body of a stream.
pub(crate) struct Lines(pub(crate) mpsc::Receiver<io::Result<Bytes>>);

impl http_body::Body for Lines {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

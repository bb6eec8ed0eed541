//! Calls of providers: receipts, texts of customers, keys pressed in calls.

use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rapport_delivery::channels::hooks::{HookFault, HookRequest, Received, certificate_url, receive};
use rapport_delivery::core::address::targets;
use rapport_delivery::core::mark::Mark;
use rapport_delivery::core::sms::Keyword;
use rapport_delivery::{ChannelSpec, Purpose};
use rapport_domain::event::names;
use rapport_domain::time::MINUTE_MS;
use rapport_domain::{EventKind, MessageChannel, Profile, ResourceKind, Timestamp, WorkspaceId, identity};
use rapport_engine::read;
use rapport_store::control::{resources, suppressions};
use serde_json::{Map, json};

use super::push::{raw, tell_mark};
use crate::customer::Visit;
use crate::document;
use crate::error::ApiError;
use crate::events;
use crate::extract::At;
use crate::notices;
use crate::routes::templates::settings;
use crate::state::ApiState;

/// The longest text of a customer kept, bytes.
const MAX_TEXT_BYTES: usize = 4_096;
/// A text told later than this after it was written happened when the provider says; its clock counts in whole seconds, ours
/// is finer.
const LATE_MS: i64 = MINUTE_MS;

/// `GET` and `POST /hooks/{token}`: a provider tells something. The address is signed; providers that sign their calls are
/// checked for that too.
pub(crate) async fn call(
    State(state): State<ApiState>,
    At(token): At<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let unknown = || ApiError::not_found("such address");
    let visit = Visit::open(&state, &token).await?.ok_or_else(unknown)?;
    let Purpose::Hook { channel, part } = visit.claim.purpose.clone() else { return Err(unknown()) };
    let (parts, body) = request.into_parts();
    let ws = visit.claim.workspace;
    let (query, headers) = (parts.uri.query().unwrap_or_default().to_owned(), parts.headers);
    let bytes = raw(Request::new(body)).await?;
    let of = channel.clone();
    let work = state.run(move |state| {
        let found = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Channel, &of))?;
        let found = found.ok_or_else(|| ApiError::not_found("live channel"))?;
        let opened = document::opened(state, ws, ResourceKind::Channel, &of, &found.spec)?;
        let spec = ChannelSpec::validate(&opened).map_err(ApiError::invalid)?;
        let settings = settings(state, ws)?;
        let base = settings.public_url.clone().unwrap_or_else(|| state.config.public_url.clone());
        Ok::<_, ApiError>((spec, settings.company.name.clone(), base))
    });
    let (spec, company, base) = work.await?;
    let certificate = match certificate_url(&spec, &bytes) {
        Some(url) => Some(state.shared().outward.kept(&url).await?),
        None => None,
    };
    let carries = spec.kind.carries();
    let work = state.run(move |_| {
        let mark = if query.is_empty() { String::new() } else { format!("?{query}") };
        let url = format!("{base}/hooks/{token}{mark}");
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let certificate = certificate.as_deref();
        let call = HookRequest { url: &url, query: &query, header: &header, body: &bytes, certificate };
        receive(&spec, part, &call).map_err(|fault| refused(ws, &channel, fault))
    });
    let (channel, (received, reply)) = (carries, work.await?);
    let mut body = reply.body;
    for item in received {
        if let Some(answer) = apply(&state, &visit, channel, &company, item).await? {
            body = answer;
        }
    }
    Ok(([(CONTENT_TYPE, reply.content_type)], body).into_response())
}

/// What a call without effect is answered; whoever runs the installation reads of it too.
fn refused(ws: WorkspaceId, channel: &str, fault: HookFault) -> ApiError {
    let reason = match fault {
        HookFault::Forged => "its signature does not hold",
        HookFault::Malformed => "it is not what this provider sends",
        HookFault::Refused(reason) => reason,
    };
    tracing::warn!(workspace.id = ws.0, channel, reason, "a provider's call was refused");
    match fault {
        HookFault::Malformed => ApiError::invalid_at("body", "not what this provider sends"),
        HookFault::Forged | HookFault::Refused(_) => ApiError::forbidden(format!("the call is refused: {reason}")),
    }
}

async fn apply(
    state: &ApiState,
    visit: &Visit,
    channel: MessageChannel,
    company: &str,
    item: Received,
) -> Result<Option<String>, ApiError> {
    match item {
        Received::Receipt { token, mark, detail, dead } => {
            let named = match token {
                Some(token) => Visit::open(state, &token).await?.filter(|v| v.claim.purpose == Purpose::Receipt),
                None => None,
            };
            let visit = named.as_ref().unwrap_or(visit);
            if visit.message.is_none() {
                return Ok(None);
            }
            if dead {
                suppress(state, visit, channel).await?;
            }
            let more = Map::from_iter([("detail".to_owned(), json!(detail))]);
            tell_mark(state, visit, mark, more).await?;
            Ok(None)
        }
        Received::Mail(told) => {
            notices::told(state, visit.claim.workspace, &told).await?;
            Ok(None)
        }
        Received::Confirm { url } => {
            state.shared().outward.get(&url).await?;
            tracing::info!(workspace.id = visit.claim.workspace.0, "a provider's webhook was confirmed");
            Ok(None)
        }
        Received::Keys { digits } => {
            let more = Map::from_iter([("digits".to_owned(), json!(digits))]);
            tell_mark(state, visit, Mark::Replied, more).await?;
            Ok(None)
        }
        Received::Inbound { from, text, id, at, keyword, .. } => {
            let ws = visit.claim.workspace;
            let said = Said { channel, from, text, id, at, keyword };
            inbound(state, ws, &said).await?;
            let help = keyword == Some(Keyword::Help) && channel == MessageChannel::Sms;
            Ok(help.then(|| help_reply(company)))
        }
    }
}

/// What HELP is answered with, in TwiML.
fn help_reply(company: &str) -> String {
    let name = company.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>{name}: reply STOP to get no more messages, START to \
         get them again.</Message></Response>"
    )
}

async fn suppress(state: &ApiState, visit: &Visit, channel: MessageChannel) -> Result<(), ApiError> {
    let (Some(profile), ws, now) = (visit.profile.clone(), visit.claim.workspace, state.now()) else { return Ok(()) };
    state
        .run(move |state| {
            let country = settings(state, ws)?.default_country;
            let Ok(place) = targets(&profile, channel, country.as_deref()) else { return Ok(()) };
            let Some(address) = place.address else { return Ok(()) };
            let add = |tx: &rapport_store::Tx| {
                suppressions::add(tx, ws, channel.as_str(), &address, "hard_bounce", now, "delivery")
            };
            state.stores.control().write(add)?;
            Ok::<_, ApiError>(())
        })
        .await
}

/// A text of a customer.
struct Said {
    channel: MessageChannel,
    from: String,
    text: String,
    id: String,
    at: Option<Timestamp>,
    keyword: Option<Keyword>,
}

/// Whose number or chat it is.
async fn sender(state: &ApiState, ws: WorkspaceId, said: &Said) -> Result<Option<Profile>, ApiError> {
    let namespace = if said.channel == MessageChannel::Telegram { "telegram" } else { "phone" };
    let Some(identifier) = identity::identifier(namespace, &said.from) else { return Ok(None) };
    let value = identifier.value.clone();
    let find = move |state: &ApiState| read::profiles::by_identifier(state.engine.shared(), ws, namespace, &value);
    if let Some(found) = state.run(find.clone()).await? {
        return Ok(Some(found));
    }
    // Nobody's yet: somebody new.
    let body = json!({"context": {"externalIds": [{"id": identifier.value, "type": namespace, "collection": "users", "encoding": "none"}]}});
    events::introduce(state, ws, EventKind::Identify, &body).await?;
    let home = rapport_domain::hash::partition_of(ws, namespace, &identifier.value, state.log.partitions());
    events::applied(state, home).await;
    state.run(find).await
}

async fn inbound(state: &ApiState, ws: WorkspaceId, said: &Said) -> Result<(), ApiError> {
    let Some(profile) = sender(state, ws, said).await? else { return Ok(()) };
    let (id, channel) = (profile.id, said.channel.as_str());
    let last = state.run(move |state| read::messages::last_on(state.engine.shared(), ws, id, channel)).await?;
    let mut properties = Map::new();
    properties.insert("channel".to_owned(), json!(channel));
    let cut = said.text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MAX_TEXT_BYTES).last();
    properties.insert("text".to_owned(), json!(&said.text[..cut.unwrap_or(0)]));
    properties.insert("reply".to_owned(), json!(said.text.trim().to_lowercase()));
    properties.extend(said.keyword.map(|k| ("keyword".to_owned(), json!(format!("{k:?}").to_lowercase()))));
    if let Some(entry) = last {
        properties.insert("message_id".to_owned(), json!(entry.id.to_string()));
        properties.insert("template".to_owned(), json!(entry.template));
        properties.extend(entry.journey.map(|j| ("journey".to_owned(), json!(j))));
        properties.extend(entry.step.map(|s| ("step".to_owned(), json!(s))));
    }
    let mut batch = Vec::new();
    let mut push = |name: &str, properties: Map<String, serde_json::Value>| {
        let mut event = events::named(state, ws, id, name, properties, json!({}));
        if !said.id.is_empty() {
            // A provider that calls again tells the same event again.
            event.message_id = format!("hook-{channel}-{}-{name}", said.id);
        }
        if let Some(at) = said.at.filter(|at| event.ts.since_ms(*at) > LATE_MS) {
            event.ts = at;
        }
        batch.push(event);
    };
    let consent = |granted: bool| {
        Map::from_iter([
            ("channel".to_owned(), json!(channel)),
            ("granted".to_owned(), json!(granted)),
            ("source".to_owned(), json!(format!("{channel} keyword"))),
            // Who writes from the number has shown that it is theirs.
            ("confirmed".to_owned(), json!(granted)),
        ])
    };
    match said.keyword {
        Some(Keyword::Stop) => push(names::UNSUBSCRIBED, consent(false)),
        Some(Keyword::Start) => push(names::CONSENT_CHANGED, consent(true)),
        Some(Keyword::Help) | None => {}
    }
    push(Mark::Replied.event_name(said.channel), properties);
    events::submit(state, &batch, true).await
}

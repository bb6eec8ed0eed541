//! Calls of providers: receipts, texts of customers, keys pressed in calls.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rapport_collect::OwnedAccepted;
use rapport_delivery::channels::hooks::{
    HookFault, HookReply, HookRequest, Media, Received, answer_call, answering, certificate_url, receive,
};
use rapport_delivery::channels::http::Call;
use rapport_delivery::core::address::{Unreachable, has_number, is_restated, suppression_key};
use rapport_delivery::core::mark::Mark;
use rapport_delivery::core::sms::Keyword;
use rapport_delivery::core::{help, phone};
use rapport_delivery::{ChannelSpec, Purpose};
use rapport_domain::event::names;
use rapport_domain::profile::namespace;
use rapport_domain::time::MINUTE_MS;
use rapport_domain::{EventKind, MessageChannel, Profile, ResourceKind, Timestamp, WorkspaceId, identity};
use rapport_engine::read;
use rapport_store::control::{resources, suppressions};
use serde_json::{Map, Value, json};

use super::chats;
use super::list_calls;
use super::push::tell_mark;
use crate::customer::Visit;
use crate::document;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, bytes};
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
    let bytes = bytes(Request::new(body)).await?;
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
    let spec = Arc::new(spec);
    let (now, theirs) = (state.now(), Arc::clone(&spec));
    let work = state.run(move |_| {
        let mark = if query.is_empty() { String::new() } else { format!("?{query}") };
        let url = format!("{base}/hooks/{token}{mark}");
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let certificate = certificate.as_deref();
        let call = HookRequest { url: &url, query: &query, header: &header, body: &bytes, certificate, now };
        receive(&theirs, part, &call).map_err(|fault| refused(ws, &channel, fault))
    });
    let (received, mut reply) = work.await?;
    for item in received {
        if let Some(answer) = apply(&state, &visit, &spec, &company, item).await? {
            reply = answer;
        }
    }
    Ok(([(CONTENT_TYPE, reply.content_type)], reply.body).into_response())
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
    spec: &ChannelSpec,
    company: &str,
    item: Received,
) -> Result<Option<HookReply>, ApiError> {
    let channel = spec.kind.carries();
    match item {
        Received::Receipt { token, mark, detail, to, unreachable } => {
            let named = match token {
                Some(token) => Visit::open(state, &token).await?.filter(|v| v.claim.purpose == Purpose::Receipt),
                None => None,
            };
            let visit = named.as_ref().unwrap_or(visit);
            if visit.message.is_none() {
                return Ok(None);
            }
            if let Some(why) = unreachable {
                suppress(state, visit, channel, (why, to)).await?;
            }
            let more = Map::from_iter([("detail".to_owned(), json!(detail))]);
            tell_mark(state, visit, mark, more).await?;
            Ok(None)
        }
        Received::Joined { chat, token, id } => {
            let ws = visit.claim.workspace;
            if !chats::join(state, ws, (&chat, &id), &token).await? {
                // A link of long ago, or of somebody else: they pressed Start, no more is known.
                let keyword = Some(Keyword::Start);
                let text = "/start".to_owned();
                inbound(state, ws, Said { text, id, keyword, ..Said::by(channel, chat) }).await?;
            }
            Ok(None)
        }
        Received::Program { id, kind, data } => {
            let Purpose::Hook { channel: name, .. } = &visit.claim.purpose else { return Ok(None) };
            let change = list_calls::told(state, visit.claim.workspace, (name, spec), &id, &kind, data).await?;
            let body = serde_json::to_string(&change).unwrap_or_default();
            Ok(Some(HookReply { content_type: "application/json", body }))
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
        Received::Inbound { from, text, id, at, keyword, media, payload, .. } => {
            let ws = visit.claim.workspace;
            let to = from.clone();
            let said = Said { channel, from, text, id, at, keyword, media, payload };
            let writer = inbound(state, ws, said.clone()).await?;
            if keyword != Some(Keyword::Help) {
                return Ok(None);
            }
            let text = help::answer(&said.text, writer.as_ref().map(locales).unwrap_or_default(), company);
            if let Some(call) = answer_call(spec, &to, &text) {
                answer_by(state, ws, &call).await;
            }
            Ok(answering(spec.kind, &to, &text))
        }
        Received::Marketing { from, wanted, id, at } => {
            let said = Said { id, at, ..Said::by(channel, from) };
            marketing(state, visit.claim.workspace, said, wanted).await?;
            Ok(None)
        }
    }
}

/// Answers a customer by a call of its own. That it fails is no fault of the call it answers.
async fn answer_by(state: &ApiState, ws: WorkspaceId, call: &Call) {
    let Some(relay) = state.engine.shared().relay() else { return };
    let problem = match relay.means().http.call(call).await {
        Ok(answer) if answer.is_success() => return,
        Ok(answer) => answer.shown(),
        Err(fault) => fault.detail(),
    };
    tracing::warn!(workspace.id = ws.0, problem, "a customer's HELP could not be answered");
}

/// The languages a customer states, the best first.
fn locales(profile: &Profile) -> Vec<&str> {
    ["locale", "language"].into_iter().filter_map(|name| profile.trait_value(name)?.as_str()).collect()
}

/// Writes no more to the address a message went to, for everybody who has it. It is the one that the provider names; where it
/// names none, the customer's, unless that was stated after the message was made.
async fn suppress(
    state: &ApiState,
    visit: &Visit,
    channel: MessageChannel,
    (why, to): (Unreachable, Option<String>),
) -> Result<(), ApiError> {
    let (Some(profile), Some(entry)) = (visit.profile.clone(), visit.message.as_ref()) else { return Ok(()) };
    let (ws, now, made_at, whose) = (visit.claim.workspace, state.now(), entry.created_at, profile.id);
    let work = state.run(move |state| {
        let country = settings(state, ws)?.default_country;
        let country = country.as_deref();
        let named = to.and_then(|to| phone::sender(&to, country));
        let is_theirs = named.as_ref().is_none_or(|number| has_number(&profile, number, country));
        let present = || suppression_key(&profile, channel, country);
        let address = match named {
            None if is_restated(&profile, channel, made_at) => None,
            named => named.or_else(present),
        };
        let Some(address) = address else { return Ok(false) };
        let add = |tx: &rapport_store::Tx| {
            suppressions::add(tx, ws, channel.as_str(), &address, why.reason(), now, "delivery")
        };
        state.stores.control().write(add)?;
        Ok::<_, ApiError>(is_theirs)
    });
    if work.await? && why == Unreachable::OptedOut {
        let mut properties = visit.properties();
        properties.insert("source".to_owned(), json!("provider"));
        let event = events::named(state, ws, whose, names::UNSUBSCRIBED, properties, json!({}));
        let message_id = format!("mark-{}-{}", visit.claim.message, names::UNSUBSCRIBED);
        events::submit(state, &[OwnedAccepted { message_id, ..event }], false).await?;
    }
    Ok(())
}

/// A text of a customer.
#[derive(Clone)]
struct Said {
    channel: MessageChannel,
    from: String,
    text: String,
    id: String,
    at: Option<Timestamp>,
    keyword: Option<Keyword>,
    media: Vec<Media>,
    payload: Option<String>,
}

impl Said {
    /// Nothing yet, by somebody.
    fn by(channel: MessageChannel, from: String) -> Self {
        let (text, id, media) = (String::new(), String::new(), Vec::new());
        Said { channel, from, text, id, at: None, keyword: None, media, payload: None }
    }
}

/// Everybody whose number or chat it is, whoever got the latest message there first. A number is one in whatever form a profile
/// states it, and may be several people's; who is nobody's yet is somebody new.
pub(super) async fn owners(
    state: &ApiState,
    ws: WorkspaceId,
    channel: MessageChannel,
    from: &str,
) -> Result<Vec<Profile>, ApiError> {
    let asked = from.to_owned();
    let found = state.run(move |state| known(state, ws, channel, &asked)).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let namespace = namespace_of(channel);
    let Some(identifier) = identity::identifier(namespace, from) else { return Ok(Vec::new()) };
    let body = json!({"context": {"externalIds": [{"id": identifier.value, "type": namespace, "collection": "users", "encoding": "none"}]}});
    events::introduce(state, ws, EventKind::Identify, &body).await?;
    let home = rapport_domain::hash::partition_of(ws, namespace, &identifier.value, state.log.partitions());
    events::applied(state, home).await;
    let asked = from.to_owned();
    state.run(move |state| known(state, ws, channel, &asked)).await
}

fn namespace_of(channel: MessageChannel) -> &'static str {
    if channel == MessageChannel::Telegram { "telegram" } else { namespace::PHONE }
}

/// Everybody who has the number or chat, whoever got the latest message there first.
pub(super) fn known(
    state: &ApiState,
    ws: WorkspaceId,
    channel: MessageChannel,
    from: &str,
) -> Result<Vec<Profile>, ApiError> {
    let shared = state.engine.shared();
    let (namespace, country) = (namespace_of(channel), settings(state, ws)?.default_country);
    let forms = if namespace == namespace::PHONE { phone::written(from) } else { vec![from.to_owned()] };
    let mut found: Vec<(Option<Timestamp>, Profile)> = Vec::new();
    for form in forms {
        let Some(profile) = read::profiles::by_identifier(shared, ws, namespace, &form)? else { continue };
        // Digits without a country code may be a number of another country.
        let is_theirs = form == from || has_number(&profile, from, country.as_deref());
        if is_theirs && found.iter().all(|(_, p)| p.id != profile.id) {
            let last = read::messages::last_on(shared, ws, profile.id, channel.as_str())?;
            found.push((last.map(|entry| entry.changed_at), profile));
        }
    }
    found.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
    Ok(found.into_iter().map(|(_, profile)| profile).collect())
}

/// An event of somebody who told a provider something.
fn event(
    state: &ApiState,
    ws: WorkspaceId,
    said: &Said,
    profile: &Profile,
    (name, properties): (&str, Map<String, Value>),
) -> OwnedAccepted {
    let mut event = events::named(state, ws, profile.id, name, properties, json!({}));
    if !said.id.is_empty() {
        // A provider that calls again tells the same event again.
        event.message_id = format!("hook-{}-{}-{name}-{}", said.channel.as_str(), said.id, profile.id);
    }
    if let Some(at) = said.at.filter(|at| event.ts.since_ms(*at) > LATE_MS) {
        event.ts = at;
    }
    event
}

/// What a statement to the provider, by keyword or in its own settings, says about consent to the channel.
fn consent(channel: MessageChannel, granted: bool, source: &str) -> (&'static str, Map<String, Value>) {
    let name = if granted { names::CONSENT_CHANGED } else { names::UNSUBSCRIBED };
    let properties = Map::from_iter([
        ("channel".to_owned(), json!(channel.as_str())),
        ("granted".to_owned(), json!(granted)),
        ("source".to_owned(), json!(source)),
        // Who writes from the number has shown that it is theirs.
        ("confirmed".to_owned(), json!(granted)),
    ]);
    (name, properties)
}

/// Takes over whether a customer wants what they did not ask for: the consent of everybody who has the number. The number itself
/// stays usable for what they ask for.
async fn marketing(state: &ApiState, ws: WorkspaceId, said: Said, wanted: bool) -> Result<(), ApiError> {
    let (channel, from) = (said.channel, said.from.clone());
    let owners = state.run(move |state| known(state, ws, channel, &from)).await?;
    let told = |profile| event(state, ws, &said, profile, consent(channel, wanted, "provider"));
    let batch: Vec<OwnedAccepted> = owners.iter().map(told).collect();
    events::submit(state, &batch, true).await
}

/// Records what a customer wrote and what follows from a keyword; answers who it was.
///
/// STOP is about the number, not about one profile: it goes on the suppression list, which holds for everybody who has it, and
/// every profile that is known by it leaves the channel. START lifts both.
async fn inbound(state: &ApiState, ws: WorkspaceId, mut said: Said) -> Result<Option<Profile>, ApiError> {
    if namespace_of(said.channel) == namespace::PHONE {
        let country = state.run(move |state| Ok::<_, ApiError>(settings(state, ws)?.default_country)).await?;
        said.from = phone::sender(&said.from, country.as_deref()).unwrap_or(said.from);
    }
    let channel = said.channel.as_str();
    let writers = owners(state, ws, said.channel, &said.from).await?;
    let mut batch = Vec::new();
    if let Some(granted) = said.keyword.and_then(states) {
        let (address, now) = (said.from.clone(), state.now());
        let source = format!("{channel} keyword");
        let by = source.clone();
        state
            .write(move |tx| {
                let reason = Unreachable::OptedOut.reason();
                if granted {
                    suppressions::lift(tx, ws, channel, &address, reason)?;
                } else {
                    suppressions::add(tx, ws, channel, &address, reason, now, &by)?;
                }
                Ok(())
            })
            .await?;
        let stated = consent(said.channel, granted, &source);
        batch.extend(writers.iter().map(|profile| event(state, ws, &said, profile, stated.clone())));
    }
    let Some(writer) = writers.into_iter().next() else { return Ok(None) };
    let properties = told(state, ws, &writer, &said).await?;
    batch.push(event(state, ws, &said, &writer, (Mark::Replied.event_name(said.channel), properties)));
    events::submit(state, &batch, true).await?;
    Ok(Some(writer))
}

/// Whether a keyword gives or withdraws consent.
fn states(keyword: Keyword) -> Option<bool> {
    match keyword {
        Keyword::Stop => Some(false),
        Keyword::Start => Some(true),
        Keyword::Help => None,
    }
}

/// What the event of a text says: the text, and the message it answers.
async fn told(
    state: &ApiState,
    ws: WorkspaceId,
    writer: &Profile,
    said: &Said,
) -> Result<Map<String, Value>, ApiError> {
    let (id, channel) = (writer.id, said.channel.as_str());
    let last = state.run(move |state| read::messages::last_on(state.engine.shared(), ws, id, channel)).await?;
    let mut properties = Map::new();
    properties.insert("channel".to_owned(), json!(channel));
    let text = &said.text[..said.text.floor_char_boundary(MAX_TEXT_BYTES)];
    properties.insert("text".to_owned(), json!(text));
    properties.insert("reply".to_owned(), json!(text.trim().to_lowercase()));
    if !said.media.is_empty() {
        let shown = |m: &Media| {
            let mut one = json!({"type": m.kind});
            for (name, value) in [("url", &m.url), ("id", &m.id)] {
                value.iter().for_each(|value| one[name] = json!(value));
            }
            one
        };
        properties.insert("media".to_owned(), said.media.iter().map(shown).collect());
    }
    properties.extend(said.payload.as_ref().map(|payload| ("payload".to_owned(), json!(payload))));
    properties.extend(said.keyword.map(|k| ("keyword".to_owned(), json!(format!("{k:?}").to_lowercase()))));
    if let Some(entry) = last {
        properties.insert("message_id".to_owned(), json!(entry.id.to_string()));
        properties.insert("template".to_owned(), json!(entry.template));
        properties.extend(entry.journey.map(|j| ("journey".to_owned(), json!(j))));
        properties.extend(entry.step.map(|s| ("step".to_owned(), json!(s))));
    }
    Ok(properties)
}

//! Calls of providers: receipts, texts of customers, keys pressed in calls.

use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rapport_collect::OwnedAccepted;
use rapport_delivery::channels::hooks::{
    HookFault, HookReply, HookRequest, Received, answering, certificate_url, receive,
};
use rapport_delivery::core::address::{Unreachable, has_number, suppression_key};
use rapport_delivery::core::mark::Mark;
use rapport_delivery::core::sms::Keyword;
use rapport_delivery::core::{help, phone};
use rapport_delivery::{ChannelSpec, ProviderKind, Purpose};
use rapport_domain::event::names;
use rapport_domain::profile::namespace;
use rapport_domain::time::MINUTE_MS;
use rapport_domain::{EventKind, MessageChannel, Profile, ResourceKind, Timestamp, WorkspaceId, identity};
use rapport_engine::read;
use rapport_store::control::{resources, suppressions};
use serde_json::{Map, Value, json};

use super::chats;
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
    let kind = spec.kind;
    let now = state.now();
    let work = state.run(move |_| {
        let mark = if query.is_empty() { String::new() } else { format!("?{query}") };
        let url = format!("{base}/hooks/{token}{mark}");
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let certificate = certificate.as_deref();
        let call = HookRequest { url: &url, query: &query, header: &header, body: &bytes, certificate, now };
        receive(&spec, part, &call).map_err(|fault| refused(ws, &channel, fault))
    });
    let (received, mut reply) = work.await?;
    for item in received {
        if let Some(answer) = apply(&state, &visit, kind, &company, item).await? {
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
    kind: ProviderKind,
    company: &str,
    item: Received,
) -> Result<Option<HookReply>, ApiError> {
    let channel = kind.carries();
    match item {
        Received::Receipt { token, mark, detail, unreachable } => {
            let named = match token {
                Some(token) => Visit::open(state, &token).await?.filter(|v| v.claim.purpose == Purpose::Receipt),
                None => None,
            };
            let visit = named.as_ref().unwrap_or(visit);
            if visit.message.is_none() {
                return Ok(None);
            }
            if let Some(why) = unreachable {
                suppress(state, visit, channel, why).await?;
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
                inbound(state, ws, Said { channel, from: chat, text: "/start".to_owned(), id, at: None, keyword })
                    .await?;
            }
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
            let to = from.clone();
            let said = Said { channel, from, text, id, at, keyword };
            let writer = inbound(state, ws, said.clone()).await?;
            Ok((keyword == Some(Keyword::Help))
                .then(|| {
                    let locales = writer.as_ref().map(locales).unwrap_or_default();
                    answering(kind, &to, &help::answer(&said.text, locales, company))
                })
                .flatten())
        }
    }
}

/// The languages a customer states, the best first.
fn locales(profile: &Profile) -> Vec<&str> {
    ["locale", "language"].into_iter().filter_map(|name| profile.trait_value(name)?.as_str()).collect()
}

/// Writes no more to the address of a message: for everybody who has it.
async fn suppress(state: &ApiState, visit: &Visit, channel: MessageChannel, why: Unreachable) -> Result<(), ApiError> {
    let (Some(profile), ws, now) = (visit.profile.clone(), visit.claim.workspace, state.now()) else { return Ok(()) };
    if why == Unreachable::OptedOut {
        let mut properties = visit.properties();
        properties.insert("source".to_owned(), json!("provider"));
        let event = events::named(state, ws, profile.id, names::UNSUBSCRIBED, properties, json!({}));
        let message_id = format!("mark-{}-{}", visit.claim.message, names::UNSUBSCRIBED);
        events::submit(state, &[OwnedAccepted { message_id, ..event }], false).await?;
    }
    state
        .run(move |state| {
            let country = settings(state, ws)?.default_country;
            let Some(address) = suppression_key(&profile, channel, country.as_deref()) else { return Ok(()) };
            let add = |tx: &rapport_store::Tx| {
                suppressions::add(tx, ws, channel.as_str(), &address, why.reason(), now, "delivery")
            };
            state.stores.control().write(add)?;
            Ok::<_, ApiError>(())
        })
        .await
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
}

/// Everybody whose number or chat it is, whoever got the latest message there first. A number is one in whatever form a profile
/// states it, and may be several people's; who is nobody's yet is somebody new.
async fn writers(state: &ApiState, ws: WorkspaceId, said: &Said) -> Result<Vec<Profile>, ApiError> {
    let (channel, from) = (said.channel, said.from.clone());
    let found = state.run(move |state| known(state, ws, channel, &from)).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let namespace = namespace_of(said.channel);
    let Some(identifier) = identity::identifier(namespace, &said.from) else { return Ok(Vec::new()) };
    let body = json!({"context": {"externalIds": [{"id": identifier.value, "type": namespace, "collection": "users", "encoding": "none"}]}});
    events::introduce(state, ws, EventKind::Identify, &body).await?;
    let home = rapport_domain::hash::partition_of(ws, namespace, &identifier.value, state.log.partitions());
    events::applied(state, home).await;
    let from = said.from.clone();
    state.run(move |state| known(state, ws, channel, &from)).await
}

fn namespace_of(channel: MessageChannel) -> &'static str {
    if channel == MessageChannel::Telegram { "telegram" } else { namespace::PHONE }
}

fn known(state: &ApiState, ws: WorkspaceId, channel: MessageChannel, from: &str) -> Result<Vec<Profile>, ApiError> {
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
    let writers = writers(state, ws, &said).await?;
    let event = |profile: &Profile, name: &str, properties: Map<String, Value>| {
        let mut event = events::named(state, ws, profile.id, name, properties, json!({}));
        if !said.id.is_empty() {
            // A provider that calls again tells the same event again.
            event.message_id = format!("hook-{channel}-{}-{name}-{}", said.id, profile.id);
        }
        if let Some(at) = said.at.filter(|at| event.ts.since_ms(*at) > LATE_MS) {
            event.ts = at;
        }
        event
    };
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
        let name = if granted { names::CONSENT_CHANGED } else { names::UNSUBSCRIBED };
        let consent = Map::from_iter([
            ("channel".to_owned(), json!(channel)),
            ("granted".to_owned(), json!(granted)),
            ("source".to_owned(), json!(source)),
            // Who writes from the number has shown that it is theirs.
            ("confirmed".to_owned(), json!(granted)),
        ]);
        batch.extend(writers.iter().map(|profile| event(profile, name, consent.clone())));
    }
    let Some(writer) = writers.into_iter().next() else { return Ok(None) };
    let properties = told(state, ws, &writer, &said).await?;
    batch.push(event(&writer, Mark::Replied.event_name(said.channel), properties));
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
    properties.extend(said.keyword.map(|k| ("keyword".to_owned(), json!(format!("{k:?}").to_lowercase()))));
    if let Some(entry) = last {
        properties.insert("message_id".to_owned(), json!(entry.id.to_string()));
        properties.insert("template".to_owned(), json!(entry.template));
        properties.extend(entry.journey.map(|j| ("journey".to_owned(), json!(j))));
        properties.extend(entry.step.map(|s| ("step".to_owned(), json!(s))));
    }
    Ok(properties)
}

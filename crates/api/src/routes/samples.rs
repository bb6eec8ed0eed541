//! A template as it looks where it will be read: sent to whom the team names, marked as a test.
//!
//! It is not a message: it is in no ledger, report or cap, and its links count nothing and unsubscribe nobody. Mail goes to members
//! only. Other channels have no addresses of members, so the gate is asked as for a message that somebody asked for (suppression,
//! address, WhatsApp's window), and whoever refused the channel gets no test either (invariant I8).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use rapport_delivery::channels::http::Http;
use rapport_delivery::channels::trial::mark_as_test;
use rapport_delivery::channels::{self, Content, Decided, Means, Outgoing, Provider, Wire, unfit, webhook};
use rapport_delivery::core::address::{Target, Targets, parse_email, targets};
use rapport_delivery::core::route::{Candidate, order};
use rapport_delivery::core::window::window_ms;
use rapport_delivery::{Deps, GateDecision, GateInput, LiveChannel, OriginState, Tokens, decide};
use rapport_domain::profile::Trait;
use rapport_domain::record::LetterBody;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{ConsentState, MessageChannel, OutboundMessage, Profile, ProfileId, WorkspaceId};
use rapport_store::control::members;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::hooks;
use super::preview::{MissingView, PreviewInput, Stage};
use super::profiles::found;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body};
use crate::reply::Reply;
use crate::state::ApiState;
use crate::view::profile_id;

/// People one test goes to, at most.
const MAX_TESTERS: usize = 10;
/// How long a provider may take for each where no relay runs.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long an in-app message that is a test is kept.
const INAPP_MS: i64 = DAY_MS;

/// Whom to send a template to, and with what.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleInput {
    /// Addresses: of members of this workspace for mail, else telephone numbers or the ids of Telegram chats.
    #[serde(default)]
    to: Vec<String>,
    /// Profiles, by their own addresses, devices or sessions; not for mail.
    #[serde(default)]
    profiles: Vec<String>,
    /// The id of a live channel; the one that routing names when absent.
    channel: Option<String>,
    /// The version; the newest when absent, so that a draft can be seen before it is published.
    version: Option<u32>,
    /// The profile to render for; when absent each of `profiles` itself, else somebody without traits.
    profile: Option<String>,
    /// Traits in the place of the profile's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    traits: Map<String, Value>,
    /// Values beside the profile: `event`, `journey`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// The language and region to see it in.
    locale: Option<String>,
}

/// What became of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SampleView {
    /// Whether every message was taken.
    ok: bool,
    /// Each message.
    messages: Vec<SampleMessage>,
    /// Values the template asked for and nobody had.
    missing: Vec<MissingView>,
}

/// One message of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SampleMessage {
    /// To whom: the address or profile of the request; what the template or the channel names for calls to programs and rooms.
    to: String,
    /// The channel it went by; null when it did not come so far.
    channel: Option<String>,
    /// The provider's answer, when it took it.
    answer: Option<String>,
    /// What went wrong or stood against it, when it was not taken.
    problem: Option<String>,
}

/// Somebody who gets a test.
struct Tester {
    /// As the request names them.
    name: String,
    /// Everybody who has that address; nobody for members and programs.
    profiles: Vec<Profile>,
    targets: Targets,
    /// For whom it is rendered, when the request does not say.
    shown: Option<ProfileId>,
}

/// A message ready to leave, or what stands against it.
struct Packed {
    to: String,
    ready: Result<Ready, String>,
}

struct Ready {
    channel: String,
    provider: Arc<dyn Provider>,
    wire: Wire,
    /// Whose in-app messages it joins.
    profile: ProfileId,
}

/// `POST /api/v1/templates/{id}/test`.
pub(crate) async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<SampleInput>,
) -> Reply<SampleView> {
    let ws = caller.workspace;
    let (now, object, template) = (state.now(), format!("template/{id}"), id.clone());
    let (packed, missing) = state
        .run(move |state| {
            let (packed, missing) = pack(state, ws, &id, &input)?;
            let detail = json!({"messages": packed.len()});
            state.stores.control().write(|tx| caller.audit(tx, now, "template.test", &object, &detail))?;
            Ok::<_, ApiError>((packed, missing))
        })
        .await?;
    let mut messages = Vec::new();
    for Packed { to, ready } in packed {
        let (channel, answered) = match ready {
            Ok(ready) => (Some(ready.channel.clone()), leave(&state, ws, &template, ready).await?),
            Err(problem) => (None, Err(problem)),
        };
        let (answer, problem) = match answered {
            Ok(answer) => (Some(answer), None),
            Err(problem) => (None, Some(problem)),
        };
        messages.push(SampleMessage { to, channel, answer, problem });
    }
    let ok = messages.iter().all(|m| m.problem.is_none());
    Ok(Json(SampleView { ok, messages, missing }))
}

/// Hands one over; what the provider answered, or why it did not take it.
async fn leave(
    state: &ApiState,
    ws: WorkspaceId,
    template: &str,
    ready: Ready,
) -> Result<Result<String, String>, ApiError> {
    let Ready { provider, wire, profile, .. } = ready;
    if let Wire::Deposit(content) = wire {
        let (content, expires_at) = (content.to_string(), state.now().plus_ms(INAPP_MS));
        let body = LetterBody::ShowTest { profile, template: template.to_owned(), content, expires_at };
        events::send(state, ws, profile.home(), body, true).await?;
        return Ok(Ok("kept until the page or app asks for it".to_owned()));
    }
    let sent = provider.send(&wire, &Decided).await;
    Ok(sent.map(|receipt| receipt.response).map_err(|fault| fault.detail()))
}

fn pack(
    state: &ApiState,
    ws: WorkspaceId,
    id: &str,
    input: &SampleInput,
) -> Result<(Vec<Packed>, Vec<MissingView>), ApiError> {
    let deps = state.engine.delivery_deps();
    let stage = |profile: Option<String>| {
        let preview = PreviewInput {
            id: Some(id.to_owned()),
            version: input.version,
            profile: input.profile.clone().or(profile),
            traits: input.traits.clone(),
            data: input.data.clone(),
            locale: input.locale.clone(),
            ..PreviewInput::default()
        };
        let mut stage = Stage::set(state, ws, preview)?;
        // The ones that count would lead nowhere.
        stage.untracked();
        Ok::<_, ApiError>(stage)
    };
    let usual = stage(None)?;
    let kind = MessageChannel::parse(&usual.message.channel)
        .ok_or_else(|| ApiError::invalid_at("template", "its channel is none"))?;
    let channels = named(&deps, ws, kind, input.channel.as_deref())?;
    let country = deps.catalog.settings(ws)?.default_country.clone();
    let testers = testers(state, ws, (kind, country.as_deref()), input)?;
    let means = match state.engine.shared().relay() {
        Some(relay) => relay.means(),
        None => {
            let http = Http::new(PATIENCE, &state.config.outbound).map_err(|e| ApiError::invalid_at("channel", e))?;
            Means { timeout: PATIENCE, http: Arc::new(http) }
        }
    };
    let (mut packed, mut missing, mut names) = (Vec::new(), Vec::new(), HashSet::new());
    for tester in testers {
        let own = tester.shown.map(|profile| stage(Some(profile.to_string()))).transpose()?;
        let stage = own.as_ref().unwrap_or(&usual);
        let (mut content, asked) = stage.play(state)?;
        missing.extend(asked.into_iter().filter(|m| names.insert(m.name.clone())).map(MissingView::from));
        mark_as_test(kind, &mut content);
        let ready = match objection(&deps, stage, kind, &tester, (&content, &channels))? {
            Some(problem) => Err(problem),
            None => ready(state, (ws, kind), stage, &content, (&tester, &channels, &means))?,
        };
        packed.push(Packed { to: tester.name, ready });
    }
    Ok((packed, missing))
}

/// The live channel of that id, or all that carry such messages.
fn named(
    deps: &Deps,
    ws: WorkspaceId,
    kind: MessageChannel,
    id: Option<&str>,
) -> Result<Vec<Arc<LiveChannel>>, ApiError> {
    let live = deps.catalog.channels(ws, kind.as_str())?;
    let fits: Vec<_> = live.iter().filter(|c| id.is_none_or(|id| id == c.id)).cloned().collect();
    if fits.is_empty() {
        let what = format!("there is no such live channel that carries {}", kind.as_str());
        return Err(ApiError::invalid_at("channel", what));
    }
    Ok(fits)
}

fn testers(
    state: &ApiState,
    ws: WorkspaceId,
    (kind, country): (MessageChannel, Option<&str>),
    input: &SampleInput,
) -> Result<Vec<Tester>, ApiError> {
    use MessageChannel::{Email, InApp, Push, Slack, Teams, WebPush, Webhook};
    if matches!(kind, Webhook | Slack | Teams) {
        let refuse = |at: &str| ApiError::invalid_at(at, "such a message goes where the template or the channel says");
        if let Some(at) = [("to", &input.to), ("profiles", &input.profiles)].iter().find(|(_, l)| !l.is_empty()) {
            return Err(refuse(at.0));
        }
        let targets = Targets { list: vec![Target::Endpoint], address: None, country: None };
        let name = kind.as_str().to_owned();
        return Ok(vec![Tester { name, profiles: Vec::new(), targets, shown: None }]);
    }
    if matches!(kind, Push | WebPush | InApp) && !input.to.is_empty() {
        return Err(ApiError::invalid_at("to", "this channel has no addresses: name profiles, whose devices are used"));
    }
    if kind == Email && !input.profiles.is_empty() {
        return Err(ApiError::invalid_at("profiles", "a mail is tested by members of the team only: name them in to"));
    }
    if !(1..=MAX_TESTERS).contains(&(input.to.len() + input.profiles.len())) {
        let at = if matches!(kind, Push | WebPush | InApp) { "profiles" } else { "to" };
        return Err(ApiError::invalid_at(at, format!("expected 1 to {MAX_TESTERS} who get the test")));
    }
    let mut out = Vec::new();
    for (at, address) in input.to.iter().enumerate() {
        let wrong = |detail: String| ApiError::invalid_at(format!("to[{at}]"), detail);
        let (targets, profiles) = match kind {
            Email => {
                let nobody = || wrong(format!("expected the address of a member of this workspace, found {address:?}"));
                (member(state, ws, address)?.ok_or_else(nobody)?, Vec::new())
            }
            _ => {
                let targets = targets(&stranger(ws, kind, address), kind, country).map_err(wrong)?;
                let key = targets.address.clone().unwrap_or_else(|| address.clone());
                (targets, hooks::known(state, ws, kind, &key)?)
            }
        };
        out.push(Tester { name: address.clone(), profiles, targets, shown: None });
    }
    for (at, id) in input.profiles.iter().enumerate() {
        let profile = found(state, ws, profile_id(id)?)?;
        let wrong = |detail: String| ApiError::invalid_at(format!("profiles[{at}]"), detail);
        let targets = targets(&profile, kind, country).map_err(wrong)?;
        let shown = Some(profile.id);
        out.push(Tester { name: id.clone(), profiles: vec![profile], targets, shown });
    }
    Ok(out)
}

/// Where a member of the workspace reads mail; `None` when it is nobody's address.
fn member(state: &ApiState, ws: WorkspaceId, address: &str) -> Result<Option<Targets>, ApiError> {
    let known = state.stores.control().read(|q| members::by_email(q, address))?;
    let target = parse_email(address).filter(|_| known.is_some_and(|m| m.workspace == ws && !m.disabled));
    Ok(target.map(|target| Targets { list: vec![Target::Email(target)], address: None, country: None }))
}

/// Somebody of whom nothing is known but an address.
fn stranger(ws: WorkspaceId, kind: MessageChannel, address: &str) -> Profile {
    let name = if kind == MessageChannel::Telegram { "telegram" } else { "phone" };
    let mut profile = Profile::new(ws, ProfileId(0), false, rapport_domain::Timestamp(0));
    let value = Value::from(address.trim());
    profile.traits.insert(name.to_owned(), Trait { value, at: rapport_domain::Timestamp(0) });
    profile
}

/// Why a test may not leave, by the gate.
fn objection(
    deps: &Deps,
    stage: &Stage,
    kind: MessageChannel,
    tester: &Tester,
    (content, channels): (&Content, &[Arc<LiveChannel>]),
) -> Result<Option<String>, ApiError> {
    let (ws, channel, now) = (stage.message.workspace, kind.as_str(), stage.now);
    let refused = |p: &Profile| p.consent(channel, None) == ConsentState::Denied;
    if tester.profiles.iter().any(refused) {
        return Ok(Some(format!("they refused messages by {channel}")));
    }
    let place = match kind {
        MessageChannel::Email => return Ok(None),
        MessageChannel::Webhook => Some(webhook::place(content, channels)),
        _ => tester.targets.address.clone(),
    };
    let suppressed = match place {
        Some(place) => deps.suppressions.suppressed(ws, channel, &place)?,
        None => None,
    };
    let mut wrote = None;
    if window_ms(&stage.template.spec).is_some() {
        for profile in &tester.profiles {
            wrote = wrote.max(deps.ledger.wrote(profile, channel)?);
        }
    }
    let message = OutboundMessage { transactional: true, expires_at: now.plus_ms(HOUR_MS), ..stage.message.clone() };
    let settings = deps.catalog.settings(ws)?;
    let said = decide(&GateInput {
        message: &message,
        now,
        template: Some(&stage.template.spec),
        channel_live: true,
        topic: None,
        settings: &settings,
        profile: tester.profiles.first(),
        already_sent: false,
        suppressed: suppressed.as_ref(),
        wrote,
        hours: None,
        address: None,
        origin: OriginState::Live,
        contacts: &[],
        under_way: &[],
    });
    Ok(match said {
        GateDecision::Send => None,
        GateDecision::Skip { detail, .. } | GateDecision::Defer { detail, .. } | GateDecision::Expire { detail } => {
            Some(detail.text)
        }
    })
}

/// What goes over the wire, by the channel that routing names first.
fn ready(
    state: &ApiState,
    (ws, kind): (WorkspaceId, MessageChannel),
    stage: &Stage,
    content: &Content,
    (tester, channels, means): (&Tester, &[Arc<LiveChannel>], &Means),
) -> Result<Result<Ready, String>, ApiError> {
    let (spec, places) = (&stage.template.spec, &tester.targets);
    let fits: Vec<_> = channels.iter().filter(|c| unfit(&c.spec, spec, &places.list).is_none()).collect();
    let candidates: Vec<Candidate<'_>> = fits.iter().map(|c| Candidate::of(c, false)).collect();
    let Some(first) = order(&candidates, places.country.as_deref(), stage.message.id).first().copied() else {
        let why = channels.iter().find_map(|c| unfit(&c.spec, spec, &places.list));
        return Ok(Err(why.unwrap_or("no live channel is for the recipient's country").to_owned()));
    };
    let channel = fits[first];
    let provider = match channels::open(&channel.spec, means) {
        Ok(provider) => provider,
        Err(problem) => return Ok(Err(problem)),
    };
    let signers = match kind {
        MessageChannel::Email => state.engine.delivery_deps().catalog.signers(ws)?,
        _ => Arc::default(),
    };
    let tokens = Tokens::new(b"links of a preview are signed with a key nothing accepts");
    let wire = provider.encode(&Outgoing {
        message: &stage.message,
        template: spec,
        content,
        targets: &places.list,
        country: places.country.as_deref(),
        channel: &channel.id,
        links: &stage.links(&tokens),
        signers: &signers,
        now: stage.now,
    });
    let wire = wire.map_err(|e| ApiError::invalid_at("template", e))?;
    let profile = tester.profiles.first().map_or(ProfileId(0), |p| p.id);
    Ok(Ok(Ready { channel: channel.id.clone(), provider, wire, profile }))
}

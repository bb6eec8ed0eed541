//! What comes before the hand-over: everything the gate looks at, its decision, and the content. May read storage.

use std::sync::Arc;
use std::time::Instant;

use rapport_domain::message::MessageOutcome;
use rapport_domain::{MessageChannel, OutboundMessage, Profile, ProfileId, SkipReason, Timestamp};

use super::Inner;
use super::attempt::{UNREADABLE_WAIT_MS, put_back, skipped};
use crate::channels::Content;
use crate::channels::compose::{compose, shorten};
use crate::channels::email::dkim::Signer;
use crate::channels::email::{ComposeFault, Extras};
use crate::core::address::{Targets, suppression_key, targets};
use crate::core::caps::{Contact, is_limited};
use crate::core::gate::{GateDecision, GateInput, decide, is_counted, topic_of};
use crate::core::window::window_ms;
use crate::deps::OriginState;
use crate::error::DeliveryError;
use crate::spec::{LiveChannel, LiveTemplate, MAX_WINDOW_MS, SettingsSpec, TopicSpec};
use crate::tracking::links::Links;

/// A message that passed the gate.
pub(super) struct Ready {
    pub(super) template: Arc<LiveTemplate>,
    pub(super) content: Content,
    pub(super) targets: Targets,
    /// The channels that could carry it.
    pub(super) channels: Arc<Vec<Arc<LiveChannel>>>,
    pub(super) profile: ProfileId,
    /// Where customers reach this server.
    pub(super) base: String,
    pub(super) topic: Option<String>,
    pub(super) is_counted: bool,
    pub(super) short_links: Vec<(String, String)>,
    /// Who signs mail.
    pub(super) signers: Arc<Vec<Arc<Signer>>>,
    /// When the gate was asked.
    pub(super) asked_at: Instant,
}

/// What the gate looks at, beside what reached the customer.
struct Looked {
    settings: Arc<SettingsSpec>,
    template: Option<Arc<LiveTemplate>>,
    channels: Arc<Vec<Arc<LiveChannel>>>,
    topic: Option<Arc<TopicSpec>>,
    profile: Option<Profile>,
    targets: Result<Targets, String>,
    suppressed: bool,
    wrote: Option<Timestamp>,
    origin: OriginState,
}

fn look(inner: &Inner, message: &OutboundMessage) -> Result<Looked, DeliveryError> {
    let (deps, workspace) = (&inner.deps, message.workspace);
    let settings = deps.catalog.settings(workspace)?;
    let template = deps.catalog.template(workspace, &message.template)?;
    let channels = deps.catalog.channels(workspace, &message.channel)?;
    let spec = template.as_ref().map(|t| &t.spec);
    let topic = match topic_of(message, spec) {
        Some(id) => deps.catalog.topic(workspace, id)?,
        None => None,
    };
    let profile = deps.audience.profile(workspace, message.profile)?;
    let kind = MessageChannel::parse(&message.channel);
    let country = settings.default_country.as_deref();
    let targets = match (&profile, kind) {
        (Some(profile), Some(kind)) => targets(profile, kind, country),
        (None, _) => Err("the profile does not exist any more".to_owned()),
        (_, None) => Err(format!("{:?} is no channel", message.channel)),
    };
    let key = match (&targets, &profile, kind) {
        (Ok(targets), ..) => targets.address.clone(),
        (Err(_), Some(profile), Some(kind)) => suppression_key(profile, kind, country),
        _ => None,
    };
    let suppressed = match &key {
        Some(address) => deps.suppressions.is_suppressed(workspace, &message.channel, address)?,
        None => false,
    };
    let wrote = match (&profile, spec.and_then(window_ms)) {
        (Some(profile), Some(_)) => deps.ledger.wrote(profile, &message.channel)?,
        _ => None,
    };
    let origin = match &message.origin {
        Some(origin) => deps.journeys.state(message, origin)?,
        None => OriginState::Live,
    };
    Ok(Looked { settings, template, channels, topic, profile, targets, suppressed, wrote, origin })
}

impl Looked {
    fn decide(
        &self,
        message: &OutboundMessage,
        now: Timestamp,
        already_sent: bool,
        (contacts, under_way): (&[Contact], &[Contact]),
    ) -> GateDecision {
        decide(&GateInput {
            message,
            now,
            template: self.template.as_ref().map(|t| &t.spec),
            channel_live: !self.channels.is_empty(),
            topic: self.topic.as_deref(),
            settings: &self.settings,
            profile: self.profile.as_ref(),
            already_sent,
            suppressed: self.suppressed,
            wrote: self.wrote,
            address: self.targets.as_ref().err().map(String::as_str),
            origin: self.origin,
            contacts,
            under_way,
        })
    }
}

/// Asks once more about a message that had to wait after the gate had let it pass: the customer may have unsubscribed or left
/// the journey meanwhile. Answers what became of it when it may not leave any more; caps counted it already.
pub(super) fn objects(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
) -> Result<Option<MessageOutcome>, DeliveryError> {
    Ok(match look(inner, message)?.decide(message, now, false, (&[], &[])) {
        GateDecision::Send => None,
        GateDecision::Skip { reason, detail } => Some(skipped(reason, detail)),
        GateDecision::Defer { until, detail } => Some(MessageOutcome::Deferred { until, detail, attempt: false }),
        GateDecision::Expire { detail } => Some(MessageOutcome::Failed { detail }),
    })
}

/// Asks the gate and makes the content.
pub(super) fn prepare(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
) -> Result<Result<Ready, MessageOutcome>, DeliveryError> {
    let (deps, workspace) = (&inner.deps, message.workspace);
    let looked = look(inner, message)?;
    let spec = looked.template.as_ref().map(|t| &t.spec);
    let counted = is_counted(message, spec);
    // One decision a customer at a time: two messages at once must not both take the last place under a cap.
    let turn = looked.profile.as_ref().filter(|_| counted).map(|p| inner.under_way.turn(workspace, p.id));
    let under_way = turn.as_ref().map(|t| t.contacts()).unwrap_or_default();
    let limited = |p: &&Profile| counted && is_limited(&looked.settings, p);
    let contacts = match looked.profile.as_ref().filter(limited) {
        Some(profile) => deps.ledger.contacts(profile, now.plus_ms(-MAX_WINDOW_MS))?,
        None => Vec::new(),
    };
    let already_sent = deps.ledger.is_sent(workspace, message.profile, message.id)?;
    let decision = looked.decide(message, now, already_sent, (&contacts, &under_way));
    if let (GateDecision::Send, Some(turn)) = (&decision, turn) {
        let topic = topic_of(message, spec).map(str::to_owned);
        turn.admit(Contact { id: message.id, channel: message.channel.clone(), topic, at: now, reacted: false });
    }
    let Looked { settings, template, channels, profile, targets, .. } = looked;
    let kind = MessageChannel::parse(&message.channel);
    match (decision, template, profile, targets) {
        (GateDecision::Send, Some(template), Some(profile), Ok(targets)) => {
            let signers = match kind {
                Some(MessageChannel::Email) => deps.catalog.signers(workspace)?,
                _ => Arc::default(),
            };
            let made = content(inner, message, now, (template, channels), &settings, &profile, targets);
            let Ok(mut ready) = made else { return Ok(made) };
            if kind == Some(MessageChannel::Webhook) {
                // A program that said it is gone is not called any more; which one it is the content says.
                let place = crate::channels::webhook::place(&ready.content, &ready.channels);
                if deps.suppressions.is_suppressed(workspace, &message.channel, &place)? {
                    return Ok(Err(skipped(SkipReason::Suppressed, "the endpoint said that it is gone (410)")));
                }
                ready.targets.address = Some(place);
            }
            ready.signers = signers;
            Ok(Ok(ready))
        }
        (GateDecision::Send, ..) => Ok(Err(skipped(SkipReason::NotLive, "nothing to send with"))),
        (GateDecision::Skip { reason, detail }, ..) => Ok(Err(skipped(reason, detail))),
        (GateDecision::Defer { until, detail }, ..) => {
            Ok(Err(MessageOutcome::Deferred { until, detail, attempt: false }))
        }
        (GateDecision::Expire { detail }, ..) => Ok(Err(MessageOutcome::Failed { detail })),
    }
}

fn content(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
    (template, channels): (Arc<LiveTemplate>, Arc<Vec<Arc<LiveChannel>>>),
    settings: &SettingsSpec,
    profile: &Profile,
    targets: Targets,
) -> Result<Ready, MessageOutcome> {
    let base = settings.public_url.as_deref().unwrap_or(&inner.config.public_url);
    let links =
        Links { tokens: &inner.tokens, base, workspace: message.workspace, message: message.id, profile: profile.id };
    let extras = Extras { sources: &*inner.deps.sources, notes_missing: false };
    let mut content =
        compose(&template, message, profile, settings, &links, now, &extras).map_err(|fault| match fault {
            ComposeFault::Content(error) => skipped(SkipReason::InvalidTemplate, error.to_string()),
            ComposeFault::Unavailable(error) => put_back(now, UNREADABLE_WAIT_MS, error.to_string()),
        })?;
    let short_links =
        if template.spec.track_clicks { shorten(&mut content, &message.channel, &links) } else { Vec::new() };
    Ok(Ready {
        topic: topic_of(message, Some(&template.spec)).map(str::to_owned),
        is_counted: is_counted(message, Some(&template.spec)),
        base: base.to_owned(),
        profile: profile.id,
        template,
        content,
        targets,
        channels,
        short_links,
        signers: Arc::default(),
        asked_at: Instant::now(),
    })
}

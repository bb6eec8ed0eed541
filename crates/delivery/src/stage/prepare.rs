//! What comes first: everything the gate looks at, and its decision. May read storage.

use std::sync::Arc;
use std::time::Instant;

use rapport_domain::hours::HourScores;
use rapport_domain::message::MessageOutcome;
use rapport_domain::{MessageChannel, OutboundMessage, OutboxId, Profile, SkipReason, Timestamp};
use serde_json::{Map, Value};

use super::Inner;
use super::attempt::skipped;
use crate::channels::email::dkim::Signer;
use crate::core::address::{Targets, suppression_key, targets};
use crate::core::caps::{Contact, is_limited};
use crate::core::gate::{GateDecision, GateInput, Suppressed, decide, is_counted, passing, topic_of, wants_hours};
use crate::core::window::window_ms;
use crate::deps::{Deps, Known, OriginState};
use crate::error::DeliveryError;
use crate::spec::{LiveChannel, LiveTemplate, MAX_WINDOW_MS, SettingsSpec, TopicSpec};

/// A message that passed the gate.
pub(super) struct Passed {
    pub(super) template: Arc<LiveTemplate>,
    pub(super) targets: Targets,
    /// The channels that could carry it.
    pub(super) channels: Arc<Vec<Arc<LiveChannel>>>,
    pub(super) profile: Profile,
    pub(super) settings: Arc<SettingsSpec>,
    pub(super) topic: Option<String>,
    pub(super) is_counted: bool,
    /// What the gate saw.
    pub(super) seen: Map<String, Value>,
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
    suppressed: Option<Suppressed>,
    wrote: Option<Timestamp>,
    hours: Option<HourScores>,
    origin: OriginState,
}

fn look(
    deps: &Deps,
    message: &OutboundMessage,
    is_under_way: &dyn Fn(OutboxId) -> bool,
) -> Result<Looked, DeliveryError> {
    let workspace = message.workspace;
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
        Some(address) => deps.suppressions.suppressed(workspace, &message.channel, address)?,
        None => None,
    };
    let wrote = match (&profile, spec.and_then(window_ms)) {
        (Some(profile), Some(_)) => deps.ledger.wrote(profile, &message.channel)?,
        _ => None,
    };
    let hours = match &profile {
        Some(profile) if wants_hours(spec) => Some(deps.audience.hours(workspace, profile.id)?),
        _ => None,
    };
    let origin = match &message.origin {
        Some(origin) => deps.journeys.state(message, origin, &Known { profile: profile.as_ref(), is_under_way })?,
        None => OriginState::Live,
    };
    Ok(Looked { settings, template, channels, topic, profile, targets, suppressed, wrote, hours, origin })
}

impl Looked {
    fn input<'a>(
        &'a self,
        message: &'a OutboundMessage,
        now: Timestamp,
        already_sent: bool,
        (contacts, under_way): (&'a [Contact], &'a [Contact]),
    ) -> GateInput<'a> {
        GateInput {
            message,
            now,
            template: self.template.as_ref().map(|t| &t.spec),
            channel_live: !self.channels.is_empty(),
            topic: self.topic.as_deref(),
            settings: &self.settings,
            profile: self.profile.as_ref(),
            already_sent,
            suppressed: self.suppressed.as_ref(),
            wrote: self.wrote,
            hours: self.hours.as_ref(),
            address: self.targets.as_ref().err().map(String::as_str),
            origin: self.origin,
            contacts,
            under_way,
        }
    }

    /// What reached the customer, where some limit counts it.
    fn contacts(&self, deps: &Deps, is_counted: bool, now: Timestamp) -> Result<Vec<Contact>, DeliveryError> {
        match self.profile.as_ref().filter(|p| is_counted && is_limited(&self.settings, p)) {
            Some(profile) => deps.ledger.contacts(profile, now.plus_ms(-MAX_WINDOW_MS)),
            None => Ok(Vec::new()),
        }
    }
}

/// What the gate would say about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// Its decision.
    pub decision: GateDecision,
    /// What every rule saw, by its name, of a message that would leave.
    pub seen: Map<String, Value>,
}

/// Asks the gate about a message that nobody has decided yet. Nothing is counted, recorded or sent: by the time it is, the
/// answer may be another.
///
/// # Errors
/// When something the gate looks at cannot be read.
pub fn foresee(deps: &Deps, message: &OutboundMessage, now: Timestamp) -> Result<Foreseen, DeliveryError> {
    let looked = look(deps, message, &|_| false)?;
    let counted = is_counted(message, looked.template.as_ref().map(|t| &t.spec));
    let contacts = looked.contacts(deps, counted, now)?;
    let input = looked.input(message, now, false, (&contacts, &[]));
    let decision = decide(&input);
    let seen = if decision == GateDecision::Send { passing(&input) } else { Map::new() };
    Ok(Foreseen { decision, seen })
}

/// Asks once more about a message that had to wait after the gate had let it pass: the customer may have unsubscribed or left
/// the journey meanwhile. Answers what became of it when it may not leave any more; caps counted it already.
pub(super) fn objects(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
) -> Result<Option<MessageOutcome>, DeliveryError> {
    let looked = look(&inner.deps, message, &|id| inner.under_way.is_begun(id))?;
    Ok(match decide(&looked.input(message, now, false, (&[], &[]))) {
        GateDecision::Send => None,
        GateDecision::Skip { reason, detail } => Some(skipped(reason, detail)),
        GateDecision::Defer { until, detail } => Some(MessageOutcome::Deferred { until, detail, attempt: false }),
        GateDecision::Expire { detail } => Some(MessageOutcome::Failed { detail }),
    })
}

/// Asks the gate.
pub(super) fn prepare(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
) -> Result<Result<Passed, MessageOutcome>, DeliveryError> {
    let (deps, workspace) = (&inner.deps, message.workspace);
    let looked = look(deps, message, &|id| inner.under_way.is_begun(id))?;
    let spec = looked.template.as_ref().map(|t| &t.spec);
    let counted = is_counted(message, spec);
    // One decision a customer at a time: two messages at once must not both take the last place under a cap.
    let turn = looked.profile.as_ref().filter(|_| counted).map(|p| inner.under_way.turn(workspace, p.id));
    let under_way = turn.as_ref().map(|t| t.contacts()).unwrap_or_default();
    let contacts = looked.contacts(deps, counted, now)?;
    let already_sent = deps.ledger.is_sent(workspace, message.profile, message.id)?;
    let input = looked.input(message, now, already_sent, (&contacts, &under_way));
    let decision = decide(&input);
    let seen = if decision == GateDecision::Send { passing(&input) } else { Map::new() };
    if let (GateDecision::Send, Some(turn)) = (&decision, turn) {
        let topic = topic_of(message, spec).map(str::to_owned);
        turn.admit(Contact { id: message.id, channel: message.channel.clone(), topic, at: now, reacted: false });
    }
    let Looked { settings, template, channels, profile, targets, .. } = looked;
    match (decision, template, profile, targets) {
        (GateDecision::Send, Some(template), Some(profile), Ok(targets)) => {
            let signers = match MessageChannel::parse(&message.channel) {
                Some(MessageChannel::Email) => deps.catalog.signers(workspace)?,
                _ => Arc::default(),
            };
            Ok(Ok(Passed {
                topic: topic_of(message, Some(&template.spec)).map(str::to_owned),
                is_counted: counted,
                seen,
                profile,
                settings,
                template,
                targets,
                channels,
                signers,
                asked_at: Instant::now(),
            }))
        }
        (GateDecision::Send, ..) => Ok(Err(skipped(SkipReason::NotLive, "nothing to send with"))),
        (GateDecision::Skip { reason, detail }, ..) => Ok(Err(skipped(reason, detail))),
        (GateDecision::Defer { until, detail }, ..) => {
            Ok(Err(MessageOutcome::Deferred { until, detail, attempt: false }))
        }
        (GateDecision::Expire { detail }, ..) => Ok(Err(MessageOutcome::Failed { detail })),
    }
}

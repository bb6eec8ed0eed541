//! One attempt at one message: gate, content, hand-over, outcome.

use std::sync::Arc;
use std::time::Instant;

use rapport_domain::hash::hash64;
use rapport_domain::message::MessageOutcome;
use rapport_domain::time::SECOND_MS;
use rapport_domain::{OutboundMessage, Profile, SkipReason, Timestamp};

use super::lanes::Lane;
use super::{Inner, Job};
use crate::channels::SendFault;
use crate::channels::email::{Mail, build, compose};
use crate::core::address::parse_email;
use crate::core::gate::{GateDecision, GateInput, address_of, decide, topic_of};
use crate::core::retry::{MAX_ATTEMPTS, wait_ms};
use crate::deps::OriginState;
use crate::error::DeliveryError;
use crate::spec::{LiveChannel, LiveTemplate, SettingsSpec};
use crate::telemetry;
use crate::tracking::links::Links;

/// How the detail of a refusal begins when the address itself is the reason.
const HARD_BOUNCE: &str = "hard bounce: ";
/// How long a message is put back when something it needs cannot be read just now, milliseconds.
const UNREADABLE_WAIT_MS: i64 = 15 * SECOND_MS;
/// The shortest time a message is put back when its channel has no free connection, milliseconds.
const BUSY_WAIT_MS: i64 = 2 * SECOND_MS;

/// A message that passed the gate.
struct Ready {
    mail: Mail,
    subject: String,
    lane: Arc<Lane>,
}

/// Runs the attempt and reports its outcome.
pub(super) async fn run(inner: &Arc<Inner>, job: Job) {
    let begun = Instant::now();
    let (id, now) = (job.message.id, inner.deps.clock.now());
    let outcome = settle(inner, job, now).await;
    telemetry::outcome(&outcome);
    metrics::histogram!(telemetry::SEND_SECONDS).record(begun.elapsed().as_secs_f64());
    inner.deps.outcomes.finished(id, outcome);
}

async fn settle(inner: &Arc<Inner>, job: Job, now: Timestamp) -> MessageOutcome {
    let message = Arc::new(job.message);
    let prepared = {
        let (inner, message) = (Arc::clone(inner), Arc::clone(&message));
        tokio::task::spawn_blocking(move || prepare(&inner, &message, now)).await
    };
    let ready = match prepared {
        Ok(Ok(Ok(ready))) => ready,
        Ok(Ok(Err(outcome))) => return outcome,
        Ok(Err(error)) => {
            tracing::warn!(workspace.id = message.workspace.0, message.id = %message.id, error = %error, "message put back");
            return put_back(now, UNREADABLE_WAIT_MS, error.to_string());
        }
        Err(panic) => {
            // A fault of the program: counted as an attempt, so that it ends.
            tracing::error!(workspace.id = message.workspace.0, message.id = %message.id, error = %panic, "preparing failed");
            return failed(&message, job.failed_attempts, now, "preparing the message failed".to_owned());
        }
    };
    if let Err(wait) = ready.lane.pace().await {
        return put_back(now, wait.as_millis() as i64, "the channel's rate is used up".to_owned());
    }
    match ready.lane.provider.send(&ready.mail).await {
        Ok(response) => MessageOutcome::Sent { subject: ready.subject, response },
        Err(SendFault::Permanent { detail, hard_bounce }) => {
            if hard_bounce {
                suppress(inner, &message, &ready.mail).await;
            }
            let detail = if hard_bounce { format!("{HARD_BOUNCE}{detail}") } else { detail };
            MessageOutcome::Skipped { reason: SkipReason::ProviderRejected, detail }
        }
        Err(SendFault::Transient { detail }) => failed(&message, job.failed_attempts, inner.deps.clock.now(), detail),
        Err(SendFault::Busy) => {
            let spread = (hash64(7, &message.id.number.to_le_bytes()) % 8_000) as i64;
            put_back(now, BUSY_WAIT_MS + spread, "the channel's connections are all in use".to_owned())
        }
    }
}

/// Puts an address that the provider says does not work on the suppression list. When that fails the next message finds
/// out again.
async fn suppress(inner: &Arc<Inner>, message: &Arc<OutboundMessage>, mail: &Mail) {
    let (inner, message, address) = (Arc::clone(inner), Arc::clone(message), mail.to.to_string().to_lowercase());
    let written = tokio::task::spawn_blocking(move || {
        let noted = inner.deps.suppressions.suppress(message.workspace, &message.channel, &address);
        if let Err(error) = noted {
            tracing::warn!(workspace.id = message.workspace.0, message.id = %message.id, %error, "a hard bounce was not noted");
        }
    });
    if let Err(panic) = written.await {
        tracing::error!(error = %panic, "noting a hard bounce failed");
    }
}

fn put_back(now: Timestamp, wait_ms: i64, detail: String) -> MessageOutcome {
    MessageOutcome::Deferred { until: now.plus_ms(wait_ms.max(1)), detail, attempt: false }
}

/// What follows a failed attempt: the next one, or the end.
fn failed(message: &OutboundMessage, before: u32, now: Timestamp, detail: String) -> MessageOutcome {
    let attempts = before.saturating_add(1);
    match wait_ms(attempts, message.id).map(|wait| now.plus_ms(wait)) {
        None => MessageOutcome::Failed { detail: format!("{detail} (attempt {attempts} of {MAX_ATTEMPTS})") },
        Some(until) if until >= message.expires_at => MessageOutcome::Failed {
            detail: format!("{detail} (expires {} before another attempt)", message.expires_at),
        },
        Some(until) => MessageOutcome::Deferred { until, detail, attempt: true },
    }
}

/// Everything before the hand-over; may read storage.
fn prepare(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
) -> Result<Result<Ready, MessageOutcome>, DeliveryError> {
    let (deps, workspace) = (&inner.deps, message.workspace);
    let settings = deps.catalog.settings(workspace)?;
    let template = deps.catalog.template(workspace, &message.template)?;
    let channel = deps.catalog.channel(workspace, &message.channel)?;
    let spec = template.as_ref().map(|t| &t.spec);
    let topic = match topic_of(message, spec) {
        Some(id) => deps.catalog.topic(workspace, id)?,
        None => None,
    };
    let profile = deps.audience.profile(workspace, message.profile)?;
    let address = profile.as_ref().and_then(|p| address_of(p, &message.channel)).map(|a| a.trim().to_lowercase());
    let suppressed = match &address {
        Some(address) => deps.suppressions.is_suppressed(workspace, &message.channel, address)?,
        None => false,
    };
    let origin = match &message.origin {
        Some(origin) => deps.journeys.state(message, origin)?,
        None => OriginState::Live,
    };
    let decision = decide(&GateInput {
        message,
        now,
        template: spec,
        channel_live: channel.is_some(),
        topic: topic.as_deref(),
        settings: &settings,
        profile: profile.as_ref(),
        already_sent: deps.ledger.is_sent(workspace, message.profile, message.id)?,
        suppressed,
        origin,
    });
    match (decision, template, channel, profile) {
        (GateDecision::Send, Some(template), Some(channel), Some(profile)) => {
            Ok(content(inner, message, now, &template, &channel, &settings, &profile))
        }
        (GateDecision::Send, ..) => Ok(Err(skipped(SkipReason::NotLive, "nothing to send with"))),
        (GateDecision::Skip { reason, detail }, ..) => Ok(Err(skipped(reason, detail))),
        (GateDecision::Defer { until, detail }, ..) => {
            Ok(Err(MessageOutcome::Deferred { until, detail, attempt: false }))
        }
        (GateDecision::Expire { detail }, ..) => Ok(Err(MessageOutcome::Failed { detail })),
    }
}

fn skipped(reason: SkipReason, detail: impl Into<String>) -> MessageOutcome {
    MessageOutcome::Skipped { reason, detail: detail.into() }
}

fn content(
    inner: &Inner,
    message: &OutboundMessage,
    now: Timestamp,
    template: &LiveTemplate,
    channel: &LiveChannel,
    settings: &SettingsSpec,
    profile: &Profile,
) -> Result<Ready, MessageOutcome> {
    let links = Links {
        tokens: &inner.tokens,
        base: settings.public_url.as_deref().unwrap_or(&inner.config.public_url),
        workspace: message.workspace,
        message: message.id,
        profile: profile.id,
    };
    let invalid = |detail: String| skipped(SkipReason::InvalidTemplate, detail);
    let parts = compose(template, message, profile, settings, &links, now).map_err(|e| invalid(e.to_string()))?;
    let Some(to) = address_of(profile, &message.channel).and_then(parse_email) else {
        return Err(skipped(SkipReason::NoAddress, "the address is not a valid e-mail address"));
    };
    let mail = build(&parts, message, &template.spec, &channel.spec, to, now).map_err(invalid)?;
    let lane =
        inner.lanes.lane(message.workspace, channel).map_err(|detail| put_back(now, UNREADABLE_WAIT_MS, detail))?;
    Ok(Ready { mail, subject: parts.subject, lane })
}

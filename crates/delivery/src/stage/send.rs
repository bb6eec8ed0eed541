//! Handing a message over: to the channel that routing names, and to the next one when nothing was taken for certain.

use std::sync::Arc;

use rapport_domain::hash::hash64;
use rapport_domain::message::MessageOutcome;
use rapport_domain::{OutboundMessage, SkipReason, Timestamp};

use super::Inner;
use super::attempt::{UNREADABLE_WAIT_MS, failed, put_back, sent, skipped};
use super::lanes::Lane;
use super::last_word::Asking;
use super::prepare::Ready;
use crate::channels::{Outgoing, SendFault, Wire};
use crate::core::address::{Target, Unreachable};
use crate::core::route::{Candidate, order};
use crate::spec::LiveChannel;
use crate::tracking::links::Links;

/// How the detail of a refusal begins when the address itself is the reason.
const HARD_BOUNCE: &str = "hard bounce: ";
/// The shortest time a message is put back when its channel has no free connection, milliseconds.
const BUSY_WAIT_MS: i64 = 2_000;
/// Channels asked in one attempt.
const MAX_ASKED: usize = 4;

/// What one channel's turn came to.
enum Turn {
    /// That is the outcome.
    Over(MessageOutcome),
    /// The next channel may be asked; else that is the outcome.
    Next(MessageOutcome),
}

/// Asks the channels in turn until one takes the message or says no for good.
pub(super) async fn hand_over(
    inner: &Arc<Inner>,
    message: &Arc<OutboundMessage>,
    failed_attempts: u32,
    ready: Ready,
    now: Timestamp,
) -> MessageOutcome {
    let ready = Arc::new(ready);
    let mut last = skipped(SkipReason::NotLive, "no live channel is for the recipient's country");
    for channel in routes(inner, message, &ready, now).into_iter().take(MAX_ASKED) {
        match turn(inner, message, failed_attempts, &ready, &channel, now).await {
            Turn::Over(outcome) => return outcome,
            Turn::Next(outcome) => last = outcome,
        }
    }
    last
}

fn routes(inner: &Inner, message: &OutboundMessage, ready: &Ready, _now: Timestamp) -> Vec<Arc<LiveChannel>> {
    let rests = |c: &LiveChannel| inner.lanes.lane(message.workspace, c).is_ok_and(|lane| lane.rests().is_some());
    let fits: Vec<&Arc<LiveChannel>> =
        ready.channels.iter().filter(|c| crate::channels::reaches(&c.spec, &ready.targets.list)).collect();
    let candidates: Vec<Candidate<'_>> = fits.iter().map(|c| Candidate::of(c, fits.len() > 1 && rests(c))).collect();
    let country = ready.targets.country.as_deref();
    order(&candidates, country, message.id).into_iter().map(|at| Arc::clone(fits[at])).collect()
}

async fn turn(
    inner: &Arc<Inner>,
    message: &Arc<OutboundMessage>,
    failed_attempts: u32,
    ready: &Arc<Ready>,
    channel: &Arc<LiveChannel>,
    now: Timestamp,
) -> Turn {
    let lane = match inner.lanes.lane(message.workspace, channel) {
        Ok(lane) => lane,
        Err(detail) => return Turn::Next(put_back(now, UNREADABLE_WAIT_MS, detail)),
    };
    if let Some(rest) = lane.rests() {
        return Turn::Next(put_back(
            now,
            rest.as_millis() as i64,
            format!("channel {} is being left alone", channel.id),
        ));
    }
    let wire = match encode(inner, message, ready, (&lane, &channel.id), now).await {
        Ok(wire) => wire,
        Err(detail) => return Turn::Over(skipped(SkipReason::InvalidTemplate, detail)),
    };
    let domain =
        ready.targets.list.first().and_then(|t| if let Target::Email(a) = t { Some(a.domain()) } else { None });
    if let Err((wait, why)) = lane.pace(domain, now).await {
        return Turn::Next(put_back(now, wait.as_millis() as i64, why));
    }
    let last_word = Asking::about(inner, message, failed_attempts, ready.asked_at);
    let asked = lane.provider.send(&wire, &last_word).await;
    let now = inner.deps.clock.now();
    match asked {
        Ok(receipt) => {
            lane.took();
            if !receipt.dead.is_empty() {
                inner.deps.outcomes.devices_gone(message.workspace, ready.profile, receipt.dead.clone());
            }
            Turn::Over(sent(ready, &channel.id, receipt))
        }
        Err(SendFault::Permanent { detail, hard_bounce }) => {
            if hard_bounce {
                suppress(inner, message, ready, Unreachable::Dead).await;
            }
            let detail = if hard_bounce { format!("{HARD_BOUNCE}{detail}") } else { detail };
            Turn::Over(skipped(SkipReason::ProviderRejected, detail))
        }
        Err(SendFault::OptedOut { detail }) => {
            lane.took();
            suppress(inner, message, ready, Unreachable::OptedOut).await;
            inner.deps.outcomes.opted_out(message);
            Turn::Over(skipped(SkipReason::Unsubscribed, detail))
        }
        Err(SendFault::Gone { detail, dead }) => {
            lane.took();
            inner.deps.outcomes.devices_gone(message.workspace, ready.profile, dead);
            Turn::Over(skipped(SkipReason::NoAddress, detail))
        }
        Err(SendFault::Throttled { detail, retry_after }) => {
            let rest = lane.rest(retry_after);
            // Those put back do not come again all at once.
            Turn::Next(put_back(now, rest.as_millis() as i64 + spread(message, 3_000), detail))
        }
        Err(SendFault::Transient { detail, untaken }) => {
            lane.failed();
            let outcome = failed(message, failed_attempts, now, detail);
            // Another channel may not know that this one took it after all.
            if untaken { Turn::Next(outcome) } else { Turn::Over(outcome) }
        }
        Err(SendFault::Withheld) => {
            let gone = || put_back(now, UNREADABLE_WAIT_MS, "it may not leave any more".to_owned());
            Turn::Over(last_word.objection().unwrap_or_else(gone))
        }
        Err(SendFault::Busy) => {
            let wait = BUSY_WAIT_MS + spread(message, 8_000);
            Turn::Next(put_back(now, wait, "the channel's connections are all in use".to_owned()))
        }
    }
}

fn spread(message: &OutboundMessage, most_ms: u64) -> i64 {
    (hash64(7, &message.id.number.to_le_bytes()) % most_ms) as i64
}

/// Makes what goes over the wire, on a blocking thread: encryption and large mails take their time.
async fn encode(
    inner: &Arc<Inner>,
    message: &Arc<OutboundMessage>,
    ready: &Arc<Ready>,
    (lane, channel): (&Arc<Lane>, &str),
    now: Timestamp,
) -> Result<Wire, String> {
    let (inner, message, ready) = (Arc::clone(inner), Arc::clone(message), Arc::clone(ready));
    let (lane, channel) = (Arc::clone(lane), channel.to_owned());
    let work = tokio::task::spawn_blocking(move || {
        let links = Links {
            tokens: &inner.tokens,
            base: &ready.base,
            workspace: message.workspace,
            message: message.id,
            profile: ready.profile,
        };
        lane.provider.encode(&Outgoing {
            message: &message,
            template: &ready.template.spec,
            content: &ready.content,
            targets: &ready.targets.list,
            country: ready.targets.country.as_deref(),
            channel: &channel,
            links: &links,
            signers: &ready.signers,
            now,
        })
    });
    work.await.unwrap_or_else(|panic| Err(format!("encoding failed: {panic}")))
}

/// Puts an address that the provider says does not work, or wants nothing, on the suppression list. When that fails the next
/// message finds out again.
async fn suppress(inner: &Arc<Inner>, message: &Arc<OutboundMessage>, ready: &Ready, why: Unreachable) {
    let Some(address) = ready.targets.address.clone() else { return };
    let (inner, message) = (Arc::clone(inner), Arc::clone(message));
    let written = tokio::task::spawn_blocking(move || {
        let noted = inner.deps.suppressions.suppress(message.workspace, &message.channel, &address, why);
        if let Err(error) = noted {
            tracing::warn!(workspace.id = message.workspace.0, message.id = %message.id, %error, "an address was not suppressed");
        }
    });
    if let Err(panic) = written.await {
        tracing::error!(error = %panic, "suppressing an address failed");
    }
}

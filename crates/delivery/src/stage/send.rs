//! Handing a message over: to the channel that routing names, and to the next one when nothing was taken for certain.

use std::sync::Arc;

use rapport_domain::hash::hash64;
use rapport_domain::message::MessageOutcome;
use rapport_domain::{OutboundMessage, SkipReason, Timestamp};

use super::attempt::{UNREADABLE_WAIT_MS, failed, handover, put_back, sent, skipped};
use super::lanes::{Lane, Standing};
use super::last_word::{Asking, Note};
use super::prepare::Passed;
use super::render::{Case, Made};
use crate::channels::{SendFault, Wire, unfit};
use crate::core::address::{Target, Unreachable};
use crate::core::route::{Candidate, order};
use crate::repo::dead::HARD_BOUNCE;
use crate::spec::{LiveChannel, WhenUnsure};

/// The shortest time a message is put back when its channel has no free connection, milliseconds.
const BUSY_WAIT_MS: i64 = 2_000;
/// Those who wait for the end of a rest come again within so long, not all at once, milliseconds.
const SPREAD_MS: u64 = 3_000;
/// Channels asked in one attempt.
const MAX_ASKED: usize = 4;

/// What one channel's turn came to.
enum Turn {
    /// That is the outcome.
    Over(MessageOutcome),
    /// The next channel may be asked; else that is the outcome.
    Next(MessageOutcome),
}

/// What the turns of one attempt leave to the next.
#[derive(Default)]
struct SoFar {
    made: Option<Arc<Made>>,
    /// It is noted that the message may have left.
    is_noted: bool,
}

/// Asks the channels in turn until one takes the message or says no for good.
pub(super) async fn hand_over(case: &Case, now: Timestamp) -> MessageOutcome {
    let mut so_far = SoFar::default();
    let (routes, why_none) = case.routes();
    let mut last = skipped(SkipReason::NotLive, why_none.unwrap_or("no live channel is for the recipient's country"));
    for channel in routes.into_iter().take(MAX_ASKED) {
        match case.turn(&mut so_far, &channel, now).await {
            Turn::Over(outcome) => return outcome,
            Turn::Next(outcome) => last = outcome,
        }
    }
    last
}

impl Case {
    /// The channels that can carry it, in order, and why another cannot.
    fn routes(&self) -> (Vec<Arc<LiveChannel>>, Option<&'static str>) {
        let Passed { targets, channels, template, .. } = &*self.passed;
        let mut why = None;
        let lane = |c: &LiveChannel| self.inner.lanes.lane(self.message.workspace, c);
        let rests = |c: &LiveChannel| lane(c).is_ok_and(|lane| lane.health().rests().is_some());
        let mut fits: Vec<&Arc<LiveChannel>> = Vec::new();
        for channel in channels.iter() {
            match unfit(&channel.spec, &template.spec, &targets.list) {
                None => fits.push(channel),
                Some(reason) => why = Some(reason),
            }
        }
        let candidates: Vec<Candidate<'_>> =
            fits.iter().map(|c| Candidate::of(c, fits.len() > 1 && rests(c))).collect();
        let order = order(&candidates, targets.country.as_deref(), self.message.id);
        (order.into_iter().map(|at| Arc::clone(fits[at])).collect(), why.filter(|_| fits.is_empty()))
    }

    /// One channel's turn: its limit first, so that nothing is made that waits.
    async fn turn(&self, so_far: &mut SoFar, channel: &Arc<LiveChannel>, now: Timestamp) -> Turn {
        let Case { inner, message, passed, .. } = self;
        let lane = match inner.lanes.lane(message.workspace, channel) {
            Ok(lane) => lane,
            Err(detail) => return Turn::Next(put_back(now, UNREADABLE_WAIT_MS, detail)),
        };
        let rest = lane.health().rests();
        if let Some(rest) = rest {
            let detail = format!("channel {} is being left alone", channel.id);
            return Turn::Next(put_back(now, rest.as_millis() as i64, detail));
        }
        let email = |t: &Target| if let Target::Email(a) = t { Some(a.domain().to_owned()) } else { None };
        let domain = passed.targets.list.first().and_then(email);
        let standing = Standing { is_awaited: self.is_awaited(), came_back: self.came_back };
        if let Err((wait, why)) = lane.pace(domain.as_deref(), now, standing).await {
            let wait_ms = wait.as_millis() as i64;
            if now.plus_ms(wait_ms) >= message.expires_at {
                let detail = format!("{why}; its turn would come after it expires at {}", message.expires_at);
                return Turn::Next(MessageOutcome::Failed { detail: detail.into() });
            }
            return Turn::Next(put_back(now, wait_ms, why));
        }
        let (content, wire) = match self.make_aside(so_far.made.take(), &lane, &channel.id, now).await {
            Ok(ready) => ready,
            Err(outcome) => return Turn::Over(outcome),
        };
        so_far.made = Some(Arc::clone(&content));
        let keeps = channel.spec.when_unsure == WhenUnsure::Keep && !matches!(wire, Wire::Deposit(_));
        let note = if keeps {
            Note::Keep(Box::new(handover(passed, &content, &channel.id)))
        } else if so_far.is_noted {
            // Another channel's note would keep what this one sends again.
            Note::TakeBack
        } else {
            Note::Nothing
        };
        let last_word = Asking::about(self, note);
        let asked = lane.provider.send(&wire, &last_word).await;
        so_far.is_noted |= keeps && last_word.has_noted();
        let now = inner.deps.clock.now();
        match asked {
            Ok(receipt) => {
                lane.health().took();
                if !receipt.dead.is_empty() {
                    inner.deps.outcomes.devices_gone(message.workspace, passed.profile.id, receipt.dead.clone());
                }
                Turn::Over(sent(passed, &content, &channel.id, receipt))
            }
            Err(SendFault::Permanent { detail, hard_bounce }) => {
                if hard_bounce {
                    self.suppress(&content, Unreachable::Dead).await;
                }
                let detail = if hard_bounce { format!("{HARD_BOUNCE}{detail}") } else { detail };
                Turn::Over(skipped(SkipReason::ProviderRejected, detail))
            }
            Err(SendFault::OptedOut { detail, only_marketing }) => {
                lane.health().took();
                if !only_marketing {
                    self.suppress(&content, Unreachable::OptedOut).await;
                }
                inner.deps.outcomes.opted_out(message);
                Turn::Over(skipped(SkipReason::Unsubscribed, detail))
            }
            Err(SendFault::Refused { reason, detail }) => {
                lane.health().took();
                Turn::Over(skipped(reason, detail))
            }
            Err(SendFault::Later { detail, wait }) => {
                lane.health().took();
                match wait {
                    Some(wait) => {
                        let wait_ms = wait.as_millis() as i64 + spread(message, SPREAD_MS);
                        Turn::Next(put_back(now, wait_ms, detail))
                    }
                    None => Turn::Over(failed(message, self.failed_attempts, now, detail)),
                }
            }
            Err(SendFault::Gone { detail, dead }) => {
                lane.health().took();
                inner.deps.outcomes.devices_gone(message.workspace, passed.profile.id, dead);
                Turn::Over(skipped(SkipReason::NoAddress, detail))
            }
            Err(SendFault::Throttled { detail, retry_after }) => {
                let rest = lane.health().rest(retry_after);
                Turn::Next(put_back(now, rest.as_millis() as i64 + spread(message, SPREAD_MS), detail))
            }
            Err(SendFault::Transient { detail, untaken }) => {
                if !wire.goes_elsewhere() {
                    lane.health().failed();
                }
                if !untaken && channel.spec.when_unsure == WhenUnsure::Keep {
                    return Turn::Over(handover(passed, &content, &channel.id).untold(&detail));
                }
                let outcome = failed(message, self.failed_attempts, now, detail);
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

    /// [`Case::make`] on a blocking thread: rendering, encryption and large mails take their time.
    async fn make_aside(
        &self,
        made: Option<Arc<Made>>,
        lane: &Arc<Lane>,
        channel: &str,
        now: Timestamp,
    ) -> Result<(Arc<Made>, Wire), MessageOutcome> {
        let (case, lane, channel) = (self.clone(), Arc::clone(lane), channel.to_owned());
        let work = self.inner.aside(self.is_awaited(), move || case.make(made, (&*lane.provider, &channel), now));
        let broken = |panic| skipped(SkipReason::InvalidTemplate, format!("making the message failed: {panic}"));
        work.await.unwrap_or_else(|panic| Err(broken(panic)))
    }

    /// Puts an address that the provider says does not work, or wants nothing, on the suppression list. When that fails the
    /// next message finds out again.
    async fn suppress(&self, made: &Made, why: Unreachable) {
        let Some(address) = made.address.clone() else { return };
        let (inner, message) = (Arc::clone(&self.inner), Arc::clone(&self.message));
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
}

fn spread(message: &OutboundMessage, most_ms: u64) -> i64 {
    (hash64(7, &message.id.number.to_le_bytes()) % most_ms) as i64
}

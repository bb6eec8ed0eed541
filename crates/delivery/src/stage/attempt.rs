//! One attempt at one message: gate, content, hand-over, outcome.

use std::sync::Arc;
use std::time::Instant;

use rapport_domain::message::{MessageOutcome, SentVia};
use rapport_domain::time::SECOND_MS;
use rapport_domain::{Detail, Json, OutboundMessage, SkipReason, Timestamp};

use super::prepare::{Passed, prepare};
use super::render::{Case, Made};
use super::send::hand_over;
use super::{Inner, Waiting};
use crate::channels::{Content, Receipt};
use crate::core::retry::{max_attempts, wait_ms};
use crate::repo::handovers::Handover;
use crate::telemetry;

/// How long a message is put back when something it needs cannot be read just now, milliseconds.
pub(super) const UNREADABLE_WAIT_MS: i64 = 15 * SECOND_MS;

/// Runs the attempt and reports its outcome.
pub(super) async fn run(inner: &Arc<Inner>, job: Waiting) {
    let begun = Instant::now();
    let (id, now) = (job.message.id, inner.deps.clock.now());
    inner.under_way.begin(&job.message);
    let outcome = settle(inner, job, now).await;
    telemetry::outcome(&outcome);
    metrics::histogram!(telemetry::SEND_SECONDS).record(begun.elapsed().as_secs_f64());
    inner.deps.outcomes.finished(id, outcome);
}

async fn settle(inner: &Arc<Inner>, job: Waiting, now: Timestamp) -> MessageOutcome {
    let Waiting { message, failed_attempts, came_back } = job;
    let message = Arc::new(message);
    let prepared = {
        let (shared, asked) = (Arc::clone(inner), Arc::clone(&message));
        inner.aside(message.transactional, move || prepare(&shared, &asked, now)).await
    };
    match prepared {
        Ok(Ok(Ok(passed))) => {
            let case = Case { inner: Arc::clone(inner), message, passed: Arc::new(passed), failed_attempts, came_back };
            hand_over(&case, now).await
        }
        Ok(Ok(Err(outcome))) => outcome,
        Ok(Err(error)) => {
            tracing::warn!(workspace.id = message.workspace.0, message.id = %message.id, error = %error, "message put back");
            put_back(now, UNREADABLE_WAIT_MS, error.to_string())
        }
        Err(panic) => {
            // A fault of the program: counted as an attempt, so that it ends.
            tracing::error!(workspace.id = message.workspace.0, message.id = %message.id, error = %panic, "preparing failed");
            failed(&message, failed_attempts, now, "preparing the message failed".to_owned())
        }
    }
}

pub(super) fn put_back(now: Timestamp, wait_ms: i64, detail: String) -> MessageOutcome {
    MessageOutcome::Deferred { until: now.plus_ms(wait_ms.max(1)), detail: detail.into(), attempt: false }
}

pub(super) fn skipped(reason: SkipReason, detail: impl Into<Detail>) -> MessageOutcome {
    MessageOutcome::Skipped { reason, detail: detail.into() }
}

/// What follows a failed attempt: the next one, or the end.
pub(super) fn failed(message: &OutboundMessage, before: u32, now: Timestamp, detail: String) -> MessageOutcome {
    let (attempts, most) = (before.saturating_add(1), max_attempts(&message.channel));
    match wait_ms(&message.channel, attempts, message.id).map(|wait| now.plus_ms(wait)) {
        None => MessageOutcome::Failed { detail: format!("{detail} (attempt {attempts} of {most})").into() },
        Some(until) if until >= message.expires_at => MessageOutcome::Failed {
            detail: format!("{detail} (expires {} before another attempt)", message.expires_at).into(),
        },
        Some(until) => MessageOutcome::Deferred { until, detail: detail.into(), attempt: true },
    }
}

/// What a message counts as that the provider may have taken and no answer told of: it is sent, so that its links work and caps
/// hold, and a receipt may tell more.
pub(super) fn handover(passed: &Passed, made: &Made, channel: &str) -> Handover {
    Handover { subject: made.content.subject(), via: via(passed, made, channel) }
}

/// What a provider's receipt comes to.
pub(super) fn sent(passed: &Passed, made: &Made, channel: &str, receipt: Receipt) -> MessageOutcome {
    let deposit = match receipt.deposit {
        Some(serde_json::Value::Object(content)) => Some(Json::from(content)),
        _ => None,
    };
    let via = SentVia { provider_id: receipt.provider_id, deposit, ..via(passed, made, channel) };
    MessageOutcome::Sent { subject: made.content.subject(), response: receipt.response, via: Box::new(via) }
}

/// What is known of a message that leaves, whatever is answered.
fn via(passed: &Passed, made: &Made, channel: &str) -> SentVia {
    SentVia {
        channel: channel.to_owned(),
        topic: passed.topic.clone(),
        is_counted: passed.is_counted,
        seen: passed.seen.clone(),
        is_viewable: matches!(&made.content, Content::Email(mail) if mail.is_viewable),
        short_links: made.short_links.clone(),
        ..SentVia::default()
    }
}

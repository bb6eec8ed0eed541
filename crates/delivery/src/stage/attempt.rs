//! One attempt at one message: gate, content, hand-over, outcome.

use std::sync::Arc;
use std::time::Instant;

use rapport_domain::message::{MessageOutcome, SentVia};
use rapport_domain::time::SECOND_MS;
use rapport_domain::{Json, OutboundMessage, SkipReason, Timestamp};

use super::prepare::{Passed, prepare};
use super::render::Made;
use super::send::hand_over;
use super::{Inner, Job};
use crate::channels::{Content, Receipt};
use crate::core::retry::{max_attempts, wait_ms};
use crate::telemetry;

/// How long a message is put back when something it needs cannot be read just now, milliseconds.
pub(super) const UNREADABLE_WAIT_MS: i64 = 15 * SECOND_MS;

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
    match prepared {
        Ok(Ok(Ok(passed))) => hand_over(inner, &message, job.failed_attempts, passed, now).await,
        Ok(Ok(Err(outcome))) => outcome,
        Ok(Err(error)) => {
            tracing::warn!(workspace.id = message.workspace.0, message.id = %message.id, error = %error, "message put back");
            put_back(now, UNREADABLE_WAIT_MS, error.to_string())
        }
        Err(panic) => {
            // A fault of the program: counted as an attempt, so that it ends.
            tracing::error!(workspace.id = message.workspace.0, message.id = %message.id, error = %panic, "preparing failed");
            failed(&message, job.failed_attempts, now, "preparing the message failed".to_owned())
        }
    }
}

pub(super) fn put_back(now: Timestamp, wait_ms: i64, detail: String) -> MessageOutcome {
    MessageOutcome::Deferred { until: now.plus_ms(wait_ms.max(1)), detail, attempt: false }
}

pub(super) fn skipped(reason: SkipReason, detail: impl Into<String>) -> MessageOutcome {
    MessageOutcome::Skipped { reason, detail: detail.into() }
}

/// What follows a failed attempt: the next one, or the end.
pub(super) fn failed(message: &OutboundMessage, before: u32, now: Timestamp, detail: String) -> MessageOutcome {
    let (attempts, most) = (before.saturating_add(1), max_attempts(&message.channel));
    match wait_ms(&message.channel, attempts, message.id).map(|wait| now.plus_ms(wait)) {
        None => MessageOutcome::Failed { detail: format!("{detail} (attempt {attempts} of {most})") },
        Some(until) if until >= message.expires_at => MessageOutcome::Failed {
            detail: format!("{detail} (expires {} before another attempt)", message.expires_at),
        },
        Some(until) => MessageOutcome::Deferred { until, detail, attempt: true },
    }
}

/// What follows when the provider may have taken the message and no answer told: it counts as sent, so that its links work and
/// caps hold, and a receipt may tell more.
pub(super) fn unsure(passed: &Passed, made: &Made, channel: &str, detail: &str) -> MessageOutcome {
    let response = format!("{detail}; it may have been taken, so it is not sent again");
    match sent(passed, made, channel, Receipt { response, ..Receipt::default() }) {
        MessageOutcome::Sent { subject, response, mut via } => {
            via.is_unsure = true;
            MessageOutcome::Sent { subject, response, via }
        }
        other => other,
    }
}

/// What a provider's receipt comes to.
pub(super) fn sent(passed: &Passed, made: &Made, channel: &str, receipt: Receipt) -> MessageOutcome {
    let deposit = match receipt.deposit {
        Some(serde_json::Value::Object(content)) => Some(Json::from(content)),
        _ => None,
    };
    let via = SentVia {
        channel: channel.to_owned(),
        provider_id: receipt.provider_id,
        topic: passed.topic.clone(),
        is_counted: passed.is_counted,
        is_unsure: false,
        is_viewable: matches!(&made.content, Content::Email(mail) if mail.is_viewable),
        deposit,
        short_links: made.short_links.clone(),
    };
    MessageOutcome::Sent { subject: made.content.subject(), response: receipt.response, via: Box::new(via) }
}

//! What providers of mail tell by webhook: deliveries, refusals, complaints, opens, clicks, and who left. Each provider's
//! signature is checked before anything is read; how each signs is in its own file.
//!
//! A refusal is weighed as one that came back by mail is ([`crate::core::bounce`]): the provider's verdict that an address
//! is gone counts only when the server's words do not say that something else was the reason, because a good address on
//! the suppression list is a customer lost in silence.

mod mailgun;
mod postmark;
mod sendgrid;
mod ses;

use rapport_domain::Timestamp;
use rapport_domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use serde_json::Value;

use crate::channels::hooks::{HookFault, HookRequest, Received};
use crate::core::bounce::{Notice, NoticeKind, Reason, Refused, weigh};
use crate::spec::{ChannelSpec, ProviderKind};

pub(in crate::channels) use sendgrid::verifying_key;
pub(in crate::channels) use ses::certificate_url;

/// The longest text of a provider that is kept, characters.
const MAX_DETAIL_CHARS: usize = 300;

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The message, by the id it was handed over with; empty when the provider does not say it.
    pub message: String,
    /// What.
    pub what: What,
}

/// What is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A refusal, a delay, a delivery or a complaint, as a returned mail would say it.
    Notice(Notice),
    /// It was opened.
    Opened(Visitor),
    /// A link in it was followed.
    Clicked {
        /// Where to.
        link: String,
        /// By whom.
        by: Visitor,
    },
    /// The recipient left by the provider's own link or list.
    Left,
}

/// Who opened or clicked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    /// The `User-Agent`, when the provider passes it on.
    pub agent: Option<String>,
    /// The provider says that it was no person.
    pub machine: bool,
}

/// Reads a call of a provider of mail.
///
/// # Errors
/// When it is forged, malformed, or the channel's document does not say what to check it with.
pub(in crate::channels) fn receive(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<Vec<Received>, HookFault> {
    match spec.kind {
        ProviderKind::Ses => ses::receive(spec, request),
        ProviderKind::SendGrid => sendgrid::receive(spec, request),
        ProviderKind::Postmark => postmark::receive(spec, request),
        ProviderKind::Mailgun => mailgun::receive(spec, request),
        _ => Err(HookFault::Malformed),
    }
}

/// How long after it was signed a call is taken, milliseconds. Providers go on calling for up to a day (SendGrid; Mailgun eight
/// hours, SNS one) and some keep the first time while they do, so a shorter time would lose what happened while this server
/// was down. What is told again within it changes nothing: its events are known for a week.
const MAX_AGE_MS: i64 = 25 * HOUR_MS;
/// How far clocks may be apart, milliseconds.
const MAX_AHEAD_MS: i64 = 5 * MINUTE_MS;

/// Refuses calls that somebody kept and makes again long after.
fn check_age(signed_at: Option<Timestamp>, now: Timestamp) -> Result<(), HookFault> {
    let signed_at = signed_at.ok_or(HookFault::Malformed)?;
    let age = now.since_ms(signed_at);
    if (-MAX_AHEAD_MS..=MAX_AGE_MS).contains(&age) {
        return Ok(());
    }
    Err(HookFault::Refused("it was signed too long ago, or the clock of this server is wrong"))
}

/// An instant in seconds since 1970, as text.
fn seconds(text: &str) -> Option<Timestamp> {
    text.trim().parse::<i64>().ok()?.checked_mul(SECOND_MS).map(Timestamp)
}

fn json(request: &HookRequest<'_>) -> Result<Value, HookFault> {
    serde_json::from_slice(request.body).map_err(|_| HookFault::Malformed)
}

fn text<'v>(value: &'v Value, at: &str) -> &'v str {
    value.pointer(at).and_then(Value::as_str).unwrap_or_default()
}

fn optional(value: &Value, at: &str) -> Option<String> {
    Some(text(value, at)).filter(|t| !t.is_empty()).map(str::to_owned)
}

fn told(message: &str, what: What) -> Received {
    Received::Mail(Told { message: message.to_owned(), what })
}

fn notice(kind: NoticeKind, recipients: Vec<Refused>) -> What {
    What::Notice(Notice { kind, recipients, feedback: None, message_id: None, tokens: Vec::new() })
}

fn delivered() -> What {
    notice(NoticeKind::Delivery, Vec::new())
}

fn complaint(address: &str, feedback: Option<String>) -> What {
    let recipient = Refused {
        address: Some(address.trim().to_lowercase()).filter(|a| !a.is_empty()),
        hard: false,
        reason: Reason::Spam,
        status: None,
        detail: "complaint".to_owned(),
    };
    What::Notice(Notice {
        kind: NoticeKind::Complaint,
        recipients: vec![recipient],
        feedback: feedback.or_else(|| Some("abuse".to_owned())),
        message_id: None,
        tokens: Vec::new(),
    })
}

/// A refusal in a provider's words.
struct Refusal<'r> {
    address: &'r str,
    /// The enhanced status, when it is given.
    status: &'r str,
    /// What the receiving server said.
    words: &'r str,
    /// The provider takes the address for gone.
    is_gone: bool,
    /// What the provider's own class says of the reason, when the words say nothing.
    class: Option<Reason>,
}

impl Refusal<'_> {
    fn refused(&self) -> Refused {
        let weighed = weigh(self.status, self.words);
        let (reason, hard) = match (weighed, self.class) {
            (Some(said), _) => said,
            (None, Some(class)) => (class, true),
            (None, None) if self.is_gone => (Reason::UserUnknown, true),
            (None, None) => (Reason::Undefined, false),
        };
        let words = if self.words.is_empty() { self.status } else { self.words };
        let detail = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Refused {
            address: Some(self.address.trim().to_lowercase()).filter(|a| !a.is_empty()),
            hard: hard && self.is_gone,
            reason,
            status: Some(self.status.to_owned()).filter(|s| !s.is_empty()),
            detail: detail.chars().filter(|c| !c.is_control()).take(MAX_DETAIL_CHARS).collect(),
        }
    }

    fn bounce(&self) -> What {
        notice(NoticeKind::Bounce, vec![self.refused()])
    }

    fn delay(&self) -> What {
        notice(NoticeKind::Delay, vec![Refused { hard: false, ..self.refused() }])
    }
}

#[cfg(test)]
mod tests;

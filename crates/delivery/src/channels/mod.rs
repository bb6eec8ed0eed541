//! Ways out. Each provider encodes a message once and carries it; only the relay calls them, after the gate (invariant I8).

mod apns;
pub mod compose;
mod dialect;
pub mod email;
mod fcm;
mod form;
pub(crate) mod health;
pub mod hooks;
pub mod http;
mod inapp;
mod kannel;
pub(crate) mod places;
mod rooms;
#[cfg(test)]
mod small_tests;
pub mod team;
mod telegram;
#[cfg(test)]
pub(crate) mod testing;
pub mod trial;
mod twilio;
pub mod webhook;
pub mod webpush;
mod whatsapp;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rapport_domain::{MessageChannel, OutboundMessage, OutboxId, Problem, SkipReason, Timestamp};
use serde_json::Value;

use crate::core::address::Target;
use crate::core::cost::Micros;
use crate::core::device::{Device, DeviceKind};
use crate::core::route::{Candidate, order};
use crate::spec::{ChannelSpec, LiveChannel, ProviderKind, TemplateSpec};
use crate::tracking::links::Links;
use dialect::dial;
use email::dkim::Signer;
use email::{Composed, Mail};
use http::{Call, Http};

/// Why an attempt to hand a message over failed, as far as what to do next depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// It may work later: the network, a timeout, a login that does not work, a 4xx answer of SMTP, a 5xx answer of HTTP.
    Transient {
        /// What happened.
        detail: String,
        /// Nothing was taken for certain, so that another provider may be asked at once without sending twice.
        untaken: bool,
    },
    /// The provider wants fewer messages.
    Throttled {
        /// What it answered.
        detail: String,
        /// How long it wants to be left alone, by `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The provider refuses this message for good.
    Permanent {
        /// What it answered.
        detail: String,
        /// The address itself is the reason: it should be suppressed.
        hard_bounce: bool,
    },
    /// The customer told the provider to get no more messages; START to it lifts that.
    OptedOut {
        /// What it answered.
        detail: String,
        /// They take what they asked for: consent is withdrawn, the address stays usable.
        only_marketing: bool,
    },
    /// The message cannot be sent, for a reason that is neither the address's nor the provider's.
    Refused {
        /// Which of the closed list.
        reason: SkipReason,
        /// What it answered.
        detail: String,
    },
    /// This customer, or the server they or a template named, takes nothing just now; others do.
    Later {
        /// What it answered.
        detail: String,
        /// How long it wants to be left alone, when it said so: then it is no failed attempt.
        wait: Option<Duration>,
    },
    /// Every device of the customer is gone.
    Gone {
        /// What the provider answered.
        detail: String,
        /// The devices.
        dead: Vec<Device>,
    },
    /// The channel has no free place just now; nothing was tried.
    Busy,
    /// The last word was no ([`LastWord`]); nothing left.
    Withheld,
}

/// What a provider answered to a message it took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Receipt {
    /// Its answer, for people.
    pub response: String,
    /// Its id of the message.
    pub provider_id: Option<String>,
    /// Devices of the customer that do not exist any more.
    pub dead: Vec<Device>,
    /// Content to be kept here until the customer fetches it: in-app messages.
    pub deposit: Option<Value>,
}

/// The content of a message, rendered.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A mail's parts.
    Email(Composed),
    /// Any other channel's members, as its template has them.
    Other(Value),
}

/// A message that passed the gate, ready to be encoded by any provider of its channel.
pub struct Outgoing<'a> {
    /// The message.
    pub message: &'a OutboundMessage,
    /// Its template.
    pub template: &'a TemplateSpec,
    /// Its content.
    pub content: &'a Content,
    /// Where it goes; never empty.
    pub targets: &'a [Target],
    /// The recipient's country, when the address tells it: `DE`.
    pub country: Option<&'a str>,
    /// The id of the channel's document.
    pub channel: &'a str,
    /// Makes signed links, such as those for delivery receipts.
    pub links: &'a Links<'a>,
    /// Who signs mail, by domain.
    pub signers: &'a [Arc<Signer>],
    /// The time.
    pub now: Timestamp,
}

/// What goes over the wire.
#[derive(Clone, Debug)]
pub enum Wire {
    /// A mail.
    Mail(Mail),
    /// Calls by HTTP, one for each target.
    Calls(Vec<Call>),
    /// Nothing: it is kept here.
    Deposit(Value),
}

impl Wire {
    /// Whether it goes to places that others than the operator named, so that a fault says nothing of the channel.
    #[must_use]
    pub(crate) fn goes_elsewhere(&self) -> bool {
        matches!(self, Wire::Calls(calls) if calls.iter().all(|call| call.guarded))
    }
}

/// A hand-over under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Receipt, SendFault>> + Send + 'a>>;

/// Whether a message may still leave, asked when all that its hand-over waits for is there (a place, a connection that is signed
/// in, a token): what was decided before that may not hold any more.
pub trait LastWord: Send + Sync {
    /// Whether it may leave now.
    fn may_leave<'a>(&'a self) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

    /// Whether somebody waits for it: then it goes before all that nobody waits for.
    fn is_awaited(&self) -> bool {
        true
    }
}

/// Nothing can have changed: mail to members, and trials.
pub struct Decided;

impl LastWord for Decided {
    fn may_leave<'a>(&'a self) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

/// Carries messages of one channel. Encoding is pure and runs off the async threads; sending answers for the one message.
pub trait Provider: Send + Sync {
    /// What goes over the wire. The same message is encoded the same, so that a retry is recognisable (invariant I4).
    ///
    /// # Errors
    /// What about the content cannot be sent here; it will not be tried again.
    fn encode(&self, outgoing: &Outgoing<'_>) -> Result<Wire, String>;

    /// Hands it over, when `last_word` says so once everything the hand-over waits for is there.
    fn send<'a>(&'a self, wire: &'a Wire, last_word: &'a dyn LastWord) -> Sending<'a>;

    /// Whether the provider can be reached and takes our word, without sending anything; a sentence for people.
    fn probe<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>>;
}

/// What providers share.
#[derive(Clone)]
pub struct Means {
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Calls over HTTP.
    pub http: Arc<Http>,
}

/// The provider of a channel.
///
/// # Errors
/// What on this machine or in the document keeps it from working.
pub fn open(spec: &ChannelSpec, means: &Means) -> Result<Arc<dyn Provider>, String> {
    Ok(match spec.kind {
        ProviderKind::Smtp => Arc::new(email::SmtpProvider::new(spec, means.timeout, means.http.outbound())?),
        ProviderKind::Ses => dial(email::providers::Ses::new(spec), spec, means),
        ProviderKind::SendGrid => dial(email::providers::SendGrid(spec.clone()), spec, means),
        ProviderKind::Postmark => dial(email::providers::Postmark(spec.clone()), spec, means),
        ProviderKind::Mailgun => dial(email::providers::Mailgun(spec.clone()), spec, means),
        ProviderKind::InApp => Arc::new(inapp::InApp),
        ProviderKind::Twilio => dial(twilio::Twilio::new(spec), spec, means),
        ProviderKind::TwilioVoice => dial(twilio::TwilioVoice::new(spec), spec, means),
        ProviderKind::Kannel => dial(kannel::Kannel::new(spec), spec, means),
        ProviderKind::WebPush => dial(webpush::WebPush::new(spec)?, spec, means),
        ProviderKind::Fcm => dial(fcm::Fcm::new(spec)?, spec, means),
        ProviderKind::Apns => dial(apns::Apns::new(spec)?, spec, means),
        ProviderKind::WhatsApp => dial(whatsapp::WhatsApp::new(spec), spec, means),
        ProviderKind::Webhook => dial(webhook::Webhook::new(spec)?, spec, means),
        ProviderKind::Telegram => dial(telegram::Telegram::new(spec), spec, means),
        ProviderKind::Slack => dial(rooms::Slack::new(spec), spec, means),
        ProviderKind::Teams => dial(rooms::Teams::new(spec), spec, means),
    })
}

/// Whether a text message of that content has media.
#[must_use]
pub fn has_media(content: &Value) -> bool {
    content.get("media").and_then(Value::as_array).is_some_and(|media| !media.is_empty())
}

/// Why the channel cannot carry what the template makes to those places, whoever the customer is; `None` when it can: apps of Apple
/// are not Firebase's to reach, and not every gateway takes pictures.
#[must_use]
pub fn unfit(spec: &ChannelSpec, template: &TemplateSpec, targets: &[Target]) -> Option<&'static str> {
    let media = template.content.iter().chain(template.contents.values()).any(has_media);
    if media && template.channel == MessageChannel::Sms.as_str() && !spec.kind.carries_media() {
        return Some("the channel carries no media (MMS)");
    }
    (!reaches(spec, targets)).then_some("no device of the customer is one that the channel reaches")
}

fn reaches(spec: &ChannelSpec, targets: &[Target]) -> bool {
    let wanted = match spec.kind {
        ProviderKind::Fcm => DeviceKind::Fcm,
        ProviderKind::Apns => DeviceKind::Apns,
        _ => return !targets.is_empty(),
    };
    targets.iter().any(|t| matches!(t, Target::Device(d) if d.kind == wanted))
}

/// What one segment of a text message to that country costs, or one message with media, on the channel that routing names first,
/// with its currency; `None` when there is no such channel or its document names no price.
#[must_use]
pub fn text_price(
    channels: &[Arc<LiveChannel>],
    country: Option<&str>,
    id: OutboxId,
    media: bool,
) -> Option<(Micros, String)> {
    let fits: Vec<&Arc<LiveChannel>> = channels.iter().filter(|c| !media || c.spec.kind.carries_media()).collect();
    let candidates: Vec<Candidate<'_>> = fits.iter().map(|c| Candidate::of(c, false)).collect();
    let first = order(&candidates, country, id).into_iter().next()?;
    let prices = fits[first].spec.prices();
    Some((if media { prices.media(country) } else { prices.segment(country) }?, prices.currency))
}

/// What a document's shape does not show: keys that are none, for instance.
#[must_use]
pub fn examine(spec: &ChannelSpec) -> Vec<Problem> {
    let secret = |problem: String| vec![Problem::new("spec.secret", problem)];
    match spec.kind {
        ProviderKind::Webhook if spec.secret.is_none() && spec.lists().next().is_some() => {
            secret("is required where the program may change lists: its calls are signed under it".to_owned())
        }
        ProviderKind::Webhook => webhook::Webhook::new(spec).err().map(secret).unwrap_or_default(),
        ProviderKind::WebPush => webpush::WebPush::new(spec).err().map(secret).unwrap_or_default(),
        ProviderKind::Fcm => fcm::Fcm::new(spec).err().map(secret).unwrap_or_default(),
        ProviderKind::Apns => apns::Apns::new(spec).err().map(secret).unwrap_or_default(),
        ProviderKind::Twilio | ProviderKind::TwilioVoice => {
            let lacks = twilio::lacks(spec).map(|(member, why)| Problem::new(format!("spec.{member}"), why));
            lacks.into_iter().collect()
        }
        ProviderKind::Slack | ProviderKind::Teams => {
            let place = spec.secret.as_deref().unwrap_or_default().trim();
            let is_link = ["https://", "http://"].iter().any(|scheme| place.starts_with(scheme));
            if is_link && !http::server_of(place).is_empty() {
                return Vec::new();
            }
            secret("expected the whole address of the webhook, which begins with https://".to_owned())
        }
        ProviderKind::Telegram => {
            let token = spec.secret.as_deref().unwrap_or_default();
            if token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-')) {
                return Vec::new();
            }
            secret("expected the bot's token as BotFather gave it, such as 123456:ABC-DEF, without blanks".to_owned())
        }
        ProviderKind::SendGrid => {
            let key = spec.member("webhook_key").map(email::told::verifying_key);
            key.and_then(Result::err).map(|p| vec![Problem::new("spec.webhook_key", p)]).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

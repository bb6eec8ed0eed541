//! From the parts of a mail to the bytes of one message (RFC 5322, RFC 2045).

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use rapport_domain::{OutboundMessage, Timestamp};

use super::compose::Composed;
use super::encode;
use crate::core::address::parse_email;
use crate::spec::{ChannelSpec, Sender, TemplateSpec};

/// A message ready to hand over.
#[derive(Clone)]
pub struct Mail {
    /// The envelope's sender.
    pub from: Address,
    /// The envelope's recipient.
    pub to: Address,
    /// The message; ASCII, lines ended by CR LF.
    pub bytes: Vec<u8>,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

fn mailbox(sender: &Sender) -> Result<Mailbox, String> {
    let address = parse_email(&sender.email).ok_or_else(|| "the sender's address is not valid".to_owned())?;
    Ok(Mailbox::new(sender.name.clone().filter(|n| !n.is_empty()), address))
}

/// A header written as it is: for addresses of pages, which must not be encoded (RFC 8058 section 3.1).
pub(super) fn plain(name: &'static str, value: String) -> Result<HeaderValue, String> {
    if !value.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return Err(format!("{name} holds characters that cannot stand in a header"));
    }
    let name = HeaderName::new_from_ascii_str(name);
    Ok(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value))
}

fn calendar_type() -> Result<ContentType, String> {
    ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH").map_err(|e| e.to_string())
}

/// Builds the message to `to` at `now`. The same message always gets the same Message-ID and boundary, so a retry is
/// recognisable as one (invariant I4).
///
/// # Errors
/// What about the sender or the links cannot stand in a message.
pub fn build(
    parts: &Composed,
    message: &OutboundMessage,
    template: &TemplateSpec,
    channel: &ChannelSpec,
    to: Address,
    now: Timestamp,
) -> Result<Mail, String> {
    let from = mailbox(template.from.as_ref().unwrap_or(&channel.from))?;
    let message_id = format!("<{}.{}@{}>", message.id, message.workspace.0, from.email.domain());
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
    let mut builder = Message::builder()
        .message_id(Some(message_id.clone()))
        .date(date)
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(parts.subject.as_str());
    if let Some(reply_to) = template.reply_to.as_ref().or(channel.reply_to.as_ref()) {
        builder = builder.reply_to(mailbox(&Sender { name: None, email: reply_to.clone() })?);
    }
    if let Some(url) = &parts.unsubscribe_url {
        builder = builder
            .raw_header(plain("List-Unsubscribe", format!("<{url}>"))?)
            .raw_header(plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())?)
            .raw_header(plain("Feedback-ID", format!("{}:{}:rapport", message.template, message.workspace.0))?);
    }
    let boundary = format!("=_{}.{}", message.id, message.workspace.0);
    let part = |kind: ContentType, text: &str| SinglePart::builder().header(kind).body(encode::body(text));
    let body = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(part(ContentType::TEXT_PLAIN, &parts.text))
        .singlepart(part(ContentType::TEXT_HTML, &parts.html));
    let body = match &parts.calendar {
        None => body,
        Some(calendar) => MultiPart::mixed()
            .boundary(format!("=_m{}.{}", message.id, message.workspace.0))
            .multipart(body)
            .singlepart(Attachment::new("invite.ics".to_owned()).body(calendar.clone(), calendar_type()?)),
    };
    let built = builder.multipart(body).map_err(|e| e.to_string())?;
    Ok(Mail { from: from.email, to, bytes: built.formatted(), message_id })
}

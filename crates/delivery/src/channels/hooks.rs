//! What providers call back with: receipts, texts of customers, keys pressed. Signatures are checked before anything is read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rapport_domain::Timestamp;
use rapport_domain::time::SECOND_MS;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::email::told;
pub use super::email::told::{Told, Visitor, What};
use super::form::read_form;
use super::http::Call;
use super::twilio::{OPTED_OUT, signing, thanks};
use super::webhook;
use crate::core::address::Unreachable;
use crate::core::mark::Mark;
use crate::core::meta::{Meaning, meaning};
use crate::core::sms::{Keyword, keyword};
use crate::spec::{ChannelSpec, ProviderKind};
use crate::tracking::tokens::HookPart;

/// Pictures and files of one text that are kept; Twilio takes no more.
const MAX_MEDIA: usize = 10;

/// A call from a provider.
pub struct HookRequest<'a> {
    /// The whole address that was called, as the provider knows it.
    pub url: &'a str,
    /// Its query, undecoded.
    pub query: &'a str,
    /// The value of a header, by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The body.
    pub body: &'a [u8],
    /// The certificate at [`certificate_url`], PEM, when there is one.
    pub certificate: Option<&'a [u8]>,
    /// When it came.
    pub now: Timestamp,
}

/// Where the certificate is that a call is to be checked with, for providers that sign so.
#[must_use]
pub fn certificate_url(spec: &ChannelSpec, body: &[u8]) -> Option<String> {
    (spec.kind == ProviderKind::Ses).then(|| told::certificate_url(spec, body)).flatten()
}

/// A picture, film or file that a customer sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// Its type, such as `image/jpeg`; empty when it is not said.
    pub kind: String,
    /// Where it is, for providers that say so: fetched with the channel's login.
    pub url: Option<String>,
    /// Its id, for providers that give it away by that.
    pub id: Option<String>,
}

/// What a call says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// What became of a message; `token` names it when the address did not.
    Receipt {
        /// The signed name of the message, when it came in the body.
        token: Option<String>,
        /// What became of it.
        mark: Mark,
        /// In the provider's words.
        detail: String,
        /// The number it went to, where the provider says.
        to: Option<String>,
        /// Why nothing more should be sent to the address, if so.
        unreachable: Option<Unreachable>,
    },
    /// A customer wrote.
    Inbound {
        /// From: a number or the id of a chat.
        from: String,
        /// To which of our numbers.
        to: String,
        /// What.
        text: String,
        /// The provider's id, which makes a repeated call one effect.
        id: String,
        /// When, by the provider's clock, where it says; it may call hours later.
        at: Option<Timestamp>,
        /// What the text means when it is a keyword.
        keyword: Option<Keyword>,
        /// What came with it.
        media: Vec<Media>,
        /// What the button that was pressed stands for, as the template said.
        payload: Option<String>,
    },
    /// A customer told the provider whether they want messages that they did not ask for.
    Marketing {
        /// Their number.
        from: String,
        /// Whether they do.
        wanted: bool,
        /// Names the statement, so that a repeated call is one effect.
        id: String,
        /// When, by the provider's clock.
        at: Option<Timestamp>,
    },
    /// Somebody opened a link that we made for a customer, in a chat with the bot.
    Joined {
        /// The id of the chat.
        chat: String,
        /// What the link held.
        token: String,
        /// The provider's id, which makes a repeated call one effect.
        id: String,
    },
    /// Another program tells something (Standard Webhooks).
    Program {
        /// Its id of the call, which makes a repeated one one effect.
        id: String,
        /// What it tells: `list.changed`.
        kind: String,
        /// The rest.
        data: Value,
    },
    /// What became of a mail.
    Mail(Told),
    /// The provider asks whether its calls are wanted; fetching this address says so.
    Confirm {
        /// Where, at the provider.
        url: String,
    },
    /// Keys pressed in a call.
    Keys {
        /// The keys.
        digits: String,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookReply {
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// Why a call has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFault {
    /// Its signature does not hold.
    Forged,
    /// It is not what this provider sends.
    Malformed,
    /// It cannot be believed, for this reason.
    Refused(&'static str),
}

fn reply(content_type: &'static str, body: &str) -> HookReply {
    HookReply { content_type, body: body.to_owned() }
}

/// A call that answers the customer with `text`, for providers that do not take the reply to their own call as the answer.
#[must_use]
pub fn answer_call(spec: &ChannelSpec, to: &str, text: &str) -> Option<Call> {
    (spec.kind == ProviderKind::WhatsApp).then(|| super::whatsapp::reply(spec, to, text))
}

/// The reply to a call that answers the customer with `text`, where the provider takes it so; `to` is whom it told of.
#[must_use]
pub fn answering(kind: ProviderKind, to: &str, text: &str) -> Option<HookReply> {
    Some(match kind {
        ProviderKind::Twilio => {
            let text = super::twilio::escape(text);
            let twiml =
                format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>{text}</Message></Response>");
            reply("text/xml; charset=utf-8", &twiml)
        }
        // Kannel sends what its service answers, as it is.
        ProviderKind::Kannel => reply("text/plain; charset=utf-8", text),
        ProviderKind::Telegram => {
            let call = json!({"method": "sendMessage", "chat_id": to, "text": text});
            reply("application/json", &call.to_string())
        }
        _ => return None,
    })
}

const EMPTY_TWIML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// Reads a call.
///
/// # Errors
/// When it is forged or malformed; nothing of it may be used then.
pub fn receive(
    spec: &ChannelSpec,
    part: HookPart,
    request: &HookRequest<'_>,
) -> Result<(Vec<Received>, HookReply), HookFault> {
    match spec.kind {
        ProviderKind::Twilio | ProviderKind::TwilioVoice => twilio(spec, part, request),
        ProviderKind::Ses | ProviderKind::SendGrid | ProviderKind::Postmark | ProviderKind::Mailgun => {
            Ok((told::receive(spec, request)?, reply("text/plain; charset=utf-8", "")))
        }
        ProviderKind::Kannel => kannel(part, request),
        ProviderKind::WhatsApp => whatsapp(spec, request),
        ProviderKind::Telegram => telegram(spec, request),
        ProviderKind::Webhook => program(spec, request),
        _ => Err(HookFault::Malformed),
    }
}

fn same(ours: &[u8], theirs: &[u8]) -> bool {
    bool::from(ours.ct_eq(theirs))
}

/// Twilio's signature: base64 of HMAC-SHA1 under the auth token over the address and the sorted fields of the form.
#[must_use]
pub fn twilio_signature(secret: &str, url: &str, fields: &[(String, String)]) -> String {
    let mut fields: Vec<&(String, String)> = fields.iter().collect();
    fields.sort();
    fields.dedup();
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(url.as_bytes());
    for (name, value) in fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

fn twilio(
    spec: &ChannelSpec,
    part: HookPart,
    request: &HookRequest<'_>,
) -> Result<(Vec<Received>, HookReply), HookFault> {
    let form = read_form(std::str::from_utf8(request.body).map_err(|_| HookFault::Malformed)?);
    let expected = twilio_signature(signing(spec), request.url, &form);
    let given = (request.header)("x-twilio-signature").unwrap_or_default();
    if !same(expected.as_bytes(), given.as_bytes()) {
        return Err(HookFault::Forged);
    }
    let field = |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let twiml = reply("text/xml; charset=utf-8", EMPTY_TWIML);
    match part {
        HookPart::Keys => {
            let said = thanks(request.query).map(|body| reply("text/xml; charset=utf-8", &body));
            Ok((vec![Received::Keys { digits: field("Digits").to_owned() }], said.unwrap_or(twiml)))
        }
        HookPart::Inbound => {
            let (from, text) = (field("From").to_owned(), field("Body").to_owned());
            if from.is_empty() {
                return Err(HookFault::Malformed);
            }
            let (to, id) = (field("To").to_owned(), field("MessageSid").to_owned());
            let count = field("NumMedia").parse().unwrap_or(0).min(MAX_MEDIA);
            let media = (0..count).map(|n| Media {
                kind: field(&format!("MediaContentType{n}")).to_owned(),
                url: Some(field(&format!("MediaUrl{n}")).to_owned()).filter(|url| !url.is_empty()),
                id: None,
            });
            let (media, keyword) = (media.collect(), keyword(&text));
            Ok((vec![Received::Inbound { from, to, id, at: None, keyword, text, media, payload: None }], twiml))
        }
        HookPart::Receipt => {
            let status = if field("MessageStatus").is_empty() { field("CallStatus") } else { field("MessageStatus") };
            let code = field("ErrorCode");
            let mark = match status {
                "delivered" | "completed" => Mark::Delivered,
                "read" => Mark::Opened,
                "undelivered" | "failed" | "busy" | "no-answer" | "canceled" => Mark::Bounced,
                _ => return Ok((Vec::new(), twiml)),
            };
            // 30003 unreachable passes; 30004 blocked, 30005 unknown and 30006 landline do not.
            let unreachable = match code {
                _ if mark != Mark::Bounced => None,
                "30004" | "30005" | "30006" => Some(Unreachable::Dead),
                code if code.parse() == Ok(OPTED_OUT) => Some(Unreachable::OptedOut),
                _ => None,
            };
            let detail = if code.is_empty() { status.to_owned() } else { format!("{status} {code}") };
            let to = Some(field("To")).filter(|to| !to.is_empty()).map(str::to_owned);
            Ok((vec![Received::Receipt { token: None, mark, detail, to, unreachable }], twiml))
        }
    }
}

/// Kannel signs nothing; the address is known to nobody else.
fn kannel(part: HookPart, request: &HookRequest<'_>) -> Result<(Vec<Received>, HookReply), HookFault> {
    let body = std::str::from_utf8(request.body).map_err(|_| HookFault::Malformed)?;
    let fields: Vec<(String, String)> = read_form(request.query).into_iter().chain(read_form(body)).collect();
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let nothing = reply("text/plain; charset=utf-8", "");
    if part == HookPart::Inbound {
        let (from, text) = (field("from").to_owned(), field("text").to_owned());
        if from.is_empty() {
            return Err(HookFault::Malformed);
        }
        let (to, id) = (field("to").to_owned(), field("id").to_owned());
        let (media, keyword) = (Vec::new(), keyword(&text));
        return Ok((vec![Received::Inbound { from, to, id, at: None, keyword, text, media, payload: None }], nothing));
    }
    let mark = match field("status") {
        "1" => Mark::Delivered,
        "2" | "16" => Mark::Bounced,
        "4" | "8" => return Ok((Vec::new(), nothing)),
        _ => return Err(HookFault::Malformed),
    };
    let detail = super::http::short(&format!("{} {}", field("status"), field("text")));
    Ok((vec![Received::Receipt { token: None, mark, detail, to: None, unreachable: None }], nothing))
}

/// An instant in seconds since 1970.
fn seconds(unix: i64) -> Option<Timestamp> {
    unix.checked_mul(SECOND_MS).map(Timestamp)
}

/// The same as Meta writes it: a number or its text.
fn unix(value: &Value) -> Option<Timestamp> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).and_then(seconds)
}

fn whatsapp(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<(Vec<Received>, HookReply), HookFault> {
    let query = read_form(request.query);
    let asked = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if request.body.is_empty() && asked("hub.mode") == Some("subscribe") {
        // Meta asks once, when the webhook is set up.
        let known = spec
            .member("verify_token")
            .filter(|t| asked("hub.verify_token").is_some_and(|g| same(t.as_bytes(), g.as_bytes())));
        let challenge = asked("hub.challenge").filter(|_| known.is_some()).ok_or(HookFault::Forged)?;
        return Ok((Vec::new(), reply("text/plain; charset=utf-8", challenge)));
    }
    let secret = spec.member("webhook_secret").ok_or(HookFault::Forged)?;
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| HookFault::Forged)?;
    let tag = mac.chain_update(request.body).finalize().into_bytes();
    let expected: String = tag.iter().map(|b| format!("{b:02x}")).collect();
    let given = (request.header)("x-hub-signature-256").unwrap_or_default();
    if !same(format!("sha256={expected}").as_bytes(), given.as_bytes()) {
        return Err(HookFault::Forged);
    }
    let body: Value = serde_json::from_slice(request.body).map_err(|_| HookFault::Malformed)?;
    let mut out = Vec::new();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    for change in list(&body, "entry").iter().flat_map(|e| list(e, "changes")) {
        let value = &change["value"];
        for status in list(value, "statuses") {
            let mark = match status["status"].as_str() {
                Some("delivered") => Mark::Delivered,
                Some("read") => Mark::Opened,
                Some("failed") => Mark::Bounced,
                _ => continue,
            };
            let code = status.pointer("/errors/0/code").and_then(Value::as_u64);
            let detail = status.pointer("/errors/0/title").and_then(Value::as_str).unwrap_or_default();
            let token = status["biz_opaque_callback_data"].as_str().map(str::to_owned);
            let (id, at) = (status["id"].as_str().unwrap_or_default().to_owned(), unix(&status["timestamp"]));
            let to = status["recipient_id"].as_str().map(|to| format!("+{to}"));
            if let (Some(Meaning::NoMarketing), Some(from)) = (code.map(meaning), to.clone()) {
                out.push(Received::Marketing { from, wanted: false, id, at });
            }
            let detail = match code {
                Some(code) => format!("{code} {detail}"),
                None => detail.to_owned(),
            };
            let detail = super::http::short(&detail);
            out.push(Received::Receipt { token, mark, detail, to, unreachable: None });
        }
        for said in list(value, "user_preferences").iter().filter(|p| p["category"] == "marketing_messages") {
            let wanted = match said["value"].as_str() {
                Some("stop") => false,
                Some("resume") => true,
                _ => continue,
            };
            let (Some(from), at) = (said["wa_id"].as_str(), unix(&said["timestamp"])) else { continue };
            let id = format!("marketing-{}", at.map_or(0, |at| at.0));
            out.push(Received::Marketing { from: format!("+{from}"), wanted, id, at });
        }
        for message in list(value, "messages") {
            let say = |path: &str| message.pointer(path).and_then(Value::as_str);
            let kinds = ["image", "video", "audio", "document", "sticker"];
            let sent = kinds.iter().find_map(|kind| message.get(kind).filter(|media| media.is_object()));
            let text =
                ["/text/body", "/button/text", "/interactive/button_reply/title", "/interactive/list_reply/title"]
                    .iter()
                    .find_map(|path| say(path))
                    .or_else(|| sent?["caption"].as_str())
                    .unwrap_or_default()
                    .to_owned();
            let payload = ["/button/payload", "/interactive/button_reply/id", "/interactive/list_reply/id"];
            let payload = payload.iter().find_map(|path| say(path)).map(str::to_owned);
            let own = |name: &str| sent.and_then(|media| media[name].as_str()).map(str::to_owned);
            let media = sent.map(|_| Media { kind: own("mime_type").unwrap_or_default(), url: None, id: own("id") });
            let media = media.into_iter().collect();
            let from = format!("+{}", message["from"].as_str().unwrap_or_default());
            let to =
                value.pointer("/metadata/display_phone_number").and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = message["id"].as_str().unwrap_or_default().to_owned();
            let at = unix(&message["timestamp"]);
            out.push(Received::Inbound { from, to, id, at, keyword: keyword(&text), text, media, payload });
        }
    }
    Ok((out, reply("text/plain; charset=utf-8", "")))
}

/// A program signs as we do, under the same secret.
fn program(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<(Vec<Received>, HookReply), HookFault> {
    let secret = spec.secret.as_deref().and_then(|secret| webhook::secret_bytes(secret).ok());
    let id = webhook::verified(&secret.ok_or(HookFault::Refused("the channel has no secret"))?, request)?;
    let mut body: Value = serde_json::from_slice(request.body).map_err(|_| HookFault::Malformed)?;
    let kind = body["type"].as_str().ok_or(HookFault::Malformed)?.to_owned();
    let data = body["data"].take();
    Ok((vec![Received::Program { id, kind, data }], reply("application/json", "{}")))
}

fn telegram(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<(Vec<Received>, HookReply), HookFault> {
    let secret = spec.member("webhook_secret").ok_or(HookFault::Forged)?;
    let given = (request.header)("x-telegram-bot-api-secret-token").unwrap_or_default();
    if !same(secret.as_bytes(), given.as_bytes()) {
        return Err(HookFault::Forged);
    }
    let body: Value = serde_json::from_slice(request.body).map_err(|_| HookFault::Malformed)?;
    let done = reply("application/json", &json!({}).to_string());
    let Some(text) = body.pointer("/message/text").and_then(Value::as_str) else { return Ok((Vec::new(), done)) };
    let from = body.pointer("/message/chat/id").map(ToString::to_string).ok_or(HookFault::Malformed)?;
    let id = body["update_id"].to_string();
    if let Some(token) = text.strip_prefix("/start ").map(str::trim).filter(|t| !t.is_empty()) {
        // Everybody in a group would read what is meant for one.
        let is_private = body.pointer("/message/chat/type").is_none_or(|kind| kind == "private");
        let joined = Received::Joined { chat: from, token: token.to_owned(), id };
        return Ok((if is_private { vec![joined] } else { Vec::new() }, done));
    }
    let (text, at) = (text.to_owned(), body.pointer("/message/date").and_then(Value::as_i64).and_then(seconds));
    let (to, media, keyword) = (String::new(), Vec::new(), keyword(&text));
    Ok((vec![Received::Inbound { from, to, id, at, keyword, text, media, payload: None }], done))
}

#[cfg(test)]
#[path = "hooks_tests.rs"]
mod tests;

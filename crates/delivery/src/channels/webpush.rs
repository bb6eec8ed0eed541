//! Notifications of browsers: message encryption (RFC 8291 over RFC 8188), the server's word (VAPID, RFC 8292) and the
//! push service's interface (RFC 8030).

mod encrypt;
mod vapid;

use rapport_domain::time::parse_duration_ms;
use serde_json::{Map, Value, json};

pub use encrypt::{Salted, encrypt};
pub use vapid::Vapid;
pub(crate) use vapid::jwt;

use super::dialect::{Dialect, devices, other, required, text};
use super::http::{Answer, Call};
use super::{Outgoing, Receipt, SendFault};
use crate::spec::ChannelSpec;

/// How long a push service keeps a notification when the template does not say, seconds.
const TTL_S: i64 = 86_400;
/// The longest time push services take, seconds: four weeks.
const MAX_TTL_S: i64 = 2_419_200;
/// The most that push services must take (RFC 8030 section 7.2), less what encryption adds (RFC 8291 section 4), bytes.
const MAX_PAYLOAD_BYTES: usize = 4_096 - 86 - 17;

/// Push services, to which the application server's key is the word.
pub(super) struct WebPush {
    vapid: Vapid,
}

impl WebPush {
    pub(super) fn new(spec: &ChannelSpec) -> Result<Self, String> {
        let subject = spec.member("subject").unwrap_or_default();
        if !subject.starts_with("mailto:") && !subject.starts_with("https://") {
            return Err("subject: expected mailto:… or https://…".to_owned());
        }
        Ok(WebPush { vapid: Vapid::new(spec.secret.as_deref().unwrap_or_default(), subject)? })
    }
}

/// What the service worker gets: the notification as `showNotification` takes it, and what a click opens.
fn payload(outgoing: &Outgoing<'_>, content: &Value) -> Result<String, String> {
    let mut out = Map::new();
    out.insert("title".to_owned(), json!(required(content, "title")?));
    for name in ["body", "icon", "image", "badge", "tag", "url"] {
        out.extend(text(content, name).map(|t| (name.to_owned(), json!(t))));
    }
    for (name, key) in [("actions", "actions"), ("require_interaction", "requireInteraction"), ("silent", "silent")] {
        out.extend(content.get(name).filter(|v| !v.is_null()).map(|v| (key.to_owned(), v.clone())));
    }
    out.extend(content.get("data").filter(|v| !v.is_null()).map(|v| ("data".to_owned(), v.clone())));
    out.insert("message_id".to_owned(), json!(outgoing.message.id.to_string()));
    // The service worker tells by these what became of it, without knowing whose browser it is.
    out.insert("receipt".to_owned(), json!(outgoing.links.receipt()));
    let text = Value::Object(out).to_string();
    if text.len() > MAX_PAYLOAD_BYTES {
        return Err(format!("the notification has {} bytes, push services take {MAX_PAYLOAD_BYTES}", text.len()));
    }
    Ok(text)
}

impl Dialect for WebPush {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let payload = payload(outgoing, content)?;
        let ttl = text(content, "ttl").and_then(parse_duration_ms).map_or(TTL_S, |ms| ms / 1_000).min(MAX_TTL_S);
        let left = outgoing.message.expires_at.since_ms(outgoing.now) / 1_000;
        let topic = text(content, "tag").map(topic_name);
        let one = |device: &crate::core::device::Device| {
            let salted = Salted::random();
            let body = encrypt(device.p256dh.as_deref(), device.auth.as_deref(), payload.as_bytes(), &salted)?;
            let mut call = Call::post(device.token.clone(), "application/octet-stream", body);
            call.headers.push(("content-encoding", "aes128gcm".to_owned()));
            call.headers.push(("ttl", ttl.min(left.max(0)).to_string()));
            call.headers.push(("authorization", self.vapid.word(&device.token, outgoing.now)?));
            call.headers.extend(text(content, "urgency").map(|u| ("urgency", u.to_owned())));
            call.headers.extend(topic.clone().map(|t| ("topic", t)));
            // A browser named the place.
            call.guarded = true;
            call.device = Some(device.clone());
            Ok(call)
        };
        let calls: Vec<Result<Call, String>> = devices(outgoing).map(one).collect();
        // A browser whose keys are none must not keep the others from theirs.
        let good: Vec<Call> = calls.iter().filter_map(|c| c.as_ref().ok().cloned()).collect();
        if good.is_empty() { calls.into_iter().collect() } else { Ok(good) }
    }

    fn read(&self, call: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        match answer.status {
            200..300 => {
                let place = answer.headers.get("location").and_then(|v| v.to_str().ok()).map(str::to_owned);
                Ok(Receipt { response: answer.shown(), provider_id: place, ..Receipt::default() })
            }
            404 | 410 => {
                Err(SendFault::Gone { detail: answer.shown(), dead: call.device.clone().into_iter().collect() })
            }
            413 => Err(SendFault::Permanent { detail: answer.shown(), hard_bounce: false }),
            _ => Err(answer.fault()),
        }
    }
}

/// A topic as RFC 8030 section 5.4 has it: at most 32 letters of base64url. Other names are hashed.
fn topic_name(tag: &str) -> String {
    let fits = tag.len() <= 32 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits { tag.to_owned() } else { format!("{:032x}", rapport_domain::hash::hash128(0, tag.as_bytes())) }
}

#[cfg(test)]
mod tests;

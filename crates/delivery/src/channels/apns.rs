//! Notifications of Apple's devices, over HTTP/2 with a token signed by the team's key.

use p256::ecdsa::SigningKey;
use p256::pkcs8::DecodePrivateKey;
use parking_lot::Mutex;
use rapport_domain::Timestamp;
use rapport_domain::time::parse_duration_ms;
use serde_json::{Value, json};

use super::dialect::{Dialect, devices, other, text};
use super::http::{Answer, Call};
use super::webpush::jwt;
use super::{Outgoing, Receipt, SendFault};
use crate::core::device::{Device, DeviceKind};
use crate::spec::ChannelSpec;

/// How long a token is used, milliseconds: Apple takes it for an hour and refuses more than one in 20 minutes.
const WORD_MS: i64 = 40 * 60_000;
/// The most a notification may have, bytes.
const MAX_PAYLOAD_BYTES: usize = 4_096;

/// A team's app.
pub(super) struct Apns {
    base: String,
    app: String,
    key_id: String,
    team_id: String,
    key: SigningKey,
    word: Mutex<Option<(String, Timestamp)>>,
}

impl Apns {
    /// # Errors
    /// When the key is none.
    pub(super) fn new(spec: &ChannelSpec) -> Result<Self, String> {
        let member = |name: &str| spec.member(name).unwrap_or_default().to_owned();
        let key = SigningKey::from_pkcs8_pem(spec.secret.as_deref().unwrap_or_default().trim())
            .map_err(|_| "expected the authentication key as Apple gives it: a .p8 file in PEM".to_owned())?;
        let base = spec.member("base_url").unwrap_or("https://api.push.apple.com").trim_end_matches('/').to_owned();
        let (app, key_id, team_id) = (member("app"), member("key_id"), member("team_id"));
        Ok(Apns { base, app, key_id, team_id, key, word: Mutex::default() })
    }

    fn word(&self, now: Timestamp) -> String {
        let mut kept = self.word.lock();
        match &*kept {
            Some((word, made)) if now.since_ms(*made).abs() < WORD_MS => word.clone(),
            _ => {
                let claims = json!({"iss": self.team_id, "iat": now.0.div_euclid(1_000)});
                let word = format!("bearer {}", jwt(&self.key, &claims, Some(&self.key_id)));
                *kept = Some((word.clone(), now));
                word
            }
        }
    }
}

/// What the device gets.
fn payload(outgoing: &Outgoing<'_>, content: &Value, silent: bool) -> Result<String, String> {
    let mut aps = json!({});
    if silent {
        aps["content-available"] = json!(1);
    } else {
        let (title, body) = (text(content, "title"), text(content, "body"));
        if title.is_none() && body.is_none() {
            return Err("title and body: render as nothing".to_owned());
        }
        aps["alert"] = json!({});
        for (name, value) in [("title", title), ("body", body)] {
            if let Some(value) = value {
                aps["alert"][name] = json!(value);
            }
        }
        aps["sound"] = json!(text(content, "sound").unwrap_or("default"));
        if text(content, "image").is_some() {
            // The app's notification service extension fetches it.
            aps["mutable-content"] = json!(1);
        }
    }
    if let Some(badge) = content.get("badge").filter(|b| b.is_u64()) {
        aps["badge"] = badge.clone();
    }
    let mut out =
        json!({"aps": aps, "message_id": outgoing.message.id.to_string(), "receipt": outgoing.links.receipt()});
    for name in ["url", "image"] {
        if let Some(value) = text(content, name) {
            out[name] = json!(value);
        }
    }
    for (name, value) in content.get("data").and_then(Value::as_object).into_iter().flatten() {
        if name != "aps" {
            out[name] = value.clone();
        }
    }
    let text = out.to_string();
    if text.len() > MAX_PAYLOAD_BYTES {
        return Err(format!("the notification has {} bytes, Apple takes {MAX_PAYLOAD_BYTES}", text.len()));
    }
    Ok(text)
}

impl Dialect for Apns {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let silent = content.get("silent") == Some(&Value::Bool(true));
        let payload = payload(outgoing, content, silent)?;
        let ttl_ms = text(content, "ttl").and_then(parse_duration_ms).unwrap_or(86_400_000);
        let until = outgoing.now.plus_ms(ttl_ms).min(outgoing.message.expires_at).0.div_euclid(1_000);
        let each = |device: &Device| {
            let mut call =
                Call::post(format!("{}/3/device/{}", self.base, device.token), "application/json", payload.clone());
            call.headers.extend([
                ("authorization", self.word(outgoing.now)),
                ("apns-topic", self.app.clone()),
                ("apns-push-type", if silent { "background" } else { "alert" }.to_owned()),
                ("apns-priority", if silent { "5" } else { "10" }.to_owned()),
                ("apns-expiration", until.to_string()),
                ("apns-id", uuid_of(outgoing, device)),
            ]);
            call.headers.extend(text(content, "collapse").map(|c| ("apns-collapse-id", c.to_owned())));
            call.http2 = true;
            call.device = Some(device.clone());
            call
        };
        Ok(devices(outgoing).filter(|d| d.kind == DeviceKind::Apns).map(each).collect())
    }

    fn read(&self, call: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        if answer.is_success() {
            let id = answer.headers.get("apns-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
            return Ok(Receipt { response: answer.status.to_string(), provider_id: id, ..Receipt::default() });
        }
        let body = answer.json();
        let reason = body["reason"].as_str().unwrap_or_default();
        match (answer.status, reason) {
            (410, _) => {
                Err(SendFault::Gone { detail: answer.shown(), dead: call.device.clone().into_iter().collect() })
            }
            // Said of every good token when the channel names another app, or the sandbox's address for tokens of the store's
            // app: somebody can repair that, and nobody could bring the tokens back.
            (400, "BadDeviceToken" | "DeviceTokenNotForTopic" | "BadTopic" | "TopicDisallowed" | "MissingTopic") => {
                Err(SendFault::Transient { detail: answer.shown(), untaken: true })
            }
            // Of this device too many came one after the other; others take theirs.
            (429, "TooManyRequests") => Err(SendFault::Later { detail: answer.shown(), wait: None }),
            (403, "ExpiredProviderToken") => {
                *self.word.lock() = None;
                Err(answer.fault())
            }
            _ => Err(answer.fault()),
        }
    }
}

/// The same message to the same device has the same id, so that Apple shows a repeated one once.
fn uuid_of(outgoing: &Outgoing<'_>, device: &Device) -> String {
    let key = format!("{}\n{}\n{}", outgoing.message.workspace.0, outgoing.message.id, device.token);
    let hash = rapport_domain::hash::hash128(8, key.as_bytes());
    // Version 8 and the variant of RFC 9562.
    let bits = (hash & !(0xf << 76) & !(0x3 << 62)) | (0x8 << 76) | (0x2 << 62);
    let text = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

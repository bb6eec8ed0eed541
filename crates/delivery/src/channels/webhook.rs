//! Calls to other programs by Standard Webhooks (standardwebhooks.com): signed, with an id that stays the same over retries. Calls
//! of such programs are checked by the same rules.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use hyper::Method;
use rapport_domain::Timestamp;
use rapport_domain::time::{MINUTE_MS, SECOND_MS};
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::dialect::{Dialect, other, text};
use super::hooks::{HookFault, HookRequest};
use super::http::{Answer, Call};
use super::{Content, Outgoing, Receipt, SendFault};
use crate::spec::{ChannelSpec, LiveChannel};

/// Headers that the template does not decide.
const OURS: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "webhook-id", "webhook-timestamp", "webhook-signature"];
/// How many bytes a secret has (Standard Webhooks, "Signature scheme").
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The signature of a payload: `v1,` and base64 of HMAC-SHA256 over id, timestamp in seconds and payload, joined by dots.
#[must_use]
pub fn sign(secret: &[u8], id: &str, seconds: i64, payload: &[u8]) -> String {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    let mac = mac.chain_update(format!("{id}.{seconds}.")).chain_update(payload);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The bytes of a secret written as `whsec_` and base64.
///
/// # Errors
/// What was expected.
pub fn secret_bytes(secret: &str) -> Result<Vec<u8>, String> {
    let expected = || "expected whsec_ and base64 of 24 to 64 bytes".to_owned();
    let text = secret.strip_prefix("whsec_").ok_or_else(expected)?;
    let bytes = STANDARD.decode(text).map_err(|_| expected())?;
    if SECRET_BYTES.contains(&bytes.len()) { Ok(bytes) } else { Err(expected()) }
}

/// How far the time of a call may be from now, so that it cannot be used again later, milliseconds.
const TOLERANCE_MS: i64 = 5 * MINUTE_MS;
/// The longest id of a call, bytes.
const MAX_ID_BYTES: usize = 256;

/// Checks a call that a program signed under the channel's secret, and answers its id. Of several signatures (while a secret is being
/// changed) one has to hold.
///
/// # Errors
/// When it is not signed so, or not just now.
pub(super) fn verified(secret: &[u8], request: &HookRequest<'_>) -> Result<String, HookFault> {
    let header = |name: &str| (request.header)(name).ok_or(HookFault::Forged);
    let (id, at, signatures) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let seconds: i64 = at.parse().map_err(|_| HookFault::Forged)?;
    if id.is_empty() || id.len() > MAX_ID_BYTES {
        return Err(HookFault::Forged);
    }
    let expected = sign(secret, &id, seconds, request.body);
    let holds = |given: &str| !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(given.as_bytes()));
    if !signatures.split_whitespace().any(holds) {
        return Err(HookFault::Forged);
    }
    let sent_at = Timestamp(seconds.saturating_mul(SECOND_MS));
    if request.now.since_ms(sent_at).abs() > TOLERANCE_MS {
        return Err(HookFault::Refused("its webhook-timestamp is more than five minutes from now"));
    }
    Ok(id)
}

/// A call with the headers of Standard Webhooks; the signature only with a secret.
pub(crate) fn signed(url: &str, id: &str, now: Timestamp, secret: Option<&[u8]>, body: String) -> Call {
    let seconds = now.0.div_euclid(1_000);
    let mut call = Call { guarded: true, ..Call::post(url, "application/json", body) };
    call.headers.push(("user-agent", "Rapport-Webhooks".to_owned()));
    call.headers.push(("webhook-id", id.to_owned()));
    call.headers.push(("webhook-timestamp", seconds.to_string()));
    if let Some(secret) = secret {
        call.headers.push(("webhook-signature", sign(secret, id, seconds, &call.body)));
    }
    call
}

/// What a program's answer means.
pub(super) fn read_answer(answer: &Answer) -> Result<(), SendFault> {
    match answer.status {
        200..300 => Ok(()),
        // The endpoint is gone: nothing is sent there any more.
        410 => Err(SendFault::Permanent { detail: answer.shown(), hard_bounce: true }),
        429 | 503 => Err(answer.fault()),
        // Whatever else a program answers may be a mistake that its makers repair (Standard Webhooks, "Retries").
        _ => Err(SendFault::Transient { detail: answer.shown(), untaken: false }),
    }
}

/// Where a call goes: what the suppression list knows it by.
#[must_use]
pub fn place(content: &Content, channels: &[Arc<LiveChannel>]) -> String {
    let own = if let Content::Other(members) = content { text(members, "url") } else { None };
    let usual = channels.first().and_then(|c| c.spec.member("url"));
    own.or(usual).unwrap_or_default().to_owned()
}

/// A program of somebody's.
pub struct Webhook {
    url: String,
    secret: Option<Vec<u8>>,
}

impl Webhook {
    /// The channel's.
    ///
    /// # Errors
    /// When the secret is none.
    pub fn new(spec: &ChannelSpec) -> Result<Self, String> {
        let secret = spec.secret.as_deref().map(secret_bytes).transpose()?;
        Ok(Webhook { url: spec.member("url").unwrap_or_default().to_owned(), secret })
    }
}

/// The body of a template that has none of its own.
fn default_body(outgoing: &Outgoing<'_>, content: &Value) -> Value {
    let message = outgoing.message;
    let mut data = message.data.map().clone();
    data.insert("message_id".to_owned(), json!(message.id.to_string()));
    data.insert("profile_id".to_owned(), json!(outgoing.links.profile.to_string()));
    let kind = text(content, "type").unwrap_or(message.template.as_str());
    json!({"type": kind, "timestamp": message.created_at.to_string(), "data": data})
}

impl Dialect for Webhook {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let url = text(content, "url").unwrap_or(&self.url);
        let method = text(content, "method").unwrap_or("POST");
        let method: Method = method.parse().map_err(|_| format!("{method} is no method"))?;
        let with_body = !matches!(method, Method::GET | Method::DELETE);
        let body = match content.get("body").filter(|b| !b.is_null()) {
            _ if !with_body => String::new(),
            Some(Value::String(own)) => own.clone(),
            Some(own) => own.to_string(),
            None => default_body(outgoing, content).to_string(),
        };
        let id = format!("msg_{}_{}", outgoing.message.workspace.0, outgoing.message.id);
        let mut call = Call { method, ..signed(url, &id, outgoing.now, self.secret.as_deref(), body) };
        for (name, value) in content.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let (name, Some(value)) = (name.to_ascii_lowercase(), value.as_str()) else { continue };
            if OURS.contains(&name.as_str()) {
                continue;
            }
            if value.chars().any(|c| c.is_control()) {
                return Err(format!("headers.{name}: must be one line"));
            }
            call.headers.retain(|(known, _)| *known != name);
            call.named.push((name, value.to_owned()));
        }
        if !with_body {
            call.headers.retain(|(name, _)| *name != "content-type");
        }
        Ok(vec![call])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        read_answer(answer).map(|()| Receipt { response: answer.shown(), ..Receipt::default() })
    }
}

#[cfg(test)]
mod tests;

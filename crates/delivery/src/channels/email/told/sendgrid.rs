//! SendGrid's event webhook, signed: ECDSA on P-256 over the time and the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use serde_json::Value;

use super::{Refusal, Visitor, What, check_age, complaint, delivered, json, optional, seconds, text, told};
use crate::channels::hooks::{HookFault, HookRequest, Received};
use crate::core::bounce::Reason;
use crate::spec::ChannelSpec;

/// The key that signs, as SendGrid shows it: base64 of its DER form.
///
/// # Errors
/// When it is no such key.
pub(in crate::channels) fn verifying_key(written: &str) -> Result<VerifyingKey, String> {
    let bare: String = written.lines().filter(|l| !l.starts_with("-----")).flat_map(str::chars).collect();
    let der = STANDARD.decode(bare.trim()).map_err(|_| "expected the verification key in base64".to_owned())?;
    VerifyingKey::from_public_key_der(&der).map_err(|_| "expected a public key on the curve P-256".to_owned())
}

pub(super) fn receive(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<Vec<Received>, HookFault> {
    let key =
        spec.member("webhook_key").ok_or(HookFault::Refused("the channel has no webhook_key to check it with"))?;
    let key = verifying_key(key).map_err(|_| HookFault::Refused("the channel's webhook_key is no key"))?;
    let header = |name: &str| (request.header)(name).unwrap_or_default();
    let signature = STANDARD.decode(header("x-twilio-email-event-webhook-signature")).map_err(|_| HookFault::Forged)?;
    let signature = Signature::from_der(&signature).map_err(|_| HookFault::Forged)?;
    let mut signed = header("x-twilio-email-event-webhook-timestamp").into_bytes();
    signed.extend_from_slice(request.body);
    key.verify(&signed, &signature).map_err(|_| HookFault::Forged)?;
    check_age(seconds(&header("x-twilio-email-event-webhook-timestamp")), request.now)?;
    let Value::Array(events) = json(request)? else { return Err(HookFault::Malformed) };
    Ok(events.iter().filter_map(read).collect())
}

fn read(event: &Value) -> Option<Received> {
    let refusal = |is_gone, class| Refusal {
        address: text(event, "/email"),
        status: text(event, "/status"),
        words: Some(text(event, "/reason")).filter(|r| !r.is_empty()).unwrap_or_else(|| text(event, "/response")),
        is_gone,
        class,
    };
    let by = || Visitor {
        agent: optional(event, "/useragent"),
        machine: event["sg_machine_open"].as_bool().unwrap_or(false),
    };
    let what = match text(event, "/event") {
        "delivered" => delivered(),
        "deferred" => refusal(false, None).delay(),
        "bounce" => {
            let class = match text(event, "/bounce_classification") {
                "Invalid Address" => Some(Reason::UserUnknown),
                "Mailbox Unavailable" => Some(Reason::MailboxFull),
                "Content" => Some(Reason::Spam),
                "Reputation" => Some(Reason::Blocked),
                "Frequency/Volume" | "Frequency or Volume Too High" => Some(Reason::Throttled),
                _ => None,
            };
            let other = class.is_some_and(|c| c != Reason::UserUnknown);
            refusal(text(event, "/type") != "blocked" && !other, class).bounce()
        }
        // SendGrid did not try: its own list has the address.
        "dropped" if text(event, "/reason") == "Bounced Address" => refusal(true, Some(Reason::UserUnknown)).bounce(),
        "dropped" if text(event, "/reason") == "Invalid" => refusal(true, Some(Reason::UserUnknown)).bounce(),
        "dropped" if text(event, "/reason").starts_with("Spam Report") => complaint(text(event, "/email"), None),
        "dropped" if text(event, "/reason") == "Unsubscribed Address" => What::Left,
        "dropped" => refusal(false, None).bounce(),
        "open" => What::Opened(by()),
        "click" => What::Clicked { link: text(event, "/url").to_owned(), by: by() },
        "spamreport" => complaint(text(event, "/email"), None),
        "unsubscribe" | "group_unsubscribe" => What::Left,
        _ => return None,
    };
    Some(told(text(event, "/message_id"), what))
}

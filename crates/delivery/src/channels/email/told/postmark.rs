//! Postmark's webhooks. Postmark signs nothing: the address it calls holds a name and a word (`https://rapport:WORD@…`), which
//! come by Basic authentication.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::{Refusal, Visitor, What, complaint, delivered, json, notice, optional, text, told};
use crate::channels::hooks::{HookFault, HookRequest, Received};
use crate::core::bounce::{NoticeKind, Reason};
use crate::spec::ChannelSpec;

pub(super) fn receive(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<Vec<Received>, HookFault> {
    let ours = spec
        .member("webhook_secret")
        .ok_or(HookFault::Refused("the channel has no webhook_secret to check it with"))?;
    let header = (request.header)("authorization").unwrap_or_default();
    let login = header.strip_prefix("Basic ").and_then(|l| STANDARD.decode(l.trim()).ok()).unwrap_or_default();
    let at = login.iter().position(|b| *b == b':').ok_or(HookFault::Forged)?;
    if !bool::from(login[at + 1..].ct_eq(ours.as_bytes())) {
        return Err(HookFault::Forged);
    }
    let body = json(request)?;
    if !body["RecordType"].is_string() {
        return Err(HookFault::Malformed);
    }
    Ok(read(&body).into_iter().collect())
}

fn read(body: &Value) -> Option<Received> {
    let by = || Visitor { agent: optional(body, "/UserAgent"), machine: false };
    let what = match text(body, "/RecordType") {
        "Delivery" => delivered(),
        "Bounce" => bounce(body)?,
        "SpamComplaint" => complaint(text(body, "/Email"), None),
        "Open" => What::Opened(by()),
        "Click" => What::Clicked { link: text(body, "/OriginalLink").to_owned(), by: by() },
        "SubscriptionChange" if body["SuppressSending"].as_bool() == Some(true) => {
            match text(body, "/SuppressionReason") {
                "SpamComplaint" => complaint(text(body, "/Recipient"), None),
                "ManualSuppression" => What::Left,
                // A hard bounce was told by itself.
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(told(text(body, "/Metadata/message_id"), what))
}

fn bounce(body: &Value) -> Option<What> {
    let words = Some(text(body, "/Details")).filter(|d| !d.is_empty()).unwrap_or_else(|| text(body, "/Description"));
    let refusal = |is_gone, class| Refusal { address: text(body, "/Email"), status: "", words, is_gone, class };
    Some(match text(body, "/Type") {
        "HardBounce" | "BadEmailAddress" | "ManuallyDeactivated" => refusal(true, None).bounce(),
        "SpamComplaint" => complaint(text(body, "/Email"), None),
        "AutoResponder" => notice(NoticeKind::AutoReply, Vec::new()),
        "Unsubscribe" => What::Left,
        "Subscribe" | "AddressChange" | "ChallengeVerification" | "OpenRelayTest" | "TemplateRenderingFailed" => {
            return None;
        }
        "Transient" => refusal(false, None).delay(),
        "SpamNotification" => refusal(false, Some(Reason::Spam)).bounce(),
        "VirusNotification" => refusal(false, Some(Reason::Virus)).bounce(),
        "DMARCPolicy" => refusal(false, Some(Reason::Authentication)).bounce(),
        "Blocked" => refusal(false, Some(Reason::Blocked)).bounce(),
        "DnsError" => refusal(false, Some(Reason::Expired)).bounce(),
        _ => refusal(false, None).bounce(),
    })
}

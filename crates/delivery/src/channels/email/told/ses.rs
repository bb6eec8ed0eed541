//! SES through SNS: each call is signed by RSA over some of its members, with a certificate that lies at an address of
//! Amazon. Anybody can have SNS sign something, so the topic has to be the channel's.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_domain::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use webpki::EndEntityCert;

use super::{Refusal, Visitor, What, check_age, complaint, delivered, json, optional, text, told};
use crate::channels::hooks::{HookFault, HookRequest, Received};
use crate::core::bounce::{Notice, Reason, tokens_in};
use crate::spec::ChannelSpec;

/// What is signed, by the kind of call.
const NOTIFICATION: &[&str] = &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const CONFIRMATION: &[&str] = &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// Where the certificate is that a call says it is signed with; `None` when the document has it, or the address is not
/// Amazon's.
pub(in crate::channels) fn certificate_url(spec: &ChannelSpec, body: &[u8]) -> Option<String> {
    if spec.member("certificate").is_some() {
        return None;
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    let url = text(&body, "/SigningCertURL");
    (is_of_sns(url) && url.ends_with(".pem")).then(|| url.to_owned())
}

/// Whether an address is one of SNS itself: `https://sns.REGION.amazonaws.com/…`.
fn is_of_sns(url: &str) -> bool {
    let Some((host, _)) = url.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else { return false };
    let Some(rest) = host.strip_prefix("sns.") else { return false };
    let region = rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"));
    region.is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

pub(super) fn receive(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<Vec<Received>, HookFault> {
    let topic = spec.member("topic_arn").ok_or(HookFault::Refused("the channel has no topic_arn to check it with"))?;
    let call = json(request)?;
    let kind = text(&call, "/Type");
    let members = match kind {
        "Notification" => NOTIFICATION,
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => CONFIRMATION,
        _ => return Err(HookFault::Malformed),
    };
    let certificate = spec.member("certificate").map(str::as_bytes).or(request.certificate);
    let certificate = certificate.ok_or(HookFault::Refused("the certificate it is signed with is not Amazon's"))?;
    verify(&call, members, certificate)?;
    if text(&call, "/TopicArn") != topic {
        return Err(HookFault::Refused("it is of another topic than the channel's topic_arn"));
    }
    check_age(Timestamp::parse(text(&call, "/Timestamp")), request.now)?;
    match kind {
        "SubscriptionConfirmation" => {
            let url = text(&call, "/SubscribeURL");
            if !is_of_sns(url) {
                return Err(HookFault::Refused("its SubscribeURL is not Amazon's"));
            }
            Ok(vec![Received::Confirm { url: url.to_owned() }])
        }
        "Notification" => {
            // What is not JSON is a test of the topic's owner.
            let Ok(message) = serde_json::from_str::<Value>(text(&call, "/Message")) else { return Ok(Vec::new()) };
            Ok(read(&message))
        }
        _ => Ok(Vec::new()),
    }
}

fn verify(call: &Value, members: &[&str], certificate: &[u8]) -> Result<(), HookFault> {
    let algorithm: &'static RsaParameters = match text(call, "/SignatureVersion") {
        "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        "2" => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(HookFault::Malformed),
    };
    let mut signed = String::new();
    for member in members {
        if let Some(value) = call.get(*member).and_then(Value::as_str) {
            signed.push_str(&format!("{member}\n{value}\n"));
        }
    }
    let signature = STANDARD.decode(text(call, "/Signature")).map_err(|_| HookFault::Forged)?;
    let unreadable = HookFault::Refused("the certificate cannot be read");
    let der = CertificateDer::from_pem_slice(certificate).map_err(|_| unreadable)?;
    let certificate = EndEntityCert::try_from(&der).map_err(|_| unreadable)?;
    let key = certificate.subject_public_key_info();
    UnparsedPublicKey::new(algorithm, key.as_ref()).verify(signed.as_bytes(), &signature).map_err(|_| HookFault::Forged)
}

fn read(message: &Value) -> Vec<Received> {
    let kind = Some(text(message, "/eventType")).filter(|k| !k.is_empty());
    let kind = kind.unwrap_or_else(|| text(message, "/notificationType"));
    let id = text(message, "/mail/tags/message/0");
    let list = |at: &str| message.pointer(at).and_then(Value::as_array).cloned().unwrap_or_default();
    let whats = match kind {
        "Delivery" => vec![delivered()],
        "Bounce" => list("/bounce/bouncedRecipients").iter().map(|r| bounce(message, r)).collect(),
        "Complaint" => {
            let feedback = optional(message, "/complaint/complaintFeedbackType");
            let of = |r: &Value| complaint(text(r, "/emailAddress"), feedback.clone());
            list("/complaint/complainedRecipients").iter().map(of).collect()
        }
        "DeliveryDelay" => {
            let of = |r: &Value| {
                let (address, status) = (text(r, "/emailAddress"), text(r, "/status"));
                Refusal { address, status, words: text(r, "/diagnosticCode"), is_gone: false, class: None }.delay()
            };
            list("/deliveryDelay/delayedRecipients").iter().map(of).collect()
        }
        "Reject" => {
            let words = text(message, "/reject/reason");
            vec![Refusal { address: "", status: "", words, is_gone: false, class: Some(Reason::Virus) }.bounce()]
        }
        "Open" => vec![What::Opened(Visitor { agent: optional(message, "/open/userAgent"), machine: false })],
        "Click" => {
            let by = Visitor { agent: optional(message, "/click/userAgent"), machine: false };
            vec![What::Clicked { link: text(message, "/click/link").to_owned(), by }]
        }
        "Subscription" => vec![What::Left],
        _ => Vec::new(),
    };
    // Notifications without a configuration set have no tags; the headers, when they are passed on, have signed links.
    let tokens = if id.is_empty() { tokens_in(&message["mail"]["headers"].to_string()) } else { Vec::new() };
    let with_tokens = |what| match what {
        What::Notice(notice) => What::Notice(Notice { tokens: tokens.clone(), ..notice }),
        other => other,
    };
    whats.into_iter().map(|what| told(id, with_tokens(what))).collect()
}

fn bounce(message: &Value, recipient: &Value) -> What {
    let class = match text(message, "/bounce/bounceSubType") {
        "MailboxFull" => Some(Reason::MailboxFull),
        "MessageTooLarge" => Some(Reason::TooLarge),
        "ContentRejected" | "AttachmentRejected" => Some(Reason::Policy),
        "NoEmail" | "Suppressed" | "OnAccountSuppressionList" => Some(Reason::UserUnknown),
        _ => None,
    };
    let about_address = matches!(class, None | Some(Reason::UserUnknown));
    Refusal {
        address: text(recipient, "/emailAddress"),
        status: text(recipient, "/status"),
        words: text(recipient, "/diagnosticCode"),
        is_gone: text(message, "/bounce/bounceType") == "Permanent" && about_address,
        class,
    }
    .bounce()
}

//! Mailgun's webhooks: HMAC-SHA256 under the signing key over the time and a token.

use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Refusal, Visitor, What, check_age, complaint, delivered, json, optional, seconds, text, told};
use crate::channels::hooks::{HookFault, HookRequest, Received};
use crate::spec::ChannelSpec;

pub(super) fn receive(spec: &ChannelSpec, request: &HookRequest<'_>) -> Result<Vec<Received>, HookFault> {
    let key = spec
        .member("webhook_secret")
        .ok_or(HookFault::Refused("the channel has no webhook_secret to check it with"))?;
    let body = json(request)?;
    let signed = format!("{}{}", text(&body, "/signature/timestamp"), text(&body, "/signature/token"));
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| HookFault::Forged)?;
    let tag = mac.chain_update(signed).finalize().into_bytes();
    let ours: String = tag.iter().map(|b| format!("{b:02x}")).collect();
    let theirs = text(&body, "/signature/signature").to_ascii_lowercase();
    if !bool::from(ours.as_bytes().ct_eq(theirs.as_bytes())) {
        return Err(HookFault::Forged);
    }
    check_age(seconds(text(&body, "/signature/timestamp")), request.now)?;
    let event = body.get("event-data").filter(|e| e.is_object()).ok_or(HookFault::Malformed)?;
    Ok(read(event).into_iter().collect())
}

fn read(event: &Value) -> Option<Received> {
    let words = ["/delivery-status/message", "/delivery-status/description", "/reason"];
    let code = event.pointer("/delivery-status/code").map(ToString::to_string).unwrap_or_default();
    let words = words.iter().map(|at| text(event, at)).find(|t| !t.is_empty()).unwrap_or(&code);
    let refusal = |is_gone| Refusal {
        address: text(event, "/recipient"),
        status: text(event, "/delivery-status/enhanced-code"),
        words,
        is_gone,
        class: None,
    };
    let bot = |b: &str| !b.is_empty() && b != "none";
    let by =
        || Visitor { agent: optional(event, "/client-info/user-agent"), machine: bot(text(event, "/client-info/bot")) };
    let what = match text(event, "/event") {
        "delivered" => delivered(),
        "failed" if text(event, "/severity") == "temporary" => refusal(false).delay(),
        "failed" => match text(event, "/reason") {
            // Mailgun did not try: its own lists have the address.
            "suppress-unsubscribe" => What::Left,
            "suppress-complaint" => complaint(text(event, "/recipient"), None),
            "suppress-bounce" => refusal(true).bounce(),
            reason => refusal(reason == "bounce" && text(event, "/delivery-status/bounce-type") != "soft").bounce(),
        },
        "opened" => What::Opened(by()),
        "clicked" => What::Clicked { link: text(event, "/url").to_owned(), by: by() },
        "complained" => complaint(text(event, "/recipient"), None),
        "unsubscribed" => What::Left,
        _ => return None,
    };
    Some(told(text(event, "/user-variables/message_id"), what))
}

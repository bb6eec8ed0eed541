//! Which in-app messages a customer may be shown now, and in what order, so that two never cover the page at once.

use hmac::{Hmac, Mac};
use rapport_domain::Timestamp;
use rapport_domain::time::parse_duration_ms;
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::repo::inapp::InAppMessage;

/// Whether a token is that user's: hex HMAC-SHA256 of the user id under the channel's secret.
#[must_use]
pub fn is_users(secret: &str, user: &str, token: &str) -> bool {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    let tag = mac.chain_update(user).finalize().into_bytes();
    let hex: String = tag.iter().map(|b| format!("{b:02x}")).collect();
    bool::from(hex.as_bytes().ct_eq(token.to_ascii_lowercase().as_bytes()))
}

/// A message that may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The message.
    pub message: InAppMessage,
    /// It lies in the inbox, read or not.
    pub is_inbox: bool,
}

fn whole(message: &InAppMessage, path: &str) -> Option<u64> {
    message.content.get(path).and_then(Value::as_u64)
}

fn layout(message: &InAppMessage) -> &str {
    message.content.get("layout").and_then(Value::as_str).unwrap_or_default()
}

/// How heavy it is beside others; 100 when it does not say.
fn weight(message: &InAppMessage) -> u64 {
    whole(message, "weight").unwrap_or(100)
}

/// Whether its frequency lets it be shown once more at `now`.
fn is_due(message: &InAppMessage, now: Timestamp) -> bool {
    // A checklist and a card stay until they are closed.
    let usual = if matches!(layout(message), "checklist" | "card") { u64::MAX } else { 1 };
    if u64::from(message.displays) >= whole(message, "frequency.max").unwrap_or(usual) {
        return false;
    }
    let every = message.content.get("frequency.every").and_then(Value::as_str).and_then(parse_duration_ms);
    match (message.displayed_at, every) {
        (Some(last), Some(every)) => now.since_ms(last) >= every,
        _ => true,
    }
}

/// The messages in the order in which a page tries them: heavier ones first, then older ones. The first of those whose place
/// and page fit is shown; one that covers the page waits until no other does. A message used or closed is over, but for the
/// inbox, where it stays, newest first, after the others.
#[must_use]
pub fn arrange(messages: Vec<InAppMessage>, now: Timestamp) -> Vec<Shown> {
    let (mut inbox, mut others): (Vec<_>, Vec<_>) = messages.into_iter().partition(|m| layout(m) == "inbox");
    others.retain(|m| m.read_at.is_none() && is_due(m, now));
    others.sort_by_key(|m| (std::cmp::Reverse(weight(m)), m.at, m.id));
    inbox.sort_by_key(|m| (std::cmp::Reverse(m.at), m.id));
    let show = |is_inbox| move |message| Shown { message, is_inbox };
    others.into_iter().map(show(false)).chain(inbox.into_iter().map(show(true))).collect()
}

#[cfg(test)]
mod tests {
    use rapport_domain::{Json, OutboxId, Partition};
    use serde_json::json;

    use super::*;

    fn message(number: u64, content: Value, displays: u32) -> InAppMessage {
        InAppMessage {
            id: OutboxId { partition: Partition(0), number },
            template: "t".into(),
            content: Json::from(content.as_object().unwrap().clone()),
            at: Timestamp(number as i64),
            expires_at: Timestamp(1_000_000),
            displays,
            displayed_at: (displays > 0).then_some(Timestamp(100)),
            read_at: None,
            dismissed_at: None,
        }
    }

    #[test]
    fn user_tokens_are_by_user_and_secret() {
        // RFC 4231 section 4.3 (test case 2).
        let token = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_users("Jefe", "what do ya want for nothing?", token));
        assert!(!is_users("Jefe", "somebody else", token) && !is_users("x", "what do ya want for nothing?", token));
        assert!(!is_users("Jefe", "what do ya want for nothing?", ""));
    }

    #[test]
    fn heavier_then_older_then_the_inbox() {
        let used = InAppMessage { read_at: Some(Timestamp(5)), ..message(9, json!({"layout": "modal"}), 0) };
        let read = InAppMessage { read_at: Some(Timestamp(5)), ..message(8, json!({"layout": "inbox"}), 0) };
        let all = vec![
            message(7, json!({"layout": "inbox"}), 0),
            message(1, json!({"layout": "banner"}), 0),
            message(2, json!({"layout": "modal", "weight": 500}), 0),
            message(3, json!({"layout": "modal"}), 1),
            message(4, json!({"layout": "modal", "frequency": {"max": 2, "every": "1s"}}), 1),
            message(5, json!({"layout": "checklist"}), 40),
            used,
            read,
        ];
        let at = |ms| -> Vec<u64> { arrange(all.clone(), Timestamp(ms)).iter().map(|s| s.message.id.number).collect() };
        assert_eq!(at(1_100), [2, 1, 4, 5, 8, 7]);
        assert_eq!(at(1_000), [2, 1, 5, 8, 7], "a second has not passed");
    }
}

//! The time in which a channel takes free text: Meta lets a business write what it likes on WhatsApp for 24 hours after the
//! customer wrote (the "customer service window"), and approved templates at any time.

use rapport_domain::MessageChannel;
use rapport_domain::time::DAY_MS;

use super::mark::Mark;
use crate::spec::TemplateSpec;

/// How long after a customer's message WhatsApp takes free text, milliseconds.
const WHATSAPP_MS: i64 = DAY_MS;

/// How long after a customer's message what this template makes may be sent, milliseconds; `None` when it may at any time.
#[must_use]
pub fn window_ms(template: &TemplateSpec) -> Option<i64> {
    let is_whatsapp = MessageChannel::parse(&template.channel) == Some(MessageChannel::WhatsApp);
    let is_approved = template.content.as_ref().is_some_and(|c| c.get("template").is_some_and(|t| t.is_object()));
    (is_whatsapp && !is_approved).then_some(WHATSAPP_MS)
}

/// The channel whose window an event of that name opens: a customer wrote there.
#[must_use]
pub fn opened_by(event: &str) -> Option<MessageChannel> {
    let channel = MessageChannel::WhatsApp;
    (event == Mark::Replied.event_name(channel)).then_some(channel)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn free_text_has_a_window_and_approved_templates_have_none() {
        let window = |spec: Value| window_ms(&TemplateSpec::validate(&spec).unwrap());
        let free = json!({"name": "W", "channel": "whatsapp", "body": "Hi"});
        assert_eq!(window(free), Some(86_400_000));
        let approved = json!({"name": "W", "channel": "whatsapp", "template": {"name": "hello", "language": "en"}});
        assert_eq!(window(approved), None);
        assert_eq!(window(json!({"name": "S", "channel": "sms", "body": "Hi"})), None);
        assert_eq!(window(json!({"name": "T", "channel": "telegram", "body": "Hi"})), None);
        assert_eq!(opened_by("WhatsApp Received"), Some(MessageChannel::WhatsApp));
        for other in ["WhatsApp Read", "SMS Received", "Message Replied", ""] {
            assert_eq!(opened_by(other), None, "{other}");
        }
    }
}

//! Messages Rapport can send without a template of the workspace's own.

use serde_json::{Value, json};

/// The template that asks to confirm a subscription, by channel; no document can have its id, as `$` is no letter of ids.
#[must_use]
pub fn confirmation(channel: &str) -> String {
    format!("$confirm-{channel}")
}

/// The document of a built-in template; `None` when there is none of that id.
#[must_use]
pub fn document(id: &str) -> Option<Value> {
    match id {
        "$confirm-email" => Some(confirm_by_email()),
        "$confirm-sms" => Some(confirm_by_sms()),
        _ => None,
    }
}

/// What a mail that asks says, in one language.
struct Words {
    subject: &'static str,
    asked: &'static str,
    asked_topic: &'static str,
    button: &'static str,
    otherwise: &'static str,
}

const EN: Words = Words {
    subject: "Please confirm your subscription",
    asked: "you asked for messages from {{ company.name }}. Please confirm that this address is yours:",
    asked_topic: "you asked for “{{ subscription.name }}” from {{ company.name }}. Please confirm that this address is yours:",
    button: "Confirm the subscription",
    otherwise: "The link works for {{ subscription.expires_days }} days. If you did not ask for this, do nothing: you will get no further messages.",
};

const DE: Words = Words {
    subject: "Bitte bestätigen Sie Ihre Anmeldung",
    asked: "Sie möchten Nachrichten von {{ company.name }} erhalten. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört:",
    asked_topic: "Sie möchten „{{ subscription.name }}“ von {{ company.name }} erhalten. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört:",
    button: "Anmeldung bestätigen",
    otherwise: "Der Link gilt {{ subscription.expires_days }} Tage. Wenn Sie das nicht waren, tun Sie nichts: Sie erhalten keine weiteren Nachrichten.",
};

fn html(words: &Words, hello: &str) -> String {
    let Words { asked, asked_topic, button, otherwise, .. } = words;
    format!(
        "<!doctype html><html><body style=\"margin:0;padding:24px;font-family:{{{{ brand.fonts.body | default: 'Arial, sans-serif' }}}};\
         font-size:16px;line-height:1.5;color:#1b1b1f\"><div style=\"max-width:560px;margin:0 auto\">\
         <p>{hello},</p><p>{{% if subscription.name %}}{asked_topic}{{% else %}}{asked}{{% endif %}}</p>\
         <p style=\"margin:28px 0\"><a href=\"{{{{ confirm_url }}}}\" style=\"display:inline-block;padding:12px 20px;border-radius:6px;\
         background:{{{{ brand.colours.primary | default: '#2f5bd8' }}}};color:#ffffff;text-decoration:none;font-weight:bold\">{button}</a></p>\
         <p style=\"font-size:14px;color:#5d5d66\">{otherwise}</p>\
         <p style=\"font-size:14px;color:#5d5d66\">{{{{ company.name }}}}<br>{{{{ company.postal_address }}}}</p></div></body></html>"
    )
}

fn confirm_by_email() -> Value {
    json!({
        "name": "Confirm a subscription", "channel": "email", "transactional": true,
        "track_opens": false, "track_clicks": false, "language": "en",
        "subject": EN.subject, "html": html(&EN, "Hello"),
        "translations": {"de": {"subject": DE.subject, "html": html(&DE, "Guten Tag")}},
    })
}

fn confirm_by_sms() -> Value {
    let body = "{% assign said = profile.locale | default: profile.language | default: 'en' | downcase | slice: 0, 2 %}\
        {{ company.name }}: {% if said == 'de' %}Bitte bestätigen Sie Ihre Anmeldung: {% else %}\
        Please confirm your subscription: {% endif %}{{ confirm_url }}";
    json!({
        "name": "Confirm a subscription", "channel": "sms", "transactional": true, "track_clicks": false, "body": body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{LiveTemplate, TemplateSpec};

    #[test]
    fn what_is_built_in_is_valid_and_links_to_the_confirmation() {
        for channel in ["email", "sms"] {
            let id = confirmation(channel);
            let document = document(&id).unwrap();
            let spec = TemplateSpec::validate(&document).unwrap_or_else(|e| panic!("{e:?}"));
            assert!(spec.transactional && !spec.track_clicks && spec.channel == channel);
            LiveTemplate::prepare(&id, 1, &document).unwrap();
            assert!(document.to_string().contains("{{ confirm_url }}"));
        }
        assert_eq!(document("$confirm-whatsapp"), None);
        assert_eq!(document("welcome"), None);
    }
}

//! Double opt-in: subscriptions that count only once the customer confirmed them by a link sent to their address.

use std::collections::BTreeMap;

use rapport_domain::time::{DAY_MS, HOUR_MS, parse_duration_ms};
use rapport_domain::{Resource, ResourceKind, resource};
use serde_json::{Value, json};

use super::fields::Fields;
use super::{SettingsSpec, TopicSpec};

/// Channels whose subscriptions can be confirmed: those with an address of the customer's own.
const CHANNELS: [&str; 4] = ["email", "sms", "whatsapp", "telegram"];
/// Channels that have a message of ours when a document names none.
const WITH_OWN_MESSAGE: [&str; 2] = ["email", "sms"];
/// How long a link confirms when a document does not say.
const EXPIRES_MS: i64 = 7 * DAY_MS;
/// The shortest and the longest time it may.
const EXPIRES_RANGE_MS: std::ops::RangeInclusive<i64> = HOUR_MS..=30 * DAY_MS;

/// What has to be confirmed, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubleOptIn {
    /// Subscriptions on these channels; none named is none.
    pub channels: Vec<String>,
    /// The template that asks, by channel; the built-in one where none is named.
    pub templates: BTreeMap<String, String>,
    /// How long a link confirms, milliseconds.
    pub expires_ms: i64,
}

/// Reads the member `double_opt_in`.
pub(super) fn read(f: &mut Fields<'_>) -> Option<DoubleOptIn> {
    let mut inner = f.object("double_opt_in", &["channels", "templates", "expires"])?;
    let channels = match inner.has("channels") {
        true => inner.texts("channels", CHANNELS.len()),
        false => vec!["email".to_owned()],
    };
    let templates = inner.named_texts("templates", CHANNELS.len(), 64);
    for channel in channels.iter().chain(templates.keys()).filter(|c| !CHANNELS.contains(&c.as_str())) {
        inner.problem("channels", format!("unknown channel {channel:?}; expected {}", CHANNELS.join(", ")));
    }
    for channel in channels.iter().filter(|c| !WITH_OWN_MESSAGE.contains(&c.as_str())) {
        if CHANNELS.contains(&channel.as_str()) && !templates.contains_key(channel) {
            inner.problem("templates", format!("{channel} needs a template of yours: there is no built-in one"));
        }
    }
    for (channel, template) in &templates {
        if !resource::is_slug(template) {
            let what = "expected a template's id: lower-case letters, digits, - and _";
            inner.problem(&format!("templates.{channel}"), what);
        }
    }
    let expires = inner.text("expires", 16);
    let expires_ms = expires.as_deref().map_or(Some(EXPIRES_MS), parse_duration_ms);
    let expires_ms = expires_ms.filter(|ms| EXPIRES_RANGE_MS.contains(ms)).unwrap_or_else(|| {
        inner.problem("expires", "expected a duration from 1h to 30d, such as 7d");
        EXPIRES_MS
    });
    f.close(inner);
    Some(DoubleOptIn { channels, templates, expires_ms })
}

/// The member's JSON Schema.
pub(super) fn schema() -> Value {
    let template = json!({"type": "string", "maxLength": 64});
    let templates: serde_json::Map<_, _> = CHANNELS.iter().map(|c| ((*c).to_owned(), template.clone())).collect();
    json!({
        "type": "object", "additionalProperties": false,
        "description": "Subscriptions count only once the customer confirmed them by a link sent to them.",
        "properties": {
            "channels": {"type": "array", "uniqueItems": true, "items": {"enum": CHANNELS}, "default": ["email"],
                "description": "Subscriptions on these channels count once the customer confirmed them by the link; none is none."},
            "templates": {"type": "object", "additionalProperties": false, "properties": templates,
                "description": "The template that asks, by channel, with {{ confirm_url }}; the built-in one when absent."},
            "expires": {"type": "string", "default": "7d", "description": "How long the link confirms: from 1h to 30d."},
        },
    })
}

/// What has to be confirmed in one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmations {
    settings: Option<DoubleOptIn>,
    topics: BTreeMap<String, Option<DoubleOptIn>>,
    shown: BTreeMap<String, (String, u32)>,
}

impl Confirmations {
    /// What a workspace's live documents ask for; documents that cannot be read ask for nothing.
    #[must_use]
    pub fn of(live: &[Resource]) -> Self {
        let mut all = Confirmations::default();
        for document in live {
            match document.kind {
                ResourceKind::Settings => {
                    all.settings = SettingsSpec::validate(&document.spec).ok().and_then(|s| s.double_opt_in);
                }
                ResourceKind::Topic => {
                    if let Ok(topic) = TopicSpec::validate(&document.spec) {
                        all.topics.insert(document.id.clone(), topic.double_opt_in);
                        all.shown.insert(document.id.clone(), (topic.name, document.version));
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// How a subscription is confirmed: the topic's own word, else the workspace's; `None` when it needs no confirmation.
    #[must_use]
    pub fn for_subscription(&self, channel: &str, topic: Option<&str>) -> Option<&DoubleOptIn> {
        let own = topic.and_then(|t| self.topics.get(t)).and_then(Option::as_ref);
        own.or(self.settings.as_ref()).filter(|asks| asks.channels.iter().any(|c| c == channel))
    }

    /// What a live topic is called.
    #[must_use]
    pub fn topic_name(&self, topic: &str) -> Option<&str> {
        self.shown(topic).map(|(name, _)| name)
    }

    /// What a live topic is called, and the version of its document.
    #[must_use]
    pub fn shown(&self, topic: &str) -> Option<(&str, u32)> {
        self.shown.get(topic).map(|(name, version)| (name.as_str(), *version))
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::{ResourceStatus, Timestamp, WorkspaceId};

    use super::*;

    fn topic(double_opt_in: Value) -> Result<TopicSpec, Vec<String>> {
        let spec = json!({"name": "News", "double_opt_in": double_opt_in});
        TopicSpec::validate(&spec).map_err(|found| found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn documents_say_what_is_confirmed_and_how() {
        let plain = topic(json!({})).unwrap().double_opt_in.unwrap();
        assert_eq!((plain.channels, plain.expires_ms), (vec!["email".to_owned()], 7 * DAY_MS));
        let own = json!({"channels": ["email", "whatsapp"], "templates": {"whatsapp": "wa"}, "expires": "2d"});
        assert_eq!(topic(own).unwrap().double_opt_in.unwrap().expires_ms, 2 * DAY_MS);
        for (bad, said) in [
            (json!({"channels": ["push"]}), "unknown channel \"push\""),
            (json!({"channels": ["whatsapp"]}), "whatsapp needs a template"),
            (json!({"templates": {"email": "Not A Slug"}}), "templates.email"),
            (json!({"expires": "5m"}), "from 1h to 30d"),
            (json!({"expires": "soon"}), "from 1h to 30d"),
            (json!({"resend": 3}), "unknown field"),
        ] {
            let found = topic(bad.clone()).unwrap_err();
            assert!(found.iter().any(|p| p.contains(said)), "{bad}: {found:?}");
        }
    }

    fn document(kind: ResourceKind, id: &str, spec: Value) -> Resource {
        Resource {
            workspace: WorkspaceId(1),
            kind,
            id: id.to_owned(),
            version: 1,
            status: ResourceStatus::Live,
            spec,
            created_by: String::new(),
            created_at: Timestamp(0),
            approval: None,
        }
    }

    #[test]
    fn a_topics_own_word_goes_before_the_workspaces() {
        let all = Confirmations::of(&[
            document(ResourceKind::Settings, "workspace", json!({"double_opt_in": {"channels": ["email", "sms"]}})),
            document(ResourceKind::Topic, "news", json!({"name": "News", "double_opt_in": {"expires": "1d"}})),
            document(ResourceKind::Topic, "free", json!({"name": "Free", "double_opt_in": {"channels": []}})),
            document(ResourceKind::Topic, "plain", json!({"name": "Plain"})),
        ]);
        let asks = |channel, topic| all.for_subscription(channel, topic).map(|d| d.expires_ms / DAY_MS);
        assert_eq!((asks("email", None), asks("sms", None), asks("push", None)), (Some(7), Some(7), None));
        assert_eq!((asks("email", Some("news")), asks("sms", Some("news"))), (Some(1), None));
        assert_eq!((asks("email", Some("free")), asks("email", Some("plain"))), (None, Some(7)));
        assert_eq!(asks("email", Some("unknown")), Some(7), "a topic nobody described follows the workspace");
        assert_eq!(all.topic_name("news"), Some("News"));
        assert_eq!(Confirmations::of(&[]).for_subscription("email", None), None);
    }
}

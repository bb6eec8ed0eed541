//! From a template and a customer to the content of one message, whatever its channel.

use rapport_domain::{OutboundMessage, Profile, Timestamp};
use rapport_liquid::Missing;
use serde_json::Value;

use super::Content;
use super::email::{self, Asked, ComposeFault, Customer, Extras, Root, Shelf, confirm_url, scene};
use crate::content::{MissingName, Scene, View};
use crate::core::gate::topic_of;
use crate::spec::{LiveTemplate, SettingsSpec};
use crate::tracking::links::Links;

/// Members whose text is an address that a click leads to.
const LINKS: &[&str] = &["url"];

/// Makes the content of one message, as of `now`.
///
/// # Errors
/// Which part of the template cannot be rendered and why, or what cannot be read just now.
pub fn compose(
    template: &LiveTemplate,
    message: &OutboundMessage,
    profile: &Profile,
    settings: &SettingsSpec,
    links: &Links<'_>,
    now: Timestamp,
    extras: &Extras<'_>,
) -> Result<Content, ComposeFault> {
    rehearse(template, message, profile, settings, links, now, extras).map(|(content, _)| content)
}

/// The same with what the template asked for and nobody had, when that is to be noted.
///
/// # Errors
/// As [`compose`].
pub fn rehearse(
    template: &LiveTemplate,
    message: &OutboundMessage,
    profile: &Profile,
    settings: &SettingsSpec,
    links: &Links<'_>,
    now: Timestamp,
    extras: &Extras<'_>,
) -> Result<(Content, Vec<MissingName>), ComposeFault> {
    let customer = scene(profile, settings, now);
    let Some(tree) = template.content(customer.locale) else {
        let mut made = email::compose_with(template, message, profile, settings, links, now, extras)?;
        let missing = std::mem::take(&mut made.missing);
        return Ok((Content::Email(made), missing));
    };
    let asked = Asked::new(extras.sources, message);
    let shelf = Shelf::new(&asked, template.library.catalogs());
    let unsubscribe = links.unsubscribe(&message.channel, topic_of(message, Some(&template.spec)));
    let (preferences, browser, confirm) = (links.preferences(), String::new(), confirm_url(message, links));
    let root = Root {
        message,
        profile: Customer { profile, channel: &message.channel },
        company: &settings.company,
        brand: template.library.brand(template.spec.brand.as_deref()),
        catalogs: Some(&shelf),
        unsubscribe: &unsubscribe,
        preferences: &preferences,
        browser: &browser,
        confirm: confirm.as_deref(),
    };
    let scene = Scene {
        library: &template.library,
        host: &asked,
        missing: if extras.notes_missing { Missing::Report } else { Missing::Ignore },
        ..customer
    };
    let mut missing = Vec::new();
    let rendered = tree.render(&View::Object(&root), &scene, &mut missing);
    // What could not be read explains whatever followed from it.
    if let Some(error) = asked.fault() {
        return Err(ComposeFault::Unavailable(error));
    }
    let mut content = rendered?;
    if let Some(utm) = &template.spec.utm {
        each_link(&mut content, &mut |url| utm.with(url, links.base));
        if let (Some(Value::String(body)), "sms" | "whatsapp") = (content.get_mut("body"), message.channel.as_str()) {
            *body = utm.apply_to_text(body, links.base).unwrap_or_else(|| std::mem::take(body));
        }
    }
    if template.spec.track_clicks && tracks_clicks(&message.channel) {
        each_link(&mut content, &mut |url| links.tracked(url));
    }
    Ok((Content::Other(content), missing))
}

/// Whether a click on the channel's messages comes by way of this server. The SDK tells of clicks in the app by itself, and
/// programs click on nothing.
fn tracks_clicks(channel: &str) -> bool {
    matches!(channel, "webpush" | "push" | "telegram")
}

/// Shortens the links of a text message; answers what the codes stand for.
#[must_use]
pub fn shorten(content: &mut Content, channel: &str, links: &Links<'_>) -> Vec<(String, String)> {
    let (Content::Other(members), "sms") = (content, channel) else { return Vec::new() };
    if members.get("short_links") == Some(&Value::Bool(false)) {
        return Vec::new();
    }
    let Some(Value::String(body)) = members.get_mut("body") else { return Vec::new() };
    let (text, codes) = links.shorten(body);
    *body = text;
    codes
}

/// Changes every member that is an address, however deep.
fn each_link(value: &mut Value, change: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_link(item, change)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(url) if LINKS.contains(&name.as_str()) => {
                        if let Some(changed) = change(url) {
                            *url = changed;
                        }
                    }
                    inner => each_link(inner, change),
                }
            }
        }
        _ => {}
    }
}

impl Content {
    /// One line that says what the message was, for the timeline.
    #[must_use]
    pub fn subject(&self) -> String {
        let Content::Other(content) = self else {
            let Content::Email(parts) = self else { return String::new() };
            return parts.subject.clone();
        };
        let first = ["title", "body", "say", "type"].iter().find_map(|name| content.get(name)?.as_str());
        let first = first.or_else(|| content.pointer("/template/name")?.as_str());
        super::http::short(&first.unwrap_or_default().chars().take(120).collect::<String>())
    }
}

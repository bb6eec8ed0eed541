//! From a template and a customer to the content of one message, whatever its channel.

use rapport_domain::{OutboundMessage, Profile, Timestamp};
use rapport_liquid::Missing;
use serde_json::Value;

use super::Content;
use super::email::{self, Asked, ComposeFault, Customer, Root, Shelf, confirm_url, scene};
use crate::content::{MissingName, Scene, View};
use crate::core::gate::topic_of;
use crate::deps::Sources;
use crate::spec::{LiveTemplate, SettingsSpec};
use crate::tracking::links::Links;

/// Members whose text is an address that a click leads to.
const LINKS: &[&str] = &["url"];

/// What one message is made from.
#[derive(Clone, Copy)]
pub struct Composition<'a> {
    /// What it looks like.
    pub template: &'a LiveTemplate,
    /// What was decided.
    pub message: &'a OutboundMessage,
    /// The recipient.
    pub profile: &'a Profile,
    /// The workspace's settings.
    pub settings: &'a SettingsSpec,
    /// Where its links lead.
    pub links: &'a Links<'a>,
    /// When it is made.
    pub now: Timestamp,
    /// Catalogues and coupon codes.
    pub sources: &'a dyn Sources,
    /// Whether what the template asks for and nobody has is noted.
    pub notes_missing: bool,
}

impl Composition<'_> {
    /// Makes the content.
    ///
    /// # Errors
    /// Which part of the template cannot be rendered and why, or what cannot be read just now.
    pub fn compose(&self) -> Result<Content, ComposeFault> {
        self.rehearse().map(|(content, _)| content)
    }

    /// The same with what the template asked for and nobody had, when that is to be noted.
    ///
    /// # Errors
    /// As [`Composition::compose`].
    pub fn rehearse(&self) -> Result<(Content, Vec<MissingName>), ComposeFault> {
        let Composition { template, message, profile, settings, links, now, sources, notes_missing } = *self;
        let customer = scene(profile, settings, now);
        let Some(tree) = template.content(customer.locale) else {
            let mut made = email::mail(self)?;
            let missing = std::mem::take(&mut made.missing);
            return Ok((Content::Email(made), missing));
        };
        let asked = Asked::new(sources, message);
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
            missing: if notes_missing { Missing::Report } else { Missing::Ignore },
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
            if let (Some(Value::String(body)), "sms" | "whatsapp") = (content.get_mut("body"), message.channel.as_str())
            {
                *body = utm.apply_to_text(body, links.base).unwrap_or_else(|| std::mem::take(body));
            }
        }
        if template.spec.track_clicks && tracks_clicks(&message.channel) {
            each_link(&mut content, &mut |url| links.tracked(url));
        }
        Ok((Content::Other(content), missing))
    }
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

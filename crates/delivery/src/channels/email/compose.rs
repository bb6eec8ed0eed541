//! From a template and a customer to the parts of one mail: subject, HTML and text, with the links that belong in it.

use std::sync::Arc;

use rapport_domain::{OutboundMessage, Profile, Timestamp};
use rapport_liquid::Object;
use serde_json::Value;

use crate::content::{self, Compiled, ContentError, Scene, View, escape_html};
use crate::core::gate::{address_of, topic_of};
use crate::spec::{Company, LiveTemplate, SettingsSpec};
use crate::tracking::links::Links;

/// The parts of one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// One line, never empty.
    pub subject: String,
    /// The HTML part, with tracked links.
    pub html: String,
    /// The text part.
    pub text: String,
    /// Where one click unsubscribes (RFC 8058); `None` for a transactional mail.
    pub unsubscribe_url: Option<String>,
}

/// What a template sees: the message's own data (`event`, `journey`), `profile` with its traits, `company`,
/// `unsubscribe_url` and `preferences_url`. Nothing is copied; members are found when the template mentions them.
pub(crate) struct Root<'v> {
    pub(crate) message: &'v OutboundMessage,
    pub(crate) profile: Customer<'v>,
    pub(crate) company: &'v Company,
    pub(crate) unsubscribe: &'v str,
    pub(crate) preferences: &'v str,
}

impl Object for Root<'_> {
    fn get(&self, key: &str) -> Option<View<'_>> {
        match key {
            "profile" => Some(View::Object(&self.profile)),
            "company" => Some(View::Object(self.company)),
            "unsubscribe_url" => Some(View::Str(self.unsubscribe)),
            "preferences_url" => Some(View::Str(self.preferences)),
            other => self.message.data.map().get(other).map(View::from),
        }
    }
}

impl Object for Company {
    fn get(&self, key: &str) -> Option<View<'_>> {
        match key {
            "name" => Some(View::Str(&self.name)),
            "postal_address" => Some(View::Str(&self.postal_address)),
            _ => None,
        }
    }
}

/// A profile's traits, with its id, address and user id beside them.
pub(crate) struct Customer<'v> {
    pub(crate) profile: &'v Profile,
    pub(crate) channel: &'v str,
}

impl Object for Customer<'_> {
    fn get(&self, key: &str) -> Option<View<'_>> {
        if key == "id" {
            return Some(View::from(self.profile.id.to_string()));
        }
        if let Some(known) = self.profile.traits.get(key) {
            return Some(View::from(&known.value));
        }
        match key {
            "user_id" => self.profile.identifier(rapport_domain::profile::namespace::USER_ID).map(View::from),
            other if other == self.channel => address_of(self.profile, self.channel).map(View::from),
            _ => None,
        }
    }

    fn entries(&self) -> Vec<(Arc<str>, View<'_>)> {
        self.profile.traits.iter().map(|(k, t)| (Arc::from(k.as_str()), View::from(&t.value))).collect()
    }
}

/// The customer's clock and language; English when theirs is not known.
pub(crate) fn scene<'p>(profile: &'p Profile, settings: &SettingsSpec, now: Timestamp) -> Scene<'p> {
    let said = |name| profile.trait_value(name).and_then(Value::as_str).filter(|l| !l.is_empty());
    Scene {
        now: now.to_utc(),
        zone: profile.zone().unwrap_or(settings.time_zone),
        locale: said("locale").or_else(|| said("language")).unwrap_or("en"),
    }
}

/// Makes the parts of one mail, as of `now`.
///
/// # Errors
/// Which part of the template cannot be rendered and why.
pub fn compose(
    template: &LiveTemplate,
    message: &OutboundMessage,
    profile: &Profile,
    settings: &SettingsSpec,
    links: &Links<'_>,
    now: Timestamp,
) -> Result<Composed, ContentError> {
    let spec = &template.spec;
    let transactional = spec.transactional || message.transactional;
    let unsubscribe = links.unsubscribe(&message.channel, topic_of(message, Some(spec)));
    let preferences = links.preferences();
    let root = Root {
        message,
        profile: Customer { profile, channel: &message.channel },
        company: &settings.company,
        unsubscribe: &unsubscribe,
        preferences: &preferences,
    };
    let scene = scene(profile, settings, now);
    let render = |part: &'static str, template: &Compiled| {
        let rendered = template.render(&View::Object(&root), &scene);
        rendered.map_err(|e| ContentError { part: Some(part), ..e })
    };

    let subject = one_line(&render("subject", &template.subject)?);
    if subject.is_empty() {
        return Err(ContentError { part: Some("subject"), position: None, message: "renders as nothing".to_owned() });
    }
    let mut html = render("html", &template.html)?;
    let has_way_out = |text: &str| text.contains(&unsubscribe) || text.contains(&preferences);
    let footer = !transactional && !has_way_out(&html);
    if footer {
        insert_before_end(&mut html, &html_footer(settings, &unsubscribe, &preferences));
    }
    let text = match &template.text {
        Some(own) => {
            let mut text = render("text", own)?;
            if !transactional && !has_way_out(&text) {
                text.push_str(&text_footer(settings, &unsubscribe));
            }
            text
        }
        None => content::text_from_html(&html),
    };
    if let Some(preheader) = &template.preheader {
        let line = one_line(&render("preheader", preheader)?);
        insert_after_start(&mut html, &hidden_line(&line));
    }
    if spec.track_clicks
        && let Some(tracked) = links.track_clicks(&html)
    {
        html = tracked;
    }
    if spec.track_opens {
        let pixel = format!("<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">", links.open());
        insert_before_end(&mut html, &pixel);
    }
    Ok(Composed { subject, html, text, unsubscribe_url: (!transactional).then_some(unsubscribe) })
}

/// Text with runs of white space and control characters as one blank: it stands in a header.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the last `needle` begins, letters of either case.
fn find_tag(html: &str, needle: &str, last: bool) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    if last { lower.rfind(needle) } else { lower.find(needle) }
}

fn insert_before_end(html: &mut String, addition: &str) {
    let at = find_tag(html, "</body", true).or_else(|| find_tag(html, "</html", true)).unwrap_or(html.len());
    html.insert_str(at, addition);
}

fn insert_after_start(html: &mut String, addition: &str) {
    let after_body = find_tag(html, "<body", false).and_then(|at| html[at..].find('>').map(|end| at + end + 1));
    html.insert_str(after_body.unwrap_or(0), addition);
}

/// A line mail programs show beside the subject and nobody sees in the mail.
fn hidden_line(line: &str) -> String {
    let style = "display:none;max-height:0;overflow:hidden;opacity:0;mso-hide:all";
    format!("<div style=\"{style}\" aria-hidden=\"true\">{}</div>", escape_html(line))
}

fn html_footer(settings: &SettingsSpec, unsubscribe: &str, preferences: &str) -> String {
    let sender = [&settings.company.name, &settings.company.postal_address].map(|s| escape_html(s).replace('\n', ", "));
    let sender = sender.iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    format!(
        "<div style=\"margin:24px 0 8px;font:12px/1.5 sans-serif;color:#6b6b76;text-align:center\">\
         <p>{sender}</p><p><a href=\"{}\" style=\"color:inherit\">Unsubscribe</a> · \
         <a href=\"{}\" style=\"color:inherit\">Preferences</a></p></div>",
        escape_html(unsubscribe),
        escape_html(preferences)
    )
}

fn text_footer(settings: &SettingsSpec, unsubscribe: &str) -> String {
    let (name, address) = (&settings.company.name, &settings.company.postal_address);
    format!("\n\n--\n{name}\n{address}\nUnsubscribe: {unsubscribe}\n")
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;

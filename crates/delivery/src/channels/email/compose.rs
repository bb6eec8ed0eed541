//! From a template and a customer to the parts of one mail: subject, HTML and text, with the links that belong in it.

use std::sync::Arc;

use rapport_domain::{OutboundMessage, Profile, Timestamp};
use rapport_liquid::{Missing, Object};
use serde_json::Value;

use super::super::compose::Composition;
use super::asked::{Asked, Shelf};
use super::footer::{html_footer, text_footer};
use crate::content::{self, Compiled, ContentError, MissingName, Scene, View, escape_html};
use crate::core::gate::topic_of;
use crate::core::ics;
use crate::error::DeliveryError;
use crate::spec::{BrandSpec, Company, SettingsSpec};
use crate::tracking::links::Links;

/// The parts of one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// One line, never empty.
    pub subject: String,
    /// The HTML part, with tracked links.
    pub html: String,
    /// The text part, with tracked links.
    pub text: String,
    /// Where one click unsubscribes (RFC 8058); `None` for a transactional mail.
    pub unsubscribe_url: Option<String>,
    /// An appointment (iCalendar).
    pub calendar: Option<String>,
    /// It has a link to the page that shows it, so what it was made from has to be kept.
    pub is_viewable: bool,
    /// What the template asked for and nobody had, when that was to be noted.
    pub missing: Vec<MissingName>,
}

/// Why a mail could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeFault {
    /// The template cannot be rendered.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// What it asked for cannot be read just now.
    #[error(transparent)]
    Unavailable(DeliveryError),
}

/// What a template sees: the message's own data (`event`, `journey`), `profile` with its traits, `company`, `brand`,
/// `catalogs`, `unsubscribe_url`, `preferences_url`, `browser_url` and, in a message that asks to confirm a subscription,
/// `confirm_url`. Nothing is copied; members are found when the template mentions them.
pub(crate) struct Root<'v> {
    pub(crate) message: &'v OutboundMessage,
    pub(crate) profile: Customer<'v>,
    pub(crate) company: &'v Company,
    pub(crate) brand: Option<&'v BrandSpec>,
    pub(crate) catalogs: Option<&'v Shelf<'v>>,
    pub(crate) unsubscribe: &'v str,
    pub(crate) preferences: &'v str,
    /// The page that shows the message; empty where there is none.
    pub(crate) browser: &'v str,
    /// Where the subscription that the message is about is confirmed.
    pub(crate) confirm: Option<&'v str>,
}

/// Where the subscription that a message asks about (`subscription` of its data: `channel`, `topic`) is confirmed; `None`
/// when it asks about none.
pub(crate) fn confirm_url(message: &OutboundMessage, links: &Links<'_>) -> Option<String> {
    let asked = message.data.map().get("subscription")?;
    Some(links.confirm(asked.get("channel")?.as_str()?, asked.get("topic").and_then(Value::as_str)))
}

impl Object for Root<'_> {
    fn get(&self, key: &str) -> Option<View<'_>> {
        match key {
            "profile" => Some(View::Object(&self.profile)),
            "company" => Some(View::Object(self.company)),
            "brand" => self.brand.map(|brand| View::Object(brand)),
            "catalogs" => self.catalogs.map(|shelf| View::Object(shelf)),
            "unsubscribe_url" => Some(View::Str(self.unsubscribe)),
            "preferences_url" => Some(View::Str(self.preferences)),
            "browser_url" => Some(View::Str(self.browser)).filter(|_| !self.browser.is_empty()),
            "confirm_url" => self.confirm.map(View::Str),
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
            other if other == self.channel => self.profile.address(self.channel).map(View::from),
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
    let zone = profile.zone().unwrap_or(settings.time_zone);
    Scene::bare(now.to_utc(), zone, said("locale").or_else(|| said("language")).unwrap_or("en"))
}

/// Makes the parts of one mail.
///
/// # Errors
/// As [`Composition::compose`].
pub(crate) fn mail(from: &Composition<'_>) -> Result<Composed, ComposeFault> {
    let asked = Asked::new(from.sources, from.message);
    let made = parts(from, &asked);
    // What could not be read explains whatever followed from it.
    match asked.fault() {
        Some(error) => Err(ComposeFault::Unavailable(error)),
        None => Ok(made?),
    }
}

fn parts(from: &Composition<'_>, asked: &Asked<'_>) -> Result<Composed, ContentError> {
    let Composition { template, message, profile, settings, links, now, notes_missing, .. } = *from;
    let spec = &template.spec;
    let transactional = spec.transactional || message.transactional;
    let unsubscribe = links.unsubscribe(&message.channel, topic_of(message, Some(spec)));
    let (preferences, browser) = (links.preferences(), links.view());
    let confirm = confirm_url(message, links);
    let shelf = Shelf::new(asked, template.library.catalogs());
    let root = Root {
        message,
        profile: Customer { profile, channel: &message.channel },
        company: &settings.company,
        brand: template.library.brand(spec.brand.as_deref()),
        catalogs: Some(&shelf),
        unsubscribe: &unsubscribe,
        preferences: &preferences,
        browser: &browser,
        confirm: confirm.as_deref(),
    };
    let customer = scene(profile, settings, now);
    let whole = |message: String| ContentError { part: Some("html"), position: None, message };
    let (body, language) = template.body(customer.locale).map_err(whole)?;
    let scene = Scene {
        library: &template.library,
        host: asked,
        missing: if notes_missing { Missing::Report } else { Missing::Ignore },
        ..customer
    };
    let (data, mut missing) = (View::Object(&root), Vec::new());
    let mut render = |part: &'static str, template: &Compiled| {
        let rendered = template.render_noting(&data, &scene, (part, &mut missing));
        rendered.map_err(|e| ContentError { part: Some(part), ..e })
    };

    let subject = one_line(&render("subject", &body.subject)?);
    if subject.is_empty() {
        return Err(ContentError { part: Some("subject"), position: None, message: "renders as nothing".to_owned() });
    }
    let preheader = body.preheader.as_ref().map(|line| render("preheader", line)).transpose()?;
    let own_text = body.text.as_ref().map(|text| render("text", text)).transpose()?;
    let calendar = template.calendar.as_ref().map(|event| {
        let mut text = |part: &Option<Compiled>| part.as_ref().map(|p| render("calendar", p)).transpose();
        let (location, description) = (text(&event.location)?, text(&event.description)?);
        let (summary, start, end) =
            (render("calendar", &event.summary)?, render("calendar", &event.start)?, render("calendar", &event.end)?);
        let uid = format!("{}.{}@rapport", message.id, message.workspace.0);
        let event = ics::Appointment {
            uid: &uid,
            summary: &summary,
            start: &start,
            end: &end,
            location: location.as_deref(),
            description: description.as_deref(),
        };
        ics::render(&event, scene.zone, scene.now).map_err(|message| ContentError {
            part: Some("calendar"),
            position: None,
            message,
        })
    });
    let calendar = calendar.transpose()?;
    let rendered = body.html.render(&data, &scene, &mut missing);
    let mut html = rendered.map_err(|e| ContentError { part: Some("html"), ..e })?;

    let has_way_out = |text: &str| text.contains(&unsubscribe) || text.contains(&preferences);
    let words = language.unwrap_or(scene.locale);
    if !transactional && !has_way_out(&html) {
        insert_before_end(&mut html, &html_footer(&settings.company, words, &unsubscribe, &preferences));
    }
    let text = own_text.map(|mut text| {
        if !transactional && !has_way_out(&text) {
            text.push_str(&text_footer(&settings.company, words, &unsubscribe));
        }
        text
    });
    let is_viewable = html.contains(&browser) || text.as_deref().is_some_and(|text| text.contains(&browser));
    let redirect = |href: &str| {
        let marked = spec.utm.as_ref().and_then(|utm| utm.with(href, links.base));
        let tracked = spec.track_clicks.then(|| links.tracked(marked.as_deref().unwrap_or(href))).flatten();
        tracked.or(marked)
    };
    // Both parts have the same links.
    let page = content::walk(&html, text.is_none(), redirect);
    let text = page.text.or_else(|| text.map(|text| content::rewrite_text_links(&text, redirect).unwrap_or(text)));
    let text = text.unwrap_or_default();
    html = page.html.unwrap_or(html);
    if let Some(line) = preheader.map(|line| one_line(&line)).filter(|line| !line.is_empty()) {
        insert_after_start(&mut html, &hidden_line(&line));
    }
    if spec.track_opens {
        let pixel = format!("<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">", links.open());
        insert_before_end(&mut html, &pixel);
    }
    let unsubscribe_url = (!transactional).then_some(unsubscribe);
    Ok(Composed { subject, html, text, unsubscribe_url, calendar, is_viewable, missing })
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

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;

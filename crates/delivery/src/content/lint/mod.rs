//! What is likely wrong with a message, found before it is sent: in the rendered parts as customers would get them.
//!
//! Nothing here asks the network: a link is broken when it cannot work, not when a server is down today. Whoever wants to know that
//! asks ([`crate::links`]).

mod addresses;
mod colour;
mod languages;
mod page;
mod short;
mod words;

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

pub use addresses::{WebAddress, addresses, addresses_of};
pub use colour::contrast;
pub use languages::languages;
use page::Page;
pub use short::{Short, short};

/// Gmail cuts a mail's HTML after this many bytes, and with it the way out.
pub const CLIP_BYTES: usize = 102 * 1024;
/// The longest subject that phones show whole, characters.
const SUBJECT_CHARS: usize = 60;
/// Findings of one kind listed, at most.
const MAX_LISTED: usize = 20;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It will not work for the customer.
    Error,
    /// It is likely to hurt.
    Warning,
    /// Worth knowing.
    Hint,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule found it: `broken_link`, `missing_unsubscribe`, `weight`, `contrast`, …
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found and what to do.
    pub message: String,
    /// Which part of the message.
    pub part: &'static str,
    /// The place, as it is written there.
    pub excerpt: Option<String>,
    /// What the message says beside the words of its rule, by name.
    pub values: BTreeMap<&'static str, String>,
}

/// Every rule.
pub const RULES: &[&str] = &[
    "banned_phrase",
    "broken_image",
    "broken_link",
    "contrast",
    "dark_mode",
    "dear_characters",
    "empty",
    "empty_link",
    "forbidden_element",
    "long_body",
    "long_button",
    "long_subject",
    "long_title",
    "misleading_link",
    "missing_alt",
    "missing_language",
    "missing_stop",
    "missing_unsubscribe",
    "no_language",
    "no_preheader",
    "only_images",
    "segments",
    "shouting",
    "spam_word",
    "too_long",
    "unnamed_language",
    "unseen_link",
    "untranslated",
    "weight",
];

/// A mail to look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// The subject line.
    pub subject: &'s str,
    /// The HTML part, before tracking.
    pub html: &'s str,
    /// The text part.
    pub text: &'s str,
    /// Whether there is a line beside the subject.
    pub has_preheader: bool,
    /// Where one click unsubscribes; `None` for a transactional mail.
    pub unsubscribe_url: Option<&'s str>,
    /// Where topics are chosen.
    pub preferences_url: &'s str,
    /// Pictures of an MJML source without `alt`, by their addresses: the HTML has an empty one.
    pub undescribed: &'s [String],
    /// Words the brand does not use.
    pub banned_phrases: &'s [String],
}

/// What is wrong, the worst first.
#[must_use]
pub fn lint(mail: &Subject<'_>) -> Vec<Finding> {
    let page = Page::read(mail.html);
    let mut out = Vec::new();
    subject(mail, &mut out);
    way_out(mail, &page, &mut out);
    links(&page, &mut out);
    pictures(mail, &page, &mut out);
    weight(mail, &mut out);
    colours(&page, &mut out);
    wording(mail, &page, &mut out);
    structure(mail, &page, &mut out);
    out.sort_by_key(|f| f.level);
    out
}

fn finding(rule: &'static str, level: Level, part: &'static str, message: impl Into<String>) -> Finding {
    debug_assert!(RULES.contains(&rule), "{rule}");
    Finding { rule, level, message: message.into(), part, excerpt: None, values: BTreeMap::new() }
}

/// The same, with what its message says.
fn saying(finding: Finding, values: &[(&'static str, &dyn Display)]) -> Finding {
    Finding { values: values.iter().map(|(name, value)| (*name, value.to_string())).collect(), ..finding }
}

fn at(finding: Finding, excerpt: &str) -> Finding {
    let cut: String = excerpt.chars().take(120).collect();
    Finding { excerpt: Some(cut), ..finding }
}

fn subject(mail: &Subject<'_>, out: &mut Vec<Finding>) {
    let length = mail.subject.chars().count();
    if length > SUBJECT_CHARS {
        let message = format!("the subject has {length} characters; phones show about {SUBJECT_CHARS}");
        let found = saying(
            finding("long_subject", Level::Hint, "subject", message),
            &[("n", &length), ("most", &SUBJECT_CHARS)],
        );
        out.push(at(found, mail.subject));
    }
    if !mail.has_preheader {
        let message = "there is no preheader: mail programs show the beginning of the text beside the subject";
        out.push(finding("no_preheader", Level::Hint, "preheader", message));
    }
}

fn way_out(mail: &Subject<'_>, page: &Page, out: &mut Vec<Finding>) {
    let Some(unsubscribe) = mail.unsubscribe_url else { return };
    let leads_out = |href: &str| href == unsubscribe || href == mail.preferences_url;
    if !page.links.iter().any(|l| leads_out(&l.href)) {
        let message = "there is no unsubscribe link: a line with one is added to each mail. Put {{ unsubscribe_url }} where it looks right";
        out.push(finding("missing_unsubscribe", Level::Warning, "html", message));
    }
    if !mail.text.contains(unsubscribe) && !mail.text.contains(mail.preferences_url) {
        let message = "the text part has no unsubscribe link: one is added at its end";
        out.push(finding("missing_unsubscribe", Level::Hint, "text", message));
    }
}

fn links(page: &Page, out: &mut Vec<Finding>) {
    for link in page.links.iter().filter_map(|l| Some((l, page::fault(&l.href)?))).take(MAX_LISTED) {
        let (link, (level, fault)) = link;
        out.push(at(finding("broken_link", level, "html", fault), &link.written));
    }
    for link in page.links.iter().filter(|l| !l.has_content).take(MAX_LISTED) {
        let message = "this link shows nothing: nobody can find it";
        out.push(at(finding("empty_link", Level::Warning, "html", message), &link.written));
    }
    for link in page.links.iter().filter(|l| l.misleads()).take(MAX_LISTED) {
        let message =
            format!("the link shows an address and leads to another, {}: filters take that for fraud", link.href);
        let found = saying(finding("misleading_link", Level::Warning, "html", message), &[("address", &link.href)]);
        out.push(at(found, &link.text));
    }
    for anchor in page.links.iter().filter_map(|l| l.href.strip_prefix('#')).filter(|a| !a.is_empty()) {
        if !page.ids.iter().any(|id| id == anchor) {
            let message = format!("nothing in the mail is called {anchor:?}");
            let found = saying(finding("broken_link", Level::Warning, "html", message), &[("anchor", &anchor)]);
            out.push(at(found, &format!("#{anchor}")));
        }
    }
}

fn pictures(mail: &Subject<'_>, page: &Page, out: &mut Vec<Finding>) {
    let bare = page.pictures.iter().filter(|p| p.alt.is_none()).map(|p| &p.src);
    for source in mail.undescribed.iter().chain(bare).take(MAX_LISTED) {
        let message = "this picture has no alt text: who does not see it learns nothing. Use alt=\"\" for decoration";
        out.push(at(finding("missing_alt", Level::Warning, "html", message), source));
    }
    for picture in page.pictures.iter().take(MAX_LISTED) {
        if picture.links && picture.alt.as_deref().is_some_and(|alt| alt.trim().is_empty()) {
            let message = "this picture is a link with an empty alt text: with pictures off the link cannot be seen";
            out.push(at(finding("unseen_link", Level::Warning, "html", message), &picture.src));
        }
        if let Some(fault) = page::picture_fault(&picture.src) {
            out.push(at(finding("broken_image", Level::Error, "html", fault), &picture.src));
        }
    }
    if page.pictures.len() > 2 && page.words < 20 {
        let message = "the mail is almost only pictures: with pictures off it says nothing, and filters distrust it";
        out.push(finding("only_images", Level::Warning, "html", message));
    }
}

fn weight(mail: &Subject<'_>, out: &mut Vec<Finding>) {
    let bytes = mail.html.len();
    let (kib, most) = (bytes.div_ceil(1024), CLIP_BYTES / 1024);
    if bytes > CLIP_BYTES {
        let message = format!("the HTML is {kib} KB; Gmail cuts it after {most} KB, and the unsubscribe link with it");
        out.push(saying(finding("weight", Level::Error, "html", message), &[("kb", &kib), ("most", &most)]));
    } else if bytes > CLIP_BYTES * 8 / 10 {
        let message = format!("the HTML is {kib} KB; Gmail cuts it after {most} KB, tracked links add to it");
        out.push(saying(finding("weight", Level::Warning, "html", message), &[("kb", &kib), ("most", &most)]));
    }
}

fn colours(page: &Page, out: &mut Vec<Finding>) {
    let mut told = Vec::new();
    for text in &page.coloured {
        let ratio = contrast(text.ink, text.ground);
        // WCAG 2.2, 1.4.3: 4.5, and 3 for large text.
        let least = if text.large { 3.0 } else { 4.5 };
        if ratio >= least || told.contains(&(text.ink, text.ground)) || told.len() >= MAX_LISTED {
            continue;
        }
        told.push((text.ink, text.ground));
        let (ink, ground, ratio) = (colour::hex(text.ink), colour::hex(text.ground), format!("{ratio:.1}"));
        let message =
            format!("{ink} on {ground} has a contrast of {ratio}, at least {least} is readable for everybody");
        let values: &[(&str, &dyn Display)] =
            &[("ink", &ink), ("ground", &ground), ("ratio", &ratio), ("least", &least)];
        out.push(at(saying(finding("contrast", Level::Warning, "html", message), values), &text.words));
    }
    if !page.coloured.is_empty() && !page.knows_dark {
        let message = "nothing is said about dark mode: mail programs may turn the colours around. \
                       <meta name=\"color-scheme\" content=\"light dark\"> says that the mail is made for both";
        out.push(finding("dark_mode", Level::Hint, "html", message));
    }
}

fn wording(mail: &Subject<'_>, page: &Page, out: &mut Vec<Finding>) {
    let seen = page.text.to_lowercase();
    for (part, text) in [("subject", mail.subject.to_lowercase()), ("html", seen)] {
        for phrase in words::found(&text, mail.banned_phrases.iter().map(String::as_str)).take(MAX_LISTED) {
            let message = format!("the brand does not say {phrase:?}");
            out.push(at(
                saying(finding("banned_phrase", Level::Warning, part, message), &[("phrase", &phrase)]),
                phrase,
            ));
        }
        for phrase in words::found(&text, words::SPAM.iter().copied()).take(MAX_LISTED) {
            let message = format!("{phrase:?} is a word that spam filters count against a mail");
            out.push(at(saying(finding("spam_word", Level::Hint, part, message), &[("phrase", &phrase)]), phrase));
        }
    }
    if words::shouts(mail.subject) {
        let message = "the subject shouts: capitals and exclamation marks count against a mail";
        out.push(at(finding("shouting", Level::Warning, "subject", message), mail.subject));
    }
}

fn structure(mail: &Subject<'_>, page: &Page, out: &mut Vec<Finding>) {
    for element in &page.forbidden {
        let message = format!("mail programs do not run <{element}>, and many refuse a mail with it");
        out.push(saying(finding("forbidden_element", Level::Error, "html", message), &[("element", element)]));
    }
    if page.words == 0 && page.pictures.is_empty() {
        out.push(finding("empty", Level::Error, "html", "the mail shows nothing"));
    }
    if mail.text.trim().is_empty() {
        out.push(finding("empty", Level::Warning, "text", "the text part is empty"));
    }
    if page.has_html && !page.has_language {
        let message = "<html> has no lang attribute: screen readers guess the language";
        out.push(finding("no_language", Level::Hint, "html", message));
    }
}

#[cfg(test)]
mod tests;

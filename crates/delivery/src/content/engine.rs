//! Liquid with this stage's bounds.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rapport_liquid::{Env, Error, Escape, Host, Limits, Missing, NoHost, Outcome, ParseOptions, Template};

use super::library::{Library, Partial};
use super::{
    ContentError, MAX_NESTING, MAX_OUTPUT_BYTES, MAX_RENDER_MS, MAX_STEPS, MAX_TEMPLATE_BYTES, MAX_VALUES_BYTES,
};

/// The data that a template sees.
pub(crate) type View<'v> = rapport_liquid::Value<'v>;

const LIMITS: Limits = Limits {
    template_bytes: MAX_TEMPLATE_BYTES as u32,
    depth: MAX_NESTING,
    steps: MAX_STEPS,
    output_bytes: MAX_OUTPUT_BYTES,
    memory_bytes: MAX_VALUES_BYTES,
};

/// What a part of a message is written in: decides which form of a block stands in it and whether values are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Markup {
    /// HTML; values are escaped.
    Html,
    /// MJML; values are escaped.
    Mjml,
    /// Plain text: subject, preheader, text part.
    Text,
    /// The HTML of Telegram's bots, a few elements only; values are escaped.
    TelegramHtml,
    /// Telegram's MarkdownV2; values are escaped.
    MarkdownV2,
    /// Slack's mrkdwn; values are escaped.
    Mrkdwn,
}

impl Markup {
    /// What is done to values in it.
    fn escape(self) -> Escape {
        match self {
            Markup::Text => Escape::None,
            Markup::Html | Markup::Mjml | Markup::TelegramHtml => Escape::Html,
            Markup::MarkdownV2 => Escape::By(markdown_v2),
            Markup::Mrkdwn => Escape::By(mrkdwn),
        }
    }
}

/// Text in which Telegram's MarkdownV2 finds no markup: each of its characters after a backslash.
fn markdown_v2(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if "\\_*[]()~`>#+-=|{}.!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text in which Slack finds no links and mentions (its three control characters escaped).
pub(crate) fn mrkdwn(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whose message it is, when, and what it may ask.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'s> {
    /// What `now` means.
    pub(crate) now: DateTime<Utc>,
    /// The customer's time zone.
    pub(crate) zone: Tz,
    /// The customer's language and region, such as `de-AT`.
    pub(crate) locale: &'s str,
    /// Blocks and brands.
    pub(crate) library: &'s Library,
    /// Catalogues and coupon codes.
    pub(crate) host: &'s dyn Host,
    /// What happens with a value that does not exist.
    pub(crate) missing: Missing,
}

impl<'s> Scene<'s> {
    /// A scene without library and host.
    pub(crate) fn bare(now: DateTime<Utc>, zone: Tz, locale: &'s str) -> Self {
        Scene { now, zone, locale, library: Library::empty(), host: &NoHost, missing: Missing::Ignore }
    }
}

/// A value that a template asked for and nobody had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingName {
    /// As written.
    pub name: String,
    /// Line and column, from 1.
    pub position: (u32, u32),
    /// The block it stands in.
    pub block: Option<String>,
    /// The part it stands in: `subject`, `html`, or the path of a member, `buttons[0].label`.
    pub part: String,
}

/// A template ready to render, any number of times.
#[derive(Debug)]
pub struct Compiled {
    template: Template,
    markup: Markup,
}

/// Reads a template for plain text. Unknown tags and filters are faults: a misspelt filter must not reach a customer.
///
/// # Errors
/// Where it is not Liquid, or which limit it breaks.
pub fn compile(template: &str) -> Result<Compiled, ContentError> {
    compile_as(template, Markup::Text)
}

/// Reads a template for this markup.
///
/// # Errors
/// Where it is not Liquid, or which limit it breaks.
pub(crate) fn compile_as(template: &str, markup: Markup) -> Result<Compiled, ContentError> {
    read(template, markup, false)
}

/// Reads HTML made of a template with its blocks written out in it.
///
/// # Errors
/// As [`compile_as`].
pub(crate) fn compile_whole(html: &str) -> Result<Compiled, ContentError> {
    read(html, Markup::Html, true)
}

fn read(template: &str, markup: Markup, written_out: bool) -> Result<Compiled, ContentError> {
    let options = ParseOptions { limits: LIMITS, strict_filters: true, written_out, ..ParseOptions::default() };
    Ok(Compiled { template: Template::parse(template, &options)?, markup })
}

impl Compiled {
    /// Renders with the members of `data`; what is missing renders as nothing.
    ///
    /// # Errors
    /// What went wrong, which limit was reached, or why the template says that nothing is to be sent.
    #[cfg(test)]
    pub(crate) fn render(&self, data: &View<'_>, scene: &Scene<'_>) -> Result<String, ContentError> {
        self.render_noting(data, scene, ("", &mut Vec::new()))
    }

    /// Renders that part, and notes in `missing` what was asked for and nobody had, if the scene says so.
    ///
    /// # Errors
    /// As [`Compiled::render`].
    pub(crate) fn render_noting(
        &self,
        data: &View<'_>,
        scene: &Scene<'_>,
        (part, missing): (&str, &mut Vec<MissingName>),
    ) -> Result<String, ContentError> {
        let deadline = Instant::now() + Duration::from_millis(MAX_RENDER_MS);
        let in_time = || Instant::now() <= deadline;
        let partials = Partial { library: scene.library, markup: self.markup };
        let env = Env {
            zone: scene.zone,
            locale: scene.locale,
            limits: LIMITS,
            go_on: Some(&in_time),
            host: scene.host,
            partials: &partials,
            missing: scene.missing,
            escape: self.markup.escape(),
            ..Env::new(scene.now)
        };
        let rendered = self.template.render(data, &env)?;
        missing.extend(rendered.missing.into_iter().map(|m| MissingName {
            name: m.name,
            position: (m.place.line, m.place.column),
            block: m.place.partial,
            part: part.to_owned(),
        }));
        match rendered.outcome {
            Outcome::Text(text) => Ok(text),
            Outcome::Aborted { reason } => {
                let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                Err(ContentError {
                    part: None,
                    position: None,
                    message: format!("the template stopped the message{because}"),
                })
            }
        }
    }

    /// The template of a block, for those that show it.
    pub(super) fn template(&self) -> &Template {
        &self.template
    }
}

impl From<Error> for ContentError {
    fn from(error: Error) -> Self {
        let position = error.place.as_ref().map(|p| (p.line, p.column));
        let block = error.place.as_ref().and_then(|p| p.partial.as_deref());
        let message = match block {
            Some(block) => format!("in block {block}: {}", error.kind),
            None => error.kind.to_string(),
        };
        ContentError { part: None, position, message }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ContentError;
    use super::{Scene, View, compile};

    fn render(template: &str, data: &serde_json::Value) -> Result<String, ContentError> {
        let scene = Scene::bare(chrono::DateTime::UNIX_EPOCH, chrono_tz::Europe::Vienna, "de-AT");
        compile(template)?.render(&View::from(data), &scene)
    }

    fn data() -> serde_json::Value {
        json!({
            "profile": {"first_name": "Ada", "vip": true, "n": 3, "tags": ["a", "b"], "nothing": null},
            "event": {"items": [{"sku": "x", "price": 2.5}, {"sku": "y"}], "total": 10},
        })
    }

    #[test]
    fn renders_what_is_there_and_nothing_for_what_is_not() {
        for (template, expected) in [
            ("Hi {{ profile.first_name }}!", "Hi Ada!"),
            ("[{{ missing }}][{{ profile.missing }}][{{ a.b.c.d }}][{{ profile.nothing.x }}]", "[][][][]"),
            ("{{ profile.first_name.missing }}", ""),
            ("{% for i in event.items %}{{ i.a.b.c }}{% endfor %}{% increment n %}{{ n }}", "01"),
            ("{% for i in (1..profile.n) %}{{ i }}{% endfor %}", "123"),
            ("{{ 'now' | date: '%d.%m.%Y %H:%M' }}", "01.01.1970 01:00"),
            ("{{ event.total | currency: 'EUR' }}", "€\u{a0}10,00"),
            ("{{ missing | default: 'friend' }}", "friend"),
            ("{{ missing | upcase }}{{ missing | date: '%Y' }}", ""),
            ("{% if missing.deep %}a{% else %}b{% endif %}", "b"),
            ("{% if missing == 'x' %}a{% endif %}{% if profile.vip %}v{% endif %}", "v"),
            ("{% if profile.missing == blank %}blank{% endif %}", "blank"),
            ("{% unless missing %}u{% endunless %}", "u"),
            ("{% for i in event.items %}{{ i.sku }}={{ i.price }};{% endfor %}", "x=2.5;y=;"),
            ("{% for i in missing.list %}x{% else %}none{% endfor %}", "none"),
            ("{% for i in event.items %}{{ i.discount }}{{ forloop.index }}{% endfor %}", "12"),
            ("{% assign x = profile.missing %}[{{ x }}]", "[]"),
            ("{% assign i = event.items | last %}[{{ i.price }}{{ i.sku }}]", "[y]"),
            ("{{ profile.tags | join: ', ' }} {{ profile.tags.size }} {{ event.items.size }}", "a, b 2 2"),
            ("{{ event.total | times: 2 }} {{ 'x' | append: 'y' }}", "20 xy"),
            ("{% case profile.n %}{% when 3 %}three{% endcase %}", "three"),
            ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
            ("", ""),
        ] {
            assert_eq!(render(template, &data()).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn faults_name_their_position() {
        for (template, position, part) in [
            ("Hi {{ name", Some((1, 4)), ""),
            ("a\nb {% if x %}", Some((2, 3)), "endif"),
            ("a\n  {% nosuch %}", Some((2, 6)), "nosuch"),
            ("{{ x | nosuch }}", Some((1, 8)), "nosuch"),
            ("{{ x | upcse }}", Some((1, 8)), "did you mean `upcase`"),
            ("{% asign x = 1 %}", Some((1, 4)), "did you mean `assign`"),
            ("{% for i in (1..9999999) %}{% assign x = i %}{% endfor %}", Some((1, 1)), "steps"),
            ("{% if event.total > 'x' %}{% endif %}", Some((1, 19)), "compared"),
            ("{% abort_message('no stock') %}", None, "stopped the message: no stock"),
        ] {
            let error = render(template, &data()).unwrap_err();
            if position.is_some() {
                assert_eq!(error.position, position, "{template}: {error}");
            }
            assert!(error.message.to_lowercase().contains(part) && !error.message.is_empty(), "{template}: {error}");
        }
    }

    #[test]
    fn limits_hold() {
        let deep = format!("{}{}", "{% if x %}".repeat(20_000), "{% endif %}".repeat(20_000));
        let loops = "{% for a in (1..1000) %}".repeat(4) + &"{% endfor %}".repeat(4);
        let doubling = format!("{{% assign s = 'aaaaaaaaaaaaaaaa' %}}{}", "{% assign s = s | append: s %}".repeat(40));
        let replacing =
            format!("{}{}", "{% assign s = 'aaaaaaaaaaaaaaaa' %}", "{% assign s = s | replace: 'a', s %}".repeat(9));
        let long = "{% for a in (1..1000) %}{% for b in (1..1000) %}0123456789{% endfor %}{% endfor %}";
        for (name, template) in [
            ("deep", deep.as_str()),
            ("loops", &loops),
            ("doubling", &doubling),
            ("replacing", &replacing),
            ("long", long),
        ] {
            let begun = std::time::Instant::now();
            let error = render(template, &data()).unwrap_err();
            assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
            assert!(error.message.contains("than") || error.message.contains("most"), "{name}: {error}");
        }
        assert!(render(&"x".repeat(super::super::MAX_TEMPLATE_BYTES + 1), &data()).is_err());
    }
}

//! Liquid with this stage's bounds.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rapport_liquid::{Env, Error, Limits, Outcome, ParseOptions, Template};

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

/// Whose message it is, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'s> {
    /// What `now` means.
    pub(crate) now: DateTime<Utc>,
    /// The customer's time zone.
    pub(crate) zone: Tz,
    /// The customer's language and region, such as `de-AT`.
    pub(crate) locale: &'s str,
}

/// A template ready to render, any number of times.
#[derive(Debug)]
pub struct Compiled(Template);

/// Reads a template. Unknown tags and filters are faults: a misspelt filter must not reach a customer.
///
/// # Errors
/// Where it is not Liquid, or which limit it breaks.
pub fn compile(template: &str) -> Result<Compiled, ContentError> {
    let options = ParseOptions { limits: LIMITS, strict_filters: true, ..ParseOptions::default() };
    Ok(Compiled(Template::parse(template, &options)?))
}

impl Compiled {
    /// Renders with the members of `data`; what is missing renders as nothing.
    ///
    /// # Errors
    /// What went wrong, which limit was reached, or why the template says that nothing is to be sent.
    pub(crate) fn render(&self, data: &View<'_>, scene: &Scene<'_>) -> Result<String, ContentError> {
        let deadline = Instant::now() + Duration::from_millis(MAX_RENDER_MS);
        let in_time = || Instant::now() <= deadline;
        let env = Env {
            zone: scene.zone,
            locale: scene.locale,
            limits: LIMITS,
            go_on: Some(&in_time),
            ..Env::new(scene.now)
        };
        match self.0.render(data, &env)?.outcome {
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
}

impl From<Error> for ContentError {
    fn from(error: Error) -> Self {
        let position = error.place.as_ref().map(|p| (p.line, p.column));
        ContentError { part: None, position, message: error.kind.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ContentError;
    use super::{Scene, View, compile};

    fn render(template: &str, data: &serde_json::Value) -> Result<String, ContentError> {
        let scene = Scene { now: chrono::DateTime::UNIX_EPOCH, zone: chrono_tz::Europe::Vienna, locale: "de-AT" };
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

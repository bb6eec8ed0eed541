//! The engine of today: the `liquid` crate, with its faults bounded.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::view::Node;
use super::{ContentError, MAX_OUTPUT_BYTES, MAX_RENDER_MS, limits};
use crate::core::nearest::nearest;

static PARSER: LazyLock<Result<liquid::Parser, String>> =
    LazyLock::new(|| limits::bounded(liquid::ParserBuilder::with_stdlib()).build().map_err(|e| e.to_string()));

/// A template ready to render, any number of times.
pub struct Compiled {
    template: liquid::Template,
    names: Arc<HashSet<String>>,
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled").finish_non_exhaustive()
    }
}

/// Reads a template.
///
/// # Errors
/// Where it is not Liquid, or which limit it breaks.
pub fn compile(template: &str) -> Result<Compiled, ContentError> {
    let names = limits::check(template)?;
    let parser = PARSER.as_ref().map_err(|e| ContentError { position: None, message: e.clone() })?;
    let template = parser.parse(template).map_err(|e| {
        let account = e.to_string();
        let fault = explain(&account);
        ContentError { position: fault.position.or_else(|| place_of(template, &account)), ..fault }
    })?;
    Ok(Compiled { template, names: Arc::new(names) })
}

impl Compiled {
    /// Renders with the members of `data`; what is missing renders as nothing.
    ///
    /// # Errors
    /// What went wrong, or which limit was reached.
    pub fn render(&self, data: &Value) -> Result<String, ContentError> {
        let root = Node::of(data, &self.names);
        let mut out =
            Bounded { text: Vec::new(), deadline: Instant::now() + Duration::from_millis(MAX_RENDER_MS), fault: None };
        let result = self.template.render_to(&mut out, &root);
        if let Some(fault) = out.fault {
            return Err(ContentError { position: None, message: fault });
        }
        result.map_err(|e| explain(&e.to_string()))?;
        String::from_utf8(out.text)
            .map_err(|_| ContentError { position: None, message: "the result is not text".to_owned() })
    }
}

/// Takes what is rendered, up to a size and a time.
struct Bounded {
    text: Vec<u8>,
    deadline: Instant,
    fault: Option<String>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > MAX_OUTPUT_BYTES {
            self.fault = Some(format!("the result is longer than {MAX_OUTPUT_BYTES} bytes"));
        } else if Instant::now() > self.deadline {
            self.fault = Some(format!("rendering took longer than {MAX_RENDER_MS} ms"));
        }
        if self.fault.is_some() {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The engine's account of a fault, as position and one line.
fn explain(text: &str) -> ContentError {
    let text = text.trim_start_matches("liquid:").trim();
    let position = text.split_once("--> ").and_then(|(_, rest)| {
        let (line, rest) = rest.split_once(':')?;
        let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some((line.trim().parse().ok()?, column.parse().ok()?))
    });
    // With a position the cause is the line that starts with `=`; without one the text itself is the cause.
    let cause = text.lines().find_map(|l| l.trim().strip_prefix("= ")).map(str::to_owned);
    let message = cause.unwrap_or_else(|| {
        let lines = text.lines().map(str::trim).take_while(|l| *l != "with:" && *l != "from:");
        let lines = lines.filter(|l| !l.is_empty() && !l.starts_with("-->") && !l.contains('|'));
        lines.collect::<Vec<_>>().join("; ")
    });
    ContentError { position, message: format!("{message}{}", hint(text)) }
}

/// The engine's `requested …=` line, and all its `available …=` lines.
fn details(account: &str) -> Option<(&str, Vec<&str>)> {
    let pairs = || account.lines().filter_map(|l| l.trim().split_once('='));
    let (_, requested) = pairs().find(|(key, _)| key.starts_with("requested"))?;
    let lists = pairs().filter(|(key, _)| key.starts_with("available"));
    Some((requested, lists.flat_map(|(_, names)| names.split(", ")).collect()))
}

/// The name that was asked for and the nearest one there is.
fn hint(account: &str) -> String {
    let Some((requested, known)) = details(account) else { return String::new() };
    match nearest(requested, &known) {
        Some(name) => format!(" {requested:?}: did you mean {name:?}?"),
        None => format!(" {requested:?}"),
    }
}

/// Where an unknown filter stands: the engine names it without its place.
fn place_of(template: &str, account: &str) -> Option<(u32, u32)> {
    let (requested, _) = details(account)?;
    let mut places = template.match_indices(requested).map(|(at, _)| at);
    let at = places.find(|at| template[..*at].trim_end().ends_with('|'))?;
    Some(limits::position(template, at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::render;

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
            ("a\nb {% if x %}", None, "if"),
            ("a\n  {% nosuch %}", Some((2, 6)), "nosuch"),
            ("{{ x | nosuch }}", Some((1, 8)), "nosuch"),
            ("{{ x | upcse }}", Some((1, 8)), "did you mean \"upcase\""),
            ("{% asign x = 1 %}", Some((1, 4)), "did you mean \"assign\""),
            ("{% for i in (1..2000) %}{% endfor %}", Some((1, 1)), "1000"),
            ("{% for i in (1..n) %}{% endfor %}", Some((1, 1)), "whole numbers"),
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

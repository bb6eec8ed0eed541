//! Texts of calls of other systems: those that hold more than plain references are Liquid.

use rapport_domain::Problem;
use rapport_liquid::{Limits, ParseOptions, Template};
use serde_json::Value;

use super::{Action, JourneySpec, MAX_NESTING, Webhook};

/// What the texts of one call may take together. Steps are the measure of time: what is decided knows no clock.
pub(crate) const LIMITS: Limits =
    Limits { template_bytes: 16 * 1024, depth: 16, steps: 10_000, output_bytes: 16 * 1024, memory_bytes: 256 * 1024 };

/// Whether a text is Liquid. One whose references are all plain (`{{ event.properties.total }}`) is filled in without it, so
/// that a text that is nothing but one keeps the type of what it names.
pub(crate) fn is_liquid(text: &str) -> bool {
    if text.contains("{%") {
        return true;
    }
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { return true };
        let is_plain = !inside.trim().is_empty()
            && !inside.starts_with('-')
            && !inside.ends_with('-')
            && !inside.contains(['|', '\'', '"', '[', '{']);
        if !is_plain {
            return true;
        }
        rest = behind;
    }
    false
}

/// Reads a text that is Liquid. Unknown tags and filters are faults.
///
/// # Errors
/// Where it is not Liquid, with line and column.
pub(crate) fn parse(text: &str) -> Result<Template, String> {
    let options = ParseOptions { limits: LIMITS, ..ParseOptions::strict() };
    Template::parse(text, &options).map_err(|error| error.to_string())
}

/// Every text of a call that may hold references, with its path from the step's `webhook`.
pub(crate) fn texts(webhook: &Webhook) -> Vec<(String, &str)> {
    let mut out = vec![("url".to_owned(), webhook.url.as_str())];
    out.extend(webhook.headers.iter().map(|(name, value)| (format!("headers.{name}"), value.as_str())));
    if let Some(body) = &webhook.body {
        inside(body, "body", 0, &mut out);
    }
    out
}

fn inside<'a>(value: &'a Value, at: &str, depth: usize, out: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => out.push((at.to_owned(), text)),
        Value::Array(items) if depth < MAX_NESTING => {
            items.iter().enumerate().for_each(|(i, item)| inside(item, &format!("{at}[{i}]"), depth + 1, out));
        }
        Value::Object(map) if depth < MAX_NESTING => {
            map.iter().for_each(|(name, member)| inside(member, &format!("{at}.{name}"), depth + 1, out));
        }
        _ => {}
    }
}

/// The part of an address that says whose server is asked.
fn server(url: &str) -> &str {
    let from = url.find("://").map_or(0, |at| at + 3);
    let to = url[from..].find(['/', '?', '#']).map_or(url.len(), |at| from + at);
    &url[..to]
}

impl JourneySpec {
    /// What is wrong with the texts of its calls of other systems: what is not Liquid, and servers that depend on values. Asked
    /// when somebody writes or publishes; what is live already goes on.
    #[must_use]
    pub fn call_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (i, step) in self.steps.iter().enumerate() {
            let Action::Webhook(webhook) = &step.action else { continue };
            let at = format!("spec.steps[{i}].webhook");
            if server(&webhook.url).contains(['{', '}']) {
                let why = "the server may not depend on values: {{ }} stands in the path or the query";
                problems.push(Problem::new(format!("{at}.url"), why));
                continue;
            }
            for (place, text) in texts(webhook).into_iter().filter(|(_, text)| is_liquid(text)) {
                problems.extend(parse(text).err().map(|fault| Problem::new(format!("{at}.{place}"), fault)));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_references_is_liquid() {
        for plain in
            ["", "plain", "{{ event.properties.total }}", "a {{ traits.Cart ID }} b {{ webhook.body.0 }}", "{ }"]
        {
            assert!(!is_liquid(plain), "{plain}");
        }
        for liquid in [
            "{{ a | upcase }}",
            "{% if a %}b{% endif %}",
            "{{- a -}}",
            "{{ a['b c'] }}",
            "{{ 'text' }}",
            "open {{ a",
            "{{ }}",
        ] {
            assert!(is_liquid(liquid), "{liquid}");
        }
    }

    #[test]
    fn the_server_ends_where_the_path_begins() {
        for (url, expected) in [
            ("https://a.example/x/{{ b }}", "https://a.example"),
            ("https://a.example?x={{ b }}", "https://a.example"),
            ("https://{{ shop }}.example/x", "https://{{ shop }}.example"),
            ("https://a.example", "https://a.example"),
            ("https://u:{{ p }}@a.example/", "https://u:{{ p }}@a.example"),
        ] {
            assert_eq!(server(url), expected);
        }
    }
}

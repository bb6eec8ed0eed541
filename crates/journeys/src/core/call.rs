//! What a webhook step asks: its texts filled in, so that no value can make another call of it.
//!
//! The body is JSON whose texts are filled one by one, so a value is never more than a text or a member of its own. In
//! addresses values are percent-encoded and in headers they stay on one line.

use std::cell::Cell;
use std::collections::HashMap;

use rapport_domain::Timestamp;
use rapport_domain::time::HOUR_MS;
use rapport_liquid::{Env, Escape, Limits, Outcome, Template, Value as Liquid};
use serde_json::{Map, Value, json};

use super::Conditions;
use super::act::known;
use super::effect::WebhookRequest;
use super::runs::Run;
use super::values::Sources;
use super::version::Version;
use crate::spec::liquid::{LIMITS, is_liquid, parse, texts};
use crate::spec::{Action, MAX_NESTING, Webhook};

/// How long a run waits for the answer of a webhook, all attempts together.
const WEBHOOK_DEADLINE_MS: i64 = 6 * HOUR_MS;
/// The longest body, bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest address, bytes.
const MAX_URL_BYTES: usize = 8 * 1024;

/// The texts of a step that are Liquid, as written, ready to render.
#[derive(Debug, Default)]
pub(super) struct Texts(HashMap<String, Template>);

impl Texts {
    /// What cannot be read is left to be filled in as references are; whoever writes such a text is told.
    pub(super) fn of(action: &Action) -> Self {
        let Action::Webhook(webhook) = action else { return Self::default() };
        let liquid = texts(webhook).into_iter().filter(|(_, text)| is_liquid(text));
        Texts(liquid.filter_map(|(_, text)| Some((text.to_owned(), parse(text).ok()?))).collect())
    }
}

/// What a webhook step asks.
///
/// # Errors
/// Which text cannot be rendered and why, or that the call would be too large or go elsewhere.
pub(super) fn request(
    (webhook, texts): (&Webhook, &Texts),
    version: &Version,
    run: &Run,
    conditions: &dyn Conditions,
    now: Timestamp,
) -> Result<WebhookRequest, String> {
    let values = known(version, run);
    let seen = if texts.0.is_empty() { Map::new() } else { seen(&values, conditions) };
    let sources = Sources { values: &values, conditions };
    let filler = Filler { sources, texts, seen: &seen, now, steps: Cell::new(LIMITS.steps) };
    let body = match &webhook.body {
        Some(body) => filler.body(body, "body", 0)?,
        None => Value::Object(values.clone()),
    };
    if body.to_string().len() > MAX_BODY_BYTES {
        return Err(format!("body: longer than {MAX_BODY_BYTES} bytes"));
    }
    let header = |(name, text): (&String, &String)| {
        Ok::<_, String>((name.clone(), one_line(&filler.text(text, &format!("headers.{name}"), one_line)?)))
    };
    Ok(WebhookRequest {
        url: sound(filler.text(&webhook.url, "url", percent_encoded)?)?,
        method: webhook.method.clone(),
        headers: webhook.headers.iter().map(header).collect::<Result<_, _>>()?,
        body,
        timeout_ms: webhook.timeout_ms,
        attempts: webhook.attempts,
        expires_at: now.plus_ms(WEBHOOK_DEADLINE_MS),
    })
}

/// What Liquid sees: what the run knows, and the customer.
fn seen(values: &Map<String, Value>, conditions: &dyn Conditions) -> Map<String, Value> {
    let (mut seen, traits) = (values.clone(), Value::Object(conditions.traits()));
    seen.insert("profile".to_owned(), json!({ "id": conditions.profile().to_string(), "traits": traits }));
    seen.insert("traits".to_owned(), traits);
    seen
}

struct Filler<'a> {
    sources: Sources<'a>,
    texts: &'a Texts,
    seen: &'a Map<String, Value>,
    now: Timestamp,
    /// What the texts to come may take.
    steps: Cell<u64>,
}

impl Filler<'_> {
    fn body(&self, value: &Value, at: &str, depth: usize) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match self.texts.0.get(text) {
                Some(template) => Value::String(self.render(template, at, Escape::None)?),
                None => self.sources.fill(value),
            },
            Value::Array(items) if depth < MAX_NESTING => {
                let each = |(i, item)| self.body(item, &format!("{at}[{i}]"), depth + 1);
                Value::Array(items.iter().enumerate().map(each).collect::<Result<_, _>>()?)
            }
            Value::Object(map) if depth < MAX_NESTING => {
                let each =
                    |(name, v): (&String, _)| Ok((name.clone(), self.body(v, &format!("{at}.{name}"), depth + 1)?));
                Value::Object(map.iter().map(each).collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    /// A text in which `escape` is done to values.
    fn text(&self, text: &str, at: &str, escape: fn(&str) -> String) -> Result<String, String> {
        match self.texts.0.get(text) {
            Some(template) => self.render(template, at, Escape::By(escape)),
            None => Ok(self.sources.written(text, escape)),
        }
    }

    fn render(&self, template: &Template, at: &str, escape: Escape) -> Result<String, String> {
        let limits = Limits { steps: self.steps.get(), ..LIMITS };
        let env = Env { zone: self.sources.conditions.zone(), limits, escape, ..Env::new(self.now.to_utc()) };
        let rendered = template.render(&Liquid::JsonMap(self.seen), &env).map_err(|error| format!("{at}: {error}"))?;
        self.steps.set(limits.steps.saturating_sub(rendered.steps));
        match rendered.outcome {
            Outcome::Text(text) => Ok(text),
            Outcome::Aborted { reason } => Err(format!("{at}: its template stopped the call: {reason}")),
        }
    }
}

/// Text that is one segment of a path, or one value of a query (RFC 3986, section 2.3: what is not unreserved is encoded).
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// An address as it is written, without steps up and down in its path.
fn sound(url: String) -> Result<String, String> {
    if url.len() > MAX_URL_BYTES {
        return Err(format!("url: longer than {MAX_URL_BYTES} bytes"));
    }
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if path.split('/').skip(3).any(|segment| segment == "." || segment == "..") {
        return Err("url: a value makes a step up or down of a part of the path".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_what_they_are_in_addresses_and_headers() {
        assert_eq!(percent_encoded("a b/c?d=é&\u{1F600}"), "a%20b%2Fc%3Fd%3D%C3%A9%26%F0%9F%98%80");
        assert_eq!(one_line(" a\r\nx-admin: 1\t "), "a  x-admin: 1");
        for (url, is_sound) in [
            ("https://a.example/x/..", false),
            ("https://a.example/./x?y", false),
            ("https://a.example/x/...?next=../..", true),
            ("https://a.example", true),
        ] {
            assert_eq!(sound(url.to_owned()).is_ok(), is_sound, "{url}");
        }
        assert!(sound(format!("https://a.example/{}", "x".repeat(MAX_URL_BYTES))).is_err());
    }
}

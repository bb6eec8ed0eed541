//! Templates: a message's content.

use rapport_domain::{Problem, resource};
use serde_json::{Value, json};

use super::channel::{Sender, sender, sender_schema};
use super::fields::Fields;
use crate::content::{self, Compiled};

/// The longest subject template, bytes.
pub const MAX_SUBJECT_BYTES: usize = 2_000;
/// The longest HTML or text template, bytes.
pub const MAX_HTML_BYTES: usize = content::MAX_TEMPLATE_BYTES;

/// A template. `subject`, `html`, `text` and `preheader` are Liquid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSpec {
    /// What the team calls it.
    pub name: String,
    /// `email`.
    pub channel: String,
    /// The subject line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part; made from the HTML when absent.
    pub text: Option<String>,
    /// The line mail programs show beside the subject.
    pub preheader: Option<String>,
    /// Who it is from, unless the channel decides.
    pub from: Option<Sender>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The topic customers can leave.
    pub topic: Option<String>,
    /// The customer asked for it (a receipt, a password): passes consent and quiet hours, has no unsubscribe link.
    pub transactional: bool,
    /// Whether opening it is recorded.
    pub track_opens: bool,
    /// Whether following its links is recorded.
    pub track_clicks: bool,
}

const KNOWN: &[&str] = &[
    "name",
    "channel",
    "subject",
    "html",
    "text",
    "preheader",
    "from",
    "reply_to",
    "topic",
    "transactional",
    "track_opens",
    "track_clicks",
];

impl TemplateSpec {
    /// Reads and checks a document, Liquid included.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path; Liquid faults name line and column.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", KNOWN);
        let template = TemplateSpec {
            name: f.required("name", 200),
            channel: f.choice("channel", &[("email", "email")], Some("email")).unwrap_or("email").to_owned(),
            subject: f.required("subject", MAX_SUBJECT_BYTES),
            html: f.required("html", MAX_HTML_BYTES),
            text: f.text("text", MAX_HTML_BYTES),
            preheader: f.text("preheader", MAX_SUBJECT_BYTES),
            from: sender(&mut f, "from"),
            reply_to: f.email("reply_to"),
            topic: f.line("topic", 64),
            transactional: f.flag("transactional", false),
            track_opens: f.flag("track_opens", true),
            track_clicks: f.flag("track_clicks", true),
        };
        if template.subject.contains(['\r', '\n']) {
            f.problem("subject", "must be one line");
        }
        if template.topic.as_deref().is_some_and(|t| !resource::is_slug(t)) {
            f.problem("topic", "expected a topic's id: lower-case letters, digits, - and _");
        }
        for (key, text) in template.liquid() {
            if let Err(e) = content::compile(text) {
                f.problem(key, e.to_string());
            }
        }
        f.finish(template)
    }

    fn liquid(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let optional = [("text", self.text.as_deref()), ("preheader", self.preheader.as_deref())];
        [("subject", self.subject.as_str()), ("html", self.html.as_str())]
            .into_iter()
            .chain(optional.into_iter().filter_map(|(k, t)| t.map(|t| (k, t))))
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let liquid = |max: usize, what: &str| json!({"type": "string", "maxLength": max, "description": what});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Template", "type": "object", "additionalProperties": false, "required": ["name", "subject", "html"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "channel": {"enum": ["email"], "default": "email"},
                "subject": liquid(MAX_SUBJECT_BYTES, "Liquid, one line"),
                "html": liquid(MAX_HTML_BYTES, "Liquid"),
                "text": liquid(MAX_HTML_BYTES, "Liquid; made from html when absent"),
                "preheader": liquid(MAX_SUBJECT_BYTES, "Liquid; shown beside the subject"),
                "from": sender_schema(),
                "reply_to": {"type": "string", "format": "email"},
                "topic": {"type": "string", "maxLength": 64},
                "transactional": {"type": "boolean", "default": false},
                "track_opens": {"type": "boolean", "default": true},
                "track_clicks": {"type": "boolean", "default": true},
            },
        })
    }
}

/// A template that is in effect, compiled once.
#[derive(Debug)]
pub struct LiveTemplate {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What it says.
    pub spec: TemplateSpec,
    pub(crate) subject: Compiled,
    pub(crate) html: Compiled,
    pub(crate) text: Option<Compiled>,
    pub(crate) preheader: Option<Compiled>,
}

impl LiveTemplate {
    /// Checks and compiles a document.
    ///
    /// # Errors
    /// As [`TemplateSpec::validate`].
    pub fn prepare(id: &str, version: u32, spec: &Value) -> Result<Self, Vec<Problem>> {
        let spec = TemplateSpec::validate(spec)?;
        let compile = |key: &str, text: &str| {
            content::compile(text).map_err(|e| vec![Problem::new(format!("spec.{key}"), e.to_string())])
        };
        Ok(LiveTemplate {
            id: id.to_owned(),
            version,
            subject: compile("subject", &spec.subject)?,
            html: compile("html", &spec.html)?,
            text: spec.text.as_deref().map(|t| compile("text", t)).transpose()?,
            preheader: spec.preheader.as_deref().map(|t| compile("preheader", t)).transpose()?,
            spec,
        })
    }
}

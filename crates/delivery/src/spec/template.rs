//! Templates: a message's content.

use rapport_domain::{MessageChannel, Problem, resource};
use serde_json::{Map, Value, json};

use super::channel::{Sender, sender, sender_schema};
use super::content as channel_content;
use super::fields::Fields;
use super::shape;
use crate::content::{self, Compiled, Tree};

/// The longest subject template, bytes.
pub const MAX_SUBJECT_BYTES: usize = 2_000;
/// The longest HTML or text template, bytes.
pub const MAX_HTML_BYTES: usize = content::MAX_TEMPLATE_BYTES;

/// How much a message matters beside others to the same customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Leaves room: a tenth of every cap is kept from it.
    Low,
    /// As the caps say.
    #[default]
    Normal,
    /// May use half as much again as the caps say.
    High,
}

/// What becomes of a message in the customer's quiet hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuietPolicy {
    /// It waits until they end.
    #[default]
    Wait,
    /// It is not sent at all.
    Drop,
}

pub(crate) const PRIORITIES: &[(&str, Priority)] =
    &[("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High)];
const QUIET: &[(&str, QuietPolicy)] = &[("wait", QuietPolicy::Wait), ("drop", QuietPolicy::Drop)];

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
    /// How much it matters beside other messages.
    pub priority: Priority,
    /// What becomes of it in quiet hours.
    pub quiet: QuietPolicy,
    /// The content of a channel other than e-mail, as its members stand in the document.
    pub content: Option<Value>,
}

/// What templates of every channel may say.
const COMMON: &[&str] = &["name", "channel", "topic", "transactional", "track_clicks", "priority", "quiet_hours"];
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
    "priority",
    "quiet_hours",
];

impl TemplateSpec {
    /// Reads and checks a document, Liquid included.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path; Liquid faults name line and column.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let named = spec.get("channel").and_then(Value::as_str).and_then(MessageChannel::parse);
        if let Some(channel) = named.filter(|c| *c != MessageChannel::Email) {
            return Self::validate_other(spec, channel);
        }
        let mut f = Fields::open(spec, "spec", KNOWN);
        let names = MessageChannel::names().map(|n| (n, n));
        let template = TemplateSpec {
            name: f.required("name", 200),
            channel: f.choice("channel", &names, Some("email")).unwrap_or("email").to_owned(),
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
            priority: f.choice("priority", PRIORITIES, Some(Priority::Normal)).unwrap_or_default(),
            quiet: f.choice("quiet_hours", QUIET, Some(QuietPolicy::Wait)).unwrap_or_default(),
            content: None,
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

    /// Reads a template of another channel than e-mail.
    fn validate_other(spec: &Value, channel: MessageChannel) -> Result<Self, Vec<Problem>> {
        let members = channel_content::members(channel);
        let known: Vec<&str> = COMMON.iter().copied().chain(members.iter().map(|m| m.name)).collect();
        let mut f = Fields::open(spec, "spec", &known);
        let template = TemplateSpec {
            name: f.required("name", 200),
            channel: channel.as_str().to_owned(),
            subject: String::new(),
            html: String::new(),
            text: None,
            preheader: None,
            from: None,
            reply_to: None,
            topic: f.line("topic", 64),
            transactional: f.flag("transactional", false),
            track_opens: true,
            track_clicks: f.flag("track_clicks", true),
            priority: f.choice("priority", PRIORITIES, Some(Priority::Normal)).unwrap_or_default(),
            quiet: f.choice("quiet_hours", QUIET, Some(QuietPolicy::Wait)).unwrap_or_default(),
            content: spec.as_object().map(|all| {
                let own = |name: &str| members.iter().any(|m| m.name == name);
                Value::Object(all.iter().filter(|(k, _)| own(k)).map(|(k, v)| (k.clone(), v.clone())).collect())
            }),
        };
        if template.topic.as_deref().is_some_and(|t| !resource::is_slug(t)) {
            f.problem("topic", "expected a topic's id: lower-case letters, digits, - and _");
        }
        let mut problems = Vec::new();
        let empty = Map::new();
        let object = template.content.as_ref().and_then(Value::as_object).unwrap_or(&empty);
        shape::check(object, members, "spec", &mut problems);
        if channel == MessageChannel::WhatsApp && object.contains_key("template") == object.contains_key("body") {
            problems.push(Problem::new("spec.template", "expected either template or body"));
        }
        f.absorb(problems);
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
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Template", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "channel": {"enum": MessageChannel::names(), "default": "email"},
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
                "priority": {"enum": ["low", "normal", "high"], "default": "normal"},
                "quiet_hours": {"enum": ["wait", "drop"], "default": "wait"},
            },
        });
        let mut channels = Vec::new();
        for channel in MessageChannel::ALL.into_iter().filter(|c| *c != MessageChannel::Email) {
            let members = channel_content::members(channel);
            let own = shape::properties(members);
            let names: Vec<&str> = COMMON.iter().copied().chain(members.iter().map(|m| m.name)).collect();
            channels.push(json!({
                "if": {"required": ["channel"], "properties": {"channel": {"const": channel.as_str()}}},
                "then": {"required": shape::required(members), "propertyNames": {"enum": names}, "properties": own},
            }));
            if let Some(all) = schema["properties"].as_object_mut() {
                for member in members {
                    all.entry(member.name).or_insert_with(|| json!({}));
                }
            }
        }
        channels.push(json!({
            "if": {"properties": {"channel": {"const": "email"}}},
            "then": {"required": ["subject", "html"], "propertyNames": {"enum": KNOWN}},
        }));
        schema["allOf"] = Value::Array(channels);
        schema
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
    pub(crate) content: Option<Tree>,
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
            content: spec
                .content
                .as_ref()
                .map(Tree::compile)
                .transpose()
                .map_err(|e| vec![Problem::new("spec", e.to_string())])?,
            spec,
        })
    }
}

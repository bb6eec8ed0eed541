//! Templates: a message's content.

use std::collections::BTreeMap;

use rapport_domain::{MessageChannel, Problem, resource};
use serde_json::{Map, Value, json};

use super::calendar::{self, CalendarEvent};
use super::channel::{Sender, sender, sender_schema};
use super::content as channel_content;
use super::fields::Fields;
use super::shape;
use super::translation::{self, Translation};
use crate::content::{self, Body, Library, Utm, Written, faults_of_parts};

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
    /// It waits for the best hour of the customer within the day after they end.
    BestHour,
    /// It is not sent at all.
    Drop,
}

pub(crate) const PRIORITIES: &[(&str, Priority)] =
    &[("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High)];
const QUIET: &[(&str, QuietPolicy)] =
    &[("wait", QuietPolicy::Wait), ("best_hour", QuietPolicy::BestHour), ("drop", QuietPolicy::Drop)];

/// A template. `subject`, `html`, `text` and `preheader` are Liquid.
/// A template. `subject`, `html`, `mjml`, `text` and `preheader` are Liquid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSpec {
    /// What the team calls it.
    pub name: String,
    /// `email`.
    pub channel: String,
    /// The subject line.
    pub subject: String,
    /// The HTML part; empty when it is written in MJML.
    pub html: String,
    /// The HTML part in MJML.
    pub mjml: Option<String>,
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
    /// The language it is written in, such as `en`.
    pub language: Option<String>,
    /// The content of a mail in other languages, by language tag in lower case (`de`, `de-at`).
    pub translations: BTreeMap<String, Translation>,
    /// The content of another channel in other languages, each whole, by language tag in lower case.
    pub contents: BTreeMap<String, Value>,
    /// The block it stands in.
    pub layout: Option<String>,
    /// The brand it sees as `brand`, unless it is the default one.
    pub brand: Option<String>,
    /// Campaign parameters of its links.
    pub utm: Option<Utm>,
    /// An appointment in the mail.
    pub calendar: Option<CalendarEvent>,
}

/// What templates of every channel may say.
const COMMON: &[&str] = &[
    "name",
    "channel",
    "topic",
    "transactional",
    "track_clicks",
    "priority",
    "quiet_hours",
    "language",
    "translations",
];
/// What a template of another channel than e-mail may say. Those with links that customers follow have campaign parameters.
fn known(channel: MessageChannel) -> Vec<&'static str> {
    use MessageChannel::{InApp, Push, Sms, Telegram, WebPush, WhatsApp};
    let has_links = matches!(channel, InApp | Push | Sms | Telegram | WebPush | WhatsApp);
    let own = channel_content::members(channel).iter().map(|m| m.name);
    COMMON.iter().copied().chain(has_links.then_some("utm")).chain(own).collect()
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
    "priority",
    "quiet_hours",
    "mjml",
    "language",
    "translations",
    "layout",
    "brand",
    "utm",
    "calendar",
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
            html: f.text("html", MAX_HTML_BYTES).unwrap_or_default(),
            mjml: f.text("mjml", MAX_HTML_BYTES),
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
            language: translation::language(&mut f, "language"),
            translations: translation::read(&mut f),
            contents: BTreeMap::new(),
            layout: slug(&mut f, "layout", "a block's id"),
            brand: slug(&mut f, "brand", "a brand's id"),
            utm: utm(&mut f),
            calendar: calendar::read(&mut f),
        };
        if template.subject.contains(['\r', '\n']) {
            f.problem("subject", "must be one line");
        }
        if template.topic.as_deref().is_some_and(|t| !resource::is_slug(t)) {
            f.problem("topic", "expected a topic's id: lower-case letters, digits, - and _");
        }
        if let Some(problem) = template.html_fault() {
            f.problem("html", problem);
        } else {
            // Layout and blocks are documents of their own: whether they are there shows when the template is used.
            let faults = |at: &str, written: Written<'_>| match written.layout {
                Some(_) => faults_of_parts(at, &written),
                None => Body::prepare(at, &written, Library::empty()).err().unwrap_or_default(),
            };
            f.absorb(faults("spec", template.written()));
            for (language, own) in &template.translations {
                f.absorb(faults(&format!("spec.translations.{language}"), template.translated(own)));
            }
        }
        f.finish(template)
    }

    /// Reads a template of another channel than e-mail.
    fn validate_other(spec: &Value, channel: MessageChannel) -> Result<Self, Vec<Problem>> {
        let members = channel_content::members(channel);
        let known = known(channel);
        let mut f = Fields::open(spec, "spec", &known);
        let mut template = TemplateSpec {
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
            mjml: None,
            language: translation::language(&mut f, "language"),
            translations: BTreeMap::new(),
            contents: BTreeMap::new(),
            layout: None,
            brand: None,
            utm: utm(&mut f),
            calendar: None,
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
        if let Some(approved) = object.get("template").and_then(Value::as_object) {
            let headers = channel_content::WHATSAPP_HEADERS.iter().filter(|name| approved.contains_key(**name));
            if headers.count() > 1 {
                problems.push(Problem::new("spec.template", "expected one header at most"));
            }
            if approved.contains_key("buttons") && approved.contains_key("button_parameters") {
                problems.push(Problem::new("spec.template.buttons", "expected either buttons or button_parameters"));
            }
        }
        let contents = translation::contents(&mut f, channel, object);
        template.contents = contents;
        f.absorb(problems);
        f.finish(template)
    }

    /// Why the HTML part cannot be read at all.
    fn html_fault(&self) -> Option<&'static str> {
        match (self.html.trim().is_empty(), self.mjml.is_some()) {
            (true, false) => Some("is required: either html or mjml"),
            (false, true) => Some("either html or mjml, not both"),
            _ => None,
        }
    }

    /// The content in the template's own language.
    pub(crate) fn written(&self) -> Written<'_> {
        Written {
            subject: &self.subject,
            html: self.mjml.is_none().then_some(self.html.as_str()),
            mjml: self.mjml.as_deref(),
            text: self.text.as_deref(),
            preheader: self.preheader.as_deref(),
            layout: self.layout.as_deref(),
        }
    }

    /// The content with what a translation says in the place of its own.
    pub(crate) fn translated<'t>(&'t self, own: &'t Translation) -> Written<'t> {
        let base = self.written();
        let (html, mjml) = match (&own.html, &own.mjml) {
            (None, None) => (base.html, base.mjml),
            (html, mjml) => (html.as_deref(), mjml.as_deref()),
        };
        // A text part in another language would say something else than the HTML part.
        let text = own.text.as_deref().or(if own.html.is_none() && own.mjml.is_none() { base.text } else { None });
        Written {
            subject: own.subject.as_deref().unwrap_or(base.subject),
            html,
            mjml,
            text,
            preheader: own.preheader.as_deref().or(base.preheader),
            layout: base.layout,
        }
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
                "quiet_hours": {"enum": ["wait", "best_hour", "drop"], "default": "wait"},
                "mjml": liquid(MAX_HTML_BYTES, "Liquid in MJML, in the place of html"),
                "language": {"type": "string", "maxLength": 16, "examples": ["en", "de-AT"]},
                "translations": {"type": "object"},
                "layout": {"type": "string", "maxLength": 64, "description": "a block with {{ content }}"},
                "brand": {"type": "string", "maxLength": 64, "description": "a brand; the one called default when absent"},
                "utm": {"type": "object", "additionalProperties": false,
                    "properties": UTM.iter().map(|k| ((*k).to_owned(), json!({"type": "string", "maxLength": 200}))).collect::<serde_json::Map<_, _>>()},
                "calendar": calendar::schema(),
            },
        });
        let mut channels = Vec::new();
        for channel in MessageChannel::ALL.into_iter().filter(|c| *c != MessageChannel::Email) {
            let members = channel_content::members(channel);
            let mut own = shape::properties(members);
            own.insert("translations".to_owned(), translation::contents_schema(members));
            let names = known(channel);
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
            "then": {"required": ["subject"], "anyOf": [{"required": ["html"]}, {"required": ["mjml"]}], "propertyNames": {"enum": KNOWN},
                "properties": {"translations": translation::schema()}},
        }));
        schema["allOf"] = Value::Array(channels);
        schema
    }
}

const UTM: &[&str] = &["source", "medium", "campaign", "term", "content"];

fn utm(f: &mut Fields<'_>) -> Option<Utm> {
    let mut inner = f.object("utm", UTM)?;
    let mut line = |key: &str| inner.line(key, 200).filter(|text| !text.is_empty());
    let utm = Utm {
        source: line("source"),
        medium: line("medium"),
        campaign: line("campaign"),
        term: line("term"),
        content: line("content"),
    };
    f.close(inner);
    Some(utm)
}

fn slug(f: &mut Fields<'_>, key: &str, what: &str) -> Option<String> {
    let id = f.line(key, 64)?;
    if !resource::is_slug(&id) {
        f.problem(key, format!("expected {what}: lower-case letters, digits, - and _"));
    }
    Some(id)
}

//! A template's content in another language.

use std::collections::BTreeMap;

use rapport_domain::{MessageChannel, Problem, kinds};
use serde_json::{Map, Value, json};

use super::content;
use super::fields::Fields;
use super::shape::{self, Member};
use super::template::{MAX_HTML_BYTES, MAX_SUBJECT_BYTES};
use crate::core::locale::chain;

/// What a translation says; what it leaves out is as in the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// The subject line.
    pub subject: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// The HTML part in MJML.
    pub mjml: Option<String>,
    /// The text part; made from the HTML when there is an own HTML part and no own text.
    pub text: Option<String>,
    /// The line beside the subject.
    pub preheader: Option<String>,
}

/// Languages of one template, at most.
const MAX_LANGUAGES: usize = 100;
const KNOWN: &[&str] = &["subject", "html", "mjml", "text", "preheader"];

/// The language a template is written in.
pub(super) fn language(f: &mut Fields<'_>, key: &str) -> Option<String> {
    let tag = f.line(key, 35)?;
    if chain(&tag).is_empty() {
        f.problem(key, format!("expected a language such as en or de-AT, found {tag:?}"));
    }
    Some(tag)
}

/// Reads `translations`.
pub(super) fn read(f: &mut Fields<'_>) -> BTreeMap<String, Translation> {
    let mut out = BTreeMap::new();
    for (tag, value) in f.members("translations", MAX_LANGUAGES) {
        let Some(language) = chain(tag).into_iter().next() else {
            f.fault("translations", kinds::NOT_A_LANGUAGE, &[("found", &tag)]);
            continue;
        };
        let mut inner = Fields::open(value, &format!("spec.translations.{tag}"), KNOWN);
        let own = Translation {
            subject: inner.line("subject", MAX_SUBJECT_BYTES),
            html: inner.text("html", MAX_HTML_BYTES),
            mjml: inner.text("mjml", MAX_HTML_BYTES),
            text: inner.text("text", MAX_HTML_BYTES),
            preheader: inner.text("preheader", MAX_SUBJECT_BYTES),
        };
        if own.html.is_some() && own.mjml.is_some() {
            inner.problem("html", "either html or mjml, not both");
        }
        f.close(inner);
        out.insert(language, own);
    }
    out
}

/// Reads `translations` of a channel other than e-mail: what each says takes the place of those members of the template, whole.
/// Answers the content in each language.
pub(super) fn contents(
    f: &mut Fields<'_>,
    channel: MessageChannel,
    base: &Map<String, Value>,
) -> BTreeMap<String, Value> {
    let members = content::members(channel);
    let names: Vec<&str> = members.iter().map(|m| m.name).collect();
    let (mut out, mut problems) = (BTreeMap::new(), Vec::new());
    for (tag, value) in f.members("translations", MAX_LANGUAGES) {
        let at = format!("spec.translations.{tag}");
        let Some(language) = chain(tag).into_iter().next() else {
            f.fault("translations", kinds::NOT_A_LANGUAGE, &[("found", &tag)]);
            continue;
        };
        let Some(own) = value.as_object() else {
            problems.push(Problem::of(
                at,
                kinds::WRONG_TYPE,
                &[("expected", &"an object"), ("found", &super::fields::kind_of(value))],
            ));
            continue;
        };
        let before = problems.len();
        shape::refuse_unknown(own, &names, &at, &mut problems);
        let optional: Vec<Member> = members.iter().map(|m| Member { required: false, ..*m }).collect();
        shape::check(own, &optional, &at, &mut problems);
        for member in members.iter().filter(|m| m.required) {
            if own.get(member.name).is_some_and(|v| v.as_str().is_some_and(|s| s.trim().is_empty())) {
                problems.push(Problem::of(format!("{at}.{}", member.name), kinds::EMPTY, &[]));
            }
        }
        if channel == MessageChannel::WhatsApp {
            // Which of the two it is decides when it may be sent, whatever the language.
            for name in ["template", "body"].iter().filter(|n| own.contains_key(**n) && !base.contains_key(**n)) {
                problems.push(Problem::new(format!("{at}.{name}"), "only where the template itself has it"));
            }
        }
        if channel == MessageChannel::Voice && !own.contains_key("language") {
            let message = "is required: what is spoken needs a voice of the language, such as de-DE";
            problems.push(Problem::new(format!("{at}.language"), message));
        }
        if problems.len() == before {
            let mut whole = base.clone();
            whole.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
            out.insert(language, Value::Object(whole));
        }
    }
    f.absorb(problems);
    out
}

/// The JSON Schema of `translations` of a channel other than e-mail.
pub(super) fn contents_schema(members: &'static [Member]) -> Value {
    json!({
        "type": "object", "maxProperties": MAX_LANGUAGES,
        "description": "members of the template in other languages, by language tag; de-AT falls back to de, then to the template itself",
        "additionalProperties": {"type": "object", "additionalProperties": false, "properties": shape::properties(members)},
    })
}

/// The JSON Schema of `translations` of a mail.
pub(super) fn schema() -> Value {
    let liquid = |max: usize| json!({"type": "string", "maxLength": max});
    json!({
        "type": "object", "maxProperties": MAX_LANGUAGES,
        "description": "the content in other languages, by language tag; de-AT falls back to de, then to the template itself",
        "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {
            "subject": liquid(MAX_SUBJECT_BYTES), "html": liquid(MAX_HTML_BYTES), "mjml": liquid(MAX_HTML_BYTES),
            "text": liquid(MAX_HTML_BYTES), "preheader": liquid(MAX_SUBJECT_BYTES)}},
    })
}

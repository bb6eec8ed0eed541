//! A template's content in another language.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fields::Fields;
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
            f.problem("translations", format!("expected languages such as de or de-AT, found {tag:?}"));
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

/// The JSON Schema of `translations`.
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

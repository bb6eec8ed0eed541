//! Languages that a template should speak and does not, and translations that leave texts as they are.

use std::fmt::Display;

use serde_json::Value;

use super::{Finding, Level, finding, saying};
use crate::core::locale::chain;
use crate::spec::TemplateSpec;

/// Members of channels other than e-mail that hold texts for customers.
const TEXTS: &[&str] =
    &["title", "body", "say", "image_alt", "url_label", "buttons", "items", "actions", "gather", "template"];

/// What a template says too little of: `others` are the languages that other templates speak. With each finding comes the
/// translation it is about.
#[must_use]
pub fn languages<'t>(template: &'t TemplateSpec, others: &[String]) -> Vec<(Option<&'t str>, Finding)> {
    let mut out = Vec::new();
    for (language, own) in &template.translations {
        let whole = template.translated(own);
        let base = template.written();
        for (part, same) in [
            ("subject", whole.subject == base.subject),
            ("html", (whole.html, whole.mjml) == (base.html, base.mjml)),
            ("preheader", base.preheader.is_some() && whole.preheader == base.preheader),
        ] {
            out.extend(same.then(|| (Some(language.as_str()), untranslated(part, language))));
        }
    }
    for (language, whole) in &template.contents {
        let text = |content: &Value, name: &str| content.get(name).filter(|v| says(v)).cloned();
        for part in TEXTS.iter().copied() {
            let own = template.content.as_ref().and_then(|base| text(base, part));
            if own.is_some() && own == text(whole, part) {
                out.push((Some(language.as_str()), untranslated(part, language)));
            }
        }
    }
    let spoken: Vec<&str> = template.translations.keys().chain(template.contents.keys()).map(String::as_str).collect();
    let own = template.language.as_deref().map(str::to_ascii_lowercase);
    let speaks = |language: &str| {
        let mut near = chain(language);
        near.reverse();
        near.iter().any(|tag| spoken.contains(&tag.as_str()) || own.as_ref() == Some(tag))
    };
    let missing: Vec<&str> = others.iter().map(String::as_str).filter(|language| !speaks(language)).collect();
    // One that names no language may be in any.
    if own.is_some() && !missing.is_empty() {
        let (missing, own) = (missing.join(", "), own.as_deref().unwrap_or_default());
        let message = format!("other templates speak {missing}, and this one does not: customers get it in {own}");
        let values: &[(&str, &dyn Display)] = &[("languages", &missing), ("language", &own)];
        out.push((None, saying(finding("missing_language", Level::Hint, "translations", message), values)));
    }
    if own.is_none() && !spoken.is_empty() {
        let message = "the template does not say which language it is written in itself: customers whose language is \
                       listed nowhere get it, and so do those who speak it only when it is not among the translations";
        out.push((None, finding("unnamed_language", Level::Hint, "language", message)));
    }
    out
}

fn untranslated(part: &'static str, language: &str) -> Finding {
    let message = format!("{part} is not translated to {language}: customers get it as the template has it");
    saying(finding("untranslated", Level::Warning, part, message), &[("part", &part), ("language", &language)])
}

/// Whether a value holds any text.
fn says(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(char::is_alphabetic),
        Value::Array(items) => items.iter().any(says),
        Value::Object(members) => members.values().any(says),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(spec: Value, others: &[&str]) -> Vec<String> {
        let template = TemplateSpec::validate(&spec).unwrap();
        let others: Vec<String> = others.iter().map(|o| (*o).to_owned()).collect();
        let line =
            |(language, f): &(Option<&str>, Finding)| format!("{} {} {}", language.unwrap_or("-"), f.rule, f.part);
        languages(&template, &others).iter().map(line).collect()
    }

    #[test]
    fn what_is_missing_is_named() {
        let mail = json!({"name": "W", "subject": "Hi", "html": "<p>Hi</p>", "language": "en", "preheader": "p",
            "translations": {"de": {"subject": "Hallo"}}});
        assert_eq!(found(mail.clone(), &["de", "de-at", "en"]), ["de untranslated html", "de untranslated preheader"]);
        assert_eq!(found(mail, &["fr", "nl"]).last().unwrap(), "- missing_language translations");
        let sms = |translations: Value| json!({"name": "S", "channel": "sms", "body": "Hi", "language": "en", "translations": translations});
        assert_eq!(found(sms(json!({"de": {"body": "Hallo"}})), &["de"]), [] as [&str; 0]);
        assert_eq!(found(sms(json!({"de": {"short_links": false}})), &["de"]), ["de untranslated body"]);
        let push = json!({"name": "P", "channel": "push", "title": "Hi", "body": "{{ 5 }}",
            "translations": {"de": {"title": "Hallo", "body": "x"}}});
        assert_eq!(found(push, &[]), ["- unnamed_language language"]);
        // Keys that are waited for are no words.
        let voice = json!({"name": "V", "channel": "voice", "say": "Hi", "language": "en-US", "gather": {"digits": 1},
            "translations": {"de": {"say": "Hallo", "language": "de-DE"}}});
        assert_eq!(found(voice, &[]), [] as [&str; 0]);
    }
}

//! Blocks: content that templates share, shown with `{% render 'id' %}`, or put around a template as its layout.

use rapport_domain::Problem;
use serde_json::{Value, json};

use super::fields::Fields;
use super::template::MAX_HTML_BYTES;
use crate::content::{self, Markup};

/// A block. Each form is for parts of messages written the same way; `text` is made from `html` when absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSpec {
    /// What the team calls it.
    pub name: String,
    /// The form in HTML parts.
    pub html: Option<String>,
    /// The form in MJML parts; `html` is used there when absent.
    pub mjml: Option<String>,
    /// The form in plain text.
    pub text: Option<String>,
}

impl BlockSpec {
    /// Reads and checks a document, Liquid included.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", &["name", "html", "mjml", "text"]);
        let block = BlockSpec {
            name: f.required("name", 200),
            html: f.text("html", MAX_HTML_BYTES),
            mjml: f.text("mjml", MAX_HTML_BYTES),
            text: f.text("text", MAX_HTML_BYTES),
        };
        let forms = [
            ("html", &block.html, Markup::Html),
            ("mjml", &block.mjml, Markup::Mjml),
            ("text", &block.text, Markup::Text),
        ];
        if forms.iter().all(|(_, source, _)| source.is_none()) {
            f.problem("html", "is required: at least one of html, mjml and text");
        }
        for (key, source, markup) in forms {
            if let Some(Err(e)) = source.as_deref().map(|source| content::compile_as(source, markup)) {
                f.problem(key, e.to_string());
            }
        }
        f.finish(block)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let source = |what: &str| json!({"type": "string", "maxLength": MAX_HTML_BYTES, "description": what});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Block", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "html": source("Liquid; for HTML parts. A layout has {{ content }} where the template goes"),
                "mjml": source("Liquid; for MJML parts. A layout has {{ content }} where the template goes"),
                "text": source("Liquid; for plain text; made from html when absent"),
            },
        })
    }
}

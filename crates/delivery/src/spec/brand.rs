//! Brands: how a company looks and speaks. Templates see the live one as `brand`.

use std::collections::BTreeMap;

use rapport_domain::Problem;
use rapport_liquid::{Object, Value as View};
use serde_json::{Value, json};

use super::fields::Fields;

/// A brand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrandSpec {
    /// Its name, for customers.
    pub name: String,
    /// Colours by role (`primary`, `text`, `background`, …), each `#rrggbb`.
    pub colours: BTreeMap<String, String>,
    /// Fonts by role (`body`, `heading`), as in CSS.
    pub fonts: BTreeMap<String, String>,
    /// The logo's address.
    pub logo_url: Option<String>,
    /// What the logo shows, for those who do not see it.
    pub logo_alt: Option<String>,
    /// The logo's width, pixels.
    pub logo_width: Option<u32>,
    /// What stands under messages, plain text.
    pub footer: Option<String>,
    /// Addresses of its pages elsewhere, by name.
    pub social: BTreeMap<String, String>,
    /// How it speaks: for people and for writing aids.
    pub tone: Option<String>,
    /// Words and phrases that must not be used; a template with one is warned about.
    pub banned_phrases: Vec<String>,
    /// The document, for templates.
    document: Value,
}

const KNOWN: &[&str] = &["name", "colours", "fonts", "logo", "footer", "social", "tone", "banned_phrases"];
/// Colours, fonts or social links, at most.
const MAX_NAMED: usize = 32;

/// Whether `text` is `#rrggbb`.
fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
}

fn is_role(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 32
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn named(f: &mut Fields<'_>, key: &str, expected: &str, good: fn(&str) -> bool) -> BTreeMap<String, String> {
    let found = f.named_texts(key, MAX_NAMED, 500);
    for (name, value) in &found {
        if !is_role(name) {
            f.problem(key, format!("expected names of lower-case letters, digits and _, found {name:?}"));
        }
        if !good(value) {
            f.problem(&format!("{key}.{name}"), format!("expected {expected}, found {value:?}"));
        }
    }
    found
}

impl BrandSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", KNOWN);
        let web = |url: &str| {
            let address = url.starts_with("https://") || url.starts_with("http://");
            address && !url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'))
        };
        let font = |name: &str| !name.is_empty() && !name.contains(['<', '>', '"', ';', '{', '}']);
        let mut brand = BrandSpec {
            name: f.required("name", 200),
            colours: named(&mut f, "colours", "a colour such as #1a73e8", is_colour),
            fonts: named(&mut f, "fonts", "a CSS font list without quotation marks", font),
            social: named(&mut f, "social", "an address such as https://example.com", web),
            footer: f.text("footer", 5_000),
            tone: f.text("tone", 5_000),
            banned_phrases: f.texts("banned_phrases", 500),
            document: spec.clone(),
            ..BrandSpec::default()
        };
        if let Some(mut logo) = f.object("logo", &["url", "alt", "width"]) {
            brand.logo_url = logo.url("url");
            brand.logo_alt = logo.line("alt", 200);
            let width = logo.whole("width", 1..=2_000, 1);
            brand.logo_width = logo.has("width").then_some(width);
            f.close(logo);
        }
        f.finish(brand)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let by_name = |what: Value| {
            json!({"type": "object", "maxProperties": MAX_NAMED, "propertyNames": {"pattern": "^[a-z0-9_]{1,32}$"},
                "additionalProperties": what})
        };
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Brand", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "colours": by_name(json!({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"})),
                "fonts": by_name(json!({"type": "string", "maxLength": 500})),
                "logo": {"type": "object", "additionalProperties": false, "properties": {
                    "url": {"type": "string", "format": "uri"}, "alt": {"type": "string", "maxLength": 200},
                    "width": {"type": "integer", "minimum": 1, "maximum": 2_000}}},
                "footer": {"type": "string", "maxLength": 5_000},
                "social": by_name(json!({"type": "string", "format": "uri"})),
                "tone": {"type": "string", "maxLength": 5_000},
                "banned_phrases": {"type": "array", "maxItems": 500, "items": {"type": "string"}},
            },
        })
    }
}

impl Object for BrandSpec {
    fn get(&self, key: &str) -> Option<View<'_>> {
        self.document.get(key).map(View::from)
    }
}

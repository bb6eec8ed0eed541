//! Catalogues and pools of coupon codes: what templates look up. The documents describe them; their rows and codes are
//! uploaded beside.

use rapport_domain::Problem;
use serde_json::{Value, json};

use super::fields::Fields;

/// A catalogue: rows by key, seen by templates as `catalogs.ID[key]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogSpec {
    /// What the team calls it.
    pub name: String,
    /// The column whose value finds a row.
    pub key: String,
}

impl CatalogSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", &["name", "key"]);
        let catalog =
            CatalogSpec { name: f.required("name", 200), key: f.line("key", 64).unwrap_or_else(|| "id".into()) };
        if catalog.key.trim().is_empty() {
            f.problem("key", "expected the name of a column, such as sku");
        }
        f.finish(catalog)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Catalog", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "key": {"type": "string", "minLength": 1, "maxLength": 64, "default": "id",
                    "description": "the column whose value finds a row"},
            },
        })
    }
}

/// A pool of coupon codes: `{{ 'ID' | coupon_code }}` gives one to a message, always the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponSpec {
    /// What the team calls it.
    pub name: String,
    /// What stands in the place of a code when none is left. Without it the message is not sent.
    pub fallback: Option<String>,
}

impl CouponSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", &["name", "fallback"]);
        let coupon = CouponSpec { name: f.required("name", 200), fallback: f.line("fallback", 100) };
        f.finish(coupon)
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Coupon", "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "fallback": {"type": "string", "maxLength": 100,
                    "description": "shown when no code is left; without it the message is not sent"},
            },
        })
    }
}

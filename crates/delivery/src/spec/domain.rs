//! Sending domains: a domain mail is from, with the keys that sign it (DKIM, RFC 6376).

use rapport_domain::Problem;
use serde_json::{Value, json};

use super::fields::Fields;

/// A sending domain. Keys are PKCS #8 in base64; stored sealed, never answered.
#[derive(Clone, PartialEq, Eq)]
pub struct DomainSpec {
    /// The domain of the sender's address: mail from it or from domains below it is signed.
    pub domain: String,
    /// The selector of the RSA key's record.
    pub rsa_selector: String,
    /// The selector of the Ed25519 key's record.
    pub ed25519_selector: String,
    /// Where refusals come back to: a domain whose mail reaches the bounce listener. Each message then has an envelope
    /// sender of its own there (VERP). Without it refusals go to the sender's address.
    pub bounce_domain: Option<String>,
    /// The RSA key; without it there is no RSA signature.
    pub rsa_key: Option<String>,
    /// The Ed25519 key (RFC 8463); without it there is no such signature.
    pub ed25519_key: Option<String>,
}

impl std::fmt::Debug for DomainSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DomainSpec").field("domain", &self.domain).finish_non_exhaustive()
    }
}

const KNOWN: &[&str] = &["domain", "rsa_selector", "ed25519_selector", "rsa_key", "ed25519_key", "bounce_domain"];

/// Whether `name` is a domain name of letters, digits and hyphens with at least one dot, in lower case.
pub(crate) fn is_domain(name: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

impl DomainSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(spec, "spec", KNOWN);
        let domain = f.required("domain", 253);
        if !domain.is_empty() && !is_domain(&domain) {
            f.problem("domain", format!("expected a domain such as mail.example.com in lower case, found {domain:?}"));
        }
        let mut selector = |key: &str, default: &str| {
            let name = f.line(key, 63).unwrap_or_else(|| default.to_owned());
            if !is_domain(&format!("{name}.x")) {
                f.problem(key, format!("expected letters, digits and hyphens, found {name:?}"));
            }
            name
        };
        let (rsa_selector, ed25519_selector) =
            (selector("rsa_selector", "rapport"), selector("ed25519_selector", "rapport-ed"));
        if rsa_selector == ed25519_selector {
            f.problem("ed25519_selector", "must differ from rsa_selector: each key has a record of its own");
        }
        let bounce_domain = f.line("bounce_domain", 190);
        if bounce_domain.as_deref().is_some_and(|name| !is_domain(name)) {
            f.problem("bounce_domain", "expected a domain such as bounces.example.com in lower case");
        }
        let (rsa_key, ed25519_key) = (f.text("rsa_key", 8_192), f.text("ed25519_key", 1_024));
        let domain = DomainSpec { domain, rsa_selector, ed25519_selector, bounce_domain, rsa_key, ed25519_key };
        f.finish(domain)
    }

    /// Whether mail from `address_domain` is this domain's to sign: it, or below it (RFC 7489 relaxed alignment).
    #[must_use]
    pub fn signs(&self, address_domain: &str) -> bool {
        let lower = address_domain.to_ascii_lowercase();
        lower == self.domain || lower.strip_suffix(&self.domain).is_some_and(|below| below.ends_with('.'))
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let key = |what: &str| json!({"type": "string", "maxLength": 8_192, "writeOnly": true, "description": what});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Domain", "type": "object", "additionalProperties": false, "required": ["domain"],
            "properties": {
                "domain": {"type": "string", "minLength": 3, "maxLength": 253},
                "rsa_selector": {"type": "string", "maxLength": 63, "default": "rapport"},
                "ed25519_selector": {"type": "string", "maxLength": 63, "default": "rapport-ed"},
                "bounce_domain": {"type": "string", "maxLength": 190,
                    "description": "where refusals come back to; its mail has to reach the bounce listener"},
                "rsa_key": key("PKCS #8 in base64; POST /api/v1/domains makes one"),
                "ed25519_key": key("PKCS #8 in base64; POST /api/v1/domains makes one"),
            },
        })
    }
}

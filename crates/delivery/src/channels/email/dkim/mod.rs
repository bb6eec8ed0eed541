//! Signing mail (DKIM, RFC 6376; Ed25519 by RFC 8463): each mail gets one signature by each key of its domain.
//!
//! The fields that must not be changed or added on the way are signed, and those that would do harm when added are signed
//! once more than they occur. `List-Unsubscribe` and `List-Unsubscribe-Post` are among them (RFC 8058 section 4).

mod keys;

use std::fmt::Write;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_domain::Timestamp;
use sha2::{Digest, Sha256};

use crate::core::canon;
use crate::spec::DomainSpec;

pub use keys::{DnsRecord, NewKeys, generate, records};

/// Fields that are signed where they occur.
const SIGNED: &[&str] = &[
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
];
/// Fields of which no other may be added: they decide what is shown, and where answers and refusals go.
const ONCE: &[&str] = &["from", "subject", "to", "reply-to", "list-unsubscribe", "list-unsubscribe-post"];

/// Signs mail of one domain.
pub struct Signer {
    spec: DomainSpec,
    rsa: Option<RsaKeyPair>,
    ed25519: Option<Ed25519KeyPair>,
    random: SystemRandom,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("domain", &self.spec.domain).finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer with the keys of a document, in clear.
    ///
    /// # Errors
    /// Which key is none.
    pub fn new(spec: DomainSpec) -> Result<Self, String> {
        let rsa = spec.rsa_key.as_deref().map(keys::rsa).transpose()?;
        let ed25519 = spec.ed25519_key.as_deref().map(keys::ed25519).transpose()?;
        Ok(Signer { spec, rsa, ed25519, random: SystemRandom::new() })
    }

    /// Where refusals come back to, when somebody listens there.
    #[must_use]
    pub fn bounce_domain(&self) -> Option<&str> {
        self.spec.bounce_domain.as_deref()
    }

    /// Whether mail from an address of this domain is its to sign.
    #[must_use]
    pub fn signs(&self, address_domain: &str) -> bool {
        self.spec.signs(address_domain)
    }

    /// The message with its signatures in front.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn sign(&self, message: &[u8], now: Timestamp) -> Result<Vec<u8>, String> {
        let (fields, body) = canon::split(message);
        let body_hash = STANDARD.encode(Sha256::digest(canon::body(body)));
        let mut signed: Vec<&str> = Vec::new();
        for name in SIGNED {
            let count = fields.iter().filter(|(n, _)| n.trim().eq_ignore_ascii_case(name)).count();
            signed.extend(std::iter::repeat_n(*name, count + usize::from(ONCE.contains(name))));
        }
        let mut out = Vec::with_capacity(message.len() + 1_600);
        if let Some(key) = &self.rsa {
            let start = self.unsigned("rsa-sha256", &self.spec.rsa_selector, now, &signed, &body_hash);
            let mut signature = vec![0; key.public_modulus_len()];
            let bytes = canon::signed_bytes(&fields, &signed, &start);
            key.sign(&RSA_PKCS1_SHA256, &self.random, &bytes, &mut signature)
                .map_err(|_| "signing failed: the machine has no randomness".to_owned())?;
            finish(&mut out, &start, &signature);
        }
        if let Some(key) = &self.ed25519 {
            let start = self.unsigned("ed25519-sha256", &self.spec.ed25519_selector, now, &signed, &body_hash);
            let bytes = canon::signed_bytes(&fields, &signed, &start);
            // RFC 8463 section 3: the hash is what is signed.
            finish(&mut out, &start, key.sign(&Sha256::digest(bytes)).as_ref());
        }
        out.extend(message);
        Ok(out)
    }

    /// The field's value with an empty signature.
    fn unsigned(&self, algorithm: &str, selector: &str, now: Timestamp, signed: &[&str], body_hash: &str) -> String {
        let (domain, seconds) = (&self.spec.domain, now.0.div_euclid(1_000));
        let mut names = String::new();
        for (at, name) in signed.iter().enumerate() {
            let glue = if at == 0 {
                ""
            } else if at % 5 == 0 {
                ":\r\n\t "
            } else {
                ":"
            };
            names.push_str(glue);
            names.push_str(name);
        }
        format!(
            " v=1; a={algorithm}; c=relaxed/relaxed; d={domain};\r\n\ts={selector}; t={seconds};\r\n\th={names};\r\n\t\
             bh={body_hash};\r\n\tb="
        )
    }
}

fn finish(out: &mut Vec<u8>, start: &str, signature: &[u8]) {
    let mut field = format!("DKIM-Signature:{start}");
    let encoded = STANDARD.encode(signature);
    for (at, piece) in encoded.as_bytes().chunks(72).enumerate() {
        if at > 0 {
            field.push_str("\r\n\t ");
        }
        // Base64 is ASCII.
        let _ = write!(field, "{}", String::from_utf8_lossy(piece));
    }
    field.push_str("\r\n");
    out.extend(field.as_bytes());
}

/// The signer of mail from an address: the one with the longest domain that fits.
#[must_use]
pub fn signer_of<'s>(signers: &'s [Arc<Signer>], address_domain: &str) -> Option<&'s Signer> {
    let fitting = signers.iter().filter(|s| s.signs(address_domain));
    fitting.max_by_key(|s| s.spec.domain.len()).map(Arc::as_ref)
}

#[cfg(test)]
mod tests;

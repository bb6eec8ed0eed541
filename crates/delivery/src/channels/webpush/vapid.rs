//! Who sends a notification: a token signed with the key that browsers subscribed under (RFC 8292).

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Uri;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use parking_lot::Mutex;
use rapport_domain::Timestamp;
use serde_json::json;

/// How long a token holds, seconds; RFC 8292 section 2 allows a day.
const HOLDS_S: i64 = 12 * 3_600;
/// Push services whose token is kept; there are a handful in the world.
const MAX_KEPT: usize = 64;

/// The key and who it belongs to.
pub struct Vapid {
    key: SigningKey,
    public: String,
    subject: String,
    kept: Mutex<HashMap<String, (String, Timestamp)>>,
}

impl Vapid {
    /// The private key as 32 bytes, base64url.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(secret: &str, subject: &str) -> Result<Self, String> {
        let bad = |_| "expected the private key's 32 bytes as base64url".to_owned();
        let bytes = URL_SAFE_NO_PAD.decode(secret.trim().trim_end_matches('=')).map_err(|e| bad(e.to_string()))?;
        let key = SigningKey::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().to_encoded_point(false).as_bytes());
        Ok(Vapid { key, public, subject: subject.to_owned(), kept: Mutex::default() })
    }

    /// A new private key, base64url.
    #[must_use]
    pub fn generate() -> String {
        let mut bytes = [0; 32];
        let rng = ring::rand::SystemRandom::new();
        loop {
            if ring::rand::SecureRandom::fill(&rng, &mut bytes).is_ok() && SigningKey::from_slice(&bytes).is_ok() {
                return URL_SAFE_NO_PAD.encode(bytes);
            }
        }
    }

    /// The public key as browsers want it: `applicationServerKey`, base64url.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` header for a push service.
    ///
    /// # Errors
    /// When the endpoint is no address.
    pub fn word(&self, endpoint: &str, now: Timestamp) -> Result<String, String> {
        let uri: Uri = endpoint.parse().map_err(|_| "the subscription's address is none".to_owned())?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.authority()) else {
            return Err("the subscription's address names no server".to_owned());
        };
        let audience = format!("{scheme}://{host}");
        let mut kept = self.kept.lock();
        if let Some((word, made)) = kept.get(&audience)
            && now.since_ms(*made).abs() < HOLDS_S * 500
        {
            return Ok(word.clone());
        }
        let expires = now.0.div_euclid(1_000) + HOLDS_S;
        let token = jwt(&self.key, &json!({"aud": audience, "exp": expires, "sub": self.subject}), None);
        let word = format!("vapid t={token}, k={}", self.public);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(audience, (word.clone(), now));
        Ok(word)
    }
}

/// A token signed by ES256 (RFC 7515, RFC 7518 section 3.4).
pub(crate) fn jwt(key: &SigningKey, claims: &serde_json::Value, key_id: Option<&str>) -> String {
    // In the order of the standards' examples, which a JSON value would not keep.
    let key_id = key_id.map(|id| format!(",\"kid\":{}", json!(id))).unwrap_or_default();
    let head = format!("{{\"typ\":\"JWT\",\"alg\":\"ES256\"{key_id}}}");
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(head), encode(claims.to_string()));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

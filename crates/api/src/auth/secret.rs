//! Secrets given out once: tokens, sessions, write keys. Only their SHA-256 is kept, but of write keys, which can only
//! write and are shown again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};

/// Characters of a token shown to recognise it.
const SHOWN: usize = 10;

/// A secret just made.
#[derive(Clone)]
pub struct NewSecret {
    /// The secret itself; shown once.
    pub text: String,
    /// Its beginning, to recognise it.
    pub prefix: String,
    /// What is kept of it.
    pub hash: [u8; 32],
}

fn random(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    rand::rng().fill_bytes(&mut buffer);
    URL_SAFE_NO_PAD.encode(buffer)
}

fn made(text: String) -> NewSecret {
    NewSecret { prefix: text.chars().take(SHOWN).collect(), hash: hash_secret(&text), text }
}

/// A new API token: `rk_` and 256 random bits.
#[must_use]
pub fn new_api_token() -> NewSecret {
    made(format!("rk_{}", random(32)))
}

/// A new session's secret.
pub(crate) fn new_session() -> NewSecret {
    made(random(32))
}

/// A new CSRF token.
pub(crate) fn new_csrf() -> String {
    random(24)
}

/// A new write key: `wk_` and 144 random bits.
#[must_use]
pub fn new_write_key() -> String {
    format!("wk_{}", random(18))
}

/// What is kept of a secret: its SHA-256. Secrets are random, so they need no salt or slow hash.
#[must_use]
pub fn hash_secret(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

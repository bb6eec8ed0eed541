//! Keys: making them, reading them, and the records that publish them.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::spec::DomainSpec;

/// Keys for a domain, PKCS #8 in base64.
#[derive(Clone)]
pub struct NewKeys {
    /// RSA, 2,048 bits: every receiver understands it.
    pub rsa: String,
    /// Ed25519 (RFC 8463).
    pub ed25519: String,
}

impl std::fmt::Debug for NewKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewKeys(‹redacted›)")
    }
}

/// A record to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// Where: `rapport._domainkey.example.com`.
    pub name: String,
    /// `TXT` or `CNAME`.
    pub kind: &'static str,
    /// What.
    pub value: String,
    /// What for, for people.
    pub purpose: &'static str,
}

/// Makes keys.
///
/// # Errors
/// The machine has no randomness.
pub fn generate() -> Result<NewKeys, String> {
    let failed = |_| "no key could be made: the machine has no randomness".to_owned();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
    let rsa: Pkcs8V1Der<'_> = rsa.as_der().map_err(failed)?;
    let ed25519 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(failed)?;
    Ok(NewKeys { rsa: STANDARD.encode(rsa.as_ref()), ed25519: STANDARD.encode(ed25519.as_ref()) })
}

/// Base64 with or without the lines of PEM around it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let joined: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(joined).ok()
}

pub(super) fn rsa(text: &str) -> Result<RsaKeyPair, String> {
    let key = decoded(text).and_then(|der| RsaKeyPair::from_pkcs8(&der).ok());
    key.ok_or_else(|| "rsa_key: expected an RSA key of 2,048 to 8,192 bits, PKCS #8 in base64".to_owned())
}

pub(super) fn ed25519(text: &str) -> Result<Ed25519KeyPair, String> {
    let key = decoded(text).and_then(|der| Ed25519KeyPair::from_pkcs8(&der).ok());
    key.ok_or_else(|| "ed25519_key: expected an Ed25519 key, PKCS #8 in base64".to_owned())
}

/// The records a domain should have for its keys, and the policy receivers look for.
///
/// # Errors
/// Which key is none.
pub fn records(spec: &DomainSpec) -> Result<Vec<DnsRecord>, String> {
    let domain = &spec.domain;
    let key = |selector: &str, value: String, purpose| DnsRecord {
        name: format!("{selector}._domainkey.{domain}"),
        kind: "TXT",
        value,
        purpose,
    };
    let mut out = Vec::new();
    if let Some(text) = &spec.rsa_key {
        let pair = rsa(text)?;
        let public: Result<PublicKeyX509Der<'_>, _> = pair.public_key().as_der();
        let public = public.map_err(|_| "rsa_key: its public half cannot be written".to_owned())?;
        let value = format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref()));
        out.push(key(&spec.rsa_selector, value, "publishes the RSA key that signs mail"));
    }
    if let Some(text) = &spec.ed25519_key {
        let value = format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(ed25519(text)?.public_key()));
        out.push(key(&spec.ed25519_selector, value, "publishes the Ed25519 key that signs mail"));
    }
    out.push(DnsRecord {
        name: format!("_dmarc.{domain}"),
        kind: "TXT",
        value: "v=DMARC1; p=none".to_owned(),
        purpose: "says what receivers do with mail that is not signed; p=quarantine or p=reject once all mail is",
    });
    Ok(out)
}

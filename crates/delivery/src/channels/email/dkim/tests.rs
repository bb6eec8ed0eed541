//! The standard's own example byte for byte, and signatures checked by another library.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::json;

use super::*;
use crate::shared_data::folder;

const MAIL: &str = "From: Shop <hi@shop.example>\r\nTo: ann@example.net\r\nSubject: Hello\r\n\
Date: Wed, 01 Jul 2026 12:00:00 +0000\r\nMessage-ID: <m1.1@shop.example>\r\nMIME-Version: 1.0\r\n\
List-Unsubscribe: <https://m.example/u/token>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
Content-Type: text/plain; charset=utf-8\r\n\r\nHello  you, \r\n.\r\n\r\n";

/// The tags of a signature.
fn tags(value: &str) -> BTreeMap<String, String> {
    let pairs = value.split(';').filter_map(|t| t.split_once('='));
    pairs.map(|(k, v)| (k.trim().to_owned(), v.split_whitespace().collect())).collect()
}

/// The value with its signature left out, everything else as it is.
fn without_signature(value: &str) -> String {
    let at = value.rfind("b=").map_or(value.len(), |at| at + 2);
    value[..at].to_owned()
}

/// What a signature covers, and the signature.
fn covered(message: &[u8], which: usize) -> (BTreeMap<String, String>, Vec<u8>, Vec<u8>) {
    let (fields, body) = canon::split(message);
    let all: Vec<&str> =
        fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case("dkim-signature")).map(|(_, v)| *v).collect();
    let value = all[which];
    let tags = tags(value);
    assert_eq!(STANDARD.encode(Sha256::digest(canon::body(body))), tags["bh"], "the body's hash");
    let names: Vec<&str> = tags["h"].split(':').collect();
    let others: Vec<(&str, &str)> =
        fields.iter().copied().filter(|(n, _)| !n.eq_ignore_ascii_case("dkim-signature")).collect();
    let bytes = canon::signed_bytes(&others, &names, &without_signature(value));
    (tags.clone(), bytes, STANDARD.decode(&tags["b"]).unwrap())
}

fn key(record: &str) -> Vec<u8> {
    STANDARD.decode(&tags(record)["p"]).unwrap()
}

fn verifies(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(bytes, signature).is_ok()
}

/// RSA keys of records are in a frame that the library takes off by itself only for the key alone.
fn rsa_key(record: &str) -> Vec<u8> {
    key(record)
}

#[test]
fn the_example_of_rfc_8463_is_made_and_verified_byte_for_byte() {
    let Some(data) = folder("dkim") else {
        eprintln!("skipped: the DKIM vectors are not here");
        return;
    };
    let text = std::fs::read_to_string(data.join("rfc8463_appendixA.eml")).unwrap();
    let message = text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
    let dns: BTreeMap<String, String> =
        serde_json::from_str(&std::fs::read_to_string(data.join("rfc8463_dns.json")).unwrap()).unwrap();
    let (tags, bytes, signature) = covered(&message, 0);
    assert_eq!(tags["a"], "ed25519-sha256");
    let public = key(&dns["brisbane._domainkey.football.example.com."]);
    assert!(verifies(&ED25519, &public, &Sha256::digest(&bytes), &signature));
    // The key of RFC 8032 section 7.1 gives the same bytes.
    let seed = STANDARD.decode(std::fs::read_to_string(data.join("rfc8032_7_1.key")).unwrap().trim()).unwrap();
    let pair = Ed25519KeyPair::from_seed_and_public_key(&seed, &public).unwrap();
    assert_eq!(pair.sign(&Sha256::digest(&bytes)).as_ref(), signature);

    let (tags, bytes, signature) = covered(&message, 1);
    assert_eq!(tags["a"], "rsa-sha256");
    let public = rsa_key(&dns["test._domainkey.football.example.com."]);
    assert!(verifies(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, &public, &bytes, &signature));
}

fn signer() -> (Signer, Vec<DnsRecord>) {
    let keys = generate().unwrap();
    let spec = json!({"domain": "shop.example", "rsa_key": keys.rsa, "ed25519_key": keys.ed25519});
    let spec = DomainSpec::validate(&spec).unwrap();
    let records = records(&spec).unwrap();
    (Signer::new(spec).unwrap(), records)
}

#[test]
fn both_signatures_cover_the_way_out() {
    let (signer, records) = signer();
    let signed = signer.sign(MAIL.as_bytes(), Timestamp(1_782_907_200_000)).unwrap();
    assert!(signed.ends_with(MAIL.as_bytes()) && signed.is_ascii());
    let (tags, bytes, signature) = covered(&signed, 0);
    assert!(verifies(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, &rsa_key(&records[0].value), &bytes, &signature));
    let names: Vec<&str> = tags["h"].split(':').collect();
    for name in ["from", "list-unsubscribe", "list-unsubscribe-post"] {
        assert_eq!(names.iter().filter(|n| **n == name).count(), 2, "{name}: signed, and no other may be added");
    }
    assert_eq!((tags["d"].as_str(), tags["s"].as_str(), tags["t"].as_str()), ("shop.example", "rapport", "1782907200"));
    let (_, bytes, signature) = covered(&signed, 1);
    assert!(verifies(&ED25519, &key(&records[1].value), &Sha256::digest(&bytes), &signature));
    // What was changed or added on the way does not verify.
    let text = String::from_utf8(signed).unwrap();
    let changed = text.replace("/u/token", "/u/other");
    let (_, bytes, signature) = covered(changed.as_bytes(), 1);
    assert!(!verifies(&ED25519, &key(&records[1].value), &Sha256::digest(&bytes), &signature));
    let added = text.replace("From: Shop", "From: Evil <e@evil.example>\r\nFrom: Shop");
    let (_, bytes, signature) = covered(added.as_bytes(), 1);
    assert!(!verifies(&ED25519, &key(&records[1].value), &Sha256::digest(&bytes), &signature));
}

#[test]
fn another_library_verifies_both_signatures() {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(std::path::PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| std::path::PathBuf::from(home).join(".cache")));
    let python = cache.map(|c| c.join("rapport/python/bin/python")).filter(|p| p.is_file());
    let ready = python.as_ref().is_some_and(|p| {
        std::process::Command::new(p).args(["-c", "import dkim, nacl"]).output().is_ok_and(|o| o.status.success())
    });
    let (Some(python), true) = (python, ready) else {
        eprintln!("skipped: dkimpy is not installed (scripts/setup.sh installs it)");
        return;
    };
    let (signer, records) = signer();
    let dir = tempfile::tempdir().unwrap();
    let signed = signer.sign(MAIL.as_bytes(), Timestamp(1_782_907_200_000)).unwrap();
    std::fs::write(dir.path().join("mail"), &signed).unwrap();
    let dns: BTreeMap<String, &str> = records.iter().map(|r| (format!("{}.", r.name), r.value.as_str())).collect();
    std::fs::write(dir.path().join("dns"), serde_json::to_string(&dns).unwrap()).unwrap();
    let script = "import dkim, json, sys\n\
        dns = json.load(open(sys.argv[2])); mail = open(sys.argv[1], 'rb').read()\n\
        look = lambda name, timeout=5: dns[name.decode() if isinstance(name, bytes) else name].encode()\n\
        d = dkim.DKIM(mail)\n\
        print([d.verify(idx=i, dnsfunc=look) for i in (0, 1)])";
    let run = std::process::Command::new(python)
        .args(["-c", script, &dir.path().join("mail").to_string_lossy(), &dir.path().join("dns").to_string_lossy()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert_eq!(said.trim(), "[True, True]", "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_longest_fitting_domain_signs() {
    let make = |domain: &str| Arc::new(Signer::new(DomainSpec::validate(&json!({"domain": domain})).unwrap()).unwrap());
    let all = [make("shop.example"), make("news.shop.example")];
    let of = |domain: &str| signer_of(&all, domain).map(|s| s.spec.domain.as_str());
    assert_eq!(of("a.news.shop.example"), Some("news.shop.example"));
    assert_eq!((of("Shop.example"), of("myshop.example"), of("example")), (Some("shop.example"), None, None));
    assert!(Signer::new(DomainSpec::validate(&json!({"domain": "a.b", "rsa_key": "AAAA"})).unwrap()).is_err());
}

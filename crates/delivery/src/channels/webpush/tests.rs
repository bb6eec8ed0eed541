//! Web push against the vectors of the RFCs and a push service that loses subscriptions.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use rapport_domain::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::catcher::http::{Act, Caught, HttpCatcher};
use crate::channels::testing::{Bench, NOW, shared_data, with};
use crate::core::device::{Device, DeviceKind};

fn vector(name: &str) -> Option<Value> {
    shared_data(name).map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[test]
fn the_bytes_of_rfc_8291() {
    let Some(v) = vector("webpush/rfc8291.json") else { return };
    let text = |name: &str| v[name].as_str().unwrap();
    let salted = Salted::given(&bytes(text("as_private")), &bytes(text("salt"))).unwrap();
    let body = encrypt(Some(text("ua_public")), Some(text("auth")), text("plaintext").as_bytes(), &salted).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(body), text("body"));
}

/// The claims of a token, when its signature holds.
fn verified(token: &str, public: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let key = VerifyingKey::from_sec1_bytes(&bytes(public)).ok()?;
    key.verify(signed.as_bytes(), &Signature::from_slice(&bytes(signature)).ok()?).ok()?;
    serde_json::from_slice(&bytes(signed.split_once('.')?.1)).ok()
}

#[test]
fn the_token_of_rfc_8292() {
    let Some(v) = vector("webpush/rfc8292.json") else { return };
    let claims = verified(v["t"].as_str().unwrap(), v["k"].as_str().unwrap()).expect("the published signature holds");
    // Ours is laid out as the published one is: the same header and the same claims give the same signed text.
    let vapid = Vapid::new(&Vapid::generate(), claims["sub"].as_str().unwrap()).unwrap();
    let now = Timestamp((claims["exp"].as_i64().unwrap() - 12 * 3_600) * 1_000);
    let word = vapid.word("https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", now).unwrap();
    let (token, key) = word.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(token.rsplit_once('.').unwrap().0, v["t"].as_str().unwrap().rsplit_once('.').unwrap().0);
    assert_eq!(verified(token, key), Some(claims));
    assert_eq!(key, vapid.public());
}

fn browser(url: &str, key: &p256::SecretKey) -> Device {
    use p256::elliptic_curve::sec1::ToEncodedPoint;
    let p256dh = Some(URL_SAFE_NO_PAD.encode(key.public_key().to_encoded_point(false).as_bytes()));
    Device {
        kind: DeviceKind::WebPush,
        token: url.into(),
        p256dh,
        auth: Some(URL_SAFE_NO_PAD.encode([7; 16])),
        seen_at: 1,
    }
}

/// What the browser reads (RFC 8291 section 3, the receiver's side).
fn decrypted(got: &Caught, key: &p256::SecretKey) -> Value {
    use p256::elliptic_curve::sec1::ToEncodedPoint;
    let (salt, rest) = got.body.split_at(16);
    assert_eq!(&rest[..5], [0, 0, 16, 0, 65]);
    let (server, record) = rest[5..].split_at(65);
    let public = p256::PublicKey::from_sec1_bytes(server).unwrap();
    let shared = p256::ecdh::diffie_hellman(key.to_nonzero_scalar(), public.as_affine());
    let own = key.public_key().to_encoded_point(false);
    let info = [b"WebPush: info\0".as_slice(), own.as_bytes(), server].concat();
    let expand = |salt: &[u8], input: &[u8], info: &[u8], len: usize| -> Vec<u8> {
        struct Len(usize);
        impl ring::hkdf::KeyType for Len {
            fn len(&self) -> usize {
                self.0
            }
        }
        let mut out = vec![0; len];
        let prk = ring::hkdf::Salt::new(ring::hkdf::HKDF_SHA256, salt).extract(input);
        prk.expand(&[info], Len(len)).unwrap().fill(&mut out).unwrap();
        out
    };
    let input = expand(&[7; 16], shared.raw_secret_bytes(), &info, 32);
    let cek = expand(salt, &input, b"Content-Encoding: aes128gcm\0", 16);
    let nonce = expand(salt, &input, b"Content-Encoding: nonce\0", 12);
    let opening = ring::aead::LessSafeKey::new(ring::aead::UnboundKey::new(&ring::aead::AES_128_GCM, &cek).unwrap());
    let mut record = record.to_vec();
    let nonce = ring::aead::Nonce::try_assume_unique_for_key(&nonce).unwrap();
    let plain = opening.open_in_place(nonce, ring::aead::Aad::empty(), &mut record).unwrap();
    assert_eq!(plain.last(), Some(&2));
    serde_json::from_slice(&plain[..plain.len() - 1]).unwrap()
}

#[tokio::test]
async fn a_push_service_gets_what_the_browser_can_read_and_loses_subscriptions() {
    let service = HttpCatcher::local(Act::answer(201, "")).await.unwrap();
    let secret = Vapid::generate();
    let key = p256::SecretKey::from_slice(&[9; 32]).unwrap();
    let (one, two) =
        (browser(&format!("{}/p/1", service.url()), &key), browser(&format!("{}/p/2", service.url()), &key));
    let traits: HashMap<String, Value> = [&one, &two].map(|d| (d.key(), d.value())).into();
    let channel = json!({"kind": "webpush", "secret": secret, "subject": "mailto:it@shop.example"});
    let template = json!({"name": "W", "channel": "webpush", "title": "Hi {{ event.name }}", "url": "https://shop.example/a",
        "tag": "order", "urgency": "high", "ttl": "30m", "actions": [{"action": "buy", "title": "Buy"}]});
    let bench = Bench::new(&channel, &template, &json!(traits));
    let receipt = bench.send().await.unwrap();
    assert!(receipt.response.starts_with("2 of 2 devices: 201"), "{}", receipt.response);
    let caught = service.take();
    let got = &caught[0];
    let header = |name: &str| got.header(name).unwrap().to_owned();
    assert_eq!((header("ttl"), header("urgency"), header("topic")), ("1800".into(), "high".into(), "order".into()));
    assert_eq!(header("content-encoding"), "aes128gcm");
    let word = header("authorization");
    let (token, public) = word.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let claims = verified(token, public).unwrap();
    assert_eq!(claims["aud"], service.url());
    assert_eq!(claims["exp"], NOW.0 / 1000 + 12 * 3_600);
    let shown = decrypted(got, &key);
    assert_eq!((&shown["title"], &shown["actions"][0]["action"]), (&json!("Hi Ada"), &json!("buy")));
    assert!(shown["url"].as_str().unwrap().starts_with("https://m.example/l/"), "{shown}");
    assert!(shown["receipt"].as_str().unwrap().starts_with("https://m.example/"));

    service.script([Act::answer(410, "gone"), Act::answer(201, "")]);
    let receipt = bench.send().await.unwrap();
    assert_eq!(receipt.dead.len(), 1, "one browser left, the other got it");
    service.script([Act::answer(404, ""), Act::answer(410, "")]);
    assert!(matches!(bench.send().await, Err(SendFault::Gone { dead, .. }) if dead.len() == 2));

    let long = with(template, json!({"body": "{% for i in (1..4000) %}x{% endfor %}"}));
    assert!(Bench::new(&channel, &long, &json!(traits)).wire().unwrap_err().contains("push services take"));
    let bad = with(channel, json!({"secret": "AAAA"}));
    assert!(ChannelSpec::validate(&bad).unwrap_err()[0].to_string().contains("32 bytes"));
}

#[test]
fn topics_are_what_the_standard_takes() {
    assert_eq!(topic_name("order-7"), "order-7");
    let long = topic_name("Bestellung Nr. 7");
    assert!(long.len() == 32 && long.bytes().all(|b| b.is_ascii_hexdigit()));
}

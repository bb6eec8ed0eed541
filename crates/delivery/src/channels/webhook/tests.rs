//! Webhooks against the published vector and a program that misbehaves.

use serde_json::json;

use super::*;
use crate::catcher::http::Act;
use crate::channels::testing::{Bench, NOW, fake, shared_data, with};

#[test]
fn the_published_vector() {
    let Some(path) = shared_data("webhooks/standard_webhooks.json") else { return };
    let v: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |name: &str| v[name].as_str().unwrap();
    let secret = secret_bytes(text("secret")).unwrap();
    let signature = sign(&secret, text("id"), v["timestamp"].as_i64().unwrap(), text("body").as_bytes());
    assert_eq!(signature, text("signature"));
}

#[test]
fn secrets_are_checked_when_the_channel_is_saved() {
    let channel =
        |secret: &str| ChannelSpec::validate(&json!({"kind": "webhook", "url": "https://x.y", "secret": secret}));
    assert!(channel("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
    for bad in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_!!!!"] {
        let problems = channel(bad).unwrap_err();
        assert!(problems[0].to_string().starts_with("spec.secret: expected whsec_"), "{problems:?}");
    }
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test]
async fn calls_are_signed_and_keep_their_id() {
    let program = fake(&json!({"ok": true})).await;
    let channel = json!({"kind": "webhook", "url": format!("{}/hook", program.url()), "secret": SECRET});
    let template =
        json!({"name": "W", "channel": "webhook", "headers": {"X-Shop": "n={{ event.n }}", "Webhook-Id": "mine"}});
    let mut bench = Bench::new(&channel, &template, &json!({}));
    bench.send().await.unwrap();
    bench.now = NOW.plus_ms(60_000);
    bench.send().await.unwrap();
    let [first, second] = &program.take()[..] else { panic!() };
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/hook"));
    assert_eq!(first.header("x-shop"), Some("n=7"));
    assert_eq!(first.header("webhook-id"), Some("msg_3_m012f"));
    assert_eq!(second.header("webhook-id"), Some("msg_3_m012f"));
    let seconds: i64 = second.header("webhook-timestamp").unwrap().parse().unwrap();
    assert_eq!(seconds, NOW.0 / 1000 + 60);
    let expected = sign(&secret_bytes(SECRET).unwrap(), "msg_3_m012f", seconds, &second.body);
    assert_eq!(second.header("webhook-signature"), Some(expected.as_str()));
    let body = first.json();
    assert_eq!((&body["type"], &body["data"]["event"]["name"]), (&json!("t"), &json!("Ada")));

    let own =
        with(template, json!({"method": "PUT", "url": format!("{}/own", program.url()), "body": "n={{ event.n }}"}));
    Bench::new(&channel, &own, &json!({})).send().await.unwrap();
    let got = program.take().remove(0);
    assert_eq!((got.method.as_str(), got.path.as_str(), got.text().as_str()), ("PUT", "/own", "n=7"));
    let injected = with(own, json!({"headers": {"x-a": "{{ event.name }}\r\nx-b: 1"}}));
    assert!(Bench::new(&channel, &injected, &json!({})).wire().unwrap_err().contains("one line"));
}

#[tokio::test]
async fn what_a_program_answers_decides_what_follows() {
    let program = fake(&json!({})).await;
    let channel = json!({"kind": "webhook", "url": program.url()});
    let bench = Bench::new(&channel, &json!({"name": "W", "channel": "webhook"}), &json!({}));
    program.script([410, 404, 500, 301].map(|s| Act::answer(s, "")));
    program.script([Act::Answer(429, vec![("retry-after", "9".into())], String::new())]);
    assert!(matches!(bench.send().await, Err(SendFault::Permanent { hard_bounce: true, .. })));
    for _ in 0..3 {
        assert!(matches!(bench.send().await, Err(SendFault::Transient { .. })));
    }
    let nine = Some(std::time::Duration::from_secs(9));
    assert!(matches!(bench.send().await, Err(SendFault::Later { wait, .. }) if wait == nine), "that program alone");
    assert!(program.caught().iter().all(|c| c.header("webhook-signature").is_none()), "no secret, no signature");
}

//! Twilio's interface against its own description, and what it answers.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::form::read_form;
use super::*;
use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::hooks;
use crate::channels::testing::{Bench, fake, shared_data, with};

fn channel(base: &str) -> Value {
    json!({"kind": "twilio", "username": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "secret": "tok", "sender": "+15005550006",
        "senders": {"DE": "Larkspur"}, "base_url": base})
}

fn sms() -> Value {
    json!({"name": "S", "channel": "sms", "body": "Hi {{ event.name }}: https://shop.example/a", "media": ["https://x.y/p.png"]})
}

/// Checks a request against the OpenAPI description: the path exists, every field is known and those required are there.
fn conforms(path: &str, method: &str, fields: &[(String, String)]) {
    let Some(file) = shared_data("twilio/twilio_api_v2010.json") else { return };
    let api: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let fits = |template: &str| {
        let (a, b): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        let same =
            |(t, p): (&&str, &&str)| t == p || (t.starts_with('{') && !t.trim_end_matches(".json").ends_with("json"));
        let last = |t: &str, p: &str| t == p || (t == "{Sid}.json" && p.ends_with(".json"));
        a.len() == b.len() && a.iter().zip(&b).take(a.len() - 1).all(same) && last(a[a.len() - 1], b[b.len() - 1])
    };
    let paths = api["paths"].as_object().unwrap();
    let found = paths.iter().find(|(t, _)| fits(t)).unwrap_or_else(|| panic!("{path} is no path of the interface"));
    let operation = &found.1[method.to_lowercase()];
    assert!(operation.is_object(), "{method} {path}");
    if fields.is_empty() {
        return;
    }
    let schema = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    let properties = schema["properties"].as_object().unwrap();
    for (name, value) in fields {
        assert!(properties.contains_key(name), "{name} is no field of {path}");
        let kind = properties[name]["type"].as_str();
        assert!(!value.is_empty() && matches!(kind, Some("string" | "array")), "{name}={value:?} is {kind:?}");
        if properties[name]["format"] == "uri" {
            assert!(value.starts_with("http"), "{name}={value:?}");
        }
    }
    let given: BTreeSet<&str> = fields.iter().map(|f| f.0.as_str()).collect();
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(given.contains(name), "{name} is required");
    }
}

#[tokio::test]
async fn messages_are_as_the_interface_describes_them() {
    let twilio = HttpCatcher::local(Act::answer(201, r#"{"sid":"SM1","status":"queued"}"#)).await.unwrap();
    let bench = Bench::new(&channel(&twilio.url()), &sms(), &json!({"phone": "+4915123456789"}));
    let receipt = bench.send().await.unwrap();
    assert_eq!((receipt.provider_id.as_deref(), receipt.response.as_str()), (Some("SM1"), "201 queued"));
    let got = twilio.take().remove(0);
    assert_eq!(got.path, "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json");
    assert_eq!(got.header("authorization"), Some("Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2s="));
    let fields = read_form(&got.text());
    conforms(&got.path, &got.method, &fields);
    let field = |name: &str| fields.iter().find(|f| f.0 == name).map(|f| f.1.as_str());
    assert_eq!((field("To"), field("From")), (Some("+4915123456789"), Some("Larkspur")), "the sender of the country");
    assert_eq!(field("MediaUrl"), Some("https://x.y/p.png"));
    assert!(field("StatusCallback").unwrap().starts_with("https://m.example/hooks/"));
    let service = with(channel(&twilio.url()), json!({"senders": {}, "sender": "MG0123"}));
    Bench::new(&service, &sms(), &json!({"phone": "+4915123456789"})).send().await.unwrap();
    let fields = read_form(&twilio.take().remove(0).text());
    assert!(fields.iter().any(|f| f.0 == "MessagingServiceSid") && !fields.iter().any(|f| f.0 == "From"));
}

#[tokio::test]
async fn an_api_key_signs_in_for_its_account() {
    let twilio = fake(&json!({"sid": "SM1", "status": "queued"})).await;
    let key = with(channel(&twilio.url()), json!({"username": "SK0123", "secret": "key", "account_sid": "AC0123"}));
    let problems = crate::spec::ChannelSpec::validate(&key).unwrap_err();
    assert!(problems[0].to_string().starts_with("spec.webhook_secret: is required"), "{problems:?}");
    let bare = with(key.clone(), json!({"account_sid": ""}));
    let problems = crate::spec::ChannelSpec::validate(&bare).unwrap_err();
    assert!(problems[0].to_string().starts_with("spec.account_sid"), "{problems:?}");
    let key = with(key, json!({"webhook_secret": "token"}));
    let bench = Bench::new(&key, &sms(), &json!({"phone": "+4915123456789"}));
    bench.send().await.unwrap();
    let got = twilio.take().remove(0);
    assert_eq!(got.path, "/2010-04-01/Accounts/AC0123/Messages.json");
    assert_eq!(got.header("authorization"), Some("Basic U0swMTIzOmtleQ=="));
    let url = "https://m.example/hooks/x";
    for (secret, holds) in [("token", true), ("key", false)] {
        let (body, signature) =
            ("MessageStatus=sent", hooks::twilio_signature(secret, url, &read_form("MessageStatus=sent")));
        let header = |name: &str| (name == "x-twilio-signature").then(|| signature.clone());
        let (query, now) = ("", rapport_domain::Timestamp(0));
        let request = hooks::HookRequest { url, query, header: &header, body: body.as_bytes(), certificate: None, now };
        assert_eq!(hooks::receive(&bench.spec, HookPart::Receipt, &request).is_ok(), holds, "{secret}");
    }
}

#[tokio::test]
async fn answers_say_whether_the_number_is_dead() {
    let twilio = fake(&json!({})).await;
    let bench = Bench::new(&channel(&twilio.url()), &sms(), &json!({"phone": "+4915123456789"}));
    let code = |code: u64| Act::answer(400, &json!({"code": code, "message": "no"}).to_string());
    twilio.script([
        code(21_610),
        code(21_614),
        code(21_602),
        code(21_612),
        Act::answer(500, ""),
        Act::answer(401, ""),
        Act::answer(429, ""),
    ]);
    assert!(matches!(bench.send().await, Err(SendFault::OptedOut { .. })), "the recipient said STOP");
    assert!(matches!(bench.send().await, Err(SendFault::Permanent { hard_bounce: true, .. })));
    assert!(matches!(bench.send().await, Err(SendFault::Permanent { hard_bounce: false, .. })));
    let fault = bench.send().await;
    assert!(matches!(fault, Err(SendFault::Permanent { hard_bounce: false, .. })), "from our sender: {fault:?}");
    assert!(matches!(bench.send().await, Err(SendFault::Transient { untaken: false, .. })));
    assert!(matches!(bench.send().await, Err(SendFault::Transient { untaken: true, .. })));
    assert!(matches!(bench.send().await, Err(SendFault::Throttled { .. })));
    // The sender cannot text, the account is not active or a trial: no fault of the message.
    for ours in [21_606, 21_608, 21_704, 20_005, 90_010] {
        twilio.script([code(ours)]);
        assert!(matches!(bench.send().await, Err(SendFault::Transient { untaken: true, .. })), "{ours}");
    }
    twilio.script([code(21_611)]);
    assert!(matches!(bench.send().await, Err(SendFault::Throttled { .. })));
    let provider =
        crate::channels::open(&bench.spec, &crate::channels::testing::means(std::time::Duration::from_secs(5)));
    provider.unwrap().probe().await.unwrap();
    let probe = twilio.take().pop().unwrap();
    conforms(&probe.path, &probe.method, &[]);
}

#[tokio::test]
async fn calls_speak_and_wait_for_keys() {
    let twilio = fake(&json!({"sid": "CA1", "status": "queued"})).await;
    let voice = with(channel(&twilio.url()), json!({"kind": "twilio_voice", "senders": null}));
    let template = json!({"name": "V", "channel": "voice", "say": "Hello <{{ event.name }}> & co", "language": "en-GB",
        "gather": {"digits": 1, "thanks": "Thanks <{{ event.name }}>"}});
    Bench::new(&voice, &template, &json!({"phone": "+49 30 123456"})).send().await.unwrap();
    let got = twilio.take().remove(0);
    let fields = read_form(&got.text());
    conforms(&got.path, &got.method, &fields);
    let twiml = &fields.iter().find(|f| f.0 == "Twiml").unwrap().1;
    assert!(twiml.contains("<Say language=\"en-GB\">Hello &lt;Ada&gt; &amp; co</Say></Gather>"), "{twiml}");
    assert!(twiml.contains("numDigits=\"1\"") && twiml.contains("action=\"https://m.example/hooks/"), "{twiml}");
    // The keys come to that address, and the answer says thanks in the same voice.
    let action = twiml.split_once("action=\"").unwrap().1.split_once('"').unwrap().0.replace("&amp;", "&");
    let (spec, body) = (crate::spec::ChannelSpec::validate(&voice).unwrap(), "Digits=3");
    let signature = hooks::twilio_signature("tok", &action, &read_form(body));
    let query = action.split_once('?').unwrap().1;
    let header = |name: &str| (name == "x-twilio-signature").then(|| signature.clone());
    let request = hooks::HookRequest {
        url: &action,
        query,
        header: &header,
        body: body.as_bytes(),
        certificate: None,
        now: rapport_domain::Timestamp(0),
    };
    let (received, reply) = hooks::receive(&spec, HookPart::Keys, &request).unwrap();
    assert_eq!(received, [hooks::Received::Keys { digits: "3".into() }]);
    assert!(
        reply.body.contains("<Response><Say language=\"en-GB\">Thanks &lt;Ada&gt;</Say></Response>"),
        "{}",
        reply.body
    );
    let other = hooks::HookRequest { query: "say=other", url: &format!("{action}x"), ..request };
    assert_eq!(hooks::receive(&spec, HookPart::Keys, &other), Err(hooks::HookFault::Forged));
}

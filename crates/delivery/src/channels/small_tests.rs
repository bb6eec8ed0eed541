//! The small dialects, each against a fake that answers as the provider documents.

use rapport_domain::SkipReason;
use serde_json::{Value, json};

use super::form::read_form;
use super::testing::{Bench, NOW, fake, means, with};
use super::{LastWord, SendFault, open};
use crate::catcher::http::{Act, HttpCatcher};
use crate::core::device::{Device, DeviceKind};

fn devices(list: &[(DeviceKind, &str)]) -> Value {
    let mut traits = json!({});
    for (kind, token) in list {
        let device = Device { kind: *kind, token: (*token).to_owned(), p256dh: None, auth: None, seen_at: 1 };
        traits[device.key()] = device.value();
    }
    traits
}

#[tokio::test]
async fn kannel() {
    let gateway = HttpCatcher::local(Act::answer(202, "0: Accepted for delivery")).await.unwrap();
    let channel =
        json!({"kind": "kannel", "base_url": gateway.url(), "username": "u", "secret": "p", "sender": "Shop"});
    let template = |body: &str| json!({"name": "S", "channel": "sms", "body": body});
    let phone = json!({"phone": "+4915123456789"});
    let receipt = Bench::new(&channel, &template("Grüße"), &phone).send().await.unwrap();
    assert_eq!(receipt.response, "202 0: Accepted for delivery");
    Bench::new(&channel, &template("Hi 😀"), &phone).send().await.unwrap();
    let [plain, wide] = &gateway.take()[..] else { panic!() };
    let fields = |path: &str| read_form(path.split_once('?').unwrap().1);
    let field = |path: &str, name: &str| fields(path).into_iter().find(|f| f.0 == name).unwrap().1;
    assert!(plain.method == "GET" && plain.path.starts_with("/cgi-bin/sendsms?"));
    assert_eq!((field(&plain.path, "text"), field(&plain.path, "coding")), ("Grüße".into(), "0".into()));
    assert_eq!((field(&wide.path, "text"), field(&wide.path, "coding")), ("Hi 😀".into(), "2".into()));
    assert_eq!(field(&wide.path, "to"), "+4915123456789");
    let back = field(&wide.path, "dlr-url");
    assert!(back.starts_with("https://m.example/hooks/") && back.ends_with("?status=%d&text=%A"), "{back}");
    gateway.script([Act::answer(503, ""), Act::answer(400, "bad")]);
    let bench = Bench::new(&channel, &template("x"), &phone);
    assert!(matches!(bench.send().await, Err(SendFault::Transient { untaken: true, .. })));
    assert!(matches!(bench.send().await, Err(SendFault::Permanent { .. })));
}

#[tokio::test]
async fn telegram() {
    let api = fake(&json!({"ok": true, "result": {"message_id": 5}})).await;
    let channel = json!({"kind": "telegram", "secret": "1:abc", "base_url": api.url()});
    let template = json!({"name": "T", "channel": "telegram", "body": "Hi {{ event.name }}", "format": "HTML",
        "buttons": [{"text": "Open", "url": "https://shop.example/{{ event.n }}"}]});
    let bench = Bench::new(&channel, &template, &json!({"telegram": 77}));
    assert_eq!(bench.send().await.unwrap().provider_id.as_deref(), Some("5"));
    let got = api.take().remove(0);
    assert_eq!(got.path, "/bot1:abc/sendMessage");
    let body = got.json();
    assert_eq!(
        (&body["chat_id"], &body["text"], &body["parse_mode"]),
        (&json!("77"), &json!("Hi Ada"), &json!("HTML"))
    );
    let button = &body["reply_markup"]["inline_keyboard"][0][0];
    assert!(button["url"].as_str().unwrap().starts_with("https://m.example/l/"), "{button}");
    let says = |status, text: &str| Act::answer(status, &json!({"ok": false, "description": text}).to_string());
    api.script([says(403, "Forbidden: bot was blocked by the user"), says(400, "Bad Request: can't parse entities")]);
    api.script([Act::answer(429, r#"{"ok":false,"parameters":{"retry_after":3}}"#)]);
    assert!(
        matches!(bench.send().await, Err(SendFault::OptedOut { detail, .. }) if detail.contains("blocked by the user"))
    );
    assert!(matches!(bench.send().await, Err(SendFault::Permanent { hard_bounce: false, .. })));
    let three = Some(std::time::Duration::from_secs(3));
    assert!(matches!(bench.send().await, Err(SendFault::Throttled { retry_after, .. }) if retry_after == three));
}

#[tokio::test]
async fn whatsapp() {
    let api = fake(&json!({"messages": [{"id": "wamid.1"}]})).await;
    let channel = json!({"kind": "whatsapp", "phone_number_id": "123", "secret": "t", "base_url": api.url()});
    let template = json!({"name": "W", "channel": "whatsapp", "template": {"name": "order_ready", "language": "de",
        "parameters": ["{{ event.name }}"], "button_parameters": ["{{ event.n }}"]}});
    let phone = json!({"phone": "+4915123456789"});
    let bench = Bench::new(&channel, &template, &phone);
    assert_eq!(bench.send().await.unwrap().provider_id.as_deref(), Some("wamid.1"));
    let got = api.take().remove(0);
    assert_eq!((got.path.as_str(), got.header("authorization")), ("/123/messages", Some("Bearer t")));
    let body = got.json();
    assert_eq!((&body["to"], &body["type"]), (&json!("4915123456789"), &json!("template")));
    assert_eq!(body["template"]["components"][0]["parameters"][0]["text"], "Ada");
    assert_eq!(body["template"]["components"][1]["sub_type"], "url");
    let with_buttons = json!({"name": "W", "channel": "whatsapp", "template": {"name": "n", "language": "de",
        "header_document": "https://shop.example/invoice.pdf", "document_name": "{{ event.name }}.pdf", "buttons": [
            {"index": 1, "kind": "quick_reply", "value": "yes-{{ event.n }}"}, {"index": 2, "kind": "url", "value": "a"},
            {"index": 3, "kind": "copy_code", "value": "SPRING"}]}});
    Bench::new(&channel, &with_buttons, &phone).send().await.unwrap();
    let parts = api.take().remove(0).json()["template"]["components"].clone();
    let document = json!({"link": "https://shop.example/invoice.pdf", "filename": "Ada.pdf"});
    assert_eq!(parts[0], json!({"type": "header", "parameters": [{"type": "document", "document": document}]}));
    let pressed = |index: &str, kind: &str, parameter: Value| json!({"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]});
    assert_eq!(parts[1], pressed("1", "quick_reply", json!({"type": "payload", "payload": "yes-7"})));
    assert_eq!(parts[2], pressed("2", "url", json!({"type": "text", "text": "a"})));
    assert_eq!(parts[3], pressed("3", "copy_code", json!({"type": "coupon_code", "coupon_code": "SPRING"})));
    for (more, part) in [
        (json!({"header_text": "a", "header_image": "https://a.b/c.png"}), "one header"),
        (json!({"buttons": [], "button_parameters": []}), "either buttons"),
    ] {
        let wrong = with(template.clone(), json!({"template": with(json!({"name": "n", "language": "de"}), more)}));
        let problems = crate::spec::TemplateSpec::validate(&wrong).unwrap_err();
        assert!(problems[0].to_string().contains(part), "{problems:?}");
    }
    let text = json!({"name": "W", "channel": "whatsapp", "body": "Thanks"});
    Bench::new(&channel, &text, &phone).send().await.unwrap();
    assert_eq!(api.take().remove(0).json()["text"]["body"], "Thanks");
    let says = |code: u64| Act::answer(400, &json!({"error": {"code": code, "message": "m"}}).to_string());
    api.script([says(131_026), says(131_047), says(130_429), says(131_050), says(132_001), says(131_056), says(368)]);
    let fault = async || bench.send().await.unwrap_err();
    assert!(matches!(fault().await, SendFault::Permanent { hard_bounce: false, .. }), "it may be an old app as well");
    assert!(matches!(fault().await, SendFault::Refused { reason: SkipReason::WindowClosed, .. }));
    assert!(matches!(fault().await, SendFault::Throttled { .. }));
    assert!(matches!(fault().await, SendFault::OptedOut { only_marketing: true, .. }));
    assert!(matches!(fault().await, SendFault::Refused { reason: SkipReason::InvalidTemplate, .. }));
    assert!(matches!(fault().await, SendFault::Later { .. }));
    assert!(matches!(fault().await, SendFault::Transient { untaken: true, .. }), "somebody can repair the account");
    let both = with(template, json!({"body": "x"}));
    assert!(crate::spec::TemplateSpec::validate(&both).unwrap_err()[0].to_string().contains("either template or body"));
}

#[tokio::test]
async fn rooms() {
    let room = fake(&json!("ok")).await;
    let slack = json!({"kind": "slack", "secret": format!("{}/services/T/B/x", room.url())});
    let template =
        json!({"name": "S", "channel": "slack", "body": "New: {{ event.name }}", "blocks": [{"type": "divider"}]});
    Bench::new(&slack, &template, &json!({})).send().await.unwrap();
    let got = room.take().remove(0);
    assert_eq!(
        (got.path.as_str(), got.json()),
        ("/services/T/B/x", json!({"text": "New: Ada", "blocks": [{"type": "divider"}]}))
    );
    let teams = json!({"kind": "teams", "secret": room.url()});
    let template =
        json!({"name": "S", "channel": "teams", "title": "Order", "body": "{{ event.n }}", "url": "https://x.y"});
    Bench::new(&teams, &template, &json!({})).send().await.unwrap();
    let card = room.take().remove(0).json()["attachments"][0]["content"].clone();
    assert_eq!((&card["body"][1]["text"], &card["actions"][0]["url"]), (&json!("7"), &json!("https://x.y")));
}

/// An RSA key of 2048 bits that was made for this test.
const RSA: &str = include_str!("fixtures/test-rsa.pem");

#[tokio::test]
async fn fcm() {
    let google = fake(&json!({"access_token": "word", "expires_in": 3600, "name": "projects/shop/messages/1"})).await;
    let key = json!({"project_id": "shop", "client_email": "a@shop.iam", "private_key": RSA, "token_uri": format!("{}/token", google.url())});
    let channel = json!({"kind": "fcm", "secret": key.to_string(), "base_url": google.url()});
    let template = json!({"name": "P", "channel": "push", "title": "Hi {{ event.name }}", "url": "shop://orders/7",
        "collapse": "orders", "ttl": "1h", "badge": 3, "data": {"n": "{{ event.n }}"}});
    let traits = devices(&[(DeviceKind::Fcm, "tok-1"), (DeviceKind::Apns, "abcd")]);
    let bench = Bench::new(&channel, &template, &traits);
    let receipt = bench.send().await.unwrap();
    assert_eq!(receipt.provider_id.as_deref(), Some("projects/shop/messages/1"));
    let [asked, sent] = &google.take()[..] else { panic!("the word, then one device") };
    let assertion = read_form(&asked.text()).into_iter().find(|f| f.0 == "assertion").unwrap().1;
    assert_eq!((asked.path.as_str(), assertion.split('.').count()), ("/token", 3));
    assert_eq!(
        (sent.path.as_str(), sent.header("authorization")),
        ("/v1/projects/shop/messages:send", Some("Bearer word"))
    );
    let message = &sent.json()["message"];
    assert_eq!((&message["token"], &message["notification"]["title"]), (&json!("tok-1"), &json!("Hi Ada")));
    assert_eq!((&message["data"]["url"], &message["data"]["n"]), (&json!("shop://orders/7"), &json!("7")));
    assert_eq!(message["android"]["ttl"], "3600s");
    // iPhones registered with Firebase get the same: it replaces, counts, ends and wakes.
    let (apns, shown) = (&message["apns"], &message["android"]["notification"]);
    assert_eq!((&apns["headers"]["apns-collapse-id"], &shown["tag"]), (&json!("orders"), &json!("orders")));
    assert_eq!(apns["headers"]["apns-expiration"], (NOW.0 / 1_000 + 3_600).to_string());
    assert_eq!(
        (&apns["headers"]["apns-push-type"], &apns["headers"]["apns-priority"]),
        (&json!("alert"), &json!("10"))
    );
    assert_eq!((&apns["payload"]["aps"]["badge"], &apns["payload"]["aps"]["sound"]), (&json!(3), &json!("default")));
    let unregistered = json!({"error": {"code": 404, "details": [{"errorCode": "UNREGISTERED"}]}}).to_string();
    google.script([Act::answer(200, r#"{"access_token":"w","expires_in":3600}"#), Act::answer(404, &unregistered)]);
    assert!(matches!(bench.send().await, Err(SendFault::Gone { dead, .. }) if dead[0].token == "tok-1"));
    // The project is not the one the apps registered with, or there is none of that name.
    let of_another = json!({"error": {"code": 403, "details": [{"errorCode": "SENDER_ID_MISMATCH"}]}}).to_string();
    for answer in [Act::answer(403, &of_another), Act::answer(404, "<html>Not Found</html>"), Act::answer(404, "{}")] {
        google.script([answer]);
        assert!(matches!(bench.send().await, Err(SendFault::Transient { untaken: true, .. })), "no device is at fault");
    }
    google.script([Act::answer(400, r#"{"error":"invalid_grant"}"#)]);
    let fault = bench.send().await.unwrap_err();
    assert!(matches!(fault, SendFault::Transient { untaken: true, .. }) && fault.detail().contains("invalid_grant"));
    let silent = with(template, json!({"silent": true}));
    Bench::new(&channel, &silent, &traits).send().await.unwrap();
    let message = google.take().pop().unwrap().json()["message"].clone();
    assert!(message["notification"].is_null() && message["apns"]["payload"]["aps"]["sound"].is_null());
    assert_eq!(message["apns"]["payload"]["aps"]["content-available"], 1);
    assert_eq!(message["apns"]["headers"]["apns-push-type"], "background");
    assert_eq!(message["apns"]["headers"]["apns-priority"], "5");
    for bad in ["{", "{}", r#"{"project_id":"a","client_email":"b","private_key":"x"}"#] {
        let spec = with(channel.clone(), json!({"secret": bad}));
        assert!(
            crate::spec::ChannelSpec::validate(&spec).unwrap_err()[0].to_string().starts_with("spec.secret"),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn apns() {
    let apple = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let key = p256::SecretKey::from_slice(&[3; 32]).unwrap();
    let pem = p256::pkcs8::EncodePrivateKey::to_pkcs8_pem(&key, p256::pkcs8::LineEnding::LF).unwrap();
    let channel = json!({"kind": "apns", "secret": pem.as_str(), "key_id": "K1", "team_id": "T1", "app": "com.shop", "base_url": apple.url()});
    let template = json!({"name": "P", "channel": "push", "title": "Hi", "badge": 2, "collapse": "c", "ttl": "10m"});
    let traits = devices(&[(DeviceKind::Apns, "abcd"), (DeviceKind::Fcm, "tok")]);
    let bench = Bench::new(&channel, &template, &traits);
    bench.send().await.unwrap();
    bench.send().await.unwrap();
    let [first, second] = &apple.take()[..] else { panic!("one device, twice") };
    assert!(first.http2, "Apple speaks nothing else");
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/3/device/abcd"));
    assert_eq!((first.header("apns-topic"), first.header("apns-push-type")), (Some("com.shop"), Some("alert")));
    assert_eq!(first.header("apns-expiration"), Some((NOW.0 / 1000 + 600).to_string().as_str()));
    assert_eq!(first.header("apns-id"), second.header("apns-id"), "a retry is recognisable");
    assert_eq!((&first.json()["aps"]["alert"]["title"], &first.json()["aps"]["badge"]), (&json!("Hi"), &json!(2)));
    assert!(first.header("authorization").unwrap().starts_with("bearer ey"));
    let says = |status, reason: &str| Act::answer(status, &json!({"reason": reason}).to_string());
    apple.script([
        says(410, "Unregistered"),
        says(400, "BadDeviceToken"),
        says(400, "DeviceTokenNotForTopic"),
        says(429, "TooManyRequests"),
        says(400, "PayloadEmpty"),
    ]);
    assert!(matches!(bench.send().await, Err(SendFault::Gone { .. })));
    for _ in 0..2 {
        assert!(matches!(bench.send().await, Err(SendFault::Transient { untaken: true, .. })), "the channel's fault");
    }
    assert!(matches!(bench.send().await, Err(SendFault::Later { wait: None, .. })), "that device's");
    assert!(matches!(bench.send().await, Err(SendFault::Permanent { .. })));
    let bad = with(channel, json!({"secret": "not a key"}));
    assert!(crate::spec::ChannelSpec::validate(&bad).unwrap_err()[0].to_string().contains(".p8"));
}

#[tokio::test]
async fn no_call_is_made_when_the_last_word_is_no() {
    struct No;
    impl LastWord for No {
        fn may_leave<'a>(&'a self) -> std::pin::Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
            Box::pin(std::future::ready(false))
        }
    }
    let bot = fake(&json!({"ok": true, "result": {"message_id": 5}})).await;
    let channel = json!({"kind": "telegram", "secret": "tok", "base_url": bot.url()});
    let template = json!({"name": "T", "channel": "telegram", "body": "Hi"});
    let bench = Bench::new(&channel, &template, &json!({"telegram": "7"}));
    let provider = open(&bench.spec, &means(std::time::Duration::from_secs(5))).unwrap();
    let wire = bench.wire().unwrap();
    assert_eq!(provider.send(&wire, &No).await, Err(SendFault::Withheld));
    assert_eq!(bot.caught().len(), 0);
}

#[tokio::test]
async fn values_bring_no_markup_into_a_chat() {
    let name = json!({"telegram": 77, "nick": "*[A](https://bad.example)* <b>1.5 & co</b>"});
    let api = fake(&json!({"ok": true, "result": {"message_id": 5}})).await;
    let telegram = json!({"kind": "telegram", "secret": "1:abc", "base_url": api.url()});
    let slack = json!({"kind": "slack", "secret": api.url()});
    for (format, expected) in [
        ("HTML", "<b>Hi</b> *[A](https://bad.example)* &lt;b&gt;1.5 &amp; co&lt;/b&gt; -1.5"),
        ("MarkdownV2", r"<b>Hi</b> \*\[A\]\(https://bad\.example\)\* <b\>1\.5 & co</b\> \-1\.5"),
        ("plain", "<b>Hi</b> *[A](https://bad.example)* <b>1.5 & co</b> -1.5"),
    ] {
        let body = "<b>Hi</b> {{ profile.nick }} {{ -1.5 }}";
        let template = json!({"name": "T", "channel": "telegram", "body": body, "format": format,
            "buttons": [{"text": "{{ profile.nick }}", "url": "https://shop.example/"}]});
        Bench::new(&telegram, &template, &name).send().await.unwrap();
        let got = api.take().remove(0).json();
        assert_eq!(got["text"], expected, "{format}");
        assert_eq!(got["reply_markup"]["inline_keyboard"][0][0]["text"], name["nick"], "buttons have no markup");
    }
    let template = json!({"name": "S", "channel": "slack", "body": "*Hi* {{ profile.nick }}", "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "{{ profile.nick }}"},
            "accessory": {"type": "button", "url": "https://x.example/?a={{ 1 }}&b={{ profile.nick | url_encode }}"}}]});
    Bench::new(&slack, &template, &name).send().await.unwrap();
    let got = api.take().remove(0).json();
    let escaped = "*[A](https://bad.example)* &lt;b&gt;1.5 &amp; co&lt;/b&gt;";
    assert_eq!(got["text"], format!("*Hi* {escaped}"));
    assert_eq!(got["blocks"][0]["text"]["text"], escaped);
    assert!(got["blocks"][0]["accessory"]["url"].as_str().unwrap().starts_with("https://x.example/?a=1&b=%2A"));
}

#[test]
fn every_channel_speaks_the_customers_language() {
    let cases = [
        ("sms", json!({"body": "Hi"}), json!({"body": "Hallo"}), "/body"),
        ("webpush", json!({"title": "Hi"}), json!({"title": "Hallo"}), "/title"),
        ("push", json!({"title": "Hi"}), json!({"title": "Hallo"}), "/title"),
        (
            "inapp",
            json!({"layout": "modal", "buttons": [{"id": "a", "label": "Hi"}]}),
            json!({"buttons": [{"id": "a", "label": "Hallo"}]}),
            "/buttons/0/label",
        ),
        (
            "whatsapp",
            json!({"template": {"name": "n", "language": "Hi"}}),
            json!({"template": {"name": "n", "language": "Hallo"}}),
            "/template/language",
        ),
        ("telegram", json!({"body": "Hi"}), json!({"body": "Hallo"}), "/body"),
        ("slack", json!({"body": "Hi"}), json!({"body": "Hallo"}), "/body"),
        ("teams", json!({"body": "Hi"}), json!({"body": "Hallo"}), "/body"),
        ("webhook", json!({"body": {"a": "Hi"}}), json!({"body": {"a": "Hallo"}}), "/body/a"),
        ("voice", json!({"say": "Hi", "language": "en-US"}), json!({"say": "Hallo", "language": "de-DE"}), "/say"),
    ];
    assert_eq!(cases.len() + 1, rapport_domain::MessageChannel::ALL.len(), "and e-mail");
    for (channel, own, german, pointer) in cases {
        let template =
            with(json!({"name": "T", "channel": channel, "language": "en", "translations": {"de": german}}), own);
        let template =
            crate::spec::LiveTemplate::prepare("t", 1, &template).unwrap_or_else(|p| panic!("{channel}: {p:?}"));
        for (locale, expected) in [("de-AT", "Hallo"), ("de", "Hallo"), ("en-GB", "Hi"), ("fr", "Hi")] {
            let content = super::testing::content(&template, &json!({"locale": locale}));
            assert_eq!(content.pointer(pointer), Some(&json!(expected)), "{channel} {locale}");
        }
    }
}

#[test]
fn links_of_other_channels_have_campaign_parameters() {
    let made = |spec: Value| {
        let template = crate::spec::LiveTemplate::prepare("t", 1, &spec).unwrap_or_else(|p| panic!("{p:?}"));
        super::testing::content(&template, &json!({}))
    };
    let utm = json!({"source": "text", "campaign": "spring"});
    let sms = made(json!({"name": "S", "channel": "sms", "body": "See https://shop.example/a?b=1, ok", "utm": utm}));
    assert_eq!(sms["body"], "See https://shop.example/a?b=1&utm_source=text&utm_campaign=spring, ok");
    let push = |url: &str| {
        made(json!({"name": "P", "channel": "push", "title": "T", "url": url, "utm": utm, "track_clicks": false}))
    };
    assert_eq!(push("https://shop.example")["url"], "https://shop.example?utm_source=text&utm_campaign=spring");
    assert_eq!(push("shop://orders/7")["url"], "shop://orders/7", "no web link");
    let hook = json!({"name": "H", "channel": "webhook", "url": "https://shop.example/in", "utm": utm});
    assert!(crate::spec::TemplateSpec::validate(&hook).unwrap_err()[0].to_string().starts_with("spec.utm"));
}

#[test]
fn secrets_that_cannot_work_are_found_when_they_are_saved() {
    for (kind, secret) in [
        ("slack", "hooks.slack.example/services/T/B/x"),
        ("teams", "https://?q"),
        ("teams", "https://a b/c"),
        ("telegram", "bot 1:abc"),
        ("telegram", "1:abc\n"),
    ] {
        let problems = crate::spec::ChannelSpec::validate(&json!({"kind": kind, "secret": secret})).unwrap_err();
        let said = problems[0].to_string();
        assert!(said.starts_with("spec.secret: expected the") && !said.contains(secret.trim()), "{kind}: {said}");
    }
    for (kind, secret) in [("slack", "https://hooks.slack.example/services/T/B/x"), ("telegram", "123456:ABC-DEF_1")] {
        crate::spec::ChannelSpec::validate(&json!({"kind": kind, "secret": secret}))
            .unwrap_or_else(|p| panic!("{p:?}"));
    }
}

//! Calls of providers: genuine, forged and malformed.

use super::*;
use crate::channels::testing::with;

fn call(
    spec: &Value,
    part: HookPart,
    (url, query): (&str, &str),
    headers: &[(&str, String)],
    body: &str,
) -> Result<Vec<Received>, HookFault> {
    let spec = ChannelSpec::validate(spec).unwrap();
    let header = |name: &str| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
    let (body, now) = (body.as_bytes(), Timestamp(0));
    receive(&spec, part, &HookRequest { url, query, header: &header, body, certificate: None, now }).map(|r| r.0)
}

fn twilio_spec() -> Value {
    json!({"kind": "twilio", "username": "AC1", "secret": "12345", "sender": "+15005550006"})
}

#[test]
fn twilio_signs_address_and_fields() {
    // The example of Twilio's documentation, "Validating requests are coming from Twilio".
    let fields = [
        ("Digits", "1234"),
        ("To", "+18005551212"),
        ("From", "+14158675310"),
        ("Caller", "+14158675310"),
        ("CallSid", "CA1234567890ABCDE"),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let signature = twilio_signature("12345", "https://example.com/myapp.php?foo=1&bar=2", &fields);
    assert_eq!(signature, "L/OH5YylLD5NRKLltdqwSvS0BnU=");
}

#[test]
fn twilio_tells_of_texts_and_receipts() {
    let url = "https://m.example/hooks/x";
    let send = |part, body: &str, secret: &str| {
        let signature = twilio_signature(secret, url, &read_form(body));
        call(&twilio_spec(), part, (url, ""), &[("x-twilio-signature", signature)], body)
    };
    let got = send(HookPart::Inbound, "From=%2B4915123456789&To=%2B1&Body=Stopp%21&MessageSid=SM1", "12345").unwrap();
    let Received::Inbound { from, keyword, id, .. } = &got[0] else { panic!("{got:?}") };
    assert_eq!((from.as_str(), *keyword, id.as_str()), ("+4915123456789", Some(Keyword::Stop), "SM1"));
    let picture = "From=%2B4915123456789&Body=&MessageSid=MM1&NumMedia=2&MediaUrl0=https%3A%2F%2Fa.example%2F1\
        &MediaContentType0=image%2Fjpeg&MediaUrl1=https%3A%2F%2Fa.example%2F2";
    let got = send(HookPart::Inbound, picture, "12345").unwrap();
    let Received::Inbound { media, text, .. } = &got[0] else { panic!("{got:?}") };
    assert_eq!((text.as_str(), media.len(), media[0].kind.as_str()), ("", 2, "image/jpeg"));
    assert_eq!(media[1], Media { url: Some("https://a.example/2".into()), ..Media::default() });
    let receipt = |body: &str| send(HookPart::Receipt, body, "12345").unwrap();
    assert!(matches!(&receipt("MessageStatus=delivered")[0], Received::Receipt { mark: Mark::Delivered, .. }));
    let bounced = receipt("MessageStatus=undelivered&ErrorCode=30005&To=%2B4915123456789");
    let Received::Receipt { mark: Mark::Bounced, unreachable: Some(Unreachable::Dead), to: Some(to), .. } = &bounced[0]
    else {
        panic!("{bounced:?}")
    };
    assert_eq!(to, "+4915123456789");
    let stopped = receipt("MessageStatus=failed&ErrorCode=21610");
    assert!(matches!(&stopped[0], Received::Receipt { unreachable: Some(Unreachable::OptedOut), .. }), "{stopped:?}");
    let later = receipt("MessageStatus=undelivered&ErrorCode=30003");
    assert!(matches!(&later[0], Received::Receipt { unreachable: None, .. }), "{later:?}");
    assert_eq!(receipt("MessageStatus=sent"), []);
    assert_eq!(send(HookPart::Keys, "Digits=2", "12345").unwrap(), [Received::Keys { digits: "2".into() }]);
    assert_eq!(send(HookPart::Inbound, "From=%2B1&Body=hi", "another"), Err(HookFault::Forged));
    assert_eq!(call(&twilio_spec(), HookPart::Inbound, (url, ""), &[], "From=%2B1&Body=hi"), Err(HookFault::Forged));
    assert_eq!(send(HookPart::Inbound, "Body=hi", "12345"), Err(HookFault::Malformed));
}

#[test]
fn kannel_tells_by_its_query() {
    let spec = json!({"kind": "kannel", "base_url": "http://127.0.0.1:13013", "username": "u", "secret": "s", "sender": "Shop"});
    let got = |part, query| call(&spec, part, ("http://m/hooks/x", query), &[], "");
    let delivered = got(HookPart::Receipt, "status=1&text=id%3A1+stat%3ADELIVRD").unwrap();
    assert!(
        matches!(&delivered[0], Received::Receipt { mark: Mark::Delivered, detail, .. } if detail.contains("DELIVRD"))
    );
    assert_eq!(got(HookPart::Receipt, "status=8"), Ok(vec![]));
    assert_eq!(got(HookPart::Receipt, "status=x"), Err(HookFault::Malformed));
    let text = got(HookPart::Inbound, "from=%2B49151&to=1&text=1&id=7").unwrap();
    assert!(matches!(&text[0], Received::Inbound { text, keyword: None, .. } if text == "1"));
}

#[test]
fn each_provider_answers_in_its_own_words() {
    let said = |kind| answering(kind, "-5", "A & B: <stop>").map(|r| (r.content_type, r.body));
    let (media, twiml) = said(ProviderKind::Twilio).unwrap();
    assert!(media.starts_with("text/xml") && twiml.contains("<Message>A &amp; B: &lt;stop&gt;</Message>"), "{twiml}");
    assert_eq!(said(ProviderKind::Kannel), Some(("text/plain; charset=utf-8", "A & B: <stop>".to_owned())));
    let (_, call) = said(ProviderKind::Telegram).unwrap();
    let call: Value = serde_json::from_str(&call).unwrap();
    assert_eq!(call, json!({"method": "sendMessage", "chat_id": "-5", "text": "A & B: <stop>"}));
    assert_eq!(said(ProviderKind::WhatsApp), None);
    let spec = ChannelSpec::validate(&whatsapp_spec()).unwrap();
    let call = answer_call(&spec, "+4915123456789", "reply STOP").unwrap();
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    assert!(call.url.ends_with("/1/messages"), "{}", call.url);
    assert_eq!((&body["to"], &body["text"]["body"]), (&json!("4915123456789"), &json!("reply STOP")));
}

#[test]
fn programs_sign_by_standard_webhooks() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let spec = json!({"kind": "webhook", "url": "https://x.y", "secret": secret, "lists": ["vips"]});
    let body = json!({"type": "list.changed", "data": {"list": "vips"}}).to_string();
    let bytes = webhook::secret_bytes(secret).unwrap();
    let told = |id: &str, seconds: i64, signature: &str, body: &str| {
        let headers = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature.to_owned()),
        ];
        // The clock of these tests stands at 0.
        call(&spec, HookPart::Inbound, ("", ""), &headers, body)
    };
    let signature = |id: &str, seconds: i64, body: &str| webhook::sign(&bytes, id, seconds, body.as_bytes());
    let good = told("msg_1", 300, &format!("v1,AAAA {}", signature("msg_1", 300, &body)), &body).unwrap();
    let expected = Received::Program { id: "msg_1".into(), kind: "list.changed".into(), data: json!({"list": "vips"}) };
    assert_eq!(good, [expected]);
    let own = signature("msg_1", 0, &body);
    for (id, seconds, signed, body) in [
        ("msg_2", 0, own.as_str(), body.as_str()),
        ("msg_1", 1, &own, &body),
        ("msg_1", 0, &own, "{}"),
        ("msg_1", 0, "", &body),
        ("msg_1", 0, "v1,", &body),
        ("msg_1", 0, &own.replace("v1,", "v2,"), &body),
        ("", 0, &signature("", 0, &body), &body),
    ] {
        assert_eq!(told(id, seconds, signed, body), Err(HookFault::Forged), "{id} {seconds} {signed}");
    }
    assert_eq!(call(&spec, HookPart::Inbound, ("", ""), &[], &body), Err(HookFault::Forged));
    for seconds in [301, -301] {
        let late = told("msg_1", seconds, &signature("msg_1", seconds, &body), &body);
        assert!(matches!(late, Err(HookFault::Refused(why)) if why.contains("five minutes")), "{late:?}");
    }
    assert_eq!(told("m", 0, &signature("m", 0, "[]"), "[]"), Err(HookFault::Malformed));
    let open = json!({"kind": "webhook", "url": "https://x.y"});
    assert!(matches!(call(&open, HookPart::Inbound, ("", ""), &[], &body), Err(HookFault::Refused(_))));
    let unsigned = json!({"kind": "webhook", "url": "https://x.y", "lists": ["vips"]});
    let problems = ChannelSpec::validate(&unsigned).unwrap_err();
    assert!(problems[0].to_string().starts_with("spec.secret: is required"), "{problems:?}");
}

fn whatsapp_spec() -> Value {
    json!({"kind": "whatsapp", "phone_number_id": "1", "secret": "t", "webhook_secret": "app", "verify_token": "v"})
}

#[test]
fn whatsapp_signs_the_body() {
    let said = |received: &Received| match received {
        Received::Inbound { text, payload, media, .. } => (text.clone(), payload.clone(), media.clone()),
        other => panic!("{other:?}"),
    };
    let body = json!({"entry": [{"changes": [{"value": {
        "metadata": {"display_phone_number": "491"},
        "statuses": [
            {"status": "read", "biz_opaque_callback_data": "tok"},
            {"status": "failed", "errors": [{"code": 131_026, "title": "Undeliverable"}]},
            {"status": "failed", "id": "wamid.0", "recipient_id": "4915123456789", "errors": [{"code": 131_050, "title": "Stopped"}]},
        ],
        "user_preferences": [
            {"wa_id": "4915123456789", "category": "marketing_messages", "value": "resume", "timestamp": 1_782_907_100},
            {"wa_id": "4915123456789", "category": "something_else", "value": "stop", "timestamp": 1_782_907_100},
        ],
        "messages": [{"from": "4915123456789", "id": "wamid.1", "timestamp": "1782907200", "text": {"body": "2"}},
            {"from": "491", "id": "wamid.2", "button": {"text": "Yes", "payload": "yes-7"}},
            {"from": "491", "id": "wamid.3", "interactive": {"list_reply": {"id": "row-2", "title": "Blue"}}},
            {"from": "491", "id": "wamid.4", "image": {"id": "77", "mime_type": "image/png", "caption": "Broken"}}],
    }}]}]})
    .to_string();
    let sign = |secret: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&body);
        let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
        vec![("x-hub-signature-256", format!("sha256={hex}"))]
    };
    let got = call(&whatsapp_spec(), HookPart::Inbound, ("", ""), &sign("app"), &body).unwrap();
    assert!(matches!(&got[0], Received::Receipt { token: Some(t), mark: Mark::Opened, .. } if t == "tok"), "{got:?}");
    assert!(
        matches!(&got[1], Received::Receipt { mark: Mark::Bounced, unreachable: None, detail, .. } if detail == "131026 Undeliverable"),
        "{got:?}"
    );
    assert!(matches!(&got[2], Received::Marketing { from, wanted: false, .. } if from == "+4915123456789"), "{got:?}");
    assert!(matches!(&got[3], Received::Receipt { mark: Mark::Bounced, .. }), "{got:?}");
    assert!(
        matches!(&got[4], Received::Marketing { wanted: true, at: Some(at), .. } if at.0 == 1_782_907_100_000),
        "{got:?}"
    );
    assert_eq!(got.len(), 9, "{got:?}");
    assert_eq!(said(&got[6]), ("Yes".into(), Some("yes-7".into()), vec![]), "what the template's button stands for");
    assert_eq!(said(&got[7]), ("Blue".into(), Some("row-2".into()), vec![]));
    let picture = Media { kind: "image/png".into(), url: None, id: Some("77".into()) };
    assert_eq!(said(&got[8]), ("Broken".into(), None, vec![picture]));
    let Received::Inbound { from, text, at, .. } = &got[5] else { panic!("{got:?}") };
    assert_eq!((from.as_str(), text.as_str(), at.unwrap()), ("+4915123456789", "2", Timestamp(1_782_907_200_000)));
    for headers in [sign("other"), vec![]] {
        assert_eq!(call(&whatsapp_spec(), HookPart::Inbound, ("", ""), &headers, &body), Err(HookFault::Forged));
    }
    let asked = |token: &str| {
        let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=c1");
        call(&whatsapp_spec(), HookPart::Inbound, ("", &query), &[], "")
    };
    assert_eq!((asked("v"), asked("w")), (Ok(vec![]), Err(HookFault::Forged)));
}

#[test]
fn telegram_shows_its_secret() {
    let spec = json!({"kind": "telegram", "secret": "bot", "webhook_secret": "s3"});
    let body =
        json!({"update_id": 9, "message": {"chat": {"id": -5}, "date": 1_782_907_200, "text": "/stop"}}).to_string();
    let send = |secret: &str, body: &str| {
        let headers = [("x-telegram-bot-api-secret-token", secret.to_owned())];
        call(&spec, HookPart::Inbound, ("", ""), &headers, body)
    };
    let got = send("s3", &body).unwrap();
    let Received::Inbound { from, keyword: Some(Keyword::Stop), at, .. } = &got[0] else { panic!("{got:?}") };
    assert_eq!((from.as_str(), at.unwrap()), ("-5", Timestamp(1_782_907_200_000)));
    let start = |kind: &str| {
        let message = json!({"chat": {"id": 7, "type": kind}, "text": "/start AQsB-_x"});
        send("s3", &json!({"update_id": 10, "message": message}).to_string()).unwrap()
    };
    let joined = Received::Joined { chat: "7".into(), token: "AQsB-_x".into(), id: "10".into() };
    assert_eq!((start("private"), start("supergroup")), (vec![joined], vec![]));
    assert_eq!(send("s4", &body), Err(HookFault::Forged));
    assert_eq!(send("s3", "{"), Err(HookFault::Malformed));
    assert_eq!(send("s3", "{\"update_id\":1}"), Ok(vec![]));
    let unsigned = with(spec.clone(), json!({"webhook_secret": null}));
    assert_eq!(call(&unsigned, HookPart::Inbound, ("", ""), &[], &body), Err(HookFault::Forged));
}

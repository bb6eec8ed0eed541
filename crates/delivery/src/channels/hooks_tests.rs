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
    let receipt = |body: &str| send(HookPart::Receipt, body, "12345").unwrap();
    assert!(matches!(&receipt("MessageStatus=delivered")[0], Received::Receipt { mark: Mark::Delivered, .. }));
    let bounced = receipt("MessageStatus=undelivered&ErrorCode=30005");
    assert!(
        matches!(&bounced[0], Received::Receipt { mark: Mark::Bounced, unreachable: Some(Unreachable::Dead), .. }),
        "{bounced:?}"
    );
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
}

fn whatsapp_spec() -> Value {
    json!({"kind": "whatsapp", "phone_number_id": "1", "secret": "t", "webhook_secret": "app", "verify_token": "v"})
}

#[test]
fn whatsapp_signs_the_body() {
    let body = json!({"entry": [{"changes": [{"value": {
        "metadata": {"display_phone_number": "491"},
        "statuses": [
            {"status": "read", "biz_opaque_callback_data": "tok"},
            {"status": "failed", "errors": [{"code": 131_026, "title": "Undeliverable"}]},
        ],
        "messages": [{"from": "4915123456789", "id": "wamid.1", "timestamp": "1782907200", "text": {"body": "2"}}],
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
        matches!(&got[1], Received::Receipt { mark: Mark::Bounced, unreachable: Some(Unreachable::Dead), .. }),
        "{got:?}"
    );
    let Received::Inbound { from, text, at, .. } = &got[2] else { panic!("{got:?}") };
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

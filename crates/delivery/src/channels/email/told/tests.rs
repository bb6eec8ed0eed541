//! Webhooks of mail providers: genuine, forged, of somebody else, and what each tells.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use serde_json::json;

use super::*;
use crate::channels::hooks::receive as receive_any;
use crate::tracking::tokens::HookPart;

const ID: &str = "m003f.17";
const RSA: &str = include_str!("../../fixtures/test-rsa.pem");
const CERTIFICATE: &str = include_str!("../../fixtures/test-cert.pem");

/// When every call here is signed.
const SIGNED: Timestamp = Timestamp(1_700_000_000_000);

fn call(spec: &Value, headers: &[(&str, String)], body: &str) -> Result<Vec<Received>, HookFault> {
    call_at(SIGNED, spec, headers, body)
}

fn call_at(now: Timestamp, spec: &Value, headers: &[(&str, String)], body: &str) -> Result<Vec<Received>, HookFault> {
    let spec = ChannelSpec::validate(spec).unwrap_or_else(|p| panic!("{p:?}"));
    let header = |name: &str| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
    let request = HookRequest { url: "", query: "", header: &header, body: body.as_bytes(), certificate: None, now };
    receive_any(&spec, HookPart::Receipt, &request).map(|r| r.0)
}

/// What one call tells, in short: `bounce hard UserUnknown a@b.c`.
fn short(received: &[Received]) -> Vec<String> {
    let one = |received: &Received| {
        let Received::Mail(told) = received else { return format!("{received:?}") };
        assert_eq!(told.message, ID);
        match &told.what {
            What::Notice(n) => {
                let first = n.recipients.first();
                let hard = n.recipients.iter().any(|r| r.hard);
                let rest = first.map(|r| format!(" {:?} {}", r.reason, r.address.as_deref().unwrap_or("-")));
                format!("{:?}{}{}", n.kind, if hard { " hard" } else { "" }, rest.unwrap_or_default())
            }
            What::Opened(by) => format!("opened machine={} {:?}", by.machine, by.agent),
            What::Clicked { link, .. } => format!("clicked {link}"),
            What::Left => "left".to_owned(),
        }
    };
    received.iter().map(one).collect()
}

fn with(mut base: Value, more: Value) -> Value {
    for (key, value) in more.as_object().into_iter().flatten() {
        base[key] = value.clone();
    }
    base
}

fn signing_key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn sendgrid_spec() -> Value {
    let key = STANDARD.encode(signing_key().verifying_key().to_public_key_der().unwrap().as_bytes());
    json!({"kind": "sendgrid", "secret": "SG.x", "from": {"email": "hi@s.example"}, "webhook_key": key})
}

fn sendgrid(spec: &Value, key: &SigningKey, signed: &str, sent: &str) -> Result<Vec<Received>, HookFault> {
    call(spec, &sendgrid_headers(key, signed), sent)
}

fn sendgrid_headers(key: &SigningKey, signed: &str) -> [(&'static str, String); 2] {
    let signature: Signature = key.sign(format!("1700000000{signed}").as_bytes());
    [
        ("x-twilio-email-event-webhook-signature", STANDARD.encode(signature.to_der())),
        ("x-twilio-email-event-webhook-timestamp", "1700000000".to_owned()),
    ]
}

#[test]
fn sendgrid_signs_on_a_curve() {
    let base = |event: &str| json!({"email": "Ann@s.example", "event": event, "message_id": ID});
    let events = json!([
        with(base("delivered"), json!({"response": "250 OK"})),
        with(base("bounce"), json!({"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 user unknown", "bounce_classification": "Invalid Address"})),
        with(base("bounce"), json!({"type": "blocked", "status": "5.7.1", "reason": "550 5.7.1 blocked, see our blocklist"})),
        with(base("bounce"), json!({"type": "bounce", "status": "5.7.1", "reason": "550 5.7.1 message looks like spam"})),
        with(base("bounce"), json!({"type": "bounce", "reason": "", "bounce_classification": "Content"})),
        with(base("deferred"), json!({"response": "451 4.2.2 mailbox full"})),
        with(base("dropped"), json!({"reason": "Bounced Address"})),
        with(base("dropped"), json!({"reason": "Spam Reporting Address"})),
        with(base("open"), json!({"useragent": "Mozilla/5.0", "sg_machine_open": true})),
        with(base("click"), json!({"url": "https://s.example/a?b=1"})),
        base("spamreport"),
        base("unsubscribe"),
        base("processed"),
        7,
    ])
    .to_string();
    let received = sendgrid(&sendgrid_spec(), &signing_key(), &events, &events).unwrap();
    let expected = [
        "Delivery",
        "Bounce hard UserUnknown ann@s.example",
        "Bounce Blocked ann@s.example",
        "Bounce Spam ann@s.example",
        "Bounce Spam ann@s.example",
        "Delay MailboxFull ann@s.example",
        "Bounce hard UserUnknown ann@s.example",
        "Complaint Spam ann@s.example",
        "opened machine=true Some(\"Mozilla/5.0\")",
        "clicked https://s.example/a?b=1",
        "Complaint Spam ann@s.example",
        "left",
    ];
    assert_eq!(short(&received), expected);
    let other = SigningKey::from_slice(&[8; 32]).unwrap();
    assert_eq!(sendgrid(&sendgrid_spec(), &other, &events, &events), Err(HookFault::Forged));
    assert_eq!(sendgrid(&sendgrid_spec(), &signing_key(), &events, "[]"), Err(HookFault::Forged));
    assert_eq!(sendgrid(&sendgrid_spec(), &signing_key(), "{}", "{}"), Err(HookFault::Malformed));
    assert_eq!(call(&sendgrid_spec(), &[], &events), Err(HookFault::Forged));
    let open = json!({"kind": "sendgrid", "secret": "SG.x", "from": {"email": "hi@s.example"}});
    assert!(matches!(sendgrid(&open, &signing_key(), &events, &events), Err(HookFault::Refused(_))));
    let wrong = with(open, json!({"webhook_key": "bm9uZQ=="}));
    assert!(ChannelSpec::validate(&wrong).unwrap_err()[0].at.ends_with("webhook_key"));
}

fn postmark(word: &str, body: &Value) -> Result<Vec<Received>, HookFault> {
    let spec = json!({"kind": "postmark", "secret": "t", "from": {"email": "hi@s.example"}, "webhook_secret": "w0rd"});
    call(
        &spec,
        &[("authorization", format!("Basic {}", STANDARD.encode(format!("rapport:{word}"))))],
        &body.to_string(),
    )
}

#[test]
fn postmark_shows_a_word() {
    let base = |kind: &str| json!({"RecordType": kind, "Email": "ann@s.example", "Recipient": "ann@s.example", "Metadata": {"message_id": ID}});
    for (body, expected) in [
        (base("Delivery"), "Delivery"),
        (
            with(
                base("Bounce"),
                json!({"Type": "HardBounce", "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist"}),
            ),
            "Bounce hard UserUnknown ann@s.example",
        ),
        (
            with(base("Bounce"), json!({"Type": "HardBounce", "Details": "550 5.7.1 blocked by policy"})),
            "Bounce Blocked ann@s.example",
        ),
        (
            with(base("Bounce"), json!({"Type": "SoftBounce", "Details": "mailbox full"})),
            "Bounce MailboxFull ann@s.example",
        ),
        (with(base("Bounce"), json!({"Type": "AutoResponder"})), "AutoReply"),
        (with(base("Bounce"), json!({"Type": "Transient", "Description": "try again"})), "Delay Expired ann@s.example"),
        (base("SpamComplaint"), "Complaint Spam ann@s.example"),
        (with(base("Open"), json!({"UserAgent": "Firefox"})), "opened machine=false Some(\"Firefox\")"),
        (with(base("Click"), json!({"OriginalLink": "https://s.example/"})), "clicked https://s.example/"),
        (
            with(
                base("SubscriptionChange"),
                json!({"SuppressSending": true, "SuppressionReason": "ManualSuppression"}),
            ),
            "left",
        ),
    ] {
        assert_eq!(short(&postmark("w0rd", &body).unwrap()), [expected], "{body}");
        assert_eq!(postmark("word", &body), Err(HookFault::Forged));
    }
    assert_eq!(postmark("w0rd", &with(base("Bounce"), json!({"Type": "Subscribe"}))), Ok(vec![]));
    assert_eq!(postmark("w0rd", &json!([])), Err(HookFault::Malformed));
}

fn mailgun_spec() -> Value {
    json!({"kind": "mailgun", "secret": "k", "domain": "s.example", "from": {"email": "hi@s.example"}, "webhook_secret": "s1gn"})
}

fn mailgun(key: &str, event: &Value) -> Result<Vec<Received>, HookFault> {
    call(&mailgun_spec(), &[], &mailgun_body(key, event))
}

fn mailgun_body(key: &str, event: &Value) -> String {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    let tag = mac.chain_update("1700000000").chain_update("tok").finalize().into_bytes();
    let signature: String = tag.iter().map(|b| format!("{b:02x}")).collect();
    json!({"signature": {"timestamp": "1700000000", "token": "tok", "signature": signature}, "event-data": event})
        .to_string()
}

#[test]
fn calls_that_were_kept_are_refused() {
    let event = json!({"event": "delivered", "recipient": "ann@s.example", "user-variables": {"message_id": ID}});
    let grid = json!([{"event": "delivered", "email": "ann@s.example", "message_id": ID}]).to_string();
    let notice = json!({"eventType": "Delivery", "mail": {"tags": {"message": [ID]}}}).to_string();
    let signed = sendgrid_headers(&signing_key(), &grid);
    for (spec, headers, body) in [
        (mailgun_spec(), &[][..], mailgun_body("s1gn", &event)),
        (sendgrid_spec(), &signed[..], grid),
        (ses_spec(), &[][..], sns("Notification", TOPIC, &notice).to_string()),
    ] {
        let after = |ms: i64| call_at(SIGNED.plus_ms(ms), &spec, headers, &body);
        for ms in [-MAX_AHEAD_MS, 0, MAX_AGE_MS] {
            assert_eq!(short(&after(ms).unwrap()), ["Delivery"], "{ms} {spec}");
        }
        for ms in [-MAX_AHEAD_MS - 1, MAX_AGE_MS + 1, 8 * 24 * HOUR_MS] {
            assert!(matches!(after(ms), Err(HookFault::Refused(why)) if why.contains("too long ago")), "{ms} {spec}");
        }
    }
}

#[test]
fn mailgun_signs_with_a_shared_key() {
    let base =
        |event: &str| json!({"event": event, "recipient": "ann@s.example", "user-variables": {"message_id": ID}});
    let failed = |severity: &str, reason: &str, status: Value| {
        with(base("failed"), json!({"severity": severity, "reason": reason, "delivery-status": status}))
    };
    for (event, expected) in [
        (base("delivered"), "Delivery"),
        (
            failed(
                "permanent",
                "bounce",
                json!({"code": 550, "enhanced-code": "5.1.1", "message": "5.1.1 no such user"}),
            ),
            "Bounce hard UserUnknown ann@s.example",
        ),
        (
            failed("permanent", "bounce", json!({"code": 550, "bounce-type": "soft", "message": "5.1.1 no such user"})),
            "Bounce UserUnknown ann@s.example",
        ),
        (
            failed("temporary", "generic", json!({"code": 452, "message": "4.2.2 over quota"})),
            "Delay MailboxFull ann@s.example",
        ),
        (
            failed(
                "permanent",
                "suppress-bounce",
                json!({"code": 605, "message": "Not delivering to previously bounced address"}),
            ),
            "Bounce hard UserUnknown ann@s.example",
        ),
        (failed("permanent", "suppress-unsubscribe", json!({"code": 606})), "left"),
        (
            with(base("opened"), json!({"client-info": {"user-agent": "A", "bot": "apple"}})),
            "opened machine=true Some(\"A\")",
        ),
        (with(base("clicked"), json!({"url": "https://s.example/"})), "clicked https://s.example/"),
        (base("complained"), "Complaint Spam ann@s.example"),
        (base("unsubscribed"), "left"),
    ] {
        assert_eq!(short(&mailgun("s1gn", &event).unwrap()), [expected], "{event}");
        assert_eq!(mailgun("sign", &event), Err(HookFault::Forged));
    }
    assert_eq!(mailgun("s1gn", &base("accepted")), Ok(vec![]));
    assert_eq!(mailgun("s1gn", &Value::Null), Err(HookFault::Malformed));
}

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:mail";

fn ses_spec() -> Value {
    json!({"kind": "ses", "username": "AK", "secret": "s", "from": {"email": "hi@s.example"}, "topic_arn": TOPIC, "certificate": CERTIFICATE})
}

/// A call of SNS, signed with the certificate's key.
fn sns(kind: &str, topic: &str, message: &str) -> Value {
    let mut call = json!({"Type": kind, "MessageId": "i", "TopicArn": topic, "Message": message, "Timestamp": "2023-11-14T22:13:20.000Z",
        "SignatureVersion": "2", "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/S-1.pem"});
    let mut signed = format!("Message\n{message}\nMessageId\ni\n");
    if kind == "Notification" {
        call["Subject"] = json!("Amazon SES");
        signed.push_str("Subject\nAmazon SES\nTimestamp\n2023-11-14T22:13:20.000Z\n");
    } else {
        let url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
        (call["Token"], call["SubscribeURL"]) = (json!("t"), json!(url));
        signed.push_str(&format!("SubscribeURL\n{url}\nTimestamp\n2023-11-14T22:13:20.000Z\nToken\nt\n"));
    }
    signed.push_str(&format!("TopicArn\n{topic}\nType\n{kind}\n"));
    let der = rustls::pki_types::PrivateKeyDer::from_pem_slice(RSA.as_bytes()).unwrap();
    let pair = RsaKeyPair::from_pkcs8(der.secret_der()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    call["Signature"] = json!(STANDARD.encode(signature));
    call
}

use rustls::pki_types::pem::PemObject;

#[test]
fn ses_is_signed_by_sns() {
    let mail = json!({"tags": {"message": [ID]}});
    let one = |event: Value| with(json!({"mail": mail}), event).to_string();
    let bounced = |kind: &str, sub: &str, words: &str| {
        one(json!({"eventType": "Bounce", "bounce": {"bounceType": kind, "bounceSubType": sub,
            "bouncedRecipients": [{"emailAddress": "ann@s.example", "diagnosticCode": words}]}}))
    };
    for (message, expected) in [
        (one(json!({"eventType": "Delivery"})), "Delivery"),
        (bounced("Permanent", "General", "smtp; 550 5.1.1 user unknown"), "Bounce hard UserUnknown ann@s.example"),
        (bounced("Permanent", "OnAccountSuppressionList", ""), "Bounce hard UserUnknown ann@s.example"),
        (bounced("Permanent", "General", "smtp; 554 5.7.1 spam"), "Bounce Spam ann@s.example"),
        (bounced("Transient", "MailboxFull", ""), "Bounce MailboxFull ann@s.example"),
        (bounced("Undetermined", "Undetermined", ""), "Bounce Undefined ann@s.example"),
        (
            one(
                json!({"notificationType": "Complaint", "complaint": {"complaintFeedbackType": "abuse", "complainedRecipients": [{"emailAddress": "ann@s.example"}]}}),
            ),
            "Complaint Spam ann@s.example",
        ),
        (one(json!({"eventType": "Open", "open": {"userAgent": "A"}})), "opened machine=false Some(\"A\")"),
        (one(json!({"eventType": "Click", "click": {"link": "https://s.example/"}})), "clicked https://s.example/"),
        (one(json!({"eventType": "Subscription"})), "left"),
    ] {
        let signed = sns("Notification", TOPIC, &message);
        assert_eq!(short(&call(&ses_spec(), &[], &signed.to_string()).unwrap()), [expected], "{message}");
        for (member, value) in [
            ("Message", json!("{}")),
            ("Subject", json!("x")),
            ("Signature", json!("AAAA")),
            ("SignatureVersion", json!("1")),
        ] {
            let forged = with(signed.clone(), json!({member: value}));
            assert_eq!(call(&ses_spec(), &[], &forged.to_string()), Err(HookFault::Forged), "{member}");
        }
    }
    let theirs = sns("Notification", "arn:aws:sns:eu-central-1:999:other", "{}").to_string();
    assert!(matches!(call(&ses_spec(), &[], &theirs), Err(HookFault::Refused(why)) if why.contains("topic")));
    let asked = call(&ses_spec(), &[], &sns("SubscriptionConfirmation", TOPIC, "hi").to_string()).unwrap();
    assert!(matches!(&asked[0], Received::Confirm { url } if url.contains("ConfirmSubscription")), "{asked:?}");
    assert_eq!(call(&ses_spec(), &[], "{}"), Err(HookFault::Malformed));
    assert_eq!(call(&ses_spec(), &[], &sns("Notification", TOPIC, "a test").to_string()), Ok(vec![]));
    // Without a topic in the document anybody's calls would be believed.
    let open = with(ses_spec(), json!({"topic_arn": null}));
    assert!(matches!(call(&open, &[], &theirs), Err(HookFault::Refused(_))));
}

#[test]
fn certificates_come_from_amazon_only() {
    let spec = ChannelSpec::validate(&with(ses_spec(), json!({"certificate": null}))).unwrap();
    let asked = |url: &str| certificate_url(&spec, json!({"SigningCertURL": url}).to_string().as_bytes());
    for good in ["https://sns.eu-central-1.amazonaws.com/S-1.pem", "https://sns.cn-north-1.amazonaws.com.cn/S.pem"] {
        assert_eq!(asked(good).as_deref(), Some(good));
    }
    for bad in [
        "http://sns.eu-central-1.amazonaws.com/S.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/S.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/S.pem",
        "https://sns.a.b.amazonaws.com/S.pem",
        "https://evil@sns.eu.amazonaws.com/S.pem",
        "https://sns.eu.amazonaws.com:8443/S.pem",
        "https://bucket.amazonaws.com/S.pem",
        "https://sns..amazonaws.com/S.pem",
        "https://sns.eu-central-1.amazonaws.com/S.txt",
        "",
    ] {
        assert_eq!(asked(bad), None, "{bad}");
    }
    let pinned = ChannelSpec::validate(&ses_spec()).unwrap();
    assert_eq!(certificate_url(&pinned, b"{\"SigningCertURL\":\"https://sns.eu.amazonaws.com/S.pem\"}"), None);
}

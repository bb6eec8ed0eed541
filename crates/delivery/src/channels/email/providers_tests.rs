//! What each provider is sent, and what its answers mean.

use bytes::Bytes;
use hyper::header::HeaderMap;

use super::*;
use crate::channels::Wire;
use crate::channels::testing::{Bench, with};

fn bench(channel: Value) -> Bench {
    let channel = with(json!({"from": {"name": "Shop \"X\"", "email": "hi@shop.example"}, "secret": "key"}), channel);
    let template = json!({"name": "W", "subject": "Hi\r\nBcc: x@y.z {{ event.name }}", "html": "<p>{{ event.n }}</p>"});
    let template = with(template, json!({"subject": "Hi {{ event.name }}"}));
    Bench::new(&channel, &template, &json!({"email": "ann@example.net"}))
}

fn call(channel: Value) -> Call {
    match bench(channel).wire().unwrap() {
        Wire::Calls(calls) if calls.len() == 1 => calls[0].clone(),
        other => panic!("{other:?}"),
    }
}

fn body(call: &Call) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

fn header<'c>(call: &'c Call, name: &str) -> &'c str {
    call.headers.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v)
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: Bytes::from(body.to_owned()) }
}

#[test]
fn signatures_are_those_of_the_published_suite() {
    // "post-vanilla" of the AWS Signature Version 4 test suite.
    let signing = Signing {
        access_key: "AKIDEXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        service: "service",
        at: "20150830T123600Z",
    };
    let headers = [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
    assert_eq!(
        signing.authorization("POST", "/", &headers, b""),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, \
         Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    );
}

#[test]
fn ses_and_mailgun_take_the_whole_message() {
    let mut ses = call(json!({"kind": "ses", "username": "AKID", "region": "eu-west-1"}));
    assert_eq!(ses.url, "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails");
    let sent = body(&ses);
    let raw = STANDARD.decode(sent["Content"]["Raw"]["Data"].as_str().unwrap()).unwrap();
    let mail = String::from_utf8(raw).unwrap();
    assert!(
        mail.contains("Subject: Hi Ada\r\n") && mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        "{mail}"
    );
    assert_eq!(
        (&sent["FromEmailAddress"], &sent["Destination"]["ToAddresses"][0]),
        (&json!("\"Shop X\" <hi@shop.example>"), &json!("ann@example.net"))
    );
    let spec = bench(json!({"kind": "ses", "username": "AKID", "region": "eu-west-1"})).spec;
    Ses::new(&spec).finish(&mut ses);
    assert!(
        header(&ses, "authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKID/")
            && !header(&ses, "x-amz-date").is_empty()
    );
    let taken = Ses::new(&spec).read(&Call::post("", "", ""), &answer(200, r#"{"MessageId":"01-a"}"#)).unwrap();
    assert_eq!(taken.provider_id.as_deref(), Some("01-a"));

    let mailgun =
        call(json!({"kind": "mailgun", "domain": "mg.shop.example", "base_url": "https://api.eu.mailgun.net"}));
    assert_eq!(mailgun.url, "https://api.eu.mailgun.net/v3/mg.shop.example/messages.mime");
    assert_eq!(header(&mailgun, "authorization"), "Basic YXBpOmtleQ==");
    let text = String::from_utf8_lossy(&mailgun.body).into_owned();
    assert!(
        text.contains("name=\"to\"\r\n\r\nann@example.net\r\n")
            && text.contains("Subject: Hi Ada")
            && text.ends_with("--\r\n")
    );
}

#[test]
fn sendgrid_and_postmark_take_the_parts() {
    let sendgrid = call(json!({"kind": "sendgrid"}));
    let sent = body(&sendgrid);
    assert_eq!(
        (sendgrid.url.as_str(), header(&sendgrid, "authorization")),
        ("https://api.sendgrid.com/v3/mail/send", "Bearer key")
    );
    assert_eq!((&sent["subject"], &sent["from"]["email"]), (&json!("Hi Ada"), &json!("hi@shop.example")));
    assert_eq!(sent["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    assert!(sent["content"][1]["value"].as_str().unwrap().contains("<p>7</p>"));

    let postmark = call(json!({"kind": "postmark"}));
    let sent = body(&postmark);
    assert_eq!((header(&postmark, "x-postmark-server-token"), &sent["MessageStream"]), ("key", &json!("broadcast")));
    assert_eq!((&sent["Headers"][0]["Name"], &sent["TrackLinks"]), (&json!("List-Unsubscribe"), &json!("None")));
    let spec = bench(json!({"kind": "postmark"})).spec;
    let read = |status, body: &str| Postmark(spec.clone()).read(&Call::post("", "", ""), &answer(status, body));
    assert_eq!(read(200, r#"{"ErrorCode":0,"MessageID":"pm-1"}"#).unwrap().provider_id.as_deref(), Some("pm-1"));
    assert!(matches!(
        read(422, r#"{"ErrorCode":406,"Message":"Inactive"}"#),
        Err(SendFault::Permanent { hard_bounce: true, .. })
    ));
    assert!(matches!(read(500, "oops"), Err(SendFault::Transient { .. })));
    assert!(matches!(read(429, "{}"), Err(SendFault::Throttled { .. } | SendFault::Transient { .. })));
}

#[test]
fn faults_of_the_account_are_none_of_the_message() {
    let spec_of = |kind: &str| {
        bench(match kind {
            "ses" => json!({"kind": kind, "username": "A"}),
            "mailgun" => json!({"kind": kind, "domain": "mg.x.example"}),
            _ => json!({"kind": kind}),
        })
        .spec
    };
    let read = |kind: &str, answer: &Answer| {
        let call = Call::post("", "", "");
        let read = match kind {
            "ses" => Ses::new(&spec_of(kind)).read(&call, answer),
            "sendgrid" => SendGrid(spec_of(kind)).read(&call, answer),
            "postmark" => Postmark(spec_of(kind)).read(&call, answer),
            _ => Mailgun(spec_of(kind)).read(&call, answer),
        };
        read.unwrap_err()
    };
    let typed = |kind: &'static str| {
        let mut answer = answer(400, r#"{"message":"no"}"#);
        answer.headers.insert("x-amzn-errortype", hyper::header::HeaderValue::from_static(kind));
        answer
    };
    let ours = [
        ("ses", typed("LimitExceededException")),
        ("ses", typed("SendingPausedException")),
        ("ses", typed("MailFromDomainNotVerifiedException:http://internal.amazon.com/coral/")),
        ("ses", answer(400, r#"{"__type":"com.amazonaws#AccountSuspendedException","message":"x"}"#)),
        ("ses", answer(400, r#"{"message":"Email address is not verified. The following identities failed: a@b.co"}"#)),
        ("sendgrid", answer(400, r#"{"errors":[{"message":"not a verified Sender Identity","field":"from.email"}]}"#)),
        ("sendgrid", answer(401, r#"{"errors":[{"message":"Maximum credits exceeded"}]}"#)),
        ("postmark", answer(422, r#"{"ErrorCode":405,"Message":"ran out of credits"}"#)),
        ("postmark", answer(422, r#"{"ErrorCode":412,"Message":"pending approval"}"#)),
        ("postmark", answer(422, r#"{"ErrorCode":300,"Message":"Invalid 'From' address: 'x'."}"#)),
        ("mailgun", answer(404, r#"{"message":"Domain not found: mg.x.example"}"#)),
        ("mailgun", answer(400, r#"{"message":"Domain mg.x.example is not allowed to send: unverified"}"#)),
        ("mailgun", answer(302, "")),
    ];
    for (kind, answer) in ours {
        let fault = read(kind, &answer);
        assert!(matches!(fault, SendFault::Transient { untaken: true, .. }), "{kind} {}: {fault:?}", answer.shown());
    }
    let final_ones = [
        ("ses", answer(400, r#"{"message":"Local address contains control or whitespace"}"#), false),
        ("sendgrid", answer(400, r#"{"errors":[{"message":"Does not contain a valid address.","field":"to"}]}"#), true),
        ("sendgrid", answer(413, ""), false),
        ("postmark", answer(422, r#"{"ErrorCode":406,"Message":"inactive"}"#), true),
        ("postmark", answer(422, r#"{"ErrorCode":300,"Message":"Invalid 'To' address"}"#), false),
        ("mailgun", answer(400, r#"{"message":"'to' parameter is not a valid address. please check"}"#), true),
    ];
    for (kind, answer, hard) in final_ones {
        let fault = read(kind, &answer);
        assert!(
            matches!(fault, SendFault::Permanent { hard_bounce, .. } if hard_bounce == hard),
            "{kind} {}: {fault:?}",
            answer.shown()
        );
    }
}

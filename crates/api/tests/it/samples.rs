//! Tests of templates on every channel but mail: to whom the team names, marked, and counted nowhere.

use rapport_delivery::catcher::http::{Act, HttpCatcher};
use serde_json::{Value, json};

use crate::fixture::{Answer, App};
use crate::reach::{app, post, publish};

const NUMBER: &str = "+4915123456789";

async fn test(app: &App, template: &str, body: Value) -> Answer {
    app.api("POST", &format!("/api/v1/templates/{template}/test"), body).await
}

/// Nothing of a test may be counted anywhere.
async fn counts_nowhere(app: &App) {
    assert_eq!(app.get("/api/v1/messages").await.expect(200)["items"], json!([]));
    assert_eq!(app.get("/api/v1/messages/report").await.expect(200)["items"], json!([]));
    let events = app.get("/api/v1/events").await.expect(200).to_string();
    assert!(!events.contains("Message Sent") && !events.contains("In-App Message"), "{events}");
}

#[tokio::test]
async fn a_text_message_is_tested_on_a_telephone_that_did_not_refuse() {
    let app = app();
    let twilio = HttpCatcher::local(Act::answer(201, r#"{"sid":"SM1","status":"queued"}"#)).await.unwrap();
    let channel = json!({"kind": "twilio", "username": "AC1", "secret": "tok", "sender": "+15005550006", "base_url": twilio.url()});
    let template = json!({"name": "S", "channel": "sms", "body": "Hi {{ profile.name }} {{ event.sku }} https://shop.example/way"});
    publish(&app, &[("channel/sms", channel), ("settings/workspace", json!({"default_country": "DE"}))]).await;
    // A draft can be seen before it is live.
    app.api("PUT", "/api/v1/resources/template/hello", template).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"phone": NUMBER, "name": "Ada"}})).await.expect(200);
    let ada = app.profile("ada").await;
    for (body, part) in [
        (json!({}), "1 to 10"),
        (json!({"to": vec![NUMBER; 11]}), "1 to 10"),
        (json!({"to": ["ada@shop.example"]}), "to[0]"),
        (json!({"to": [NUMBER], "channel": "nosuch"}), "no such live channel"),
        (json!({"to": [NUMBER], "version": 9}), "template hello"),
    ] {
        let answer = test(&app, "hello", body.clone()).await;
        assert!((400..500).contains(&answer.status) && answer.text().contains(part), "{body}: {}", answer.text());
    }
    assert!(twilio.take().is_empty());

    let done = test(&app, "hello", json!({"to": ["0160 1234567"], "profiles": [ada]})).await.expect(200);
    assert_eq!((&done["ok"], &done["messages"][1]["to"]), (&json!(true), &json!(ada)), "{done}");
    assert_eq!(done["messages"][0]["channel"], "sms");
    assert_eq!(
        (&done["missing"][0]["name"], &done["missing"][0]["part"]),
        (&json!("profile.name"), &json!("body")),
        "{done}"
    );
    let texts: Vec<String> = twilio.take().iter().map(|c| c.text().to_owned()).collect();
    // The stranger's name is not known; links are as they are written.
    assert!(texts[0].contains("To=%2B491601234567") && texts[0].contains("Body=%5BTest%5D+Hi++"), "{texts:?}");
    assert!(texts[1].contains("Hi+Ada") && texts[1].contains("https%3A%2F%2Fshop.example%2Fway"), "{texts:?}");
    counts_nowhere(&app).await;
    let profile = app.get(&format!("/api/v1/profiles/{ada}")).await.expect(200);
    assert_eq!(profile["journeys"]["habits"]["pressure"].as_f64(), Some(0.0), "{profile}");

    // Who refused gets none, by whatever name, and neither does a number that said STOP.
    let refuse = json!({"channel": "sms", "granted": false});
    app.api("POST", &format!("/api/v1/profiles/{ada}/consents"), refuse).await.expect(201);
    app.settle().await;
    app.api("POST", "/api/v1/suppressions", json!({"channel": "sms", "address": "+491601234567"})).await.expect(201);
    let body = json!({"to": [NUMBER, "0160 1234567"], "profiles": [ada]});
    let refused = test(&app, "hello", body).await.expect(200);
    let problem = |at: usize| refused["messages"][at]["problem"].as_str().unwrap_or_default();
    assert!(
        refused["ok"] == json!(false) && problem(0).contains("refused") && problem(2).contains("refused"),
        "{refused}"
    );
    assert!(problem(1).contains("suppression list"), "{refused}");
    assert!(twilio.take().is_empty());
}

#[tokio::test]
async fn a_webhook_is_tested_where_it_goes_and_says_so() {
    let app = app();
    let program = HttpCatcher::local(Act::answer(200, "")).await.unwrap();
    let template = json!({"name": "C", "channel": "webhook", "body": {"total": "{{ event.total }}"}});
    publish(&app, &[("channel/hook", json!({"kind": "webhook", "url": program.url()})), ("template/call", template)])
        .await;
    assert_eq!(test(&app, "call", json!({"to": ["https://elsewhere.example"]})).await.status, 400);
    let done = test(&app, "call", json!({"data": {"event": {"total": 5}}})).await.expect(200);
    assert_eq!(done["ok"], json!(true), "{done}");
    let call = program.take().remove(0);
    assert_eq!((call.header("rapport-test"), call.json()), (Some("true"), json!({"total": "5"})));
    counts_nowhere(&app).await;
}

#[tokio::test]
async fn free_text_by_whatsapp_needs_a_tester_who_wrote() {
    let app = app();
    let meta = HttpCatcher::local(Act::answer(200, r#"{"messages":[{"id":"wamid.1"}]}"#)).await.unwrap();
    let channel = json!({"kind": "whatsapp", "phone_number_id": "1", "secret": "t", "base_url": meta.url()});
    let free = json!({"name": "F", "channel": "whatsapp", "body": "Hi"});
    publish(&app, &[("channel/wa", channel), ("template/free", free)]).await;
    let closed = test(&app, "free", json!({"to": [NUMBER]})).await.expect(200);
    assert!(closed["messages"][0]["problem"].as_str().unwrap().contains("never wrote on whatsapp"), "{closed}");
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"phone": NUMBER}})).await.expect(200);
    app.collect("/v1/track", json!({"userId": "ada", "event": "WhatsApp Received"})).await.expect(200);
    app.settle().await;
    let done = test(&app, "free", json!({"to": [NUMBER]})).await.expect(200);
    assert_eq!(done["ok"], json!(true), "{done}");
    assert_eq!(meta.take()[0].json()["text"]["body"], "[Test] Hi");
}

#[tokio::test]
async fn an_in_app_message_is_shown_to_the_tester_and_what_they_do_counts_nowhere() {
    let app = app();
    const BROWSER: &str = "0b1f6f1e-5c1d-4b7e-9a55-aaaaaaaaaaaa";
    let template = json!({"name": "W", "channel": "inapp", "layout": "modal", "title": "Hi {{ profile.name }}"});
    publish(&app, &[("channel/app", json!({"kind": "inapp", "secret": "s3cret"})), ("template/welcome", template)])
        .await;
    let ada = json!({"userId": "ada", "anonymousId": BROWSER, "traits": {"name": "Ada"}});
    app.collect("/v1/identify", ada).await.expect(200);
    app.settle().await;
    assert!(test(&app, "welcome", json!({"to": ["ada"]})).await.text().contains("name profiles"));
    let done = test(&app, "welcome", json!({"profiles": [app.profile("ada").await]})).await.expect(200);
    assert_eq!(done["ok"], json!(true), "{done}");
    let open = async |path: &str, body: Value| post(&app, path, "text/plain", &[], body.to_string()).await;
    let session =
        open("/inapp/session", json!({"writeKey": app.a.write_key, "anonymousId": BROWSER})).await.expect(200);
    let token = session["token"].as_str().unwrap();
    let list = format!("/inapp/messages?token={token}");
    let shown = app.until(&list, |l| !l["messages"].as_array().unwrap().is_empty()).await;
    assert_eq!(shown["messages"][0]["content"]["title"], "[Test] Hi Ada", "{shown}");
    for kind in ["displayed", "dismissed"] {
        let event = json!({"message_id": shown["messages"][0]["id"], "type": kind});
        open("/inapp/events", json!({"token": token, "events": [event]})).await.expect(204);
    }
    app.until(&list, |l| l["messages"].as_array().unwrap().is_empty()).await;
    counts_nowhere(&app).await;
}

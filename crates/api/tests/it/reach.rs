//! Customers reached on other channels than mail: devices, in-app messages, texts and what they answer.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hmac::{Hmac, Mac};
use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::channels::hooks::twilio_signature;
use rapport_delivery::channels::http::Outbound;
use rapport_delivery::{Claim, Purpose, Relay, RelayConfig};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fixture::{Answer, App};

/// An app whose messages leave.
pub(crate) fn app() -> App {
    let app = App::new();
    open_gate(&app);
    app
}

pub(crate) fn open_gate(app: &App) {
    let config = RelayConfig {
        public_url: "http://rapport.example".into(),
        outbound: Outbound::anywhere(),
        ..RelayConfig::default()
    };
    let relay = Relay::start(app.state.engine.delivery_deps(), config, app.tokens.clone()).unwrap();
    app.state.engine.attach_relay(relay);
}

pub(crate) async fn publish(app: &App, documents: &[(&str, Value)]) {
    for (path, spec) in documents {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec.clone()).await.expect(200);
    }
}

pub(crate) async fn post(app: &App, path: &str, media: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let mut request = Request::builder().method("POST").uri(path).header("content-type", media);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = app.send(request.body(Body::from(body)).unwrap()).await;
    app.settle().await;
    answer
}

async fn open_call(app: &App, path: &str, body: Value) -> Answer {
    post(app, path, "text/plain", &[], body.to_string()).await
}

/// Sends a template to a user and answers the message's id once it left.
pub(crate) async fn sent(app: &App, user: &str, template: &str) -> String {
    let body = json!({"to": {"user_id": user}, "template": template});
    app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
    let path = format!("/api/v1/messages?template={template}");
    let list =
        app.until(&path, |l| l["items"][0]["status"].as_str().is_some_and(|s| s != "queued" && s != "deferred")).await;
    assert_eq!(list["items"][0]["status"], "sent", "{list}");
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn marks(app: &App, id: &str, wanted: &str) -> Value {
    app.until(&format!("/api/v1/messages/{id}/timeline"), |t| t.to_string().contains(&format!("\"{wanted}\""))).await
}

const BROWSER: &str = "0b1f6f1e-5c1d-4b7e-9a55-aaaaaaaaaaaa";

#[tokio::test]
async fn in_app_messages_are_for_their_customer_only() {
    let app = app();
    let template = json!({"name": "W", "channel": "inapp", "layout": "modal", "title": "Hi {{ profile.name }}",
        "buttons": [{"id": "go", "label": "Go"}]});
    publish(&app, &[("channel/app", json!({"kind": "inapp", "secret": "s3cret"})), ("template/welcome", template)])
        .await;
    let session = async |who: Value| {
        let mut body = who;
        body["writeKey"] = json!(app.a.write_key);
        open_call(&app, "/inapp/session", body).await
    };
    let none = session(json!({"anonymousId": BROWSER})).await.expect(200);
    assert_eq!(none["token"], Value::Null, "nothing is known yet");
    let ada = json!({"userId": "ada", "anonymousId": BROWSER, "traits": {"name": "Ada"}});
    app.collect("/v1/identify", ada).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "eve", "anonymousId": "eve-browser-0123456789"})).await.expect(200);
    app.settle().await;
    let id = sent(&app, "ada", "welcome").await;

    let token = session(json!({"anonymousId": BROWSER})).await.expect(200)["token"].as_str().unwrap().to_owned();
    let list = app.as_token("", "GET", &format!("/inapp/messages?token={token}"), Value::Null).await.expect(200);
    assert_eq!(list["messages"][0]["content"]["title"], "Hi Ada", "{list}");
    assert_eq!(list["messages"][0]["id"], id.as_str());

    // Nobody else: not by another browser, a guessed user id, a wrong user token, or another workspace's key.
    let eve = session(json!({"anonymousId": "eve-browser-0123456789"})).await.expect(200)["token"].clone();
    let theirs = format!("/inapp/messages?token={}", eve.as_str().unwrap());
    assert_eq!(app.as_token("", "GET", &theirs, Value::Null).await.expect(200)["messages"], json!([]));
    for who in [json!({"userId": "ada"}), json!({"userId": "ada", "userToken": "00"}), json!({"anonymousId": "short"})]
    {
        assert_eq!(session(who).await.status, 401);
    }
    let stranger = json!({"writeKey": app.b.write_key, "anonymousId": BROWSER});
    assert_eq!(open_call(&app, "/inapp/session", stranger).await.status, 404, "there is no in-app channel");
    assert_eq!(app.as_token("", "GET", "/inapp/messages?token=x", Value::Null).await.status, 401);

    let tell = async |token: &str, kind: &str| {
        let event = json!({"message_id": id, "type": kind, "button": "go"});
        open_call(&app, "/inapp/events", json!({"token": token, "events": [event]})).await.expect(204)
    };
    tell(eve.as_str().unwrap(), "clicked").await;
    tell(&token, "displayed").await;
    // Told twice and late by a clock that stands in 1970: once, and of when it was.
    let late = json!({"token": token, "sent_at": "1970-01-01T01:00:00Z", "events": [
        {"message_id": id, "type": "displayed", "id": "x", "timestamp": "1970-01-01T00:00:00Z"}]});
    for _ in 0..2 {
        open_call(&app, "/inapp/events", late.clone()).await.expect(204);
    }
    tell(&token, "dismissed").await;
    let timeline = marks(&app, &id, "dismissed").await;
    assert!(timeline.to_string().contains("\"opened\"") && !timeline.to_string().contains("\"clicked\""), "{timeline}");
    let list = app.as_token("", "GET", &format!("/inapp/messages?token={token}"), Value::Null).await.expect(200);
    assert_eq!(list["messages"], json!([]), "closed is over");
    let story = app.get(&format!("/api/v1/profiles/{}/events?q=Displayed", app.profile("ada").await)).await.expect(200);
    let at = |e: &Value| rapport_domain::Timestamp::parse(e["timestamp"].as_str().unwrap()).unwrap();
    let times: Vec<_> = story["items"].as_array().unwrap().iter().map(at).collect();
    assert_eq!(times.len(), 2, "{story}");
    assert!((3_590_000..3_610_000).contains(&times[0].since_ms(times[1])), "{story}");
    let report = app.get("/api/v1/messages/report?template=welcome").await.expect(200);
    assert_eq!((&report["items"][0]["sent"], &report["items"][0]["opened"]), (&json!(1), &json!(1)), "{report}");
}

#[tokio::test]
async fn browsers_subscribe_and_are_forgotten_when_gone() {
    let app = app();
    let service = HttpCatcher::local(Act::answer(201, "")).await.unwrap();
    let pair = app.api("POST", "/api/v1/channels/vapid", Value::Null).await.expect(200);
    let channel = json!({"kind": "webpush", "secret": pair["secret"], "subject": "mailto:it@shop.example"});
    let template = json!({"name": "P", "channel": "webpush", "title": "Hi", "url": "https://shop.example/"});
    publish(&app, &[("channel/push", channel), ("template/ping", template)]).await;
    let key = app.as_token("", "GET", &format!("/v1/push/key?writeKey={}", app.a.write_key), Value::Null).await;
    assert_eq!(key.expect(200)["public_key"], pair["public_key"]);
    app.collect("/v1/identify", json!({"userId": "ada", "anonymousId": BROWSER})).await.expect(200);
    // A browser's key: any point of the curve does, such as our own public key.
    let subscription = json!({"endpoint": format!("{}/p/1", service.url()),
        "keys": {"p256dh": pair["public_key"], "auth": "AAAAAAAAAAAAAAAAAAAAAA"}});
    let subscribe = async |who: Value| {
        let mut body = json!({"writeKey": app.a.write_key, "subscription": subscription});
        body.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        open_call(&app, "/v1/push/subscribe", body).await
    };
    subscribe(json!({"anonymousId": BROWSER})).await.expect(200);
    let bad = json!({"writeKey": app.a.write_key, "anonymousId": BROWSER, "subscription": {"endpoint": "ftp://x", "keys": subscription["keys"]}});
    assert_eq!(open_call(&app, "/v1/push/subscribe", bad).await.status, 400);
    assert_eq!(open_call(&app, "/v1/push/subscribe", json!({"writeKey": "wk_no", "userId": "ada"})).await.status, 401);
    let id = sent(&app, "ada", "ping").await;
    assert_eq!(service.take().len(), 1);
    // Used once: the device tells of it, and the link it opens does too, in whatever order.
    let message = id.parse().unwrap();
    let profile = app.profile("ada").await.parse().unwrap();
    let mint = |purpose| app.tokens.mint(&Claim { workspace: app.a.id, message, profile, purpose });
    let link = format!("/l/{}", mint(Purpose::Click { url: "https://shop.example/".into() }));
    let open = Request::get(link).header("user-agent", "Mozilla/5.0 (X11) Firefox/140.0").body(Body::empty());
    assert_eq!(app.send(open.unwrap()).await.status, 302);
    let receipt = format!("/r/{}", mint(Purpose::Receipt));
    assert_eq!(open_call(&app, &receipt, json!({"event": "clicked", "action": "go"})).await.status, 204);
    let taps = app.get(&format!("/api/v1/profiles/{}/events?q=Tapped", app.profile("ada").await)).await.expect(200);
    assert_eq!(taps["items"].as_array().unwrap().len(), 1, "{taps}");
    service.script([Act::answer(410, "")]);
    app.api("POST", "/api/v1/messages?wait=true", json!({"to": {"user_id": "ada"}, "template": "ping"}))
        .await
        .expect(202);
    let list = app.until("/api/v1/messages?status=skipped", |l| !l["items"].as_array().unwrap().is_empty()).await;
    assert_eq!(list["items"][0]["reason"], "no_address", "{list}");
    let profile = app.profile("ada").await;
    let gone = |p: &Value| !p["traits"].to_string().contains("$device_");
    app.until(&format!("/api/v1/profiles/{profile}"), gone).await;
}

#[tokio::test]
async fn nobody_takes_somebody_elses_notifications() {
    let app = app();
    let pair = app.api("POST", "/api/v1/channels/vapid", Value::Null).await.expect(200);
    let channel = json!({"kind": "webpush", "secret": pair["secret"], "subject": "mailto:it@shop.example"});
    publish(&app, &[("channel/push", channel), ("channel/app", json!({"kind": "inapp", "secret": "s3cret"}))]).await;
    for (user, browser) in [("ada", BROWSER), ("eve", "eve-browser-0123456789")] {
        app.collect("/v1/identify", json!({"userId": user, "anonymousId": browser})).await.expect(200);
    }
    let devices = async |user: &str| {
        let profile = app.profile(user).await;
        let profile = app.get(&format!("/api/v1/profiles/{profile}")).await.expect(200);
        profile["traits"].as_object().unwrap().keys().filter(|k| k.starts_with("$device_")).count()
    };
    let subscribe = async |endpoint: &str, who: Value| {
        let keys = json!({"p256dh": pair["public_key"], "auth": "AAAAAAAAAAAAAAAAAAAAAA"});
        let mut body = json!({"writeKey": app.a.write_key,
            "subscription": {"endpoint": format!("https://push.example/{endpoint}"), "keys": keys}});
        body.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        open_call(&app, "/v1/push/subscribe", body).await.status
    };
    for who in [json!({"userId": "ada"}), json!({"userId": "ada", "userToken": "00"}), json!({"anonymousId": "short"})]
    {
        assert_eq!(subscribe("1", who).await, 401);
    }
    // Beside a browser's own id, a user id that nothing proves counts for nothing.
    assert_eq!(subscribe("2", json!({"userId": "ada", "anonymousId": "eve-browser-0123456789"})).await, 200);
    assert_eq!((devices("ada").await, devices("eve").await), (0, 1));
    assert_eq!(subscribe("3", json!({"anonymousId": BROWSER})).await, 200);
    assert_eq!(devices("ada").await, 1);
    let mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap().chain_update("ada").finalize().into_bytes();
    let token: String = mac.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(subscribe("4", json!({"userId": "ada", "userToken": token})).await, 200);
    assert_eq!(devices("ada").await, 2);
    // Nor by the traits of a call of collection.
    let device = json!({"userId": "ada", "traits": {"$device_eve": {"kind": "webpush", "token": "https://push.example/5"}, "name": "Ada"}});
    app.collect("/v1/identify", device).await.expect(200);
    assert_eq!(devices("ada").await, 2);
}

#[tokio::test]
async fn texts_come_back_as_receipts_replies_and_refusals() {
    let app = app();
    let twilio = HttpCatcher::local(Act::answer(201, r#"{"sid":"SM1","status":"queued"}"#)).await.unwrap();
    let channel = json!({"kind": "twilio", "username": "AC1", "secret": "tok", "sender": "+15005550006", "base_url": twilio.url()});
    let template = json!({"name": "S", "channel": "sms", "body": "Reply 1 to confirm: https://shop.example/long/way"});
    publish(&app, &[("channel/sms", channel), ("template/confirm", template)]).await;
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"phone": "+4915123456789"}})).await.expect(200);
    let id = sent(&app, "ada", "confirm").await;
    let profile = app.get(&format!("/api/v1/profiles/{}", app.profile("ada").await)).await.expect(200);
    let habits = &profile["journeys"]["habits"];
    // By the gate's score: a text message just now weighs 3; these settings have no limit.
    assert!(
        (2.9..=3.0).contains(&habits["pressure"].as_f64().unwrap()) && habits["pressure_limit"].is_null(),
        "{habits}"
    );
    let fields: Vec<(String, String)> = {
        let text = twilio.take().remove(0).text();
        let uri = format!("/?{text}").parse().unwrap();
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).unwrap().0
    };
    let field = |name: &str| fields.iter().find(|f| f.0 == name).unwrap().1.clone();
    let link = field("Body").split("http://rapport.example").nth(1).unwrap().to_owned();
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
    let follow = axum::http::Request::builder().uri(&link).header("user-agent", phone);
    let follow = app.send(follow.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((follow.status, follow.header("location")), (302, "https://shop.example/long/way"));

    let hook = async |url: &str, form: &str, secret: &str| {
        let pairs: Vec<(String, String)> = {
            let uri = format!("/?{form}").parse().unwrap();
            axum::extract::Query::try_from_uri(&uri).unwrap().0
        };
        let signature = twilio_signature(secret, url, &pairs);
        let path = url.strip_prefix("http://rapport.example").unwrap();
        let media = "application/x-www-form-urlencoded";
        post(&app, path, media, &[("x-twilio-signature", &signature)], form.to_owned()).await
    };
    let callback = field("StatusCallback");
    assert_eq!(hook(&callback, "MessageStatus=delivered", "forged").await.status, 403);
    assert_eq!(hook(&callback, "MessageStatus=delivered", "tok").await.status, 200);
    marks(&app, &id, "delivered").await;
    marks(&app, &id, "clicked").await;

    let list = app.get("/api/v1/channels").await.expect(200);
    let inbound = list["items"][0]["inbound_url"].as_str().unwrap().to_owned();
    let text = "From=%2B4915123456789&To=%2B1&Body=1&MessageSid=SM2";
    assert_eq!(hook(&inbound, text, "tok").await.status, 200);
    assert_eq!(hook(&inbound, text, "tok").await.status, 200, "told twice, counted once");
    marks(&app, &id, "replied").await;
    let profile = app.profile("ada").await;
    let events = app.get(&format!("/api/v1/profiles/{profile}/events")).await.expect(200);
    let received: Vec<&Value> =
        events["items"].as_array().unwrap().iter().filter(|e| e["event"] == "SMS Received").collect();
    assert_eq!(received.len(), 1, "{events}");
    let picture = "From=%2B4915123456789&Body=&MessageSid=MM1&NumMedia=1&MediaUrl0=https%3A%2F%2Fa.example%2F1&MediaContentType0=image%2Fjpeg";
    assert_eq!(hook(&inbound, picture, "tok").await.status, 200);
    let events = app.get(&format!("/api/v1/profiles/{profile}/events?q=SMS%20Received")).await.expect(200);
    let media = &events["items"][0]["properties"]["media"];
    assert_eq!(media, &json!([{"type": "image/jpeg", "url": "https://a.example/1"}]), "{events}");
    assert_eq!(
        (&received[0]["properties"]["reply"], &received[0]["properties"]["message_id"]),
        (&json!("1"), &json!(id))
    );
    assert_eq!(hook(&inbound, "From=%2B4915123456789&Body=STOP&MessageSid=SM3", "tok").await.status, 200);
    let denied = |c: &Value| c.to_string().contains("\"granted\":false");
    app.until(&format!("/api/v1/profiles/{profile}/consents"), denied).await;
    app.api("POST", "/api/v1/messages", json!({"to": {"user_id": "ada"}, "template": "confirm"})).await.expect(202);
    let list = app.until("/api/v1/messages?status=skipped", |l| !l["items"].as_array().unwrap().is_empty()).await;
    assert_eq!(list["items"][0]["reason"], "suppressed", "{list}");
    let help = hook(&inbound, "From=%2B4915123456789&Body=Help&MessageSid=SM4", "tok").await;
    assert!(help.text().contains("reply STOP"), "{}", help.text());
}

#[tokio::test]
async fn what_was_given_up_can_be_tried_again() {
    let app = app();
    let program = HttpCatcher::local(Act::answer(500, "")).await.unwrap();
    let channel = json!({"kind": "webhook", "url": program.url()});
    publish(&app, &[("channel/hook", channel), ("template/call", json!({"name": "C", "channel": "webhook"}))]).await;
    app.collect("/v1/identify", json!({"userId": "ada"})).await.expect(200);
    // It is not worth sending any more when the second attempt would come.
    let body = json!({"to": {"user_id": "ada"}, "template": "call", "expires": "1s"});
    app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
    let list = app.until("/api/v1/messages?status=failed", |l| !l["items"].as_array().unwrap().is_empty()).await;
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let first = program.take().remove(0);
    program.always(Act::answer(200, ""));
    let path = format!("/api/v1/messages/{id}/replay");
    assert_eq!(app.api("POST", &path, json!({})).await.expect(200)["messages"], 1);
    app.until(&format!("/api/v1/messages/{id}"), |m| m["status"] == "sent").await;
    assert!(program.wait_for(1, Duration::from_secs(5)).await);
    assert_eq!(program.take()[0].header("webhook-id"), first.header("webhook-id"), "the same message");
    assert_eq!(app.api("POST", &path, json!({})).await.status, 409, "it is sent");
}

#[tokio::test]
async fn what_a_provider_refused_can_be_tried_again_unless_its_address_is_dead() {
    let app = app();
    let twilio = HttpCatcher::local(Act::answer(400, r#"{"code":21602,"message":"no body"}"#)).await.unwrap();
    let channel = json!({"kind": "twilio", "username": "AC1", "secret": "tok", "sender": "+15005550006", "base_url": twilio.url()});
    let template = json!({"name": "S", "channel": "sms", "body": "Hi"});
    publish(&app, &[("channel/sms", channel), ("template/hi", template)]).await;
    for (user, phone) in [("ada", "+4915123456789"), ("bob", "+4915123456780")] {
        app.collect("/v1/identify", json!({"userId": user, "traits": {"phone": phone}})).await.expect(200);
    }
    let refused = async |user: &str| {
        let body = json!({"to": {"user_id": user}, "template": "hi"});
        app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
        let list = app.until("/api/v1/messages", |l| l["items"][0]["status"] == "skipped").await;
        assert_eq!(list["items"][0]["reason"], "provider_rejected", "{list}");
        list["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let id = refused("ada").await;
    let counts = app.get("/api/v1/messages/counts").await.expect(200);
    twilio.always(Act::answer(201, r#"{"sid":"SM1","status":"queued"}"#));
    let done = app.api("POST", "/api/v1/messages/replay", json!({"reason": "provider_rejected"})).await.expect(200);
    assert_eq!((&done["messages"], &done["gone"]), (&json!(1), &json!(0)), "{counts}");
    app.until(&format!("/api/v1/messages/{id}"), |m| m["status"] == "sent").await;
    let counts = app.get("/api/v1/messages/counts").await.expect(200);
    assert!(!counts.to_string().contains("provider_rejected"), "{counts}");
    let wrong = app.api("POST", "/api/v1/messages/replay", json!({"reason": "provider_rejectd"})).await.expect(400);
    assert_eq!(wrong["errors"][0]["did_you_mean"], "provider_rejected");
    // Nothing is kept for an address that does not work, and that is said.
    twilio.always(Act::answer(400, r#"{"code":21614,"message":"no mobile number"}"#));
    let id = refused("bob").await;
    let answer = app.api("POST", &format!("/api/v1/messages/{id}/replay"), json!({})).await.expect(409);
    assert_eq!(answer["code"], "not_kept", "{answer}");
    let done = app.api("POST", "/api/v1/messages/replay", json!({"reason": "provider_rejected"})).await.expect(200);
    assert_eq!((&done["messages"], &done["gone"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn what_a_paused_journey_decided_waits_at_the_gate() {
    let app = App::new();
    let provider = HttpCatcher::local(Act::answer(200, "ok")).await.unwrap();
    let journey = json!({"name": "Ping", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [{"id": "call", "send": {"channel": "webhook", "template": "call"}}]});
    let documents = [
        ("channel/hook", json!({"kind": "webhook", "url": provider.url()})),
        ("template/call", json!({"name": "Call", "channel": "webhook"})),
        ("journey/ping", journey),
    ];
    for (path, spec) in documents {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true&confirm=true"), spec).await.expect(200);
    }
    for user in ["ada", "bob"] {
        app.collect("/v1/track", json!({"userId": user, "event": "Ping"})).await.expect(200);
    }
    let all = |list: &Value, status: &str| {
        let items = list["items"].as_array().unwrap();
        items.len() == 2 && items.iter().all(|m| m["status"] == status)
    };
    app.until("/api/v1/messages", |l| all(l, "queued")).await;
    app.api("POST", "/api/v1/journeys/ping/pause", json!({})).await.expect(200);
    open_gate(&app);
    let held = app.until("/api/v1/messages", |l| all(l, "deferred")).await;
    assert_eq!(held["items"][0]["detail"], "journey \"ping\" is paused", "{held}");
    assert!(provider.caught().is_empty());
    app.api("POST", "/api/v1/journeys/ping/resume", json!({"overdue": "run"})).await.expect(200);
    app.until("/api/v1/messages", |l| all(l, "sent")).await;
    assert_eq!(provider.caught().len(), 2, "each once");
}

#[tokio::test]
async fn a_standing_message_is_shown_to_members_of_a_segment_and_taken_back_from_who_leaves() {
    let app = app();
    let banner =
        json!({"name": "B", "channel": "inapp", "layout": "banner", "title": "Your trial", "frequency": {"max": 100}});
    let journey = json!({"name": "Trial", "trigger": {"segment": {"id": "trial", "on": "entered"}}, "reentry": "always",
        "exit_when": "!in_segment(\"trial\")",
        "steps": [{"id": "show", "send": {"template": "banner", "channel": "inapp"}}, {"id": "stand", "wait": {"for": "90d"}}]});
    publish(
        &app,
        &[
            ("channel/app", json!({"kind": "inapp", "secret": "s3cret"})),
            ("template/banner", banner),
            ("segment/trial", json!({"name": "Trial", "rule": "traits.plan == \"trial\""})),
            ("journey/trial", journey),
        ],
    )
    .await;
    let plan = async |plan: &str| {
        let ada = json!({"userId": "ada", "anonymousId": BROWSER, "traits": {"plan": plan}});
        app.collect("/v1/identify", ada).await.expect(200);
        app.settle().await;
    };
    plan("pro").await;
    let session = json!({"anonymousId": BROWSER, "writeKey": app.a.write_key});
    let token = open_call(&app, "/inapp/session", session).await.expect(200)["token"].as_str().unwrap().to_owned();
    let shown = async |count: usize| {
        let path = format!("/inapp/messages?token={token}");
        for _ in 0..400 {
            let list = app.as_token("", "GET", &path, Value::Null).await.expect(200);
            if list["messages"].as_array().unwrap().len() == count {
                return list["messages"].clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            app.settle().await;
        }
        panic!("there are never {count} messages");
    };
    shown(0).await;
    // A later member gets it, also after it was shown; who leaves does not keep it, and who comes back gets a new one.
    plan("trial").await;
    let first = shown(1).await[0]["id"].clone();
    let displayed = json!({"token": token, "events": [{"message_id": first, "type": "displayed"}]});
    open_call(&app, "/inapp/events", displayed).await.expect(204);
    assert_eq!(shown(1).await[0]["id"], first);
    plan("pro").await;
    shown(0).await;
    plan("trial").await;
    assert_ne!(shown(1).await[0]["id"], first);
}

#[tokio::test]
async fn a_message_with_a_rule_is_shown_while_the_rule_holds() {
    let app = app();
    let banner = |when: &str| json!({"name": "B", "channel": "inapp", "layout": "inbox", "title": "Upgrade", "target": {"when": when}});
    let about_events =
        app.api("PUT", "/api/v1/resources/template/x", banner("events(\"A\").exists()")).await.expect(400);
    assert!(
        about_events.to_string().contains("spec.target.when") && about_events.to_string().contains("in_segment"),
        "{about_events}"
    );
    assert_eq!(app.api("PUT", "/api/v1/resources/template/x", banner("traits.plan ==")).await.status, 400);
    let rule = "in_segment(\"trial\") && traits.country != \"FR\"";
    publish(
        &app,
        &[
            ("channel/app", json!({"kind": "inapp", "secret": "s3cret"})),
            ("segment/trial", json!({"name": "Trial", "rule": "traits.plan == \"trial\""})),
            ("template/banner", banner(rule)),
        ],
    )
    .await;
    let identify = async |traits: Value| {
        let ada = json!({"userId": "ada", "anonymousId": BROWSER, "traits": traits});
        app.collect("/v1/identify", ada).await.expect(200);
        app.settle().await;
    };
    identify(json!({"plan": "trial"})).await;
    sent(&app, "ada", "banner").await;
    let session = json!({"anonymousId": BROWSER, "writeKey": app.a.write_key});
    let token = open_call(&app, "/inapp/session", session).await.expect(200)["token"].as_str().unwrap().to_owned();
    let path = format!("/inapp/messages?token={token}");
    let count = |list: &Value| (list["messages"].as_array().unwrap().len(), list["unread"].as_u64().unwrap());
    let shown = app.until(&path, |l| count(l) == (1, 1)).await;
    assert!(!shown.to_string().contains("in_segment"), "rules are not told to browsers: {shown}");
    identify(json!({"country": "FR"})).await;
    app.until(&path, |l| count(l) == (0, 0)).await;
    identify(json!({"country": "DE"})).await;
    app.until(&path, |l| count(l) == (1, 1)).await;
    identify(json!({"plan": "pro"})).await;
    app.until(&path, |l| count(l) == (0, 0)).await;
}

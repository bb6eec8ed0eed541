//! Whose a telephone number is, and what STOP, START and HELP from it do.

use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::{Claim, Purpose};
use rapport_domain::{OutboxId, Partition};
use serde_json::{Value, json};

use crate::fixture::App;
use crate::reach::{app, post, publish};

/// A gateway that takes everything, in a workspace whose customers write German numbers.
async fn gateway(app: &App) -> HttpCatcher {
    let kannel = HttpCatcher::local(Act::answer(202, "0: Accepted for delivery")).await.unwrap();
    let channel =
        json!({"kind": "kannel", "base_url": kannel.url(), "username": "u", "secret": "s", "sender": "4915100000000"});
    let settings = json!({"company": {"name": "Shop & Co"}, "default_country": "DE"});
    let template = json!({"name": "S", "channel": "sms", "body": "Hello"});
    let code = json!({"name": "C", "channel": "sms", "body": "Your code", "transactional": true});
    let documents = [
        ("settings/workspace", settings),
        ("channel/sms", channel),
        ("template/hi", template),
        ("template/code", code),
    ];
    publish(app, &documents).await;
    kannel
}

async fn customer(app: &App, user: &str, phone: &str) -> String {
    app.collect("/v1/identify", json!({"userId": user, "traits": {"phone": phone}})).await.expect(200);
    app.profile(user).await
}

/// A text to us; what the gateway is to answer with.
async fn text(app: &App, from: &str, body: &str, id: &str) -> (String, String) {
    let list = app.get("/api/v1/channels").await.expect(200);
    let inbound = list["items"][0]["inbound_url"].as_str().unwrap();
    let path = inbound.strip_prefix("http://rapport.example").unwrap_or(inbound);
    let form = format!("from={}&to=4915100000000&text={body}&id={id}", from.replace('+', "%2B"));
    let answer = post(app, path, "application/x-www-form-urlencoded", &[], form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.header("content-type").to_owned(), answer.text())
}

async fn consent(app: &App, profile: &str) -> Value {
    let list = app.get(&format!("/api/v1/profiles/{profile}/consents")).await.expect(200);
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["channel"] == "sms")
        .map_or(Value::Null, |c| c["granted"].clone())
}

/// What becomes of a template sent to a user.
async fn fate(app: &App, user: &str, template: &str) -> String {
    let body = json!({"to": {"user_id": user}, "template": template});
    let made = app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
    let id = made["message"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/messages/{id}");
    let open = |m: &Value| matches!(m["status"].as_str(), Some("sent" | "skipped" | "failed"));
    let message = app.until(&path, open).await;
    message["reason"].as_str().unwrap_or_else(|| message["status"].as_str().unwrap()).to_owned()
}

async fn suppressed(app: &App) -> Vec<(Value, Value)> {
    let list = app.get("/api/v1/suppressions?channel=sms").await.expect(200);
    list["items"].as_array().unwrap().iter().map(|s| (s["address"].clone(), s["reason"].clone())).collect()
}

#[tokio::test]
async fn stop_reaches_everybody_with_the_number_and_start_takes_it_back() {
    let app = app();
    let kannel = gateway(&app).await;
    // Two forms are two identifiers; the third customer's number is another's already.
    let ada = customer(&app, "ada", "0151 / 23456789").await;
    let bob = customer(&app, "bob", "+49 151 23456789").await;
    let cem = customer(&app, "cem", "(0151) 23456789").await;
    let dan = customer(&app, "dan", "0151 23456780").await;
    for user in ["ada", "bob", "cem", "dan"] {
        assert_eq!(fate(&app, user, "hi").await, "sent", "{user}");
    }
    assert_eq!(kannel.take().len(), 4);

    text(&app, "4915123456789", "Stopp", "1").await;
    assert_eq!(suppressed(&app).await, [(json!("+4915123456789"), json!("unsubscribed"))]);
    assert_eq!((consent(&app, &ada).await, consent(&app, &bob).await), (json!(false), json!(false)));
    assert_eq!(consent(&app, &dan).await, Value::Null);
    for (user, template, expected) in [
        ("ada", "hi", "suppressed"),
        ("bob", "hi", "suppressed"),
        ("cem", "hi", "suppressed"),
        ("cem", "code", "suppressed"),
        ("dan", "hi", "sent"),
    ] {
        assert_eq!(fate(&app, user, template).await, expected, "{user} {template}");
    }
    // Who wrote is the customer who last got a message there: once, and nobody new.
    let texts = app.get(&format!("/api/v1/profiles/{bob}/events?q=SMS%20Received")).await.expect(200);
    assert_eq!(texts["items"].as_array().unwrap().len(), 1, "{texts}");
    let texts = app.get(&format!("/api/v1/profiles/{ada}/events?q=SMS%20Received")).await.expect(200);
    assert_eq!(texts["items"], json!([]));

    text(&app, "+4915123456789", "START", "2").await;
    assert_eq!(suppressed(&app).await, []);
    for (user, profile) in [("ada", &ada), ("bob", &bob)] {
        assert_eq!(
            (fate(&app, user, "hi").await.as_str(), consent(&app, profile).await),
            ("sent", json!(true)),
            "{user}"
        );
    }
    assert_eq!(fate(&app, "cem", "hi").await, "sent");
    let _ = cem;
}

#[tokio::test]
async fn taking_the_channel_again_takes_back_a_stop() {
    let app = app();
    let _kannel = gateway(&app).await;
    let ada = customer(&app, "ada", "0151 23456789").await;
    let by_hand = json!({"channel": "sms", "address": "+4915123456780"});
    app.api("POST", "/api/v1/suppressions", by_hand).await.expect(201);
    let dan = customer(&app, "dan", "0151 23456780").await;
    text(&app, "4915123456789", "stop", "1").await;
    assert_eq!(
        (fate(&app, "ada", "hi").await.as_str(), fate(&app, "dan", "hi").await.as_str()),
        ("suppressed", "suppressed")
    );
    for profile in [&ada, &dan] {
        let message = OutboxId { partition: Partition(0), number: 900 };
        let profile = profile.parse().unwrap();
        let claim = Claim { workspace: app.a.id, message, profile, purpose: Purpose::Preferences };
        let path = format!("/preferences/{}", app.tokens.mint(&claim));
        let form = "channel=sms&channel=email&channel=whatsapp&channel=voice&action=save".to_owned();
        assert_eq!(post(&app, &path, "application/x-www-form-urlencoded", &[], form).await.status, 200);
    }
    assert_eq!(fate(&app, "ada", "hi").await, "sent");
    assert_eq!(fate(&app, "dan", "hi").await, "suppressed", "by the team, for another reason");
}

#[tokio::test]
async fn a_number_as_people_write_it_is_found_and_helped() {
    let app = app();
    let _kannel = gateway(&app).await;
    // A fixed line: not written to, but it may write.
    let ada = customer(&app, "ada", "(030) 123 456").await;
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"locale": "de-AT"}})).await.expect(200);
    let (media, answer) = text(&app, "+4930123456", "Help", "1").await;
    assert!(media.starts_with("text/plain"), "{media}");
    assert!(answer.starts_with("Shop & Co: Mit der Antwort STOPP"), "{answer}");
    let texts = app.get(&format!("/api/v1/profiles/{ada}/events?q=SMS%20Received")).await.expect(200);
    assert_eq!(texts["items"][0]["properties"]["keyword"], "help", "{texts}");
    // The same digits of another country are another's.
    text(&app, "+43 30 123456", "hello", "2").await;
    assert_eq!(text(&app, "+33612345678", "aide", "3").await.1.split(':').next(), Some("Shop & Co"));
    let texts = app.get(&format!("/api/v1/profiles/{ada}/events?q=SMS%20Received")).await.expect(200);
    assert_eq!(texts["items"].as_array().unwrap().len(), 1, "{texts}");
    let stranger = app.get("/api/v1/profiles/by/phone/%2B33612345678").await.expect(200);
    assert_eq!(stranger["known"], false, "somebody new");
}

#[tokio::test]
async fn a_link_joins_a_chat_to_its_customer() {
    let app = app();
    let bot = HttpCatcher::local(Act::answer(200, r#"{"ok":true,"result":{"message_id":5}}"#)).await.unwrap();
    let channel =
        json!({"kind": "telegram", "secret": "bot", "bot": "shop_bot", "webhook_secret": "s3", "base_url": bot.url()});
    let template = json!({"name": "T", "channel": "telegram", "body": "Hello"});
    publish(&app, &[("channel/chat", channel), ("template/hi", template)]).await;
    app.collect("/v1/identify", json!({"userId": "ada"})).await.expect(200);
    let ada = app.profile("ada").await;
    assert_eq!(fate(&app, "ada", "hi").await, "no_address");
    let path = format!("/api/v1/profiles/{ada}/telegram-link");
    assert_eq!(app.api("POST", &path, json!({"hours": 721})).await.status, 400);
    let link = app.api("POST", &path, json!({})).await.expect(201);
    let start = link["start"].as_str().unwrap();
    assert_eq!(link["url"], format!("https://t.me/shop_bot?start={start}"));
    let channels = app.get("/api/v1/channels").await.expect(200);
    let inbound = channels["items"][0]["inbound_url"].as_str().unwrap().to_owned();
    let hook = inbound.strip_prefix("http://rapport.example").unwrap();
    let update = async |id: u64, chat: u64, text: String| {
        let message = json!({"chat": {"id": chat, "type": "private"}, "text": text});
        let body = json!({"update_id": id, "message": message}).to_string();
        let headers = [("x-telegram-bot-api-secret-token", "s3")];
        assert_eq!(post(&app, hook, "application/json", &headers, body).await.status, 200);
    };
    // Somebody who opens a link of another workspace, or a made-up one, is not joined to anybody.
    let claim = Claim {
        workspace: app.b.id,
        message: OutboxId::default(),
        profile: ada.parse().unwrap(),
        purpose: Purpose::Chat { expires_at: rapport_domain::Timestamp(4_102_444_800_000) },
    };
    let theirs = app.tokens.mint(&claim);
    let over =
        Claim { workspace: app.a.id, purpose: Purpose::Chat { expires_at: rapport_domain::Timestamp(0) }, ..claim };
    for (id, token) in [theirs, app.tokens.mint(&over), "forged".to_owned()].into_iter().enumerate() {
        update(id as u64, 66, format!("/start {token}")).await;
    }
    assert_eq!(fate(&app, "ada", "hi").await, "no_address");
    update(7, 4711, format!("/start {start}")).await;
    update(7, 4711, format!("/start {start}")).await;
    assert_eq!(fate(&app, "ada", "hi").await, "sent");
    assert_eq!(bot.take().pop().unwrap().json()["chat_id"], "4711");
    let consents = app.get(&format!("/api/v1/profiles/{ada}/consents")).await.expect(200);
    assert_eq!(
        (&consents["items"][0]["channel"], &consents["items"][0]["granted"]),
        (&json!("telegram"), &json!(true))
    );
    update(8, 4711, "Where is it?".to_owned()).await;
    let texts = app.get(&format!("/api/v1/profiles/{ada}/events?q=Telegram%20Received")).await.expect(200);
    assert_eq!(texts["items"].as_array().unwrap().len(), 1, "{texts}");
}

#[tokio::test]
async fn what_the_customer_told_the_provider_is_their_withdrawal() {
    let app = app();
    let stopped = Act::answer(400, r#"{"code":21610,"message":"Attempt to send to unsubscribed recipient"}"#);
    let twilio = HttpCatcher::local(stopped).await.unwrap();
    let channel = json!({"kind": "twilio", "username": "AC1", "secret": "tok", "sender": "+15005550006", "base_url": twilio.url()});
    publish(
        &app,
        &[("channel/sms", channel), ("template/hi", json!({"name": "S", "channel": "sms", "body": "Hello"}))],
    )
    .await;
    let ada = customer(&app, "ada", "+4915123456789").await;
    assert_eq!(fate(&app, "ada", "hi").await, "unsubscribed");
    assert_eq!(suppressed(&app).await, [(json!("+4915123456789"), json!("unsubscribed"))]);
    let denied = |c: &Value| c.to_string().contains("\"granted\":false");
    app.until(&format!("/api/v1/profiles/{ada}/consents"), denied).await;
    let told = app.get(&format!("/api/v1/profiles/{ada}/events?q=Unsubscribed")).await.expect(200);
    let told = told["items"].as_array().unwrap();
    let withdrawn: Vec<&Value> = told.iter().filter(|e| e["event"] == "Unsubscribed").collect();
    assert_eq!((withdrawn.len(), &withdrawn[0]["properties"]["source"]), (1, &json!("provider")));
}

#[tokio::test]
async fn an_address_is_suppressed_in_whatever_form_it_is_told() {
    let app = app();
    let kannel = gateway(&app).await;
    customer(&app, "ada", "+49 151 23456789").await;
    let put = |channel: &str, address: &str| json!({"channel": channel, "address": address});
    let made = app.api("POST", "/api/v1/suppressions", put("sms", "0151 2345 6789")).await.expect(201);
    assert_eq!(made["address"], "+4915123456789");
    assert_eq!(fate(&app, "ada", "hi").await, "suppressed");
    assert_eq!(fate(&app, "ada", "code").await, "suppressed", "transactional too");
    assert!(kannel.take().is_empty());
    app.api("POST", "/api/v1/suppressions", put("sms", "4915123456789")).await.expect(200);
    let wrong = app.api("POST", "/api/v1/suppressions", put("emial", "a@b.example")).await.expect(400);
    assert_eq!((&wrong["errors"][0]["at"], &wrong["errors"][0]["did_you_mean"]), (&json!("channel"), &json!("email")));
    for (channel, address) in [("sms", "a@b.example"), ("email", "0151 2345 6789"), ("push", "token"), ("email", " ")] {
        let wrong = app.api("POST", "/api/v1/suppressions", put(channel, address)).await.expect(400);
        assert_eq!(wrong["errors"][0]["at"], "address", "{wrong}");
    }
    // Lifted in another form than it was told.
    let path = "/api/v1/suppressions/sms/0151%2F23456789";
    assert_eq!(app.api("DELETE", path, Value::Null).await.status, 204);
    assert_eq!(fate(&app, "ada", "hi").await, "sent");
    // What an erased customer had goes from the list in the form that is there.
    app.api("POST", "/api/v1/suppressions", put("sms", "0151 2345 6789")).await.expect(201);
    let ada = app.profile("ada").await;
    app.api("POST", &format!("/api/v1/profiles/{ada}/erase"), Value::Null).await.expect(202);
    assert_eq!(suppressed(&app).await, [(Value::Null, json!("manual"))]);
}

#[tokio::test]
async fn a_list_kept_elsewhere_is_taken_over_and_written_out() {
    let app = App::with_exports();
    let settings = json!({"company": {"name": "Shop"}, "default_country": "DE"});
    publish(&app, &[("settings/workspace", settings)]).await;
    let file = "\u{feff}status,reason,email,created\n\
        5.1.1,550 no such user,Ann@X.example,2026-01-02T03:04:05Z\n\
        5.1.1,,not an address,2026-01-02\n\
        5.1.1,again,ann@x.example,2026-01-02\n";
    let upload = "/api/v1/suppressions/upload";
    let out = app.upload(&format!("{upload}?reason=hard_bounce"), "text/csv", file).await.expect(200);
    assert_eq!((&out["added"], &out["known"], &out["rejected"]), (&json!(1), &json!(1), &json!(1)), "{out}");
    assert_eq!(out["problems"][0]["line"], 3);
    let numbers = "phone,channel\n0151 23456789,\n+49 151 23456780,whatsapp\n0151 23456789,emial\n";
    let out = app.upload(upload, "text/csv", numbers).await.expect(200);
    assert_eq!((&out["added"], &out["rejected"]), (&json!(2), &json!(1)), "{out}");
    let list = app.get("/api/v1/suppressions?channel=email").await.expect(200);
    let mail = &list["items"][0];
    assert_eq!((&mail["address"], &mail["reason"]), (&json!("ann@x.example"), &json!("550 no such user")));
    assert!(mail["at"].as_str().unwrap().starts_with("2026-01-02T03:04:05"), "{mail}");
    app.upload(upload, "text/csv", "name\nAnn\n").await.expect(400);
    app.upload(&format!("{upload}?channel=emial"), "text/csv", numbers).await.expect(400);

    let written = app.get("/api/v1/suppressions/export").await;
    assert_eq!((written.status, written.header("content-type")), (200, "text/csv; charset=utf-8"));
    let text = written.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "channel,address,reason,since,source");
    assert!(lines[1].starts_with("whatsapp,+4915123456780,manual,"), "{text}");
    assert_eq!(lines.len(), 4, "{text}");
    let only = app.get("/api/v1/suppressions/export?channel=sms").await.text();
    assert_eq!(only.lines().count(), 2, "{only}");
    // What is written can be taken over as it is.
    let again = app.upload(upload, "text/csv", &text).await.expect(200);
    assert_eq!((&again["known"], &again["rejected"]), (&json!(3), &json!(0)), "{again}");
}

#[tokio::test]
async fn a_code_goes_to_a_number_whoever_has_it() {
    let app = app();
    let kannel = gateway(&app).await;
    let ada = customer(&app, "ada", "0151 23456789").await;
    let send = async |number: &str| {
        let body = json!({"to": {"phone": number}, "template": "code"});
        app.api("POST", "/api/v1/messages?wait=true", body).await
    };
    let to = |asked: &Value| asked["message"]["profile"].as_str().unwrap().to_owned();
    assert_eq!(to(&send("+49 151 23456789").await.expect(202)), ada, "in whatever form it is stated");
    // Nobody's yet is somebody new, and the same the next time.
    let new = to(&send("0151 23456780").await.expect(202));
    assert_eq!(to(&send("4915123456780").await.expect(202)), new);
    assert_ne!(new, ada);
    assert!(kannel.wait_for(3, std::time::Duration::from_secs(5)).await);
    let numbers: Vec<bool> = kannel.take().iter().map(|c| c.path.contains("to=%2B49151234567")).collect();
    assert_eq!(numbers, [true; 3]);
    for wrong in ["12", "ann@x.example"] {
        assert_eq!(send(wrong).await.expect(400)["errors"][0]["at"], "to.phone");
    }
    // A number that its customer gave up leads to no other one.
    customer(&app, "ada", "0151 23456788").await;
    assert_eq!(send("0151 23456789").await.expect(409)["code"], "other_number");
}

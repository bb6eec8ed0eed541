//! Sending one message, channels, templates.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::fixture::App;

async fn shop(app: &App) {
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 1, "tls": "none", "from": {"email": "shop@example.com"}});
    let template = json!({"name": "Receipt", "subject": "Order {{ order.id }}", "html": "<p>{{ order.total }}</p>",
        "transactional": true});
    for (path, spec) in [("channel/mail", channel), ("template/receipt", template)] {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200);
    }
    let ada = json!({"userId": "ada", "traits": {"email": "ada@shop.example"}});
    app.collect("/v1/identify", ada).await.expect(200);
}

async fn send(app: &App, key: &str, body: &Value) -> Value {
    let request = Request::builder().method("POST").uri("/api/v1/messages").header("idempotency-key", key);
    let request = request.header("authorization", format!("Bearer {}", app.a.token));
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
    let answer = app.send(request.unwrap()).await.expect(202);
    app.settle().await;
    answer
}

async fn sent_to(app: &App, path: &str) -> usize {
    app.get(path).await.expect(200)["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_message_is_sent_once_a_key() {
    let app = App::new();
    shop(&app).await;
    let body = json!({"to": {"user_id": "ada"}, "template": "receipt", "data": {"order": {"id": "A-1", "total": 9.5}}});
    let first = send(&app, "order-A-1", &body).await;
    assert_eq!(first["message"]["template"], "receipt", "{first}");
    let again = send(&app, "order-A-1", &body).await;
    assert_eq!(again["request"], first["request"]);
    let of = format!("/api/v1/profiles/{}/messages", app.profile("ada").await);
    assert_eq!(sent_to(&app, &of).await, 1);
    assert_eq!(sent_to(&app, &format!("/api/v1/messages?request={}", first["request"].as_str().unwrap())).await, 1);
    let other = send(&app, "order-A-2", &body).await;
    assert_ne!(other["request"], first["request"]);
    assert_eq!(sent_to(&app, &of).await, 2);
}

#[tokio::test]
async fn a_message_to_an_address_makes_the_customer() {
    let app = App::new();
    shop(&app).await;
    let body = json!({"to": {"email": " Bea@Shop.example"}, "template": "receipt"});
    send(&app, "k", &body).await;
    let bea = app.get("/api/v1/profiles/by/email/bea@shop.example").await.expect(200);
    assert_eq!(sent_to(&app, &format!("/api/v1/profiles/{}/messages", bea["id"].as_str().unwrap())).await, 1);
    // A message of a merged customer is listed under the present one.
    app.collect("/v1/identify", json!({"userId": "bea", "traits": {"email": "bea@shop.example"}})).await.expect(200);
    app.settle().await;
    let now = app.profile("bea").await;
    assert_eq!(sent_to(&app, &format!("/api/v1/profiles/{now}/messages")).await, 1);
    let export = app.get(&format!("/api/v1/profiles/{now}/export")).await.expect(200);
    assert!(export["messages"][0]["created_at"].as_str().unwrap().ends_with('Z'), "{export}");
}

#[tokio::test]
async fn what_cannot_be_sent_says_why() {
    let app = App::new();
    shop(&app).await;
    let to = json!({"user_id": "ada"});
    let refused = async |body: Value| app.api("POST", "/api/v1/messages", body).await.expect(400);
    let slip = refused(json!({"to": to, "template": "reciept"})).await;
    assert_eq!(slip["errors"][0]["did_you_mean"], "receipt", "{slip}");
    for (body, at) in [
        (json!({"to": {}, "template": "receipt"}), "to"),
        (json!({"to": {"user_id": "ada", "email": "a@b.example"}, "template": "receipt"}), "to"),
        (json!({"to": {"email": "nonsense"}, "template": "receipt"}), "to.email"),
        (json!({"to": to, "template": "receipt", "expires": "soon"}), "expires"),
        (json!({"to": to, "template": "receipt", "topic": "No Topic"}), "topic"),
        (json!({"to": to, "template": "receipt", "data": {"x": "x".repeat(40_000)}}), "data"),
    ] {
        assert_eq!(refused(body).await["errors"][0]["at"], at);
    }
    let nobody = json!({"to": {"user_id": "nobody"}, "template": "receipt"});
    app.api("POST", "/api/v1/messages", nobody).await.expect(404);
    // Nothing was made of any of it.
    assert_eq!(sent_to(&app, "/api/v1/messages").await, 0);
}

#[tokio::test]
async fn what_the_gate_would_say_is_asked_without_sending() {
    let app = App::new();
    shop(&app).await;
    let news =
        json!({"name": "News", "subject": "News", "html": "<p><a href=\"{{ unsubscribe_url }}\">No more</a></p>"});
    app.api("PUT", "/api/v1/resources/template/news?publish=true", news).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "bob"})).await.expect(200);
    let known = json!({"userId": "cleo", "traits": {"email": "cleo@shop.example"}});
    app.collect("/v1/identify", known).await.expect(200);
    app.settle().await;
    let cleo = app.profile("cleo").await;
    let consents = format!("/api/v1/profiles/{cleo}/consents");
    app.api("POST", &consents, json!({"channel": "email", "granted": true})).await.expect(201);
    let ask = async |body: Value| app.api("POST", "/api/v1/messages/check", body).await.expect(200);
    let (news, receipt) = (json!("news"), json!("receipt"));
    let ada = app.profile("ada").await;
    let consents = format!("/api/v1/profiles/{ada}/consents");
    app.api("POST", &consents, json!({"channel": "email", "granted": false})).await.expect(201);
    let objected = ask(json!({"to": {"user_id": "ada"}, "template": news})).await;
    assert_eq!((&objected["decision"], &objected["reason"]), (&json!("skip"), &json!("unsubscribed")), "{objected}");
    assert_eq!((&objected["rule"], &objected["values"]["state"]), (&json!("consent"), &json!("denied")), "{objected}");
    let asked_for = ask(json!({"to": {"email": " Ada@Shop.example"}, "template": receipt})).await;
    assert_eq!((&asked_for["decision"], &asked_for["channel"]), (&json!("send"), &json!("email")), "{asked_for}");
    let nowhere = ask(json!({"to": {"user_id": "bob"}, "template": receipt})).await;
    assert_eq!(nowhere["reason"], "no_address", "{nowhere}");
    let agreed = ask(json!({"to": {"profile": cleo}, "template": news})).await;
    assert_eq!(
        (&agreed["decision"], &agreed["values"]["consent"]["state"]),
        (&json!("send"), &json!("granted")),
        "{agreed}"
    );
    app.api("DELETE", "/api/v1/resources/channel/mail", json!(null)).await.expect(200);
    let unable = ask(json!({"to": {"profile": cleo}, "template": news})).await;
    assert_eq!((&unable["reason"], &unable["rule"]), (&json!("not_live"), &json!("channel")), "{unable}");
    assert_eq!(sent_to(&app, "/api/v1/messages").await, 0, "it was only asked");
    for (to, status) in [
        (json!({"email": "nobody@shop.example"}), 404),
        (json!({"user_id": "nobody"}), 404),
        (json!({}), 400),
        (json!({"user_id": "ada", "profile": cleo}), 400),
    ] {
        app.api("POST", "/api/v1/messages/check", json!({"to": to, "template": receipt})).await.expect(status);
    }
    app.api("POST", "/api/v1/messages/check", json!({"to": {"user_id": "ada"}, "template": "reciept"}))
        .await
        .expect(400);
}

#[tokio::test]
async fn channels_are_listed_and_tried() {
    let app = App::new();
    shop(&app).await;
    let list = app.get("/api/v1/channels").await.expect(200);
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["server"]), (&json!("mail"), &json!("127.0.0.1:1")));
    assert_eq!(list["items"][0]["problem"], Value::Null);
    let templates = app.get("/api/v1/templates").await.expect(200);
    assert_eq!(templates["items"][0]["id"], "receipt", "{templates}");
    // Port 1 takes no connections.
    let trial = app.api("POST", "/api/v1/channels/mail/test", json!({})).await.expect(200);
    assert_eq!(trial["ok"], false);
    assert!(trial["problem"].as_str().is_some_and(|p| !p.is_empty()), "{trial}");
    let stranger = json!({"to": "customer@shop.example"});
    app.api("POST", "/api/v1/channels/mail/test", stranger).await.expect(400);
    app.api("POST", "/api/v1/channels/none/test", json!({})).await.expect(404);
}

//! How consent came about: every change is kept with what proves it, and shown.

use axum::body::Body;
use axum::http::Request;
use rapport_delivery::{Claim, Purpose};
use rapport_domain::{OutboxId, Partition};
use serde_json::{Value, json};

use crate::fixture::App;

async fn history(app: &App, id: &str, query: &str) -> Vec<Value> {
    let page = app.get(&format!("/api/v1/profiles/{id}/consents/history{query}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_change_is_kept_with_what_proves_it() {
    let app = App::new();
    app.api("PUT", "/api/v1/resources/topic/news?publish=true", json!({"name": "The News"})).await.expect(200);
    app.api("PUT", "/api/v1/resources/topic/news?publish=true", json!({"name": "Our News"})).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"email": "ada@shop.example"}})).await.expect(200);
    let id = app.profile("ada").await;
    assert_eq!(history(&app, &id, "").await, Vec::<Value>::new());

    // A form of a page, with its words.
    let properties = json!({"channel": "email", "topic": "news", "granted": true, "source": "footer form",
        "wording": "Yes, send me the news", "by": "somebody"});
    let context = json!({"ip": "192.0.2.7", "userAgent": "Firefox/140", "page": {"url": "https://shop.example/"}});
    let event = json!({"userId": "ada", "event": "Consent Changed", "properties": properties, "context": context,
        "messageId": "form-1"});
    app.collect("/v1/track", event.clone()).await.expect(200);
    app.collect("/v1/track", event).await.expect(200);
    let rows = history(&app, &id, "").await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let expected = json!({"channel": "email", "topic": "news", "status": "granted", "source": "footer form",
        "collected_by": "site", "by": null, "address": "ada@shop.example", "ip": "192.0.2.7", "user_agent": "Firefox/140",
        "page": "https://shop.example/", "wording": "Yes, send me the news", "topic_name": "Our News", "topic_version": 2,
        "message_id": null, "event_id": "form-1"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&rows[0][name], value, "{name}: {rows:?}");
    }

    // The link of a message, from a browser.
    let message = OutboxId { partition: Partition(0), number: 1 };
    let purpose = Purpose::Unsubscribe { channel: "email".into(), topic: Some("news".into()) };
    let claim = Claim { workspace: app.a.id, message, profile: id.parse().unwrap(), purpose };
    let request = Request::post(format!("/u/{}", app.tokens.mint(&claim))).header("user-agent", "Safari/18");
    assert_eq!(app.send(request.body(Body::from("List-Unsubscribe=One-Click")).unwrap()).await.status, 200);
    // A member, for somebody who wrote a letter.
    let path = format!("/api/v1/profiles/{id}/consents");
    let letter = json!({"channel": "sms", "granted": true, "source": "letter", "wording": "By post", "ip": "2001:db8::1",
        "stated_at": "2026-01-02T03:04:05Z"});
    app.api("POST", &path, letter).await.expect(201);
    for (bad, at) in
        [(json!("no"), "ip"), (json!("2999-01-01T00:00:00Z"), "stated_at"), (json!("x".repeat(600)), "page")]
    {
        let refused = app.api("POST", &path, json!({"channel": "sms", "granted": true, at: bad})).await.expect(400);
        assert_eq!(refused["errors"][0]["at"], at, "{refused}");
    }
    let rows = history(&app, &id, "").await;
    let show = |r: &Value| format!("{} {} {}", r["channel"], r["status"], r["source"]).replace('"', "");
    let shown: Vec<String> = rows.iter().map(show).collect();
    assert_eq!(shown, ["email denied one-click unsubscribe", "email granted footer form", "sms granted letter"]);
    assert_eq!((&rows[0]["message_id"], &rows[0]["user_agent"]), (&json!(message.to_string()), &json!("Safari/18")));
    assert_eq!((&rows[0]["collected_by"], &rows[0]["by"]), (&Value::Null, &Value::Null));
    assert_eq!((&rows[2]["by"], &rows[2]["at"]), (&json!("token:test"), &json!("2026-01-02T03:04:05.000Z")));

    // Pages, search, the file, and everything known of the customer.
    let first = app.get(&format!("{path}/history?limit=2")).await.expect(200);
    let next = first["next_cursor"].as_str().unwrap();
    assert_eq!(history(&app, &id, &format!("?limit=2&cursor={next}")).await, rows[2..]);
    assert_eq!(history(&app, &id, "?q=footer%20NEWS").await, rows[1..2]);
    assert_eq!(history(&app, &id, "?q=nothing").await, Vec::<Value>::new());
    assert_eq!(app.get(&format!("{path}/history?cursor=x")).await.status, 400);
    assert_eq!(app.get(&format!("{path}/history?format=xml")).await.status, 400);
    let file = app.get(&format!("{path}/history?format=csv")).await;
    assert!(file.header("content-disposition").contains("-consents.csv"), "{:?}", file.headers);
    let lines: Vec<String> = file.text().lines().map(str::to_owned).collect();
    assert!(lines.len() == 4 && lines[0].starts_with("at,recorded_at,channel,topic,status"), "{lines:?}");
    assert!(lines[2].contains("\"Yes, send me the news\"") && lines[3].contains("2001:db8::1"), "{lines:?}");
    let audit = app.get("/api/v1/audit").await.expect(200);
    assert!(audit.to_string().contains("consent.export"), "{audit}");
    let whole = app.get(&format!("/api/v1/profiles/{id}/export")).await.expect(200);
    assert_eq!(whole["consent_history"], Value::from(rows));
}

#[tokio::test]
async fn merges_keep_what_was_stated_before_and_erasing_takes_it() {
    let app = App::new();
    let news = json!({"channel": "email", "topic": "news", "granted": true, "source": "pop-up"});
    let event = json!({"anonymousId": "browser-1", "event": "Consent Changed", "properties": news});
    app.collect("/v1/track", event).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "ada", "anonymousId": "browser-1"})).await.expect(200);
    let id = app.profile("ada").await;
    let rows = history(&app, &id, "").await;
    assert_eq!((rows.len(), &rows[0]["source"]), (1, &json!("pop-up")), "{rows:?}");
    app.api("POST", &format!("/api/v1/profiles/{id}/erase"), Value::Null).await.expect(202);
    app.settle().await;
    assert_eq!(app.get(&format!("/api/v1/profiles/{id}/consents/history")).await.status, 404);
}

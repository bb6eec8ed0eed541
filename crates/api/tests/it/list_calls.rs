//! Lists that other programs change by signed calls (Standard Webhooks).

use rapport_delivery::channels::webhook::{secret_bytes, sign};
use rapport_domain::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::fixture::{Answer, App};
use crate::reach::{post, publish};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A call as the program makes it, so many seconds ago.
async fn call(app: &App, path: &str, id: &str, secret: &str, ago_s: i64, body: &Value) -> Answer {
    let (body, seconds) = (body.to_string(), SystemClock.now().0 / 1_000 - ago_s);
    let signature = sign(&secret_bytes(secret).unwrap(), id, seconds, body.as_bytes());
    let seconds = seconds.to_string();
    let headers = [("webhook-id", id), ("webhook-timestamp", &seconds), ("webhook-signature", &signature)];
    post(app, path, "application/json", &headers, body).await
}

#[tokio::test]
async fn a_program_puts_people_on_its_list_and_takes_them_off() {
    let app = App::new();
    let channel = json!({"kind": "webhook", "url": "https://crm.example/", "secret": SECRET, "lists": ["vips"]});
    publish(
        &app,
        &[
            ("segment/vips", json!({"name": "VIPs", "kind": "list"})),
            ("segment/others", json!({"name": "Others", "kind": "list"})),
            ("channel/crm", channel),
            ("channel/plain", json!({"kind": "webhook", "url": "https://crm.example/", "secret": SECRET})),
        ],
    )
    .await;
    for user in ["ada", "bob"] {
        let traits = json!({"email": format!("{user}@shop.example")});
        app.collect("/v1/identify", json!({"userId": user, "traits": traits})).await.expect(200);
    }
    app.settle().await;
    let channels = app.get("/api/v1/channels").await.expect(200);
    let of =
        |id: &str| channels["items"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap()["inbound_url"].clone();
    assert_eq!(of("plain"), Value::Null, "it may change no list");
    let url = of("crm");
    let path = url.as_str().unwrap().split_once("/hooks/").map(|(_, token)| format!("/hooks/{token}")).unwrap();
    let change = |list: &str, add: &[&str], remove: &[&str]| {
        let named = |users: &[&str]| -> Value {
            users.iter().map(|u| json!({"namespace": "email", "value": format!("{u}@shop.example")})).collect()
        };
        json!({"type": "list.changed", "data": {"list": list, "add": named(add), "remove": named(remove)}})
    };
    let both = change("vips", &["ada", "bob", "nobody"], &[]);
    let done = call(&app, &path, "msg_1", SECRET, 0, &both).await.expect(200);
    assert_eq!((&done["added"], &done["unknown"]), (&json!(2), &json!(1)), "{done}");
    assert_eq!(done["unknown_sample"], json!(["nobody@shop.example"]));
    app.until("/api/v1/segments/vips", |s| s["count"] == 2).await;
    let off = change("vips", &[], &["bob"]);
    call(&app, &path, "msg_2", SECRET, 1, &off).await.expect(200);
    app.until("/api/v1/segments/vips", |s| s["count"] == 1).await;
    // The first call once more: it had its effect.
    call(&app, &path, "msg_1", SECRET, 0, &both).await.expect(200);
    app.settle().await;
    assert_eq!(app.get("/api/v1/segments/vips").await.expect(200)["count"], 1);

    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let many: Vec<&str> = vec!["x"; 1_001];
    for (id, secret, ago_s, body, status, part) in [
        ("msg_3", other, 0, both.clone(), 403, "signature"),
        ("msg_4", SECRET, 600, both.clone(), 403, "five minutes"),
        ("msg_5", SECRET, 0, change("others", &["ada"], &[]), 403, "none of the lists"),
        ("msg_6", SECRET, 0, json!({"type": "contact.created", "data": {}}), 400, "list.changed"),
        ("msg_7", SECRET, 0, json!({"type": "list.changed", "data": {"list": "vips", "who": []}}), 400, "data"),
        ("msg_8", SECRET, 0, change("vips", &many, &[]), 400, "1000"),
        ("msg_9", SECRET, 0, json!({"type": "list.changed", "data": "x".repeat(1 << 20)}), 413, "larger than"),
    ] {
        let answer = call(&app, &path, id, secret, ago_s, &body).await;
        assert!(answer.status == status && answer.text().contains(part), "{id}: {} {}", answer.status, answer.text());
    }
    assert_eq!(app.get("/api/v1/segments/others").await.expect(200)["count"], 0);
    let forged = post(&app, "/hooks/nobody-knows", "application/json", &[], both.to_string()).await;
    assert_eq!(forged.status, 404);
}

//! WhatsApp's window: free text answers for a day, approved templates leave at any time.

use hmac::{Hmac, Mac};
use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_domain::{Clock, SystemClock};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fixture::App;
use crate::reach::{app, post, publish};

const HOUR_S: i64 = 3_600;

/// Sends a template to ada and answers what became of the message.
async fn outcome(app: &App, template: &str) -> Value {
    let body = json!({"to": {"user_id": "ada"}, "template": template});
    let asked = app.api("POST", "/api/v1/messages?wait=true", body).await.expect(202);
    let path = format!("/api/v1/messages/{}", asked["message"]["id"].as_str().unwrap());
    app.until(&path, |m| !matches!(m["status"].as_str(), Some("queued" | "deferred"))).await
}

/// Ada writes; Meta tells of it now and says when it was.
async fn writes(app: &App, hook: &str, id: &str, ago_s: i64) {
    says(app, hook, (id, "Where is my parcel?"), ago_s).await;
}

async fn says(app: &App, hook: &str, (id, text): (&str, &str), ago_s: i64) {
    let at = SystemClock.now().0 / 1_000 - ago_s;
    let message = json!({"from": "4915123456789", "id": id, "timestamp": at.to_string(), "text": {"body": text}});
    tells(app, hook, json!({"messages": [message]})).await;
}

/// Meta tells something.
async fn tells(app: &App, hook: &str, value: Value) {
    let body = json!({"entry": [{"changes": [{"value": value}]}]}).to_string();
    let tag = Hmac::<Sha256>::new_from_slice(b"app").unwrap().chain_update(&body).finalize().into_bytes();
    let signature = format!("sha256={}", tag.iter().map(|b| format!("{b:02x}")).collect::<String>());
    let path = hook.strip_prefix("http://rapport.example").unwrap();
    let told = post(app, path, "application/json", &[("x-hub-signature-256", &signature)], body).await;
    assert_eq!(told.status, 200, "{}", told.text());
}

#[tokio::test]
async fn free_text_needs_a_customer_who_wrote_within_a_day() {
    let app = app();
    let meta = HttpCatcher::local(Act::answer(200, r#"{"messages":[{"id":"wamid.1"}]}"#)).await.unwrap();
    let channel = json!({"kind": "whatsapp", "phone_number_id": "1", "secret": "t", "webhook_secret": "app",
        "verify_token": "v", "base_url": meta.url()});
    let free = json!({"name": "F", "channel": "whatsapp", "body": "It is on its way", "transactional": true});
    let approved = json!({"name": "A", "channel": "whatsapp", "template": {"name": "parcel", "language": "en"}});
    publish(&app, &[("channel/wa", channel), ("template/free", free), ("template/approved", approved)]).await;
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"phone": "+4915123456789"}})).await.expect(200);
    let list = app.get("/api/v1/channels").await.expect(200);
    let hook = list["items"][0]["inbound_url"].as_str().unwrap().to_owned();

    let refused = outcome(&app, "free").await;
    assert_eq!((&refused["status"], &refused["reason"]), (&json!("skipped"), &json!("window_closed")), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("never wrote on whatsapp"), "{refused}");
    assert_eq!(meta.take().len(), 0, "nothing was sent to find out");
    assert_eq!(outcome(&app, "approved").await["status"], "sent");
    assert_eq!(meta.take().len(), 1);

    // A call that comes late does not open the window for longer than the provider has it open.
    writes(&app, &hook, "wamid.old", 25 * HOUR_S).await;
    let refused = outcome(&app, "free").await;
    assert!(refused["detail"].as_str().unwrap().contains("last wrote on whatsapp"), "{refused}");
    writes(&app, &hook, "wamid.new", 23 * HOUR_S).await;
    assert_eq!(outcome(&app, "free").await["status"], "sent");
    assert_eq!(meta.take().len(), 1);
}

#[tokio::test]
async fn an_inbox_elsewhere_tells_by_an_event_and_merges_keep_the_window() {
    let app = app();
    let meta = HttpCatcher::local(Act::answer(200, r#"{"messages":[{"id":"wamid.1"}]}"#)).await.unwrap();
    let channel = json!({"kind": "whatsapp", "phone_number_id": "1", "secret": "t", "base_url": meta.url()});
    let free = json!({"name": "F", "channel": "whatsapp", "body": "Hi"});
    publish(&app, &[("channel/wa", channel), ("template/free", free)]).await;
    app.collect("/v1/track", json!({"anonymousId": "browser-1", "event": "WhatsApp Received"})).await.expect(200);
    let ada = json!({"userId": "ada", "anonymousId": "browser-1", "traits": {"phone": "+4915123456789"}});
    app.collect("/v1/identify", ada).await.expect(200);
    assert_eq!(outcome(&app, "free").await["status"], "sent");
    assert_eq!(meta.take().len(), 1);
}

#[tokio::test]
async fn help_is_answered_and_whoever_stops_marketing_gets_what_they_ask_for() {
    let app = app();
    let meta = HttpCatcher::local(Act::answer(200, r#"{"messages":[{"id":"wamid.1"}]}"#)).await.unwrap();
    let channel = json!({"kind": "whatsapp", "phone_number_id": "1", "secret": "t", "webhook_secret": "app",
        "verify_token": "v", "base_url": meta.url()});
    let offer = json!({"name": "O", "channel": "whatsapp", "template": {"name": "offer", "language": "en"}});
    let receipt = json!({"name": "R", "channel": "whatsapp", "template": {"name": "receipt", "language": "en"}, "transactional": true});
    let documents = [
        ("channel/wa", channel),
        ("template/offer", offer),
        ("template/receipt", receipt),
        ("settings/workspace", json!({"company": {"name": "Shop"}})),
    ];
    publish(&app, &documents).await;
    let ada = json!({"userId": "ada", "traits": {"phone": "+4915123456789", "locale": "de-AT"}});
    app.collect("/v1/identify", ada).await.expect(200);
    let list = app.get("/api/v1/channels").await.expect(200);
    let hook = list["items"][0]["inbound_url"].as_str().unwrap().to_owned();

    says(&app, &hook, ("wamid.help", "Help"), 1).await;
    let answer = meta.take().remove(0).json();
    assert_eq!((&answer["to"], &answer["type"]), (&json!("4915123456789"), &json!("text")));
    let text = answer["text"]["body"].as_str().unwrap();
    assert!(text.starts_with("Shop: ") && text.contains("STOPP"), "{text}");

    // Meta refuses the next offer, because they switched offers off.
    let off = json!({"error": {"code": 131_050, "message": "Unable to deliver the message"}}).to_string();
    meta.script([Act::answer(400, &off)]);
    let refused = outcome(&app, "offer").await;
    assert_eq!((&refused["status"], &refused["reason"]), (&json!("skipped"), &json!("unsubscribed")), "{refused}");
    let consents = format!("/api/v1/profiles/{}/consents", app.profile("ada").await);
    app.until(&consents, |c| c.to_string().contains("\"granted\":false")).await;
    drop(meta.take());
    assert_eq!(outcome(&app, "offer").await["reason"], "unsubscribed");
    assert!(meta.take().is_empty(), "they are not asked twice");
    assert_eq!(outcome(&app, "receipt").await["status"], "sent", "what they asked for");
    assert_eq!(app.get("/api/v1/suppressions").await.expect(200)["items"], json!([]));

    // They switch them on again, and later off.
    for (value, granted) in [("resume", true), ("stop", false)] {
        let at = SystemClock.now().0 / 1_000;
        let said = json!({"wa_id": "4915123456789", "category": "marketing_messages", "value": value, "timestamp": at});
        tells(&app, &hook, json!({"user_preferences": [said]})).await;
        app.until(&consents, |c| c.to_string().contains(&format!("\"granted\":{granted}"))).await;
    }
}

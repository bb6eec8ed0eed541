//! Receipts that come when the customer has another number already.

use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::channels::hooks::twilio_signature;
use serde_json::{Value, json};

use crate::fixture::{Answer, App};
use crate::reach::{app, post, publish, sent};

/// The fields of a form.
fn fields(form: &str) -> Vec<(String, String)> {
    let uri = format!("/?{form}").parse().unwrap();
    axum::extract::Query::try_from_uri(&uri).unwrap().0
}

/// Twilio and a template.
async fn shop() -> (App, HttpCatcher) {
    let app = app();
    let twilio = HttpCatcher::local(Act::answer(201, r#"{"sid":"SM1","status":"queued"}"#)).await.unwrap();
    let channel = json!({"kind": "twilio", "username": "AC1", "secret": "tok", "sender": "+15005550006", "base_url": twilio.url()});
    publish(&app, &[("channel/sms", channel), ("template/hi", json!({"name": "S", "channel": "sms", "body": "Hi"}))])
        .await;
    (app, twilio)
}

/// Twilio calls about what it was sent last.
async fn tell(app: &App, callback: &str, form: &str) -> Answer {
    let signature = twilio_signature("tok", callback, &fields(form));
    let path = callback.strip_prefix("http://rapport.example").unwrap();
    post(app, path, "application/x-www-form-urlencoded", &[("x-twilio-signature", &signature)], form.to_owned()).await
}

async fn number(app: &App, user: &str, phone: &str) {
    app.collect("/v1/identify", json!({"userId": user, "traits": {"phone": phone}})).await.expect(200);
}

/// Sends a text and answers where its receipt goes.
async fn text(app: &App, twilio: &HttpCatcher, user: &str) -> String {
    sent(app, user, "hi").await;
    let form = fields(&twilio.take().remove(0).text());
    form.into_iter().find(|(name, _)| name == "StatusCallback").unwrap().1
}

async fn listed(app: &App) -> Vec<Value> {
    let list = app.get("/api/v1/suppressions?channel=sms").await.expect(200);
    list["items"].as_array().unwrap().iter().map(|s| s["address"].clone()).collect()
}

#[tokio::test]
async fn a_receipt_is_about_the_number_the_text_went_to() {
    let (app, twilio) = shop().await;
    number(&app, "ada", "+4915123456789").await;
    let callback = text(&app, &twilio, "ada").await;
    number(&app, "ada", "+4915123456780").await;
    let dead = "MessageStatus=undelivered&ErrorCode=30005";
    // Who says no number says nothing of the new one.
    assert_eq!(tell(&app, &callback, dead).await.status, 200);
    assert_eq!(listed(&app).await, [] as [Value; 0]);
    assert_eq!(tell(&app, &callback, &format!("{dead}&To=%2B4915123456789")).await.status, 200);
    assert_eq!(listed(&app).await, [json!("+4915123456789")]);
    let next = text(&app, &twilio, "ada").await;
    assert_ne!(next, callback);
    // The one it went to is the one there is.
    assert_eq!(tell(&app, &next, dead).await.status, 200);
    assert_eq!(listed(&app).await, [json!("+4915123456780"), json!("+4915123456789")]);
}

#[tokio::test]
async fn stop_told_by_a_receipt_is_about_that_number_too() {
    let (app, twilio) = shop().await;
    number(&app, "ada", "+4915123456789").await;
    let callback = text(&app, &twilio, "ada").await;
    let stopped = "MessageStatus=failed&ErrorCode=21610&To=%2B4915123456789";
    assert_eq!(tell(&app, &callback, stopped).await.status, 200);
    assert_eq!(listed(&app).await, [json!("+4915123456789")]);
    let id = app.profile("ada").await;
    let consents = app.get(&format!("/api/v1/profiles/{id}/consents")).await.expect(200);
    assert_eq!((&consents["items"][0]["channel"], &consents["items"][0]["granted"]), (&json!("sms"), &json!(false)));
}

//! Collection as SDKs use it.

use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::fixture::App;

fn basic(key: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{key}:")))
}

async fn post(app: &App, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> crate::fixture::Answer {
    let request = headers.iter().fold(Request::builder().method("POST").uri(path), |r, (k, v)| r.header(*k, *v));
    app.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn every_call_in_every_form_arrives() {
    let app = App::new();
    let key = basic(&app.a.write_key);
    let auth = ("authorization", key.as_str());
    let one = |id: &str| {
        json!({"userId": "u1", "messageId": id, "event": "E", "previousId": "u0", "groupId": "g"}).to_string()
    };
    let calls = ["identify", "track", "page", "screen", "group", "alias", "i", "t", "p", "s", "g", "a", "track/", "t/"];
    for (n, call) in calls.iter().enumerate() {
        let answer = post(&app, &format!("/v1/{call}"), &[auth], one(&format!("m{n}"))).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"success":true}"#), "{call}");
    }
    let batch =
        |id: &str| json!({"batch": [{"type": "track", "event": "B", "userId": "u1", "messageId": id}]}).to_string();
    for (n, call) in ["batch", "batch/", "b", "import"].iter().enumerate() {
        assert_eq!(post(&app, &format!("/v1/{call}"), &[auth], batch(&format!("b{n}"))).await.status, 200, "{call}");
    }
    // The key in the body, as text/plain; gzip; a form.
    let body = json!({"writeKey": app.a.write_key, "userId": "u1", "event": "T", "messageId": "plain"}).to_string();
    assert_eq!(post(&app, "/v1/t", &[("content-type", "text/plain")], body).await.status, 200);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(batch("gz").as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    assert_eq!(post(&app, "/v1/batch", &[auth, ("content-encoding", "gzip")], packed).await.status, 200);
    assert_eq!(post(&app, "/v1/m", &[], r#"{"series":[]}"#).await.status, 200);
    app.settle().await;
    let stats = app.get("/api/v1/stats").await.expect(200);
    let expected = calls.len() + 4 + 2;
    assert_eq!(stats["events"]["processed"], expected, "{stats}");
    assert_eq!(stats["events"]["accepted"], expected, "{stats}");
    assert_eq!(stats["events"]["in_lake"], expected, "{stats}");
    let again = post(&app, "/v1/track", &[auth], one("m1")).await;
    assert_eq!(again.status, 200);
    app.settle().await;
    let stats = app.get("/api/v1/stats").await.expect(200);
    assert_eq!((&stats["events"]["duplicates"], &stats["events"]["in_lake"]), (&json!(1), &json!(expected)), "{stats}");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_kept() {
    let app = App::new();
    let key = basic(&app.a.write_key);
    let auth = ("authorization", key.as_str());
    for (path, headers, body, status, code) in [
        ("/v1/track", vec![], "{}".to_owned(), 401, "missing_write_key"),
        ("/v1/track", vec![("authorization", "Bearer nobody")], "{}".to_owned(), 401, "unknown_write_key"),
        ("/v1/track", vec![auth], "{".to_owned(), 400, "invalid_json"),
        ("/v1/batch", vec![auth], "{}".to_owned(), 400, "missing_batch"),
        ("/v1/track", vec![auth], format!("{{\"a\":\"{}\"}}", "x".repeat(40_000)), 400, "event_too_large"),
        ("/v1/batch", vec![auth], " ".repeat(600_000), 400, "body_too_large"),
    ] {
        let answer = post(&app, path, &headers, body).await;
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (status, code));
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    // A bad item does not fail its batch, and is found again.
    let body = json!({"batch": [{"type": "track", "userId": "u"}, {"type": "track", "event": "Ok", "userId": "u"}]});
    app.collect("/v1/batch", body).await.expect(200);
    let rows = app.get("/api/v1/data-quality?reason=missing_event_name").await.expect(200);
    assert_eq!(rows["items"].as_array().unwrap().len(), 1, "{rows}");
    let stats = app.get("/api/v1/stats").await.expect(200);
    assert_eq!(stats["events"]["processed"], 1);
    assert!(stats["events"]["rejected"].as_u64().unwrap() >= 1, "{stats}");
    let counts = app.get("/api/v1/data-quality/counts").await.expect(200);
    let counted = counts["items"].as_array().unwrap().iter().find(|c| c["reason"] == "missing_event_name");
    assert_eq!(counted.unwrap()["count"], 1);
}

#[tokio::test]
async fn browsers_of_any_site_may_send() {
    let app = App::new();
    let request = Request::builder()
        .method("OPTIONS")
        .uri("/v1/t")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-retry-count");
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type,x-retry-count");
    assert_eq!(answer.header("access-control-max-age"), "86400");
    // Errors carry the header too, or the browser could not read them.
    let answer = post(&app, "/v1/t", &[("origin", "https://shop.example")], "{").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (400, "*"));
    // The management face is not open to other sites.
    let request = Request::builder().uri("/api/v1/stats").header("origin", "https://shop.example");
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, ""));
}

#[tokio::test]
async fn analytics_js_gets_its_settings() {
    let app = App::new();
    for prefix in ["", "/cdn"] {
        let path = format!("{prefix}/v1/projects/{}/settings", app.a.write_key);
        let answer = app.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let settings = answer.expect(200);
        let segment = &settings["integrations"]["Segment.io"];
        assert_eq!(segment["apiKey"], app.a.write_key.as_str());
        assert_eq!((&segment["apiHost"], &segment["protocol"]), (&json!("rapport.example/v1"), &json!("http")));
        assert_eq!(settings["integrations"].as_object().unwrap().len(), 1);
    }
    app.send(Request::builder().uri("/v1/projects/nobody/settings").body(Body::empty()).unwrap()).await.expect(404);
}

#[tokio::test]
async fn a_pixel_records_and_always_shows() {
    let app = App::new();
    let query = format!("writeKey={}&userId=pix&event=Seen&messageId=p1", app.a.write_key);
    for path in [format!("/v1/pixel/track?{query}"), "/v1/pixel/track.gif?nonsense".to_owned()] {
        let answer = app.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/gif"));
        assert!(answer.body.starts_with(b"GIF89a"));
    }
    app.settle().await;
    let id = app.profile("pix").await;
    let events = app.get(&format!("/api/v1/profiles/{id}/events")).await.expect(200);
    assert!(events["items"].as_array().unwrap().iter().any(|e| e["event"] == "Seen"), "{events}");
}

#[tokio::test]
async fn unknown_paths_and_methods_name_the_nearest() {
    let app = App::new();
    let answer = app.get("/api/v1/profilez").await;
    assert!(answer.json()["detail"].as_str().unwrap().contains("did you mean /api/v1/profiles?"), "{}", answer.text());
    assert_eq!(answer.status, 404);
    let answer = app.api("PUT", "/api/v1/stats", Value::Null).await;
    assert_eq!((answer.status, &answer.json()["code"]), (405, &json!("method_not_allowed")));
}

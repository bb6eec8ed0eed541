//! Workspace, keys, suppressions, imports, audit, idempotency, health.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Request;
use rapport_api::{ApiParts, ImportRunner, ImportSpec};
use rapport_store::control::imports::{self, ImportState, NewReject, Progress};
use serde_json::{Value, json};

use crate::fixture::{Answer, App};

#[tokio::test]
async fn keys_open_and_close_the_door() {
    let app = App::new();
    let source = json!({"slug": "shop", "kind": "server"});
    let source = app.api("POST", "/api/v1/sources", source).await.expect(201);
    let key = source["keys"][0]["key"].as_str().unwrap().to_owned();
    let event = || json!({"userId": "u", "event": "E"});
    app.collect_to(&key, "/v1/track", event()).await.expect(200);
    let second = app.api("POST", "/api/v1/keys", json!({"source": "shop"})).await.expect(201);
    assert_eq!(app.api("DELETE", &format!("/api/v1/keys/{key}"), Value::Null).await.status, 204);
    app.collect_to(&key, "/v1/track", event()).await.expect(401);
    let second = second["key"].as_str().unwrap();
    app.collect_to(second, "/v1/track", event()).await.expect(200);
    app.api("PATCH", "/api/v1/sources/shop", json!({"disabled": true})).await.expect(200);
    app.collect_to(second, "/v1/track", event()).await.expect(401);
    let wrong = app.api("POST", "/api/v1/sources", json!({"slug": "x", "kind": "sever"})).await.expect(400);
    assert_eq!(wrong["errors"][0]["did_you_mean"], "server");
    app.api("POST", "/api/v1/sources", json!({"slug": "shop", "kind": "app"})).await.expect(409);
    app.api("POST", "/api/v1/keys", json!({"source": "none"})).await.expect(404);
    assert!(app.get("/api/v1/keys").await.expect(200)["items"].as_array().unwrap().len() >= 3);
}

#[tokio::test]
async fn every_write_is_in_the_audit_log() {
    let app = App::new();
    app.api("PATCH", "/api/v1/workspaces/current", json!({"name": "New", "time_zone": "Asia/Tokyo"})).await.expect(200);
    app.api("PATCH", "/api/v1/workspaces/current", json!({"time_zone": "Mars/Olympus"})).await.expect(400);
    app.api("POST", "/api/v1/suppressions", json!({"address": "a@b.example"})).await.expect(201);
    app.api("POST", "/api/v1/suppressions", json!({"address": "A@b.example "})).await.expect(200);
    assert_eq!(app.api("DELETE", "/api/v1/suppressions/email/a@b.example", Value::Null).await.status, 204);
    app.api("DELETE", "/api/v1/suppressions/email/a@b.example", Value::Null).await.expect(404);
    let log = app.get("/api/v1/audit?limit=2").await.expect(200);
    let actions = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions(&log), ["suppression.delete", "suppression.create"]);
    assert_eq!(log["items"][0]["actor"], "token:test");
    let rest = app.get(&format!("/api/v1/audit?cursor={}", log["next_cursor"].as_str().unwrap())).await.expect(200);
    assert_eq!(actions(&rest), ["suppression.create", "workspace.update"]);
    let only = app.get("/api/v1/audit?action=workspace.").await.expect(200);
    assert_eq!(actions(&only), ["workspace.update"]);
    assert!(!app.get("/api/v1/audit").await.text().contains("a@b.example"));
}

async fn keyed(app: &App, key: &str, path: &str, body: &Value) -> Answer {
    let request = Request::builder().method("POST").uri(path).header("idempotency-key", key);
    let request = request.header("authorization", format!("Bearer {}", app.a.token));
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_repeated_post_gets_the_first_answer() {
    let app = App::new();
    let source = json!({"slug": "shop", "kind": "server"});
    let first = keyed(&app, "k1", "/api/v1/sources", &source).await;
    let second = keyed(&app, "k1", "/api/v1/sources", &source).await;
    assert_eq!((first.status, second.status, second.header("idempotency-replayed")), (201, 201, "true"));
    assert_eq!(first.text(), second.text());
    let other = keyed(&app, "k1", "/api/v1/sources", &json!({"slug": "other", "kind": "app"})).await;
    assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")));
    // A secret is not remembered, so the key is refused instead of ignored.
    let token = keyed(&app, "k2", "/api/v1/tokens", &json!({"name": "x", "scopes": ["read"]})).await;
    assert_eq!(token.status, 400);
    let bad = json!({"slug": "NOT A SLUG", "kind": "app"});
    let (one, two) =
        (keyed(&app, "k3", "/api/v1/sources", &bad).await, keyed(&app, "k3", "/api/v1/sources", &bad).await);
    assert_eq!((one.status, two.status, one.text()), (400, 400, two.text()));
    assert_eq!(two.header("content-type"), "application/problem+json");
}

struct Woken(AtomicUsize);

impl ImportRunner for Woken {
    fn wake(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_source_can_require_consent() {
    let app = App::new();
    let source = json!({"slug": "shop", "kind": "website"});
    let source = app.api("POST", "/api/v1/sources", source).await.expect(201);
    assert_eq!(source["consent"], json!({"required": [], "refuse_unstated": false, "gpc_refuses": false}));
    let key = source["keys"][0]["key"].as_str().unwrap().to_owned();
    let consent = json!({"required": ["Analytics"], "refuse_unstated": true});
    let changed = app.api("PATCH", "/api/v1/sources/shop", json!({"consent": consent})).await.expect(200);
    assert_eq!(changed["consent"]["required"], json!(["Analytics"]));
    // Another change leaves it as it is.
    let renamed = app.api("PATCH", "/api/v1/sources/shop", json!({"name": "The shop"})).await.expect(200);
    assert_eq!(renamed["consent"], changed["consent"]);
    let said = |yes: bool| json!({"consent": {"categoryPreferences": {"Analytics": yes}}});
    for (user, context) in [("yes", said(true)), ("no", said(false)), ("silent", json!({}))] {
        app.collect_to(&key, "/v1/track", json!({"userId": user, "event": "E", "context": context})).await.expect(200);
        let found = app.get(&format!("/api/v1/profiles/by/user_id/{user}")).await.status;
        assert_eq!(found, if user == "yes" { 200 } else { 404 }, "{user}");
    }
    for wrong in [json!({"requred": []}), json!({"required": [" "]}), json!({"required": vec!["x"; 21]})] {
        app.api("PATCH", "/api/v1/sources/shop", json!({"consent": wrong})).await.expect(400);
    }
}

#[tokio::test]
async fn a_file_is_uploaded_followed_and_cancelled() {
    let woken = Arc::new(Woken(AtomicUsize::new(0)));
    let runner = woken.clone();
    let app = App::with(move |parts: &mut ApiParts| parts.imports = Some(runner));
    let upload = async |path: &str, media: &str, body: String| {
        let request = Request::builder().method("POST").uri(path).header("content-type", media);
        let request = request.header("authorization", format!("Bearer {}", app.a.token));
        app.send(request.body(Body::from(body)).unwrap()).await
    };
    let rows = "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}\n".to_owned();
    let octets = "application/octet-stream";
    let queued = upload("/api/v1/imports?name=old.jsonl&live=true", octets, rows.clone()).await.expect(201);
    assert_eq!(
        (&queued["state"], &queued["file_name"], &queued["total_bytes"]),
        (&json!("queued"), &json!("old.jsonl"), &json!(rows.len()))
    );
    let id = queued["id"].as_str().unwrap().to_owned();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    let row = app.state.stores.control().read(|q| imports::get(q, app.a.id, id.parse().unwrap())).unwrap().unwrap();
    assert_eq!(std::fs::read_to_string(&row.path).unwrap(), rows);
    assert!(row.path.starts_with(app.dir().join("imports").to_str().unwrap()) && row.path.ends_with(".jsonl"));
    let spec: ImportSpec = serde_json::from_value(row.mapping).unwrap();
    assert!(spec.live && spec.mapping.is_none() && spec.source > 0);
    // As the runner would write.
    let number: u64 = id.parse().unwrap();
    let rejects = [NewReject { line: 7, reason: "invalid_row", sample: "=1+1,\"x\"" }];
    let progress = Progress { rows: 9, accepted: 8, rejected: 1, position: json!(null) };
    let now = app.state.clock.now();
    let written = app.state.stores.control().write(|tx| {
        imports::set_state(tx, app.a.id, number, ImportState::Running, None, now)?;
        imports::update_progress(tx, app.a.id, number, &progress, &rejects)
    });
    written.unwrap();
    let one = app.get(&format!("/api/v1/imports/{id}")).await.expect(200);
    assert_eq!((&one["state"], &one["rows"], &one["rejected"]), (&json!("running"), &json!(9), &json!(1)));
    let csv = app.get(&format!("/api/v1/imports/{id}/rejects")).await;
    assert_eq!(csv.text(), "line,reason,row\r\n7,\"invalid_row\",\"'=1+1,\"\"x\"\"\"\r\n");
    app.api("POST", &format!("/api/v1/imports/{id}/resume"), json!({})).await.expect(200);
    assert_eq!(
        app.api("POST", &format!("/api/v1/imports/{id}/cancel"), json!({})).await.expect(200)["state"],
        "cancelled"
    );
    app.api("POST", &format!("/api/v1/imports/{id}/resume"), json!({})).await.expect(409);
    let other = app.as_token(&app.b.token, "GET", &format!("/api/v1/imports/{id}"), Value::Null).await;
    assert_eq!(other.status, 404);
    // With a mapping, in parts; and what is wrong.
    let part = |name: &str, file: &str, text: &str| {
        format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n")
    };
    let mapping = "type: track\nevent: {const: Bought}\nuser_id: {column: id}\n";
    let body =
        part("file", "; filename=\"a.csv\"", "id\n1\n") + &part("mapping", "", "type: nonsense\n") + "--XX--\r\n";
    let bad = upload("/api/v1/imports", "multipart/form-data; boundary=XX", body).await;
    assert_eq!(bad.status, 400, "{}", bad.text());
    assert!(bad.json()["code"].as_str().unwrap().starts_with("mapping"), "{mapping}: {}", bad.text());
    assert_eq!(upload("/api/v1/imports", octets, rows.clone()).await.status, 400, "no name");
    assert_eq!(upload("/api/v1/imports?name=x.jsonl&source=none", octets, rows).await.status, 400);
    let left = std::fs::read_dir(app.dir().join("imports")).unwrap().count();
    assert_eq!(left, 0, "refused and cancelled uploads are removed");
}

#[tokio::test]
async fn health_says_how_it_is() {
    let app = App::new();
    app.as_token("", "GET", "/healthz", Value::Null).await.expect(200);
    let ready = app.as_token("", "GET", "/readyz", Value::Null).await.expect(200);
    assert_eq!((&ready["ready"], &ready["partitions"]), (&json!(true), &json!(4)));
    assert_eq!(app.as_token("", "GET", "/metrics", Value::Null).await.status, 404);
    let standing = app.get("/api/v1/partitions").await.expect(200);
    assert_eq!(standing["partitions"].as_array().unwrap().len(), 4);
    let stats = app.get("/api/v1/stats").await.expect(200);
    let expected = json!({
        "events": {"accepted": 0, "duplicates": 0, "rejected": 0, "processed": 0, "in_lake": 0},
        "profiles": 0,
        "segments": 0,
        "messages": {"sent": 0, "skipped": 0, "failed": 0},
        "lag_ms": 0,
    });
    assert_eq!(stats, expected);
}

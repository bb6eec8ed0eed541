//! Documents: writing, versions, publishing, differences, secrets.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::fixture::{Answer, App};

fn segment(rule: &str) -> Value {
    json!({"name": "Buyers", "rule": rule})
}

async fn put(app: &App, path: &str, media: &str, if_match: &str, body: String) -> Answer {
    let mut request = Request::builder().method("PUT").uri(path).header("content-type", media);
    request = request.header("authorization", format!("Bearer {}", app.a.token));
    if !if_match.is_empty() {
        request = request.header("if-match", if_match);
    }
    app.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_document_is_written_published_compared_and_archived() {
    let app = App::new();
    let path = "/api/v1/resources/segments/buyers";
    let dry = app.api("PUT", &format!("{path}?dry_run=true"), segment("events(\"A\").exists()")).await.expect(200);
    assert_eq!((&dry["version"], &dry["status"]), (&json!(1), &json!("draft")));
    assert_eq!(app.get(path).await.status, 404, "a dry run writes nothing");
    let first = app.api("PUT", path, segment("events(\"A\").exists()")).await;
    assert_eq!(first.header("etag"), "\"1\"");
    let first = first.expect(200);
    assert!(first["warnings"][0]["message"].as_str().unwrap().contains('A'), "{first}");
    // The same again is the same version; YAML and JSON are the same document.
    let yaml = "kind: segment\nid: buyers\nspec:\n  name: Buyers\n  rule: events(\"A\").exists()\n".to_owned();
    assert_eq!(put(&app, path, "application/yaml", "", yaml).await.expect(200)["version"], 1);
    let live = app.api("POST", &format!("{path}/publish"), json!({})).await.expect(200);
    assert_eq!((&live["status"], &live["live_version"]), (&json!("live"), &json!(1)));
    // A write that does not know the newest version is refused.
    let second = segment("events(\"A\").count() >= 2").to_string();
    put(&app, path, "application/json", "\"1\"", second.clone()).await.expect(200);
    let stale = put(&app, path, "application/json", "\"1\"", segment("true").to_string()).await;
    assert_eq!((stale.status, &stale.json()["code"]), (412, &json!("version_changed")));
    let diff = app.get(&format!("{path}/diff")).await.expect(200);
    assert_eq!((&diff["from"], &diff["to"], &diff["changes"][0]["path"]), (&json!(1), &json!(2), &json!("rule")));
    let versions = app.get(&format!("{path}/versions?limit=1")).await.expect(200);
    assert_eq!((&versions["items"][0]["version"], &versions["next_cursor"]), (&json!(2), &json!("2")));
    assert_eq!(app.get(&format!("{path}?version=live")).await.expect(200)["version"], 1);
    let review = app.api("POST", &format!("{path}/status"), json!({"status": "review"})).await.expect(200);
    assert_eq!(review["status"], "review");
    let list = app.get("/api/v1/resources/segment?status=live").await.expect(200);
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["live_version"]), (1, &json!(1)));
    assert_eq!(app.api("DELETE", path, Value::Null).await.expect(200)["archived_versions"], 2);
    assert_eq!(app.get("/api/v1/segments").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn faults_name_their_place_and_the_nearest_name() {
    let app = App::new();
    let bad = app.api("PUT", "/api/v1/resources/segment/x", segment("evnts(\"A\").exists()")).await.expect(400);
    assert_eq!(bad["code"], "invalid_resource");
    let problem = &bad["errors"][0];
    assert!(problem["at"].as_str().unwrap().starts_with("spec.rule 1:"), "{bad}");
    assert_eq!(problem["did_you_mean"], "events", "{bad}");
    let journey = json!({"name": "J", "trigger": {"event": {"name": "A"}}, "steps": [{"id": "s", "send": {"channel": "email", "template": "welcom"}}]});
    let template = json!({"name": "Welcome", "subject": "Hi", "html": "<p>Hi</p>"});
    app.api("PUT", "/api/v1/resources/template/welcome", template).await.expect(200);
    let bad = app.api("PUT", "/api/v1/resources/journey/j", journey).await.expect(400);
    assert_eq!(bad["errors"][0]["did_you_mean"], "welcome", "{bad}");
    for (path, status) in [
        ("/api/v1/resources/segmnt/x", 404),
        ("/api/v1/resources/segment/Not A Slug".replace(' ', "%20").as_str(), 400),
        ("/api/v1/resources/settings/other", 400),
    ] {
        let answer = app.api("PUT", path, segment("true")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    let unknown = app.get("/api/v1/resources/segmnt").await.expect(404);
    assert_eq!(unknown["errors"][0]["did_you_mean"], "segment");
    let mixed = json!({"kind": "journey", "id": "x", "spec": segment("true")});
    assert_eq!(app.api("PUT", "/api/v1/resources/segment/x", mixed).await.expect(400)["errors"][0]["at"], "kind");
    for kind in ["segment", "journey", "template", "channel", "topic", "settings"] {
        let schema = app.get(&format!("/api/v1/resources/{kind}/schema")).await.expect(200);
        assert_eq!(schema["type"], "object", "{kind}");
    }
}

#[tokio::test]
async fn secrets_are_never_answered_and_survive_a_round_trip() {
    let app = App::new();
    let path = "/api/v1/resources/channel/mail";
    let spec = json!({"kind": "smtp", "host": "smtp.example.com", "username": "u", "secret": "hunter2hunter2",
        "from": {"email": "shop@example.com"}});
    let written = app.api("PUT", path, spec).await;
    assert!(!written.text().contains("hunter2"));
    let mut read = app.get(path).await.expect(200);
    assert_eq!(read["spec"]["secret"], "********");
    read["spec"]["host"] = json!("smtp2.example.com");
    app.api("PUT", path, read).await.expect(200);
    // At rest it is sealed, and the server gets it back.
    let kind = rapport_domain::ResourceKind::Channel;
    let stored = || {
        let control = app.state.stores.control();
        control.read(|q| rapport_store::control::resources::get(q, app.a.id, kind, "mail", None)).unwrap().unwrap()
    };
    let first = stored();
    assert!(first.spec["secret"].as_str().unwrap().starts_with("sealed:1:"), "{}", first.spec);
    let opened = app.state.stores.vault().opened(app.a.id, kind, "mail", &first.spec).unwrap();
    assert_eq!((&opened["secret"], &opened["host"]), (&json!("hunter2hunter2"), &json!("smtp2.example.com")));
    let same = app.get(path).await.expect(200);
    app.api("PUT", path, same).await.expect(200);
    assert_eq!(stored().version, first.version, "the same document again is no new version");
    for path in [format!("{path}/versions"), "/api/v1/resources/channel".to_owned(), format!("{path}/diff?from=1")] {
        let answer = app.get(&path).await;
        assert!(answer.status == 200 && !answer.text().contains("hunter2"), "{path}");
    }
    let path = "/api/v1/resources/channel/chat";
    let words = [("secret", "hunter2-t"), ("webhook_secret", "hunter2-w"), ("verify_token", "hunter2-v")];
    let mut spec = json!({"kind": "whatsapp", "phone_number_id": "1"});
    words.iter().for_each(|(name, word)| spec[*name] = json!(word));
    app.api("PUT", &format!("{path}?publish=true"), spec).await.expect(200);
    for path in [path.to_owned(), format!("{path}/versions"), "/api/v1/channels".to_owned()] {
        let answer = app.get(&path).await;
        assert!(answer.status == 200 && !answer.text().contains("hunter2"), "{path}: {}", answer.text());
    }
    let control = app.state.stores.control();
    let kept = control.read(|q| rapport_store::control::resources::get(q, app.a.id, kind, "chat", None));
    let kept = kept.unwrap().unwrap().spec;
    assert!(words.iter().all(|(name, _)| kept[*name].as_str().unwrap().starts_with("sealed:1:")), "{kept}");
    let path = "/api/v1/resources/channel/mail";
    let editor = app.api("POST", "/api/v1/tokens", json!({"name": "w", "scopes": ["write"]})).await.expect(201);
    let spec = json!({"kind": "smtp", "host": "evil.example", "from": {"email": "a@b.example"}});
    app.as_token(editor["secret"].as_str().unwrap(), "PUT", path, spec).await.expect(403);
}

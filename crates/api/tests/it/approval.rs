//! Draft → review → approved by another member → live, where the settings ask for it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::fixture::{Answer, App, PASSWORD};

/// A member, signed in.
struct Member {
    cookie: String,
    csrf: String,
}

impl Member {
    async fn new(app: &App, email: &str, role: &str) -> Member {
        let new = json!({"email": email, "role": role, "password": PASSWORD});
        app.api("POST", "/api/v1/members", new).await.expect(201);
        let sign_in = json!({"email": email, "password": PASSWORD});
        let answer = app.as_token("", "POST", "/api/v1/session", sign_in).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = answer.expect(201)["csrf_token"].as_str().unwrap().to_owned();
        Member { cookie, csrf }
    }

    async fn ask(&self, app: &App, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header("cookie", &self.cookie);
        let request = request.header("x-csrf-token", &self.csrf).header("content-type", "application/json");
        app.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

fn journey(text: &str) -> Value {
    let trigger = json!({"event": {"name": "Ping"}});
    json!({"name": text, "trigger": trigger, "steps": [{"id": "rest", "wait": "1h"}]})
}

const PATH: &str = "/api/v1/resources/journey/j";

#[tokio::test]
async fn a_journey_goes_live_once_another_member_approved_it() {
    let app = App::new();
    let settings = json!({"needs_approval": ["journey", "campaign"]});
    app.api("PUT", "/api/v1/resources/settings/workspace?publish=true", settings).await.expect(200);
    let (ann, bob) =
        (Member::new(&app, "ann@team.example", "editor").await, Member::new(&app, "bob@team.example", "editor").await);
    let at = |what: &str| format!("{PATH}/{what}");

    ann.ask(&app, "PUT", PATH, journey("one")).await.expect(200);
    let refused = ann.ask(&app, "POST", &at("publish"), json!({})).await.expect(409);
    assert_eq!(refused["code"], "needs_approval");
    for part in ["version 1", "ann@team.example", "another member", "/approve"] {
        assert!(refused["detail"].as_str().unwrap().contains(part), "{refused}");
    }
    // Nor at once, and then nothing is written; nor by a token.
    for dry in ["", "&dry_run=true"] {
        let path = format!("{PATH}?publish=true{dry}");
        assert_eq!(ann.ask(&app, "PUT", &path, journey("two")).await.expect(409)["code"], "needs_approval", "{dry}");
    }
    assert_eq!(app.api("POST", &at("publish"), json!({})).await.expect(409)["code"], "needs_approval");
    assert_eq!(app.get(PATH).await.expect(200)["version"], 1);
    // What is not in review cannot be approved, one's own never, and a token has no say.
    assert_eq!(bob.ask(&app, "POST", &at("approve"), json!({})).await.expect(409)["code"], "not_in_review");
    let review = json!({"status": "review", "note": "please look at the wait"});
    ann.ask(&app, "POST", &at("status"), review).await.expect(200);
    assert_eq!(ann.ask(&app, "POST", &at("approve"), json!({})).await.expect(403)["code"], "own_version");
    assert!(app.api("POST", &at("approve"), json!({})).await.expect(403)["detail"].as_str().unwrap().contains("token"));

    let approved = bob.ask(&app, "POST", &at("approve"), json!({"note": "fine"})).await.expect(200);
    assert_eq!((&approved["approved_by"], &approved["status"]), (&json!("bob@team.example"), &json!("review")));
    let live = ann.ask(&app, "POST", &at("publish"), json!({})).await.expect(200);
    assert_eq!((&live["status"], &live["approved_by"]), (&json!("live"), &json!("bob@team.example")));

    // An edit is another version, which needs another approval; the approved one stays live.
    bob.ask(&app, "PUT", PATH, journey("two")).await.expect(200);
    assert_eq!(ann.ask(&app, "POST", &at("publish"), json!({})).await.expect(409)["code"], "needs_approval");
    bob.ask(&app, "POST", &at("status"), json!({"status": "review"})).await.expect(200);
    ann.ask(&app, "POST", &at("approve"), json!({"version": 2})).await.expect(200);
    // Taken back to work on it, it is approved no more.
    bob.ask(&app, "POST", &at("status"), json!({"status": "draft", "note": "not yet"})).await.expect(200);
    assert_eq!(bob.ask(&app, "POST", &at("publish"), json!({})).await.expect(409)["code"], "needs_approval");
    bob.ask(&app, "POST", &at("status"), json!({"status": "review"})).await.expect(200);
    ann.ask(&app, "POST", &at("approve"), json!({})).await.expect(200);
    bob.ask(&app, "POST", &at("publish"), json!({})).await.expect(200);
    // The former version was approved: to go back to it needs nobody.
    let back = ann.ask(&app, "POST", &at("publish"), json!({"version": 1})).await.expect(200);
    assert_eq!((&back["version"], &back["live_version"]), (&json!(1), &json!(1)));

    let log = app.get("/api/v1/audit?limit=100").await.expect(200);
    let told = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["action"] == "resource.approve" && e["detail"]["version"] == 1);
    let told = told.unwrap_or_else(|| panic!("{log}"));
    assert_eq!((&told["actor"], &told["detail"]["author"]), (&json!("bob@team.example"), &json!("ann@team.example")));
    assert_eq!(told["detail"]["note"], "fine");
}

#[tokio::test]
async fn only_the_kinds_that_are_named_need_approval() {
    let app = App::new();
    let publish = "?publish=true&confirm=true";
    app.api("PUT", &format!("{PATH}{publish}"), journey("before")).await.expect(200);
    let settings = "/api/v1/resources/settings/workspace?publish=true";
    let unknown = app.api("PUT", settings, json!({"needs_approval": ["segment"]})).await.expect(400);
    assert_eq!(unknown["errors"][0]["at"], "spec.needs_approval");
    app.api("PUT", settings, json!({"needs_approval": ["campaign"]})).await.expect(200);
    app.api("PUT", &format!("{PATH}{publish}"), journey("after")).await.expect(200);
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 1, "tls": "none", "from": {"email": "shop@example.com"}});
    let template = json!({"name": "Hi", "subject": "Hi", "html": "<p>Hello</p>"});
    for (path, spec) in [("channel/mail", channel), ("template/hi", template)] {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200);
    }
    let campaign = json!({"name": "C", "audience": {"rule": "true"}, "channel": "email", "template": "hi"});
    let refused = app.api("PUT", &format!("/api/v1/resources/campaign/c{publish}"), campaign).await.expect(409);
    assert_eq!(refused["code"], "needs_approval", "{refused}");
    // What is live already may be published again, whatever the settings say now.
    app.api("PUT", settings, json!({"needs_approval": ["journey"]})).await.expect(200);
    app.api("POST", &format!("{PATH}/publish"), json!({"confirm": true})).await.expect(200);
}

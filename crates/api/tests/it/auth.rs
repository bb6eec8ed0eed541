//! Signing in, sessions, tokens.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::fixture::{Answer, App, PASSWORD};

async fn sign_in(app: &App, email: &str, password: &str) -> Answer {
    app.as_token("", "POST", "/api/v1/session", json!({"email": email, "password": password})).await
}

async fn with_cookie(app: &App, cookie: &str, csrf: &str, method: &str, path: &str, body: Value) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("cookie", cookie);
    if !csrf.is_empty() {
        request = request.header("x-csrf-token", csrf);
    }
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_session_reads_freely_and_writes_with_its_token() {
    let app = App::new();
    let answer = sign_in(&app, &app.a.email, PASSWORD).await;
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let csrf = answer.expect(201)["csrf_token"].as_str().unwrap().to_owned();
    let who = with_cookie(&app, &cookie, "", "GET", "/api/v1/session", Value::Null).await.expect(200);
    assert_eq!((&who["role"], &who["actor"]), (&json!("owner"), &json!(app.a.email)));
    let patch = json!({"name": "Renamed"});
    let path = "/api/v1/workspaces/current";
    for wrong in ["", "guess"] {
        let refused = with_cookie(&app, &cookie, wrong, "PATCH", path, patch.clone()).await;
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("csrf")));
    }
    let changed = with_cookie(&app, &cookie, &csrf, "PATCH", path, patch).await.expect(200);
    assert_eq!(changed["name"], "Renamed");
    let left = with_cookie(&app, &cookie, &csrf, "DELETE", "/api/v1/session", Value::Null).await;
    assert_eq!(left.status, 204);
    assert_eq!(with_cookie(&app, &cookie, "", "GET", "/api/v1/session", Value::Null).await.status, 401);
}

#[tokio::test]
async fn wrong_passwords_are_throttled_without_telling_who_exists() {
    let app = App::new();
    let wrong = sign_in(&app, &app.a.email, "wrong password").await;
    let nobody = sign_in(&app, "nobody@alpha.example", "wrong password").await;
    assert_eq!((wrong.status, nobody.status), (401, 401));
    assert_eq!(wrong.text(), nobody.text());
    for _ in 0..4 {
        assert_eq!(sign_in(&app, &app.a.email, "wrong password").await.status, 401);
    }
    let answer = sign_in(&app, &app.a.email, PASSWORD).await;
    assert_eq!(answer.status, 429, "the right one waits too");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
    // Another account is not affected.
    assert_eq!(sign_in(&app, &app.b.email, PASSWORD).await.status, 201);
}

#[tokio::test]
async fn tokens_are_shown_once_expire_and_are_revoked() {
    let app = App::new();
    let made = app.api("POST", "/api/v1/tokens", json!({"name": "ci", "scopes": ["read"]})).await.expect(201);
    let secret = made["secret"].as_str().unwrap();
    app.as_token(secret, "GET", "/api/v1/stats", Value::Null).await.expect(200);
    let listed = app.get("/api/v1/tokens").await;
    assert!(!listed.text().contains(secret));
    let id = made["token"]["id"].as_str().unwrap();
    assert_eq!(app.api("DELETE", &format!("/api/v1/tokens/{id}"), Value::Null).await.status, 204);
    assert_eq!(app.as_token(secret, "GET", "/api/v1/stats", Value::Null).await.status, 401);
    let past = json!({"name": "old", "scopes": ["read"], "expires_at": "2020-01-01"});
    let old = app.api("POST", "/api/v1/tokens", past).await.expect(201);
    let old = old["secret"].as_str().unwrap();
    assert_eq!(app.as_token(old, "GET", "/api/v1/stats", Value::Null).await.status, 401);
    let wrong = app.api("POST", "/api/v1/tokens", json!({"name": "x", "scopes": ["raed"]})).await;
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["did_you_mean"]), (400, &json!("read")));
}

#[tokio::test]
async fn members_are_kept_within_their_role() {
    let app = App::new();
    let new =
        |role: &str| json!({"email": format!("{role}@alpha.example"), "role": role, "password": "long enough for it"});
    // A token is an admin at most: it makes no owners and changes none.
    app.api("POST", "/api/v1/members", new("owner")).await.expect(403);
    let editor = app.api("POST", "/api/v1/members", new("editor")).await.expect(201);
    let path = format!("/api/v1/members/{}", editor["id"].as_str().unwrap());
    assert_eq!(app.api("PATCH", &path, json!({"role": "viewer"})).await.expect(200)["role"], "viewer");
    let owner = app.get("/api/v1/members").await.expect(200)["items"][0]["id"].clone();
    let owner = format!("/api/v1/members/{}", owner.as_str().unwrap());
    app.api("PATCH", &owner, json!({"role": "viewer"})).await.expect(403);
    let answer = sign_in(&app, "editor@alpha.example", "long enough for it").await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(answer.status, 201);
    assert_eq!(app.api("DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(with_cookie(&app, &cookie, "", "GET", "/api/v1/session", Value::Null).await.status, 401);
    assert_eq!(sign_in(&app, "editor@alpha.example", "long enough for it").await.status, 401);
    let weak = json!({"email": "w@alpha.example", "role": "viewer", "password": "short"});
    assert_eq!(app.api("POST", "/api/v1/members", weak).await.expect(400)["errors"][0]["at"], "password");
}

#[tokio::test]
async fn a_member_changes_the_own_password_and_stays_signed_in() {
    let app = App::new();
    let begin = |answer: Answer| {
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        (cookie, csrf)
    };
    let here = begin(sign_in(&app, &app.a.email, PASSWORD).await);
    let elsewhere = begin(sign_in(&app, &app.a.email, PASSWORD).await);
    let path = "/api/v1/session/password";
    let ask = |(cookie, csrf): (String, String), current: &'static str, password: &'static str| {
        let (app, body) = (&app, json!({"current": current, "password": password}));
        async move { with_cookie(app, &cookie, &csrf, "PUT", path, body).await }
    };
    let wrong = ask(here.clone(), "not it at all", "a new long password").await;
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["at"]), (400, &json!("current")), "{}", wrong.text());
    let short = ask(here.clone(), PASSWORD, "short").await;
    assert_eq!((short.status, &short.json()["errors"][0]["at"]), (400, &json!("password")), "{}", short.text());
    let changed = ask(here.clone(), PASSWORD, "a new long password").await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let now = begin(changed);
    let status = |cookie: String| {
        let app = &app;
        async move { with_cookie(app, &cookie, "", "GET", "/api/v1/session", Value::Null).await.status }
    };
    assert_eq!((status(now.0).await, status(here.0).await, status(elsewhere.0).await), (200, 401, 401));
    assert_eq!(sign_in(&app, &app.a.email, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, &app.a.email, "a new long password").await.status, 201);
    // A program has no password.
    let body = json!({"current": PASSWORD, "password": "a new long password"});
    app.api("PUT", path, body).await.expect(403);
}

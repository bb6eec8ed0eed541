//! Every endpoint, asked by nobody, by somebody of another workspace, and by somebody with too small a role.

use rapport_api::{Access, endpoints};
use rapport_store::control::members::Role;
use serde_json::{Value, json};

use crate::fixture::App;

/// Text that stands in everything of workspace A that could leak.
const MARK: &str = "alphasecret";

/// Workspace A with one of everything, and the ids to ask for.
async fn furnished() -> (App, Vec<(&'static str, String)>) {
    let app = App::new();
    let user = format!("{MARK}-user");
    let traits = json!({"userId": user, "traits": {"email": format!("{MARK}@shop.example"), "name": MARK}});
    app.collect("/v1/identify", traits).await.expect(200);
    app.collect("/v1/group", json!({"userId": user, "groupId": MARK, "traits": {"name": MARK}})).await.expect(200);
    app.collect("/v1/track", json!({"userId": user, "event": MARK, "properties": {"x": 1}})).await.expect(200);
    app.collect("/v1/batch", json!({"batch": [{"type": MARK, "userId": user}]})).await.expect(200);
    let segment = json!({"name": MARK, "rule": format!("events(\"{MARK}\").exists()")});
    app.api("PUT", &format!("/api/v1/resources/segment/{MARK}?publish=true"), segment).await.expect(200);
    let address = json!({"address": format!("{MARK}@bounce.example")});
    app.api("POST", "/api/v1/suppressions", address).await.expect(201);
    let source = json!({"slug": MARK, "kind": "server"});
    let key = app.api("POST", "/api/v1/sources", source).await.expect(201)["keys"][0]["key"].clone();
    let token = json!({"name": MARK, "scopes": ["read"]});
    let token = app.api("POST", "/api/v1/tokens", token).await.expect(201)["token"]["id"].clone();
    let member = json!({"email": format!("{MARK}@team.example"), "role": "viewer", "password": "long enough for it"});
    let member = app.api("POST", "/api/v1/members", member).await.expect(201)["id"].clone();
    app.settle().await;
    let profile = app.profile(&user).await;
    let text = |v: Value| v.as_str().unwrap().to_owned();
    let ids = vec![
        ("profile", profile),
        ("user", user),
        ("key", text(key)),
        ("token", text(token)),
        ("member", text(member)),
    ];
    (app, ids)
}

/// A path of workspace A's things.
fn filled(path: &str, ids: &[(&'static str, String)]) -> String {
    let id = |name: &str| ids.iter().find(|(n, _)| *n == name).unwrap().1.clone();
    let noun = path.split('/').nth(if path.starts_with("/ui/") { 2 } else { 3 }).unwrap_or_default();
    let own = match noun {
        "profiles" => id("profile"),
        "members" => id("member"),
        "tokens" => id("token"),
        "imports" | "inbox" => "1".to_owned(),
        "messages" => "m001".to_owned(),
        _ => MARK.to_owned(),
    };
    path.replace("{id}", &own)
        .replace("{kind}", "segment")
        .replace("{profile}", &id("profile"))
        .replace("{namespace}", "user_id")
        .replace("{value}", &id("user"))
        .replace("{key}", &id("key"))
        .replace("{slug}", MARK)
        .replace("{channel}", "email")
        .replace("{address}", &format!("{MARK}@bounce.example"))
}

/// A body that would do, so that only who asks can be the reason of a refusal.
fn body(method: &str, path: &str, ids: &[(&'static str, String)]) -> Value {
    let id = |name: &str| ids.iter().find(|(n, _)| *n == name).unwrap().1.clone();
    match (method, path) {
        ("PATCH", "/api/v1/profiles/{id}") => json!({"traits": {"a": 1}}),
        ("POST", "/api/v1/profiles/{id}/consents") => json!({"channel": "email", "granted": true}),
        ("POST", "/api/v1/profiles/{id}/unmerge") => json!({"from": id("profile")}),
        ("POST", "/api/v1/profiles/{id}/merge") => json!({"with": id("profile")}),
        ("POST", "/api/v1/profiles/bulk") => json!({"matching": {"q": MARK}, "set": {"a": 1}}),
        ("POST", "/api/v1/messages") => json!({"to": {"profile": id("profile")}, "template": MARK}),
        ("POST", "/api/v1/keys") => json!({"source": MARK}),
        ("POST", "/api/v1/resources/{kind}/{id}/status") => json!({"status": "archived"}),
        ("POST", "/api/v1/templates/preview") => {
            json!({"spec": {"name": "t", "subject": "{{ profile.name }}", "html": "x"}, "profile": id("profile")})
        }
        (
            "POST",
            "/api/v1/rules/check"
            | "/api/v1/rules/parse"
            | "/api/v1/rules/print"
            | "/api/v1/rules/cost"
            | "/api/v1/rules/complete"
            | "/api/v1/segments/preview",
        ) => {
            json!({"rule": format!("events(\"{MARK}\").exists()")})
        }
        ("POST", "/api/v1/rules/explain") => {
            json!({"rule": format!("events(\"{MARK}\").exists()"), "profile": id("profile")})
        }
        ("POST", "/api/v1/segments/overlap") => json!({"segments": [MARK, format!("{MARK}-2")]}),
        ("POST", "/api/v1/segments/{id}/members") => json!({"add": [{"profile": id("profile")}]}),
        ("POST", "/api/v1/insights/trend") => json!({"series": [{"event": MARK}]}),
        ("POST", "/api/v1/insights/funnel") => json!({"steps": [{"event": MARK}]}),
        ("POST", "/api/v1/journeys/{id}/trigger") => json!({"to": {"profile": id("profile")}}),
        ("POST", "/api/v1/journeys/{id}/enter") => json!({"profiles": [id("profile")]}),
        ("POST", "/api/v1/journeys/{id}/resume" | "/api/v1/campaigns/{id}/resume") => json!({"overdue": "run"}),
        ("POST", "/api/v1/journeys/{id}/migrate") => json!({"from": 1}),
        ("POST", "/api/v1/journeys/{id}/dry-run") => json!({"profile": id("profile")}),
        ("POST", "/api/v1/campaigns/{id}/test") => json!({"to": [{"profile": id("profile")}]}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn nobody_gets_nothing() {
    let (app, ids) = furnished().await;
    for endpoint in endpoints().into_iter().filter(|e| matches!(e.access, Access::Role(_))) {
        let (method, path) = (endpoint.method.as_str(), filled(endpoint.path, &ids));
        for token in ["", "rk_wrong", app.a.write_key.as_str()] {
            let answer = app.as_token(token, method, &path, body(method, endpoint.path, &ids)).await;
            let refused = answer.status == 401 || (answer.status == 303 && answer.header("location") == "/login");
            assert!(refused, "{method} {path} answered {}: {}", answer.status, answer.text());
            assert!(!answer.text().contains(MARK), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn another_workspace_gets_nothing_of_this_one() {
    let (app, ids) = furnished().await;
    for endpoint in endpoints().into_iter().filter(|e| matches!(e.access, Access::Role(_))) {
        let (method, path) = (endpoint.method.as_str(), filled(endpoint.path, &ids));
        let sent = body(method, endpoint.path, &ids);
        // Writing a document of the same name makes one of one's own; that is no access to this one's.
        if matches!((method, endpoint.path), ("PUT", "/api/v1/resources/{kind}/{id}")) {
            continue;
        }
        let answer = app.as_token(&app.b.token, method, &path, sent.clone()).await;
        let names_one =
            endpoint.path.contains('{') && !endpoint.path.ends_with("{kind}") && !endpoint.path.ends_with("schema");
        if names_one {
            assert!(
                !(200..300).contains(&answer.status),
                "{method} {path} answered {}: {}",
                answer.status,
                answer.text()
            );
        }
        // What the asker sent itself may come back, but nothing that only this workspace knows.
        let (text, sent) = (answer.text(), format!("{path}{sent}"));
        for secret in
            [format!("{MARK}@shop"), format!("{MARK}@team"), ids[0].1.clone(), ids[1].1.clone(), ids[2].1.clone()]
        {
            assert!(!text.contains(&secret) || sent.contains(&secret), "{method} {path}: {text}");
        }
        assert!(!text.contains(MARK) || sent.contains(MARK), "{method} {path}: {text}");
    }
    // And nothing of it was changed by trying.
    let profile = app.get(&format!("/api/v1/profiles/{}", ids[0].1)).await.expect(200);
    assert_eq!(profile["traits"]["name"], MARK);
    assert!(profile["traits"].get("a").is_none(), "{profile}");
    app.get(&format!("/api/v1/segments/{MARK}")).await.expect(200);
}

#[tokio::test]
async fn roles_are_kept() {
    let (app, ids) = furnished().await;
    let scoped = |scope: &str| json!({"name": scope, "scopes": [scope]});
    let reader = app.api("POST", "/api/v1/tokens", scoped("read")).await.expect(201)["secret"].clone();
    let writer = app.api("POST", "/api/v1/tokens", scoped("write")).await.expect(201)["secret"].clone();
    for endpoint in endpoints() {
        let Access::Role(needed) = endpoint.access else { continue };
        let (method, path) = (endpoint.method.as_str(), filled(endpoint.path, &ids));
        for (token, role) in [(&reader, Role::Viewer), (&writer, Role::Editor)] {
            if role.includes(needed) {
                continue;
            }
            let sent = body(method, endpoint.path, &ids);
            let answer = app.as_token(token.as_str().unwrap(), method, &path, sent).await;
            assert_eq!(answer.status, 403, "{method} {path} as {}: {}", role.as_str(), answer.text());
        }
    }
}

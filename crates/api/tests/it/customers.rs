//! Customers: lists, one, their events, and changing them.

use serde_json::{Value, json};

use crate::fixture::App;

#[tokio::test]
async fn a_customer_is_found_shown_and_changed() {
    let app = App::new();
    let traits = json!({"userId": "ada", "traits": {"email": "Ada@Shop.example", "plan": "pro"}});
    app.collect("/v1/identify", traits).await.expect(200);
    app.collect("/v1/track", json!({"userId": "ada", "event": "Order Completed", "properties": {"total": 9.5}})).await;
    let by_mail = app.get("/api/v1/profiles/by/email/ada@shop.example").await.expect(200);
    let id = by_mail["id"].as_str().unwrap().to_owned();
    assert_eq!((&by_mail["label"], &by_mail["traits"]["plan"]), (&json!("ada"), &json!("pro")));
    assert_eq!(app.get("/api/v1/identities/user_id/ada").await.expect(200)["profile"]["id"], id.as_str());
    let path = format!("/api/v1/profiles/{id}");
    // What was written is read at once.
    let changed = app.api("PATCH", &path, json!({"traits": {"plan": "free", "age": 36}})).await.expect(200);
    assert_eq!((&changed["traits"]["plan"], &changed["traits"]["age"]), (&json!("free"), &json!(36)));
    app.settle().await;
    let history = app.get(&format!("{path}/traits")).await.expect(200);
    let changes = &history["items"][0]["changes"];
    assert_eq!(changes["plan"], json!({"from": "pro", "to": "free"}), "{history}");
    let consents = app.api("POST", &format!("{path}/consents"), json!({"channel": "email", "granted": true})).await;
    let consents = consents.expect(201);
    assert_eq!((&consents["items"][0]["granted"], &consents["items"][0]["source"]), (&json!(true), &json!("api")));
    let export = app.get(&format!("{path}/export")).await;
    assert!(export.header("content-disposition").contains(&id));
    let export = export.expect(200);
    assert!(export["events"].as_array().unwrap().iter().any(|e| e["event"] == "Order Completed"));
    assert!(export["trait_history"]["plan"]["at"].as_str().unwrap().ends_with('Z'), "{export}");
    let lines = |text: String| text.lines().map(|l| serde_json::from_str(l).unwrap()).collect::<Vec<Value>>();
    let profiles = app.get("/api/v1/exports/profiles").await;
    assert_eq!(profiles.header("content-type"), "application/x-ndjson");
    let profiles = lines(profiles.text());
    assert_eq!((profiles.len(), &profiles[0]["traits"]["plan"]), (1, &json!("free")));
    let events = lines(app.get("/api/v1/exports/events").await.text());
    assert!(events.iter().any(|e| e["event"] == "Order Completed" && e["properties"]["total"] == 9.5), "{events:?}");
    for (path, status) in [
        ("/api/v1/profiles/p_0000000000000", 404),
        ("/api/v1/profiles/nonsense", 404),
        ("/api/v1/profiles/by/user_id/nobody", 404),
        ("/api/v1/profiles?sort=age", 400),
        ("/api/v1/profiles?limit=0", 400),
        ("/api/v1/profiles?limit=many", 400),
    ] {
        assert_eq!(app.get(path).await.status, status, "{path}");
    }
    let slip = app.get("/api/v1/profiles?limt=3").await.expect(400);
    assert_eq!(slip["errors"][0]["did_you_mean"], "limit", "{slip}");
    let slip = app.api("PATCH", &path, json!({"trait": {}})).await.expect(400);
    assert_eq!(slip["errors"][0]["did_you_mean"], "traits", "{slip}");
}

#[tokio::test]
async fn lists_and_timelines_go_on_where_they_stopped() {
    let app = App::new();
    let item = |n: usize| json!({"type": "track", "event": format!("E{n}"), "userId": format!("u{}", n % 7), "messageId": format!("m{n}")});
    let batch: Vec<Value> = (0..70).map(item).collect();
    app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    for sort in ["id", "last_seen"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.get(&format!("/api/v1/profiles?sort={sort}&limit=3{cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|p| p["label"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        seen.sort();
        assert_eq!(seen, (0..7).map(|n| format!("u{n}")).collect::<Vec<_>>(), "{sort}");
    }
    let found = app.get("/api/v1/profiles?q=u3").await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/profiles/{}/events", app.profile("u3").await);
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{path}?limit=4{cursor}")).await.expect(200);
        names.extend(page["items"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let own: Vec<&String> = names.iter().filter(|n| n.starts_with('E')).collect();
    assert_eq!(own.len(), 10, "{names:?}");
    let one = app.get(&format!("{path}?q=E31")).await.expect(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    assert_eq!(one["items"][0]["message_id"], "m31");
    assert_eq!(app.get(&format!("{path}?cursor=x")).await.status, 400);
}

#[tokio::test]
async fn a_merge_is_seen_and_undone() {
    let app = App::new();
    app.collect("/v1/track", json!({"anonymousId": "browser", "event": "Looked"})).await.expect(200);
    let before = app.get("/api/v1/profiles/by/anonymous_id/browser").await.expect(200);
    app.collect("/v1/identify", json!({"anonymousId": "browser", "userId": "ada"})).await.expect(200);
    let id = app.profile("ada").await;
    let old = before["id"].as_str().unwrap();
    let profile = app.get(&format!("/api/v1/profiles/{old}")).await.expect(200);
    assert_eq!(profile["id"], id.as_str(), "the former id leads to the present one");
    assert_eq!(profile["merges"][0]["from"], old);
    let path = format!("/api/v1/profiles/{id}/unmerge");
    app.api("POST", &path, json!({"from": "p_0000000000000"})).await.expect(400);
    app.api("POST", &path, json!({"from": old})).await.expect(202);
    app.settle().await;
    let again = app.get("/api/v1/profiles/by/anonymous_id/browser").await.expect(200);
    assert_eq!(again["id"], old);
    assert_eq!(app.get(&format!("/api/v1/profiles/{id}")).await.expect(200)["merges"], json!([]));
    // Stating both again does not link them again; saying so does.
    app.collect("/v1/identify", json!({"anonymousId": "browser", "userId": "ada"})).await.expect(200);
    assert_eq!(app.get("/api/v1/profiles/by/anonymous_id/browser").await.expect(200)["id"], old);
    let path = format!("/api/v1/profiles/{id}/merge");
    app.api("POST", &path, json!({"with": "p_0000000000000"})).await.expect(404);
    app.api("POST", &path, json!({"with": id})).await.expect(400);
    app.api("POST", &path, json!({"with": old})).await.expect(202);
    app.settle().await;
    let linked = app.get("/api/v1/profiles/by/anonymous_id/browser").await.expect(200);
    assert_eq!(linked["id"], app.profile("ada").await, "{linked}");
}

#[tokio::test]
async fn erasing_leaves_nothing() {
    let app = App::new();
    app.collect("/v1/identify", json!({"userId": "ada", "traits": {"email": "ada@shop.example"}})).await.expect(200);
    app.api("POST", "/api/v1/suppressions", json!({"address": "ada@shop.example"})).await.expect(201);
    let id = app.profile("ada").await;
    let answer = app.api("POST", &format!("/api/v1/profiles/{id}/erase"), Value::Null).await.expect(202);
    assert!(answer["reaches"].as_array().unwrap().len() >= 4);
    app.settle().await;
    for path in [format!("/api/v1/profiles/{id}"), "/api/v1/profiles/by/email/ada@shop.example".to_owned()] {
        assert_eq!(app.get(&path).await.status, 404, "{path}");
    }
    let kept = app.get("/api/v1/suppressions").await.expect(200);
    assert_eq!(kept["items"][0]["address"], Value::Null, "the promise stays, the address goes");
    assert!(!app.get("/api/v1/audit").await.text().contains("ada@shop"));
}

#[tokio::test]
async fn accounts_and_their_members() {
    let app = App::new();
    for user in ["a", "b", "c"] {
        let body = json!({"userId": user, "groupId": "acme", "traits": {"name": "Acme"}});
        app.collect("/v1/group", body).await.expect(200);
    }
    app.settle().await;
    let account = app.get("/api/v1/accounts/acme").await.expect(200);
    assert_eq!((&account["members"], &account["traits"]["name"]), (&json!(3), &json!("Acme")));
    let first = app.get("/api/v1/accounts/acme/members?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/api/v1/accounts/acme/members?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (2, 1));
    assert_eq!(app.get("/api/v1/accounts?q=acm").await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.get("/api/v1/accounts/nobody").await.status, 404);
}

#[tokio::test]
async fn devices_are_shown_without_what_writes_to_them() {
    let app = App::new();
    let token = "ab".repeat(32);
    let body = json!({"userId": "ada", "event": "App Opened", "context": {"device": {"type": "ios", "token": token}}});
    app.collect("/v1/track", body).await.expect(200);
    app.settle().await;
    let path = format!("/api/v1/profiles/{}", app.profile("ada").await);
    let profile = app.get(&path).await.expect(200);
    let device = &profile["devices"][0];
    assert_eq!(
        (&device["kind"], &device["channel"], &device["service"]),
        (&json!("apns"), &json!("push"), &Value::Null)
    );
    assert!(!device.to_string().contains(&token), "{device}");
    assert!(profile["journeys"]["habits"]["pressure"].is_number(), "{profile}");
}

#[tokio::test]
async fn the_feed_tells_what_events_carried_when_asked() {
    let app = App::new();
    for total in [1, 2] {
        let body = json!({"userId": "ada", "event": "Order Completed", "properties": {"total": total}});
        app.collect("/v1/track", body).await.expect(200);
    }
    app.settle().await;
    let plain = app.until("/api/v1/events?q=order", |l| l["items"].as_array().unwrap().len() == 2).await;
    assert_eq!(plain["items"][0]["recorded"], Value::Null);
    let told = app.get("/api/v1/events?q=order&details=true").await.expect(200);
    let row = &told["items"][0];
    assert_eq!((&row["recorded"]["event"], &row["recorded"]["type"]), (&row["event"], &json!("track")));
    assert!(row["recorded"]["properties"]["total"].is_number() && row["recorded"]["source"].is_number(), "{row}");
}

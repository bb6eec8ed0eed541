//! Narrowing what is long: the feed, timelines, messages, customers, members; and the same for all who match.

use axum::body::Body;
use axum::http::Request;
use rapport_domain::time::MINUTE_MS;
use rapport_domain::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::fixture::App;

fn rows(page: &Value) -> &[Value] {
    page["items"].as_array().unwrap()
}

/// A member of each row.
fn column(page: &Value, pointer: &str) -> Vec<String> {
    let text = |row: &Value| row.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    rows(page).iter().map(text).collect()
}

/// Every row of a list, page by page.
async fn all(app: &App, path: &str, pointer: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{path}{cursor}")).await.expect(200);
        seen.extend(column(&page, pointer));
        let Some(next) = page["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn documents_of_all_kinds_are_found_by_their_names() {
    let app = App::new();
    let put = async |kind: &str, id: &str, spec: Value| {
        app.api("PUT", &format!("/api/v1/resources/{kind}/{id}"), spec).await.expect(200);
    };
    let trend = json!({"name": "Carts by day", "report": "trend", "request": {}});
    put("insight", "carts", trend).await;
    put("dashboard", "shop", json!({"name": "Carts and orders", "items": []})).await;
    // More segments than a page of any list holds, and the one looked for is the last of them.
    for n in 0..120 {
        let name = if n == 119 { "Left their carts".to_owned() } else { format!("Segment {n}") };
        put("segment", &format!("s{n:03}"), json!({"name": name, "rule": "traits.cart == 1"})).await;
    }
    let found = app.get("/api/v1/search?q=CARTS").await.expect(200);
    assert_eq!(column(&found, "/name"), ["Carts and orders", "Carts by day", "Left their carts"]);
    assert_eq!(column(&found, "/kind"), ["dashboard", "insight", "segment"]);
    assert_eq!((&rows(&found)[2]["live_version"], &rows(&found)[2]["status"]), (&Value::Null, &json!("draft")));
    assert_eq!(rows(&app.get("/api/v1/search?q=segment&limit=7").await.expect(200)).len(), 7);
    assert!(rows(&app.get("/api/v1/search").await.expect(200)).is_empty());
    app.get("/api/v1/search?q=x&limit=501").await.expect(400);
}

#[tokio::test]
async fn the_feed_of_one_source_goes_on_page_by_page() {
    let app = App::new();
    let shop = app.api("POST", "/api/v1/sources", json!({"slug": "shop", "kind": "server"})).await.expect(201);
    let (key, source) = (shop["keys"][0]["key"].as_str().unwrap(), &shop["id"]);
    assert!(rows(&app.get(&format!("/api/v1/events?source={source}")).await.expect(200)).is_empty());
    // Many of one instant, more than a page holds of them.
    let at = SystemClock.now().plus_ms(-5 * MINUTE_MS);
    let item = |n: usize| json!({"type": "track", "event": format!("Step {n}"), "userId": format!("u{}", n % 3), "timestamp": at.plus_ms((n / 7) as i64 * 1_000).to_string()});
    let batch = json!({"batch": (0..20).map(item).collect::<Vec<_>>()});
    app.collect_to(key, "/v1/batch", batch).await.expect(200);
    // What the other source sends after it does not push it out.
    let noise: Vec<Value> = (0..600).map(|_| json!({"type": "track", "event": "Noise", "userId": "u1"})).collect();
    app.collect("/v1/batch", json!({"batch": noise})).await.expect(200);
    app.settle().await;
    let path = format!("/api/v1/events?source={source}&limit=4");
    app.until(&path, |page| rows(page).len() == 4).await;
    let seen = all(&app, &path, "/event").await;
    let mut names = seen.clone();
    names.sort();
    names.dedup();
    assert_eq!((seen.len(), names.len()), (20, 20), "each once: {seen:?}");
    assert_eq!(column(&app.get(&format!("{path}&q=STEP%2019")).await.expect(200), "/event"), ["Step 19"]);
    // Those that are found by name are not only searched for among the newest.
    assert_eq!(rows(&app.get("/api/v1/events?q=step&limit=500").await.expect(200)).len(), 20);
    let told = app.get(&format!("{path}&details=true")).await.expect(200);
    assert!(
        rows(&told).iter().all(|row| row["recorded"]["source"] == *source && row["recorded"]["event"] == row["event"])
    );
    assert_eq!(all(&app, "/api/v1/events?limit=200", "/event").await.len(), 620);
    app.get("/api/v1/events?cursor=nonsense").await.expect(400);
}

#[tokio::test]
async fn a_timeline_is_narrowed_by_source_event_and_period() {
    let app = App::new();
    let item = |n: u32, event: &str| json!({"type": "track", "event": event, "userId": "ada", "timestamp": format!("2026-01-{n:02}T10:00:00Z")});
    let batch: Vec<Value> =
        (1..=20).map(|n| item(n, if n % 5 == 0 { "Order Completed" } else { "Page Viewed" })).collect();
    app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    let id = app.profile("ada").await;
    app.api("POST", &format!("/api/v1/profiles/{id}/consents"), json!({"channel": "email", "granted": true})).await;
    app.settle().await;
    let path = format!("/api/v1/profiles/{id}/events?limit=3");
    let orders = all(&app, &format!("{path}&event=Order%20Completed"), "/timestamp").await;
    assert_eq!(orders.iter().map(|at| &at[8..10]).collect::<Vec<_>>(), ["20", "15", "10", "05"]);
    let period = "&from=2026-01-10T00:00:00Z&to=2026-01-15T10:00:00Z";
    let within = all(&app, &format!("{path}{period}"), "/timestamp").await;
    assert_eq!(
        within.iter().map(|at| &at[8..10]).collect::<Vec<_>>(),
        ["14", "13", "12", "11", "10"],
        "to is not in it"
    );
    let ours = all(&app, &format!("{path}&source=0"), "/event").await;
    assert!(ours.contains(&"Consent Changed".to_owned()) && !ours.contains(&"Page Viewed".to_owned()), "{ours:?}");
    let source = app.get("/api/v1/sources").await.expect(200)["items"][0]["id"].clone();
    let theirs = all(&app, &format!("/api/v1/profiles/{id}/events?limit=7&source={source}"), "/event").await;
    assert_eq!(theirs.len(), 20);
    assert_eq!(all(&app, &format!("{path}&theirs=true"), "/event").await.len(), 20);
    assert_eq!(app.get(&format!("{path}&from=yesterday")).await.expect(400)["errors"][0]["at"], "from");
}

async fn mail_to(app: &App, template: &str, user: &str) {
    let body = json!({"to": {"user_id": user}, "template": template});
    app.api("POST", "/api/v1/messages", body).await.expect(202);
}

async fn templates(app: &App) {
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 1, "tls": "none", "from": {"email": "shop@example.com"}});
    let mail = json!({"name": "Receipt", "subject": "Order", "html": "<p>Hello</p>", "transactional": true});
    let text = json!({"name": "Text", "channel": "sms", "body": "Hello", "transactional": true});
    for (path, spec) in [("channel/mail", channel), ("template/receipt", mail), ("template/text", text)] {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200);
    }
}

#[tokio::test]
async fn messages_are_found_and_counted_by_channel_and_period() {
    let app = App::new();
    templates(&app).await;
    for user in ["ada", "bea"] {
        let traits =
            json!({"userId": user, "traits": {"email": format!("{user}@shop.example"), "phone": "+4915112345678"}});
        app.collect("/v1/identify", traits).await.expect(200);
        mail_to(&app, "receipt", user).await;
    }
    mail_to(&app, "text", "ada").await;
    app.settle().await;
    let count = async |filter: &str| {
        let listed = rows(&app.get(&format!("/api/v1/messages?{filter}")).await.expect(200)).len();
        let counts = app.get(&format!("/api/v1/messages/counts?{filter}")).await.expect(200);
        let counted: u64 = counts.as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(listed as u64, counted, "{filter}: {counts}");
        listed
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("channel=email").await, 2);
    assert_eq!(count("channel=sms&q=text").await, 1);
    assert_eq!(count("channel=sms&template=receipt").await, 0);
    assert_eq!(count("from=2026-01-01T00:00:00Z").await, 3);
    assert_eq!(count("to=2020-01-01T00:00:00Z").await, 0);
    assert_eq!(rows(&app.get("/api/v1/messages?status=pending").await.expect(200)).len(), 3, "nobody sends here");
    app.get("/api/v1/messages?from=soon").await.expect(400);
    app.get("/api/v1/messages/counts?chanel=sms").await.expect(400);
    // What is tried again is narrowed by the same.
    let again = app.api("POST", "/api/v1/messages/replay", json!({"channel": "sms", "q": "x", "to": "soon"})).await;
    assert_eq!(again.expect(400)["errors"][0]["at"], "to");
}

/// Ten customers, of whom the even ones are on the plan "pro" and the first three in the segment.
async fn customers(app: &App) {
    let spec = json!({"name": "Buyers", "rule": "events('Order Completed').exists()"});
    app.api("PUT", "/api/v1/resources/segment/buyers?publish=true", spec).await.expect(200);
    let list = json!({"name": "VIPs", "kind": "list"});
    app.api("PUT", "/api/v1/resources/segment/vips?publish=true", list).await.expect(200);
    for n in 0..10 {
        let traits = json!({"plan": if n % 2 == 0 { "pro" } else { "free" }, "email": format!("u{n}@shop.example")});
        app.collect("/v1/identify", json!({"userId": format!("u{n}"), "traits": traits})).await.expect(200);
        if n < 3 {
            app.collect("/v1/track", json!({"userId": format!("u{n}"), "event": "Order Completed"})).await.expect(200);
        }
    }
    app.settle().await;
    app.until("/api/v1/segments/buyers", |s| s["count"] == 3 && s["ready"] == true).await;
}

#[tokio::test]
async fn customers_are_found_by_segment_and_rule() {
    let app = App::new();
    customers(&app).await;
    let pro = "rule=traits.plan%20%3D%3D%20%22pro%22";
    for (filter, expected) in [
        ("segment=buyers", vec!["u0", "u1", "u2"]),
        (pro, vec!["u0", "u2", "u4", "u6", "u8"]),
        (&format!("segment=buyers&{pro}"), vec!["u0", "u2"]),
        (&format!("{pro}&q=u4"), vec!["u4"]),
        ("segment=buyers&known=false", vec![]),
        ("segment=vips", vec![]),
    ] {
        for sort in ["id", "last_seen"] {
            let mut found = all(&app, &format!("/api/v1/profiles?limit=2&sort={sort}&{filter}"), "/label").await;
            found.sort();
            assert_eq!(found, expected, "{filter} by {sort}");
        }
        let counted = app.get(&format!("/api/v1/profiles/count?{filter}")).await.expect(200);
        assert_eq!(counted["count"], expected.len(), "{filter}");
    }
    assert_eq!(app.get("/api/v1/profiles/count").await.expect(200)["count"], 10);
    app.get("/api/v1/profiles?segment=nothing").await.expect(404);
    let slip = app.get("/api/v1/profiles?rule=traits.plan%20%3D%3D").await.expect(400);
    assert_eq!(slip["code"], "invalid_rule", "{slip}");
}

#[tokio::test]
async fn names_are_told_for_many_ids_at_once() {
    let app = App::new();
    app.collect("/v1/track", json!({"anonymousId": "browser", "event": "Visited"})).await.expect(200);
    let before = app.get("/api/v1/profiles/by/anonymous_id/browser").await.expect(200)["id"].clone();
    app.collect("/v1/identify", json!({"anonymousId": "browser", "userId": "ada"})).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "bea", "traits": {"name": "Bea"}})).await.expect(200);
    app.settle().await;
    let (ada, bea, before) = (app.profile("ada").await, app.profile("bea").await, before.as_str().unwrap());
    assert_ne!(ada, before);
    let path = format!("/api/v1/profiles/summaries?ids={before},{bea},nonsense,p_0000000000000");
    let told = app.get(&path).await.expect(200);
    let mut named: Vec<(String, String)> =
        column(&told, "/asked").into_iter().zip(column(&told, "/profile/label")).collect();
    named.sort();
    let mut expected = vec![(before.to_owned(), "ada".to_owned()), (bea, "bea".to_owned())];
    expected.sort();
    assert_eq!(named, expected, "an id from before a merge keeps its place");
    app.get("/api/v1/profiles/summaries?ids=").await.expect(400);
    let other = app.as_token(&app.b.token, "GET", &path, Value::Null).await.expect(200);
    assert!(rows(&other).is_empty());
}

async fn bulk(app: &App, key: &str, body: &Value) -> Value {
    let request = Request::builder().method("POST").uri("/api/v1/profiles/bulk").header("idempotency-key", key);
    let request = request.header("authorization", format!("Bearer {}", app.a.token));
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
    app.send(request.unwrap()).await.expect(200)
}

/// Goes on until everybody was reached; how many calls it took, and whom they reached together.
async fn throughout(app: &App, name: &str, mut body: Value) -> (usize, u64) {
    let (mut calls, mut reached) = (0, 0);
    loop {
        let key = format!("{name} {}", body["cursor"]);
        let answer = bulk(app, &key, &body).await;
        // Sent again, as after a lost answer.
        assert_eq!(bulk(app, &key, &body).await, answer);
        calls += 1;
        reached += answer["reached"].as_u64().unwrap();
        if answer["next_cursor"].is_null() {
            return (calls, reached);
        }
        body["cursor"] = answer["next_cursor"].clone();
    }
}

#[tokio::test]
async fn the_same_is_done_for_all_who_match() {
    let app = App::new();
    templates(&app).await;
    customers(&app).await;
    // Who was given the trait matches no more, and nobody is passed over because of it.
    let pro = json!({"rule": "traits.plan == 'pro'"});
    let set = json!({"matching": pro, "set": {"plan": "gold"}, "limit": 2});
    assert_eq!(throughout(&app, "set", set).await, (3, 5));
    let gold = "/api/v1/profiles/count?rule=traits.plan%20%3D%3D%20%22gold%22";
    assert_eq!(app.get(gold).await.expect(200)["count"], 5);
    let list = json!({"matching": {"segment": "buyers"}, "list": "vips", "limit": 2});
    assert_eq!(throughout(&app, "list", list).await, (2, 3));
    app.until("/api/v1/segments/vips", |s| s["count"] == 3).await;
    let send = json!({"matching": {"segment": "buyers"}, "template": "receipt", "limit": 2});
    assert_eq!(throughout(&app, "send", send).await, (2, 3));
    app.settle().await;
    assert_eq!(rows(&app.get("/api/v1/messages").await.expect(200)).len(), 3, "once each");
    for (body, at) in [
        (json!({"matching": {}, "set": {}}), "set"),
        (json!({"matching": {}}), "set"),
        (json!({"matching": {}, "set": {"a": 1}, "list": "vips"}), "set"),
        (json!({"matching": {}, "set": {"a": 1}, "limit": 0}), "limit"),
        (json!({"matching": {}, "template": "reciept"}), "template"),
        (json!({"matching": {}, "list": "buyers"}), "id"),
        (json!({"matching": {"segmnt": "x"}, "list": "vips"}), "segmnt"),
    ] {
        let refused = app.api("POST", "/api/v1/profiles/bulk", body.clone()).await.expect(400);
        assert_eq!(refused["errors"][0]["at"], at, "{body}: {refused}");
    }
    let audit = app.get("/api/v1/audit?limit=100").await.text();
    assert!(audit.contains("profiles.bulk") && audit.contains("buyers"), "{audit}");
}

#[tokio::test]
async fn members_of_an_account_are_searched_and_its_name_is_told() {
    let app = App::new();
    for user in ["ada", "adam", "bea"] {
        let traits = json!({"email": format!("{user}@acme.example")});
        app.collect("/v1/identify", json!({"userId": user, "traits": traits})).await.expect(200);
        app.collect("/v1/group", json!({"userId": user, "groupId": "acme", "traits": {"name": "Acme"}})).await;
    }
    app.collect("/v1/identify", json!({"userId": "adamantine"})).await.expect(200);
    app.settle().await;
    let path = "/api/v1/accounts/acme/members?limit=1&q=ADA";
    let mut found = all(&app, path, "/profile/label").await;
    found.sort();
    assert_eq!(found, ["ada", "adam"]);
    assert!(column(&app.get(path).await.expect(200), "/since")[0].ends_with('Z'));
    assert!(rows(&app.get("/api/v1/accounts/acme/members?q=nobody").await.expect(200)).is_empty());
    let of = format!("/api/v1/profiles/{}/accounts", app.profile("bea").await);
    let accounts = app.get(&of).await.expect(200);
    assert_eq!(
        (&accounts["items"][0]["id"], &accounts["items"][0]["traits"]["name"]),
        (&json!("acme"), &json!("Acme"))
    );
}

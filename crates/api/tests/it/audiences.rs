//! Lists, computed traits, explanations, overlap, histories, personas.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_delivery::calls::Caller;
use rapport_delivery::catcher::http::{Act, HttpCatcher};
use rapport_delivery::channels::http::Outbound;
use rapport_delivery::channels::webhook::sign;
use rapport_domain::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::fixture::App;

async fn orders(app: &App) {
    for (user, count) in [("a", 1), ("b", 3), ("c", 5)] {
        let item = |n| json!({"type": "track", "event": "Order Completed", "userId": user, "properties": {"total": 10.0 * n as f64, "sku": format!("s{}", n % 2)}});
        let batch: Vec<Value> = (1..=count).map(item).collect();
        app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    }
}

async fn put(app: &App, kind: &str, id: &str, spec: Value) {
    app.api("PUT", &format!("/api/v1/resources/{kind}/{id}?publish=true"), spec).await.expect(200);
}

#[tokio::test]
async fn lists_are_kept_by_hand_and_used_in_rules() {
    let app = App::new();
    orders(&app).await;
    put(&app, "segment", "vips", json!({"name": "VIPs", "kind": "list"})).await;
    put(
        &app,
        "segment",
        "buying-vips",
        json!({"name": "B", "rule": "in_segment('vips') && events('Order Completed').count() >= 3"}),
    )
    .await;
    let users = |list: &[&str]| -> Value { list.iter().map(|u| json!({"value": u})).collect() };
    let change = json!({"add": users(&["a", "b", "nobody"])});
    let done = app.api("POST", "/api/v1/segments/vips/members", change).await.expect(200);
    assert_eq!((&done["added"], &done["unknown"], &done["unknown_sample"]), (&json!(2), &json!(1), &json!(["nobody"])));
    app.until("/api/v1/segments/vips", |s| s["count"] == 2 && s["kind"] == "list").await;
    app.until("/api/v1/segments/buying-vips", |s| s["count"] == 1).await;
    let upload = app.upload("/api/v1/segments/vips/upload", "text/csv", "user_id,note\nc,x\n").await.expect(200);
    assert_eq!(upload["added"], 1);
    app.until("/api/v1/segments/buying-vips", |s| s["count"] == 2).await;
    app.api("POST", "/api/v1/segments/vips/members", json!({"remove": users(&["b"])})).await.expect(200);
    app.until("/api/v1/segments/buying-vips", |s| s["count"] == 1).await;
    let by_rule =
        app.api("POST", "/api/v1/segments/buying-vips/members", json!({"add": users(&["a"])})).await.expect(400);
    assert!(by_rule["errors"][0]["message"].as_str().unwrap().contains("decided by its rule"), "{by_rule}");
    // A write key, which any browser has, changes no list.
    let forged = json!({"event": "Added to List", "userId": "b", "properties": {"list": "vips"}});
    app.collect("/v1/track", forged).await.expect(200);
    let rejected = app.until("/api/v1/data-quality", |r| r["items"][0]["reason"] == "reserved_event_name").await;
    assert_eq!(rejected["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.get("/api/v1/segments/vips").await.expect(200)["count"], 2);
    let csv = app.get("/api/v1/segments/vips/export?traits=plan").await;
    let text = csv.text();
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.remove(0), "profile,user_id,email,since,plan");
    let mut users: Vec<&str> = lines.iter().map(|l| l.split(',').nth(1).unwrap()).collect();
    users.sort_unstable();
    assert_eq!(users, ["a", "c"]);
    let feed = app.get("/api/v1/segments/vips/feed").await.expect(200);
    let crossings: Vec<bool> =
        feed["items"].as_array().unwrap().iter().map(|c| c["entered"].as_bool().unwrap()).collect();
    assert_eq!(crossings, [false, true, true, true], "{feed}");
}

#[tokio::test]
async fn uploads_take_the_first_column_that_finds_somebody_and_more_than_one_portion() {
    let app = App::new();
    for user in ["a", "b", "c"] {
        let traits = json!({"email": format!("{user}@example.com")});
        app.collect("/v1/identify", json!({"userId": user, "traits": traits})).await.expect(200);
    }
    put(&app, "segment", "vips", json!({"name": "VIPs", "kind": "list"})).await;
    app.settle().await;
    let path = "/api/v1/segments/vips/upload";
    // Unknown by the first column, known by the second; by the second alone; both, of which the first counts.
    let csv =
        "user_id,note,email\nnobody,x,a@example.com\n,x,b@example.com\nc,x,a@example.com\nnone,x,none@example.com\n";
    let done = app.upload(path, "text/csv", csv).await.expect(200);
    assert_eq!((&done["added"], &done["unknown_sample"]), (&json!(3), &json!(["none"])), "{done}");
    app.until("/api/v1/segments/vips", |s| s["count"] == 3).await;
    // A fault anywhere in a file: nothing is changed.
    let broken = app.upload(&format!("{path}?remove=true"), "text/csv", "email\na@example.com\n\"\u{0}").await;
    assert!(broken.status == 200 || broken.status == 400);
    assert_eq!(app.upload(path, "text/csv", ",\nx,y\n").await.expect(400)["errors"][0]["at"], "body");
    let mut large = String::from("user_id\n");
    (0..10_500).for_each(|n| large.push_str(&format!("stranger{n}\n")));
    large.push_str("a\n");
    let done = app.upload(&format!("{path}?remove=true"), "text/csv", &large).await.expect(200);
    assert_eq!((&done["removed"], &done["unknown"]), (&json!(1), &json!(10_500)), "{done}");
    app.until("/api/v1/segments/vips", |s| s["count"] == 2).await;
    let rows = "\nx".repeat(500_001);
    let refused = app.upload(path, "text/csv", &format!("user_id{rows}")).await.expect(400);
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("500000"), "{refused}");
}

/// On a running engine and a real clock. The promise is a second from the cause and two from the end of a window; the bounds
/// here are wider, for machines that do other work as well.
#[tokio::test]
async fn members_enter_with_the_cause_and_leave_with_the_end_of_the_window() {
    const WINDOW: Duration = Duration::from_secs(3);
    const BOUND: Duration = Duration::from_secs(10);
    let app = App::new();
    put(&app, "segment", "now", json!({"name": "Now", "rule": "events('Ping').within('3s').exists()"})).await;
    app.settle().await;
    app.until("/api/v1/segments/now", |s| s["ready"] == true).await;
    let began = std::time::Instant::now();
    app.collect("/v1/track", json!({"userId": "u", "event": "Ping"})).await.expect(200);
    let accepted = std::time::Instant::now();
    app.until("/api/v1/segments/now", |s| s["count"] == 1).await;
    assert!(accepted.elapsed() < BOUND, "entered {:?} after the cause", accepted.elapsed());
    app.until("/api/v1/segments/now", |s| s["count"] == 0).await;
    let left = began.elapsed();
    assert!(left >= WINDOW, "left {left:?} after the cause, before the window had ended");
    assert!(left < WINDOW + BOUND, "left {left:?} after the cause");
    let feed = app.get("/api/v1/segments/now/feed").await.expect(200);
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(2), "{feed}");
}

#[tokio::test]
async fn members_of_a_past_time_are_who_had_entered_and_not_left() {
    let app = App::new();
    put(&app, "segment", "pro", json!({"name": "Pro", "rule": "traits.plan == 'pro'"})).await;
    let plan = |user: &str, plan: &str| json!({"userId": user, "traits": {"plan": plan}});
    let mut moments = vec![SystemClock.now()];
    for (changes, count) in
        [(vec![("a", "pro"), ("b", "pro")], 2), (vec![("a", "free"), ("c", "pro")], 2), (vec![("b", "free")], 1)]
    {
        // What happens within the millisecond of a moment has happened by then.
        tokio::time::sleep(Duration::from_millis(20)).await;
        for (user, to) in changes {
            app.collect("/v1/identify", plan(user, to)).await.expect(200);
        }
        app.settle().await;
        app.until("/api/v1/segments/pro", |s| s["count"] == count).await;
        moments.push(SystemClock.now());
    }
    for (at, expected) in moments.iter().zip([vec![], vec!["a", "b"], vec!["b", "c"], vec!["c"]]) {
        let path = format!("/api/v1/segments/pro/members?at={}", at.to_rfc3339());
        let page = app.get(&path).await.expect(200);
        let mut users: Vec<&str> =
            page["items"].as_array().unwrap().iter().map(|m| m["profile"]["label"].as_str().unwrap()).collect();
        users.sort_unstable();
        assert_eq!(users, expected, "{at:?}: {page}");
    }
    // By pages: each once.
    let path = format!("/api/v1/segments/pro/members?limit=1&at={}", moments[1].to_rfc3339());
    let first = app.get(&path).await.expect(200);
    let next = first["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("{path}&cursor={next}")).await.expect(200);
    assert!(second["next_cursor"].is_null() && first["items"][0] != second["items"][0], "{first} {second}");
    assert_eq!(app.get("/api/v1/segments/pro/members?at=yesterday").await.status, 400);
}

#[tokio::test]
async fn files_written_by_schedule_are_listed_and_fetched_by_who_may() {
    let app = App::with_exports();
    app.collect("/v1/identify", json!({"userId": "u", "traits": {"plan": "pro"}})).await.expect(200);
    app.settle().await;
    let spec = json!({"name": "Pro", "rule": "traits.plan == 'pro'", "export": {"every": "1d", "traits": ["plan"]}});
    put(&app, "segment", "pro", spec).await;
    app.until("/api/v1/segments/pro", |s| s["ready"] == true && s["count"] == 1).await;
    rapport_engine::exports::write_due(app.state.engine.shared()).unwrap();
    let path = "/api/v1/segments/pro/exports";
    let listed = app.get(path).await.expect(200);
    let files = listed["items"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{listed}");
    let name = files[0]["name"].as_str().unwrap();
    let file = app.get(&format!("{path}/{name}")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(file.body.len() as u64, files[0]["bytes"].as_u64().unwrap());
    assert!(
        file.text().starts_with("profile,user_id,email,since,plan\n") && file.text().contains(",u,,"),
        "{}",
        file.text()
    );
    // Neither another name nor another workspace leads to a file.
    for other in ["none.csv", "..%2F..%2Fcontrol.db", "unfinished"] {
        assert_eq!(app.get(&format!("{path}/{other}")).await.status, 404, "{other}");
    }
    assert_eq!(app.as_token(&app.b.token, "GET", &format!("{path}/{name}"), Value::Null).await.status, 404);
    assert_eq!(app.as_token("", "GET", path, Value::Null).await.status, 401);
}

#[tokio::test]
async fn computed_traits_follow_events_and_other_traits() {
    let app = App::new();
    orders(&app).await;
    put(
        &app,
        "computed_trait",
        "revenue",
        json!({"name": "Revenue", "value": "events('Order Completed').sum('total')"}),
    )
    .await;
    put(&app, "computed_trait", "orders", json!({"name": "Orders", "value": "events('Order Completed').count()"}))
        .await;
    put(&app, "computed_trait", "basket", json!({"name": "Basket", "value": "traits.revenue / traits.orders"})).await;
    put(&app, "computed_trait", "skus", json!({"name": "Skus", "value": "events('Order Completed').values('sku')"}))
        .await;
    put(&app, "segment", "big", json!({"name": "Big", "rule": "traits.basket >= 20"})).await;
    let id = app.profile("c").await;
    let path = format!("/api/v1/profiles/{id}");
    // Each trait has a history of its own to be added; all of them, whichever comes last.
    let is_whole = |p: &Value| p["traits"]["basket"] == 30 && p["traits"]["skus"].is_array();
    let c = app.until(&path, |p| is_whole(p) && p["segments"][0]["segment"] == "big").await;
    assert_eq!((&c["traits"]["revenue"], &c["traits"]["orders"]), (&json!(150), &json!(5)));
    assert_eq!(c["traits"]["skus"], json!(["s1", "s0"]));
    assert_eq!(c["computed_traits"], json!(["basket", "orders", "revenue", "skus"]));
    app.until("/api/v1/segments/big", |s| s["count"] == 2 && s["ready"] == true).await;
    app.collect("/v1/track", json!({"event": "Order Completed", "userId": "c", "properties": {"total": 0}}))
        .await
        .expect(200);
    app.until(&path, |p| p["traits"]["basket"] == 25 && p["traits"]["orders"] == 6).await;
    // Who states such a trait by hand is overruled.
    app.collect("/v1/identify", json!({"userId": "c", "traits": {"basket": 1, "x": 1}})).await.expect(200);
    app.until(&path, |p| p["traits"]["x"] == 1 && p["traits"]["basket"] == 25).await;
    let wrong = app
        .api("PUT", "/api/v1/resources/computed_trait/age", json!({"name": "A", "value": "now() - date(traits.d)"}))
        .await;
    assert!(wrong.expect(400)["errors"][0]["message"].as_str().unwrap().contains("a computed trait"));
}

#[tokio::test]
async fn a_membership_is_explained_by_the_events_that_prove_it() {
    let app = App::new();
    orders(&app).await;
    put(
        &app,
        "segment",
        "regulars",
        json!({"name": "R", "rule": "events('Order Completed').count() >= 3 && !events('Refund').exists()"}),
    )
    .await;
    app.until("/api/v1/segments/regulars", |s| s["ready"] == true && s["count"] == 2).await;
    let id = app.profile("b").await;
    let why = app.get(&format!("/api/v1/segments/regulars/explain/{id}")).await.expect(200);
    assert!(why["member_since"].is_string(), "{why}");
    let clause = &why["clause"];
    assert_eq!((&clause["holds"], &clause["kind"]), (&json!(true), &json!("all")));
    let count = &clause["parts"][0];
    assert_eq!(count["values"], json!({"events(\"Order Completed\").count()": 3}));
    assert_eq!((&count["matching_events"], count["events"].as_array().unwrap().len()), (&json!(3), 3));
    assert_eq!(clause["parts"][1]["kind"], "not");
    assert_eq!(clause["parts"][1]["parts"][0]["holds"], false);
    let asked = json!({"rule": "events('Order Completed').sum('total') > 1000", "profile": id});
    let why = app.api("POST", "/api/v1/rules/explain", asked).await.expect(200);
    assert_eq!((&why["clause"]["holds"], &why["member_since"]), (&json!(false), &Value::Null));
    assert_eq!(why["clause"]["values"], json!({"events(\"Order Completed\").sum(\"total\")": 60}));
}

#[tokio::test]
async fn segments_are_laid_over_each_other() {
    let app = App::new();
    orders(&app).await;
    for n in [1, 2, 4] {
        put(
            &app,
            "segment",
            &format!("from-{n}"),
            json!({"name": "S", "rule": format!("events('Order Completed').count() >= {n}")}),
        )
        .await;
    }
    for (n, count) in [(1, 3), (2, 2), (4, 1)] {
        app.until(&format!("/api/v1/segments/from-{n}"), |s| s["ready"] == true && s["count"] == count).await;
    }
    let found = app.api("POST", "/api/v1/segments/overlap", json!({"segments": ["from-1", "from-2", "from-4"]})).await;
    let found = found.expect(200);
    assert_eq!((&found["union"], &found["sizes"]), (&json!(3), &json!({"from-1": 3, "from-2": 2, "from-4": 1})));
    assert_eq!(found["intersections"].as_array().unwrap().len(), 3, "{found}");
    let one = app.api("POST", "/api/v1/segments/overlap", json!({"segments": ["from-1"]})).await;
    assert_eq!(one.status, 400);
    let history = app.get("/api/v1/segments/from-1/history").await.expect(200);
    assert!(history["items"].is_array());
}

#[tokio::test]
async fn personas_are_found_and_become_segments() {
    let app = App::new();
    for i in 0..30 {
        let (orders, plan) = if i % 2 == 0 { (6, "pro") } else { (1, "free") };
        let user = format!("u{i}");
        let mut batch = vec![json!({"type": "identify", "userId": user, "traits": {"plan": plan}})];
        batch.extend((0..orders).map(|_| json!({"type": "track", "event": "Order Completed", "userId": user})));
        app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    }
    app.profile("u29").await;
    put(
        &app,
        "persona_model",
        "shoppers",
        json!({"name": "Shoppers", "features": [
            {"name": "orders", "value": "events('Order Completed').count()"},
            {"name": "plan", "value": "traits.plan"},
        ]}),
    )
    .await;
    app.until("/api/v1/profiles?limit=100", |p| p["items"].as_array().unwrap().len() == 30).await;
    let found = app.api("POST", "/api/v1/personas/shoppers/compute", json!({})).await.expect(200);
    let personas = found["result"]["personas"].as_array().unwrap();
    assert_eq!(personas.len(), 2, "{found}");
    assert_eq!(found["segments"], json!(["shoppers-p1", "shoppers-p2"]));
    assert!(personas.iter().any(|p| p["name"].as_str().unwrap().contains("orders")), "{found}");
    for segment in ["shoppers-p1", "shoppers-p2"] {
        app.until(&format!("/api/v1/segments/{segment}"), |s| s["count"] == 15 && s["ready"] == true).await;
    }
    let again = app.api("POST", "/api/v1/personas/shoppers/compute", json!({})).await.expect(200);
    assert_eq!(again["result"], found["result"]);
}

/// Another system that is told who enters and leaves.
#[tokio::test]
async fn segments_tell_another_system_signed_and_again_until_it_takes_it() {
    let app = App::new();
    let server = HttpCatcher::local(Act::answer(204, "")).await.unwrap();
    let secret = format!("whsec_{}", STANDARD.encode([7; 32]));
    let rule = json!({
        "name": "Pro", "rule": "traits.plan == 'pro'",
        "webhook": {"channel": "crm", "traits": ["plan", "address.city"]}
    });
    let path = "/api/v1/resources/segment/pro?publish=true";
    let refused = app.api("PUT", path, rule.clone()).await.expect(400);
    assert_eq!(
        (&refused["code"], &refused["errors"][0]["at"]),
        (&json!("cannot_go_live"), &json!("spec.webhook.channel"))
    );
    put(&app, "channel", "crm", json!({"kind": "webhook", "url": format!("{}/hook", server.url()), "secret": secret}))
        .await;
    app.collect("/v1/identify", json!({"userId": "old", "traits": {"plan": "pro"}})).await.expect(200);
    app.api("PUT", path, rule).await.expect(200);
    app.until("/api/v1/segments/pro", |s| s["count"] == 1).await;
    // It fails at first, and is asked again under the same id.
    server.script([Act::answer(503, ""), Act::Close]);
    let clock = Arc::new(SystemClock);
    let caller =
        Caller::start(app.state.engine.call_source(), clock, &Outbound::anywhere(), Duration::from_millis(5)).unwrap();
    let traits = json!({"plan": "pro", "email": "ann@example.com", "address": {"city": "Ulm"}});
    app.collect("/v1/identify", json!({"userId": "ann", "traits": traits})).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "ann", "traits": {"plan": "free"}})).await.expect(200);
    let told = until(|| server.caught(), |all| all.len() == 5).await;
    for call in &told {
        let (id, at) = (call.header("webhook-id").unwrap(), call.header("webhook-timestamp").unwrap());
        let expected = sign(&[7; 32], id, at.parse().unwrap(), &call.body);
        assert_eq!((call.header("webhook-signature"), call.path.as_str()), (Some(expected.as_str()), "/hook"));
    }
    let ids: std::collections::BTreeSet<_> = told.iter().map(|c| c.header("webhook-id").unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 3, "three edges, told five times");
    let of = |user: &str| -> Vec<Value> {
        let mut own: Vec<Value> = told.iter().map(|c| c.json()).filter(|b| b["data"]["user_id"] == user).collect();
        own.dedup();
        own
    };
    assert_eq!(
        (of("old")[0]["type"].as_str(), &of("old")[0]["data"]["backfill"]),
        (Some("segment.entered"), &json!(true))
    );
    let ann = of("ann");
    let kinds: Vec<_> = ann.iter().map(|b| b["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["segment.entered", "segment.exited"], "in order");
    assert_eq!(ann[0]["data"]["traits"], json!({"plan": "pro", "address.city": "Ulm"}));
    assert_eq!((&ann[0]["data"]["email"], &ann[0]["data"]["backfill"]), (&json!("ann@example.com"), &json!(false)));
    app.settle().await;
    // A target that refuses for good is no secret: the customer's timeline says so. Nothing is told after the channel is gone.
    server.always(Act::answer(410, "gone"));
    app.collect("/v1/identify", json!({"userId": "bob", "traits": {"plan": "pro"}})).await.expect(200);
    let bob = app.profile("bob").await;
    let failed = |v: &Value| v["items"].as_array().unwrap().iter().any(|e| e["event"] == "Segment Webhook Failed");
    let events = app.until(&format!("/api/v1/profiles/{bob}/events"), failed).await;
    let event = events["items"].as_array().unwrap().iter().find(|e| e["event"] == "Segment Webhook Failed").unwrap();
    assert!(event["properties"]["reason"].as_str().unwrap().contains("410"), "{event}");
    let asked = server.caught().len();
    app.api("DELETE", "/api/v1/resources/channel/crm?confirm=true", Value::Null).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "bob", "traits": {"plan": "free"}})).await.expect(200);
    let twice = |v: &Value| {
        v["items"].as_array().unwrap().iter().filter(|e| e["event"] == "Segment Webhook Failed").count() == 2
    };
    app.until(&format!("/api/v1/profiles/{bob}/events"), twice).await;
    assert_eq!(server.caught().len(), asked);
    drop(caller);
}

/// A dead target of one segment leaves room for the calls of others.
#[tokio::test]
async fn a_target_that_hangs_holds_nobody_else_up() {
    let app = App::new();
    let (dead, alive) =
        (HttpCatcher::local(Act::Hang).await.unwrap(), HttpCatcher::local(Act::answer(200, "{}")).await.unwrap());
    for (id, url) in [("dead", dead.url()), ("alive", alive.url())] {
        put(&app, "channel", id, json!({"kind": "webhook", "url": url})).await;
        let spec = json!({"name": id, "rule": "traits.plan == 'pro'", "webhook": {"channel": id, "on": "entered"}});
        put(&app, "segment", id, spec).await;
    }
    let caller = Caller::start(
        app.state.engine.call_source(),
        Arc::new(SystemClock),
        &Outbound::anywhere(),
        Duration::from_millis(5),
    )
    .unwrap();
    let batch: Vec<Value> =
        (0..300).map(|n| json!({"type": "identify", "userId": format!("u{n}"), "traits": {"plan": "pro"}})).collect();
    app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    until(|| alive.caught(), |all| all.len() == 300).await;
    assert!(dead.caught().len() <= 4 * 8, "{}", dead.caught().len());
    drop(caller);
}

/// A dead target of one journey leaves room for the calls of another that come later, and its people are not lost.
#[tokio::test]
async fn a_journey_s_target_that_hangs_holds_no_other_journey_up() {
    const PEOPLE: usize = 2_000;
    let app = App::new();
    let (dead, alive) =
        (HttpCatcher::local(Act::Hang).await.unwrap(), HttpCatcher::local(Act::answer(200, "{}")).await.unwrap());
    for (id, url, event) in [("dead", dead.url(), "Seen"), ("alive", alive.url(), "Bought")] {
        let steps = json!([{"id": "ask", "webhook": {"url": url}}]);
        put(&app, "journey", id, json!({"name": id, "trigger": {"event": {"name": event}}, "steps": steps})).await;
    }
    let track = |n: usize, event: &str| json!({"type": "track", "userId": format!("u{n}"), "event": event});
    for part in 0..PEOPLE / 500 {
        let batch: Vec<Value> = (0..500).map(|n| track(part * 500 + n, "Seen")).collect();
        app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    }
    app.until("/api/v1/journeys/dead/stats", |s| s["active"] == PEOPLE).await;
    let caller = Caller::start(
        app.state.engine.call_source(),
        Arc::new(SystemClock),
        &Outbound::anywhere(),
        Duration::from_millis(5),
    )
    .unwrap();
    until(|| dead.caught(), |all| !all.is_empty()).await;
    let batch: Vec<Value> = (0..10).map(|n| track(n, "Bought")).collect();
    app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
    app.until("/api/v1/journeys/alive/stats", |s| s["exited"]["completed"] == 10).await;
    assert_eq!(alive.caught().len(), 10);
    assert!(dead.caught().len() <= 3 * 8, "{}", dead.caught().len());
    assert_eq!(app.get("/api/v1/journeys/dead/stats").await.expect(200)["active"], PEOPLE);
    drop(caller);
}

async fn until<T>(look: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> T {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let seen = look();
        if is_so(&seen) || std::time::Instant::now() > deadline {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

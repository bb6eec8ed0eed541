//! What keeps documents from going live, and what keeps them from being archived: circles, names that nothing has, needs.

use rapport_domain::ResourceKind;
use serde_json::{Value, json};

use crate::fixture::App;
use crate::journeys::{furnish, journey, send};

async fn put(app: &App, path: &str, spec: Value) {
    app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200);
}

fn segment(rule: &str) -> Value {
    json!({"name": "S", "rule": rule})
}

/// Puts documents live past every check, as those of earlier releases are.
fn force(app: &App, documents: &[(rapport_domain::ResourceKind, &str, Value)]) {
    use rapport_store::control::resources::{self, Change};
    let (ws, change) = (app.a.id, Change { by: "test", at: rapport_domain::Timestamp(0) });
    let written = app.state.stores.control().write(|tx| {
        for (kind, id, spec) in documents {
            resources::put(tx, ws, *kind, id, spec, change, None)?;
            resources::publish(tx, ws, *kind, id, None, change)?;
        }
        Ok::<_, rapport_store::StoreError>(())
    });
    written.unwrap();
    app.state.engine.refresh().unwrap();
}

/// `at: message` of each problem of a refusal.
fn told(problem: &Value, member: &str) -> Vec<String> {
    let text = |p: &Value| format!("{}: {}", p["at"].as_str().unwrap(), p["message"].as_str().unwrap());
    problem[member].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn segments_and_computed_traits_in_a_circle_are_refused_by_name() {
    let app = App::new();
    put(&app, "segment/a", segment("traits.plan == 'pro'")).await;
    put(&app, "segment/b", segment("in_segment('a') && traits.n > 1")).await;
    let path = "/api/v1/resources/segment/a?publish=true";
    let refused = app.api("PUT", path, segment("!in_segment('b')")).await.expect(400);
    assert_eq!(refused["code"], "cannot_go_live");
    let found = told(&refused, "errors");
    assert!(found[0].starts_with("spec.rule: ") && found[0].contains("segment a → segment b → segment a"), "{found:?}");
    // A draft is free; going live by the other way is refused too, and the live version goes on.
    app.api("PUT", "/api/v1/resources/segment/a", segment("!in_segment('b')")).await.expect(200);
    app.api("POST", "/api/v1/resources/segment/a/publish", json!({"confirm": true})).await.expect(400);
    assert_eq!(app.get("/api/v1/resources/segment/a").await.expect(200)["live_version"], 1);
    let value = json!({"name": "T", "value": "traits.t + 1"});
    let refused = app.api("PUT", "/api/v1/resources/computed_trait/t?publish=true", value).await.expect(400);
    assert!(told(&refused, "errors")[0].contains("computed trait t → computed trait t"), "{refused}");
    assert_eq!(app.get("/api/v1/problems").await.expect(200)["items"], json!([]));
    // What is no circle goes live.
    put(&app, "segment/c", segment("in_segment('a') || in_segment('b')")).await;
}

#[tokio::test]
async fn circles_that_were_live_already_are_told() {
    let app = App::new();
    let segments = [("a", "b"), ("b", "a")];
    let documents = segments.map(|(id, to)| (ResourceKind::Segment, id, segment(&format!("in_segment('{to}')"))));
    force(&app, &documents);
    let found = told(&app.get("/api/v1/problems").await.expect(200), "items");
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("segment a: ") && found[0].contains("segment a → segment b → segment a"), "{found:?}");
}

#[tokio::test]
async fn a_chain_that_was_cut_is_on_the_timeline_and_among_the_problems() {
    let app = App::new();
    let round = |on: &str, event: &str| {
        let mut spec = journey(json!({"event": {"name": on}}), json!([{"id": "tell", "emit": {"event": event}}]));
        spec["reentry"] = json!("always");
        spec
    };
    let (ping, pong) = (round("Ping", "Pong"), round("Pong", "Ping"));
    force(&app, &[(ResourceKind::Journey, "ping", ping), (ResourceKind::Journey, "pong", pong)]);
    app.collect("/v1/track", json!({"userId": "u", "event": "Ping"})).await.expect(200);
    app.settle().await;
    let id = app.profile("u").await;
    let path = format!("/api/v1/profiles/{id}/events?limit=500");
    let cut = |events: &Value| -> Vec<Value> {
        let items = events["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().filter(|e| e["event"] == "Chain Cut" || e["name"] == "Chain Cut").collect()
    };
    let events = app.until(&path, |e| !cut(e).is_empty()).await;
    let cut = cut(&events);
    assert_eq!((cut.len(), &cut[0]["properties"]["after"]), (1, &json!(256)));
    assert!(cut[0]["properties"]["by"].as_array().is_some_and(|by| !by.is_empty()), "{cut:?}");
    let found = app.until("/api/v1/problems", |p| p["items"][0]["at"] == "event Chain Cut").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
}

#[tokio::test]
async fn journeys_that_start_each_other_are_refused_by_name() {
    let app = App::new();
    let tell = |event: &str| json!([{"id": "tell", "emit": {"event": event}}]);
    let round = |on: &str, event: &str, reentry: &str| {
        let mut spec = journey(json!({"event": {"name": on}}), tell(event));
        spec["reentry"] = json!(reentry);
        spec
    };
    put(&app, "journey/ping", round("Ping", "Pong", "always")).await;
    let path = "/api/v1/resources/journey/pong?publish=true";
    let refused = app.api("PUT", path, round("Pong", "Ping", "always")).await.expect(400);
    let found = told(&refused, "errors");
    let way = r#""pong" step "tell" records "Ping" → "ping" step "tell" records "Pong" → "pong""#;
    assert!(found[0].starts_with("spec.steps[0]: ") && found[0].ends_with(way), "{found:?}");
    put(&app, "journey/pong", round("Pong", "Ping", "once")).await;
    // A circle that takes time may be meant.
    let slow = journey(
        json!({"event": {"name": "Tick"}}),
        json!([{"id": "rest", "wait": "7d"}, {"id": "tell", "emit": {"event": "Tock"}}]),
    );
    put(
        &app,
        "journey/tick",
        json!({"reentry": "always", "name": slow["name"], "trigger": slow["trigger"], "steps": slow["steps"]}),
    )
    .await;
    let tock = round("Tock", "Tick", "always");
    let asked = app.api("PUT", "/api/v1/resources/journey/tock?publish=true", tock.clone()).await.expect(409);
    assert!(asked["detail"].as_str().unwrap().contains("may start each other again and again"), "{asked}");
    app.api("PUT", "/api/v1/resources/journey/tock?publish=true&confirm=true", tock).await.expect(200);
}

#[tokio::test]
async fn rules_predicates_and_events_of_journeys_are_checked_against_what_was_seen() {
    let app = App::new();
    furnish(&app).await;
    let order = json!({"userId": "u", "event": "Order Completed", "properties": {"total": 5, "coupon": "x"}});
    app.collect("/v1/track", order).await.expect(200);
    app.collect("/v1/identify", json!({"userId": "u", "traits": {"plan": "pro", "age": 3}})).await.expect(200);
    app.settle().await;
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Order Complete", "where": "e.total > 1"}},
        "goal": {"event": {"name": "Order Completed", "where": "e.totl > 1"}},
        "exit_when": "traits.plna == 'pro'",
        "steps": [
            {"id": "note", "update": {"set": {"seen_by_us": true}}},
            {"id": "fork", "branch": [{"when": "traits.seen_by_us == true && traits.agee > 1", "goto": "mail"}], "otherwise": "end"},
            {"id": "mail", "send": {"channel": "email", "template": "hi"}},
            {"id": "rest", "wait": {"event": {"name": "Email Opend"}, "for": "1d"}},
            {"id": "rest2", "wait": {"event": {"name": "Email Opened"}, "for": "1d"}},
        ]
    });
    let path = "/api/v1/resources/journey/j";
    let mut found = Vec::new();
    for _ in 0..100 {
        found = told(&app.api("PUT", &format!("{path}?dry_run=true"), spec.clone()).await.expect(200), "warnings");
        if found.len() == 5 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await; // the catalogue is written every few seconds
    }
    assert_eq!(
        found,
        [
            "spec.exit_when 1:8: no profile has a trait `plna`",
            "spec.steps[1].branch[0].when 1:37: step \"fork\": no profile has a trait `agee`",
            "spec.trigger.event.name: no event `Order Complete` has been seen",
            "spec.steps[3].wait.event.name: step \"rest\": no event `Email Opend` has been seen",
            "spec.goal.event.where 1:3: these events have no property `totl`",
        ]
    );
    // A type that can never meet, and a segment that does not exist, are refused.
    for (rule, text) in [
        ("traits.age == true", "step \"fork\": `age` is a number, which never equals true"),
        ("in_segment('nobody')", "there is no segment \"nobody\""),
    ] {
        let mut wrong = spec.clone();
        wrong["steps"][1]["branch"][0]["when"] = json!(rule);
        let refused = told(&app.api("PUT", path, wrong).await.expect(400), "errors");
        assert!(refused[0].starts_with("spec.steps[1].branch[0].when 1:") && refused[0].ends_with(text), "{refused:?}");
    }
    let campaign = json!({"name": "C", "audience": {"rule": "traits.plna == 'x'"}, "template": "hi"});
    let answer = app.api("PUT", "/api/v1/resources/campaign/c?dry_run=true", campaign).await.expect(200);
    assert_eq!(told(&answer, "warnings"), ["spec.audience.rule 1:8: no profile has a trait `plna`"]);
}

#[tokio::test]
async fn what_a_journey_needs_must_be_live() {
    let app = App::new();
    furnish(&app).await;
    app.api("PUT", "/api/v1/resources/segment/draft", segment("traits.a == 1")).await.expect(200);
    app.api("PUT", "/api/v1/resources/topic/news", json!({"name": "News"})).await.expect(200);
    let sms = json!({"name": "Text", "channel": "sms", "body": "Hello"});
    put(&app, "template/text", sms).await;
    let spec = json!({
        "name": "J", "trigger": {"segment": {"id": "draft", "on": "entered"}}, "exit_when": "in_segment('draft')",
        "steps": [
            {"id": "mail", "send": {"channel": "email", "template": "text", "topic": "news"}},
            {"id": "put", "list": {"add": "draft"}},
        ]
    });
    app.api("PUT", "/api/v1/resources/journey/j", spec).await.expect(200);
    let refused = app.api("POST", "/api/v1/resources/journey/j/publish", json!({"confirm": true})).await.expect(400);
    assert_eq!(
        told(&refused, "errors"),
        [
            "spec.trigger.segment.id: names the segment \"draft\", which is not live",
            "spec.steps[0].send.topic: step \"mail\" names the topic \"news\", which is not live",
            "spec.steps[1].list.add: step \"put\" names the segment \"draft\", which is not live",
            "spec.exit_when 1:1: names the segment \"draft\", which is not live",
            "spec.steps[0].send.template: step \"mail\" sends by \"email\" the template \"text\", which is for sms",
        ]
    );
    let campaign = json!({"name": "C", "audience": {"segment": "draft"}, "template": "text"});
    app.api("PUT", "/api/v1/resources/campaign/c", campaign).await.expect(200);
    let refused = app.api("POST", "/api/v1/resources/campaign/c/publish", json!({"confirm": true})).await.expect(400);
    let found = told(&refused, "errors");
    assert!(found[0].starts_with("spec.audience.segment: ") && found[1].starts_with("spec.template: "), "{found:?}");
    let other = segment("in_segment('draft')");
    let refused = app.api("PUT", "/api/v1/resources/segment/other?publish=true", other).await.expect(400);
    assert_eq!(told(&refused, "errors"), ["spec.rule 1:1: asks about the segment \"draft\", which is not live"]);
}

#[tokio::test]
async fn what_live_documents_need_is_archived_only_on_purpose() {
    let app = App::new();
    furnish(&app).await;
    put(&app, "topic/news", json!({"name": "News"})).await;
    put(&app, "segment/pros", segment("traits.plan == 'pro'")).await;
    put(&app, "segment/both", segment("in_segment('pros')")).await;
    let mail = json!({"id": "mail", "send": {"channel": "email", "template": "hi", "topic": "news"}});
    put(&app, "journey/j", journey(json!({"segment": {"id": "pros", "on": "entered"}}), json!([mail]))).await;
    for (path, needs) in [
        ("segment/pros", vec!["journey j, spec.trigger.segment.id", "segment both, spec.rule"]),
        ("template/hi", vec!["journey j, spec.steps[0].send.template"]),
        ("topic/news", vec!["journey j, spec.steps[0].send.topic"]),
        ("channel/mail", vec!["journey j, spec.steps[0].send.channel"]),
    ] {
        for (method, path) in [("POST", format!("{path}/archive")), ("DELETE", path.to_owned())] {
            let refused = app.api(method, &format!("/api/v1/resources/{path}"), Value::Null).await.expect(409);
            assert_eq!(refused["code"], "needs_confirmation");
            let found: Vec<&str> =
                refused["errors"].as_array().unwrap().iter().map(|e| e["at"].as_str().unwrap()).collect();
            assert_eq!(found, needs);
        }
        let status = json!({"status": "archived"});
        app.api("POST", &format!("/api/v1/resources/{path}/status"), status).await.expect(409);
    }
    // A second channel carries the same; then the first may go.
    let second =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 1, "tls": "none", "from": {"email": "shop@example.com"}});
    put(&app, "channel/second", second).await;
    app.api("POST", "/api/v1/resources/channel/mail/archive", Value::Null).await.expect(200);
    app.api("POST", "/api/v1/resources/topic/news/archive?confirm=true", Value::Null).await.expect(200);
    app.api("POST", "/api/v1/resources/journey/j/archive", Value::Null).await.expect(200);
    app.api("DELETE", "/api/v1/resources/template/hi", Value::Null).await.expect(200);
}

#[tokio::test]
async fn unbounded_messages_are_asked_about_by_their_way() {
    let app = App::new();
    furnish(&app).await;
    put(&app, "segment/flapping", segment("events('Ping').within('1h').exists()")).await;
    put(&app, "segment/vips", json!({"name": "V", "kind": "list"})).await;
    let enters = |id: &str| json!({"segment": {"id": id, "on": "entered"}});
    let ping = || json!({"event": {"name": "Ping"}});
    let rest = json!({"id": "rest", "wait": "1s"});
    let back = json!({"id": "back", "jump": "rest"});
    let daily = json!({"id": "rest", "wait": {"until": "09:00"}});
    let aside = json!([
        {"id": "fork", "split": [{"percent": 50, "goto": "slow"}, {"percent": 50, "goto": "mail"}]},
        {"id": "slow", "wait": "1h", "next": "end"},
        send("mail"),
    ]);
    for (name, trigger, steps, text) in [
        ("flaps", enters("flapping"), json!([send("mail")]), "for every entering of \"flapping\""),
        ("list", enters("vips"), json!([send("mail")]), ""),
        (
            "loops",
            ping(),
            json!([rest.clone(), send("mail"), back.clone()]),
            "again and again: the way back to it may take no longer than 1s",
        ),
        ("daily", ping(), json!([daily, send("mail"), back]), ""),
        ("aside", ping(), aside, "for every \"Ping\""),
        ("waits", ping(), json!([rest, send("mail")]), ""),
    ] {
        let mut spec = journey(trigger, steps);
        spec["reentry"] = json!("always");
        let answer = app.api("PUT", &format!("/api/v1/resources/journey/{name}?publish=true"), spec).await;
        if text.is_empty() {
            answer.expect(200);
            continue;
        }
        let refused = answer.expect(409);
        assert!(told(&refused, "errors")[0].contains(text), "{name}: {refused}");
    }
}

#[tokio::test]
async fn what_is_computed_needs_its_segments_too() {
    let app = App::new();
    put(&app, "segment/vips", segment("traits.vip")).await;
    let feature = |value: &str| json!({"name": value, "value": value});
    let model =
        |features: [&str; 2], among: Value| json!({"name": "M", "features": features.map(feature), "segment": among});
    let plain = "events('Order Completed').count()";
    for (path, spec, expected) in [
        ("computed_trait/t", json!({"name": "T", "value": "in_segment('vipz')"}), "spec.value: "),
        ("persona_model/m", model([plain, "traits.n"], json!("vipz")), "spec.segment: "),
        ("persona_model/m", model([plain, "segment_since('vipz')"], json!("vips")), "spec.features[1].value: "),
    ] {
        let refused = app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(400);
        let found = told(&refused, "errors");
        let asks = "asks about the segment \"vipz\", which is not live";
        assert_eq!(found, [format!("{expected}{asks}")], "{refused}");
        assert_eq!(refused["errors"][0]["did_you_mean"], "vips");
    }
    // What nobody has is only odd.
    let odd = model([plain, "traits.nothing"], Value::Null);
    let written = app.api("PUT", "/api/v1/resources/persona_model/m", odd).await.expect(200);
    assert!(told(&written, "warnings").iter().any(|w| w.starts_with("spec.features[1].value 1:")), "{written}");
    put(&app, "persona_model/m", model([plain, "in_segment('vips')"], json!("vips"))).await;
    let refused = app.api("POST", "/api/v1/resources/segment/vips/archive", Value::Null).await.expect(409);
    assert_eq!(refused["code"], "needs_confirmation");
    assert!(refused.to_string().contains("persona_model"), "{refused}");
}

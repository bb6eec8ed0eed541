//! Segments, rules, journeys, reports, templates, events.

use serde_json::{Value, json};

use crate::fixture::App;

async fn orders(app: &App) {
    for (user, count) in [("a", 1), ("b", 3), ("c", 5)] {
        let item = |n| json!({"type": "track", "event": "Order Completed", "userId": user, "properties": {"total": 10.0 * n as f64}});
        let batch: Vec<Value> = (1..=count).map(item).collect();
        app.collect("/v1/batch", json!({"batch": batch})).await.expect(200);
        app.collect("/v1/track", json!({"event": "Looked", "userId": user})).await.expect(200);
    }
}

#[tokio::test]
async fn a_segment_is_previewed_published_and_counted() {
    let app = App::new();
    orders(&app).await;
    let rule = "events(\"Order Completed\").count() >= 3";
    let preview = app.api("POST", "/api/v1/segments/preview", json!({"rule": rule})).await.expect(200);
    let mut labels: Vec<&str> =
        preview["sample"].as_array().unwrap().iter().map(|p| p["label"].as_str().unwrap()).collect();
    labels.sort_unstable();
    assert_eq!((&preview["count"], labels), (&json!(2), vec!["b", "c"]));
    let spec = json!({"name": "Regulars", "rule": rule});
    app.api("PUT", "/api/v1/resources/segment/regulars?publish=true", spec).await.expect(200);
    let segment = app.until("/api/v1/segments/regulars", |s| s["ready"] == true).await;
    assert_eq!((&segment["count"], &segment["ready"], &segment["rule"]), (&json!(2), &json!(true), &json!(rule)));
    let first = app.get("/api/v1/segments/regulars/members?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/api/v1/segments/regulars/members?limit=1&cursor={cursor}")).await.expect(200);
    assert_ne!(first["items"][0]["profile"]["id"], rest["items"][0]["profile"]["id"]);
    assert_eq!(rest["next_cursor"], Value::Null);
    let id = app.profile("c").await;
    let of = app.get(&format!("/api/v1/profiles/{id}/segments")).await.expect(200);
    assert_eq!(of["items"][0]["segment"], "regulars");
    assert_eq!(app.get("/api/v1/segments/none/members").await.status, 404);
    let bad = app.api("POST", "/api/v1/segments/preview", json!({"rule": "events("})).await.expect(400);
    assert_eq!(bad["code"], "invalid_rule");
}

#[tokio::test]
async fn rules_are_checked_against_what_was_seen() {
    let app = App::new();
    orders(&app).await;
    let check = async |rule: &str| app.api("POST", "/api/v1/rules/check", json!({"rule": rule})).await.expect(200);
    let good = check("events( \"Order Completed\" ).count()>=3").await;
    assert_eq!((&good["ok"], &good["warnings"]), (&json!(true), &json!([])));
    assert_eq!(good["canonical"], "events(\"Order Completed\").count() >= 3");
    let slip = check("events(\"Order Complete\").exists()").await;
    assert_eq!((&slip["ok"], &slip["warnings"][0]["did_you_mean"]), (&json!(true), &json!("Order Completed")));
    let broken = check("events(\"A\"").await;
    assert_eq!((&broken["ok"], &broken["canonical"]), (&json!(false), &Value::Null));
    assert!(broken["problems"][0]["at"].as_str().unwrap().starts_with("1:"), "{broken}");
}

#[tokio::test]
async fn a_rule_has_two_faces_and_a_catalogue() {
    let app = App::new();
    orders(&app).await;
    let text = "events(\"Order Completed\").count() >= 3";
    let parsed = app.api("POST", "/api/v1/rules/parse", json!({"rule": " events('Order Completed').count()>=3"})).await;
    let parsed = parsed.expect(200);
    assert_eq!(parsed["rule"], text);
    let printed = app.api("POST", "/api/v1/rules/print", json!({"blocks": parsed["blocks"]})).await.expect(200);
    assert_eq!(printed, parsed);
    let preview = app.api("POST", "/api/v1/segments/preview", json!({"blocks": parsed["blocks"]})).await.expect(200);
    assert_eq!(preview["count"], 2, "{preview}");
    let bad = app.api("POST", "/api/v1/rules/print", json!({"blocks": {"when": {"perhaps": 1}}})).await.expect(400);
    assert_eq!(bad["code"], "invalid_rule");
    let none = app.api("POST", "/api/v1/rules/print", json!({})).await.expect(400);
    assert!(none["detail"].as_str().unwrap().contains("one of them"), "{none}");
    let schema = app.get("/api/v1/rules/schema").await.expect(200);
    assert_eq!(schema["required"], json!(["when"]), "{schema}");
    let known = app.get("/api/v1/rules/catalogue").await.expect(200);
    let event = known["events"].as_array().unwrap().iter().find(|e| e["name"] == "Order Completed").unwrap();
    // Counts of names are written now and then, so only that there are some is certain.
    assert!(event["count"].as_u64().unwrap() > 0, "{known}");
    assert_eq!(
        (&event["properties"][0]["name"], &event["properties"][0]["types"]),
        (&json!("total"), &json!(["number"]))
    );
    let values = app.get("/api/v1/rules/values?event=Order%20Completed&property=total").await.expect(200);
    assert_eq!(values["items"].as_array().unwrap().iter().map(|v| v["count"].as_u64().unwrap()).sum::<u64>(), 9);
    // What is sought is found, however many others are more frequent.
    let all = values["items"].as_array().unwrap();
    let rarest = all.last().unwrap()["value"].to_string();
    let path = format!("/api/v1/rules/values?event=Order%20Completed&property=total&limit=1&q={rarest}");
    let sought = app.get(&path).await.expect(200);
    assert!(sought["items"][0]["value"].to_string().contains(&rarest), "{sought}");
    assert_eq!(app.get(&format!("{path}x")).await.expect(200)["items"], json!([]));
    assert_eq!(app.get("/api/v1/rules/values?trait=nothing").await.expect(200)["items"], json!([]));
    assert_eq!(app.get("/api/v1/rules/values").await.status, 400);
}

#[tokio::test]
async fn an_editor_gets_suggestions_and_costs() {
    let app = App::new();
    orders(&app).await;
    app.collect("/v1/identify", json!({"userId": "a", "traits": {"plan": "pro"}})).await.expect(200);
    app.profile("a").await;
    let complete =
        async |rule: &str| app.api("POST", "/api/v1/rules/complete", json!({"rule": rule})).await.expect(200);
    let found = complete("events(\"Ord").await;
    assert_eq!((&found["from"], &found["items"][0]["text"]), (&json!(8), &json!("Order Completed")), "{found}");
    let found = app.until("/api/v1/rules/values?trait=plan", |v| v["items"][0]["value"] == "pro").await;
    assert_eq!(found["items"][0]["count"], 1);
    assert_eq!(complete("traits.plan == '").await["items"][0]["text"], "pro");
    let rule = json!({"rule": "events('A').within('30d').count() >= 3 && traits.plan == 'pro'"});
    let cost = app.api("POST", "/api/v1/rules/cost", rule.clone()).await.expect(200);
    assert_eq!(
        (&cost["states"], &cost["most_entries"], &cost["timed"]),
        (&json!(1), &json!(3), &json!(true)),
        "{cost}"
    );
    assert_eq!(app.api("POST", "/api/v1/rules/check", rule).await.expect(200)["cost"], cost);
}

#[tokio::test]
async fn reports_count() {
    let app = App::new();
    orders(&app).await;
    let funnel = json!({"steps": [{"event": "Order Completed"}, {"event": "Looked"}]});
    let report = app.api("POST", "/api/v1/insights/funnel", funnel).await.expect(200);
    assert_eq!((&report["entered"], &report["converted"]), (&json!(3), &json!(3)), "{report}");
    let trend = json!({"series": [{"event": "Order Completed", "measure": "events"}]});
    let report = app.api("POST", "/api/v1/insights/trend", trend).await.expect(200);
    assert_eq!(report["series"][0]["total"], 9, "{report}");
    let slip =
        app.api("POST", "/api/v1/insights/trend", json!({"series": [{"event": "Order Complete"}]})).await.expect(400);
    assert_eq!(slip["errors"][0]["did_you_mean"], "Order Completed", "{slip}");
    let slip = app.api("POST", "/api/v1/insights/trend", json!({"series": [{"mesure": "events"}]})).await.expect(400);
    assert_eq!(slip["errors"][0]["did_you_mean"], "measure", "{slip}");
}

#[tokio::test]
async fn reports_know_segments_and_traits_and_speak_csv() {
    let app = App::new();
    orders(&app).await;
    let segment = json!({"name": "Buyers", "rule": "events(\"Order Completed\").count() >= 3"});
    app.api("PUT", "/api/v1/resources/segment/buyers?publish=true", segment).await.expect(200);
    app.settle().await;
    let trend = json!({"series": [{"event": "Order Completed", "measure": "events"}], "breakdown": "segments.buyers"});
    let report = app.api("POST", "/api/v1/insights/trend", trend).await.expect(200);
    assert_eq!(
        (&report["series"][0]["value"], &report["series"][0]["total"]),
        (&json!("buyers"), &json!(8)),
        "{report}"
    );
    // Who is behind a number can be said as a rule, which holds the same people.
    let months =
        app.api("POST", "/api/v1/insights/lifecycle", json!({"unit": "month"})).await.expect(200)["buckets"].clone();
    let month = months.as_array().unwrap().last().unwrap();
    for (kind, request) in [
        ("trend", json!({"series": [{"event": "Order Completed"}], "drill": {}})),
        ("trend", json!({"breakdown": "segments.buyers", "drill": {"value": "not buyers"}})),
        ("lifecycle", json!({"unit": "month", "drill": {"bucket": month, "standing": "new"}})),
    ] {
        let page = app.api("POST", &format!("/api/v1/insights/{kind}"), request).await.expect(200)["profiles"].clone();
        let preview = app.api("POST", "/api/v1/segments/preview", json!({"rule": page["rule"]})).await.expect(200);
        assert_eq!(preview["count"], page["total"], "{page}");
    }
    let slip = app.api("POST", "/api/v1/insights/lifecycle", json!({"segment": "buyer"})).await.expect(400);
    assert_eq!((&slip["errors"][0]["at"], &slip["errors"][0]["did_you_mean"]), (&json!("segment"), &json!("buyers")));
    let request = axum::http::Request::builder().method("POST").uri("/api/v1/insights/funnel");
    let request = request.header("authorization", format!("Bearer {}", app.a.token)).header("accept", "text/csv");
    let steps = json!({"steps": [{"event": "Order Completed"}]}).to_string();
    let answer = app.send(request.header("content-type", "application/json").body(steps.into()).unwrap()).await;
    let header = "step,profiles,conversion_percent,step_conversion_percent,dropped,median_ms\n";
    assert_eq!(answer.text(), format!("{header}Order Completed,3,100,100,0,0\n"));
    // Every kind answers something to a request that says only what it must.
    let event = json!({"event": "Order Completed"});
    for (kind, request) in [
        ("retention", json!({})),
        ("lifecycle", json!({})),
        ("power-users", json!({})),
        ("heatmap", json!({})),
        ("rfm", json!({"of": event})),
        ("paths", json!({})),
        ("attribution", json!({"goal": event, "touches": [{"event": "Looked"}]})),
        ("journey-map", json!({"stages": [{"name": "Buy", "touchpoints": [event]}], "good": event})),
        ("ladder", json!({"unit": "month"})),
    ] {
        let report = app.api("POST", &format!("/api/v1/insights/{kind}"), request).await.expect(200);
        assert!(report["warnings"].is_array() && report["zone"] == "UTC", "{kind}: {report}");
    }
}

#[tokio::test]
async fn events_are_seen_now_and_remembered() {
    let app = App::new();
    orders(&app).await;
    let feed = app.get("/api/v1/events?limit=5&q=order").await.expect(200);
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 5, "{feed}");
    assert!(items.iter().all(|e| e["event"] == "Order Completed"));
    assert!(items[0]["timestamp"].as_str() >= items[4]["timestamp"].as_str(), "newest first");
    let catalogue = app.get("/api/v1/events/catalogue").await.expect(200);
    let order = catalogue["events"].as_array().unwrap().iter().find(|e| e["name"] == "Order Completed").unwrap();
    assert_eq!((&order["count"], &order["properties"]["total"]), (&json!(9), &json!(["number"])));
    let other = app.as_token(&app.b.token, "GET", "/api/v1/events", Value::Null).await.expect(200);
    assert_eq!(other["items"], json!([]));
}

#[tokio::test]
async fn a_journey_is_followed_and_a_template_seen() {
    let app = App::new();
    let template = json!({"name": "Hi", "subject": "Hi {{ profile.name }}", "html": "<p>Hello {{ profile.name }}</p>"});
    app.api("PUT", "/api/v1/resources/template/hi?publish=true", template.clone()).await.expect(200);
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 1, "tls": "none", "from": {"email": "shop@example.com"}});
    app.api("PUT", "/api/v1/resources/channel/mail?publish=true", channel).await.expect(200);
    let journey = json!({"name": "Welcome", "trigger": {"event": {"name": "Signed Up"}}, "steps": [
        {"id": "pause", "wait": "3d"}, {"id": "mail", "send": {"channel": "email", "template": "hi"}}]});
    app.api("PUT", "/api/v1/resources/journey/welcome?publish=true", journey).await.expect(200);
    for n in 0..3 {
        app.collect("/v1/identify", json!({"userId": format!("u{n}"), "traits": {"name": "Ada"}})).await.expect(200);
        app.collect("/v1/track", json!({"userId": format!("u{n}"), "event": "Signed Up"})).await.expect(200);
    }
    let stats = app.get("/api/v1/journeys/welcome").await.expect(200);
    assert_eq!((&stats["entered"], &stats["active"], &stats["steps"]["1"]["pause"]), (&json!(3), &json!(3), &json!(3)));
    let mut seen = Vec::new();
    let mut path = "/api/v1/journeys/welcome/profiles?step=pause&limit=2".to_owned();
    loop {
        let page = app.get(&path).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|r| r["profile"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/journeys/welcome/profiles?step=pause&limit=2&cursor={next}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3);
    let id = app.profile("u1").await;
    let profile = app.get(&format!("/api/v1/profiles/{id}")).await.expect(200);
    assert_eq!(profile["journeys"]["active"][0]["journey"], "welcome");
    let preview = json!({"id": "hi", "profile": id});
    let preview = app.api("POST", "/api/v1/templates/preview", preview).await.expect(200);
    assert_eq!(preview["subject"], "Hi Ada");
    assert!(preview["text"].as_str().unwrap().contains("Hello Ada"), "{preview}");
    let broken = json!({"spec": {"name": "x", "subject": "{{ a", "html": "x"}});
    let broken = app.api("POST", "/api/v1/templates/preview", broken).await.expect(400);
    assert_eq!(broken["errors"][0]["at"], "spec.subject", "{broken}");
    assert_eq!(app.get("/api/v1/messages").await.expect(200)["items"], json!([]));
    assert_eq!(app.get("/api/v1/messages/m001").await.status, 404);
    assert_eq!(app.get("/api/v1/messages?status=snet").await.expect(400)["errors"][0]["did_you_mean"], "sent");
    let counts = app.get("/api/v1/messages/counts").await.expect(200);
    assert_eq!(counts, json!({"pending": 0, "sent": 0, "skipped": 0, "failed": 0}));
}

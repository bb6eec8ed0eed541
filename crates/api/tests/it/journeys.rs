//! Journeys and campaigns by their API: going live, beginning, pausing, asking.

use serde_json::{Value, json};

use crate::fixture::App;

/// A channel and a template, live.
pub(crate) async fn furnish(app: &App) {
    let channel =
        json!({"kind": "smtp", "host": "127.0.0.1", "port": 1, "tls": "none", "from": {"email": "shop@example.com"}});
    let template = json!({"name": "Hi", "subject": "Hi", "html": "<p>Hello</p>"});
    for (path, spec) in [("channel/mail", channel), ("template/hi", template)] {
        app.api("PUT", &format!("/api/v1/resources/{path}?publish=true"), spec).await.expect(200);
    }
}

pub(crate) fn journey(trigger: Value, steps: Value) -> Value {
    json!({"name": "J", "trigger": trigger, "steps": steps})
}

pub(crate) fn send(id: &str) -> Value {
    json!({"id": id, "send": {"channel": "email", "template": "hi"}})
}

#[tokio::test]
async fn what_cannot_work_does_not_go_live_and_the_step_is_named() {
    let app = App::new();
    let path = "/api/v1/resources/journey/j";
    let mail = journey(json!({"event": {"name": "Ping"}}), json!([{"id": "rest", "wait": "1h"}, send("mail")]));
    // Neither template nor channel: writing is free, going live is not.
    let template = json!({"name": "Hi", "subject": "Hi", "html": "<p>Hello</p>"});
    app.api("PUT", "/api/v1/resources/template/hi", template).await.expect(200);
    app.api("PUT", path, mail.clone()).await.expect(200);
    let refused = app.api("POST", &format!("{path}/publish"), json!({})).await.expect(400);
    assert_eq!(refused["code"], "cannot_go_live");
    let at: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|e| e["at"].as_str().unwrap()).collect();
    assert_eq!(at, ["spec.steps[1].send.template", "spec.steps[1].send.channel"]);
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("step \"mail\""), "{refused}");
    furnish(&app).await;
    app.api("POST", &format!("{path}/publish"), json!({})).await.expect(200);
    // What only looks like a mistake wants a word.
    let every =
        json!({"name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always", "steps": [send("mail")]});
    let nobody = journey(
        json!({"schedule": {"cron": "0 9 * * 1", "audience": {"rule": "traits.plan == \"pro\""}}}),
        json!([send("mail")]),
    );
    for (id, spec, text) in [("every", every, "for every \"Ping\""), ("nobody", nobody, "nobody is in the audience")] {
        let path = format!("/api/v1/resources/journey/{id}");
        app.api("PUT", &path, spec).await.expect(200);
        let refused = app.api("POST", &format!("{path}/publish"), json!({})).await.expect(409);
        assert_eq!(refused["code"], "needs_confirmation");
        assert!(refused["detail"].as_str().unwrap().contains(text), "{refused}");
        app.api("POST", &format!("{path}/publish"), json!({"confirm": true})).await.expect(200);
    }
    let over = journey(
        json!({"schedule": {"at": "2001-01-01T09:00", "audience": {"rule": "traits.plan == \"pro\""}}}),
        json!([send("mail")]),
    );
    let over = app.api("PUT", "/api/v1/resources/journey/over?publish=true&confirm=true", over).await.expect(400);
    assert_eq!(over["errors"][0]["at"], "spec.trigger.schedule");
    for action in ["start", "stop"] {
        let itself = json!([{"id": "rest", "wait": "1h"}, {"id": "itself", action: {"journey": "j"}}]);
        app.api("PUT", path, journey(json!({"event": {"name": "Ping"}}), itself)).await.expect(200);
        let refused = app.api("POST", &format!("{path}/publish"), json!({})).await.expect(400);
        assert_eq!(refused["errors"][0]["at"], format!("spec.steps[1].{action}.journey"), "{refused}");
    }
}

#[tokio::test]
async fn a_segment_whose_members_are_being_found_is_sent_in_later() {
    let app = App::new();
    furnish(&app).await;
    app.collect("/v1/track", json!({"userId": "u", "event": "Order Completed"})).await.expect(200);
    app.settle().await;
    let path = "/api/v1/resources/journey/hand?publish=true";
    let rest = json!([{"id": "rest", "wait": "1d"}, send("mail")]);
    app.api("PUT", path, journey(json!({"manual": {}}), rest)).await.expect(200);
    app.settle().await;
    app.state.engine.shared().hold_background(true);
    let buyers = json!({"name": "Buyers", "rule": "events(\"Order Completed\").exists()"});
    app.api("PUT", "/api/v1/resources/segment/new-buyers?publish=true", buyers).await.expect(200);
    let enter = json!({"segment": "new-buyers"});
    let early = app.api("POST", "/api/v1/journeys/hand/enter", enter.clone()).await.expect(409);
    assert_eq!(early["code"], "segment_not_ready");
    app.state.engine.shared().hold_background(false);
    app.until("/api/v1/segments/new-buyers", |s| s["ready"] == true).await;
    assert_eq!(app.api("POST", "/api/v1/journeys/hand/enter", enter.clone()).await.expect(202)["people"], 1);

    // A journey that begins with the segment takes those who belonged to it before; one that begins with an event does not.
    let rest = json!([{"id": "rest", "wait": "1d"}, send("mail")]);
    for (id, trigger) in [
        ("back", json!({"segment": {"id": "new-buyers", "on": "entered"}})),
        ("ping", json!({"event": {"name": "Ping"}})),
    ] {
        let path = format!("/api/v1/resources/journey/{id}?publish=true");
        app.api("PUT", &path, journey(trigger, rest.clone())).await.expect(200);
    }
    app.settle().await;
    assert_eq!(app.get("/api/v1/journeys/back/stats").await.expect(200)["entered"], 0);
    assert_eq!(app.api("POST", "/api/v1/journeys/back/enter", enter.clone()).await.expect(202)["people"], 1);
    app.until("/api/v1/journeys/back/stats", |s| s["active"] == 1).await;
    assert_eq!(app.api("POST", "/api/v1/journeys/ping/enter", enter).await.expect(409)["code"], "wrong_trigger");
}

#[tokio::test]
async fn a_journey_begins_by_call_and_by_hand_pauses_and_tells_its_numbers() {
    let app = App::new();
    furnish(&app).await;
    let rest = json!([{"id": "rest", "wait": "1d"}, send("mail")]);
    for (id, trigger) in [("call", json!({"api": {"key": "order"}})), ("hand", json!({"manual": {}}))] {
        let path = format!("/api/v1/resources/journey/{id}?publish=true");
        app.api("PUT", &path, journey(trigger, rest.clone())).await.expect(200);
    }
    for n in 0..3 {
        app.collect("/v1/identify", json!({"userId": format!("u{n}"), "traits": {"plan": "pro"}})).await.expect(200);
    }
    app.settle().await;
    let call = json!({"to": {"user_id": "u0"}, "data": {"order": "o1"}});
    app.api("POST", "/api/v1/journeys/call/trigger?wait=true", call.clone()).await.expect(202);
    app.api("POST", "/api/v1/journeys/call/trigger?wait=true", call.clone()).await.expect(202);
    let missing = json!({"to": {"user_id": "u0"}});
    let missing = app.api("POST", "/api/v1/journeys/call/trigger", missing).await.expect(400);
    assert_eq!(missing["errors"][0]["at"], "data.order");
    let wrong = app.api("POST", "/api/v1/journeys/hand/trigger", call).await.expect(409);
    assert_eq!(wrong["code"], "wrong_trigger");
    let enter = json!({"rule": "traits.plan == \"pro\"", "dry_run": true});
    assert_eq!(app.api("POST", "/api/v1/journeys/hand/enter", enter).await.expect(202)["people"], 3);
    let enter = json!({"rule": "traits.plan == \"pro\""});
    app.api("POST", "/api/v1/journeys/hand/enter", enter).await.expect(202);
    let stats = app.until("/api/v1/journeys/hand/stats", |s| s["active"] == 3).await;
    assert_eq!(stats["versions"]["1"]["rest"]["at"], 3);
    let stats = app.get("/api/v1/journeys/call/stats").await.expect(200);
    assert_eq!((&stats["entered"], &stats["refused"]["active"]), (&json!(1), &json!(1)));
    assert_eq!(app.get("/api/v1/journeys/none/stats").await.status, 404);

    let paused = app.api("POST", "/api/v1/journeys/hand/pause", json!({})).await.expect(200);
    assert!(paused["paused_since"].is_string() && paused["inside"] == 3, "{paused}");
    assert!(app.get("/api/v1/journeys/hand/stats").await.expect(200)["paused_since"].is_string());
    let choice = app.api("POST", "/api/v1/journeys/hand/resume", json!({"overdue": "rum"})).await.expect(400);
    assert_eq!(choice["errors"][0]["did_you_mean"], "run");
    app.api("POST", "/api/v1/journeys/hand/resume", json!({"overdue": "run"})).await.expect(200);
    let again = app.api("POST", "/api/v1/journeys/hand/resume", json!({"overdue": "run"})).await.expect(409);
    assert_eq!(again["code"], "not_paused");

    let next = journey(json!({"manual": {}}), json!([{"id": "short", "wait": "2d"}, send("mail")]));
    app.api("PUT", "/api/v1/resources/journey/hand?publish=true", next).await.expect(200);
    let wrong = json!({"from": 1, "steps": {"rset": "short"}});
    let wrong = app.api("POST", "/api/v1/journeys/hand/migrate", wrong).await.expect(400);
    assert_eq!(wrong["errors"][0]["did_you_mean"], "rest");
    let mapped = json!({"from": 1, "steps": {"rest": "short"}});
    assert_eq!(app.api("POST", "/api/v1/journeys/hand/migrate", mapped).await.expect(202)["people"], 3);
    app.until("/api/v1/journeys/hand/stats", |s| s["versions"]["2"]["short"]["at"] == 3).await;
}

#[tokio::test]
async fn a_journey_is_asked_before_and_after() {
    let app = App::new();
    furnish(&app).await;
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "entry": {"when": "traits.plan == \"pro\""}, "reentry": "always",
        "steps": [{"id": "rest", "wait": "1s"}, send("mail")]
    });
    app.api("PUT", "/api/v1/resources/journey/j?publish=true", spec.clone()).await.expect(200);
    for (user, plan) in [("u0", "pro"), ("u1", "free")] {
        app.collect("/v1/identify", json!({"userId": user, "traits": {"plan": plan}})).await.expect(200);
        app.collect("/v1/track", json!({"userId": user, "event": "Ping"})).await.expect(200);
    }
    app.settle().await;
    let simulated = app.api("POST", "/api/v1/journeys/j/simulate", json!({"since": "30d"})).await.expect(200);
    assert_eq!(
        (&simulated["journey"]["entered"], &simulated["journey"]["refused"]["entry_condition"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(simulated["live"]["entered"], 1, "{simulated}");
    assert!(simulated["since"].is_string());
    let draft = json!({"spec": {"name": "J", "trigger": {"event": {"name": "Ping"}}, "steps": [send("mail")]}, "compare": false});
    let drafted = app.api("POST", "/api/v1/journeys/j/simulate", draft).await.expect(200);
    assert_eq!((&drafted["journey"]["entered"], &drafted["live"]), (&json!(2), &Value::Null));
    assert_eq!(drafted["journey"]["channels"]["email"]["skipped"]["no_address"], 2);
    app.api("POST", "/api/v1/journeys/j/simulate", json!({"since": "900d"})).await.expect(400);
    assert_eq!(drafted["people"], json!([]), "nobody in full unless asked");
    let told = app.api("POST", "/api/v1/journeys/j/simulate", json!({"people": 5})).await.expect(200);
    assert_eq!(told["people"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["people"][0]["profile"], app.profile("u0").await);
    let story: Vec<&Value> = told["people"][0]["story"].as_array().unwrap().iter().map(|s| &s["what"]).collect();
    assert_eq!(story.first(), Some(&&json!("entered")), "{told}");
    assert!(told["people"][0]["story"][0]["at"].is_string(), "{told}");
    app.api("POST", "/api/v1/journeys/j/simulate", json!({"people": 101})).await.expect(400);

    let id = app.profile("u0").await;
    let run = json!({"profile": id, "trigger": {"n": 1}});
    let run = app.api("POST", "/api/v1/journeys/j/dry-run", run).await.expect(200);
    let what: Vec<&str> = run["steps"].as_array().unwrap().iter().map(|s| s["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["entered", "passed", "message", "passed", "exited"]);
    let wrong = json!({"profile": id, "answers": {"rset": "next"}});
    let wrong = app.api("POST", "/api/v1/journeys/j/dry-run", wrong).await.expect(400);
    assert_eq!(wrong["errors"][0]["did_you_mean"], "rest");

    let other = app.profile("u1").await;
    let why = app.get(&format!("/api/v1/journeys/j/explain?profile={other}")).await.expect(200);
    let decision = &why["decisions"][0];
    assert_eq!((&decision["what"], &decision["detail"]), (&json!("refused"), &json!("entry_condition")), "{why}");
    assert_eq!((&decision["rule"], &decision["values"]["plan"]), (&json!("traits.plan == \"pro\""), &json!("free")));
    let why = app.get(&format!("/api/v1/journeys/j/explain?profile={id}")).await.expect(200);
    assert_eq!(why["facts"].as_array().unwrap().last().unwrap()["event"], "Journey Entered");
}

#[tokio::test]
async fn a_campaign_is_started_watched_and_cancelled() {
    let app = App::new();
    furnish(&app).await;
    for n in 0..4 {
        let traits = json!({"plan": if n < 3 { "pro" } else { "free" }, "email": format!("u{n}@example.com")});
        app.collect("/v1/identify", json!({"userId": format!("u{n}"), "traits": traits})).await.expect(200);
    }
    app.settle().await;
    let spec = json!({
        "name": "News", "audience": {"rule": "traits.plan == \"pro\""}, "template": "hi", "throttle": 1, "priority": 80,
        "seeds": ["u3@example.com", "Boss@example.com"]
    });
    app.api("PUT", "/api/v1/resources/campaign/news", spec).await.expect(200);
    assert_eq!(app.get("/api/v1/campaigns/news").await.expect(200)["state"], "draft");
    assert_eq!(app.api("POST", "/api/v1/campaigns/news/start", json!({})).await.status, 404, "it is not live");
    app.api("POST", "/api/v1/resources/campaign/news/publish", json!({})).await.expect(200);
    assert_eq!(app.get("/api/v1/campaigns/news").await.expect(200)["state"], "ready");
    let started = app.api("POST", "/api/v1/campaigns/news/start", json!({})).await.expect(202);
    assert_eq!(started, json!({"people": 3, "seeds_of_nobody": ["boss@example.com"]}));
    let seen = app.until("/api/v1/campaigns/news", |c| c["people"] == 3).await;
    assert_eq!(seen["state"], "sending", "{seen}");
    assert_eq!(app.get("/api/v1/campaigns").await.expect(200)["items"][0]["id"], "news");
    app.api("POST", "/api/v1/campaigns/news/pause", json!({})).await.expect(200);
    assert_eq!(app.get("/api/v1/campaigns/news").await.expect(200)["state"], "paused");
    app.api("POST", "/api/v1/campaigns/news/resume", json!({"overdue": "run"})).await.expect(200);
    let tests = app.api("POST", "/api/v1/campaigns/news/test", json!({"to": [{"user_id": "u3"}]})).await.expect(202);
    assert_eq!(tests["requests"].as_array().unwrap().len(), 1);
    assert_eq!(app.api("POST", "/api/v1/campaigns/news/cancel", json!({})).await.expect(200)["state"], "cancelled");
    let schema = app.get("/api/v1/resources/campaign/schema").await.expect(200);
    assert_eq!(schema["title"], "Campaign");
    let wrong = json!({"name": "x", "audience": {"rule": "(("}, "template": "hi"});
    let wrong = app.api("PUT", "/api/v1/resources/campaign/x", wrong).await.expect(400);
    assert!(wrong["errors"][0]["at"].as_str().unwrap().starts_with("spec.audience"), "{wrong}");
}

/// A rule that counts is decided by history, which is read after the journey went live; a call that comes before that is
/// kept until the rule can be asked, and one of somebody who published meanwhile finds the journey in effect.
#[tokio::test]
async fn a_call_right_after_publishing_is_not_lost() {
    let app = App::new();
    for n in 0..20 {
        let order = json!({"userId": "u", "event": "Order Completed", "properties": {"n": n}});
        app.collect("/v1/track", order).await.expect(200);
    }
    for round in 0..10 {
        let spec = json!({
            "name": "Now", "trigger": {"api": {}},
            "entry": {"when": format!("events(\"Order Completed\").filter(e, e.n >= 0 && e.n != {}).count() >= 20", 100 + round)},
            "steps": [{"id": "rest", "wait": "1d"}]
        });
        let path = format!("/api/v1/resources/journey/now{round}?publish=true&confirm=true");
        app.api("PUT", &path, spec).await.expect(200);
        let call = format!("/api/v1/journeys/now{round}/trigger");
        app.api("POST", &call, json!({"to": {"user_id": "u"}})).await.expect(202);
        let stats = app
            .until(&format!("/api/v1/journeys/now{round}/stats"), |s| {
                s["entered"] == 1 || !s["refused"].as_object().unwrap().is_empty()
            })
            .await;
        assert_eq!(stats["entered"], 1, "{stats}");
    }
}

#[tokio::test]
async fn calls_of_other_systems_are_checked_before_they_go_live_and_shown_before_they_are_made() {
    let app = App::new();
    furnish(&app).await;
    let traits = json!({"plan": "pro \"max\"", "email": "u@example.com"});
    app.collect("/v1/identify", json!({"userId": "u", "traits": traits})).await.expect(200);
    app.settle().await;
    let ask = |webhook: Value| journey(json!({"event": {"name": "Ping"}}), json!([{"id": "ask", "webhook": webhook}]));
    for (webhook, at, why) in [
        (json!({"url": "https://{{ traits.shop }}.example"}), "spec.steps[0].webhook.url", "step \"ask\": the server"),
        (
            json!({"url": "https://a.example", "body": {"n": ["{{ traits.plan | upcas }}"]}}),
            "spec.steps[0].webhook.body.n[0]",
            "step \"ask\": line 1, column",
        ),
    ] {
        let refused = app.api("PUT", "/api/v1/resources/journey/j?publish=true", ask(webhook)).await.expect(400);
        let found = &refused["errors"][0];
        assert_eq!(found["at"], at, "{refused}");
        assert!(found["message"].as_str().is_some_and(|m| m.starts_with(why)), "{refused}");
    }
    let good = json!({
        "url": "https://a.example/of/{{ profile.id }}?plan={{ traits.plan | upcase }}", "headers": {"x-n": "{{ event.properties.n }}"},
        "body": {"plan": "{{ profile.traits.plan | upcase }}", "n": "{{ event.properties.n }}"}
    });
    app.api("PUT", "/api/v1/resources/journey/j?publish=true", ask(good)).await.expect(200);
    let id = app.profile("u").await;
    let run = json!({"profile": id, "trigger": {"n": 1}});
    let run = app.api("POST", "/api/v1/journeys/j/dry-run", run).await.expect(200);
    let call = run["steps"].as_array().unwrap().iter().find(|s| s["what"] == "webhook").unwrap()["detail"].clone();
    let expected = json!({
        "method": "POST", "url": format!("https://a.example/of/{id}?plan=PRO%20%22MAX%22"),
        "headers": {"x-n": "1"}, "body": {"plan": "PRO \"MAX\"", "n": 1}
    });
    assert_eq!(call, expected);
}

#[tokio::test]
async fn a_simulation_goes_on_while_nobody_waits_and_is_kept() {
    let app = App::new();
    furnish(&app).await;
    let item = |n: usize| json!({"type": "track", "event": if n.is_multiple_of(4) { "Ping" } else { "Noise" }, "userId": format!("u{}", n % 10)});
    app.collect("/v1/batch", json!({"batch": (0..200).map(item).collect::<Vec<_>>()})).await.expect(200);
    app.settle().await;
    let spec = journey(json!({"event": {"name": "Ping"}}), json!([send("mail")]));
    let order = json!({"journey": "draft", "spec": spec, "since": "7d", "people": 2});
    let begun = app.api("POST", "/api/v1/simulations", order.clone()).await.expect(202);
    assert!(["waiting", "running"].contains(&begun["state"].as_str().unwrap()), "{begun}");
    let path = format!("/api/v1/simulations/{}", begun["id"].as_str().unwrap());
    let done = app.until(&path, |found| found["ended_at"].is_string()).await;
    assert_eq!((&done["state"], &done["by"], &done["journey"]), (&json!("done"), &begun["by"], &json!("draft")));
    // It read what could matter, and all of it.
    assert_eq!(done["events_read"], done["events_all"]);
    assert!(done["events_all"].as_u64().unwrap() >= 50, "{done}");
    // The same as for somebody who waits.
    let mut at_once = app
        .api("POST", "/api/v1/journeys/draft/simulate", json!({"spec": spec, "since": "7d", "people": 2}))
        .await
        .expect(200);
    (at_once["since"], at_once["until"]) = (done["result"]["since"].clone(), done["result"]["until"].clone());
    assert_eq!(done["result"]["journey"]["entered"], at_once["journey"]["entered"]);
    assert_eq!((&done["spec"], done["result"]["people"].as_array().unwrap().len()), (&spec, 2));
    assert_eq!(done["result"]["until"], done["until"]);
    // What is listed says how far each is, and no more.
    let listed = app.get("/api/v1/simulations?journey=draft").await.expect(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["result"]), (&begun["id"], &Value::Null));
    assert_eq!(app.get("/api/v1/simulations?journey=other").await.expect(200)["items"], json!([]));
    // Nobody else's.
    assert_eq!(app.as_token(&app.b.token, "GET", &path, Value::Null).await.status, 404);
    assert_eq!(app.as_token(&app.b.token, "DELETE", &path, Value::Null).await.status, 404);
    let others = app.as_token(&app.b.token, "GET", "/api/v1/simulations", Value::Null).await.expect(200);
    assert_eq!(others["items"], json!([]));
    assert_eq!(app.api("DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(app.get(&path).await.status, 404);
    // What is wrong is said at once.
    for (order, at) in [
        (json!({"journey": "draft", "spec": spec, "since": "1s"}), "since"),
        (json!({"journey": "draft", "spec": spec, "people": 101}), "people"),
        (json!({"journey": "draft", "spec": spec, "version": 1}), "version"),
    ] {
        let refused = app.api("POST", "/api/v1/simulations", order).await.expect(400);
        assert_eq!(refused["errors"][0]["at"], at, "{refused}");
    }
    assert_eq!(app.api("POST", "/api/v1/simulations", json!({"journey": "draft"})).await.status, 404);
}

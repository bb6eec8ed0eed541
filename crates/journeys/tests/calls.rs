//! What webhook steps ask: values in bodies, addresses and headers, and what happens when there is no answer.

mod common;

use common::{PROFILE, Story, compile, def, mail, on_ping, spec, story};
use rapport_journeys::{Effect, JourneySet, WebhookRequest};
use serde_json::{Map, Value, json};

/// A journey that asks once, with somebody in it whose values are as bad as can be.
fn asking(webhook: &Value, event: &Value) -> Story {
    let steps = json!([
        { "id": "ask", "webhook": webhook, "next": "end", "otherwise": "no" },
        { "id": "no", "send": { "channel": "email", "template": "no", "data": { "why": "{{ webhook.error }}" } } }
    ]);
    let mut story = story(&on_ping(steps));
    story.world.profile = PROFILE.0;
    let traits = json!({
        "name": "Ann \"the\" O\\'Hara\n<b>", "plan": "pro", "total": 9.5, "tags": ["a", "b"],
        "injection": "x\", \"admin\": true, \"y\": \"", "line": "one\r\nX-Admin: 1", "path": "a/../b?c=d#e f", "up": ".."
    });
    story.world.traits = traits.as_object().unwrap().clone();
    story.event("Ping", event.clone());
    story
}

fn asked(webhook: &Value) -> WebhookRequest {
    let story = asking(webhook, &json!({ "n": 3, "items": [{ "sku": "a" }, { "sku": "b\"" }] }));
    let found =
        story.effects.iter().find_map(|e| if let Effect::Webhook { request, .. } = e { Some(request) } else { None });
    found.unwrap_or_else(|| panic!("no call: {:?}", story.log)).clone()
}

/// Why there was no call.
fn refused(webhook: &Value, event: &Value) -> String {
    let story = asking(webhook, event);
    let told =
        story.effects.iter().find_map(|e| if let Effect::Unanswered { detail, .. } = e { Some(detail) } else { None });
    let told = told.unwrap_or_else(|| panic!("{:?}", story.log)).clone();
    assert!(!story.effects.iter().any(|e| matches!(e, Effect::Webhook { .. })), "{told}");
    // It goes by the second exit, and later steps know why.
    let sent = story
        .effects
        .iter()
        .find_map(|e| if let Effect::Send { data, .. } = e { data.get("why").cloned() } else { None });
    assert_eq!(sent, Some(json!(told)));
    told
}

#[test]
fn liquid_makes_texts_of_the_body_and_values_stay_values() {
    let body = json!({
        "name": "{{ profile.traits.name | upcase }}",
        "plain": "{{ traits.total }}",
        "list": "{{ event.properties.items }}",
        "inside": "{{ traits.plan }}: {{ traits.total }}",
        "injected": "Hello {{ traits.injection | default: 'you' }}",
        "skus": "{% for item in event.properties.items %}{{ item.sku }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
        "deep": [{ "who": "{{ profile.id | append: '!' }}" }],
        "when": "{{ 'now' | date: '%Y-%m-%d' }}",
        "none": "{{ traits.missing | default: 'nothing' }}",
        "n": 7
    });
    let request = asked(&json!({ "url": "https://x.test", "body": body }));
    let expected = json!({
        "name": "ANN \"THE\" O\\'HARA\n<B>",
        "plain": 9.5,
        "list": [{ "sku": "a" }, { "sku": "b\"" }],
        "inside": "pro: 9.5",
        "injected": "Hello x\", \"admin\": true, \"y\": \"",
        "skus": "a, b\"",
        "deep": [{ "who": format!("{PROFILE}!") }],
        "when": "2026-11-21",
        "none": "nothing",
        "n": 7
    });
    assert_eq!(request.body, expected);
    // What is sent is that JSON and nothing else.
    assert_eq!(serde_json::from_str::<Value>(&request.body.to_string()).unwrap(), expected);
}

#[test]
fn no_value_leads_an_address_elsewhere_or_adds_a_header() {
    let webhook = json!({
        "url": "https://x.test/of/{{ traits.path }}/{{ traits.name | slice: 0, 3 }}?plan={{ traits.plan | upcase }}&q={{ traits.line }}",
        "headers": { "x-line": "{{ traits.line }}", "x-liquid": "{{ traits.line | append: '!' }}", "x-all": "a {{ traits.tags }}" }
    });
    let request = asked(&webhook);
    assert_eq!(request.url, "https://x.test/of/a%2F..%2Fb%3Fc%3Dd%23e%20f/Ann?plan=PRO&q=one%0D%0AX-Admin%3A%201");
    let headers: Map<String, Value> = request.headers.into_iter().map(|(k, v)| (k, json!(v))).collect();
    assert_eq!(
        Value::Object(headers),
        json!({ "x-line": "one  X-Admin: 1", "x-liquid": "one  X-Admin: 1!", "x-all": r#"a ["a","b"]"# })
    );
    let why = refused(&json!({ "url": "https://x.test/of/{{ traits.up }}/all" }), &json!({}));
    assert!(why.starts_with("url: a value makes a step up"), "{why}");
}

#[test]
fn what_cannot_be_rendered_is_not_asked() {
    let loops = "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}";
    let long = json!({ "long": "x".repeat(7_000) });
    let twice = "{{ event.properties.long | append: event.properties.long }}";
    for (webhook, event, expected) in [
        (
            json!({ "url": "https://x.test", "body": { "a": ["{{ traits.plan | divided_by: 0 }}"] } }),
            json!({}),
            "body.a[0]: line 1",
        ),
        (json!({ "url": "https://x.test", "body": { "a": loops } }), json!({}), "body.a: "),
        (
            json!({ "url": "https://x.test", "body": { "a": "{% if event.properties.n %}{% abort_message('no number') %}{% endif %}" } }),
            json!({ "n": 1 }),
            "body.a: its template stopped the call: no number",
        ),
        (json!({ "url": format!("https://x.test/{twice}") }), long.clone(), "url: longer than 8192"),
        (
            json!({ "url": "https://x.test", "body": vec!["{{ event.properties }}"; 20] }),
            long,
            "body: longer than 65536",
        ),
        (
            json!({ "url": "https://x.test", "headers": { "x-a": "{{ traits.plan | times: 2 | nothing }}" } }),
            json!({}),
            "",
        ),
    ] {
        if expected.is_empty() {
            // What was live before anybody checked it goes on as plain references.
            let written = json!({ "url": "https://x.test", "headers": webhook["headers"] });
            assert_eq!(asked(&written).headers, [("x-a".to_owned(), String::new())]);
            continue;
        }
        let why = refused(&webhook, &event);
        assert!(why.starts_with(expected), "{why}");
    }
    // The texts of one call share what they may take.
    let half = "{% for a in (1..3000) %}x{% endfor %}";
    assert_eq!(asked(&json!({ "url": "https://x.test", "body": [half] })).body[0].as_str().map(str::len), Some(3_000));
    let why = refused(&json!({ "url": "https://x.test", "body": [half, half, half, half] }), &json!({}));
    assert!(why.contains("steps"), "{why}");
}

#[test]
fn faults_in_calls_are_named_at_their_step() {
    let problems = |webhook: Value| {
        let steps = json!([{ "id": "first", "wait": "1h" }, { "id": "ask", "webhook": webhook }]);
        let journey = spec(&on_ping(steps));
        journey.call_problems().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for good in [
        json!({ "url": "https://x.test/{{ profile.id }}?a={{ traits.b | upcase }}", "headers": { "x-a": "{{ traits.b }}" } }),
        json!({ "url": "http://x.test", "body": { "a": [{ "b": "{% if traits.c %}{{ traits.c }}{% endif %}" }] } }),
    ] {
        assert_eq!(problems(good.clone()), Vec::<String>::new(), "{good}");
    }
    for (bad, expected) in [
        (
            json!({ "url": "https://{{ traits.shop }}.test/x" }),
            "spec.steps[1].webhook.url: the server may not depend on values",
        ),
        (json!({ "url": "https://x.test/{{ traits.a | upcas }}" }), "spec.steps[1].webhook.url: line 1"),
        (
            json!({ "url": "https://x.test", "headers": { "x-a": "{{ traits.a" } }),
            "spec.steps[1].webhook.headers.x-a: line 1",
        ),
        (
            json!({ "url": "https://x.test", "body": { "a": ["ok", { "b": "{% if traits.a %}never closed" }] } }),
            "spec.steps[1].webhook.body.a[1].b: ",
        ),
        (json!({ "url": "https://x.test", "body": { "a": "{% nosuch %}" } }), "spec.steps[1].webhook.body.a: line 1"),
    ] {
        let found = problems(bad.clone());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{bad}: {found:?}");
    }
}

#[test]
fn goals_count_for_the_messages_that_had_left() {
    let steps = json!([
        { "id": "hello", "send": { "channel": "email", "template": "hello" } },
        { "id": "more", "send": { "channel": "email", "template": "more" } },
        { "id": "rest", "wait": "7d", "next": "end" },
        mail("never")
    ]);
    let mut document = on_ping(steps);
    document["steps"][2] = json!({ "id": "rest", "wait": { "event": { "name": "Other" }, "for": "7d" }, "next": "never", "otherwise": "end" });
    document["goal"] = json!({ "event": { "name": "Order Completed" }, "exit": false });
    let mut story = Story::new(compile(vec![def("j", 1, true, &document)]));
    story.event("Ping", json!({}));
    for (step, id, became) in
        [("hello", "m1", rapport_journeys::spec::Became::Sent), ("more", "m2", rapport_journeys::spec::Became::Decided)]
    {
        let queued = common::event(
            "Message Queued",
            story.now,
            json!({ "journey": "j", "run": 1, "step": step, "message_id": id }),
        );
        assert!(JourneySet::on_message(&mut story.runs, &queued, rapport_journeys::spec::Became::Decided));
        let told = common::event("Message", story.now, json!({ "message_id": id }));
        JourneySet::on_message(&mut story.runs, &told, became);
    }
    story.event("Order Completed", json!({}));
    story.event("Order Completed", json!({}));
    let goals: Vec<&Vec<String>> = story
        .effects
        .iter()
        .filter_map(|e| if let Effect::Goal { after, .. } = e { Some(after) } else { None })
        .collect();
    assert_eq!(goals, [&vec!["hello".to_owned()]], "once, and not for what has not left");
}

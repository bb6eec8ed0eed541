//! Every kind of step and trigger as a story of one profile on a virtual clock.

mod common;

use std::collections::BTreeMap;

use common::{START, WS, event, mail, on_ping, story, told};
use rapport_domain::message::Origin;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_journeys::spec::Became;
use rapport_journeys::{CalledBy, Effect, JourneySet, WebhookAnswer};
use serde_json::{Value, json};

#[test]
fn waiting_for_an_event_has_two_exits() {
    let cart = json!({
        "name": "Cart", "trigger": { "event": { "name": "Product Added", "key": "cart_id" } }, "reentry": "always",
        "steps": [
            { "id": "wait", "wait": { "event": { "name": "Order Completed", "same": "cart_id" }, "for": "3h" },
              "next": "thanks", "otherwise": "nudge" },
            mail("thanks"), mail("nudge")
        ]
    });
    let mut story = story(&cart);
    story.event("Product Added", json!({ "cart_id": "c1" }));
    story.event("Product Added", json!({ "cart_id": 2 }));
    story.pass("1h");
    story.event("Order Completed", json!({ "cart_id": "other" }));
    story.event("Order Completed", json!({ "cart_id": "2", "total": 9 }));
    story.pass("5h");
    assert_eq!(
        told(&story),
        ["1h send email thanks (-) by j #2 thanks", "3h send email nudge (-) by j #1 nudge"],
        "{:#?}",
        story.log
    );
    let Some(Effect::Send { data, .. }) = story.effects.iter().find(|e| matches!(e, Effect::Send { .. })) else {
        panic!()
    };
    assert_eq!(data.get("waited.properties.total"), Some(&json!(9)), "the template sees the event");
    // The event that starts a run does not end the wait it begins.
    let same = on_ping(
        json!([{ "id": "wait", "wait": { "event": { "name": "Ping" }, "for": "1h" }, "next": "end", "otherwise": "late" }, mail("late")]),
    );
    let mut story = self::story(&same);
    story.event("Ping", json!({}));
    assert_eq!(story.runs.active.len(), 1);
    story.event("Ping", json!({}));
    assert_eq!(story.runs.active.len(), 1, "the second ends the wait and starts the next run: {:#?}", story.log);
    assert_eq!(story.runs.last_run, 2);
}

#[test]
fn imported_history_wakes_nobody() {
    let spec = on_ping(json!([{ "id": "w", "wait": { "event": { "name": "Pong" }, "for": "1h" } }, mail("m")]));
    let mut story = story(&spec);
    story.event("Ping", json!({}));
    let mut old = common::event("Pong", START, json!({}));
    old.historical = true;
    let mut out = Vec::new();
    story.set.on_event(&mut story.runs, &old, &story.world, START, &mut out);
    assert_eq!(out, []);
}

#[test]
fn waits_for_dates_weekdays_and_best_hours() {
    let steps = json!([
        { "id": "renewal", "wait": { "date": { "trait": "renewal", "before": "7d" } }, "otherwise": "none" },
        mail("remind"),
        mail("none")
    ]);
    let mut story = story(&on_ping(steps.clone()));
    story.world.traits.insert("renewal".to_owned(), json!("2026-12-01"));
    story.event("Ping", json!({}));
    story.pass("20d");
    // START is 2026-11-21 10:00: seven days before the first of December, 09:00, are 6 days and 23 hours away.
    let (hours, _) = told(&story)[0].split_once("h ").unwrap();
    assert_eq!(hours, "71", "{:?}", story.log);
    for value in [json!("2026-11-22"), json!("soon"), json!(null)] {
        let mut story = self::story(&on_ping(steps.clone()));
        story.world.traits.insert("renewal".to_owned(), value);
        story.event("Ping", json!({}));
        assert_eq!(told(&story), ["0h send email none (-) by j #1 none"]);
    }
    // A Saturday, 10:00: until Monday 09:00.
    let mut story =
        self::story(&on_ping(json!([{ "id": "w", "wait": { "until": "09:00", "weekdays": ["mon"] } }, mail("m")])));
    story.event("Ping", json!({}));
    story.pass("5d");
    assert_eq!(told(&story), ["47h send email m (-) by j #1 m"]);
    // Habits say 18:00.
    let mut story = self::story(&on_ping(json!([{ "id": "w", "wait": { "best_hour": "24h" } }, mail("m")])));
    for day in 0..12 {
        story.runs.habits.note_reaction(START.plus_ms(8 * HOUR_MS - day * DAY_MS), chrono_tz::Tz::UTC);
    }
    story.event("Ping", json!({}));
    story.pass("2d");
    assert_eq!(told(&story), ["8h send email m (-) by j #1 m"]);
}

#[test]
fn splits_and_experiments_are_sticky_and_recorded() {
    let arms = json!([{ "name": "a", "percent": 50, "goto": "one" }, { "name": "b", "percent": 50, "goto": "two" }]);
    let split = on_ping(json!([{ "id": "s", "split": arms }, mail("one"), mail("two")]));
    let experiment =
        on_ping(json!([{ "id": "s", "experiment": { "id": "exp", "arms": arms } }, mail("one"), mail("two")]));
    let play = |spec: &Value, profile: u64| {
        let mut story = story(spec);
        story.world.profile = profile;
        story.event("Ping", json!({}));
        story.event("Ping", json!({}));
        told(&story).join("; ").replace("#1", "#").replace("#2", "#").replace("\"run\":1", "").replace("\"run\":2", "")
    };
    let mut seen = BTreeMap::new();
    for profile in 0..200 {
        let text = play(&split, profile);
        let (first, second) = text.split_once("; ").unwrap();
        assert_eq!(first, second, "the same person, the same arm");
        *seen.entry(first.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 2);
    assert!(seen.values().all(|n| (70..130).contains(n)), "{seen:?}");
    let text = play(&experiment, 3);
    assert!(text.contains("emit Experiment Viewed") && text.contains(r#""experiment_id":"exp""#), "{text}");
}

#[test]
fn references_fill_updates_events_and_starts() {
    let steps = json!([
        { "id": "u", "update": { "set": { "last": "{{ event.properties.total }}" } } },
        { "id": "e", "emit": { "event": "Nudged", "properties": { "plan": "{{ traits.plan }}" } } },
        { "id": "s", "start": { "journey": "other", "data": { "n": "{{ event.properties.total }}" } } },
        { "id": "p", "stop": { "journey": "old" } },
        { "id": "l", "list": { "add": "vip" } },
        { "id": "x", "exit": "done" }
    ]);
    let mut story = story(&on_ping(steps));
    story.world.traits.insert("plan".to_owned(), json!("pro"));
    story.event("Ping", json!({ "total": 5 }));
    assert_eq!(
        told(&story),
        [
            r#"0h update {"last":5} unset [] by u"#,
            r#"0h emit Nudged {"plan":"pro"}"#,
            r#"0h start other {"n":5}"#,
            "0h stop old",
            "0h list vip",
            "0h exit j v1 #1 at x: done"
        ]
    );
}

#[test]
fn webhooks_wait_for_their_answer() {
    let steps = json!([
        { "id": "ask", "webhook": { "url": "https://x.test/{{ traits.plan }}", "body": { "n": "{{ event.properties.n }}" }, "save": { "score": "result.score" } }, "next": "ok", "otherwise": "no" },
        mail("ok"), mail("no")
    ]);
    let origin = Origin { journey: "j".to_owned(), version: 1, run: 1, step: "ask".to_owned() };
    let begin = || {
        let mut story = story(&on_ping(steps.clone()));
        story.world.traits.insert("plan".to_owned(), json!("pro"));
        story.event("Ping", json!({ "n": 3 }));
        assert_eq!(told(&story), [r#"0h ask POST https://x.test/pro {"n":3}"#]);
        story
    };
    let body = |body: Value| WebhookAnswer::Body { status: 200, body };
    let mut answered = begin();
    let given = body(json!({ "result": { "score": 0.7 } }));
    let set = answered.set.on_answer(&mut answered.runs, WS, &origin, &given, answered.now, &mut Vec::new());
    assert_eq!(set.map(Value::Object), Some(json!({ "score": 0.7 })));
    answered.settle();
    assert_eq!(told(&answered)[1], "0h send email ok (-) by j #1 ok");
    assert!(
        answered.set.on_answer(&mut answered.runs, WS, &origin, &given, answered.now, &mut Vec::new()).is_none(),
        "only once"
    );
    // Garbage is an answer without the member.
    let mut garbage = begin();
    let set =
        garbage.set.on_answer(&mut garbage.runs, WS, &origin, &body(json!("<html>")), garbage.now, &mut Vec::new());
    assert_eq!(set.map(|s| s.len()), Some(0));
    let mut failed = begin();
    let fault = WebhookAnswer::Failed { detail: "timed out".to_owned() };
    failed.set.on_answer(&mut failed.runs, WS, &origin, &fault, failed.now, &mut Vec::new());
    failed.settle();
    assert_eq!(told(&failed)[1], "0h send email no (-) by j #1 no");
    // Nobody ever answers: the deadline.
    let mut silent = begin();
    silent.pass("1d");
    assert_eq!(told(&silent)[1], "6h send email no (-) by j #1 no");
}

#[test]
fn what_has_no_room_is_said_and_messages_are_known_all_the_same() {
    let steps = json!([
        { "id": "hear", "wait": { "event": { "name": "Word" }, "for": "1d" } },
        { "id": "more", "wait": { "event": { "name": "Word" }, "for": "1d" } },
        { "id": "ask", "webhook": { "url": "https://x.test" } },
        { "id": "mail", "send": { "channel": "email", "template": "m" } },
        { "id": "rest", "wait": "1d" },
        { "id": "seen", "message": { "is": "opened" }, "next": "end", "otherwise": "again" },
        mail("again")
    ]);
    let mut story = story(&on_ping(steps));
    story.event("Ping", json!({}));
    for letter in ["a", "b"] {
        story.event("Word", json!({ "text": letter.repeat(8_000) }));
        assert!(
            story.runs.active[0].data.text().contains(&letter.repeat(8_000)),
            "the newer takes the place of the older"
        );
    }
    let origin = Origin { journey: "j".to_owned(), version: 1, run: 1, step: "ask".to_owned() };
    let body = WebhookAnswer::Body { status: 200, body: json!("c".repeat(8_300)) };
    let mut out = Vec::new();
    story.set.on_answer(&mut story.runs, WS, &origin, &body, story.now, &mut out);
    story.note(out);
    story.settle();
    assert_eq!(told(&story)[1..], ["0h omit webhook at ask", "0h send email m (-) by j #1 mail"]);
    assert_eq!(story.runs.active[0].data.get("webhook"), None);
    for (became, about) in [
        (Became::Decided, json!({ "journey": "j", "run": 1, "step": "mail", "message_id": "m1" })),
        (Became::Opened, json!({ "message_id": "m1" })),
    ] {
        assert!(JourneySet::on_message(&mut story.runs, &event("Message", story.now, about), became));
    }
    story.pass("2d");
    assert_eq!(told(&story).len(), 3, "nobody who opened it gets it again: {:?}", story.log);
}

#[test]
fn limits_wait_for_their_turn_and_digests_collect() {
    let mut story = self::story(&on_ping(json!([{ "id": "l", "limit": { "count": 2 } }, mail("m")])));
    story.event("Ping", json!({}));
    story.pass("3d");
    assert_eq!(told(&story), ["0h turn of 2 in 60000 ms for #1"], "nothing without its turn");
    let (run, at) = (story.turns[0], story.now.plus_ms(HOUR_MS));
    story.runs.grant(run, at);
    story.pass("2h");
    assert_eq!(told(&story)[1], "73h send email m (-) by j #1 m");

    let steps = json!([{ "id": "d", "digest": { "event": "Ping", "for": "1d", "keep": 3 } }, mail("m")]);
    let mut story = self::story(&json!({
        "name": "J", "trigger": { "event": { "name": "Ping" } }, "reentry": "always", "steps": steps
    }));
    for n in 0..5 {
        story.event("Ping", json!({ "n": n }));
        story.pass("1h");
    }
    story.pass("2d");
    let Some(Effect::Send { data, .. }) = story.effects.iter().find(|e| matches!(e, Effect::Send { .. })) else {
        panic!("{:#?}", story.log)
    };
    assert_eq!(data.get("digest.count"), Some(&json!(5)));
    let kept: Vec<i64> = data
        .get("digest.events")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| e["properties"]["n"].as_i64())
        .collect();
    assert_eq!(kept, [0, 1, 2], "the first is the one that started the run");
}

#[test]
fn a_send_window_goes_with_the_message() {
    let send = json!({ "channel": "email", "template": "m", "expires": "1d", "window": { "from": "09:00", "to": "11:00", "weekdays": ["mon"] } });
    let mut story = story(&on_ping(json!([{ "id": "s", "send": send }])));
    story.event("Ping", json!({}));
    let Some(Effect::Send { data, expires_at, .. }) = story.effects.iter().find(|e| matches!(e, Effect::Send { .. }))
    else {
        panic!("{:#?}", story.effects)
    };
    assert_eq!(data.get("journey.window"), Some(&send["window"]));
    // From a Saturday at ten: it opens on Monday at nine, and is worth sending for a day from then on.
    assert_eq!(expires_at.since_ms(START), (47 + 24) * HOUR_MS);
}

#[test]
fn a_winner_is_waited_for() {
    let steps = json!([
        { "id": "w", "winner": { "arms": [{ "step": "a", "goto": "a" }, { "step": "b", "goto": "b" }] } },
        mail("a"), mail("b")
    ]);
    let mut story = story(&on_ping(steps));
    story.event("Ping", json!({}));
    story.pass("1h");
    assert_eq!(told(&story), [""; 0]);
    story.world.winner = Some("b".to_owned());
    story.pass("2m");
    assert_eq!(told(&story), ["1h send email b (-) by j #1 b"]);
}

#[test]
fn a_winner_that_is_never_decided_is_the_first() {
    let steps = json!([
        { "id": "w", "winner": { "arms": [{ "step": "b", "goto": "b" }, { "step": "a", "goto": "a" }] } },
        mail("a"), mail("b")
    ]);
    let spec = on_ping(steps);
    let mut story = story(&spec);
    story.event("Ping", json!({}));
    story.pass("8d");
    assert_eq!(told(&story), ["168h send email b (-) by j #1 b"]);
    // A time in which nobody could look is no waiting: after a pause of ten days it looks again, and goes on looking.
    let mut story = self::story(&spec);
    story.event("Ping", json!({}));
    story.pass("1d");
    story.now = story.now.plus_ms(10 * DAY_MS);
    story.pass("1d");
    assert_eq!(told(&story), [""; 0]);
    story.pass("8d");
    assert_eq!(told(&story), ["407h send email b (-) by j #1 b"], "seven days of looking, and the ten without");
}

#[test]
fn calls_start_only_what_takes_them() {
    let spec =
        |trigger: Value| json!({ "name": "J", "trigger": trigger, "reentry": { "after": "1d" }, "steps": [mail("m")] });
    let mut api = story(&spec(json!({ "api": { "key": "order_id" } })));
    assert!(!api.call("j", CalledBy::Hand, json!({})) && !api.call("other", CalledBy::Api, json!({})));
    assert!(api.call("j", CalledBy::Api, json!({ "order_id": 7, "total": 9 })));
    assert!(api.call("j", CalledBy::Api, json!({})));
    api.expect(&[
        "0h enter j v1 #1 [7]",
        "0h send email m (-) by j #1 m",
        "0h exit j v1 #1 at m: completed",
        "0h refuse j v1 no_key",
    ]);
    let Effect::Send { data, .. } = api.effects.iter().find(|e| matches!(e, Effect::Send { .. })).unwrap() else {
        panic!()
    };
    assert_eq!(data.get("data.total"), Some(&json!(9)));
    for (trigger, by) in [("journey", CalledBy::Journey), ("manual", CalledBy::Hand)] {
        let mut story = story(&spec(json!({ trigger: {} })));
        assert!(story.call("j", by, json!({})), "{trigger}");
        assert_eq!(story.runs.last_run, 1);
    }
    // Who belonged to the segment before is sent in by hand; messages see the segment as if it had been entered.
    let mut by_segment = story(&spec(json!({ "segment": { "id": "lapsing", "on": "entered" } })));
    assert!(by_segment.call("j", CalledBy::Hand, json!({ "why": "launch" })));
    let Effect::Send { data, .. } = by_segment.effects.iter().find(|e| matches!(e, Effect::Send { .. })).unwrap()
    else {
        panic!()
    };
    assert_eq!(data.get("segment.id"), Some(&json!("lapsing")));
    assert_eq!((data.get("segment.on"), data.get("data.why")), (Some(&json!("entered")), Some(&json!("launch"))));
    // The calendar means its audience, and may begin later.
    let audience = json!({ "schedule": { "at": "2026-12-01T09:00", "audience": { "rule": "traits.vip == true" } } });
    let mut story = story(&spec(audience));
    assert!(story.call("j", CalledBy::Schedule, json!({})));
    story.expect(&[]);
    story.world.rules.insert("traits.vip == true".to_owned());
    story.call("j", CalledBy::Schedule, json!({}));
    assert_eq!(story.log.len(), 3);
}

#[test]
fn a_wait_follows_the_day_it_waits_for() {
    let steps = json!([
        { "id": "w", "wait": { "date": { "trait": "visit", "before": "1d" } }, "otherwise": "none" },
        mail("remind"),
        mail("none")
    ]);
    for (moved_after, to, expected) in [
        // 2026-11-30 09:00 is 215 hours away; a day is over, and a trait is gone, at once.
        ("1h", json!("2026-12-05"), "311h send email remind (-) by j #1 remind"),
        ("1h", json!("2026-11-24"), "47h send email remind (-) by j #1 remind"),
        ("1h", json!("2026-11-22"), "1h send email none (-) by j #1 none"),
        ("30h", json!(null), "30h send email none (-) by j #1 none"),
        ("400h", json!("2027-01-01"), "215h send email remind (-) by j #1 remind"),
    ] {
        let mut story = story(&on_ping(steps.clone()));
        story.world.traits.insert("visit".to_owned(), json!("2026-12-01"));
        story.event("Ping", json!({}));
        story.pass(moved_after);
        story.world.traits.insert("visit".to_owned(), to.clone());
        story.set.move_dates(WS, &mut story.runs, false, &story.world, story.now);
        story.settle();
        story.pass("60d");
        assert_eq!(told(&story)[0], expected, "to {to}");
    }
}

#[test]
fn a_run_waits_until_a_rule_holds() {
    const PAID: &str = "traits.paid == true";
    let steps = json!([
        { "id": "w", "wait": { "when": PAID, "for": "3d" }, "next": "thanks", "otherwise": "remind" },
        mail("thanks"),
        mail("remind")
    ]);
    let play = |at: Option<&str>| {
        let mut story = story(&on_ping(steps.clone()));
        if at == Some("0h") {
            story.world.rules.insert(PAID.to_owned());
        }
        story.event("Ping", json!({}));
        if let Some(at) = at.filter(|at| *at != "0h") {
            story.pass(at);
            assert_eq!(story.set.exit_rules(WS, &story.runs).map(|k| k.as_str()).collect::<Vec<_>>(), [PAID]);
            story.world.rules.insert(PAID.to_owned());
            // Whatever happens next, the rule is asked.
            story.event("Anything", json!({}));
        }
        story.pass("9d");
        told(&story)[0].to_owned()
    };
    assert_eq!(play(Some("0h")), "0h send email thanks (-) by j #1 thanks", "it holds already");
    assert_eq!(play(Some("5h")), "5h send email thanks (-) by j #1 thanks");
    assert_eq!(play(None), "72h send email remind (-) by j #1 remind");
}

#[test]
fn dates_in_traits_start_every_year() {
    let spec = json!({
        "name": "J", "trigger": { "date": { "trait": "birthday", "before": "1d", "repeat": "yearly" } }, "reentry": "always",
        "steps": [mail("m")]
    });
    let mut story = story(&spec);
    story.world.traits.insert("birthday".to_owned(), json!("1990-11-25"));
    story.set.plan_dates(WS, &mut story.runs, &story.world, story.now);
    story.pass("731d");
    assert_eq!(told(&story), ["71h send email m (-) by j #1 m", "8831h send email m (-) by j #2 m"]);
    // The date moves before it comes: only the new day counts.
    let mut story = self::story(&spec);
    story.world.traits.insert("birthday".to_owned(), json!("1990-11-25"));
    story.set.plan_dates(WS, &mut story.runs, &story.world, story.now);
    story.world.traits.insert("birthday".to_owned(), json!("1990-11-30"));
    story.pass("5d");
    assert_eq!(told(&story), [""; 0], "the timer of the old day finds that it is another");
    story.pass("5d");
    assert_eq!(told(&story), ["191h send email m (-) by j #1 m"]);
}

//! Goals, control groups, pauses, migrations and limits as stories of one profile on a virtual clock.

mod common;

use std::collections::BTreeMap;

use common::{START, Story, WS, compile, def, line, mail, on_ping, story, told};
use rapport_journeys::{Effect, JourneySet, Migration, Overdue, Pause};
use serde_json::{Value, json};

#[test]
fn goals_are_reached_once() {
    let with = |goal: Value| {
        let mut spec = on_ping(json!([{ "id": "rest", "wait": "5d" }, mail("m")]));
        spec["goal"] = goal;
        story(&spec)
    };
    let mut story = with(json!({ "event": { "name": "Order Completed", "where": "e.total > 50" } }));
    story.event("Order Completed", json!({ "total": 99 }));
    story.event("Ping", json!({}));
    story.event("Order Completed", json!({ "total": 5 }));
    story.pass("1d");
    story.event("Order Completed", json!({ "total": 60 }));
    assert_eq!(told(&story), ["24h goal j #1 (treatment)", "24h exit j v1 #1 at rest: goal"]);

    let mut story = with(json!({ "event": { "name": "Order Completed" }, "exit": false }));
    story.event("Ping", json!({}));
    story.event("Order Completed", json!({}));
    story.event("Order Completed", json!({}));
    story.pass("6d");
    assert_eq!(told(&story), ["0h goal j #1 (treatment)", "120h send email m (-) by j #1 m"]);

    // Of two carts, the one that was bought.
    let keyed = json!({
        "name": "J", "trigger": { "event": { "name": "Ping", "key": "cart" } },
        "goal": { "event": { "name": "Order Completed", "same": "cart" } },
        "steps": [{ "id": "rest", "wait": "5d" }]
    });
    let mut story = self::story(&keyed);
    story.event("Ping", json!({ "cart": "a" }));
    story.event("Ping", json!({ "cart": 2 }));
    story.event("Order Completed", json!({ "cart": "2" }));
    assert_eq!(told(&story), ["0h goal j #2 (treatment)", "0h exit j v1 #2 at rest: goal"]);

    let mut story = with(json!({ "when": "traits.vip == true" }));
    story.event("Ping", json!({}));
    assert_eq!(story.set.exit_rules(WS, &story.runs).count(), 1, "time may make a goal true");
    story.world.rules.insert("traits.vip == true".to_owned());
    story.event("Profile Updated", json!({}));
    story.event("Ping", json!({}));
    assert_eq!(
        told(&story),
        ["0h goal j #1 (treatment)", "0h exit j v1 #1 at rest: goal", "0h refuse j v1 goal_reached"]
    );
}

#[test]
fn what_happened_before_what_started_a_run_is_no_goal_of_it() {
    let spec = |trigger: Value| {
        json!({
            "name": "J", "trigger": trigger, "reentry": "always", "goal": { "event": { "name": "Order Completed" } },
            "steps": [{ "id": "rest", "wait": "5d" }]
        })
    };
    let tell = |story: &mut Story, name: &str, happened_ms: i64| {
        let (event, mut out) = (common::event(name, story.now.plus_ms(happened_ms), json!({})), Vec::new());
        story.set.on_event(&mut story.runs, &event, &story.world, story.now, &mut out);
        story.note(out);
    };
    let reached = ["0h goal j #1 (treatment)", "0h exit j v1 #1 at rest: goal"];
    // A telephone tells of a visit and of the order after it together, a minute late.
    let mut story = self::story(&spec(json!({ "event": { "name": "Ping" } })));
    tell(&mut story, "Ping", -60_000);
    tell(&mut story, "Order Completed", -60_001);
    assert_eq!(told(&story), [""; 0]);
    tell(&mut story, "Order Completed", -40_000);
    assert_eq!(told(&story), reached);
    // The same where what was told moved a segment.
    let mut story = self::story(&spec(json!({ "segment": { "id": "lapsed", "on": "exited" } })));
    let (mut out, edge) = (Vec::new(), ("lapsed", false, story.now.plus_ms(-60_000)));
    story.set.on_segment(WS, &mut story.runs, edge, false, &story.world, story.now, &mut out);
    story.note(out);
    tell(&mut story, "Order Completed", -60_001);
    assert_eq!(told(&story), [""; 0]);
    tell(&mut story, "Order Completed", -60_000);
    assert_eq!(told(&story), reached);
    // An event that is told too late starts nothing, where that is said.
    let mut story = self::story(&spec(json!({ "event": { "name": "Ping", "within": "1h" } })));
    tell(&mut story, "Ping", -3_600_001);
    tell(&mut story, "Ping", -3_600_000);
    story.expect(&["0h refuse j v1 too_old", "0h enter j v1 #1"]);
}

#[test]
fn held_out_people_go_through_without_effects() {
    let mut spec = on_ping(json!([
        { "id": "u", "update": { "set": { "n": 1 } } },
        { "id": "ask", "webhook": { "url": "https://x.test" } },
        { "id": "mail", "send": { "channel": "email", "template": "t" } },
        { "id": "receipt", "send": { "channel": "email", "template": "receipt", "transactional": true } },
        { "id": "rest", "wait": "1d" }
    ]));
    spec["holdout"] = json!(20);
    spec["goal"] = json!({ "event": { "name": "Order Completed" } });
    let mut held = 0;
    for profile in 0..1_000 {
        let mut story = story(&spec);
        story.world.profile = profile;
        story.event("Ping", json!({}));
        if !story.log[0].ends_with("(control)") {
            continue;
        }
        held += 1;
        story.event("Order Completed", json!({}));
        assert_eq!(
            told(&story),
            [
                "0h withhold t by mail",
                "0h send email receipt (-) by j #1 receipt",
                "0h goal j #1 (control)",
                "0h exit j v1 #1 at rest: goal"
            ]
        );
    }
    assert!((150..250).contains(&held), "{held} of 1,000 instead of 200");
}

#[test]
fn pause_holds_and_resume_chooses() {
    let spec = on_ping(json!([{ "id": "rest", "wait": "2h" }, mail("m")]));
    let set = |paused: bool| {
        let mut version = def("j", 1, true, &spec);
        version.paused = paused;
        compile(vec![version])
    };
    for (overdue, expected) in [
        (Overdue::Run, vec!["24h send email m (-) by j #1 m"]),
        (Overdue::Shift, vec!["25h send email m (-) by j #1 m"]),
        (Overdue::Exit, vec!["24h exit j v1 #1 at rest: paused"]),
    ] {
        let mut story = Story::new(set(false));
        story.event("Ping", json!({}));
        story.pass("1h");
        story.set = set(true);
        let paused_at = story.now;
        assert_eq!(story.set.next_due(WS, &story.runs), None);
        story.pass("23h");
        story.fire();
        story.set = set(false);
        let pause = Pause { since: paused_at, until: story.now, overdue };
        let mut out = Vec::new();
        story.set.resume(WS, &mut story.runs, "j", None, &pause, &mut out);
        let once = story.runs.clone();
        story.now = story.now.plus_ms(1);
        story.set.resume(WS, &mut story.runs, "j", Some(9), &pause, &mut out);
        assert_eq!(story.runs, once, "of another run nothing");
        story.note(out);
        story.settle();
        story.pass("5h");
        assert_eq!(told(&story), expected, "{overdue:?}");
    }
    let mut story = Story::new(set(true));
    story.event("Ping", json!({}));
    story.expect(&["0h refuse j v1 paused"]);
}

#[test]
fn what_was_waited_for_and_came_in_a_pause_is_not_put_off() {
    let wait =
        json!({ "id": "w", "wait": { "event": { "name": "Paid" }, "for": "2h" }, "next": "m", "otherwise": "end" });
    let spec = on_ping(json!([wait, mail("m")]));
    let mut story = story(&spec);
    story.event("Ping", json!({}));
    story.pass("1h");
    let mut paused = def("j", 1, true, &spec);
    paused.paused = true;
    story.set = compile(vec![paused]);
    let since = story.now;
    story.event("Paid", json!({}));
    story.pass("5h");
    story.set = compile(vec![def("j", 1, true, &spec)]);
    let mut out = Vec::new();
    let pause = Pause { since, until: story.now, overdue: Overdue::Shift };
    story.set.resume(WS, &mut story.runs, "j", None, &pause, &mut out);
    story.note(out);
    story.settle();
    assert_eq!(told(&story), ["6h send email m (-) by j #1 m"]);
}

#[test]
fn people_move_to_another_version_by_a_mapping() {
    let old = on_ping(json!([{ "id": "rest", "wait": "5d" }, { "id": "old", "wait": "1d" }, mail("m")]));
    let new = on_ping(json!([{ "id": "short", "wait": "3d" }, mail("better")]));
    let both = || compile(vec![def("j", 1, false, &old), def("j", 2, true, &new)]);
    let play = |steps: &[(&str, &str)], exit_others: bool, wait: &str| {
        let mut story = story(&old);
        story.event("Ping", json!({}));
        story.pass(wait);
        story.set = both();
        let steps: BTreeMap<String, String> = steps.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let migration = Migration { journey: "j", from: 1, to: 2, steps: &steps, exit_others };
        let mut out = Vec::new();
        story.set.migrate(WS, &mut story.runs, &migration, &story.world, story.now, &mut out);
        story.note(out);
        story.settle();
        story.pass("30d");
        story.log.iter().filter(|l| !l.contains("enter j")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        play(&[("rest", "short")], true, "1d"),
        [
            "24h move j #1 v1 -> v2 short",
            "72h send email better (-) by j #1 better",
            "72h exit j v2 #1 at better: completed"
        ],
        "the day waited counts"
    );
    assert_eq!(play(&[("rest", "short")], true, "4d")[1], "96h send email better (-) by j #1 better");
    assert_eq!(play(&[("rest", "better")], true, "1d")[1], "24h send email better (-) by j #1 better");
    assert_eq!(play(&[("rest", "end")], true, "1d"), ["24h exit j v1 #1 at rest: completed"]);
    assert_eq!(play(&[], true, "1d"), ["24h exit j v1 #1 at rest: not_migrated"]);
    assert_eq!(play(&[], false, "1d")[0], "144h send email m (-) by j #1 m");
}

/// Moves one run that stands at `step` to a version that says the same under another name or the same, after an hour.
fn moved(step: &Value, name: &str) -> Story {
    let with = |id: &str| {
        let mut step = step.clone();
        step["id"] = json!(id);
        on_ping(json!([step, mail("m")]))
    };
    let (old, new) = (with("s"), with(name));
    let mut story = story(&old);
    story.world.traits.insert("visit".to_owned(), json!("2026-11-24"));
    for _ in 0..20 {
        story.runs.habits.note_reaction(START.plus_ms(-19 * 3_600_000), chrono_tz::Tz::UTC); // at three in the afternoon
    }
    story.event("Ping", json!({}));
    story.event("Viewed", json!({ "n": 1 }));
    story.pass("1h");
    story.set = compile(vec![def("j", 1, false, &old), def("j", 2, true, &new)]);
    let steps = BTreeMap::from([("s".to_owned(), name.to_owned())]);
    let migration = Migration { journey: "j", from: 1, to: 2, steps: &steps, exit_others: true };
    let mut out = Vec::new();
    story.set.migrate(WS, &mut story.runs, &migration, &story.world, story.now, &mut out);
    story.note(out);
    story.settle();
    story
}

#[test]
fn what_a_step_has_begun_goes_on_in_another_version() {
    for name in ["s", "other"] {
        let mut digest = moved(&json!({ "digest": { "event": "Viewed", "for": "5h" } }), name);
        digest.event("Viewed", json!({ "n": 2 }));
        digest.pass("9h");
        let sent = digest.effects.iter().find_map(|e| match e {
            Effect::Send { data, .. } => Some(data.get("digest.count").cloned()),
            _ => None,
        });
        assert_eq!(sent, Some(Some(json!(2))), "what was collected before stays");
        assert!(digest.log.contains(&"5h send email m (-) by j #1 m".to_owned()), "{:#?}", digest.log);

        for (step, due) in [
            (json!({ "wait": { "best_hour": "2d" } }), "5h"),
            (json!({ "wait": { "date": { "trait": "visit" } } }), "71h"),
            (json!({ "wait": { "when": "traits.x == 1", "for": "2h" } }), "2h"),
        ] {
            let mut story = moved(&step, name);
            story.pass("9d");
            assert!(story.log.contains(&format!("{due} send email m (-) by j #1 m")), "{step}: {:#?}", story.log);
        }

        let mut limit = moved(&json!({ "limit": { "count": 1, "per": "1m" } }), name);
        assert_eq!(limit.turns, [1], "the place in the queue is asked for once");
        limit.runs.grant(1, limit.now.plus_ms(3_600_000));
        limit.pass("2h");
        assert!(limit.log.contains(&"2h send email m (-) by j #1 m".to_owned()), "{:#?}", limit.log);

        let call = moved(&json!({ "webhook": { "url": "https://x.test" } }), name);
        let asked = call.effects.iter().filter(|e| matches!(e, Effect::Webhook { .. })).count();
        assert_eq!(asked, if name == "s" { 1 } else { 2 }, "the answer is told to the step that asked");
    }
}

#[test]
fn start_and_stop_dates_priority_and_concurrency() {
    let mut spec = on_ping(json!([{ "id": "rest", "wait": "10d" }]));
    spec["starts_at"] = json!("2026-11-22T10:00:00Z");
    spec["stops_at"] = json!("2026-11-23T10:00:00Z");
    let mut story = story(&spec);
    for _ in 0..3 {
        story.event("Ping", json!({}));
        story.pass("1d");
    }
    story.expect(&["0h refuse j v1 not_started", "24h enter j v1 #1", "48h refuse j v1 stopped"]);

    let keyed = json!({
        "name": "J", "trigger": { "event": { "name": "Ping", "key": "k" } }, "reentry": { "concurrent": 2 },
        "steps": [{ "id": "rest", "wait": "1d" }]
    });
    let mut story = self::story(&keyed);
    for k in 1..=3 {
        story.event("Ping", json!({ "k": k }));
    }
    story.expect(&["0h enter j v1 #1 [1]", "0h enter j v1 #2 [2]", "0h refuse j v1 concurrent"]);

    let ranked = |priority: u8| {
        let mut spec = on_ping(json!([{ "id": "rest", "wait": "1d" }]));
        spec["priority"] = json!(priority);
        spec
    };
    let set = JourneySet::compile(vec![def("a", 1, true, &ranked(10)), def("b", 1, true, &ranked(90))]).set;
    let mut story = Story::new(set);
    story.event("Ping", json!({}));
    story.expect(&["0h enter b v1 #1", "0h enter a v1 #2"]);
}

#[test]
fn the_way_through_is_remembered() {
    let steps = json!([
        { "id": "w", "wait": { "event": { "name": "Pong" }, "for": "1h" }, "next": "end", "otherwise": "b" },
        { "id": "b", "branch": [{ "when": "traits.vip == true", "goto": "end" }], "otherwise": "m" },
        mail("m")
    ]);
    let mut story = story(&on_ping(steps));
    story.event("Ping", json!({}));
    story.pass("2h");
    let Some(Effect::Exited { path, .. }) = story.effects.last() else { panic!("{:#?}", story.effects) };
    let way: Vec<String> = path.iter().map(|p| format!("{} {}", p.step, p.exit)).collect();
    assert_eq!(way, ["w timed_out", "b otherwise", "m next"]);
    let passed: Vec<String> = story.passed.iter().map(line).collect();
    assert_eq!(passed, ["pass w by timed_out", "pass b by otherwise", "pass m by next"]);
}

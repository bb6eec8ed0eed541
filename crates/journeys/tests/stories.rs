//! Journeys told as stories of one profile on a virtual clock.

mod common;

use common::{GONE, LOYAL, START, Story, WS, compile, def, event, line, second_order};
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::{Effect, JourneySet, RunName, Runs, repo};
use serde_json::{Value, json};

fn second_order_story() -> Story {
    Story::new(compile(vec![def("second-order", 1, true, &second_order())]))
}

#[test]
fn first_order_wait_no_second_order_mail() {
    let mut story = second_order_story();
    story.order(80.0);
    assert_eq!(story.runs.next_due(), Some(START.plus_ms(3 * 86_400_000)));
    story.pass("5d");
    story.expect(&[
        "0h enter second-order v1 #1",
        "72h send email second-order (offers) by second-order #1 nudge",
        "72h exit second-order v1 #1 at nudge: completed",
    ]);
    let Effect::Send { data, expires_at, transactional, .. } = &story.effects[1] else { panic!() };
    assert_eq!(data.get("event.properties.total"), Some(&json!(80.0)));
    assert_eq!(data.get("event.name"), Some(&json!("Order Completed")));
    assert_eq!(data.get("journey.name"), Some(&json!("Second order")));
    assert_eq!(*expires_at, START.plus_ms(6 * 86_400_000));
    assert!(!transactional);
}

#[test]
fn second_order_thanks_instead() {
    let mut story = second_order_story();
    story.order(80.0);
    story.pass("1d");
    story.world.rules.insert(LOYAL.to_owned());
    story.order(90.0);
    story.pass("5d");
    story.expect(&[
        "0h enter second-order v1 #1",
        "24h refuse second-order v1 active",
        r#"72h update {"loyal":true} unset ["lapsing"] by thanks"#,
        "72h exit second-order v1 #1 at done: already loyal",
    ]);
}

#[test]
fn trigger_filters_history_and_other_workspaces() {
    let mut story = second_order_story();
    story.order(50.0);
    let mut old = event("Order Completed", START, json!({ "total": 80 }));
    old.historical = true;
    let mut other = event("Order Completed", START, json!({ "total": 80 }));
    other.workspace = WorkspaceId(2);
    for e in [old, other] {
        let mut out = Vec::new();
        story.set.on_event(&mut story.runs, &e, &story.world, START, &mut out);
        assert_eq!(out, []);
    }
    assert!(story.runs.is_empty());
    assert!(story.set.listens(WS, "Order Completed") && !story.set.listens(WS, "Order Refunded"));
    assert!(!story.set.listens(WorkspaceId(2), "Order Completed"));
}

#[test]
fn exit_rule_ends_a_run_at_once_and_keeps_others_out() {
    // With the event that makes it true, long before the wait ends.
    let mut story = second_order_story();
    story.order(80.0);
    story.pass("5h");
    assert_eq!(story.set.exit_rules(WS, &story.runs).map(|k| k.as_str()).collect::<Vec<_>>(), [GONE]);
    story.world.rules.insert(GONE.to_owned());
    story.event("Profile Updated", json!({}));
    story.expect(&["0h enter second-order v1 #1", "5h exit second-order v1 #1 at wait: exit_condition"]);
    assert_eq!(story.set.exit_rules(WS, &story.runs).count(), 0);

    // Nothing tells before the wait ends: then it is seen before the next step.
    let mut story = second_order_story();
    story.order(80.0);
    story.world.rules.insert(GONE.to_owned());
    story.pass("4d");
    story.expect(&["0h enter second-order v1 #1", "72h exit second-order v1 #1 at wait: exit_condition"]);

    // Imported history starts nothing, but it may end a run.
    let mut story = second_order_story();
    story.order(80.0);
    story.world.rules.insert(GONE.to_owned());
    let mut old = event("Order Completed", START, json!({ "total": 80 }));
    old.historical = true;
    let mut out = Vec::new();
    story.set.on_event(&mut story.runs, &old, &story.world, START, &mut out);
    assert_eq!(out.iter().map(line).collect::<Vec<_>>(), ["exit second-order v1 #1 at wait: exit_condition"]);

    let mut story = second_order_story();
    story.world.rules.insert(GONE.to_owned());
    story.order(80.0);
    story.expect(&["0h refuse second-order v1 exit_condition"]);
}

fn short(reentry: Value) -> Value {
    json!({
        "name": "Short",
        "trigger": { "event": { "name": "Ping" } },
        "entry": { "when": "traits.vip == true" },
        "reentry": reentry,
        "steps": [{ "id": "rest", "wait": "1h" }]
    })
}

#[test]
fn reentry_policies() {
    for (reentry, expected) in [
        (
            json!("once"),
            vec![
                "0h enter j v1 #1",
                "0h refuse j v1 active",
                "1h exit j v1 #1 at rest: completed",
                "2h refuse j v1 once",
                "24h refuse j v1 once",
            ],
        ),
        (
            json!("always"),
            vec![
                "0h enter j v1 #1",
                "0h refuse j v1 active",
                "1h exit j v1 #1 at rest: completed",
                "2h enter j v1 #2",
                "3h exit j v1 #2 at rest: completed",
                "24h enter j v1 #3",
            ],
        ),
        (
            json!({ "after": "1d" }),
            vec![
                "0h enter j v1 #1",
                "0h refuse j v1 active",
                "1h exit j v1 #1 at rest: completed",
                "2h refuse j v1 too_soon",
                "24h enter j v1 #2",
            ],
        ),
    ] {
        let mut story = Story::new(compile(vec![def("j", 1, true, &short(reentry))]));
        story.world.rules.insert("traits.vip == true".to_owned());
        for pause in ["0s", "2h", "22h", "0s"] {
            story.event("Ping", json!({}));
            story.pass(pause);
        }
        story.expect(&expected);
    }
    let mut story = Story::new(compile(vec![def("j", 1, true, &short(json!("always")))]));
    story.event("Ping", json!({}));
    story.expect(&["0h refuse j v1 entry_condition"]);
}

#[test]
fn segment_edges_start_but_backfill_does_not() {
    let doc = |on: &str| {
        json!({
            "name": "Lapsed", "trigger": { "segment": { "id": "lapsed", "on": on } }, "reentry": "always",
            "steps": [{ "id": "mail", "send": { "channel": "email", "template": "t", "transactional": true, "expires": "1h" } }]
        })
    };
    let mut story = Story::new(compile(vec![def("in", 1, true, &doc("entered")), def("out", 1, true, &doc("exited"))]));
    story.edge("lapsed", true, true);
    story.edge("other", true, false);
    story.edge("lapsed", true, false);
    story.pass("1h");
    story.edge("lapsed", false, false);
    story.expect(&[
        "0h enter in v1 #1",
        "0h send email t (-) by in #1 mail",
        "0h exit in v1 #1 at mail: completed",
        "1h enter out v1 #2",
        "1h send email t (-) by out #2 mail",
        "1h exit out v1 #2 at mail: completed",
    ]);
    let Effect::Send { data, expires_at, transactional, .. } = &story.effects[1] else { panic!() };
    assert_eq!(data.get("segment"), Some(&json!({ "id": "lapsed", "on": "entered" })));
    assert_eq!(*expires_at, START.plus_ms(3_600_000));
    assert!(transactional);
    assert!(story.set.listens_segment(WS, "lapsed") && !story.set.listens_segment(WS, "other"));
}

#[test]
fn keyed_runs_go_side_by_side() {
    let cart = json!({
        "name": "Cart", "trigger": { "event": { "name": "Product Added", "key": "cart_id" } }, "reentry": "once",
        "steps": [{ "id": "rest", "wait": "3h" }]
    });
    let mut story = Story::new(compile(vec![def("cart", 1, true, &cart)]));
    for id in [json!("c1"), json!("c2"), json!("c1"), json!(3), json!(""), json!(null)] {
        story.event("Product Added", json!({ "cart_id": id }));
    }
    story.pass("4h");
    story.event("Product Added", json!({ "cart_id": "c2" }));
    story.expect(&[
        "0h enter cart v1 #1 [c1]",
        "0h enter cart v1 #2 [c2]",
        "0h refuse cart v1 active",
        "0h enter cart v1 #3 [3]",
        "0h refuse cart v1 no_key",
        "0h refuse cart v1 no_key",
        "3h exit cart v1 #1 at rest: completed",
        "3h exit cart v1 #2 at rest: completed",
        "3h exit cart v1 #3 at rest: completed",
        "4h refuse cart v1 once",
    ]);
}

#[test]
fn runs_finish_on_their_version_and_exit_when_none_is_live() {
    let v1 = second_order();
    let mut v2 = second_order();
    v2["steps"][0]["wait"] = json!("1d");
    v2["reentry"] = json!("always");
    v2["steps"][2]["send"]["template"] = json!("newer");

    let mut story = second_order_story();
    story.order(80.0);
    story.pass("1d");
    story.set = compile(vec![def("second-order", 1, false, &v1), def("second-order", 2, true, &v2)]);
    story.pass("3d");
    story.order(80.0);
    story.pass("2h");
    story.set = compile(vec![def("second-order", 1, false, &v1), def("second-order", 2, false, &v2)]);
    story.order(80.0);
    story.expect(&[
        "0h enter second-order v1 #1",
        "72h send email second-order (offers) by second-order #1 nudge",
        "72h exit second-order v1 #1 at nudge: completed",
        "96h enter second-order v2 #2",
        "98h exit second-order v2 #2 at wait: not_live",
    ]);
    assert!(story.set.is_empty(WS));

    // A version that is not there any more cannot go on either.
    let mut story = second_order_story();
    story.order(80.0);
    story.set = compile(vec![def("second-order", 2, true, &v2)]);
    story.pass("4d");
    story.expect(&["0h enter second-order v1 #1", "72h exit second-order v1 #1 at wait: not_live"]);
}

#[test]
fn waits_until_a_local_time_of_day() {
    let doc = |wait: Value| {
        json!({
            "name": "Morning", "trigger": { "event": { "name": "Ping" } }, "reentry": "always",
            "steps": [{ "id": "rest", "wait": wait }]
        })
    };
    for (wait, zone, from, expected) in [
        (json!({ "until": "09:00" }), "Europe/Berlin", "2026-11-21T07:00:00Z", "2026-11-21T08:00:00.000Z"),
        (json!({ "until": "09:00" }), "Europe/Berlin", "2026-11-21T08:00:00Z", "2026-11-22T08:00:00.000Z"),
        (json!({ "until": "09:00" }), "Europe/Berlin", "2026-11-21T08:00:01Z", "2026-11-22T08:00:00.000Z"),
        (json!({ "for": "1d", "until": "09:00" }), "Europe/Berlin", "2026-11-21T08:00:00Z", "2026-11-22T08:00:00.000Z"),
        (
            json!({ "for": "1d", "until": "09:00" }),
            "America/New_York",
            "2026-11-21T20:00:00Z",
            "2026-11-23T14:00:00.000Z",
        ),
        // Across the spring change: 09:00 local is 07:00Z from then on.
        (json!({ "until": "09:00" }), "Europe/Berlin", "2026-03-28T09:00:00Z", "2026-03-29T07:00:00.000Z"),
        // 02:30 does not exist that day: the first instant after the gap.
        (json!({ "until": "02:30" }), "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00.000Z"),
        (json!("90m"), "Asia/Tokyo", "2026-11-21T07:00:00Z", "2026-11-21T08:30:00.000Z"),
    ] {
        let mut story = Story::new(compile(vec![def("m", 1, true, &doc(wait.clone()))]));
        story.now = Timestamp::parse(from).unwrap();
        story.world.zone = rapport_domain::time::zone(zone);
        story.event("Ping", json!({}));
        assert_eq!(story.runs.next_due().map(|t| t.to_rfc3339()).as_deref(), Some(expected), "{wait} {zone} {from}");
    }
}

#[test]
fn waits_count_from_when_a_step_is_reached() {
    let doc = json!({
        "name": "Two mails", "trigger": { "event": { "name": "Ping" } },
        "steps": [
            { "id": "w1", "wait": "1d" }, { "id": "m1", "send": { "channel": "email", "template": "a" } },
            { "id": "w2", "wait": "1d" }, { "id": "m2", "send": { "channel": "email", "template": "b" } },
        ]
    });
    let mut story = Story::new(compile(vec![def("two", 1, true, &doc)]));
    story.event("Ping", json!({}));
    story.now = START.plus_ms(10 * 86_400_000); // an outage of nine days
    story.settle();
    assert_eq!(story.runs.next_due(), Some(START.plus_ms(11 * 86_400_000)));
    story.pass("2d");
    assert_eq!(story.log.len(), 4);
    assert_eq!(story.log[1], "240h send email a (-) by two #1 m1");
    assert_eq!(story.log[2], "264h send email b (-) by two #1 m2");
}

#[test]
fn the_step_after_an_update_sees_it() {
    let doc = json!({
        "name": "Update", "trigger": { "event": { "name": "Ping" } },
        "steps": [
            { "id": "mark", "update": { "set": { "gone": true } } },
            { "id": "fork", "branch": [{ "when": GONE, "goto": "yes" }], "otherwise": "no" },
            { "id": "yes", "exit": "seen" }, { "id": "no", "exit": "unseen" },
        ]
    });
    let mut story = Story::new(compile(vec![def("u", 1, true, &doc)]));
    let mut out = Vec::new();
    story.set.on_event(&mut story.runs, &event("Ping", START, json!({})), &story.world, START, &mut out);
    assert_eq!(story.runs.next_due(), Some(START), "due again at once");
    assert!(matches!(out[out.len() - 2..], [Effect::UpdateTraits { .. }, Effect::Passed { .. }]));
    story.world.rules.insert(GONE.to_owned()); // the engine applies the update
    story.fire();
    story.expect(&["0h exit u v1 #1 at yes: seen"]);
}

#[test]
fn merges_keep_the_earlier_run() {
    let docs =
        || compile(vec![def("a", 1, true, &short(json!("once"))), def("second-order", 1, true, &second_order())]);
    let mut early = Story::new(docs());
    early.order(80.0);
    let mut late = Story::new(docs());
    late.world.rules.insert("traits.vip == true".to_owned());
    late.now = START.plus_ms(3_600_000);
    late.order(90.0);
    late.event("Ping", json!({}));

    for (into, from, expected, (before, after)) in [
        // The run of `a` is #2, which is free in the earlier profile, so it keeps its number there.
        (
            &early.runs,
            &late.runs,
            ["renumber second-order #1 -> #3", "exit second-order v1 #3 at wait: merged"],
            (2, 2),
        ),
        (
            &late.runs,
            &early.runs,
            ["renumber second-order #1 -> #3", "exit second-order v1 #1 at wait: merged"],
            (1, 3),
        ),
    ] {
        let (mut into, from) = (into.clone(), from.clone());
        let mut out = Vec::new();
        JourneySet::merge(&mut into, ProfileId(99), from, &mut out);
        assert_eq!(out.iter().map(line).collect::<Vec<_>>(), expected);
        assert_eq!(into.find("second-order", None).unwrap().entered_at, START);
        assert!(into.find("a", None).is_some());
        assert_eq!(into.active.len(), 2);
        let past = into.past("second-order", None).unwrap();
        assert_eq!((past.entered, past.exited, past.last_entered_at), (2, 1, START.plus_ms(3_600_000)));
        let mut ids: Vec<u64> = into.active.iter().map(|r| r.id).collect();
        ids.dedup();
        assert_eq!(ids.len(), 2, "run numbers stay unique");
        assert!(ids.iter().all(|id| *id <= into.last_run));
        // What moved is known by its former name, and by no other.
        let renamed = |profile| into.renamed(RunName { profile: ProfileId(profile), run: before });
        assert_eq!((renamed(99), renamed(98)), (Some(after), None));
    }
}

#[test]
fn undoing_a_merge_gives_back_the_runs_that_came_and_the_counters_of_both() {
    let mut story = second_order_story();
    story.order(80.0);
    let (own, visitor) = (ProfileId(1), ProfileId(99));
    let mut theirs = story.runs.clone();
    theirs.active[0].journey = "other".to_owned();
    theirs.history[0].journey = "other".to_owned();
    let mut out = Vec::new();
    JourneySet::merge(&mut story.runs, visitor, theirs, &mut out);
    let number = story.runs.find("other", None).unwrap().id;
    let mut back = story.runs.part(own, visitor);
    let journeys = |runs: &Runs| runs.active.iter().map(|run| run.journey.clone()).collect::<Vec<_>>();
    assert_eq!((journeys(&story.runs), journeys(&back)), (vec!["second-order".to_owned()], vec!["other".to_owned()]));
    // What asked under a name of the meantime finds it.
    assert_eq!(back.renamed(RunName { profile: own, run: number }), Some(number));
    assert_eq!(back.renamed(RunName { profile: visitor, run: 1 }), Some(number));
    for (runs, gone) in [(&story.runs, "other"), (&back, "second-order")] {
        let past = runs.past(gone, None).unwrap();
        assert_eq!((past.entered, past.exited), (1, 1), "{gone} goes on with the other");
        let active = runs.active[0].journey.as_str();
        assert_eq!(runs.past(active, None).map(|past| (past.entered, past.exited)), Some((1, 0)), "{active}");
    }
    back.active.clear();
    let mut out = Vec::new();
    story.set.on_event(
        &mut back,
        &event("Order Completed", START, json!({ "total": 80 })),
        &story.world,
        START,
        &mut out,
    );
    assert_eq!(out.iter().map(line).collect::<Vec<_>>(), ["refuse second-order v1 once"]);
}

#[test]
fn large_triggers_are_cut_to_what_fits() {
    let mut story = second_order_story();
    story.event("Order Completed", json!({ "aaa": "x".repeat(20_000), "total": 80, "zzz": "kept" }));
    let run = &story.runs.active[0];
    assert!(run.trigger.text().len() < 9_000);
    assert_eq!(run.trigger.get("event.properties.zzz"), Some(&json!("kept")));
    assert_eq!(run.trigger.get("event.properties.aaa"), None);
}

#[test]
fn too_many_runs_are_refused() {
    let cart = json!({
        "name": "Cart", "trigger": { "event": { "name": "Add", "key": "id" } }, "reentry": "always",
        "steps": [{ "id": "rest", "wait": "3h" }]
    });
    let mut story = Story::new(compile(vec![def("cart", 1, true, &cart)]));
    for id in 0..100 {
        story.event("Add", json!({ "id": id }));
    }
    assert_eq!(story.runs.active.len(), rapport_journeys::core::runs::MAX_ACTIVE_RUNS);
    assert_eq!(story.log.iter().filter(|l| l.contains("too_many_runs")).count(), 36);
    story.pass("4h");
    for id in 100..900 {
        story.event("Add", json!({ "id": id }));
        story.pass("4h");
    }
    assert!(story.runs.history.len() <= rapport_journeys::core::runs::MAX_HISTORY);
}

#[test]
fn same_inputs_give_the_same_bytes_and_a_replay_from_any_commit_too() {
    let play = |restart_at: Option<usize>| -> (Vec<u8>, Vec<String>) {
        let mut story = second_order_story();
        for step in 0..12 {
            if restart_at == Some(step) {
                story.runs = repo::decode(&repo::encode(&story.runs).unwrap()).unwrap();
                story.set = second_order_story().set;
            }
            if step % 3 == 0 {
                story.order(60.0 + step as f64);
            }
            story.pass("1d");
        }
        (repo::encode(&story.runs).unwrap(), story.log)
    };
    let whole = play(None);
    assert!(whole.1.len() > 4);
    for at in 0..12 {
        assert_eq!(play(Some(at)), whole, "restart at {at}");
    }
}

#[test]
fn conditions_are_registered_once() {
    let set = compile(vec![
        def("a", 1, true, &second_order()),
        def("b", 1, true, &second_order()),
        def("c", 1, false, &short(json!("once"))),
    ]);
    let keys: Vec<&str> = set.conditions().iter().map(|(_, key, _)| key.as_str()).collect();
    assert_eq!(keys, [LOYAL, GONE], "sorted, without those of journeys that are not live");
}

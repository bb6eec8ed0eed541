//! Journeys in the partition loop: the pains other tools are known for, every way in, and what operators do to people
//! inside.

use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use rapport_domain::{EventKind, Partition, ProfileId, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_log::Log;
use rapport_store::control::{generation, journey_states};
use rapport_testkit::world::{Now, World};
use serde_json::{Value, json};

fn journey(world: &mut World, id: &str, spec: &Value) {
    world.publish(ResourceKind::Journey, id, spec);
    world.settle();
}

fn track(world: &mut World, user: &str, event: &str, properties: Value) {
    world.send(EventKind::Track, json!({"userId": user, "event": event, "properties": properties}));
    world.settle();
}

fn identify(world: &mut World, user: &str, traits: Value) {
    world.send(EventKind::Identify, json!({"userId": user, "traits": traits}));
    world.settle();
}

fn stats(world: &World, id: &str) -> rapport_journeys::repo::Stats {
    read::journeys::stats(&world.shared, world.ws, id).expect("numbers")
}

fn id_of(world: &World, user: &str) -> ProfileId {
    world.profile("user_id", user).unwrap_or_else(|| panic!("{user} is nobody")).id
}

/// When which template was decided for somebody, oldest first.
fn messages(world: &World, user: &str) -> Vec<(Timestamp, String)> {
    let rows = read::profiles::timeline(&world.shared, world.ws, id_of(world, user), None, None, 10_000).expect("rows");
    let queued = rows.iter().rev().filter(|r| &*r.event.name == "Message Queued");
    let template = |r: &rapport_domain::event::ProcessedEvent| r.event.properties.get("template").cloned();
    queued.map(|r| (r.event.ts, template(r).and_then(|t| t.as_str().map(str::to_owned)).unwrap_or_default())).collect()
}

fn templates(world: &World, user: &str) -> Vec<String> {
    messages(world, user).into_iter().map(|m| m.1).collect()
}

/// An order to every partition, as the API gives it.
fn order(world: &mut World, make: impl Fn() -> JourneyOrder) {
    for partition in 0..world.log.partitions() {
        world.letter(Partition(partition), LetterBody::Journey(make()));
    }
    world.settle();
}

fn pause(world: &mut World, id: &str) {
    let now = world.clock.now_ts();
    world.shared.stores().control().write(|tx| journey_states::set_pause(tx, world.ws, id, now)).expect("paused");
    world.shared.refresh().expect("refreshed");
    world.settle();
}

fn resume(world: &mut World, id: &str, overdue: &str) {
    let ended = world.shared.stores().control().write(|tx| {
        Ok::<_, rapport_store::StoreError>((journey_states::end_pause(tx, world.ws, id)?, generation::current(tx)?))
    });
    let (since, generation) = ended.expect("ended");
    world.shared.refresh().expect("refreshed");
    let paused_at = since.expect("it was paused");
    order(world, || JourneyOrder::Resume {
        journey: id.to_owned(),
        paused_at,
        overdue: overdue.to_owned(),
        generation,
    });
}

fn mail(id: &str) -> Value {
    json!({"id": id, "send": {"channel": "email", "template": id}, "next": "end"})
}

fn cart() -> Value {
    json!({
        "name": "Abandoned cart",
        "trigger": {"event": {"name": "Product Added", "key": "cart_id"}},
        "reentry": {"after": "30d"},
        "steps": [
            {"id": "wait", "wait": {"event": {"name": "Order Completed", "same": "cart_id"}, "for": "3h"},
             "next": "end", "otherwise": "nudge"},
            {"id": "nudge", "send": {"channel": "email", "template": "cart", "data": {"cart": "{{ journey.key }}"}}}
        ]
    })
}

#[test]
fn an_abandoned_cart_is_nudged_and_two_carts_do_not_mix() {
    let mut world = World::new(3);
    journey(&mut world, "cart", &cart());
    for cart in ["c1", "c2"] {
        track(&mut world, "u", "Product Added", json!({"cart_id": cart, "sku": "a"}));
    }
    track(&mut world, "u", "Product Added", json!({"cart_id": "c1", "sku": "b"}));
    world.crash();
    world.advance_ms(HOUR_MS);
    track(&mut world, "u", "Order Completed", json!({"cart_id": "c2"}));
    world.advance_ms(3 * HOUR_MS);
    assert_eq!(templates(&world, "u"), ["cart"], "only the cart that was left");
    let numbers = stats(&world, "cart");
    assert_eq!((numbers.entered, numbers.active, numbers.refused["active"]), (2, 0, 1));
    let waited = &numbers.passed[&1]["wait"];
    assert_eq!((waited["next"], waited["timed_out"]), (1, 1), "each way out is counted");
    assert_eq!(numbers.decided[&1]["nudge"], 1);
}

#[test]
fn re_entry_after_thirty_days() {
    let mut world = World::new(2);
    journey(&mut world, "cart", &cart());
    for (days, expected) in [(0, 1), (29, 1), (1, 2), (29, 2), (2, 3)] {
        world.advance_ms(days * DAY_MS);
        track(&mut world, "u", "Product Added", json!({"cart_id": "c1"}));
        world.advance_ms(4 * HOUR_MS);
        assert_eq!(templates(&world, "u").len(), expected, "after {days} more days");
    }
}

#[test]
fn entering_and_leaving_within_a_second() {
    let mut world = World::new(2);
    let mut spec = cart();
    spec["exit_when"] = json!(r#"events("Order Completed").within("1d").exists()"#);
    spec["steps"] = json!([{"id": "rest", "wait": "1s"}, mail("nudge")]);
    journey(&mut world, "cart", &spec);
    // All in one batch, as a fast client sends it.
    world.send(EventKind::Track, json!({"userId": "u", "event": "Product Added", "properties": {"cart_id": "c"}}));
    world.send(EventKind::Track, json!({"userId": "u", "event": "Order Completed", "properties": {"cart_id": "c"}}));
    world.settle();
    world.advance_ms(5 * SECOND_MS);
    assert_eq!(templates(&world, "u"), [""; 0]);
    let timeline = world.timeline(id_of(&world, "u"));
    let count = |name: &str| timeline.iter().filter(|n| *n == name).count();
    assert_eq!((count("Journey Entered"), count("Journey Exited")), (1, 1), "{timeline:?}");
    assert_eq!(stats(&world, "cart").exited["exit_condition"], 1);
}

#[test]
fn nine_o_clock_is_nine_o_clock_across_summer_time() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "Morning", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [{"id": "wait", "wait": {"until": "09:00"}}, mail("hello")]
    });
    journey(&mut world, "morning", &spec);
    for (user, zone) in [("berlin", "Europe/Berlin"), ("york", "America/New_York"), ("tokyo", "Asia/Tokyo")] {
        identify(&mut world, user, json!({"timezone": zone}));
    }
    // The evening before Berlin's clocks go forward; New York's did three weeks earlier.
    world.clock.set(Timestamp::parse("2026-03-28T20:00:00Z").unwrap());
    for user in ["berlin", "york", "tokyo"] {
        track(&mut world, user, "Ping", json!({}));
    }
    for _ in 0..2 * 24 * 4 {
        world.advance_ms(15 * MINUTE_MS);
    }
    for (user, at) in
        [("berlin", "2026-03-29T07:00:00Z"), ("york", "2026-03-29T13:00:00Z"), ("tokyo", "2026-03-29T00:00:00Z")]
    {
        let sent = messages(&world, user);
        assert_eq!(sent, [(Timestamp::parse(at).unwrap(), "hello".to_owned())], "{user}");
    }
}

#[test]
fn an_edit_while_ten_thousand_wait() {
    const PEOPLE: usize = 10_000;
    let mut world = World::new(4);
    let version = |template: &str, wait: &str| {
        json!({
            "name": "Wait", "trigger": {"event": {"name": "Ping"}},
            "steps": [{"id": "wait", "wait": wait}, {"id": "mail", "send": {"channel": "email", "template": template}}]
        })
    };
    journey(&mut world, "j", &version("old", "2d"));
    for n in 0..PEOPLE {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Ping"}));
    }
    world.settle();
    assert_eq!(stats(&world, "j").steps[&1]["wait"], PEOPLE as u64);
    // The edit: who is inside finishes on the version they began.
    journey(&mut world, "j", &version("new", "4d"));
    track(&mut world, "late", "Ping", json!({}));
    let numbers = stats(&world, "j");
    assert_eq!((numbers.steps[&1]["wait"], numbers.steps[&2]["wait"]), (PEOPLE as u64, 1));
    // A part of them is moved by hand to the new version, a crash in the middle of it.
    for partition in 0..world.log.partitions() {
        let order =
            JourneyOrder::Migrate { journey: "j".to_owned(), from: 1, to: 2, steps: Vec::new(), exit_others: false };
        if partition % 2 == 0 {
            world.letter(Partition(partition), LetterBody::Journey(order));
        }
    }
    world.step_some(9);
    world.crash();
    world.settle();
    let numbers = stats(&world, "j");
    let (left, moved) = (numbers.steps[&1]["wait"], numbers.steps[&2]["wait"]);
    assert_eq!(left + moved, PEOPLE as u64 + 1);
    assert!(left > 1_000 && moved > 1_000, "{left} stayed, {moved} moved");
    world.advance_ms(2 * DAY_MS + HOUR_MS);
    assert_eq!(stats(&world, "j").decided[&1]["mail"], left);
    assert!(!stats(&world, "j").decided.contains_key(&2), "the others wait the four days of their new version");
    world.advance_ms(2 * DAY_MS);
    let numbers = stats(&world, "j");
    assert_eq!((numbers.decided[&2]["mail"], numbers.active), (moved, 0));
    assert_eq!(numbers.entered, PEOPLE as u64 + 1);
}

#[test]
fn pause_and_resume() {
    for (overdue, at_resume, later) in [("run", 1, 1), ("shift", 0, 1), ("exit", 0, 0)] {
        let mut world = World::new(2);
        let spec = json!({
            "name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
            "steps": [{"id": "wait", "wait": "2h"}, mail("hello")]
        });
        journey(&mut world, "j", &spec);
        track(&mut world, "u", "Ping", json!({}));
        world.advance_ms(HOUR_MS);
        pause(&mut world, "j");
        track(&mut world, "other", "Ping", json!({}));
        world.advance_ms(DAY_MS);
        world.crash();
        world.settle();
        assert_eq!(templates(&world, "u"), [""; 0], "{overdue}: nobody goes on");
        assert_eq!(stats(&world, "j").refused["paused"], 1, "{overdue}: nobody enters");
        assert_eq!(stats(&world, "j").active, 1);
        resume(&mut world, "j", overdue);
        assert_eq!(templates(&world, "u").len(), at_resume, "{overdue}");
        world.crash();
        world.advance_ms(90 * MINUTE_MS);
        assert_eq!(templates(&world, "u").len(), later, "{overdue}");
        assert_eq!(stats(&world, "j").active, 0);
        track(&mut world, "other", "Ping", json!({}));
        assert_eq!(stats(&world, "j").active, 1, "{overdue}: people enter again");
    }
}

#[test]
fn two_profiles_that_become_one_get_one_message() {
    let mut world = World::new(4);
    let spec = json!({
        "name": "Welcome", "trigger": {"event": {"name": "Ping"}},
        "steps": [{"id": "wait", "wait": "1d"}, mail("welcome")]
    });
    journey(&mut world, "j", &spec);
    world.send(EventKind::Track, json!({"anonymousId": "a1", "event": "Ping"}));
    world.settle();
    world.advance_ms(HOUR_MS);
    track(&mut world, "u", "Ping", json!({}));
    assert_eq!(stats(&world, "j").active, 2);
    world.send(EventKind::Identify, json!({"anonymousId": "a1", "userId": "u"}));
    world.settle();
    world.crash();
    world.advance_ms(2 * DAY_MS);
    assert_eq!(templates(&world, "u"), ["welcome"]);
    let numbers = stats(&world, "j");
    assert_eq!((numbers.entered, numbers.active, numbers.exited["merged"], numbers.exited["completed"]), (2, 0, 1, 1));
}

#[test]
fn dates_in_traits_start_journeys_also_for_those_who_had_them_before() {
    let mut world = World::new(2);
    identify(&mut world, "early", json!({"renewal": "2026-03-20", "timezone": "America/New_York"}));
    identify(&mut world, "dateless", json!({"plan": "pro"}));
    let spec = json!({
        "name": "Renewal", "trigger": {"date": {"trait": "renewal", "before": "7d", "at": "10:00"}}, "reentry": "always",
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "renew"}}]
    });
    journey(&mut world, "renewal", &spec);
    identify(&mut world, "later", json!({"renewal": "2026-03-25"}));
    world.advance_ms(5 * DAY_MS);
    identify(&mut world, "later", json!({"renewal": "2026-03-15"}));
    world.crash();
    for _ in 0..24 * 20 {
        world.advance_ms(HOUR_MS);
    }
    let at = |text: &str| vec![(Timestamp::parse(text).unwrap(), "renew".to_owned())];
    assert_eq!(messages(&world, "early"), at("2026-03-13T14:00:00Z"));
    assert_eq!(messages(&world, "later"), at("2026-03-08T09:00:00Z"), "the date as it was when it came");
    assert_eq!(messages(&world, "dateless"), []);
}

#[test]
fn calendars_start_audiences_in_the_workspace_s_and_in_their_own_zone() {
    let mut world = World::new(3);
    for (user, zone, plan) in [
        ("berlin", "Europe/Berlin", "pro"),
        ("york", "America/New_York", "pro"),
        ("tokyo", "Asia/Tokyo", "pro"),
        ("free", "Europe/Berlin", "free"),
    ] {
        identify(&mut world, user, json!({"timezone": zone, "plan": plan}));
    }
    let spec = |schedule: Value| {
        json!({
            "name": "News", "trigger": {"schedule": schedule}, "reentry": "always",
            "steps": [{"id": "mail", "send": {"channel": "email", "template": "news"}}]
        })
    };
    let audience = json!({"rule": "traits.plan == \"pro\""});
    journey(&mut world, "weekly", &spec(json!({"cron": "0 9 * * 1", "audience": audience})));
    journey(&mut world, "local", &spec(json!({"at": "2026-03-03T09:00", "zone": "profile", "audience": audience})));
    for _ in 0..24 * 9 {
        world.advance_ms(HOUR_MS);
        if world.clock.now_ts().0 % 7 == 0 {
            world.crash();
        }
    }
    // START is Sunday the first of March: two Mondays, 09:00 in Berlin, for everybody at once; Tuesday by each own clock.
    let all = |local: &str| -> Vec<Timestamp> {
        ["2026-03-02T08:00:00Z", local, "2026-03-09T08:00:00Z"].iter().map(|t| Timestamp::parse(t).unwrap()).collect()
    };
    for (user, local) in
        [("berlin", "2026-03-03T08:00:00Z"), ("york", "2026-03-03T14:00:00Z"), ("tokyo", "2026-03-03T00:00:00Z")]
    {
        let sent: Vec<Timestamp> = messages(&world, user).into_iter().map(|m| m.0).collect();
        assert_eq!(sent, all(local), "{user}");
    }
    assert_eq!(messages(&world, "free"), []);
}

#[test]
fn a_calendar_that_is_changed_or_comes_back_makes_up_for_nothing() {
    let mut world = World::new(2);
    identify(&mut world, "u", json!({"plan": "pro"}));
    let spec = |cron: &str| {
        json!({
            "name": "News", "trigger": {"schedule": {"cron": cron, "audience": {"rule": "traits.plan == \"pro\""}}},
            "steps": [{"id": "mail", "send": {"channel": "email", "template": "news"}}]
        })
    };
    journey(&mut world, "daily", &spec("0 9 * * *"));
    let pass = |world: &mut World, hours: i64| (0..hours).for_each(|_| world.advance_ms(HOUR_MS));
    pass(&mut world, 30);
    assert_eq!(messages(&world, "u").len(), 1);
    // 19:00: the new time of this day is over.
    journey(&mut world, "daily", &spec("0 17 * * *"));
    pass(&mut world, 2);
    assert_eq!(messages(&world, "u").len(), 1, "nothing is made up for");
    pass(&mut world, 24);
    assert_eq!(messages(&world, "u").len(), 2);
    let change = rapport_store::control::resources::Change { by: "test", at: Timestamp(0) };
    let archive = |world: &World| {
        let control = world.shared.stores().control();
        let archived = control.write(|tx| {
            rapport_store::control::resources::archive(tx, world.ws, ResourceKind::Journey, "daily", change)
        });
        archived.expect("archived");
        world.shared.refresh().expect("refreshed");
    };
    archive(&world);
    pass(&mut world, 24 * 20);
    journey(&mut world, "daily", &spec("0 17 * * *"));
    pass(&mut world, 2);
    assert_eq!(messages(&world, "u").len(), 2, "twenty days without it are over");
}

#[test]
fn the_api_people_and_other_journeys_start_journeys() {
    let mut world = World::new(2);
    let spec =
        |trigger: Value, steps: Value| json!({"name": "J", "trigger": trigger, "reentry": "always", "steps": steps});
    let receipt = json!([
        {"id": "mail", "send": {"channel": "email", "template": "receipt", "transactional": true}},
        {"id": "on", "start": {"journey": "care", "data": {"order": "{{ data.order_id }}"}}}
    ]);
    journey(&mut world, "receipt", &spec(json!({"api": {"key": "order_id"}}), receipt));
    journey(&mut world, "care", &spec(json!({"journey": {}}), json!([{"id": "rest", "wait": "1d"}, mail("care")])));
    journey(&mut world, "push", &spec(json!({"manual": {}}), json!([mail("push")])));
    identify(&mut world, "u", json!({"plan": "pro"}));
    identify(&mut world, "v", json!({"plan": "pro"}));
    let profile = id_of(&world, "u");
    let trigger = JourneyOrder::Trigger { profile, journey: "receipt".into(), data: r#"{"order_id":"o1"}"#.into() };
    world.letter(profile.home(), LetterBody::Journey(trigger));
    world.settle();
    world.advance_ms(2 * DAY_MS);
    assert_eq!(templates(&world, "u"), ["receipt", "care"]);
    for user in ["u", "v"] {
        let id = id_of(&world, user);
        let enter = JourneyOrder::Enter { journey: "push".into(), profiles: vec![id, id], data: "{}".into() };
        world.letter(id.home(), LetterBody::Journey(enter));
    }
    world.step_some(3);
    world.crash();
    world.settle();
    assert_eq!(templates(&world, "v"), ["push", "push"], "an audience names somebody twice, who may come twice");
    // Two journeys that start each other come to an end.
    for (a, b) in [("ping", "pong"), ("pong", "ping")] {
        journey(&mut world, a, &spec(json!({"journey": {}}), json!([{"id": "s", "start": {"journey": b}}])));
    }
    journey(
        &mut world,
        "go",
        &spec(json!({"event": {"name": "Go"}}), json!([{"id": "s", "start": {"journey": "ping"}}])),
    );
    track(&mut world, "u", "Go", json!({}));
    assert_eq!(stats(&world, "go").entered, 1);
    assert_eq!(stats(&world, "ping").active, 0);
}

#[test]
fn steps_change_lists_record_events_and_ask_other_systems() {
    let mut world = World::new(2);
    world.publish(ResourceKind::Segment, "vip", &json!({"name": "VIP", "kind": "list"}));
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "goal": {"event": {"name": "Order Completed"}, "exit": false},
        "steps": [
            {"id": "add", "list": {"add": "vip"}},
            {"id": "told", "emit": {"event": "Nudged", "properties": {"plan": "{{ traits.plan }}"}}},
            {"id": "ask", "webhook": {"url": "https://scores.example/{{ profile.id }}", "save": {"score": "result.score"}},
             "next": "fork", "otherwise": "end"},
            {"id": "fork", "branch": [{"when": "traits.score > 0.5", "goto": "high"}], "otherwise": "end"},
            mail("high")
        ]
    });
    journey(&mut world, "j", &spec);
    identify(&mut world, "u", json!({"plan": "pro"}));
    track(&mut world, "u", "Ping", json!({}));
    track(&mut world, "u", "Order Completed", json!({}));
    assert_eq!(world.members("vip"), 1);
    let profile = id_of(&world, "u");
    let due = |world: &World| {
        let db = world.shared.stores().partition(profile.home()).unwrap();
        db.read(|q| rapport_journeys::repo::calls::due(q, world.clock.now_ts(), 10, |_| false)).unwrap()
    };
    world.crash();
    world.settle();
    let calls = due(&world);
    assert_eq!(calls.len(), 1, "the call waits in a table of its own");
    assert_eq!(calls[0].request.url, format!("https://scores.example/{profile}"));
    let origin = calls[0].origin.clone();
    let answer = JourneyOrder::Answer {
        call: calls[0].number,
        profile,
        origin,
        status: 200,
        body: r#"{"result":{"score":0.9}}"#.to_owned(),
    };
    world.letter(profile.home(), LetterBody::Journey(answer.clone()));
    world.letter(profile.home(), LetterBody::Journey(answer));
    world.settle();
    assert_eq!(templates(&world, "u"), ["high"], "the branch sees what the answer set, once");
    assert_eq!(world.profile("user_id", "u").unwrap().trait_value("score"), Some(&json!(0.9)));
    let timeline = world.timeline(profile);
    for name in ["Nudged", "Journey Goal Reached", "Segment Entered"] {
        assert!(timeline.contains(&name.to_owned()), "{name} in {timeline:?}");
    }
    assert_eq!(stats(&world, "j").goals["treatment"], 1);
}

#[test]
fn a_rate_limiter_lets_so_many_pass_over_all_partitions() {
    let mut world = World::new(4);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}},
        "steps": [{"id": "limit", "limit": {"count": 10, "per": "1m"}}, {"id": "mail", "send": {"channel": "email", "template": "m"}}]
    });
    journey(&mut world, "j", &spec);
    for n in 0..60 {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Ping"}));
    }
    world.settle();
    let mut decided = Vec::new();
    for minute in 0..20 {
        if minute == 3 {
            world.crash();
        }
        for _ in 0..60 {
            world.advance_ms(SECOND_MS);
        }
        decided.push(stats(&world, "j").decided.get(&1).map_or(0, |steps| steps["mail"]));
    }
    let per_minute: Vec<u64> = decided.windows(2).map(|w| w[1] - w[0]).collect();
    assert!(decided[0] <= 11 && per_minute.iter().all(|n| *n <= 11), "{decided:?}");
    assert_eq!(decided.last(), Some(&60), "everybody in the end: {decided:?}");
}

#[test]
fn held_out_people_are_counted_and_get_nothing() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "holdout": 50,
        "goal": {"event": {"name": "Order Completed"}},
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "m"}}, {"id": "rest", "wait": "1d"}]
    });
    journey(&mut world, "j", &spec);
    for n in 0..60 {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Ping"}));
    }
    world.settle();
    for n in 0..60 {
        world.send(EventKind::Track, json!({"userId": format!("u{n}"), "event": "Order Completed"}));
    }
    world.settle();
    let numbers = stats(&world, "j");
    assert!((15..45).contains(&numbers.held_out), "{numbers:?}");
    assert_eq!(numbers.withheld[&1]["mail"], numbers.held_out);
    assert_eq!(numbers.decided[&1]["mail"], 60 - numbers.held_out);
    assert_eq!((numbers.goals["control"], numbers.goals["treatment"]), (numbers.held_out, 60 - numbers.held_out));
    let skipped = (0..60).filter(|n| {
        let rows = read::profiles::timeline(&world.shared, world.ws, id_of(&world, &format!("u{n}")), None, None, 100);
        rows.unwrap().iter().any(|r| {
            &*r.event.name == "Message Skipped" && r.event.properties.get("reason") == Some(&json!("control_group"))
        })
    });
    assert_eq!(skipped.count() as u64, numbers.held_out, "each not-sent has its reason on the timeline");
}

//! Every way into a journey, and what its steps do beyond the profile, in the partition loop.

use rapport_delivery::repo::{LedgerFilter, is_withdrawn};
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, HOUR_MS, SECOND_MS};
use rapport_domain::{EventKind, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_testkit::world::{Now, World};
use serde_json::{Value, json};

use super::journeys::{id_of, identify, journey, mail, messages, stats, templates, track};

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
    let rows = world.rows(id_of(&world, "u"));
    let cut: Vec<_> =
        rows.iter().filter(|r| &*r.event.name == "Chain Cut").map(|r| r.event.properties.get("by")).collect();
    assert_eq!(cut, [Some(&json!(["ping"]))], "that it was cut is told, and by what");
}

#[test]
fn a_step_ends_the_runs_of_another_journey_and_takes_their_messages_back() {
    let mut world = World::new(2);
    let on = |event: &str, key: Value, steps: Value| {
        let trigger = json!({"event": {"name": event, "key": key}});
        json!({"name": "J", "trigger": trigger, "reentry": {"concurrent": 3}, "steps": steps})
    };
    let mut hello = mail("hello");
    hello["next"] = json!("rest");
    let nurture = json!([hello, {"id": "rest", "wait": "1d"}, mail("again")]);
    journey(&mut world, "nurture", &on("Signed Up", json!("plan"), nurture));
    let bought = json!([{"id": "calm", "stop": {"journey": "nurture"}}, mail("thanks")]);
    journey(&mut world, "bought", &on("Order Completed", json!("order_id"), bought));
    for user in ["u", "v"] {
        track(&mut world, user, "Signed Up", json!({"plan": "a"}));
        track(&mut world, user, "Signed Up", json!({"plan": "b"}));
    }
    assert_eq!(stats(&world, "nurture").active, 4);
    track(&mut world, "u", "Order Completed", json!({"order_id": 1}));
    let ended = stats(&world, "nurture");
    assert_eq!((ended.active, ended.exited["stopped"]), (2, 2), "runs of every key, of this customer alone");
    assert_eq!(stats(&world, "bought").exited["completed"], 1);
    let db = world.shared.stores().partition(id_of(&world, "u").home()).unwrap();
    let of_customer = LedgerFilter { profiles: vec![id_of(&world, "u")], ..LedgerFilter::default() };
    let pending = read::messages::list(&world.shared, world.ws, &of_customer, None, 10).unwrap().items;
    let (back, left): (Vec<_>, Vec<_>) =
        pending.iter().partition(|m| db.read(|q| is_withdrawn(q, world.ws, m.id)).unwrap());
    assert_eq!((back.len(), left.len(), left[0].template.as_str()), (2, 1, "thanks"));
    world.advance_ms(2 * DAY_MS);
    assert_eq!(templates(&world, "u"), ["hello", "hello", "thanks"], "nothing further was decided");
    assert_eq!(templates(&world, "v"), ["hello", "hello", "again", "again"]);
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
        db.read(|q| rapport_journeys::repo::calls::due(q, world.clock.now_ts(), |_| 10, |_| false)).unwrap()
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
        let rows = world.rows(id_of(&world, &format!("u{n}")));
        rows.iter().any(|r| {
            &*r.event.name == "Message Skipped" && r.event.properties.get("reason") == Some(&json!("control_group"))
        })
    });
    assert_eq!(skipped.count() as u64, numbers.held_out, "each not-sent has its reason on the timeline");
}

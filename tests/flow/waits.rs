//! Waits in the partition loop: for rules, for dates that move, and across a change of versions.

use rapport_domain::record::JourneyOrder;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{EventKind, Timestamp};
use rapport_testkit::world::{START, World};
use serde_json::{Value, json};

use super::journeys::{id_of, identify, journey, mail, messages, order, stats, templates, track};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Lets so many hours pass, one after the other.
fn pass(world: &mut World, hours: i64) {
    (0..hours).for_each(|_| world.advance_ms(HOUR_MS));
}

#[test]
fn a_rule_that_comes_true_ends_the_wait_and_time_ends_it_otherwise() {
    let mut world = World::new(3);
    world.segment("buyers", r#"events("Order Completed").count() >= 1"#);
    let spec = |event: &str, rule: &str| {
        json!({
            "name": "J", "trigger": {"event": {"name": event}},
            "steps": [
                {"id": "w", "wait": {"when": rule, "for": "2d"}, "next": "thanks", "otherwise": "nudge"},
                mail("thanks"), mail("nudge")
            ]
        })
    };
    journey(&mut world, "by-event", &spec("Ping", "in_segment(\"buyers\")"));
    journey(&mut world, "by-time", &spec("Look", "!events(\"Page Viewed\").within(\"6h\").exists()"));
    track(&mut world, "before", "Order Completed", json!({}));
    for user in ["before", "during", "after"] {
        track(&mut world, user, "Ping", json!({}));
    }
    world.send(EventKind::Page, json!({"userId": "calm"}));
    track(&mut world, "calm", "Look", json!({}));
    assert_eq!(messages(&world, "before"), [(START, "thanks".to_owned())], "it holds already");
    world.advance_ms(6 * HOUR_MS - 1);
    world.crash();
    world.settle();
    assert_eq!(templates(&world, "calm"), [""; 0]);
    world.advance_ms(1);
    assert_eq!(templates(&world, "calm"), ["thanks"], "time alone made it true");
    pass(&mut world, 14);
    track(&mut world, "during", "Order Completed", json!({}));
    assert_eq!(messages(&world, "during"), [(START.plus_ms(20 * HOUR_MS), "thanks".to_owned())]);
    world.crash();
    world.advance_ms(28 * HOUR_MS - 1);
    assert_eq!(templates(&world, "after"), [""; 0]);
    world.advance_ms(1);
    assert_eq!(messages(&world, "after"), [(START.plus_ms(2 * DAY_MS), "nudge".to_owned())]);
    // What comes later changes nothing.
    track(&mut world, "after", "Order Completed", json!({}));
    pass(&mut world, 3 * 24);
    assert_eq!(templates(&world, "after"), ["nudge"]);
    let numbers = stats(&world, "by-event");
    let exits = &numbers.passed[&1]["w"];
    assert_eq!((exits["next"], exits["timed_out"], numbers.active), (2, 1, 0));
}

#[test]
fn a_wait_follows_a_date_that_moves_while_somebody_waits() {
    let mut world = World::new(3);
    let spec = json!({
        "name": "Renewal", "trigger": {"event": {"name": "Ping"}},
        "steps": [
            {"id": "w", "wait": {"date": {"trait": "renewal", "before": "7d", "at": "10:00"}}, "next": "remind", "otherwise": "none"},
            mail("remind"), mail("none")
        ]
    });
    journey(&mut world, "j", &spec);
    let people = ["stays", "later", "sooner", "over", "gone", "other"];
    for user in people {
        identify(&mut world, user, json!({"renewal": "2026-03-20"}));
        track(&mut world, user, "Ping", json!({}));
    }
    pass(&mut world, 48);
    // Summer time begins between the day it was and the day it is now.
    identify(&mut world, "later", json!({"renewal": "2026-04-06"}));
    identify(&mut world, "sooner", json!({"renewal": "2026-03-12"}));
    identify(&mut world, "over", json!({"renewal": "2026-03-05"}));
    identify(&mut world, "gone", json!({"renewal": null}));
    identify(&mut world, "other", json!({"plan": "pro"}));
    world.crash();
    pass(&mut world, 24 * 40);
    let expected = [
        ("stays", "2026-03-13T09:00:00Z", "remind"),
        ("later", "2026-03-30T08:00:00Z", "remind"),
        ("sooner", "2026-03-05T09:00:00Z", "remind"),
        ("over", "2026-03-03T12:00:00Z", "none"),
        ("gone", "2026-03-03T12:00:00Z", "none"),
        ("other", "2026-03-13T09:00:00Z", "remind"),
    ];
    for (user, when, template) in expected {
        assert_eq!(messages(&world, user), [(at(when), template.to_owned())], "{user}");
    }
    assert_eq!(stats(&world, "j").active, 0);
}

#[test]
fn what_is_waited_for_by_the_clock_follows_a_customer_to_another_zone() {
    let mut world = World::new(3);
    let spec = |trigger: Value, wait: Value| json!({"name": "J", "trigger": trigger, "steps": [wait, mail("hello")]});
    let on = |event: &str| json!({"event": {"name": event}});
    let waits = [
        ("hour", json!({"id": "w", "wait": {"until": "09:00"}})),
        ("best", json!({"id": "w", "wait": {"best_hour": "24h"}})),
        ("digest", json!({"id": "w", "digest": {"event": "Page Viewed", "until": "09:00"}})),
        ("days", json!({"id": "w", "wait": {"for": "30h", "weekdays": ["wed", "thu"]}})),
        ("mere", json!({"id": "w", "wait": "30h"})),
    ];
    for (id, wait) in &waits {
        journey(&mut world, id, &spec(on(id), wait.clone()));
    }
    let calendar = json!({"schedule": {"at": "2026-03-03T09:00", "zone": "profile", "audience": {"rule": "traits.of == \"calendar\""}}});
    journey(&mut world, "calendar", &spec(calendar, json!({"id": "w", "wait": "1h"})));
    let (berlin, york, tokyo) = ("Europe/Berlin", "America/New_York", "Asia/Tokyo");
    let all: Vec<(&str, String)> = waits
        .iter()
        .map(|(id, _)| *id)
        .chain(["calendar"])
        .flat_map(|id| ["west", "east", "stays"].map(|user| (id, format!("{user}-{id}"))))
        .collect();
    for (id, user) in &all {
        identify(&mut world, user, json!({"timezone": berlin, "of": id}));
    }
    // Everybody reads at nine in the morning.
    pass(&mut world, 20);
    for (_, user) in &all {
        for n in 0..3 {
            world.report(id_of(&world, user), "Email Opened", &json!({"message_id": format!("m{n}")}));
        }
    }
    pass(&mut world, 4);
    for (id, user) in &all {
        track(&mut world, user, id, json!({}));
    }
    // It is 13:00 in Berlin on Monday; at 07:00 of Tuesday they travel.
    pass(&mut world, 18);
    for (_, user) in &all {
        let traits = match user.split_once('-').map(|parts| parts.0) {
            Some("west") => json!({"timezone": york}),
            Some("east") => json!({"timezone": tokyo}),
            _ => json!({"plan": "pro"}),
        };
        identify(&mut world, user, traits);
    }
    world.crash();
    pass(&mut world, 24 * 3);
    let (nine_west, nine_east, nine) = ("2026-03-03T14:00:00Z", "2026-03-04T00:00:00Z", "2026-03-03T08:00:00Z");
    let in_30_hours = "2026-03-03T18:00:00Z";
    for (id, west, east, stays) in [
        ("hour", nine_west, nine_east, nine),
        ("best", nine_west, nine_east, nine),
        ("digest", nine_west, nine_east, nine),
        // The beginning of Wednesday; in Tokyo it is Wednesday when thirty hours are over.
        ("days", "2026-03-04T05:00:00Z", in_30_hours, "2026-03-03T23:00:00Z"),
        ("mere", in_30_hours, in_30_hours, in_30_hours),
        // By the clocks of Tokyo it is over: at once. Then an hour of waiting.
        ("calendar", "2026-03-03T15:00:00Z", "2026-03-03T07:00:00Z", "2026-03-03T09:00:00Z"),
    ] {
        for (user, when) in [("west", west), ("east", east), ("stays", stays)] {
            let got = messages(&world, &format!("{user}-{id}"));
            assert_eq!(got, [(at(when), "hello".to_owned())], "{user} {id}");
        }
    }
}

/// Moves everybody of the first version to the second, a step by another name where that is said.
fn migrate(world: &mut World, id: &str, steps: &[(&str, &str)]) {
    let steps: Vec<(String, String)> = steps.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    order(world, || JourneyOrder::Migrate {
        journey: id.to_owned(),
        from: 1,
        to: 2,
        steps: steps.clone(),
        exit_others: false,
    });
    world.crash();
    world.settle();
}

#[test]
fn a_digest_keeps_what_it_collected_in_another_version() {
    let mut world = World::new(2);
    let version = |wait: &str| {
        json!({
            "name": "J", "trigger": {"event": {"name": "Ping"}},
            "steps": [
                {"id": "collect", "digest": {"event": "Page Viewed", "for": wait}},
                {"id": "told", "emit": {"event": "Digested", "properties": {"count": "{{ digest.count }}"}}}
            ]
        })
    };
    journey(&mut world, "j", &version("1d"));
    track(&mut world, "u", "Ping", json!({}));
    let page = |world: &mut World| {
        world.send(EventKind::Page, json!({"userId": "u"}));
        world.settle();
    };
    (0..2).for_each(|_| page(&mut world));
    pass(&mut world, 12);
    journey(&mut world, "j", &version("2d"));
    migrate(&mut world, "j", &[]);
    page(&mut world);
    pass(&mut world, 35);
    assert!(!world.timeline(id_of(&world, "u")).contains(&"Digested".to_owned()), "what was waited counts, no more");
    pass(&mut world, 1);
    let rows = world.rows(id_of(&world, "u"));
    let counts: Vec<_> = rows
        .iter()
        .filter(|r| &*r.event.name == "Digested")
        .map(|r| (r.event.ts, r.event.properties.get("count").cloned()))
        .collect();
    assert_eq!(counts, [(START.plus_ms(2 * DAY_MS), Some(json!(3)))]);
}

#[test]
fn hours_and_dates_that_are_waited_for_go_along_to_another_version() {
    let mut world = World::new(2);
    let version = |hour: &str, before: &str| -> Value {
        json!({
            "name": "J", "trigger": {"event": {"name": "Ping"}},
            "steps": [
                {"id": "fork", "branch": [{"when": "traits.by == \"date\"", "goto": "day"}], "otherwise": hour},
                {"id": hour, "wait": {"best_hour": "24h"}}, mail("hello"),
                {"id": "day", "wait": {"date": {"trait": "renewal", "before": before}}, "next": "renew", "otherwise": "late"},
                mail("renew"), mail("late")
            ]
        })
    };
    journey(&mut world, "j", &version("best", "7d"));
    identify(&mut world, "far", json!({"by": "date", "renewal": "2026-03-20"}));
    identify(&mut world, "hourly", json!({"by": "hour"}));
    // Nine o'clock in Berlin is when this customer reads.
    pass(&mut world, 20);
    let id = id_of(&world, "hourly");
    for n in 0..3 {
        world.report(id, "Email Opened", &json!({"message_id": format!("m{n}")}));
    }
    world.settle();
    pass(&mut world, 4);
    for user in ["far", "hourly"] {
        track(&mut world, user, "Ping", json!({}));
    }
    pass(&mut world, 5);
    journey(&mut world, "j", &version("quiet", "16d"));
    migrate(&mut world, "j", &[("best", "quiet")]);
    let numbers = stats(&world, "j");
    assert_eq!(numbers.steps.get(&2).and_then(|at| at.get("quiet")), Some(&1), "{numbers:?}");
    pass(&mut world, 24 * 20);
    // The hour as it was when the wait began; the day as the new version says.
    assert_eq!(messages(&world, "hourly"), [(at("2026-03-03T08:00:00Z"), "hello".to_owned())]);
    assert_eq!(messages(&world, "far"), [(at("2026-03-04T08:00:00Z"), "renew".to_owned())]);
    let numbers = stats(&world, "j");
    assert_eq!((numbers.entered, numbers.active), (2, 0));
}

#[test]
fn a_date_that_is_over_in_another_version_ends_the_wait_otherwise() {
    let mut world = World::new(2);
    let version = |before: &str| {
        json!({
            "name": "J", "trigger": {"event": {"name": "Ping"}},
            "steps": [
                {"id": "day", "wait": {"date": {"trait": "renewal", "before": before}}, "next": "renew", "otherwise": "late"},
                mail("renew"), mail("late")
            ]
        })
    };
    journey(&mut world, "j", &version("1d"));
    identify(&mut world, "u", json!({"renewal": "2026-03-10"}));
    track(&mut world, "u", "Ping", json!({}));
    journey(&mut world, "j", &version("30d"));
    migrate(&mut world, "j", &[]);
    assert_eq!(templates(&world, "u"), ["late"], "at once: no day of the new version is to come");
    pass(&mut world, 24 * 12);
    assert_eq!(templates(&world, "u"), ["late"]);
    let numbers = stats(&world, "j");
    assert_eq!((numbers.active, numbers.passed[&2]["day"]["no_date"]), (0, 1));
}

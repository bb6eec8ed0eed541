//! A simulation equals what happened: the same events, played afterwards through the same journeys.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::message::{MessageOutcome, SentVia};
use rapport_domain::time::HOUR_MS;
use rapport_domain::{EventKind, Json, OutboundMessage, OutboxId, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_engine::simulate::{self, Request, Simulation};
use rapport_journeys::AnyCatalogue;
use rapport_lake::CancelFlag;
use rapport_testkit::world::{Now, START, World};
use serde_json::{Map, Value, json};

use super::played::{happened, journeys, live_world, play_live, rich};

pub(super) fn request(id: &str, spec: &Value, since: Timestamp, until: Timestamp) -> Request {
    let mut spec = rapport_journeys::validate(spec, &AnyCatalogue).expect("a valid journey");
    // Otherwise than what is live, in nothing that is played: so that both are, and can be compared.
    spec.name.push_str(" (draft)");
    Request { journey: id.to_owned(), spec, since, until, flood_limit: 3, compare: true, people: 100 }
}

pub(crate) fn play(world: &World, id: &str, spec: &Value, since: Timestamp) -> Simulation {
    let request = request(id, spec, since, world.clock.now_ts());
    simulate::run(&world.shared, world.ws, &request, &CancelFlag::default()).expect("a simulation")
}

/// What somebody went through in a journey: when they entered, by which exits they passed which steps, what was decided to be
/// sent, how it ended.
type Way = Vec<(String, i64)>;

/// That of everybody who entered, as the timelines and the runs that go on tell it.
fn lived(world: &World, journey: &str) -> BTreeMap<String, Way> {
    let mut all = BTreeMap::new();
    for profile in world.profiles() {
        let mut way = Way::new();
        let rows = world.rows(profile);
        let passed = |path: &Value, way: &mut Way| {
            for step in path.as_array().into_iter().flatten() {
                let at = step["at"].as_str().and_then(Timestamp::parse).expect("an instant");
                way.push((format!("passed {} by {}", step["step"], step["exit"]), at.0));
            }
        };
        for event in rows.iter().map(|row| &row.event) {
            let of = Value::Object(event.properties.map().clone());
            if of["journey"] != journey {
                continue;
            }
            let told = match &*event.name {
                "Journey Entered" => format!("entered {} {}", of["key"], of["group"]),
                "Message Queued" => format!("message {} {}", of["step"], of["template"]),
                "Message Skipped" => format!("withheld {} {}", of["step"], of["template"]),
                "Added to List" => format!("list {} {}", of["step"], of["list"]),
                "Journey Goal Reached" => format!("goal {}", of["step"]),
                "Journey Exited" => {
                    passed(&of["path"], &mut way);
                    format!("exited {} {}", of["step"], of["reason"])
                }
                _ => continue,
            };
            way.push((told, event.ts.0));
        }
        let runs = read::journeys::of_profile(&world.shared, world.ws, profile).expect("runs");
        for run in runs["active"].as_array().into_iter().flatten().filter(|run| run["journey"] == journey) {
            passed(&run["path"], &mut way);
        }
        if !way.is_empty() {
            way.sort();
            all.insert(profile.to_string(), way);
        }
    }
    all
}

/// The same, as a simulation tells it.
fn simulated(simulation: &Simulation) -> BTreeMap<String, Way> {
    let told = |s: &simulate::DryStep| {
        let (step, of) = (json!(s.step), &s.detail);
        let text = match s.what {
            "entered" => format!("entered {} {}", of["key"], of["group"]),
            "message" | "withheld" => format!("{} {step} {}", s.what, of["template"]),
            "list" => format!("list {step} {}", of["list"]),
            "goal" => format!("goal {step}"),
            "exited" => format!("exited {step} {of}"),
            "passed" => format!("passed {step} by {of}"),
            _ => return None,
        };
        Some((text, s.at.0))
    };
    let people = simulation.people.iter().map(|person| {
        let mut way: Way = person.story.iter().filter_map(told).collect();
        way.sort();
        (person.profile.clone(), way)
    });
    people.collect()
}

/// Everybody does the same in both, at the same instants; where the journey has a step that takes its time live, at most that
/// much later.
fn same_people(simulation: &Simulation, lived: &BTreeMap<String, Way>, late_ms: i64, context: &str) {
    let simulated = simulated(simulation);
    assert_eq!(simulated.keys().collect::<Vec<_>>(), lived.keys().collect::<Vec<_>>(), "{context}: who enters");
    for (profile, way) in lived {
        let other = &simulated[profile];
        let only = |a: &Way, b: &Way| -> Way {
            let mut rest: Vec<&str> = b.iter().map(|(text, _)| text.as_str()).collect();
            let mut left = a.clone();
            left.retain(|(text, _)| rest.iter().position(|t| t == text).map(|at| rest.swap_remove(at)).is_none());
            left
        };
        let differs = (only(way, other), only(other, way));
        assert_eq!(differs, (Way::new(), Way::new()), "{context}: what {profile} goes through live, and simulated");
        for ((text, live), (_, played)) in way.iter().zip(other) {
            assert!((0..=late_ms).contains(&(live - played)), "{context}: {profile} {text} at {live} and {played}");
        }
    }
}

#[test]
fn a_simulation_equals_what_happened() {
    let seed = std::env::var("RAPPORT_SEED").ok().and_then(|v| v.parse().ok());
    let seeds = seed.map_or_else(|| (0..4).map(|n| START.0 as u64 ^ (n * 7_919)).collect::<Vec<_>>(), |s| vec![s]);
    let is_one = seed.is_some();
    let mut ways = BTreeSet::new();
    for seed in seeds {
        println!("seed {seed}");
        let world = live_world(seed);
        for (id, spec, late_ms) in journeys() {
            let numbers = read::journeys::stats(&world.shared, world.ws, id).expect("numbers");
            let simulation = play(&world, id, &spec, START);
            let story = happened(&world, id);
            let context = || format!("seed {seed}, {id}\nlive {numbers:#?}\nplayed {simulation:#?}\n{story:#?}");
            let played = &simulation.journey;
            assert_eq!((played.entered, played.held_out), (numbers.entered, numbers.held_out), "{}", context());
            assert_eq!(played.exited, numbers.exited, "{}", context());
            assert_eq!(played.refused, numbers.refused, "{}", context());
            assert_eq!(played.goals, numbers.goals, "{}", context());
            let passed = numbers.passed.get(&1).cloned().unwrap_or_default();
            for (step, exits) in &passed {
                assert_eq!(&played.steps[step].passed, exits, "{step}: {}", context());
            }
            let at_end: BTreeMap<_, _> =
                played.steps.iter().filter(|s| s.1.at_end > 0).map(|(s, t)| (s.clone(), t.at_end)).collect();
            assert_eq!(at_end, numbers.steps.get(&1).cloned().unwrap_or_default(), "{}", context());
            let decided: u64 = numbers.decided.get(&1).map_or(0, |steps| steps.values().sum());
            assert_eq!(played.channels.get("email").map_or(0, |c| c.decided), decided, "{}", context());
            same_people(&simulation, &lived(&world, id), late_ms, &format!("seed {seed}, {id}"));
            ways.extend(lived(&world, id).into_values().flatten().map(|(text, _)| format!("{id}: {text}")));
            assert_eq!(simulation.live.as_ref(), Some(played), "the live version over the same events is the same");
        }
        // From files, read a block at a time, as from memory.
        let in_memory = play(&world, "rich", &rich(), START);
        world.shared.lake().flush().expect("flushed");
        let from_files = play(&world, "rich", &rich(), START);
        assert_eq!((in_memory.events, &in_memory.journey), (from_files.events, &from_files.journey), "seed {seed}");
    }
    // It was about something: every kind of step was passed, and runs ended in every way.
    for way in [
        r#"rich: passed "wait" by "next""#,
        r#"rich: passed "wait" by "timed_out""#,
        r#"rich: passed "hour" by "next""#,
        r#"rich: passed "collect" by "next""#,
        r#"rich: passed "ask" by "next""#,
        r#"rich: passed "fork" by "otherwise""#,
        r#"rich: passed "care" by "next""#,
        r#"rich: exited "wait" "exit_condition""#,
        r#"second: passed "experiment" by "a""#,
        r#"care: message "mail" "care""#,
        r#"paced: passed "limit" by "next""#,
        r#"contest: passed "fork" by "b""#,
        r#"contest: passed "best" by "a""#,
    ] {
        assert!(is_one || ways.contains(way), "nobody {way} in {ways:#?}");
    }
}

#[test]
fn the_best_hour_is_that_of_every_channel_s_clicks_live_and_simulated() {
    let mut world = World::new(3);
    let spec = json!({
        "name": "Best", "trigger": {"event": {"name": "Ping"}},
        "steps": [{"id": "hour", "wait": {"best_hour": "24h"}}, {"id": "mail", "send": {"channel": "email", "template": "hello"}}]
    });
    world.publish(ResourceKind::Journey, "best", &spec);
    let clicks = ["SMS Link Clicked", "Push Notification Tapped", "In-App Message Clicked", "Link Clicked"];
    let users: Vec<String> = (0..clicks.len()).map(|n| format!("u{n}")).collect();
    for user in &users {
        world.send(EventKind::Identify, json!({"userId": user, "traits": {"email": format!("{user}@example.com")}}));
    }
    world.settle();
    world.clock.set(START.plus_ms(5 * HOUR_MS));
    for (user, event) in users.iter().zip(clicks) {
        let id = world.profile("user_id", user).unwrap().id;
        for n in 0..3 {
            world.report(id, event, &json!({"message_id": format!("m{n}")}));
        }
        world.settle();
        world.advance_ms(HOUR_MS);
    }
    world.clock.set(START.plus_ms(20 * HOUR_MS));
    for user in &users {
        world.send(EventKind::Track, json!({"userId": user, "event": "Ping"}));
    }
    world.settle();
    for _ in 0..24 {
        world.advance_ms(HOUR_MS);
    }
    for (n, user) in users.iter().enumerate() {
        let at = START.plus_ms((24 + 5 + n as i64) * HOUR_MS);
        assert_eq!(super::journeys::messages(&world, user), [(at, "hello".to_owned())], "{}", clicks[n]);
    }
    same_people(&play(&world, "best", &spec, START), &lived(&world, "best"), 0, "best hours");
}

#[test]
fn crashes_lose_double_and_reorder_no_step() {
    let seed = std::env::var("RAPPORT_SEED").ok().and_then(|v| v.parse().ok());
    let seeds = seed.map_or_else(|| (0..2).map(|n| START.0 as u64 ^ (n * 104_729)).collect::<Vec<_>>(), |s| vec![s]);
    for seed in seeds {
        println!("seed {seed}");
        let (calm, crashed) = (play_live(seed, false), play_live(seed, true));
        for (id, ..) in journeys() {
            let numbers = |world: &World| read::journeys::stats(&world.shared, world.ws, id).expect("numbers");
            assert_eq!(numbers(&calm), numbers(&crashed), "seed {seed}, {id}");
            assert_eq!(happened(&calm, id), happened(&crashed, id), "seed {seed}, {id}");
        }
    }
}

#[test]
fn simulated_messages_pass_the_gate_that_real_ones_pass() {
    let mut world = World::new(2);
    let settings = json!({
        "time_zone": "Europe/Berlin", "quiet_hours": {"start": "21:00", "end": "08:00"},
        "frequency_caps": [{"max": 2, "per": "7d"}]
    });
    world.publish(ResourceKind::Settings, "workspace", &settings);
    let template = json!({"name": "T", "subject": "T", "html": "T", "quiet_hours": "drop"});
    world.publish(ResourceKind::Template, "impatient", &template);
    for user in ["ann", "mute", "gone", "blocked", "late", "left", "hasty"] {
        let email = (user != "mute").then(|| format!("{user}@example.com"));
        world.send(EventKind::Identify, json!({"userId": user, "traits": {"email": email}}));
    }
    let no = json!({"userId": "gone", "event": "Unsubscribed", "properties": {"channel": "email"}});
    world.send(EventKind::Track, no);
    world.settle();
    let suppressed = world.shared.stores().control().write(|tx| {
        rapport_store::control::suppressions::add(
            tx,
            world.ws,
            "email",
            "blocked@example.com",
            "complaint",
            START,
            "test",
        )
    });
    suppressed.expect("suppressed");
    let ping = |world: &mut World, user: &str, event: &str| {
        world.send(EventKind::Track, json!({"userId": user, "event": event}));
        world.settle();
    };
    // 13:00 in Berlin.
    ["ann", "mute", "gone", "blocked"].into_iter().for_each(|user| ping(&mut world, user, "Ping"));
    world.advance_ms(9 * HOUR_MS);
    // 22:00: these wait for the morning, but one leaves the journey first, and one template does not wait.
    ["ann", "left"].into_iter().for_each(|user| ping(&mut world, user, "Ping"));
    ping(&mut world, "hasty", "Hurry");
    world.advance_ms(HOUR_MS);
    ping(&mut world, "left", "Order Completed");
    world.advance_ms(14 * HOUR_MS);
    // 13:00 of the next day: the cap is full. At 22:00 one more begins to wait.
    ping(&mut world, "ann", "Ping");
    world.advance_ms(9 * HOUR_MS);
    ping(&mut world, "late", "Ping");
    world.advance_ms(HOUR_MS);
    let spec = |event: &str, template: &str| {
        json!({
            "name": "P", "trigger": {"event": {"name": event}}, "reentry": "always",
            "exit_when": "events(\"Order Completed\").exists()",
            "steps": [{"id": "mail", "send": {"channel": "email", "template": template}}, {"id": "rest", "wait": "10d"}]
        })
    };
    let mut keyed = spec("Ping", "ping");
    keyed["reentry"] = json!({"after": "1h", "concurrent": 5});
    keyed["steps"][1] = json!({"id": "rest", "wait": "2h"});
    let simulation = play(&world, "ping", &keyed, START);
    let email = &simulation.journey.channels["email"];
    let skipped: Vec<(&str, u64)> = email.skipped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect();
    let expected = [("exited", 1), ("frequency_cap", 1), ("no_address", 1), ("suppressed", 1), ("unsubscribed", 1)];
    assert_eq!(skipped, expected, "{email:#?}");
    assert_eq!((email.decided, email.sent, email.waited, email.waiting), (8, 2, 3, 1), "{email:#?}");
    assert_eq!((email.by_hour[13], email.by_hour[8], email.by_hour.iter().sum::<u64>()), (1, 1, 2));
    assert!(
        simulation.warnings.iter().any(|w| w.contains("\"ping\" of step \"mail\" is not live")),
        "{:?}",
        simulation.warnings
    );
    let simulation = play(&world, "hurry", &spec("Hurry", "impatient"), START);
    assert_eq!(simulation.journey.channels["email"].skipped, [("quiet_hours_expired".to_owned(), 1)].into());
    assert_eq!(simulation.warnings, [""; 0]);
    // What left before the period counts for caps as well: two messages, and there is no place for a third.
    let later = START.plus_ms(12 * HOUR_MS);
    assert_eq!(play(&world, "ping", &keyed, later).journey.channels["email"].sent, 1);
    let ann = world.profile("user_id", "ann").unwrap().id;
    let db = world.shared.stores().partition(ann.home()).unwrap();
    for number in 901..903 {
        let id = OutboxId { partition: ann.home(), number };
        let message = OutboundMessage {
            id,
            workspace: world.ws,
            profile: ann,
            channel: "email".to_owned(),
            template: "real".to_owned(),
            origin: None,
            topic: None,
            transactional: false,
            created_at: START,
            expires_at: later,
            data: Json::default(),
        };
        let via = Box::new(SentVia { channel: "mail".to_owned(), is_counted: true, ..SentVia::default() });
        let sent = MessageOutcome::Sent { subject: "Hi".to_owned(), response: "250".to_owned(), via };
        let recorded = db.write(|tx| {
            rapport_delivery::repo::record_queued(tx, &message, None)?;
            rapport_delivery::repo::record_outcome(tx, world.ws, id, &sent, START.plus_ms(HOUR_MS))
        });
        recorded.expect("recorded");
    }
    let email = play(&world, "ping", &keyed, later).journey.channels["email"].clone();
    assert_eq!((email.sent, email.skipped.get("frequency_cap")), (0, Some(&1)), "{email:#?}");
}

#[test]
fn a_draft_is_compared_with_what_is_live_and_floods_are_named() {
    let world = live_world(START.0 as u64 ^ 7);
    let mut draft = rich();
    draft["holdout"] = json!(0);
    draft["steps"][0] = json!({"id": "wait", "send": {"channel": "email", "template": "at-once"}, "next": "mail"});
    draft["steps"] =
        json!([draft["steps"][0], draft["steps"][4], {"id": "last", "send": {"channel": "email", "template": "last"}}]);
    let simulation = play(&world, "rich", &draft, START);
    let live = simulation.live.as_ref().expect("the live version");
    let of = |t: &simulate::JourneyTally| t.channels.get("email").map_or(0, |c| c.decided);
    assert!(of(&simulation.journey) > of(live), "{simulation:#?}");
    assert_eq!(of(&simulation.journey), 3 * simulation.journey.entered);
    assert!(simulation.flood.people > 0 && simulation.flood.worst > 3, "{:?}", simulation.flood);
    assert!(simulation.warnings.iter().any(|w| w.contains("messages within a week")), "{:?}", simulation.warnings);
    assert!(simulation.overlap.contains_key("weekly"), "{:?}", simulation.overlap);
    let hours: u64 = simulation.journey.channels["email"].by_hour.iter().sum();
    assert_eq!(hours, of(&simulation.journey));
    // Half of the time: what went before is history.
    let half = START.plus_ms(world.clock.now_ts().since_ms(START) / 2);
    let later = play(&world, "rich", &draft, half);
    assert!(later.journey.entered < simulation.journey.entered && later.journey.entered > 0);
    let days = later.journey.entered_by_day.keys().min().unwrap();
    assert!(days.as_str() >= &half.to_rfc3339()[..10]);
    let cancelled = CancelFlag::default();
    cancelled.cancel();
    let request = request("rich", &draft, START, world.clock.now_ts());
    assert!(simulate::run(&world.shared, world.ws, &request, &cancelled).is_err(), "it can be stopped");
    let far = |compare: bool| {
        let (request, progress) = (Request { compare, ..request.clone() }, simulate::Progress::default());
        assert_eq!(progress.events(), (0, 0), "it has not begun");
        simulate::run_told(&world.shared, world.ws, &request, &CancelFlag::default(), &progress).expect("played");
        progress.events()
    };
    let (read, all) = far(false);
    assert_eq!(read, all, "it read what it meant to");
    assert!(all > 0 && far(true).1 == 2 * all, "both versions are read");
}

#[test]
fn what_goes_round_without_end_is_cut_and_named() {
    let mut world = World::new(1);
    let answer = |from: &str, to: &str| {
        json!({
            "name": from, "trigger": {"event": {"name": from}}, "reentry": "always",
            "steps": [{"id": "answer", "emit": {"event": to}}]
        })
    };
    world.publish(ResourceKind::Journey, "pong", &answer("Pong", "Ping"));
    world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
    world.send(EventKind::Track, json!({"userId": "other", "event": "Nothing"}));
    world.settle();
    let cut = |simulation: &Simulation| simulation.warnings.iter().any(|w| w.starts_with("1 people go round"));
    let around = play(&world, "ping", &answer("Ping", "Pong"), START);
    assert!(cut(&around) && around.journey.entered > 1, "{around:#?}");
    let ends = play(&world, "ping", &answer("Ping", "Peng"), START);
    assert!(!cut(&ends) && ends.journey.entered == 1, "{ends:#?}");
}

#[test]
fn a_dry_run_takes_the_chosen_ways() {
    let mut world = World::new(2);
    world.segment("buyers", r#"events("Order Completed").count() >= 2"#);
    world.send(EventKind::Identify, json!({"userId": "u", "traits": {"plan": "free"}}));
    world.settle();
    let profile = world.profile("user_id", "u").unwrap().id;
    let mut spec = rich();
    spec["holdout"] = json!(0);
    let request = request("rich", &spec, Timestamp::MIN, Timestamp::MAX);
    let Value::Object(trigger) = json!({"cart_id": "c9", "price": 20}) else { panic!() };
    let run = |answers: &[(&str, &str)], trigger: &Map<String, Value>| {
        let answers = answers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        simulate::dry_run(&world.shared, world.ws, &request, profile, trigger, answers).expect("read").expect("known")
    };
    let what = |run: &simulate::DryRun| {
        let text = |s: &simulate::DryStep| format!("{} {}", s.step.as_deref().unwrap_or("-"), s.what);
        run.steps.iter().map(text).collect::<Vec<_>>()
    };
    let bought = run(&[("wait", "next")], &trigger);
    assert_eq!(
        what(&bought),
        [
            "- entered",
            "wait goal",
            "wait passed",
            "mark update",
            "mark passed",
            "list list",
            "list passed",
            "calm stop",
            "calm passed",
            "told event",
            "told passed",
            "ask webhook",
            "ask passed",
            "fork passed",
            "care start",
            "care passed",
            "care exited"
        ]
    );
    let update = bought.steps.iter().find(|s| s.what == "update").unwrap();
    assert_eq!(update.detail["set"]["last_cart"], "c9");
    let left = run(&[], &trigger);
    assert!(what(&left).contains(&"mail message".to_owned()), "{left:#?}");
    assert_eq!(left.waits_at, None);
    let hours = left.steps.last().unwrap().at.since_ms(left.steps[0].at) / HOUR_MS;
    assert!(hours >= 96, "the three days, then the day of the digest: {hours}");
    let Value::Object(cheap) = json!({"cart_id": "c9", "price": 2}) else { panic!() };
    assert_eq!(what(&run(&[], &cheap)), [""; 0], "another event of the name is not the trigger");
    assert_eq!(read::journeys::stats(&world.shared, world.ws, "rich").unwrap().entered, 0, "nothing happened");
}

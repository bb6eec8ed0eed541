//! A simulation equals what happened: the same events, played afterwards through the same journeys.

use std::collections::BTreeMap;

use rapport_domain::message::{MessageOutcome, SentVia};
use rapport_domain::time::{HOUR_MS, MINUTE_MS};
use rapport_domain::{EventKind, Json, OutboundMessage, OutboxId, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_engine::simulate::{self, Request, Simulation};
use rapport_journeys::AnyCatalogue;
use rapport_lake::CancelFlag;
use rapport_testkit::world::{Now, START, World};
use serde_json::{Map, Value, json};

/// A small generator, the same on every machine (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

fn request(id: &str, spec: &Value, since: Timestamp, until: Timestamp) -> Request {
    let spec = rapport_journeys::validate(spec, &AnyCatalogue).expect("a valid journey");
    Request { journey: id.to_owned(), spec, since, until, flood_limit: 3, compare: true }
}

pub(crate) fn play(world: &World, id: &str, spec: &Value, since: Timestamp) -> Simulation {
    let request = request(id, spec, since, world.clock.now_ts());
    simulate::run(&world.shared, world.ws, &request, &CancelFlag::default()).expect("a simulation")
}

/// Steps of every kind that needs nobody outside.
fn rich() -> Value {
    json!({
        "name": "Rich",
        "trigger": {"event": {"name": "Product Added", "where": "e.price > 10", "key": "cart_id"}},
        "reentry": {"after": "5d", "concurrent": 3},
        "entry": {"when": "!(traits.plan == \"blocked\")"},
        "exit_when": "events(\"Refunded\").within(\"3d\").exists()",
        "goal": {"event": {"name": "Order Completed"}, "exit": false},
        "holdout": 20,
        "steps": [
            {"id": "wait", "wait": {"event": {"name": "Order Completed", "same": "cart_id"}, "for": "6h"}, "next": "mark", "otherwise": "split"},
            {"id": "split", "split": [{"name": "a", "percent": 50, "goto": "mail"}, {"name": "b", "percent": 50, "goto": "morning"}]},
            {"id": "morning", "wait": {"until": "09:00", "weekdays": ["mon", "wed", "fri"]}},
            {"id": "check", "branch": [{"when": "in_segment(\"buyers\")", "goto": "end"}], "otherwise": "mail"},
            {"id": "mail", "send": {"channel": "email", "template": "cart"}},
            {"id": "collect", "digest": {"event": "Page Viewed", "for": "1d"}, "next": "end"},
            {"id": "mark", "update": {"set": {"last_cart": "{{ journey.key }}", "plan": "pro"}}},
            {"id": "list", "list": {"add": "carts"}},
            {"id": "calm", "stop": {"journey": "second"}},
            {"id": "told", "emit": {"event": "Cart Bought", "properties": {"cart": "{{ journey.key }}"}}, "next": "end"}
        ]
    })
}

fn second() -> Value {
    json!({
        "name": "Second", "trigger": {"segment": {"id": "carters", "on": "entered"}}, "reentry": "always",
        "steps": [
            {"id": "rest", "wait": "1h"},
            {"id": "experiment", "experiment": {"id": "x", "arms": [{"name": "a", "percent": 30, "goto": "mail"}, {"name": "b", "percent": 70, "goto": "end"}]}},
            {"id": "mail", "send": {"channel": "email", "template": "second"}}
        ]
    })
}

fn birthday() -> Value {
    json!({
        "name": "Birthday", "trigger": {"date": {"trait": "birthday", "repeat": "yearly"}}, "reentry": "always",
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "birthday"}}]
    })
}

fn weekly() -> Value {
    json!({
        "name": "Weekly", "trigger": {"schedule": {"cron": "30 7 * * 1,4", "zone": "profile", "audience": {"rule": "traits.plan == \"pro\""}}},
        "reentry": "always",
        "steps": [{"id": "mail", "send": {"channel": "email", "template": "news"}}]
    })
}

/// What happened: numbers, and each profile's entries, exits and messages with their instants.
pub(crate) type Story = BTreeMap<(String, String), Vec<(i64, String)>>;

pub(crate) fn happened(world: &World, journey: &str) -> Story {
    let mut story = Story::new();
    for profile in world.profiles() {
        let rows = read::profiles::timeline(&world.shared, world.ws, profile, None, None, 100_000).expect("timeline");
        for row in rows.iter().rev() {
            let of = row.event.properties.get("journey").and_then(Value::as_str);
            let name = &*row.event.name;
            let what = match name {
                "Journey Entered" | "Message Queued" => name.to_owned(),
                "Journey Exited" => format!("Exited {}", row.event.properties.get("reason").unwrap()),
                "Message Skipped" => "Skipped".to_owned(),
                _ => continue,
            };
            if of == Some(journey) {
                story.entry((journey.to_owned(), profile.to_string())).or_default().push((row.event.ts.0, what));
            }
        }
    }
    story
}

fn live_world(seed: u64) -> World {
    play_live(seed, false)
}

/// The same events at the same instants; with `crashing` the owners end anywhere in between.
fn play_live(seed: u64, crashing: bool) -> World {
    play_events(World::new(1 + Random(seed).below(4) as u16), seed, crashing, 160)
}

/// Plays that many random events of ten customers through the journeys.
pub(crate) fn play_events(mut world: World, seed: u64, crashing: bool, events: usize) -> World {
    let mut random = Random(seed.rotate_left(7));
    let mut crashes = Random(!seed);
    world.segment("buyers", r#"events("Order Completed").within("10d").count() >= 2"#);
    world.segment("carters", r#"events("Product Added").within("2d").count() >= 2"#);
    for (id, spec) in [("rich", rich()), ("second", second()), ("birthday", birthday()), ("weekly", weekly())] {
        world.publish(ResourceKind::Journey, id, &spec);
    }
    world.settle();
    for n in 0..10 {
        let zone = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"][n % 3];
        let plan = if n % 2 == 0 { "pro" } else { "free" };
        let birthday = format!("1980-03-{:02}", 3 + n * 2);
        let traits =
            json!({"timezone": zone, "plan": plan, "birthday": birthday, "email": format!("u{n}@example.com")});
        world.send(EventKind::Identify, json!({"userId": format!("u{n}"), "traits": traits}));
        world.settle();
        world.advance_ms(MINUTE_MS);
    }
    for _ in 0..events {
        let user = format!("u{}", random.below(10));
        let cart = format!("c{}", random.below(3));
        let (event, properties) = match random.below(8) {
            0..=3 => ("Product Added", json!({"cart_id": cart, "price": random.below(40)})),
            4 | 5 => ("Order Completed", json!({"cart_id": cart, "total": random.below(90)})),
            6 => ("Refunded", json!({})),
            _ => ("Page Viewed", json!({"path": "/"})),
        };
        world.send(EventKind::Track, json!({"userId": user, "event": event, "properties": properties}));
        if crashing {
            world.step_some(crashes.below(5) as usize);
            if crashes.below(3) == 0 {
                world.crash();
            }
        }
        world.settle();
        // The clock stops at every instant at which something is due, as an owner that is never late.
        let until = world.clock.now_ts().plus_ms((1 + random.below(6)) as i64 * HOUR_MS + random.below(997) as i64);
        while let Some(due) = next_due(&world).filter(|due| *due < until) {
            world.clock.set(due);
            if crashing && crashes.below(4) == 0 {
                world.step_some(crashes.below(4) as usize);
                world.crash();
            }
            world.settle();
        }
        world.clock.set(until);
        world.settle();
    }
    world
}

fn next_due(world: &World) -> Option<Timestamp> {
    let now = world.clock.now_ts();
    let timers = world
        .shared
        .stores()
        .partitions()
        .filter_map(|(_, db)| db.read(rapport_store::partition::timers::next_due).expect("timers"));
    // Calendars come round at half hours here, whatever the zone.
    let half = 30 * MINUTE_MS;
    let calendar = Timestamp((now.0 / half + 1) * half);
    timers.filter(|due| *due > now).chain([calendar]).min()
}

#[test]
fn a_simulation_equals_what_happened() {
    let seed = std::env::var("RAPPORT_SEED").ok().and_then(|v| v.parse().ok());
    let seeds = seed.map_or_else(|| (0..4).map(|n| START.0 as u64 ^ (n * 7_919)).collect::<Vec<_>>(), |s| vec![s]);
    for seed in seeds {
        println!("seed {seed}");
        let world = live_world(seed);
        for (id, spec) in [("rich", rich()), ("second", second()), ("birthday", birthday()), ("weekly", weekly())] {
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
            assert_eq!(simulation.live.as_ref(), Some(played), "the live version over the same events is the same");
        }
        // From files, read a block at a time, as from memory.
        let in_memory = play(&world, "rich", &rich(), START);
        world.shared.lake().flush().expect("flushed");
        let from_files = play(&world, "rich", &rich(), START);
        assert_eq!((in_memory.events, &in_memory.journey), (from_files.events, &from_files.journey), "seed {seed}");
    }
}

#[test]
fn crashes_lose_double_and_reorder_no_step() {
    let seed = std::env::var("RAPPORT_SEED").ok().and_then(|v| v.parse().ok());
    let seeds = seed.map_or_else(|| (0..2).map(|n| START.0 as u64 ^ (n * 104_729)).collect::<Vec<_>>(), |s| vec![s]);
    for seed in seeds {
        println!("seed {seed}");
        let (calm, crashed) = (play_live(seed, false), play_live(seed, true));
        for id in ["rich", "second", "birthday", "weekly"] {
            let numbers = |world: &World| read::journeys::stats(&world.shared, world.ws, id).expect("numbers");
            assert_eq!(numbers(&calm), numbers(&crashed), "seed {seed}, {id}");
            assert_eq!(happened(&calm, id), happened(&crashed, id), "seed {seed}, {id}");
        }
    }
}

#[test]
fn every_decision_of_a_profile_is_found_again() {
    let world = live_world(START.0 as u64 ^ 42);
    let mut seen = 0;
    for profile in world.profiles() {
        let explained = simulate::explain(&world.shared, world.ws, "rich", profile).expect("read").expect("known");
        let count = |what: &str| explained.decisions.iter().filter(|d| d.what == what).count();
        let facts = |name: &str| explained.facts.iter().filter(|f| f.event == name).count();
        assert_eq!(count("entered"), facts("Journey Entered"), "{explained:#?}");
        assert_eq!(count("exited"), facts("Journey Exited"));
        assert_eq!(count("message"), facts("Message Queued"));
        for decision in explained.decisions.iter().filter(|d| d.what == "refused") {
            assert!(decision.detail.is_string(), "a refusal has its reason: {decision:?}");
        }
        seen += count("entered") + count("refused");
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn an_entry_rule_is_explained_with_the_values_it_saw() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "entry": {"when": "traits.plan == \"pro\""},
        "steps": [{"id": "rest", "wait": "1d"}]
    });
    world.publish(ResourceKind::Journey, "j", &spec);
    world.settle();
    world.send(EventKind::Identify, json!({"userId": "u", "traits": {"plan": "free"}}));
    world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
    world.settle();
    let profile = world.profile("user_id", "u").unwrap().id;
    let explained = simulate::explain(&world.shared, world.ws, "j", profile).expect("read").expect("known");
    let [refused] = &explained.decisions[..] else { panic!("{explained:#?}") };
    assert_eq!((refused.what, refused.detail.as_str()), ("refused", Some("entry_condition")));
    assert_eq!(refused.rule.as_deref(), Some("traits.plan == \"pro\""));
    assert_eq!(refused.values.get("plan"), Some(&json!("free")));
}

#[test]
fn a_rule_that_counts_is_explained_with_the_events_it_counted() {
    let mut world = World::new(2);
    let spec = json!({
        "name": "J", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "entry": {"when": "events(\"Order Completed\").filter(e, e.total > 10).count() >= 2 && traits.plan == \"pro\""},
        "steps": [{"id": "rest", "wait": "1h"}]
    });
    world.publish(ResourceKind::Journey, "j", &spec);
    world.send(EventKind::Identify, json!({"userId": "u", "traits": {"plan": "pro"}}));
    for total in [5, 20, 30] {
        let order = json!({"userId": "u", "event": "Order Completed", "properties": {"total": total}});
        world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
        world.send(EventKind::Track, order);
        world.settle();
        world.advance_ms(HOUR_MS);
    }
    world.send(EventKind::Track, json!({"userId": "u", "event": "Ping"}));
    world.settle();
    let profile = world.profile("user_id", "u").unwrap().id;
    let explained = simulate::explain(&world.shared, world.ws, "j", profile).expect("read").expect("known");
    let refused: Vec<_> = explained.decisions.iter().filter(|d| d.what == "refused").collect();
    // Newest first: with one large order, with none, with none.
    let counted: Vec<&Value> = refused.iter().map(|d| &d.proof.as_ref().unwrap()["parts"][0]).collect();
    assert_eq!(counted.iter().map(|c| c["matching_events"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(counted[0]["events"][0]["event"], "Order Completed");
    assert_eq!(counted[0]["events"][0]["timestamp"], START.plus_ms(HOUR_MS).to_rfc3339());
    assert_eq!(
        (&counted[0]["holds"], counted[0]["values"].as_object().unwrap().values().next()),
        (&json!(false), Some(&json!(1)))
    );
    assert_eq!(refused[0].proof.as_ref().unwrap()["parts"][1]["values"], json!({"traits.plan": "pro"}));
    assert!(explained.decisions.iter().any(|d| d.what == "entered"));
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
            "told exited"
        ]
    );
    let update = bought.steps.iter().find(|s| s.what == "update").unwrap();
    assert_eq!(update.detail["set"]["last_cart"], "c9");
    let left = run(&[], &trigger);
    assert!(what(&left).contains(&"mail message".to_owned()), "{left:#?}");
    assert_eq!(left.waits_at, None);
    let hours = left.steps.last().unwrap().at.since_ms(left.steps[0].at) / HOUR_MS;
    assert!(hours >= 30, "the six hours, then the day of the digest: {hours}");
    let Value::Object(cheap) = json!({"cart_id": "c9", "price": 2}) else { panic!() };
    assert_eq!(what(&run(&[], &cheap)), [""; 0], "another event of the name is not the trigger");
    assert_eq!(read::journeys::stats(&world.shared, world.ws, "rich").unwrap().entered, 0, "nothing happened");
}

//! The demo shop's promises: the same for a seed, in order, valid, and shaped like a shop.

use std::collections::{BTreeMap, HashMap, HashSet};

use rapport_domain::Timestamp;
use rapport_domain::hash::hash64;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use serde_json::Value;

use super::{CUSTOMERS, DAYS, SEED, Shop, ShopEvent};

/// A tenth of the usual shop: everything grows with the number of customers.
const TENTH: u32 = CUSTOMERS / 10;

/// 2026-11-21T20:00:00Z.
const NOW: Timestamp = Timestamp(1_795_291_200_000);

fn small() -> Vec<ShopEvent> {
    Shop::new(SEED, 1_000, DAYS, NOW).history().collect()
}

fn name(event: &ShopEvent) -> &str {
    event.body["event"].as_str().unwrap_or_else(|| event.body["type"].as_str().unwrap())
}

/// The text of a value with members in order of name, whatever order this build of the JSON library keeps.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            for (key, value) in sorted {
                out.push_str(key);
                canonical(value, out);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| canonical(item, out)),
        other => out.push_str(&other.to_string()),
    }
}

fn fingerprint<'a>(events: impl IntoIterator<Item = &'a ShopEvent>) -> u64 {
    events.into_iter().fold(0, |hash, event| {
        let mut text = String::new();
        canonical(&event.body, &mut text);
        hash64(hash, text.as_bytes())
    })
}

#[test]
fn a_seed_gives_the_same_shop_for_ever() {
    let first: Vec<ShopEvent> = Shop::new(SEED, 1_000, DAYS, NOW).history().take(5_000).collect();
    let found = fingerprint(&first);
    assert_eq!(found, 0x2a99_af21_d3b9_8e20, "{found:#x}: change this number only when the shop is meant to change");
    assert_eq!(found, fingerprint(small().iter().take(5_000)));
    let other: Vec<ShopEvent> = Shop::new(SEED + 1, 1_000, DAYS, NOW).history().take(5_000).collect();
    assert_ne!(found, fingerprint(&other));
}

#[test]
fn the_usual_shop_has_about_a_million_events() {
    let (mut count, mut bytes, mut users, mut visitors) = (0u64, 0, HashSet::new(), HashSet::new());
    for event in Shop::new(SEED, TENTH, DAYS, NOW).history() {
        count += 1;
        bytes += if count % 100 == 0 { event.body.to_string().len() } else { 0 };
        users.extend(event.body["userId"].as_str().map(str::to_owned));
        visitors.extend(event.body["anonymousId"].as_str().map(|id| hash64(0, id.as_bytes())));
    }
    println!(
        "{count} events, {} users, {} browsers, {} bytes each",
        users.len(),
        visitors.len(),
        bytes as u64 / (count / 100)
    );
    assert!((90_000..112_000).contains(&count), "{count}");
    assert!((1_500..=2_000).contains(&users.len()), "{}", users.len());
    assert!(visitors.len() > 2_200, "{}", visitors.len());
    let estimate = Shop::history_estimate(TENTH, DAYS);
    assert!(count * 10 > estimate * 8 && count * 10 < estimate * 12, "{count}, {estimate} estimated");
}

#[test]
fn events_come_in_order_each_once_and_valid() {
    let events = small();
    let mut ids = HashSet::new();
    let mut last = Timestamp::MIN;
    for event in &events {
        assert!(event.at >= last, "{} after {last}", event.at);
        assert!(event.at <= NOW);
        last = event.at;
        let body = event.body.as_object().unwrap();
        assert!(ids.insert(body["messageId"].as_str().unwrap()), "{}", body["messageId"]);
        assert_eq!(Timestamp::parse(body["timestamp"].as_str().unwrap()), Some(event.at));
        assert!(body.contains_key("userId") || body.contains_key("anonymousId"), "{body:?}");
        assert!(event.body.to_string().len() < 32 * 1024);
        let kind = body["type"].as_str().unwrap();
        assert!(["track", "page", "identify", "group"].contains(&kind), "{kind}");
        assert_eq!(kind == "track", body.get("event").is_some_and(Value::is_string));
        assert_eq!(kind == "group", body.contains_key("groupId"));
        if let Some(email) = event.body.pointer("/traits/email").and_then(Value::as_str) {
            assert!(
                ["@example.com", "@example.org", "@example.net"].iter().any(|host| email.ends_with(host)),
                "{email}"
            );
            assert!(
                email.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".@".contains(&b)),
                "{email}"
            );
        }
        if let Some(zone) = event.body.pointer("/traits/timezone").and_then(Value::as_str) {
            assert!(rapport_domain::time::zone(zone).is_some(), "{zone}");
        }
    }
    assert!(events[0].at < NOW.plus_ms(-(i64::from(DAYS) - 3) * DAY_MS));
    assert!(last > NOW.plus_ms(-HOUR_MS));
}

#[test]
fn it_is_shaped_like_a_shop() {
    let events = small();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for event in &events {
        *counts.entry(name(event)).or_default() += 1;
    }
    println!("{counts:?}");
    let of = |name: &str| counts.get(name).copied().unwrap_or(0);
    let funnel =
        ["Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "Order Refunded"];
    for pair in funnel.windows(2) {
        assert!(of(pair[0]) > of(pair[1]), "{pair:?}: {counts:?}");
    }
    assert!(of("Order Refunded") > 0 && of("Order Refunded") * 10 < of("Order Completed"));
    for rare in [
        "Newsletter Subscribed",
        "Signed Up",
        "Signed In",
        "Products Searched",
        "Product Removed",
        "Product Reviewed",
        "Support Ticket Opened",
        "Subscription Started",
        "Unsubscribed",
        "group",
    ] {
        assert!(of(rare) > 0, "{rare}: {counts:?}");
    }
    // Orders add up: the total is what the products cost, less the discount, plus shipping.
    for order in events.iter().filter(|e| name(e) == "Order Completed") {
        let p = &order.body["properties"];
        let number = |field: &str| (p[field].as_f64().unwrap() * 100.0).round() as i64;
        let goods: i64 = p["products"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| (l["price"].as_f64().unwrap() * 100.0).round() as i64 * l["quantity"].as_i64().unwrap())
            .sum();
        assert_eq!(number("total"), goods - number("discount") + number("shipping"), "{p}");
        assert!(order.body["userId"].is_string());
    }
}

#[test]
fn customers_become_known_and_some_come_back() {
    let events = small();
    let mut anonymous_first = 0;
    let mut signed_up: HashMap<String, Timestamp> = HashMap::new();
    let mut seen: HashMap<String, Timestamp> = HashMap::new();
    let mut orders: HashMap<String, Vec<Timestamp>> = HashMap::new();
    for event in &events {
        if let (Some(device), None) = (event.body["anonymousId"].as_str(), event.body["userId"].as_str()) {
            seen.entry(device.to_owned()).or_insert(event.at);
        }
        if name(event) == "Signed Up" {
            let device = event.body["anonymousId"].as_str().unwrap();
            anonymous_first += usize::from(seen.get(device).is_some_and(|at| *at < event.at));
            signed_up.insert(event.body["userId"].as_str().unwrap().to_owned(), event.at);
        }
        if name(event) == "Order Completed" {
            orders.entry(event.body["userId"].as_str().unwrap().to_owned()).or_default().push(event.at);
        }
    }
    assert!(signed_up.len() > 400, "{}", signed_up.len());
    assert_eq!(anonymous_first, signed_up.len(), "everybody browsed before signing up");
    let repeat = orders.values().filter(|at| at.len() >= 2).count();
    assert!(repeat * 4 > orders.len() && repeat < orders.len(), "{repeat} of {}", orders.len());
    let gap = |at: &[Timestamp], days: i64| at.windows(2).any(|w| w[1].since_ms(w[0]) > days * DAY_MS);
    assert!(orders.values().filter(|at| gap(at, 90)).count() > 10, "somebody was won back");
    let quiet = orders.values().filter(|at| at.last().is_some_and(|l| NOW.since_ms(*l) > 90 * DAY_MS)).count();
    assert!(quiet > 30, "some are lapsing: {quiet}");
}

#[test]
fn nights_are_quiet_and_november_is_busy() {
    let (mut night, mut evening, mut by_month) = (0, 0, HashMap::new());
    for event in small() {
        let Some(zone) = event.body.pointer("/context/timezone").and_then(Value::as_str) else { continue };
        let tz = rapport_domain::time::zone(zone).unwrap();
        let local = Timestamp(event.at.0 + rapport_domain::time::offset_ms(tz, event.at));
        match local.0.rem_euclid(DAY_MS) / HOUR_MS {
            1..=4 => night += 1,
            18..=21 => evening += 1,
            _ => {}
        }
        let (year, month, _) = super::calendar::civil(local.utc_day());
        *by_month.entry((year, month)).or_insert(0) += 1;
    }
    assert!(evening > night * 10, "{evening} in the evening, {night} at night");
    assert!(by_month[&(2025, 12)] > by_month[&(2026, 2)], "{by_month:?}");
}

#[test]
fn live_traffic_goes_on_from_the_history() {
    let mut shop = Shop::new(SEED, CUSTOMERS, 30, NOW);
    let history: Vec<ShopEvent> = shop.history().collect();
    let mut ids: HashSet<String> = history.iter().map(|e| e.body["messageId"].as_str().unwrap().to_owned()).collect();
    assert!(shop.history().next().is_none(), "the history is over");
    let (mut last, mut now) = (NOW, NOW);
    // Plays so many seconds in steps of some, and counts.
    let mut play = |shop: &mut Shop, seconds: i64, step: i64| {
        let mut count = 0;
        for _ in 0..seconds / step {
            now = now.plus_ms(step * 1_000);
            for event in shop.live(now) {
                assert!(event.at >= last && event.at <= now && event.at > NOW, "{} at {now}", event.at);
                last = event.at;
                assert!(ids.insert(event.body["messageId"].as_str().unwrap().to_owned()));
                count += 1;
            }
        }
        count
    };
    let minutes = play(&mut shop, 600, 1);
    assert!((50..600).contains(&minutes), "{minutes} in the first ten minutes: something is to be seen");
    // Today is a day like those before it, however long the shop is watched.
    let a_day = history.iter().filter(|e| NOW.since_ms(e.at) < 14 * DAY_MS).count() / 14;
    let first = minutes + play(&mut shop, 3_000, 10);
    assert!(first * 2 < a_day, "{first} in the first hour, {a_day} on a day of the history");
    let then = play(&mut shop, 86_400, 30);
    assert!(then * 2 > a_day && then < a_day * 2, "{then} on the day after, {a_day} on a day of the history");
    let warm = history.iter().filter(|e| NOW.since_ms(e.at) < HOUR_MS).count();
    assert!(warm * 3 < a_day, "{warm} in the hour before, {a_day} on a day of the history");
    assert!(shop.live(now).is_empty());
    let after_pause = shop.live(now.plus_ms(80 * HOUR_MS)).len();
    assert!(after_pause < 100, "a pause is not made up for: {after_pause}");
}

//! From an event to the mail in the other server's hands: a journey that mails at once, a paced stream of events, and the
//! built-in mail catcher as the other server. And from an event, or the end of a window, to the membership of a segment.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use rapport_delivery::catcher::{Catcher, CatcherLimits};
use rapport_domain::{Clock, SystemClock, Timestamp};
use serde_json::{Value, json};

use crate::load::percentile_ms;
use crate::server::Server;
use crate::{Row, Scale};

/// Events a second.
const RATE: u64 = 2_000;
/// Events in one request: what an SDK gathers in ten milliseconds.
const PER_REQUEST: u64 = RATE / 100;
/// The longest wait for the last mail.
const LAST_MAIL: Duration = Duration::from_secs(60);

/// What `server` needs to send mail to a catcher.
pub(crate) fn prepare(server: &Server, catcher: &Catcher) {
    let from = json!({"name": "Shop", "email": "shop@example.com"});
    let port = catcher.address().port();
    let channel = json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "from": from});
    server.publish("channel", "mail", &channel);
    let company = json!({"name": "Shop", "postal_address": "1 Example Street"});
    server.publish("settings", "workspace", &json!({"consent": {"email": "opt_out"}, "company": company}));
    server.publish("topic", "offers", &json!({"name": "Offers", "default": "opt_out"}));
}

fn documents() -> [(&'static str, &'static str, Value); 2] {
    let html = "<p>Hello {{ profile.first_name | default: 'friend' }},</p><p>thank you for order {{ event.order }}: \
                <a href=\"https://shop.example/orders/{{ event.order }}\">see it</a>.</p>\
                <p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>";
    [
        (
            "template",
            "thanks",
            json!({"name": "Thanks", "channel": "email", "topic": "offers", "subject": "Thank you", "html": html}),
        ),
        (
            "journey",
            "thanks",
            json!({"name": "Thanks", "trigger": {"event": {"name": "Order Completed"}}, "reentry": "once",
                   "steps": [{"id": "thank", "send": {"channel": "email", "template": "thanks", "topic": "offers"}}]}),
        ),
    ]
}

/// One event in `share` is an order of a person who has not ordered yet, and is mailed.
fn one(scale: Scale, share: u64) -> Vec<Row> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let limits = CatcherLimits { messages: 1_000_000, bytes: 2 << 30 };
    let catcher =
        runtime.block_on(Catcher::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), limits)).expect("a catcher");
    let server = Server::start(&[]);
    prepare(&server, &catcher);
    for (kind, id, spec) in documents() {
        server.publish(kind, id, &spec);
    }
    let requests = (1_000.0 * scale.0.clamp(0.1, 4.0)) as u64;
    let events = requests * PER_REQUEST;
    server.identify(events / share);
    std::thread::sleep(Duration::from_secs(1));
    let mut sent_at = HashMap::new();
    let begin = Instant::now();
    for request in 0..requests {
        let due = begin + Duration::from_millis(10 * request);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let now = SystemClock.now();
        let mut items = Vec::new();
        for n in request * PER_REQUEST..(request + 1) * PER_REQUEST {
            let (user, event) = (n / share, if n % share == 0 { "Order Completed" } else { "Product Viewed" });
            if n % share == 0 {
                sent_at.insert(format!("u{user}@example.com"), now);
            }
            items.push(json!({"type": "track", "event": event, "userId": format!("u{user}"),
                              "messageId": format!("e{n}"), "properties": {"order": n}}));
        }
        server.post(&items);
    }
    let rate = events as f64 / begin.elapsed().as_secs_f64();
    let expected = sent_at.len() as u64;
    let waiting = Instant::now();
    while catcher.received() < expected && waiting.elapsed() < LAST_MAIL {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    let mails = catcher.mails();
    let mut took: Vec<Duration> = (mails.iter())
        .filter_map(|m| Some(Duration::from_millis(m.at.since_ms(*sent_at.get(m.to.first()?)?).max(0) as u64)))
        .collect();
    took.sort_unstable();
    let what = format!("event to SMTP, {rate:.0} events/s, 1 in {share} mails, p50");
    let row = |what: &str, share: f64, target: f64| {
        Row::new(what, "ms", percentile_ms(&took, share)).at_most("target", target)
    };
    let mut rows = vec![row(&what, 0.5, 50.0), row("  p99", 0.99, 250.0)];
    rows.push(Row::new("  mails, each once", "mails", mails.len() as f64).against(
        "orders",
        expected as f64,
        Some(1.0),
    ));
    rows
}

/// Customers of the membership rows; each enters and leaves once.
const MEMBERS: u64 = 200;
/// The window of their segment.
const WINDOW: Duration = Duration::from_secs(5);

/// From an event to the entering of a segment, and from the end of a window to leaving it, on a running server: by the time of
/// the batch that decided it.
fn membership() -> Vec<Row> {
    let server = Server::start(&[]);
    let rule = format!("events(\"Order Completed\").within(\"{}s\").exists()", WINDOW.as_secs());
    server.publish("segment", "fresh", &json!({"name": "Fresh", "rule": rule}));
    server.identify(MEMBERS);
    std::thread::sleep(Duration::from_secs(1));
    let mut sent_at = HashMap::new();
    for n in 0..MEMBERS {
        let user = format!("u{n}");
        sent_at.insert(user.clone(), SystemClock.now());
        server.post(&[
            json!({"type": "track", "event": "Order Completed", "userId": user, "messageId": format!("m{n}")}),
        ]);
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(WINDOW + Duration::from_secs(5));
    let feed = server.call("GET", "/api/v1/segments/fresh/feed?limit=500", &Value::Null);
    let (mut entered, mut left) = (Vec::new(), Vec::new());
    for item in feed["items"].as_array().into_iter().flatten() {
        let sent = item["profile"]["label"].as_str().and_then(|user| sent_at.get(user));
        let at = item["at"].as_str().and_then(Timestamp::parse);
        let (Some(sent), Some(at)) = (sent, at) else { continue };
        let took = Duration::from_millis(at.since_ms(*sent).max(0) as u64);
        if item["entered"] == true { entered.push(took) } else { left.push(took.saturating_sub(WINDOW)) }
    }
    entered.sort_unstable();
    left.sort_unstable();
    let count = (entered.len() + left.len()) as f64;
    let row = |what: &str, took: &[Duration], target: f64| {
        Row::new(what, "ms", percentile_ms(took, 0.99)).at_most("target", target)
    };
    vec![
        row("event to segment entered, p99", &entered, 1_000.0),
        row("end of window to segment left, p99", &left, 2_000.0),
        Row::new("  crossings, each once", "events", count).against("expected", 2.0 * MEMBERS as f64, Some(1.0)),
    ]
}

/// The rows of the table.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let mut rows = one(scale, 10);
    rows.extend(one(scale, 1));
    rows.extend(membership());
    rows
}

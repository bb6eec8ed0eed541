//! Renders a second of a marketing mail (ten products, some thirty variables) in Liquid, on one thread, beside liquidjs in the
//! same run: both in seconds of processor time, which does not depend on what else the machine does.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rapport_liquid::{Env, ParseOptions, Template, Value};
use serde_json::json;

use crate::{Row, Scale};

const MAIL: &str = include_str!("liquid/mail.liquid");

fn data() -> serde_json::Value {
    let products: Vec<_> = (1..=10)
        .map(|i| {
            serde_json::json!({
                "title": format!("Trail shoe <Ridge & Rock> {i}"), "url": format!("https://shop.example/p/{i}"),
                "image": format!("https://img.example/{i}.jpg"), "currency": "EUR",
                "description": "<p>Light, <b>dry</b> and made for wet paths, with a sole that holds on rock and roots all day long.</p>",
                "price": 79.25 + f64::from(i), "compare_at": if i % 2 == 0 { 120.5 } else { 60.5 },
                "tags": if i % 3 == 0 { vec!["shoes", "new"] } else { vec!["shoes"] },
            })
        })
        .collect();
    serde_json::json!({
        "profile": {"first_name": "ada", "language": "en", "tier": "gold", "member_since": "2021-03-14T10:00:00Z",
            "points": 1240, "total_spent": 812.456, "currency": "EUR", "orders": 7, "city": "Wien", "country": "Austria"},
        "campaign": {"id": "spring sale 26", "subject": "Spring & sale", "code": "SPRING26", "ends": "2026-04-30T00:00:00Z",
            "intro": "  Winter is over. Here is what people who walk as much as you do liked best this week.  "},
        "brand": {"name": "Ridge & Co", "url": "https://shop.example", "logo": "https://img.example/logo.png",
            "background": "#fafafa", "font": "Helvetica, sans-serif"},
        "company": {"name": "Ridge & Co GmbH", "street": "Hauptstraße 1", "zip": "1010", "city": "Wien",
            "phone": "+43 1 234", "mail": "hello@shop.example"},
        "unsubscribe_url": "https://t.example/u/abc", "preferences_url": "https://t.example/p/abc",
        "products": products,
    })
}

/// Seconds of processor time this thread took; where the system does not tell, the time since `begun`.
fn processor_seconds(begun: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|t| t.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| begun.elapsed().as_secs_f64(), |n| n / 1e9)
}

/// Renders for so long; answers how often that went in a second of processor time, and the text.
fn run(measured: Duration) -> (f64, String) {
    let data = data();
    let template = Template::parse(MAIL, &ParseOptions::strict()).expect("the mail is Liquid");
    let env = Env::new(chrono::DateTime::UNIX_EPOCH);
    let render = || {
        let rendered = template.render(&Value::from(&data), &env).expect("the mail renders");
        rendered.outcome.text().unwrap_or_default().to_owned()
    };
    let text = render();
    let (begun, mut renders) = (Instant::now(), 0u32);
    let before = processor_seconds(begun);
    while begun.elapsed() < measured {
        for _ in 0..64 {
            assert_eq!(render().len(), text.len());
            renders += 1;
        }
    }
    (f64::from(renders) / (processor_seconds(begun) - before), text)
}

/// The peer's renders a second of processor time, and whether it made the same text; `None` when it is not installed.
fn peer(text: &str, measured: Duration) -> Option<(f64, bool)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/mail");
    if !dir.join("node_modules/liquidjs").is_dir() {
        eprintln!("the peer is not installed: npm ci in bench/peers/mail");
        return None;
    }
    let task = json!({"template": MAIL, "data": data(), "text": text, "ms": measured.as_millis() as u64});
    let node =
        Command::new("node").arg("liquid.mjs").current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut node = node.ok()?;
    node.stdin.take()?.write_all(task.to_string().as_bytes()).ok()?;
    let found: serde_json::Value = serde_json::from_slice(&node.wait_with_output().ok()?.stdout).ok()?;
    Some((found["rate"].as_f64()?, found["same"].as_bool()?))
}

/// Measures.
///
/// # Panics
/// When the peer makes another text: then the two are not compared.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let measured = Duration::from_secs_f64((3.0 * scale.0).max(0.2));
    let (rate, text) = run(measured);
    let row = Row::new("Liquid: a mail of ten products, one thread", "renders/s", rate);
    match peer(&text, measured) {
        Some((theirs, same)) => {
            assert!(same, "liquidjs makes another text of the mail");
            vec![row.against("liquidjs", theirs, Some(10.0))]
        }
        None => vec![row],
    }
}

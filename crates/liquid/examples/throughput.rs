//! Renders a marketing mail (ten products, some thirty variables) for three seconds and prints how often that went in a
//! second of processor time, which does not depend on what else the machine does.
//!
//! `throughput` alone prints the figure; `throughput DIR` also writes the template, the data and the result there, and
//! runs liquidjs on them when `DIR/node_modules/liquidjs` is there (`npm install --prefix DIR liquidjs`), so that both
//! are measured in one run on one machine.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rapport_liquid::{Env, ParseOptions, Template, Value};

const MAIL: &str = include_str!("mail.liquid");
const MEASURED: Duration = Duration::from_secs(3);

const PEER: &str = r#"
const fs = require('fs');
const { Liquid } = require('liquidjs');
const engine = new Liquid({ timezoneOffset: 'UTC' });
const template = engine.parse(fs.readFileSync('mail.liquid', 'utf8'));
const data = JSON.parse(fs.readFileSync('data.json', 'utf8'));
const text = engine.renderSync(template, data);
const same = text === fs.readFileSync('result.html', 'utf8');
if (!same) fs.writeFileSync('peer.html', text);
let n = 0;
for (let end = Date.now() + 1000; Date.now() < end;) engine.renderSync(template, data);
const begun = process.cpuUsage();
for (let end = Date.now() + 3000; Date.now() < end;) { engine.renderSync(template, data); n++; }
const used = process.cpuUsage(begun);
const seconds = (used.user + used.system) / 1e6;
console.log(`liquidjs: ${Math.round(n / seconds)} renders a second of processor time, the same text: ${same}`);
"#;

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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = data();
    let template = Template::parse(MAIL, &ParseOptions::strict())?;
    let env = Env::new(chrono::DateTime::UNIX_EPOCH);
    let render = || template.render(&Value::from(&data), &env);
    let first = render()?;
    let (begun, mut renders, mut bytes) = (Instant::now(), 0u32, 0usize);
    let before = processor_seconds(begun);
    while begun.elapsed() < MEASURED {
        for _ in 0..64 {
            bytes += render()?.outcome.text().map_or(0, |t| t.len());
            renders += 1;
        }
    }
    let seconds = processor_seconds(begun) - before;
    let (rate, megabytes) = (f64::from(renders) / seconds, bytes as f64 / seconds / 1e6);
    println!(
        "rapport-liquid: {rate:.0} renders a second of processor time, {megabytes:.0} MB, {} steps a mail",
        first.steps
    );
    if let Some(folder) = std::env::args().nth(1) {
        let folder = Path::new(&folder);
        std::fs::write(folder.join("mail.liquid"), MAIL)?;
        std::fs::write(folder.join("data.json"), data.to_string())?;
        std::fs::write(folder.join("result.html"), first.outcome.text().unwrap_or_default())?;
        Command::new("node").args(["-e", PEER]).current_dir(folder).status()?;
    }
    Ok(())
}

//! Renders a marketing mail (ten products, some thirty variables) for a second and prints how often that went.
//!
//! `throughput` alone prints the figure; `throughput DIR` also writes the template, the data and the result there, and
//! runs liquidjs on them when `DIR/node_modules/liquidjs` is there (`npm install --prefix DIR liquidjs`), so that both
//! are measured in one run on one machine.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rapport_liquid::{Env, ParseOptions, Template, Value};

const MAIL: &str = include_str!("mail.liquid");
const MEASURED: Duration = Duration::from_secs(2);

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
const begun = process.hrtime.bigint();
for (let end = Date.now() + 2000; Date.now() < end;) { engine.renderSync(template, data); n++; }
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
console.log(`liquidjs: ${Math.round(n / seconds)} renders/s, the same text: ${same}`);
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = data();
    let template = Template::parse(MAIL, &ParseOptions::strict())?;
    let env = Env::new(chrono::DateTime::UNIX_EPOCH);
    let render = || template.render(&Value::from(&data), &env);
    let first = render()?;
    let (begun, mut renders, mut bytes) = (Instant::now(), 0u32, 0usize);
    while begun.elapsed() < MEASURED {
        for _ in 0..64 {
            bytes += render()?.outcome.text().map_or(0, |t| t.len());
            renders += 1;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (rate, megabytes) = (f64::from(renders) / seconds, bytes as f64 / seconds / 1e6);
    println!("rapport-liquid: {rate:.0} renders/s, {megabytes:.0} MB/s, {} steps a mail", first.steps);
    if let Some(folder) = std::env::args().nth(1) {
        let folder = Path::new(&folder);
        std::fs::write(folder.join("mail.liquid"), MAIL)?;
        std::fs::write(folder.join("data.json"), data.to_string())?;
        std::fs::write(folder.join("result.html"), first.outcome.text().unwrap_or_default())?;
        Command::new("node").args(["-e", PEER]).current_dir(folder).status()?;
    }
    Ok(())
}

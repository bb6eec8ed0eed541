//! What product analytics is known to be asked, case by case, each with its reason. The real code answers, and where it can
//! be said in a few lines, the definition itself by brute force.

mod funnels;
mod lifecycles;
mod retentions;
mod trends;

use rapport_domain::{Partition, ProfileId};
use serde_json::{Value, json};

use crate::support::Row;

/// 2026-03-01T00:00:00Z, a Sunday.
pub(crate) const BASE: i64 = 1_772_323_200_000;

/// Events as text: `A0 B1.5:9 C24+1|A0`: name, units after the base, `+` milliseconds, `:` the property `n`; profiles apart
/// by bars.
pub(crate) fn rows(text: &str, unit_ms: i64) -> Vec<Row> {
    let mut all = Vec::new();
    for (number, profile) in (0u64..).zip(text.split('|')) {
        let id = ProfileId::new(Partition((number % 2) as u16), number);
        for event in profile.split_whitespace() {
            let at = event.find(|c: char| c.is_ascii_digit() || c == '-').unwrap();
            let (name, rest) = event.split_at(at);
            let (when, n) = rest.split_once(':').map_or((rest, None), |(when, n)| (when, Some(n)));
            let (units, ms) = when.split_once('+').unwrap_or((when, "0"));
            let ts = BASE + (units.parse::<f64>().unwrap() * unit_ms as f64) as i64 + ms.parse::<i64>().unwrap();
            let properties: Value = n.map_or(json!({}), |n| json!({ "n": n.parse::<f64>().unwrap() }));
            all.push((id, name.to_owned(), ts, properties));
        }
    }
    all
}

#[test]
fn there_are_enough_of_them_and_each_has_its_own_reason() {
    let mut reasons: Vec<&str> = funnels::CASES.iter().map(|c| c.0).collect();
    reasons.extend(retentions::CASES.iter().map(|c| c.0));
    reasons.extend(trends::CASES.iter().map(|c| c.0));
    reasons.extend(lifecycles::CASES.iter().map(|c| c.0));
    let all = reasons.len();
    println!("{all} cases");
    reasons.sort_unstable();
    reasons.dedup();
    assert!(all >= 150 && reasons.len() == all, "{all} cases, {} reasons", reasons.len());
}

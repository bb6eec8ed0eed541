//! The CDNOW sample: the value report against the figures published for it.

use std::collections::BTreeMap;

use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_insights::value::{ValueReport, ValueRequest};
use rapport_insights::{Nobody, run};
use rapport_lake::CancelFlag;
use serde_json::{Value, json};

use crate::support::{PARTITIONS, Row, WS, data, lake};

/// Master id, sample id, date, number of CDs, dollars.
fn purchases(text: &str) -> Vec<Row> {
    let mut known: BTreeMap<u64, ProfileId> = BTreeMap::new();
    let mut rows = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let next = known.len() as u64;
        let home = Partition((next % u64::from(PARTITIONS)) as u16);
        let profile = *known.entry(fields[1].parse().unwrap()).or_insert(ProfileId::new(home, next / 2 + 1));
        let (y, m, d) = (&fields[2][..4], &fields[2][4..6], &fields[2][6..]);
        let ts = Timestamp::parse(&format!("{y}-{m}-{d}T12:00:00Z")).unwrap().0;
        let total: f64 = fields[4].parse().unwrap();
        rows.push((profile, "Order Completed".to_owned(), ts, json!({ "total": total })));
    }
    rows
}

fn near(what: &str, found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{what}: {found} is not {expected}");
}

#[test]
fn models_equal_the_published_ones() {
    let Some(folder) = data("cdnow") else { return };
    let text = std::fs::read_to_string(folder.join("CDNOW_sample.txt")).unwrap();
    let published: Value = serde_json::from_slice(&std::fs::read(folder.join("btyd_published.json")).unwrap()).unwrap();
    let rows = purchases(&text);
    assert_eq!(rows.len() as u64, published["cdnow_sample"]["tx"].as_u64().unwrap());
    let (_dir, lake) = lake(&rows);
    let snapshot = lake.snapshot(WS);
    let request =
        json!({"from": "1997-01-01", "to": "1997-09-30", "horizon": "273d", "drill": {"fifth": 1, "limit": 3}});
    let request: ValueRequest = serde_json::from_value(request).unwrap();
    let now = Timestamp::parse("1998-07-01T00:00:00Z").unwrap();
    let report: ValueReport = run(&request, &snapshot, &Nobody, now, &CancelFlag::new()).unwrap();
    let sample = &published["cdnow_sample"];
    assert_eq!(Some(report.customers), sample["customers"].as_u64());
    assert_eq!(Some(report.customers - report.repeat_customers), sample["zero_repeat"].as_u64());
    assert_eq!(Some(report.purchases - report.customers), sample["cal_repeat_tx"].as_u64());
    let (buying, spending) = (report.buying.unwrap(), report.spending.unwrap());
    let refit = |of: &str, name: &str| published[of]["refit"][name].as_f64().unwrap();
    near("r", buying.r, refit("BG/NBD", "r"), 1e-3);
    near("alpha", buying.alpha, refit("BG/NBD", "alpha"), 1e-2);
    near("a", buying.a, refit("BG/NBD", "a"), 5e-3);
    near("b", buying.b, refit("BG/NBD", "b"), 2e-2);
    near("log-likelihood", buying.log_likelihood, refit("BG/NBD", "LL"), 1e-2);
    let gamma = published["GammaGamma"]["refit"].as_array().unwrap();
    near("p", spending.p, gamma[0].as_f64().unwrap(), 2e-2);
    near("q", spending.q, gamma[1].as_f64().unwrap(), 2e-2);
    near("gamma", spending.gamma, gamma[2].as_f64().unwrap(), 1e-1);
    let holdout = report.holdout.unwrap();
    assert_eq!(Some(holdout.purchases), sample["holdout_tx"].as_u64());
    near("purchases expected", holdout.expected_purchases, sample["holdout_pred"].as_f64().unwrap(), 1.0);
    println!(
        "CDNOW: expected {:.1} purchases of {}, {:.0} dollars of {:.0}",
        holdout.expected_purchases, holdout.purchases, holdout.expected_value, holdout.value.0
    );
    // The fifths hold everybody once, the most valuable first, and each drill its fifth.
    assert_eq!(report.fifths.iter().map(|f| f.customers).sum::<u64>(), report.customers);
    let worth: Vec<f64> = report.fifths.iter().map(|f| f.expected_value.unwrap() / f.customers as f64).collect();
    assert!(worth.windows(2).all(|w| w[0] >= w[1]), "{worth:?}");
    let page = report.about.profiles.unwrap();
    assert_eq!((page.total, page.profiles.len()), (report.fifths[0].customers, 3));
}

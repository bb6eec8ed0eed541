//! A real shop's two years, imported and asked, against numbers worked out from the file alone.
//!
//! Needs the UCI Online Retail file; says that it skipped when there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use chrono::{NaiveDateTime, TimeZone};
use serde_json::Value;

use crate::bed::Bed;

const FILE: &str = "online_retail/online_retail.csv.gz";
const WINDOW_DAYS: i64 = 30;

/// One invoice as the file has it.
struct Invoice {
    /// The customer, or the invoice itself when nobody is named.
    who: String,
    known: bool,
    refund: bool,
    /// `2010-12-01`, as written.
    day: String,
    at: i64,
}

#[derive(Default)]
struct Truth {
    rows: usize,
    /// In the order of the file.
    invoices: Vec<Invoice>,
}

fn truth(file: &PathBuf) -> Truth {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let mut truth = Truth::default();
    let mut seen = BTreeSet::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        truth.rows += 1;
        let (number, date, customer) = (&row[0], &row[4], &row[6]);
        // An invoice is as old as its first row.
        if !seen.insert(number.to_owned()) {
            continue;
        }
        let local = NaiveDateTime::parse_from_str(date, "%Y-%m-%d %H:%M:%S").unwrap();
        let at = chrono_tz::Europe::London.from_local_datetime(&local).unwrap().timestamp_millis();
        let known = !customer.is_empty();
        let who = if known { customer.to_owned() } else { number.to_owned() };
        truth.invoices.push(Invoice { who, known, refund: number.starts_with('C'), day: date[..10].to_owned(), at });
    }
    truth
}

impl Truth {
    /// By customer, in the order of time and then of the file.
    fn ways(&self) -> BTreeMap<&str, Vec<&Invoice>> {
        let mut ways: BTreeMap<&str, Vec<&Invoice>> = BTreeMap::new();
        for invoice in &self.invoices {
            ways.entry(&invoice.who).or_default().push(invoice);
        }
        ways.values_mut().for_each(|way| way.sort_by_key(|i| i.at));
        ways
    }

    /// How many bought, then had something refunded, then bought again, within the window of the first.
    fn funnel(&self) -> [u64; 3] {
        let mut reached = [0; 3];
        for way in self.ways().values() {
            let from = |start: usize| {
                let end = way[start].at + WINDOW_DAYS * 86_400_000;
                let later = |after: usize, refund: bool| {
                    (after + 1..way.len()).find(|at| way[*at].refund == refund && way[*at].at <= end)
                };
                let Some(refunded) = later(start, true) else { return 1 };
                if later(refunded, false).is_some() { 3 } else { 2 }
            };
            let best = (0..way.len()).filter(|at| !way[*at].refund).map(from).max().unwrap_or(0);
            reached.iter_mut().take(best).for_each(|n| *n += 1);
        }
        reached
    }

    fn daily(&self) -> BTreeMap<&str, u64> {
        let bought = self.invoices.iter().filter(|i| !i.refund);
        let pairs: BTreeSet<(&str, &str)> = bought.map(|i| (i.day.as_str(), i.who.as_str())).collect();
        pairs.into_iter().fold(BTreeMap::new(), |mut days, (day, _)| {
            *days.entry(day).or_default() += 1;
            days
        })
    }
}

#[test]
fn online_retail_is_counted_right() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var_os("RAPPORT_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let file = data.join(FILE);
    if !file.is_file() {
        println!("skipped: {} is not here; set RAPPORT_DATA to where the real data sets are", file.display());
        return;
    }
    let truth = truth(&file);
    let bed = Bed::new();
    bed.ok(&["init", "--json"]);
    let mapping =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/mappings/online-retail-invoices-anonymous.yaml");
    let report = bed.json(&["import", file.to_str().unwrap(), "--mapping", mapping, "--json"]);
    // Every row of the file is accounted for, as part of an invoice.
    assert_eq!((truth.rows, truth.invoices.len()), (541_909, 25_900));
    assert_eq!((&report["import"]["state"], &report["import"]["rows"]), (&"done".into(), &truth.rows.into()));
    assert_eq!(report["import"]["rejected"], 0, "{report}");
    let stats = bed.json(&["stats", "--json"]);
    assert_eq!(stats["events"]["processed"], truth.invoices.len());
    let known: BTreeSet<&str> = truth.invoices.iter().filter(|i| i.known).map(|i| i.who.as_str()).collect();
    assert_eq!((known.len(), stats["profiles"].as_u64()), (4_372, Some(truth.ways().len() as u64)));

    let preview = |rule: &str| bed.json(&["segment", "preview", rule, "--json"])["count"].as_u64().unwrap();
    for least in [1, 5, 50] {
        let bought = |way: &&Vec<&Invoice>| way.iter().filter(|i| !i.refund).count() >= least;
        let expected = truth.ways().values().filter(bought).count() as u64;
        assert_eq!(preview(&format!("events(\"Order Completed\").count() >= {least}")), expected, "at least {least}");
    }

    let period = ["--from", "2010-12-01", "--to", "2011-12-31", "--zone", "Europe/London", "--json"];
    let window = format!("{WINDOW_DAYS}d");
    let steps =
        ["--step", "Order Completed", "--step", "Order Refunded", "--step", "Order Completed", "--window", &window];
    let report = bed.json(&[&["insight", "funnel"][..], &steps, &period].concat());
    let reached: Vec<u64> =
        report["steps"].as_array().unwrap().iter().map(|s| s["profiles"].as_u64().unwrap()).collect();
    assert_eq!(reached, truth.funnel());

    let trend = ["insight", "trend", "--event", "Order Completed", "--measure", "profiles"];
    let report = bed.json(&[&trend[..], &period].concat());
    let list = |value: &Value| value.as_array().unwrap().clone();
    let (days, counts) = (list(&report["buckets"]), list(&report["series"][0]["values"]));
    let found: BTreeMap<&str, u64> = days
        .iter()
        .zip(&counts)
        .map(|(day, count)| (day.as_str().unwrap(), count.as_f64().unwrap() as u64))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(found, truth.daily());
}

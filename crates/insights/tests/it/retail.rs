//! UCI Online Retail as events: an invoice each, as the import's mapping makes them.

use std::collections::BTreeMap;

use flate2::read::GzDecoder;
use rapport_domain::{Partition, ProfileId, Timestamp};
use rapport_insights::retention::RetentionRequest;
use rapport_insights::{Nobody, Selection, Unit, run};
use rapport_lake::CancelFlag;
use serde_json::json;

use crate::support::*;

/// The lines of an invoice, added up.
#[derive(Default)]
struct Invoice {
    customer: u64,
    ts: i64,
    country: String,
    total: f64,
    quantity: i64,
    paid: bool,
}

/// `Order Completed` and `Order Refunded` with `total`, `quantity`, `country`, and `paid`: whether a line has a
/// price and a quantity above 0. In order of time.
pub(crate) fn invoices() -> Option<Vec<Row>> {
    let file = std::fs::File::open(data("online_retail")?.join("online_retail.csv.gz")).unwrap();
    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    let mut all: BTreeMap<String, Invoice> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let Ok(customer) = record[6].parse::<f64>() else { continue };
        let (quantity, price): (i64, f64) = (record[3].parse().unwrap(), record[5].parse().unwrap());
        let ts = Timestamp::parse(&record[4]).unwrap().0;
        let invoice = all.entry(record[0].to_owned()).or_default();
        (invoice.customer, invoice.ts, invoice.country) = (customer as u64, invoice.ts.max(ts), record[7].to_owned());
        invoice.total += quantity as f64 * price;
        invoice.quantity += quantity;
        invoice.paid |= quantity > 0 && price > 0.0;
    }
    let row = |(number, of): (String, Invoice)| {
        let name = if number.starts_with('C') { "Order Refunded" } else { "Order Completed" };
        let total = (of.total * 100.0).round() / 100.0;
        let properties = json!({"total": total, "quantity": of.quantity, "country": of.country, "paid": of.paid});
        (ProfileId::new(Partition((of.customer % 2) as u16), of.customer), name.to_owned(), of.ts, properties)
    };
    let mut rows: Vec<Row> = all.into_iter().map(row).collect();
    rows.sort_by_key(|r| r.2);
    Some(rows)
}

#[test]
fn the_monthly_cohorts_are_those_known() {
    let Some(rows) = invoices() else { return };
    let expected = std::fs::read_to_string(data("online_retail").unwrap().join("online_retail_monthly_cohorts.csv"));
    let cells = |line: &str| -> Vec<u64> {
        line.split(',').skip(1).filter(|c| !c.is_empty()).map(|c| c.parse::<f64>().unwrap() as u64).collect()
    };
    let expected: Vec<Vec<u64>> = expected.unwrap().lines().skip(1).map(cells).collect();
    let (_dir, lake) = lake(&rows);
    let start = Selection { filter: Some("e.paid".into()), ..Selection::event("Order Completed") };
    let request = RetentionRequest {
        start,
        unit: Unit::Month,
        from: Some("2010-12-01".into()),
        to: Some("2011-12-31".into()),
        ..RetentionRequest::default()
    };
    let report = run(&request, &lake.snapshot(WS), &Nobody, Timestamp(0), &CancelFlag::new()).unwrap();
    let found: Vec<Vec<u64>> = report.cohorts.into_iter().map(|c| c.returned).collect();
    assert_eq!(found, expected);
    assert_eq!(found.iter().map(|c| c[0]).sum::<u64>(), 4_338);
}

//! `rapport insight`.

use anyhow::Result;
use rapport_domain::time::format_duration_ms;
use serde_json::{Map, Value, json};

use super::table::{Table, cell, count};
use super::{print, print_json};
use crate::cli::{Funnel, Insight, Measure, Period, Shown, Trend};
use crate::client::Client;

/// Runs a report.
pub(super) fn run(client: &Client, insight: &Insight) -> Result<()> {
    match insight {
        Insight::Funnel(args) => funnel(client, args),
        Insight::Trend(args) => trend(client, args),
    }
}

fn funnel(client: &Client, args: &Funnel) -> Result<()> {
    let mut request = period(&args.period);
    request.insert("steps".to_owned(), args.steps.iter().map(|s| step(s)).collect());
    put(&mut request, "window", args.window.as_deref());
    let report = client.http().post("/api/v1/insights/funnel", &Value::Object(request))?;
    let mut table = Table::new(&["step", "profiles", "of all %", "of step before %", "dropped", "median time"]);
    for step in list(&report, "steps") {
        let median = step["median_ms"].as_i64().map(format_duration_ms).unwrap_or_default();
        table.row([
            cell(&step["label"]),
            shown_count(&args.shown, &step["profiles"]),
            percent(&step["conversion_percent"]),
            percent(&step["step_conversion_percent"]),
            shown_count(&args.shown, &step["dropped"]),
            median,
        ]);
    }
    show(&args.shown, &report, &table)
}

/// A step as it is typed: `Event`, or `Event if condition`.
fn step(text: &str) -> Value {
    match text.split_once(" if ") {
        Some((event, filter)) => json!({ "event": event.trim(), "filter": filter.trim() }),
        None => json!({ "event": text.trim() }),
    }
}

fn trend(client: &Client, args: &Trend) -> Result<()> {
    let mut request = period(&args.period);
    put(&mut request, "event", args.event.as_deref());
    put(&mut request, "filter", args.filter.as_deref());
    put(&mut request, "breakdown", args.breakdown.as_deref());
    let measure = match args.measure {
        Measure::Events => "events",
        Measure::Profiles => "profiles",
    };
    put(&mut request, "measure", Some(measure));
    let report = client.http().post("/api/v1/insights/trend", &Value::Object(request))?;
    let series = list(&report, "series");
    let names: Vec<String> =
        series.iter().map(|s| s["value"].as_str().map_or_else(|| measure.to_owned(), str::to_owned)).collect();
    let header: Vec<&str> = std::iter::once("day").chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(&header);
    for (at, day) in list(&report, "days").iter().enumerate() {
        let counts = series.iter().map(|s| shown_count(&args.shown, &s["counts"][at]));
        table.row(std::iter::once(cell(day)).chain(counts));
    }
    if !args.shown.csv {
        // Different customers of the whole period are no sum of the days.
        let totals = series.iter().map(|s| count(&s["total"]));
        table.row(std::iter::once("whole period".to_owned()).chain(totals));
    }
    show(&args.shown, &report, &table)
}

fn period(period: &Period) -> Map<String, Value> {
    let mut request = Map::new();
    put(&mut request, "from", period.from.as_deref());
    put(&mut request, "to", period.to.as_deref());
    put(&mut request, "zone", period.zone.as_deref());
    request
}

fn put(request: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        request.insert(name.to_owned(), Value::from(value));
    }
}

fn list<'a>(report: &'a Value, name: &str) -> &'a [Value] {
    report[name].as_array().map_or(&[], Vec::as_slice)
}

fn percent(value: &Value) -> String {
    value.as_f64().map(|p| format!("{p:.1}")).unwrap_or_default()
}

/// For people in groups of three, for programs as it is.
fn shown_count(shown: &Shown, value: &Value) -> String {
    if shown.csv { cell(value) } else { count(value) }
}

fn show(shown: &Shown, report: &Value, table: &Table) -> Result<()> {
    for warning in list(report, "warnings") {
        eprintln!("note: {}", cell(warning));
    }
    match shown {
        Shown { json: true, .. } => print_json(report),
        Shown { csv: true, .. } => print(&table.csv()?),
        _ => print(&table.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_may_have_a_condition() {
        assert_eq!(step("Order Completed"), json!({"event": "Order Completed"}));
        assert_eq!(
            step("Order Completed if e.total > 50.0"),
            json!({"event": "Order Completed", "filter": "e.total > 50.0"})
        );
    }
}

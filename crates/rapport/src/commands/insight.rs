//! `rapport insight`: any report, as a table, CSV or JSON.

use anyhow::{Context, Result};
use rapport_insights::{
    Insight as Kind, Report, attribution, funnel, heatmap, journey, ladder, lifecycle, lift, paths, power, retention,
    rfm, trend, value,
};
use serde_json::{Map, Value, json};

use super::table::Table;
use super::{Usage, print, print_json};
use crate::cli::{Common, Insight, Lift, Of, Paths};
use crate::client::Client;

/// Runs a report.
pub(super) fn run(client: &Client, insight: &Insight) -> Result<()> {
    match insight {
        Insight::Funnel(args) => {
            let mut request = base(&args.common)?;
            put_list(&mut request, "steps", &args.steps, selection);
            put(&mut request, "window", args.window.as_deref());
            put(&mut request, "order", args.order.as_deref());
            put_list(&mut request, "exclude", &args.exclude, selection);
            put(&mut request, "breakdown", args.breakdown.as_deref());
            ask::<funnel::FunnelRequest>(client, request, &args.common)
        }
        Insight::Trend(args) => {
            let mut request = base(&args.common)?;
            let any = [String::new()];
            let events = if args.event.is_empty() && !request.contains_key("series") { &any[..] } else { &args.event };
            put_list(&mut request, "series", events, |event| {
                let mut series = selection(event);
                series["measure"] = args.measure.as_str().into();
                series["property"] = args.property.as_deref().into();
                series
            });
            put_list(&mut request, "formulas", &args.formula, |f| json!({ "formula": f }));
            put(&mut request, "unit", args.unit.as_deref());
            put(&mut request, "breakdown", args.breakdown.as_deref());
            ask::<trend::TrendRequest>(client, request, &args.common)
        }
        Insight::Retention(args) => {
            let mut request = base(&args.common)?;
            put_value(&mut request, "start", args.start.as_deref().map(selection));
            put_value(&mut request, "returning", args.returning.as_deref().map(selection));
            put(&mut request, "unit", args.unit.as_deref());
            put(&mut request, "cohorts", args.recurring.then_some("recurring"));
            put(&mut request, "counting", args.or_after.then_some("on_or_after"));
            ask::<retention::RetentionRequest>(client, request, &args.common)
        }
        Insight::Lifecycle(args) => of::<lifecycle::LifecycleRequest>(client, args),
        Insight::PowerUsers(args) => {
            let mut request = base(&args.common)?;
            put_value(&mut request, "of", args.event.as_deref().map(selection));
            put_value(&mut request, "days", args.days.map(Value::from));
            put(&mut request, "breakdown", args.breakdown.as_deref());
            ask::<power::PowerUsersRequest>(client, request, &args.common)
        }
        Insight::Heatmap(args) => {
            let mut request = base(&args.common)?;
            put_value(&mut request, "of", args.event.as_deref().map(selection));
            put_value(&mut request, "profiles", args.profiles.then_some(Value::Bool(true)));
            put_value(&mut request, "own_zone", args.own_zone.then_some(Value::Bool(true)));
            ask::<heatmap::HeatmapRequest>(client, request, &args.common)
        }
        Insight::Rfm(args) => {
            let mut request = base(&args.common)?;
            request.entry("of").or_insert_with(|| selection(&args.event));
            put(&mut request, "property", args.property.as_deref());
            ask::<rfm::RfmRequest>(client, request, &args.common)
        }
        Insight::Paths(args) => paths(client, args),
        Insight::Attribution(args) => {
            let mut request = base(&args.common)?;
            put_value(&mut request, "goal", args.goal.as_deref().map(selection));
            put_list(&mut request, "touches", &args.touches, selection);
            put(&mut request, "by", args.by.as_deref());
            put(&mut request, "value", args.value.as_deref());
            put(&mut request, "lookback", args.lookback.as_deref());
            ask::<attribution::AttributionRequest>(client, request, &args.common)
        }
        Insight::JourneyMap(args) => ask::<journey::JourneyMapRequest>(client, base(&args.common)?, &args.common),
        Insight::Ladder(args) => {
            let mut request = base(&args.common)?;
            put(&mut request, "unit", args.unit.as_deref());
            ask::<ladder::LadderRequest>(client, request, &args.common)
        }
        Insight::Lift(args) => {
            let mut request = base(&args.common)?;
            request.entry("goal").or_insert_with(|| selection(&args.goal));
            put(&mut request, "value", args.value.as_deref());
            put_value(&mut request, "treated", args.treated.as_deref().map(selection));
            put_value(&mut request, "control", args.control.as_deref().map(selection));
            put_value(&mut request, "split", split(args)?);
            put(&mut request, "window", args.window.as_deref());
            ask::<lift::LiftRequest>(client, request, &args.common)
        }
        Insight::Value(args) => {
            let mut request = base(&args.common)?;
            put_value(&mut request, "of", args.event.as_deref().map(selection));
            put(&mut request, "property", args.property.as_deref());
            put(&mut request, "horizon", args.horizon.as_deref());
            ask::<value::ValueRequest>(client, request, &args.common)
        }
        Insight::Saved(args) => super::desk::saved(client, args),
    }
}

fn paths(client: &Client, args: &Paths) -> Result<()> {
    let mut request = base(&args.common)?;
    put_list(&mut request, "events", &args.events, |name| name.into());
    if let Some(file) = &args.xes {
        let log = client.http().post_text("/api/v1/insights/xes", &Value::Object(request))?;
        return std::fs::write(file, log.text).with_context(|| format!("{} cannot be written", file.display()));
    }
    put_list(&mut request, "except", &args.except, |name| name.into());
    put(&mut request, "anchor", args.after.as_deref().or(args.before.as_deref()));
    put(&mut request, "direction", args.before.as_ref().map(|_| "previous"));
    put(&mut request, "gap", args.gap.as_deref());
    put_value(&mut request, "keep_repeats", args.keep_repeats.then_some(Value::Bool(true)));
    ask::<paths::PathsRequest>(client, request, &args.common)
}

/// A report about some events.
fn of<K: Kind>(client: &Client, args: &Of) -> Result<()> {
    let mut request = base(&args.common)?;
    put_value(&mut request, "of", args.event.as_deref().map(selection));
    put(&mut request, "unit", args.unit.as_deref());
    ask::<K>(client, request, &args.common)
}

/// How the control group is told.
fn split(args: &Lift) -> Result<Option<Value>> {
    if let Some(segment) = &args.control_segment {
        return Ok(Some(json!({ "segment": segment })));
    }
    let Some(text) = &args.control_bucket else { return Ok(None) };
    let read = || {
        let (salt, range) = text.rsplit_once(':')?;
        let (from, to) = range.split_once('-')?;
        Some(json!({"bucket": {"salt": salt, "from": from.parse::<f64>().ok()?, "to": to.parse::<f64>().ok()?}}))
    };
    let expected =
        || Usage(format!("--control-bucket: expected a name and a range such as exp-1:0-10, found {text:?}"));
    Ok(Some(read().ok_or_else(expected)?))
}

/// What every report takes.
fn base(common: &Common) -> Result<Map<String, Value>> {
    let mut request = match &common.request {
        None => Map::new(),
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
            // JSON is YAML too.
            serde_norway::from_str(&text).with_context(|| format!("{} is no request", file.display()))?
        }
    };
    put(&mut request, "from", common.from.as_deref());
    put(&mut request, "to", common.to.as_deref());
    put(&mut request, "zone", common.zone.as_deref());
    put(&mut request, "segment", common.segment.as_deref());
    put(&mut request, "filter", common.filter.as_deref());
    put_value(&mut request, "sample_percent", common.sample.map(Value::from));
    if let Some(drill) = &common.drill {
        let drill = serde_json::from_str(drill).map_err(|e| Usage(format!("--drill: expected a JSON object: {e}")))?;
        put_value(&mut request, "drill", Some(drill));
    }
    Ok(request)
}

/// Events as they are typed: `Event`, `Event if condition`, or ` if condition` of any event.
fn selection(text: &str) -> Value {
    let (event, filter) = match text.split_once(" if ") {
        Some((event, filter)) => (event.trim(), Some(filter.trim())),
        None => (text.trim(), None),
    };
    let mut selection = Map::new();
    put(&mut selection, "event", Some(event).filter(|e| !e.is_empty()));
    put(&mut selection, "filter", filter);
    Value::Object(selection)
}

fn put(request: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    put_value(request, name, value.map(Value::from));
}

fn put_value(request: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        request.insert(name.to_owned(), value);
    }
}

fn put_list(request: &mut Map<String, Value>, name: &str, list: &[String], item: impl Fn(&str) -> Value) {
    if !list.is_empty() {
        request.insert(name.to_owned(), list.iter().map(|text| item(text)).collect());
    }
}

/// Asks the server and shows what it says.
fn ask<K: Kind>(client: &Client, request: Map<String, Value>, common: &Common) -> Result<()> {
    let answer = client.http().post(&format!("/api/v1/insights/{}", K::NAME), &Value::Object(request))?;
    if common.json {
        return print_json(&answer);
    }
    let report: K::Report = serde_json::from_value(answer).context("the server is of another version")?;
    let about = report.about();
    for warning in &about.warnings {
        eprintln!("note: {warning}");
    }
    let table = match &about.profiles {
        None => report.table(),
        Some(page) => {
            eprintln!("{} customers", page.total);
            if let Some(rule) = &page.rule {
                eprintln!("as a rule: {rule}");
            }
            if let Some(next) = page.next {
                eprintln!("more after {next}: give it as \"after\" in --drill");
            }
            let mut table = rapport_insights::Table::new(["profile"]);
            page.profiles.iter().for_each(|id| table.row([id.to_string().as_str().into()]));
            table
        }
    };
    if common.csv { print(&table.csv()) } else { print(&Table::of(&table).text()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_may_have_a_condition() {
        assert_eq!(selection("Order Completed"), json!({"event": "Order Completed"}));
        assert_eq!(
            selection("Order Completed if e.total > 50.0"),
            json!({"event": "Order Completed", "filter": "e.total > 50.0"})
        );
        assert_eq!(selection(" if e.total > 5"), json!({"filter": "e.total > 5"}));
        assert_eq!(selection(""), json!({}));
    }
}

//! `rapport journey`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rapport_domain::ResourceKind;
use serde_json::{Map, Value, json};

use super::table::{Table, cell, count};
use super::{print, print_json};
use crate::cli::Journey;
use crate::client::{Client, segment};
use crate::interrupt;
use crate::progress::Progress;

/// How often is looked how far a simulation is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Lists journeys, or shows one's numbers.
pub(super) fn run(client: &Client, journey: &Journey) -> Result<()> {
    match journey {
        Journey::List(json) => {
            let found = client.http().get("/api/v1/journeys", &[])?;
            if json.json {
                return print_json(&found["items"]);
            }
            let mut table = Table::new(&["id", "name", "version", "entered", "active", "ended"]);
            for journey in found["items"].as_array().into_iter().flatten() {
                let ended: u64 = members(&journey["exited"]).filter_map(|(_, n)| n.as_u64()).sum();
                table.row([
                    cell(&journey["id"]),
                    cell(&journey["name"]),
                    cell(&journey["version"]),
                    count(&journey["entered"]),
                    count(&journey["active"]),
                    count(&Value::from(ended)),
                ]);
            }
            print(&table.text())
        }
        Journey::Stats { id, json } => {
            let found = client.http().get(&format!("/api/v1/journeys/{}", segment(id)), &[])?;
            if json.json {
                return print_json(&found);
            }
            print(&stats(&found).text())
        }
        Journey::Simulate { id, since, version, file, json } => {
            let mut body = json!({ "journey": id, "since": since });
            if let Some(version) = version {
                body["version"] = json!(version);
            }
            if let Some(file) = file {
                let found = crate::documents::read(file)?.into_iter().find(|d| d.kind == ResourceKind::Journey);
                let document = found.with_context(|| format!("{}: there is no journey in it", file.display()))?;
                body["spec"] = document.spec;
            }
            let found = simulated(client, &body)?;
            if json.json {
                return print_json(&found);
            }
            print(&simulation(&found))
        }
        Journey::Explain { id, who, json } => {
            let profile = super::profile::id_of(client, who)?;
            let path = format!("/api/v1/journeys/{}/explain", segment(id));
            let found = client.http().get(&path, &[("profile", profile.as_str())])?;
            if json.json {
                return print_json(&found);
            }
            print(&explanation(&found))
        }
        Journey::Pause { id } => {
            let found = client.http().post(&format!("/api/v1/journeys/{}/pause", segment(id)), &json!({}))?;
            print(&format!("{id} is paused; {} people are inside", count(&found["inside"])))
        }
        Journey::Resume { id, overdue } => {
            let body = json!({ "overdue": overdue });
            let found = client.http().post(&format!("/api/v1/journeys/{}/resume", segment(id)), &body)?;
            print(&format!("{id} goes on; {} people are inside", count(&found["inside"])))
        }
    }
}

/// Plays and shows how far it is. Whoever interrupts the command ends the simulation.
fn simulated(client: &Client, order: &Value) -> Result<Value> {
    let interrupted = interrupt::flag()?;
    let mut simulation = client.http().post("/api/v1/simulations", order)?;
    let path = format!("/api/v1/simulations/{}", segment(&cell(&simulation["id"])));
    let mut progress: Option<Progress> = None;
    while matches!(simulation["state"].as_str(), Some("waiting" | "running")) {
        if interrupted.load(Ordering::Acquire) {
            client.http().delete(&path)?;
            bail!("stopped; nothing of the simulation is kept");
        }
        let events = |name: &str| simulation[name].as_u64().unwrap_or(0);
        if events("events_all") > 0 {
            progress.get_or_insert_with(|| Progress::new("events", events("events_all"))).at(events("events_read"), "");
        }
        std::thread::sleep(LOOK_EVERY);
        simulation = client.http().get(&path, &[])?;
    }
    if let Some(progress) = progress {
        progress.finish();
    }
    match simulation["detail"].as_str() {
        Some(why) => bail!("the simulation failed: {why}"),
        None => Ok(simulation["result"].take()),
    }
}

/// A simulation as tables, with the live version beside it.
fn simulation(found: &Value) -> String {
    let live = &found["live"];
    let mut table = Table::new(&["", "would have", "live version"]);
    let mut row = |title: String, path: &str| {
        // Amounts of money are texts already.
        let show = |v: &Value| if v.is_string() { cell(v) } else { count(v) };
        let at = |of: &Value| of.pointer(path).filter(|v| !v.is_null()).map_or_else(String::new, show);
        table.row([title, at(&found["journey"]), at(live)]);
    };
    row("entered".to_owned(), "/entered");
    row("people".to_owned(), "/people");
    row("held out".to_owned(), "/held_out");
    for (title, group) in [("not begun", "refused"), ("ended", "exited"), ("goal", "goals")] {
        for name in names(&[&found["journey"][group], &live[group]]) {
            row(format!("{title}: {}", name.replace('_', " ")), &format!("/{group}/{name}"));
        }
    }
    for channel in names(&[&found["journey"]["channels"], &live["channels"]]) {
        row(format!("{channel} messages"), &format!("/channels/{channel}/decided"));
        for reason in names(&[&found["journey"]["channels"][&channel]["skipped"]]) {
            row(format!("  of these {}", reason.replace('_', " ")), &format!("/channels/{channel}/skipped/{reason}"));
        }
    }
    let cost = |of: &Value| of["channels"]["sms"]["cost"].clone();
    let costs = [cost(&found["journey"]), cost(live)];
    if costs.iter().any(Value::is_object) {
        row("sms segments".to_owned(), "/channels/sms/cost/segments");
        for currency in names(&[&costs[0]["amounts"], &costs[1]["amounts"]]) {
            row(format!("  cost in {currency}"), &format!("/channels/sms/cost/amounts/{currency}"));
        }
        row("  of unknown price".to_owned(), "/channels/sms/cost/unpriced");
    }
    for step in names(&[&found["journey"]["steps"], &live["steps"]]) {
        for exit in names(&[&found["journey"]["steps"][&step]["passed"], &live["steps"][&step]["passed"]]) {
            row(format!("  {step} by {exit}"), &format!("/steps/{step}/passed/{exit}"));
        }
    }
    let mut out = format!(
        "{} to {}: {} profiles, {} events\n\n{}",
        cell(&found["since"]),
        cell(&found["until"]),
        count(&found["profiles"]),
        count(&found["events"]),
        table.text()
    );
    for (journey, people) in members(&found["overlap"]) {
        out.push_str(&format!("\n{} of them also enter {journey}", count(people)));
    }
    for warning in found["warnings"].as_array().into_iter().flatten() {
        out.push_str(&format!("\nnote: {}", cell(warning)));
    }
    out
}

fn names(of: &[&Value]) -> Vec<String> {
    let mut names: Vec<String> = of.iter().flat_map(|v| members(v)).map(|(name, _)| name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// What is recorded, then what the live version decides.
fn explanation(found: &Value) -> String {
    let mut table = Table::new(&["when", "what", "step", "why"]);
    for fact in found["facts"].as_array().into_iter().flatten() {
        let properties = &fact["properties"];
        let why = ["reason", "detail", "template"].iter().filter_map(|n| properties[*n].as_str()).collect::<Vec<_>>();
        table.row([cell(&fact["at"]), cell(&fact["event"]), cell(&properties["step"]), why.join(", ")]);
    }
    let mut decided = Table::new(&["when", "decision", "step", "detail", "rule", "values"]);
    for decision in found["decisions"].as_array().into_iter().flatten() {
        let text = |name: &str| cell(&decision[name]);
        let values = &decision["values"];
        let values = if values.as_object().is_some_and(|v| v.is_empty()) { String::new() } else { values.to_string() };
        let detail = match &decision["detail"] {
            Value::Object(detail) => detail.get("template").map_or_else(String::new, cell),
            other => cell(other),
        };
        decided.row([text("at"), text("what"), text("step"), detail, text("rule"), values]);
    }
    format!("Recorded\n{}\nDecisions of the live version over the customer's events\n{}", table.text(), decided.text())
}

fn stats(found: &Value) -> Table {
    let mut table = Table::new(&["", "profiles"]);
    table.row(["entered".to_owned(), count(&found["entered"])]);
    table.row(["active".to_owned(), count(&found["active"])]);
    for (version, steps) in members(&found["steps"]) {
        for (step, number) in members(steps) {
            table.row([format!("  at {step} (version {version})"), count(number)]);
        }
    }
    for (title, group) in [("ended", "exited"), ("not begun", "refused")] {
        for (reason, number) in members(&found[group]) {
            table.row([format!("{title}: {}", reason.replace('_', " ")), count(number)]);
        }
    }
    table
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_by_step_and_reason() {
        let found = json!({"entered": 1200, "active": 3, "steps": {"2": {"wait": 3}}, "exited": {"goal_reached": 7}, "refused": {}});
        let text = stats(&found).text();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[2].contains("at wait (version 2)") && lines[2].ends_with('3'), "{text}");
        assert!(lines[3].starts_with("ended: goal reached") && lines[3].ends_with('7'), "{text}");
    }

    #[test]
    fn a_simulation_stands_beside_the_live_version() {
        let found = json!({
            "since": "2026-02-01T00:00:00.000Z", "until": "2026-03-01T00:00:00.000Z", "profiles": 12, "events": 3400,
            "journey": {
                "entered": 9, "people": 8, "held_out": 0, "refused": {"once": 2}, "exited": {}, "goals": {},
                "steps": {"wait": {"passed": {"timed_out": 5}}}, "channels": {"email": {"decided": 5, "skipped": {"no_address": 1}},
                    "sms": {"decided": 3, "skipped": {}, "cost": {"segments": 4, "amounts": {"EUR": "0.285"}, "unpriced": 1}}}
            },
            "live": {"entered": 4, "channels": {"email": {"decided": 4, "skipped": {}}}},
            "overlap": {"welcome": 3}, "warnings": ["rate limiters are not played"]
        });
        let text = simulation(&found);
        for expected in [
            "sms segments",
            "cost in EUR",
            "0.285",
            "of unknown price",
            "wait by timed_out",
            "of these no address",
            "3 of them also enter welcome",
            "note: rate",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        let entered = text.lines().find(|l| l.starts_with("entered")).unwrap();
        assert!(entered.contains('9') && entered.contains('4'), "{entered}");
    }
}

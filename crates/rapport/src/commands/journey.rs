//! `rapport journey`.

use anyhow::Result;
use serde_json::{Map, Value};

use super::table::{Table, cell, count};
use super::{print, print_json};
use crate::cli::Journey;
use crate::client::{Client, segment};

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
    }
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
    use serde_json::json;

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
}

//! `rapport segment`.

use anyhow::Result;
use serde_json::{Value, json};

use super::table::{Table, cell, count};
use super::{print, print_json};
use crate::cli::Segment;
use crate::client::Client;

/// Previews a rule, or lists segments.
pub(super) fn run(client: &Client, segment: &Segment) -> Result<()> {
    match segment {
        Segment::Preview { rule, json } => {
            let found = client.http().post("/api/v1/segments/preview", &json!({ "rule": rule }))?;
            if json.json {
                return print_json(&found);
            }
            let mut table = Table::new(&["profile", "who", "events", "last seen"]);
            for profile in rows(&found["sample"]) {
                let [id, label, last] = ["id", "label", "last_seen"].map(|name| cell(&profile[name]));
                table.row([id, label, count(&profile["event_count"]), last]);
            }
            for warning in rows(&found["warnings"]) {
                eprintln!("warning: {}", cell(warning));
            }
            print(&format!("{} profiles\n\n{}", count(&found["count"]), table.text()))
        }
        Segment::List(json) => {
            let found = client.http().get("/api/v1/segments", &[])?;
            if json.json {
                return print_json(&found["items"]);
            }
            let mut table = Table::new(&["id", "name", "profiles", "", "rule"]);
            for segment in rows(&found["items"]) {
                let state = if segment["ready"] == Value::Bool(false) { "still counting" } else { "" };
                let rule = cell(&segment["rule"]).split_whitespace().collect::<Vec<_>>().join(" ");
                table.row([
                    cell(&segment["id"]),
                    cell(&segment["name"]),
                    count(&segment["count"]),
                    state.to_owned(),
                    rule,
                ]);
            }
            print(&table.text())
        }
    }
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

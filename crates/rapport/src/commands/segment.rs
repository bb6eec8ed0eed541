//! `rapport segment`: previews, explanations, histories, lists and exports.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::table::{Table, cell, count};
use super::{print, print_json};
use crate::cli::{Named, Segment};
use crate::client::{Client, segment};

/// Runs one of its commands.
pub(super) fn run(client: &Client, command: &Segment) -> Result<()> {
    match command {
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
        Segment::Explain { id, who, json } => explain(client, id, who, json.json),
        Segment::History { id, json } => {
            let found = client.http().get(&format!("/api/v1/segments/{}/history", segment(id)), &[])?;
            if json.json {
                return print_json(&found["items"]);
            }
            let mut table = Table::new(&["at", "profiles"]);
            rows(&found["items"]).iter().for_each(|row| table.row([cell(&row["at"]), count(&row["count"])]));
            print(&table.text())
        }
        Segment::Overlap { ids, json } => {
            let found = client.http().post("/api/v1/segments/overlap", &json!({ "segments": ids }))?;
            if json.json {
                return print_json(&found);
            }
            let mut table = Table::new(&["in exactly", "profiles"]);
            for part in rows(&found["intersections"]) {
                let names: Vec<String> = rows(&part["segments"]).iter().map(cell).collect();
                table.row([names.join(" + "), count(&part["count"])]);
            }
            print(&format!("{} profiles in at least one\n\n{}", count(&found["union"]), table.text()))
        }
        Segment::Add(named) => change(client, named, "add"),
        Segment::Remove(named) => change(client, named, "remove"),
        Segment::Export { id, traits } => {
            let path = format!("/api/v1/segments/{}/export?traits={}", segment(id), segment(traits));
            let mut body = client.http().get_stream(&path)?;
            match std::io::copy(&mut body, &mut std::io::stdout().lock()) {
                // Whoever reads has seen enough (`| head`).
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                other => other.map(drop).context("the export broke off; what was written is not whole"),
            }
        }
    }
}

/// Adds or removes the named customers, or those of a file.
fn change(client: &Client, named: &Named, how: &str) -> Result<()> {
    let mut customers: Vec<Value> = named.users.iter().map(|user| json!({ "value": user })).collect();
    if let Some(file) = &named.file {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_path(file)?;
        let namespace = reader.headers()?.get(0).unwrap_or("user_id").trim_start_matches('\u{feff}').to_owned();
        for row in reader.records() {
            let row = row.with_context(|| format!("{} is not CSV", file.display()))?;
            if let Some(value) = row.get(0).filter(|v| !v.is_empty()) {
                customers.push(json!({ "namespace": namespace, "value": value }));
            }
        }
    }
    let (mut changed, mut unknown) = (0, 0);
    for part in customers.chunks(AT_ONCE) {
        let path = format!("/api/v1/segments/{}/members?wait=false", segment(&named.id));
        let done = client.http().post(&path, &json!({ how: part }))?;
        changed += done[if how == "add" { "added" } else { "removed" }].as_u64().unwrap_or(0);
        unknown += done["unknown"].as_u64().unwrap_or(0);
    }
    let unknown = if unknown > 0 { format!("; {unknown} identifiers that nobody has") } else { String::new() };
    print(&format!("{changed} customers{unknown}\n"))
}

/// Customers named in one request.
const AT_ONCE: usize = 1_000;

fn explain(client: &Client, id: &str, who: &str, as_json: bool) -> Result<()> {
    let profile = match who.split_once('=') {
        Some((namespace, value)) => {
            let path = format!("/api/v1/profiles/by/{}/{}", segment(namespace), segment(value));
            cell(&client.http().get(&path, &[])?["id"])
        }
        None => who.to_owned(),
    };
    let found = client.http().get(&format!("/api/v1/segments/{}/explain/{}", segment(id), segment(&profile)), &[])?;
    if as_json {
        return print_json(&found);
    }
    let since = match &found["member_since"] {
        Value::String(at) => format!("in {id} since {at}"),
        _ => format!("not in {id}"),
    };
    let mut text = format!("{}: {since}\n\n", cell(&found["profile"]["label"]));
    clause(&found["clause"], 0, &mut text);
    print(&text)
}

/// A clause with what it is made of, indented.
fn clause(clause: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let mark = if clause["holds"] == Value::Bool(true) { "yes" } else { "no " };
    let text = match clause["kind"].as_str() {
        Some("all") => "all of:".to_owned(),
        Some("any") => "any of:".to_owned(),
        Some("not") => "not:".to_owned(),
        _ => cell(&clause["text"]),
    };
    out.push_str(&format!("{mark}  {indent}{text}\n"));
    for (name, value) in clause["values"].as_object().into_iter().flatten() {
        out.push_str(&format!("     {indent}  {name} = {value}\n"));
    }
    for event in rows(&clause["events"]) {
        out.push_str(&format!("     {indent}  {} {}\n", cell(&event["timestamp"]), cell(&event["event"])));
    }
    rows(&clause["parts"]).iter().for_each(|part| self::clause(part, depth + 1, out));
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

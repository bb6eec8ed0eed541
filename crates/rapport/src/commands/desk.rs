//! `rapport dashboard`, `goal`, `report`, and `insight saved`.

use anyhow::{Context, Result};
use rapport_insights::kinds;
use rapport_insights::mail::number;
use rapport_insights::saved::results::{DashboardResults, GoalStatus, InsightResult};
use serde_json::{Value, json};

use super::table::{Table, cell};
use super::{all_pages, print, print_json};
use crate::cli::{Dashboard, Goal, Over, ReportCommand, Saved};
use crate::client::{Client, segment};

/// What is laid over, as a query.
fn query(over: &Over) -> Vec<(&'static str, &str)> {
    let all = [
        ("from", &over.from),
        ("to", &over.to),
        ("zone", &over.zone),
        ("segment", &over.segment),
        ("filter", &over.filter),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
}

/// Every row of a list.
fn all(client: &Client, path: &str) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    all_pages(client, path, &[], |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// `rapport insight saved ID`.
pub(super) fn saved(client: &Client, args: &Saved) -> Result<()> {
    let path = format!("/api/v1/insights/{}/results", segment(&args.id));
    let answer = client.http().get(&path, &query(&args.over))?;
    if args.json {
        return print_json(&answer);
    }
    let found: InsightResult = serde_json::from_value(answer).context("the server is of another version")?;
    let table = shown(&found)?;
    if args.csv { print(&table.csv()) } else { print(&Table::of(&table).text()) }
}

/// The table of a saved insight's report; its notes go to the terminal beside it.
fn shown(found: &InsightResult) -> Result<rapport_insights::Table> {
    let kind = kinds::named(&found.report, "report").map_err(|p| anyhow::anyhow!("{p}"))?;
    let (table, about) = kind.table(&found.result).context("the server is of another version")?;
    about.annotations.iter().for_each(|n| eprintln!("{}: {}", n.from, n.text));
    about.warnings.iter().for_each(|warning| eprintln!("note: {warning}"));
    Ok(table)
}

/// `rapport dashboard …`.
pub(super) fn dashboard(client: &Client, args: &Dashboard) -> Result<()> {
    let Dashboard::Show { id, over, json } = args;
    let answer = client.http().get(&format!("/api/v1/dashboards/{}/results", segment(id)), &query(over))?;
    if *json {
        return print_json(&answer);
    }
    let found: DashboardResults = serde_json::from_value(answer).context("the server is of another version")?;
    print(&format!("{}\n", found.name))?;
    for item in &found.items {
        print(&format!("\n{}\n", item.title))?;
        if let Some(insight) = &item.insight {
            print(&Table::of(&shown(insight)?).text())?;
        } else if let Some(goal) = &item.goal {
            print(&goals(std::slice::from_ref(goal)).text())?;
        } else if let Some(error) = &item.error {
            print(&format!("cannot be shown: {error}\n"))?;
        } else {
            print(&format!("{}\n", item.text.as_deref().unwrap_or_default()))?;
        }
    }
    Ok(())
}

fn goals(list: &[impl std::borrow::Borrow<GoalStatus>]) -> Table {
    let mut table = Table::new(&["goal", "number", "target", "standing", "projection", "period over %", "to"]);
    for goal in list.iter().map(std::borrow::Borrow::borrow) {
        let with_unit = |n: Option<f64>| {
            n.map_or_else(String::new, |n| format!("{} {}", number(n), goal.unit.as_deref().unwrap_or_default()))
        };
        table.row([
            goal.id.clone(),
            with_unit(goal.value).trim().to_owned(),
            with_unit(Some(goal.target)).trim().to_owned(),
            goal.standing.as_str().replace('_', " "),
            goal.projection.map_or_else(String::new, number),
            format!("{:.0}", goal.elapsed_percent),
            goal.to.clone(),
        ]);
    }
    table
}

/// `rapport goal …`.
pub(super) fn goal(client: &Client, args: &Goal) -> Result<()> {
    match args {
        Goal::List { json } => {
            let items = all(client, "/api/v1/goals")?;
            if *json {
                return print_json(&Value::from(items));
            }
            let found: Vec<GoalStatus> =
                serde_json::from_value(items.into()).context("the server is of another version")?;
            for goal in &found {
                goal.warnings.iter().for_each(|w| eprintln!("{}: {w}", goal.id));
            }
            print(&goals(&found).text())
        }
        Goal::Show { id, history, json } => {
            let path = format!("/api/v1/goals/{}/status", segment(id));
            let answer = client.http().get(&path, &[("history", &history.to_string())])?;
            if *json {
                return print_json(&answer);
            }
            let found: GoalStatus = serde_json::from_value(answer).context("the server is of another version")?;
            found.warnings.iter().for_each(|w| eprintln!("note: {w}"));
            print(&goals(std::slice::from_ref(&found)).text())?;
            for alert in found.alerts.iter().filter(|a| a.holds == Some(true)) {
                print(&format!("alert: {}\n", alert.name))?;
            }
            let mut table = Table::new(&["from", "to", "number", "standing"]);
            for reading in &found.history {
                let value = reading.value.map_or_else(String::new, number);
                table.row([reading.from.clone(), reading.to.clone(), value, reading.standing.as_str().to_owned()]);
            }
            print(&table.text())
        }
        Goal::Alerts { open, json } => {
            let open = open.to_string();
            let answer = client.http().get("/api/v1/alerts", &[("open", &open)])?;
            if *json {
                return print_json(&answer);
            }
            let mut table = Table::new(&["since", "until", "what"]);
            for alert in answer["items"].as_array().into_iter().flatten() {
                table.row([cell(&alert["began_at"]), cell(&alert["ended_at"]), cell(&alert["event"]["text"])]);
            }
            print(&table.text())
        }
    }
}

/// `rapport report …`.
pub(super) fn report(client: &Client, args: &ReportCommand) -> Result<()> {
    match args {
        ReportCommand::List { json } => {
            let items = all(client, "/api/v1/reports")?;
            if *json {
                return print_json(&Value::from(items));
            }
            let mut table = Table::new(&["report", "name", "recipients", "next", "last", "state"]);
            for item in items {
                let recipients = item["recipients"].as_array().map_or(0, Vec::len).to_string();
                let last = &item["last_run"];
                let (due, state) = (cell(&last["due_at"]), cell(&last["state"]));
                table.row([cell(&item["id"]), cell(&item["name"]), recipients, cell(&item["next_due"]), due, state]);
            }
            print(&table.text())
        }
        ReportCommand::Run { id, to } => {
            let body = if to.is_empty() { json!({}) } else { json!({ "recipients": to }) };
            let answer = client.http().post(&format!("/api/v1/reports/{}/run", segment(id)), &body)?;
            let count = answer["mails"].as_array().map_or(0, Vec::len);
            print(&format!("run {} of {id} is on its way to {count} members\n", answer["id"]))
        }
        ReportCommand::Preview { id, html } => {
            let answer = client.http().get(&format!("/api/v1/reports/{}/preview", segment(id)), &[])?;
            if *html {
                return print(&cell(&answer["html"]));
            }
            print(&format!("Subject: {}\n\n{}", cell(&answer["subject"]), cell(&answer["text"])))?;
            for file in answer["files"].as_array().into_iter().flatten() {
                print(&format!("attached: {} ({} bytes)\n", cell(&file["name"]), file["bytes"]))?;
            }
            Ok(())
        }
        ReportCommand::Runs { id, json } => {
            let items = all(client, &format!("/api/v1/reports/{}/runs", segment(id)))?;
            if *json {
                return print_json(&Value::from(items));
            }
            let mut table = Table::new(&["run", "due", "by", "state", "sent", "error"]);
            for run in items {
                let mails = run["mails"].as_array().cloned().unwrap_or_default();
                let sent = mails.iter().filter(|m| m["state"] == "sent").count();
                let by = run["asked_by"].as_str().unwrap_or("schedule").to_owned();
                let sent = format!("{sent} of {}", mails.len());
                table.row([cell(&run["id"]), cell(&run["due_at"]), by, cell(&run["state"]), sent, cell(&run["error"])]);
            }
            print(&table.text())
        }
    }
}

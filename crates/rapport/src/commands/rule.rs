//! `rapport rule`: the formatter, the checker and the cost of a rule.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{print, print_json};
use crate::cli::Rule;
use crate::client::Client;

/// Runs one of its commands.
pub(super) fn run(client: &Client, command: &Rule) -> Result<()> {
    match command {
        Rule::Fmt { rule, blocks } => {
            let found = client.http().post("/api/v1/rules/parse", &json!({ "rule": rule }))?;
            if *blocks {
                return print_json(&found["blocks"]);
            }
            print(&format!("{}\n", found["rule"].as_str().unwrap_or_default()))
        }
        Rule::Check { rule, json } => {
            let found = client.http().post("/api/v1/rules/check", &json!({ "rule": rule }))?;
            if json.json {
                print_json(&found)?;
            } else {
                let listed = |kind: &str, name: &str| {
                    let items = found[name].as_array().into_iter().flatten();
                    items.map(|p| format!("{kind} {}\n", line(p))).collect::<String>()
                };
                let text = listed("error  ", "problems") + &listed("warning", "warnings");
                print(if text.is_empty() { "the rule is sound, and everything it names was seen\n" } else { &text })?;
            }
            if found["ok"] != Value::Bool(true) {
                bail!("the rule cannot be used");
            }
            Ok(())
        }
        Rule::Cost { rule, json } => {
            let found = client.http().post("/api/v1/rules/cost", &json!({ "rule": rule }))?;
            if json.json {
                return print_json(&found);
            }
            let events = match found["events"].as_array() {
                _ if found["every_event"] == Value::Bool(true) => "every event".to_owned(),
                Some(names) if !names.is_empty() => {
                    names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
                }
                _ => "no event".to_owned(),
            };
            print(&format!(
                "for each profile: {} states, {} of them timed; at most {} entries remembered, about {} bytes\n\
                 looks again at: {events}{}\n",
                found["states"],
                found["timed_states"],
                found["most_entries"],
                found["most_bytes"],
                if found["timed"] == Value::Bool(true) { ", and when time changes it" } else { "" }
            ))
        }
    }
}

fn line(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let hint = match text("did_you_mean") {
        "" => String::new(),
        name => format!("; did you mean {name}?"),
    };
    format!("{} {}{hint}", text("at"), text("message"))
}

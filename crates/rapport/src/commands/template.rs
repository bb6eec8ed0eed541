//! `rapport template`: tests.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::table::{Table, cell};
use super::{print, print_json};
use crate::cli::Template;
use crate::client::{Client, segment};

/// Runs one of its commands.
pub(super) fn run(client: &Client, command: &Template) -> Result<()> {
    let Template::Test(sample) = command;
    let data = sample.values.as_deref().map(serde_json::from_str::<Value>).transpose();
    let data = data.context("--values: expected a JSON object")?;
    let body = json!({"to": sample.to, "channel": sample.channel, "version": sample.version, "profile": sample.profile,
        "locale": sample.locale, "data": data.unwrap_or_else(|| json!({}))});
    let found = client.http().post(&format!("/api/v1/templates/{}/test", segment(&sample.id)), &body)?;
    if sample.json.json {
        print_json(&found)?;
    } else {
        let list = |name: &str| found[name].as_array().cloned().unwrap_or_default();
        let mut table = Table::new(&["to", "what became of it"]);
        for mail in list("mails") {
            let said = if mail["problem"].is_null() { &mail["answer"] } else { &mail["problem"] };
            table.row([cell(&mail["to"]), cell(said)]);
        }
        for missing in list("missing") {
            eprintln!("warning: {} has no value (line {})", cell(&missing["name"]), cell(&missing["line"]));
        }
        print(&table.text())?;
    }
    if found["ok"] == Value::Bool(true) { Ok(()) } else { bail!("not every mail was taken") }
}

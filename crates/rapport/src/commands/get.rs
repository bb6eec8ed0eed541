//! `rapport get`.

use anyhow::Result;
use rapport_domain::ResourceKind;
use serde_json::{Value, json};

use super::table::{Table, cell};
use super::{Usage, all_pages, print, print_json};
use crate::cli::{Get, Output};
use crate::client::Client;
use crate::documents;

/// Shows one document, or the list of a kind.
pub(super) fn run(client: &Client, args: &Get) -> Result<()> {
    let known = ResourceKind::ALL.map(ResourceKind::as_str);
    let kind = ResourceKind::parse(&args.kind)
        .ok_or_else(|| Usage(format!("unknown kind {:?}; expected one of {}", args.kind, known.join(", "))))?;
    match &args.id {
        Some(id) => {
            let path = documents::path(kind, id);
            let found = client.http().get(&path, &[])?;
            match args.output.unwrap_or(Output::Yaml) {
                Output::Json => print_json(&found),
                Output::Yaml => print(&yaml(&found)?),
                Output::Table => print(&table(&[found]).text()),
            }
        }
        None => {
            let mut all = Vec::new();
            all_pages(client, &format!("/api/v1/resources/{}", kind.as_str()), &[], |found| {
                all.push(found);
                Ok(())
            })?;
            match args.output.unwrap_or(Output::Table) {
                Output::Json => print_json(&Value::Array(all)),
                Output::Yaml => print(&all.iter().map(yaml).collect::<Result<Vec<_>>>()?.join("---\n")),
                Output::Table => print(&table(&all).text()),
            }
        }
    }
}

/// A document in the form that `apply` reads.
fn yaml(found: &Value) -> Result<String> {
    let document = json!({ "kind": found["kind"], "id": found["id"], "spec": found["spec"] });
    Ok(serde_norway::to_string(&document)?)
}

fn table(all: &[Value]) -> Table {
    let mut table = Table::new(&["id", "name", "version", "status", "live", "by", "at"]);
    for found in all {
        let name = cell(&found["spec"]["name"]);
        let rest = ["version", "status", "live_version", "created_by", "created_at"].map(|name| cell(&found[name]));
        table.row([cell(&found["id"]), name].into_iter().chain(rest));
    }
    table
}

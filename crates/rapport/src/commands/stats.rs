//! `rapport stats`.

use anyhow::Result;

use super::table::{Table, count};
use super::{print, print_json};
use crate::client::Client;

/// Prints the exact counts of the workspace.
pub(super) fn run(client: &Client, json: bool) -> Result<()> {
    let stats = client.http().get("/api/v1/stats", &[])?;
    if json {
        return print_json(&stats);
    }
    let mut table = Table::new(&["", ""]);
    for (group, names) in [
        ("events", &["accepted", "duplicates", "rejected", "processed", "in_lake"][..]),
        ("messages", &["sent", "skipped", "failed"]),
    ] {
        for name in names {
            table.row([format!("{group} {}", name.replace('_', " ")), count(&stats[group][*name])]);
        }
    }
    for (name, shown) in [("profiles", "profiles"), ("segments", "segments"), ("lag_ms", "lag, milliseconds")] {
        table.row([shown.to_owned(), count(&stats[name])]);
    }
    print(table.text().trim_start())
}

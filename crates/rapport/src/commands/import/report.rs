//! What an import came to.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cli::Import;
use crate::client::Client;
use crate::commands::table::{Table, count};
use crate::commands::{print, print_json};

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long to wait until the imported events are applied and duplicates are known.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// The workspace's counts of events.
pub(super) fn counts(client: &Client) -> Result<Value> {
    Ok(client.http().get("/api/v1/stats", &[])?["events"].clone())
}

/// Waits until what is accepted now is applied; answers how many events came again since `before`. `None` when that was
/// not waited for.
pub(super) fn duplicates(client: &Client, before: &Value, interrupted: &AtomicBool) -> Result<Option<u64>> {
    let number = |counts: &Value, name: &str| counts[name].as_u64().unwrap_or(0);
    let accepted = number(&counts(client)?, "accepted");
    let since = Instant::now();
    while !interrupted.load(Ordering::Acquire) && since.elapsed() < PATIENCE {
        let stats = client.http().get("/api/v1/stats", &[])?;
        let now = &stats["events"];
        let applied = number(now, "processed") + number(now, "duplicates");
        if applied >= accepted || stats["lag_ms"] == 0 {
            return Ok(Some(number(now, "duplicates").saturating_sub(number(before, "duplicates"))));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(None)
}

/// Keeps the report of rejected rows; answers where it is, when there were any.
pub(super) fn keep_rejects(client: &Client, import: &Value, args: &Import) -> Result<Option<String>> {
    if import["rejected"].as_u64().unwrap_or(0) == 0 {
        return Ok(None);
    }
    let id = import["id"].as_str().unwrap_or_default();
    let path = args.rejects.clone().unwrap_or_else(|| {
        let beside = args.file.as_ref().map(|f| PathBuf::from(format!("{}.rejects.csv", f.display())));
        beside.unwrap_or_else(|| format!("import-{id}.rejects.csv").into())
    });
    let report = client.http().get_text(&format!("/api/v1/imports/{id}/rejects"), &[])?;
    std::fs::write(&path, report.text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(Some(path.display().to_string()))
}

/// Prints the report; `rows_before` were read before this command began.
pub(super) fn show(summary: &Value, rows_before: u64, took: Duration, json: bool) -> Result<()> {
    if json {
        return print_json(summary);
    }
    print(&text(summary, rows_before, took))
}

fn text(summary: &Value, rows_before: u64, took: Duration) -> String {
    let import = &summary["import"];
    let word = |name: &str| import[name].as_str().unwrap_or_default();
    let mut table = Table::new(&["", "", ""]);
    let mut row = |name: &str, number: String, note: String| table.row([name.to_owned(), number, note]);
    let rows = import["rows"].as_u64().unwrap_or(0).saturating_sub(rows_before);
    let rate = rows as f64 / took.as_secs_f64().max(0.001);
    row("rows", count(&import["rows"]), format!("in {:.1} s, {rate:.0} a second", took.as_secs_f64()));
    row("events accepted", count(&import["accepted"]), String::new());
    let file = summary["rejects_file"].as_str().map(|f| format!("see {f}")).unwrap_or_default();
    row("rows rejected", count(&import["rejected"]), file);
    let known = !summary["duplicates"].is_null();
    let note = if known { "had been there before, and changed nothing" } else { "not all events are applied yet" };
    row("events duplicate", count(&summary["duplicates"]), note.to_owned());
    let error = import["error"].as_str().map(|e| format!("\n{e}\ngo on with: rapport import --resume {}", word("id")));
    format!(
        "import {} of {}: {}\n{}{}",
        word("id"),
        word("file_name"),
        word("state"),
        table.text().trim_start_matches('\n'),
        error.map(|e| e + "\n").unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reports_account_for_every_row() {
        let mut summary = json!({
            "import": {"id": "3", "file_name": "a.csv", "state": "done", "rows": 541_909, "accepted": 25_900, "rejected": 12, "error": null},
            "duplicates": 4, "rejects_file": "a.csv.rejects.csv",
        });
        let shown = text(&summary, 0, Duration::from_secs(10));
        for expected in [
            "import 3 of a.csv: done",
            "541 909",
            "25 900",
            "12  see a.csv.rejects.csv",
            "54191 a second",
            " 4  had been",
        ] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        summary["import"]["error"] = json!("the disk is full");
        summary["duplicates"] = json!(null);
        let shown = text(&summary, 0, Duration::from_secs(10));
        assert!(
            shown.contains("the disk is full\ngo on with: rapport import --resume 3") && shown.contains("not all"),
            "{shown}"
        );
    }
}

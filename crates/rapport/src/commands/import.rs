//! `rapport import`: sends a file to the server and watches it being read.

mod report;
mod upload;
mod xes;

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rapport_collect::import::{ImportSource, Mapping};
use serde_json::{Value, json};

use super::table::cell;
use crate::cli::Import;
use crate::client::Client;
use crate::interrupt;
use crate::progress::Progress;

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Rows read here to learn how long a row is, so that the remaining time can be told.
const SAMPLE_ROWS: usize = 20_000;

/// Imports a file, or goes on with an import.
pub(super) fn run(client: &Client, args: &Import) -> Result<ExitCode> {
    let interrupted = interrupt::flag()?;
    let before = report::counts(client)?;
    let (import, rows) = match (args.resume, &args.file) {
        (Some(id), _) => (resumed(client, id)?, 0),
        (None, Some(file)) => {
            let mapping = args.mapping.as_deref().map(read_mapping).transpose()?;
            let converted = xes::converted(file)?;
            let file = converted.as_ref().map_or(file.as_path(), |c| c.path());
            // The file and the mapping are looked at here first: what is wrong is told before anything is sent.
            let rows = estimate(file, mapping.as_deref())?;
            let sent = upload::send(client.http(), file, mapping, args.source.as_deref(), args.live)?;
            (sent, rows)
        }
        (None, None) => bail!("expected a file, or --resume with an import's id"),
    };
    let id = cell(&import["id"]);
    let (began, rows_before) = (Instant::now(), import["rows"].as_u64().unwrap_or(0));
    let Some(ended) = watch(client, &id, rows, &interrupted)? else {
        let goes_on = if client.is_embedded() { "stopped; go on with" } else { "goes on in the server; watch it with" };
        eprintln!("import {id} {goes_on}: rapport import --resume {id}");
        return Ok(ExitCode::FAILURE);
    };
    let took = began.elapsed();
    let rejects = report::keep_rejects(client, &ended, args)?;
    let duplicates = report::duplicates(client, &before, &interrupted)?;
    let summary = json!({ "import": ended, "duplicates": duplicates, "rejects_file": rejects });
    report::show(&summary, rows_before, took, args.json)?;
    Ok(if ended["state"] == "done" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read_mapping(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// About how many rows the file has.
fn estimate(file: &Path, mapping: Option<&str>) -> Result<u64> {
    let mapping = mapping.map(Mapping::parse).transpose()?;
    let mut source = ImportSource::open(file, mapping, None)?;
    let mut rows = 0;
    let first = source.next_batch(SAMPLE_ROWS)?;
    rows += first.iter().flat_map(|b| &b.entries).map(|e| e.rows).sum::<u64>();
    let (consumed, total) = source.progress();
    Ok((rows as f64 * (total as f64 / consumed.max(1) as f64)).ceil() as u64)
}

fn resumed(client: &Client, id: u64) -> Result<Value> {
    let path = format!("/api/v1/imports/{id}");
    let import = client.http().get(&path, &[])?;
    match import["state"].as_str() {
        Some("failed") => Ok(client.http().post(&format!("{path}/resume"), &json!({}))?),
        Some("cancelled") => bail!("import {id} was cancelled; import the file again, events already there count once"),
        _ => Ok(import),
    }
}

/// Shows how far an import is until it ends; `None` when the command was interrupted before.
fn watch(client: &Client, id: &str, rows: u64, interrupted: &AtomicBool) -> Result<Option<Value>> {
    let mut progress = Progress::new("rows", rows);
    let path = format!("/api/v1/imports/{id}");
    let ended = loop {
        let import = client.http().get(&path, &[])?;
        let note = format!("{} events, {} rows rejected", cell(&import["accepted"]), cell(&import["rejected"]));
        progress.at(import["rows"].as_u64().unwrap_or(0), &note);
        if matches!(import["state"].as_str(), Some("done" | "failed" | "cancelled")) {
            break Some(import);
        }
        if interrupted.load(Ordering::Acquire) {
            break None;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    progress.finish();
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_estimated_and_faults_told_before_anything_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.jsonl");
        let line = "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}\n";
        std::fs::write(&file, line.repeat(500)).unwrap();
        assert_eq!(estimate(&file, None).unwrap(), 500);
        std::fs::write(&file, line.repeat(100_000)).unwrap();
        let rows = estimate(&file, None).unwrap();
        assert!((95_000..=105_000).contains(&rows), "{rows}");
        let csv = dir.path().join("a.csv");
        std::fs::write(&csv, "id,name\n1,x\n").unwrap();
        let error = format!("{:#}", estimate(&csv, None).unwrap_err());
        assert!(error.contains("--mapping") && error.contains("id, name"), "{error}");
        assert!(estimate(&dir.path().join("none.csv"), None).unwrap_err().to_string().contains("none.csv"));
    }
}

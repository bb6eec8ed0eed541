//! `rapport apply` and `rapport diff`.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use super::print;
use crate::cli::Apply;
use crate::client::{Client, Http};
use crate::documents::{self, Document};

/// Writes documents; with `--publish` they take effect, with `--dry-run` they are only checked. Those of one kind may refer
/// to each other in any order: what is not accepted is tried again for as long as others are.
pub(super) fn apply(client: &Client, args: &Apply) -> Result<()> {
    let documents = documents::read(&args.files.file)?;
    let mut waiting: Vec<&Document> = documents.iter().collect();
    let failed = loop {
        let (before, mut refused) = (waiting.len(), Vec::new());
        for document in waiting {
            match one(client.http(), document, args) {
                Ok(done) => print(&format!("{} {}: {done}\n", document.kind.as_str(), document.id))?,
                Err(error) => refused.push((document, error)),
            }
        }
        if refused.is_empty() || refused.len() == before || args.dry_run {
            for (document, error) in &refused {
                eprintln!("{} {} ({}): {error}", document.kind.as_str(), document.id, document.place);
            }
            break refused.len();
        }
        waiting = refused.into_iter().map(|(document, _)| document).collect();
    };
    if failed > 0 {
        let hint = if args.dry_run { "; a dry run checks each against what the server has already" } else { "" };
        bail!("{failed} of {} documents were not accepted{hint}", documents.len());
    }
    Ok(())
}

/// Writes one document; says what became of it.
fn one(http: &Http, document: &Document, args: &Apply) -> Result<String> {
    let before = documents::newest(http, document.kind, &document.id)?;
    let options = match (args.dry_run, args.publish) {
        (true, _) => "?dry_run=true",
        (false, true) => "?publish=true",
        (false, false) => "",
    };
    let written = documents::put(http, document, options)?;
    for warning in written["warnings"].as_array().into_iter().flatten() {
        let text = |name: &str| warning[name].as_str().unwrap_or_default();
        eprintln!("  note: {}: {}", text("at"), text("message"));
    }
    let version = &written["version"];
    let unchanged = before.is_some_and(|b| b["version"] == *version);
    let becomes = if unchanged { "unchanged at" } else { "becomes" };
    let effect = match written["live_version"].as_u64() {
        _ if args.dry_run => ", nothing was written".to_owned(),
        Some(live) if Some(live) == version.as_u64() => ", live".to_owned(),
        Some(live) => format!(", a draft; version {live} is live"),
        None => ", a draft".to_owned(),
    };
    Ok(format!("{becomes} version {version}{effect}"))
}

/// Shows how files differ from the newest versions on the server.
pub(super) fn diff(client: &Client, path: &Path) -> Result<()> {
    let mut same = 0;
    for document in documents::read(path)? {
        let name = format!("{} {}", document.kind.as_str(), document.id);
        let Some(found) = documents::newest(client.http(), document.kind, &document.id)? else {
            print(&format!("{name}: new\n"))?;
            continue;
        };
        let changes = documents::differences(&found["spec"], &document.spec);
        if changes.is_empty() {
            same += 1;
            continue;
        }
        print(&format!("{name}: differs from version {}\n", found["version"]))?;
        for (place, from, to) in changes {
            print(&format!("  {place}: {} → {}\n", short(from.as_ref()), short(to.as_ref())))?;
        }
    }
    print(&format!("{same} unchanged\n"))
}

/// A value in at most a line.
fn short(value: Option<&Value>) -> String {
    const MOST: usize = 100;
    let Some(value) = value else { return "(absent)".to_owned() };
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).collect::<String>() + "…" }
}

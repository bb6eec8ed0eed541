//! `rapport export`: events or profiles as JSON lines.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result};
use serde_json::Value;

use super::all_pages;
use crate::cli::{Export, Exported};
use crate::client::Client;
use crate::progress::Progress;

/// Writes every profile, or every event profile by profile, the newest first.
pub(super) fn run(client: &Client, args: &Export) -> Result<()> {
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    let total = client.http().get("/api/v1/stats", &[])?["profiles"].as_u64().unwrap_or(0);
    let mut progress = args.out.is_some().then(|| Progress::new("profiles", total));
    let (mut profiles, mut written) = (0, 0_u64);
    let mut line = |value: &Value| -> Result<()> {
        serde_json::to_writer(&mut out, value)?;
        out.write_all(b"\n")?;
        written += 1;
        Ok(())
    };
    all_pages(client, "/api/v1/profiles", &[("sort", "id")], |profile| {
        let path = format!("/api/v1/profiles/{}", profile["id"].as_str().unwrap_or_default());
        match args.what {
            Exported::Profiles => line(&client.http().get(&path, &[])?)?,
            Exported::Events => all_pages(client, &format!("{path}/events"), &[], |event| line(&event))?,
        }
        profiles += 1;
        if let Some(progress) = &mut progress {
            progress.at(profiles, "");
        }
        Ok(())
    })?;
    out.flush()?;
    if let Some(progress) = &progress {
        progress.finish();
        eprintln!("{written} lines of {profiles} profiles");
    }
    Ok(())
}

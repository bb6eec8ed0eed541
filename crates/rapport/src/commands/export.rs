//! `rapport export`: events or profiles as JSON lines, in one answer of the server.

use std::fs::File;
use std::io::{BufWriter, Read, Write};

use anyhow::{Context, Result};

use crate::cli::{Export, Exported};
use crate::client::Client;
use crate::progress::Progress;

/// Writes every profile, or every event customer by customer, each one's newest first.
pub(super) fn run(client: &Client, args: &Export) -> Result<()> {
    let stats = client.http().get("/api/v1/stats", &[])?;
    let (what, total) = match args.what {
        Exported::Profiles => ("profiles", stats["profiles"].as_u64().unwrap_or(0)),
        // Events that Rapport records itself come on top, so how far it is cannot be told.
        Exported::Events => ("events", 0),
    };
    let mut body = client.http().get_stream(&format!("/api/v1/exports/{what}"))?;
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let mut progress = args.out.is_some().then(|| Progress::new(what, total));
    let (mut lines, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        let read = body.read(&mut buffer).context("the export broke off; what was written is not whole")?;
        if read == 0 {
            break;
        }
        match out.write_all(&buffer[..read]) {
            // Whoever reads has seen enough (`| head`).
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
        lines += buffer[..read].iter().filter(|b| **b == b'\n').count() as u64;
        if let Some(progress) = &mut progress {
            progress.at(lines, "");
        }
    }
    out.flush()?;
    if let Some(progress) = &progress {
        progress.finish();
        eprintln!("{lines} lines");
    }
    Ok(())
}

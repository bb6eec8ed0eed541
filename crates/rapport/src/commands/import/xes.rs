//! XES logs are turned into JSON lines of events before they are sent, so that everything after is one import.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;
use rapport_insights::xes::XesReader;

/// A file that is removed when it is no longer needed.
pub(super) struct Converted(PathBuf);

impl Converted {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Converted {
    fn drop(&mut self) {
        // Left behind in the folder for temporary files at worst.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The events of an XES log (`.xes`, `.xes.gz`) as JSON lines in a temporary file; `None` when the file is no log.
pub(super) fn converted(file: &Path) -> Result<Option<Converted>> {
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(stem) = name.strip_suffix(".xes").or_else(|| name.strip_suffix(".xes.gz")) else { return Ok(None) };
    let source = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let reader: Box<dyn BufRead> = match name.ends_with(".gz") {
        true => Box::new(BufReader::new(MultiGzDecoder::new(source))),
        false => Box::new(BufReader::new(source)),
    };
    let path = std::env::temp_dir().join(format!("{stem}-{}.jsonl", std::process::id()));
    let out = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    let (converted, mut out) = (Converted(path), BufWriter::new(out));
    for event in XesReader::new(reader) {
        let event = event.with_context(|| format!("{} is no XES log that can be imported", file.display()))?;
        writeln!(out, "{}", event.to_segment())?;
    }
    out.flush()?;
    Ok(Some(converted))
}

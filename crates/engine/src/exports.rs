//! Files of segments' members, written as often as the segment says: `exports/ws<workspace>/<segment>/<time>.csv` in the data
//! directory. The newest thirty stay. An erasure removes the workspace's files, for they may name the erased; the next one
//! that is due is written without them.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rapport_domain::{Profile, ProfileId, ResourceKind, Timestamp, WorkspaceId};
use rapport_segments::spec::ExportSpec;
use rapport_store::control::resources;
use serde_json::Value;

use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Files kept of one segment.
const KEPT: usize = 30;
/// Members read at once.
const MEMBERS_AT_ONCE: usize = 500;
/// The columns before those of traits.
pub const COLUMNS: [&str; 4] = ["profile", "user_id", "email", "since"];

/// A member as a row: [`COLUMNS`], then the traits.
#[must_use]
pub fn row(profile: &Profile, since: Timestamp, traits: &[String]) -> Vec<String> {
    let mut row = vec![profile.id.to_string()];
    row.extend(["user_id", "email"].map(|n| profile.identifier(n).unwrap_or_default().to_owned()));
    row.push(since.to_rfc3339());
    row.extend(traits.iter().map(|path| match profile.trait_value(path) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }));
    row
}

fn folder(shared: &Shared, ws: WorkspaceId) -> Option<PathBuf> {
    Some(shared.config.exports_dir.as_ref()?.join(format!("ws{}", ws.0)))
}

/// Files of one segment, oldest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    found.retain(|path| path.extension().is_some_and(|e| e == "csv"));
    found.sort();
    found
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name within the segment's folder.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// When it was written.
    pub at: Timestamp,
    /// Its size.
    pub bytes: u64,
}

/// The files of one segment, oldest first; none where no exports are written. `segment` is the id of a document.
#[must_use]
pub fn written(shared: &Shared, ws: WorkspaceId, segment: &str) -> Vec<Written> {
    let Some(folder) = folder(shared, ws).filter(|_| rapport_domain::resource::is_slug(segment)) else {
        return Vec::new();
    };
    let read = |path: PathBuf| {
        let (at, bytes) = (written_at(&path)?, fs::metadata(&path).ok()?.len());
        Some(Written { name: path.file_name()?.to_str()?.to_owned(), path, at, bytes })
    };
    files(&folder.join(segment)).into_iter().filter_map(read).collect()
}

/// When a file was written, by its name.
fn written_at(path: &Path) -> Option<Timestamp> {
    path.file_stem()?.to_str()?.parse().ok().map(Timestamp)
}

/// Writes the exports that are due.
///
/// # Errors
/// The state cannot be read or a file cannot be written; what is due stays due.
pub fn write_due(shared: &Shared) -> Result<(), EngineError> {
    for ws in shared.workspaces()? {
        let Some(folder) = folder(shared, ws) else { return Ok(()) };
        for segment in shared.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment))? {
            let Ok((spec, _)) = rapport_segments::spec::validate(&segment.spec) else { continue };
            let Some((export, every_ms)) = spec.export.as_ref().and_then(|e| Some((e, e.every_ms()?))) else {
                continue;
            };
            let (folder, now) = (folder.join(&segment.id), shared.clock.now());
            let last = files(&folder).last().and_then(|path| written_at(path));
            let ready = read::segments::is_ready(shared, ws, &segment.id)?;
            if ready && last.is_none_or(|at| now.since_ms(at) >= every_ms) {
                write(shared, ws, &segment.id, export, &folder, now).map_err(|e| match e {
                    Fault::Engine(error) => error,
                    Fault::File(error) => EngineError::System(format!("{}: {error}", folder.display())),
                })?;
            }
        }
    }
    Ok(())
}

enum Fault {
    Engine(EngineError),
    File(csv::Error),
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Fault::Engine(error)
    }
}

impl From<csv::Error> for Fault {
    fn from(error: csv::Error) -> Self {
        Fault::File(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Fault::File(error.into())
    }
}

fn write(
    shared: &Shared,
    ws: WorkspaceId,
    segment: &str,
    export: &ExportSpec,
    folder: &Path,
    now: Timestamp,
) -> Result<(), Fault> {
    fs::create_dir_all(folder)?;
    // Under another name until it is whole: a half-written file is never taken for an export.
    let unfinished = folder.join("unfinished");
    let mut writer = csv::Writer::from_writer(BufWriter::new(fs::File::create(&unfinished)?));
    writer.write_record(COLUMNS.iter().copied().chain(export.traits.iter().map(String::as_str)))?;
    let mut after = ProfileId(0);
    loop {
        let some = read::segments::members(shared, ws, segment, after, MEMBERS_AT_ONCE)?;
        for (id, since) in &some {
            if let Some(profile) = read::profiles::get(shared, ws, *id)? {
                writer.write_record(row(&profile, *since, &export.traits))?;
            }
        }
        match some.last() {
            Some((last, _)) if some.len() == MEMBERS_AT_ONCE => after = *last,
            _ => break,
        }
    }
    writer.flush()?;
    drop(writer);
    fs::rename(&unfinished, folder.join(format!("{:015}.csv", now.0)))?;
    let known = files(folder);
    for old in &known[..known.len().saturating_sub(KEPT)] {
        fs::remove_file(old)?;
    }
    Ok(())
}

/// Removes every exported file of a workspace: somebody in it was erased.
pub(crate) fn forget(shared: &Shared, ws: WorkspaceId) {
    let Some(folder) = folder(shared, ws) else { return };
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::error!(workspace.id = ws.0, %error, "exported files of a workspace could not be removed after an erasure");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_ordered_by_their_time() {
        let dir = tempfile::tempdir().unwrap();
        for at in [5i64, 1_700_000_000_000, 40] {
            fs::write(dir.path().join(format!("{at:015}.csv")), "").unwrap();
        }
        fs::write(dir.path().join("unfinished"), "").unwrap();
        let times: Vec<_> = files(dir.path()).iter().map(|f| written_at(f).unwrap().0).collect();
        assert_eq!(times, [5, 40, 1_700_000_000_000]);
    }
}

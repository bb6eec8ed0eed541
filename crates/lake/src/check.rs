//! Checking a lake on disk, without opening it for use.

use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::file::FileEntry;
use crate::manifest::Manifest;
use crate::merges::Merges;
use crate::names::Names;

/// What a check found in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub reason: String,
}

/// What a check covered and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Parquet files read and compared with their checksums.
    pub files: u64,
    /// Events in them.
    pub rows: u64,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Reads every manifest and every file of the lake in `dir` and compares checksums, row counts and order.
///
/// # Errors
/// `Io` when the directory cannot be read; damage is in the report.
pub fn check(dir: &Path) -> Result<CheckReport, LakeError> {
    let mut report = CheckReport::default();
    let mut note = |outcome: Result<(), LakeError>| match outcome {
        Err(LakeError::Corrupt { path, reason }) => {
            report.findings.push(Finding { path, reason });
            Ok(())
        }
        other => other,
    };
    note(Merges::open(dir).map(drop))?;
    let names = Names::default();
    let (mut files, mut rows) = (0, 0);
    for partition in 0..=u16::from(u8::MAX) {
        let manifest = match Manifest::load(dir, partition) {
            Ok(manifest) => manifest,
            Err(e) => {
                note(Err(e))?;
                continue;
            }
        };
        for meta in manifest.files {
            let path = dir.join(format!("ws{}", meta.workspace)).join(format!("p{partition:02}")).join(&meta.name);
            files += 1;
            rows += meta.rows;
            note(check_file(&FileEntry::new(path, meta, &names)))?;
        }
    }
    (report.files, report.rows) = (files, rows);
    Ok(report)
}

fn check_file(file: &FileEntry) -> Result<(), LakeError> {
    let columns = file.columns()?;
    let times = |span: usize| columns.times_at(span).map(|(_, ts)| ts);
    let in_order = |span: usize| {
        let (last, next) = (times(span - 1).last(), times(span).next());
        columns.profiles[span - 1] < columns.profiles[span]
            || columns.profiles[span - 1] == columns.profiles[span] && last <= next
    };
    let sorted = (0..columns.profiles.len()).all(|span| times(span).is_sorted() && (span == 0 || in_order(span)));
    if sorted { Ok(()) } else { Err(LakeError::corrupt(&file.path, "rows are not sorted by profile and time")) }
}

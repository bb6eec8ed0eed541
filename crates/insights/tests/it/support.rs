//! A lake in a temporary directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Event, Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{Lake, LakeConfig};
use serde_json::Value;

pub(crate) const WS: WorkspaceId = WorkspaceId(1);
pub(crate) const PARTITIONS: u16 = 2;

/// An event: profile, name, time, properties.
pub(crate) type Row = (ProfileId, String, i64, Value);

/// A lake that holds `rows`, half of them in files.
pub(crate) fn lake(rows: &[Row]) -> (tempfile::TempDir, Arc<Lake>) {
    let dir = tempfile::tempdir().unwrap();
    let config = LakeConfig { background: false, threads: 2, ..LakeConfig::default() };
    let lake = Lake::open(dir.path(), PARTITIONS, config).unwrap();
    let mut number = 0;
    for (seq, half) in [(1, &rows[..rows.len() / 2]), (2, &rows[rows.len() / 2..])] {
        let mut batches: BTreeMap<u16, Vec<ProcessedEvent>> = (0..PARTITIONS).map(|p| (p, vec![])).collect();
        for (profile, name, ts, properties) in half {
            number += 1;
            let properties = properties.as_object().cloned().unwrap_or_default();
            let event = Event::derived(WS, name, format!("m{number}"), Timestamp(*ts), properties);
            batches.entry(profile.home().0).or_default().push(ProcessedEvent { profile: *profile, event });
        }
        for (p, batch) in batches {
            lake.append(Partition(p), seq, batch);
        }
        if seq == 1 {
            lake.flush().unwrap();
        }
    }
    (dir, lake)
}

/// A folder of the real data sets: in `RAPPORT_DATA`, or in `shared/data` beside the checkout or above it.
pub(crate) fn data(folder: &str) -> Option<PathBuf> {
    let given = std::env::var_os("RAPPORT_DATA").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared/data"));
    let found = given.into_iter().chain(above).map(|d| d.join(folder)).find(|d| d.is_dir());
    if found.is_none() {
        println!("skipped: no {folder} of the real data sets; set RAPPORT_DATA to where they are");
    }
    found
}

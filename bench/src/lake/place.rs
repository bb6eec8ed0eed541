//! Where the events of the lake's benchmark and the peers' tables are kept, and how many events there are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Bytes on disk for each event: the lake while it is compacted, DuckDB's table while it is sorted, ClickHouse's while it
/// is merged.
const DISK_BYTES: u64 = 220;
/// Memory for each event: the peers' sorting, the folds' columns.
const MEMORY_BYTES: u64 = 60;

/// A directory with the events of one size.
#[derive(Debug)]
pub struct Place {
    dir: PathBuf,
    events: u64,
}

impl Place {
    /// `dir` is where to keep things, beside this binary when it is not given. With a `by_time.parquet` in it
    /// (`user_id, ts, event, country, amount` in order of arrival) those events are used instead of made ones.
    #[must_use]
    pub fn new(dir: Option<&Path>, events: u64) -> Self {
        let beside = || std::env::current_exe().map(|exe| exe.with_file_name(format!("bench-lake-{events}")));
        let dir = dir.map_or_else(|| beside().expect("this binary"), Path::to_owned);
        Place { dir, events }
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How many events are made.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The file of given events, if there is one.
    #[must_use]
    pub fn given(&self) -> Option<PathBuf> {
        Some(self.dir.join("by_time.parquet")).filter(|p| p.exists())
    }

    fn mark(&self) -> PathBuf {
        self.dir.join("ready")
    }

    /// Whether the events are there, whole.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.mark().exists()
    }

    /// The events are there, whole.
    pub fn mark_ready(&self) {
        std::fs::write(self.mark(), "").expect("a writable directory");
    }

    /// Removes what an interrupted run left, and looks whether there is room.
    ///
    /// # Errors
    /// A sentence saying how much room is wanted.
    pub fn prepare(&self) -> Result<(), String> {
        std::fs::create_dir_all(&self.dir).map_err(|e| format!("{}: {e}", self.dir.display()))?;
        for left in ["lake", "peers"] {
            let _ = std::fs::remove_dir_all(self.dir.join(left));
        }
        let wants = |what: &str, found: Option<u64>, each: u64| match found {
            Some(found) if found < self.events * each => Err(format!(
                "lake: {} events want about {} GB of {what}, there are {} GB; choose fewer with --events",
                self.events,
                (self.events * each).div_ceil(1_000_000_000),
                found / 1_000_000_000
            )),
            _ => Ok(()),
        };
        wants("disk", free_disk(&self.dir), DISK_BYTES)?;
        wants("memory", free_memory(), MEMORY_BYTES)
    }
}

/// Free bytes of a directory's file system, as `df` says.
fn free_disk(dir: &Path) -> Option<u64> {
    let out = Command::new("df").args(["--output=avail", "-B1"]).arg(dir).output().ok()?;
    String::from_utf8_lossy(&out.stdout).lines().nth(1)?.trim().parse().ok()
}

/// Memory that can be had without swapping, bytes.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

/// A number of events as people write it: `200k`, `20m`, `20_000_000`, `2e7`.
#[must_use]
pub fn count(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase().replace('_', "");
    let (digits, unit) = match text.strip_suffix(['k', 'm']) {
        Some(digits) => (digits, if text.ends_with('k') { 1e3 } else { 1e6 }),
        None => (text.as_str(), 1.0),
    };
    let number = digits.parse::<f64>().ok()? * unit;
    (1.0..=1e9).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_people_write_them() {
        for (text, expected) in
            [("200k", Some(200_000)), ("20M", Some(20_000_000)), ("1_000", Some(1_000)), ("2e7", Some(20_000_000))]
        {
            assert_eq!(count(text), expected, "{text}");
        }
        for text in ["", "m", "-1", "many", "1g", "0"] {
            assert_eq!(count(text), None, "{text}");
        }
    }
}

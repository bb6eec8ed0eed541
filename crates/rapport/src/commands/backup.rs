//! `rapport backup` and `rapport restore`: a data directory copied whole, while nobody writes to it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rapport_log::{Log, SegmentLog};
use rapport_store::{KEY_FILE, Stores};

use crate::config::{Config, FILE_NAME};

/// What lies in a data directory beside the databases, which copy themselves.
const FOLDERS: [&str; 3] = ["log", "lake", "imports"];
/// The configuration, and the key without which the passwords of channels cannot be read: keep a backup like a password.
const FILES: [&str; 2] = [FILE_NAME, KEY_FILE];
/// Written last: a folder without it is no whole backup.
const MARK: &str = "rapport-backup.json";

/// Copies the data directory into `to`.
pub(super) fn backup(config: &Config, to: &Path) -> Result<()> {
    let from = &config.data_dir;
    if !from.join("state").is_dir() {
        bail!("{} is no data directory: expected the folders state, log and lake", from.display());
    }
    let occupied = fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        bail!("{} is not empty; name a new folder", to.display());
    }
    // Opening the log takes its lock and cuts off an unfinished commit.
    let log = SegmentLog::open(&config.log_config())
        .context("the data directory must not be in use while it is copied; stop the server first")?;
    let stores = Stores::open(from, config.partitions, &config.db_options())?;
    fs::create_dir_all(to).with_context(|| format!("{} cannot be created", to.display()))?;
    stores.backup_to(to)?;
    let mut bytes = 0;
    for folder in FOLDERS {
        bytes += copy(&from.join(folder), &to.join(folder))?;
    }
    for name in FILES {
        if from.join(name).is_file() {
            bytes += copy_file(&from.join(name), &to.join(name))?;
        }
    }
    let records: u64 = (0..log.partitions()).map(|p| log.head(rapport_domain::Partition(p))).sum();
    let mark = serde_json::json!({ "partitions": config.partitions, "records": records });
    fs::write(to.join(MARK), mark.to_string())?;
    sync(to)?;
    let state = stores.size_bytes();
    eprintln!("copied {} MiB of databases and {} MiB of files to {}", state >> 20, bytes >> 20, to.display());
    Ok(())
}

/// Puts a backup into the data directory, which must be empty.
pub(super) fn restore(config: &Config, from: &Path) -> Result<()> {
    if !from.join(MARK).is_file() {
        bail!("{} is no whole backup: {MARK} is missing", from.display());
    }
    let to = &config.data_dir;
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; name a new data directory with --data", to.display());
    }
    let bytes = copy(from, to)?;
    fs::remove_file(to.join(MARK))?;
    sync(to)?;
    // Opening checks that the parts belong together.
    SegmentLog::open(&config.log_config())?;
    Stores::open(to, config.partitions, &config.db_options())?.integrity_check()?;
    eprintln!("restored {} MiB into {}", bytes >> 20, to.display());
    Ok(())
}

/// Copies a folder with everything in it; answers how many bytes. A folder that is not there is empty.
fn copy(from: &Path, to: &Path) -> Result<u64> {
    let mut bytes = 0;
    let entries = match fs::read_dir(from) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", from.display())),
    };
    fs::create_dir_all(to).with_context(|| format!("{} cannot be created", to.display()))?;
    for entry in entries {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        bytes += if entry.file_type()?.is_dir() { copy(&source, &target)? } else { copy_file(&source, &target)? };
    }
    sync(to)?;
    Ok(bytes)
}

fn copy_file(from: &Path, to: &Path) -> Result<u64> {
    let copied = || {
        let bytes = fs::copy(from, to)?;
        File::open(to)?.sync_all()?;
        Ok::<_, io::Error>(bytes)
    };
    copied().with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))
}

fn sync(folder: &Path) -> Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

#[cfg(test)]
mod tests {
    use rapport_log::AppendBatch;

    use super::*;

    #[test]
    fn a_restored_backup_is_the_same_data() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| Config { data_dir: dir.path().join(name), partitions: 2, ..Config::default() };
        let (original, restored) = (at("a"), at("c"));
        drop(Stores::open(&original.data_dir, 2, &original.db_options()).unwrap());
        {
            let log = SegmentLog::open(&original.log_config()).unwrap();
            let mut batch = AppendBatch::new();
            batch.push_bytes(rapport_domain::Partition(1), b"record");
            log.append(batch).unwrap().wait_blocking().unwrap();
            let error = format!("{:#}", backup(&original, &dir.path().join("b")).unwrap_err());
            assert!(error.contains("stop the server first"), "{error}");
        }
        fs::create_dir_all(original.lake_dir().join("ws1")).unwrap();
        fs::write(original.lake_dir().join("ws1/file"), "columns").unwrap();
        backup(&original, &dir.path().join("b")).unwrap();
        assert!(backup(&original, &dir.path().join("b")).unwrap_err().to_string().contains("not empty"));
        restore(&restored, &dir.path().join("b")).unwrap();
        assert!(restore(&restored, &dir.path().join("b")).unwrap_err().to_string().contains("not empty"));
        assert_eq!(fs::read_to_string(restored.lake_dir().join("ws1/file")).unwrap(), "columns");
        let key = |config: &Config| fs::read_to_string(config.data_dir.join(KEY_FILE)).unwrap();
        assert_eq!(key(&restored), key(&original));
        let log = SegmentLog::open(&restored.log_config()).unwrap();
        assert_eq!(log.head(rapport_domain::Partition(1)), 1);
        assert!(restore(&at("d"), &dir.path().join("a")).unwrap_err().to_string().contains("no whole backup"));
    }
}

//! `rapport backup` and `rapport restore`: a data directory copied whole, also while a server writes to it.
//!
//! A backup is what a crash at one moment would have left, and a server recovers from a crash. At that moment nobody writes to
//! the databases (see [`Cut`]), and the files beside them get second names; then everything is copied at leisure.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use rapport_log::SegmentLog;
use rapport_store::{Cut, KEY_FILE, Stores};

use crate::config::{Config, FILE_NAME};

/// What lies in a data directory beside the databases, which copy themselves.
const FOLDERS: [&str; 3] = ["log", "lake", "imports"];
/// The configuration, and the key without which the passwords of channels cannot be read: keep a backup like a password.
const FILES: [&str; 2] = [FILE_NAME, KEY_FILE];
/// Written last: a folder without it is no whole backup.
const MARK: &str = "rapport-backup.json";
/// In the data directory, while a backup runs.
const STAGE: &str = ".backup";
/// How often a partition of the lake may be rewritten while its files get their second names.
const ATTEMPTS: usize = 20;

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
    fs::create_dir_all(to).with_context(|| format!("{} cannot be created", to.display()))?;
    // Everything known of everybody lies here.
    fs::set_permissions(to, fs::Permissions::from_mode(0o700))?;
    let stage = Stage::new(from)?;
    let (cut, ()) = Cut::take(from, &config.db_options(), || stage.fill(from))?;
    let state = cut.copy_to(to)?;
    drop(cut);
    let bytes = copy(&stage.files(), to)?;
    cut_unsteady_tail(&stage.files().join("log"), &to.join("log"))?;
    drop(stage);
    let mark = serde_json::json!({ "partitions": config.partitions });
    fs::write(to.join(MARK), mark.to_string())?;
    sync(to)?;
    eprintln!("copied {} MiB of databases and {} MiB of files to {}", state >> 20, bytes >> 20, to.display());
    Ok(())
}

/// The files of one moment under second names: they stay when the server removes theirs.
struct Stage {
    dir: PathBuf,
    _lock: File,
}

impl Stage {
    fn new(data: &Path) -> Result<Stage> {
        let dir = data.join(STAGE);
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be created", dir.display()))?;
        let lock = File::create(dir.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!("another backup of {} is being made", data.display());
        }
        let stage = Stage { dir, _lock: lock };
        // What a killed backup left.
        clear(&stage.files())?;
        Ok(stage)
    }

    fn files(&self) -> PathBuf {
        self.dir.join("files")
    }

    fn fill(&self, data: &Path) -> Result<()> {
        for folder in FOLDERS {
            let (from, to) = (data.join(folder), self.files().join(folder));
            let mut left = ATTEMPTS;
            loop {
                let before = shape(&from)?;
                clear(&to)?;
                name_twice(&from, &to)?;
                // The lake replaces files: what looks the same before and after was one moment. The log only grows, and a
                // record too many is one that is applied after the restore.
                if folder != "lake" || before == shape(&from)? {
                    break;
                }
                left -= 1;
                if left == 0 {
                    bail!("the lake changes faster than its files can be listed; try again");
                }
            }
        }
        for name in FILES {
            if data.join(name).is_file() {
                copy_file(&data.join(name), &self.files().join(name))?;
            }
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Err(error) = clear(&self.files()) {
            eprintln!("{} stays; the next backup removes it: {error:#}", self.dir.display());
        }
    }
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// A file as far as its replacement can be seen: name, number, length, last change.
type Seen = (PathBuf, u64, u64, Option<SystemTime>);

/// What lies in a folder and below it. Files that go away meanwhile are left out.
fn shape(folder: &Path) -> Result<Vec<Seen>> {
    let mut out = Vec::new();
    for (path, meta) in entries(folder)? {
        if meta.is_dir() {
            out.extend(shape(&path)?);
        }
        out.push((path, meta.ino(), meta.len(), meta.modified().ok()));
    }
    out.sort();
    Ok(out)
}

/// The entries of a folder; none when there is no folder.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, fs::Metadata)>> {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let listed = match fs::read_dir(folder) {
        Err(error) if gone(&error) => return Ok(Vec::new()),
        listed => listed.with_context(|| format!("{} cannot be read", folder.display()))?,
    };
    let mut out = Vec::new();
    for entry in listed {
        let path = entry?.path();
        match fs::symlink_metadata(&path) {
            Err(error) if gone(&error) => {}
            meta => out.push((path, meta?)),
        }
    }
    Ok(out)
}

/// Gives every file below `from` a second name below `to`; files that are appended to or written anew are copied, but the log.
fn name_twice(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be created", to.display()))?;
    for (path, meta) in entries(from)? {
        let Some(target) = path.file_name().map(|name| to.join(name)) else { continue };
        let done = if meta.is_dir() {
            name_twice(&path, &target)?;
            Ok(())
        } else if path.extension().is_some_and(|e| e == "manifest" || e == "json") || path.ends_with("merges.log") {
            fs::copy(&path, &target).map(|_| ())
        } else {
            fs::hard_link(&path, &target)
        };
        match done {
            // Removed since it was listed: nobody needs it any more.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done.with_context(|| format!("{} cannot be kept for the backup", path.display()))?,
        }
    }
    Ok(())
}

/// The server may have been writing to the end of the log while it was copied, so that a later block is whole and an earlier
/// is not. What a second look finds different is cut off, as after a crash.
fn cut_unsteady_tail(from: &Path, to: &Path) -> Result<()> {
    let segments = entries(to)?.into_iter().map(|(path, _)| path).filter(|p| p.extension().is_some_and(|e| e == "seg"));
    let Some(copy) = segments.max() else { return Ok(()) };
    let Some(name) = copy.file_name() else { return Ok(()) };
    let (mut a, mut b) = (File::open(from.join(name))?, File::options().read(true).write(true).open(&copy)?);
    let (mut one, mut other, mut alike) = (vec![0; 1 << 20], vec![0; 1 << 20], 0);
    loop {
        let read = b.read(&mut other)?;
        if read == 0 {
            return Ok(());
        }
        a.read_exact(&mut one[..read])?;
        if let Some(at) = (0..read).find(|at| one[*at] != other[*at]) {
            b.set_len(alike + at as u64)?;
            return Ok(b.sync_all()?);
        }
        alike += read as u64;
    }
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
    use rapport_log::{AppendBatch, Log};

    use super::*;

    #[test]
    fn a_tail_that_changes_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a"), dir.path().join("b"));
        for folder in [&from, &to] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("1.seg"), [1; 10]).unwrap();
        }
        let content = |byte: u8| [vec![7; 3 << 20], vec![byte; 100]].concat();
        fs::write(from.join("2.seg"), content(8)).unwrap();
        fs::write(to.join("2.seg"), content(8)).unwrap();
        cut_unsteady_tail(&from, &to).unwrap();
        assert_eq!(fs::metadata(to.join("2.seg")).unwrap().len(), (3 << 20) + 100);
        fs::write(to.join("2.seg"), content(0)).unwrap();
        cut_unsteady_tail(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("2.seg")).unwrap(), vec![7; 3 << 20]);
    }

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
            fs::create_dir_all(original.lake_dir().join("ws1")).unwrap();
            fs::write(original.lake_dir().join("ws1/file"), "columns").unwrap();
            // The log is open, as in a running server.
            backup(&original, &dir.path().join("b")).unwrap();
        }
        assert_eq!(entries(&original.data_dir.join(STAGE)).unwrap().len(), 1, "only the lock file stays");
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

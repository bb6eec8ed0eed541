//! One database file: opened once, one writer, a few readers.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{ArcMutexGuard, Mutex, RawMutex};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::pool::Pool;
use super::session::Session;
use super::tx::{OwnedTx, Reader, Tx};
use rapport_domain::Pii;

use crate::{Result, StoreError};

/// How a database is opened. The defaults suit a partition of a busy installation.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// Flush to the device at every commit, so that a commit survives power loss. Without it a commit survives the
    /// death of the process, and power loss may take back the last commits (never damage the file) unless
    /// [`Db::sync`] ran after them.
    pub synchronous_full: bool,
    /// Page cache of the writer, in KiB; filled as pages are used.
    pub cache_kib: u32,
    /// Page cache of each reader, in KiB.
    pub reader_cache_kib: u32,
    /// How much of the file is read through memory mapping, in MiB; 0 is none.
    pub mmap_mib: u32,
    /// Most read connections.
    pub readers: usize,
    /// Prepared statements kept by each connection.
    pub statements: usize,
    /// Pages of write-ahead log after which a commit moves them into the file.
    pub checkpoint_pages: u32,
    /// Largest size of the file in MiB; writes beyond it fail as on a full disk. 0 is no limit of its own.
    pub max_mib: u32,
    /// How long to wait for a writer, a reader connection or another process, in milliseconds.
    pub busy_timeout_ms: u64,
    /// The keys of secrets at rest, base64, the present one first; `None` takes the key file of the data directory.
    pub secret_key: Option<Pii<String>>,
}

impl Default for DbOptions {
    fn default() -> Self {
        DbOptions {
            synchronous_full: true,
            cache_kib: 8 * 1024,
            reader_cache_kib: 1024,
            mmap_mib: 0,
            readers: 4,
            statements: 256,
            checkpoint_pages: 2048,
            max_mib: 0,
            busy_timeout_ms: 10_000,
            secret_key: None,
        }
    }
}

/// Bytes of a page; SQLite's default, stated because `max_mib` and the checkpoint size are counted in it.
const PAGE_BYTES: u64 = 4096;
/// The write-ahead log is cut to this size after a checkpoint, so that one large transaction does not keep its space.
const JOURNAL_LIMIT_BYTES: u64 = 8 * 1024 * 1024;

/// One database file. Cheap to share: wrap it in an `Arc` or borrow it.
pub struct Db {
    pub(super) path: PathBuf,
    pub(super) options: DbOptions,
    writer: Arc<Mutex<Session>>,
    readers: Arc<Pool>,
    wal: Mutex<Option<File>>,
}

impl Db {
    /// Opens the file, creating it when it is absent. The folder must exist.
    pub fn open(path: impl AsRef<Path>, options: &DbOptions) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let file: Arc<str> = Arc::from(path.to_string_lossy());
        let writer = open_session(&path, &file, options, Role::Writer)?;
        let (reader_path, reader_file, reader_options) = (path.clone(), Arc::clone(&file), options.clone());
        let readers = Pool::new(file, options.readers, Duration::from_millis(options.busy_timeout_ms), move || {
            open_session(&reader_path, &reader_file, &reader_options, Role::Reader)
        });
        Ok(Db {
            path,
            options: options.clone(),
            writer: Arc::new(Mutex::new(writer)),
            readers: Arc::new(readers),
            wal: Mutex::new(None),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in a write transaction: committed when it answers `Ok`, rolled back when it answers `Err` or
    /// panics. Waits for the writer before it; a second `write` or `begin` inside `work` ends in [`StoreError::Busy`].
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        let tx = self.begin()?;
        let answer = work(&tx)?;
        tx.commit()?;
        Ok(answer)
    }

    /// Begins a write transaction that the caller holds across several calls.
    pub fn begin(&self) -> Result<OwnedTx> {
        Tx::begin(self.writer()?).map(OwnedTx::new)
    }

    /// The one connection that writes, once nobody else holds it.
    pub(super) fn writer(&self) -> Result<ArcMutexGuard<RawMutex, Session>> {
        let wait = Duration::from_millis(self.options.busy_timeout_ms);
        let busy = || StoreError::Busy { file: self.path.to_string_lossy().into_owned() };
        Mutex::try_lock_arc_for(&self.writer, wait).ok_or_else(busy)
    }

    /// Runs `work` on a snapshot of the committed state.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&Reader) -> Result<T, E>) -> Result<T, E> {
        work(&self.reader()?)
    }

    /// A snapshot of the committed state that the caller holds across several calls. Keep it short: while it lives,
    /// the write-ahead log cannot be emptied, and it takes one of few connections.
    pub fn reader(&self) -> Result<Reader> {
        Reader::begin(self.readers.lease()?)
    }

    /// Makes every commit so far survive power loss, also without `synchronous_full`: flushes the write-ahead log.
    /// SQLite flushes the log itself before it moves pages into the file, so the log is all there is to flush.
    pub fn sync(&self) -> Result<()> {
        let name = wal_path(&self.path);
        let fault = |e: std::io::Error| StoreError::Io { file: name.display().to_string(), detail: e.to_string() };
        let mut wal = self.wal.lock();
        if wal.is_none() {
            match File::open(&name) {
                Ok(file) => {
                    // The log's name in its folder must survive as well as its content.
                    let folder = self.path.parent().filter(|f| !f.as_os_str().is_empty());
                    File::open(folder.unwrap_or(Path::new("."))).and_then(|f| f.sync_all()).map_err(fault)?;
                    *wal = Some(file);
                }
                // Nothing was written since the file was opened.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(e) => return Err(fault(e)),
            }
        }
        wal.as_ref().map_or(Ok(()), |file| file.sync_data().map_err(fault))
    }

    /// Size of the file and its write-ahead log in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        let size = |path: &Path| path.metadata().map_or(0, |m| m.len());
        size(&self.path) + size(&wal_path(&self.path))
    }

    /// Opens one more read connection outside the pool, for long work such as a backup.
    pub(super) fn detached_reader(&self) -> Result<Session> {
        open_session(&self.path, &Arc::from(self.path.to_string_lossy()), &self.options, Role::Reader)
    }
}

fn wal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Writer,
    Reader,
}

fn open_session(path: &Path, file: &Arc<str>, options: &DbOptions, role: Role) -> Result<Session> {
    let is_new = path.metadata().map_or(true, |m| m.len() == 0);
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if role == Role::Writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags).map_err(|e| StoreError::from_sqlite(file, &e))?;
    connection.set_prepared_statement_cache_capacity(options.statements);
    let session = Session { connection, file: Arc::clone(file) };
    let busy = Duration::from_millis(options.busy_timeout_ms);
    session.connection.busy_timeout(busy).map_err(|e| session.fault(&e))?;
    // Plans do not depend on bound values: else SQLite prepares some statements anew whenever their values change.
    let stable = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    session.connection.set_db_config(stable, true).map_err(|e| session.fault(&e))?;
    let mmap = u64::from(options.mmap_mib) << 20;
    let common = format!("PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA mmap_size={mmap};");
    session.batch(&match role {
        Role::Writer => {
            let level = if options.synchronous_full { "FULL" } else { "NORMAL" };
            let max_pages =
                if options.max_mib == 0 { 4_294_967_294 } else { (u64::from(options.max_mib) << 20) / PAGE_BYTES };
            // Only a new file can be told how it is laid out, and asking waits for whoever writes to it.
            let layout = if is_new { "PRAGMA auto_vacuum=INCREMENTAL;" } else { "" };
            format!(
                "PRAGMA page_size={PAGE_BYTES}; {layout} PRAGMA secure_delete=FAST; PRAGMA journal_mode=WAL; \
                 PRAGMA synchronous={level}; {common} PRAGMA cache_size=-{}; \
                 PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={JOURNAL_LIMIT_BYTES}; \
                 PRAGMA max_page_count={max_pages};",
                options.cache_kib, options.checkpoint_pages
            )
        }
        Role::Reader => format!("{common} PRAGMA cache_size=-{}; PRAGMA query_only=ON;", options.reader_cache_kib),
    })?;
    Ok(session)
}

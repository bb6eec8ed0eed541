//! The few things the log asks of the file system while writing, in one place so that tests can make each of them fail.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// One kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create,
    Allocate,
    Write,
    Sync,
    Truncate,
}

/// Decides whether an operation fails; a failing write still writes half of its bytes first, as a full disk does.
#[cfg(test)]
pub(crate) type Fault = std::sync::Arc<dyn Fn(Op) -> io::Result<()> + Send + Sync>;

/// The disk, or in tests one with faults.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) fault: Option<Fault>,
}

impl Disk {
    #[cfg(test)]
    fn check(&self, op: Op) -> io::Result<()> {
        self.fault.as_ref().map_or(Ok(()), |fault| fault(op))
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    fn check(&self, _op: Op) -> io::Result<()> {
        Ok(())
    }

    /// Creates a file for reading and writing, replacing one left over.
    pub(crate) fn create(&self, path: &Path) -> io::Result<File> {
        self.check(Op::Create)?;
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
    }

    /// Reserves `bytes` bytes for the file, all zero. Where the file system cannot reserve, the file only gets the
    /// length, and a full disk shows when writing.
    pub(crate) fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.check(Op::Allocate)?;
        #[cfg(target_os = "linux")]
        match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL) => {}
            done => return done.map_err(io::Error::from),
        }
        file.set_len(bytes)
    }

    /// Writes all of `bytes` at `position`.
    pub(crate) fn write_at(&self, file: &File, bytes: &[u8], position: u64) -> io::Result<()> {
        if let Err(error) = self.check(Op::Write) {
            file.write_all_at(&bytes[..bytes.len() / 2], position)?;
            return Err(error);
        }
        file.write_all_at(bytes, position)
    }

    /// Makes the file's content durable.
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        self.check(Op::Sync)?;
        file.sync_data()
    }

    /// Cuts the file off at `bytes`.
    pub(crate) fn truncate(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.check(Op::Truncate)?;
        file.set_len(bytes)
    }

    /// Writes a small file so that it is there whole or not at all, durably.
    pub(crate) fn replace(
        &self,
        dir: &Path,
        name: &str,
        write: impl FnOnce(&File) -> io::Result<()>,
    ) -> io::Result<File> {
        let temporary = dir.join(format!("{name}{TEMPORARY}"));
        let made = self.create(&temporary).and_then(|file| {
            write(&file)?;
            self.check(Op::Sync)?;
            file.sync_all()?;
            fs::rename(&temporary, dir.join(name))?;
            sync_dir(dir)?;
            Ok(file)
        });
        if made.is_err() {
            // Best effort: an unfinished file takes room on a disk that may be full, and opening removes it anyway.
            let _ = fs::remove_file(&temporary);
        }
        made
    }
}

/// The ending of files that are not finished; opening the log removes them.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Makes creations, renames and removals in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

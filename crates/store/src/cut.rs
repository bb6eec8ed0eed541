//! All databases of a data directory at one moment, also while a server writes to them.

use std::path::{Path, PathBuf};

use crate::sql::{Db, DbOptions, Pinned};
use crate::{Result, StoreError};

/// The committed state of every database at one moment, held to be copied. While it lives, the write-ahead logs grow.
pub struct Cut {
    databases: Vec<(PathBuf, Pinned)>,
}

impl Cut {
    /// Holds off all who write to any partition, remembers the present state and runs `meanwhile`, which sees files beside
    /// the databases as they are at that moment; then writers go on. They wait for milliseconds.
    ///
    /// Partitions number their letters to one another, so that copies of different moments would not fit together.
    /// `control.db` is of a little later: partitions follow it.
    pub fn take<T, E: From<StoreError>>(
        dir: &Path,
        options: &DbOptions,
        meanwhile: impl FnOnce() -> Result<T, E>,
    ) -> Result<(Self, T), E> {
        let folder = dir.join("state");
        let fault = |e: std::io::Error| StoreError::Open { file: folder.display().to_string(), detail: e.to_string() };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(fault)? {
            let name = PathBuf::from(entry.map_err(fault)?.file_name());
            if name.extension().is_some_and(|e| e == "db") {
                names.push(name);
            }
        }
        names.sort();
        let open = |name: &PathBuf| Ok::<_, StoreError>((name.clone(), Db::open(folder.join(name), options)?));
        let all = names.iter().map(open).collect::<Result<Vec<_>>>()?;
        let partitions = all.iter().filter(|(name, _)| name.as_os_str() != "control.db");
        let writers = partitions.map(|(_, db)| db.begin()).collect::<Result<Vec<_>>>()?;
        let pin = |(name, db): &(PathBuf, Db)| Ok::<_, StoreError>((name.clone(), db.pin()?));
        let databases = all.iter().map(pin).collect::<Result<Vec<_>>>()?;
        let seen = meanwhile()?;
        drop(writers);
        Ok((Cut { databases }, seen))
    }

    /// Writes the databases into `dir/state/` of another data directory; answers how many bytes.
    pub fn copy_to(&self, dir: &Path) -> Result<u64> {
        let folder = dir.join("state");
        std::fs::create_dir_all(&folder)
            .map_err(|e| StoreError::Open { file: folder.display().to_string(), detail: e.to_string() })?;
        let mut bytes = 0;
        for (name, pinned) in &self.databases {
            let file = folder.join(name);
            pinned.copy_to(&file)?;
            bytes += file.metadata().map_or(0, |m| m.len());
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::Partition;

    use super::*;
    use crate::{Stores, partition};

    #[test]
    fn a_cut_is_one_moment_of_all_databases_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a"), dir.path().join("b"));
        let stores = Stores::open(&from, 2, &DbOptions::default()).unwrap();
        let set = |p: u16, offset: u64| {
            let db = stores.partition(Partition(p)).unwrap();
            db.write(|tx| partition::meta::set_offset(tx, offset)).unwrap();
        };
        set(0, 41);
        set(1, 42);
        let (cut, during) = std::thread::scope(|scope| {
            let taken = Cut::take(&from, &DbOptions::default(), || {
                // Nobody writes at this moment; who wants to waits.
                let late = scope.spawn(|| set(1, 43));
                std::thread::sleep(std::time::Duration::from_millis(50));
                Ok::<_, StoreError>(late.is_finished())
            });
            taken.unwrap()
        });
        assert!(!during);
        set(0, 50);
        cut.copy_to(&to).unwrap();
        assert_eq!(cut.copy_to(&to).unwrap_err().code(), "conflict");
        drop(cut);
        let copy = Stores::open(&to, 2, &DbOptions::default()).unwrap();
        copy.integrity_check().unwrap();
        let offset = |p| copy.partition(Partition(p)).unwrap().read(partition::meta::offset).unwrap();
        assert_eq!((offset(0), offset(1)), (41, 42));
    }
}

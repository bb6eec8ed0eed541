//! All databases of one installation.

use std::path::{Path, PathBuf};

use rapport_domain::Partition;

use crate::sql::{Db, DbOptions, Query};
use crate::vault::Vault;
use crate::{Result, StoreError, control, params, partition};

/// Most partitions: a profile id has 8 bits for its home, of which the sign bit stays free so that ids order as numbers.
pub const MAX_PARTITIONS: u16 = 128;

/// The control database and one database for each partition, in `state/` of the data directory.
pub struct Stores {
    folder: PathBuf,
    control: Db,
    partitions: Vec<Db>,
    vault: Vault,
}

impl Stores {
    /// Opens (and on first use creates) `dir/state/control.db` and `dir/state/p00.db`, `p01.db`, … and brings their
    /// schema up to date. Fails with [`StoreError::PartitionCount`] when the directory was created with another
    /// number of partitions.
    pub fn open(dir: impl AsRef<Path>, partitions: u16, options: &DbOptions) -> Result<Self> {
        if partitions == 0 || partitions > MAX_PARTITIONS {
            return Err(StoreError::invalid(
                "partitions",
                format!("expected 1 to {MAX_PARTITIONS}, found {partitions}"),
            ));
        }
        let folder = dir.as_ref().join("state");
        std::fs::create_dir_all(&folder)
            .map_err(|e| StoreError::Open { file: folder.display().to_string(), detail: e.to_string() })?;
        let vault = Vault::open(dir.as_ref(), options.secret_key.as_ref())?;
        let control = Db::open(folder.join("control.db"), options)?;
        control.migrate("control", control::MIGRATIONS)?;
        control.migrate("desk", control::desk::MIGRATIONS)?;
        fix_partition_count(&control, partitions)?;
        control.write(|tx| control::resources::seal_all(tx, &vault))?;
        let partitions = (0..partitions)
            .map(|number| {
                let db = Db::open(folder.join(file_name(Partition(number))), options)?;
                db.migrate("partition", partition::MIGRATIONS)?;
                Ok(db)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Stores { folder, control, partitions, vault })
    }

    /// The database of everything that is not a customer's: workspaces, members, keys, resources, audit, imports.
    #[must_use]
    pub fn control(&self) -> &Db {
        &self.control
    }

    /// What seals and opens secrets at rest.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The database of one partition; [`StoreError::NotFound`] when there is no such partition, as for a profile id
    /// that somebody made up.
    pub fn partition(&self, partition: Partition) -> Result<&Db> {
        self.partitions
            .get(usize::from(partition.0))
            .ok_or_else(|| StoreError::not_found(format!("partition {}", partition.0)))
    }

    /// Every partition with its database, in order.
    pub fn partitions(&self) -> impl ExactSizeIterator<Item = (Partition, &Db)> {
        self.partitions.iter().enumerate().map(|(number, db)| (Partition(number as u16), db))
    }

    /// How many partitions there are.
    #[must_use]
    pub fn partition_count(&self) -> u16 {
        self.partitions.len() as u16
    }

    /// Bytes of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.control.size_bytes() + self.partitions.iter().map(Db::size_bytes).sum::<u64>()
    }

    /// Reads and checks every file; the first fault names its file.
    pub fn integrity_check(&self) -> Result<()> {
        self.partitions.iter().chain([&self.control]).try_for_each(Db::integrity_check)
    }

    /// The folder of the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn file_name(partition: Partition) -> String {
    format!("p{:02}.db", partition.0)
}

fn fix_partition_count(control: &Db, asked: u16) -> Result<()> {
    control.write(|tx| {
        let sql = "INSERT INTO installation (key, value) VALUES ('partitions', ?1) ON CONFLICT (key) DO NOTHING";
        tx.execute(sql, &params![asked])?;
        let sql = "SELECT value FROM installation WHERE key = 'partitions'";
        let found: u16 = tx.query_row(sql, &[], |row| row.get(0))?.unwrap_or(asked);
        if found == asked {
            return Ok(());
        }
        Err(StoreError::PartitionCount { file: tx.file().to_owned(), found, asked })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_partitions_is_fixed() {
        let dir = tempfile::tempdir().unwrap();
        let options = DbOptions::default();
        let stores = Stores::open(dir.path(), 3, &options).unwrap();
        assert_eq!(stores.partitions().map(|(p, _)| p.0).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(dir.path().join("state/p02.db").exists());
        assert_eq!(stores.partition(Partition(3)).err().unwrap().code(), "not_found");
        drop(stores);
        let error = Stores::open(dir.path(), 4, &options).err().unwrap();
        assert!(matches!(error, StoreError::PartitionCount { found: 3, asked: 4, .. }), "{error}");
        assert!(Stores::open(dir.path(), 3, &options).is_ok());
        assert!(Stores::open(dir.path(), 0, &options).is_err());
    }
}

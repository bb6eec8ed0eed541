//! What can go wrong with stored state, and what each fault means to the caller.

use rapport_domain::ErrorClass;
use rusqlite::ErrorCode;

/// A fault of the store. Each variant that concerns a file names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room for a write; it works again when space returns.
    #[error("no space left to write {file}: free disk space or raise the limit; nothing was changed")]
    DiskFull {
        /// The database file.
        file: String,
    },
    /// Somebody else held the database for longer than the busy timeout.
    #[error("{file} is busy: another writer or reader held it too long")]
    Busy {
        /// The database file.
        file: String,
    },
    /// The device refused a read or write.
    #[error("input/output fault on {file}: {detail}")]
    Io {
        /// The database file.
        file: String,
        /// What SQLite or the system said.
        detail: String,
    },
    /// The file is not what was written to it.
    #[error("{file} is damaged: {detail}; stop and restore it from a backup")]
    Corrupt {
        /// The database file.
        file: String,
        /// What was found.
        detail: String,
    },
    /// The file cannot be opened or created.
    #[error("cannot open {file}: {detail}")]
    Open {
        /// The database file.
        file: String,
        /// Why.
        detail: String,
    },
    /// A secret at rest cannot be opened.
    #[error("the secret of {what} {detail}")]
    Sealed {
        /// Whose.
        what: String,
        /// Why, and what to do.
        detail: String,
    },
    /// A unique, foreign key, not-null or check constraint said no.
    #[error("{detail}")]
    Conflict {
        /// Which constraint.
        detail: String,
    },
    /// Another owner took over the partition; this one must stop without writing (invariant I2).
    #[error("this owner was replaced: it holds epoch {held}, the partition is at {current}")]
    Fenced {
        /// The epoch of the caller.
        held: u64,
        /// The epoch in the database.
        current: u64,
    },
    /// The database was written by a newer release.
    #[error(
        "{file} was written by a newer Rapport: {component} has schema {found}, this release knows up to {known}; \
         run the newer release"
    )]
    NewerSchema {
        /// The database file.
        file: String,
        /// Whose tables.
        component: String,
        /// The schema version found.
        found: u32,
        /// The newest schema version of this release.
        known: u32,
    },
    /// The data directory was created with another number of partitions, which is fixed.
    #[error("{file} was created with {found} partitions and cannot be opened with {asked}: the number is fixed")]
    PartitionCount {
        /// The control database.
        file: String,
        /// Partitions it was created with.
        found: u16,
        /// Partitions asked for.
        asked: u16,
    },
    /// A stored value is not of the expected type or cannot be decoded.
    #[error("unreadable value in {what}: {detail}")]
    Decode {
        /// The column or record.
        what: String,
        /// What was expected.
        detail: String,
    },
    /// There is no such thing.
    #[error("there is no {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The caller's value cannot be stored.
    #[error("{what}: {detail}")]
    Invalid {
        /// Which value.
        what: String,
        /// What was expected.
        detail: String,
    },
    /// The transaction ended earlier because a statement failed; nothing of it was kept.
    #[error("the transaction on {file} was rolled back by an earlier fault")]
    RolledBack {
        /// The database file.
        file: String,
    },
    /// A statement that cannot run: a fault in the program.
    #[error("statement failed on {file}: {detail}")]
    Sql {
        /// The database file.
        file: String,
        /// What SQLite said, with the statement.
        detail: String,
    },
}

impl StoreError {
    /// A stable name of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull { .. } => "store_disk_full",
            Self::Busy { .. } => "store_busy",
            Self::Io { .. } => "store_io",
            Self::Corrupt { .. } => "store_corrupt",
            Self::Open { .. } => "store_open",
            Self::Conflict { .. } => "conflict",
            Self::Sealed { .. } => "secret_sealed",
            Self::Fenced { .. } => "store_fenced",
            Self::NewerSchema { .. } => "store_newer_schema",
            Self::PartitionCount { .. } => "store_partition_count",
            Self::Decode { .. } => "store_decode",
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::RolledBack { .. } => "store_rolled_back",
            Self::Sql { .. } => "store_sql",
        }
    }

    /// What the fault means to the caller.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::DiskFull { .. } | Self::Busy { .. } | Self::Io { .. } | Self::RolledBack { .. } => {
                ErrorClass::Transient
            }
            Self::Conflict { .. } | Self::Sealed { .. } => ErrorClass::Conflict,
            Self::NotFound { .. } => ErrorClass::NotFound,
            Self::Invalid { .. } => ErrorClass::Invalid,
            Self::Corrupt { .. }
            | Self::Open { .. }
            | Self::Fenced { .. }
            | Self::NewerSchema { .. }
            | Self::PartitionCount { .. }
            | Self::Decode { .. }
            | Self::Sql { .. } => ErrorClass::Fatal,
        }
    }

    /// A value that cannot be decoded, for `repo.rs` files that read blobs.
    pub fn decode(what: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self::Decode { what: what.into(), detail: detail.to_string() }
    }

    /// `what` does not exist.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    /// `what` has a value that cannot be stored.
    pub fn invalid(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), detail: detail.into() }
    }

    /// `detail` is in the way.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::Conflict { detail: detail.into() }
    }

    /// Reads the class of a fault out of SQLite's answer.
    pub(crate) fn from_sqlite(file: &str, error: &rusqlite::Error) -> Self {
        let file = file.to_owned();
        let detail = error.to_string();
        let Some(code) = error.sqlite_error_code() else {
            return Self::Sql { file, detail };
        };
        match code {
            ErrorCode::DiskFull => Self::DiskFull { file },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
                Self::Busy { file }
            }
            ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::OutOfMemory => Self::Io { file, detail },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt { file, detail },
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::Open { file, detail },
            ErrorCode::ConstraintViolation => Self::Conflict { detail },
            _ => Self::Sql { file, detail },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_faults_get_their_class() {
        use rusqlite::ffi;
        for (code, expected, class) in [
            (ffi::SQLITE_FULL, "store_disk_full", ErrorClass::Transient),
            (ffi::SQLITE_BUSY, "store_busy", ErrorClass::Transient),
            (ffi::SQLITE_IOERR_FSYNC, "store_io", ErrorClass::Transient),
            (ffi::SQLITE_READONLY, "store_io", ErrorClass::Transient),
            (ffi::SQLITE_CORRUPT, "store_corrupt", ErrorClass::Fatal),
            (ffi::SQLITE_NOTADB, "store_corrupt", ErrorClass::Fatal),
            (ffi::SQLITE_CANTOPEN, "store_open", ErrorClass::Fatal),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, "conflict", ErrorClass::Conflict),
            (ffi::SQLITE_ERROR, "store_sql", ErrorClass::Fatal),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let error = StoreError::from_sqlite("state/p00.db", &error);
            assert_eq!((error.code(), error.class()), (expected, class));
        }
    }
}

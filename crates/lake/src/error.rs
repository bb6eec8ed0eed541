//! What can go wrong in the lake.

use std::path::{Path, PathBuf};

use rapport_domain::ErrorClass;

/// An error of the lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file system refused: full, read-only, gone. Trying again later may succeed.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stored file is not what was written: wrong length, checksum or structure.
    #[error("{path} is damaged: {reason}; restore it from a backup")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The data directory was made with another number of partitions.
    #[error("the lake in {path} has {found} partitions, {expected} were asked for")]
    Partitions {
        /// The lake's directory.
        path: PathBuf,
        /// How many it has.
        found: u16,
        /// How many were asked for.
        expected: u16,
    },
    /// A Parquet file handed in for import cannot be read.
    #[error("{path}: not a readable Parquet file: {reason}")]
    Import {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// A fold has too many filters.
    #[error("a query takes up to {most} conditions on events, this one has {found}")]
    Filters {
        /// How many it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// The query was cancelled.
    #[error("the query was cancelled")]
    Cancelled,
    /// The query ran into its time limit.
    #[error("the query took longer than its limit of {limit_ms} ms")]
    TimedOut {
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// A fold panicked; the query has no answer.
    #[error("a query worker failed: {0}")]
    Worker(String),
}

impl LakeError {
    /// A stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LakeError::Io { .. } => "lake_io",
            LakeError::Corrupt { .. } => "lake_corrupt",
            LakeError::Partitions { .. } => "lake_partitions",
            LakeError::Import { .. } => "parquet_unreadable",
            LakeError::Filters { .. } => "query_filters",
            LakeError::Cancelled => "query_cancelled",
            LakeError::TimedOut { .. } => "query_timed_out",
            LakeError::Worker(_) => "query_worker_failed",
        }
    }

    /// Its class, which decides status and retry.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            LakeError::Io { .. } | LakeError::Cancelled => ErrorClass::Transient,
            LakeError::Corrupt { .. } | LakeError::Partitions { .. } | LakeError::Worker(_) => ErrorClass::Fatal,
            LakeError::Import { .. } | LakeError::Filters { .. } | LakeError::TimedOut { .. } => ErrorClass::Invalid,
        }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> LakeError + '_ {
        move |source| LakeError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn corrupt(path: &Path, reason: impl ToString) -> LakeError {
        LakeError::Corrupt { path: path.to_owned(), reason: reason.to_string() }
    }
}

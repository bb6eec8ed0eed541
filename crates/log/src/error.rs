//! Everything the log can refuse or fail with.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rapport_domain::{ErrorClass, Partition};

/// Why the log did not do what it was asked. Cheap to clone: one failed commit answers many appends.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// The queue of waiting appends is full. Nothing was taken.
    #[error("the log's queue is full; try again in {retry_after_ms} ms")]
    Overloaded {
        /// When the queue should have room again, in milliseconds.
        retry_after_ms: u64,
    },
    /// The disk or quota is full. Nothing of the append is stored; it works again once there is room.
    #[error("the log's disk is full ({action})")]
    StorageFull {
        /// What was being done.
        action: &'static str,
    },
    /// The operating system failed. An append that ends so was not acknowledged; after a crash at this very moment it
    /// may still turn up, so repeating it relies on deduplication as any repeat does.
    #[error("the log failed to {action}: {source}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// What the operating system said.
        source: Arc<io::Error>,
    },
    /// A stored file is damaged. Never skipped: somebody must restore it or decide what to give up.
    #[error("the log is damaged: {}, byte {position}: {detail}; stop and restore the file from a backup", file.display())]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// Where in it, in bytes from its start.
        position: u64,
        /// What is wrong there.
        detail: String,
    },
    /// The file was written by a newer version of the format.
    #[error("{} has log format version {version}; this version reads up to {supported}", file.display())]
    UnsupportedVersion {
        /// The file.
        file: PathBuf,
        /// Its version.
        version: u16,
        /// The newest version this program reads.
        supported: u16,
    },
    /// The records asked for were released and deleted.
    #[error("partition {} no longer holds offset {from}; the first available is {first}", partition.0)]
    Trimmed {
        /// The partition.
        partition: Partition,
        /// The offset asked for.
        from: u64,
        /// The first offset still there.
        first: u64,
    },
    /// The reader is ahead of the log: the log lost records, or belongs to another state.
    #[error("partition {} ends at offset {head}, but offset {from} was asked for: log and state do not belong together", partition.0)]
    Ahead {
        /// The partition.
        partition: Partition,
        /// The offset asked for.
        from: u64,
        /// The next offset the log will assign.
        head: u64,
    },
    /// The batch is larger than one commit may be.
    #[error("a batch of {bytes} bytes is more than the {limit} bytes one commit may hold")]
    TooLarge {
        /// Its size with framing, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// There is no such partition.
    #[error("partition {} does not exist; the log has {partitions}", partition.0)]
    UnknownPartition {
        /// The partition named.
        partition: Partition,
        /// How many there are.
        partitions: u16,
    },
    /// The directory was created with another number of partitions, which is fixed for ever.
    #[error("the log in {} has {found} partitions, configured are {expected}", dir.display())]
    PartitionsDiffer {
        /// The log's directory.
        dir: PathBuf,
        /// What it was created with.
        found: u16,
        /// What the configuration says.
        expected: u16,
    },
    /// A configured value cannot work.
    #[error("log configuration: {field} {expected}")]
    InvalidConfig {
        /// The field.
        field: &'static str,
        /// What was expected of it.
        expected: &'static str,
    },
    /// Another process has this log open.
    #[error("the log in {} is open in another process", dir.display())]
    Locked {
        /// The log's directory.
        dir: PathBuf,
    },
    /// The log is shutting down.
    #[error("the log is closed")]
    Closed,
}

impl LogError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LogError::Overloaded { .. } => "log_overloaded",
            LogError::StorageFull { .. } => "log_storage_full",
            LogError::Io { .. } => "log_io",
            LogError::Corrupt { .. } => "log_corrupt",
            LogError::UnsupportedVersion { .. } => "log_unsupported_version",
            LogError::Trimmed { .. } => "log_trimmed",
            LogError::Ahead { .. } => "log_ahead",
            LogError::TooLarge { .. } => "log_batch_too_large",
            LogError::UnknownPartition { .. } => "log_unknown_partition",
            LogError::PartitionsDiffer { .. } => "log_partitions_differ",
            LogError::InvalidConfig { .. } => "log_invalid_config",
            LogError::Locked { .. } => "log_locked",
            LogError::Closed => "log_closed",
        }
    }

    /// The class of this error: it decides status and retry.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            LogError::Overloaded { .. } => ErrorClass::Throttled,
            LogError::StorageFull { .. } | LogError::Io { .. } | LogError::Closed => ErrorClass::Transient,
            LogError::Trimmed { .. } => ErrorClass::NotFound,
            LogError::Locked { .. } => ErrorClass::Conflict,
            LogError::TooLarge { .. }
            | LogError::UnknownPartition { .. }
            | LogError::PartitionsDiffer { .. }
            | LogError::InvalidConfig { .. } => ErrorClass::Invalid,
            LogError::Corrupt { .. } | LogError::UnsupportedVersion { .. } | LogError::Ahead { .. } => {
                ErrorClass::Fatal
            }
        }
    }

    pub(crate) fn io(action: &'static str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LogError::StorageFull { action },
            _ => LogError::Io { action, source: Arc::new(source) },
        }
    }

    pub(crate) fn corrupt(file: &Path, position: u64, detail: impl Into<String>) -> Self {
        LogError::Corrupt { file: file.to_path_buf(), position, detail: detail.into() }
    }
}

//! The lake's limits.

use std::time::Duration;

/// Rows in one row group of a file: the unit in which files are written and pruned.
pub(crate) const ROW_GROUP_ROWS: usize = 128 * 1024;
/// Raw text bytes after which a row group is closed early.
pub(crate) const ROW_GROUP_BYTES: usize = 64 * 1024 * 1024;
/// Rows in one page: the least that is decoded for a point read.
pub(crate) const PAGE_ROWS: usize = 4096;
/// Property columns of one file; keys beyond it, the rarer ones, stay in the JSON remainder.
pub(crate) const MAX_SHREDDED: usize = 256;
/// Different property keys that are counted while a file's columns are chosen.
pub(crate) const MAX_TALLIED_KEYS: usize = 4096;
/// Keys of the remainder that a file lists; with more of them any key may be in it.
pub(crate) const MAX_REST_KEYS: usize = 1024;
/// Bytes of a text that is put into a column; longer ones stay in the JSON.
pub(crate) const MAX_SHREDDED_TEXT: usize = 4096;
/// Rows whose JSON is decoded together when a fold asks for a property.
pub(crate) const TEXT_BLOCK_ROWS: u32 = 8192;
/// Filters of one fold: a row notes in 64 bits which it passed.
pub(crate) const MAX_FILTERS: usize = 64;
/// A fold looks at its cancel flag after this many events.
pub(crate) const CANCEL_CHECK_EVENTS: usize = 16 * 1024;

/// How much the lake keeps in memory and when it writes. Every queue and cache of the lake is bounded by one of these.
#[derive(Clone, Debug)]
pub struct LakeConfig {
    /// A partition is written to files when it holds this many unwritten rows…
    pub flush_rows: usize,
    /// …or when its oldest unwritten row is this old.
    pub flush_age: Duration,
    /// Above this many bytes of unwritten rows in all partitions the lake writes at once, and
    /// [`crate::Lake::is_behind`] says true from twice as many.
    pub hot_bytes: usize,
    /// Memory for decoded key columns (profile, time, event code) of files; the least recently used go first.
    pub column_bytes: usize,
    /// Memory for decoded JSON blocks of files.
    pub text_bytes: usize,
    /// Files of about the same size that compaction merges into one.
    pub merge_fan_in: usize,
    /// Compaction makes no file with more rows than this.
    pub max_file_rows: u64,
    /// Rows that compaction writes in one step, at most; it can stop and stands back between two steps.
    pub step_rows: usize,
    /// Threads of one query.
    pub threads: usize,
    /// Write and compact in background threads. Off in tests, which call `flush` and `compact` themselves.
    pub background: bool,
    /// Called on a background thread when it has nothing to do after it had: makes the allocator give back what that
    /// thread holds free.
    pub give_back: Option<fn()>,
}

impl Default for LakeConfig {
    fn default() -> Self {
        LakeConfig {
            flush_rows: 64 * 1024,
            flush_age: Duration::from_secs(60),
            hot_bytes: 96 * 1024 * 1024,
            column_bytes: 512 * 1024 * 1024,
            text_bytes: 128 * 1024 * 1024,
            merge_fan_in: 6,
            max_file_rows: 16 * 1024 * 1024,
            step_rows: ROW_GROUP_ROWS * 3 / 4,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            background: true,
            give_back: None,
        }
    }
}

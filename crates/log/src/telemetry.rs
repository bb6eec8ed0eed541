//! The log's metrics: names in one place, helpers that set them.

use std::time::Duration;

/// Every metric of this crate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Metric {
    /// Counter: records made durable.
    AppendedRecords,
    /// Counter: bytes of blocks made durable.
    AppendedBytes,
    /// Counter: group commits.
    Commits,
    /// Counter: commits that failed.
    CommitFailures,
    /// Histogram: seconds one `fdatasync` took.
    FsyncSeconds,
    /// Gauge: bytes waiting to be committed.
    QueueBytes,
    /// Gauge: bytes that may wait.
    QueueCapacityBytes,
    /// Counter: appends refused because the queue was full.
    Overloads,
    /// Gauge: segment files.
    Segments,
    /// Gauge: bytes of recent blocks held in memory.
    TailCacheBytes,
    /// Counter: reads that had to go to a file.
    FileReads,
    /// Counter: torn tails cut off at opening.
    TornTails,
}

impl Metric {
    fn name(self) -> &'static str {
        match self {
            Metric::AppendedRecords => "rapport_log_appended_records_total",
            Metric::AppendedBytes => "rapport_log_appended_bytes_total",
            Metric::Commits => "rapport_log_commits_total",
            Metric::CommitFailures => "rapport_log_commit_failures_total",
            Metric::FsyncSeconds => "rapport_log_fsync_seconds",
            Metric::QueueBytes => "rapport_log_queue_bytes",
            Metric::QueueCapacityBytes => "rapport_log_queue_capacity_bytes",
            Metric::Overloads => "rapport_log_overloads_total",
            Metric::Segments => "rapport_log_segments",
            Metric::TailCacheBytes => "rapport_log_tail_cache_bytes",
            Metric::FileReads => "rapport_log_file_reads_total",
            Metric::TornTails => "rapport_log_torn_tails_total",
        }
    }
}

pub(crate) fn count(metric: Metric, by: u64) {
    metrics::counter!(metric.name()).increment(by);
}

pub(crate) fn set(metric: Metric, value: usize) {
    metrics::gauge!(metric.name()).set(value as f64);
}

pub(crate) fn time(metric: Metric, took: Duration) {
    metrics::histogram!(metric.name()).record(took.as_secs_f64());
}

//! What the lake measures.

use std::time::Duration;

pub(crate) fn appended(rows: usize, hot_bytes: usize) {
    metrics::counter!("rapport_lake_appended_rows").increment(rows as u64);
    metrics::gauge!("rapport_lake_hot_bytes").set(hot_bytes as f64);
}

pub(crate) fn flushed(rows: usize, hot_bytes: usize, took: Duration) {
    if rows > 0 {
        metrics::counter!("rapport_lake_flushed_rows").increment(rows as u64);
        metrics::histogram!("rapport_lake_flush_seconds").record(took.as_secs_f64());
    }
    metrics::gauge!("rapport_lake_hot_bytes").set(hot_bytes as f64);
}

pub(crate) fn flush_failed() {
    metrics::counter!("rapport_lake_flush_failures_total").increment(1);
}

pub(crate) fn compacted(files: usize, rows: u64, took: Duration) {
    metrics::counter!("rapport_lake_compacted_files").increment(files as u64);
    metrics::counter!("rapport_lake_compacted_rows").increment(rows);
    metrics::histogram!("rapport_lake_compact_seconds").record(took.as_secs_f64());
}

pub(crate) fn compaction_step(rows: usize, took: Duration) {
    metrics::histogram!("rapport_lake_compact_step_rows").record(rows as f64);
    metrics::histogram!("rapport_lake_compact_step_seconds").record(took.as_secs_f64());
}

pub(crate) fn scanned(events: u64, took: Duration) {
    metrics::counter!("rapport_lake_scanned_rows").increment(events);
    metrics::histogram!("rapport_lake_scan_seconds").record(took.as_secs_f64());
}

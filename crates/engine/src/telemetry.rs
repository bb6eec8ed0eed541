//! The engine's metrics.

use std::time::Duration;

use metrics::{counter, histogram};

pub(crate) fn dropped(reason: &'static str) {
    counter!("rapport_engine_dropped_total", "reason" => reason).increment(1);
}

pub(crate) fn duplicate() {
    counter!("rapport_engine_duplicates_total").increment(1);
}

pub(crate) fn forwarded() {
    counter!("rapport_engine_forwarded_total").increment(1);
}

pub(crate) fn profile_created() {
    counter!("rapport_engine_profiles_created_total").increment(1);
}

pub(crate) fn merged() {
    counter!("rapport_engine_profiles_merged_total").increment(1);
}

pub(crate) fn erased() {
    counter!("rapport_engine_profiles_erased_total").increment(1);
}

pub(crate) fn edge(entered: bool) {
    counter!("rapport_engine_segment_edges_total", "edge" => if entered { "entered" } else { "exited" }).increment(1);
}

pub(crate) fn held() {
    counter!("rapport_engine_held_by_lake_total").increment(1);
}

pub(crate) fn timer_late_ms(late_ms: i64) {
    histogram!("rapport_engine_timer_late_seconds").record(late_ms.max(0) as f64 / 1e3);
}

pub(crate) fn batch(records: usize, rows: usize, took: Duration) {
    histogram!("rapport_engine_batch_records").record(records as f64);
    histogram!("rapport_engine_batch_seconds").record(took.as_secs_f64());
    counter!("rapport_engine_rows_total").increment(rows as u64);
}

/// Reports asked of the desk, by whether they were kept.
pub(crate) const RESULTS: &str = "rapport_desk_results_total";
/// Memory of the results that are kept, bytes.
pub(crate) const RESULT_BYTES: &str = "rapport_desk_result_bytes";
/// Mails to members, by what became of them.
pub(crate) const MAILS: &str = "rapport_desk_mails_total";
/// Alerts that began.
pub(crate) const ALERTS: &str = "rapport_desk_alerts_total";

pub(crate) fn edge_told(ok: bool) {
    counter!("rapport_engine_segment_calls_total", "ok" => if ok { "true" } else { "false" }).increment(1);
}

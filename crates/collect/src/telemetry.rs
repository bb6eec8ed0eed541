//! Metrics of the collector. Names are listed once, here.

use metrics::{Counter, Histogram};

use crate::core::reason::{RejectReason, Warnings};

/// Events appended to the log; counter.
pub const ACCEPTED_EVENTS: &str = "rapport_collect_accepted_events";
/// Items rejected, by `reason`; counter.
pub const REJECTED_EVENTS: &str = "rapport_collect_rejected_events";
/// Items accepted with a warning, by `warning`; counter.
pub const WARNED_EVENTS: &str = "rapport_collect_warned_events";
/// Requests refused as a whole, by `code`; counter.
pub const REFUSED_REQUESTS: &str = "rapport_collect_refused_requests";
/// Bytes of request bodies as received; counter.
pub const RECEIVED_BYTES: &str = "rapport_collect_received_bytes";
/// Items in a request that brought several; histogram.
pub const BATCH_EVENTS: &str = "rapport_collect_batch_events";

/// What is counted with every request, found in the recorder once.
pub(crate) struct RequestMeters {
    received_bytes: Counter,
    accepted: Counter,
    items: Histogram,
}

impl RequestMeters {
    /// Of the recorder in place now.
    pub(crate) fn new() -> Self {
        RequestMeters {
            received_bytes: metrics::counter!(RECEIVED_BYTES),
            accepted: metrics::counter!(ACCEPTED_EVENTS),
            items: metrics::histogram!(BATCH_EVENTS),
        }
    }

    pub(crate) fn request(&self, body_bytes: usize, items: usize, accepted: usize) {
        self.received_bytes.increment(body_bytes as u64);
        self.accepted.increment(accepted as u64);
        if items > 1 {
            self.items.record(items as f64);
        }
    }
}

pub(crate) fn rejected(reason: RejectReason) {
    metrics::counter!(REJECTED_EVENTS, "reason" => reason.as_str()).increment(1);
}

pub(crate) fn warned(warnings: Warnings) {
    for warning in warnings.iter() {
        metrics::counter!(WARNED_EVENTS, "warning" => warning.as_str()).increment(1);
    }
}

pub(crate) fn refused(code: &'static str) {
    metrics::counter!(REFUSED_REQUESTS, "code" => code).increment(1);
}

//! The API's metrics.

use std::time::Duration;

use metrics::{counter, histogram};

use crate::endpoint::Method;

/// Counts an answered request.
pub(crate) fn answered(method: Method, path: &'static str, status: u16, took: Duration) {
    let (method, class) = (method.as_str(), class(status));
    counter!("rapport_api_requests_total", "method" => method, "path" => path, "status" => class).increment(1);
    histogram!("rapport_api_request_seconds", "method" => method, "path" => path).record(took.as_secs_f64());
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

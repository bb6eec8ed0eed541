//! Collection and the machine's own endpoints.

use crate::auth::{Access, VIEWER};
use crate::endpoint::{Endpoint, Method};
use crate::reply::Done;
use crate::routes::{collect, health, sdk};

/// Media types SDKs send events as.
const MEDIA: [&str; 3] = ["application/json", "text/plain", "application/x-www-form-urlencoded"];

fn call<H, T>(path: &'static str, summary: &str, handler: H) -> Endpoint
where
    H: axum::handler::Handler<T, crate::state::ApiState>,
    T: 'static,
{
    Endpoint::new(Method::Post, path, Access::WriteKey, "collection", summary, handler)
        .takes(&MEDIA, "One event, or a batch, in Segment's form; gzip and deflate are understood.")
        .answers::<collect::Success>(200, "Durable.")
        .with_slash()
}

fn get<H, T>(path: &'static str, access: Access, tag: &str, summary: &str, handler: H) -> Endpoint
where
    H: axum::handler::Handler<T, crate::state::ApiState>,
    T: 'static,
{
    Endpoint::new(Method::Get, path, access, tag, summary, handler)
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    const KEY: Access = Access::WriteKey;
    const SETTINGS: &str = "What analytics.js loads before it sends";
    vec![
        call("/v1/identify", "Say who a customer is", collect::identify),
        call("/v1/track", "Record an event", collect::track),
        call("/v1/page", "Record a page view", collect::page),
        call("/v1/screen", "Record a screen view", collect::screen),
        call("/v1/group", "Put a customer into an account", collect::group),
        call("/v1/alias", "Say that two user ids are one customer", collect::alias),
        call("/v1/batch", "Send several calls at once", collect::batch),
        call("/v1/import", "Send history, which triggers no journey", collect::import),
        call("/v1/i", "Short for identify", collect::identify),
        call("/v1/t", "Short for track", collect::track),
        call("/v1/p", "Short for page", collect::page),
        call("/v1/s", "Short for screen", collect::screen),
        call("/v1/g", "Short for group", collect::group),
        call("/v1/a", "Short for alias", collect::alias),
        call("/v1/b", "Short for batch", collect::batch),
        call("/v1/m", "Metrics of analytics.js about itself, read and left", collect::client_metrics),
        get("/v1/pixel/{call}", KEY, "collection", "Record an event by a picture", collect::pixel).sends(
            200,
            "image/gif",
            "A transparent picture.",
        ),
        get("/v1/projects/{write_key}/settings", KEY, "collection", SETTINGS, collect::settings)
            .sends(200, "application/json", "Settings of analytics.js.")
            .with_slash(),
        get("/cdn/v1/projects/{write_key}/settings", KEY, "collection", SETTINGS, collect::settings).sends(
            200,
            "application/json",
            "Settings of analytics.js.",
        ),
        get("/sdk/{file}", Access::Public, "collection", "The browser SDK", sdk::file)
            .sends(200, "text/javascript", "A script; compressed as the request accepts.")
            .sends(404, "text/plain", "There is no such file, or the SDK is not in this build."),
        get("/healthz", Access::Public, "health", "Whether the process answers", health::healthz)
            .answers::<Done>(200, "It does."),
        get("/readyz", Access::Public, "health", "Whether the server can do its work", health::readyz)
            .answers::<health::Ready>(200, "It can."),
        get("/metrics", Access::Public, "health", "Metrics for Prometheus", health::metrics).sends(
            200,
            "text/plain",
            "Prometheus text format.",
        ),
        get("/api/v1/partitions", VIEWER, "health", "How the partitions stand", health::partitions)
            .answers::<health::Partitions>(200, "Lag, timers and outbox of each."),
    ]
}

//! Collection and the machine's own endpoints.

use crate::auth::{Access, VIEWER};
use crate::endpoint::{Endpoint, Method};
use crate::reply::Done;
use crate::routes::{collect, health, inapp, push, sdk};

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
        get("/v1/push/key", KEY, "push", "The key that browsers subscribe with", push::key)
            .answers::<push::PushKey>(200, "The public key."),
        Endpoint::new(Method::Post, "/v1/push/subscribe", KEY, "push", "A device takes notifications", push::subscribe)
            .body::<push::DeviceInput>()
            .answers::<push::DeviceAnswer>(200, "Durable."),
        Endpoint::new(Method::Post, "/v1/push/unsubscribe", KEY, "push", "It does not any more", push::unsubscribe)
            .body::<push::DeviceInput>()
            .answers::<push::DeviceAnswer>(200, "Durable."),
        Endpoint::new(Method::Post, "/inapp/session", KEY, "in-app", "Ask for a session", inapp::session)
            .body::<inapp::SessionInput>()
            .answers::<inapp::Session>(200, "The session; its token is null while the customer is not known."),
        get("/inapp/messages", KEY, "in-app", "The messages of a session", inapp::messages)
            .answers::<inapp::InAppMessages>(200, "As they stand."),
        get("/inapp/stream", KEY, "in-app", "The messages of a session, now and when they change", inapp::stream)
            .sends(200, "text/event-stream", "Events named messages, each with the body of /inapp/messages."),
        Endpoint::new(Method::Post, "/inapp/events", KEY, "in-app", "Tell what became of messages", inapp::told)
            .body::<inapp::InAppEvents>()
            .sends(204, "", "Noted."),
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

//! What an installation decides about its HTTP face.

use std::net::IpAddr;
use std::path::PathBuf;

use rapport_delivery::channels::http::Outbound;
use rapport_domain::time::{DAY_MS, MINUTE_MS};

/// Settings of the HTTP face. Every number is a limit.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Where browsers and customers reach this server, without a trailing slash.
    pub public_url: String,
    /// Whether cookies are sent over TLS only; true whenever `public_url` is `https`.
    pub secure_cookies: bool,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How long a sign-in lasts, milliseconds.
    pub session_ms: i64,
    /// Blocking reads and writes at once; more wait.
    pub blocking: usize,
    /// How long a request waits for its turn before it is told to come back, milliseconds.
    pub queue_wait_ms: u64,
    /// How long a query over events may take, milliseconds.
    pub query_ms: u64,
    /// Queries over events at once; more are told to come back.
    pub queries: usize,
    /// How long a write waits until it is applied, milliseconds.
    pub apply_wait_ms: u64,
    /// Where uploaded files to import are kept.
    pub import_dir: PathBuf,
    /// The largest file to import, bytes.
    pub max_import_bytes: u64,
    /// How long answers under an `Idempotency-Key` are remembered, milliseconds.
    pub idempotency_ms: i64,
    /// Records not yet applied above which `/readyz` says no.
    pub max_lag_records: u64,
    /// Shown on the sign-in page: how to get in, for the demo.
    pub sign_in_hint: Option<String>,
    /// What calls of trials, webhooks and checks may reach beside the public internet.
    pub outbound: Outbound,
}

impl ApiConfig {
    /// The defaults for a server reached at `public_url` that keeps uploads in `import_dir`.
    #[must_use]
    pub fn new(public_url: &str, import_dir: PathBuf) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        ApiConfig {
            secure_cookies: public_url.starts_with("https://"),
            public_url,
            trusted_proxies: Vec::new(),
            session_ms: 14 * DAY_MS,
            blocking: 32,
            queue_wait_ms: 5_000,
            query_ms: 60_000,
            queries: 4,
            apply_wait_ms: 2_000,
            import_dir,
            max_import_bytes: 16 << 30,
            idempotency_ms: DAY_MS,
            max_lag_records: 1_000_000,
            sign_in_hint: None,
            outbound: Outbound::default(),
        }
    }
}

/// Failed sign-ins of one account before it has to wait.
pub(crate) const FREE_FAILURES_PER_ACCOUNT: u32 = 5;
/// Failed sign-ins from one address before it has to wait.
pub(crate) const FREE_FAILURES_PER_ADDRESS: u32 = 20;
/// The longest wait after failed sign-ins.
pub(crate) const MAX_SIGN_IN_WAIT_MS: i64 = 15 * MINUTE_MS;
/// Bytes of a management request's body.
pub(crate) const MAX_BODY_BYTES: usize = 1 << 20;
/// Rows of a page when the request names no limit.
pub(crate) const DEFAULT_PAGE: usize = 50;
/// Most rows of a page.
pub(crate) const MAX_PAGE: usize = 500;

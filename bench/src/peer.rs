//! The floors that collection is compared with: the same server library in a process of its own, once reading and checking
//! the same bodies and throwing them away, once answering without a look.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use rapport_collect::{Call, CollectConfig, Collector, KeyInfo, NoQuality, RequestFacts, WriteKeys};
use rapport_domain::{Clock, EventKind, SourceId, SystemClock, WorkspaceId};
use rapport_log::MemoryLog;

/// The argument that makes the benchmark's binary such a server.
pub const ARGUMENT: &str = "--peer";

struct NoKeys;

impl WriteKeys for NoKeys {
    fn resolve(&self, _key: &str) -> Option<Arc<KeyInfo>> {
        None
    }
}

struct Discard {
    collector: Collector,
    key: KeyInfo,
}

fn success() -> Response {
    ([(CONTENT_TYPE, "application/json")], r#"{"success":true}"#).into_response()
}

fn parse(discard: &Discard, call: Call, body: &[u8]) -> Response {
    let facts = RequestFacts::new(call, SystemClock.now());
    match discard.collector.parse_only(body, &facts, &discard.key) {
        Ok(found) if found.rejected == 0 => success(),
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// Serves on a free port, whose address is the first line printed, until killed.
pub async fn serve() {
    let collector = Collector::new(
        Arc::new(MemoryLog::new(16)),
        Arc::new(NoKeys),
        Arc::new(NoQuality),
        Arc::new(SystemClock),
        CollectConfig::default(),
    );
    let discard = Arc::new(Discard { collector, key: KeyInfo::open(WorkspaceId(1), SourceId(1)) });
    let app =
        Router::new()
            .route("/empty", post(|| async { success() }))
            .route(
                "/v1/batch",
                post(|State(d): State<Arc<Discard>>, body: Bytes| async move { parse(&d, Call::Batch, &body) }),
            )
            .route(
                "/v1/track",
                post(|State(d): State<Arc<Discard>>, body: Bytes| async move {
                    parse(&d, Call::One(EventKind::Track), &body)
                }),
            )
            .with_state(discard);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    axum::serve(listener, app).await.expect("served");
}

/// A peer running in a process of its own; ends with its value.
pub struct Peer {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Peer {
    /// Starts it.
    #[must_use]
    pub fn start() -> Self {
        let binary = std::env::current_exe().expect("this binary");
        let mut child = Command::new(binary).arg(ARGUMENT).stdout(Stdio::piped()).spawn().expect("a process");
        let address = crate::server::first_line(&mut child).parse().expect("an address");
        Peer { child, address }
    }
}

impl Peer {
    /// Its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

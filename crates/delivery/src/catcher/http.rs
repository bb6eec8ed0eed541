//! A provider over HTTP that keeps what it gets and fails on request: for tests, HTTP/1.1 and HTTP/2 without TLS.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::error::DeliveryError;

/// The most that is kept of one request, bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Requests kept, at most.
const MAX_KEPT: usize = 100_000;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Whether it came by HTTP/2.
    pub http2: bool,
}

impl Caught {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What a request is answered with.
#[derive(Clone, Debug)]
pub enum Act {
    /// This status, these headers, this body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// No answer, ever.
    Hang,
    /// The connection breaks after the request was taken.
    Close,
}

impl Act {
    /// That status with a body.
    #[must_use]
    pub fn answer(status: u16, body: &str) -> Act {
        Act::Answer(status, Vec::new(), body.to_owned())
    }
}

#[derive(Default)]
struct Kept {
    caught: VecDeque<Caught>,
    script: VecDeque<Act>,
}

struct State {
    kept: Mutex<Kept>,
    usual: Mutex<Act>,
    arrived: Notify,
}

/// A running fake. Dropping it stops it.
pub struct HttpCatcher {
    address: SocketAddr,
    state: Arc<State>,
    task: AbortHandle,
}

impl HttpCatcher {
    /// Listens on a free port of this machine and answers everything with `usual`.
    ///
    /// # Errors
    /// When no port can be listened at.
    pub async fn local(usual: Act) -> Result<Self, DeliveryError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(DeliveryError::Listen)?;
        let address = listener.local_addr().map_err(DeliveryError::Listen)?;
        let state = Arc::new(State { kept: Mutex::default(), usual: Mutex::new(usual), arrived: Notify::new() });
        let task = tokio::spawn(listen(listener, Arc::clone(&state))).abort_handle();
        Ok(HttpCatcher { address, state, task })
    }

    /// `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next requests are answered so, one each, before the usual answer.
    pub fn script(&self, acts: impl IntoIterator<Item = Act>) {
        self.state.kept.lock().script.extend(acts);
    }

    /// From now on everything is answered so.
    pub fn always(&self, act: Act) {
        *self.state.usual.lock() = act;
    }

    /// What came, the oldest first.
    #[must_use]
    pub fn caught(&self) -> Vec<Caught> {
        self.state.kept.lock().caught.iter().cloned().collect()
    }

    /// What came, forgotten here.
    #[must_use]
    pub fn take(&self) -> Vec<Caught> {
        self.state.kept.lock().caught.drain(..).collect()
    }

    /// Waits until at least `count` requests are kept; answers whether they came within `timeout`.
    pub async fn wait_for(&self, count: usize, timeout: Duration) -> bool {
        let arrived = async {
            loop {
                let notified = self.state.arrived.notified();
                if self.state.kept.lock().caught.len() >= count {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(timeout, arrived).await.is_ok() || self.state.kept.lock().caught.len() >= count
    }
}

impl Drop for HttpCatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    // The connections end with this task.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| serve(Arc::clone(&state), request));
            let served = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            if let Err(error) = served {
                tracing::debug!(%error, "a caught connection ended");
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Breaks the connection when it is returned.
#[derive(Debug, thiserror::Error)]
#[error("closed on request")]
struct Closed;

async fn serve(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Closed> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY_BYTES).collect().await.map_err(|_| Closed)?.to_bytes();
    let text = |v: &hyper::header::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
    let caught = Caught {
        method: head.method.to_string(),
        path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: head.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect(),
        body,
        http2: head.version == hyper::Version::HTTP_2,
    };
    let act = {
        let mut kept = state.kept.lock();
        if kept.caught.len() < MAX_KEPT {
            kept.caught.push_back(caught);
        }
        kept.script.pop_front().unwrap_or_else(|| state.usual.lock().clone())
    };
    state.arrived.notify_waiters();
    match act {
        Act::Hang => std::future::pending().await,
        Act::Close => Err(Closed),
        Act::Answer(status, headers, body) => {
            let mut response = Response::new(Full::new(Bytes::from(body)));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            for (name, value) in headers {
                if let Ok(value) = value.parse() {
                    response.headers_mut().insert(name, value);
                }
            }
            Ok::<_, Infallible>(response).map_err(|never| match never {})
        }
    }
}

//! A server without sockets: two workspaces, a member, tokens and write keys.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use rapport_api::{ApiConfig, ApiParts, ApiState, hash_password, new_api_token, new_write_key, router};
use rapport_collect::{CollectConfig, Collector, KeyInfo, QualityRecord, QualitySink, WriteKeys};
use rapport_delivery::Tokens;
use rapport_domain::{Clock, SourceId, SystemClock, WorkspaceId};
use rapport_engine::{Engine, EngineConfig, Parts};
use rapport_lake::{Lake, LakeConfig};
use rapport_log::{Log, MemoryLog};
use rapport_store::control::members::{NewMember, Role};
use rapport_store::control::quality::{self, NewRejected};
use rapport_store::control::tokens::NewToken;
use rapport_store::control::{members, sources, tokens, workspaces};
use rapport_store::{DbOptions, StoreError, Stores};
use serde_json::Value;
use tower::ServiceExt;

/// The password of every member.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Everything in a test is applied within this.
const PATIENCE: Duration = Duration::from_secs(20);

struct Keys(Arc<Stores>);

impl WriteKeys for Keys {
    fn resolve(&self, key: &str) -> Option<Arc<KeyInfo>> {
        let keys = self.0.control().read(sources::all_keys).unwrap();
        let (_, workspace, source, consent) = keys.into_iter().find(|(k, ..)| k == key)?;
        Some(Arc::new(KeyInfo { workspace, source, consent: serde_json::from_value(consent).unwrap() }))
    }
}

struct Quality(Arc<Stores>);

impl QualitySink for Quality {
    fn record(&self, ws: WorkspaceId, source: SourceId, records: Vec<QualityRecord>) {
        let show = |r: &QualityRecord| (r.at, r.code, r.message.clone(), r.sample.expose().clone());
        let rows: Vec<_> = records.iter().filter(|r| r.rejected).map(show).collect();
        let items: Vec<NewRejected<'_>> = rows
            .iter()
            .map(|(at, reason, detail, sample)| NewRejected {
                source: Some(source),
                at: *at,
                kind: "event",
                reason,
                detail,
                sample,
            })
            .collect();
        self.0.control().write(|tx| quality::record(tx, ws, &items)).unwrap();
    }
}

/// A workspace with what lets one in.
pub(crate) struct Tenant {
    pub(crate) id: WorkspaceId,
    pub(crate) write_key: String,
    pub(crate) token: String,
    pub(crate) email: String,
}

pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) state: ApiState,
    pub(crate) tokens: Tokens,
    pub(crate) a: Tenant,
    pub(crate) b: Tenant,
    dir: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The body, when the status is the expected one.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

fn tenant(stores: &Stores, slug: &str) -> Tenant {
    let now = SystemClock.now();
    let (secret, write_key, email) = (new_api_token(), new_write_key(), format!("owner@{slug}.example"));
    let hash = hash_password(PASSWORD).unwrap();
    let made = stores.control().write(|tx| {
        let ws = workspaces::create(tx, slug, slug, "UTC", now)?.id;
        let source = sources::create(tx, ws, "site", "Site", "website", now)?;
        sources::add_key(tx, ws, source.id, &write_key, now)?;
        let scopes = "read write admin";
        let (name, prefix) = ("test", secret.prefix.as_str());
        tokens::create(tx, ws, NewToken { name, hash: &secret.hash, prefix, scopes, expires_at: None }, now)?;
        let new = NewMember { email: &email, name: "Owner", role: Role::Owner, password_hash: &hash };
        members::create(tx, ws, new, now)?;
        Ok::<_, StoreError>(ws)
    });
    Tenant { id: made.unwrap(), write_key, token: secret.text, email }
}

impl App {
    pub(crate) fn new() -> App {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ApiParts)) -> App {
        Self::at(Arc::new(SystemClock), change)
    }

    /// The same, which writes exports of segments beside its state.
    pub(crate) fn with_exports() -> App {
        let config =
            |dir: &std::path::Path| EngineConfig { exports_dir: Some(dir.join("exports")), ..EngineConfig::default() };
        Self::made(Arc::new(SystemClock), config, |_| {})
    }

    /// The same with a clock of one's own.
    pub(crate) fn at(clock: Arc<dyn Clock>, change: impl FnOnce(&mut ApiParts)) -> App {
        Self::made(clock, |_| EngineConfig::default(), change)
    }

    fn made(
        clock: Arc<dyn Clock>,
        config: impl FnOnce(&std::path::Path) -> EngineConfig,
        change: impl FnOnce(&mut ApiParts),
    ) -> App {
        let dir = tempfile::tempdir().unwrap();
        let stores = Arc::new(Stores::open(dir.path(), 4, &DbOptions::default()).unwrap());
        let (a, b) = (tenant(&stores, "alpha"), tenant(&stores, "beta"));
        let log: Arc<dyn Log> = Arc::new(MemoryLog::new(4));
        let lake = Lake::open(&dir.path().join("lake"), 4, LakeConfig { background: false, ..LakeConfig::default() });
        let lake = lake.unwrap();
        let parts = Parts {
            config: config(dir.path()),
            log: log.clone(),
            stores: stores.clone(),
            lake: lake.clone(),
            clock: clock.clone(),
        };
        let engine = Arc::new(Engine::start(parts).unwrap());
        let collector = Collector::new(
            log.clone(),
            Arc::new(Keys(stores.clone())),
            Arc::new(Quality(stores.clone())),
            clock.clone(),
            CollectConfig::default(),
        );
        let tokens = Tokens::new(b"a secret of tests only, 32 bytes long");
        let mut parts = ApiParts {
            engine,
            stores,
            collector: Arc::new(collector),
            lake,
            log,
            clock,
            tokens: tokens.clone(),
            config: ApiConfig::new("http://rapport.example", dir.path().join("imports")),
            metrics: None,
            imports: None,
            mailroom: None,
            catcher: None,
        };
        change(&mut parts);
        let state = ApiState::new(parts);
        App { router: router(state.clone()), state, tokens, a, b, dir }
    }

    pub(crate) fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A request with workspace A's token; `Value::Null` sends no body.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Value) -> Answer {
        self.as_token(&self.a.token, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.api("GET", path, Value::Null).await
    }

    pub(crate) async fn as_token(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    /// Sends a file with workspace A's token.
    pub(crate) async fn upload(&self, path: &str, media: &str, body: &str) -> Answer {
        let request = Request::builder().method("POST").uri(path).header("content-type", media);
        let request = request.header("authorization", format!("Bearer {}", self.a.token));
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Sends an event of workspace A and waits until it is applied.
    pub(crate) async fn collect(&self, path: &str, body: Value) -> Answer {
        self.collect_to(&self.a.write_key, path, body).await
    }

    pub(crate) async fn collect_to(&self, key: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder().method("POST").uri(path).header("authorization", format!("Bearer {key}"));
        let request = request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
        let answer = self.send(request).await;
        self.settle().await;
        answer
    }

    /// Waits until everything sent so far is applied.
    pub(crate) async fn settle(&self) {
        let engine = self.state.engine.clone();
        let settled = tokio::task::spawn_blocking(move || engine.settle(PATIENCE)).await.unwrap();
        assert!(settled, "{:?}", self.state.engine.failures());
    }

    /// Asks until the answer is as wanted: rules are brought up to date beside the log.
    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await.expect(200);
            if is_so(&answer) {
                return answer;
            }
            assert!(std::time::Instant::now() < deadline, "{path} stayed {answer}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The id of the profile with that user id in workspace A.
    pub(crate) async fn profile(&self, user: &str) -> String {
        let found = self.get(&format!("/api/v1/profiles/by/user_id/{user}")).await.expect(200);
        found["id"].as_str().unwrap().to_owned()
    }
}

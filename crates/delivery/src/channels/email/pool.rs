//! Connections to one SMTP server, kept open between messages: no name resolution, TLS or login for each.
//!
//! The client library's own pool asks the server whether it is there before every message; this one finds out by sending,
//! and starts over on a fresh connection when a kept one turns out to be closed.

use std::time::{Duration, Instant};

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use parking_lot::Mutex;
use tokio::net::TcpStream;

use super::oauth::TokenSource;
use crate::channels::http::Outbound;
use crate::spec::{ChannelSpec, TlsMode};
use crate::telemetry;
use crate::trust::explained;

/// A kept connection older than this is closed instead of used; servers commonly hang up after a minute or more.
const MAX_IDLE: Duration = Duration::from_secs(30);

pub(super) struct Pool {
    host: String,
    port: u16,
    user: String,
    tls: TlsMode,
    parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    /// Gives what is shown in the place of a password.
    tokens: Option<TokenSource>,
    hello: ClientId,
    connect_timeout: Duration,
    max_idle: usize,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// TLS to the channel's server, by the authorities it names or this machine's.
fn protection(spec: &ChannelSpec) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let parameters = TlsParameters::builder(spec.host.clone());
    let Some(ca) = spec.member("ca") else { return parameters.build() };
    parameters
        .certificate_store(CertificateStore::None)
        .add_root_certificate(Certificate::from_pem(ca.as_bytes())?)
        .build()
}

impl Pool {
    pub(super) fn new(spec: &ChannelSpec, connect_timeout: Duration, outbound: &Outbound) -> Result<Self, String> {
        let parameters = match spec.tls {
            TlsMode::None => None,
            TlsMode::StartTls | TlsMode::Tls => {
                Some(protection(spec).map_err(|e| format!("TLS cannot be set up: {e}"))?)
            }
        };
        let credentials = spec.username.clone().zip(spec.secret.clone()).map(|(u, s)| Credentials::new(u, s));
        Ok(Pool {
            host: spec.host.clone(),
            port: spec.port,
            user: spec.username.clone().unwrap_or_default(),
            tls: spec.tls,
            parameters,
            credentials,
            tokens: TokenSource::of(spec, connect_timeout, outbound)?,
            hello: ClientId::default(),
            connect_timeout,
            max_idle: spec.pool_size as usize,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// A kept connection, if one is young enough.
    pub(super) fn kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock();
        // The youngest is on top; once it is too old, all are.
        match idle.pop() {
            Some((connection, since)) if since.elapsed() < MAX_IDLE => Some(connection),
            _ => {
                idle.clear();
                None
            }
        }
    }

    /// Keeps a connection on which a message was just finished.
    pub(super) fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock();
        if idle.len() < self.max_idle && !connection.has_broken() {
            idle.push((connection, Instant::now()));
        }
    }

    /// Connects, greets, protects and logs in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        metrics::counter!(telemetry::CONNECTIONS).increment(1);
        let server = (self.host.as_str(), self.port);
        let say = |e: lettre::transport::smtp::Error| {
            explained(format!("connecting to {}:{}: {e}", self.host, self.port), "the channel's `ca`")
        };
        let wrapped = self.parameters.clone().filter(|_| self.tls == TlsMode::Tls);
        let mut connection = if wrapped.is_some() {
            AsyncSmtpConnection::connect_tokio1(server, Some(self.connect_timeout), &self.hello, wrapped, None)
                .await
                .map_err(say)?
        } else {
            let stream = tokio::time::timeout(self.connect_timeout, TcpStream::connect(server))
                .await
                .map_err(|_| format!("connecting to {}:{}: timed out", self.host, self.port))?
                .map_err(|e| format!("connecting to {}:{}: {e}", self.host, self.port))?;
            // Commands are short and each waits for its answer: without this, two systems' delays add up to 40 ms.
            let _ = stream.set_nodelay(true);
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await.map_err(say)?
        };
        if let (TlsMode::StartTls, Some(parameters)) = (self.tls, &self.parameters) {
            connection.starttls(parameters.clone(), &self.hello).await.map_err(say)?;
        }
        self.log_in(&mut connection).await.map_err(|e| format!("logging in to {}:{}: {e}", self.host, self.port))?;
        Ok(connection)
    }

    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), String> {
        let Some(tokens) = &self.tokens else {
            let Some(credentials) = &self.credentials else { return Ok(()) };
            let done = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await;
            return done.map(drop).map_err(|e| e.to_string());
        };
        let token = tokens.token().await?;
        let credentials = Credentials::new(self.user.clone(), token.clone());
        let done = connection.auth(&[Mechanism::Xoauth2], &credentials).await;
        if done.is_err() {
            tokens.forget(&token).await;
        }
        done.map(drop).map_err(|e| format!("{e} (XOAUTH2 as {})", self.user))
    }
}

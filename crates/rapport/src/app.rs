//! One running installation: everything opened, wired and served, and closed in order.

mod close;
mod keys;
mod local;
mod quality;
mod recorder;
mod signal;
mod watch;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use parking_lot::Mutex;
use rapport_api::{ApiConfig, ApiParts, ApiState, Notices};
use rapport_collect::Collector;
use rapport_delivery::calls::Caller;
use rapport_delivery::catcher::{Catcher, CatcherLimits};
use rapport_delivery::intake::Intake;
use rapport_delivery::mailbox::Poll;
use rapport_delivery::{Relay, RelayConfig, RelayHandle, Tokens};
use rapport_domain::{Clock, SystemClock};
use rapport_engine::desk::{Mailroom, MailroomConfig};
use rapport_engine::{Engine, Parts};
use rapport_lake::Lake;
use rapport_log::{Log, SegmentLog};
use rapport_store::Stores;
use rapport_store::control::settings;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::imports::Imports;
use quality::StoreQuality;
use watch::Watch;

pub(crate) use keys::{StoreKeys, key_info};
pub(crate) use local::write_private;
pub use local::{ADDRESS_FILE, LocalAccess, TOKEN_FILE};
pub use signal::told_to_stop;

/// Where the secret that signs links is kept.
const LINK_SECRET: &str = "link_secret";
const LINK_SECRET_BYTES: usize = 32;

/// What differs between a server and a command that runs without one.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Tell other processes on this machine the address and a token, by files in the data directory.
    pub announce: bool,
    /// Shown on the sign-in page.
    pub sign_in_hint: Option<String>,
}

/// A running installation.
pub struct App {
    address: SocketAddr,
    url: String,
    listener: Mutex<Option<TcpListener>>,
    stores: Arc<Stores>,
    lake: Arc<Lake>,
    collector: Arc<Collector>,
    engine: Arc<Engine>,
    relay: RelayHandle,
    /// Calls of other systems; ends when dropped.
    _calls: Caller,
    quality: Arc<StoreQuality>,
    imports: Arc<Imports>,
    mailroom: Arc<Mailroom>,
    catcher: Option<Arc<Catcher>>,
    /// Takes returned mail for as long as the installation runs.
    intake: Option<Intake>,
    /// Looks into the mailbox for bounces until it is dropped.
    _mailbox: Option<Poll>,
    local: Arc<LocalAccess>,
    watch: Watch,
    api: ApiState,
}

/// The first pause between two attempts at calling another system.
const CALL_PAUSE: std::time::Duration = std::time::Duration::from_secs(2);

/// What lies on disk, opened.
struct Storage {
    stores: Arc<Stores>,
    log: Arc<dyn Log>,
    lake: Arc<Lake>,
    tokens: Tokens,
}

fn open_storage(config: &Config) -> Result<Storage> {
    let dir = config.data_dir.display();
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("the data directory {dir} cannot be created"))?;
    // The log first: its lock keeps a second process out before anything else is touched.
    let log = SegmentLog::open(&config.log_config())?;
    let stores = Arc::new(Stores::open(&config.data_dir, config.partitions, &config.db_options())?);
    let lake = Lake::open(&config.lake_dir(), config.partitions, config.lake_config())?;
    let secret = stores
        .control()
        .write(|tx| settings::get_or_init(tx, LINK_SECRET, || rand::random::<[u8; LINK_SECRET_BYTES]>().to_vec()))?;
    Ok(Storage { stores, log: Arc::new(log), lake, tokens: Tokens::new(&secret) })
}

impl App {
    /// Opens the data directory, starts every part, and listens at the configured address; connections wait until
    /// [`App::serve`].
    ///
    /// # Errors
    /// The address is taken, another process has the data open, or something on disk is damaged: the message says which.
    pub async fn open(config: &Config, options: Options) -> Result<App> {
        // Before anything counts: parts look their counters up once.
        let metrics = recorder::handle()?;
        let listener = TcpListener::bind(&config.listen)
            .await
            .with_context(|| format!("cannot listen at {}; choose another address with --listen", config.listen))?;
        let address = listener.local_addr()?;
        let url = config.public_url(address);
        let theirs = config.clone();
        let storage = tokio::task::spawn_blocking(move || open_storage(&theirs)).await??;
        let Storage { stores, log, lake, tokens } = storage;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keys = Arc::new(StoreKeys::open(stores.clone())?);
        let quality = Arc::new(StoreQuality::start(stores.clone())?);
        let collect = config.collect_config();
        let collector = Collector::new(log.clone(), keys.clone(), quality.clone(), clock.clone(), collect);
        let collector = Arc::new(collector);
        let parts = Parts {
            config: config.engine_config(),
            log: log.clone(),
            stores: stores.clone(),
            lake: lake.clone(),
            clock: clock.clone(),
        };
        let engine = Arc::new(tokio::task::spawn_blocking(move || Engine::start(parts)).await??);
        let relay = Relay::start(engine.delivery_deps(), relay_config(config, &url), tokens.clone())?;
        engine.attach_relay(relay.clone());
        let outbound = config.outbound();
        let calls = Caller::start(engine.call_source(), clock.clone(), &outbound, CALL_PAUSE)?;
        let behind = engine.clone();
        let backlog = Arc::new(move || behind.lag_records());
        let at_once = config.imports.at_once;
        let uploads = config.import_dir();
        crate::imports::sweep(&stores, &uploads);
        let imports = Imports::start(stores.clone(), collector.clone(), clock.clone(), backlog, uploads, at_once);
        let imports = Arc::new(imports);
        let mailroom =
            Mailroom::start(engine.shared().clone(), MailroomConfig { outbound, ..MailroomConfig::new(&url) });
        let catcher = start_catcher(config).await?;
        let local = Arc::new(LocalAccess::new(stores.clone(), &config.data_dir, &local_url(address), options.announce));
        let watch = Watch::start(keys, local.clone())?;
        let api = ApiState::new(ApiParts {
            engine: engine.clone(),
            stores: stores.clone(),
            collector: collector.clone(),
            lake: lake.clone(),
            log,
            clock,
            tokens,
            config: api_config(config, &url, options),
            metrics: Some(metrics),
            imports: Some(imports.clone()),
            mailroom: Some(mailroom.clone()),
            catcher: catcher.clone(),
        });
        let intake = start_intake(config, &api).await?;
        let mailbox = start_mailbox(config, &api)?;
        let listener = Mutex::new(Some(listener));
        Ok(App {
            address,
            url,
            listener,
            stores,
            lake,
            collector,
            engine,
            relay,
            _calls: calls,
            quality,
            imports,
            mailroom,
            catcher,
            intake,
            _mailbox: mailbox,
            local,
            watch,
            api,
        })
    }

    /// Answers requests until `stop` resolves, then closes everything in order: no new connections, acknowledgements
    /// under way, imports, messages, the partitions, the lake.
    ///
    /// # Errors
    /// It was served before, the listener failed, or the last rows could not be written.
    pub async fn serve(&self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let listener = self.listener.lock().take().ok_or_else(|| anyhow!("this installation was served before"))?;
        self.local.announce()?;
        tracing::info!(server.url = %self.url, server.address = %self.address, "serving");
        let served = close::serve(listener, self.api.clone(), stop).await;
        self.close().await.and(served)
    }

    /// Closes everything; see [`App::serve`].
    ///
    /// # Errors
    /// The last rows could not be written; they are in the log and are applied again at the next start.
    pub async fn close(&self) -> Result<()> {
        close::close(self).await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where browsers and customers reach it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// State.
    #[must_use]
    pub fn stores(&self) -> &Arc<Stores> {
        &self.stores
    }

    /// Takes events.
    #[must_use]
    pub fn collector(&self) -> &Arc<Collector> {
        &self.collector
    }

    /// The partition loop.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The built-in mail server, when it runs.
    #[must_use]
    pub fn catcher(&self) -> Option<&Arc<Catcher>> {
        self.catcher.as_ref()
    }

    /// Where returned mail is taken, if it is.
    #[must_use]
    pub fn bounce_address(&self) -> Option<SocketAddr> {
        self.intake.as_ref().map(Intake::address)
    }

    /// What commands on this machine use to talk to it.
    #[must_use]
    pub fn local(&self) -> &Arc<LocalAccess> {
        &self.local
    }
}

fn relay_config(config: &Config, url: &str) -> RelayConfig {
    RelayConfig {
        queue_messages: config.delivery.queue_messages,
        concurrency: config.delivery.concurrency,
        send_timeout: Duration::from_secs(config.delivery.send_timeout_s),
        outbound: config.outbound(),
        public_url: url.to_owned(),
    }
}

fn api_config(config: &Config, url: &str, options: Options) -> ApiConfig {
    ApiConfig {
        trusted_proxies: config.trusted_proxies.clone(),
        max_import_bytes: config.imports.max_file_mib << 20,
        sign_in_hint: options.sign_in_hint,
        outbound: config.outbound(),
        ..ApiConfig::new(url, config.import_dir())
    }
}

async fn start_intake(config: &Config, api: &ApiState) -> Result<Option<Intake>> {
    if config.bounce_listen.is_empty() {
        return Ok(None);
    }
    let address = tokio::net::lookup_host(&config.bounce_listen).await.ok().and_then(|mut found| found.next());
    let address =
        address.ok_or_else(|| anyhow!("bounce_listen: {} is no address of this machine", config.bounce_listen))?;
    let intake = Intake::start(address, Arc::new(Notices::new(api.clone()))).await;
    Ok(Some(intake.with_context(|| format!("returned mail cannot be taken at {address}"))?))
}

fn start_mailbox(config: &Config, api: &ApiState) -> Result<Option<Poll>> {
    let Some(mailbox) = config.mailbox() else { return Ok(None) };
    let poll = Poll::start(mailbox, Arc::new(Notices::new(api.clone())));
    poll.map(Some).map_err(|e| anyhow!("the mailbox for bounces cannot be read: {e}"))
}

async fn start_catcher(config: &Config) -> Result<Option<Arc<Catcher>>> {
    if config.smtp_catcher.is_empty() {
        return Ok(None);
    }
    let address = tokio::net::lookup_host(&config.smtp_catcher).await.ok().and_then(|mut found| found.next());
    let address =
        address.ok_or_else(|| anyhow!("smtp_catcher: {} is no address of this machine", config.smtp_catcher))?;
    let catcher = Catcher::start(address, CatcherLimits::default()).await;
    let catcher = catcher.with_context(|| format!("the mail catcher cannot listen at {address}"))?;
    Ok(Some(Arc::new(catcher)))
}

/// How this machine reaches a server that listens there.
fn local_url(address: SocketAddr) -> String {
    Config::default().public_url(address)
}

//! `rapport demo`: the server on a shop that looks alive. The first start makes the workspace and feeds the history while
//! the server is up already; then, and at every later start, the shop's customers go on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use rapport_collect::KeyInfo;
use rapport_domain::{Clock, ResourceKind, SystemClock, WorkspaceId};
use rapport_store::StoreError;
use rapport_store::control::{sources, workspaces};

use super::marker::Marker;
use super::traffic::Traffic;
use super::{Shop, resources};
use crate::app::{App, Options};
use crate::cli::Demo;
use crate::client::Http;
use crate::config::Config;
use crate::documents::{self, Document};
use crate::setup::{self, NewWorkspace};

/// Where the demo's data lies when nobody says otherwise.
pub(crate) const DATA_DIR: &str = "./rapport-data/demo";
const WORKSPACE: &str = "demo";
const EMAIL: &str = "demo@example.com";
/// The password on this machine alone; reachable from others, the demo gets one nobody can guess.
const PASSWORD: &str = "larkspur-demo";

/// Runs the demo until the process is told to stop.
pub(crate) fn run(config: &Config, args: &Demo) -> Result<()> {
    let mut config = config.clone();
    if config.smtp_catcher.is_empty() {
        config.smtp_catcher = "127.0.0.1:0".to_owned();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(&config, args))
}

async fn serve(config: &Config, args: &Demo) -> Result<()> {
    let is_first = !config.data_dir.join("state").is_dir();
    let mut marker = match Marker::read(&config.data_dir)? {
        Some(marker) => marker,
        None if is_first => {
            // Written before there is any data, so that data without it is never taken for a demo's.
            std::fs::create_dir_all(&config.data_dir)?;
            let new = Marker::new(args, SystemClock.now(), is_public(config).then(setup::new_password));
            new.write(&config.data_dir)?;
            new
        }
        None => bail!("{} holds data that is no demo's; name another directory with --data", config.data_dir.display()),
    };
    if (marker.seed, marker.customers, marker.days) != (args.seed, args.customers, args.days) {
        let (customers, days, seed) = (marker.customers, marker.days, marker.seed);
        eprintln!(
            "This data directory has a shop already: {customers} customers, {days} days, seed {seed}. It goes on."
        );
    }
    let password = marker.password.clone().unwrap_or_else(|| PASSWORD.to_owned());
    let hint = format!("This is a demo: sign in as {EMAIL} with the password {password}");
    let sign_in_hint = marker.password.is_none().then_some(hint);
    let app = Arc::new(App::open(config, Options { announce: true, sign_in_hint }).await?);
    if app.stores().control().read(workspaces::list)?.is_empty() {
        let new = NewWorkspace {
            slug: WORKSPACE.to_owned(),
            name: "Larkspur (demo)".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            email: EMAIL.to_owned(),
            password: Some(password.clone()),
        };
        setup::create(app.stores(), &new, SystemClock.now())?;
    }
    marker.starts += 1;
    marker.write(&config.data_dir)?;
    let stopping = Arc::new(AtomicBool::new(false));
    let (stop, told) = (crate::app::told_to_stop()?, stopping.clone());
    let serving = tokio::spawn({
        let app = app.clone();
        async move {
            app.serve(async move {
                stop.await;
                told.store(true, Ordering::Release);
            })
            .await
        }
    });
    let lively = tokio::task::spawn_blocking({
        let (app, stopping, dir, live) = (app.clone(), stopping.clone(), config.data_dir.clone(), !args.no_live);
        move || {
            configure(&app, &marker)?;
            greet(&app, &password, &dir, !marker.is_fed())?;
            let shop = Shop::new(marker.seed, marker.customers, marker.days, marker.anchor);
            let mut traffic = Traffic { app: &app, key: key(&app)?, stopping: &stopping, marker, dir, shop };
            if traffic.history()? && live {
                traffic.live()?;
            }
            Ok::<_, anyhow::Error>(())
        }
    });
    let served = serving.await?;
    stopping.store(true, Ordering::Release);
    let lived = lively.await?;
    served.and(lived)
}

fn is_public(config: &Config) -> bool {
    let host = config.listen.rsplit_once(':').map_or("", |(host, _)| host);
    !(host.starts_with("127.") || host == "localhost" || host == "[::1]")
}

/// The source the shop's events come from.
fn key(app: &App) -> Result<KeyInfo> {
    let found: Option<(WorkspaceId, _)> = app.stores().control().read(|q| {
        let Some(workspace) = workspaces::by_slug(q, WORKSPACE)? else { return Ok(None) };
        let source = sources::list(q, workspace.id)?.into_iter().next();
        Ok::<_, StoreError>(source.map(|s| (workspace.id, s.id)))
    })?;
    let (workspace, source) =
        found.context("the demo's workspace or its source is gone; begin anew in another --data")?;
    Ok(KeyInfo::open(workspace, source))
}

/// Writes and publishes the shop's documents through the API, as `rapport apply --publish` does, with the mail channel
/// leading to where the catcher listens now. What somebody changed since stays as it is.
fn configure(app: &App, marker: &Marker) -> Result<()> {
    let token = app.local().token()?.context("there is no workspace")?;
    let http = Http::new(app.local().url(), &token);
    let catcher = app.catcher().context("the mail catcher does not run")?.address();
    let mail = resources::mail_catcher(&catcher.ip().to_string(), catcher.port());
    let is_new = documents::newest(&http, ResourceKind::Settings, "workspace")?.is_none();
    let mut shop = if is_new { resources::documents().map_err(|e| anyhow!(e))? } else { Vec::new() };
    if is_new {
        let today = marker.anchor.utc_day();
        shop.extend(resources::notes(today - i64::from(marker.days)..=today));
    }
    // A shop without customers yet has nobody in its audiences: that is meant.
    // Settings and topics first, then the channel, then what needs them.
    let mut all = shop.into_iter().chain([mail]).map(document).collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|d| documents::order(d.kind));
    for document in &all {
        let name = format!("{} {}", document.kind.as_str(), document.id);
        documents::put(&http, document, "?publish=true&confirm=true").with_context(|| format!("{name} of the demo"))?;
    }
    Ok(())
}

fn document(found: resources::Document) -> Result<Document> {
    let kind = ResourceKind::parse(&found.kind).with_context(|| format!("unknown kind {}", found.kind))?;
    Ok(Document { kind, id: found.id, spec: found.spec, place: "the demo's documents".to_owned() })
}

fn greet(app: &App, password: &str, dir: &Path, is_loading: bool) -> Result<()> {
    let write_key = write_key(app)?;
    let loading = if is_loading { "\n  The history of the shop is being loaded; look around meanwhile." } else { "" };
    eprintln!(
        "\n  Rapport demo is at  {url}\n  sign in as          {EMAIL}\n  password            {password}\n  \
         be a customer at    {url}/sdk/demo.html?writeKey={write_key}\n  \
         in a terminal       rapport --data {dir} insight trend\n  \
         mails it sends are caught and shown there, none leaves this machine{loading}\n",
        url = app.url(),
        dir = dir.display(),
    );
    Ok(())
}

/// The key the shop's page sends with.
fn write_key(app: &App) -> Result<String> {
    let keys = app.stores().control().read(|q| {
        let Some(workspace) = workspaces::by_slug(q, WORKSPACE)? else { return Ok(Vec::new()) };
        sources::keys(q, workspace.id)
    })?;
    let valid = keys.into_iter().find(|key| key.revoked_at.is_none());
    valid.map(|key| key.key).context("the demo's source has no write key; begin anew in another --data")
}

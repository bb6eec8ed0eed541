//! The end: in an order in which nothing acknowledged is lost and nothing waits for what has ended.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result};
use rapport_api::ApiState;
use tokio::net::TcpListener;

use super::App;

/// How long requests under way may take after the server was told to stop; streams are cut then.
const REQUESTS_MAY_TAKE: Duration = Duration::from_secs(10);
/// How long messages being handed over may take.
const MESSAGES_MAY_TAKE: Duration = Duration::from_secs(15);

/// Answers requests until `stop` resolves and those under way have ended, with their acknowledgements.
pub(super) async fn serve(
    listener: TcpListener,
    api: ApiState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (told, mut is_told) = tokio::sync::watch::channel(false);
    let until = async move {
        stop.await;
        told.send_replace(true);
    };
    let serving = rapport_api::serve(listener, api, until);
    let late = async move {
        if is_told.wait_for(|told| *told).await.is_ok() {
            tokio::time::sleep(REQUESTS_MAY_TAKE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serving => served.context("the HTTP server failed"),
        () = late => {
            tracing::warn!("some requests did not end in time and were cut off");
            Ok(())
        }
    }
}

/// Ends every part.
pub(super) async fn close(app: &App) -> Result<()> {
    app.local.withdraw();
    app.imports.stop().await;
    app.mailroom.stop().await;
    if !app.relay.shutdown(MESSAGES_MAY_TAKE).await {
        tracing::warn!("some messages were not handed over in time; they stay in their outbox");
    }
    let (engine, quality, lake) = (app.engine.clone(), app.quality.clone(), app.lake.clone());
    app.watch.stop();
    let flushed = tokio::task::spawn_blocking(move || {
        engine.stop();
        quality.stop();
        lake.shutdown()
    });
    flushed.await?.context("the last events could not be written to the lake; the next start does it")?;
    tracing::info!("closed");
    Ok(())
}

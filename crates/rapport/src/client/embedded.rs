//! A server inside this process, for a command on a data directory that no server has open.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::{App, Options};
use crate::config::{BounceMailbox, Config};

/// The server; it answers on an address of this machine only, at a port the system chooses.
pub(super) struct Embedded {
    runtime: Runtime,
    app: std::sync::Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<Result<()>>>,
    token: Option<String>,
}

impl Embedded {
    pub(super) fn start(config: &Config) -> Result<Embedded> {
        let config = Config {
            listen: "127.0.0.1:0".to_owned(),
            smtp_catcher: String::new(),
            bounce_listen: String::new(),
            bounce_mailbox: BounceMailbox { host: String::new(), ..config.bounce_mailbox.clone() },
            ..config.clone()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let opening = App::open(&config, Options::default());
        let app = runtime.block_on(opening).with_context(|| {
            format!("no server runs on {}, and the command cannot open it itself", config.data_dir.display())
        })?;
        let app = std::sync::Arc::new(app);
        let token = app.local().token()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = {
            let app = app.clone();
            runtime.spawn(async move {
                app.serve(async move {
                    let _ = stopped.await;
                })
                .await
            })
        };
        Ok(Embedded { runtime, app, stop: Some(stop), serving: Some(serving), token })
    }

    pub(super) fn url(&self) -> &str {
        self.app.local().url()
    }

    /// The token of this process; `None` while there is no workspace.
    pub(super) fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Waits until everything is applied, then closes.
    pub(super) fn close(mut self, settle: Duration) -> Result<()> {
        if !self.app.engine().settle(settle) {
            tracing::warn!("not everything was applied in time; the next start goes on");
        }
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        drop(self.stop.take());
        match self.serving.take() {
            Some(serving) => self.runtime.block_on(serving)?,
            None => Ok(()),
        }
    }
}

impl Drop for Embedded {
    /// Without [`Embedded::close`] (a command failed) it closes without waiting for what is left.
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "the server inside this process did not close cleanly");
        }
    }
}

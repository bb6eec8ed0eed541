//! `rapport serve`.

use anyhow::Result;

use crate::app::{App, Options};
use crate::config::Config;

/// Serves until the process is told to stop.
pub(super) fn run(config: &Config) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::open(config, Options { announce: true, ..Options::default() }).await?;
        let stop = crate::app::told_to_stop()?;
        eprintln!("Rapport answers at {}  (data in {})", app.url(), config.data_dir.display());
        if app.local().token()?.is_none() {
            eprintln!("There is no workspace yet: run `rapport init{}`", data_flag(config));
        }
        app.serve(stop).await
    })
}

/// How a command names this data directory.
pub(crate) fn data_flag(config: &Config) -> String {
    if config.data_dir == std::path::Path::new(crate::config::DEFAULT_DATA_DIR) {
        return String::new();
    }
    format!(" --data {}", config.data_dir.display())
}

//! The recorder behind `/metrics`, one for the process.

use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use parking_lot::Mutex;

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
static INSTALLING: Mutex<()> = Mutex::new(());

/// What renders the metrics; the first call installs the recorder.
///
/// # Errors
/// Another recorder was installed before.
pub(super) fn handle() -> Result<PrometheusHandle> {
    let _one = INSTALLING.lock();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new().install_recorder().map_err(|e| anyhow!("metrics: {e}"))?;
    Ok(HANDLE.get_or_init(|| handle).clone())
}

/// Folds what histograms gathered; without it they would grow until somebody reads them.
pub(super) fn upkeep() {
    if let Some(handle) = HANDLE.get() {
        handle.run_upkeep();
    }
}

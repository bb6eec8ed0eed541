//! Ctrl-C in a command that must end well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

/// Raised by the first SIGINT or SIGTERM; a second one ends the process at once.
pub(crate) fn flag() -> Result<Arc<AtomicBool>> {
    let raised = Arc::new(AtomicBool::new(false));
    let theirs = raised.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stop = {
        let _inside = runtime.enter();
        crate::app::told_to_stop()?
    };
    std::thread::Builder::new().name("rapport-signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            stop.await;
            theirs.store(true, Ordering::Release);
            // A second signal is listened to for as long as this runtime lives.
            std::future::pending::<()>().await;
        });
    })?;
    Ok(raised)
}

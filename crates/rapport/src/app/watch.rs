//! The thread that follows the configuration's generation and keeps the process tidy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::keys::StoreKeys;
use super::local::LocalAccess;
use super::recorder;

/// How soon a revoked key stops working, at the latest.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// The thread; see [`Watch::stop`].
pub(super) struct Watch {
    stopping: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Watch {
    pub(super) fn start(keys: Arc<StoreKeys>, local: Arc<LocalAccess>) -> std::io::Result<Watch> {
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = stopping.clone();
        let thread = std::thread::Builder::new().name("rapport-watch".to_owned()).spawn(move || {
            let mut kept = Instant::now();
            while !stop.load(Ordering::Acquire) {
                match keys.refresh() {
                    Ok(true) => local.follow(),
                    Ok(false) => {}
                    Err(error) => {
                        tracing::error!(%error, "write keys could not be read; the former ones stay in effect")
                    }
                }
                if kept.elapsed() >= UPKEEP_EVERY {
                    recorder::upkeep();
                    kept = Instant::now();
                }
                std::thread::park_timeout(LOOK_EVERY);
            }
        })?;
        Ok(Watch { stopping, thread: Mutex::new(Some(thread)) })
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        if let Some(thread) = self.thread.lock().take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the watching thread ended in a panic");
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

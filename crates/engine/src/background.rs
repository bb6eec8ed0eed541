//! One thread for work that must not hold a partition up: folding history for new rules.

use std::sync::mpsc::{Sender, channel};

use parking_lot::Mutex;

/// A piece of work.
pub(crate) type Task = Box<dyn FnOnce() + Send>;

/// The worker. Without a thread (simulation) tasks run at once, so that runs are reproducible.
pub(crate) struct Background {
    queue: Option<Mutex<Sender<Task>>>,
    /// Tasks held back, while a test does that.
    held: Mutex<Option<Vec<Task>>>,
}

impl Background {
    /// Runs every task at once on the caller's thread.
    pub(crate) fn inline() -> Self {
        Background { queue: None, held: Mutex::default() }
    }

    /// Holds tasks back from now on, or runs those that were on the caller's thread.
    pub(crate) fn hold(&self, held: bool) {
        let tasks = std::mem::replace(&mut *self.held.lock(), held.then(Vec::new));
        tasks.into_iter().flatten().for_each(|task| task());
    }

    /// Starts the worker thread; it ends when the engine is dropped.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (queue, tasks) = channel::<Task>();
        std::thread::Builder::new().name("rapport-background".to_owned()).spawn(move || {
            for task in tasks {
                task();
            }
        })?;
        Ok(Background { queue: Some(Mutex::new(queue)), held: Mutex::default() })
    }

    /// Queues a task. At most one per workspace and partition is ever queued per change of rules.
    pub(crate) fn run(&self, task: Task) {
        if let Some(held) = &mut *self.held.lock() {
            return held.push(task);
        }
        match &self.queue {
            Some(queue) => {
                // The worker lives as long as the queue; a failed send means the process is ending.
                let _ = queue.lock().send(task);
            }
            None => task(),
        }
    }
}

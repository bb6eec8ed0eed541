//! Turns: how many owners work at the same time. There are many more partitions than processors; letting all of them work
//! at once would hold a batch of each in memory and leave the threads that answer clients a small share of the machine.

use parking_lot::{Condvar, Mutex};

/// Owners beyond the processors, so that the processors stay busy while an owner waits for the disk.
const WAITING_FOR_DISK: u64 = 2;

/// Turns, given in the order they are asked for.
#[derive(Debug)]
pub(crate) struct Turns {
    state: Mutex<State>,
    ended: Condvar,
    width: u64,
}

#[derive(Debug, Default)]
struct State {
    asked: u64,
    ended: u64,
}

/// A turn; over when dropped.
#[must_use]
pub(crate) struct Turn<'a>(&'a Turns);

impl Turns {
    /// As many at once as suit this machine.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
        Turns { state: Mutex::default(), ended: Condvar::new(), width: processors + WAITING_FOR_DISK }
    }

    /// Waits for a turn; whoever asked first has it first.
    pub(crate) fn take(&self) -> Turn<'_> {
        let mut state = self.state.lock();
        let number = state.asked;
        state.asked += 1;
        while number >= state.ended + self.width {
            self.ended.wait(&mut state);
        }
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state.lock().ended += 1;
        self.0.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn never_more_at_once_and_everybody_comes_round() {
        let turns = Turns { width: 2, ..Turns::new() };
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _turn = turns.take();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 2);
        assert_eq!(turns.state.lock().ended, 400);
    }
}

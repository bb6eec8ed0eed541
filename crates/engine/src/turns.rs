//! Turns: how many owners work at the same time. There are many more partitions than processors; letting all of them work
//! at once would hold a batch of each in memory and leave the threads that answer clients a small share of the machine.
//! Owners that have something new to apply go before those that work off what takes its time, so that a customer who waits
//! for a message does not wait for everybody a campaign is sent to.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

/// Owners beyond the processors, so that the processors stay busy while an owner waits for the disk.
const WAITING_FOR_DISK: usize = 2;
/// Of so many turns one is given to whoever can wait, however many cannot.
const FAIRNESS: u64 = 4;

/// Turns, given in the order they are asked for, but for those that can wait.
#[derive(Debug)]
pub(crate) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
    width: usize,
}

#[derive(Debug, Default)]
struct State {
    asked: u64,
    given: u64,
    running: usize,
    urgent: VecDeque<u64>,
    patient: VecDeque<u64>,
}

impl State {
    /// Whose turn is next.
    fn next(&mut self) -> Option<&mut VecDeque<u64>> {
        let is_their_turn = self.given % FAIRNESS == FAIRNESS - 1;
        let patient = !self.patient.is_empty() && (is_their_turn || self.urgent.is_empty());
        let queue = if patient { &mut self.patient } else { &mut self.urgent };
        (!queue.is_empty()).then_some(queue)
    }
}

/// A turn; over when dropped.
#[must_use]
pub(crate) struct Turn<'a>(&'a Turns);

impl Turns {
    /// As many at once as suit this machine.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Turns { state: Mutex::default(), changed: Condvar::new(), width: processors + WAITING_FOR_DISK }
    }

    /// Waits for a turn. Whoever is urgent goes before those who are not; among their like, whoever asked first.
    pub(crate) fn take(&self, is_urgent: bool) -> Turn<'_> {
        let mut state = self.state.lock();
        let number = state.asked;
        state.asked += 1;
        if is_urgent {
            state.urgent.push_back(number)
        } else {
            state.patient.push_back(number)
        }
        loop {
            let is_free = state.running < self.width;
            if let Some(queue) = state.next().filter(|queue| is_free && queue.front() == Some(&number)) {
                queue.pop_front();
                state.running += 1;
                state.given += 1;
                break;
            }
            self.changed.wait(&mut state);
        }
        // There may be room for one more.
        self.changed.notify_all();
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state.lock().running -= 1;
        self.0.changed.notify_all();
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
            for n in 0..8 {
                let (turns, now, most) = (&turns, &now, &most);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let _turn = turns.take(n % 2 == 0);
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 2);
        let state = turns.state.lock();
        assert_eq!((state.given, state.running), (400, 0));
    }

    #[test]
    fn who_cannot_wait_goes_first_but_for_every_fourth() {
        let turns = Turns { width: 1, ..Turns::new() };
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let held = turns.take(true);
            let waiting = || {
                let state = turns.state.lock();
                state.urgent.len() + state.patient.len()
            };
            for n in 0..10 {
                let (turns, order) = (&turns, &order);
                scope.spawn(move || {
                    let _turn = turns.take(n >= 4);
                    order.lock().push(n);
                });
                while waiting() <= n {
                    std::thread::yield_now();
                }
            }
            drop(held);
        });
        assert_eq!(*order.lock(), [4, 5, 0, 6, 7, 8, 1, 9, 2, 3]);
    }
}

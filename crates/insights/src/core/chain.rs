//! How far one profile got in an ordered funnel.
//!
//! A chain is an event for step 1 (the anchor), a later event for step 2, and so on, none later than the anchor plus the
//! window. "Later" means after it in the order of time and, at one instant, of arrival; one event is at most one step of a
//! chain. A profile reaches step `k` when any anchor allows a chain of `k` steps; other events in between do not matter.
//! This is ClickHouse's `windowFunnel` in its default mode, with events of one instant in order of arrival.

/// The most steps a funnel can have.
pub const MAX_STEPS: usize = 12;

/// One profile's way through a funnel, fed with its events in order.
///
/// It holds, for each step, the latest anchor from which the step can be reached so far. That is enough: of two chains
/// that end in the same step the one with the later anchor can be continued wherever the other can.
#[derive(Clone, Debug)]
pub struct Chain {
    anchors: [i64; MAX_STEPS],
    since_anchor_ms: [i64; MAX_STEPS],
    reached: usize,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { anchors: [0; MAX_STEPS], since_anchor_ms: [0; MAX_STEPS], reached: 0 }
    }
}

impl Chain {
    /// Whether an event at `ts` could be step `step` (from 0) of some chain. Cheap; ask before evaluating a filter.
    #[must_use]
    pub fn expects(&self, step: usize, ts: i64, window_ms: i64) -> bool {
        step == 0 || (step <= self.reached && step < MAX_STEPS && ts - self.anchors[step - 1] <= window_ms)
    }

    /// Takes an event at `ts` that matches step `step` and for which [`Chain::expects`] is true. Offer one event's steps
    /// from last to first, so that it does not follow itself.
    pub fn take(&mut self, step: usize, ts: i64) {
        let anchor = if step == 0 { ts } else { self.anchors[step - 1] };
        self.anchors[step] = anchor;
        if step == self.reached {
            self.since_anchor_ms[step] = ts - anchor;
            self.reached = step + 1;
        }
    }

    /// How many steps were reached.
    #[must_use]
    pub fn reached(&self) -> usize {
        self.reached
    }

    /// Milliseconds from the anchor to each reached step, as it was when the step was first reached; of several anchors
    /// that led there, from the latest.
    #[must_use]
    pub fn times_ms(&self) -> &[i64] {
        &self.since_anchor_ms[..self.reached]
    }
}

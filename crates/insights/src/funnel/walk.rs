//! One profile's way through a funnel.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use super::{Attribution, MAX_UNORDERED_EVENTS};
use crate::breakdown::{Breakdown, NONE};
use crate::core::chain::{Chain, MAX_STEPS, Reach, Shape};
use crate::core::unordered::{Candidate, reached};
use crate::select::Matchers;
use crate::walk::{Names, Walk};

/// Steps, then exclusions; which steps each exclusion lies between, from 0.
#[derive(Debug)]
pub(super) struct FunnelWalk {
    pub(super) matchers: Matchers,
    pub(super) shape: Shape,
    pub(super) unordered: bool,
    pub(super) exclusions: Vec<(usize, usize)>,
    pub(super) breakdown: Option<Breakdown>,
    pub(super) attribution: Attribution,
}

/// What is remembered of a profile.
#[derive(Debug, Default)]
pub(super) struct FunnelState {
    chain: Chain,
    /// Of an unordered funnel.
    candidates: Vec<Candidate>,
    /// Distinct values of the breakdown; the first is that of nothing.
    values: Vec<String>,
}

/// How far a profile got.
#[derive(Debug)]
pub(super) struct FunnelEnd {
    pub(super) profile: ProfileId,
    pub(super) reached: [Option<Reach>; MAX_STEPS],
    /// The furthest step, from 0.
    pub(super) furthest: usize,
    pub(super) value: Option<String>,
    pub(super) cut: bool,
}

impl FunnelEnd {
    /// When the chain began that reached the furthest step first.
    pub(super) fn entered_at(&self) -> Timestamp {
        Timestamp(self.reached[self.furthest].map_or(0, |r| r.anchor))
    }

    /// The time the profile took to a step, ms.
    pub(super) fn took_ms(&self, step: usize) -> Option<i64> {
        self.reached.get(step).copied().flatten().map(|r| r.at - r.anchor)
    }
}

impl FunnelState {
    fn value(&mut self, text: &str) -> u32 {
        let at = match self.values.iter().position(|v| v == text) {
            Some(at) => at,
            None => {
                self.values.push(text.to_owned());
                self.values.len() - 1
            }
        };
        at as u32
    }
}

impl FunnelWalk {
    fn of_event(&self) -> Option<&Breakdown> {
        self.breakdown.as_ref().filter(|b| !b.is_of_profile())
    }

    /// The value an event gives to a chain that takes it as `step`.
    fn given(&self, state: &mut FunnelState, step: usize, enters: bool, event: &EventRef<'_>) -> Option<u32> {
        let breakdown = self.of_event()?;
        let gives = match self.attribution {
            Attribution::First => enters,
            Attribution::Last => true,
            Attribution::Step(n) => n == step + 1,
        };
        gives.then(|| state.value(&breakdown.value(event)))
    }

    fn ordered(&self, state: &mut FunnelState, event: &EventRef<'_>) {
        let (steps, ts) = (self.shape.steps, event.ts().0);
        if self.shape.strict {
            state.chain.next_event();
        }
        let mut possible = 0u32;
        self.matchers.named(event, |at| match at.checked_sub(steps) {
            None => possible |= 1 << at,
            Some(exclusion) => {
                if self.matchers.passes(at, event) {
                    let (from, to) = self.exclusions[exclusion];
                    state.chain.exclude(from, to);
                }
            }
        });
        for at in (0..steps).rev().filter(|at| possible & (1 << at) != 0) {
            if state.chain.expects(&self.shape, at, ts) && self.matchers.passes(at, event) {
                let value = self.given(state, at, at == 0, event);
                state.chain.take(&self.shape, at, ts, value);
            }
        }
    }

    fn gather(&self, state: &mut FunnelState, event: &EventRef<'_>) {
        let all = self.matchers.mask(event);
        let steps = all & ((1 << self.shape.steps) - 1);
        let excluded = all >> self.shape.steps != 0;
        let room = state.candidates.len() < MAX_UNORDERED_EVENTS;
        if excluded && room {
            state.candidates.push(Candidate { ts: event.ts().0, steps: 0, value: 0 });
        }
        if steps != 0 && room {
            let value = self.of_event().map_or(0, |b| state.value(&b.value(event)));
            state.candidates.push(Candidate { ts: event.ts().0, steps, value });
        }
    }
}

impl Walk for FunnelWalk {
    type State = FunnelState;
    type End = FunnelEnd;

    fn begin(&self, _: ProfileId) -> FunnelState {
        let mut state = FunnelState::default();
        if self.breakdown.is_some() {
            state.values.push(NONE.to_owned());
        }
        state
    }

    fn step(&self, state: &mut FunnelState, event: &EventRef<'_>) {
        if self.unordered { self.gather(state, event) } else { self.ordered(state, event) }
    }

    fn end(&self, profile: ProfileId, mut state: FunnelState) -> Option<FunnelEnd> {
        let reached = if self.unordered {
            let last = self.attribution == Attribution::Last;
            reached(&state.candidates, self.shape.steps, self.shape.window_ms, self.shape.entry, last)
        } else {
            let mut all = [None; MAX_STEPS];
            all.copy_from_slice(state.chain.reached());
            all
        };
        let furthest = reached.iter().rposition(Option::is_some)?;
        let value = match &self.breakdown {
            None => None,
            Some(Breakdown::Profile(column, none)) => Some(column.get(profile).unwrap_or(none).to_owned()),
            Some(_) => {
                let at = reached[furthest].map_or(0, |r| r.value as usize);
                let far_enough = !matches!(self.attribution, Attribution::Step(n) if n > furthest + 1);
                Some(if far_enough { state.values.swap_remove(at) } else { NONE.to_owned() })
            }
        };
        let cut = state.candidates.len() >= MAX_UNORDERED_EVENTS;
        Some(FunnelEnd { profile, reached, furthest, value, cut })
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        // Later steps may come until the window of the last possible first step ends, inclusive.
        let end = self.shape.entry.1.saturating_add(self.shape.window_ms);
        Some((Timestamp(self.shape.entry.0), Timestamp(end)))
    }
}

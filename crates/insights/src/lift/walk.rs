//! One profile: when it came to its group, and what it did after.

use rapport_domain::event::EventView;
use rapport_domain::hash::bucket_percent;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use super::{Arm, LiftBucket};
use crate::core::numbers::{millionths, number};
use crate::select::Matchers;
use crate::walk::{Names, Walk};

/// Selections: the goal, then what treats, then what holds out.
pub(super) struct LiftWalk {
    pub(super) matchers: Matchers,
    pub(super) value: Option<String>,
    pub(super) bucket: Option<LiftBucket>,
    /// The control group, ascending.
    pub(super) members: Option<Vec<ProfileId>>,
    pub(super) window_ms: i64,
    /// When profiles come to their groups.
    pub(super) entry: (Timestamp, Timestamp),
    pub(super) now: Timestamp,
}

/// A profile on the way.
#[derive(Debug)]
pub(super) struct LiftState {
    profile: ProfileId,
    entered: Option<(Arm, Timestamp)>,
    goals: u64,
    value: i128,
    mixed: bool,
}

/// What a profile came to.
#[derive(Debug)]
pub(super) struct LiftEnd {
    pub(super) arm: Arm,
    pub(super) goals: u64,
    /// Millionths.
    pub(super) value: i128,
    pub(super) maturing: bool,
    pub(super) mixed: bool,
}

impl LiftWalk {
    /// The group of a profile that enters by this selection.
    fn arm(&self, profile: ProfileId, selection: usize) -> Arm {
        let held = match (&self.bucket, &self.members) {
            (Some(b), _) => (b.from..b.to).contains(&bucket_percent(&b.salt, profile.0)),
            (None, Some(members)) => members.binary_search(&profile).is_ok(),
            (None, None) => selection == 2,
        };
        if held { Arm::Control } else { Arm::Treated }
    }
}

impl Walk for LiftWalk {
    type State = LiftState;
    type End = LiftEnd;

    fn begin(&self, profile: ProfileId) -> LiftState {
        LiftState { profile, entered: None, goals: 0, value: 0, mixed: false }
    }

    fn step(&self, state: &mut LiftState, event: &EventRef<'_>) {
        let ts = event.ts();
        // The goal comes first: the event that brings a profile to its group is not its own goal.
        self.matchers.matching(event, |selection| match (selection, state.entered) {
            (0, Some((_, at))) if ts.since_ms(at) <= self.window_ms => {
                state.goals += 1;
                let worth = self.value.as_ref().and_then(|path| number(&event.property(path)));
                state.value += worth.map_or(0, |n| i128::from(millionths(n)));
            }
            (0, _) => {}
            (selection, None) if ts >= self.entry.0 && ts < self.entry.1 => {
                state.entered = Some((self.arm(state.profile, selection), ts));
            }
            (_, None) => {}
            (selection, Some((arm, _))) => {
                state.mixed |= ts < self.entry.1 && self.arm(state.profile, selection) != arm;
            }
        });
    }

    fn end(&self, _: ProfileId, state: LiftState) -> Option<LiftEnd> {
        let (arm, at) = state.entered?;
        let maturing = at.plus_ms(self.window_ms) >= self.now;
        Some(LiftEnd { arm, goals: state.goals, value: state.value, maturing, mixed: state.mixed })
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.entry.0, self.entry.1.plus_ms(self.window_ms).plus_ms(1)))
    }
}

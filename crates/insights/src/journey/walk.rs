//! One profile's journey.

use std::collections::BTreeSet;

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use super::{MAX_STAGES, MAX_TOUCHES, REPEATED};
use crate::breakdown::Breakdown;
use crate::core::numbers::number;
use crate::select::Matchers;
use crate::walk::{Names, Walk};

/// Selections: good, bad, survey (each may be without events), then the touchpoints.
pub(super) struct JourneyWalk {
    pub(super) matchers: Matchers,
    /// By selection: which of the three it is.
    pub(super) marks: Vec<Mark>,
    /// By touchpoint: its stage and label.
    pub(super) touchpoints: Vec<(usize, String)>,
    pub(super) channel: Option<Breakdown>,
    pub(super) score: String,
    pub(super) needs_bad: bool,
    pub(super) range: (Timestamp, Timestamp),
}

/// What a selection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Good,
    Bad,
    Survey,
    Touchpoint(usize),
}

/// A journey on the way.
#[derive(Debug, Default)]
pub(super) struct Journey {
    touches: Vec<(usize, i64)>,
    channels: Vec<String>,
    pub(super) well: bool,
    badly: bool,
    pub(super) scores: Vec<(usize, f64)>,
    pub(super) cut: bool,
}

/// A journey at its end.
#[derive(Debug)]
pub(super) struct JourneyEnd {
    pub(super) well: bool,
    /// Whether it ended at all, well or badly.
    pub(super) decided: bool,
    /// By stage: the first touch, and how many.
    pub(super) stages: [Option<(i64, u64)>; MAX_STAGES],
    /// Touchpoint and channel of each touch.
    pub(super) touches: Vec<(usize, String)>,
    pub(super) moments: BTreeSet<String>,
    pub(super) scores: Vec<(usize, f64)>,
    pub(super) cut: bool,
}

impl JourneyEnd {
    /// The last stage the profile was in.
    pub(super) fn furthest(&self) -> Option<usize> {
        self.stages.iter().rposition(Option::is_some)
    }

    /// From the first touch of a stage to the first of a later one, ms.
    pub(super) fn time_in_ms(&self, stage: usize) -> Option<i64> {
        let (from, _) = self.stages[stage]?;
        let later = self.stages[stage + 1..].iter().flatten().map(|s| s.0).filter(|at| *at >= from);
        later.min().map(|to| to - from)
    }
}

impl Walk for JourneyWalk {
    type State = Journey;
    type End = JourneyEnd;

    fn begin(&self, _: ProfileId) -> Journey {
        Journey::default()
    }

    fn step(&self, state: &mut Journey, event: &EventRef<'_>) {
        if state.well {
            return;
        }
        let mut touched = false;
        self.matchers.matching(event, |at| match self.marks[at] {
            Mark::Good => state.well = true,
            Mark::Bad => state.badly = true,
            Mark::Survey => {
                let stage = state.touches.last().map(|(t, _)| self.touchpoints[*t].0);
                state.scores.extend(stage.zip(number(&event.property(&self.score))));
            }
            Mark::Touchpoint(touchpoint) if !touched => {
                touched = true;
                if state.touches.len() < MAX_TOUCHES {
                    state.touches.push((touchpoint, event.ts().0));
                    let channel = self.channel.as_ref().map(|c| c.value(event).into_owned());
                    state.channels.push(channel.unwrap_or_default());
                } else {
                    state.cut = true;
                }
            }
            Mark::Touchpoint(_) => {}
        });
    }

    fn end(&self, _: ProfileId, state: Journey) -> Option<JourneyEnd> {
        let mut stages: [Option<(i64, u64)>; MAX_STAGES] = [None; MAX_STAGES];
        let mut moments = BTreeSet::new();
        let mut counts = vec![0usize; self.touchpoints.len()];
        for (at, (touchpoint, ts)) in state.touches.iter().enumerate() {
            let (stage, label) = &self.touchpoints[*touchpoint];
            stages[*stage].get_or_insert((*ts, 0)).1 += 1;
            counts[*touchpoint] += 1;
            moments.insert(label.clone());
            if counts[*touchpoint] >= REPEATED {
                moments.insert(format!("{label} {REPEATED} times or more"));
            }
            if self.channel.is_some() {
                moments.insert(format!("{label} by {}", state.channels[at]));
            }
            if let Some((before, _)) = at.checked_sub(1).map(|b| state.touches[b]).filter(|b| b.0 != *touchpoint) {
                moments.insert(format!("{} → {label}", self.touchpoints[before].1));
            }
        }
        let touches = state.touches.iter().map(|t| t.0).zip(state.channels).collect();
        let decided = state.well || state.badly || !self.needs_bad;
        let end =
            JourneyEnd { well: state.well, decided, stages, touches, moments, scores: state.scores, cut: state.cut };
        end.furthest().is_some().then_some(end)
    }

    fn names(&self) -> Names {
        self.matchers.names()
    }

    fn filters(&self) -> Vec<EventFilter> {
        self.matchers.filters()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.range)
    }
}

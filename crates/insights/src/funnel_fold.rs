//! The funnel as a fold.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventRef, Fold};
use rapport_rules::Predicate;

use crate::core::chain::Chain;

/// One step, checked.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) event: String,
    pub(crate) filter: Option<Predicate>,
}

/// Which profiles to list, checked.
#[derive(Debug)]
pub(crate) struct Drill {
    /// From 1.
    pub(crate) step: usize,
    pub(crate) dropped: bool,
    pub(crate) after: Option<ProfileId>,
    pub(crate) limit: usize,
}

/// A funnel over each profile's events.
#[derive(Debug)]
pub(crate) struct FunnelFold {
    steps: Vec<Step>,
    /// The distinct event names, and for each the steps it can be, last first.
    names: Vec<String>,
    by_name: Vec<Vec<usize>>,
    pub(crate) window_ms: i64,
    pub(crate) period: (Timestamp, Timestamp),
    pub(crate) drill: Option<Drill>,
}

/// What a funnel adds up.
#[derive(Debug, Default)]
pub(crate) struct FunnelOut {
    /// By step: the time each profile took to reach it.
    pub(crate) times_ms: Vec<Vec<i64>>,
    /// The first profiles asked for, one more than a page holds.
    pub(crate) profiles: Vec<ProfileId>,
}

impl FunnelFold {
    pub(crate) fn new(steps: Vec<Step>, window_ms: i64, period: (Timestamp, Timestamp), drill: Option<Drill>) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut by_name: Vec<Vec<usize>> = Vec::new();
        for (at, step) in steps.iter().enumerate().rev() {
            match names.iter().position(|n| *n == step.event) {
                Some(known) => by_name[known].push(at),
                None => {
                    names.push(step.event.clone());
                    by_name.push(vec![at]);
                }
            }
        }
        FunnelFold { steps, names, by_name, window_ms, period, drill }
    }
}

impl Fold for FunnelFold {
    type State = Chain;
    type Out = FunnelOut;

    fn begin(&self, _profile: ProfileId) -> Chain {
        Chain::default()
    }

    fn step(&self, chain: &mut Chain, event: &EventRef<'_>) {
        let Some(name) = event.wanted() else { return };
        let ts = event.ts();
        for at in &self.by_name[name] {
            let possible = chain.expects(*at, ts.0, self.window_ms) && (*at > 0 || ts < self.period.1);
            if possible && self.steps[*at].filter.as_ref().is_none_or(|f| f.matches(event)) {
                chain.take(*at, ts.0);
            }
        }
    }

    fn finish(&self, profile: ProfileId, chain: Chain, out: &mut FunnelOut) {
        out.times_ms.resize(self.steps.len(), Vec::new());
        for (times, took) in out.times_ms.iter_mut().zip(chain.times_ms()) {
            times.push(*took);
        }
        if let Some(drill) = &self.drill {
            let there = if drill.dropped { chain.reached() == drill.step } else { chain.reached() >= drill.step };
            // A profile that reached the last step has not dropped out.
            let there = there && !(drill.dropped && drill.step == self.steps.len());
            if there && drill.after.is_none_or(|after| profile > after) && out.profiles.len() <= drill.limit {
                out.profiles.push(profile);
            }
        }
    }

    fn merge(&self, into: &mut FunnelOut, from: FunnelOut) {
        into.times_ms.resize(self.steps.len(), Vec::new());
        for (all, more) in into.times_ms.iter_mut().zip(from.times_ms) {
            all.extend(more);
        }
        // Partitions come in order, and so do their profiles' ids.
        let room = self.drill.as_ref().map_or(0, |d| (d.limit + 1).saturating_sub(into.profiles.len()));
        into.profiles.extend(from.profiles.into_iter().take(room));
    }

    fn event_names(&self) -> Option<Vec<String>> {
        Some(self.names.clone())
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        // Later steps may come until the window of the last possible first step ends, inclusive.
        Some((self.period.0, self.period.1.plus_ms(self.window_ms)))
    }
}

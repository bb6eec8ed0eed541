//! Rate limiters of journeys: this partition's places on the grid of each, in memory and in a table.

use std::collections::{BTreeSet, HashMap};

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::core::turns::{self, Grid, Pace, Part};
use rapport_journeys::repo::tasks::{self, Task};
use rapport_store::Tx;

use super::Owner;
use super::work::Work;
use crate::error::EngineError;
use crate::live::Live;

/// The grids of the limiters that live journeys have, by workspace, journey and limiter.
#[derive(Debug, Default)]
pub(super) struct Limits {
    grids: HashMap<(WorkspaceId, String, String), Grid>,
    part: Part,
}

/// Reads the grids of the limiters there are, and forgets the others. Where a journey's limiter has another pace, whoever has
/// a place at it is to ask for one by the new pace.
pub(super) fn bind(tx: &Tx, live: &Live, part: Part) -> Result<Limits, EngineError> {
    let mut limits = Limits { part, ..Limits::default() };
    for ws in live.workspaces.keys() {
        let keys: BTreeSet<(&str, String)> = live.journeys.limits(*ws).collect();
        let mut changed: HashMap<String, Vec<String>> = HashMap::new();
        for (journey, limiter, grid) in tasks::grids(tx, *ws)? {
            if keys.contains(&(journey.as_str(), limiter.clone())) {
                limits.grids.insert((*ws, journey, limiter), grid);
                continue;
            }
            tasks::forget_grid(tx, *ws, &journey, &limiter)?;
            let name = turns::without_pace(&limiter);
            if keys.iter().any(|(of, key)| *of == journey && turns::without_pace(key) == name) {
                changed.entry(journey).or_default().push(name.to_owned());
            }
        }
        for (journey, limiters) in changed {
            tasks::push(tx, *ws, &Task::Pace { journey, limiters, cursor: None })?;
        }
    }
    Ok(limits)
}

impl Limits {
    fn grid(&self, ws: WorkspaceId, journey: &str, limiter: &str) -> Grid {
        self.grids.get(&(ws, journey.to_owned(), limiter.to_owned())).copied().unwrap_or_default()
    }

    /// Whether somebody may pass a limiter now.
    pub(super) fn has_room(&self, ws: WorkspaceId, journey: &str, limiter: &str, pace: Pace, now: Timestamp) -> bool {
        self.grid(ws, journey, limiter).has_room(now, pace, self.part)
    }
}

impl Owner {
    /// Somebody passes a rate limiter, or is given the next place there.
    pub(super) fn turn(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        (journey, limiter): (&str, &str),
        pace: Pace,
        passes: bool,
    ) -> Result<Option<Timestamp>, EngineError> {
        let part = self.limits.part;
        let mut grid = self.limits.grid(ws, journey, limiter);
        let at = if passes {
            grid.pass(work.now, pace, part);
            None
        } else {
            Some(grid.give(work.now, pace, part))
        };
        tasks::keep_grid(&work.tx, ws, journey, limiter, grid)?;
        self.limits.grids.insert((ws, journey.to_owned(), limiter.to_owned()), grid);
        Ok(at)
    }

    /// Lets a run ask for another place at limiters whose pace changed.
    pub(super) fn ask_again(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        (profile, run): (ProfileId, u64),
        limiters: &[String],
    ) -> Result<(), EngineError> {
        self.change_runs(work, ws, profile, |owner, work, slot, queue| {
            let (live, bound) = (owner.live.clone(), owner.bound(ws));
            owner.with_runs(work, slot, &bound, false, queue, |runs, _, now, _| {
                live.journeys.ask_again(ws, runs, run, limiters, now);
            })
        })
    }
}

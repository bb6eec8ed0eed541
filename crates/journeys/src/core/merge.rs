//! Two profiles become one, and two again: what happens to their runs.

use rapport_domain::ProfileId;

use super::advance;
use super::effect::{Effect, ExitReason};
use super::runs::{MAX_ACTIVE_RUNS, Run, RunName, Runs};
use super::set::JourneySet;

impl Runs {
    /// What a profile `from` that lives again after an undone merge gets of the runs of `own`, which it was part of: the
    /// counters of both, so that `once` stays once for each, and the runs that it had brought along. Those know the name that
    /// they had meanwhile.
    pub fn part(&mut self, own: ProfileId, from: ProfileId) -> Runs {
        let mut back = self.clone();
        let came = |run: &Run| run.former.iter().any(|name| name.profile == from);
        (back.active, self.active) = std::mem::take(&mut self.active).into_iter().partition(came);
        let gone = |past: &mut Runs, runs: &[Run]| {
            for run in runs {
                let past = past.past_mut(&run.journey, run.key.as_deref(), run.entered_at);
                past.exited = past.exited.saturating_add(1);
            }
        };
        gone(self, &back.active);
        gone(&mut back, &self.active);
        for run in &mut back.active {
            run.was(RunName { profile: own, run: run.id });
        }
        back
    }
}

impl JourneySet {
    /// Moves the runs `from` of the absorbed profile `absorbed` into those of the one that stays.
    ///
    /// Of two runs of one journey and key the one entered earlier stays (at the same instant `into`'s) and the other
    /// exits with `merged`. Counters add up, and the later last entry counts, so re-entry rules hold for the person.
    /// A moved run keeps its number if that is free, else it gets a new one ([`Effect::Renumbered`]); it knows its former
    /// name either way ([`Run::former`](super::runs::Run::former)). Runs above [`MAX_ACTIVE_RUNS`] exit with `merged`, the
    /// latest entered first.
    pub fn merge(into: &mut Runs, absorbed: ProfileId, from: Runs, out: &mut Vec<Effect>) {
        into.habits.merge(from.habits);
        // Planned anew by the engine from the traits of the profile that stays; until then the earlier date counts.
        for plan in from.dates {
            if !into.dates.iter().any(|mine| mine.journey == plan.journey) {
                into.dates.push(plan);
            }
        }
        for past in from.history {
            let mine = into.past_mut(&past.journey, past.key.as_deref(), past.last_entered_at);
            mine.entered = mine.entered.saturating_add(past.entered);
            mine.exited = mine.exited.saturating_add(past.exited);
            mine.last_entered_at = mine.last_entered_at.max(past.last_entered_at);
        }
        let top = into.last_run.max(from.last_run);
        // Numbers that `into` ever gave are taken, also by runs that ended: a message's origin names them for ever.
        let taken = into.last_run;
        into.last_run = top;
        for mut run in from.active {
            run.was(RunName { profile: absorbed, run: run.id });
            if run.id <= taken {
                let from_run = run.id;
                into.last_run += 1;
                run.id = into.last_run;
                let (journey, version) = (run.journey.clone(), run.version);
                out.push(Effect::Renumbered { journey, version, from_run, run: run.id });
            }
            let twin = into.active.iter().position(|r| r.journey == run.journey && r.key == run.key);
            into.active.push(run);
            if let Some(mine) = twin {
                let theirs = into.active.len() - 1;
                let later = if into.active[mine].entered_at <= into.active[theirs].entered_at { theirs } else { mine };
                advance::end(into, later, ExitReason::Merged, out);
            }
        }
        into.active.sort_by_key(|r| (r.entered_at, r.id));
        while into.active.len() > MAX_ACTIVE_RUNS {
            advance::end(into, into.active.len() - 1, ExitReason::Merged, out);
        }
    }
}

//! The numbers of a journey.

use std::collections::BTreeMap;

use rapport_domain::WorkspaceId;
use rapport_store::{Query, params};
use serde::Serialize;

use super::{CLICKED, CONVERTED, DECIDED, ENTERED, EXITED, GOAL, HELD_OUT, OPENED, PASSED, REFUSED, SENT, WITHHELD};
use crate::error::JourneysError;

/// Exact numbers of one journey, over all its versions. `entered = active + sum of exited`, over all partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Runs begun.
    pub entered: u64,
    /// Runs that go on.
    pub active: u64,
    /// Runs ended, by reason.
    pub exited: BTreeMap<String, u64>,
    /// Triggers that began no run, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Active runs by version and step.
    pub steps: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Of the runs begun, those of the control group.
    pub held_out: u64,
    /// Goals reached, by group.
    pub goals: BTreeMap<String, u64>,
    /// How often each step was passed, by version, step and exit.
    pub passed: BTreeMap<u32, BTreeMap<String, BTreeMap<String, u64>>>,
    /// Messages decided, by version and step.
    pub decided: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Messages that left, by version and step.
    pub sent: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Messages that somebody opened, or clicked in without being seen to open them, by version and step.
    pub opened: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Messages that somebody clicked in, by version and step.
    pub clicked: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Runs that reached the goal after a message of theirs had left, by version and the step that decided it.
    pub converted: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Messages not decided because the run is in the control group, by version and step.
    pub withheld: BTreeMap<u32, BTreeMap<String, u64>>,
}

impl Stats {
    fn count(&mut self, version: u32, what: &str, reason: String, count: u64) {
        match what {
            ENTERED => self.entered += count,
            HELD_OUT => self.held_out += count,
            EXITED => *self.exited.entry(reason).or_default() += count,
            REFUSED => *self.refused.entry(reason).or_default() += count,
            GOAL => *self.goals.entry(reason).or_default() += count,
            DECIDED => *self.decided.entry(version).or_default().entry(reason).or_default() += count,
            WITHHELD => *self.withheld.entry(version).or_default().entry(reason).or_default() += count,
            SENT => *self.sent.entry(version).or_default().entry(reason).or_default() += count,
            OPENED => *self.opened.entry(version).or_default().entry(reason).or_default() += count,
            CLICKED => *self.clicked.entry(version).or_default().entry(reason).or_default() += count,
            CONVERTED => *self.converted.entry(version).or_default().entry(reason).or_default() += count,
            PASSED => {
                let Some((step, exit)) = reason.split_once('\t') else { return };
                let exits = self.passed.entry(version).or_default().entry(step.to_owned()).or_default();
                *exits.entry(exit.to_owned()).or_default() += count;
            }
            // A count of a later release.
            _ => {}
        }
    }

    /// Adds the numbers of another partition.
    pub fn merge(&mut self, other: Stats) {
        fn add(into: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
        self.entered += other.entered;
        self.active += other.active;
        add(&mut self.exited, other.exited);
        add(&mut self.refused, other.refused);
        self.held_out += other.held_out;
        add(&mut self.goals, other.goals);
        let by_step = [
            (&mut self.steps, other.steps),
            (&mut self.decided, other.decided),
            (&mut self.withheld, other.withheld),
            (&mut self.sent, other.sent),
            (&mut self.opened, other.opened),
            (&mut self.clicked, other.clicked),
            (&mut self.converted, other.converted),
        ];
        for (into, from) in by_step {
            from.into_iter().for_each(|(version, steps)| add(into.entry(version).or_default(), steps));
        }
        for (version, steps) in other.passed {
            let into = self.passed.entry(version).or_default();
            steps.into_iter().for_each(|(step, exits)| add(into.entry(step).or_default(), exits));
        }
    }
}

/// The numbers of one journey in this partition.
///
/// # Errors
/// When the storage fails.
pub fn stats(q: &impl Query, workspace: WorkspaceId, journey: &str) -> Result<Stats, JourneysError> {
    let mut out = Stats::default();
    let sql = "SELECT version, what, reason, count FROM journey_counts WHERE workspace = ?1 AND journey = ?2";
    let counted = q.query(sql, &params![workspace, journey], |row| {
        Ok((row.get::<u32>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<u64>(3)?))
    })?;
    for (version, what, reason, count) in counted {
        out.count(version, &what, reason, count);
    }
    let sql = "SELECT version, step, COUNT(*) FROM journey_active WHERE workspace = ?1 AND journey = ?2 \
               GROUP BY version, step";
    let at = q.query(sql, &params![workspace, journey], |row| {
        Ok((row.get::<u32>(0)?, row.get::<String>(1)?, row.get::<u64>(2)?))
    })?;
    for (version, step, count) in at {
        out.active += count;
        out.steps.entry(version).or_default().insert(step, count);
    }
    Ok(out)
}

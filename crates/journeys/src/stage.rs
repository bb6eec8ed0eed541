//! The shell around the decisions: the runs of one profile within one transaction.

use rapport_domain::{Event, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Tx};

use crate::core::Conditions;
use crate::core::effect::Effect;
use crate::core::runs::Runs;
use crate::core::set::JourneySet;
use crate::error::JourneysError;
use crate::repo::{self, Counts};
use crate::telemetry;

/// One profile's runs while the engine works on it. Load, decide any number of times, save in the same transaction.
#[derive(Debug)]
pub struct Turn {
    workspace: WorkspaceId,
    profile: ProfileId,
    before: Runs,
    runs: Runs,
    counts: Counts,
}

impl Turn {
    /// The profile's runs as stored.
    ///
    /// # Errors
    /// When the storage fails or the stored runs cannot be read.
    pub fn load(q: &impl Query, workspace: WorkspaceId, profile: ProfileId) -> Result<Self, JourneysError> {
        Ok(Self::new(workspace, profile, repo::load(q, workspace, profile)?))
    }

    /// A turn on runs that are stored as given; for an engine that keeps them in memory.
    #[must_use]
    pub fn new(workspace: WorkspaceId, profile: ProfileId, stored: Runs) -> Self {
        Turn { workspace, profile, before: stored.clone(), runs: stored, counts: Counts::default() }
    }

    /// The runs as they are now.
    #[must_use]
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// [`JourneySet::on_event`].
    pub fn event(
        &mut self,
        set: &JourneySet,
        event: &Event,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let from = out.len();
        set.on_event(&mut self.runs, event, conditions, now, out);
        self.count(&out[from..]);
    }

    /// [`JourneySet::on_segment`].
    #[allow(clippy::too_many_arguments)] // the parts of an edge, as in the function it calls
    pub fn segment(
        &mut self,
        set: &JourneySet,
        segment: &str,
        entered: bool,
        backfill: bool,
        conditions: &dyn Conditions,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let from = out.len();
        set.on_segment(self.workspace, &mut self.runs, segment, entered, backfill, conditions, now, out);
        self.count(&out[from..]);
    }

    /// [`JourneySet::on_timer`].
    pub fn timer(&mut self, set: &JourneySet, conditions: &dyn Conditions, now: Timestamp, out: &mut Vec<Effect>) {
        let from = out.len();
        set.on_timer(self.workspace, &mut self.runs, conditions, now, out);
        self.count(&out[from..]);
    }

    /// [`JourneySet::merge`]: takes over the runs of an absorbed profile, which [`repo::take`] gave.
    pub fn absorb(&mut self, from: Runs, out: &mut Vec<Effect>) {
        let begin = out.len();
        JourneySet::merge(&mut self.runs, from, out);
        self.count(&out[begin..]);
    }

    /// Writes what changed and adds to the batch's `counts`; answers when the profile's timer is due.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn save(self, tx: &Tx, counts: &mut Counts) -> Result<(Option<Timestamp>, Runs), JourneysError> {
        repo::save(tx, self.workspace, self.profile, &self.before, &self.runs)?;
        counts.add(self.counts);
        Ok((self.runs.next_due(), self.runs))
    }

    fn count(&mut self, effects: &[Effect]) {
        for effect in effects {
            telemetry::record(effect);
            self.counts.record(self.workspace, effect);
        }
    }
}

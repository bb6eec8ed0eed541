//! Bringing people back after a pause of their journey. That a pause ended is read with the live resources; each partition
//! queues the work in the transaction in which it binds them, once. Until its turn comes a run stays where it is, whatever
//! happens to its customer: what fell due in the pause is decided by what was chosen, not by who comes first.

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::core::runs::Run;
use rapport_journeys::repo::ActiveRun;
use rapport_journeys::repo::tasks::{self, Place, Task};
use rapport_journeys::{Overdue, Pause, Runs};
use rapport_store::Tx;
use rapport_store::partition::{meta, outbox};

use super::Owner;
use super::tasks::{PORTION, place};
use super::work::Work;
use crate::error::EngineError;
use crate::live::Live;

/// Up to which generation the pauses that ended were queued, in the partition's numbers.
const QUEUED: &str = "resumes_queued";

/// A pause that ended, whose runs are being brought back.
#[derive(Debug)]
pub(super) struct Resuming {
    workspace: WorkspaceId,
    journey: String,
    pause: Pause,
    /// The last run that was brought back.
    after: Option<Place>,
}

impl Resuming {
    /// Whether a run waits to be brought back.
    fn holds(&self, ws: WorkspaceId, profile: ProfileId, run: &Run) -> bool {
        let is_ahead =
            |at: &Place| (run.version, &run.step, profile, run.id) > (at.version, &at.step, at.profile, at.run);
        self.workspace == ws
            && self.journey == run.journey
            && self.pause.concerns(run)
            && self.after.as_ref().is_none_or(is_ahead)
    }
}

/// Whether the end of a pause has still to come to a run.
pub(super) fn holds(resuming: &[Resuming], ws: WorkspaceId, profile: ProfileId, run: &Run) -> bool {
    resuming.iter().any(|of| of.holds(ws, profile, run))
}

/// A pause as tasks keep it.
pub(super) fn pause(since: Timestamp, until: Timestamp, overdue: &str) -> Pause {
    Pause { since, until, overdue: Overdue::parse(overdue).unwrap_or(Overdue::Run) }
}

/// Queues what ended since the configuration was bound last, and answers every pause whose runs are being brought back.
pub(super) fn bind(tx: &Tx, live: &Live) -> Result<Vec<Resuming>, EngineError> {
    let queued = meta::get(tx, QUEUED)?.unwrap_or(0);
    let fresh: Vec<_> = live.resumes.iter().filter(|resume| resume.generation > queued).collect();
    for resume in &fresh {
        let (journey, overdue) = (resume.journey.clone(), resume.overdue.clone());
        let (paused_at, resumed_at) = (resume.paused_at, resume.resumed_at);
        let task = Task::GoOn { journey, paused_at, resumed_at, overdue, cursor: None };
        tasks::push(tx, resume.workspace, &task)?;
    }
    if let Some(last) = fresh.iter().map(|resume| resume.generation).max() {
        meta::set(tx, QUEUED, last)?;
    }
    let mut out = Vec::new();
    for queued in tasks::resumes(tx)? {
        if let Task::GoOn { journey, paused_at, resumed_at, overdue, cursor } = queued.task {
            let pause = pause(paused_at, resumed_at, &overdue);
            out.push(Resuming { workspace: queued.workspace, journey, pause, after: cursor });
        }
    }
    Ok(out)
}

impl Owner {
    /// Whether people of a journey still wait for the end of its pause.
    pub(super) fn is_resuming(&self, ws: WorkspaceId, journey: &str) -> bool {
        self.resuming.iter().any(|of| of.workspace == ws && of.journey == journey)
    }

    /// When a profile's next run goes on.
    pub(super) fn runs_due(&self, (ws, profile): (WorkspaceId, ProfileId), runs: &Runs) -> Option<Timestamp> {
        let resuming = &self.resuming;
        self.live.journeys.next_due_unless(ws, runs, |run| holds(resuming, ws, profile, run))
    }

    /// Brings the next runs of a journey back, and lets its messages go on that the gate held back. Answers the last of them
    /// when there may be more.
    pub(super) fn bring_back(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        pause: Pause,
        cursor: Option<Place>,
    ) -> Result<Option<Place>, EngineError> {
        if cursor.is_none() {
            self.release_held(work, ws, journey)?;
        }
        let page = self.page(work, ws, journey, None, cursor)?;
        for run in &page {
            // From here on it goes on like any other.
            let of = |of: &&mut Resuming| of.workspace == ws && of.journey == journey && of.pause == pause;
            if let Some(of) = self.resuming.iter_mut().find(of) {
                of.after = Some(place(run));
            }
            self.resume_run(work, ws, journey, run, &pause)?;
        }
        let more = page.len() == PORTION;
        if !more {
            self.resuming.retain(|of| of.workspace != ws || of.journey != journey || of.pause != pause);
        }
        Ok(page.last().map(place).filter(|_| more))
    }

    fn resume_run(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        run: &ActiveRun,
        pause: &Pause,
    ) -> Result<(), EngineError> {
        self.change_runs(work, ws, run.profile, |owner, work, slot, queue| {
            let (live, bound) = (owner.live.clone(), owner.bound(ws));
            owner.with_runs(work, slot, &bound, false, queue, |runs, _, _, out| {
                live.journeys.resume(ws, runs, journey, Some(run.run), pause, out);
            })
        })
    }

    /// Lets the messages go on that the gate held back while the journey was paused.
    fn release_held(&mut self, work: &mut Work, ws: WorkspaceId, journey: &str) -> Result<(), EngineError> {
        for number in rapport_delivery::repo::deferred_of(&*work.tx, ws, journey)? {
            outbox::defer(&work.tx, number, work.now, false)?;
        }
        self.publisher.look_by(work.now);
        Ok(())
    }
}

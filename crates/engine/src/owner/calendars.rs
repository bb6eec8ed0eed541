//! Calendars of journeys: when they come round, which is work on many people then (`tasks.rs`).

use chrono::{Duration, NaiveDateTime};
use chrono_tz::Tz;
use rapport_domain::time::local_to_instant;
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::core::calendar;
use rapport_journeys::repo::tasks::{self, Task};
use rapport_journeys::spec::{ScheduleTrigger, Trigger, ZoneChoice};

use super::Owner;
use super::work::Work;
use crate::error::EngineError;

/// How far ahead of UTC the first local clocks are, and how far behind the last.
pub(crate) const FIRST_ZONE_HOURS: i64 = 14;
const LAST_ZONE_HOURS: i64 = 12;

/// When calendars come round, and whether there is work to do in portions.
#[derive(Debug, Default)]
pub(super) struct Calendars {
    planned: Vec<Planned>,
    /// The live journeys the plan was made of are others now.
    pub(super) is_stale: bool,
    /// Whether tasks may wait, and when to look.
    pub(super) tasks: Option<Timestamp>,
    /// The lane of the task that was worked on last; the next has its turn.
    pub(super) served: Option<(WorkspaceId, String)>,
}

#[derive(Debug)]
struct Planned {
    workspace: WorkspaceId,
    journey: String,
    /// Under what its progress is kept: the journey and what its calendar says.
    key: String,
    /// The local time.
    local: NaiveDateTime,
    /// When the first clock shows it.
    due: Timestamp,
}

impl Calendars {
    /// The next instant at which there is something to do.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let stale = self.is_stale.then_some(Timestamp::MIN);
        self.planned.iter().map(|p| p.due).chain(stale).chain(self.tasks).min()
    }

    /// Whether there is something to do at `now`.
    pub(super) fn has_work(&self, now: Timestamp) -> bool {
        self.next().is_some_and(|at| at <= now)
    }

    /// A rule is up to date now: what waits for that need not wait longer.
    pub(super) fn look_now(&mut self) {
        self.tasks = self.tasks.map(|_| Timestamp::MIN);
    }

    /// Other journeys are live, or memory was brought back to what is stored.
    pub(super) fn forget(&mut self) {
        (self.is_stale, self.tasks) = (true, Some(Timestamp::MIN));
    }
}

/// When the first clocks that count show a local time.
fn first_instant(zone: ZoneChoice, workspace: Tz, local: NaiveDateTime) -> Timestamp {
    match zone {
        ZoneChoice::Workspace => local_to_instant(workspace, local),
        ZoneChoice::Named(zone) => local_to_instant(zone, local),
        ZoneChoice::Profile => Timestamp((local - Duration::hours(FIRST_ZONE_HOURS)).and_utc().timestamp_millis()),
    }
}

impl Owner {
    /// Plans calendars anew when other journeys are live, and queues those that have come round. Of several times missed
    /// only the last counts.
    pub(super) fn follow_calendars(&mut self, work: &mut Work) -> Result<(), EngineError> {
        if std::mem::take(&mut self.calendars.is_stale) {
            self.plan_calendars(work)?;
        }
        for index in 0..self.calendars.planned.len() {
            if self.calendars.planned[index].due > work.now {
                continue;
            }
            let (ws, journey) =
                (self.calendars.planned[index].workspace, self.calendars.planned[index].journey.clone());
            let Some((schedule, paused)) = self.schedule(ws, &journey) else { continue };
            let zone = self.bound(ws).zone;
            let mut local = self.calendars.planned[index].local;
            let mut next = calendar::next_local(&schedule.at, local);
            while let Some(later) = next.filter(|l| first_instant(schedule.zone, zone, *l) <= work.now) {
                local = later;
                next = calendar::next_local(&schedule.at, local);
            }
            work.touched = true;
            let key = self.calendars.planned[index].key.clone();
            tasks::follow(&work.tx, ws, &key, local)?;
            if !paused {
                let local_ms = local.and_utc().timestamp_millis();
                let task = Task::Schedule { journey: journey.clone(), local_ms, cursor: ProfileId(0) };
                self.queue_task(work, ws, &task)?;
            }
            match next {
                Some(local) => {
                    let planned = &mut self.calendars.planned[index];
                    planned.local = local;
                    planned.due = first_instant(schedule.zone, zone, local);
                }
                None => self.calendars.planned[index].due = Timestamp::MAX,
            }
        }
        Ok(())
    }

    pub(super) fn schedule(&self, ws: WorkspaceId, journey: &str) -> Option<(ScheduleTrigger, bool)> {
        let live = self.live.journeys.live_all(ws).find(|(id, ..)| *id == journey)?;
        match &live.3.trigger {
            Trigger::Schedule(schedule) => Some((schedule.clone(), live.2)),
            _ => None,
        }
    }

    fn plan_calendars(&mut self, work: &mut Work) -> Result<(), EngineError> {
        let live = self.live.clone();
        self.calendars.planned.clear();
        for (ws, workspace) in &live.workspaces {
            let mut keep = Vec::new();
            for (id, version, _, spec) in live.journeys.live_all(*ws) {
                match &spec.trigger {
                    Trigger::Schedule(schedule) => {
                        // Another time, or other clocks, is another calendar, which begins now.
                        let says = format!("{:?} {:?}", schedule.at, schedule.zone);
                        let key = format!("{id} {:016x}", rapport_domain::hash::hash64(0, says.as_bytes()));
                        self.plan_schedule(work, *ws, (id, &key), schedule, workspace.zone)?;
                        keep.push(key);
                    }
                    Trigger::Date(_) => {
                        // Everybody's date is looked at once for each version.
                        let (name, mark) = (format!("date {id}"), tasks::local(i64::from(version) * 1_000));
                        if tasks::followed(&*work.tx, *ws, &name)? != Some(mark) {
                            tasks::follow(&work.tx, *ws, &name, mark)?;
                            self.queue_task(work, *ws, &Task::Plan { cursor: ProfileId(0) })?;
                        }
                        keep.push(name);
                    }
                    _ => {}
                }
            }
            tasks::retain_calendars(&work.tx, *ws, &keep)?;
        }
        Ok(())
    }

    fn plan_schedule(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        (id, key): (&str, &str),
        schedule: &ScheduleTrigger,
        workspace: Tz,
    ) -> Result<(), EngineError> {
        let followed = match tasks::followed(&*work.tx, ws, key)? {
            Some(upto) => upto,
            None => {
                // What is over in every zone when the journey goes live never happens.
                let utc = work.now.to_utc().naive_utc();
                let local = |zone: Tz| utc + Duration::milliseconds(rapport_domain::time::offset_ms(zone, work.now));
                let upto = match schedule.zone {
                    ZoneChoice::Workspace => local(workspace),
                    ZoneChoice::Named(zone) => local(zone),
                    ZoneChoice::Profile => utc - Duration::hours(LAST_ZONE_HOURS),
                };
                work.touched = true;
                tasks::follow(&work.tx, ws, key, upto)?;
                upto
            }
        };
        if let Some(local) = calendar::next_local(&schedule.at, followed) {
            let due = first_instant(schedule.zone, workspace, local);
            let (journey, key) = (id.to_owned(), key.to_owned());
            self.calendars.planned.push(Planned { workspace: ws, journey, key, local, due });
        }
        Ok(())
    }
}

//! Calendars of journeys, and work on many people that is done in portions, one in each batch.

use std::collections::{BTreeMap, VecDeque};

use chrono::{Duration, NaiveDateTime};
use chrono_tz::Tz;
use rapport_domain::identity;
use rapport_domain::profile::namespace;
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, local_to_instant};
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::campaign::CampaignSpec;
use rapport_journeys::core::calendar;
use rapport_journeys::repo::tasks::{self, Place, Queued, Task};
use rapport_journeys::repo::{self, ActiveFilter, ActiveRun};
use rapport_journeys::spec::{ScheduleTrigger, Trigger, ZoneChoice};
use rapport_journeys::{Call, CalledBy, Migration, Overdue};
use rapport_store::partition::outbox;
use serde_json::{Map, Value, json};

use super::Owner;
use super::ingest::Home;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;

/// People of one portion.
const PORTION: usize = 250;
/// When to look again at work that has to wait for the configuration.
const LOOK_AGAIN_MS: i64 = 50;
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
    tasks: Option<Timestamp>,
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
    /// Queues work, to be done in portions from the next batch on.
    pub(super) fn queue_task(&mut self, work: &mut Work, ws: WorkspaceId, task: &Task) -> Result<(), EngineError> {
        work.touched = true;
        self.calendars.tasks = Some(Timestamp::MIN);
        Ok(tasks::push(&work.tx, ws, task)?)
    }

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

    fn schedule(&self, ws: WorkspaceId, journey: &str) -> Option<(ScheduleTrigger, bool)> {
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

    /// Does one portion of the first task.
    pub(super) fn work_off(&mut self, work: &mut Work) -> Result<(), EngineError> {
        if self.calendars.tasks.is_none_or(|at| at > work.now) {
            return Ok(());
        }
        let Some(queued) = tasks::first(&*work.tx)? else {
            self.calendars.tasks = None;
            return Ok(());
        };
        let Queued { id, workspace, task } = queued;
        work.touched = true;
        if self.must_wait(workspace, &task) {
            self.calendars.tasks = Some(work.now.plus_ms(LOOK_AGAIN_MS));
            return Ok(());
        }
        let left = self.portion(work, workspace, task)?;
        Ok(tasks::advance(&work.tx, id, left.as_ref())?)
    }

    /// Whether a task has to wait: the configuration it belongs to is not in effect here yet, or a rule of its journey is still
    /// being brought up to date.
    fn must_wait(&self, ws: WorkspaceId, task: &Task) -> bool {
        match task {
            Task::Resume { generation, .. } => self.live.generation < *generation,
            Task::Schedule { journey, .. }
            | Task::Enter { journey, .. }
            | Task::Call { journey, .. }
            | Task::Migrate { journey, .. } => !self.knows(ws, journey),
            Task::Plan { .. } => false,
        }
    }

    fn portion(&mut self, work: &mut Work, ws: WorkspaceId, task: Task) -> Result<Option<Task>, EngineError> {
        match task {
            Task::Enter { journey, mut profiles, data } => {
                let rest = profiles.split_off(profiles.len().min(PORTION));
                self.enter_all(work, ws, &journey, profiles, &data)?;
                Ok((!rest.is_empty()).then_some(Task::Enter { journey, profiles: rest, data }))
            }
            Task::Resume { journey, paused_at, overdue, generation, cursor } => {
                let choice = Overdue::parse(&overdue).unwrap_or(Overdue::Run);
                if cursor.is_none() {
                    self.release_held(work, ws, &journey)?;
                }
                let page = self.page(work, ws, &journey, None, cursor)?;
                for run in &page {
                    self.resume_run(work, ws, &journey, run, paused_at, choice)?;
                }
                let cursor = page.last().map(place);
                let more = page.len() == PORTION;
                Ok(more.then_some(Task::Resume { journey, paused_at, overdue, generation, cursor }))
            }
            Task::Migrate { journey, from, to, steps, exit_others, cursor } => {
                let page = self.page(work, ws, &journey, Some(from), cursor)?;
                let map: BTreeMap<String, String> = steps.iter().cloned().collect();
                let migration = Migration { journey: &journey, from, to, steps: &map, exit_others };
                for run in &page {
                    self.migrate_run(work, ws, run.profile, &migration)?;
                }
                let cursor = page.last().map(place);
                let more = page.len() == PORTION;
                Ok(more.then_some(Task::Migrate { journey, from, to, steps, exit_others, cursor }))
            }
            Task::Schedule { journey, local_ms, cursor } => {
                if cursor == ProfileId(0) {
                    self.send_to_seeds(work, ws, &journey, local_ms)?;
                }
                let ids = rapport_profiles::repo::ids_after(&*work.tx, ws, cursor, PORTION)?;
                self.begin_all(work, ws, &journey, tasks::local(local_ms), &ids)?;
                let last = ids.last().copied().filter(|_| ids.len() == PORTION);
                Ok(last.map(|cursor| Task::Schedule { journey, local_ms, cursor }))
            }
            Task::Call { journey, profile, data } => {
                self.trigger(work, (ws, 0, profile), journey, data)?;
                Ok(None)
            }
            Task::Plan { cursor } => {
                let ids = rapport_profiles::repo::ids_after(&*work.tx, ws, cursor, PORTION)?;
                for id in &ids {
                    self.plan_profile(work, ws, *id)?;
                }
                Ok(ids.last().copied().filter(|_| ids.len() == PORTION).map(|cursor| Task::Plan { cursor }))
            }
        }
    }

    /// Lets the messages go on that the gate held back while the journey was paused.
    fn release_held(&mut self, work: &mut Work, ws: WorkspaceId, journey: &str) -> Result<(), EngineError> {
        for number in rapport_delivery::repo::deferred_of(&*work.tx, ws, journey)? {
            outbox::defer(&work.tx, number, work.now, false)?;
        }
        self.publisher.look_by(work.now);
        Ok(())
    }

    fn page(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        version: Option<u32>,
        after: Option<Place>,
    ) -> Result<Vec<ActiveRun>, EngineError> {
        // The list is of what is stored: what this batch changed so far is written first.
        self.save_slots(work)?;
        let after = after.map(|p| ActiveRun {
            version: p.version,
            step: p.step,
            profile: p.profile,
            run: p.run,
            entered_at: Timestamp(0),
            due_at: None,
        });
        let filter = ActiveFilter { version, step: None };
        Ok(repo::active_profiles(&*work.tx, ws, journey, &filter, after.as_ref(), PORTION)?)
    }

    fn enter_all(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        profiles: Vec<ProfileId>,
        data: &str,
    ) -> Result<(), EngineError> {
        let values: Map<String, Value> = serde_json::from_str(data).unwrap_or_default();
        for profile in profiles {
            match self.follow(work, ws, profile)? {
                Home::Here(id) => self.with_slot(work, (ws, id), work.now, |owner, work, slot| {
                    let call = Call { journey, by: CalledBy::Hand, data: &values, begin_at: None };
                    owner.call_and_drain(work, slot, &call)
                })?,
                Home::Elsewhere(id) => {
                    let (journey, profiles, data) = (journey.to_owned(), vec![id], data.to_owned());
                    let order = JourneyOrder::Enter { journey, profiles, data };
                    work.letter(id.home(), ws, 1, LetterBody::Journey(order))?;
                }
                Home::Nobody => {}
            }
        }
        Ok(())
    }

    fn begin_all(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        local: NaiveDateTime,
        ids: &[ProfileId],
    ) -> Result<(), EngineError> {
        let Some((schedule, _)) = self.schedule(ws, journey) else { return Ok(()) };
        let Value::Object(data) = json!({"scheduled_for": local.format("%Y-%m-%dT%H:%M:%S").to_string()}) else {
            return Ok(());
        };
        let fallback = self.bound(ws).zone;
        for id in ids {
            self.with_slot(work, (ws, *id), work.now, |owner, work, slot| {
                let begin_at = match schedule.zone {
                    ZoneChoice::Profile => Some(local_to_instant(slot.profile.zone().unwrap_or(fallback), local)),
                    ZoneChoice::Workspace | ZoneChoice::Named(_) => None,
                };
                let call = Call { journey, by: CalledBy::Schedule, data: &data, begin_at };
                owner.call_and_drain(work, slot, &call)
            })?;
        }
        Ok(())
    }

    /// Sends every variant of a campaign that comes round to the seeds whose addresses are looked after here.
    fn send_to_seeds(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        local_ms: i64,
    ) -> Result<(), EngineError> {
        let live = self.live.clone();
        let Some(campaign) = live.workspaces.get(&ws).and_then(|w| w.seeded.get(journey)) else { return Ok(()) };
        for address in &campaign.seeds {
            let Some(identifier) = identity::identifier(namespace::EMAIL, address) else { continue };
            if self.partition_of(ws, &identifier.namespace, &identifier.value) != self.partition {
                continue;
            }
            let Some(row) = rapport_profiles::repo::identifier(&*work.tx, ws, &identifier)? else { continue };
            for (number, content) in campaign.contents().into_iter().enumerate() {
                let key = CampaignSpec::seed_key(ws, journey, &local_ms.to_string(), address, number);
                let asked = campaign.asked(content, "seed", format!("{:032x}", key.0), work.now.plus_ms(DAY_MS));
                work.letter(row.profile.home(), ws, 0, LetterBody::Send { profile: row.profile, asked })?;
            }
        }
        Ok(())
    }

    fn resume_run(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        journey: &str,
        run: &ActiveRun,
        paused_at: Timestamp,
        overdue: Overdue,
    ) -> Result<(), EngineError> {
        let id = run.run;
        self.change_runs(work, ws, run.profile, |owner, work, slot, queue| {
            let (live, bound) = (owner.live.clone(), owner.bound(ws));
            owner.with_runs(work, slot, &bound, false, queue, |runs, _, now, out| {
                live.journeys.resume(runs, journey, Some(id), paused_at, overdue, now, out);
            })
        })
    }

    fn migrate_run(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        profile: ProfileId,
        migration: &Migration<'_>,
    ) -> Result<(), EngineError> {
        self.change_runs(work, ws, profile, |owner, work, slot, queue| {
            let (live, bound) = (owner.live.clone(), owner.bound(ws));
            owner.with_runs(work, slot, &bound, false, queue, |runs, asked, now, out| {
                live.journeys.migrate(ws, runs, migration, asked, now, out);
            })
        })
    }

    fn plan_profile(&mut self, work: &mut Work, ws: WorkspaceId, profile: ProfileId) -> Result<(), EngineError> {
        self.change_runs(work, ws, profile, |owner, work, slot, queue| {
            let (live, bound) = (owner.live.clone(), owner.bound(ws));
            owner.with_runs(work, slot, &bound, false, queue, |runs, asked, now, _| {
                live.journeys.plan_dates(ws, runs, asked, now);
            })
        })
    }

    /// Changes a profile's runs, takes those further that are due now, and sets its timer anew.
    pub(super) fn change_runs(
        &mut self,
        work: &mut Work,
        ws: WorkspaceId,
        profile: ProfileId,
        change: impl FnOnce(
            &mut Owner,
            &mut Work,
            &mut Slot,
            &mut VecDeque<rapport_domain::Event>,
        ) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        self.with_slot(work, (ws, profile), work.now, |owner, work, slot| {
            let mut queue = VecDeque::new();
            change(owner, work, slot, &mut queue)?;
            slot.dirty.runs = true;
            let bound = owner.bound(ws);
            owner.run_due(work, slot, &bound, &mut queue)?;
            owner.drain(work, slot, &mut queue, false)
        })
    }
}

fn place(run: &ActiveRun) -> Place {
    Place { version: run.version, step: run.step.clone(), profile: run.profile, run: run.run }
}

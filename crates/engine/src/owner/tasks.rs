//! Work on many people that is done in portions, one in each batch: an audience sent in, a calendar that came round, a pause
//! ended, a migration. The lanes of a partition take turns, so that a small audience does not wait for a large one.

use std::collections::{BTreeMap, VecDeque};

use chrono::NaiveDateTime;
use rapport_domain::identity;
use rapport_domain::profile::namespace;
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::{DAY_MS, local_to_instant};
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_journeys::campaign::CampaignSpec;
use rapport_journeys::repo::tasks::{self, Place, Queued, Task};
use rapport_journeys::repo::{self, ActiveFilter, ActiveRun};
use rapport_journeys::spec::{Audience, ZoneChoice};
use rapport_journeys::{Call, CalledBy, Migration};
use rapport_segments::repo::{self as segments, Phase};
use serde_json::{Map, Value, json};

use super::Owner;
use super::ingest::Home;
use super::resume;
use super::work::Work;
use crate::cache::Slot;
use crate::error::EngineError;

/// People of one portion: few, because what comes meanwhile waits for the batch to end.
pub(super) const PORTION: usize = 64;
/// When to look again at work that has to wait for the configuration.
const LOOK_AGAIN_MS: i64 = 50;

/// Whether a task can be worked on.
enum Readiness {
    /// It can.
    Ready,
    /// The configuration it belongs to is not in effect here yet, or a rule of its journey is still being brought up to date.
    Soon,
    /// Its journey is paused: whoever of an audience was not taken in before that is taken in after it. Live journeys are
    /// others then, which looks at all tasks again.
    Paused,
}

impl Owner {
    /// Queues work, to be done in portions from the next batch on.
    pub(super) fn queue_task(&mut self, work: &mut Work, ws: WorkspaceId, task: &Task) -> Result<(), EngineError> {
        work.touched = true;
        self.calendars.tasks = Some(Timestamp::MIN);
        Ok(tasks::push(&work.tx, ws, task)?)
    }

    /// Does one portion of one task that need not wait: the first of the next lane in turn.
    pub(super) fn work_off(&mut self, work: &mut Work) -> Result<(), EngineError> {
        if self.calendars.tasks.is_none_or(|at| at > work.now) {
            return Ok(());
        }
        let last = self.calendars.served.take();
        let (mut place, mut again) = (last.clone(), None);
        let mut is_round = last.is_none();
        loop {
            let Some((lane, Queued { id, workspace, task })) = tasks::next_lane(&*work.tx, place.as_ref())? else {
                if is_round {
                    break;
                }
                (is_round, place) = (true, None);
                continue;
            };
            let here = (workspace, lane);
            if is_round && last.as_ref().is_some_and(|last| here > *last) {
                break;
            }
            match self.readiness(workspace, &task) {
                Readiness::Ready => {
                    work.touched = true;
                    let left = self.portion(work, workspace, task)?;
                    self.calendars.served = Some(here);
                    return Ok(tasks::advance(&work.tx, id, left.as_ref())?);
                }
                Readiness::Soon => again = Some(work.now.plus_ms(LOOK_AGAIN_MS)),
                Readiness::Paused => {}
            }
            place = Some(here);
        }
        self.calendars.tasks = again;
        Ok(())
    }

    fn readiness(&self, ws: WorkspaceId, task: &Task) -> Readiness {
        let held = match task {
            Task::Schedule { journey, .. } | Task::Enter { journey, .. } => self.live.journeys.is_paused(ws, journey),
            _ => false,
        };
        let soon = match task {
            Task::Resume { generation, .. } => self.live.generation < *generation,
            Task::Schedule { journey, .. } | Task::Enter { journey, .. } | Task::Call { journey, .. } => {
                !self.knows(ws, journey)
            }
            // Nobody is moved before the end of a pause has come to them.
            Task::Migrate { journey, .. } => !self.knows(ws, journey) || self.is_resuming(ws, journey),
            Task::Pace { journey, .. } => self.is_resuming(ws, journey),
            Task::Plan { .. } | Task::GoOn { .. } => false,
        };
        match (held, soon) {
            (true, _) => Readiness::Paused,
            (_, true) => Readiness::Soon,
            _ => Readiness::Ready,
        }
    }

    fn portion(&mut self, work: &mut Work, ws: WorkspaceId, task: Task) -> Result<Option<Task>, EngineError> {
        match task {
            Task::Enter { journey, mut profiles, data } => {
                let rest = profiles.split_off(profiles.len().min(PORTION));
                self.enter_all(work, ws, &journey, profiles, &data)?;
                Ok((!rest.is_empty()).then_some(Task::Enter { journey, profiles: rest, data }))
            }
            Task::Resume { journey, paused_at, overdue, cursor, .. } => {
                Ok(Some(Task::GoOn { journey, paused_at, resumed_at: work.now, overdue, cursor }))
            }
            Task::GoOn { journey, paused_at, resumed_at, overdue, cursor } => {
                let pause = resume::pause(paused_at, resumed_at, &overdue);
                let cursor = self.bring_back(work, ws, &journey, pause, cursor)?;
                Ok(cursor.map(|at| Task::GoOn { journey, paused_at, resumed_at, overdue, cursor: Some(at) }))
            }
            Task::Pace { journey, limiters, cursor } => {
                let page = self.page(work, ws, &journey, None, cursor)?;
                for run in &page {
                    self.ask_again(work, ws, (run.profile, run.run), &limiters)?;
                }
                let (last, more) = (page.last().map(place), page.len() == PORTION);
                Ok(more.then_some(Task::Pace { journey, limiters, cursor: last }))
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
                let ids = self.audience_after(work, ws, &journey, cursor)?;
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

    /// The next profiles of whom some are of a calendar's audience, by id: the members of a segment once they are all
    /// found here, else everybody.
    fn audience_after(
        &self,
        work: &Work,
        ws: WorkspaceId,
        journey: &str,
        after: ProfileId,
    ) -> Result<Vec<ProfileId>, EngineError> {
        if let Some((schedule, _)) = self.schedule(ws, journey)
            && let Audience::Segment(id) = &schedule.audience
            && self.bound(ws).rows.iter().any(|r| r.segment.as_ref() == Some(id) && r.phase == Phase::Ready)
        {
            let members = segments::members(&*work.tx, ws, id, after, PORTION)?;
            return Ok(members.into_iter().map(|(profile, _)| profile).collect());
        }
        Ok(rapport_profiles::repo::ids_after(&*work.tx, ws, after, PORTION)?)
    }

    pub(super) fn page(
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

pub(super) fn place(run: &ActiveRun) -> Place {
    Place { version: run.version, step: run.step.clone(), profile: run.profile, run: run.run }
}

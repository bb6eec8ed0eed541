//! What a simulation plays with: journeys, rules and calendars of one workspace, compiled as the owners have them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{Duration, NaiveDateTime};
use chrono_tz::Tz;
use rapport_delivery::Confirmations;
use rapport_domain::profile::AccountFacts;
use rapport_domain::time::local_to_instant;
use rapport_domain::{Resource, Timestamp, WorkspaceId};
use rapport_journeys::core::calendar;
use rapport_journeys::spec::{Action, Goal, GoalBy, Trigger, Wait, ZoneChoice};
use rapport_journeys::{JourneyDef, JourneySet, JourneySpec};
use rapport_segments::{Binding, RuleSet};

use crate::error::EngineError;

/// The version a draft has in its simulation: no document has it.
pub(crate) const DRAFT: u32 = u32::MAX;
/// Times one calendar may come round in a simulation.
const MAX_OCCURRENCES: usize = 10_000;

/// Journeys, rules and calendars ready to play.
pub(crate) struct Stage {
    pub(crate) workspace: WorkspaceId,
    pub(crate) zone: Tz,
    /// Which subscriptions customers have to confirm.
    pub(crate) confirmations: Confirmations,
    pub(crate) rules: RuleSet,
    pub(crate) binding: Binding,
    pub(crate) journeys: JourneySet,
    pub(crate) population: [u64; 24],
    /// Accounts as they are now, when a rule asks about them.
    pub(crate) accounts: HashMap<String, Arc<AccountFacts>>,
    /// Calendars within the period, in order of when the first clocks show them.
    pub(crate) calendars: Vec<Occurs>,
    /// The simulated journey.
    pub(crate) journey: String,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
}

/// One time a calendar comes round.
pub(crate) struct Occurs {
    pub(crate) at: Timestamp,
    pub(crate) journey: String,
    pub(crate) local: NaiveDateTime,
    pub(crate) by_profile: bool,
}

/// What a stage is made of.
pub(crate) struct Parts<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) zone: Tz,
    /// The workspace's live documents: their rules decide as they do for the owners.
    pub(crate) live: &'a [Resource],
    /// Other live journeys.
    pub(crate) others: Vec<JourneyDef>,
    pub(crate) journey: &'a str,
    pub(crate) version: u32,
    pub(crate) spec: &'a JourneySpec,
    pub(crate) holdout: u32,
    pub(crate) population: [u64; 24],
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
}

impl Stage {
    pub(crate) fn build(parts: Parts<'_>) -> Result<Stage, EngineError> {
        let Parts { workspace, zone, live, mut others, journey, version, spec, .. } = parts;
        others.retain(|def| def.id != journey);
        others.push(JourneyDef {
            workspace,
            id: journey.to_owned(),
            version,
            live: true,
            paused: false,
            global_holdout: parts.holdout,
            spec: spec.clone(),
        });
        let compiled = JourneySet::compile(others);
        if let Some(rejected) = compiled.rejected.into_iter().find(|r| r.id == journey) {
            return Err(rapport_journeys::JourneysError::Invalid(rejected.problems).into());
        }
        let journeys = compiled.set;
        let rules = crate::live::rules_of(workspace, live, &journeys, &mut Vec::new());
        let binding = Binding {
            aggregates: (0..rules.aggregates().len() as u64).map(|i| (i, true)).collect(),
            rules: (0..rules.rules().count() as u64).map(|i| (i, true)).collect(),
        };
        let calendars = calendars(&journeys, workspace, zone, parts.since, parts.until);
        Ok(Stage {
            workspace,
            zone,
            confirmations: Confirmations::of(live),
            rules,
            binding,
            journeys,
            population: parts.population,
            accounts: HashMap::new(),
            calendars,
            journey: journey.to_owned(),
            since: parts.since,
            until: parts.until,
        })
    }

    /// The events that can matter; `None` when every event can.
    pub(crate) fn event_names(&self) -> Option<Vec<String>> {
        let mut names: BTreeSet<String> = ALWAYS.iter().map(|n| (*n).to_owned()).collect();
        names.extend(crate::told::reactions());
        for aggregate in self.rules.aggregates() {
            names.extend(aggregate.event_names()?.iter().cloned());
        }
        for (_, _, _, spec) in self.journeys.live_all(self.workspace) {
            if let Trigger::Event(event) = &spec.trigger {
                names.insert(event.name.clone());
            }
            if let Some(Goal { by: GoalBy::Event { name, .. }, .. }) = &spec.goal {
                names.insert(name.clone());
            }
            for step in &spec.steps {
                match &step.action {
                    Action::Wait(Wait::Event(event)) => drop(names.insert(event.name.clone())),
                    Action::Digest(digest) => drop(names.insert(digest.event.clone())),
                    _ => {}
                }
            }
        }
        Some(names.into_iter().collect())
    }
}

/// What changes a profile, its consent or what may be written to it, and what its past in journeys was; beside what customers do
/// with messages.
const ALWAYS: [&str; 8] = [
    "Identified",
    "Group Joined",
    "Aliased",
    "Consent Changed",
    "Unsubscribed",
    "Journey Entered",
    "Profile Updated",
    "WhatsApp Received",
];

fn calendars(
    journeys: &JourneySet,
    workspace: WorkspaceId,
    zone: Tz,
    since: Timestamp,
    until: Timestamp,
) -> Vec<Occurs> {
    let mut out = Vec::new();
    for (id, _, paused, spec) in journeys.live_all(workspace) {
        let Trigger::Schedule(schedule) = &spec.trigger else { continue };
        let instant = |local: NaiveDateTime| match schedule.zone {
            ZoneChoice::Workspace => local_to_instant(zone, local),
            ZoneChoice::Named(zone) => local_to_instant(zone, local),
            ZoneChoice::Profile => {
                Timestamp((local - Duration::hours(crate::owner::FIRST_ZONE_HOURS)).and_utc().timestamp_millis())
            }
        };
        let mut local = since.to_utc().naive_utc() - Duration::days(1);
        while let Some(next) = calendar::next_local(&schedule.at, local).filter(|_| out.len() < MAX_OCCURRENCES) {
            local = next;
            let at = instant(local);
            if at > until {
                break;
            }
            if at > since && !paused {
                let by_profile = schedule.zone == ZoneChoice::Profile;
                out.push(Occurs { at, journey: id.to_owned(), local, by_profile });
            }
        }
    }
    out.sort_by(|a, b| (a.at, &a.journey).cmp(&(b.at, &b.journey)));
    out
}

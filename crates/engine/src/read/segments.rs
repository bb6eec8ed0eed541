//! Segments: who is in them, and previews of rules nobody saved.

use std::collections::HashMap;

use rapport_domain::rule::Rule;
use rapport_domain::{Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::CancelFlag;
use rapport_profiles::repo as profiles;
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::{Binding, RuleDef, RuleSet, SegmentState, repo};
use serde::Serialize;

use crate::error::EngineError;
use crate::live::Live;
use crate::shared::Shared;

/// A segment as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// Members now.
    pub count: u64,
    /// Whether every partition has decided every profile; if not, the count still grows.
    pub ready: bool,
}

/// Members of a segment, counted over all partitions.
pub fn standing(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<Standing, EngineError> {
    let mut out = Standing { count: 0, ready: true };
    let key = rapport_segments::segment_rule_key(segment);
    for (_, db) in shared.stores.partitions() {
        let (count, ready) = db.read(|q| {
            let ready = repo::rules(q, ws)?.iter().any(|r| r.key == key && r.phase == repo::Phase::Ready);
            Ok::<_, EngineError>((repo::member_count(q, ws, segment)?, ready))
        })?;
        out.count += count;
        out.ready &= ready;
    }
    Ok(out)
}

/// A page of members by id, with the instant since when.
pub fn members(
    shared: &Shared,
    ws: WorkspaceId,
    segment: &str,
    after: ProfileId,
    limit: usize,
) -> Result<Vec<(ProfileId, Timestamp)>, EngineError> {
    let mut rows = Vec::new();
    for (partition, db) in shared.stores.partitions() {
        // Ids order by home first: partitions before the cursor's have nothing more.
        if partition < after.home() || rows.len() >= limit {
            continue;
        }
        rows.extend(db.read(|q| repo::members(q, ws, segment, after, limit - rows.len()))?);
    }
    Ok(rows)
}

/// Names of the profile's traits that are computed.
#[must_use]
pub fn computed_traits(shared: &Shared, ws: WorkspaceId, profile: &rapport_domain::Profile) -> Vec<String> {
    let live = shared.live();
    let Some(workspace) = live.workspaces.get(&ws) else { return Vec::new() };
    let has = |name: &&str| profile.traits.get(*name).is_some_and(|t| !t.value.is_null());
    let mut names: Vec<String> = workspace.rules.computed_traits().filter(has).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// Everybody in a segment, by id.
pub fn member_ids(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<Vec<ProfileId>, EngineError> {
    let mut all = Vec::new();
    for (_, db) in shared.stores.partitions() {
        let rows = db.read(|q| repo::members(q, ws, segment, ProfileId(0), usize::MAX >> 1))?;
        all.extend(rows.into_iter().map(|(id, _)| id));
    }
    all.sort_unstable();
    Ok(all)
}

/// The segments a profile is in, with the instant since when.
pub fn of_profile(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
) -> Result<Vec<(String, Timestamp)>, EngineError> {
    let db = shared.stores.partition(profile.home())?;
    Ok(db.read(|q| repo::memberships(q, ws, profile))?)
}

/// Who a rule would hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many profiles.
    pub count: u64,
    /// Some of them, lowest ids first.
    pub sample: Vec<ProfileId>,
}

/// Evaluates a rule over everything: the lake's events folded by the same aggregates, every profile's traits.
pub fn preview(
    shared: &Shared,
    ws: WorkspaceId,
    rule: &Rule,
    sample: usize,
    cancel: &CancelFlag,
) -> Result<Preview, EngineError> {
    let live = shared.live();
    let zone = live.workspaces.get(&ws).map_or(chrono_tz::Tz::UTC, |w| w.zone);
    let (rules, probe) = with_live_segments(&live, ws, rule);
    let binding = super::formulas::whole(&rules);
    let wanted: Vec<u32> = rules.aggregates_of(probe).to_vec();
    let fold = AggregateFold::new(wanted.iter().map(|i| (*i, &rules.aggregates()[*i as usize])).collect());
    let histories: HashMap<ProfileId, History> = if wanted.is_empty() {
        HashMap::new()
    } else {
        shared.lake.snapshot(ws).run(&fold, cancel)?.into_iter().collect()
    };
    let now = shared.clock.now();
    let asks = Asks { rules: &rules, binding: &binding, zone, now, histories: &histories, sample };
    let mut out = Preview::default();
    if rules.needs_only_events(probe) && !asks.holds_without_events() {
        asks.over_histories(&mut out);
    } else {
        for (partition, _) in shared.stores.partitions() {
            cancel.check()?;
            asks.over_profiles(shared, ws, partition, &mut out)?;
        }
    }
    out.sample.sort_unstable();
    out.sample.truncate(sample);
    Ok(out)
}

/// The name of the rule being previewed within its set; no segment's key looks like it.
const PROBE: &str = "preview";

/// The probe's rule, compiled alone; `in_segment` inside it asks the stored memberships.
fn with_live_segments(live: &Live, ws: WorkspaceId, rule: &Rule) -> (RuleSet, usize) {
    let mut defs = vec![RuleDef::condition(PROBE, rule.clone())];
    // Segments the rule names are asked for by stored membership, so the set needs their names, not their rules.
    if let Some(workspace) = live.workspaces.get(&ws) {
        defs.extend(workspace.rules.placeholders());
    }
    let (set, _) = RuleSet::compile(defs);
    let probe = set.rule_index(PROBE).unwrap_or(0);
    (set, probe)
}

struct Asks<'a> {
    rules: &'a RuleSet,
    binding: &'a Binding,
    zone: chrono_tz::Tz,
    now: Timestamp,
    histories: &'a HashMap<ProfileId, History>,
    sample: usize,
}

impl Asks<'_> {
    fn state(&self, profile: ProfileId) -> SegmentState {
        let mut state = SegmentState::default();
        if let Some(history) = self.histories.get(&profile) {
            self.rules.add_history(self.binding, &mut state, history.clone());
        }
        state
    }

    fn holds(&self, state: &SegmentState, profile: &rapport_domain::Profile) -> bool {
        self.rules.ask(self.binding, state, PROBE, profile, self.zone, self.now).is_some_and(|v| v.holds)
    }

    fn holds_without_events(&self) -> bool {
        let nobody = rapport_domain::Profile::new(WorkspaceId(0), ProfileId(0), false, self.now);
        self.holds(&SegmentState::default(), &nobody)
    }

    /// A rule about events alone: nobody without events holds, and nothing else of a profile is asked.
    fn over_histories(&self, out: &mut Preview) {
        let mut found: Vec<ProfileId> = Vec::new();
        for profile in self.histories.keys() {
            let someone = rapport_domain::Profile::new(WorkspaceId(0), *profile, false, self.now);
            if self.holds(&self.state(*profile), &someone) {
                found.push(*profile);
            }
        }
        out.count = found.len() as u64;
        found.sort_unstable();
        found.truncate(self.sample);
        out.sample = found;
    }

    fn over_profiles(
        &self,
        shared: &Shared,
        ws: WorkspaceId,
        partition: Partition,
        out: &mut Preview,
    ) -> Result<(), EngineError> {
        let db = shared.stores.partition(partition)?;
        let memberships =
            if self.rules.rules().count() > 1 { db.read(|q| repo::all_memberships(q, ws))? } else { HashMap::new() };
        db.read(|q| {
            profiles::iterate(q, ws, |profile| {
                let mut state = self.state(profile.id);
                for (segment, since) in memberships.get(&profile.id).into_iter().flatten() {
                    self.rules.set_membership(self.binding, &mut state, segment, *since);
                }
                if self.holds(&state, &profile) {
                    out.count += 1;
                    if out.sample.len() < self.sample {
                        out.sample.push(profile.id);
                    }
                }
                std::ops::ControlFlow::Continue(())
            })
        })?;
        Ok(())
    }
}

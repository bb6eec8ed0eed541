//! What formulas of the rule language say of every profile, over everything: the lake's events folded by the same
//! aggregates as live rules, every profile's traits, stored memberships.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rapport_domain::rule::Formula;
use rapport_domain::{Profile, ProfileId, WorkspaceId};
use rapport_lake::CancelFlag;
use rapport_profiles::repo as profiles;
use rapport_segments::fold::{AggregateFold, History};
use rapport_segments::{Binding, RuleDef, RuleSet, SegmentState, repo};
use serde_json::Value;

use crate::error::EngineError;
use crate::shared::Shared;

/// A binding for a set whose every history is there.
pub(crate) fn whole(rules: &RuleSet) -> Binding {
    Binding {
        aggregates: (0..rules.aggregates().len() as u64).map(|i| (i, true)).collect(),
        rules: (0..rules.rules().count() as u64).map(|i| (i, true)).collect(),
    }
}

/// Hands each profile of the workspace with what the formulas say of it to `each`, in order of ids.
pub fn of_profiles(
    shared: &Shared,
    ws: WorkspaceId,
    formulas: &[Formula],
    cancel: &CancelFlag,
    mut each: impl FnMut(&Profile, Vec<Value>),
) -> Result<(), EngineError> {
    let live = shared.live();
    let workspace = live.workspaces.get(&ws);
    let zone = workspace.map_or(chrono_tz::Tz::UTC, |w| w.zone);
    let mut defs: Vec<RuleDef> =
        formulas.iter().enumerate().map(|(i, f)| RuleDef::asked(&format!("formula:{i}"), f.clone())).collect();
    defs.extend(workspace.map(|w| w.rules.placeholders()).unwrap_or_default());
    let (rules, _) = RuleSet::compile(defs);
    let binding = whole(&rules);
    let fold = AggregateFold::new((0..).zip(rules.aggregates()).collect());
    let histories: HashMap<ProfileId, History> = if rules.aggregates().is_empty() {
        HashMap::new()
    } else {
        shared.lake.snapshot(ws).run(&fold, cancel)?.into_iter().collect()
    };
    let now = shared.clock.now();
    for (_, db) in shared.stores.partitions() {
        cancel.check()?;
        let memberships = db.read(|q| repo::memberships_in(q, ws, rules.segments_asked()))?;
        db.read(|q| {
            let accounts = super::accounts::for_rules(q, ws, &rules)?;
            profiles::iterate(q, ws, |mut profile| {
                profile.account = profile.account_id().and_then(|id| accounts.get(id).cloned());
                let mut state = SegmentState::default();
                if let Some(history) = histories.get(&profile.id) {
                    rules.add_history(&binding, &mut state, history.clone());
                }
                for (segment, since) in memberships.get(&profile.id).into_iter().flatten() {
                    rules.set_membership(&binding, &mut state, segment, *since);
                }
                let said = (0..formulas.len()).map(|i| rules.value(&binding, &state, i, &profile, zone, now));
                each(&profile, said.collect());
                ControlFlow::Continue(())
            })?;
            Ok::<_, EngineError>(())
        })?;
    }
    Ok(())
}

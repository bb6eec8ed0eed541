//! A version of a journey, ready to run.

use std::collections::HashMap;

use rapport_domain::hash::bucket_percent;
use rapport_domain::{Problem, ProfileId};

use super::ConditionKey;
use super::call::Texts;
use super::runs::{Group, Run};
use super::set::JourneyDef;
use crate::rules::{self, Predicate, Rule};
use crate::spec::{Action, Audience, Goal, GoalBy, JourneySpec, ScheduleTrigger, Share, Trigger, Wait};

/// A version ready to run.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) spec: JourneySpec,
    /// Nobody enters, and nobody goes on.
    pub(super) paused: bool,
    /// Hundredths of a percent of the workspace's customers that no journey has effects on.
    pub(super) global_holdout: u32,
    /// The predicate of the trigger's `where`.
    pub(super) filter: Option<Predicate>,
    /// Whom the calendar means.
    pub(super) audience: Option<ConditionKey>,
    pub(super) entry_when: Option<ConditionKey>,
    pub(super) exit_when: Option<ConditionKey>,
    /// The rule that reaches the goal.
    pub(super) goal_when: Option<ConditionKey>,
    /// The predicate on the event that reaches the goal.
    pub(super) goal_filter: Option<Predicate>,
    /// Per step the conditions of its arms, or the one it waits for; empty for other actions.
    pub(super) arms: Vec<Vec<ConditionKey>>,
    /// Per step the predicate on the event it waits for.
    pub(super) filters: Vec<Option<Predicate>>,
    /// Per step the Liquid of what it asks another system.
    pub(super) texts: Vec<Texts>,
    by_step: HashMap<String, usize>,
}

impl Version {
    /// The rule a run waits for where it stands.
    pub(super) fn waits_for(&self, run: &Run) -> Option<&ConditionKey> {
        let at = self.index(&run.step).filter(|_| run.waiting && run.wake.is_none())?;
        matches!(self.spec.steps[at].action, Action::Wait(Wait::When(_))).then(|| self.arms[at].first())?
    }

    pub(super) fn index(&self, step: &str) -> Option<usize> {
        self.by_step.get(step).copied()
    }

    /// Whether a profile is in the control group: of all journeys, or of this one. The same profile always is.
    pub(super) fn group(&self, profile: ProfileId) -> Group {
        let below = |salt: &str, share: u32| share > 0 && bucket(salt, profile) < share;
        let held = below("holdout", self.global_holdout) || below(&format!("holdout/{}", self.id), self.spec.holdout);
        if held { Group::Control } else { Group::Treatment }
    }

    pub(super) fn compile(def: JourneyDef, register: &mut dyn FnMut(ConditionKey, Rule)) -> Result<Self, Vec<Problem>> {
        let mut condition = |text: &str| -> Result<ConditionKey, Vec<Problem>> {
            let (key, rule) = rules::rule(text)?;
            register(key.clone(), rule);
            Ok(key)
        };
        let spec = def.spec;
        let filter = match &spec.trigger {
            Trigger::Event(event) => event.filter.as_deref().map(rules::predicate).transpose()?,
            _ => None,
        };
        let audience = match &spec.trigger {
            Trigger::Schedule(ScheduleTrigger { audience, .. }) => Some(condition(&audience_rule(audience))?),
            _ => None,
        };
        let entry_when = spec.entry_when.as_deref().map(&mut condition).transpose()?;
        let exit_when = spec.exit_when.as_deref().map(&mut condition).transpose()?;
        let (mut goal_when, mut goal_filter) = (None, None);
        match &spec.goal {
            Some(Goal { by: GoalBy::Rule(rule), .. }) => goal_when = Some(condition(rule)?),
            Some(Goal { by: GoalBy::Event { filter: Some(text), .. }, .. }) => {
                goal_filter = Some(rules::predicate(text)?);
            }
            _ => {}
        }
        let mut arms = Vec::with_capacity(spec.steps.len());
        let mut filters = Vec::with_capacity(spec.steps.len());
        for step in &spec.steps {
            arms.push(match &step.action {
                Action::Branch(of) => of.iter().map(|arm| condition(&arm.when)).collect::<Result<_, _>>()?,
                Action::Wait(Wait::When(wait)) => vec![condition(&wait.rule)?],
                _ => Vec::new(),
            });
            let text = match &step.action {
                Action::Wait(Wait::Event(event)) => event.filter.as_deref(),
                Action::Digest(digest) => digest.filter.as_deref(),
                _ => None,
            };
            filters.push(text.map(rules::predicate).transpose()?);
        }
        let texts = spec.steps.iter().map(|step| Texts::of(&step.action)).collect();
        let by_step = spec.steps.iter().enumerate().map(|(i, s)| (s.id.clone(), i)).collect();
        Ok(Version {
            id: def.id,
            version: def.version,
            spec,
            paused: def.paused,
            global_holdout: def.global_holdout,
            filter,
            audience,
            entry_when,
            exit_when,
            goal_when,
            goal_filter,
            arms,
            filters,
            texts,
            by_step,
        })
    }
}

/// An audience as a rule.
pub(super) fn audience_rule(audience: &Audience) -> String {
    match audience {
        Audience::Rule(rule) => rule.clone(),
        Audience::Segment(id) => format!("in_segment({id:?})"),
    }
}

/// A profile's stable place in hundredths of a percent, 0 to 9,999.
fn bucket(salt: &str, profile: ProfileId) -> u32 {
    (bucket_percent(salt, profile.0) * 100.0) as u32
}

/// The arm of a split a profile falls into. The same salt and profile always fall into the same place, so an arm keeps its
/// people while shares before it stay the same.
pub(super) fn arm<'a>(salt: &str, arms: &'a [Share], profile: ProfileId) -> Option<&'a Share> {
    let place = bucket(salt, profile);
    let mut upto = 0;
    arms.iter().find(|arm| {
        upto += arm.share;
        place < upto
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_get_their_shares_and_keep_their_people() {
        let share = |name: &str, share| Share { name: name.to_owned(), share, goto: "end".to_owned() };
        let arms = [share("a", 2_500), share("b", 7_500)];
        let of = |p: u64| arm("j/split", &arms, ProfileId(p)).map(|a| a.name.as_str());
        let a = (0..40_000).filter(|p| of(*p) == Some("a")).count();
        assert!((9_600..10_400).contains(&a), "{a} of 40,000 instead of 10,000");
        let wider = [share("a", 5_000), share("b", 5_000)];
        for p in (0..1_000).filter(|p| of(*p) == Some("a")) {
            assert_eq!(arm("j/split", &wider, ProfileId(p)).map(|a| a.name.as_str()), Some("a"), "{p} stays");
        }
        let same = (0..10_000).filter(|p| arm("j/other", &arms, ProfileId(*p)).map(|a| a.name.as_str()) == of(*p));
        assert!((5_900..6_600).contains(&same.count()), "another step divides independently");
    }
}

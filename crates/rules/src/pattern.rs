//! Sequences that say more than names: conditions on steps, gaps, steps that must be absent, and how recent the end is.
//!
//! Events of one instant may count in either order, so a step is absent between two others when nothing of it lies
//! strictly between their instants. An absent step at the end holds once its time is over.

use rapport_domain::Timestamp;
use rapport_domain::event::{EventView, names};
use rapport_domain::rule::{Sequence, Step};

use crate::compile::{Needs, Node};
use crate::eval::Scope;
use crate::limits::{MAX_MARKS, MAX_STEPS};
use crate::state::Inner;

/// A sequence ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    matchers: Vec<Matcher>,
    /// The steps that must happen, in order.
    steps: Vec<Happening>,
    /// Nothing of this bit for so long before the first step.
    before: Option<(u8, i64)>,
    /// Nothing of this bit for so long after the last step.
    after: Option<(u8, i64)>,
    within_ms: i64,
    recent_ms: Option<i64>,
}

/// Which events serve a step.
#[derive(Clone, Debug)]
struct Matcher {
    names: Vec<String>,
    filter: Option<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Happening {
    bit: u8,
    /// At most so long after the step before.
    gap_ms: Option<i64>,
    /// Nothing of this bit between the step before and this one.
    nothing: Option<u8>,
}

/// The events of one instant.
struct Group {
    ts: i64,
    masks: Vec<u8>,
}

impl Group {
    fn has(&self, bit: u8) -> bool {
        self.masks.iter().any(|m| m & bit != 0)
    }

    /// Whether different events of the group serve these steps, one each.
    fn serves(&self, steps: &[Happening], used: &mut Vec<usize>) -> bool {
        let Some((step, rest)) = steps.split_first() else { return true };
        (0..self.masks.len()).any(|i| {
            if used.contains(&i) || self.masks[i] & step.bit == 0 {
                return false;
            }
            used.push(i);
            let found = self.serves(rest, used);
            used.pop();
            found
        })
    }
}

impl Pattern {
    /// The pattern, and the names of the events it listens to.
    pub(crate) fn new(sequence: &Sequence) -> (Pattern, Vec<String>) {
        let mut pattern = Pattern {
            matchers: Vec::new(),
            steps: Vec::new(),
            before: None,
            after: None,
            within_ms: sequence.within_ms,
            recent_ms: sequence.recent_ms,
        };
        let mut nothing: Option<(u8, i64)> = None;
        for (i, step) in sequence.steps.iter().take(MAX_STEPS).enumerate() {
            let (bit, own_ms) = (1u8 << i, own_time(step));
            pattern.matchers.push(Matcher::of(step));
            if step.is_absent() {
                nothing = Some((bit, own_ms.unwrap_or(sequence.within_ms)));
                continue;
            }
            if pattern.steps.is_empty() {
                pattern.before = nothing.take();
            }
            pattern.steps.push(Happening { bit, gap_ms: own_ms, nothing: nothing.take().map(|n| n.0) });
        }
        pattern.after = nothing;
        let mut names: Vec<String> = Vec::new();
        for step in &sequence.steps {
            if step.names().is_empty() || step.names() == [names::EVERY] {
                return (pattern, vec![names::EVERY.to_owned()]);
            }
            names.extend(step.names().iter().filter(|n| !names.contains(n)).cloned().collect::<Vec<_>>());
        }
        (pattern, names)
    }

    /// Once complete it stays so: nothing that comes later, or late, can undo it.
    fn is_final(&self) -> bool {
        let absent = self.steps.iter().any(|s| s.nothing.is_some());
        !absent && self.before.is_none() && self.after.is_none() && self.recent_ms.is_none()
    }

    pub(crate) fn is_timed(&self) -> bool {
        self.recent_ms.is_some() || self.after.is_some()
    }

    /// The steps an event can serve.
    fn mask(&self, event: &dyn EventView) -> u8 {
        let serves = |m: &Matcher| m.serves(event);
        (0..).zip(&self.matchers).filter(|(_, m)| serves(m)).fold(0, |mask, (i, _)| mask | 1 << i)
    }

    /// Whether the event can serve one of the steps.
    pub(crate) fn concerns(&self, event: &dyn EventView) -> bool {
        self.mask(event) != 0
    }

    pub(crate) fn observe(&self, state: &mut Inner, event: &dyn EventView) -> bool {
        let mask = self.mask(event);
        if mask == 0 || *state == Inner::Done {
            return false;
        }
        let ts = event.ts().0;
        let mut list = match std::mem::take(state) {
            Inner::Marks(list) => list,
            _ => Vec::new(),
        };
        let added = self.insert(&mut list, (ts, mask));
        // Only events this near can be part of a run with the new one.
        let low = list.partition_point(|e| e.0 < ts.saturating_sub(self.within_ms));
        let high = list.partition_point(|e| e.0 <= ts.saturating_add(self.within_ms));
        let complete = added && self.is_final() && !self.ends(&list[low..high]).is_empty();
        *state = if complete { Inner::Done } else { Inner::Marks(list) };
        added
    }

    /// Inserts in order; more events of one kind at one instant than steps they can serve never matter.
    fn insert(&self, list: &mut Vec<(i64, u8)>, entry: (i64, u8)) -> bool {
        let at = list.partition_point(|e| *e < entry);
        let same = list[at..].iter().take_while(|e| **e == entry).count();
        let useful = self.steps.iter().filter(|s| s.bit & entry.1 != 0).count().max(1);
        if same >= useful || (list.len() >= MAX_MARKS && at == 0) {
            return false;
        }
        list.insert(at, entry);
        if list.len() > MAX_MARKS {
            list.remove(0);
        }
        true
    }

    pub(crate) fn merge(&self, into: &mut Inner, from: Inner) {
        *into = match (std::mem::take(into), from) {
            (Inner::Done, _) | (_, Inner::Done) => Inner::Done,
            (Inner::Marks(mut list), Inner::Marks(more)) => {
                for entry in more {
                    self.insert(&mut list, entry);
                }
                let complete = self.is_final() && !self.ends(&list).is_empty();
                if complete { Inner::Done } else { Inner::Marks(list) }
            }
            (only @ Inner::Marks(_), _) | (_, only) => only,
        };
    }

    /// Drops events whose runs have all become too old.
    pub(crate) fn prune(&self, state: &mut Inner, now: Timestamp) {
        let (Some(recent), Inner::Marks(list)) = (self.recent_ms, &mut *state) else { return };
        let reach = |edge: Option<(u8, i64)>| edge.map_or(0, |(_, ms)| ms);
        let back =
            recent.saturating_add(self.within_ms).saturating_add(reach(self.before)).saturating_add(reach(self.after));
        let horizon = now.0.saturating_sub(back);
        list.drain(..list.partition_point(|e| e.0 < horizon));
        if list.is_empty() {
            *state = Inner::Empty;
        }
    }

    /// Whether it is complete at `now`, and when time alone may change that.
    pub(crate) fn holds(&self, state: &Inner, now: Timestamp) -> (bool, Option<Timestamp>) {
        let list = match state {
            Inner::Done => return (true, None),
            Inner::Marks(list) => list,
            _ => return (false, None),
        };
        let ends = self.ends(list);
        let fresh = |end: i64| self.recent_ms.is_none_or(|recent| end > now.0.saturating_sub(recent));
        let newest = ends.iter().copied().filter(|end| *end <= now.0 && fresh(*end)).max();
        match newest {
            Some(end) => (true, self.recent_ms.map(|recent| Timestamp(end.saturating_add(recent)))),
            None => (false, ends.into_iter().filter(|end| *end > now.0).min().map(Timestamp)),
        }
    }

    /// The instants at which runs are complete, some of them still to come.
    fn ends(&self, list: &[(i64, u8)]) -> Vec<i64> {
        let groups: Vec<Group> = list
            .chunk_by(|a, b| a.0 == b.0)
            .map(|g| Group { ts: g[0].0, masks: g.iter().map(|e| e.1).collect() })
            .collect();
        // starts[k][g]: the latest start of a run whose first k + 1 steps end with group g.
        let mut starts: Vec<Vec<Option<i64>>> = vec![vec![None; groups.len()]; self.steps.len()];
        for g in 0..groups.len() {
            for k in 0..self.steps.len() {
                let start = if k == 0 { self.begins(&groups, g) } else { self.reached(&groups, &starts[k - 1], k, g) };
                let Some(start) = start else { continue };
                for (last, starts) in starts.iter_mut().enumerate().skip(k) {
                    if !groups[g].serves(&self.steps[k..=last], &mut Vec::new()) {
                        break;
                    }
                    starts[g] = starts[g].max(Some(start));
                }
            }
        }
        let complete = starts.last().into_iter().flatten().zip(0..).filter_map(|(start, g)| {
            let ts = groups[g].ts;
            (ts.saturating_sub((*start)?) <= self.within_ms).then_some(g)
        });
        complete.filter_map(|g| self.end(&groups, g)).collect()
    }

    /// The start of a run that begins with group `g`, if nothing forbids it.
    fn begins(&self, groups: &[Group], g: usize) -> Option<i64> {
        let ts = groups[g].ts;
        let free = self.before.is_none_or(|(bit, ms)| {
            let from = ts.saturating_sub(ms);
            !groups[..g].iter().rev().take_while(|b| b.ts > from).any(|b| b.has(bit))
        });
        free.then_some(ts)
    }

    /// The latest start of a run whose step `k - 1` lies in an earlier group from which step `k` can follow in group `g`.
    fn reached(&self, groups: &[Group], before: &[Option<i64>], k: usize, g: usize) -> Option<i64> {
        let (ts, step) = (groups[g].ts, self.steps[k]);
        let farthest = step.gap_ms.unwrap_or(i64::MAX).min(self.within_ms);
        let mut best = None;
        for i in (0..g).rev() {
            if ts.saturating_sub(groups[i].ts) > farthest {
                break;
            }
            best = best.max(before[i]);
            if step.nothing.is_some_and(|bit| groups[i].has(bit)) {
                break;
            }
        }
        best
    }

    /// When a run that ends with group `g` is complete, if nothing undoes it.
    fn end(&self, groups: &[Group], g: usize) -> Option<i64> {
        let Some((bit, ms)) = self.after else { return Some(groups[g].ts) };
        let over = groups[g].ts.saturating_add(ms);
        let disturbed = groups[g + 1..].iter().take_while(|x| x.ts < over).any(|x| x.has(bit));
        (!disturbed).then_some(over)
    }
}

fn own_time(step: &Step) -> Option<i64> {
    match step {
        Step::Name(_) => None,
        Step::Events(events) => events.within_ms,
    }
}

impl Matcher {
    fn of(step: &Step) -> Matcher {
        let filter = match step {
            Step::Events(events) => events.filter.as_deref(),
            Step::Name(_) => None,
        };
        Matcher { names: step.names().to_vec(), filter: filter.map(|f| Needs::default().condition(f)) }
    }

    fn serves(&self, event: &dyn EventView) -> bool {
        names::mean(&self.names, event.name())
            && self.filter.as_ref().is_none_or(|f| Scope::Event(event).condition(f).0)
    }
}

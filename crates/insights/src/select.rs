//! Which events a report looks at: names and conditions.

use std::sync::Arc;

use rapport_domain::event::{EventView, names};
use rapport_domain::rule::{CompareOp, Literal};
use rapport_lake::{EventFilter, EventRef, Field, Filter, Test};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::columnar::Condition;
use crate::walk::Names;

/// Some events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// The event's name; any event of the customer's own doing when absent, every event with `*`.
    pub event: Option<String>,
    /// Only events for which this holds, a rule's event predicate: `e.total > 50.0`.
    pub filter: Option<String>,
    /// What to call them; the event's name when absent.
    pub label: Option<String>,
}

impl Selection {
    /// All events of a name.
    #[must_use]
    pub fn event(name: &str) -> Self {
        Selection { event: Some(name.to_owned()), ..Selection::default() }
    }

    /// What to call it.
    #[must_use]
    pub fn label(&self) -> String {
        let of = match self.event.as_deref() {
            None => "any event",
            Some(names::EVERY) => "every event",
            Some(name) => name,
        };
        self.label.clone().unwrap_or_else(|| of.to_owned())
    }
}

/// Whose events a selection holds, by their names.
#[derive(Clone, Debug)]
pub(crate) enum Of {
    /// Those of this name.
    Name(String),
    /// What customers did: all but these, the names of what was written about them.
    Activity(Arc<[String]>),
    /// All of them.
    Every,
}

/// A selection, checked.
#[derive(Clone, Debug)]
pub(crate) struct Matcher {
    pub(crate) of: Of,
    pub(crate) filter: Option<Condition>,
}

/// Several selections, ready to be asked about each event.
#[derive(Debug)]
pub(crate) struct Matchers {
    list: Vec<Matcher>,
    /// What to step: the distinct names, where each selection has one.
    names: Names,
    /// Some of what was written about customers is stepped too, for other selections than those of what they did.
    is_mixed: bool,
    /// The selections of each name.
    by_name: Vec<Vec<usize>>,
    /// What the lake tests on columns.
    filters: Vec<EventFilter>,
    /// By selection: its place in `filters`.
    slots: Vec<Option<usize>>,
}

/// Filters a fold can have; with more, none is for the lake.
const MAX_FILTERS: usize = 64;

impl Matchers {
    pub(crate) fn new(list: Vec<Matcher>) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut by_name: Vec<Vec<usize>> = Vec::new();
        let mut written = None;
        let mut any = false;
        for (at, matcher) in list.iter().enumerate() {
            match &matcher.of {
                Of::Every => any = true,
                Of::Activity(names) => (any, written) = (true, Some(Arc::clone(names))),
                Of::Name(name) => match names.iter().position(|n| n == name) {
                    Some(known) => by_name[known].push(at),
                    None => {
                        names.push(name.clone());
                        by_name.push(vec![at]);
                    }
                },
            }
        }
        let (slots, filters) = (vec![None; list.len()], Vec::new());
        let names = Names::Only(names);
        let mut matchers = Matchers { list, names, is_mixed: false, by_name, filters, slots };
        if any {
            matchers.step_all(&written.unwrap_or_default());
        }
        matchers.compile();
        matchers
    }

    /// The same where whatever customers did is to be stepped, also what no selection holds.
    pub(crate) fn stepping_all(mut self, written: &[String]) -> Self {
        self.filters.clear();
        self.slots.fill(None);
        self.step_all(written);
        self
    }

    /// All is to be stepped but what was written about customers and no selection asks for.
    fn step_all(&mut self, written: &[String]) {
        let asks = |name: &String| self.list.iter().any(|m| matches!(&m.of, Of::Name(own) if own == name));
        let except: Vec<String> = match self.list.iter().any(|m| matches!(m.of, Of::Every)) {
            true => Vec::new(),
            false => written.iter().filter(|name| !asks(name)).cloned().collect(),
        };
        self.is_mixed = except.len() < written.len();
        self.names = Names::AllBut(except);
    }

    /// Hands conditions to the lake: of every selection whose events another one's condition could hide.
    fn compile(&mut self) {
        let has_filter = |at: &usize| self.list[*at].filter.is_some();
        let wanted: Vec<usize> = match self.names.list() {
            Some(_) => self.by_name.iter().filter(|group| group.iter().any(has_filter)).flatten().copied().collect(),
            None if (0..self.list.len()).any(|at| has_filter(&at)) => (0..self.list.len()).collect(),
            None => Vec::new(),
        };
        if wanted.len() > MAX_FILTERS {
            return;
        }
        for at in wanted {
            let matcher = &self.list[at];
            let own = matcher.filter.as_ref().map_or_else(|| Filter::All(Vec::new()), |c| c.columns.clone());
            let event = match &matcher.of {
                Of::Name(name) => self.names.list().and_then(|names| names.iter().position(|n| n == name)),
                _ => None,
            };
            let filter = match (event, &matcher.of) {
                (None, Of::Name(name)) => {
                    let is_name = Test::Compare(CompareOp::Equal, Literal::Text(name.clone()));
                    Filter::All(vec![Filter::Test(Field::Event, is_name), own])
                }
                _ => own,
            };
            self.slots[at] = Some(self.filters.len());
            self.filters.push(EventFilter { event, filter });
        }
    }

    /// See [`rapport_lake::Fold::filters`]: an event that no selection holds is not stepped.
    pub(crate) fn filters(&self) -> Vec<EventFilter> {
        self.filters.clone()
    }

    /// What a fold must step.
    pub(crate) fn names(&self) -> Names {
        self.names.clone()
    }

    /// Calls `each` with the selections that could hold the event by its name, in order. Filters are not evaluated yet:
    /// see [`Matchers::passes`].
    pub(crate) fn named(&self, event: &EventRef<'_>, mut each: impl FnMut(usize)) {
        if let (Names::Only(_), Some(name)) = (&self.names, event.wanted()) {
            self.by_name.get(name).into_iter().flatten().for_each(|at| each(*at));
        } else {
            let name = event.name();
            // The lake has left the rest out where it was told to.
            let is_left_out = event.wanted().is_some() && !self.is_mixed;
            let fits = |m: &Matcher| match &m.of {
                Of::Name(own) => own == name,
                Of::Activity(written) => is_left_out || written.is_empty() || names::is_activity(name),
                Of::Every => true,
            };
            (0..self.list.len()).filter(|at| fits(&self.list[*at])).for_each(each);
        }
    }

    /// Whether the event, whose name fits, passes the filter of a selection.
    pub(crate) fn passes(&self, at: usize, event: &EventRef<'_>) -> bool {
        let Some(condition) = &self.list[at].filter else { return true };
        match self.slots[at] {
            Some(slot) => event.passed(slot) && condition.rest.as_ref().is_none_or(|rest| rest.matches(event)),
            None => condition.whole.matches(event),
        }
    }

    /// Calls `each` with the selections that hold the event, in order.
    pub(crate) fn matching(&self, event: &EventRef<'_>, mut each: impl FnMut(usize)) {
        self.named(event, |at| {
            if self.passes(at, event) {
                each(at);
            }
        });
    }

    /// Which selections hold the event, a bit each; of an event whose fold did not hand the conditions to the lake.
    pub(crate) fn whole_mask(&self, event: &EventRef<'_>) -> u32 {
        let mut mask = 0;
        self.named(event, |at| {
            let condition = self.list[at].filter.as_ref();
            mask |= u32::from(condition.is_none_or(|c| c.whole.matches(event))) << at;
        });
        mask
    }

    /// Which selections hold the event, a bit each.
    pub(crate) fn mask(&self, event: &EventRef<'_>) -> u32 {
        let mut mask = 0;
        self.matching(event, |at| mask |= 1 << at);
        mask
    }
}

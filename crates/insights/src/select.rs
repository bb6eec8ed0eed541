//! Which events a report looks at: names and conditions.

use rapport_domain::event::EventView;
use rapport_domain::rule::{CompareOp, Literal};
use rapport_lake::{EventFilter, EventRef, Field, Filter, Test};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::columnar::Condition;

/// Some events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// The event's name; any event when absent.
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
        self.label.clone().or_else(|| self.event.clone()).unwrap_or_else(|| "any event".to_owned())
    }
}

/// A selection, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    pub(crate) event: Option<String>,
    pub(crate) filter: Option<Condition>,
}

/// Several selections, ready to be asked about each event.
#[derive(Debug, Default)]
pub(crate) struct Matchers {
    list: Vec<Matcher>,
    /// The distinct names and the selections of each; `None` when some selection takes any event.
    names: Option<Vec<String>>,
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
        let mut any = false;
        for (at, matcher) in list.iter().enumerate() {
            match matcher.event.as_ref().map(|e| names.iter().position(|n| n == e)) {
                None => any = true,
                Some(Some(known)) => by_name[known].push(at),
                Some(None) => {
                    names.push(matcher.event.clone().unwrap_or_default());
                    by_name.push(vec![at]);
                }
            }
        }
        let mut matchers = Matchers {
            slots: vec![None; list.len()],
            list,
            names: (!any).then_some(names),
            by_name,
            filters: Vec::new(),
        };
        matchers.compile();
        matchers
    }

    /// The same where every event is to be stepped, also those that no selection holds.
    pub(crate) fn stepping_all(self) -> Self {
        let slots = vec![None; self.slots.len()];
        Matchers { filters: Vec::new(), slots, ..self }
    }

    /// Hands conditions to the lake: of every selection whose events another one's condition could hide.
    fn compile(&mut self) {
        let has_filter = |at: &usize| self.list[*at].filter.is_some();
        let wanted: Vec<usize> = match &self.names {
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
            let event =
                self.names.as_ref().and_then(|names| names.iter().position(|n| Some(n) == matcher.event.as_ref()));
            let filter = match (event, &matcher.event) {
                (None, Some(name)) => {
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

    /// The names a fold must step; `None` is all.
    pub(crate) fn names(&self) -> Option<Vec<String>> {
        self.names.clone()
    }

    /// Calls `each` with the selections that could hold the event by its name, in order. Filters are not evaluated yet:
    /// see [`Matchers::passes`].
    pub(crate) fn named(&self, event: &EventRef<'_>, mut each: impl FnMut(usize)) {
        if self.names.is_some()
            && let Some(name) = event.wanted()
        {
            self.by_name.get(name).into_iter().flatten().for_each(|at| each(*at));
        } else {
            let name = event.name();
            let fits = |m: &Matcher| m.event.as_ref().is_none_or(|e| e == name);
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

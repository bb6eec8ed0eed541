//! A condition on one event.

use rapport_domain::event::EventView;
use rapport_domain::rule::{Expr, Places};

use crate::compile::{Needs, Node};
use crate::eval::Scope;
use crate::print;

/// A compiled condition on one event, written as in a filter: `e.total > 50 && has(e.coupon)`.
#[derive(Clone, Debug)]
pub struct Predicate {
    text: String,
    when: Expr,
    root: Node,
    properties: Vec<String>,
    places: Places,
}

impl Predicate {
    /// A condition of the IR, compiled. Only constants and the event's own fields may occur in it; anything else is
    /// missing.
    #[must_use]
    pub fn new(when: &Expr) -> Predicate {
        let mut needs = Needs::default();
        let root = needs.condition(when);
        Predicate {
            text: print::condition(when),
            when: when.clone(),
            root,
            properties: needs.properties,
            places: Places::default(),
        }
    }

    /// The same, with where names stood in the text it was read from.
    pub(crate) fn placed(self, places: Places) -> Predicate {
        Predicate { places, ..self }
    }

    /// Where names stood in the text it was read from.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// The condition as IR.
    #[must_use]
    pub fn when(&self) -> &Expr {
        &self.when
    }

    /// Whether the event satisfies it.
    #[must_use]
    pub fn matches(&self, event: &dyn EventView) -> bool {
        Scope::Event(event).condition(&self.root).0
    }

    /// Its canonical text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Dotted paths it reads: of properties, and of the context as `context.…`.
    #[must_use]
    pub fn properties(&self) -> &[String] {
        &self.properties
    }
}

//! A condition on one event.

use rapport_domain::event::EventView;
use rapport_domain::rule::Expr;

use crate::compile::{Needs, Node};
use crate::eval::Scope;
use crate::print;

/// A compiled condition on one event, written as in a filter: `e.total > 50 && has(e.coupon)`.
#[derive(Clone, Debug)]
pub struct Predicate {
    text: String,
    root: Node,
    properties: Vec<String>,
}

impl Predicate {
    pub(crate) fn new(when: &Expr) -> Predicate {
        let mut needs = Needs::default();
        let root = needs.condition(when);
        Predicate { text: print::condition(when), root, properties: needs.properties }
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

//! A workspace's rules as one partition knows them: ids, what is ready, what is still being swept.

use std::sync::Arc;

use chrono_tz::Tz;
use rapport_segments::repo::RuleRow;
use rapport_segments::{Binding, RuleSet};

/// A workspace's rules bound to a partition. Replaced as a whole when anything about it changes.
#[derive(Debug)]
pub(crate) struct Bound {
    /// The rules.
    pub(crate) rules: Arc<RuleSet>,
    /// Their ids here.
    pub(crate) binding: Binding,
    /// The workspace's zone.
    pub(crate) zone: Tz,
    /// Its own number: no two bindings of a partition have the same.
    pub(crate) number: u64,
    /// The rules' rows, in the set's order.
    pub(crate) rows: Vec<RuleRow>,
}

impl Bound {
    /// No rules at all: a workspace nobody has configured.
    pub(crate) fn empty() -> Self {
        Bound { rules: Arc::default(), binding: Binding::default(), zone: Tz::UTC, number: 0, rows: Vec::new() }
    }

    /// Whether a rule, and everything it asks of segments and computed traits, can be asked: its history is there. Of a profile
    /// that had no turn yet they are decided before anything happens to it.
    pub(crate) fn is_known(&self, rule: usize) -> bool {
        self.rules.sources(rule).into_iter().all(|index| self.binding.rules[index].1)
    }
}

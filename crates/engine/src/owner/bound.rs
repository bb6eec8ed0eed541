//! A workspace's rules as one partition knows them: ids, what is ready, what is still being swept.

use std::sync::Arc;

use chrono_tz::Tz;
use rapport_domain::ProfileId;
use rapport_segments::repo::{Phase, RuleRow};
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
    /// The generation of resources it belongs to.
    pub(crate) generation: u64,
    /// The rules' rows, in the set's order.
    pub(crate) rows: Vec<RuleRow>,
}

impl Bound {
    /// No rules at all: a workspace nobody has configured.
    pub(crate) fn empty() -> Self {
        Bound { rules: Arc::default(), binding: Binding::default(), zone: Tz::UTC, generation: 0, rows: Vec::new() }
    }

    /// Whether a rule, and everything it asks of segments and computed traits, is decided for every profile.
    pub(crate) fn is_known(&self, rule: usize) -> bool {
        self.rules.sources(rule).into_iter().all(|index| self.rows[index].phase == Phase::Ready)
    }

    /// Whether the segment is still being decided for the first time and `profile` has not had its turn: then an edge
    /// tells history, not news.
    pub(crate) fn is_unswept(&self, segment: &str, profile: ProfileId) -> bool {
        self.rows
            .iter()
            .any(|r| r.phase == Phase::Sweeping && r.segment.as_deref() == Some(segment) && profile > r.cursor)
    }
}

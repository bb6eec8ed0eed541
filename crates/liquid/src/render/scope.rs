//! Where variables are kept.

use std::collections::BTreeMap;

use crate::value::Value;

/// The variables of a template, which its includes share and its renders do not.
#[derive(Default)]
pub(super) struct Frame<'a> {
    /// What `assign` and `capture` made.
    variables: BTreeMap<&'a str, Value<'a>>,
    /// What loops and includes add, innermost last.
    blocks: Vec<(&'a str, Value<'a>)>,
    /// What `increment` and `decrement` count.
    pub(super) counters: BTreeMap<&'a str, i64>,
    /// Where loops stopped, by their variable and collection, for `offset: continue`.
    pub(super) stops: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Frame<'a> {
    pub(super) fn set(&mut self, name: &'a str, value: Value<'a>) {
        self.variables.insert(name, value);
    }

    /// Adds a block's variable, which hides others of its name until it is taken off.
    pub(super) fn push(&mut self, name: &'a str, value: Value<'a>) {
        self.blocks.push((name, value));
    }

    /// How many block variables there are, for [`Frame::pop_to`].
    pub(super) fn height(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn pop_to(&mut self, height: usize) {
        self.blocks.truncate(height);
    }

    #[inline]
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        if let Some((_, value)) = self.blocks.iter().rev().find(|(n, _)| *n == name) {
            return Some(value.clone());
        }
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        self.counters.get(name).map(|n| Value::Int(*n))
    }
}

//! The bounds of parsing and rendering, and the meter that keeps to them.

use crate::error::Res;

/// How much a template may want. Every reached bound is an error that names it and the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest template, bytes.
    pub template_bytes: u32,
    /// How deep blocks, expressions and partials may be nested; at most [`MAX_DEPTH`] counts.
    pub depth: u32,
    /// Steps of one rendering: every tag, output and filter is one, and large values cost more.
    pub steps: u64,
    /// The longest result, bytes.
    pub output_bytes: usize,
    /// What filters, captures and assignments of one rendering may make altogether, bytes.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            template_bytes: 1024 * 1024,
            depth: 64,
            steps: 1_000_000,
            output_bytes: 4 * 1024 * 1024,
            memory_bytes: 32 * 1024 * 1024,
        }
    }
}

/// The deepest nesting that any limits allow: the stack of a thread holds it.
pub const MAX_DEPTH: u32 = 128;

impl Limits {
    pub(crate) fn depth(&self) -> u32 {
        self.depth.min(MAX_DEPTH)
    }
}

/// A bound that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// The template is too long.
    #[error("the template is longer than {0} bytes")]
    TemplateBytes(u32),
    /// Nested too deep.
    #[error("nested more than {0} deep")]
    Depth(u32),
    /// Too many steps.
    #[error("rendering took more than {0} steps")]
    Steps(u64),
    /// The result is too long.
    #[error("the result is longer than {0} bytes")]
    OutputBytes(usize),
    /// Values are too large.
    #[error("values took more than {0} bytes")]
    MemoryBytes(usize),
    /// The caller's check said that it is enough.
    #[error("rendering took longer than it may")]
    Time,
}

impl Limit {
    /// A stable name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Limit::TemplateBytes(_) => "template_too_long",
            Limit::Depth(_) => "nested_too_deep",
            Limit::Steps(_) => "too_many_steps",
            Limit::OutputBytes(_) => "output_too_long",
            Limit::MemoryBytes(_) => "values_too_large",
            Limit::Time => "out_of_time",
        }
    }
}

/// How many steps pass between two questions to the caller's time check.
const STEPS_PER_CHECK: u64 = 256;
/// How many bytes of input cost one step.
pub(crate) const BYTES_PER_STEP: usize = 64;

/// Counts what one rendering takes.
pub(crate) struct Meter<'a> {
    limits: Limits,
    steps: u64,
    next_check: u64,
    memory: usize,
    go_on: Option<&'a dyn Fn() -> bool>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(limits: Limits, go_on: Option<&'a dyn Fn() -> bool>) -> Self {
        Meter { limits, steps: 0, next_check: 0, memory: 0, go_on }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes `n` steps.
    #[inline]
    pub(crate) fn step(&mut self, n: u64) -> Res<()> {
        self.steps += n;
        if self.steps >= self.next_check { self.check() } else { Ok(()) }
    }

    #[cold]
    fn check(&mut self) -> Res<()> {
        if self.steps > self.limits.steps {
            return Err(Limit::Steps(self.limits.steps).into());
        }
        self.next_check = (self.steps + STEPS_PER_CHECK).min(self.limits.steps + 1);
        match self.go_on {
            Some(go_on) if !go_on() => Err(Limit::Time.into()),
            _ => Ok(()),
        }
    }

    /// Takes `bytes` of memory, which are never given back, and the steps that filling them costs.
    pub(crate) fn memory(&mut self, bytes: usize) -> Res<()> {
        self.memory = self.memory.saturating_add(bytes);
        if self.memory > self.limits.memory_bytes {
            return Err(Limit::MemoryBytes(self.limits.memory_bytes).into());
        }
        self.step((bytes / BYTES_PER_STEP) as u64)
    }
}

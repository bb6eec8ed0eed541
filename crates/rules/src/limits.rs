//! Every bound of rules and their state, in one place; `docs/specs/rules.md` states them to users.

/// Bytes of a rule's text.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;
/// Brackets within brackets.
pub const MAX_NESTING: usize = 64;
/// Operators, members and brackets open at one place of the text; bounds the depth of the parser's tree.
pub const MAX_OPEN_STEPS: usize = 256;
/// Event aggregates of one rule.
pub const MAX_AGGREGATES: usize = 64;
/// Event names of one query.
pub const MAX_EVENT_NAMES: usize = 64;
/// Members of a list after `in`.
pub const MAX_LIST: usize = 1_000;
/// Steps of a sequence.
pub const MAX_STEPS: usize = 8;
/// Bytes a compiled regular expression may take.
pub const MAX_REGEX_BYTES: usize = 256 * 1024;
/// Events a rolling window remembers; the newest are kept.
pub const MAX_RECENT: usize = 4_096;
/// Different values, or days, that are told apart without a rolling window.
pub const MAX_DISTINCT: usize = 10_000;
/// Problems reported at once.
pub const MAX_PROBLEMS: usize = 20;
/// The largest magnitude a number may have inside an aggregate; beyond it is this.
pub const MAX_NUMBER: f64 = 9e12;

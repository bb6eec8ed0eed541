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
/// Values remembered as they were, for the first or last value in a window that moves; the newest are kept.
pub const MAX_VALUES: usize = 256;
/// Bytes of a remembered text; a longer one counts as its beginning.
pub const MAX_VALUE_BYTES: usize = 256;
/// Different values counted one by one.
pub const MAX_TALLIES: usize = 500;
/// Bytes of a list of values, about.
pub const MAX_LIST_BYTES: usize = 6 * 1024;
/// Members of a list of values.
pub const MAX_LISTED: usize = 100;
/// Step events that a sequence with conditions, gaps, absences or a window remembers; the newest are kept.
pub const MAX_MARKS: usize = 512;
/// Calendar units of a window.
pub const MAX_CALENDAR_UNITS: u32 = 3_660;

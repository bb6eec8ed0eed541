//! Reports against their specification and against the plainest computation of the same numbers.

mod cases;
mod naive;
mod requests;
mod spec;
mod speed;
mod support;
mod xes;

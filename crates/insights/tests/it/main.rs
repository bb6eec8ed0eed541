//! Reports against their specification and against the plainest computation of the same numbers.

mod activity;
mod bounds;
mod cases;
mod cdnow;
mod duckdb;
mod filters;
mod naive;
mod requests;
mod retail;
mod spec;
mod speed;
mod support;
mod xes;

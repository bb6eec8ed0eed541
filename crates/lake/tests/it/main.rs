//! The lake against a plain list of events.

mod columns;
mod faults;
mod filters;
mod import;
mod model;
mod support;
mod timeline;
mod whole;

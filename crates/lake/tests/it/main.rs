//! The lake against a plain list of events.

mod columns;
mod faults;
mod filters;
mod import;
mod model;
mod readers;
mod support;
mod timeline;
mod whole;

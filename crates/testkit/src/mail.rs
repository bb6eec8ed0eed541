//! A mail server in the test's own process: keeps what it gets, fails on request. It is the demo's mail catcher, so that
//! tests and demo agree on what a mail server does.

pub use rapport_delivery::catcher::{Catcher, CatcherLimits, CaughtMail, Fault, FaultAction, MAX_MESSAGE_BYTES, Stage};

//! Tests of the whole product: its architecture, and what the parts do together.

mod arch;
mod faults;
mod flow;
mod sim;

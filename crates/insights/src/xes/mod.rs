//! XES, the exchange format of event logs (IEEE 1849-2016, 2023): reading into events, writing from the lake.
//!
//! A trace is a customer and its `concept:name` the customer's id; an event's `concept:name` is its name and
//! `time:timestamp` its time. Other attributes of an event become properties; those of the trace too, after `case:`.
//! Nested attributes, lists and the defaults of globals are not read.

mod read;
mod write;

pub use read::{XesError, XesEvent, XesReader};
pub use write::{MAX_EXPORTED_EVENTS, XesRequest, export};

//! The binary from outside.

mod bed;
mod cli;
mod online_retail;

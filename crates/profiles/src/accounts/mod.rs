//! Accounts as rows: stored at the home of their id, with their members.

pub mod repo;

pub use crate::core::account::{Account, group_of, home, letter, move_member};

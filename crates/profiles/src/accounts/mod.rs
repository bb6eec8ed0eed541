//! Accounts as rows: stored at the home of their id, with their members; copies of them where members live, so that rules
//! of a customer ask nothing outside of the customer's partition.

pub mod repo;

pub use self::repo::copies;
pub use crate::core::account::{Account, group_of, home, letter, move_member};

//! What delivery decides: pure functions of what is known and the time, without I/O, clock or randomness.

pub mod address;
pub mod bounce;
pub mod canon;
pub mod caps;
pub mod confirm;
pub mod cost;
pub mod device;
pub mod dns;
pub mod gate;
pub mod help;
pub mod ics;
pub mod inapp;
pub mod locale;
pub mod mark;
pub mod meta;
pub mod nearest;
pub mod pace;
pub mod phone;
pub mod pressure;
pub mod quiet;
pub mod retry;
pub mod route;
pub mod sms;
pub mod window;

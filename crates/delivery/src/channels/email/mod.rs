//! E-mail: content, message and SMTP.

mod asked;
mod compose;
pub mod dkim;
pub mod dns;
mod encode;
mod footer;
mod mime;
mod oauth;
mod pool;
mod provider;
pub(crate) mod providers;
mod smtp;
mod team;
pub(in crate::channels) mod told;
mod trial;

pub(crate) use asked::{Asked, Shelf};
pub use compose::{ComposeFault, Composed};
pub(crate) use compose::{Customer, Root, confirm_url, mail, scene};
pub use mime::{Mail, build};
pub use oauth::Grant;
pub(crate) use oauth::TokenSource;
pub use smtp::SmtpProvider;
pub use team::{TeamMail, TeamPost};
pub use trial::{Trial, try_channel};

#[cfg(test)]
mod oauth_tests;

//! E-mail: content, message and SMTP.

mod compose;
mod mime;
mod pool;
mod provider;
mod smtp;
mod team;
mod trial;

pub use compose::{Composed, compose};
pub(crate) use compose::{Customer, Root, scene};
pub use mime::{Mail, build};
pub use smtp::SmtpProvider;
pub use team::{TeamMail, TeamPost};
pub use trial::{Trial, try_channel};

//! E-mail: content, message and SMTP.

mod compose;
mod mime;
mod pool;
mod smtp;
mod trial;

pub use compose::{Composed, compose};
pub use mime::{Mail, build};
pub use smtp::SmtpProvider;
pub use trial::{Trial, try_channel};

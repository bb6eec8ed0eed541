//! A caught mail and what can be read in it.

use mail_parser::{MessageParser, MimeHeaders};
use rapport_domain::Timestamp;

/// A mail as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct CaughtMail {
    /// 1, 2, 3… in order of arrival.
    pub id: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message.
    pub raw: Vec<u8>,
}

impl std::fmt::Debug for CaughtMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaughtMail").field("id", &self.id).field("bytes", &self.raw.len()).finish_non_exhaustive()
    }
}

impl CaughtMail {
    fn read<T>(&self, read: impl FnOnce(&mail_parser::Message<'_>) -> Option<T>) -> Option<T> {
        MessageParser::default().parse(&self.raw).as_ref().and_then(read)
    }

    /// A header as it was written, unfolded.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.read(|m| m.header_raw(name).map(|v| v.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        self.read(|m| m.subject().map(str::to_owned))
    }

    /// The HTML part, decoded.
    #[must_use]
    pub fn html(&self) -> Option<String> {
        self.part("html")
    }

    /// The text part, decoded.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.part("plain")
    }

    fn part(&self, subtype: &str) -> Option<String> {
        self.read(|m| {
            let is_it = |p: &&mail_parser::MessagePart<'_>| p.is_content_type("text", subtype);
            m.parts.iter().find(is_it).and_then(|p| p.text_contents().map(str::to_owned))
        })
    }
}

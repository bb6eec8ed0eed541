//! Takes the result, up to a size.

use std::fmt::{self, Write};

use crate::error::Res;
use crate::limits::Limit;
use crate::value::Value;

/// The result so far.
pub(super) struct Sink {
    text: String,
    most: usize,
}

impl Sink {
    /// A sink for at most `most` bytes; about `expected` will come.
    pub(super) fn new(most: usize, expected: usize) -> Self {
        Sink { text: String::with_capacity(expected.min(most)), most }
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) -> Res<()> {
        if self.text.len() + text.len() > self.most {
            return Err(Limit::OutputBytes(self.most).into());
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Takes a value as it is rendered.
    #[inline]
    pub(super) fn show(&mut self, value: &Value<'_>) -> Res<()> {
        match value.as_str() {
            Some(text) => self.push(text),
            None => write!(self, "{value}").map_err(|_| Limit::OutputBytes(self.most).into()),
        }
    }

    /// Takes text with what means something in HTML as character references.
    pub(super) fn push_escaped(&mut self, text: &str) -> Res<()> {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            self.push(&rest[..at])?;
            self.push(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        self.push(rest)
    }

    /// Takes away and answers what came after `start`.
    pub(super) fn cut(&mut self, start: usize) -> String {
        self.text.split_off(start.min(self.text.len()))
    }

    pub(super) fn since(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }
}

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text).map_err(|_| fmt::Error)
    }
}

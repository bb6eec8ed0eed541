//! HTML as tokens, over a tokenizer that follows the HTML standard, and back.

use std::fmt::Write;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

/// Escapes text for HTML content and quoted attributes.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// The tokens of `html` with their places in bytes.
pub(in crate::content) fn tokens(html: &str) -> impl Iterator<Item = Token<usize>> + '_ {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    // Reading from memory cannot fail; a fault in the HTML is a token.
    Tokenizer::new_with_emitter(html, emitter).filter_map(Result::ok)
}

pub(in crate::content) fn attribute<'t>(tag: &'t StartTag<usize>, name: &str) -> Option<&'t str> {
    let (_, value) = tag.attributes.iter().find(|(k, _)| k.as_slice() == name.as_bytes())?;
    std::str::from_utf8(value.value.as_slice()).ok()
}

/// Writes a start tag with one attribute replaced, or added.
pub(in crate::content) fn write_tag(out: &mut String, tag: &StartTag<usize>, replaced: &str, by: &str) {
    out.push('<');
    out.push_str(&String::from_utf8_lossy(&tag.name));
    let mut is_there = false;
    for (name, value) in &tag.attributes {
        let own = name.as_slice() == replaced.as_bytes();
        let value = if own { by.into() } else { String::from_utf8_lossy(&value.value) };
        is_there |= own;
        // Writing to a string cannot fail.
        let _ = write!(out, " {}=\"{}\"", String::from_utf8_lossy(name), escape_html(&value));
    }
    if !is_there {
        let _ = write!(out, " {replaced}=\"{}\"", escape_html(by));
    }
    out.push_str(if tag.self_closing { " />" } else { ">" });
}

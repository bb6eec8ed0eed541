//! Finding and changing links in HTML, byte for byte elsewhere, over a tokenizer that follows the HTML standard.

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

/// Replaces the `href` of `a` and `area` elements by what `rewrite` answers for it; `None` leaves it. Returns `None` when
/// nothing changed.
pub(crate) fn rewrite_links(html: &str, mut rewrite: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let (mut out, mut copied) = (String::with_capacity(html.len() + 1024), 0);
    for token in tokens(html) {
        let Token::StartTag(tag) = token else { continue };
        if !matches!(tag.name.as_slice(), b"a" | b"area") {
            continue;
        }
        let Some(new) = attribute(&tag, "href").and_then(|href| rewrite(href.trim())) else { continue };
        let (Some(before), true) = (html.get(copied..tag.span.start), html.is_char_boundary(tag.span.end)) else {
            continue;
        };
        out.push_str(before);
        write_tag(&mut out, &tag, "href", &new);
        copied = tag.span.end;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&html[copied..]);
    Some(out)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_links_and_nothing_else() {
        let html = "<!doctype html><p class=x>a &amp; b <A HREF='https://x.y/?a=1&amp;b=2' style=\"c:d\">go</A> \
                    <a href=mailto:a@b.c>mail</a><!-- <a href=\"https://no\"> --><style>a > b {}</style>\
                    <a name=top>ü</a><area href=https://map></p>";
        let mut seen = Vec::new();
        let out = rewrite_links(html, |href| {
            seen.push(href.to_owned());
            href.starts_with("https").then(|| "https://t/l/\"1".to_owned())
        });
        assert_eq!(seen, ["https://x.y/?a=1&b=2", "mailto:a@b.c", "https://map"]);
        assert_eq!(
            out.as_deref(),
            Some(
                "<!doctype html><p class=x>a &amp; b <a href=\"https://t/l/&quot;1\" style=\"c:d\">go</A> \
                 <a href=mailto:a@b.c>mail</a><!-- <a href=\"https://no\"> --><style>a > b {}</style>\
                 <a name=top>ü</a><area href=\"https://t/l/&quot;1\"></p>"
            )
        );
        assert_eq!(rewrite_links("<p>no links</p>", |_| Some(String::new())), None);
    }
}

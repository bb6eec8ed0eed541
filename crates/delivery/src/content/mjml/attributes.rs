//! Attributes, so written that the compiler makes of them what the official one does.
//!
//! It writes values as Rust writes texts for programmers: quotes and backslashes get a backslash, white space and what
//! joins with the character before it (accents, Indic vowels, the joiner of an emoji) become `\u{…}`. All of these can be
//! written as character references instead, which pass. And a picture without `alt` gets an empty one: without any,
//! programs that read mail aloud read the file's name. The lint still asks for a text ([`undescribed`]).

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

/// Components that show a picture and whose `alt` is empty when it is not given.
const PICTURES: &[&str] = &["mj-image", "mj-carousel-image", "mj-social-element"];

/// A start tag.
pub(super) struct Tag<'s> {
    pub(super) name: &'s str,
    /// Names, and where the values stand.
    pub(super) attributes: Vec<(&'s str, Range<usize>)>,
    /// Where `>` or `/>` stands.
    pub(super) end: usize,
}

impl Tag<'_> {
    fn is_undescribed(&self) -> bool {
        PICTURES.contains(&self.name) && self.attributes.iter().all(|(name, _)| *name != "alt")
    }
}

/// The start tags of a document; what is not closed is none.
pub(super) fn tags(mjml: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + mjml[at..].find('<')?;
            if mjml[start..].starts_with("<!--") {
                at = start + mjml[start..].find("-->")? + 3;
                continue;
            }
            at = start + 1;
            if !mjml[at..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            let name = mjml[at..].split(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).next()?;
            let mut attributes: Vec<(&str, Range<usize>)> = Vec::new();
            let mut open: Option<(char, usize)> = None;
            for (place, c) in mjml[start..].char_indices().map(|(i, c)| (start + i, c)) {
                match open {
                    None if c == '>' => {
                        at = place;
                        let end = if mjml[..place].ends_with('/') { place - 1 } else { place };
                        return Some(Tag { name, attributes, end });
                    }
                    None if matches!(c, '"' | '\'') => open = Some((c, place + 1)),
                    Some((quote, from)) if c == quote => {
                        let before = mjml[start..from - 1].trim_end().trim_end_matches('=').trim_end();
                        let name = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).next();
                        attributes.push((name.unwrap_or_default(), from..place));
                        open = None;
                    }
                    _ => {}
                }
            }
            return None;
        }
    })
}

/// The pictures of a document that nothing says anything about, by their addresses.
pub(crate) fn undescribed(mjml: &str) -> Vec<String> {
    let source =
        |tag: &Tag<'_>| tag.attributes.iter().find(|(n, _)| *n == "src").map(|(_, v)| mjml[v.clone()].to_owned());
    // A social element has its name beside it.
    let bare = tags(mjml).filter(|tag| tag.is_undescribed() && tag.name != "mj-social-element");
    bare.map(|tag| source(&tag).unwrap_or_default()).collect()
}

/// The document with such characters in the values of attributes as references, white space there as blanks, and an `alt`
/// for each picture.
pub(super) fn plain(mjml: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    // What the head gives every picture is not overridden.
    let by_head = head_describes(mjml);
    for tag in tags(mjml) {
        for (_, value) in &tag.attributes {
            for (place, c) in mjml[value.clone()].char_indices().map(|(i, c)| (value.start + i, c)) {
                if passes(c) {
                    continue;
                }
                out.push_str(&mjml[copied..place]);
                if c.is_whitespace() && c.is_ascii() {
                    out.push(' ');
                } else if c != '\0' {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "&#{};", u32::from(c));
                }
                copied = place + c.len_utf8();
            }
        }
        if tag.is_undescribed() && !by_head {
            out.push_str(&mjml[copied..tag.end]);
            out.push_str(" alt=\"\"");
            copied = tag.end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(mjml);
    }
    out.push_str(&mjml[copied..]);
    Cow::Owned(out)
}

/// Whether the head gives pictures an `alt` by `mj-attributes`.
fn head_describes(mjml: &str) -> bool {
    let Some(from) = mjml.find("<mj-attributes") else { return false };
    let to = mjml[from..].find("</mj-attributes").map_or(mjml.len(), |end| from + end);
    tags(&mjml[from..to]).any(|tag| tag.attributes.iter().any(|(name, _)| *name == "alt"))
}

/// The compiler's HTML with what it does otherwise than the official one: cells without `vertical-align`, which is no attribute,
/// and in menus and accordions `padding` before the sides that differ from it, which it would undo.
pub(super) fn mended(mut html: String) -> String {
    const NO_ATTRIBUTE: &str = " vertical-align=\"";
    let undoes = html.contains("mj-menu-label") || html.contains("mj-accordion");
    let mut at = 0;
    while let Some(found) = html[at..].find('<').map(|found| at + found) {
        at = found + 1;
        let is_cell = html[at..].starts_with("td ");
        if !is_cell && !html[at..].starts_with("label ") {
            continue;
        }
        let end = |html: &str| found + html[found..].find('>').unwrap_or(0);
        let own = |html: &str, name: &str| html[found..end(html)].find(name).map(|from| found + from);
        if let Some(from) = own(&html, NO_ATTRIBUTE).filter(|_| is_cell)
            && let Some(length) = html[from + NO_ATTRIBUTE.len()..end(&html)].find('"')
        {
            html.replace_range(from..=from + NO_ATTRIBUTE.len() + length, "");
        }
        if let (true, Some(side), Some(all)) = (undoes, own(&html, ";padding-"), own(&html, ";padding:"))
            && side < all
            && let Some(length) = html[all + 1..end(&html)].find(';')
        {
            let shorthand = html[all..=all + length].to_owned();
            html.replace_range(all..=all + length, "");
            html.insert_str(side, &shorthand);
        }
    }
    html
}

/// Whether the compiler writes the character as it is.
fn passes(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    }
    let mut alone = [0; 4];
    // What it does to a text it does to each of its characters.
    let written = format!("{:?}", c.encode_utf8(&mut alone));
    written.len() == c.len_utf8() + 2
}

#[cfg(test)]
mod tests {
    use html5gum::Token;
    use proptest::prelude::*;

    use super::super::to_html;
    use super::*;
    use crate::content::escape_html;
    use crate::content::html::{attribute, tokens};

    fn alt_of(mjml: &str) -> String {
        let html = to_html(mjml).unwrap();
        let alt = tokens(&html).find_map(|token| match token {
            Token::StartTag(tag) if tag.name.as_slice() == b"img" => attribute(&tag, "alt").map(str::to_owned),
            _ => None,
        });
        alt.unwrap_or_else(|| panic!("{html}"))
    }

    fn image(alt: &str) -> String {
        format!(
            "<mjml><mj-body><mj-section><mj-column><mj-image src=\"a.png\" alt={alt} /></mj-column></mj-section></mj-body></mjml>"
        )
    }

    #[test]
    fn values_reach_the_mail_as_they_are() {
        for (written, read) in [
            ("\"a \\ b\"", "a \\ b"),
            ("'say \"hi\"'", "say \"hi\""),
            ("\"हिन्दी पत्रिका\"", "हिन्दी पत्रिका"),
            ("\"cafe\u{301} 👩\u{200d}💻 100\u{a0}€\"", "cafe\u{301} 👩\u{200d}💻 100\u{a0}€"),
            ("\"two\nlines\tand\"", "two lines and"),
            ("\"a &amp; b\"", "a & b"),
        ] {
            assert_eq!(alt_of(&image(written)), read, "{written}");
        }
        let plainly = image("\"Größe\"");
        assert!(matches!(plain(&plainly), Cow::Borrowed(_)));
        assert_eq!(alt_of(&image("\"x\"").replace(" alt=\"x\"", "")), "");
        let head = "<mjml><mj-head><mj-attributes><mj-image alt=\"of all\" /></mj-attributes></mj-head>";
        assert_eq!(alt_of(&image("\"x\"").replace(" alt=\"x\"", "").replace("<mjml>", head)), "of all");
        assert_eq!(undescribed("<mj-image src='a'/><mj-image src=\"b\" alt=\"\"><!-- <mj-image> -->"), ["a"]);
        assert_eq!(plain("a < b \"\\\" <!-- <a b=\"\\\"> -->"), "a < b \"\\\" <!-- <a b=\"\\\"> -->");
    }

    #[test]
    fn what_the_compiler_does_otherwise_is_mended() {
        for (made, mended_to) in [
            ("<td align=\"a\" vertical-align=\"middle\" style=\"b\">", "<td align=\"a\" style=\"b\">"),
            ("<td vertical-align=\"top\"><td >x vertical-align=\"a\"", "<td><td >x vertical-align=\"a\""),
            ("<td vertical-align=\"top", "<td vertical-align=\"top"),
            (
                "<label class=\"mj-menu-label\" style=\"a:b;padding-left:1px;padding:2px;c:d;\">",
                "<label class=\"mj-menu-label\" style=\"a:b;padding:2px;padding-left:1px;c:d;\">",
            ),
        ] {
            assert_eq!(mended(made.to_owned()), mended_to);
        }
    }

    proptest! {
        #[test]
        fn any_text_reaches_the_mail(text in "\\PC{0,20}") {
            prop_assert_eq!(alt_of(&image(&format!("\"{}\"", escape_html(&text)))), text);
        }

        #[test]
        fn any_document_is_read(text in "[<>\"'!a-c= \\\\-]{0,40}") {
            let _ = plain(&text);
        }
    }
}

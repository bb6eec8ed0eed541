//! Filters that change characters.

use std::borrow::Cow;

use super::{Args, Context, Filter, filter};
use crate::error::Res;
use crate::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("append", 1, 1, append),
    filter("prepend", 1, 1, prepend),
    filter("upcase", 0, 0, |c, v, _| c.map_text(v, |s| Cow::Owned(s.to_uppercase()))),
    filter("downcase", 0, 0, |c, v, _| c.map_text(v, |s| Cow::Owned(s.to_lowercase()))),
    filter("capitalize", 0, 0, |c, v, _| c.map_text(v, capitalize)),
    filter("strip", 0, 0, |c, v, _| c.part(v, |s| s.trim_matches(is_space))),
    filter("lstrip", 0, 0, |c, v, _| c.part(v, |s| s.trim_start_matches(is_space))),
    filter("rstrip", 0, 0, |c, v, _| c.part(v, |s| s.trim_end_matches(is_space))),
    filter("strip_newlines", 0, 0, |c, v, _| c.map_text(v, strip_newlines)),
    filter("newline_to_br", 0, 0, newline_to_br),
    filter("escape", 0, 0, |c, v, _| c.map_text(v, |s| escape(s, false))),
    filter("raw", 0, 0, |_, v, _| Ok(v)),
    filter("h", 0, 0, |c, v, _| c.map_text(v, |s| escape(s, false))),
    filter("xml_escape", 0, 0, |c, v, _| c.map_text(v, |s| escape(s, false))),
    filter("escape_once", 0, 0, |c, v, _| c.map_text(v, |s| escape(s, true))),
    filter("strip_html", 0, 0, |c, v, _| c.map_text(v, strip_html)),
    filter("replace", 1, 2, replace),
    filter("replace_first", 1, 2, |c, v, a| replace_one(c, v, &a.text(0), &a.text(1), false)),
    filter("replace_last", 2, 2, |c, v, a| replace_one(c, v, &a.text(0), &a.text(1), true)),
    filter("remove", 1, 1, replace),
    filter("remove_first", 1, 1, |c, v, a| replace_one(c, v, &a.text(0), "", false)),
    filter("remove_last", 1, 1, |c, v, a| replace_one(c, v, &a.text(0), "", true)),
];

/// White space as Ruby's `strip` has it.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r' | '\0')
}

fn append<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let end = args.text(0);
    c.map_text(input, |s| if end.is_empty() { s.into() } else { [s, &end].concat().into() })
}

fn prepend<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let start = args.text(0);
    c.map_text(input, |s| if start.is_empty() { s.into() } else { [&start, s].concat().into() })
}

fn capitalize(text: &str) -> Cow<'_, str> {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => Cow::Owned(first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()),
        None => Cow::Borrowed(text),
    }
}

fn strip_newlines(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { Cow::Owned(text.replace("\r\n", "").replace('\n', "")) } else { Cow::Borrowed(text) }
}

fn newline_to_br<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, _: &Args<'_, 'a>) -> Res<Value<'a>> {
    c.map_text(input, |s| {
        if s.contains('\n') { s.replace("\r\n", "\n").replace('\n', "<br />\n").into() } else { s.into() }
    })
}

/// Escapes for HTML; `once` leaves what is an entity already.
fn escape(text: &str, once: bool) -> Cow<'_, str> {
    let special = |b: u8| matches!(b, b'&' | b'<' | b'>' | b'"' | b'\'');
    if !text.bytes().any(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (at, c) in text.char_indices() {
        match c {
            '&' if once && is_entity(&text[at + 1..]) => out.push('&'),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// Whether an entity follows the `&`: a name or a number up to `;`.
fn is_entity(after: &str) -> bool {
    // The longest name there is has 31 letters.
    let Some(end) = after.bytes().take(33).position(|b| b == b';') else { return false };
    let name = &after[..end];
    match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
            None => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        },
        None => !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()),
    }
}

/// Where `needle` (lower case) ends in `text`, letters of either case.
fn find_end(text: &str, needle: &str) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.windows(needle.len()).position(|w| w.eq_ignore_ascii_case(needle)).map(|at| at + needle.len())
}

/// Without tags, comments, scripts and styles.
fn strip_html(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut blocks = [("<script", "</script>", true), ("<style", "</style>", true), ("<!--", "-->", true)];
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut end = None;
        for (open, close, possible) in &mut blocks {
            let begins = rest.get(..open.len()).is_some_and(|s| s.eq_ignore_ascii_case(open));
            if *possible && begins {
                end = find_end(rest, close);
                // An end that is not there now is not there later either; looking once keeps this linear.
                *possible = end.is_some();
                break;
            }
        }
        match end.or_else(|| rest.find('>').map(|e| e + 1)) {
            Some(end) => rest = &rest[end..],
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `replace` with two arguments, `remove` with one.
fn replace<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let (from, to) = (args.text(0), args.text(1));
    let found = {
        let text = input.to_str();
        let found = if from.is_empty() { text.chars().count() + 1 } else { text.matches(&*from).count() };
        // Known before it is made: a few replacements by long texts would not fit in memory.
        c.charge(found.saturating_mul(to.len()))?;
        found
    };
    c.map_text(input, |s| if found == 0 { s.into() } else { s.replace(&*from, &to).into() })
}

fn replace_one<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, from: &str, to: &str, last: bool) -> Res<Value<'a>> {
    c.map_text(input, |s| {
        let found = if last { s.rfind(from) } else { s.find(from) };
        found.map_or(s.into(), |at| [&s[..at], to, &s[at + from.len()..]].concat().into())
    })
}

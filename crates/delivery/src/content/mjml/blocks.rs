//! Blocks written out in their places, so that an MJML template with blocks is compiled once for all messages.
//!
//! `{% render 'footer', label: 'x' %}` becomes `{% rendered 'footer', label: 'x' %}…{% endrendered %}` around the block's
//! source, which Liquid renders the same. A block without Liquid of its own that is given nothing is only its source.

use std::borrow::Cow;

use super::place::{liquid, tag_name};
use crate::content::{Library, MAX_TEMPLATE_BYTES};

/// Blocks within blocks, at most; deeper ones are left to rendering, which says what is wrong.
const MAX_WITHIN: u32 = 8;

/// A tag that shows a block.
struct Shown<'s> {
    /// `render` or `include`.
    tag: &'s str,
    name: &'s str,
    /// The name in quotes and what follows it.
    arguments: &'s str,
    /// White space before and after is taken away.
    trims: (bool, bool),
}

/// The source with its blocks in their places; `None` when rendering has to find out which they are, or they are not
/// there.
pub(super) fn written_out<'s>(source: &'s str, library: &Library) -> Option<Cow<'s, str>> {
    if !source.contains("render") && !source.contains("include") {
        return Some(Cow::Borrowed(source));
    }
    let mut out = String::with_capacity(source.len());
    write_out(source, library, 0, &mut out)?;
    Some(if out == source { Cow::Borrowed(source) } else { Cow::Owned(out) })
}

fn write_out(source: &str, library: &Library, within: u32, out: &mut String) -> Option<()> {
    if within > MAX_WITHIN {
        return None;
    }
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if !rest.starts_with("{{") && !rest.starts_with("{%") {
            out.push('{');
            rest = &rest[1..];
            continue;
        }
        let (piece, after) = rest.split_at(liquid(rest));
        rest = after;
        let Some(shown) = read(piece)? else {
            out.push_str(piece);
            continue;
        };
        let mut inner = String::new();
        write_out(library.mjml_of(shown.name)?, library, within + 1, &mut inner)?;
        let is_plain = !inner.contains("{{") && !inner.contains("{%");
        if is_plain && shown.is_given_nothing() {
            if shown.trims.0 {
                out.truncate(out.trim_end().len());
            }
            out.push_str(&inner);
            if shown.trims.1 {
                rest = rest.trim_start();
            }
        } else {
            let dash = |trims: bool| if trims { "-" } else { "" };
            let (tag, arguments) = (if shown.tag == "render" { "rendered" } else { "included" }, shown.arguments);
            out.push_str(&format!("{{%{} {tag} {arguments} %}}{inner}", dash(shown.trims.0)));
            out.push_str(&format!("{{% end{tag} {}%}}", dash(shown.trims.1)));
        }
        if out.len() > MAX_TEMPLATE_BYTES {
            return None;
        }
    }
    out.push_str(rest);
    Some(())
}

impl Shown<'_> {
    fn is_given_nothing(&self) -> bool {
        self.arguments.len() == self.name.len() + 2
    }
}

/// The block a piece of Liquid shows, if it shows one; `None` when which one is only known later.
fn read(piece: &str) -> Option<Option<Shown<'_>>> {
    if !piece.starts_with("{%") {
        return Some(None);
    }
    let inside = piece.strip_suffix("%}")?.strip_prefix("{%")?;
    let tag = tag_name(piece);
    if tag == "liquid" {
        let shows = |line: &str| ["render", "include"].iter().any(|t| line.trim_start().starts_with(t));
        return (!inside.lines().any(shows)
            && !shows(inside.trim_start_matches('-').trim_start().trim_start_matches("liquid")))
        .then_some(None);
    }
    if !matches!(tag, "render" | "include") {
        return Some(None);
    }
    let trims = (inside.starts_with('-'), inside.ends_with('-'));
    let inside = inside.strip_prefix('-').unwrap_or(inside);
    let inside = inside.strip_suffix('-').unwrap_or(inside);
    let arguments = inside.trim_start().strip_prefix(tag)?.trim();
    let quote = arguments.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let name = arguments[1..].split(quote).next()?;
    Some(Some(Shown { tag, name, arguments, trims }))
}

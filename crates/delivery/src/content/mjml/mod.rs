//! MJML: mails written in components, turned into HTML by `mrml`.
//!
//! Where it can be, a template is turned into HTML once, with its Liquid kept in place, so that a message only renders
//! Liquid ([`HtmlTemplate::Once`]). Where Liquid decides about components whose layout depends on their number or on an
//! attribute that the compiler calculates with, Liquid runs first and the compiler for every message
//! ([`HtmlTemplate::EachTime`]). [`place`] says which it is; [`blocks`] puts blocks into their places first.

mod attributes;
mod blocks;
mod css;
mod inline;
mod place;

use std::borrow::Cow;

use mrml::prelude::parser::Error as ParseError;
use mrml::prelude::render::RenderOptions;

use super::{ContentError, Library, MAX_TEMPLATE_BYTES};
pub(crate) use attributes::undescribed;
use place::Placed;

/// Elements in one another, at most. The compiler calls itself for each.
const MAX_DEPTH: usize = 64;

/// An MJML template as it will be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HtmlTemplate {
    /// HTML with Liquid in it.
    Once(String),
    /// MJML with Liquid in it: Liquid first, then the compiler.
    EachTime,
}

/// Turns an MJML template with the library's blocks into HTML if its Liquid allows that.
///
/// # Errors
/// What is wrong with the MJML, with its line.
pub(crate) fn prepare(source: &str, library: &Library) -> Result<HtmlTemplate, ContentError> {
    // A block is MJML itself, so it has to stand in its place before the compiler comes.
    let Some(whole) = blocks::written_out(source, library) else { return Ok(HtmlTemplate::EachTime) };
    let has_blocks = matches!(whole, Cow::Owned(_));
    match around_liquid(&whole) {
        // Lines of a block are not the template's: rendering says whose fault it is.
        Err(_) if has_blocks => Ok(HtmlTemplate::EachTime),
        Ok(HtmlTemplate::Once(html)) if has_blocks && html.len() > MAX_TEMPLATE_BYTES => Ok(HtmlTemplate::EachTime),
        made => made,
    }
}

/// Compiles with marks in the places of Liquid, if Liquid stands where it may.
fn around_liquid(source: &str) -> Result<HtmlTemplate, ContentError> {
    if inline::waits_for_liquid(source) {
        return Ok(HtmlTemplate::EachTime);
    }
    match place::place(source) {
        // Tags that only Liquid makes whole (`{% if x %}<b>{% endif %}`) would be put in order by the compiler.
        Placed::Marked(marked) if marked.has_liquid() && !is_balanced(&marked.text) => Ok(HtmlTemplate::EachTime),
        Placed::Marked(marked) => match to_html(&marked.text) {
            Ok(html) => Ok(marked.restore(&html).map_or(HtmlTemplate::EachTime, HtmlTemplate::Once)),
            // Tags that only Liquid makes whole (`{% if x %}<b>{% endif %}`) are not MJML yet.
            Err(_) if marked.has_liquid() => Ok(HtmlTemplate::EachTime),
            Err(error) => Err(error),
        },
        Placed::LiquidFirst => Ok(HtmlTemplate::EachTime),
    }
}

/// The HTML of an MJML document without Liquid.
///
/// # Errors
/// What is wrong with it, with its line.
pub(crate) fn to_html(mjml: &str) -> Result<String, ContentError> {
    // Without fonts of others: a mail tells nobody that it was opened but whom its author names.
    compiled(mjml, &RenderOptions { fonts: Default::default(), ..RenderOptions::default() })
}

fn compiled(mjml: &str, options: &RenderOptions) -> Result<String, ContentError> {
    if depth(mjml) > MAX_DEPTH {
        return Err(fault(mjml, None, format!("elements are nested more than {MAX_DEPTH} deep")));
    }
    // A fault of the compiler must end one message, not the thread that serves the others.
    let plain = attributes::plain(mjml);
    let (plain, rules) = inline::taken(&plain);
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let parsed = mrml::parse(&*plain).map_err(|e| explain(&plain, &e))?;
        parsed.element.render(options).map_err(|e| fault(mjml, None, e.to_string()))
    }));
    let failed = |_| Err(fault(mjml, None, "the MJML compiler failed on this document".to_owned()));
    made.unwrap_or_else(failed).map(|html| inline::written(attributes::mended(html), &rules))
}

/// Whether every end tag closes the element that was opened last.
fn is_balanced(mjml: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for (at, _) in mjml.match_indices('<') {
        let end = mjml[at..].find('>').map_or(mjml.len(), |end| at + end);
        let inside = &mjml[at + 1..end];
        let closing = inside.starts_with('/');
        let name =
            inside.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || VOID.contains(&name) {
            continue;
        }
        if closing {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !inside.ends_with('/') {
            open.push(name);
        }
    }
    open.is_empty()
}

/// How deep start tags outrun end tags; what is no tag does no harm here.
fn depth(mjml: &str) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    let bytes = mjml.as_bytes();
    for (at, _) in mjml.match_indices('<') {
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(c) if c.is_ascii_alphabetic() => {
                let end = mjml[at..].find('>').map_or(mjml.len(), |end| at + end);
                let name = mjml[at + 1..end].split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
                if !mjml[..end].ends_with('/') && !VOID.contains(&name) {
                    depth += 1;
                    most = most.max(depth);
                }
            }
            _ => {}
        }
    }
    most
}

const VOID: &[&str] = &["img", "br", "hr", "input", "meta", "link", "source", "col", "area", "base", "wbr", "p", "li"];

fn fault(source: &str, at: Option<usize>, message: String) -> ContentError {
    let position = at.map(|at| {
        let before = source.get(..at.min(source.len())).unwrap_or(source);
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    });
    ContentError { part: None, position, message: format!("MJML: {message}") }
}

fn explain(source: &str, error: &ParseError) -> ContentError {
    let found = |at: usize| {
        let rest = source.get(at..).unwrap_or_default();
        rest.chars().take(40).take_while(|c| *c != '\n').collect::<String>()
    };
    match error {
        ParseError::UnexpectedElement { position, .. } => {
            let message = format!("this element may not stand here: {}", found(position.start));
            fault(source, Some(position.start), message)
        }
        ParseError::UnexpectedToken { position, .. } => {
            fault(source, Some(position.start), format!("this was not expected here: {}", found(position.start)))
        }
        ParseError::MissingAttribute { name, position, .. } => {
            fault(source, Some(position.start), format!("the attribute {name} is missing"))
        }
        ParseError::InvalidAttribute { position, .. } | ParseError::InvalidFormat { position, .. } => {
            fault(source, Some(position.start), format!("this is not well formed: {}", found(position.start)))
        }
        ParseError::IncludeLoaderError { position, .. } => {
            let message = "mj-include is not read; use {% render 'block' %}".to_owned();
            fault(source, Some(position.start), message)
        }
        ParseError::NoRootNode => fault(source, None, "expected <mjml> as the outermost element".to_owned()),
        ParseError::EndOfStream { .. } => {
            fault(source, Some(source.len()), "ends too early: an element is not closed".to_owned())
        }
        ParseError::SizeLimit { .. } | ParseError::ParserError { .. } => fault(source, None, error.to_string()),
    }
}

#[cfg(test)]
mod alike;
#[cfg(test)]
mod blocks_tests;
#[cfg(test)]
mod tests;

//! What a template may not do: nest too deep, loop too long, make values too large.

use std::collections::HashSet;
use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use liquid_core::model::{Value, ValueView};
use liquid_core::parser::{FilterArguments, ParameterReflection};
use liquid_core::{
    BlockReflection, Error, Filter, FilterReflection, Language, ParseBlock, ParseFilter, Renderable, Result, Runtime,
    TagBlock, TagTokenIter,
};
use liquid_lib_stdlib as stdlib;

use super::{ContentError, MAX_LOOPS, MAX_NESTING, MAX_RANGE, MAX_RENDER_MS, MAX_TEMPLATE_BYTES, MAX_VALUE_BYTES};

/// The engine's own blocks and filters; the crate shows them through its re-export only.
mod liquid_lib_stdlib {
    pub(super) use liquid_lib::stdlib::*;
}

/// The parser with loops and growing filters bounded.
pub(super) fn bounded(builder: liquid::ParserBuilder) -> liquid::ParserBuilder {
    builder
        .block(Counted(stdlib::ForBlock))
        .block(Counted(stdlib::TableRowBlock))
        .filter(Sized(stdlib::Append))
        .filter(Sized(stdlib::Prepend))
        .filter(Sized(stdlib::Replace))
        .filter(Sized(stdlib::ReplaceFirst))
        .filter(Sized(stdlib::Join))
        .filter(Sized(stdlib::Concat))
        .filter(Sized(stdlib::NewlineToBr))
        .filter(Sized(stdlib::Escape))
        .filter(Sized(stdlib::UrlEncode))
}

/// Loops begun by one rendering, and when it began.
struct Budget {
    loops: u32,
    deadline: Instant,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { loops: 0, deadline: Instant::now() + Duration::from_millis(MAX_RENDER_MS) }
    }
}

/// A loop block that counts.
#[derive(Clone)]
struct Counted<B>(B);

impl<B: ParseBlock + Clone + 'static> ParseBlock for Counted<B> {
    fn parse(
        &self,
        arguments: TagTokenIter<'_>,
        block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        Ok(Box::new(CountedLoop(self.0.parse(arguments, block, options)?)))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self.0.reflection()
    }
}

#[derive(Debug)]
struct CountedLoop(Box<dyn Renderable>);

impl Renderable for CountedLoop {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        {
            let mut budget = runtime.registers().get_mut::<Budget>();
            budget.loops += 1;
            if budget.loops > MAX_LOOPS {
                return Err(Error::with_msg(format!("more than {MAX_LOOPS} loops")));
            }
            if Instant::now() > budget.deadline {
                return Err(Error::with_msg(format!("rendering took longer than {MAX_RENDER_MS} ms")));
            }
        }
        self.0.render_to(writer, runtime)
    }
}

/// A filter that refuses to make or take too much.
#[derive(Clone)]
struct Sized<F>(F);

impl<F: FilterReflection> FilterReflection for Sized<F> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn description(&self) -> &str {
        self.0.description()
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        self.0.positional_parameters()
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        self.0.keyword_parameters()
    }
}

impl<F: ParseFilter + FilterReflection + Clone + 'static> ParseFilter for Sized<F> {
    fn parse(&self, arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(SizedFilter(self.0.parse(arguments)?)))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

#[derive(Debug)]
struct SizedFilter(Box<dyn Filter>);

impl fmt::Display for SizedFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn size_of(value: &dyn ValueView) -> usize {
    match value.as_array() {
        Some(array) => array.values().map(|v| 8 + size_of(v)).sum(),
        None if value.is_scalar() => value.to_kstr().len(),
        None => 8,
    }
}

impl Filter for SizedFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        // A quarter on the way in keeps what `replace` can make within the square of it, and that within memory.
        let too_large = |size: usize, most: usize| {
            (size > most).then(|| Error::with_msg(format!("a value is longer than {most} bytes")))
        };
        if let Some(fault) = too_large(size_of(input), MAX_VALUE_BYTES / 4) {
            return Err(fault);
        }
        let output = self.0.evaluate(input, runtime)?;
        match too_large(size_of(&output), MAX_VALUE_BYTES) {
            Some(fault) => Err(fault),
            None => Ok(output),
        }
    }
}

/// Line and column of a byte, from 1.
pub(super) fn position(template: &str, at: usize) -> (u32, u32) {
    let before = &template[..at];
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
    (line, column)
}

fn fault(template: &str, at: usize, message: String) -> ContentError {
    ContentError { position: Some(position(template, at)), message }
}

/// Checks size, nesting and ranges before the engine reads the template, and collects the names it mentions.
pub(super) fn check(template: &str) -> std::result::Result<HashSet<String>, ContentError> {
    if template.len() > MAX_TEMPLATE_BYTES {
        let message = format!("the template is longer than {MAX_TEMPLATE_BYTES} bytes");
        return Err(ContentError { position: None, message });
    }
    let (mut names, mut depth, mut at) = (HashSet::new(), 0usize, 0usize);
    while let Some(found) = template[at..].find('{') {
        let start = at + found;
        let close = match template.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let Some(length) = template[start + 2..].find(close) else {
            let opener = &template[start..start + 2];
            return Err(fault(template, start, format!("{opener} is never closed with {close}")));
        };
        let inside = &template[start + 2..start + 2 + length];
        names.extend(words(inside));
        if close == "%}" {
            let tag = inside.trim_matches(|c: char| c == '-' || c.is_whitespace());
            depth = nesting(tag, depth);
            if depth > MAX_NESTING {
                return Err(fault(template, start, format!("blocks are nested more than {MAX_NESTING} deep")));
            }
            range(tag).map_err(|message| fault(template, start, message))?;
        }
        at = start + 2 + length + 2;
    }
    Ok(names)
}

fn words(inside: &str) -> impl Iterator<Item = String> {
    inside
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .filter(|w| !w.is_empty() && !w.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

fn nesting(tag: &str, depth: usize) -> usize {
    let name = tag.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match name {
        "if" | "unless" | "for" | "tablerow" | "case" | "capture" | "ifchanged" | "comment" => depth + 1,
        _ if name.starts_with("end") => depth.saturating_sub(1),
        _ => depth,
    }
}

/// A range must be short and known beforehand: the engine makes all its numbers at once.
fn range(tag: &str) -> std::result::Result<(), String> {
    if !(tag.starts_with("for") || tag.starts_with("tablerow")) {
        return Ok(());
    }
    let Some((before, after)) = tag.split_once("..") else { return Ok(()) };
    let first = before.rsplit('(').next().unwrap_or_default().trim().parse::<i64>();
    let last = after.split(')').next().unwrap_or_default().trim().parse::<i64>();
    match (first, last) {
        (Ok(first), Ok(last)) if last.saturating_sub(first) < MAX_RANGE => Ok(()),
        (Ok(_), Ok(_)) => Err(format!("a range has at most {MAX_RANGE} numbers")),
        _ => Err("a range is written with two whole numbers, such as (1..12)".to_owned()),
    }
}

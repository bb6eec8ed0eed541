//! Escaping of values for HTML and other kinds of markup.

use std::collections::HashMap;
use std::sync::Arc;

use super::Renderer;
use crate::error::Res;
use crate::options::Escape;
use crate::syntax::tree::{Callee, Expr, Filtered};
use crate::value::Value;

/// Texts that are markup already, by where they lie. They are kept, so that no other text comes to lie there.
#[derive(Default)]
pub(super) struct Markup(HashMap<usize, Arc<str>>);

impl Markup {
    fn add(&mut self, text: &Arc<str>) {
        self.0.insert(place(text), text.clone());
    }

    fn holds(&self, text: &Arc<str>) -> bool {
        self.0.get(&place(text)).is_some_and(|kept| kept.len() == text.len())
    }
}

fn place(text: &Arc<str>) -> usize {
    Arc::as_ptr(text).cast::<u8>() as usize
}

/// The filters whose result is markup, and the one that adds a tag of its own.
const MARKUP: &[&str] = &[RAW, "escape", "escape_once", "h", "xml_escape"];
const RAW: &str = "raw";
const BREAKS: &str = "newline_to_br";

fn last_filter(filtered: &Filtered) -> Option<&'static str> {
    match filtered.filters.last()?.filter {
        Callee::Known(filter) => Some(filter.name),
        Callee::Host | Callee::Unknown => None,
    }
}

impl<'a> Renderer<'a> {
    fn escapes(&self) -> bool {
        !matches!(self.env.escape, Escape::None)
    }

    /// Whether that filter makes markup: what `escape` makes is none of another kind than HTML.
    fn makes_markup(&self, filter: &str) -> bool {
        MARKUP.contains(&filter) && (filter == RAW || matches!(self.env.escape, Escape::Html))
    }

    fn push_value(&mut self, text: &str) -> Res<()> {
        match self.env.escape {
            Escape::By(escape) => self.out.push(&escape(text)),
            Escape::Html | Escape::None => self.out.push_escaped(text),
        }
    }

    /// What `capture` took: its values are escaped already.
    pub(super) fn captured(&mut self, text: String) -> Value<'a> {
        let text: Arc<str> = text.into();
        if self.escapes() {
            self.markup.add(&text);
        }
        Value::Text(text)
    }

    /// What `assign` keeps: a value that a filter made markup stays so.
    pub(super) fn assigned(&mut self, source: &Filtered, value: Value<'a>) -> Res<Value<'a>> {
        let markup = match last_filter(source) {
            Some(name) => self.makes_markup(name),
            None => source.filters.is_empty() && matches!(source.value, Expr::Str(_)),
        };
        if !self.escapes() || !markup {
            return Ok(value);
        }
        let text: Arc<str> = match value {
            Value::Text(text) => text,
            Value::Str(text) => {
                self.meter.memory(text.len())?;
                text.into()
            }
            other => return Ok(other),
        };
        self.markup.add(&text);
        Ok(Value::Text(text))
    }

    /// Shows the result of an expression with its filters.
    pub(super) fn show(&mut self, source: &Filtered, value: &Value<'a>) -> Res<()> {
        if !self.escapes() {
            return self.out.show(value);
        }
        match last_filter(source) {
            Some(name) if self.makes_markup(name) => self.out.show(value),
            Some(BREAKS) if matches!(self.env.escape, Escape::Html) => self.show_lines(value),
            None if source.filters.is_empty() => self.show_plain(&source.value, value),
            _ => self.show_value(value),
        }
    }

    /// Shows the result of an expression without filters.
    pub(super) fn show_plain(&mut self, source: &Expr, value: &Value<'a>) -> Res<()> {
        if matches!(source, Expr::Str(_)) { self.out.show(value) } else { self.show_value(value) }
    }

    fn show_value(&mut self, value: &Value<'a>) -> Res<()> {
        let markup = !self.escapes() || matches!(value, Value::Text(text) if self.markup.holds(text));
        match value {
            _ if markup => self.out.show(value),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Range(..)
                if matches!(self.env.escape, Escape::Html) =>
            {
                self.out.show(value)
            }
            other => self.push_value(&other.to_str()),
        }
    }

    /// Lines with breaks: everything is escaped but the breaks themselves.
    fn show_lines(&mut self, value: &Value<'a>) -> Res<()> {
        if matches!(value, Value::Text(text) if self.markup.holds(text)) {
            return self.out.show(value);
        }
        for (at, line) in value.to_str().split("<br />").enumerate() {
            if at > 0 {
                self.out.push("<br />")?;
            }
            self.out.push_escaped(line)?;
        }
        Ok(())
    }
}

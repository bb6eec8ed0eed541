//! The filters, one table; each module holds one kind.

mod array;
mod calendar;
mod dates;
mod encode;
mod format;
mod locale;
mod math;
mod moment;
mod select;
mod strftime;
mod text;
mod words;

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Fault, Res, argument};
use crate::limits::Meter;
use crate::options::Env;
use crate::render::describe;
use crate::value::Value;

/// The most arguments one filter takes.
pub(crate) const MAX_ARGUMENTS: usize = 8;

/// How a filter is applied.
pub(crate) type Run = for<'c, 'a> fn(&mut Context<'c, 'a>, Value<'a>, &Args<'_, 'a>) -> Res<Value<'a>>;

/// A filter: its name, how it may be called, what it does.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    /// The fewest arguments.
    pub(crate) least: u8,
    /// The most arguments.
    pub(crate) most: u8,
    /// Its arguments by name.
    pub(crate) named: &'static [&'static str],
    pub(crate) run: Run,
}

const fn filter(name: &'static str, least: u8, most: u8, run: Run) -> Filter {
    Filter { name, least, most, named: &[], run }
}

const fn with_names(filter: Filter, named: &'static [&'static str]) -> Filter {
    Filter { named, ..filter }
}

const TABLES: [&[Filter]; 8] = [
    text::FILTERS,
    words::FILTERS,
    math::FILTERS,
    array::FILTERS,
    select::FILTERS,
    encode::FILTERS,
    dates::FILTERS,
    format::FILTERS,
];

/// The filter called `name`.
pub(crate) fn find(name: &str) -> Option<&'static Filter> {
    TABLES.iter().flat_map(|table| table.iter()).find(|f| f.name == name)
}

/// The names of all filters.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|table| table.iter()).map(|f| f.name)
}

/// What a filter may use of the rendering.
pub(crate) struct Context<'c, 'a> {
    pub(crate) env: &'a Env<'a>,
    pub(crate) meter: &'c mut Meter<'a>,
}

impl<'a> Context<'_, 'a> {
    /// Announces that `bytes` will be made.
    pub(crate) fn charge(&mut self, bytes: usize) -> Res<()> {
        self.meter.memory(bytes)
    }

    /// A text that was made.
    pub(crate) fn text(&mut self, text: String) -> Res<Value<'a>> {
        self.charge(text.len())?;
        Ok(Value::text(text))
    }

    /// A list that was made.
    pub(crate) fn list(&mut self, items: Vec<Value<'a>>) -> Res<Value<'a>> {
        self.charge(items.len() * size_of::<Value<'_>>())?;
        Ok(Value::array(items))
    }

    /// A text made from the input's text; the input itself when nothing changed.
    pub(crate) fn map_text(&mut self, input: Value<'a>, f: impl FnOnce(&str) -> Cow<'_, str>) -> Res<Value<'a>> {
        let changed = match f(&input.to_str()) {
            Cow::Borrowed(same) if input.as_str().is_some_and(|s| s.len() == same.len()) => None,
            other => Some(other.into_owned()),
        };
        match changed {
            Some(text) => self.text(text),
            None => Ok(input),
        }
    }

    /// A part of the input's text, borrowed when the input is.
    pub(crate) fn part(&mut self, input: Value<'a>, f: impl for<'s> FnOnce(&'s str) -> &'s str) -> Res<Value<'a>> {
        match &input {
            Value::Str(s) => Ok(Value::Str(f(s))),
            Value::Text(text) => {
                let part: Arc<str> = match f(text) {
                    same if same.len() == text.len() => return Ok(input),
                    part => Arc::from(part),
                };
                self.charge(part.len())?;
                Ok(Value::Text(part))
            }
            other => {
                let part = f(&other.to_str()).to_owned();
                self.text(part)
            }
        }
    }
}

/// The arguments of one call.
pub(crate) struct Args<'c, 'a> {
    pub(crate) name: &'static str,
    pub(crate) values: &'c [Value<'a>],
    pub(crate) named: &'c [(&'a str, Value<'a>)],
}

impl<'a> Args<'_, 'a> {
    /// The argument at `index`, nil when it was not given.
    pub(crate) fn get(&self, index: usize) -> &Value<'a> {
        self.values.get(index).unwrap_or(&Value::Nil)
    }

    pub(crate) fn text(&self, index: usize) -> Cow<'_, str> {
        self.get(index).to_str()
    }

    pub(crate) fn named(&self, key: &str) -> Option<&Value<'a>> {
        self.named.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The argument at `index`, or the one by that name.
    pub(crate) fn either(&self, index: usize, key: &str) -> &Value<'a> {
        self.values.get(index).or_else(|| self.named(key)).unwrap_or(&Value::Nil)
    }

    /// A fault that names the filter and shows a value.
    pub(crate) fn wrong(&self, wanted: &str, found: &Value<'_>) -> Box<Fault> {
        argument(format!("`{}` needs {wanted}, found {}", self.name, describe(found)))
    }
}

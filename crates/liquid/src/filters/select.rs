//! Filters that pick members of a list by a property.

use super::array::items;
use super::{Args, Context, Filter, filter};
use crate::error::Res;
use crate::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("where", 1, 2, |c, v, a| keep(c, &v, a, true)),
    filter("reject", 1, 2, |c, v, a| keep(c, &v, a, false)),
    filter("find", 1, 2, |c, v, a| Ok(search(c, &v, a)?.map_or(Value::Nil, |(_, item)| item))),
    filter("find_index", 1, 2, |c, v, a| Ok(search(c, &v, a)?.map_or(Value::Nil, |(i, _)| Value::Int(i as i64)))),
    filter("has", 1, 2, has),
];

/// What asking a member of a list for a property gives.
pub(super) enum Member<'a> {
    /// A value, which may be nil.
    Is(Value<'a>),
    /// It has no properties, which makes the whole answer nil.
    Impossible,
    /// It has properties of another kind, which is a mistake in the template.
    Mistake,
}

/// The property `key` of `item`: members of objects, parts of texts, bits of whole numbers.
pub(super) fn member<'a>(item: &Value<'a>, key: &Value<'a>) -> Member<'a> {
    let value = match (item, key) {
        (map, _) if map.is_map() => key.as_str().and_then(|k| map.get(k)),
        (Value::Int(n), Value::Int(bit)) => Some(Value::Int(u32::try_from(*bit).map_or(0, |b| (n >> b.min(63)) & 1))),
        (Value::Int(_), _) => return Member::Mistake,
        (text, _) => match (text.as_str(), key) {
            (Some(_), Value::Nil) | (None, _) => return Member::Impossible,
            (Some(text), Value::Int(n)) => {
                let count = text.chars().count();
                let at = if *n < 0 { count.checked_sub(n.unsigned_abs() as usize) } else { Some(*n as usize) };
                at.and_then(|at| text.chars().nth(at)).map(|c| Value::text(c.to_string()))
            }
            (Some(text), key) => key.as_str().filter(|k| text.contains(k)).map(|_| key.clone()),
        },
    };
    Member::Is(value.unwrap_or(Value::Nil))
}

/// Whether an item has the property, or has it with the value asked for; `None` when it cannot have any.
fn matches<'a>(item: &Value<'a>, args: &Args<'_, 'a>) -> Res<Option<bool>> {
    match member(item, args.get(0)) {
        Member::Impossible => Ok(None),
        Member::Mistake => Err(args.wrong("a list of objects", item)),
        Member::Is(value) => Ok(Some(match args.get(1) {
            Value::Nil => value.is_truthy(),
            wanted => value == *wanted,
        })),
    }
}

fn keep<'a>(c: &mut Context<'_, 'a>, input: &Value<'a>, args: &Args<'_, 'a>, wanted: bool) -> Res<Value<'a>> {
    let mut kept = Vec::new();
    for item in items(c, input)? {
        match matches(&item, args)? {
            None => return Ok(Value::Nil),
            Some(found) if found == wanted => kept.push(item),
            Some(_) => {}
        }
    }
    Ok(Value::array(kept))
}

fn search<'a>(c: &mut Context<'_, 'a>, input: &Value<'a>, args: &Args<'_, 'a>) -> Res<Option<(usize, Value<'a>)>> {
    for (index, item) in items(c, input)?.into_iter().enumerate() {
        match matches(&item, args)? {
            None => return Ok(None),
            Some(true) => return Ok(Some((index, item))),
            Some(false) => {}
        }
    }
    Ok(None)
}

fn has<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    for item in items(c, &input)? {
        match matches(&item, args)? {
            None => return Ok(Value::Nil),
            Some(true) => return Ok(Value::Bool(true)),
            Some(false) => {}
        }
    }
    Ok(Value::Bool(false))
}

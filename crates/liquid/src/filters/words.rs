//! Filters that take text apart: words, lengths, slices; and the ones that work on anything.

use std::borrow::Cow;

use super::text::is_space;
use super::{Args, Context, Filter, filter, with_names};
use crate::error::{ErrorKind, Res};
use crate::render::whole;
use crate::value::{Seq, Value};

pub(super) const FILTERS: &[Filter] = &[
    filter("split", 1, 1, split),
    filter("squish", 0, 0, |c, v, _| c.map_text(v, |s| s.split_whitespace().collect::<Vec<_>>().join(" ").into())),
    filter("truncate", 0, 2, truncate),
    filter("truncatewords", 0, 2, truncatewords),
    filter("slice", 1, 2, slice),
    filter("size", 0, 0, |_, v, _| Ok(Value::Int(v.size() as i64))),
    filter("handleize", 0, 0, |c, v, _| c.map_text(v, handleize)),
    filter("handle", 0, 0, |c, v, _| c.map_text(v, handleize)),
    filter("camelize", 0, 0, |c, v, _| c.map_text(v, camelize)),
    with_names(filter("default", 0, 1, default), &["allow_false"]),
    filter("catalog_item", 1, 1, catalog_item),
    filter("coupon_code", 0, 0, coupon_code),
];

fn split<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let by = args.text(0);
    let parts = |text: &'_ str| -> usize {
        match &*by {
            " " => text.split(is_space).count(),
            "" => text.chars().count(),
            by => text.matches(by).count() + 1,
        }
    };
    c.charge(parts(&input.to_str()) * size_of::<Value<'_>>())?;
    let items = match &input {
        Value::Str(s) => pieces(s, &by).into_iter().map(Value::Str).collect(),
        other => {
            let text = other.to_str();
            c.charge(text.len())?;
            pieces(&text, &by).into_iter().map(|p| Value::text(p.to_owned())).collect()
        }
    };
    Ok(Value::array(items))
}

/// As Ruby splits: one blank means white space, nothing means characters, empty pieces at the end are left out.
fn pieces<'s>(text: &'s str, by: &str) -> Vec<&'s str> {
    let mut pieces: Vec<&str> = match by {
        " " => text.split(is_space).filter(|p| !p.is_empty()).collect(),
        "" => text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect(),
        by => text.split(by).collect(),
    };
    while pieces.last().is_some_and(|p| p.is_empty()) {
        pieces.pop();
    }
    pieces
}

/// The argument at `index` as a whole number, or `otherwise` when it was not given.
fn count(args: &Args<'_, '_>, index: usize, otherwise: i64) -> Res<i64> {
    match args.values.get(index) {
        Some(value) => whole(value, &format!("the length that `{}` is given", args.name)),
        None => Ok(otherwise),
    }
}

fn ending<'c>(args: &'c Args<'_, '_>) -> Cow<'c, str> {
    args.values.get(1).map_or(Cow::Borrowed("..."), Value::to_str)
}

fn truncate<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let length = usize::try_from(count(args, 0, 50)?).unwrap_or(0);
    let end = ending(args);
    c.map_text(input, |text| {
        if text.chars().nth(length).is_none() {
            return text.into();
        }
        let kept = length.saturating_sub(end.chars().count());
        text.chars().take(kept).chain(end.chars()).collect::<String>().into()
    })
}

fn truncatewords<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let most = usize::try_from(count(args, 0, 15)?).unwrap_or(0).max(1);
    let end = ending(args);
    c.map_text(input, |text| {
        let mut words = text.split(is_space).filter(|w| !w.is_empty());
        let kept: Vec<&str> = words.by_ref().take(most).collect();
        if words.next().is_none() {
            return text.into();
        }
        let mut out = kept.join(" ");
        out.push_str(&end);
        out.into()
    })
}

fn slice<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let offset = whole(args.get(0), "the place that `slice` begins at")?;
    let length = match args.get(1) {
        Value::Nil => 1,
        value => whole(value, "the length that `slice` is given")?,
    };
    let list = input.is_list();
    let size = if list { input.size() } else { input.to_str().chars().count() };
    let start = if offset < 0 { size.checked_sub(offset.unsigned_abs() as usize) } else { Some(offset as usize) };
    let (Some(start), Ok(length)) = (start.filter(|s| *s <= size), usize::try_from(length)) else {
        return Ok(if list { Value::array(Vec::new()) } else { Value::Str("") });
    };
    if list {
        let seq = Seq::of(&input);
        let items = (start..size.min(start.saturating_add(length))).filter_map(|i| seq.get(i)).collect();
        return c.list(items);
    }
    c.part(input, |text| {
        let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(i, _)| i);
        &text[at(start)..at(start.saturating_add(length))]
    })
}

/// Lower-case letters and digits joined by `-`, for links.
fn handleize(text: &str) -> Cow<'_, str> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join("-"))
}

fn camelize(text: &str) -> Cow<'_, str> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let upper = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    Cow::Owned(words.map(upper).collect())
}

fn default<'a>(_: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let keep_false = args.named("allow_false").is_some_and(Value::is_truthy);
    let lacks = match &input {
        Value::Nil | Value::Empty | Value::Blank => true,
        Value::Bool(false) => !keep_false,
        other => other.is_empty(),
    };
    Ok(if lacks { args.values.first().cloned().unwrap_or(Value::Str("")) } else { input })
}

fn catalog_item<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let item = c.env.host.catalog_item(&args.text(0), &input.to_str()).map_err(ErrorKind::Host)?;
    Ok(item.unwrap_or(Value::Nil))
}

fn coupon_code<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, _: &Args<'_, 'a>) -> Res<Value<'a>> {
    let code = c.env.host.coupon_code(&input.to_str()).map_err(ErrorKind::Host)?;
    c.text(code)
}

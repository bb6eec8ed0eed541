//! Filters that put lists in another order or together.

use std::collections::HashSet;

use super::select::{Member, member};
use super::{Args, Context, Filter, filter};
use crate::error::Res;
use crate::value::{Number, Value, flatten};

pub(super) const FILTERS: &[Filter] = &[
    filter("join", 0, 1, join),
    filter("first", 0, 0, |_, v, _| Ok(v.first().unwrap_or(Value::Nil))),
    filter("last", 0, 0, |_, v, _| Ok(v.last().unwrap_or(Value::Nil))),
    filter("concat", 1, 1, concat),
    filter("reverse", 0, 0, |c, v, _| {
        let mut items = items(c, &v)?;
        items.reverse();
        Ok(Value::array(items))
    }),
    filter("sort", 0, 1, sort),
    filter("sort_natural", 0, 1, sort_natural),
    filter("uniq", 0, 1, uniq),
    filter("compact", 0, 1, compact),
    filter("map", 1, 1, map),
    filter("sum", 0, 1, sum),
];

/// The members of a list with nested lists opened; anything else is its own only member, nil has none.
pub(super) fn items<'a>(c: &mut Context<'_, 'a>, value: &Value<'a>) -> Res<Vec<Value<'a>>> {
    // Before they are made: a range costs nothing until now.
    c.charge(value.size().saturating_mul(size_of::<Value<'_>>()))?;
    let mut items = Vec::new();
    flatten(value, &mut items);
    c.charge(items.len() * size_of::<Value<'_>>())?;
    Ok(items)
}

fn join<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let glue = args.values.first().map_or(" ".into(), Value::to_str);
    let items = items(c, &input)?;
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        let text = item.to_str();
        c.charge(text.len() + glue.len())?;
        if i > 0 {
            out.push_str(&glue);
        }
        out.push_str(&text);
    }
    Ok(Value::text(out))
}

fn concat<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let more = args.get(0);
    if !(more.is_list() || matches!(more, Value::Range(..))) {
        return Err(args.wrong("a list", more));
    }
    let mut all = items(c, &input)?;
    c.charge(more.size().saturating_mul(size_of::<Value<'_>>()))?;
    all.extend(crate::value::Seq::of(more).iter());
    Ok(Value::array(all))
}

/// Each member with what it is judged by: a member of it, or itself.
fn keyed<'a>(c: &mut Context<'_, 'a>, input: &Value<'a>, args: &Args<'_, 'a>) -> Res<Vec<(Value<'a>, Value<'a>)>> {
    let items = items(c, input)?;
    let key = args.get(0);
    if matches!(key, Value::Nil) {
        return Ok(items.into_iter().map(|item| (item.clone(), item)).collect());
    }
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let by = match member(&item, key) {
            Member::Is(value) => value,
            Member::Impossible => Value::Nil,
            Member::Mistake => return Err(args.wrong("a list of objects", &item)),
        };
        keyed.push((by, item));
    }
    Ok(keyed)
}

/// What a list can be sorted by: one kind throughout, nil last.
enum Order {
    Numbers,
    Texts,
}

fn sort<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let mut keyed = keyed(c, &input, args)?;
    let present = || keyed.iter().map(|(k, _)| k).filter(|k| !matches!(k, Value::Nil));
    let first = present().next();
    let order = match first {
        None => return Ok(Value::array(keyed.into_iter().map(|(_, item)| item).collect())),
        Some(Value::Int(_) | Value::Float(_)) => Order::Numbers,
        Some(_) => Order::Texts,
    };
    let fits = |k: &Value<'_>| match order {
        Order::Numbers => k.as_f64().is_some(),
        Order::Texts => k.as_str().is_some(),
    };
    if let Some(odd) = present().find(|k| !fits(k))
        && present().nth(1).is_some()
    {
        return Err(args.wrong("numbers only or texts only", odd));
    }
    let whole = present().all(|k| matches!(k, Value::Int(_)));
    let nil = |k: &Value<'_>| matches!(k, Value::Nil);
    keyed.sort_by(|(a, _), (b, _)| {
        nil(a).cmp(&nil(b)).then_with(|| match (a, b) {
            (Value::Int(a), Value::Int(b)) if whole => a.cmp(b),
            _ => match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => a.as_str().cmp(&b.as_str()),
            },
        })
    });
    Ok(Value::array(keyed.into_iter().map(|(_, item)| item).collect()))
}

fn sort_natural<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let keyed = keyed(c, &input, args)?;
    let mut named = Vec::with_capacity(keyed.len());
    for (key, item) in keyed {
        let text = key.to_str().to_lowercase();
        c.charge(text.len())?;
        named.push(((matches!(key, Value::Nil), text), item));
    }
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Value::array(named.into_iter().map(|(_, item)| item).collect()))
}

fn uniq<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for (key, item) in keyed(c, &input, args)? {
        let name = format!("{key:?}");
        c.charge(name.len())?;
        if seen.insert(name) {
            kept.push(item);
        }
    }
    Ok(Value::array(kept))
}

fn compact<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let keyed = keyed(c, &input, args)?;
    let kept = keyed.into_iter().filter(|(key, _)| !matches!(key, Value::Nil));
    Ok(kept.map(|(_, item)| item).collect())
}

fn map<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let mut values = Vec::new();
    for item in items(c, &input)? {
        values.push(match member(&item, args.get(0)) {
            Member::Is(value) => value,
            Member::Impossible => Value::Nil,
            Member::Mistake => return Err(args.wrong("a list of objects", &item)),
        });
    }
    Ok(Value::array(values))
}

fn sum<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let keys: Vec<Value<'a>> = keyed(c, &input, args)?.into_iter().map(|(key, _)| key).collect();
    let mut total = Number::Int(0);
    for value in items(c, &Value::array(keys))? {
        total = total.plus(Number::of(&value));
    }
    Ok(total.into())
}

//! Filters for numbers, amounts of money and plurals as people read them.

use std::borrow::Cow;

use super::locale::{self, Locale, Place};
use super::{Args, Context, Filter, filter, with_names};
use crate::error::{Res, nearest};
use crate::render::whole;
use crate::value::{Number, Value};

pub(super) const FILTERS: &[Filter] = &[
    with_names(filter("number", 0, 1, number), &["decimals", "locale"]),
    with_names(filter("number_with_delimiter", 0, 1, delimited), &["locale"]),
    with_names(filter("currency", 0, 2, currency), &["currency", "decimals", "locale"]),
    with_names(filter("percentage", 0, 1, percentage), &["decimals", "locale"]),
    with_names(filter("pluralize", 0, 3, pluralize), &["one", "few", "many", "other", "locale"]),
];

/// The most digits after the point.
const MAX_DECIMALS: i64 = 20;

fn locale<'a>(c: &Context<'_, 'a>, args: &Args<'_, 'a>) -> String {
    args.named("locale").map_or(Cow::Borrowed(c.env.locale), Value::to_str).into_owned()
}

fn decimals(args: &Args<'_, '_>, value: &Value<'_>) -> Res<Option<usize>> {
    match value {
        Value::Nil => Ok(None),
        value => match whole(value, "`decimals`")? {
            n @ 0..=MAX_DECIMALS => Ok(usize::try_from(n).ok()),
            _ => Err(args.wrong("0 to 20 decimals", value)),
        },
    }
}

/// Digits with groups and a fraction of so many digits, or as many as there are.
fn grouped(number: Number, decimals: Option<usize>, locale: &Locale, least_grouped: usize) -> String {
    let rounded = decimals.map_or(number, |d| number.round(d as i64));
    let plain = match (rounded, decimals) {
        (Number::Int(n), _) => n.unsigned_abs().to_string(),
        (Number::Float(x), Some(d)) => format!("{:.d$}", x.abs()),
        (Number::Float(x), None) => x.abs().to_string(),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut out = String::with_capacity(plain.len() * 2);
    if rounded.as_f64() < 0.0 {
        out.push('-');
    }
    let grouping = whole.len() >= least_grouped && whole.bytes().all(|b| b.is_ascii_digit());
    for (i, digit) in whole.chars().enumerate() {
        let left = whole.len() - i;
        let border = if locale.pairs && left > 3 { (left - 3) % 2 == 0 } else { left % 3 == 0 };
        if grouping && i > 0 && border {
            out.push_str(locale.group);
        }
        out.push(digit);
    }
    let fraction = decimals.map_or(fraction.to_owned(), |d| format!("{fraction:0<d$}"));
    if !fraction.is_empty() {
        out.push_str(locale.decimal);
        out.push_str(&fraction);
    }
    out
}

/// A number to be shown; nothing for nil, so that a missing amount is not shown as 0.
fn shown(input: &Value<'_>) -> Option<Number> {
    match input {
        Value::Nil | Value::Empty | Value::Blank => None,
        other if other.as_str().is_some_and(|s| s.trim().is_empty()) => None,
        other => Some(Number::of(other)),
    }
}

fn number<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let Some(n) = shown(&input) else { return Ok(Value::Nil) };
    let decimals = decimals(args, args.either(0, "decimals"))?;
    let locale = locale::of(&locale(c, args));
    c.text(grouped(n, decimals, locale, locale.grouped_from))
}

/// With a group sign every three digits, whatever the language; the sign can be given.
fn delimited<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let Some(n) = shown(&input) else { return Ok(Value::Nil) };
    let text = grouped(n, None, locale::of(&locale(c, args)), 4);
    match args.values.first() {
        Some(sign) => {
            let english = grouped(n, None, locale::of("en"), 4);
            c.text(english.replace(',', &sign.to_str()))
        }
        None => c.text(text),
    }
}

fn currency<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let Some(n) = shown(&input) else { return Ok(Value::Nil) };
    let code = match args.either(0, "currency") {
        Value::Nil => c.env.currency.to_ascii_uppercase(),
        code => code.to_str().trim().to_ascii_uppercase(),
    };
    if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(args.wrong("a currency's code of three letters, such as EUR", args.either(0, "currency")));
    }
    let tag = match args.values.get(1) {
        Some(tag) => tag.to_str().into_owned(),
        None => locale(c, args),
    };
    let locale = locale::of(&tag);
    let (sign, usual) = locale::currency(&code, &tag);
    let decimals = decimals(args, args.named("decimals").unwrap_or(&Value::Nil))?.unwrap_or(usual);
    let amount = grouped(n, Some(decimals), locale, locale.grouped_from);
    let (minus, amount) = amount.strip_prefix('-').map_or(("", amount.as_str()), |a| ("-", a));
    let apart = if sign.ends_with(char::is_alphabetic) { "\u{a0}" } else { "" };
    c.text(match locale.currency {
        Place::Before => format!("{minus}{sign}{apart}{amount}"),
        Place::BeforeApart => format!("{minus}{sign}\u{a0}{amount}"),
        Place::After => format!("{minus}{amount}\u{a0}{sign}"),
    })
}

/// A share (0.25) as percent (25%).
fn percentage<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let Some(n) = shown(&input) else { return Ok(Value::Nil) };
    let decimals = decimals(args, args.either(0, "decimals"))?.unwrap_or(0);
    let tag = locale(c, args);
    let locale = locale::of(&tag);
    let apart = if matches!(locale.currency, Place::After) && !tag.starts_with("it") && !tag.starts_with("pt") {
        "\u{a0}"
    } else {
        ""
    };
    let text = grouped(n.times(Number::Int(100)), Some(decimals), locale, locale.grouped_from);
    c.text(format!("{text}{apart}%"))
}

/// The word that goes with a number: `pluralize: 'item', 'items'`, `pluralize: 'Datei', 'Dateien'`, or by category
/// `pluralize: one: 'plik', few: 'pliki', many: 'plików'`.
fn pluralize<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let tag = locale(c, args);
    let category = locale::of(&tag).plural.category(Number::of(&input).as_f64());
    let given = args.values;
    let forms: [(&str, Option<&Value<'a>>); 4] = [
        ("one", args.named("one").or(given.first())),
        ("few", args.named("few").or(if given.len() > 2 { given.get(1) } else { None })),
        ("many", args.named("many").or(if given.len() > 2 { given.get(2) } else { None })),
        ("other", args.named("other").or(given.last().filter(|_| given.len() > 1))),
    ];
    let chosen = forms.iter().find(|(name, form)| *name == category && form.is_some());
    let last = || forms.iter().rev().find(|(name, form)| *name != "one" && form.is_some());
    match chosen.or_else(last).and_then(|(_, form)| *form) {
        Some(form) => Ok(form.clone()),
        None => {
            let wanted = nearest(category, ["one", "few", "many", "other"]).unwrap_or_default();
            Err(args.wrong(&format!("a word for `{wanted}:` or `other:`"), &input))
        }
    }
}

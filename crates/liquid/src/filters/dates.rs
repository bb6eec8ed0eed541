//! Filters for dates.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::moment::Moment;
use super::{Args, Context, Filter, filter, strftime, with_names};
use crate::error::{Res, argument, nearest};
use crate::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    with_names(filter("date", 1, 2, date), &["timezone", "locale"]),
    filter("time_zone", 1, 1, time_zone),
    filter("add_days", 1, 1, |c, v, a| shift(c, v, a, 86_400)),
    filter("add_hours", 1, 1, |c, v, a| shift(c, v, a, 3_600)),
];

/// How `time_zone` writes an instant: `date` reads it again.
const PLAIN: &str = "%Y-%m-%d %H:%M:%S %z";

fn zone(name: &Value<'_>) -> Res<Tz> {
    let text = name.to_str();
    let known = || chrono_tz::TZ_VARIANTS.iter().map(|z| z.name());
    if let Ok(zone) = text.parse() {
        return Ok(zone);
    }
    if let Some(zone) = chrono_tz::TZ_VARIANTS.iter().find(|z| z.name().eq_ignore_ascii_case(&text)) {
        return Ok(*zone);
    }
    let near = nearest(&text, known()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    Err(argument(format!("there is no time zone `{}`{near}", text.chars().take(40).collect::<String>())))
}

fn date<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let format = args.text(0);
    let zone = match args.either(1, "timezone") {
        Value::Nil => None,
        name => Some(zone(name)?),
    };
    if format.is_empty() {
        return Ok(input);
    }
    // What is no date is shown as it is.
    let Some(mut moment) = Moment::of(&input, c.env) else { return Ok(input) };
    if let Some(zone) = zone {
        moment = moment.shown_in(zone);
    }
    let locale = args.named("locale").map_or(Cow::Borrowed(c.env.locale), Value::to_str);
    let format = match &*format {
        "short" => "%d %b %H:%M",
        "long" => "%B %d, %Y %H:%M",
        other => other,
    };
    let text = strftime::write(&moment, format, &locale, &mut |bytes| c.meter.memory(bytes))?;
    Ok(Value::text(text))
}

fn time_zone<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let zone = zone(args.get(0))?;
    let Some(moment) = Moment::of(&input, c.env) else { return Ok(input) };
    let text = strftime::write(&moment.shown_in(zone), PLAIN, "en", &mut |_| Ok(()))?;
    c.text(text)
}

/// Adds so many times `unit` seconds to an instant.
fn shift<'a>(c: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>, unit: i64) -> Res<Value<'a>> {
    let count = crate::render::whole(args.get(0), &format!("what `{}` is given", args.name))?;
    let Some(mut moment) = Moment::of(&input, c.env) else { return Ok(input) };
    let shifted = count
        .checked_mul(unit)
        .and_then(chrono::Duration::try_seconds)
        .and_then(|by| moment.local.checked_add_signed(by));
    let Some(local) = shifted else { return Err(args.wrong("a number that stays in the calendar", args.get(0))) };
    moment.local = local;
    let text = strftime::write(&moment, PLAIN, "en", &mut |_| Ok(()))?;
    c.text(text)
}

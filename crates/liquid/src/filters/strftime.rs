//! Writing dates by a format of percent signs, as Ruby does.

use std::fmt::Write;

use chrono::{Datelike, Timelike};

use super::calendar;
use super::moment::Moment;
use crate::error::Res;

/// How wide a field may be made.
const MAX_WIDTH: usize = 64;
/// How deep combined directives such as `%c` go.
const COMBINED: u8 = 2;

/// The flags and width of one directive.
#[derive(Clone, Copy, Default)]
struct Style {
    pad: Option<Option<char>>,
    upper: bool,
    swap: bool,
    colons: usize,
    width: Option<usize>,
}

/// Writes `moment`; `charge` hears of every piece's size before it is kept.
pub(super) fn write(
    moment: &Moment,
    format: &str,
    locale: &str,
    charge: &mut dyn FnMut(usize) -> Res<()>,
) -> Res<String> {
    let mut out = String::new();
    charge(format.len())?;
    into(&mut out, moment, format, calendar::names(locale), charge, COMBINED)?;
    Ok(out)
}

fn into(
    out: &mut String,
    moment: &Moment,
    format: &str,
    names: &calendar::Names,
    charge: &mut dyn FnMut(usize) -> Res<()>,
    depth: u8,
) -> Res<()> {
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let directive = &rest[at..];
        let (style, after) = style(&directive[1..]);
        let Some(c) = after.chars().next() else {
            rest = directive;
            break;
        };
        rest = &after[c.len_utf8()..];
        let start = out.len();
        if let Some(longer) = combined(c).filter(|_| depth > 0) {
            into(out, moment, longer, names, charge, depth - 1)?;
        } else if !field(out, moment, c, style, names) {
            // What is no directive is shown as it is.
            out.push_str(&directive[..directive.len() - rest.len()]);
            continue;
        }
        finish(out, start, style, c);
        charge(out.len() - start)?;
    }
    out.push_str(rest);
    Ok(())
}

fn style(text: &str) -> (Style, &str) {
    let mut style = Style::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            '-' => style.pad = Some(None),
            '0' => style.pad = Some(Some('0')),
            '_' => style.pad = Some(Some(' ')),
            '^' => style.upper = true,
            '#' => style.swap = true,
            ':' => style.colons += 1,
            _ => break,
        }
        rest = &rest[1..];
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        style.width = Some(rest[..digits].parse().unwrap_or(MAX_WIDTH).min(MAX_WIDTH));
    }
    (style, &rest[digits..])
}

fn combined(directive: char) -> Option<&'static str> {
    Some(match directive {
        'D' | 'x' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        'T' | 'X' => "%H:%M:%S",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        'c' => "%a %b %e %H:%M:%S %Y",
        'v' => "%e-%^b-%Y",
        '+' => "%a %b %e %H:%M:%S %Z %Y",
        _ => return None,
    })
}

/// Upper case and width.
fn finish(out: &mut String, start: usize, style: Style, directive: char) {
    if style.upper || (style.swap && directive != 'p') {
        let upper = out[start..].to_uppercase();
        out.replace_range(start.., &upper);
    } else if style.swap {
        let lower = out[start..].to_lowercase();
        out.replace_range(start.., &lower);
    }
    let text = matches!(directive, 'a' | 'A' | 'b' | 'B' | 'h' | 'p' | 'P' | 'Z') || combined(directive).is_some();
    if let Some(width) = style.width.filter(|_| text) {
        let have = out[start..].chars().count();
        let pad = if style.pad == Some(Some('0')) { "0" } else { " " };
        out.insert_str(start, &pad.repeat(width.saturating_sub(have)));
    }
}

/// A number with its usual width and filling, unless the directive says otherwise.
fn number(out: &mut String, n: i64, width: usize, fill: char, style: Style) {
    let fill = style.pad.unwrap_or(Some(fill));
    let width = style.width.unwrap_or(width);
    // Writing to a string cannot fail.
    let _ = match fill {
        None => write!(out, "{n}"),
        Some('0') => write!(out, "{n:0width$}"),
        Some(_) => write!(out, "{n:width$}"),
    };
}

/// Writes one directive; answers whether it is one.
fn field(out: &mut String, moment: &Moment, c: char, style: Style, names: &calendar::Names) -> bool {
    let t = &moment.local;
    let weekday = t.weekday().num_days_from_sunday() as usize;
    let month = t.month0() as usize;
    let mut put = |n: i64, width: usize, fill: char| number(out, n, width, fill, style);
    match c {
        'Y' => put(i64::from(t.year()), 0, '0'),
        'C' => put(i64::from(t.year().div_euclid(100)), 2, '0'),
        'y' => put(i64::from(t.year().rem_euclid(100)), 2, '0'),
        'm' => put(i64::from(t.month()), 2, '0'),
        'd' => put(i64::from(t.day()), 2, '0'),
        'e' => put(i64::from(t.day()), 2, ' '),
        'j' => put(i64::from(t.ordinal()), 3, '0'),
        'H' => put(i64::from(t.hour()), 2, '0'),
        'k' => put(i64::from(t.hour()), 2, ' '),
        'I' => put(i64::from(t.hour12().1), 2, '0'),
        'l' => put(i64::from(t.hour12().1), 2, ' '),
        'M' => put(i64::from(t.minute()), 2, '0'),
        'S' => put(i64::from(t.second()), 2, '0'),
        's' => put(moment.utc().timestamp(), 0, '0'),
        'u' => put(i64::from(t.weekday().number_from_monday()), 1, '0'),
        'w' => put(weekday as i64, 1, '0'),
        'G' => put(i64::from(t.iso_week().year()), 0, '0'),
        'g' => put(i64::from(t.iso_week().year().rem_euclid(100)), 2, '0'),
        'V' => put(i64::from(t.iso_week().week()), 2, '0'),
        'U' => put((i64::from(t.ordinal0()) + 7 - weekday as i64) / 7, 2, '0'),
        'W' => put((i64::from(t.ordinal0()) + 7 - i64::from(t.weekday().num_days_from_monday())) / 7, 2, '0'),
        'L' | 'N' => {
            let width = style.width.unwrap_or(if c == 'L' { 3 } else { 9 });
            let nanos = format!("{:09}", t.nanosecond() % 1_000_000_000);
            out.extend(nanos.chars().chain(std::iter::repeat('0')).take(width));
        }
        'B' => out.push_str(names.months[month]),
        'b' | 'h' => out.push_str(names.short_months[month]),
        'A' => out.push_str(names.days[weekday]),
        'a' => out.push_str(names.short_days[weekday]),
        'p' => out.push_str(if t.hour() < 12 { "AM" } else { "PM" }),
        'P' => out.push_str(if t.hour() < 12 { "am" } else { "pm" }),
        'z' => offset(out, moment.offset, style.colons),
        'Z' => out.push_str(&moment.zone),
        'n' => out.push('\n'),
        't' => out.push('\t'),
        '%' => out.push('%'),
        _ => return false,
    }
    true
}

fn offset(out: &mut String, seconds: i32, colons: usize) {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let _ = match colons {
        0 => write!(out, "{sign}{hours:02}{minutes:02}"),
        1 => write!(out, "{sign}{hours:02}:{minutes:02}"),
        _ => write!(out, "{sign}{hours:02}:{minutes:02}:{rest:02}"),
    };
}

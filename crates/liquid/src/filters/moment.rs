//! Reading dates as people write them.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::{OffsetName, Tz};

use super::calendar;
use crate::options::Env;
use crate::value::{Value, parse_int};

/// An instant as a clock somewhere shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// What the clock shows.
    pub(super) local: NaiveDateTime,
    /// How far the clock is ahead of UTC, seconds.
    pub(super) offset: i32,
    /// The name of the zone, such as `CET`.
    pub(super) zone: String,
}

/// Seconds from which a number counts as milliseconds: the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// Texts longer than this are no dates.
const MAX_TEXT: usize = 64;

impl Moment {
    /// What a value means as a date: `now` and `today`, seconds or milliseconds since 1970, or a date in words.
    pub(super) fn of(value: &Value<'_>, env: &Env<'_>) -> Option<Self> {
        match value {
            Value::Int(n) => Self::at(*n, env.zone),
            Value::Float(x) => Self::at(*x as i64, env.zone),
            other => {
                let text = other.as_str()?.trim();
                if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
                    return Self::at(parse_int(text), env.zone);
                }
                match text.to_ascii_lowercase().as_str() {
                    "now" | "today" => Some(Self::of_utc(env.now, env.zone)),
                    lower if lower.len() <= MAX_TEXT => read(lower, env),
                    _ => None,
                }
            }
        }
    }

    fn at(number: i64, zone: Tz) -> Option<Self> {
        let utc = if number.unsigned_abs() < MILLISECONDS_FROM as u64 {
            DateTime::from_timestamp(number, 0)
        } else {
            DateTime::from_timestamp_millis(number)
        };
        Some(Self::of_utc(utc?, zone))
    }

    pub(super) fn of_utc(utc: DateTime<Utc>, zone: Tz) -> Self {
        let offset = zone.offset_from_utc_datetime(&utc.naive_utc());
        let seconds = offset.fix().local_minus_utc();
        let local = utc.naive_utc().checked_add_signed(Duration::seconds(i64::from(seconds)));
        Moment {
            local: local.unwrap_or(utc.naive_utc()),
            offset: seconds,
            zone: offset.abbreviation().unwrap_or("").to_owned(),
        }
    }

    /// The same instant in another zone.
    pub(super) fn shown_in(&self, zone: Tz) -> Self {
        Self::of_utc(self.utc(), zone)
    }

    pub(super) fn utc(&self) -> DateTime<Utc> {
        let utc = self.local.checked_sub_signed(Duration::seconds(i64::from(self.offset)));
        utc.unwrap_or(self.local).and_utc()
    }
}

/// What a text says, piece by piece.
#[derive(Default)]
struct Said {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<(u32, u32, u32, u32)>,
    afternoon: Option<bool>,
    offset: Option<i32>,
    zone: String,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    Number(&'t str),
    Word(&'t str),
    Sign(char),
    Space,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = |f: fn(char) -> bool| rest.find(|c| !f(c)).unwrap_or(rest.len());
        let (piece, length) = if c.is_ascii_digit() {
            let n = run(|c| c.is_ascii_digit());
            (Piece::Number(&rest[..n]), n)
        } else if c.is_alphabetic() {
            let n = run(char::is_alphabetic);
            (Piece::Word(&rest[..n]), n)
        } else if c.is_whitespace() || c == ',' {
            (Piece::Space, run(|c| c.is_whitespace() || c == ','))
        } else {
            (Piece::Sign(c), c.len_utf8())
        };
        pieces.push(piece);
        rest = &rest[length..];
    }
    pieces
}

fn read(text: &str, env: &Env<'_>) -> Option<Moment> {
    let pieces = pieces(text);
    let mut said = Said::default();
    let mut at = 0;
    while at < pieces.len() {
        at += said.take(&pieces[at..])?;
    }
    said.moment(env)
}

fn digits(text: &str, most: usize) -> Option<u32> {
    (text.len() <= most).then(|| text.parse().ok()).flatten()
}

impl Said {
    /// Takes the pieces that belong together; answers how many.
    fn take(&mut self, pieces: &[Piece<'_>]) -> Option<usize> {
        use Piece::{Number, Sign, Space, Word};
        match pieces {
            [Number(hour), Sign(':'), Number(minute), rest @ ..] => {
                let mut taken = 3;
                let (mut second, mut nanos) = (0, 0);
                if let [Sign(':'), Number(s), rest @ ..] = rest {
                    (second, taken) = (digits(s, 2)?, 5);
                    if let [Sign('.' | ','), Number(fraction), ..] = rest {
                        nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
                        taken = 7;
                    }
                }
                self.time = Some((digits(hour, 2)?, digits(minute, 2)?, second, nanos));
                Some(taken)
            }
            [Number(a), Sign(s @ ('-' | '/' | '.')), Number(b), Sign(t), Number(c), ..] if s == t => {
                self.date(a, b, c).map(|()| 5)
            }
            [Number(a), Sign('-' | '/'), Number(b), ..] if a.len() == 4 && self.time.is_none() => {
                (self.year, self.month, self.day) = (a.parse().ok(), Some(digits(b, 2)?), Some(1));
                Some(3)
            }
            [Sign(sign @ ('+' | '-')), Number(hours), rest @ ..] if self.time.is_some() => {
                let (minutes, taken) = match rest {
                    [Sign(':'), Number(m), ..] => (digits(m, 2)?, 4),
                    _ if hours.len() == 4 => (digits(&hours[2..], 2)?, 2),
                    _ => (0, 2),
                };
                let hours = digits(hours.get(..hours.len().min(2))?, 2)?;
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let seconds = (hours * 3600 + minutes * 60) as i32;
                self.offset = Some(if *sign == '-' { -seconds } else { seconds });
                Some(taken)
            }
            [Number(hour), Word("am" | "pm"), ..] | [Number(hour), Space, Word("am" | "pm"), ..]
                if self.time.is_none() =>
            {
                self.time = Some((digits(hour, 2)?, 0, 0, 0));
                Some(1)
            }
            [Number(n), ..] => self.number(n).map(|()| 1),
            [Word(word), ..] => self.word(word).map(|()| 1),
            [Space | Sign('.' | '-' | '/'), ..] => Some(1),
            _ => None,
        }
    }

    /// Year, month, day in the order that their sizes allow; day before month when both do.
    fn date(&mut self, a: &str, b: &str, c: &str) -> Option<()> {
        let (year, month, day) = if a.len() >= 3 {
            (year(a)?, digits(b, 2)?, digits(c, 2)?)
        } else {
            let (first, second) = (digits(a, 2)?, digits(b, 2)?);
            let (month, day) = if second > 12 { (first, second) } else { (second, first) };
            (year(c)?, month, day)
        };
        (self.year, self.month, self.day) = (Some(year), Some(month), Some(day));
        Some(())
    }

    fn number(&mut self, text: &str) -> Option<()> {
        match text.len() {
            8 => {
                (self.year, self.month) = (Some(year(&text[..4])?), digits(&text[4..6], 2));
                self.day = digits(&text[6..], 2);
            }
            1 | 2 if self.day.is_none() => self.day = digits(text, 2),
            2 | 4 if self.year.is_none() => self.year = Some(year(text)?),
            _ => return None,
        }
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        match word {
            "am" => self.afternoon = Some(false),
            "pm" => self.afternoon = Some(true),
            "z" | "utc" | "gmt" => {
                (self.offset, self.zone) = (Some(0), "UTC".to_owned());
            }
            "t" | "st" | "nd" | "rd" | "th" | "of" | "at" => {}
            other => match calendar::month(other) {
                Some(month) => self.month = Some(month),
                None => calendar::is_weekday(other).then_some(())?,
            },
        }
        Some(())
    }

    fn moment(self, env: &Env<'_>) -> Option<Moment> {
        let today = Moment::of_utc(env.now, env.zone).local.date();
        let date = match (self.year, self.month, self.day) {
            (None, None, None) => self.time.map(|_| today)?,
            (Some(year), None, None) => NaiveDate::from_ymd_opt(year, 1, 1)?,
            (year, month, day) => NaiveDate::from_ymd_opt(year.unwrap_or(today.year()), month?, day.unwrap_or(1))?,
        };
        let (hour, minute, second, nanos) = self.time.unwrap_or_default();
        let hour = match self.afternoon {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        // A leap second is shown as the second before it.
        let local = date.and_time(NaiveTime::from_hms_nano_opt(hour, minute, second.min(59), nanos)?);
        match self.offset {
            Some(offset) => Some(Moment { local, offset, zone: self.zone }),
            None => Some(in_zone(local, env.zone)),
        }
    }
}

fn year(text: &str) -> Option<i32> {
    let year: i32 = digits(text, 4)?.try_into().ok()?;
    Some(match text.len() {
        1 | 2 if year < 69 => year + 2000,
        1 | 2 => year + 1900,
        _ => year,
    })
}

/// A clock's time in a zone: the earlier of two, and the time after the gap where the clock was put forward.
fn in_zone(local: NaiveDateTime, zone: Tz) -> Moment {
    let found = zone.from_local_datetime(&local).earliest();
    let later = || zone.from_local_datetime(&local.checked_add_signed(Duration::hours(1))?).latest();
    match found.or_else(later) {
        Some(time) => Moment::of_utc(time.with_timezone(&Utc), zone),
        None => Moment { local, offset: 0, zone: String::new() },
    }
}

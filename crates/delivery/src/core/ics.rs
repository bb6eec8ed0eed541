//! Appointments as iCalendar (RFC 5545).

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// An appointment as it was rendered.
#[derive(Clone, Copy, Debug)]
pub struct Appointment<'a> {
    /// Names it for good: another mail with the same replaces it.
    pub uid: &'a str,
    /// What it is.
    pub summary: &'a str,
    /// When it begins.
    pub start: &'a str,
    /// When it ends.
    pub end: &'a str,
    /// Where.
    pub location: Option<&'a str>,
    /// What else is to be known.
    pub description: Option<&'a str>,
}

/// The appointment as a calendar object of one event, as of `now`. Times without a zone are in `zone`.
///
/// # Errors
/// Which time cannot be read, or that it ends before it begins.
pub fn render(event: &Appointment<'_>, zone: Tz, now: DateTime<Utc>) -> Result<String, String> {
    let read = |name: &str, text: &str| {
        let expected = format!("{name}: expected a time such as 2026-07-01T18:00:00+02:00, found {text:?}");
        instant(text.trim(), zone).ok_or(expected)
    };
    let (start, end) = (read("start", event.start)?, read("end", event.end)?);
    if end < start {
        return Err(format!("end: {} is before the start, {}", event.end.trim(), event.start.trim()));
    }
    let stamp = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let mut out =
        String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Rapport//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n");
    let mut line = |name: &str, value: &str| fold(&mut out, &format!("{name}:{value}"));
    line("UID", &escaped(event.uid));
    line("DTSTAMP", &stamp(now));
    line("DTSTART", &stamp(start));
    line("DTEND", &stamp(end));
    line("SUMMARY", &escaped(event.summary));
    for (name, value) in [("LOCATION", event.location), ("DESCRIPTION", event.description)] {
        if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
            line(name, &escaped(value));
        }
    }
    out.push_str("END:VEVENT\r\nEND:VCALENDAR\r\n");
    Ok(out)
}

fn instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z") {
        return Some(at.to_utc());
    }
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let local = formats.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
    let local = local.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
        // The clock was put forward over it: what it would have been an hour later.
        LocalResult::None => {
            zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest().map(|at| at.to_utc())
        }
    }
}

/// Text values (RFC 5545 section 3.3.11), without control characters, so that none can end a line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().replace("\r\n", "\n").chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' | ';' | ',' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Lines of at most 75 bytes (section 3.1).
fn fold(out: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appointment_is_escaped_folded_and_in_utc() {
        let event = Appointment {
            uid: "m1.1@rapport",
            summary: "Fitting, with; Eve\r\nDTSTART:19700101T000000Z",
            start: "2026-07-01 18:00",
            end: "2026-07-01T19:30:00+02:00",
            location: Some(""),
            description: Some(&"ä".repeat(60)),
        };
        let text = render(&event, chrono_tz::Europe::Berlin, DateTime::UNIX_EPOCH).unwrap();
        assert!(text.contains("DTSTART:20260701T160000Z\r\nDTEND:20260701T173000Z\r\n"), "{text}");
        assert!(
            text.contains("SUMMARY:Fitting\\, with\\; Eve\\nDTSTART:19700101T000000Z\r\n")
                && !text.contains("LOCATION")
        );
        assert!(text.split("\r\n").all(|line| line.len() <= 75) && text.contains("\r\n ä"), "{text}");
        let backwards = Appointment { end: "2026-07-01", ..event };
        assert!(render(&backwards, chrono_tz::UTC, DateTime::UNIX_EPOCH).unwrap_err().contains("before the start"));
        let nonsense = Appointment { start: "soon", ..event };
        assert!(
            render(&nonsense, chrono_tz::UTC, DateTime::UNIX_EPOCH).unwrap_err().contains("start: expected a time")
        );
    }
}

//! Hours of the week in which a message may leave.

use chrono::{Datelike, Days, Duration, NaiveDate, NaiveTime, Timelike};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::Timestamp;
use crate::time::{local_to_instant, zone};

/// Short names of weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// Hours of the week in which a message may leave, by a wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendWindow {
    /// Minute of the day at which it opens.
    pub from: u16,
    /// Minute at which it closes, up to [`DAY_MINUTES`]; before `from` means the next morning. Never equal to `from`.
    pub to: u16,
    /// Weekdays on which it opens: bit 0 is Monday. 0 is every day.
    pub weekdays: u8,
    /// Whose clock; `None` is the customer's.
    pub zone: Option<Tz>,
}

impl SendWindow {
    /// When it opens next; `None` when it is open at `now`. `customer` is the customer's zone, else the workspace's. A time
    /// that a spring change skips is the first instant after the gap.
    #[must_use]
    pub fn opens_at(&self, now: Timestamp, customer: Tz) -> Option<Timestamp> {
        let tz = self.zone.unwrap_or(customer);
        let local = now.to_utc().with_timezone(&tz).naive_local();
        let (today, minute) = (local.date(), (local.hour() * 60 + local.minute()) as u16);
        let is_open = if self.from < self.to {
            self.allows(today) && (self.from..self.to).contains(&minute)
        } else {
            let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
            (self.allows(today) && minute >= self.from) || (self.allows(yesterday) && minute < self.to)
        };
        if is_open {
            return None;
        }
        let opening = |day: i64| {
            let date = today + Duration::days(day);
            let at = date.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(self.from));
            self.allows(date).then(|| local_to_instant(tz, at)).filter(|at| *at > now)
        };
        (0..=8).find_map(opening)
    }

    fn allows(&self, date: NaiveDate) -> bool {
        self.weekdays == 0 || self.weekdays & (1 << date.weekday().num_days_from_monday()) != 0
    }

    /// As documents and messages say it: `{from, to, weekdays, zone}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let mut out = Map::new();
        if (self.from, self.to) != (0, DAY_MINUTES) {
            out.insert("from".into(), json!(clock(self.from)));
            out.insert("to".into(), json!(clock(self.to)));
        }
        if self.weekdays != 0 {
            let days = WEEKDAYS.iter().enumerate().filter(|(i, _)| self.weekdays & (1 << i) != 0);
            out.insert("weekdays".into(), days.map(|(_, name)| json!(name)).collect());
        }
        if let Some(zone) = self.zone {
            out.insert("zone".into(), json!(zone.name()));
        }
        Value::Object(out)
    }

    /// Reads [`SendWindow::to_value`]; `None` when it is not one.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        let clock = |name: &str, absent: u16| match &value[name] {
            Value::Null => Some(absent),
            Value::String(text) => {
                let (hours, minutes) = text.split_once(':')?;
                let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
                (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes).filter(|m| *m <= DAY_MINUTES)
            }
            _ => None,
        };
        let (from, to) = (clock("from", 0)?, clock("to", DAY_MINUTES)?);
        let mut weekdays = 0;
        for day in value["weekdays"].as_array().into_iter().flatten() {
            weekdays |= 1 << WEEKDAYS.iter().position(|name| Some(*name) == day.as_str())?;
        }
        let zone = match &value["zone"] {
            Value::Null => None,
            name => Some(zone(name.as_str()?)?),
        };
        (value.is_object() && from != to).then_some(SendWindow { from, to, weekdays, zone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_by_the_clock_and_the_day() {
        let work = json!({ "from": "09:00", "to": "18:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"] });
        let night = json!({ "from": "22:00", "to": "02:00", "weekdays": ["fri"] });
        let monday = json!({ "weekdays": ["mon"], "zone": "Asia/Tokyo" });
        let (berlin, tokyo) = (Tz::Europe__Berlin, Tz::Asia__Tokyo);
        for (window, zone, now, expected) in [
            // 2026-03-27 is a Friday; the clocks of Berlin change on the Sunday after it.
            (&work, berlin, "2026-03-27T07:59:59Z", Some("2026-03-27T08:00:00.000Z")),
            (&work, berlin, "2026-03-27T08:00:00Z", None),
            (&work, berlin, "2026-03-27T16:59:59Z", None),
            (&work, berlin, "2026-03-27T17:00:00Z", Some("2026-03-30T07:00:00.000Z")),
            (&work, tokyo, "2026-03-27T17:00:00Z", Some("2026-03-30T00:00:00.000Z")),
            (&night, berlin, "2026-03-27T20:00:00Z", Some("2026-03-27T21:00:00.000Z")),
            (&night, berlin, "2026-03-28T00:59:00Z", None),
            (&night, berlin, "2026-03-28T01:00:00Z", Some("2026-04-03T20:00:00.000Z")),
            (&monday, berlin, "2026-03-29T14:00:00Z", Some("2026-03-29T15:00:00.000Z")),
            (&monday, berlin, "2026-03-29T15:00:00Z", None),
        ] {
            let read = SendWindow::of(window).unwrap();
            let found = read.opens_at(Timestamp::parse(now).unwrap(), zone).map(|at| at.to_rfc3339());
            assert_eq!(found.as_deref(), expected, "{window} at {now} in {zone}");
            assert_eq!(read.to_value(), *window);
        }
        for other in [json!({ "from": "9" }), json!({ "weekdays": ["monday"] }), json!(1), json!({ "zone": "Moon" })] {
            assert_eq!(SendWindow::of(&other), None, "{other}");
        }
    }
}

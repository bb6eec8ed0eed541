//! When people shop: hours of the day, days of the week, seasons and sales, all on the customer's own clock.

use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, HOUR_MS, offset_ms, zone};

use super::rng::Rng;

/// How much of a day's shopping falls into each hour: a quiet night, a lunch break, a busy evening.
const HOURS: [f64; 24] = [
    0.8, 0.4, 0.2, 0.1, 0.1, 0.3, 0.9, 2.0, 3.2, 4.0, 4.4, 4.6, 5.2, 4.8, 4.3, 4.2, 4.5, 5.2, 6.2, 7.4, 8.2, 7.6, 5.0,
    2.3,
];
/// Monday to Sunday.
const WEEK: [f64; 7] = [1.06, 0.98, 0.96, 0.97, 0.84, 0.97, 1.22];

/// A sale: a code and a share off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sale {
    /// The campaign's name and coupon.
    pub(super) code: &'static str,
    /// Percent off.
    pub(super) percent: i64,
}

/// Year, month (1-12) and day (1-31) of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
pub(super) fn civil(day: i64) -> (i64, u32, u32) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = (of_year - (153 * month + 2) / 5 + 1) as u32;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month as u32, of_month)
}

/// How busy a local day is, compared with an average one.
pub(super) fn day_factor(day: i64) -> f64 {
    let weekday = (day + 3).rem_euclid(7) as usize; // 1970-01-01 was a Thursday
    let (_, month, date) = civil(day);
    let season = match (month, date) {
        (11, 20..=30) => 2.2,
        (12, 1..=18) => 1.9,
        (12, 24..=26) => 0.45,
        (12, _) => 1.0,
        (11, _) => 1.25,
        (1, 1..=20) => 1.15,
        (7 | 8, _) => 0.78,
        _ => 0.95,
    };
    let sale = if month < 11 && sale(day).is_some() { 1.45 } else { 1.0 };
    WEEK[weekday] * season * sale
}

/// The sale on a local day, if there is one.
pub(super) fn sale(day: i64) -> Option<Sale> {
    let (_, month, date) = civil(day);
    match (month, date) {
        (1, 5..=18) => Some(Sale { code: "JANUARY25", percent: 25 }),
        (3, 14..=21) => Some(Sale { code: "SPRING15", percent: 15 }),
        (6, 18..=27) => Some(Sale { code: "SUMMER20", percent: 20 }),
        (9, 8..=14) => Some(Sale { code: "HELLOAUTUMN", percent: 15 }),
        (11, 23..=30) => Some(Sale { code: "BLACKWEEK", percent: 30 }),
        _ => None,
    }
}

/// An instant on a customer's local day, at an hour when people shop.
pub(super) fn moment(zone_name: &str, day: i64, rng: &mut Rng) -> Timestamp {
    let hour = rng.weighted(&HOURS) as i64;
    let local = day * DAY_MS + hour * HOUR_MS + rng.range(0, HOUR_MS);
    to_utc(zone_name, local)
}

/// How likely shopping is at an instant, by the local hour; 1.0 in the busiest.
pub(super) fn hour_factor(zone_name: &str, at: Timestamp) -> f64 {
    let local = at.0 + zone(zone_name).map_or(0, |tz| offset_ms(tz, at));
    let hour = local.rem_euclid(DAY_MS) / HOUR_MS;
    HOURS[hour as usize] / 8.2
}

/// The local day of an instant.
pub(super) fn local_day(zone_name: &str, at: Timestamp) -> i64 {
    (at.0 + zone(zone_name).map_or(0, |tz| offset_ms(tz, at))).div_euclid(DAY_MS)
}

fn to_utc(zone_name: &str, local_ms: i64) -> Timestamp {
    let Some(tz) = zone(zone_name) else { return Timestamp(local_ms) };
    // Off by the change itself within an hour of a clock change; nobody's shopping depends on it.
    Timestamp(local_ms - offset_ms(tz, Timestamp(local_ms - offset_ms(tz, Timestamp(local_ms)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        for (text, expected) in [
            ("1970-01-01", (1970, 1, 1)),
            ("2024-02-29", (2024, 2, 29)),
            ("2026-12-31", (2026, 12, 31)),
            ("1969-12-31", (1969, 12, 31)),
        ] {
            assert_eq!(civil(Timestamp::parse(text).unwrap().utc_day()), expected);
        }
    }

    #[test]
    fn moments_are_on_the_local_day() {
        let day = Timestamp::parse("2026-03-28").unwrap().utc_day();
        for zone_name in ["Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin"] {
            let mut rng = Rng::new(1);
            for _ in 0..200 {
                let at = moment(zone_name, day, &mut rng);
                assert_eq!(local_day(zone_name, at), day, "{zone_name} {at}");
            }
        }
    }
}

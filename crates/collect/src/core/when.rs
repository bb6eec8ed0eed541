//! When an event happened, by Segment's rule for clocks that are wrong:
//! `timestamp = receivedAt - (sentAt - originalTimestamp)`.

use rapport_domain::Timestamp;

/// The instant an event happened. `stated` is the client's `timestamp` (or `originalTimestamp`), `sent_at` the client's
/// clock when it sent the request.
///
/// The rule is applied whatever the skew: a device whose clock stands in 1970 states both times by that clock and is
/// corrected exactly. Without `sentAt` the stated time is believed. An event never happens after it arrived: what would
/// is taken to have happened on arrival, so later stages know no future.
#[must_use]
pub fn corrected(stated: Option<Timestamp>, sent_at: Option<Timestamp>, received_at: Timestamp) -> Timestamp {
    let ts = match (stated, sent_at) {
        (None, _) => received_at,
        (Some(stated), None) => stated,
        (Some(stated), Some(sent_at)) => received_at.plus_ms(-sent_at.since_ms(stated)),
    };
    ts.clamp(Timestamp::MIN, received_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skew() {
        const DAY: i64 = 86_400_000;
        let received = 1_000 * DAY;
        for (name, stated, sent, expected) in [
            ("nothing stated", None, Some(received), received),
            ("right clock, sent at once", Some(received - 5), Some(received), received - 5),
            ("right clock, 200 ms on the way", Some(received - 205), Some(received - 200), received - 5),
            ("an hour fast, waited 10 s", Some(received + 3_590_000), Some(received + 3_600_000), received - 10_000),
            ("a day slow, waited 10 s", Some(received - DAY - 10_000), Some(received - DAY), received - 10_000),
            ("clock in 1970, waited 1 h", Some(0), Some(3_600_000), received - 3_600_000),
            ("history, no sentAt", Some(received - 700 * DAY), None, received - 700 * DAY),
            ("history with sentAt", Some(received - 700 * DAY), Some(received), received - 700 * DAY),
            ("future, no sentAt", Some(received + DAY), None, received),
            ("after it was sent", Some(received + 10), Some(received), received),
        ] {
            let ts = corrected(stated.map(Timestamp), sent.map(Timestamp), Timestamp(received));
            assert_eq!(ts.0, expected, "{name}");
        }
        let extreme = corrected(Some(Timestamp(i64::MIN)), Some(Timestamp(i64::MAX)), Timestamp(received));
        assert_eq!(extreme, Timestamp::MIN);
    }
}

//! Soft bounces one after the other: an address that takes nothing for long is as good as one that does not work.

use rapport_domain::Timestamp;
use rapport_domain::time::DAY_MS;

use crate::core::mark::Mark;

/// Messages looked at.
pub const MAX_LOOKED_AT: usize = 50;
/// A mail that did not come back within this has arrived: most servers try no longer than two days.
const QUIET_MS: i64 = 2 * DAY_MS;

/// How many of the mails that were sent to one address came back, up to the latest one that arrived. `sent` are those that left, the
/// newest first, with when they left and what became of them.
pub fn soft_in_a_row(sent: impl IntoIterator<Item = (Timestamp, Vec<Mark>)>, now: Timestamp) -> u32 {
    let mut count = 0;
    for (left_at, marks) in sent.into_iter().take(MAX_LOOKED_AT) {
        let is_seen = marks.iter().any(|mark| !matches!(mark, Mark::Bounced | Mark::Delivered | Mark::Converted));
        if is_seen {
            break;
        }
        // A server may take a mail, which providers tell as delivered, and send it back later.
        if marks.contains(&Mark::Bounced) {
            count += 1;
        } else if marks.contains(&Mark::Delivered) || now.since_ms(left_at) > QUIET_MS {
            break;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrived_ends_the_row() {
        let now = Timestamp(100 * DAY_MS);
        let sent = |days: i64, marks: &[Mark]| (now.plus_ms(-days * DAY_MS), marks.to_vec());
        let (back, fine) = ([Mark::Bounced], [Mark::Delivered]);
        for (mails, expected) in [
            (vec![], 0),
            (vec![sent(0, &back), sent(7, &back), sent(14, &back)], 3),
            (vec![sent(0, &back), sent(7, &fine), sent(14, &back)], 1),
            // Of the one just sent nothing is known yet; one of last week that is silent arrived.
            (vec![sent(1, &[]), sent(2, &back), sent(9, &back), sent(16, &[]), sent(23, &back)], 2),
            (vec![sent(0, &back), sent(3, &[Mark::Bounced, Mark::Opened])], 1),
            (vec![sent(0, &back), sent(3, &[Mark::Delivered, Mark::Bounced])], 2),
        ] {
            assert_eq!(soft_in_a_row(mails, now), expected);
        }
    }
}

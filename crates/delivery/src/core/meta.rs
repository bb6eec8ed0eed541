//! What the error codes of Meta's Cloud API mean for a WhatsApp message, by Meta's list of them ("Error codes" of the Cloud API).

use rapport_domain::SkipReason;

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// We are too fast: the channel rests.
    Throttled,
    /// Too much to this customer within a short time: this message waits, others go.
    Later,
    /// The customer stopped marketing messages of this business; what they ask for still goes.
    NoMarketing,
    /// It cannot be sent, for a reason of the closed list.
    Reason(SkipReason),
    /// Meta does not deliver this message; the number may take another one.
    Rejected,
    /// Something about the account, the token or the sender's number, which somebody can repair: it is tried again.
    Ours,
    /// It passes.
    Passing,
    /// It is none of the known ones: the status of the answer decides.
    Unknown,
}

/// The meaning of a code.
#[must_use]
pub fn meaning(code: u64) -> Meaning {
    match code {
        // Calls of the app, calls of the account, throughput, and a number restricted because people complained.
        4 | 80_007 | 130_429 | 131_048 => Meaning::Throttled,
        // The rate of one pair of business and customer.
        131_056 => Meaning::Later,
        131_050 => Meaning::NoMarketing,
        // More than 24 hours since the customer wrote.
        131_047 => Meaning::Reason(SkipReason::WindowClosed),
        // A parameter is missing or wrong, an unknown kind of message, media that cannot be fetched or stored; templates that do not
        // exist, are paused or disabled, or do not fit their parameters.
        100 | 131_008 | 131_009 | 131_051..=131_053 | 132_000..=132_999 | 135_000 => {
            Meaning::Reason(SkipReason::InvalidTemplate)
        }
        // Undeliverable: no WhatsApp there, but as well an old app or terms that were not accepted; a test number that may not write
        // there, a message to oneself, a country that is closed to the business, an experiment of Meta's, Meta's own limit of
        // marketing for each person.
        131_026 | 131_030 | 131_021 | 130_497 | 130_472 | 131_049 => Meaning::Rejected,
        // Token and permissions, a blocked or locked account, payment, certificate, a number that is not registered.
        0 | 3 | 10 | 33 | 190 | 200..=299 | 368 | 131_005 | 131_031 | 131_042 | 131_045 => Meaning::Ours,
        133_004 => Meaning::Passing,
        133_000..=133_016 => Meaning::Ours,
        // Something went wrong, a service is not there, maintenance.
        131_000 | 131_016 | 131_057 => Meaning::Passing,
        _ => Meaning::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_their_list_says() {
        use Meaning::{Later, NoMarketing, Ours, Passing, Reason, Rejected, Throttled, Unknown};
        for (codes, expected) in [
            (&[4, 80_007, 130_429, 131_048][..], Throttled),
            (&[131_056], Later),
            (&[131_050], NoMarketing),
            (&[131_047], Reason(SkipReason::WindowClosed)),
            (
                &[100, 131_008, 132_000, 132_001, 132_007, 132_012, 132_015, 132_016],
                Reason(SkipReason::InvalidTemplate),
            ),
            (&[131_026, 131_049, 130_472], Rejected),
            (&[190, 368, 131_031, 131_042, 133_010], Ours),
            (&[131_000, 131_016, 131_057, 133_004], Passing),
            (&[1, 2, 999_999], Unknown),
        ] {
            for code in codes {
                assert_eq!(meaning(*code), expected, "{code}");
            }
        }
    }
}

//! Names of events that Rapport itself gives. Past tense, Segment's semantic names where they exist.

/// An `identify` call.
pub const IDENTIFIED: &str = "Identified";
/// A `page` call.
pub const PAGE_VIEWED: &str = "Page Viewed";
/// A `screen` call.
pub const SCREEN_VIEWED: &str = "Screen Viewed";
/// A `group` call.
pub const GROUP_JOINED: &str = "Group Joined";
/// An `alias` call.
pub const ALIASED: &str = "Aliased";
/// Traits changed; properties: `changes: {trait: {from, to}}`.
pub const PROFILE_UPDATED: &str = "Profile Updated";
/// Another profile was merged into this one; properties: `from`, `by`.
pub const PROFILE_MERGED: &str = "Profile Merged";
/// A merge was undone; properties: `from`.
pub const PROFILE_UNMERGED: &str = "Profile Unmerged";
/// An identifier was not attached because it belongs to somebody else; properties: `namespace`, `reason`.
pub const IDENTIFIER_REFUSED: &str = "Identifier Refused";
/// Consent was given or withdrawn; properties: `channel`, `topic`, `granted`, `source`; `confirmed` when
/// nobody has to confirm it any more, `wording` what the customer agreed to.
pub const CONSENT_CHANGED: &str = "Consent Changed";
/// The profile entered a segment; properties: `segment`.
pub const SEGMENT_ENTERED: &str = "Segment Entered";
/// The profile left a segment; properties: `segment`.
pub const SEGMENT_EXITED: &str = "Segment Exited";
/// The other system of a segment's webhook did not take that the profile entered or left; properties: `segment`,
/// `channel`, `reason`.
pub const SEGMENT_WEBHOOK_FAILED: &str = "Segment Webhook Failed";
/// The profile was put on a list by hand; properties: `list`, `source`.
pub const LIST_ADDED: &str = "Added to List";
/// The profile was taken off a list by hand; properties: `list`, `source`.
pub const LIST_REMOVED: &str = "Removed from List";
/// A persona model found the profile's group; properties: `model`, `persona`.
pub const PERSONA_ASSIGNED: &str = "Persona Assigned";
/// A journey began; properties: `journey`, `version`, `run`.
pub const JOURNEY_ENTERED: &str = "Journey Entered";
/// A journey ended; properties: `journey`, `version`, `run`, `reason`.
pub const JOURNEY_EXITED: &str = "Journey Exited";
/// A journey's goal was reached; properties: `journey`, `version`, `run`, `step`, `group`.
pub const JOURNEY_GOAL_REACHED: &str = "Journey Goal Reached";
/// A split that is an experiment assigned an arm; properties: `experiment_id`, `variation_id`, `journey`, `step`.
pub const EXPERIMENT_VIEWED: &str = "Experiment Viewed";
/// A message was decided; properties: `message_id`, `channel`, `template`, `journey`, `step`.
pub const MESSAGE_QUEUED: &str = "Message Queued";
/// A message was accepted by the provider.
pub const MESSAGE_SENT: &str = "Message Sent";
/// A message was not sent; properties: `reason` of the closed list.
pub const MESSAGE_SKIPPED: &str = "Message Skipped";
/// A message could not be sent after every retry; properties: `reason`.
pub const MESSAGE_FAILED: &str = "Message Failed";
/// An e-mail was opened.
pub const EMAIL_OPENED: &str = "Email Opened";
/// A link in an e-mail was followed; properties: `link`.
pub const EMAIL_LINK_CLICKED: &str = "Email Link Clicked";
/// An e-mail reached the recipient's server or mailbox, by a report.
pub const EMAIL_DELIVERED: &str = "Email Delivered";
/// An e-mail came back; properties: `bounce` (`hard`, `soft`), `reason`, `status`, `detail`.
pub const EMAIL_BOUNCED: &str = "Email Bounced";
/// The customer or their provider calls an e-mail spam; properties: `feedback`.
pub const EMAIL_MARKED_AS_SPAM: &str = "Email Marked as Spam";
/// A machine answered an e-mail for the customer.
pub const EMAIL_AUTO_REPLIED: &str = "Email Auto-Replied";
/// The customer unsubscribed; properties: `channel`, `topic`.
pub const UNSUBSCRIBED: &str = "Unsubscribed";

/// What one event caused was cut, because it went on and on; properties: `after` (how many events), `by` (the names of the
/// last ones).
pub const CHAIN_CUT: &str = "Chain Cut";
/// What came for a run of a journey had no room among what it keeps for later steps; properties: `journey`, `step`, `name`
/// (`webhook`, `waited`).
pub const JOURNEY_DATA_OMITTED: &str = "Journey Data Omitted";
/// A webhook of a journey got no answer, or could not be made; properties: `journey`, `version`, `run`, `step`, `reason`.
pub const JOURNEY_WEBHOOK_FAILED: &str = "Journey Webhook Failed";

/// The events that Rapport records itself, or by the calls of SDKs.
pub const OWN: [&str; 34] = [
    IDENTIFIED,
    PAGE_VIEWED,
    SCREEN_VIEWED,
    GROUP_JOINED,
    ALIASED,
    PROFILE_UPDATED,
    PROFILE_MERGED,
    PROFILE_UNMERGED,
    IDENTIFIER_REFUSED,
    CONSENT_CHANGED,
    SEGMENT_ENTERED,
    SEGMENT_EXITED,
    SEGMENT_WEBHOOK_FAILED,
    LIST_ADDED,
    LIST_REMOVED,
    PERSONA_ASSIGNED,
    JOURNEY_ENTERED,
    JOURNEY_EXITED,
    JOURNEY_GOAL_REACHED,
    JOURNEY_DATA_OMITTED,
    JOURNEY_WEBHOOK_FAILED,
    EXPERIMENT_VIEWED,
    MESSAGE_QUEUED,
    MESSAGE_SENT,
    MESSAGE_SKIPPED,
    MESSAGE_FAILED,
    EMAIL_OPENED,
    EMAIL_LINK_CLICKED,
    EMAIL_DELIVERED,
    EMAIL_BOUNCED,
    EMAIL_MARKED_AS_SPAM,
    EMAIL_AUTO_REPLIED,
    UNSUBSCRIBED,
    CHAIN_CUT,
];

/// Whether only Rapport may record events of that name: they decide memberships, and a browser's write key is public.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    [LIST_ADDED, LIST_REMOVED, PERSONA_ASSIGNED].contains(&name)
}

/// In the place of an event's name: every event, also those that nobody did ([`is_activity`]).
pub const EVERY: &str = "*";

/// Added to the name of an event that a machine caused: a link checker, a picture proxy.
pub const BY_MACHINE: &str = " by Machine";

/// What customers did not do: calls that say who somebody is, what Rapport writes about somebody, what became of a message
/// without its reader.
const WRITTEN: [&str; 36] = [
    IDENTIFIED,
    GROUP_JOINED,
    ALIASED,
    PROFILE_UPDATED,
    PROFILE_MERGED,
    PROFILE_UNMERGED,
    IDENTIFIER_REFUSED,
    CONSENT_CHANGED,
    SEGMENT_ENTERED,
    SEGMENT_EXITED,
    SEGMENT_WEBHOOK_FAILED,
    LIST_ADDED,
    LIST_REMOVED,
    PERSONA_ASSIGNED,
    JOURNEY_ENTERED,
    JOURNEY_EXITED,
    JOURNEY_GOAL_REACHED,
    JOURNEY_DATA_OMITTED,
    JOURNEY_WEBHOOK_FAILED,
    EXPERIMENT_VIEWED,
    MESSAGE_QUEUED,
    MESSAGE_SENT,
    MESSAGE_SKIPPED,
    MESSAGE_FAILED,
    EMAIL_DELIVERED,
    EMAIL_BOUNCED,
    EMAIL_AUTO_REPLIED,
    CHAIN_CUT,
    "SMS Delivered",
    "SMS Bounced",
    "WhatsApp Delivered",
    "WhatsApp Bounced",
    "Push Notification Received",
    "Push Notification Bounced",
    "Message Delivered",
    "Message Bounced",
];

/// Whether events of that name are something a customer did, whoever recorded them: an order, a page, an opened mail. Where
/// no event is named, these are meant: what Rapport writes about somebody does not make them active.
#[must_use]
pub fn is_activity(name: &str) -> bool {
    !WRITTEN.contains(&name) && !name.ends_with(BY_MACHINE)
}

/// Whether a list of names means events of that name: no name at all means what customers did, [`EVERY`] every event.
#[must_use]
pub fn mean(list: &[String], name: &str) -> bool {
    match list {
        [] => is_activity(name),
        [every] if every == EVERY => true,
        names => names.iter().any(|n| n == name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_about_somebody_is_not_what_they_did() {
        for did in
            ["Order Completed", PAGE_VIEWED, SCREEN_VIEWED, EMAIL_OPENED, EMAIL_LINK_CLICKED, UNSUBSCRIBED, "*", ""]
        {
            assert!(is_activity(did), "{did}");
        }
        for written in [IDENTIFIED, PROFILE_MERGED, SEGMENT_ENTERED, MESSAGE_SENT, EMAIL_DELIVERED, "Message Bounced"] {
            assert!(!is_activity(written), "{written}");
        }
        assert!(!is_activity("Email Opened by Machine"));
    }

    #[test]
    fn of_each_own_event_it_is_said_whether_customers_did_it() {
        let did = [PAGE_VIEWED, SCREEN_VIEWED, EMAIL_OPENED, EMAIL_LINK_CLICKED, EMAIL_MARKED_AS_SPAM, UNSUBSCRIBED];
        for name in OWN {
            assert_eq!(is_activity(name), did.contains(&name), "{name}");
        }
    }

    #[test]
    fn lists_mean_names_or_what_was_done_or_everything() {
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        for (names, event, expected) in [
            (&[][..], "Order Completed", true),
            (&[], MESSAGE_SENT, false),
            (&["*"], MESSAGE_SENT, true),
            (&["*"], "Order Completed", true),
            (&[MESSAGE_SENT], MESSAGE_SENT, true),
            (&[MESSAGE_SENT, "Order Completed"], "Order Completed", true),
            (&["Order Completed"], "Page Viewed", false),
        ] {
            assert_eq!(mean(&list(names), event), expected, "{names:?} {event}");
        }
    }
}

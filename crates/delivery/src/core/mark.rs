//! What becomes of a message after it left: the marks on its timeline, and the events that tell of them.

use rapport_domain::MessageChannel;
use rapport_domain::event::names;

/// One mark. Each is kept once for a message, with the time it was first made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// It reached the device or mailbox.
    Delivered,
    /// It was seen.
    Opened,
    /// A link or button in it was used.
    Clicked,
    /// It was closed.
    Dismissed,
    /// The customer answered it.
    Replied,
    /// It could not be delivered after all.
    Bounced,
    /// It was called spam.
    Complained,
    /// The customer did what the journey is for.
    Converted,
}

/// What the events that make marks are about.
const SUBJECTS: [&str; 11] = [
    "Email",
    "Email Link",
    "SMS",
    "SMS Link",
    "Push Notification",
    "WhatsApp",
    "Telegram",
    "In-App Message",
    "Message",
    "Link",
    "Call",
];
/// What they say became of it.
const VERBS: [&str; 11] = [
    "Delivered",
    "Opened",
    "Read",
    "Displayed",
    "Clicked",
    "Tapped",
    "Dismissed",
    "Replied",
    "Received",
    "Answered",
    "Bounced",
];

impl Mark {
    /// Every mark.
    pub const ALL: [Mark; 8] = [
        Self::Delivered,
        Self::Opened,
        Self::Clicked,
        Self::Dismissed,
        Self::Replied,
        Self::Bounced,
        Self::Complained,
        Self::Converted,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Dismissed => "dismissed",
            Self::Replied => "replied",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Converted => "converted",
        }
    }

    /// The mark of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == name)
    }

    /// The mark an event of that name makes on the message it names; events of all channels.
    #[must_use]
    pub fn of_event(name: &str) -> Option<Self> {
        if name == "Goal Reached" || name == "Journey Goal Reached" {
            return Some(Self::Converted);
        }
        if name == "Email Marked as Spam" {
            return Some(Self::Complained);
        }
        let (subject, verb) = name.rsplit_once(' ')?;
        if !SUBJECTS.contains(&subject) {
            return None;
        }
        Some(match (subject, verb) {
            ("Push Notification", "Received") | (_, "Delivered") => Self::Delivered,
            (_, "Opened" | "Read" | "Displayed") => Self::Opened,
            (_, "Clicked" | "Tapped") => Self::Clicked,
            (_, "Dismissed") => Self::Dismissed,
            (_, "Replied" | "Received" | "Answered") => Self::Replied,
            (_, "Bounced") => Self::Bounced,
            _ => return None,
        })
    }

    /// The names of all events whose mark `is` one that is asked for, but for complaints and goals.
    pub fn events(is: impl Fn(Self) -> bool) -> impl Iterator<Item = String> {
        let names = SUBJECTS.iter().flat_map(|subject| VERBS.iter().map(move |verb| format!("{subject} {verb}")));
        names.filter(move |name| Self::of_event(name).is_some_and(&is))
    }

    /// The event that tells of the mark, by the channel (Segment's semantic names where they exist).
    #[must_use]
    pub fn event_name(self, channel: MessageChannel) -> &'static str {
        use MessageChannel as C;
        match (channel, self) {
            (_, Self::Complained) => "Email Marked as Spam",
            (_, Self::Converted) => "Goal Reached",
            (C::Email, Self::Delivered) => "Email Delivered",
            (C::Email, Self::Opened) => "Email Opened",
            (C::Email, Self::Clicked) => "Email Link Clicked",
            (C::Email, Self::Bounced) => "Email Bounced",
            (C::Sms, Self::Delivered) => "SMS Delivered",
            (C::Sms, Self::Clicked) => "SMS Link Clicked",
            (C::Sms, Self::Bounced) => "SMS Bounced",
            (C::Sms, Self::Replied) => "SMS Received",
            (C::WhatsApp, Self::Delivered) => "WhatsApp Delivered",
            (C::WhatsApp, Self::Opened) => "WhatsApp Read",
            (C::WhatsApp, Self::Bounced) => "WhatsApp Bounced",
            (C::WhatsApp, Self::Replied) => "WhatsApp Received",
            (C::Telegram, Self::Replied) => "Telegram Received",
            (C::WebPush | C::Push, Self::Delivered) => "Push Notification Received",
            (C::WebPush | C::Push, Self::Clicked) => "Push Notification Tapped",
            (C::WebPush | C::Push, Self::Dismissed) => "Push Notification Dismissed",
            (C::WebPush | C::Push, Self::Bounced) => "Push Notification Bounced",
            (C::InApp, Self::Opened) => "In-App Message Displayed",
            (C::InApp, Self::Clicked) => "In-App Message Clicked",
            (C::InApp, Self::Dismissed) => "In-App Message Dismissed",
            (C::Voice, Self::Replied) => "Call Answered",
            (_, Self::Delivered) => "Message Delivered",
            (_, Self::Opened) => "Message Opened",
            (_, Self::Clicked) => "Link Clicked",
            (_, Self::Dismissed) => "Message Dismissed",
            (_, Self::Replied) => "Message Replied",
            (_, Self::Bounced) => "Message Bounced",
        }
    }
}

/// The name of an event that a machine caused: a link checker, a picture proxy. It is another event than a person's, so
/// that whatever counts opens and clicks (marks, rules, reports, winners, who is written to again) counts people.
#[must_use]
pub fn by_machine(name: &str) -> String {
    format!("{name}{}", names::BY_MACHINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_marks_are_each_others() {
        for channel in MessageChannel::ALL {
            for mark in Mark::ALL {
                let name = mark.event_name(channel);
                assert_eq!(Mark::of_event(name), Some(mark), "{name}");
                assert_eq!(Mark::of_event(&by_machine(name)), None, "{name}");
                // What became of a message without its reader is nothing that the customer did.
                let by_itself = matches!(mark, Mark::Delivered | Mark::Bounced);
                assert_eq!(names::is_activity(name), !by_itself, "{name}");
                assert!(!names::is_activity(&by_machine(name)), "{name}");
            }
        }
        for mark in Mark::ALL {
            assert_eq!(Mark::parse(mark.as_str()), Some(mark));
            let all: Vec<String> = Mark::events(|m| m == mark).collect();
            let of_channels = MessageChannel::ALL.map(|channel| mark.event_name(channel));
            let is_listed = of_channels.iter().all(|name| all.iter().any(|listed| listed == name));
            assert_eq!(is_listed, !matches!(mark, Mark::Complained | Mark::Converted), "{mark:?}: {all:?}");
        }
        for other in ["Order Delivered", "Email Subscribed", "Product Clicked", "", "Message Sent", "SMS"] {
            assert_eq!(Mark::of_event(other), None, "{other}");
        }
    }
}

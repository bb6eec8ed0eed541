//! What customer-facing pages say, in the customer's language.

use crate::core::locale::chain;

/// Languages of an `Accept-Language` field looked at, at most.
const MAX_ACCEPTED: usize = 32;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// The language of a locale such as `de-AT`; `None` when the pages do not speak it.
    #[must_use]
    pub fn of(locale: &str) -> Option<Self> {
        match chain(locale).pop()?.as_str() {
            "de" => Some(Self::De),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The best of an `Accept-Language` field (RFC 9110 section 12.5.4) that the pages speak: `fr, de;q=0.8` gives German.
    #[must_use]
    pub fn accepted(field: &str) -> Option<Self> {
        let mut best = None;
        for item in field.split(',').take(MAX_ACCEPTED) {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = match parameters.trim().strip_prefix("q=") {
                Some(q) => q.trim().parse::<f64>().unwrap_or(0.0),
                None => 1.0,
            };
            let Some(language) = Self::of(tag).filter(|_| weight > 0.0) else { continue };
            if best.is_none_or(|(_, most)| weight > most) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The words of the pages.
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::De => &DE,
        }
    }
}

/// The words of the pages.
pub(super) struct Words {
    /// Of a link that was not made here.
    pub(super) invalid_title: &'static str,
    pub(super) invalid: &'static str,
    pub(super) unsubscribe_title: &'static str,
    /// Of the button.
    pub(super) unsubscribe: &'static str,
    pub(super) unsubscribed_title: &'static str,
    pub(super) unsubscribed: &'static str,
    pub(super) title: &'static str,
    pub(super) saved: &'static str,
    pub(super) no_topics: &'static str,
    pub(super) topics: &'static str,
    pub(super) channels: &'static str,
    pub(super) often: &'static str,
    pub(super) pause: &'static str,
    pub(super) paused_until: &'static str,
    /// Of a topic that waits to be confirmed.
    pub(super) pending: &'static str,
    pub(super) save: &'static str,
    pub(super) none: &'static str,
    /// As it comes, daily, weekly, monthly.
    pub(super) frequencies: [&'static str; 4],
    /// No pause, a week, a month, three months.
    pub(super) pauses: [&'static str; 4],
}

const EN: Words = Words {
    invalid_title: "This link does not work",
    invalid: "It may have been cut off or changed on its way. Please use the link in the original message, or answer that \
              message and ask.",
    unsubscribe_title: "Unsubscribe?",
    unsubscribe: "Unsubscribe",
    unsubscribed_title: "Unsubscribed",
    unsubscribed: "You are unsubscribed. It takes effect at once; a message that is already on its way may still arrive.",
    title: "Your preferences",
    saved: "Your choice is saved.",
    no_topics: "There are no topics to choose from.",
    topics: "What would you like to get from us?",
    channels: "How may we write to you?",
    often: "How often?",
    pause: "Take a pause",
    paused_until: "You get nothing until",
    pending: "Please confirm this by the link we sent you.",
    save: "Save",
    none: "Unsubscribe from everything",
    frequencies: ["As it comes", "At most one a day", "At most one a week", "At most one a month"],
    pauses: ["No pause", "For a week", "For a month", "For three months"],
};

const DE: Words = Words {
    invalid_title: "Dieser Link funktioniert nicht",
    invalid: "Vielleicht wurde er unterwegs abgeschnitten oder verändert. Bitte verwenden Sie den Link in der ursprünglichen \
              Nachricht, oder antworten Sie auf sie und fragen Sie uns.",
    unsubscribe_title: "Abbestellen?",
    unsubscribe: "Abbestellen",
    unsubscribed_title: "Abbestellt",
    unsubscribed: "Sie haben sich abgemeldet. Das gilt sofort; eine Nachricht, die schon unterwegs ist, kann noch ankommen.",
    title: "Ihre Einstellungen",
    saved: "Ihre Auswahl ist gespeichert.",
    no_topics: "Es gibt keine Themen zur Auswahl.",
    topics: "Was möchten Sie von uns erhalten?",
    channels: "Wie dürfen wir Ihnen schreiben?",
    often: "Wie oft?",
    pause: "Eine Pause machen",
    paused_until: "Sie erhalten nichts bis",
    pending: "Bitte bestätigen Sie das über den Link, den wir Ihnen geschickt haben.",
    save: "Speichern",
    none: "Alles abbestellen",
    frequencies: [
        "Wie es kommt",
        "Höchstens einmal am Tag",
        "Höchstens einmal in der Woche",
        "Höchstens einmal im Monat",
    ],
    pauses: ["Keine Pause", "Für eine Woche", "Für einen Monat", "Für drei Monate"],
};

/// What the choices of frequency are called in forms and in the customer's wish.
pub(super) const FREQUENCIES: [&str; 4] = ["any", "daily", "weekly", "monthly"];
/// The pauses in days.
pub(super) const PAUSES: [i64; 4] = [0, 7, 30, 90];

/// A channel's name.
pub(super) fn channel(language: Language, name: &str) -> &str {
    match (language, name) {
        (Language::En, "email") => "e-mail",
        (Language::De, "email") => "E-Mail",
        (Language::En, "sms") => "text message",
        (Language::De, "sms") => "SMS",
        (Language::En, "webpush") => "notifications of the browser",
        (Language::De, "webpush") => "Mitteilungen im Browser",
        (Language::En, "push") => "notifications of the app",
        (Language::De, "push") => "Mitteilungen der App",
        (_, "whatsapp") => "WhatsApp",
        (_, "telegram") => "Telegram",
        (Language::En, "voice") => "telephone",
        (Language::De, "voice") => "Telefon",
        (_, other) => other,
    }
}

/// What leaving a topic or a whole channel means.
pub(super) fn leaving(language: Language, by: &str, topic: Option<&str>) -> String {
    let by = channel(language, by);
    match (language, topic) {
        (Language::En, Some(topic)) => format!("You will not get “{topic}” by {by} any more."),
        (Language::En, None) => format!("You will not get any messages from us by {by} any more."),
        (Language::De, Some(topic)) => format!("Sie erhalten „{topic}“ dann nicht mehr ({by})."),
        (Language::De, None) => format!("Sie erhalten dann keine Nachrichten mehr von uns ({by})."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_best_language_that_is_spoken_here() {
        for (field, expected) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::De)),
            ("en-US,en;q=0.9,de;q=0.8", Some(Language::En)),
            ("fr, de;q=0.8, en;q=0.3", Some(Language::De)),
            ("en;q=0.2, de; q=0.7", Some(Language::De)),
            ("de;q=0, en;q=0.1", Some(Language::En)),
            ("de;q=x", None),
            ("fr-CH, *;q=0.5", None),
            ("", None),
            ("<script>", None),
        ] {
            assert_eq!(Language::accepted(field), expected, "{field}");
        }
        assert_eq!(
            (Language::of("de_AT.UTF-8"), Language::of("den"), Language::of("EN")),
            (Some(Language::De), None, Some(Language::En))
        );
    }
}

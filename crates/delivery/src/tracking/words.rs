//! What customer-facing pages say, in the customer's language.

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
    /// The language of a locale such as `de-AT`; English when it is not known here.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let code = locale.split(['-', '_']).next().unwrap_or_default();
        if code.eq_ignore_ascii_case("de") { Self::De } else { Self::En }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The words of the preference page.
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::De => &DE,
        }
    }
}

/// The words of the preference page.
pub(super) struct Words {
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

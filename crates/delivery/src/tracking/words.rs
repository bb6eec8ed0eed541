//! What customer-facing pages say, in the customer's language. English and German are built in; the workspace's settings may say any
//! of it otherwise, and in any other language.

use std::collections::BTreeMap;

use crate::content::escape_html;
use crate::core::locale::chain;

/// Languages of an `Accept-Language` field looked at, at most.
const MAX_ACCEPTED: usize = 32;

/// Words of a workspace's own: by language tag in lower case, then by the text's name.
pub type OwnWords = BTreeMap<String, BTreeMap<String, String>>;

/// A text's name, and what it is in English and in German. `{…}` stands for a value.
type Text = (&'static str, &'static str, &'static str);

/// Every text of the pages.
pub const TEXTS: &[Text] = &[
    ("invalid_title", "This link does not work", "Dieser Link funktioniert nicht"),
    (
        "invalid",
        "It may have been cut off or changed on its way. Please use the link in the original message, or answer that message and ask.",
        "Vielleicht wurde er unterwegs abgeschnitten oder verändert. Bitte verwenden Sie den Link in der ursprünglichen Nachricht, oder antworten Sie auf sie und fragen Sie uns.",
    ),
    ("not_kept_title", "This message is not here any more", "Diese Nachricht ist nicht mehr hier"),
    (
        "not_kept",
        "Messages can be looked at here for some time only.",
        "Nachrichten können hier nur einige Zeit lang angesehen werden.",
    ),
    ("unsubscribe_title", "Unsubscribe?", "Abbestellen?"),
    ("unsubscribe", "Unsubscribe", "Abbestellen"),
    (
        "leave_topic",
        "You will not get “{topic}” by {channel} any more.",
        "Sie erhalten „{topic}“ dann nicht mehr ({channel}).",
    ),
    (
        "leave_channel",
        "You will not get any messages from us by {channel} any more.",
        "Sie erhalten dann keine Nachrichten mehr von uns ({channel}).",
    ),
    ("unsubscribed_title", "Unsubscribed", "Abbestellt"),
    (
        "unsubscribed",
        "You are unsubscribed. It takes effect at once; a message that is already on its way may still arrive.",
        "Sie haben sich abgemeldet. Das gilt sofort; eine Nachricht, die schon unterwegs ist, kann noch ankommen.",
    ),
    ("preferences_title", "Your preferences", "Ihre Einstellungen"),
    ("saved", "Your choice is saved.", "Ihre Auswahl ist gespeichert."),
    ("no_topics", "There are no topics to choose from.", "Es gibt keine Themen zur Auswahl."),
    ("topics", "What would you like to get from us?", "Was möchten Sie von uns erhalten?"),
    ("channels", "How may we write to you?", "Wie dürfen wir Ihnen schreiben?"),
    ("often", "How often?", "Wie oft?"),
    ("often_any", "As it comes", "Wie es kommt"),
    ("often_daily", "At most one a day", "Höchstens einmal am Tag"),
    ("often_weekly", "At most one a week", "Höchstens einmal in der Woche"),
    ("often_monthly", "At most one a month", "Höchstens einmal im Monat"),
    ("pause", "Take a pause", "Eine Pause machen"),
    ("pause_0", "No pause", "Keine Pause"),
    ("pause_7", "For a week", "Für eine Woche"),
    ("pause_30", "For a month", "Für einen Monat"),
    ("pause_90", "For three months", "Für drei Monate"),
    ("paused_until", "You get nothing until {day}.", "Sie erhalten nichts bis {day}."),
    (
        "pending",
        "Please confirm this by the link we sent you.",
        "Bitte bestätigen Sie das über den Link, den wir Ihnen geschickt haben.",
    ),
    ("save", "Save", "Speichern"),
    ("leave_all", "Unsubscribe from everything", "Alles abbestellen"),
    ("confirm_title", "Confirm your subscription", "Bestätigen Sie Ihre Anmeldung"),
    ("confirm_topic", "You asked for “{topic}” by {channel}.", "Sie möchten „{topic}“ erhalten ({channel})."),
    (
        "confirm_channel",
        "You asked for messages from {company} by {channel}.",
        "Sie möchten Nachrichten von {company} erhalten ({channel}).",
    ),
    ("confirm", "Confirm", "Bestätigen"),
    ("confirmed_title", "Your subscription is confirmed", "Ihre Anmeldung ist bestätigt"),
    (
        "confirmed",
        "Thank you. You can leave at any time by the link in each message.",
        "Vielen Dank. Sie können sich jederzeit über den Link in jeder Nachricht abmelden.",
    ),
    ("confirm_over_title", "This link does not confirm any more", "Dieser Link bestätigt nichts mehr"),
    (
        "confirm_over",
        "Its time is over, or the subscription was withdrawn. Subscribe again, and you get a new link.",
        "Die Frist ist abgelaufen, oder die Anmeldung wurde zurückgezogen. Melden Sie sich erneut an, dann erhalten Sie einen neuen Link.",
    ),
    ("email", "e-mail", "E-Mail"),
    ("sms", "text message", "SMS"),
    ("webpush", "notifications of the browser", "Mitteilungen im Browser"),
    ("push", "notifications of the app", "Mitteilungen der App"),
    ("whatsapp", "WhatsApp", "WhatsApp"),
    ("telegram", "Telegram", "Telegram"),
    ("voice", "telephone", "Telefon"),
];

/// The words of the pages in one language. The default is English as it is built in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The language tag, in lower case; empty for English.
    tag: String,
    /// What the workspace says itself.
    own: BTreeMap<String, String>,
}

impl Words {
    /// The words of the first of these locales that is spoken: by the workspace's own words, or built in. Of `de-AT` those of
    /// `de-at` come before those of `de`, and what neither says is as it is built in: in German for German, else in English.
    #[must_use]
    pub fn of<'a>(own: &OwnWords, locales: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        locales.into_iter().find_map(|locale| {
            let tags = chain(locale);
            let is_spoken = |tag: &&String| own.contains_key(*tag) || matches!(tag.as_str(), "en" | "de");
            let tag = tags.iter().find(is_spoken)?.clone();
            let mut words = BTreeMap::new();
            for said in tags.iter().rev().filter_map(|tag| own.get(tag)) {
                words.extend(said.clone());
            }
            Some(Words { tag, own: words })
        })
    }

    /// The language tag, for `lang`.
    #[must_use]
    pub fn tag(&self) -> &str {
        if self.tag.is_empty() { "en" } else { &self.tag }
    }

    /// A text with its values; nothing for a name that is not in [`TEXTS`].
    pub(super) fn filled(&self, name: &str, values: &[(&str, &str)]) -> String {
        let is_german = self.tag == "de" || self.tag.starts_with("de-");
        let built_in = || {
            let found = TEXTS.iter().find(|(known, ..)| *known == name);
            found.map_or("", |(_, english, german)| if is_german { german } else { english })
        };
        let mut rest = self.own.get(name).map_or_else(built_in, String::as_str);
        let mut out = String::with_capacity(rest.len());
        // Value by value, so that nothing within a value is filled again.
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let value = from[1..].split_once('}').and_then(|(key, after)| {
                values.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value, after))
            });
            (rest, out) = match value {
                Some((value, after)) => (after, out + value),
                None => (&from[1..], out + "{"),
            };
        }
        out + rest
    }

    /// A text as HTML.
    pub(super) fn html(&self, name: &str) -> String {
        escape_html(&self.filled(name, &[]))
    }

    /// A channel's name; its id where there is none.
    pub(super) fn channel(&self, name: &str) -> String {
        let known = self.filled(name, &[]);
        if known.is_empty() { name.to_owned() } else { known }
    }
}

/// The language tags of an `Accept-Language` field (RFC 9110 section 12.5.4), the best first: `fr;q=0.5, de` gives `de`, `fr`.
#[must_use]
pub fn accepted(field: &str) -> Vec<String> {
    let mut found = Vec::new();
    for item in field.split(',').take(MAX_ACCEPTED) {
        let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
        let weight = match parameters.trim().strip_prefix("q=") {
            Some(q) => q.trim().parse::<f64>().unwrap_or(0.0),
            None => 1.0,
        };
        if weight > 0.0 {
            found.push((tag.trim().to_owned(), weight));
        }
    }
    // Stable: of equal ones the first stays first.
    found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    found.into_iter().map(|(tag, _)| tag).collect()
}

/// What the choices of frequency are called in forms and in the customer's wish.
pub(super) const FREQUENCIES: [&str; 4] = ["any", "daily", "weekly", "monthly"];
/// The pauses in days.
pub(super) const PAUSES: [i64; 4] = [0, 7, 30, 90];

#[cfg(test)]
mod tests {
    use super::*;

    fn own(of: &[(&str, &[(&str, &str)])]) -> OwnWords {
        let texts = |said: &[(&str, &str)]| said.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        of.iter().map(|(tag, said)| ((*tag).to_owned(), texts(said))).collect()
    }

    #[test]
    fn the_browsers_best_language_that_is_spoken_here() {
        let french = own(&[("fr", &[("save", "Enregistrer")])]);
        for (field, built_in, with_french) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some("de"), Some("de")),
            ("en-US,en;q=0.9,de;q=0.8", Some("en"), Some("en")),
            ("fr, de;q=0.8, en;q=0.3", Some("de"), Some("fr")),
            ("en;q=0.2, de; q=0.7", Some("de"), Some("de")),
            ("de;q=0, en;q=0.1", Some("en"), Some("en")),
            ("de;q=x", None, None),
            ("fr-CH, *;q=0.5", None, Some("fr")),
            ("", None, None),
            ("<script>", None, None),
        ] {
            for (own, expected) in [(&OwnWords::new(), built_in), (&french, with_french)] {
                let words = Words::of(own, accepted(field).iter().map(String::as_str));
                assert_eq!(words.as_ref().map(Words::tag), expected, "{field}");
            }
        }
        let of = |locale| Words::of(&OwnWords::new(), [locale]).map(|w| w.tag().to_owned());
        assert_eq!((of("de_AT.UTF-8").as_deref(), of("den"), of("EN").as_deref()), (Some("de"), None, Some("en")));
    }

    #[test]
    fn own_words_come_first_and_the_rest_is_built_in() {
        let own = own(&[
            ("fr", &[("save", "Enregistrer"), ("leave_topic", "Plus de « {topic} » {par} {channel}.")]),
            ("de", &[("save", "Übernehmen"), ("often", "Wie häufig?")]),
            ("de-at", &[("save", "Speichern, bitte")]),
        ]);
        let words = |locale| Words::of(&own, [locale]).unwrap();
        let said = |locale, name| words(locale).filled(name, &[]);
        assert_eq!((said("fr-CA", "save"), said("fr", "pause")), ("Enregistrer".into(), "Take a pause".into()));
        assert_eq!((said("de-CH", "save"), said("de", "pause")), ("Übernehmen".into(), "Eine Pause machen".into()));
        assert_eq!(
            (said("de-AT", "save"), said("de-AT", "often"), said("de-AT", "pause")),
            ("Speichern, bitte".into(), "Wie häufig?".into(), "Eine Pause machen".into())
        );
        assert_eq!((words("fr-CA").tag(), words("de-AT").tag(), words("en-GB").tag()), ("fr", "de-at", "en"));
        let values = [("topic", "{channel} <b>"), ("channel", "SMS")];
        assert_eq!(words("fr").filled("leave_topic", &values), "Plus de « {channel} <b> » {par} SMS.");
        assert_eq!((said("fr", "nothing"), words("fr").channel("pigeon")), (String::new(), "pigeon".into()));
    }

    #[test]
    fn names_are_each_one_and_values_are_the_same_in_both() {
        let holes = |text: &str| {
            let mut found: Vec<String> = rapport_domain::holes(text).map(str::to_owned).collect();
            found.sort();
            found
        };
        for (at, (name, english, german)) in TEXTS.iter().enumerate() {
            assert_eq!(TEXTS.iter().position(|(known, ..)| known == name), Some(at), "{name}");
            assert_eq!(holes(english), holes(german), "{name}");
        }
        for (prefix, values) in [("often_", FREQUENCIES.map(str::to_owned)), ("pause_", PAUSES.map(|d| d.to_string()))]
        {
            for value in values {
                assert!(TEXTS.iter().any(|(name, ..)| *name == format!("{prefix}{value}")), "{prefix}{value}");
            }
        }
    }
}

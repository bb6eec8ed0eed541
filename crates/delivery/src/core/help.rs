//! What HELP by text message is answered with, in the customer's language.

use super::locale::chain;

/// Each language with its word for help and what is answered.
const ANSWERS: [(&str, &str, &str); 7] = [
    ("en", "help", "reply STOP to get no more messages, START to get them again."),
    ("de", "hilfe", "Mit der Antwort STOPP bekommen Sie keine Nachrichten mehr, mit START wieder welche."),
    ("fr", "aide", "répondez STOP pour ne plus recevoir de messages, START pour en recevoir à nouveau."),
    ("es", "ayuda", "responda BAJA para no recibir más mensajes, ALTA para recibirlos de nuevo."),
    ("it", "aiuto", "rispondi STOP per non ricevere più messaggi, START per riceverli di nuovo."),
    ("pt", "ajuda", "responda SAIR para não receber mais mensagens, START para voltar a recebê-las."),
    ("nl", "hulp", "antwoord STOP om geen berichten meer te krijgen, START om ze weer te krijgen."),
];

/// The answer to `text`, a word for help: in the language of the word, else, as everybody knows the English one, in the
/// first of the customer's `locales` that is known here, else in English.
#[must_use]
pub fn answer<'a>(text: &str, locales: impl IntoIterator<Item = &'a str>, company: &str) -> String {
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let of_word = ANSWERS[1..].iter().find(|(_, w, _)| *w == word);
    let of_locale = || {
        let tags = locales.into_iter().flat_map(chain).map(|tag| tag.to_lowercase()).collect::<Vec<_>>();
        tags.iter().find_map(|tag| ANSWERS.iter().find(|(language, ..)| language == tag))
    };
    let (.., sentence) = of_word.or_else(of_locale).unwrap_or(&ANSWERS[0]);
    let company = company.trim();
    if company.is_empty() { (*sentence).to_owned() } else { format!("{company}: {sentence}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::sms::{Keyword, keyword};

    #[test]
    fn in_the_language_of_the_word_or_of_the_customer() {
        for (text, locales, part) in [
            ("HELP", vec![], "reply STOP"),
            ("Hilfe!", vec!["en"], "STOPP"),
            ("help", vec!["de-AT", "fr"], "STOPP"),
            ("info", vec!["tlh", "fr_CA"], "répondez STOP"),
            ("info", vec!["tlh"], "reply STOP"),
            ("aide", vec![], "répondez"),
        ] {
            let said = answer(text, locales.iter().copied(), "Shop");
            assert!(said.starts_with("Shop: ") && said.contains(part), "{text} {locales:?}: {said}");
        }
        assert!(answer("help", [], " ").starts_with("reply"));
    }

    #[test]
    fn what_it_names_is_understood() {
        for (language, word, sentence) in ANSWERS {
            assert_eq!(keyword(word), Some(Keyword::Help), "{language}");
            let named: Vec<_> = sentence
                .split(|c: char| !c.is_alphanumeric())
                .filter(|w| w.len() > 2 && w.chars().all(char::is_uppercase))
                .map(keyword)
                .collect();
            assert_eq!(named, [Some(Keyword::Stop), Some(Keyword::Start)], "{language}");
        }
    }
}

//! How many segments a text message takes and what it costs: GSM 03.38 when every character is in its alphabet, else UCS-2.

/// The basic alphabet of GSM 03.38 (3GPP TS 23.038 section 6.2.1); a character is one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: two septets.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character.
    Gsm7,
    /// Sixteen bits a character.
    Ucs2,
}

/// What a text comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    /// How it is encoded.
    pub encoding: Encoding,
    /// Septets (GSM) or 16-bit units (UCS-2).
    pub units: usize,
    /// Messages that are paid for.
    pub segments: usize,
    /// Units that fit into the last segment still.
    pub left: usize,
    /// Characters that are not in the GSM alphabet, each once: what makes the message dearer.
    pub foreign: Vec<char>,
}

fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENDED.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// Counts. A character is never split between two segments (nor a surrogate pair, nor an extended character), as senders must
/// not.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let mut foreign: Vec<char> = Vec::new();
    for c in text.chars().filter(|c| septets(*c).is_none()) {
        if !foreign.contains(&c) && foreign.len() < 50 {
            foreign.push(c);
        }
    }
    let encoding = if foreign.is_empty() { Encoding::Gsm7 } else { Encoding::Ucs2 };
    let size = |c: char| match encoding {
        Encoding::Gsm7 => septets(c).unwrap_or(1),
        Encoding::Ucs2 => c.len_utf16(),
    };
    // Several segments leave room for the header that joins them (3GPP TS 23.040 section 9.2.3.24.1).
    let (single, each) = if encoding == Encoding::Gsm7 { (160, 153) } else { (70, 67) };
    let units: usize = text.chars().map(size).sum();
    if units <= single {
        return Segments { encoding, units, segments: 1, left: single - units, foreign };
    }
    let (mut count, mut used) = (1, 0);
    for c in text.chars() {
        let size = size(c);
        if used + size > each {
            count += 1;
            used = 0;
        }
        used += size;
    }
    Segments { encoding, units, segments: count, left: each - used, foreign }
}

/// What somebody's text to us means, when it is one word that carriers and laws give a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// Who is this?
    Help,
}

const STOP: &[&str] = &[
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "revoke", // English, by the CTIA's list
    "stopp",
    "abmelden",
    "abbestellen",
    "austragen",
    "kündigen",
    "ende", // German
    "arret",
    "arrêt",
    "arreter",
    "arrêter",
    "desabonner",
    "désabonner",
    "fin", // French
    "baja",
    "parar",
    "alto",
    "cancelar",
    "detener", // Spanish
    "annulla",
    "ferma",
    "disiscrivi", // Italian
    "sair",
    "descadastrar", // Portuguese
    "afmelden",
    "stoppen", // Dutch
];
const START: &[&str] =
    &["start", "unstop", "subscribe", "optin", "anmelden", "reprendre", "alta", "iniciar", "aanmelden", "inizia"];
const HELP: &[&str] = &["help", "info", "hilfe", "aide", "ayuda", "aiuto", "ajuda", "hulp"];

/// The keyword a text is, if it is nothing else: `Stop.`, ` STOP ALL `; a sentence with such a word in it is a reply.
#[must_use]
pub fn keyword(text: &str) -> Option<Keyword> {
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let is = |list: &[&str]| list.contains(&word.as_str());
    if is(STOP) {
        Some(Keyword::Stop)
    } else if is(START) {
        Some(Keyword::Start)
    } else if is(HELP) {
        Some(Keyword::Help)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: (Encoding, usize, usize, usize)) {
        let s = segments(text);
        assert_eq!((s.encoding, s.units, s.segments, s.left), expected, "{} chars", text.chars().count());
    }

    #[test]
    fn counts_as_carriers_do() {
        use Encoding::{Gsm7, Ucs2};
        check("", (Gsm7, 0, 1, 160));
        check(&"a".repeat(160), (Gsm7, 160, 1, 0));
        check(&"a".repeat(161), (Gsm7, 161, 2, 145));
        check(&"a".repeat(306), (Gsm7, 306, 2, 0));
        check(&"a".repeat(307), (Gsm7, 307, 3, 152));
        check(&"€".repeat(80), (Gsm7, 160, 1, 0));
        // The 153rd septet of the first segment cannot hold half of an extended character.
        check(&format!("{}€{}", "a".repeat(152), "a".repeat(20)), (Gsm7, 174, 2, 131));
        check("Größe für 5 € – jetzt", (Ucs2, 21, 1, 49));
        check(&"–".repeat(70), (Ucs2, 70, 1, 0));
        check(&"–".repeat(71), (Ucs2, 71, 2, 63));
        check("😀", (Ucs2, 2, 1, 68));
        // A surrogate pair is not split: 66 units, then the pair goes to the second segment.
        check(&format!("{}😀{}", "–".repeat(66), "–".repeat(10)), (Ucs2, 78, 2, 55));
        assert_eq!(segments("a–b–c😀").foreign, ['–', '😀']);
        assert!(segments("Äöü ß ñ @ {}").foreign.is_empty());
    }

    #[test]
    fn keywords_in_several_languages() {
        for text in ["STOP", " stop. ", "Stop all", "ABMELDEN!", "arrêt", "Baja", "Unsubscribe", "opt-out"] {
            assert_eq!(keyword(text), Some(Keyword::Stop), "{text}");
        }
        assert_eq!(keyword("Start"), Some(Keyword::Start));
        assert_eq!(keyword("hilfe?"), Some(Keyword::Help));
        for text in ["please stop writing", "1", "stop it", "", "👍", "nonstop"] {
            assert_eq!(keyword(text), None, "{text}");
        }
    }
}

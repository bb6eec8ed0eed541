//! Words that hurt a mail.

/// Phrases that content filters commonly count against a mail, lower case.
pub(super) const SPAM: &[&str] = &[
    "100% free",
    "act now",
    "be your own boss",
    "buy direct",
    "cash bonus",
    "click below",
    "click here",
    "congratulations you won",
    "double your",
    "earn extra cash",
    "earn money",
    "fast cash",
    "free access",
    "free gift",
    "free money",
    "get rich",
    "guaranteed winner",
    "lose weight",
    "lowest price ever",
    "make money",
    "miracle",
    "money back guarantee",
    "no catch",
    "no obligation",
    "no strings attached",
    "once in a lifetime",
    "order now",
    "risk free",
    "this is not spam",
    "urgent response",
    "winner!",
    "work from home",
    "you have been selected",
    "you won",
    "gratis geld",
    "jetzt zugreifen",
    "sie haben gewonnen",
    "schnell reich",
];

/// Which of the phrases stand in a lower-case text as words of their own.
pub(super) fn found<'p>(text: &str, phrases: impl Iterator<Item = &'p str>) -> impl Iterator<Item = &'p str> {
    phrases.filter(move |phrase| {
        let lower = phrase.trim().to_lowercase();
        if lower.is_empty() {
            return false;
        }
        text.match_indices(&lower).any(|(at, found)| {
            let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let after = text[at + found.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            before && after
        })
    })
}

/// Whether a line is mostly capitals, or ends in a row of exclamation marks.
pub(super) fn shouts(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = line.chars().filter(|c| c.is_uppercase()).count();
    (letters >= 8 && capitals * 10 > letters * 7) || line.contains("!!") || line.contains("$$")
}

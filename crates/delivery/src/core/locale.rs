//! Which language a customer gets: language tags (RFC 5646) from the exact one to the plain language.

/// The tags to look for, the best first, in lower case: `de-Latn-AT` gives `de-latn-at`, `de-latn`, `de`. Underscores count
/// as hyphens; what follows a dot (`de_AT.UTF-8`) does not matter.
#[must_use]
pub fn chain(locale: &str) -> Vec<String> {
    let tag = locale.trim().split(['.', '@', ',', ';']).next().unwrap_or_default();
    let tag = tag.replace('_', "-").to_ascii_lowercase();
    let good = tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && tag.len() <= 35;
    if tag.is_empty() || !good {
        return Vec::new();
    }
    let parts: Vec<&str> = tag.split('-').filter(|p| !p.is_empty()).take(4).collect();
    (1..=parts.len()).rev().map(|n| parts[..n].join("-")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_the_exact_tag_to_the_language() {
        for (locale, expected) in [
            ("de-AT", &["de-at", "de"][..]),
            ("de_AT.UTF-8", &["de-at", "de"]),
            ("zh-Hant-TW", &["zh-hant-tw", "zh-hant", "zh"]),
            (" fr ", &["fr"]),
            ("de,en;q=0.5", &["de"]),
            ("", &[]),
            ("<script>", &[]),
        ] {
            assert_eq!(chain(locale), expected, "{locale}");
        }
    }
}

//! The name somebody probably meant.

/// The nearest of `known` to `name` (Jaro-Winkler similarity), if it is near enough to be meant.
#[must_use]
pub fn nearest(name: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .map(|k| (strsim::jaro_winkler(name, k), *k))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["subject", "html", "transactional"];
        assert_eq!(nearest("subjet", &known).as_deref(), Some("subject"));
        assert_eq!(nearest("transactoinal", &known).as_deref(), Some("transactional"));
        assert_eq!(nearest("zzz", &known), None);
        assert_eq!(nearest("x", &[]), None);
    }
}

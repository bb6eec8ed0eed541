//! Campaign parameters (`utm_…`) on the links of a message, for whoever counts visits on the other side.

use super::rewrite_text_links;

/// The parameters of a template; those without a value are not added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utm {
    /// `utm_source`.
    pub source: Option<String>,
    /// `utm_medium`.
    pub medium: Option<String>,
    /// `utm_campaign`.
    pub campaign: Option<String>,
    /// `utm_term`.
    pub term: Option<String>,
    /// `utm_content`.
    pub content: Option<String>,
}

impl Utm {
    fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_term", &self.term),
            ("utm_content", &self.content),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Plain text with the parameters added to its web links ([`Utm::with`]). `None` when nothing changed.
    pub(crate) fn apply_to_text(&self, text: &str, own: &str) -> Option<String> {
        rewrite_text_links(text, |href| self.with(href, own))
    }

    /// A web link with the parameters it has not; `None` when it is to stay as it is: one of this server (`own`, a prefix), or
    /// nothing to add.
    pub(crate) fn with(&self, href: &str, own: &str) -> Option<String> {
        let web = href.starts_with("https://") || href.starts_with("http://");
        let ours = !own.is_empty() && href.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
        if !web || ours {
            return None;
        }
        let (address, fragment) = match href.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (href, None),
        };
        let has = |name: &str| {
            let query = address.split_once('?').map_or("", |(_, query)| query);
            query.split('&').any(|pair| pair.split('=').next() == Some(name))
        };
        let mut out = address.to_owned();
        for (name, value) in self.pairs().filter(|(name, _)| !has(name)) {
            let glue = match (out.contains('?'), out.ends_with(['?', '&'])) {
                (false, _) => "?",
                (true, false) => "&",
                (true, true) => "",
            };
            out.push_str(&format!("{glue}{name}={}", percent(value)));
        }
        if out == address {
            return None;
        }
        if let Some(fragment) = fragment {
            out.push('#');
            out.push_str(fragment);
        }
        Some(out)
    }
}

/// RFC 3986 unreserved characters as they are, everything else as `%XX`.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_once_and_in_their_place() {
        let utm = Utm { source: Some("rapport".into()), campaign: Some("spring & co".into()), ..Utm::default() };
        for (href, expected) in [
            ("https://s.example", Some("https://s.example?utm_source=rapport&utm_campaign=spring%20%26%20co")),
            (
                "https://s.example/?a=1#x",
                Some("https://s.example/?a=1&utm_source=rapport&utm_campaign=spring%20%26%20co#x"),
            ),
            (
                "https://s.example/?utm_source=me",
                Some("https://s.example/?utm_source=me&utm_campaign=spring%20%26%20co"),
            ),
            ("https://s.example/?", Some("https://s.example/?utm_source=rapport&utm_campaign=spring%20%26%20co")),
            ("https://m.example/u/token", None),
            ("mailto:a@b.co", None),
            ("#top", None),
        ] {
            assert_eq!(utm.with(href, "https://m.example").as_deref(), expected, "{href}");
        }
        assert_eq!(Utm::default().with("https://s.example", ""), None);
    }
}

//! Whether a text is an e-mail address that mail can be sent to.

use std::str::FromStr;

/// The longest address of RFC 5321 section 4.5.3.1.3, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 254;

/// Reads an e-mail address: `local@domain` by RFC 5321, without display name, comments or line breaks, with a domain
/// that has at least one dot or is `localhost`. `None` when it is none.
#[must_use]
pub fn parse_email(text: &str) -> Option<lettre::Address> {
    let text = text.trim();
    if text.len() > MAX_ADDRESS_BYTES || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let address = lettre::Address::from_str(text).ok()?;
    let domain = address.domain();
    let named = domain == "localhost" || (domain.contains('.') && !domain.ends_with('.'));
    named.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_addresses_from_other_text() {
        for good in ["a@b.co", "first.last+tag@mail.example.com", " a@b.co ", "o'brien@example.ie", "x@localhost"] {
            assert!(parse_email(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a b@c.de",
            "a@b",
            "a@b.co\r\nBcc: x@y.z",
            "A <a@b.co>",
            "a@b..co",
            "a@b.co, c@d.ef",
            "a\u{0}@b.co",
        ] {
            assert!(parse_email(bad).is_none(), "{bad:?}");
        }
        assert!(parse_email(&format!("{}@b.co", "a".repeat(300))).is_none());
    }
}

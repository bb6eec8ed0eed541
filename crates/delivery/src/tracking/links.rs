//! The links of one message.

use rapport_domain::{OutboxId, Partition, ProfileId, WorkspaceId};

use super::tokens::{Claim, HookPart, MAX_URL_BYTES, Purpose, Tokens};
use crate::content::rewrite_text_links;

/// Links of one text that are shortened.
const MAX_SHORT_LINKS: usize = 20;

/// What a short link's place says: the partition, the code and the workspace.
#[must_use]
pub fn parse_short(place: &str) -> Option<(Partition, &str, WorkspaceId)> {
    if !place.is_ascii() || place.len() < 11 || place.len() > 18 {
        return None;
    }
    let partition = u16::from_str_radix(&place[..2], 16).ok()?;
    let workspace = u32::from_str_radix(&place[10..], 16).ok()?;
    Some((Partition(partition), &place[2..10], WorkspaceId(workspace)))
}

/// Makes the links of one message to one customer.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// Signs them.
    pub tokens: &'a Tokens,
    /// Where customers reach this server, without a trailing slash.
    pub base: &'a str,
    /// Whose data.
    pub workspace: WorkspaceId,
    /// The message.
    pub message: OutboxId,
    /// Who gets it.
    pub profile: ProfileId,
}

impl Links<'_> {
    fn link(&self, path: &str, purpose: Purpose) -> String {
        let (workspace, message, profile) = (self.workspace, self.message, self.profile);
        let token = self.tokens.mint(&Claim { workspace, message, profile, purpose });
        format!("{}/{path}/{token}", self.base)
    }

    /// Leaving `channel`, or one topic on it.
    #[must_use]
    pub fn unsubscribe(&self, channel: &str, topic: Option<&str>) -> String {
        let purpose = Purpose::Unsubscribe { channel: channel.to_owned(), topic: topic.map(str::to_owned) };
        self.link("u", purpose)
    }

    /// The page where topics are chosen.
    #[must_use]
    pub fn preferences(&self) -> String {
        self.link("preferences", Purpose::Preferences)
    }

    /// The page that shows the message.
    #[must_use]
    pub fn view(&self) -> String {
        self.link("v", Purpose::View)
    }

    /// The picture that tells a mail was opened.
    #[must_use]
    pub fn open(&self) -> String {
        self.link("o", Purpose::Open)
    }

    /// Where a device tells what became of the message.
    #[must_use]
    pub fn receipt(&self) -> String {
        self.link("r", Purpose::Receipt)
    }

    /// The same without the place, for providers that hand it back.
    #[must_use]
    pub fn receipt_token(&self) -> String {
        let (workspace, message, profile) = (self.workspace, self.message, self.profile);
        self.tokens.mint(&Claim { workspace, message, profile, purpose: Purpose::Receipt })
    }

    /// Where a provider calls back about the message.
    #[must_use]
    pub fn hook(&self, channel: &str, part: HookPart) -> String {
        self.link("hooks", Purpose::Hook { channel: channel.to_owned(), part })
    }

    /// Where somebody confirms a subscription.
    #[must_use]
    pub fn confirm(&self, channel: &str, topic: Option<&str>) -> String {
        self.link("confirm", Purpose::Confirm { channel: channel.to_owned(), topic: topic.map(str::to_owned) })
    }

    /// `text` with its links shortened, and what the codes stand for.
    #[must_use]
    pub fn shorten(&self, text: &str) -> (String, Vec<(String, String)>) {
        let mut codes = Vec::new();
        let short = rewrite_text_links(text, |url| {
            if url.starts_with(self.base) || codes.len() >= MAX_SHORT_LINKS {
                return None;
            }
            let code = self.tokens.short_code(self.workspace, self.message, url);
            let place = format!("{:02x}{code}{:x}", self.message.partition.0, self.workspace.0);
            codes.push((code, url.to_owned()));
            Some(format!("{}/s/{place}", self.base))
        });
        (short.unwrap_or_else(|| text.to_owned()), codes)
    }

    /// The link through `/l/…` that leads to `href`; `None` when it is to stay as it is: what is no web link, links of this
    /// server (unsubscribing and preferences) and those too long to sign.
    #[must_use]
    pub fn tracked(&self, href: &str) -> Option<String> {
        let lower = href.get(..8).unwrap_or(href).to_ascii_lowercase();
        let web = lower.starts_with("https://") || lower.starts_with("http://");
        let own = href.strip_prefix(self.base).is_some_and(|rest| {
            ["/u/", "/preferences/", "/confirm/", "/v/", "/l/", "/o/"].iter().any(|path| rest.starts_with(path))
        });
        (web && !own && href.len() <= MAX_URL_BYTES).then(|| self.link("l", Purpose::Click { url: href.to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::walk;

    #[test]
    fn texts_are_shortened() {
        let tokens = Tokens::new(b"test");
        let links = Links {
            tokens: &tokens,
            base: "https://m.example",
            workspace: WorkspaceId(26),
            message: OutboxId { partition: Partition(11), number: 2 },
            profile: ProfileId(3),
        };
        let (text, codes) =
            links.shorten("See https://shop.example/a?b=1. Or (http://x.y/z), https://m.example/u/1 ok");
        assert_eq!(codes.len(), 2);
        assert_eq!(codes[0].1, "https://shop.example/a?b=1");
        let place = |n: usize| format!("https://m.example/s/0b{}1a", codes[n].0);
        assert_eq!(text, format!("See {}. Or ({}), https://m.example/u/1 ok", place(0), place(1)));
        assert_eq!(
            parse_short(&format!("0b{}1a", codes[0].0)),
            Some((Partition(11), codes[0].0.as_str(), WorkspaceId(26)))
        );
        for bad in ["", "0b", "zz12345678a", "0b1234567", "0b12345678", "0bäöü45678a", "0b12345678fffffffff"] {
            assert_eq!(parse_short(bad), None, "{bad}");
        }
        assert_eq!(links.shorten("no link"), ("no link".to_owned(), vec![]));
    }

    #[test]
    fn leads_web_links_through_the_server() {
        let tokens = Tokens::new(b"test");
        let links = Links {
            tokens: &tokens,
            base: "https://m.example",
            workspace: WorkspaceId(1),
            message: OutboxId { partition: Partition(1), number: 2 },
            profile: ProfileId(3),
        };
        let unsubscribe = links.unsubscribe("email", Some("news"));
        let long = format!("https://x.y/{}", "a".repeat(MAX_URL_BYTES));
        let html = format!(
            "<a href=\"HTTPS://shop.example/a?b=1&amp;c=2\">a</a><a href=\"mailto:a@b.c\">b</a><a href=\"{unsubscribe}\">c</a>\
             <a href=\"{}\">p</a><a href=\"tel:1\">d</a><a href=\"javascript:x\">e</a><a href=\"#x\">f</a><a href=\"{long}\">g</a>",
            links.preferences()
        );
        let tracked = walk(&html, false, |href| links.tracked(href)).html.unwrap();
        let start = tracked.find("https://m.example/l/").unwrap() + "https://m.example/l/".len();
        let token = &tracked[start..start + tracked[start..].find('"').unwrap()];
        let claim = tokens.open(token).unwrap();
        assert_eq!(claim.purpose, Purpose::Click { url: "HTTPS://shop.example/a?b=1&c=2".into() });
        assert_eq!((claim.workspace, claim.message, claim.profile), (links.workspace, links.message, links.profile));
        assert_eq!(tracked.matches("/l/").count(), 1);
        for kept in ["mailto:a@b.c", unsubscribe.as_str(), "tel:1", "javascript:x", "#x", long.as_str()] {
            assert!(tracked.contains(&format!("\"{kept}\"")), "{kept}");
        }
    }
}

//! The links of one message.

use rapport_domain::{OutboxId, ProfileId, WorkspaceId};

use super::tokens::{Claim, MAX_URL_BYTES, Purpose, Tokens};
use crate::content::rewrite_links;

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

    /// The picture that tells a mail was opened.
    #[must_use]
    pub fn open(&self) -> String {
        self.link("o", Purpose::Open)
    }

    /// `html` with its `http` and `https` links led through `/l/…`, except those of this server (unsubscribing and
    /// preferences) and those too long to sign.
    #[must_use]
    pub fn track_clicks(&self, html: &str) -> Option<String> {
        rewrite_links(html, |href| self.tracked(href))
    }

    /// The link through `/l/…` that leads to `href`; `None` when it is to stay as it is.
    #[must_use]
    pub fn tracked(&self, href: &str) -> Option<String> {
        let lower = href.get(..8).unwrap_or(href).to_ascii_lowercase();
        let web = lower.starts_with("https://") || lower.starts_with("http://");
        let own = href
            .strip_prefix(self.base)
            .is_some_and(|rest| ["/u/", "/preferences/", "/l/", "/o/"].iter().any(|path| rest.starts_with(path)));
        (web && !own && href.len() <= MAX_URL_BYTES).then(|| self.link("l", Purpose::Click { url: href.to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::Partition;

    use super::*;

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
        let tracked = links.track_clicks(&html).unwrap();
        let start = tracked.find("https://m.example/l/").unwrap() + "https://m.example/l/".len();
        let token = &tracked[start..start + tracked[start..].find('"').unwrap()];
        let claim = tokens.open(token).unwrap();
        assert_eq!(claim.purpose, Purpose::Click { url: "HTTPS://shop.example/a?b=1&c=2".into() });
        assert_eq!((claim.workspace, claim.message, claim.profile), (links.workspace, links.message, links.profile));
        assert_eq!(tracked.matches("/l/").count(), 1);
        for kept in ["mailto:a@b.c", unsubscribe.as_str(), "tel:1", "javascript:x", "#x", long.as_str()] {
            assert!(tracked.contains(&format!("\"{kept}\"")), "{kept}");
        }
        assert_eq!(links.track_clicks("<p>none</p>"), None);
    }
}

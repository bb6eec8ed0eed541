//! Who fetched a link or picture: a person, a machine that checks mail, or a proxy that hides the person.
//!
//! This reads only the `User-Agent` header, so it is right about programs that say who they are and blind to those that
//! do not: corporate link checkers often look like ordinary browsers. Counts of opens stay an upper bound.

use rapport_domain::Timestamp;

/// Who fetched something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentClass {
    /// A person, as far as one can tell.
    Human,
    /// A link checker, crawler or library.
    Scanner,
    /// A mail provider's picture proxy: it fetches for a person, perhaps before or without their opening the mail.
    PrivacyProxy,
}

impl AgentClass {
    /// Its name in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AgentClass::Human => "human",
            AgentClass::Scanner => "scanner",
            AgentClass::PrivacyProxy => "privacy_proxy",
        }
    }
}

/// Marks of picture proxies, lower case: Gmail, Yahoo, DuckDuckGo's and Proton's mail protection.
const PROXIES: &[&str] = &["googleimageproxy", "yahoomailproxy", "duckduckgo-email", "protonmail-proxy"];

/// Marks of machines, lower case: words crawlers use for themselves, mail security gateways, programming libraries.
const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "scan",
    "preview",
    "monitor",
    "headless",
    "barracuda",
    "mimecast",
    "proofpoint",
    "symantec",
    "trendmicro",
    "fireeye",
    "curl/",
    "wget/",
    "python",
    "java/",
    "okhttp",
    "go-http-client",
    "libwww",
    "httpclient",
    "axios/",
    "node-fetch",
    "ruby",
];

/// The words Apple's Mail Privacy Protection sends and nothing else: its user agent stops after `Mozilla/5.0`.
const APPLE_PRIVACY: &str = "mozilla/5.0";

/// Who sent this `User-Agent`. None at all is a machine.
#[must_use]
pub fn classify(user_agent: Option<&str>) -> AgentClass {
    let agent = user_agent.unwrap_or_default().trim().to_ascii_lowercase();
    if agent == APPLE_PRIVACY || PROXIES.iter().any(|p| agent.contains(p)) {
        return AgentClass::PrivacyProxy;
    }
    if agent.is_empty() || MACHINES.iter().any(|m| agent.contains(m)) {
        return AgentClass::Scanner;
    }
    AgentClass::Human
}

/// Faster than this after the hand-over nobody has a mail before their eyes, milliseconds: gateways follow links then.
const FASTEST_PERSON_MS: i64 = 1_000;

/// Whether an open or a click is not to be taken for a person's: a program that says what it is, a proxy that fetches
/// for people who may never look, or anybody within a second after the message was handed over at `sent_at`.
#[must_use]
pub fn is_machine(class: AgentClass, sent_at: Option<Timestamp>, now: Timestamp) -> bool {
    class != AgentClass::Human || sent_at.is_some_and(|at| now.0 - at.0 < FASTEST_PERSON_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_say_so_or_are_too_fast() {
        let at = |ms| Some(Timestamp(ms));
        for (class, sent_at, machine) in [
            (AgentClass::Human, None, false),
            (AgentClass::Human, at(8_999), false),
            (AgentClass::Human, at(9_500), true),
            (AgentClass::PrivacyProxy, at(0), true),
            (AgentClass::Scanner, None, true),
        ] {
            assert_eq!(is_machine(class, sent_at, Timestamp(10_000)), machine, "{class:?} {sent_at:?}");
        }
    }

    #[test]
    fn knows_programs_that_say_who_they_are() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        for (agent, class) in [
            (Some(firefox), AgentClass::Human),
            (Some(gmail), AgentClass::PrivacyProxy),
            (Some("Mozilla/5.0"), AgentClass::PrivacyProxy),
            (Some("curl/8.5.0"), AgentClass::Scanner),
            (Some("Mozilla/5.0 (compatible; bingbot/2.0)"), AgentClass::Scanner),
            (Some(""), AgentClass::Scanner),
            (None, AgentClass::Scanner),
        ] {
            assert_eq!(classify(agent), class, "{agent:?}");
        }
    }
}

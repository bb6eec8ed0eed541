//! Customers who read their mail: of what the catcher took, some is opened and some of that brings them back, by the same
//! pictures and links as browsers fetch. So messages of the demo have results, and journeys have an effect to measure.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rapport_delivery::catcher::CaughtMail;
use rapport_domain::Timestamp;
use rapport_domain::time::SECOND_MS;
use ureq::Agent;

use super::people::DEVICES;
use super::rng::Rng;
use crate::app::App;

/// Of a hundred mails so many are opened.
const OPENED: f64 = 0.46;
/// Of those opened, so many have their link followed.
const FOLLOWED: f64 = 0.34;
/// Nobody looks at a mail sooner, and nobody who looks at all later, after it came.
const LOOKS_AFTER_MS: std::ops::Range<i64> = 12 * SECOND_MS..70 * SECOND_MS;
/// Mails looked at a tick, so that a large campaign does not hold up the shop.
const MOST_A_TICK: usize = 10;
/// New mails seen a tick.
const MOST_SEEN: usize = 500;
const ANSWER: Duration = Duration::from_secs(5);
/// A stream of random numbers of its own.
const STREAM: u64 = 6;

/// Who reads the demo's mails.
#[derive(Debug)]
pub(super) struct Readers {
    seed: u64,
    /// The newest mail that was seen.
    last: u64,
    /// Mails that will be looked at, by when.
    waiting: BinaryHeap<Reverse<(Timestamp, u64)>>,
    agent: Agent,
}

impl Readers {
    pub(super) fn new(seed: u64) -> Self {
        // A link leads out of the shop's machine, to an address that belongs to nobody: it is not followed further.
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(ANSWER));
        let agent = Agent::new_with_config(config.max_redirects_will_error(false).build());
        Readers { seed, last: 0, waiting: BinaryHeap::new(), agent }
    }

    /// Looks at the mails whose time has come. Answers the customers, by number, whom a link brought back.
    pub(super) fn read(&mut self, app: &App, now: Timestamp) -> Vec<u32> {
        let Some(catcher) = app.catcher() else { return Vec::new() };
        let seen = self.last;
        for mail in catcher.page(None, MOST_SEEN).iter().filter(|mail| mail.id > seen) {
            self.last = self.last.max(mail.id);
            let mut rng = Rng::of(self.seed, mail.id, STREAM);
            if reader(mail).is_some() && rng.chance(OPENED) {
                let looks = mail.at.plus_ms(rng.range(LOOKS_AFTER_MS.start, LOOKS_AFTER_MS.end));
                self.waiting.push(Reverse((looks, mail.id)));
            }
        }
        let mut back = Vec::new();
        for _ in 0..MOST_A_TICK {
            if self.waiting.peek().is_none_or(|Reverse((at, _))| *at > now) {
                break;
            }
            let Some(Reverse((_, id))) = self.waiting.pop() else { break };
            // An old mail may have made room for newer ones.
            let Some(mail) = catcher.mail(id) else { continue };
            back.extend(self.look(app.url(), &mail));
        }
        back
    }

    /// Opens a mail; answers who came back by its link.
    fn look(&self, url: &str, mail: &CaughtMail) -> Option<u32> {
        let html = mail.html()?;
        let mut rng = Rng::of(self.seed, mail.id, STREAM + 1);
        let agent = DEVICES[rng.range(0, DEVICES.len() as i64) as usize].agent;
        self.fetch(url, path_in(&html, "/o/")?, agent)?;
        if !rng.chance(FOLLOWED) {
            return None;
        }
        self.fetch(url, path_in(&html, "/l/")?, agent)?;
        reader(mail)
    }

    fn fetch(&self, url: &str, path: &str, agent: &str) -> Option<()> {
        self.agent.get(format!("{url}{path}")).header("user-agent", agent).call().ok().map(drop)
    }
}

/// The number of the customer a mail went to: the shop's addresses end in it. Members of the team have others.
fn reader(mail: &CaughtMail) -> Option<u32> {
    let (name, host) = mail.to.first()?.split_once('@')?;
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let number: u32 = name[name.len() - digits..].parse().ok()?;
    ["example.com", "example.org", "example.net"].contains(&host).then(|| number.checked_sub(1)).flatten()
}

/// The first address of a mail's HTML with that path of ours, from the path on.
fn path_in<'a>(html: &'a str, path: &str) -> Option<&'a str> {
    let quoted = html.split('"').filter(|part| part.starts_with("http"));
    quoted.filter_map(|address| address.find(path).map(|at| &address[at..])).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str) -> CaughtMail {
        CaughtMail { id: 1, at: Timestamp(0), from: String::new(), to: vec![to.to_owned()], raw: Vec::new() }
    }

    #[test]
    fn customers_read_and_members_do_not() {
        for (to, expected) in [
            ("ann.lee42@example.com", Some(41)),
            ("ann.lee1@example.net", Some(0)),
            ("demo@example.com", None),
            ("ann.lee42@elsewhere.test", None),
            ("7", None),
        ] {
            assert_eq!(reader(&mail(to)), expected, "{to}");
        }
    }

    #[test]
    fn pictures_and_links_are_found_by_their_path() {
        let html = r#"<a href="http://h:1/u/no">x</a><a href="http://h:1/l/abc.d">y</a><img src="http://h:1/o/efg">"#;
        assert_eq!(path_in(html, "/l/"), Some("/l/abc.d"));
        assert_eq!(path_in(html, "/o/"), Some("/o/efg"));
        assert_eq!(path_in(html, "/c/"), None);
    }
}

//! Whether the links of a message lead anywhere, asked of the network when its author wants to know. Each is asked as a browser
//! would ask, through the same guard as every call ([`crate::channels::http`]), also at every step of a redirect.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use hyper::header::LOCATION;
use hyper::{Method, Uri};
use tokio::time::{Instant, timeout_at};

use crate::channels::SendFault;
use crate::channels::http::{Call, Http};

/// Links asked about in one check, at most.
pub const MAX_LINKS: usize = 100;
/// How long one question may take; what [`Http`] is made with for [`check`].
pub const EACH: Duration = Duration::from_secs(8);
/// How long all of them may take; what is not answered by then is unchecked.
pub const ALL: Duration = Duration::from_secs(25);
/// Links asked at once.
const AT_ONCE: usize = 8;
/// Redirects followed, as browsers follow about twenty and people wait for none.
const MAX_STEPS: usize = 8;
/// Who asks. Some servers answer no program that does not say.
const AGENT: &str = "Mozilla/5.0 (compatible; Rapport-Links)";

/// What was found at a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It leads to a page.
    Works,
    /// It works, and its server says that it is another address now, for good.
    Moved,
    /// Its server says that there is no such page, or leads round in circles.
    Broken,
    /// Its server does not answer programs: a person has to look.
    Unsure,
    /// Its server does not answer, or answers that it has a fault.
    Failing,
    /// It was not asked: it is no address, or leads where this server does not call.
    Refused,
    /// The time was over before it was asked.
    Unchecked,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Moved => "moved",
            Self::Broken => "broken",
            Self::Unsure => "unsure",
            Self::Failing => "failing",
            Self::Refused => "refused",
            Self::Unchecked => "unchecked",
        }
    }
}

/// What one link came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What was found.
    pub verdict: Verdict,
    /// The last status; `None` when nobody answered.
    pub status: Option<u16>,
    /// Where it leads, when that is another address.
    pub leads_to: Option<String>,
    /// What was found, for people.
    pub detail: String,
}

impl Checked {
    fn new(verdict: Verdict, status: Option<u16>, detail: impl Into<String>) -> Self {
        Checked { verdict, status, leads_to: None, detail: detail.into() }
    }
}

/// Asks each of the links, [`MAX_LINKS`] at most, and answers in their order.
pub async fn check(http: &Http, links: &[String]) -> Vec<Checked> {
    let deadline = Instant::now() + ALL;
    let links: Vec<String> = links.iter().take(MAX_LINKS).cloned().collect();
    let one = |link: String| async move {
        let late = || Checked::new(Verdict::Unchecked, None, "there was no time left to ask");
        if Instant::now() >= deadline {
            return late();
        }
        timeout_at(deadline, follow(http, &link)).await.unwrap_or_else(|_| late())
    };
    stream::iter(links).map(one).buffered(AT_ONCE).collect().await
}

/// Goes where the link leads.
async fn follow(http: &Http, link: &str) -> Checked {
    let mut at = sendable(link);
    let mut for_good = true;
    for step in 0..=MAX_STEPS {
        let (status, next) = match ask(http, &at).await {
            Ok(answer) => answer,
            Err(fault) => return led(failed(&fault), step, &at),
        };
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            let mut checked = judged(status);
            if checked.verdict == Verdict::Works && step > 0 && for_good {
                checked = Checked::new(Verdict::Moved, Some(status), "it has another address now: use that one");
            }
            return led(checked, step, &at);
        }
        for_good &= matches!(status, 301 | 308);
        match next.and_then(|to| onward(&at, &to)) {
            Some(to) => at = to,
            None => {
                let said = format!("{status}: it leads on, and nobody can read where to");
                return led(Checked::new(Verdict::Broken, Some(status), said), step, &at);
            }
        }
    }
    Checked::new(Verdict::Broken, None, format!("it leads on and on, more than {MAX_STEPS} times"))
}

/// Says where the steps led.
fn led(checked: Checked, steps: usize, to: &str) -> Checked {
    Checked { leads_to: (steps > 0).then(|| to.to_owned()), ..checked }
}

/// The status of an address and where it leads on. Its page is not fetched where its server understands that.
async fn ask(http: &Http, url: &str) -> Result<(u16, Option<String>), SendFault> {
    let call = |method| Call { method, ..Call::get(url) }.with("user-agent", AGENT).with("accept", "*/*");
    let place = |headers: &hyper::HeaderMap| {
        headers.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    if let Ok((status, headers)) = http.head_of(&call(Method::HEAD)).await
        && status < 400
    {
        return Ok((status, place(&headers)));
    }
    // Many servers answer HEAD with anything but what they answer browsers.
    let (status, headers) = http.head_of(&call(Method::GET)).await?;
    Ok((status, place(&headers)))
}

/// What the status of a page that leads nowhere else means.
fn judged(status: u16) -> Checked {
    let (verdict, said) = match status {
        200..=399 => (Verdict::Works, "it works"),
        404 | 410 => (Verdict::Broken, "there is no such page"),
        401 | 403 | 407 | 429 | 451 | 999 => {
            (Verdict::Unsure, "its server does not show this to programs: open it to be sure")
        }
        408 | 425 | 500.. => (Verdict::Failing, "its server has a fault just now"),
        _ => (Verdict::Broken, "its server does not take it"),
    };
    let detail = if verdict == Verdict::Works { said.to_owned() } else { format!("{status}: {said}") };
    Checked::new(verdict, Some(status), detail)
}

fn failed(fault: &SendFault) -> Checked {
    let verdict = if fault.is_final() { Verdict::Refused } else { Verdict::Failing };
    Checked::new(verdict, None, fault.detail())
}

/// The address as it goes over the wire: without the part that is the browser's own, other letters than ASCII as their bytes
/// (RFC 3987 section 3.1). Names of servers with such letters are left as they are, and refused.
fn sendable(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default().trim();
    let mut out = String::with_capacity(url.len());
    let path = url.find("://").map_or(0, |at| at + 3);
    let path = url[path..].find(['/', '?']).map_or(url.len(), |at| path + at);
    out.push_str(&url[..path]);
    for byte in url[path..].bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'\\' | b'^') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The address that `location` names, seen from `from` (RFC 9110 section 10.2.2).
fn onward(from: &str, location: &str) -> Option<String> {
    let uri: Uri = from.parse().ok()?;
    let (scheme, server) = (uri.scheme_str()?, uri.authority()?);
    let location = location.trim();
    let lower = location.to_ascii_lowercase();
    let whole = if lower.starts_with("http://") || lower.starts_with("https://") {
        location.to_owned()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if location.starts_with('/') {
        format!("{scheme}://{server}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{server}{}{location}", uri.path())
    } else if location.is_empty() || location.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':')) {
        // Nothing, or a kind of address that is not asked over HTTP.
        return None;
    } else {
        let folder = uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{server}{folder}/{location}")
    };
    Some(sendable(&whole))
}

#[cfg(test)]
mod tests;

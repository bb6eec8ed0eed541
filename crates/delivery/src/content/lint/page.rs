//! What a mail's HTML shows: links, pictures, coloured text.

use html5gum::{StartTag, Token};

use super::Level;
use super::colour::{self, Rgb};
use crate::content::html::{attribute, tokens};

/// A link.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) href: String,
    /// The address as it was written, or what stands for it.
    pub(super) written: String,
    /// What it shows.
    pub(super) text: String,
    /// It shows text or a picture.
    pub(super) has_content: bool,
}

impl Link {
    /// Whether it shows an address of another place than it leads to.
    pub(super) fn misleads(&self) -> bool {
        let shown = self.text.trim();
        let looks = shown.starts_with("http://") || shown.starts_with("https://") || shown.starts_with("www.");
        let host = |url: &str| {
            let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
            let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
            host.strip_prefix("www.").map_or(host.clone(), str::to_owned)
        };
        looks && !shown.contains(' ') && self.href.starts_with("http") && host(shown) != host(&self.href)
    }
}

/// A picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) src: String,
    pub(super) alt: Option<String>,
    /// It stands in a link without text so far.
    pub(super) links: bool,
}

/// Text whose colours are known.
#[derive(Debug)]
pub(super) struct Coloured {
    pub(super) ink: Rgb,
    pub(super) ground: Rgb,
    pub(super) large: bool,
    pub(super) words: String,
}

/// What was found in a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) links: Vec<Link>,
    pub(super) pictures: Vec<Picture>,
    pub(super) coloured: Vec<Coloured>,
    pub(super) ids: Vec<String>,
    pub(super) forbidden: Vec<String>,
    pub(super) text: String,
    pub(super) words: usize,
    pub(super) knows_dark: bool,
    pub(super) has_html: bool,
    pub(super) has_language: bool,
}

/// An element that is open, with the colours in it.
#[derive(Clone, Debug)]
struct Open {
    name: String,
    ink: Option<Rgb>,
    ground: Option<Rgb>,
    large: bool,
    hidden: bool,
}

const VOID: &[&str] = &["img", "br", "hr", "input", "meta", "link", "source", "col", "area", "base", "wbr"];
const FORBIDDEN: &[&str] = &["script", "iframe", "object", "embed", "applet", "form"];
/// Elements open at once that are followed; deeper ones are read without colours.
const MAX_OPEN: usize = 200;
/// Links, pictures and coloured texts kept.
const MAX_KEPT: usize = 2_000;

impl Page {
    pub(super) fn read(html: &str) -> Page {
        let mut page = Page::default();
        let (mut open, mut link) = (Vec::<Open>::new(), None);
        for token in tokens(html) {
            match token {
                Token::StartTag(tag) => page.start(&tag, &mut open, &mut link),
                Token::EndTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    if let Some(at) = open.iter().rposition(|o| o.name == name) {
                        open.truncate(at);
                    }
                    if name == "a"
                        && let Some(done) = link.take()
                        && page.links.len() < MAX_KEPT
                    {
                        page.links.push(done);
                    }
                }
                Token::String(text) => page.words(&String::from_utf8_lossy(&text), &open, &mut link),
                _ => {}
            }
        }
        page.links.extend(link);
        page
    }

    fn start(&mut self, tag: &StartTag<usize>, open: &mut Vec<Open>, link: &mut Option<Link>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let get = |key: &str| attribute(tag, key).map(str::to_owned);
        self.ids.extend(get("id").into_iter().chain(get("name")).take(MAX_KEPT.saturating_sub(self.ids.len())));
        if FORBIDDEN.contains(&name.as_str()) && !self.forbidden.contains(&name) {
            self.forbidden.push(name.clone());
        }
        match name.as_str() {
            "html" => {
                self.has_html = true;
                self.has_language = get("lang").is_some_and(|l| !l.trim().is_empty() && l != "und");
            }
            "meta" => {
                let about = get("name").unwrap_or_default().to_ascii_lowercase();
                let says = get("content").unwrap_or_default().to_ascii_lowercase();
                self.knows_dark |=
                    matches!(about.as_str(), "color-scheme" | "supported-color-schemes") && says.contains("dark");
            }
            "a" => {
                let href = get("href").unwrap_or_default().trim().to_owned();
                let is_anchor = attribute(tag, "href").is_none() && (get("name").is_some() || get("id").is_some());
                if !is_anchor {
                    *link = Some(Link { written: href.clone(), href, ..Link::default() });
                }
            }
            "img" => {
                let alt = get("alt");
                let links = link.as_ref().is_some_and(|l| !l.has_content);
                if let Some(link) = link {
                    link.has_content = true;
                }
                let tiny = [get("width"), get("height")].iter().flatten().any(|s| matches!(s.trim(), "0" | "1"));
                if !tiny && self.pictures.len() < MAX_KEPT {
                    self.pictures.push(Picture { src: get("src").unwrap_or_default(), alt, links });
                }
            }
            _ => {}
        }
        if !VOID.contains(&name.as_str()) && !tag.self_closing && open.len() < MAX_OPEN {
            let inner = inherit(&name, tag, open.last());
            open.push(inner);
        }
    }

    fn words(&mut self, text: &str, open: &[Open], link: &mut Option<Link>) {
        let inside = |name: &str| open.iter().any(|o| o.name == name);
        if inside("style") {
            self.knows_dark |= text.contains("prefers-color-scheme");
            return;
        }
        if inside("head") || inside("script") || inside("title") || text.trim().is_empty() {
            return;
        }
        if let Some(link) = link {
            link.text.push_str(text);
            link.has_content = true;
        }
        let Some(at) = open.last().filter(|o| !o.hidden) else {
            if open.is_empty() {
                self.note(text);
            }
            return;
        };
        self.note(text);
        if let (Some(ink), Some(ground)) = (at.ink, at.ground)
            && self.coloured.len() < MAX_KEPT
        {
            let words = text.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
            self.coloured.push(Coloured { ink, ground, large: at.large, words });
        }
    }

    fn note(&mut self, text: &str) {
        self.words += text.split_whitespace().count();
        self.text.push_str(text);
        self.text.push(' ');
    }
}

/// The colours in an element, by its own style and attributes, else those around it.
fn inherit(name: &str, tag: &StartTag<usize>, around: Option<&Open>) -> Open {
    let mut inner = match around {
        Some(around) => Open { name: name.to_owned(), ..around.clone() },
        // A mail without colours is black on white.
        None => Open { name: name.to_owned(), ink: Some([0; 3]), ground: Some([255; 3]), large: false, hidden: false },
    };
    if let Some(colour) = attribute(tag, "bgcolor") {
        inner.ground = colour::parse(colour);
    }
    if name == "font"
        && let Some(colour) = attribute(tag, "color")
    {
        inner.ink = colour::parse(colour);
    }
    if attribute(tag, "background").is_some() {
        inner.ground = None;
    }
    let large = matches!(name, "h1" | "h2");
    inner.large |= large;
    for declaration in attribute(tag, "style").unwrap_or_default().split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let value = value.trim();
        match property.trim().to_ascii_lowercase().as_str() {
            "color" if value != "inherit" => inner.ink = colour::parse(value),
            "background-color" => match value {
                "transparent" | "inherit" | "none" => {}
                colour => inner.ground = colour::parse(colour),
            },
            "background" => match value.split_whitespace().find_map(colour::parse) {
                _ if value.contains("url(") || value.contains("gradient") => inner.ground = None,
                Some(colour) => inner.ground = Some(colour),
                None => {}
            },
            "display" => inner.hidden |= value.starts_with("none"),
            "font-size" => {
                let pixels: f64 = value.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap_or(0.0);
                inner.large = pixels >= 24.0;
            }
            _ => {}
        }
    }
    inner
}

/// Why an address cannot work as a link.
pub(super) fn fault(href: &str) -> Option<(Level, String)> {
    let lower = href.to_ascii_lowercase();
    let say = |level, text: &str| Some((level, text.to_owned()));
    if href.is_empty() || href == "#" {
        return say(Level::Error, "this link leads nowhere: it has no address");
    }
    if href.contains("{{") || href.contains("{%") {
        return say(Level::Error, "this address still has Liquid in it");
    }
    if lower.starts_with("javascript:") || lower.starts_with("data:") || lower.starts_with("vbscript:") {
        return say(Level::Error, "mail programs do not follow this kind of address");
    }
    if ["mailto:", "tel:", "sms:", "#"].iter().any(|s| lower.starts_with(s)) {
        return None;
    }
    let rest = match lower.split_once("://") {
        Some(("http" | "https", rest)) => rest,
        // An address of an app.
        Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) => {
            return None;
        }
        _ => {
            return say(
                Level::Error,
                "this address is not whole: a mail has no page it could be relative to. Begin with https://",
            );
        }
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    if host.is_empty()
        || host.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
        || href.contains(' ')
    {
        return say(Level::Error, "this address is not well formed");
    }
    if !host.contains('.') && host != "localhost" {
        return say(Level::Error, "this address has no full host name");
    }
    if matches!(host, "example.com" | "www.example.com" | "example.org" | "yoursite.com" | "www.yoursite.com") {
        return say(Level::Warning, "this address looks like a placeholder");
    }
    if lower.starts_with("http://") && host != "localhost" && !host.starts_with("127.") {
        return say(Level::Hint, "this address is not protected: use https://");
    }
    None
}

/// Why a picture cannot be shown.
pub(super) fn picture_fault(src: &str) -> Option<String> {
    let lower = src.trim().to_ascii_lowercase();
    if lower.is_empty() {
        return Some("this picture has no address".to_owned());
    }
    if lower.starts_with("data:") {
        return Some(
            "Gmail and Outlook do not show pictures inside the mail (data:): upload it and use its address".to_owned(),
        );
    }
    if lower.starts_with("cid:") || lower.starts_with("https://") || lower.starts_with("http://") {
        return None;
    }
    Some("this picture's address is not whole: begin with https://".to_owned())
}

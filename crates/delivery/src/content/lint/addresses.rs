//! The addresses of the web that a message has: what its author may want to know the working of.

use serde_json::Value;

use super::page::Page;
use crate::content::text_links::rewrite_text_links;

/// An address in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    /// The address.
    pub url: String,
    /// It is shown as a picture; else people follow it.
    pub is_picture: bool,
}

/// The addresses of a mail's HTML and text parts, each once, links before pictures.
#[must_use]
pub fn addresses(html: &str, text: &str) -> Vec<WebAddress> {
    let page = Page::read(html);
    let mut out = Vec::new();
    page.links.into_iter().for_each(|link| add(&mut out, link.href, false));
    in_text(text, &mut out);
    page.pictures.into_iter().for_each(|picture| add(&mut out, picture.src.trim().to_owned(), true));
    out
}

/// The addresses in the texts of another channel's content, each once.
#[must_use]
pub fn addresses_of(content: &Value) -> Vec<WebAddress> {
    let mut out = Vec::new();
    walk(content, &mut out);
    out
}

fn walk(value: &Value, out: &mut Vec<WebAddress>) {
    match value {
        Value::String(text) => in_text(text, out),
        Value::Array(items) => items.iter().for_each(|item| walk(item, out)),
        Value::Object(members) => members.values().for_each(|member| walk(member, out)),
        _ => {}
    }
}

fn in_text(text: &str, out: &mut Vec<WebAddress>) {
    rewrite_text_links(text, |url| {
        add(out, url.to_owned(), false);
        None
    });
}

fn add(out: &mut Vec<WebAddress>, url: String, is_picture: bool) {
    let lower = url.get(..8).unwrap_or(&url).to_ascii_lowercase();
    let is_web = lower.starts_with("https://") || lower.starts_with("http://");
    if is_web && !url.contains("{{") && !out.iter().any(|known| known.url == url) {
        out.push(WebAddress { url, is_picture });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_address_of_the_web_is_there_once() {
        let html = "<a href=\"https://a.example/x?b=1&amp;c=2\">A</a><a href=\"mailto:x@y.example\">M</a><a href=\"#top\">T</a>\
                    <a href=\"https://a.example/x?b=1&amp;c=2\">again</a><a href=\"HTTP://b.example\">B</a>\
                    <img src=\"https://a.example/p.png\" alt=\"\"><img src=\"cid:1\"><a href=\"https://{{ shop }}/\">L</a>";
        let found = addresses(html, "See https://a.example/x?b=1&c=2 or https://c.example/d.");
        let short: Vec<_> = found.iter().map(|a| (a.url.as_str(), a.is_picture)).collect();
        assert_eq!(
            short,
            [
                ("https://a.example/x?b=1&c=2", false),
                ("HTTP://b.example", false),
                ("https://c.example/d", false),
                ("https://a.example/p.png", true),
            ]
        );
        let content = json!({"body": "Now: https://d.example/e!", "buttons": [{"url": "https://f.example"}], "n": 1});
        let found: Vec<_> = addresses_of(&content).into_iter().map(|a| a.url).collect();
        assert_eq!(found, ["https://d.example/e", "https://f.example"]);
    }
}

//! One walk over a page that changes its links, byte for byte elsewhere, and makes the text part of a mail of it. Mails are made
//! by the thousand a second, so a page is read once, and no tag is allocated.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::html::escape_html;
use super::text::{Element, Text};

/// What a walk made of a page.
pub(crate) struct Page {
    /// The page with other links; `None` when no link changed.
    pub(crate) html: Option<String>,
    /// It as plain text, when asked for.
    pub(crate) text: Option<String>,
}

/// Walks over `html` and replaces the `href` of `a` and `area` elements by what `rewrite` answers for it; `None` leaves it. With
/// `wants_text` the page is told as plain text too, with the links as they are afterwards.
pub(crate) fn walk(html: &str, wants_text: bool, rewrite: impl FnMut(&str) -> Option<String>) -> Page {
    let mut walker = Walker {
        html,
        rewrite,
        out: String::new(),
        copied: 0,
        text: wants_text.then(Text::default),
        tag: Tag::default(),
    };
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| {
        walker.take(&event, span);
        None::<Infallible>
    });
    emitter.naively_switch_states(true);
    // Reading from memory cannot fail; a fault in the HTML is an event.
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    walker.finish()
}

/// The start tag that is being read.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    /// The attribute whose value comes next.
    attribute: Known,
    href: Value,
    alt: Value,
    style: Value,
}

/// The attributes that matter here.
#[derive(Clone, Copy, Default)]
enum Known {
    Href,
    Alt,
    Style,
    #[default]
    Other,
}

/// The value of an attribute; of several with one name the first counts.
#[derive(Default)]
struct Value {
    is_there: bool,
    bytes: Vec<u8>,
    /// Where it begins in the page, without a quote.
    at: usize,
}

impl Value {
    fn clear(&mut self) {
        self.is_there = false;
        self.bytes.clear();
    }

    fn text(&self) -> Option<&str> {
        self.is_there.then(|| std::str::from_utf8(&self.bytes).unwrap_or_default())
    }
}

impl Tag {
    fn value(&mut self) -> Option<&mut Value> {
        match self.attribute {
            Known::Href => Some(&mut self.href),
            Known::Alt => Some(&mut self.alt),
            Known::Style => Some(&mut self.style),
            Known::Other => None,
        }
    }
}

struct Walker<'h, F> {
    html: &'h str,
    rewrite: F,
    out: String,
    /// How much of the page stands in `out`.
    copied: usize,
    text: Option<Text>,
    tag: Tag,
}

impl<F: FnMut(&str) -> Option<String>> Walker<'_, F> {
    fn take(&mut self, event: &CallbackEvent<'_>, span: Span<usize>) {
        let tag = &mut self.tag;
        match *event {
            CallbackEvent::OpenStartTag { name } => {
                tag.name.clear();
                tag.name.extend_from_slice(name);
                tag.attribute = Known::Other;
                [&mut tag.href, &mut tag.alt, &mut tag.style].into_iter().for_each(Value::clear);
            }
            CallbackEvent::AttributeName { name } => {
                tag.attribute = match name {
                    b"href" => Known::Href,
                    b"alt" => Known::Alt,
                    b"style" => Known::Style,
                    _ => Known::Other,
                };
                match tag.value() {
                    Some(value) if value.is_there => tag.attribute = Known::Other,
                    Some(value) => value.is_there = true,
                    None => {}
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some(known) = tag.value() {
                    known.bytes.extend_from_slice(value);
                    known.at = span.start;
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => self.start(self_closing),
            CallbackEvent::EndTag { name } => {
                if let Some(text) = &mut self.text {
                    text.end(name);
                }
            }
            CallbackEvent::String { value } => {
                if let Some(text) = &mut self.text {
                    text.words(&String::from_utf8_lossy(value));
                }
            }
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    /// A start tag is complete.
    fn start(&mut self, self_closing: bool) {
        let href = self.tag.href.text();
        let is_link = matches!(self.tag.name.as_slice(), b"a" | b"area");
        let new = href.filter(|_| is_link).and_then(|href| (self.rewrite)(href.trim()));
        if let Some((new, value)) = new.as_deref().zip(source(self.html, self.tag.href.at)) {
            self.out.push_str(&self.html[self.copied..value.start]);
            self.out.push('"');
            self.out.push_str(&escape_html(new));
            self.out.push('"');
            self.copied = value.end;
        }
        if let Some(text) = &mut self.text {
            text.start(&Element {
                name: &self.tag.name,
                href: new.as_deref().or(href),
                alt: self.tag.alt.text(),
                style: self.tag.style.text(),
                self_closing,
            });
        }
    }

    fn finish(mut self) -> Page {
        let html = (self.copied > 0).then(|| {
            self.out.push_str(&self.html[self.copied..]);
            self.out
        });
        Page { html, text: self.text.map(Text::finish) }
    }
}

/// Where the value of an attribute that begins at `at` stands in the page, with its quotes.
fn source(html: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let rest = html.get(at..)?;
    match html.as_bytes().get(at.checked_sub(1)?)? {
        quote @ (b'"' | b'\'') => rest.find(char::from(*quote)).map(|long| at - 1..at + long + 1),
        _ => Some(at..at + rest.find([' ', '\t', '\n', '\r', '\u{c}', '>']).unwrap_or(rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(html: &str, rewrite: impl FnMut(&str) -> Option<String>) -> Option<String> {
        walk(html, false, rewrite).html
    }

    #[test]
    fn changes_links_and_nothing_else() {
        let html = "<!doctype html><p class=x>a &amp; b <A HREF='https://x.y/?a=1&amp;b=2' style=\"c:d\">go</A> \
                    <a href=mailto:a@b.c>mail</a><!-- <a href=\"https://no\"> --><style>a > b {}</style>\
                    <a name=top>ü</a><area href=https://map></p>";
        let mut seen = Vec::new();
        let out = links(html, |href| {
            seen.push(href.to_owned());
            href.starts_with("https").then(|| "https://t/l/\"1".to_owned())
        });
        assert_eq!(seen, ["https://x.y/?a=1&b=2", "mailto:a@b.c", "https://map"]);
        assert_eq!(
            out.as_deref(),
            Some(
                "<!doctype html><p class=x>a &amp; b <A HREF=\"https://t/l/&quot;1\" style=\"c:d\">go</A> \
                 <a href=mailto:a@b.c>mail</a><!-- <a href=\"https://no\"> --><style>a > b {}</style>\
                 <a name=top>ü</a><area href=\"https://t/l/&quot;1\"></p>"
            )
        );
        assert_eq!(links("<p>no links</p>", |_| Some(String::new())), None);
    }

    #[test]
    fn finds_a_value_however_it_is_written() {
        let new = |_: &str| Some("N".to_owned());
        for (html, expected) in [
            ("<a class=b href = \"x&amp;y\" >", "<a class=b href = \"N\" >"),
            ("<a href='ü\"&lt;' id=1>", "<a href=\"N\" id=1>"),
            ("<a href=x?a&amp>z", "<a href=\"N\">z"),
            ("<a href=x/>z", "<a href=\"N\">z"),
            ("<a href=\n x\n>z", "<a href=\n \"N\"\n>z"),
            ("<a href=\"x\"id=y>", "<a href=\"N\"id=y>"),
            ("<a href=\"x\" href=\"y\">", "<a href=\"N\" href=\"y\">"),
            ("<a href=\"&copy;&notin;&\">", "<a href=\"N\">"),
            ("<title><a href=\"x\"></title><a href=\"y\">", "<title><a href=\"x\"></title><a href=\"N\">"),
            ("</a href=\"x\"><a href=\"y\">", "</a href=\"x\"><a href=\"N\">"),
        ] {
            assert_eq!(links(html, new).as_deref(), Some(expected), "{html}");
        }
        for html in ["<a href=\"\">", "<a href>", "<a href=\"x", "<a href=\"x\"", "<b href=\"x\">"] {
            let mut seen = Vec::new();
            links(html, |href| {
                seen.push(href.to_owned());
                None
            });
            assert!(seen.iter().all(String::is_empty), "{html}: {seen:?}");
        }
    }

    #[test]
    fn the_text_has_the_links_of_the_page() {
        let page = walk("<p><a href=\"x\">Shop</a> &amp; more</p>", true, |_| Some("https://t/l/1".to_owned()));
        assert_eq!(page.html.as_deref(), Some("<p><a href=\"https://t/l/1\">Shop</a> &amp; more</p>"));
        assert_eq!(page.text.as_deref(), Some("Shop (https://t/l/1) & more\n"));
    }
}

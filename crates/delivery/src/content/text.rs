//! The text part of a mail, made from its HTML: blocks become lines, links show where they lead, nothing invisible stays.

use html5gum::Token;

use super::html::{attribute, tokens};

/// Plain text of `html`.
#[must_use]
pub fn text_from_html(html: &str) -> String {
    let mut page = Page::default();
    for token in tokens(html) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                let hidden = attribute(&tag, "style").is_some_and(|s| s.replace(' ', "").contains("display:none"));
                if page.hidden(&name, hidden && !tag.self_closing) {
                    continue;
                }
                page.open(&name, attribute(&tag, "href"), attribute(&tag, "alt"));
            }
            Token::EndTag(tag) => page.close(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) if page.skipping.is_none() => page.words(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    page.finish()
}

/// The text so far.
#[derive(Default)]
struct Page {
    out: String,
    /// White space is owed before the next word.
    space: bool,
    /// The element whose content is left out, and how many of its name are open.
    skipping: Option<(String, u32)>,
    /// The links open: where they lead and where their text began.
    links: Vec<(String, usize)>,
}

const VOID: &[&str] = &["img", "br", "hr", "input", "meta", "link", "source", "col", "area", "base", "wbr"];

impl Page {
    fn hidden(&mut self, name: &str, styled: bool) -> bool {
        if let Some((element, depth)) = &mut self.skipping {
            *depth += u32::from(element == name);
            return true;
        }
        let invisible = matches!(name, "head" | "style" | "script" | "title" | "template" | "noscript");
        if (invisible || styled) && !VOID.contains(&name) {
            self.skipping = Some((name.to_owned(), 1));
            return true;
        }
        styled
    }

    fn open(&mut self, name: &str, href: Option<&str>, alt: Option<&str>) {
        match name {
            "br" => self.line(1),
            "hr" => {
                self.line(2);
                self.out.push_str("---");
                self.line(2);
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" | "blockquote" | "pre" => {
                self.line(2)
            }
            "div" | "tr" | "section" | "article" | "header" | "footer" | "center" | "address" | "body" => self.line(1),
            "li" => {
                self.line(1);
                self.out.push_str("- ");
            }
            "td" | "th" => self.space = true,
            "img" => self.words(alt.unwrap_or_default()),
            "a" => self.links.push((href.unwrap_or_default().trim().to_owned(), self.out.len())),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some((element, depth)) = &mut self.skipping {
            *depth -= u32::from(element == name);
            if *depth == 0 {
                self.skipping = None;
            }
            return;
        }
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" | "blockquote" | "pre" => {
                self.line(2)
            }
            "div" | "tr" | "li" | "section" | "article" | "header" | "footer" | "center" | "address" => self.line(1),
            "a" => {
                let Some((href, from)) = self.links.pop() else { return };
                let shown = self.out.get(from..).unwrap_or_default().trim();
                let place = href.strip_prefix("mailto:").unwrap_or(&href);
                if !shown.is_empty() && !place.is_empty() && !place.starts_with('#') && shown != place {
                    self.out.push_str(&format!(" ({place})"));
                }
            }
            _ => {}
        }
    }

    /// Ends the line, leaving `breaks - 1` empty ones at most.
    fn line(&mut self, breaks: usize) {
        self.space = false;
        let have = self.out.len() - self.out.trim_end_matches('\n').len();
        if !self.out.is_empty() {
            self.out.extend(std::iter::repeat_n('\n', breaks.saturating_sub(have)));
        }
    }

    fn words(&mut self, text: &str) {
        self.space |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            if self.space && !self.out.is_empty() && !self.out.ends_with(['\n', ' ']) {
                self.out.push(' ');
            }
            self.out.push_str(word);
            self.space = true;
        }
        self.space = text.ends_with(char::is_whitespace) || (self.space && text.trim().is_empty());
    }

    fn finish(self) -> String {
        let mut text: String = self.out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_person_would() {
        for (html, text) in [
            ("<p>Hello <b>Ada</b>,</p><p>two\n  words</p>", "Hello Ada,\n\ntwo words\n"),
            ("<a href=\"https://x.y/z\">Shop now</a>!", "Shop now (https://x.y/z)!\n"),
            ("<a href=\"https://x.y\">https://x.y</a> <a href=\"#top\">up</a>", "https://x.y up\n"),
            ("<a href=\"mailto:a@b.c\">a@b.c</a>", "a@b.c\n"),
            ("<ul><li>one<li>two</ul>end", "- one\n- two\n\nend\n"),
            ("<head><title>t</title><style>p{}</style></head><body>b<br>c<script>x</script></body>", "b\nc\n"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
            ("<div style=\"display: none\">pre<div>x</div></div><div>seen</div>", "seen\n"),
            ("<img src=x alt=\"Logo\"> &amp; &lt;co&gt;", "Logo & <co>\n"),
            ("<img style=\"display:none\" src=p>after", "after\n"),
            ("one<hr>two", "one\n\n---\n\ntwo\n"),
            ("", "\n"),
        ] {
            assert_eq!(text_from_html(html), text, "{html}");
        }
    }
}

//! The text part of a mail, made from its HTML: blocks become lines, links show where they lead, nothing invisible stays.

use super::page::walk;

/// Plain text of `html`.
#[must_use]
pub fn text_from_html(html: &str) -> String {
    walk(html, true, |_| None).text.unwrap_or_default()
}

/// A start tag.
pub(super) struct Element<'t> {
    /// Lower case.
    pub(super) name: &'t [u8],
    pub(super) href: Option<&'t str>,
    pub(super) alt: Option<&'t str>,
    pub(super) style: Option<&'t str>,
    pub(super) self_closing: bool,
}

/// The text of a page so far.
#[derive(Default)]
pub(super) struct Text {
    out: String,
    /// White space is owed before the next word.
    space: bool,
    /// The element whose content is left out, and how many of its name are open.
    skipping: Option<(Vec<u8>, u32)>,
    /// The links open: where they lead and where their text began.
    links: Vec<(String, usize)>,
}

const VOID: &[&[u8]] = &[b"img", b"br", b"hr", b"input", b"meta", b"link", b"source", b"col", b"area", b"base", b"wbr"];

impl Text {
    /// A start tag comes.
    pub(super) fn start(&mut self, element: &Element<'_>) {
        let styled = element.style.is_some_and(is_hidden);
        if !self.hides(element.name, styled && !element.self_closing) {
            self.open(element);
        }
    }

    fn hides(&mut self, name: &[u8], styled: bool) -> bool {
        if let Some((element, depth)) = &mut self.skipping {
            *depth += u32::from(element == name);
            return true;
        }
        let invisible = matches!(name, b"head" | b"style" | b"script" | b"title" | b"template" | b"noscript");
        if (invisible || styled) && !VOID.contains(&name) {
            self.skipping = Some((name.to_owned(), 1));
            return true;
        }
        styled
    }

    fn open(&mut self, &Element { name, href, alt, .. }: &Element<'_>) {
        match name {
            b"br" => self.line(1),
            b"hr" => {
                self.line(2);
                self.out.push_str("---");
                self.line(2);
            }
            b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"ul" | b"ol" | b"table" | b"blockquote"
            | b"pre" => self.line(2),
            b"div" | b"tr" | b"section" | b"article" | b"header" | b"footer" | b"center" | b"address" | b"body" => {
                self.line(1)
            }
            b"li" => {
                self.line(1);
                self.out.push_str("- ");
            }
            b"td" | b"th" => self.space = true,
            b"img" => self.append(alt.unwrap_or_default()),
            b"a" => self.links.push((href.unwrap_or_default().trim().to_owned(), self.out.len())),
            _ => {}
        }
    }

    /// An end tag comes.
    pub(super) fn end(&mut self, name: &[u8]) {
        if let Some((element, depth)) = &mut self.skipping {
            *depth -= u32::from(element == name);
            if *depth == 0 {
                self.skipping = None;
            }
            return;
        }
        match name {
            b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"ul" | b"ol" | b"table" | b"blockquote"
            | b"pre" => self.line(2),
            b"div" | b"tr" | b"li" | b"section" | b"article" | b"header" | b"footer" | b"center" | b"address" => {
                self.line(1)
            }
            b"a" => {
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

    /// Text between tags comes.
    pub(super) fn words(&mut self, text: &str) {
        if self.skipping.is_none() {
            self.append(text);
        }
    }

    fn append(&mut self, text: &str) {
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

    /// The whole text.
    pub(super) fn finish(self) -> String {
        let mut text: String = self.out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// Whether a style hides its element.
fn is_hidden(style: &str) -> bool {
    let mut values = style.match_indices("display").map(|(at, word)| style[at + word.len()..].trim_start());
    values.any(|rest| rest.strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("none")))
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

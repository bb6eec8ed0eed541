//! Cuts a template into text, outputs and tags; and the lines of a `liquid` tag into tags.

use super::tree::Span;
use crate::error::{ErrorKind, Fault, Res, syntax};

/// A piece of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Text(Span),
    /// `{{ … }}`: the inside, and where it begins.
    Output(Span, u32),
    Tag(Tag),
}

/// `{% name arguments %}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag {
    pub(crate) name: Span,
    pub(crate) arguments: Span,
    /// Where the tag begins.
    pub(crate) at: u32,
}

/// Reads a template or the inside of a `liquid` tag.
#[derive(Debug)]
pub(crate) struct Lexer<'s> {
    source: &'s str,
    pos: usize,
    end: usize,
    lines: bool,
    /// The last tag or output ended with `-`.
    trim: bool,
}

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0b' || c == '\0'
}

/// The end of the tag's name at `at`: a word, or `#`.
fn name_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with('#') {
        return at + 1;
    }
    at + rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Lexer { source, pos: 0, end: source.len(), lines: false, trim: false }
    }

    /// The tags on the lines of `inside`.
    pub(crate) fn lines(source: &'s str, inside: Span) -> Self {
        Lexer { source, pos: inside.start as usize, end: inside.end as usize, lines: true, trim: false }
    }

    pub(crate) fn is_lines(&self) -> bool {
        self.lines
    }

    pub(crate) fn next(&mut self) -> Res<Option<Token>> {
        if self.lines { self.next_line() } else { self.next_token() }
    }

    fn next_line(&mut self) -> Res<Option<Token>> {
        while self.pos < self.end {
            let rest = &self.source[self.pos..self.end];
            let length = rest.find('\n').unwrap_or(rest.len());
            let line = &rest[..length];
            let start = self.pos + (line.len() - line.trim_start().len());
            let stop = start + line.trim().len();
            self.pos += (length + 1).min(rest.len());
            if start == stop {
                continue;
            }
            let name = name_end(&self.source[..stop], start);
            if name == start {
                return Err(syntax(start as u32, "expected the name of a tag"));
            }
            return Ok(Some(Token::Tag(Tag {
                name: Span::new(start, name),
                arguments: Span::new(name, stop),
                at: start as u32,
            })));
        }
        Ok(None)
    }

    fn next_token(&mut self) -> Res<Option<Token>> {
        if self.pos >= self.end {
            return Ok(None);
        }
        let opener = self.opener(self.pos);
        if opener > self.pos {
            let span = self.text(self.pos, opener);
            self.pos = opener;
            if span.start < span.end {
                return Ok(Some(Token::Text(span)));
            }
            if opener >= self.end {
                return Ok(None);
            }
        }
        self.markup().map(Some)
    }

    /// The next `{{` or `{%`, or the end.
    fn opener(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(found) = self.source[at..self.end].find('{') {
            at += found;
            if matches!(self.source.as_bytes().get(at + 1), Some(b'{' | b'%')) {
                return at;
            }
            at += 1;
        }
        self.end
    }

    /// The text between two openers, without what their dashes take.
    fn text(&self, from: usize, to: usize) -> Span {
        let mut text = &self.source[from..to];
        let mut start = from;
        if self.trim {
            let kept = text.trim_start_matches(is_space);
            start += text.len() - kept.len();
            text = kept;
        }
        if to < self.end && self.source.as_bytes().get(to + 2) == Some(&b'-') {
            text = text.trim_end_matches(is_space);
        }
        Span::new(start, start + text.len())
    }

    /// The output or tag that begins here.
    fn markup(&mut self) -> Res<Token> {
        let (source, start) = (self.source, self.pos);
        let output = source[start..].starts_with("{{");
        let close = if output { "}}" } else { "%}" };
        let mut inside = start + 2;
        if source.as_bytes().get(inside) == Some(&b'-') {
            inside += 1;
        }
        let Some(length) = source[inside..].find(close) else {
            let tag = source[start..start + 2].to_owned();
            let kind = ErrorKind::Unclosed { tag, expected: close.to_owned() };
            return Err(Box::new(Fault { kind, at: Some(start as u32), place: None }));
        };
        let mut stop = inside + length;
        self.pos = stop + 2;
        // `{{-}}` has one dash, which belongs to the opener.
        self.trim = source[inside..stop].ends_with('-');
        stop -= usize::from(self.trim);
        if output {
            return Ok(Token::Output(Span::new(inside, stop), start as u32));
        }
        let lead = source[inside..stop].len() - source[inside..stop].trim_start().len();
        let name = inside + lead;
        let name_end = name_end(&source[..stop], name);
        if name == name_end {
            return Err(syntax(start as u32, "expected the name of a tag after {%"));
        }
        Ok(Token::Tag(Tag { name: Span::new(name, name_end), arguments: Span::new(name_end, stop), at: start as u32 }))
    }

    /// Goes on after the tag `name`, which ends what is not read in between; answers the text before it.
    pub(crate) fn skip_to(&mut self, name: &str, opened: u32) -> Res<Span> {
        let unclosed = |opened: u32| {
            let kind = ErrorKind::Unclosed { tag: name[3..].to_owned(), expected: name.to_owned() };
            Box::new(Fault { kind, at: Some(opened), place: None })
        };
        if self.lines {
            let start = self.pos;
            while let Some(token) = self.next()? {
                if let Token::Tag(tag) = token
                    && tag.name.of(self.source) == name
                {
                    return Ok(Span::new(start, tag.at as usize));
                }
            }
            return Err(unclosed(opened));
        }
        let start = self.pos;
        while let Some(found) = self.source[self.pos..].find("{%") {
            let at = self.pos + found;
            self.pos = at + 2;
            let inside = self.source[at + 2..].trim_start_matches(|c: char| c == '-' || c.is_whitespace());
            let Some(rest) = inside.strip_prefix(name) else { continue };
            let end = rest.trim_start();
            let dash = end.starts_with('-');
            let Some(after) = end[usize::from(dash)..].strip_prefix("%}") else { continue };
            let span = self.text(start, at);
            self.pos = self.source.len() - after.len();
            self.trim = dash;
            return Ok(span);
        }
        Err(unclosed(opened))
    }

    /// Goes on after the `endcomment` that belongs to the comment just opened.
    pub(crate) fn skip_comment(&mut self, opened: u32) -> Res<()> {
        let mut depth = 1usize;
        while depth > 0 {
            if !self.lines {
                let rest = &self.source[self.pos..];
                let Some(found) = rest.find("{%") else { break };
                self.pos += found;
            }
            let tag = match if self.lines { self.next() } else { self.markup().map(Some) } {
                Ok(Some(Token::Tag(tag))) => tag,
                Ok(None) => break,
                // Nothing in a comment is read, so nothing in it can be wrong.
                Ok(Some(_)) => continue,
                Err(fault) if matches!(fault.kind, ErrorKind::Unclosed { .. }) => break,
                Err(_) => continue,
            };
            match tag.name.of(self.source) {
                "comment" => depth += 1,
                "endcomment" => depth -= 1,
                "raw" => {
                    self.skip_to("endraw", tag.at)?;
                }
                _ => {}
            }
        }
        if depth == 0 {
            return Ok(());
        }
        let kind = ErrorKind::Unclosed { tag: "comment".to_owned(), expected: "endcomment".to_owned() };
        Err(Box::new(Fault { kind, at: Some(opened), place: None }))
    }
}

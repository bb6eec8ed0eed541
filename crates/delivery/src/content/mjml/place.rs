//! Where Liquid stands in an MJML source, and whether the MJML can be compiled around it.
//!
//! Each piece of Liquid is replaced by a mark, a word that passes through the compiler unchanged, and put back in the
//! HTML. That is right where the compiler only copies: text of components that hold HTML, addresses, colours, and between
//! components that stand under one another. It is wrong where it calculates: widths, and columns beside one another.

/// Components whose content is HTML or text.
const CONTENT: &[&str] = &[
    "mj-text",
    "mj-button",
    "mj-raw",
    "mj-table",
    "mj-title",
    "mj-preview",
    "mj-style",
    "mj-accordion-title",
    "mj-accordion-text",
    "mj-navbar-link",
    "mj-social-element",
];
/// Components whose children stand under one another, each on its own.
const STACKED: &[&str] = &["mj-body", "mj-column", "mj-hero"];
/// Components whose children stand beside one another: Liquid that shows nothing and leaves out nothing may stand between.
const BESIDE: &[&str] = &["mj-section", "mj-group", "mj-wrapper"];
/// Attributes that are copied as they are.
const COPIED: &[&str] = &[
    "href",
    "src",
    "alt",
    "title",
    "name",
    "rel",
    "target",
    "color",
    "background-color",
    "container-background-color",
    "inner-background-color",
    "background-url",
];

/// What was found.
#[derive(Debug)]
pub(super) enum Placed {
    /// The source with marks for its Liquid.
    Marked(Marked),
    /// Liquid has to run before the compiler.
    LiquidFirst,
}

/// A source with marks.
#[derive(Debug)]
pub(super) struct Marked {
    /// The source without its Liquid.
    pub(super) text: String,
    /// What the marks stand for, in order.
    pieces: Vec<String>,
    /// How a mark begins.
    mark: String,
    /// Liquid before and after the document.
    before: String,
    after: String,
}

impl Marked {
    /// Whether there was any Liquid.
    pub(super) fn has_liquid(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// The compiled HTML with the Liquid back in its places; `None` when a piece got lost on the way.
    pub(super) fn restore(&self, html: &str) -> Option<String> {
        let mut seen = vec![false; self.pieces.len()];
        let mut out = String::with_capacity(html.len() + self.before.len() + self.after.len());
        out.push_str(&self.before);
        let mut rest = html;
        while let Some(at) = rest.find(&self.mark) {
            out.push_str(&rest[..at]);
            let digits = rest.get(at + self.mark.len()..at + self.mark.len() + DIGITS)?;
            let number: usize = digits.parse().ok()?;
            out.push_str(self.pieces.get(number)?);
            seen[number] = true;
            rest = &rest[at + self.mark.len() + DIGITS..];
        }
        out.push_str(rest);
        out.push_str(&self.after);
        seen.iter().all(|s| *s).then_some(out)
    }
}

/// Digits of a mark's number.
const DIGITS: usize = 6;

/// Where the reader is.
enum Place {
    Text,
    /// Inside a tag: whether within the value of this attribute.
    Tag {
        attribute: Option<(String, char)>,
    },
    Comment,
}

/// Finds out; the source's Liquid need not be right.
pub(super) fn place(source: &str) -> Placed {
    let mut reader = Reader::new(source);
    match reader.read() {
        Some(()) => Placed::Marked(reader.marked),
        None => Placed::LiquidFirst,
    }
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    place: Place,
    /// The components open.
    open: Vec<String>,
    /// The document has ended.
    ended: bool,
    /// Blocks that have begun, and whether each stands there exactly once.
    blocks: Vec<bool>,
    marked: Marked,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str) -> Self {
        let mark = (0..).map(|n| format!("lq{n}x")).find(|mark| !source.contains(mark.as_str())).unwrap_or_default();
        let marked = Marked {
            text: String::with_capacity(source.len()),
            pieces: Vec::new(),
            mark,
            before: String::new(),
            after: String::new(),
        };
        Reader { source, at: 0, place: Place::Text, open: Vec::new(), ended: false, blocks: Vec::new(), marked }
    }

    fn read(&mut self) -> Option<()> {
        while let Some(c) = self.source[self.at..].chars().next() {
            let rest = &self.source[self.at..];
            if rest.starts_with("{{") || rest.starts_with("{%") {
                let length = liquid(rest);
                self.take(&rest[..length])?;
                self.at += length;
                continue;
            }
            let length = match &mut self.place {
                Place::Comment if rest.starts_with("-->") => {
                    self.place = Place::Text;
                    3
                }
                Place::Comment => c.len_utf8(),
                Place::Text if rest.starts_with("<!--") => {
                    self.place = Place::Comment;
                    4
                }
                Place::Text if c == '<' => self.tag(rest),
                Place::Text => c.len_utf8(),
                Place::Tag { attribute: Some((_, quote)) } if c == *quote => {
                    self.place = Place::Tag { attribute: None };
                    1
                }
                Place::Tag { attribute: None } if c == '"' || c == '\'' => {
                    self.place = Place::Tag { attribute: Some((attribute_name(&self.source[..self.at]), c)) };
                    1
                }
                Place::Tag { attribute: None } if c == '>' => {
                    if self.source[..self.at].ends_with('/') {
                        self.close();
                    }
                    self.place = Place::Text;
                    1
                }
                Place::Tag { .. } => c.len_utf8(),
            };
            self.marked.text.push_str(&rest[..length]);
            self.at += length;
        }
        Some(())
    }

    /// A tag begins; answers how much of it was read.
    fn tag(&mut self, rest: &str) -> usize {
        let name: String =
            rest[1..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/')).collect();
        let inside_content = self.open.last().is_some_and(|open| CONTENT.contains(&open.as_str()));
        match name.strip_prefix('/') {
            Some(closed) => {
                if !inside_content || self.open.last().is_some_and(|open| open == closed) {
                    self.close();
                }
                self.place = Place::Tag { attribute: None };
            }
            None if inside_content => self.place = Place::Tag { attribute: None },
            None => {
                self.open.push(name.clone());
                self.place = Place::Tag { attribute: None };
            }
        }
        1 + name.len()
    }

    fn close(&mut self) {
        // A void tag of HTML within content is not on the stack.
        let in_content_tag = self.open.last().is_some_and(|open| CONTENT.contains(&open.as_str()));
        let own = !in_content_tag || self.own_tag();
        if own {
            self.open.pop();
            self.ended |= self.open.is_empty();
        }
    }

    /// Whether the tag being read is the innermost component's own.
    fn own_tag(&self) -> bool {
        let Some(start) = self.source[..=self.at.min(self.source.len() - 1)].rfind('<') else { return false };
        let tag = self.source[start + 1..].trim_start_matches('/');
        self.open.last().is_some_and(|open| tag.starts_with(open.as_str()))
    }

    /// Whether a piece shows nothing by itself, and what stands after it is shown as if it were not there.
    fn is_idle(&mut self, piece: &str) -> bool {
        if !piece.starts_with("{%") {
            return false;
        }
        match tag_name(piece) {
            "assign" | "comment" | "#" => true,
            "rendered" | "included" => {
                let given = piece.split(['\'', '"']).nth(2).unwrap_or_default().trim_start();
                let once = !["for", "with"].iter().any(|word| given.starts_with(word));
                self.blocks.push(once);
                once
            }
            "endrendered" | "endincluded" => self.blocks.pop().unwrap_or(false),
            _ => false,
        }
    }

    /// Puts a mark in the place of a piece of Liquid; `None` when it cannot stand there.
    fn take(&mut self, piece: &str) -> Option<()> {
        let is_idle = self.is_idle(piece);
        let parent = self.open.last().map(String::as_str);
        let in_content = parent.is_some_and(|p| CONTENT.contains(&p));
        let between = match &self.place {
            Place::Comment => false,
            Place::Text if parent.is_none() => {
                let aside = if self.ended { &mut self.marked.after } else { &mut self.marked.before };
                aside.push_str(piece);
                return Some(());
            }
            Place::Text if in_content => false,
            Place::Text if parent.is_some_and(|p| STACKED.contains(&p)) => true,
            Place::Text if is_idle && parent.is_some_and(|p| BESIDE.contains(&p)) => true,
            Place::Text => return None,
            Place::Tag { attribute: Some((name, _)) } if COPIED.contains(&name.as_str()) => false,
            Place::Tag { .. } if in_content && !self.own_tag() => false,
            Place::Tag { .. } => return None,
        };
        let number = self.marked.pieces.len();
        if number >= 10usize.pow(DIGITS as u32) {
            return None;
        }
        let mark = format!("{}{number:0DIGITS$}", self.marked.mark);
        self.marked.pieces.push(piece.to_owned());
        if between {
            self.marked.text.push_str(&format!("<mj-raw>{mark}</mj-raw>"));
        } else {
            self.marked.text.push_str(&mark);
        }
        Some(())
    }
}

/// The name before `="`.
fn attribute_name(before: &str) -> String {
    let before = before.trim_end().trim_end_matches('=').trim_end();
    let start = before.rfind(|c: char| c.is_whitespace() || matches!(c, '<' | '"' | '\'')).map_or(0, |at| at + 1);
    before.get(start..).unwrap_or_default().to_owned()
}

/// The name of the tag at the beginning of a text.
pub(super) fn tag_name(piece: &str) -> &str {
    let inside = piece.get(2..).unwrap_or_default().trim_start_matches('-').trim_start();
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '#'))).unwrap_or(inside.len());
    &inside[..end]
}

/// The length of the Liquid at the beginning: an output or a tag; `raw` and `comment` with all they hold.
pub(super) fn liquid(rest: &str) -> usize {
    let closing = if rest.starts_with("{{") { "}}" } else { "%}" };
    let end = rest.find(closing).map_or(rest.len(), |at| at + 2);
    let name = tag_name(&rest[..end]);
    if closing == "%}" && matches!(name, "raw" | "comment") {
        let last = format!("end{name}");
        if let Some(at) = rest[end..].find(&last) {
            let from = end + at;
            return rest[from..].find("%}").map_or(rest.len(), |close| from + close + 2);
        }
    }
    end
}

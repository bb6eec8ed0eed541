//! As much of CSS as stands on elements: rules with selectors of names, classes and ids, and declarations
//! (CSS Syntax Level 3, Selectors Level 3).

use super::inline::Element;

/// Rules of one mail, at most; further ones stay in the head.
const MAX_RULES: usize = 1_000;
/// Parts of one selector, at most.
const MAX_PARTS: usize = 16;

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) important: bool,
}

/// A rule with one selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) selector: Selector,
    pub(super) declarations: Vec<Declaration>,
}

/// Elements by what they are and where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    /// From the outermost to the one selected.
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    name: Option<String>,
    classes: Vec<String>,
    ids: Vec<String>,
    /// It is a child of the part before, not only somewhere within it.
    is_child: bool,
}

impl Part {
    fn fits(&self, element: &Element) -> bool {
        self.name.as_ref().is_none_or(|name| *name == element.name)
            && self.ids.iter().all(|id| *id == element.id)
            && self.classes.iter().all(|class| element.classes.contains(class))
    }
}

impl Selector {
    /// Its specificity: ids, classes, names.
    pub(super) fn weight(&self) -> (usize, usize, usize) {
        let sum = |count: fn(&Part) -> usize| self.parts.iter().map(count).sum();
        (sum(|p| p.ids.len()), sum(|p| p.classes.len()), sum(|p| usize::from(p.name.is_some())))
    }

    /// Whether it selects the last element of the path from the root.
    pub(super) fn fits(&self, path: &[Element]) -> bool {
        let (Some(subject), Some(element)) = (self.parts.last(), path.last()) else { return false };
        if !subject.fits(element) {
            return false;
        }
        // Which elements of the path the parts so far can end at.
        let mut ends: Vec<bool> = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            let mut within = index == 0;
            let mut next = Vec::with_capacity(path.len());
            for (at, element) in path.iter().enumerate() {
                let placed = match (index, part.is_child) {
                    (0, _) => true,
                    (_, true) => at > 0 && ends[at - 1],
                    (_, false) => within,
                };
                next.push(placed && part.fits(element));
                within |= ends.get(at).copied().unwrap_or(false);
            }
            ends = next;
        }
        ends.last().copied().unwrap_or(false)
    }

    fn parse(text: &str) -> Option<Self> {
        let spaced = text.replace('>', " > ");
        let (mut parts, mut is_child) = (Vec::new(), false);
        for word in spaced.split_whitespace() {
            if word == ">" {
                if is_child || parts.is_empty() {
                    return None;
                }
                is_child = true;
                continue;
            }
            parts.push(Part { is_child: std::mem::take(&mut is_child), ..part(word)? });
        }
        (!parts.is_empty() && parts.len() <= MAX_PARTS && !is_child).then_some(Selector { parts })
    }
}

/// `td.note#n` and the like.
fn part(word: &str) -> Option<Part> {
    let mut part = Part::default();
    let mut rest = word;
    let name_end = rest.find(['.', '#']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(name_end);
    match name {
        "" if after.is_empty() => return None,
        "" | "*" => {}
        name => part.name = Some(identifier(name)?.to_ascii_lowercase()),
    }
    rest = after;
    while let Some(kind) = rest.chars().next() {
        let end = rest[1..].find(['.', '#']).map_or(rest.len(), |end| end + 1);
        let own = identifier(&rest[1..end])?.to_owned();
        if kind == '.' {
            part.classes.push(own)
        } else {
            part.ids.push(own)
        }
        rest = &rest[end..];
    }
    Some(part)
}

fn identifier(text: &str) -> Option<&str> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii();
    (!text.is_empty() && text.chars().all(good)).then_some(text)
}

/// Reads a style sheet: what can stand on elements goes to `rules`, the rest is answered.
pub(super) fn read(css: &str, rules: &mut Vec<Rule>) -> String {
    let css = without_comments(css);
    let (mut rest, mut left) = (css.trim_start(), String::new());
    while !rest.is_empty() {
        let end = if rest.starts_with('@') { at_rule(rest) } else { find(rest, '}').map_or(rest.len(), |end| end + 1) };
        let (whole, after) = rest.split_at(end);
        rest = after.trim_start();
        let parts = whole.strip_suffix('}').and_then(|w| w.split_once('{')).filter(|_| !whole.starts_with('@'));
        let Some((selectors, own)) = parts else {
            left.push_str(whole);
            continue;
        };
        let declared = declarations(own);
        let mut others = Vec::new();
        for text in selectors.split(',').map(str::trim) {
            match Selector::parse(text).filter(|_| rules.len() < MAX_RULES) {
                Some(selector) => rules.push(Rule { selector, declarations: declared.clone() }),
                None => others.push(text),
            }
        }
        if !others.is_empty() {
            left.push_str(&format!("{}{{{own}}}", others.join(",")));
        }
    }
    left
}

/// Where an at-rule ends: after its block, or after its semicolon.
fn at_rule(css: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in css.char_indices() {
        match c {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    css.len()
}

fn without_comments(css: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(css.len()), css);
    while let Some(from) = rest.find("/*") {
        out.push_str(&rest[..from]);
        rest = rest[from + 2..].find("*/").map_or("", |to| &rest[from + 2 + to + 2..]);
    }
    out.push_str(rest);
    out
}

/// Where `wanted` stands first, outside of quotes and brackets.
fn find(text: &str, wanted: char) -> Option<usize> {
    let (mut quote, mut depth) = (None, 0usize);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) if c == wanted && depth == 0 => return Some(at),
            (None, _) => {}
        }
    }
    None
}

/// The declarations of a block or of a `style` attribute, in order; what is none is left out.
pub(super) fn declarations(text: &str) -> Vec<Declaration> {
    let (mut out, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = find(rest, ';').unwrap_or(rest.len());
        if let Some((name, value)) = rest[..end].split_once(':') {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            let bare = value.rfind('!').filter(|at| value[at + 1..].trim().eq_ignore_ascii_case("important"));
            let important = bare.is_some();
            let value = bare.map_or(value, |at| value[..at].trim_end()).to_owned();
            if !name.is_empty() && !value.is_empty() {
                out.push(Declaration { name, value, important });
            }
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out
}

//! Reads expressions: literals, variables, ranges, filters, conditions.

use super::tree::{Condition, Expr, Join, Operator, Path, Root, Span, Step};
use crate::error::{Fault, Res, syntax};
use crate::limits::Limit;

/// A place inside a tag or output.
pub(crate) struct Cursor<'s> {
    pub(crate) source: &'s str,
    pub(crate) pos: usize,
    end: usize,
    depth: u32,
    max_depth: u32,
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

impl<'s> Cursor<'s> {
    pub(crate) fn new(source: &'s str, span: Span, max_depth: u32) -> Self {
        Cursor { source, pos: span.start as usize, end: span.end as usize, depth: 0, max_depth }
    }

    pub(crate) fn rest(&self) -> &'s str {
        &self.source[self.pos..self.end]
    }

    pub(crate) fn space(&mut self) {
        let rest = self.rest();
        self.pos += rest.len() - rest.trim_start().len();
    }

    /// The next character after white space.
    pub(crate) fn peek(&mut self) -> Option<char> {
        self.space();
        self.rest().chars().next()
    }

    pub(crate) fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Takes `token` if it is next.
    pub(crate) fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        self.pos += if found { token.len() } else { 0 };
        found
    }

    /// Takes the word if it is next and ends there.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        self.space();
        let after = self.rest().strip_prefix(word);
        let found = after.is_some_and(|after| !after.starts_with(is_name));
        self.pos += if found { word.len() } else { 0 };
        found
    }

    /// Takes `word:` if it is next.
    pub(crate) fn eat_key(&mut self, word: &str) -> bool {
        let start = self.pos;
        let found = self.eat_word(word) && self.eat(":");
        if !found {
            self.pos = start;
        }
        found
    }

    pub(crate) fn expected(&mut self, what: &str) -> Box<Fault> {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(c) if is_name(c) => format!("`{}`", self.rest().split(|c| !is_name(c)).next().unwrap_or_default()),
            Some(c) => format!("`{c}`"),
        };
        syntax(self.pos as u32, format!("expected {what}, found {found}"))
    }

    pub(crate) fn expect(&mut self, token: &str) -> Res<()> {
        if self.eat(token) { Ok(()) } else { Err(self.expected(&format!("`{token}`"))) }
    }

    /// Fails unless everything was read.
    pub(crate) fn finish(&mut self, what: &str) -> Res<()> {
        if self.at_end() { Ok(()) } else { Err(self.expected(what)) }
    }

    /// A name: letters, digits, `_` and `-`, beginning with a letter or `_`; and a `?` at its end where allowed.
    pub(crate) fn name(&mut self, question: bool) -> Option<Span> {
        self.space();
        let rest = self.rest();
        if !rest.starts_with(is_name_start) {
            return None;
        }
        let mut length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        length += usize::from(question && rest[length..].starts_with('?'));
        let span = Span::new(self.pos, self.pos + length);
        self.pos += length;
        Some(span)
    }

    /// What `assign`, `capture` and counters may be called: a name, or digits.
    pub(crate) fn target(&mut self) -> Res<Span> {
        self.space();
        let rest = self.rest();
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        if length == 0 || rest.starts_with('-') {
            return Err(self.expected("the name of a variable"));
        }
        let span = Span::new(self.pos, self.pos + length);
        self.pos += length;
        Ok(span)
    }

    fn number(&mut self) -> Option<Expr> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(&rest[sign..]);
        if whole == 0 {
            return None;
        }
        let mut length = sign + whole;
        let fraction = rest[length..].strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            length += 1 + fraction;
        }
        let text = &rest[..length];
        let at = self.pos;
        self.pos += length;
        if fraction > 0 {
            return Some(Expr::Float(text.parse().unwrap_or(0.0)));
        }
        // Longer numbers keep their digits as text.
        Some(text.parse().map_or(Expr::Str(Span::new(at, at + length)), Expr::Int))
    }

    fn string(&mut self) -> Res<Option<Expr>> {
        let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Ok(None) };
        let start = self.pos + 1;
        let Some(length) = self.source[start..self.end].find(quote) else {
            return Err(syntax(self.pos as u32, format!("the text that begins here is never closed with {quote}")));
        };
        self.pos = start + length + 1;
        Ok(Some(Expr::Str(Span::new(start, start + length))))
    }

    fn deeper(&mut self) -> Res<()> {
        self.depth += 1;
        if self.depth > self.max_depth {
            return Err(Box::<Fault>::from(Limit::Depth(self.max_depth)).at(self.pos as u32));
        }
        Ok(())
    }

    /// A value without filters.
    pub(crate) fn expr(&mut self) -> Res<Expr> {
        self.deeper()?;
        let expr = self.expr_inside()?;
        self.depth -= 1;
        Ok(expr)
    }

    fn expr_inside(&mut self) -> Res<Expr> {
        self.space();
        if let Some(text) = self.string()? {
            return Ok(text);
        }
        if let Some(number) = self.number() {
            return Ok(number);
        }
        if self.eat("(") {
            let from = self.expr()?;
            self.expect("..")?;
            let to = self.expr()?;
            self.expect(")")?;
            return Ok(Expr::Range(Box::new((from, to))));
        }
        let start = self.pos;
        if self.eat("[") {
            let name = self.expr()?;
            self.expect("]")?;
            return self.path(start, Root::Indirect(name));
        }
        let Some(name) = self.name(true) else { return Err(self.expected("a value")) };
        let literal = match name.of(self.source) {
            "nil" | "null" => Some(Expr::Nil),
            "true" => Some(Expr::Bool(true)),
            "false" => Some(Expr::Bool(false)),
            "empty" => Some(Expr::Empty),
            "blank" => Some(Expr::Blank),
            _ => None,
        };
        match (literal, self.peek()) {
            (Some(literal), next) if !matches!(next, Some('.' | '[')) || self.rest().starts_with("..") => Ok(literal),
            _ => self.path(start, Root::Name(name)),
        }
    }

    /// The members after a variable.
    fn path(&mut self, start: usize, root: Root) -> Res<Expr> {
        let mut steps = Vec::new();
        let mut end = self.pos;
        loop {
            self.space();
            if self.rest().starts_with('.') && !self.rest().starts_with("..") {
                self.pos += 1;
                let Some(name) = self.name(true) else { return Err(self.expected("the name of a member after `.`")) };
                steps.push(Step::Name(name));
            } else if self.eat("[") {
                let index = self.expr()?;
                self.expect("]")?;
                steps.push(Step::Index(index));
            } else {
                break;
            }
            end = self.pos;
        }
        match root {
            Root::Name(name) if steps.is_empty() => Ok(Expr::Name(name)),
            root => Ok(Expr::Path(Box::new(Path { root, steps: steps.into(), span: Span::new(start, end) }))),
        }
    }

    /// Comparisons joined by `and` and `or`, which have one rank and group from the right.
    pub(crate) fn condition(&mut self) -> Res<Condition> {
        let mut terms = Vec::new();
        loop {
            let term = self.comparison()?;
            let join = if self.eat_word("and") {
                Join::And
            } else if self.eat_word("or") {
                Join::Or
            } else {
                Join::End
            };
            if terms.is_empty() && join == Join::End {
                self.finish("`and`, `or` or a comparison such as `==`")?;
                return Ok(term);
            }
            terms.push((term, join));
            if join == Join::End {
                self.finish("`and`, `or` or a comparison such as `==`")?;
                return Ok(Condition::Chain(terms.into()));
            }
        }
    }

    fn comparison(&mut self) -> Res<Condition> {
        let left = self.expr()?;
        self.space();
        let at = self.pos as u32;
        let Some(operator) = self.operator() else { return Ok(Condition::Truth(left)) };
        let right = self.expr()?;
        Ok(Condition::Compare(Box::new((left, operator, right)), at))
    }

    fn operator(&mut self) -> Option<Operator> {
        const SIGNS: [(&str, Operator); 7] = [
            ("==", Operator::Equal),
            ("!=", Operator::Unequal),
            ("<>", Operator::Unequal),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        if self.eat_word("contains") {
            return Some(Operator::Contains);
        }
        SIGNS.iter().find(|(sign, _)| self.eat(sign)).map(|(_, operator)| *operator)
    }
}

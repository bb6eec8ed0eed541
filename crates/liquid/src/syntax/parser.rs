//! Puts tokens together: blocks, outputs, filters.

use super::cursor::Cursor;
use super::lexer::{Lexer, Tag, Token};
use super::tree::{Body, Call, Callee, Filtered, Node, Output, Span};
use crate::error::{ErrorKind, Fault, Res, nearest, syntax};
use crate::filters;
use crate::limits::Limit;
use crate::options::ParseOptions;

/// The most arguments one filter takes.
pub(crate) const MAX_ARGUMENTS: usize = 8;

pub(crate) struct Parser<'s> {
    pub(super) source: &'s str,
    pub(super) lexer: Lexer<'s>,
    pub(super) options: &'s ParseOptions<'s>,
    depth: u32,
}

/// Reads a whole template.
pub(crate) fn parse(source: &str, options: &ParseOptions<'_>) -> Res<Body> {
    let most = options.limits.template_bytes;
    if source.len() > most as usize {
        return Err(Limit::TemplateBytes(most).into());
    }
    let mut parser = Parser { source, lexer: Lexer::new(source), options, depth: 0 };
    let (body, _) = parser.body(None, &[])?;
    Ok(body)
}

/// A block that is being read.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) name: &'static str,
    pub(super) end: &'static str,
    pub(super) at: u32,
}

impl<'s> Parser<'s> {
    pub(super) fn cursor(&self, span: Span) -> Cursor<'s> {
        Cursor::new(self.source, span, self.options.limits.depth())
    }

    /// Nodes up to the tag that ends `block` or one of `between`, which is answered; all of them without a block.
    pub(super) fn body(&mut self, block: Option<Block>, between: &[&str]) -> Res<(Body, Option<Tag>)> {
        self.depth += 1;
        if self.depth > self.options.limits.depth() {
            let fault = Box::<Fault>::from(Limit::Depth(self.options.limits.depth()));
            return Err(fault.at(block.map_or(0, |b| b.at)));
        }
        let mut nodes = Vec::new();
        let mut blank = true;
        let end = loop {
            let Some(token) = self.lexer.next()? else {
                let Some(block) = block else { break None };
                let kind = ErrorKind::Unclosed { tag: block.name.to_owned(), expected: block.end.to_owned() };
                return Err(Box::new(Fault { kind, at: Some(block.at), place: None }));
            };
            match token {
                Token::Text(span) => {
                    blank = blank && span.of(self.source).chars().all(char::is_whitespace);
                    nodes.push(Node::Text(span));
                }
                Token::Output(inside, at) => {
                    blank = false;
                    nodes.extend(self.output(inside, at)?.map(|o| Node::Output(Box::new(o))));
                }
                Token::Tag(tag) => {
                    let name = tag.name.of(self.source);
                    if block.is_some_and(|b| b.end == name) || between.contains(&name) {
                        break Some(tag);
                    }
                    blank &= self.tag(tag, block, &mut nodes)?;
                }
            }
        };
        self.depth -= 1;
        Ok((Body { nodes: nodes.into(), blank }, end))
    }

    /// The inside of `{{ }}`; nothing when there is none.
    pub(super) fn output(&mut self, inside: Span, at: u32) -> Res<Option<Output>> {
        let mut cursor = self.cursor(inside);
        if cursor.at_end() {
            return Ok(None);
        }
        let value = self.filtered(&mut cursor)?;
        Ok(Some(Output { value, at }))
    }

    /// A value with filters, up to the end.
    pub(super) fn filtered(&self, cursor: &mut Cursor<'s>) -> Res<Filtered> {
        let value = cursor.expr()?;
        let mut calls = Vec::new();
        while cursor.eat("|") {
            calls.push(self.call(cursor)?);
        }
        cursor.finish("`|` and a filter, or the end")?;
        Ok(Filtered { value, filters: calls.into() })
    }

    fn call(&self, cursor: &mut Cursor<'s>) -> Res<Call> {
        let Some(name) = cursor.name(false) else { return Err(cursor.expected("the name of a filter after `|`")) };
        let (mut arguments, mut named) = (Vec::new(), Vec::new());
        if cursor.eat(":") {
            loop {
                let start = cursor.pos;
                match cursor.name(false).filter(|_| cursor.eat(":")) {
                    Some(key) => named.push((key, cursor.expr()?)),
                    None => {
                        cursor.pos = start;
                        arguments.push(cursor.expr()?);
                    }
                }
                if !cursor.eat(",") {
                    break;
                }
            }
        }
        let filter = self.callee(name, arguments.len(), &named)?;
        Ok(Call { name, filter, arguments: arguments.into(), named: named.into() })
    }

    /// Looks a filter up and checks how it is called.
    fn callee(&self, span: Span, arguments: usize, named: &[(Span, super::tree::Expr)]) -> Res<Callee> {
        let name = span.of(self.source);
        if arguments > MAX_ARGUMENTS || named.len() > MAX_ARGUMENTS {
            return Err(syntax(span.start, format!("`{name}` has more than {MAX_ARGUMENTS} arguments")));
        }
        if self.options.host_filters.contains(&name) {
            return Ok(Callee::Host);
        }
        let Some(filter) = filters::find(name) else {
            if !self.options.strict_filters {
                return Ok(Callee::Unknown);
            }
            let mut known: Vec<&str> = filters::names().collect();
            known.extend_from_slice(self.options.host_filters);
            let kind = ErrorKind::UnknownFilter { name: name.to_owned(), nearest: nearest(name, known) };
            return Err(Box::new(Fault { kind, at: Some(span.start), place: None }));
        };
        let (least, most) = (usize::from(filter.least), usize::from(filter.most));
        if arguments < least || arguments > most {
            let wanted = match (least, most) {
                (0, 0) => "no arguments".to_owned(),
                (a, b) if a == b => format!("{a} argument{}", if a == 1 { "" } else { "s" }),
                (a, b) => format!("{a} to {b} arguments"),
            };
            return Err(syntax(span.start, format!("`{name}` takes {wanted}, found {arguments}")));
        }
        for (key, _) in named {
            let key_name = key.of(self.source);
            if !filter.named.contains(&key_name) {
                let near = nearest(key_name, filter.named.iter().copied());
                let hint = near.map(|n| format!("; did you mean `{n}:`?")).unwrap_or_default();
                return Err(syntax(key.start, format!("`{name}` has no argument `{key_name}:`{hint}")));
            }
        }
        Ok(Callee::Known(filter))
    }
}

/// Takes the white space out of bodies that show nothing else.
pub(super) fn settle<'b>(bodies: impl IntoIterator<Item = &'b mut Body>) -> bool {
    let mut bodies: Vec<_> = bodies.into_iter().collect();
    let blank = bodies.iter().all(|b| b.blank);
    if blank {
        for body in &mut bodies {
            let nodes = std::mem::take(&mut body.nodes).into_vec();
            body.nodes = nodes.into_iter().filter(|n| !matches!(n, Node::Text(_))).collect();
        }
    }
    blank
}

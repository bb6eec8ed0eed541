//! What each tag looks like.

use super::cursor::Cursor;
use super::lexer::{Lexer, Tag};
use super::parser::{Block, Parser, settle};
use super::tree::{
    Arm, Assign, Body, Branch, Capture, Case, CatalogItems, Condition, Cycle, Expr, For, Node, Offset, Output, Partial,
    Span,
};
use crate::error::{ErrorKind, Fault, Res, nearest, syntax};

/// The names of all tags that can stand by themselves.
pub(crate) const TAGS: &[&str] = &[
    "#",
    "abort_message",
    "assign",
    "break",
    "capture",
    "case",
    "catalog_items",
    "comment",
    "continue",
    "cycle",
    "decrement",
    "doc",
    "echo",
    "for",
    "if",
    "ifchanged",
    "include",
    "increment",
    "liquid",
    "raw",
    "render",
    "tablerow",
    "unless",
];

impl Parser<'_> {
    /// Reads one tag; answers whether it shows nothing.
    pub(super) fn tag(&mut self, tag: Tag, outer: Option<Block>, nodes: &mut Vec<Node>) -> Res<bool> {
        let block = |name: &'static str, end: &'static str| Block { name, end, at: tag.at };
        let node = match tag.name.of(self.source) {
            "#" => return self.inline_comment(tag).map(|()| true),
            "comment" => return self.lexer.skip_comment(tag.at).map(|()| true),
            "doc" => return self.doc(tag).map(|()| true),
            "raw" => return self.raw(tag, nodes),
            "liquid" => return self.liquid(tag, nodes),
            "assign" => {
                nodes.push(self.assign(tag)?);
                return Ok(true);
            }
            "capture" => {
                nodes.push(self.capture(tag, block("capture", "endcapture"))?);
                return Ok(true);
            }
            "if" => return self.branches(tag, block("if", "endif"), nodes),
            "unless" => return self.branches(tag, block("unless", "endunless"), nodes),
            "case" => return self.case(tag, block("case", "endcase"), nodes),
            "for" => return self.looped(tag, block("for", "endfor"), nodes),
            "tablerow" => return self.looped(tag, block("tablerow", "endtablerow"), nodes),
            "ifchanged" => {
                let (body, _) = self.body(Some(block("ifchanged", "endifchanged")), &[])?;
                let blank = body.blank;
                nodes.push(Node::IfChanged(Box::new(body)));
                return Ok(blank);
            }
            "echo" => match self.output(tag.arguments, tag.at)? {
                Some(output) => Node::Output(Box::new(output)),
                None => return Ok(false),
            },
            "break" => Node::Break,
            "continue" => Node::Continue,
            "cycle" => self.cycle(tag)?,
            "increment" => Node::Increment(self.only_target(tag)?),
            "decrement" => Node::Decrement(self.only_target(tag)?),
            "include" => Node::Include(Box::new(self.partial(tag)?)),
            "render" => Node::Render(Box::new(self.partial(tag)?)),
            "included" if self.options.written_out => {
                Node::Include(Box::new(self.written_out(tag, block("included", "endincluded"))?))
            }
            "rendered" if self.options.written_out => {
                Node::Render(Box::new(self.written_out(tag, block("rendered", "endrendered"))?))
            }
            "abort_message" => Node::Abort(Box::new(self.abort(tag)?)),
            "catalog_items" => self.catalog_items(tag)?,
            name => return Err(unexpected(name, tag, outer)),
        };
        nodes.push(node);
        Ok(false)
    }

    fn inline_comment(&self, tag: Tag) -> Res<()> {
        let lines = tag.arguments.of(self.source).lines().skip(1).map(str::trim);
        match lines.into_iter().find(|line| !line.is_empty() && !line.starts_with('#')) {
            Some(_) => Err(syntax(tag.at, "every line of an inline comment begins with `#`")),
            None => Ok(()),
        }
    }

    fn doc(&mut self, tag: Tag) -> Res<()> {
        self.cursor(tag.arguments).finish("nothing after `doc`")?;
        let text = self.lexer.skip_to("enddoc", tag.at)?.of(self.source);
        let nested = text.split("{%").skip(1).any(|t| {
            let inside = t.trim_start_matches(|c: char| c == '-' || c.is_whitespace());
            inside.strip_prefix("doc").is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        if nested { Err(syntax(tag.at, "`doc` cannot stand inside `doc`")) } else { Ok(()) }
    }

    fn raw(&mut self, tag: Tag, nodes: &mut Vec<Node>) -> Res<bool> {
        self.cursor(tag.arguments).finish("nothing after `raw`")?;
        if self.lexer.is_lines() {
            return Err(syntax(tag.at, "`raw` cannot stand inside `liquid`"));
        }
        let text = self.lexer.skip_to("endraw", tag.at)?;
        if text.start == text.end {
            return Ok(true);
        }
        // White space in `raw` was asked for, so it is kept where text would not be.
        nodes.push(Node::Output(Box::new(Output {
            value: super::tree::Filtered { value: Expr::Str(text), filters: Box::default() },
            at: tag.at,
        })));
        Ok(false)
    }

    /// The tags of a `liquid` tag stand among the others.
    fn liquid(&mut self, tag: Tag, nodes: &mut Vec<Node>) -> Res<bool> {
        let outer = std::mem::replace(&mut self.lexer, Lexer::lines(self.source, tag.arguments));
        let (body, _) = self.body(None, &[])?;
        self.lexer = outer;
        nodes.extend(body.nodes.into_vec());
        Ok(body.blank)
    }

    fn assign(&self, tag: Tag) -> Res<Node> {
        let mut cursor = self.cursor(tag.arguments);
        let name = cursor.target()?;
        cursor.expect("=")?;
        let value = self.filtered(&mut cursor)?;
        Ok(Node::Assign(Box::new(Assign { name, value })))
    }

    fn capture(&mut self, tag: Tag, block: Block) -> Res<Node> {
        let mut cursor = self.cursor(tag.arguments);
        // The name may be quoted, as old templates have it.
        let name = match cursor.peek() {
            Some('"' | '\'') => match cursor.expr()? {
                Expr::Str(span) => span,
                _ => return Err(cursor.expected("the name of a variable")),
            },
            _ => cursor.target()?,
        };
        cursor.finish("nothing after the name")?;
        let (body, _) = self.body(Some(block), &[])?;
        Ok(Node::Capture(Box::new(Capture { name, body })))
    }

    fn branches(&mut self, tag: Tag, block: Block, nodes: &mut Vec<Node>) -> Res<bool> {
        let first = self.cursor(tag.arguments).condition()?;
        let mut condition = Some(if block.name == "unless" { Condition::Not(Box::new(first)) } else { first });
        let mut branches = Vec::new();
        loop {
            let (body, end) = self.body(Some(block), &["else", "elsif"])?;
            branches.push(Branch { condition, body });
            let Some(end) = end else { break };
            match end.name.of(self.source) {
                "elsif" => condition = Some(self.cursor(end.arguments).condition()?),
                "else" => condition = None,
                _ => break,
            }
        }
        let blank = settle(branches.iter_mut().map(|b| &mut b.body));
        // What follows an `else` is read and never shown.
        let shown = branches.iter().position(|b| b.condition.is_none()).map_or(branches.len(), |i| i + 1);
        branches.truncate(shown);
        nodes.push(Node::If(branches.into()));
        Ok(blank)
    }

    fn case(&mut self, tag: Tag, block: Block, nodes: &mut Vec<Node>) -> Res<bool> {
        let mut cursor = self.cursor(tag.arguments);
        let subject = cursor.expr()?;
        cursor.finish("nothing after the value")?;
        // What stands before the first `when` is read and never shown.
        let (_, mut end) = self.body(Some(block), &["when", "else"])?;
        let mut arms: Vec<Arm> = Vec::new();
        while let Some(tag) = end {
            let values = match tag.name.of(self.source) {
                "when" => Some(self.when(tag)?),
                "else" => None,
                _ => break,
            };
            let (body, next) = self.body(Some(block), &["when", "else"])?;
            arms.push(Arm { values, body });
            end = next;
        }
        let blank = settle(arms.iter_mut().map(|a| &mut a.body));
        nodes.push(Node::Case(Box::new(Case { subject, arms: arms.into() })));
        Ok(blank)
    }

    fn when(&self, tag: Tag) -> Res<Box<[Expr]>> {
        let mut cursor = self.cursor(tag.arguments);
        let mut values = vec![cursor.expr()?];
        while cursor.eat(",") || cursor.eat_word("or") {
            values.push(cursor.expr()?);
        }
        // Old templates have remarks here, which were always passed over.
        if self.options.strict_syntax {
            cursor.finish("`,`, `or` or the end")?;
        }
        Ok(values.into())
    }

    fn looped(&mut self, tag: Tag, block: Block, nodes: &mut Vec<Node>) -> Res<bool> {
        let table = block.name == "tablerow";
        let mut node = self.loop_head(tag, table)?;
        let (body, end) = self.body(Some(block), if table { &[] } else { &["else"] })?;
        node.body = body;
        if end.is_some_and(|e| e.name.of(self.source) == "else") {
            let (otherwise, _) = self.body(Some(block), &[])?;
            node.otherwise = Some(otherwise);
        }
        let blank = if table { false } else { settle(std::iter::once(&mut node.body).chain(node.otherwise.as_mut())) };
        nodes.push(if table { Node::TableRow(Box::new(node)) } else { Node::For(Box::new(node)) });
        Ok(blank)
    }

    fn loop_head(&self, tag: Tag, table: bool) -> Res<For> {
        let mut cursor = self.cursor(tag.arguments);
        let Some(variable) = cursor.name(true) else { return Err(cursor.expected("the name of the loop's variable")) };
        if !cursor.eat_word("in") {
            return Err(cursor.expected("`in`"));
        }
        cursor.space();
        let start = cursor.pos;
        let collection = cursor.expr()?;
        let written = Span::new(start, start + self.source[start..cursor.pos].trim_end().len());
        let mut node = For {
            variable,
            collection,
            written,
            reversed: false,
            limit: None,
            offset: None,
            cols: None,
            body: Body::default(),
            otherwise: None,
            at: tag.at,
        };
        loop {
            let comma = cursor.eat(",");
            if cursor.eat_word("reversed") {
                node.reversed = true;
            } else if cursor.eat_key("limit") {
                node.limit = Some(cursor.expr()?);
            } else if cursor.eat_key("offset") {
                let by_word = cursor.eat_word("continue");
                node.offset = Some(if by_word { Offset::Continue } else { Offset::By(cursor.expr()?) });
            } else if table && cursor.eat_key("cols") {
                node.cols = Some(cursor.expr()?);
            } else if !comma {
                break;
            }
        }
        cursor.finish(if table { "`limit:`, `offset:` or `cols:`" } else { "`reversed`, `limit:` or `offset:`" })?;
        Ok(node)
    }

    fn cycle(&self, tag: Tag) -> Res<Node> {
        let mut cursor = self.cursor(tag.arguments);
        let first = cursor.expr()?;
        let (name, mut values) =
            if cursor.eat(":") { (Some(first), vec![cursor.expr()?]) } else { (None, vec![first]) };
        while cursor.eat(",") {
            if cursor.at_end() {
                break;
            }
            values.push(cursor.expr()?);
        }
        cursor.finish("`,` and a value")?;
        Ok(Node::Cycle(Box::new(Cycle { name, values: values.into(), written: tag.arguments })))
    }

    fn only_target(&self, tag: Tag) -> Res<Span> {
        let mut cursor = self.cursor(tag.arguments);
        let name = cursor.target()?;
        cursor.finish("nothing after the name")?;
        Ok(name)
    }

    fn partial(&self, tag: Tag) -> Res<Partial> {
        let mut cursor = self.cursor(tag.arguments);
        let name = cursor.expr()?;
        let tag_name = tag.name.of(self.source);
        if tag_name != "include" && !matches!(name, Expr::Str(_)) {
            return Err(syntax(tag.arguments.start, format!("`{tag_name}` takes a partial's name in quotes")));
        }
        let mut node =
            Partial { name, with: None, each: false, alias: None, arguments: Box::default(), own: None, at: tag.at };
        let start = cursor.pos;
        let (each, with) = (cursor.eat_word("for"), cursor.eat_word("with"));
        if (each || with) && cursor.peek() != Some(':') {
            node.each = each;
            node.with = Some(cursor.expr()?);
            if cursor.eat_word("as") {
                node.alias = Some(cursor.name(false).ok_or_else(|| cursor.expected("a name after `as`"))?);
            }
        } else {
            cursor.pos = start;
        }
        node.arguments = named(&mut cursor)?.into();
        cursor.finish("`,` and `name: value`")?;
        Ok(node)
    }

    /// A partial with what it shows.
    fn written_out(&mut self, tag: Tag, block: Block) -> Res<Partial> {
        let mut node = self.partial(tag)?;
        node.own = Some(self.body(Some(block), &[])?.0);
        Ok(node)
    }

    /// `abort_message("reason")`, `abort_message: "reason"`, `abort_message "reason"`, or without a reason.
    fn abort(&mut self, tag: Tag) -> Res<Output> {
        let mut cursor = self.cursor(tag.arguments);
        let mut inside = tag.arguments;
        if cursor.eat("(") {
            let rest = cursor.rest().trim_end();
            if !rest.ends_with(')') {
                return Err(syntax(cursor.pos as u32, "expected `)` after the reason"));
            }
            inside = Span::new(cursor.pos, cursor.pos + rest.len() - 1);
        } else if cursor.eat(":") {
            inside = Span::new(cursor.pos, inside.end as usize);
        }
        let nothing = super::tree::Filtered { value: Expr::Nil, filters: Box::default() };
        Ok(self.output(inside, tag.at)?.unwrap_or(Output { value: nothing, at: tag.at }))
    }

    /// `catalog_items name key, key`: the catalogue's items under those keys, as `items`.
    fn catalog_items(&self, tag: Tag) -> Res<Node> {
        let mut cursor = self.cursor(tag.arguments);
        let catalog = match cursor.peek() {
            Some('"' | '\'') => match cursor.expr()? {
                Expr::Str(span) => span,
                _ => return Err(cursor.expected("the name of a catalogue")),
            },
            _ => cursor.target()?,
        };
        let mut keys = Vec::new();
        while !cursor.at_end() {
            keys.push(cursor.expr()?);
            cursor.eat(",");
        }
        if keys.is_empty() {
            return Err(cursor.expected("the key of an item"));
        }
        Ok(Node::CatalogItems(Box::new(CatalogItems { catalog, keys: keys.into(), at: tag.at })))
    }
}

fn named(cursor: &mut Cursor<'_>) -> Res<Vec<(Span, Expr)>> {
    let mut arguments = Vec::new();
    loop {
        let comma = cursor.eat(",");
        if cursor.at_end() {
            return Ok(arguments);
        }
        let Some(key) = cursor.name(false) else {
            return Err(cursor.expected(if comma { "`name: value`" } else { "`with`, `for` or `name: value`" }));
        };
        cursor.expect(":")?;
        arguments.push((key, cursor.expr()?));
    }
}

fn unexpected(name: &str, tag: Tag, outer: Option<Block>) -> Box<Fault> {
    let within = outer.map(|b| format!(" inside `{}`, which is closed by `{}`", b.name, b.end)).unwrap_or_default();
    let opener = name.strip_prefix("end").filter(|n| TAGS.contains(n));
    if let Some(opener) = opener {
        return syntax(tag.name.start, format!("`{name}` without its `{opener}`{within}"));
    }
    if matches!(name, "else" | "elsif" | "when") {
        return syntax(tag.name.start, format!("`{name}` does not belong here{within}"));
    }
    let known = TAGS.iter().copied().chain(["else", "elsif", "when"]).chain(outer.map(|b| b.end));
    let kind = ErrorKind::UnknownTag { name: name.to_owned(), nearest: nearest(name, known) };
    Box::new(Fault { kind, at: Some(tag.name.start), place: None })
}

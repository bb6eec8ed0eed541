//! Renders a tree.

mod escape;
mod eval;
mod loops;
mod partials;
mod scope;
mod sink;

use std::collections::BTreeMap;

use crate::error::{Error, Fault, Place, Res, argument};
use crate::limits::{Limit, Meter};
use crate::options::{Env, Missing};
use crate::syntax::tree::{Body, Case, CatalogItems, Cycle, Node, Output, Span};
use crate::template::{MAX_REPORTED, MissingValue, Outcome, Rendered, Template};
use crate::value::{Value, parse_int};
use loops::LoopState;
use scope::Frame;
use sink::Sink;

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Break,
    Continue,
    Abort,
}

/// Which cycle: by its name's value, or by its values as written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum CycleKey<'a> {
    Named(String),
    Written(&'a str),
}

/// One rendering.
pub(crate) struct Renderer<'a> {
    env: &'a Env<'a>,
    /// The caller's data, visible everywhere.
    root: Value<'a>,
    /// The template that is being rendered: the one, or a partial.
    source: &'a str,
    partial: Option<&'a str>,
    frame: Frame<'a>,
    loops: Vec<LoopState<'a>>,
    /// The innermost `for`.
    inner: Option<u32>,
    cycles: BTreeMap<CycleKey<'a>, usize>,
    changed: Option<String>,
    reason: String,
    out: Sink,
    meter: Meter<'a>,
    missing: Vec<MissingValue>,
    depth: u32,
    markup: escape::Markup,
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(template: &'a Template, root: Value<'a>, env: &'a Env<'a>) -> Self {
        Renderer {
            env,
            root,
            source: &template.source,
            partial: None,
            frame: Frame::default(),
            loops: Vec::new(),
            inner: None,
            cycles: BTreeMap::new(),
            changed: None,
            reason: String::new(),
            out: Sink::new(env.limits.output_bytes, template.source.len()),
            meter: Meter::new(env.limits, env.go_on),
            missing: Vec::new(),
            depth: 0,
            markup: escape::Markup::default(),
        }
    }

    pub(crate) fn run(mut self, template: &'a Template) -> Result<Rendered, Error> {
        let flow = self.body(&template.body).map_err(|f| f.located(&template.source, None).into_error())?;
        let outcome = match flow {
            Flow::Abort => Outcome::Aborted { reason: self.reason },
            _ => Outcome::Text(self.out.into_text()),
        };
        Ok(Rendered { outcome, missing: self.missing, steps: self.meter.steps() })
    }

    /// The text of a span of the current template.
    fn name(&self, span: Span) -> &'a str {
        span.of(self.source)
    }

    fn deeper(&mut self) -> Res<()> {
        self.depth += 1;
        let most = self.meter.limits().depth();
        if self.depth > most { Err(Limit::Depth(most).into()) } else { Ok(()) }
    }

    pub(crate) fn body(&mut self, body: &'a Body) -> Res<Flow> {
        self.deeper()?;
        for node in &body.nodes {
            let flow = self.node(node)?;
            if flow != Flow::Next {
                self.depth -= 1;
                return Ok(flow);
            }
        }
        self.depth -= 1;
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &'a Node) -> Res<Flow> {
        self.meter.step(1)?;
        match node {
            Node::Text(span) => self.out.push(self.name(*span))?,
            Node::Output(output) => self.output(output)?,
            Node::Assign(assign) => {
                let value = self.filtered(&assign.value)?;
                let value = self.assigned(&assign.value, value)?;
                self.frame.set(self.name(assign.name), value);
            }
            Node::Capture(capture) => {
                let start = self.out.len();
                let flow = self.body(&capture.body)?;
                let text = self.out.cut(start);
                self.meter.memory(text.len()).map_err(|f| f.at(capture.name.start))?;
                let value = self.captured(text);
                self.frame.set(self.name(capture.name), value);
                return Ok(flow);
            }
            Node::If(branches) => {
                for branch in branches {
                    let chosen = match &branch.condition {
                        Some(condition) => self.holds(condition)?,
                        None => true,
                    };
                    if chosen {
                        return self.body(&branch.body);
                    }
                }
            }
            Node::Case(case) => return self.case(case),
            Node::For(node) => return self.for_loop(node).map_err(|f| f.at(node.at)),
            Node::TableRow(node) => return self.table_row(node).map_err(|f| f.at(node.at)),
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
            Node::Cycle(cycle) => self.cycle(cycle)?,
            Node::Increment(name) => {
                let count = self.counter(self.name(*name));
                let value = Value::Int(*count);
                *count = count.saturating_add(1);
                self.out.show(&value)?;
            }
            Node::Decrement(name) => {
                let count = self.counter(self.name(*name));
                *count = count.saturating_sub(1);
                let value = Value::Int(*count);
                self.out.show(&value)?;
            }
            Node::IfChanged(body) => return self.if_changed(body),
            Node::Include(partial) => return self.include(partial).map_err(|f| f.at(partial.at)),
            Node::Render(partial) => return self.render_partial(partial).map_err(|f| f.at(partial.at)),
            Node::Abort(output) => {
                self.reason = self.filtered(&output.value)?.to_str().into_owned();
                return Ok(Flow::Abort);
            }
            Node::CatalogItems(items) => self.catalog_items(items).map_err(|f| f.at(items.at))?,
        }
        Ok(Flow::Next)
    }

    fn output(&mut self, output: &'a Output) -> Res<()> {
        let value = self.filtered(&output.value)?;
        self.show(&output.value, &value).map_err(|f| f.at(output.at))
    }

    fn case(&mut self, case: &'a Case) -> Res<Flow> {
        let subject = self.quiet(&case.subject)?;
        let mut matched = false;
        for arm in &case.arms {
            let times = match &arm.values {
                Some(values) => {
                    let mut times = 0;
                    for value in values {
                        times += usize::from(self.quiet(value)? == subject);
                    }
                    matched |= times > 0;
                    times
                }
                None => usize::from(!matched),
            };
            for _ in 0..times {
                let flow = self.body(&arm.body)?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
            }
        }
        Ok(Flow::Next)
    }

    fn cycle(&mut self, cycle: &'a Cycle) -> Res<()> {
        let key = match &cycle.name {
            Some(name) => CycleKey::Named(self.quiet(name)?.to_str().into_owned()),
            None => CycleKey::Written(self.name(cycle.written)),
        };
        let place = self.cycles.entry(key).or_default();
        let chosen = cycle.values.get(*place);
        *place = if *place + 1 >= cycle.values.len() { 0 } else { *place + 1 };
        match chosen {
            Some(expr) => {
                let value = self.eval(expr)?;
                self.show_plain(expr, &value)
            }
            None => Ok(()),
        }
    }

    /// The counter `name`, which begins at the data's value of that name, or at 0.
    fn counter(&mut self, name: &'a str) -> &mut i64 {
        let root = &self.root;
        self.frame.counters.entry(name).or_insert_with(|| match root.get(name) {
            Some(Value::Int(n)) => n,
            _ => 0,
        })
    }

    fn if_changed(&mut self, body: &'a Body) -> Res<Flow> {
        let start = self.out.len();
        let flow = self.body(body)?;
        let text = self.out.since(start);
        if text.is_empty() || self.changed.as_deref() == Some(text) {
            self.out.cut(start);
        } else {
            self.meter.memory(text.len())?;
            self.changed = Some(text.to_owned());
        }
        Ok(flow)
    }

    fn catalog_items(&mut self, node: &'a CatalogItems) -> Res<()> {
        let catalog = self.name(node.catalog);
        let mut items = Vec::with_capacity(node.keys.len());
        for key in &node.keys {
            let key = self.eval(key)?;
            let item = self.env.host.catalog_item(catalog, &key.to_str()).map_err(crate::error::ErrorKind::Host)?;
            items.push(item.unwrap_or(Value::Nil));
        }
        self.frame.set("items", Value::array(items));
        Ok(())
    }

    /// Deals with a variable that does not exist.
    fn is_missing(&mut self, span: Span) -> Res<()> {
        let name = self.name(span);
        match self.env.missing {
            Missing::Ignore => Ok(()),
            Missing::Refuse => {
                let kind = crate::error::ErrorKind::MissingVariable { name: name.to_owned() };
                Err(Box::new(Fault { kind, at: Some(span.start), place: None }))
            }
            Missing::Report => {
                if self.missing.len() < MAX_REPORTED && !self.missing.iter().any(|m| m.name == name) {
                    let place = Place::of(self.source, span.start as usize);
                    let place = Place { partial: self.partial.map(str::to_owned), ..place };
                    self.missing.push(MissingValue { name: name.to_owned(), place });
                }
                Ok(())
            }
        }
    }
}

/// A whole number, for `limit`, `offset` and filters that count: a number without fraction, or a text that spells one.
pub(crate) fn whole(value: &Value<'_>, what: &str) -> Res<i64> {
    let wrong = || argument(format!("{what} must be a whole number, found {}", describe(value)));
    match value {
        Value::Int(n) => Ok(*n),
        other => match other.as_str().map(str::trim) {
            Some(s) if s.strip_prefix('-').unwrap_or(s).bytes().all(|b| b.is_ascii_digit()) && !s.is_empty() => {
                Ok(parse_int(s))
            }
            _ => Err(wrong()),
        },
    }
}

/// A value in a message: short, with its kind.
pub(crate) fn describe(value: &Value<'_>) -> String {
    match value {
        Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Nil => format!("{value:?}"),
        other => match other.as_str() {
            Some(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
            None => other.kind().to_owned(),
        },
    }
}

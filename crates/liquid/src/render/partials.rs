//! `include`, which shares the variables, and `render`, which has its own.

use super::loops::LoopState;
use super::scope::Frame;
use super::{Flow, Renderer};
use crate::error::{ErrorKind, Res, nearest};
use crate::syntax::tree::{Body, Expr, Partial};
use crate::value::{LoopId, Seq, Value};

/// What a partial shows.
#[derive(Clone, Copy)]
struct Shown<'a> {
    name: &'a str,
    source: &'a str,
    body: &'a Body,
}

impl<'a> Renderer<'a> {
    fn partial(&mut self, node: &'a Partial) -> Res<Shown<'a>> {
        if let (Some(body), Expr::Str(name)) = (&node.own, &node.name) {
            return Ok(Shown { name: self.name(*name), source: self.source, body });
        }
        let name = self.eval(&node.name)?;
        let asked = name.to_str();
        if let Some((name, template)) = self.env.partials.partial(&asked) {
            return Ok(Shown { name, source: &template.source, body: &template.body });
        }
        let names = self.env.partials.names();
        let nearest = nearest(&asked, names.iter().map(String::as_str));
        Err(ErrorKind::MissingPartial { name: asked.into_owned(), nearest }.into())
    }

    fn arguments(&mut self, node: &'a Partial) -> Res<Vec<(&'a str, Value<'a>)>> {
        let mut arguments = Vec::with_capacity(node.arguments.len());
        for (key, expr) in &node.arguments {
            let value = self.eval(expr)?;
            arguments.push((self.name(*key), value));
        }
        Ok(arguments)
    }

    /// Renders a partial's body with its own source.
    fn enter(&mut self, shown: Shown<'a>) -> Res<Flow> {
        let outer = (self.source, self.partial);
        (self.source, self.partial) = (shown.source, Some(shown.name));
        let flow = self.body(shown.body).map_err(|f| f.located(shown.source, Some(shown.name)))?;
        (self.source, self.partial) = outer;
        Ok(flow)
    }

    pub(super) fn include(&mut self, node: &'a Partial) -> Res<Flow> {
        let shown = self.partial(node)?;
        let with = match &node.with {
            Some(expr) => Some(self.eval(expr)?),
            None => None,
        };
        let arguments = self.arguments(node)?;
        let height = self.frame.height();
        for (key, value) in arguments {
            self.frame.push(key, value);
        }
        let variable = node.alias.map_or(shown.name, |span| self.name(span));
        let mut flow = Flow::Next;
        match with {
            Some(list) if list.is_list() || (node.each && matches!(list, Value::Range(..))) => {
                for item in Seq::of(&list).iter() {
                    self.meter.step(1)?;
                    self.frame.push(variable, item);
                    flow = self.enter(shown)?;
                    if flow != Flow::Next {
                        break;
                    }
                }
            }
            Some(value) => {
                self.frame.push(variable, value);
                flow = self.enter(shown)?;
            }
            None => flow = self.enter(shown)?,
        }
        self.frame.pop_to(height);
        Ok(flow)
    }

    pub(super) fn render_partial(&mut self, node: &'a Partial) -> Res<Flow> {
        let shown = self.partial(node)?;
        let with = match &node.with {
            Some(expr) => Some(self.eval(expr)?),
            None => None,
        };
        let arguments = self.arguments(node)?;
        let variable = node.alias.map_or(shown.name, |span| self.name(span));
        match with {
            Some(list) if node.each && (list.is_list() || matches!(list, Value::Range(..))) => {
                let seq = Seq::of(&list);
                let id = self.loops.len() as u32;
                self.loops.push(LoopState::of((variable, shown.name), seq.len()));
                for item in seq.iter() {
                    self.meter.step(1)?;
                    let own = [("forloop", Value::Loop(LoopId(id))), (variable, item)];
                    let flow = self.isolated(shown, own.into_iter().chain(arguments.iter().cloned()))?;
                    if flow == Flow::Abort {
                        return Ok(flow);
                    }
                    self.loops[id as usize].advance();
                }
                self.loops.truncate(id as usize);
                Ok(Flow::Next)
            }
            with => {
                let own = with.map(|value| (variable, value));
                self.isolated(shown, own.into_iter().chain(arguments))
            }
        }
    }

    /// Renders a partial that sees the data and what it is given, and leaves nothing behind.
    fn isolated(&mut self, shown: Shown<'a>, variables: impl Iterator<Item = (&'a str, Value<'a>)>) -> Res<Flow> {
        let mut frame = Frame::default();
        for (key, value) in variables {
            frame.set(key, value);
        }
        std::mem::swap(&mut self.frame, &mut frame);
        let inner = self.inner.take();
        let flow = self.enter(shown)?;
        self.inner = inner;
        self.frame = frame;
        // `break` and `continue` end the partial, not the loop it is in.
        Ok(if flow == Flow::Abort { flow } else { Flow::Next })
    }
}

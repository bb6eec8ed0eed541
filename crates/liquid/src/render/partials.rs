//! `include`, which shares the variables, and `render`, which has its own.

use super::loops::LoopState;
use super::scope::Frame;
use super::{Flow, Renderer};
use crate::error::{ErrorKind, Res, nearest};
use crate::syntax::tree::Partial;
use crate::template::Template;
use crate::value::{LoopId, Seq, Value};

impl<'a> Renderer<'a> {
    fn partial(&mut self, node: &'a Partial) -> Res<(&'a str, &'a Template)> {
        let name = self.eval(&node.name)?;
        let asked = name.to_str();
        if let Some(found) = self.env.partials.partial(&asked) {
            return Ok(found);
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
    fn enter(&mut self, name: &'a str, template: &'a Template) -> Res<Flow> {
        let outer = (self.source, self.partial);
        (self.source, self.partial) = (&template.source, Some(name));
        let flow = self.body(&template.body).map_err(|f| f.located(&template.source, Some(name)))?;
        (self.source, self.partial) = outer;
        Ok(flow)
    }

    pub(super) fn include(&mut self, node: &'a Partial) -> Res<Flow> {
        let (name, template) = self.partial(node)?;
        let with = match &node.with {
            Some(expr) => Some(self.eval(expr)?),
            None => None,
        };
        let arguments = self.arguments(node)?;
        let height = self.frame.height();
        for (key, value) in arguments {
            self.frame.push(key, value);
        }
        let variable = node.alias.map_or(name, |span| self.name(span));
        let mut flow = Flow::Next;
        match with {
            Some(list) if list.is_list() || (node.each && matches!(list, Value::Range(..))) => {
                for item in Seq::of(&list).iter() {
                    self.meter.step(1)?;
                    self.frame.push(variable, item);
                    flow = self.enter(name, template)?;
                    if flow != Flow::Next {
                        break;
                    }
                }
            }
            Some(value) => {
                self.frame.push(variable, value);
                flow = self.enter(name, template)?;
            }
            None => flow = self.enter(name, template)?,
        }
        self.frame.pop_to(height);
        Ok(flow)
    }

    pub(super) fn render_partial(&mut self, node: &'a Partial) -> Res<Flow> {
        let (name, template) = self.partial(node)?;
        let with = match &node.with {
            Some(expr) => Some(self.eval(expr)?),
            None => None,
        };
        let arguments = self.arguments(node)?;
        let variable = node.alias.map_or(name, |span| self.name(span));
        match with {
            Some(list) if node.each && (list.is_list() || matches!(list, Value::Range(..))) => {
                let seq = Seq::of(&list);
                let id = self.loops.len() as u32;
                self.loops.push(LoopState::of((variable, name), seq.len()));
                for item in seq.iter() {
                    self.meter.step(1)?;
                    let own = [("forloop", Value::Loop(LoopId(id))), (variable, item)];
                    let flow = self.isolated(name, template, own.into_iter().chain(arguments.iter().cloned()))?;
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
                self.isolated(name, template, own.into_iter().chain(arguments))
            }
        }
    }

    /// Renders a partial that sees the data and what it is given, and leaves nothing behind.
    fn isolated(
        &mut self,
        name: &'a str,
        template: &'a Template,
        variables: impl Iterator<Item = (&'a str, Value<'a>)>,
    ) -> Res<Flow> {
        let mut frame = Frame::default();
        for (key, value) in variables {
            frame.set(key, value);
        }
        std::mem::swap(&mut self.frame, &mut frame);
        let inner = self.inner.take();
        let flow = self.enter(name, template)?;
        self.inner = inner;
        self.frame = frame;
        // `break` and `continue` end the partial, not the loop it is in.
        Ok(if flow == Flow::Abort { flow } else { Flow::Next })
    }
}

//! `for` and `tablerow`.

use super::{Flow, Renderer, whole};
use crate::error::Res;
use crate::syntax::tree::{For, Offset};
use crate::value::{LoopId, Seq, Value};

/// A loop that is running: what `forloop` and `tablerowloop` show.
pub(super) struct LoopState<'a> {
    name: (&'a str, &'a str),
    index: usize,
    length: usize,
    parent: Option<u32>,
    /// Columns of a table row.
    cols: Option<usize>,
}

impl<'a> LoopState<'a> {
    /// A loop over `length` members that a template did not write itself.
    pub(super) fn of(name: (&'a str, &'a str), length: usize) -> Self {
        LoopState { name, index: 0, length, parent: None, cols: None }
    }

    pub(super) fn advance(&mut self) {
        self.index += 1;
    }

    /// A member of `forloop` or `tablerowloop`.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        let count = |n: usize| Some(Value::Int(n as i64));
        let rest = self.length.saturating_sub(self.index);
        match (key, self.cols) {
            ("index", _) => count(self.index + 1),
            ("index0", _) => count(self.index),
            ("rindex", _) => count(rest),
            ("rindex0", _) => count(rest.saturating_sub(1)),
            ("first", _) => Some(Value::Bool(self.index == 0)),
            ("last", _) => Some(Value::Bool(rest == 1)),
            ("length", _) => count(self.length),
            ("name", None) => Some(Value::text(format!("{}-{}", self.name.0, self.name.1))),
            ("parentloop", None) => self.parent.map(|id| Value::Loop(LoopId(id))),
            ("col", Some(cols)) => count(self.index % cols + 1),
            ("col0", Some(cols)) => count(self.index % cols),
            ("row", Some(cols)) => count(self.index / cols + 1),
            ("col_first", Some(cols)) => Some(Value::Bool(self.index.is_multiple_of(cols))),
            ("col_last", Some(cols)) => Some(Value::Bool(self.index % cols + 1 == cols)),
            _ => None,
        }
    }
}

/// The part of a collection that a loop goes through.
struct Slice<'v, 'a> {
    seq: Seq<'v, 'a>,
    from: usize,
    length: usize,
    reversed: bool,
}

impl<'a> Slice<'_, 'a> {
    fn get(&self, index: usize) -> Option<Value<'a>> {
        let at = if self.reversed { self.length.checked_sub(index + 1)? } else { index };
        self.seq.get(self.from + at)
    }
}

impl<'a> Renderer<'a> {
    /// The collection of a loop: objects are lists of their pairs, text is one member unless it is empty.
    fn collection(&mut self, node: &'a For) -> Res<Value<'a>> {
        let value = self.eval(&node.collection)?;
        if value.is_map() {
            let pairs = value.pairs();
            self.meter.memory(pairs.len() * 64)?;
            return Ok(Value::array(pairs));
        }
        let iterates = value.is_list() || matches!(value, Value::Range(..));
        Ok(match value.as_str() {
            Some(text) if !text.is_empty() => Value::array(vec![value]),
            _ if iterates => value,
            _ => Value::Nil,
        })
    }

    fn slice<'v>(&mut self, node: &'a For, collection: &'v Value<'a>) -> Res<Slice<'v, 'a>> {
        let seq = Seq::of(collection);
        let key = (self.name(node.variable), self.name(node.written));
        let from = match &node.offset {
            None => 0,
            Some(Offset::Continue) => self.frame.stops.get(&key).copied().unwrap_or(0),
            Some(Offset::By(expr)) => self.count(expr, "`offset:`")?.unwrap_or(0),
        };
        let most = match &node.limit {
            Some(expr) => self.count(expr, "`limit:`")?.unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let from = from.min(seq.len());
        let length = (seq.len() - from).min(most);
        self.frame.stops.insert(key, from + length);
        Ok(Slice { seq, from, length, reversed: node.reversed })
    }

    fn count(&mut self, expr: &'a crate::syntax::tree::Expr, what: &str) -> Res<Option<usize>> {
        match self.eval(expr)? {
            Value::Nil => Ok(None),
            value => Ok(Some(usize::try_from(whole(&value, what)?).unwrap_or(0))),
        }
    }

    pub(super) fn for_loop(&mut self, node: &'a For) -> Res<Flow> {
        let collection = self.collection(node)?;
        let slice = self.slice(node, &collection)?;
        if slice.length == 0 {
            return match &node.otherwise {
                Some(body) => self.body(body),
                None => Ok(Flow::Next),
            };
        }
        let name = (self.name(node.variable), self.name(node.written));
        let id = self.loops.len() as u32;
        let (outer, height) = (self.inner.replace(id), self.frame.height());
        self.loops.push(LoopState { parent: outer, ..LoopState::of(name, slice.length) });
        self.frame.push("forloop", Value::Loop(LoopId(id)));
        let mut end = Flow::Next;
        for index in 0..slice.length {
            self.meter.step(1)?;
            self.frame.push(name.0, slice.get(index).unwrap_or(Value::Nil));
            let flow = self.body(&node.body)?;
            self.frame.pop_to(height + 1);
            self.loops[id as usize].advance();
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Abort => {
                    end = Flow::Abort;
                    break;
                }
            }
        }
        self.frame.pop_to(height);
        self.loops.truncate(id as usize);
        self.inner = outer;
        Ok(end)
    }

    pub(super) fn table_row(&mut self, node: &'a For) -> Res<Flow> {
        let collection = self.collection(node)?;
        if matches!(collection, Value::Nil) {
            return Ok(Flow::Next);
        }
        let slice = self.slice(node, &collection)?;
        let cols = match &node.cols {
            Some(expr) => match self.eval(expr)? {
                Value::Nil => None,
                Value::Float(x) => Some(x as usize),
                value => Some(usize::try_from(whole(&value, "`cols:`")?).unwrap_or(0)),
            },
            None => None,
        };
        let cols = cols.unwrap_or(slice.length).max(1);
        let name = (self.name(node.variable), self.name(node.written));
        let (id, height) = (self.loops.len() as u32, self.frame.height());
        self.loops.push(LoopState { cols: Some(cols), ..LoopState::of(name, slice.length) });
        self.frame.push("tablerowloop", Value::Loop(LoopId(id)));
        self.out.push("<tr class=\"row1\">\n")?;
        let mut end = Flow::Next;
        for index in 0..slice.length {
            self.meter.step(1)?;
            self.frame.push(name.0, slice.get(index).unwrap_or(Value::Nil));
            self.out.push(&format!("<td class=\"col{}\">", index % cols + 1))?;
            let flow = self.body(&node.body)?;
            self.out.push("</td>")?;
            self.frame.pop_to(height + 1);
            self.loops[id as usize].advance();
            if matches!(flow, Flow::Break | Flow::Abort) {
                end = if flow == Flow::Abort { flow } else { Flow::Next };
                break;
            }
            if (index + 1).is_multiple_of(cols) && index + 1 < slice.length {
                self.out.push(&format!("</tr>\n<tr class=\"row{}\">", (index + 1) / cols + 1))?;
            }
        }
        self.out.push("</tr>\n")?;
        self.frame.pop_to(height);
        self.loops.truncate(id as usize);
        Ok(end)
    }
}

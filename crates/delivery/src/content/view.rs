//! The data as the engine sees it: what is missing, at any depth, is nil instead of a fault.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use liquid_core::model::{ArrayView, DisplayCow, KString, KStringCow, ScalarCow, State, Value};
use liquid_core::{Object, ObjectView, ValueView};
use serde_json::Value as Json;

static NIL: Node = Node::Nil;
static LIQUID_NIL: Value = Value::Nil;

/// One value of the data.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Absent.
    Nil,
    /// Text, a number or a truth value.
    Leaf(Value),
    /// A list.
    List(Vec<Node>),
    /// An object, with the names the template mentions: those it lacks are nil.
    Map(BTreeMap<String, Node>, Arc<HashSet<String>>),
}

impl Node {
    /// The view of `json` for a template that mentions `names`.
    pub(super) fn of(json: &Json, names: &Arc<HashSet<String>>) -> Self {
        match json {
            Json::Null => Node::Nil,
            Json::Bool(b) => Node::Leaf(Value::scalar(*b)),
            Json::Number(n) => match n.as_i64() {
                Some(whole) => Node::Leaf(Value::scalar(whole)),
                None => Node::Leaf(Value::scalar(n.as_f64().unwrap_or(f64::NAN))),
            },
            Json::String(s) => Node::Leaf(Value::scalar(s.clone())),
            Json::Array(items) => Node::List(items.iter().map(|i| Node::of(i, names)).collect()),
            Json::Object(map) => {
                Node::Map(map.iter().map(|(k, v)| (k.clone(), Node::of(v, names))).collect(), Arc::clone(names))
            }
        }
    }

    fn empty(&self) -> bool {
        match self {
            Node::Nil => true,
            Node::Leaf(_) => false,
            Node::List(items) => items.is_empty(),
            Node::Map(map, _) => map.is_empty(),
        }
    }
}

impl ValueView for Node {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        match self {
            Node::Nil => LIQUID_NIL.render(),
            Node::Leaf(value) => value.render(),
            Node::List(_) | Node::Map(..) => DisplayCow::Owned(Box::new(self.to_value().render().to_string())),
        }
    }

    fn source(&self) -> DisplayCow<'_> {
        match self {
            Node::Nil => LIQUID_NIL.source(),
            Node::Leaf(value) => value.source(),
            Node::List(_) | Node::Map(..) => DisplayCow::Owned(Box::new(self.to_value().source().to_string())),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Node::Nil => "nil",
            Node::Leaf(value) => value.type_name(),
            Node::List(_) => "array",
            Node::Map(..) => "object",
        }
    }

    fn query_state(&self, state: State) -> bool {
        match (self, state) {
            (Node::Nil, _) => LIQUID_NIL.query_state(state),
            (Node::Leaf(value), _) => value.query_state(state),
            (_, State::Truthy) => true,
            (_, State::DefaultValue | State::Empty | State::Blank) => self.empty(),
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        match self {
            Node::Nil => KStringCow::from_static(""),
            Node::Leaf(value) => value.to_kstr(),
            Node::List(_) | Node::Map(..) => KStringCow::from_string(self.render().to_string()),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Node::Nil => Value::Nil,
            Node::Leaf(value) => value.clone(),
            Node::List(items) => Value::Array(items.iter().map(ValueView::to_value).collect()),
            Node::Map(map, names) => {
                let missing = names.iter().filter(|n| !map.contains_key(*n) && *n != "size");
                let mut object: Object = missing.map(|n| (KString::from_ref(n), Value::Nil)).collect();
                object.extend(map.iter().map(|(k, v)| (KString::from_ref(k), v.to_value())));
                Value::Object(object)
            }
        }
    }

    fn as_scalar(&self) -> Option<ScalarCow<'_>> {
        match self {
            Node::Leaf(value) => value.as_scalar(),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<&dyn ArrayView> {
        match self {
            Node::List(_) => Some(self),
            _ => None,
        }
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        // Nil answers too, so that `a.b.c` is nil when `a.b` is; a leaf has its `size`, and nil
        // for any other member.
        match self {
            Node::Map(..) | Node::Nil | Node::Leaf(_) => Some(self),
            Node::List(_) => None,
        }
    }

    fn is_nil(&self) -> bool {
        matches!(self, Node::Nil)
    }
}

impl ArrayView for Node {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        match self {
            Node::List(items) => items.len() as i64,
            _ => 0,
        }
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        match self {
            Node::List(items) => Box::new(items.iter().map(|n| n as &dyn ValueView)),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn contains_key(&self, index: i64) -> bool {
        ArrayView::get(self, index).is_some()
    }

    fn get(&self, index: i64) -> Option<&dyn ValueView> {
        let Node::List(items) = self else { return None };
        let index = if index < 0 { index + items.len() as i64 } else { index };
        Some(usize::try_from(index).ok().and_then(|i| items.as_slice().get(i)).unwrap_or(&NIL))
    }
}

impl ObjectView for Node {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        match self {
            Node::Map(map, _) => map.len() as i64,
            Node::Leaf(value) => value.to_kstr().chars().count() as i64,
            _ => 0,
        }
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        match self {
            Node::Map(map, _) => Box::new(map.keys().map(|k| KStringCow::from_ref(k))),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        match self {
            Node::Map(map, _) => Box::new(map.values().map(|n| n as &dyn ValueView)),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        match self {
            Node::Map(map, _) => Box::new(map.iter().map(|(k, v)| (KStringCow::from_ref(k), v as &dyn ValueView))),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn contains_key(&self, _index: &str) -> bool {
        // Also at the root: a name nobody set is nil, not a fault.
        true
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        match self {
            Node::Map(map, _) => match map.get(index) {
                Some(node) => Some(node),
                // The engine knows the size of an object by itself.
                None if index == "size" => None,
                None => Some(&NIL),
            },
            _ if index == "size" => None,
            _ => Some(&NIL),
        }
    }
}

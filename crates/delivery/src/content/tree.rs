//! JSON whose texts are Liquid: buttons, blocks, headers and whatever else a channel's content is made of.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Compiled, ContentError, Markup, MissingName, Scene, View, compile_as};

/// How deep it may be nested.
const MAX_DEPTH: usize = 16;
/// Texts with Liquid in it, at most.
const MAX_TEXTS: usize = 500;

/// A compiled piece of content.
#[derive(Clone, Debug)]
pub struct Tree(Arc<Node>);

#[derive(Debug)]
enum Node {
    /// As it stands.
    Plain(Value),
    Text(Compiled),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Tree {
    /// Compiles every text that has Liquid in it.
    ///
    /// # Errors
    /// Where a text is not Liquid, by its path, or which bound is broken.
    pub fn compile(value: &Value) -> Result<Tree, ContentError> {
        Tree::compile_as(value, &|_| Markup::Text)
    }

    /// The same with what each text is written in, by its path (`blocks[0].text.text`).
    ///
    /// # Errors
    /// As [`Tree::compile`].
    pub(crate) fn compile_as(value: &Value, markup: &dyn Fn(&str) -> Markup) -> Result<Tree, ContentError> {
        let mut texts = 0;
        Ok(Tree(Arc::new(node(value, "", 0, &mut texts, markup)?)))
    }

    /// The same JSON with every text rendered. Notes in `missing` what was asked for and nobody had, if the scene says so.
    ///
    /// # Errors
    /// Which text cannot be rendered and why.
    pub(crate) fn render(
        &self,
        data: &View<'_>,
        scene: &Scene<'_>,
        missing: &mut Vec<MissingName>,
    ) -> Result<Value, ContentError> {
        render(&self.0, "", (data, scene), missing)
    }
}

fn at(path: &str, error: ContentError) -> ContentError {
    ContentError { message: format!("{path}: {error}"), position: None, part: None }
}

fn node(
    value: &Value,
    path: &str,
    depth: usize,
    texts: &mut usize,
    markup: &dyn Fn(&str) -> Markup,
) -> Result<Node, ContentError> {
    let bound = |message: String| ContentError { part: None, position: None, message };
    if depth > MAX_DEPTH {
        return Err(bound(format!("{path}: nested deeper than {MAX_DEPTH}")));
    }
    Ok(match value {
        Value::String(s) if s.contains("{{") || s.contains("{%") => {
            *texts += 1;
            if *texts > MAX_TEXTS {
                return Err(bound(format!("more than {MAX_TEXTS} texts with Liquid")));
            }
            Node::Text(compile_as(s, markup(path)).map_err(|e| at(path, e))?)
        }
        Value::Array(items) => {
            let each = |(i, v): (usize, &Value)| node(v, &format!("{path}[{i}]"), depth + 1, texts, markup);
            Node::List(items.iter().enumerate().map(each).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut out = Vec::with_capacity(members.len());
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                out.push((name.clone(), node(member, &path, depth + 1, texts, markup)?));
            }
            Node::Object(out)
        }
        plain => Node::Plain(plain.clone()),
    })
}

fn render(
    node: &Node,
    path: &str,
    (data, scene): (&View<'_>, &Scene<'_>),
    missing: &mut Vec<MissingName>,
) -> Result<Value, ContentError> {
    Ok(match node {
        Node::Plain(value) => value.clone(),
        Node::Text(compiled) => {
            let rendered = compiled.render_noting(data, scene, (path, missing));
            Value::String(rendered.map_err(|e| at(path, e))?)
        }
        Node::List(items) => {
            let each = |(i, n): (usize, &Node)| render(n, &format!("{path}[{i}]"), (data, scene), missing);
            Value::Array(items.iter().enumerate().map(each).collect::<Result<_, _>>()?)
        }
        Node::Object(members) => {
            let mut out = Map::new();
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                out.insert(name.clone(), render(member, &path, (data, scene), missing)?);
            }
            Value::Object(out)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_rendered_wherever_they_stand() {
        let scene = Scene::bare(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC, "en");
        let data = json!({"name": "Ada"});
        let render =
            |tree: Value| Tree::compile(&tree).and_then(|t| t.render(&View::from(&data), &scene, &mut Vec::new()));
        let got =
            render(json!({"a": ["Hi {{ name }}", 1, null], "b": {"c": "{% if name %}yes{% endif %}", "d": true}}));
        assert_eq!(got.unwrap(), json!({"a": ["Hi Ada", 1, null], "b": {"c": "yes", "d": true}}));
        let error = render(json!({"a": [{"b": "{{ name | divided_by: 0 }}"}]})).unwrap_err();
        assert!(error.to_string().starts_with("a[0].b: "), "{error}");
        let error = render(json!({"a": {"b": "{% nosuch %}"}})).unwrap_err();
        assert!(error.to_string().starts_with("a.b: "), "{error}");
        let deep = (0..40).fold(json!("x"), |inner, _| json!([inner]));
        assert!(Tree::compile(&deep).unwrap_err().to_string().contains("deeper"));
    }

    #[test]
    fn what_nobody_had_is_told_with_its_place() {
        let bare = Scene::bare(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC, "en");
        let tree = Tree::compile(&json!({"body": "Hi {{ name }}", "buttons": [{"label": "x\n{{ sku }}"}]})).unwrap();
        let data = json!({"name": "Ada"});
        let mut missing = Vec::new();
        let scene = Scene { missing: rapport_liquid::Missing::Report, ..bare };
        tree.render(&View::from(&data), &scene, &mut missing).unwrap();
        let [one] = &missing[..] else { panic!("{missing:?}") };
        assert_eq!((one.name.as_str(), one.part.as_str(), one.position.0), ("sku", "buttons[0].label", 2));
        tree.render(&View::from(&data), &bare, &mut missing).unwrap();
        assert_eq!(missing.len(), 1, "nothing is noted where nobody asks");
    }
}

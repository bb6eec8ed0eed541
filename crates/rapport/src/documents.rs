//! Documents in files: what `apply` and `diff` read. A file holds one or more YAML (or JSON) documents with `kind`, `id`
//! and `spec`; a directory is all its files by name.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rapport_domain::{ResourceKind, resource};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{ApiFailure, Http, segment};

/// The largest file read, bytes.
const MAX_FILE_BYTES: u64 = 8 << 20;
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// One document and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    /// Its kind.
    pub(crate) kind: ResourceKind,
    /// Its id.
    pub(crate) id: String,
    /// What it says.
    pub(crate) spec: Value,
    /// The file, and which of its documents it is.
    pub(crate) place: String,
}

/// Reads every document of a file or directory, sorted so that each comes after those it may refer to.
///
/// # Errors
/// Everything wrong with the files, by file and document.
pub(crate) fn read(path: &Path) -> Result<Vec<Document>> {
    let mut out = Vec::new();
    let mut wrong = Vec::new();
    let files = files(path)?;
    if files.is_empty() {
        bail!("{}: expected files ending in .yaml, .yml or .json, found none", path.display());
    }
    for file in files {
        let size = std::fs::metadata(&file).with_context(|| format!("{} cannot be read", file.display()))?.len();
        if size > MAX_FILE_BYTES {
            bail!("{}: {size} bytes; at most {MAX_FILE_BYTES} are read", file.display());
        }
        let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        parse(&file.display().to_string(), &text, &mut out, &mut wrong);
    }
    if !wrong.is_empty() {
        bail!(wrong.join("\n"));
    }
    out.sort_by_key(|d| order(d.kind));
    Ok(out)
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut out = Vec::new();
    for entry in std::fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
        let found = entry?.path();
        let extension = found.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if found.is_dir() {
            out.extend(files(&found)?);
        } else if EXTENSIONS.contains(&extension) {
            out.push(found);
        }
    }
    out.sort();
    Ok(out)
}

/// Documents refer only to kinds before their own.
pub(crate) fn order(kind: ResourceKind) -> u8 {
    match kind {
        ResourceKind::Settings => 0,
        ResourceKind::Topic
        | ResourceKind::Block
        | ResourceKind::Brand
        | ResourceKind::Catalog
        | ResourceKind::Coupon
        | ResourceKind::Domain => 1,
        ResourceKind::Channel => 2,
        ResourceKind::Template => 3,
        ResourceKind::ComputedTrait => 4,
        ResourceKind::Segment => 5,
        ResourceKind::PersonaModel => 6,
        ResourceKind::Journey => 7,
        ResourceKind::Campaign => 8,
        ResourceKind::Annotation | ResourceKind::TrackingPlan => 9,
        ResourceKind::Insight => 10,
        ResourceKind::Goal => 11,
        ResourceKind::Dashboard => 12,
        ResourceKind::Report => 13,
    }
}

fn parse(file: &str, text: &str, out: &mut Vec<Document>, wrong: &mut Vec<String>) {
    for (at, document) in serde_norway::Deserializer::from_str(text).enumerate() {
        let place = format!("{file}, document {}", at + 1);
        match Value::deserialize(document) {
            // An empty document, as after a closing `---`.
            Ok(Value::Null) => {}
            Ok(value) => match one(value, &place) {
                Ok(document) => out.push(document),
                Err(problem) => wrong.push(format!("{place}: {problem}")),
            },
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                return;
            }
        }
    }
}

fn one(value: Value, place: &str) -> Result<Document, String> {
    let Value::Object(mut members) = value else { return Err("expected an object with kind, id and spec".to_owned()) };
    let mut text = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("{name}: expected a text, found {other}")),
        None => Err(format!("{name} is missing: expected kind, id and spec")),
    };
    let (kind, id) = (text("kind")?, text("id")?);
    let known = ResourceKind::ALL.map(ResourceKind::as_str);
    let kind = ResourceKind::parse(&kind)
        .ok_or_else(|| format!("kind: unknown {kind:?}; expected one of {}", known.join(", ")))?;
    if !resource::is_slug(&id) {
        return Err(format!("id: expected 1-64 lower-case letters, digits, - and _, found {id:?}"));
    }
    let spec = members.remove("spec").ok_or("spec is missing")?;
    // What `get -o yaml` adds; it says nothing about what is to be.
    for shown in ["version", "status", "workspace", "created_by", "created_at"] {
        members.remove(shown);
    }
    match members.keys().next() {
        Some(name) => Err(format!("{name}: unknown; expected kind, id and spec")),
        None => Ok(Document { kind, id, spec, place: place.to_owned() }),
    }
}

/// Where the API has a document.
pub(crate) fn path(kind: ResourceKind, id: &str) -> String {
    format!("/api/v1/resources/{}/{}", kind.as_str(), segment(id))
}

/// The newest version of a document on the server; `None` when there is none.
pub(crate) fn newest(http: &Http, kind: ResourceKind, id: &str) -> Result<Option<Value>, ApiFailure> {
    match http.get(&path(kind, id), &[]) {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.status() == 404 => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Writes a document; `options` is a query such as `?publish=true`. Answers what it became.
pub(crate) fn put(http: &Http, document: &Document, options: &str) -> Result<Value, ApiFailure> {
    let body = json!({ "kind": document.kind.as_str(), "id": document.id, "spec": document.spec });
    http.put(&(path(document.kind, &document.id) + options), &body)
}

/// One difference: where, what it was, what it is.
pub(crate) type Difference = (String, Option<Value>, Option<Value>);

/// What differs between two documents, by place. A secret that the server does not show is no difference.
pub(crate) fn differences(from: &Value, to: &Value) -> Vec<Difference> {
    let mut out = Vec::new();
    compare("", Some(from), Some(to), &mut out);
    out
}

fn compare(place: &str, from: Option<&Value>, to: Option<&Value>, out: &mut Vec<Difference>) {
    match (from, to) {
        (Some(a), Some(b)) if a == b || a == rapport_domain::resource::REDACTED && b.is_string() => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                compare(&place, a.get(key), b.get(key), out);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                compare(&format!("{place}[{at}]"), a.get(at), b.get(at), out);
            }
        }
        (a, b) => out.push((place.to_owned(), a.cloned(), b.cloned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_in_an_order_in_which_they_can_be_published() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("more")).unwrap();
        std::fs::write(
            dir.path().join("a.yaml"),
            "kind: journey\nid: j\nspec: {}\n---\nkind: topic\nid: t\nspec: {a: 1}\n---\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("more/b.json"), r#"{"kind":"segments","id":"s","version":3,"spec":{}}"#)
            .unwrap();
        std::fs::write(dir.path().join("notes.txt"), "not read").unwrap();
        let found: Vec<String> =
            read(dir.path()).unwrap().iter().map(|d| format!("{} {}", d.kind.as_str(), d.id)).collect();
        assert_eq!(found, ["topic t", "segment s", "journey j"]);
    }

    #[test]
    fn differences_have_places_and_leave_secrets_out() {
        let from = json!({"name": "A", "secret": "********", "steps": [{"id": "x"}, {"id": "y"}]});
        let to = json!({"name": "B", "secret": "s3", "steps": [{"id": "x", "wait": "1d"}]});
        let found: Vec<String> = differences(&from, &to).into_iter().map(|(place, ..)| place).collect();
        assert_eq!(found, ["name", "steps[0].wait", "steps[1]"]);
    }

    #[test]
    fn faults_name_file_and_document() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.yaml");
        for (text, expected) in [
            (
                "kind: segmnt\nid: a\nspec: {}",
                "a.yaml, document 1: kind: unknown \"segmnt\"; expected one of segment, ",
            ),
            ("kind: segment\nspec: {}", "document 1: id is missing"),
            ("kind: segment\nid: A b\nspec: {}", "id: expected 1-64 lower-case letters"),
            ("kind: segment\nid: a\n", "document 1: spec is missing"),
            ("kind: topic\nid: a\nspec: {}\n---\nkind: topic\nid: b\nspec: {}\nsepc: 1", "document 2: sepc: unknown"),
            ("- 1", "document 1: expected an object"),
            ("kind: [", "a.yaml: "),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = read(&file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(read(&dir.path().join("none.yaml")).unwrap_err().to_string().contains("none.yaml cannot be read"));
    }
}

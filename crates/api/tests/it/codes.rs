//! The closed lists of codes hold every code there is: clients have words in other languages for those lists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rapport_domain::{SkipReason, kinds};
use serde_json::{Value, json};

use crate::fixture::App;

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// What stands in quotes right after `mark`, with nothing but names, commas and spaces between.
fn named<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let between = |c: char| !(c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | ':' | ','));
    text.split(mark)
        .skip(1)
        .filter_map(|rest| rest[rest.find(between)?..].strip_prefix('"')?.split('"').next())
        .filter(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
        .collect()
}

/// The codes that are written in the sources of the crates whose errors this one answers with.
fn written() -> BTreeSet<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    let mut files = Vec::new();
    sources(&crates.join("api/src"), &mut files);
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for mark in ["Error::new(", "Self::new(", "::fault(", "::conflict(", "code: ", ".code = "] {
            found.extend(named(text, mark).into_iter().map(str::to_owned));
        }
    }
    assert!(found.len() > 30, "{found:?}");
    for name in [
        "log", "store", "lake", "collect", "profiles", "segments", "journeys", "delivery", "insights", "engine",
        "rules",
    ] {
        let mut files = Vec::new();
        sources(&crates.join(name).join("src"), &mut files);
        for file in files.iter().filter(|f| f.ends_with("error.rs")) {
            let text = fs::read_to_string(file).unwrap();
            for body in text.split("fn code(&self) -> &'static str {").skip(1) {
                let body = body.split("\n    }\n").next().unwrap_or_default();
                found.extend(named(body, "=> ").into_iter().map(str::to_owned));
            }
        }
    }
    found
}

fn listed(document: &Value, schema: &str) -> BTreeSet<String> {
    let names = document["components"]["schemas"][schema]["enum"].as_array().unwrap();
    names.iter().map(|n| n.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_code_is_in_the_published_lists() {
    let app = App::new();
    let document = app.as_token("", "GET", "/api/openapi.json", Value::Null).await.expect(200);
    let (published, written) = (listed(&document, "ProblemCode"), written());
    for known in ["version_changed", "store_disk_full", "dns_unanswered", "not_found", "needs_confirmation", "lake_io"]
    {
        assert!(written.contains(known), "{known} was not found in the sources");
    }
    assert_eq!(written.difference(&published).collect::<Vec<_>>(), Vec::<&String>::new(), "not published");
    assert_eq!(published.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new(), "published, and nowhere");
    let kinds: BTreeSet<String> = kinds::ALL.iter().map(|kind| kind.code.to_owned()).collect();
    assert_eq!(listed(&document, "ItemCode"), kinds);
    assert!(listed(&document, "FindingRule").len() > 20 && listed(&document, "RefusalReason").len() > 15);
    let skips: BTreeSet<String> = SkipReason::ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
    assert_eq!(listed(&document, "SkipReason"), skips);
}

#[tokio::test]
async fn what_is_wrong_is_said_for_programs_too() {
    let app = App::new();
    let path = "/api/v1/resources/journey/welcome";
    let steps = json!([{"id": "a", "wait": {"for": "1d"}, "next": "c"}]);
    let journey = json!({"name": "Welcome", "trigger": {"event": {"name": "Signed Up"}}, "steps": steps});
    let refused = app.api("PUT", path, journey).await.expect(400);
    assert_eq!(refused["code"], "invalid_resource");
    let item = &refused["errors"][0];
    assert_eq!((&item["code"], &item["values"]), (&json!("no_step"), &json!({"step": "c"})), "{refused}");
    assert_eq!(item["message"], "there is no step \"c\"");
    let refused = app.api("PUT", "/api/v1/resources/topic/news", json!({"nam": "News"})).await.expect(400);
    let codes: Vec<&Value> = refused["errors"].as_array().unwrap().iter().map(|e| &e["code"]).collect();
    assert_eq!(codes, [&json!("unknown_member"), &json!("required")]);
    // What only a sentence says has no code.
    let refused = app.api("PUT", "/api/v1/resources/segment/x", json!({"name": "X", "rule": "1 +"})).await.expect(400);
    assert!(refused["errors"][0].get("code").is_none(), "{refused}");
}

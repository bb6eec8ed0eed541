//! The published golden cases of Liquid, where the shared data is present.
//!
//! Every case runs; those that differ stand in `golden_differences.txt` with the reason, and the test fails when that list
//! and reality disagree in either direction.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use rapport_liquid::{Env, Missing, Outcome, ParseOptions, Template, Value};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    template: String,
    data: Option<Value<'static>>,
    #[serde(default)]
    templates: HashMap<String, String>,
    result: Option<String>,
    #[serde(default)]
    results: Vec<String>,
    #[serde(default)]
    invalid: bool,
    #[serde(default)]
    tags: Vec<String>,
}

fn golden() -> Option<Golden> {
    let base = std::env::var_os("RAPPORT_DATA").map(PathBuf::from);
    let near = ["../../../shared/data", "../../../../shared/data"];
    let folders = base.into_iter().chain(near.map(|n| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(n)));
    let file = folders.map(|f| f.join("golden_liquid/golden_liquid.json")).find(|f| f.is_file())?;
    let text = std::fs::read_to_string(file).expect("a readable file");
    Some(serde_json::from_str(&text).expect("golden cases"))
}

/// `None` when the case does as it should, otherwise what it did.
fn difference(case: &Case) -> Option<String> {
    // One group of cases wants what Shopify's strictest mode refuses.
    let options = ParseOptions { strict_syntax: case.tags.iter().any(|t| t == "strict2"), ..ParseOptions::default() };
    let run = || {
        let mut partials = HashMap::new();
        for (name, source) in &case.templates {
            partials.insert(name.clone(), Template::parse(source, &options)?);
        }
        let template = Template::parse(&case.template, &options)?;
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let env = Env { partials: &partials, missing: Missing::Ignore, ..Env::new(now) };
        template.render(case.data.as_ref().unwrap_or(&Value::Nil), &env).map(|r| r.outcome)
    };
    match run() {
        Err(_) if case.invalid => None,
        Ok(Outcome::Text(text)) if !case.invalid => {
            let right = case.result.iter().chain(&case.results).any(|r| *r == text);
            (!right).then(|| format!("{text:?}, expected {:?}", case.result))
        }
        Ok(outcome) => Some(format!("{outcome:?}, expected an error")),
        Err(e) => Some(format!("{e}, expected {:?}", case.result)),
    }
}

#[test]
fn golden_cases_pass_but_for_the_listed() {
    let Some(golden) = golden() else {
        println!("skipped: golden_liquid.json is not here (set RAPPORT_DATA)");
        return;
    };
    let listed: BTreeMap<&str, &str> = include_str!("golden_differences.txt")
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
        .map(|l| l.split_once(" | ").expect("a name, ` | ` and a reason"))
        .collect();
    let different: BTreeMap<&str, String> =
        golden.tests.iter().filter_map(|c| Some((c.name.as_str(), difference(c)?))).collect();
    let unlisted: Vec<String> =
        different.iter().filter(|(n, _)| !listed.contains_key(*n)).map(|(n, d)| format!("{n}: {d}")).collect();
    let mended: Vec<&&str> = listed.keys().filter(|n| !different.contains_key(**n)).collect();
    println!("{} of {} golden cases pass", golden.tests.len() - different.len(), golden.tests.len());
    assert!(unlisted.is_empty(), "differ and are not listed:\n{}", unlisted.join("\n"));
    assert!(mended.is_empty(), "listed and do not differ: {mended:?}");
    assert!(different.len() * 100 <= golden.tests.len(), "fewer than 99 % pass");
}

/// Cutting a template anywhere gives a template or an error, never a panic.
#[test]
fn golden_templates_cut_anywhere_do_no_harm() {
    let Some(golden) = golden() else {
        println!("skipped: golden_liquid.json is not here (set RAPPORT_DATA)");
        return;
    };
    let env = Env::new(chrono::DateTime::UNIX_EPOCH);
    for case in &golden.tests {
        for end in 0..=case.template.len() {
            let Some(start) = case.template.get(..end) else { continue };
            if let Ok(template) = Template::parse(start, &ParseOptions::default()) {
                let _ = template.render(case.data.as_ref().unwrap_or(&Value::Nil), &env);
            }
        }
    }
}

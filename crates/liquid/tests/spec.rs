//! Runs every example of `docs/specs/liquid.md`.

use std::collections::HashMap;
use std::path::Path;

use rapport_liquid::{Env, Host, Outcome, ParseOptions, Template, Value};

struct Shop;

impl Host for Shop {
    fn catalog_item(&self, catalog: &str, key: &str) -> Result<Option<Value<'_>>, String> {
        let item = || Value::map(vec![("title".into(), Value::Str("Boot"))]);
        match catalog {
            "products" => Ok((key == "a").then(item)),
            other => Err(format!("there is no catalogue `{other}`")),
        }
    }

    fn coupon_code(&self, list: &str) -> Result<String, String> {
        match list {
            "summer" => Ok("SUMMER-1".to_owned()),
            other => Err(format!("there is no list of coupon codes `{other}`")),
        }
    }
}

/// The text of every fenced block of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|b| b.split("\n```").next()).collect()
}

fn run(template: &str, data: &Value<'_>) -> Result<String, String> {
    let options = ParseOptions { strict_filters: true, ..ParseOptions::default() };
    let badge = Template::parse("[{{ badge | default: label }}{{ x }}]", &options).expect("a partial");
    let partials = HashMap::from([("badge".to_owned(), badge)]);
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let env = Env { partials: &partials, host: &Shop, ..Env::new(now) };
    let template = Template::parse(template, &options).map_err(|e| e.to_string())?;
    let rendered = template.render(data, &env).map_err(|e| e.to_string())?;
    Ok(match rendered.outcome {
        Outcome::Text(text) => text,
        Outcome::Aborted { reason } => format!("aborted: {reason}"),
    })
}

/// Blanks that matter at a line's end are written `·` in the document; in results so are those that do not break.
fn visible(text: &str) -> String {
    let text = text.replace('\n', "\\n").replace('\u{a0}', "·");
    match text.strip_suffix(' ') {
        Some(start) => format!("{start}·"),
        None => text,
    }
}

#[test]
fn the_examples_of_the_specification_hold() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/specs/liquid.md");
    let text = std::fs::read_to_string(file).expect("the specification");
    let data: serde_json::Value = serde_json::from_str(blocks(&text, "json")[0]).expect("the data");
    let (mut examples, mut wrong) = (0, Vec::new());
    for block in blocks(&text, "liquid") {
        let mut template = Vec::new();
        for line in block.lines() {
            let expected = line.strip_prefix('→').map(|r| (r.strip_prefix(' ').unwrap_or(r), true));
            let Some((expected, fine)) = expected.or(line.strip_prefix("✗ ").map(|r| (r, false))) else {
                template.push(line);
                continue;
            };
            let source = template.join("\n");
            template.clear();
            examples += 1;
            match (run(&source, &Value::from(&data)), fine) {
                (Ok(text), true) if visible(&text) == expected => {}
                (Err(error), false) if error.contains(expected) => {}
                (found, _) => wrong.push(format!("{source}\n  expected {expected}\n  found    {found:?}")),
            }
        }
        assert!(template.is_empty(), "an example without a result: {template:?}");
    }
    assert!(examples > 70, "found only {examples} examples");
    assert!(wrong.is_empty(), "{} of {examples} examples do not hold:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_specification_names_every_tag_and_filter() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/specs/liquid.md");
    let text = std::fs::read_to_string(file).expect("the specification");
    let (tags, filters) = rapport_liquid::vocabulary();
    let unnamed: Vec<_> = tags
        .into_iter()
        .chain(filters)
        .filter(|n| {
            !text.contains(&format!("`{n}`")) && !text.contains(&format!("`{n}:")) && !text.contains(&format!("`{n} "))
        })
        .filter(|n| !text.contains(&format!("| {n}")))
        .collect();
    assert!(unnamed.is_empty(), "not in docs/specs/liquid.md: {unnamed:?}");
}

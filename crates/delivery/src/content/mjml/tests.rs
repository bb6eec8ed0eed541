//! MJML against the official compiler's output, and Liquid in every place of it.

use std::path::PathBuf;

use serde_json::json;

use super::alike::difference;
use super::blocks_tests::{library, with_blocks};
use super::*;
use crate::content::{Body, Library, Scene, View, Written};

/// The pairs of source and HTML, when they are there.
fn pairs() -> Option<Vec<(String, PathBuf, PathBuf)>> {
    let folder = crate::shared_data::folder("mjml/packages/mrml-core/resources/compare/success")?;
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).ok()?.filter_map(Result::ok) {
        let (source, html) = (entry.path(), entry.path().with_extension("html"));
        if source.extension().is_some_and(|e| e == "mjml") && html.is_file() {
            out.push((source.file_stem()?.to_string_lossy().into_owned(), source.clone(), html));
        }
    }
    out.sort();
    Some(out)
}

/// Pairs that differ, and why.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "mj-raw-head",
        "made by an older official compiler, which wrote no lang and dir to the html element; the other pairs have both",
    ),
    ("mjml", "the same: it has the lang of the source and no dir"),
];

#[test]
fn nothing_is_loaded_that_the_author_did_not_name() {
    let plain = to_html(&in_column("<mj-text>Hello</mj-text>")).unwrap();
    assert!(!plain.contains("fonts.googleapis.com") && !plain.contains("<link"), "{plain}");
    let font = r#"<mj-head><mj-font name="Own" href="https://shop.example/own.css"/></mj-head>"#;
    let named = in_column(r#"<mj-text font-family="Own, Arial">Hello</mj-text>"#)
        .replace("<mj-body>", &format!("{font}<mj-body>"));
    assert!(to_html(&named).unwrap().contains("https://shop.example/own.css"));
}

#[test]
fn pairs_of_the_official_compiler() {
    let Some(pairs) = pairs() else {
        eprintln!("skipped: the MJML pairs are not here");
        return;
    };
    let mut differing = Vec::new();
    for (name, source, html) in &pairs {
        let (source, expected) = (std::fs::read_to_string(source).unwrap(), std::fs::read_to_string(html).unwrap());
        // With the fonts that the official compiler adds by itself and mails of ours leave out on purpose.
        match compiled(&source, &RenderOptions::default()) {
            Ok(made) => differing.extend(difference(&made, &expected).map(|why| (name.clone(), why))),
            Err(error) => differing.push((name.clone(), error.to_string())),
        }
    }
    let equal = pairs.len() - differing.len();
    eprintln!("{equal} of {} pairs are equal", pairs.len());
    for (name, why) in &differing {
        eprintln!("{name}: {why}");
    }
    let known = |name: &str| DIFFERENT.iter().any(|(known, _)| *known == name);
    assert!(differing.iter().all(|(name, _)| known(name)), "{differing:?}");
    assert!(equal * 100 >= pairs.len() * 95);
}

pub(super) fn body(mjml: &str, library: &Library) -> Body {
    let written = Written { subject: "s", html: None, mjml: Some(mjml), text: None, preheader: None, layout: None };
    Body::prepare("spec", &written, library).unwrap_or_else(|p| panic!("{mjml}: {p:?}"))
}

pub(super) fn scene(library: &Library) -> Scene<'_> {
    Scene { library, ..Scene::bare(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC, "en") }
}

/// Both ways to the mail: as a template's body goes, and Liquid on the whole source, then the compiler.
pub(super) fn both_ways(source: &str, library: &Library, data: &serde_json::Value) -> (bool, String, String) {
    let body = body(source, library);
    let is_once = matches!(body.html, crate::content::HtmlBody::Html(_));
    let made = body.html.render(&View::from(data), &scene(library), &mut Vec::new());
    let first = super::super::compile_as(source, crate::content::Markup::Mjml).unwrap();
    let other = to_html(&first.render(&View::from(data), &scene(library)).unwrap());
    (is_once, made.unwrap_or_else(|e| panic!("{source}: {e}")), other.unwrap_or_else(|e| panic!("{source}: {e}")))
}

fn in_column(inside: &str) -> String {
    format!("<mjml><mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body></mjml>")
}

/// Templates, and whether they are compiled once.
fn templates() -> Vec<(String, bool)> {
    let text = "<mj-text>Hi {{ name }}, <a href=\"https://x.y/{{ id }}\">{% if vip %}VIP{% else %}you{% endif %}</a></mj-text>";
    let rows = "<mj-table>{% for i in items %}<tr><td>{{ i.sku }}</td></tr>{% endfor %}</mj-table>";
    let looped = "{% for i in items %}<mj-text color=\"{{ colour }}\">{{ i.sku }}</mj-text>\
                  <mj-image src=\"https://x.y/{{ i.sku }}.png\" alt=\"{{ i.sku }}\" />{% endfor %}";
    let section = "<mj-section><mj-column><mj-text>{{ i.sku }}</mj-text></mj-column></mj-section>";
    let column = "<mj-column><mj-text>{{ i.sku }}</mj-text></mj-column>";
    vec![
        (in_column(text), true),
        (in_column(rows), true),
        (in_column(looped), true),
        (in_column("<mj-button href=\"{{ url }}\" background-color=\"{{ colour }}\">{{ name }}</mj-button>"), true),
        (in_column("<mj-text>{% comment %}<mj-x>{% endcomment %}{% raw %}{{ x }}{% endraw %}</mj-text>"), true),
        (in_column("<mj-divider border-width=\"{{ width }}px\" />"), false),
        (
            in_column(
                "<mj-text>{% if vip %}<b>{% else %}<i>{% endif %}x{% if vip %}</b>{% else %}</i>{% endif %}</mj-text>",
            ),
            false,
        ),
        (format!("{{% assign n = name | upcase %}}{}", in_column("<mj-text>{{ n }}</mj-text>")), true),
        (format!("<mjml><mj-body>{{% for i in items %}}{section}{{% endfor %}}</mj-body></mjml>"), true),
        (
            format!(
                "<mjml><mj-body><mj-section>{{% for i in items %}}{column}{{% endfor %}}</mj-section></mj-body></mjml>"
            ),
            false,
        ),
        (
            "<mjml><mj-head><mj-title>{{ name }}</mj-title><mj-preview>{{ id }}</mj-preview></mj-head><mj-body>\
             <mj-section background-color=\"{{ colour }}\"><mj-column><mj-text>x</mj-text></mj-column></mj-section>\
             </mj-body></mjml>"
                .to_owned(),
            true,
        ),
        (
            in_column("<mj-text css-class=\"a\"><b style=\"top: {{ width }}px\">{{ name }}</b></mj-text>").replace(
                "<mj-body>",
                "<mj-head><mj-style inline=\"inline\">.a > div b { left: 1px; top: 2px } b:hover { top: 3px }\
                 @media print { b { top: 4px } }</mj-style></mj-head><mj-body>",
            ),
            true,
        ),
    ]
}

#[test]
fn liquid_in_mjml_is_as_if_it_had_run_first() {
    let data = json!({"name": "Ada & <co>", "id": 7, "vip": true, "colour": "#112233", "width": 4, "url": "https://s.t/?a=1&b=2",
        "items": [{"sku": "boot"}, {"sku": "hat"}]});
    for (source, once) in templates() {
        let (is_once, made, other) = both_ways(&source, Library::empty(), &data);
        assert_eq!(is_once, once, "{source}");
        assert_eq!(difference(&made, &other), None, "{source}");
        assert!(!made.contains("lq0x") && (!source.contains("{{ name }}") || !made.contains("<co>")), "{made}");
    }
}

#[test]
fn faults_say_where() {
    for (mjml, part) in [
        ("<p>no mjml</p>", "expected"),
        ("<mjml><mj-body><mj-section></mj-body></mjml>", "line 1"),
        ("<mjml><mj-body>", "ends too early"),
        ("", "<mjml>"),
        (&"<mj-section>".repeat(3_000), "nested"),
        (&format!("<mjml><mj-body>{}", "<div>".repeat(50_000)), "nested"),
    ] {
        let error = to_html(mjml).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("MJML"), "{mjml:.60}: {error}");
    }
}

#[test]
fn damaged_sources_never_panic() {
    let library = library();
    let all: Vec<String> = templates().into_iter().chain(with_blocks()).map(|(source, _)| source).collect();
    for source in &all {
        for at in (0..source.len()).filter(|at| source.is_char_boundary(*at)) {
            let _ = prepare(&source[..at], &library);
            let mut without = source.clone();
            without.remove(at);
            let _ = prepare(&without, &library);
        }
    }
}

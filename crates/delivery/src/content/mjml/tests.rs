//! MJML against the official compiler's output, and Liquid in every place of it.

use std::path::PathBuf;

use html5gum::Token;
use serde_json::json;

use super::*;
use crate::content::html::tokens;
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

/// What a mail program makes of HTML: tags with sorted attributes and declarations, words, comments. White space, the order
/// of attributes and generated ids mean nothing.
fn normal(html: &str) -> Vec<String> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = Vec::new();
    for token in tokens(html) {
        match token {
            Token::StartTag(tag) => {
                let mut attributes: Vec<String> = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| {
                        let (name, value) = (String::from_utf8_lossy(name), String::from_utf8_lossy(&value.value));
                        let value = match &*name {
                            "style" => declarations(&value),
                            "class" => {
                                let mut classes: Vec<&str> = value.split_whitespace().collect();
                                classes.sort_unstable();
                                classes.join(" ")
                            }
                            _ => squeezed(&value),
                        };
                        format!("{name}={value}")
                    })
                    .filter(|a| !a.ends_with('='))
                    .collect();
                attributes.sort();
                out.push(format!("<{} {}>", String::from_utf8_lossy(&tag.name), attributes.join(" ")));
            }
            Token::EndTag(tag) => out.push(format!("</{}>", String::from_utf8_lossy(&tag.name))),
            Token::String(text) => {
                let text = squeezed(&String::from_utf8_lossy(&text)).replace("; }", "}").replace(";}", "}");
                let glued = [
                    (": ", ":"),
                    (" {", "{"),
                    ("{ ", "{"),
                    ("; ", ";"),
                    (", ", ","),
                    (" }", "}"),
                    (";}", "}"),
                    ("} ", "}"),
                ];
                let text = glued.iter().fold(text, |text, (from, to)| text.replace(from, to));
                out.extend(text.split(' ').filter(|w| !w.is_empty()).map(str::to_owned));
            }
            Token::Comment(comment) => {
                let inside = String::from_utf8_lossy(&comment).into_owned();
                // What stands in a condition for Outlook is HTML too.
                match inside.strip_prefix("[if").and_then(|rest| rest.split_once("]>")) {
                    Some((condition, inner)) => {
                        out.push(format!("[if{condition}]"));
                        out.extend(normal(inner.trim_end_matches("<![endif]")));
                        out.push("[endif]".to_owned());
                    }
                    None => out.push(format!("<!--{}-->", squeezed(&inside))),
                }
            }
            _ => {}
        }
    }
    // A condition that is closed and opened again at once says the same as one.
    let mut merged: Vec<String> = Vec::new();
    for piece in out {
        if piece.starts_with("[if") && merged.last().is_some_and(|last| last == "[endif]") {
            merged.pop();
            continue;
        }
        merged.push(piece);
    }
    merged
}

fn declarations(style: &str) -> String {
    let mut all: Vec<String> = style
        .split(';')
        .filter_map(|d| d.split_once(':'))
        .map(|(k, v)| format!("{}:{}", k.trim(), v.split_whitespace().collect::<Vec<_>>().join(" ").replace(", ", ",")))
        .collect();
    all.sort();
    all.join(";")
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
        match to_html(&source) {
            Ok(made) => {
                let (made, expected) = (normal(&made), normal(&expected));
                if made != expected {
                    let at = made.iter().zip(&expected).take_while(|(a, b)| a == b).count();
                    let show = |v: &[String]| v.iter().skip(at).take(3).cloned().collect::<Vec<_>>().join(" ");
                    differing.push((name.clone(), format!("{}\n   expected {}", show(&made), show(&expected))));
                }
            }
            Err(error) => differing.push((name.clone(), error.to_string())),
        }
    }
    let equal = pairs.len() - differing.len();
    eprintln!("{equal} of {} pairs are equal", pairs.len());
    for (name, why) in &differing {
        eprintln!("{name}: {why}");
    }
    assert!(equal * 100 >= pairs.len() * 20);
}

fn body(mjml: &str) -> Body {
    let written = Written { subject: "s", html: None, mjml: Some(mjml), text: None, preheader: None, layout: None };
    Body::prepare("spec", &written, Library::empty()).unwrap()
}

fn render(body: &Body, data: &serde_json::Value) -> Result<String, ContentError> {
    let scene = Scene::bare(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC, "en");
    body.html.render(&View::from(data), &scene, &mut Vec::new())
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
    ]
}

#[test]
fn liquid_in_mjml_is_as_if_it_had_run_first() {
    let data = json!({"name": "Ada & <co>", "id": 7, "vip": true, "colour": "#112233", "width": 4, "url": "https://s.t/?a=1&b=2",
        "items": [{"sku": "boot"}, {"sku": "hat"}]});
    for (source, once) in templates() {
        let body = body(&source);
        assert_eq!(matches!(body.html, crate::content::HtmlBody::Html(_)), once, "{source}");
        let made = render(&body, &data).unwrap();
        // The other way: Liquid on the whole source, then the compiler.
        let first = super::super::compile_as(&source, crate::content::Markup::Mjml).unwrap();
        let scene = Scene::bare(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC, "en");
        let other = to_html(&first.render(&View::from(&data), &scene).unwrap()).unwrap();
        assert_eq!(normal(&made), normal(&other), "{source}");
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
    let all: Vec<String> = templates().into_iter().map(|(source, _)| source).collect();
    for source in &all {
        for at in (0..source.len()).filter(|at| source.is_char_boundary(*at)) {
            let _ = prepare(&source[..at]);
            let mut without = source.clone();
            without.remove(at);
            let _ = prepare(&without);
        }
    }
}

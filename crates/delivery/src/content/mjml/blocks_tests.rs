//! Blocks in MJML: compiled once, and as if Liquid had run first.

use proptest::prelude::*;
use rapport_domain::{Resource, ResourceKind, ResourceStatus, Timestamp, WorkspaceId};
use serde_json::json;

use super::alike::difference;
use super::*;
use crate::content::{Scene, View};

const BLOCKS: &[(&str, &str)] = &[
    (
        "footer",
        "<mj-text>{{ label | default: 'Rapport' }}, {{ profile.city }}{% assign name = 'in' %}{{ name }}</mj-text>",
    ),
    ("logo", "<mj-image src=\"https://x.y/logo.png\" alt=\"Logo\" />"),
    ("row", "<mj-section><mj-column><mj-text>{{ item.sku }}{{ forloop.index }}</mj-text></mj-column></mj-section>"),
    ("pair", "<mj-column><mj-text>{{ label }}</mj-text></mj-column><mj-column>{% render 'logo' %}</mj-column>"),
    (
        "item",
        "<mj-text color=\"{{ colour }}\">{{ item.sku }}{% if item.last %}!{% endif %}</mj-text>{% render 'footer', label: item.sku %}",
    ),
    ("head", "<mj-attributes><mj-text font-size=\"20px\" /></mj-attributes>"),
    ("wide", "<mj-column width=\"{{ width }}%\"><mj-text>w</mj-text></mj-column>"),
    ("again", "{% render 'again' %}"),
    ("sets", "{% assign name = label %}"),
];

pub(super) fn library() -> std::sync::Arc<Library> {
    let mut all: Vec<Resource> = BLOCKS.iter().map(|(id, mjml)| block(id, json!({"name": id, "mjml": mjml}))).collect();
    all.push(block("plain", json!({"name": "plain", "html": "<b>{{ name }}</b><br>{{ label }}"})));
    let library = Library::prepare(&all);
    assert!(library.problems().is_empty(), "{:?}", library.problems());
    library
}

fn block(id: &str, spec: serde_json::Value) -> Resource {
    Resource {
        workspace: WorkspaceId(1),
        kind: ResourceKind::Block,
        id: id.to_owned(),
        version: 1,
        status: ResourceStatus::Live,
        spec,
        created_by: "t".to_owned(),
        approval: None,
        created_at: Timestamp(0),
    }
}

fn data() -> serde_json::Value {
    json!({"name": "Ada & <co>", "colour": "#112233", "width": 40, "profile": {"city": "Wien"},
        "items": [{"sku": "boot"}, {"sku": "hat", "last": true}]})
}

fn page(inside: &str) -> String {
    format!("<mjml><mj-body>{inside}</mj-body></mjml>")
}

fn section(inside: &str) -> String {
    format!("<mj-section>{inside}</mj-section>")
}

/// Templates with blocks, and whether they are compiled once.
pub(super) fn with_blocks() -> Vec<(String, bool)> {
    let column = |inside: &str| page(&section(&format!("<mj-column>{inside}</mj-column>")));
    vec![
        (column("{% render 'footer' %}{% render \"footer\", label: name %}{{ name }}"), true),
        (column("{%- render 'logo' -%} {% render 'footer', label: 'a' %}"), true),
        (column("{% render 'item' for items as item %}"), true),
        (column("{% for i in items %}{% render 'item', item: i, colour: '#fff' %}{% endfor %}"), true),
        (column("<mj-text>a {%- render 'plain', label: name -%} b {% include 'plain' %}</mj-text>"), true),
        (column("{% include 'sets', label: 'x' %}<mj-text>{{ name }}</mj-text>"), true),
        (page("{% render 'row' for items as item %}"), true),
        (page(&section("{% render 'pair', label: name %}")), true),
        (
            page(&section(
                "{% assign x = name %}{% render 'pair', label: x %}<mj-column>{% render 'footer' %}</mj-column>",
            )),
            true,
        ),
        (
            format!(
                "<mjml><mj-head>{{% render 'head' %}}</mj-head><mj-body>{}</mj-body></mjml>",
                section("<mj-column><mj-text>x</mj-text></mj-column>")
            ),
            true,
        ),
        // Columns as many as there are items; a width that is only known then; a name that is only known then.
        (page(&section("{% render 'pair' for items as label %}")), false),
        (page(&section("{% render 'wide', width: 50 %}")), false),
        (column("{% assign b = 'logo' %}{% include b %}"), false),
        (column("{% liquid\n render 'logo' %}"), false),
    ]
}

#[test]
fn a_template_with_blocks_is_compiled_once() {
    let library = library();
    for (source, once) in with_blocks() {
        let (is_once, made, other) = super::tests::both_ways(&source, &library, &data());
        assert_eq!(is_once, once, "{source}");
        assert_eq!(difference(&made, &other), None, "{source}");
        assert!(!made.contains("lq0x") && !made.contains("<co>"), "{made}");
    }
}

#[test]
fn what_cannot_be_written_out_says_so_when_it_is_rendered() {
    let library = library();
    for (tag, part) in [("{% render 'nosuch' %}", "nosuch"), ("{% render 'again' %}", "deep")] {
        let source = page(&section(&format!("<mj-column>{tag}</mj-column>")));
        let body = super::tests::body(&source, &library);
        let error =
            body.html.render(&View::from(&data()), &super::tests::scene(&library), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    // What is missing is told with its block.
    let source = page(&section("<mj-column>{% render 'footer' %}</mj-column>"));
    let scene = Scene { missing: rapport_liquid::Missing::Report, ..super::tests::scene(&library) };
    let mut missing = Vec::new();
    super::tests::body(&source, &library).html.render(&View::from(&json!({})), &scene, &mut missing).unwrap();
    assert!(missing.iter().any(|m| m.name == "profile.city" && m.block.as_deref() == Some("footer")), "{missing:?}");
}

fn piece() -> impl Strategy<Value = String> {
    let simple = prop::sample::select(vec![
        "<mj-text>{{ name }} {{ profile.city }}</mj-text>",
        "<mj-button href=\"https://x.y/{{ name }}\">{{ name }}</mj-button>",
        "{% render 'footer', label: name %}",
        "{% render 'logo' %}",
        "{%- render 'item' for items as item -%}",
        "{% include 'footer' %}",
        "{% include 'sets', label: 'set' %}",
        "{% assign name = 'new' %}",
        "<mj-text>{% include 'plain' %}</mj-text>",
        "<mj-divider />",
    ]);
    simple.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        let many = prop::collection::vec(inner, 1..3).prop_map(|v| v.concat());
        (many, 0..3).prop_map(|(inside, how)| match how {
            0 => format!("{{% for item in items %}}{inside}{{% endfor %}}"),
            1 => format!("{{% if name contains 'A' %}}{inside}{{% else %}}<mj-spacer />{{% endif %}}"),
            _ => inside,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn both_ways_give_the_same_mail(columns in prop::collection::vec(prop::collection::vec(piece(), 1..4), 1..3)) {
        let columns: String = columns.iter().map(|c| format!("<mj-column>{}</mj-column>", c.concat())).collect();
        // The head has the fonts and styles of everything that may be shown: with one of each it is the same both ways.
        let last = section("<mj-column><mj-text>x</mj-text><mj-image src=\"https://x.y/z.png\" /></mj-column>");
        let (is_once, made, other) = super::tests::both_ways(&page(&(section(&columns) + &last)), &library(), &data());
        prop_assert!(is_once, "{}", columns);
        prop_assert_eq!(difference(&made, &other), None);
    }
}

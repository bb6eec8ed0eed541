//! Every bound is an error of its own, with its place; no input panics or runs away.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::Instant;

use proptest::prelude::*;
use rapport_liquid::{Env, Error, ErrorClass, Limits, Missing, Outcome, ParseOptions, Template, Value};
use serde_json::json;

fn env() -> Env<'static> {
    Env::new(chrono::DateTime::UNIX_EPOCH)
}

fn data() -> serde_json::Value {
    json!({"a": "text of some length", "n": 7, "x": 1.5, "list": [3, "1", null, {"k": "v"}, [2, [true]]],
        "o": {"k": "v", "m": {"n": [1, 2]}}, "s": "ünï😀", "d": "2024-02-29T23:59:60Z", "empty": "", "big": u64::MAX})
}

fn render(source: &str, env: &Env<'_>) -> Result<String, Error> {
    let options = ParseOptions { limits: env.limits, ..ParseOptions::default() };
    let data = data();
    let outcome = Template::parse(source, &options)?.render(&Value::from(&data), env)?.outcome;
    Ok(outcome.text().unwrap_or_default())
}

#[test]
fn each_bound_is_its_own_error() {
    let small =
        Limits { template_bytes: 400_000, depth: 20, steps: 20_000, output_bytes: 10_000, memory_bytes: 200_000 };
    let env = Env { limits: small, ..env() };
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5_000), close.repeat(5_000));
    let doubling = format!("{{% assign s = 'aaaaaaaaaaaaaaaa' %}}{}", "{% assign s = s | append: s %}".repeat(60));
    let capture = format!(
        "{{% capture s %}}aaaa{{% endcapture %}}{}",
        "{% capture s %}{{ s }}{{ s }}{% endcapture %}".repeat(60)
    );
    for (template, code) in [
        ("x".repeat(400_001), "template_too_long"),
        (deep("{% if a %}", "{% endif %}"), "nested_too_deep"),
        (format!("{{% {} echo a %}}", "liquid ".repeat(5_000)), "nested_too_deep"),
        (format!("{{{{ {}a{} }}}}", "[".repeat(5_000), "]".repeat(5_000)), "nested_too_deep"),
        (format!("{{{{ {}1..2{} }}}}", "(".repeat(5_000), ")".repeat(5_000)), "nested_too_deep"),
        ("{% for a in (1..99999999999) %}{% endfor %}".to_owned(), "too_many_steps"),
        (
            "{% for a in (1..900) %}{% for b in (1..900) %}{% assign x = b %}{% endfor %}{% endfor %}".to_owned(),
            "too_many_steps",
        ),
        ("{% for a in (1..9000) %}0123456789{% endfor %}".to_owned(), "output_too_long"),
        ("{% tablerow a in (1..9000) %}0123456789{% endtablerow %}".to_owned(), "output_too_long"),
        (doubling, "values_too_large"),
        (capture, "output_too_long"),
        ("{{ (1..9999999) | join }}".to_owned(), "values_too_large"),
        ("{{ (0..9223372036854775807) | reverse | first }}".to_owned(), "values_too_large"),
        (
            "{% assign l = list %}{% for i in (1..90) %}{% assign l = l | concat: l %}{% endfor %}".to_owned(),
            "values_too_large",
        ),
        (format!("{{% assign s = a %}}{}", "{% assign s = s | replace: '', s %}".repeat(20)), "values_too_large"),
        (format!("{{{{ a | date: '{}' }}}}{{{{ n | date: '{}' }}}}", "%c", "%64N".repeat(9_000)), "values_too_large"),
    ] {
        let begun = Instant::now();
        let error = render(&template, &env).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.class(), ErrorClass::Limited);
        assert!(begun.elapsed().as_secs() < 10, "{code} took {:?}", begun.elapsed());
    }
    let error = render("a\n {{ (1..9999999) | join }}", &env).expect_err("too large");
    let place = error.place.expect("a place");
    assert_eq!((place.line, place.column, place.excerpt.as_str()), (2, 20, "{{ (1..9999999) | join }}"));
}

#[test]
fn the_deepest_nesting_fits_the_stack() {
    let limits = Limits { depth: u32::MAX, ..Limits::default() };
    let env = Env { limits, ..env() };
    let nested = |n: usize| {
        let open: String = (0..n).map(|i| format!("{{% for v{i} in (1..1) %}}{{% if a %}}{{% capture c %}}")).collect();
        format!("{open}x{}", "{% endcapture %}{{ c }}{% endif %}{% endfor %}".repeat(n))
    };
    assert_eq!(render(&nested(42), &env).as_deref(), Ok("x"));
    assert_eq!(render(&nested(43), &env).expect_err("too deep").code(), "nested_too_deep");
    let brackets = format!("{{{{ {}a{} }}}}", "[".repeat(127), "]".repeat(127));
    assert_eq!(render(&brackets, &env).as_deref(), Ok(""));
    let many = format!("{{% if {} a %}}y{{% endif %}}", "n == 8 or ".repeat(20_000));
    assert_eq!(render(&many, &env).as_deref(), Ok("y"));
}

#[test]
fn partials_that_show_themselves_end() {
    let parse = |s| Template::parse(s, &ParseOptions::default()).expect("a template");
    let partials =
        HashMap::from([("a".to_owned(), parse("{% include 'a' %}")), ("b".to_owned(), parse("x{% render 'b' %}"))]);
    let env = Env { partials: &partials, ..env() };
    for source in ["{% include 'a' %}", "{% render 'b' %}"] {
        let error = render(source, &env).expect_err("too deep");
        assert_eq!(error.code(), "nested_too_deep");
    }
}

#[test]
fn the_callers_time_check_ends_it() {
    let asked = Cell::new(0);
    let go_on = || {
        asked.set(asked.get() + 1);
        asked.get() < 5
    };
    let env = Env { go_on: Some(&go_on), ..env() };
    let error = render("{% for a in (1..100000) %}{{ a | plus: 1 }}{% endfor %}", &env).expect_err("out of time");
    assert_eq!(error.code(), "out_of_time");
    assert_eq!(asked.get(), 5);
}

#[test]
fn missing_variables_are_ignored_reported_or_refused() {
    let source = "{{ a }}{{ nick }}\n{% if vip %}{% endif %}{{ o.k.z }}{{ city | default: 'x' }}{{ nick }}{{ o['q'] }}";
    let template = Template::parse(source, &ParseOptions::strict()).expect("a template");
    let (data, report) = (data(), Env { missing: Missing::Report, ..env() });
    let rendered = template.render(&Value::from(&data), &report).expect("a text");
    let missing: Vec<_> = rendered.missing.iter().map(|m| (m.name.as_str(), m.place.line, m.place.column)).collect();
    assert_eq!(missing, [("nick", 1, 11), ("o.k.z", 2, 27), ("o['q']", 2, 73)]);
    assert_eq!(rendered.outcome, Outcome::Text("text of some length\nx".to_owned()));
    let refuse = Env { missing: Missing::Refuse, ..env() };
    let error = template.render(&Value::from(&data), &refuse).expect_err("missing");
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("missing_variable", "line 1, column 11: `nick` is missing, in: {{ a }}{{ nick }}")
    );
    assert!(template.render(&Value::from(&data), &env()).expect("a text").missing.is_empty());
}

/// Pieces that templates are made of, and pieces that they should not be.
const SOUP: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{%-",
    "-%}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "'",
    "\"",
    "|",
    ":",
    ",",
    ".",
    "..",
    "(",
    ")",
    "[",
    "]",
    "-",
    "#",
    "=",
    "==",
    "<>",
    "<",
    "contains",
    "and",
    "or",
    "a",
    "n",
    "x",
    "list",
    "o.k",
    "o.m.n",
    "s",
    "d",
    "big",
    "nil",
    "blank",
    "empty",
    "true",
    "1",
    "-7",
    "3.25",
    "99999999999999999999",
    "1e9",
    "if",
    "endif",
    "elsif",
    "else",
    "unless",
    "endunless",
    "case",
    "when",
    "endcase",
    "for",
    "in",
    "endfor",
    "reversed",
    "limit",
    "offset",
    "continue",
    "break",
    "tablerow",
    "cols",
    "endtablerow",
    "assign",
    "capture",
    "endcapture",
    "cycle",
    "increment",
    "decrement",
    "echo",
    "liquid",
    "raw",
    "endraw",
    "comment",
    "endcomment",
    "doc",
    "enddoc",
    "include",
    "render",
    "with",
    "as",
    "ifchanged",
    "endifchanged",
    "abort_message",
    "catalog_items",
    "forloop",
    "forloop.index",
    "size",
    "first",
    "last",
    "ü",
    "😀",
    "\u{0}",
    "\r",
    "é-",
];

fn soup() -> impl Strategy<Value = String> {
    let filters = rapport_liquid::vocabulary().1;
    let piece = prop_oneof![
        6 => prop::sample::select(SOUP).prop_map(str::to_owned),
        1 => prop::sample::select(filters.clone()).prop_map(|f| format!("| {f}")),
        1 => prop::sample::select(filters.clone()).prop_map(|f| format!("{{{{ list | {f}: s, n }}}}")),
        1 => prop::sample::select(filters).prop_map(|f| format!("{{{{ d | {f}: x }}}}{{{{ o | {f} }}}}{{{{ (n..99) | {f}: a }}}}")),
        1 => "\\PC{0,6}",
    ];
    (prop::collection::vec(piece, 0..40), prop::bool::ANY)
        .prop_map(|(pieces, spaced)| pieces.join(if spaced { " " } else { "" }))
}

/// Tags that fit together, so that rendering is reached often.
fn sensible() -> impl Strategy<Value = String> {
    let value = prop::sample::select(
        &["a", "n", "x", "list", "o", "s", "d", "big", "nil", "-3", "2.5", "'b c'", "(n..n)", "list[-1].k", "blank"][..],
    );
    let filters = rapport_liquid::vocabulary().1;
    let call = (prop::sample::select(filters), prop::collection::vec(value.clone(), 0..3)).prop_map(|(f, args)| {
        match args.len() {
            0 => format!(" | {f}"),
            _ => format!(" | {f}: {}", args.join(", ")),
        }
    });
    let leaf = (value.clone(), prop::collection::vec(call, 0..4), 0..4u8).prop_map(|(v, calls, how)| match how {
        0 => format!("{{{{ {v}{} }}}}", calls.concat()),
        1 => format!("{{% assign a = {v}{} %}}", calls.concat()),
        2 => format!("{{% cycle {v}, 'z' %}}{{% increment n %}}"),
        _ => format!("{{%- liquid\n echo {v}{}\n-%}}", calls.concat()),
    });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        (value.clone(), prop::collection::vec(inner, 0..4), 0..6u8).prop_map(|(v, body, how)| {
            let body = body.concat();
            match how {
                0 => format!("{{% if {v} contains a or {v} == empty %}}{body}{{% else %}} {{% endif %}}"),
                1 => format!(
                    "{{% for i in {v} limit: n offset: 1 reversed %}}{body}{{{{ forloop.rindex }}}}{{% endfor %}}"
                ),
                2 => format!("{{% tablerow i in {v} cols: 2 %}}{body}{{% endtablerow %}}"),
                3 => format!("{{% capture s %}}{body}{{% endcapture %}}"),
                4 => format!("{{% case {v} %}}{{% when a, n %}}{body}{{% endcase %}}"),
                _ => format!("{{% ifchanged %}}{body}{{% endifchanged %}}"),
            }
        })
    })
}

/// Renders under small limits; any answer will do, but an error from a template has a place in it.
fn survives(source: &str) -> Result<(), TestCaseError> {
    let limits = Limits { steps: 5_000, memory_bytes: 1 << 20, output_bytes: 1 << 16, ..Limits::default() };
    for missing in [Missing::Report, Missing::Refuse] {
        let env = Env { limits, missing, locale: "de", ..env() };
        if let Err(error) = render(source, &env) {
            prop_assert!(!error.to_string().is_empty());
            if let Some(place) = error.place {
                prop_assert!(place.line as usize <= source.split('\n').count(), "{place:?}");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn soup_does_no_harm(source in soup()) {
        survives(&source)?;
    }

    #[test]
    fn what_fits_together_does_no_harm(source in sensible()) {
        survives(&source)?;
    }
}

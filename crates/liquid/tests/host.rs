//! What a program gives to templates: objects that are asked, filters of its own, values of every kind.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rapport_liquid::{Env, ErrorClass, Host, Object, ParseOptions, Template, Value};
use serde_json::json;

/// A profile whose orders are read when they are mentioned.
#[derive(Default)]
struct Profile {
    reads: AtomicU32,
}

impl Object for Profile {
    fn get(&self, key: &str) -> Option<Value<'_>> {
        match key {
            "name" => Some(Value::Str("Ada")),
            "orders" => {
                self.reads.fetch_add(1, Ordering::Relaxed);
                Some([Value::Int(5), Value::Float(7.25)].into_iter().collect())
            }
            _ => None,
        }
    }

    fn entries(&self) -> Vec<(Arc<str>, Value<'_>)> {
        vec![("name".into(), Value::Str("Ada"))]
    }
}

struct Shop;

impl Host for Shop {
    fn filter<'a>(
        &'a self,
        name: &str,
        input: Value<'a>,
        arguments: &[Value<'a>],
        named: &[(&str, Value<'a>)],
    ) -> Result<Value<'a>, String> {
        match name {
            "shout" => Ok(Value::text(format!("{}{}{}", input.to_str(), arguments.len(), named.len()))),
            _ => Err("the shop is closed".to_owned()),
        }
    }
}

fn env() -> Env<'static> {
    Env { host: &Shop, ..Env::new(chrono::DateTime::UNIX_EPOCH) }
}

fn render(source: &str, data: &Value<'_>) -> String {
    let options = ParseOptions { host_filters: &["shout", "closed"], ..ParseOptions::strict() };
    let template = Template::parse(source, &options).unwrap_or_else(|e| panic!("{source}: {e}"));
    match template.render(data, &env()) {
        Ok(rendered) => rendered.outcome.text().unwrap_or_default(),
        Err(e) => format!("{} {:?}", e, e.class()),
    }
}

#[test]
fn objects_are_asked_for_what_is_mentioned() {
    let profile = Profile::default();
    let root = Value::map(vec![("profile".into(), Value::Object(&profile))]);
    assert_eq!(render("{{ profile.name }}{{ profile.missing }}{{ profile.size }}", &root), "Ada1");
    assert_eq!(profile.reads.load(Ordering::Relaxed), 0);
    assert_eq!(render("{{ profile.orders | sum }} {{ profile.orders.size }}", &root), "12.25 2");
    assert_eq!(profile.reads.load(Ordering::Relaxed), 2);
    assert_eq!(
        render("{% for p in profile %}{{ p[0] }}:{{ p[1] }}{% endfor %}{{ profile | json }}", &root),
        "name:Ada{\"name\":\"Ada\"}"
    );
    assert_eq!(
        render("{% if profile contains 'orders' %}y{% endif %}{% if profile == profile %}y{% endif %}", &root),
        "yy"
    );
}

#[test]
fn the_host_has_filters_of_its_own() {
    let root = Value::Nil;
    assert_eq!(render("{{ 'hey' | shout: 1, 2, loud: true | upcase }}", &root), "HEY21");
    let error = render("{{ 'hey' | closed }}", &root);
    assert_eq!(
        error,
        format!("line 1, column 12: the shop is closed, in: {{{{ 'hey' | closed }}}} {:?}", ErrorClass::Host)
    );
    let unknown =
        Template::parse("{{ 'hey' | shot }}", &ParseOptions { host_filters: &["shout"], ..ParseOptions::strict() });
    assert!(unknown.expect_err("unknown").to_string().contains("did you mean `shout`?"));
    let lax = Template::parse("{{ 'hey' | shot: 1 | upcase }}", &ParseOptions::default()).expect("lax");
    assert_eq!(lax.render(&root, &env()).expect("a text").outcome.text().as_deref(), Some("HEY"));
}

#[test]
fn values_show_as_in_ruby() {
    let data = json!({"big": u64::MAX, "min": i64::MIN, "small": 0.00001, "large": 1e16, "third": 1.0 / 3.0, "neg": -0.5,
        "deep": {"a": [1, null, "x\"y"], "b": {"c": true}}});
    for (source, expected) in [
        ("{{ big }} {{ min }}", "18446744073709551615 -9223372036854775808"),
        ("{{ small }} {{ large }} {{ third }} {{ neg }}", "1.0e-05 1.0e+16 0.3333333333333333 -0.5"),
        ("{{ deep }}", r#"{"a"=>[1, nil, "x\"y"], "b"=>{"c"=>true}}"#),
        ("{{ deep | json }}", r#"{"a":[1,null,"x\"y"],"b":{"c":true}}"#),
        (
            "{{ min | abs }} {{ min | minus: 1 }} {{ min | divided_by: -1 }}",
            "9.223372036854776e+18 -9.223372036854776e+18 9.223372036854776e+18",
        ),
        ("{{ deep.a | sort_natural | join: ',' }}", "1,x\"y,"),
        ("{{ 99999999999999999999 }} {{ 1.50 }}", "99999999999999999999 1.5"),
    ] {
        assert_eq!(render(source, &Value::from(&data)), expected, "{source}");
    }
    let ordered: Value<'static> = serde_json::from_str(r#"{"z": 1, "a": [true, 2.5, null]}"#).expect("a value");
    assert_eq!(render("{{ a }}{% for p in o %}{{ p[0] }}{% endfor %}", &Value::map(vec![("o".into(), ordered)])), "za");
}

#[test]
fn values_and_templates_cross_threads() {
    fn sent<T: Send + Sync>(_: &T) {}
    sent(&Value::Nil);
    sent(&Template::parse("x", &ParseOptions::default()).expect("a template"));
}

#[test]
fn errors_in_partials_name_the_partial() {
    let parse = |s| Template::parse(s, &ParseOptions::default()).expect("a template");
    let partials = HashMap::from([("row".to_owned(), parse("a\n{{ 1 | divided_by: 0 }}"))]);
    let env = Env { partials: &partials, ..env() };
    for source in ["x{% render 'row' %}", "{% include 'row' %}"] {
        let template = parse(source);
        let error = template.render(&Value::Nil, &env).expect_err("a division by 0");
        assert_eq!(
            error.to_string(),
            "partial `row`, line 2, column 8: `divided_by` cannot divide by 0, in: {{ 1 | divided_by: 0 }}"
        );
    }
}

#[test]
fn values_are_escaped_where_that_is_asked_for() {
    let data = json!({"name": "<b>\"O'Neil\" & co</b>", "lines": "a<\nb", "n": 5, "url": "https://x.y/?a=1&b=2"});
    let badge = Template::parse("<i>{{ label }}{{ markup }}</i>", &ParseOptions::strict()).unwrap();
    let partials = HashMap::from([("badge".to_owned(), badge)]);
    let env = Env { escape: rapport_liquid::Escape::Html, partials: &partials, ..env() };
    for (template, expected) in [
        ("<p>{{ name }}</p>", "<p>&lt;b&gt;&quot;O&#39;Neil&quot; &amp; co&lt;/b&gt;</p>"),
        ("<a href=\"{{ url }}\">{{ n }}</a>", "<a href=\"https://x.y/?a=1&amp;b=2\">5</a>"),
        ("{{ name | raw }}", "<b>\"O'Neil\" & co</b>"),
        ("{{ name | upcase | truncate: 6 }}", "&lt;B&gt;..."),
        ("{{ name | escape }}", "&lt;b&gt;&quot;O&#39;Neil&quot; &amp; co&lt;/b&gt;"),
        ("{{ '<hr>' }}{{ '<hr>' | append: '' }}", "<hr>&lt;hr&gt;"),
        ("{{ lines | newline_to_br }}", "a&lt;<br />\nb"),
        (
            "{% capture x %}<i>{{ name | slice: 0, 3 }}</i>{% endcapture %}{{ x }}{{ x | append: '' | strip_html }}",
            "<i>&lt;b&gt;</i>&amp;lt;b&amp;gt;",
        ),
        ("{% assign x = name | slice: 0, 3 | raw %}{{ x }}{% assign y = x | append: '!' %}{{ y }}", "<b>&lt;b&gt;!"),
        (
            "{% assign x = '<hr>' %}{{ x }}{% cycle '<a>', '<b>' %}{% cycle name, name %}",
            "<hr><a>&lt;b&gt;&quot;O&#39;Neil&quot; &amp; co&lt;/b&gt;",
        ),
        (
            "{% capture m %}<u>{{ n }}</u>{% endcapture %}{% render 'badge', label: lines, markup: m %}",
            "<i>a&lt;\nb<u>5</u></i>",
        ),
        ("{% for c in lines %}{{ c }}{% endfor %}{% if name contains '<b>' %}yes{% endif %}", "a&lt;\nbyes"),
    ] {
        let parsed = Template::parse(template, &ParseOptions::strict()).unwrap();
        let rendered = parsed.render(&Value::from(&data), &env).unwrap();
        assert_eq!(rendered.outcome.text().as_deref(), Some(expected), "{template}");
    }
}

#[test]
fn partials_written_out_are_as_if_they_were_looked_up() {
    let options = ParseOptions { written_out: true, ..ParseOptions::strict() };
    let partials = [
        ("card", "[{{ card.n }}{{ item.n }}{{ label }}{{ x }}{{ forloop.index }}{% assign x = 'in' %}{% break %}no]"),
        ("row", "{% render 'card', label: label %}<{{ x }}>{% increment n %}{% cycle 'a', 'b' %}"),
        ("sets", "{% assign x = label | default: 'set' %}{{ x }}{{ sets }}"),
    ];
    let known: HashMap<String, Template> = partials
        .iter()
        .map(|(name, source)| ((*name).to_owned(), Template::parse(source, &options).unwrap()))
        .collect();
    // The same, with each partial's source in its place.
    let written = |tag: &str| {
        let mut out = tag.to_owned();
        while let Some(at) = ["{% render '", "{% include '"].iter().filter_map(|t| out.find(t)).min() {
            let word = if out[at..].starts_with("{% render") { "render" } else { "include" };
            let name = out[at..].split('\'').nth(1).unwrap().to_owned();
            let end = at + out[at..].find("%}").unwrap() + 2;
            let arguments = out[at + 3 + word.len()..end].to_owned();
            let source = partials.iter().find(|(n, _)| *n == name).unwrap().1;
            out.replace_range(at..end, &format!("{{% {word}ed{arguments}{source}{{% end{word}ed %}}"));
        }
        // `include` is one `d` short of its participle's ending.
        out.replace("includeed", "included")
    };
    let data = json!({"items": [{"n": 1}, {"n": 2}], "x": "out", "one": {"n": 3}});
    let data = Value::from(&data);
    let env = Env { partials: &known, missing: rapport_liquid::Missing::Report, ..env() };
    for source in [
        "{% render 'card' %}{{ x }}",
        "{% render 'card', label: x, x: 'given' %}{{ x }}",
        "{% render 'card' for items as item %}{% render 'card' for items %}{% render 'card' with one as item %}",
        "{% for i in items %}{% render 'card', item: i %}{% include 'sets' %}{% endfor %}{{ x }}",
        "{% include 'sets', label: 'l' %}{{ x }}{% include 'sets' with items %}{% include 'sets' for one as sets %}",
        "{% render 'row', label: 'q' %}{% render 'row' %}{% increment n %}{% cycle 'a', 'b' %}",
        "{% assign x = 1 %}{% capture c %}{% render 'row' for items as item, label: 'z' %}{% endcapture %}{{ c }}{{ x }}",
    ] {
        let looked_up = Template::parse(source, &options).unwrap();
        let inlined = written(source);
        let inlined = Template::parse(&inlined, &options).unwrap_or_else(|e| panic!("{inlined}: {e}"));
        let (a, b) = (looked_up.render(&data, &env).unwrap(), inlined.render(&data, &env).unwrap());
        assert_eq!(a.outcome, b.outcome, "{source}");
        let names = |r: &rapport_liquid::Rendered| {
            r.missing.iter().map(|m| (m.name.clone(), m.place.partial.clone())).collect::<Vec<_>>()
        };
        assert_eq!(names(&a), names(&b), "{source}");
    }
    for (source, said) in [
        ("{% rendered x %}{% endrendered %}", "in quotes"),
        ("{% rendered 'x' %}", "endrendered"),
        ("{% included x %}{% endincluded %}", "in quotes"),
    ] {
        let error = Template::parse(source, &options).unwrap_err().to_string();
        assert!(error.contains(said), "{source}: {error}");
    }
    assert!(Template::parse("{% rendered 'x' %}{% endrendered %}", &ParseOptions::strict()).is_err());
}

#[test]
fn values_are_escaped_for_other_markup_by_a_function() {
    let escape = |text: &str| text.replace(['*', '.', '-'], "\\$");
    let data = json!({"name": "*A*", "n": -1.5});
    let env = Env { escape: rapport_liquid::Escape::By(escape), ..env() };
    for (template, expected) in [
        ("*{{ name }}* {{ n }}", "*\\$A\\$* \\$1\\$5"),
        ("{{ name | raw }} {{ '*x*' }} {{ name | escape }}", "*A* *x* \\$A\\$"),
        ("{% capture x %}*{{ name }}*{% endcapture %}{{ x }}", "*\\$A\\$*"),
    ] {
        let template = Template::parse(template, &ParseOptions::strict()).unwrap();
        let rendered = template.render(&Value::from(&data), &env).unwrap();
        assert_eq!(rendered.outcome, rapport_liquid::Outcome::Text(expected.to_owned()));
    }
}

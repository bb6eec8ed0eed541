//! Inline styles: the rules of `<mj-style inline="inline">` are written onto the elements they select, for mail programs that
//! read no style sheets. It is done on the compiler's HTML, by the tokenizer that finds links; the rest stays byte for byte.
//!
//! Selectors of names, classes, ids and `*`, with descendants and children (` `, `>`), are written; what cannot stand on an
//! element (`@media`, `:hover`, and selectors of other forms) stays in the head as a style sheet. As by CSS Cascading, what an
//! element says itself goes before rules unless these say `!important`.

use std::borrow::Cow;

use html5gum::Token;

use super::attributes::tags;
use super::css::{Declaration, Rule, declarations, read};
use crate::content::html::{attribute, tokens, write_tag};

/// Elements without content.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// Elements of the head, which no rule is about.
const HEAD: &[&str] = &["html", "head", "title", "meta", "link", "style", "script", "base"];

/// An inline style sheet: where its element stands, and its text.
fn sheets(mjml: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    let mut found = Vec::new();
    for tag in tags(mjml).filter(|tag| tag.name == "mj-style" && mjml.as_bytes().get(tag.end) == Some(&b'>')) {
        let is_inline =
            tag.attributes.iter().any(|(name, value)| *name == "inline" && &mjml[value.clone()] == "inline");
        let (Some(start), Some(length)) = (mjml[..tag.end].rfind('<'), mjml[tag.end..].find("</mj-style")) else {
            continue;
        };
        let from = tag.end + 1;
        let to = tag.end + length;
        let end = mjml[to..].find('>').map_or(mjml.len(), |close| to + close + 1);
        if is_inline && from <= to {
            found.push((start..end, &mjml[from..to]));
        }
    }
    found
}

/// Whether Liquid decides about inline styles or about what they select, so that it has to run before they are written.
pub(super) fn waits_for_liquid(mjml: &str) -> bool {
    let is_liquid = |text: &str| text.contains("{{") || text.contains("{%");
    let sheets = sheets(mjml);
    let selects = |name: &str| matches!(name, "class" | "css-class" | "id");
    let selected =
        || tags(mjml).any(|tag| tag.attributes.iter().any(|(n, v)| selects(n) && is_liquid(&mjml[v.clone()])));
    !sheets.is_empty() && (sheets.iter().any(|(_, css)| is_liquid(css)) || selected())
}

/// The document without its inline rules, on as many lines, and these rules in order.
pub(super) fn taken(mjml: &str) -> (Cow<'_, str>, Vec<Rule>) {
    let sheets = sheets(mjml);
    if sheets.is_empty() {
        return (Cow::Borrowed(mjml), Vec::new());
    }
    let (mut out, mut copied, mut rules) = (String::with_capacity(mjml.len()), 0, Vec::new());
    for (place, css) in sheets {
        let rest = read(css, &mut rules);
        out.push_str(&mjml[copied..place.start]);
        if !rest.is_empty() {
            out.push_str("<mj-style>");
            out.push_str(&rest.replace('\n', " "));
            out.push_str("</mj-style>");
        }
        // Faults further down name their lines.
        out.push_str(&"\n".repeat(mjml[place.clone()].matches('\n').count()));
        copied = place.end;
    }
    out.push_str(&mjml[copied..]);
    (Cow::Owned(out), rules)
}

/// An element on the way from the root to the present one.
pub(super) struct Element {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) classes: Vec<String>,
}

/// The HTML with the rules written onto the elements they select.
pub(super) fn written(html: String, rules: &[Rule]) -> String {
    if rules.is_empty() {
        return html;
    }
    let (mut out, mut copied) = (String::with_capacity(html.len() + 4_096), 0);
    let mut path: Vec<Element> = Vec::new();
    for token in tokens(&html) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let text = |name: &str| attribute(&tag, name).unwrap_or_default();
                let classes = text("class").split_whitespace().map(str::to_owned).collect();
                path.push(Element { name, id: text("id").to_owned(), classes });
                let name = path.last().map_or("", |e| e.name.as_str());
                let is_void = tag.self_closing || VOID.contains(&name);
                if !HEAD.contains(&name)
                    && let Some(style) = style(rules, &path, text("style"))
                    && let Some(before) = html.get(copied..tag.span.start)
                    && html.is_char_boundary(tag.span.end)
                {
                    out.push_str(before);
                    write_tag(&mut out, &tag, "style", &style);
                    copied = tag.span.end;
                }
                if is_void {
                    path.pop();
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                if let Some(at) = path.iter().rposition(|e| e.name == name) {
                    path.truncate(at);
                }
            }
            _ => {}
        }
    }
    out.push_str(&html[copied..]);
    out
}

/// What the last element of `path` says with the rules that select it; `None` when none does.
fn style(rules: &[Rule], path: &[Element], own: &str) -> Option<String> {
    let mut fitting: Vec<&Rule> = rules.iter().filter(|rule| rule.selector.fits(path)).collect();
    if fitting.is_empty() {
        return None;
    }
    // A stable sort: of equal weight the later rule wins.
    fitting.sort_by_key(|rule| rule.selector.weight());
    let own = declarations(own);
    let by_rules =
        |important: bool| fitting.iter().flat_map(|rule| &rule.declarations).filter(move |d| d.important == important);
    let mut all: Vec<&Declaration> = Vec::new();
    let cascade = by_rules(false).chain(&own).chain(by_rules(true)).chain(own.iter().filter(|d| d.important));
    for declaration in cascade {
        all.retain(|known| known.name != declaration.name);
        all.push(declaration);
    }
    let show = |d: &&Declaration| {
        // On the element itself it wins anyway; what the author wrote there stays as it is.
        let important = if d.important && own.contains(d) { " !important" } else { "" };
        format!("{}:{}{important};", d.name, d.value)
    };
    Some(all.iter().map(show).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{body, both_ways};
    use super::super::to_html;
    use crate::content::{HtmlBody, Library};

    fn mail(css: &str, inside: &str) -> String {
        format!(
            "<mjml><mj-head><mj-style inline=\"inline\">{css}</mj-style></mj-head><mj-body><mj-section><mj-column>\
             {inside}</mj-column></mj-section></mj-body></mjml>"
        )
    }

    fn html(css: &str, inside: &str) -> String {
        to_html(&mail(css, inside)).unwrap_or_else(|e| panic!("{css}: {e}"))
    }

    #[test]
    fn rules_stand_on_what_they_select() {
        let text = "<mj-text css-class=\"note\"><p class=\"a b\" style=\"color: red; margin:0\">x <b id=\"n\">y</b></p></mj-text>";
        for (css, tag) in [
            (".a { color: blue }", "<p class=\"a b\" style=\"color:red;margin:0;\">"),
            (".a { color: blue !important }", "<p class=\"a b\" style=\"margin:0;color:blue;\">"),
            ("p { padding: 1px; margin: 9px }", "<p class=\"a b\" style=\"padding:1px;color:red;margin:0;\">"),
            (".note p > b { color: #123 }", "<b id=\"n\" style=\"color:#123;\">"),
            ("td.note b, h1 { font: 1px \"Own\" }", "<b id=\"n\" style=\"font:1px &quot;Own&quot;;\">"),
            ("#n { top: 1px } .note b { top: 2px } b { top: 3px }", "<b id=\"n\" style=\"top:1px;\">"),
            ("b { top: 3px } b { top: 4px; /* left: 1px; */ }", "<b id=\"n\" style=\"top:4px;\">"),
            (
                "b { background: url(data:image/png;base64,AA==) }",
                "<b id=\"n\" style=\"background:url(data:image/png;base64,AA==);\">",
            ),
        ] {
            let made = html(css, text);
            assert!(made.contains(tag), "{css}: {made}");
            assert!(!made.contains(css), "{css} stands on elements, not in the head");
        }
        for none in [".note > b { top: 1px }", "p.c { top: 1px }", "b p { top: 1px }", "* > #x { top: 1px }"] {
            assert!(!html(none, text).contains("top:1px"), "{none}");
        }
        let every = html("* { top: 1px }", "<mj-image src=\"a.png\" />");
        assert!(
            every.contains("<body style=\"") && every.contains("<img") && !every.contains("<title style"),
            "{every}"
        );
        assert!(!every.split("<img").nth(1).unwrap().split('>').next().unwrap().is_empty());
    }

    #[test]
    fn what_cannot_stand_on_an_element_stays_in_the_head() {
        let css = "@import url(x.css);\n@media (max-width: 9px) { .a { top: 1px } }\n.a:hover, b { left: 2px }\n.c[x] { right: 3px }";
        let made = html(css, "<mj-text><b class=\"a\">x</b></mj-text>");
        let head = made.split("</head>").next().unwrap();
        for kept in [
            "@import url(x.css);",
            "@media (max-width: 9px) { .a { top: 1px } }",
            ".a:hover{ left: 2px }",
            ".c[x]{ right: 3px }",
        ] {
            assert!(head.contains(kept), "{kept}: {head}");
        }
        assert!(made.contains("<b class=\"a\" style=\"left:2px;\">") && !head.contains("b{"), "{made}");
        // Other style sheets are as they were.
        let plain = mail("b { top: 1px }", "<mj-text>x</mj-text>").replace(" inline=\"inline\"", "");
        assert!(to_html(&plain).unwrap().contains("b { top: 1px }"));
    }

    #[test]
    fn faults_after_styles_name_their_lines() {
        let broken = mail("b {\n top: 1px\n}\n", "\n</mj-text>");
        let line = to_html(&broken).unwrap_err().position.unwrap().0;
        assert_eq!(line, 5);
    }

    #[test]
    fn liquid_in_styles_and_classes_comes_first() {
        let data = json!({"name": "Ada", "colour": "#123456", "kind": "note", "vip": true});
        for (css, inside, once) in [
            ("b { color: #111111 }", "<mj-text><b>{{ name }}</b></mj-text>", true),
            ("b { color: {{ colour }} }", "<mj-text><b>{{ name }}</b></mj-text>", false),
            (".note b { color: #111111 }", "<mj-text css-class=\"{{ kind }}\"><b>x</b></mj-text>", false),
            ("{% if vip %}b { color: #111111 }{% endif %}", "<mj-text><b>x</b></mj-text>", false),
        ] {
            let source = mail(css, inside);
            let (is_once, made, other) = both_ways(&source, Library::empty(), &data);
            assert_eq!(is_once, once, "{css} {inside}");
            assert_eq!(made, other, "{css} {inside}");
            assert!(made.contains("<b style=\"color:#1"), "{css} {inside}: {made}");
        }
        assert!(matches!(
            body(&mail("b { top: 1px }", "<mj-text>x</mj-text>"), Library::empty()).html,
            HtmlBody::Html(_)
        ));
    }

    proptest::proptest! {
        #[test]
        fn any_style_is_read(css in "[a-c.#*>{}:;@,!/\" ()\\[\\]\\n-]{0,60}") {
            let _ = to_html(&mail(&css, "<mj-text><b class=\"a\">x</b></mj-text>"));
        }
    }
}

//! When two mails are the same to everybody who reads them.
//!
//! Mail programs tell themselves apart by conditional comments, so each mail is read once as each kind of program would
//! ([`Program`]): comments for others are gone then, and those for it are markup. What remains is compared token by token.
//! **Nothing is meant by** the order of attributes and classes, white space, empty attributes (but not an empty `alt` or
//! `href`), how characters are escaped, how style sheets beside one another are divided, the order of rules for columns of
//! which an element has one, and the order of declarations of different properties (`padding` and `padding-left` are one
//! family, whose order counts). White space between words and tags is not compared, because the official compiler lays its
//! output out for people. Everything else is.

use html5gum::Token;

use crate::content::html::tokens;

/// A kind of mail program, as far as conditional comments tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// Takes comments for comments.
    Other,
    /// Outlook of this version of Word.
    Outlook(u32),
    /// Internet Explorer and what is built on it.
    Explorer,
}

impl Program {
    pub(super) const ALL: [Program; 4] =
        [Program::Other, Program::Outlook(16), Program::Outlook(11), Program::Explorer];

    /// Whether a condition holds: `mso | IE`, `!mso`, `lte mso 11`.
    fn meets(self, condition: &str) -> bool {
        condition.split('|').any(|one| {
            let one = one.trim().trim_matches(['(', ')']);
            let (wanted, one) = one.strip_prefix('!').map_or((true, one), |rest| (false, rest));
            let words: Vec<&str> = one.split_whitespace().collect();
            let version = match self {
                Program::Outlook(version) => version,
                _ => 9,
            };
            let is = |name: &str| match self {
                Program::Other => false,
                Program::Outlook(_) => name == "mso",
                Program::Explorer => name.eq_ignore_ascii_case("ie"),
            };
            let holds = match words.as_slice() {
                [name] => is(name),
                [name, number] => is(name) && number.parse() == Ok(version),
                [how, name, number] => {
                    let order = number.parse::<u32>().map(|n| version.cmp(&n));
                    is(name)
                        && order.is_ok_and(|order| match *how {
                            "lt" => order.is_lt(),
                            "lte" => order.is_le(),
                            "gt" => order.is_gt(),
                            "gte" => order.is_ge(),
                            other => panic!("{other:?} compares nothing"),
                        })
                }
                other => panic!("{other:?} is no condition"),
            };
            holds == wanted
        })
    }

    /// What it reads of a mail.
    fn reads(self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(at) = rest.find("<!--[if ") {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let Some((condition, inside)) = from["<!--[if ".len()..].split_once("]>") else { break };
            // `<!-->`, and `-->` as some write it, show what follows to those who know no conditions.
            let shown = ["<!-->", "<!-- -->", "-->"].into_iter().find_map(|mark| inside.strip_prefix(mark));
            let end = inside.find("<![endif]-->").unwrap_or(inside.len());
            rest = inside.get(end + "<![endif]-->".len()..).unwrap_or_default();
            let inner = shown.map_or(&inside[..end], |shown| {
                shown[..shown.len() - (inside.len() - end)].trim_end().trim_end_matches("<!--")
            });
            let takes = if self == Program::Other { shown.is_some() } else { self.meets(condition) };
            if takes {
                out.push_str(inner);
            }
        }
        out.push_str(rest);
        out
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a program makes of a mail.
pub(super) fn normal(html: &str, program: Program) -> Vec<String> {
    let seen = program.reads(html);
    let mut out: Vec<String> = Vec::new();
    let mut sheet: Option<String> = None;
    for token in tokens(&seen) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let mut attributes: Vec<String> = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| (String::from_utf8_lossy(name), String::from_utf8_lossy(&value.value)))
                    .filter(|(name, value)| !value.trim().is_empty() || matches!(&**name, "alt" | "href" | "src"))
                    .map(|(name, value)| match &*name {
                        "style" => format!("style={}", declarations(&value)),
                        "class" => {
                            let mut classes: Vec<&str> = value.split_whitespace().collect();
                            classes.sort_unstable();
                            classes.dedup();
                            format!("class={}", classes.join(" "))
                        }
                        _ => format!("{name}={}", squeezed(&value)),
                    })
                    .collect();
                attributes.sort();
                if name == "style" {
                    sheet = Some(String::new());
                }
                out.push(format!("<{name} {}>", attributes.join(" ")));
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                match sheet.take() {
                    Some(css) if name == "style" => end_sheet(&mut out, &css),
                    other => {
                        sheet = other;
                        out.push(format!("</{name}>"));
                    }
                }
            }
            Token::String(text) => {
                let text = String::from_utf8_lossy(&text);
                match &mut sheet {
                    Some(css) => css.push_str(&text),
                    None => out.extend(text.split_whitespace().map(str::to_owned)),
                }
            }
            Token::Comment(comment) => out.push(format!("<!--{}-->", squeezed(&String::from_utf8_lossy(&comment)))),
            _ => {}
        }
    }
    out
}

/// Adds a style sheet; it joins the one right before it when both are for the same media.
fn end_sheet(out: &mut Vec<String>, css: &str) {
    let own = rules(css);
    let tag = out.pop().unwrap_or_default();
    if own.is_empty() {
        return;
    }
    let joins = out.last().is_some_and(|last| *last == format!("</style of {tag}>"));
    // What is imported must stand first in its sheet.
    if joins && !own.iter().any(|rule| rule.starts_with("@import")) {
        out.pop();
    } else {
        out.push(tag.clone());
    }
    out.extend(own);
    out.push(format!("</style of {tag}>"));
}

/// The rules of a style sheet, each in one form.
fn rules(css: &str) -> Vec<String> {
    let mut css = css.to_owned();
    while let Some(at) = css.find("/*") {
        let end = css[at..].find("*/").map_or(css.len(), |end| at + end + 2);
        css.replace_range(at..end, " ");
    }
    let mut out = Vec::new();
    let mut rest = css.as_str();
    while let Some(at) = rest.find(['{', ';']) {
        let prelude = selector(&rest[..at]);
        if rest[at..].starts_with(';') {
            out.extend((!prelude.is_empty()).then(|| format!("{prelude};")));
            rest = &rest[at + 1..];
            continue;
        }
        let mut depth = 0;
        let end = rest[at..].char_indices().find_map(|(i, c)| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            (depth == 0).then_some(at + i)
        });
        let end = end.unwrap_or(rest.len());
        let body = &rest[at + 1..end];
        let body = if body.contains('{') { rules(body).join(" ") } else { declarations(body) };
        out.push(format!("{prelude}{{{body}}}"));
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    // Rules for columns: an element has one of these classes, so their order decides nothing.
    out.chunk_by(|a, b| is_of_column(a) && is_of_column(b))
        .flat_map(|run| {
            let mut run = run.to_vec();
            run.sort();
            run
        })
        .collect()
}

fn is_of_column(rule: &str) -> bool {
    let selector = rule.split('{').next().unwrap_or_default();
    let class = selector.strip_prefix(".moz-text-html ").unwrap_or(selector);
    class.starts_with(".mj-column-") && !class.contains([',', ' '])
}

fn selector(text: &str) -> String {
    let mut out = squeezed(text);
    for mark in [",", ">", "+", "~", ":", "(", ")"] {
        out = out.replace(&format!(" {mark}"), mark).replace(&format!("{mark} "), mark);
    }
    out
}

/// Declarations in one form, by family of properties.
fn declarations(style: &str) -> String {
    let mut all: Vec<(String, String)> = split_outside(style)
        .into_iter()
        .filter_map(|d| d.split_once(':'))
        .map(|(name, value)| {
            let value = squeezed(value).replace(", ", ",").replace("! important", "!important");
            let value = value.replace(" !important", "!important");
            (name.trim().to_ascii_lowercase(), value)
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let family = |name: &str| name.split('-').next().filter(|f| !f.is_empty()).unwrap_or(name).to_owned();
    // The sort is stable: within a family the last word counts.
    all.sort_by_key(|(name, _)| family(name));
    all.into_iter().map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>().join(";")
}

/// Pieces between semicolons that stand in no brackets.
fn split_outside(style: &str) -> Vec<&str> {
    let (mut depth, mut from, mut out) = (0u32, 0, Vec::new());
    for (at, c) in style.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                out.push(&style[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(&style[from..]);
    out
}

/// Where two mails first differ to some program; `None` when they are the same to all.
pub(super) fn difference(made: &str, expected: &str) -> Option<String> {
    Program::ALL.into_iter().find_map(|program| {
        let (made, expected) = (normal(made, program), normal(expected, program));
        if made == expected {
            return None;
        }
        let at = made.iter().zip(&expected).take_while(|(a, b)| a == b).count();
        let show = |v: &[String]| v.iter().skip(at).take(3).cloned().collect::<Vec<_>>().join(" ");
        Some(format!("for {program:?}:\n   made     {}\n   expected {}", show(&made), show(&expected)))
    })
}

#[test]
fn what_differs_to_somebody_is_seen() {
    let same = [
        (
            "<p class='a b' style='color: red; margin:0'>x</p>",
            "<p style=\"margin:0;color:red;\" class=\"b  a\" id=\"\">x</p>",
        ),
        ("<!--[if mso]><b><![endif]--><!--[if mso]></b><![endif]-->", "<!--[if mso]><b></b><![endif]-->"),
        ("<!--[if !mso]><!--><i></i><!--<![endif]-->", "<!--[if !mso]><!--> <i></i> <!--<![endif]-->"),
        ("<style>a{b:c}</style><style>d{e:f}</style>", "<style>a { b: c; } d { e: f }</style>"),
        ("<a href='?a=1&amp;b'>x &gt; y</a>", "<a href=\"?a=1&b\">x > y</a>"),
    ];
    for (a, b) in same {
        assert_eq!(difference(a, b), None, "{a} and {b}");
    }
    let different = [
        ("<p style='padding:0;padding-left:1px'>", "<p style='padding-left:1px;padding:0'>"),
        ("<!--[if mso]><b><![endif]-->", ""),
        ("<!--[if mso]><b><![endif]-->", "<!--[if mso | IE]><b><![endif]-->"),
        ("<!--[if !mso]><!--><b><!--<![endif]-->", "<b>"),
        ("<!--[if lte mso 11]><b><![endif]-->", "<!--[if mso]><b><![endif]-->"),
        ("<img src='a' alt=''>", "<img src='a'>"),
        ("<style>a{b:c} a{b:d}</style>", "<style>a{b:d} a{b:c}</style>"),
        ("<style media='print'>a{b:c}</style>", "<style>a{b:c}</style>"),
        ("<td width='1'>", "<td>"),
        ("<!-- a -->", ""),
        ("a b", "ab"),
    ];
    for (a, b) in different {
        assert!(difference(a, b).is_some() && difference(b, a).is_some(), "{a} and {b}");
    }
}

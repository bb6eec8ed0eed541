//! Texts: what is accepted, how it is written back, and what errors say.

use proptest::prelude::*;
use rapport_domain::rule::{Mention, Rule, ValueType};
use rapport_rules::{
    Catalogue, Severity, check, findings, formula_findings, from_json, parse, parse_formula, parse_predicate, print,
    print_formula,
};

#[allow(dead_code)] // shared with the parity test
mod rules;

/// Input and its canonical text.
const CANONICAL: &[(&str, &str)] = &[
    ("traits.plan=='pro'", r#"traits.plan == "pro""#),
    ("traits.vip", "traits.vip == true"),
    ("!traits.vip", "!(traits.vip == true)"),
    ("!in_segment('vip') && (true && false)", r#"!in_segment("vip") && true && false"#),
    ("traits.a == 1 || traits.b == 2 && traits.c == 3", "traits.a == 1 || (traits.b == 2 && traits.c == 3)"),
    ("traits['First Name'] != null", r#"traits["First Name"] != null"#),
    ("traits.`in` == -0.0", r#"traits["in"] == 0"#),
    ("traits.`a b`.c == 1e300", r#"traits["a b"].c == 1e300"#),
    ("size(traits.tags) > 2 && traits.name.size() < 3", "size(traits.tags) > 2 && size(traits.name) < 3"),
    ("traits.n in [1, 2.5, 'x', null, true]", r#"traits.n in [1, 2.5, "x", null, true]"#),
    (r#"traits.e.matches(r"^a\d+$")"#, r#"traits.e.matches("^a\\d+$")"#),
    ("events('A').count() >= 3u", r#"events("A").count() >= 3"#),
    ("events('A','B','A').within('48h').exists()", r#"events("A", "B").within("2d").exists()"#),
    (
        "events().within('7d').after('2026-01-01').before('2026-02-01T12:00:00+01:00').sum('a.b') > 10",
        r#"events().between("2026-01-01", "2026-02-01T11:00:00.000Z").within("7d").sum("a.b") > 10"#,
    ),
    (
        "events('O').filter(x, x.total > 50.0).filter(y, y.context.page.path.startsWith('/shop')).days() == 2",
        r#"events("O").filter(e, e.total > 50 && e.context.page.path.startsWith("/shop")).days() == 2"#,
    ),
    ("now() - events('A').last() > duration('36h')", r#"now() - events("A").last() > duration("1d12h")"#),
    ("events('A').first() >= '2026-01-01'", r#"events("A").first() >= date("2026-01-01")"#),
    (
        "date(traits.r) - (now() - duration('1d')) < duration('7d')",
        r#"date(traits.r) - (now() - duration("1d")) < duration("7d")"#,
    ),
    (
        "date(traits.d) >= today() && date(traits.d) < today() + duration('1d')",
        r#"date(traits.d) >= today() && date(traits.d) < today() + duration("1d")"#,
    ),
    ("sequence(['A', 'B'], '3h')", r#"sequence(["A", "B"], "3h")"#),
    ("consent('email') && consent('email', 'news')", r#"consent("email") && consent("email", "news")"#),
    ("bucket('exp-1', 0, 10) && score('churn') > 0.7", r#"bucket("exp-1", 0, 10) && score("churn") > 0.7"#),
    ("traits.country.equalsIgnoreCase('DE')", r#"traits.country.equalsIgnoreCase("DE")"#),
    ("semver(traits.v)>=semver('2.3')", r#"semver(traits.v) >= semver("2.3")"#),
    ("distance(traits['my place'], 52.50, -13.4) < 10", r#"distance(traits["my place"], 52.5, -13.4) < 10"#),
    (
        "traits.tags.containsAny(['a',1]) && traits.tags.containsAll([true])",
        r#"traits.tags.containsAny(["a", 1]) && traits.tags.containsAll([true])"#,
    ),
    (
        "events('A').within_days(7).within('30d').local_days() > 2",
        r#"events("A").within("30d").within_days(7).local_days() > 2"#,
    ),
    ("events('A').since(traits.signup).exists()", r#"events("A").since(date(traits.signup)).exists()"#),
    (
        "events('A').within_weeks(1).since(date(traits.a.b), '336h').count() == 1",
        r#"events("A").within_weeks(1).since(date(traits.a.b), "14d").count() == 1"#,
    ),
    (
        "events('A').first('plan') == 'pro' || events('A').within_months(2).last('plan') != null",
        r#"events("A").first("plan") == "pro" || events("A").within_months(2).last("plan") != null"#,
    ),
    ("events('A').most_frequent('a.b') in ['x']", r#"events("A").most_frequent("a.b") in ["x"]"#),
    (
        "sequence([events('A'), !events('B', 'C'), events('D').filter(e, e.n > 1).within('60m')], '3h').within('7d')",
        r#"sequence(["A", !events("B", "C"), events("D").within("1h").filter(e, e.n > 1)], "3h").within("7d")"#,
    ),
    ("sequence(['Viewed', !events('Ordered')], '3h')", r#"sequence(["Viewed", !events("Ordered")], "3h")"#),
    ("in_segment('vip', '7d')", r#"now() - segment_since("vip") >= duration("7d")"#),
    ("messages('opened').within('7d').exists()", r#"events("Email Opened").within("7d").exists()"#),
    (
        "messages('sent', 'email').filter(e, e.template == 'x').count() > 2",
        r#"events("Message Sent").filter(e, e.channel == "email" && e.template == "x").count() > 2"#,
    ),
    (
        "traits.a * (traits.b + 2) / events('A').count() > 1.5",
        r#"traits.a * (traits.b + 2) / events("A").count() > 1.5"#,
    ),
    ("traits.a - (traits.b - 1) == traits.c - traits.b - 1", "traits.a - (traits.b - 1) == traits.c - traits.b - 1"),
    ("account.plan=='team'&&account['Seat count']>3", r#"account.plan == "team" && account["Seat count"] > 3"#),
    ("date(account.renewal) < today() && account.trial", "date(account.renewal) < today() && account.trial == true"),
    ("account_members()>=10 || accounts( ) > 1", "account_members() >= 10 || accounts() > 1"),
    ("has(traits.a.b) // why\n && !has(traits['x y'])", r#"has(traits.a.b) && !has(traits["x y"])"#),
];

#[test]
fn canonical_text() {
    for (input, expected) in CANONICAL {
        let rule = parse(input).unwrap_or_else(|p| panic!("{input}: {p:?}"));
        assert_eq!(print(&rule), *expected, "{input}");
        assert_eq!(parse(expected).unwrap(), rule, "{input}");
        let json = serde_json::to_value(&rule).unwrap();
        assert_eq!(from_json(&json).unwrap(), rule, "{json}");
    }
}

/// Input, where, part of the message, suggestion.
const WRONG: &[(&str, &str, &str, Option<&str>)] = &[
    ("", "1:1", "empty", None),
    ("traits.plan = 'pro'", "1:13", "expected `==`", None),
    ("traits.plan == ", "1:16", "expected a value, found the end", None),
    ("(traits.a == 1", "1:15", "expected `)`", None),
    ("traits.a == 1)", "1:14", "expected an operator such as && or the end, found `)`", None),
    ("traits.a == 'x", "1:13", "is not closed", None),
    (r#"traits.a == "\q""#, "1:16", r"unknown escape `\q`", None),
    ("traits.a == 1 &&\n  trait.b == 2", "2:3", "unknown name `trait`", Some("traits.…")),
    ("event('A').exists()", "1:1", "unknown function `event`", Some("events")),
    ("events('A').withn('30d').exists()", "1:13", "unknown method `withn`", Some("within")),
    ("events('Ä').\n  cuont() > 1", "2:3", "unknown method `cuont`", Some("count")),
    ("traits.a.startWith('x')", "1:10", "unknown method `startWith`", Some("startsWith")),
    ("in_segmnt('vip')", "1:1", "unknown function `in_segmnt`", Some("in_segment")),
    ("events('A').within('30 apples').exists()", "1:20", "no duration", None),
    ("events('A').within('0s').exists()", "1:20", "no duration", None),
    ("events('A').before('soon').exists()", "1:20", "no date", None),
    ("events('A').between('2026-02-01','2026-01-01').exists()", "1:13", "ends before it begins", None),
    ("events('A').within('1d').within('2d').exists()", "1:26", "bounded already", None),
    ("events('A').within('1d')", "1:13", "no condition by itself", None),
    ("events('A') > 3", "1:1", "expected a measure", None),
    ("events('A').count() > 'x'", "1:21", "a number cannot be compared with a text", None),
    ("events('A').count().exists()", "1:21", "nothing can follow", None),
    ("events('A').exists() == true", "1:13", "true or false by itself", None),
    ("events('A').count(e) > 1", "1:13", "takes nothing", None),
    ("events('A').filter(e, traits.x == 1).exists()", "1:23", "traits cannot stand", None),
    ("events('A').filter(e, account.x == 1).exists()", "1:23", "account cannot stand", None),
    ("events('A').filter(e, e.x > accounts()).exists()", "1:29", "accounts(…) cannot stand", None),
    ("events('A').since(date(account.signup)).exists()", "1:19", "expected a trait", None),
    ("account_members(1) > 1", "1:1", "takes nothing", None),
    ("acount.plan == 'x'", "1:1", "unknown name `acount`", Some("account.…")),
    ("accounts()", "1:1", "no condition by itself", None),
    ("events('A').filter(e, f.x == 1).exists()", "1:23", "unknown name `f`", None),
    ("events('A').filter(e, e.x > now()).exists()", "1:29", "now(…) cannot stand", None),
    ("events('A').within('1d').count() >= 5000", "1:34", "remembers the newest 4096", None),
    ("4097 <= events('A').within('1d').count()", "1:6", "remembers the newest 4096", None),
    ("traits.renewal - now() < duration('7d')", "1:16", "write date(traits.name)", None),
    ("now() - date(traits.r) > 7", "1:24", "a duration cannot be compared with a number", None),
    ("traits.a > null", "1:10", "only be compared by == and !=", None),
    ("traits.a.matches('(')", "1:18", "not a regular expression", None),
    ("traits.a in 'x'", "1:13", "expected a list", None),
    ("traits == 1", "1:1", "expected a name", None),
    ("traits.a ? true : false", "1:10", "no `? :`", None),
    ("traits.a % 2 == 1", "1:10", "there is no %", None),
    ("traits.a * now() > 1", "1:10", "only numbers are multiplied", None),
    ("semver(traits.v) > '2.3'", "1:18", "cannot be compared", None),
    ("semver(traits.v) > semver('new')", "1:27", "no version", None),
    ("semver(traits.v) > traits.w", "1:18", "write semver(traits.x)", None),
    ("distance(traits.l, 91, 0) < 1", "1:20", "degrees north", None),
    ("traits.tags.containsAny('a')", "1:25", "expected a list", None),
    ("traits.tags.containsAll([])", "1:25", "at least one member", None),
    ("events('A').within_days(0).exists()", "1:25", "whole number from 1", None),
    ("events('A').since('2026-01-01').exists()", "1:19", "for a date use .after", None),
    ("events('A').values('x') == 1", "1:25", "only a computed trait", None),
    ("messages('opend').exists()", "1:10", "unknown kind of message event", Some("opened")),
    ("messages('opened', 'sms').exists()", "1:20", "only e-mail", None),
    ("sequence([!events('A'), !events('B')], '3h')", "1:10", "at least one step must happen", None),
    ("sequence(['A', !events('B'), !events('C')], '3h')", "1:30", "two absent steps", None),
    ("sequence(['A', !events('B').within('1h'), 'C'], '3h')", "1:16", "leave within(…) out", None),
    ("sequence([events('A').within('1h'), 'C'], '3h')", "1:23", "nothing happens before this one", None),
    ("sequence([events('A').count(), 'C'], '3h')", "1:23", "a step takes only", None),
    ("events('A').filter(e, segment_since('x') > now()).exists()", "1:23", "cannot stand", None),
    ("events('*', 'A').exists()", "1:1", "is every event", None),
    ("sequence(['A'], '3h')", "1:10", "2 to 8 steps", None),
    ("bucket('x', 10, 5)", "1:13", "0 <= from <= to <= 100", None),
    ("{'a': 1}", "1:1", "expected a condition", None),
    ("traits.a == 1e999", "1:13", "invalid double", None),
];

#[test]
fn errors_say_where_and_what_was_meant() {
    for (input, at, message, suggestion) in WRONG {
        let problems = parse(input).expect_err(input);
        let first = &problems[0];
        assert_eq!(first.at, *at, "{input}: {first}");
        assert!(first.message.contains(message), "{input}: {first}");
        if suggestion.is_some() {
            assert_eq!(first.did_you_mean.as_deref(), *suggestion, "{input}: {first}");
        }
    }
    let several = parse("trait.a == 1 && events('A').cout() > 1").unwrap_err();
    assert_eq!(several.iter().map(|p| p.at.as_str()).collect::<Vec<_>>(), ["1:1", "1:29"]);
}

#[test]
fn limits_are_errors() {
    let nested = |n: usize| format!("{}traits.a == 1{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&nested(64)).is_ok());
    let joined = |n: usize, part: &str, between: &str| vec![part; n].join(between);
    for (text, message) in [
        (nested(65), "nested deeper than 64"),
        (format!("traits.a == \"{}\"", "x".repeat(16 * 1024)), "16384"),
        (format!("traits{} == 1", ".a".repeat(400)), "256 operators"),
        (joined(65, "events('A').exists()", " && "), "64 questions"),
        (format!("traits.a in [{}]", joined(1_001, "1", ",")), "1000 members"),
        (format!("traits.a == 1 + {}", joined(300, "1", " + ")), "256 operators"),
    ] {
        let problems = parse(&text).expect_err(message);
        assert!(problems[0].message.contains(message), "{message}: {}", problems[0]);
    }
    assert!(parse(&joined(64, "events('A').exists()", " && ")).is_ok());
    assert!(parse(&joined(700, "traits.a == 1", " || ")).is_ok());
    for depth in [100, 500, 600] {
        let mut deep = serde_json::json!({"const": true});
        for _ in 0..depth {
            deep = serde_json::json!({ "not": deep });
        }
        let problems = from_json(&serde_json::json!({ "when": deep })).unwrap_err();
        assert!(problems[0].message.contains("nested deeper"), "{depth}: {problems:?}");
    }
    assert!(from_json(&serde_json::json!({"when": {"perhaps": 1}})).unwrap_err()[0].message.contains("not a rule"));
}

fn catalogue() -> Catalogue {
    let names = |list: &[(&str, ValueType)]| list.iter().map(|(n, t)| ((*n).to_owned(), *t)).collect();
    Catalogue {
        events: [
            (
                "Order Completed".to_owned(),
                names(&[("total", ValueType::Number), ("products", ValueType::List), ("cart", ValueType::Object)]),
            ),
            ("Page Viewed".to_owned(), names(&[("title", ValueType::Text)])),
        ]
        .into(),
        traits: names(&[
            ("plan", ValueType::Text),
            ("age", ValueType::Number),
            ("vip", ValueType::Bool),
            ("tags", ValueType::List),
        ]),
        accounts: names(&[("seats", ValueType::Number), ("plan", ValueType::Text)]),
        segments: ["vip".to_owned()].into(),
    }
}

#[test]
fn checking_against_a_catalogue() {
    use Severity::{Error, Warning};
    for (text, severity, at, message, suggestion) in [
        ("traits.plan == 'pro' && traits.plam == 'x'", Warning, "1:32", "no profile has a trait `plam`", Some("plan")),
        ("!events('Order Complete').exists()", Warning, "1:9", "no event `Order Complete`", Some("Order Completed")),
        ("events('Order Completed').sum('totl') > 5", Warning, "1:31", "no property `totl`", Some("total")),
        ("events('Order Completed').filter(e, e.titel == 'x').exists()", Warning, "1:39", "no property `titel`", None),
        (
            "events('Page Viewed').filter(e, e.titel == 'x').exists()",
            Warning,
            "1:35",
            "no property `titel`",
            Some("title"),
        ),
        ("in_segment('vop')", Warning, "1:1", "no segment `vop`", Some("vip")),
        ("traits.age > 'old'", Error, "1:8", "`age` is a number, which never equals \"", None),
        ("traits.vip == 3", Error, "1:8", "`vip` is a boolean", None),
        ("traits.tags == 'x'", Error, "1:8", "`tags` is a list", None),
        ("traits.age.contains('1')", Error, "1:8", "cannot test", None),
        ("traits.plan.containsAny(['x'])", Error, "1:8", "`plan` is a text, which .containsAny(…) cannot test", None),
        ("account.plam == 'x'", Warning, "1:9", "no account has a trait `plam`", Some("plan")),
        ("account.seats == 'many'", Error, "1:9", "`seats` is a number, which never equals \"", None),
        ("account.id.containsAny(['x'])", Error, "1:9", "`id` is a text, which .containsAny(…) cannot test", None),
        ("semver(traits.tags) > semver('1')", Error, "1:15", "no version", None),
        ("distance(traits.age, 1, 1) > 1", Error, "1:17", "no place", None),
        ("traits.tags / 2 > 1", Error, "1:8", "no number", None),
        ("events('Page Viewed').since(date(traits.vip)).exists()", Error, "1:41", "no date", None),
        ("sequence(['Page Viewd', 'Page Viewed'], '1h')", Warning, "1:11", "no event", Some("Page Viewed")),
        (
            "sequence([events('Page Viewed').filter(e, e.titel == 1), 'Page Viewed'], '1h')",
            Warning,
            "1:45",
            "no property `titel`",
            Some("title"),
        ),
        ("segment_since('vop') < now()", Warning, "1:1", "no segment `vop`", Some("vip")),
        ("events('Order Completed').sum('products') > 1", Error, "1:31", "no number", None),
        ("date(traits.vip) < now()", Error, "1:13", "no date", None),
    ] {
        let found = findings(&parse(text).unwrap(), &catalogue());
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        let problem = &found[0].problem;
        assert_eq!((found[0].severity, problem.at.as_str()), (severity, at), "{text}: {problem}");
        assert!(problem.message.contains(message), "{text}: {problem}");
        assert_eq!(problem.did_you_mean.as_deref(), suggestion, "{text}");
    }
    for fine in [
        "traits.age > '18' && traits.tags.contains('x') && size(traits.tags) > 1 && traits.vip == 'true' && in_segment('vip')",
        "account.seats > 3 && account.id == 'acme' && account_members() > 1 && accounts() > 0",
        "events().filter(e, e.title == 'x' || e.cart.total > 5 || e.context.anything == 1).exists()",
        "events('*').filter(e, e.title == 'x').exists() && sequence(['*', 'Page Viewed'], '1h')",
    ] {
        assert_eq!(check(&parse(fine).unwrap(), &catalogue()), vec![], "{fine}");
    }
    // A rule that came as blocks is placed in its canonical text.
    let blocks = Rule::new(parse("true && traits.plam == 'x'").unwrap().when);
    assert_eq!(check(&blocks, &catalogue())[0].at, "1:16");
}

#[test]
fn formulas() {
    for (input, canonical) in [
        ("events('A').sum('total')", r#"events("A").sum("total")"#),
        ("traits.a/traits.b", "traits.a / traits.b"),
        ("events('A').values('sku')", r#"events("A").values("sku")"#),
        ("events('A').last()", r#"events("A").last()"#),
        ("traits.vip && now() > date('2026-01-01')", r#"traits.vip == true && now() > date("2026-01-01")"#),
        ("sequence(['A','B'],'1h').within('1d')", r#"sequence(["A", "B"], "1h").within("1d")"#),
        ("'x'", "\"x\""),
    ] {
        let formula = parse_formula(input).unwrap_or_else(|p| panic!("{input}: {p:?}"));
        assert_eq!(print_formula(&formula), canonical);
        assert_eq!(parse_formula(canonical).unwrap(), formula);
    }
    for (input, at, message) in [
        ("now() - date(traits.a)", "1:7", "compare a duration"),
        ("now()", "1:1", "use today()"),
        ("semver(traits.v)", "1:1", "computed trait"),
        ("events('A')", "1:1", "expected a measure"),
    ] {
        let problems = parse_formula(input).expect_err(input);
        assert!(problems[0].at == at && problems[0].message.contains(message), "{input}: {problems:?}");
    }
    let found = formula_findings(&parse_formula("traits.plam / traits.tags").unwrap(), &catalogue());
    let found: Vec<_> = found.iter().map(|f| (f.severity, f.problem.at.as_str())).collect();
    assert_eq!(found, [(Severity::Warning, "1:8"), (Severity::Error, "1:22")]);
}

#[test]
fn predicates() {
    use rapport_domain::{Event, Timestamp, WorkspaceId};
    let properties = serde_json::json!({"total": "60.5", "tags": ["a", "7"], "a": {"b": true}, "n": null});
    let serde_json::Value::Object(properties) = properties else { unreachable!() };
    let mut event = Event::derived(WorkspaceId(1), "Order", "m1".into(), Timestamp(0), properties);
    event.context = rapport_domain::Json::from_text(r#"{"page":{"path":"/shop/shoes"}}"#);
    for (text, expected) in [
        ("e.total > 50 && e.context.page.path.startsWith('/shop')", true),
        ("e.total > '7'", false), // text with text, so in the order of characters
        ("e.total in [60.5]", true),
        ("e.a.b", true),
        ("e.tags.contains('a') && e.tags.contains('7') && !e.tags.contains('b')", true),
        ("size(e.tags) == 2 && size(e.a) == 1 && e.total.size() == 4", true),
        ("has(e.n) || has(e.zzz)", false),
        ("e.n == null && e.zzz != 5 && !(e.zzz < 5) && !(e.zzz >= 5)", true),
        ("e.context.page.path.matches('sho[ep]s$') && e.context.page.path.endsWith('es')", true),
        ("e.total.contains('.')", true),
        (
            "e.context.page.path.equalsIgnoreCase('/SHOP/Shoes') && !e.total.equalsIgnoreCase('60') && !e.n.equalsIgnoreCase('')",
            true,
        ),
    ] {
        let predicate = parse_predicate(text).unwrap_or_else(|p| panic!("{text}: {p:?}"));
        assert_eq!(predicate.matches(&event), expected, "{text}");
        assert_eq!(parse_predicate(predicate.text()).unwrap().text(), predicate.text());
    }
    let predicate = parse_predicate("e.total > 50 && e.context.page.path == '/' && e.total < 99").unwrap();
    assert_eq!(predicate.properties(), ["total", "context.page.path"]);
    for (text, at) in [("total > 50", "1:1"), ("traits.a == 1", "1:1"), ("e.a == 1 && in_segment('x')", "1:13")] {
        assert_eq!(parse_predicate(text).unwrap_err()[0].at, at, "{text}");
    }
}

#[test]
fn places_are_no_part_of_the_meaning() {
    let rule = parse("traits.a == 1 && traits.a == 2").unwrap();
    assert_eq!(rule.places.0.get(&Mention::Trait("a".into())), Some(&(1, 8)));
    assert_eq!(rule, Rule::new(rule.when.clone()));
}

/// Valid texts with characters dropped, doubled and exchanged.
fn mutated() -> impl Strategy<Value = String> {
    let index = 0..CANONICAL.len();
    (index, prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, "[\\PC\"'\\\\().\\[\\]&|!r`]"), 1..6))
        .prop_map(|(index, edits)| {
            let mut chars: Vec<char> = CANONICAL[index].0.chars().collect();
            for (at, how, text) in edits {
                if chars.is_empty() {
                    break;
                }
                let at = at.index(chars.len());
                match how {
                    0 => drop(chars.remove(at)),
                    1 => chars.insert(at, chars[at]),
                    2 => chars.truncate(at),
                    _ => chars.splice(at..at, text.chars()).for_each(drop),
                }
            }
            chars.into_iter().collect()
        })
}

/// Long texts of tokens that make the parser recurse, with quotes that try to hide them.
fn soup() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 34] = [
        "a",
        ".b",
        ".b()",
        "(",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "!",
        "-",
        "+",
        " in ",
        "?",
        ":",
        ",",
        "&&",
        "||",
        "&",
        "r\"",
        "br'",
        "\"",
        "'",
        "\"\"\"",
        "`",
        "\\",
        "\\\"",
        "//",
        "\n",
        "1",
        "==",
        "<",
        "events('A')",
    ];
    let run = (prop::sample::select(&TOKENS[..]), prop_oneof![8 => 1usize..4, 1 => 50usize..600]);
    prop::collection::vec(run, 1..40).prop_map(|runs| runs.into_iter().map(|(token, n)| token.repeat(n)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn print_and_parse_round_trip(when in rules::condition()) {
        let rule = Rule::new(when);
        let text = print(&rule);
        let read = parse(&text);
        prop_assert_eq!(read.as_ref().ok(), Some(&rule), "{} {:?}", text, read);
        let json = serde_json::to_value(&rule).unwrap();
        let back: Rule = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(&back, &rule);
        prop_assert_eq!(from_json(&json).ok(), Some(rule));
    }

    #[test]
    fn nothing_panics(text in prop_oneof![mutated(), "\\PC{0,80}", "[a-e.()\\[\\]\"'&|!=<>, 0-9\\\\+-]{0,200}"]) {
        if let Ok(rule) = parse(&text) {
            let canonical = print(&rule);
            prop_assert_eq!(&parse(&canonical).unwrap(), &rule, "{}", canonical);
            let _ = check(&rule, &catalogue());
            let _ = rapport_rules::Plan::new(&rule);
        }
        let _ = parse_predicate(&text);
    }

    #[test]
    fn nothing_overflows_the_stack(text in soup()) {
        let _ = parse(&text);
    }
}

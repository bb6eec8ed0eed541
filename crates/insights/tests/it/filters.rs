//! Conditions on events, generated: as the lake tests them on columns, as a rule's predicate says of each event, and as
//! DuckDB's SQL counts them where it is installed.

use std::collections::BTreeMap;

use rapport_domain::event::{Event, ProcessedEvent};
use rapport_domain::{Json, Partition, ProfileId, Timestamp};
use rapport_insights::trend::TrendRequest;
use rapport_insights::{Nobody, run};
use rapport_lake::{CancelFlag, Lake, LakeConfig};
use rapport_rules::parse_predicate;
use serde_json::{Value, json};

use crate::duckdb::{Dice, ask, python};
use crate::support::{PARTITIONS, WS};

const EVENTS: u64 = 2_000;
const CONDITIONS: u64 = 240;
const START: i64 = 1_772_323_200_000;

/// The columns of the events: `n` a number, `t` a text, `s` a number as text or not, `d` a date as text or not, `b` a boolean,
/// `m` another number, `c` a field of the context, `x` anything. Each is absent now and then.
fn properties(dice: &mut Dice) -> (Value, Value) {
    let mut all = serde_json::Map::new();
    let mut put = |dice: &mut Dice, name: &str, value: Value| {
        if dice.roll(6) != 0 {
            all.insert(name.to_owned(), value);
        }
    };
    let n = dice.roll(10);
    put(dice, "n", json!(n));
    let m = dice.roll(10) as f64 / 2.0;
    put(dice, "m", json!(m));
    let t = dice.of(&["red", "green", "blue", "reddish", "Green", "", "5"]);
    put(dice, "t", json!(t));
    let s = dice.of(&["1", "2.5", " 7 ", "10", "none", "-3"]);
    put(dice, "s", json!(s));
    let d = dice.of(&["2026-01-15", "2026-02-01T10:00:00Z", "2026-03-10T23:59:59Z", "soon"]);
    put(dice, "d", json!(d));
    let b = dice.roll(2) == 0;
    put(dice, "b", json!(b));
    let x = dice.of(&[
        "1",
        "\"1\"",
        "true",
        "\"True\"",
        "null",
        "[1, \"red\"]",
        "\"2026-02-01\"",
        "{\"y\": 4}",
        "\"red\"",
        "1e3",
    ]);
    put(dice, "x", serde_json::from_str(x).unwrap());
    let c = dice.of(&["de", "en", "fr"]);
    let context = if dice.roll(5) == 0 { json!({}) } else { json!({"locale": c, "page": {"path": format!("/{t}")}}) };
    (Value::Object(all), context)
}

/// One comparison, in both languages; no SQL where the two have no common words for it.
fn test(dice: &mut Dice) -> (String, Option<String>) {
    let op = dice.of(&["==", "!=", "<", "<=", ">", ">="]);
    let sql = |left: &str, right: &str| match op {
        "==" => format!("coalesce({left} = {right}, false)"),
        // What is missing differs from everything.
        "!=" => format!("coalesce({left} <> {right}, true)"),
        op => format!("coalesce({left} {op} {right}, false)"),
    };
    let number = dice.roll(11);
    let text = dice.of(&["red", "green", "blue", "5", "x"]);
    let both = |rule: String, sql: String| (rule, Some(sql));
    match dice.roll(16) {
        0 | 1 => both(format!("e.n {op} {number}.0"), sql("n", &number.to_string())),
        2 => both(format!("{number}.5 {op} e.n"), sql(&format!("{number}.5"), "n")),
        3 => both(format!("e.s {op} {number}.0"), sql("try_cast(trim(s) as double)", &number.to_string())),
        4 => both(format!("e.t {op} \"{text}\""), sql("t", &format!("'{text}'"))),
        5 => both(format!("e.t in [\"{text}\", \"blue\"]"), format!("coalesce(t in ('{text}', 'blue'), false)")),
        6 => both(format!("e.n in [{number}.0, 3.0]"), format!("coalesce(n in ({number}, 3), false)")),
        7 => {
            let (call, like) =
                dice.of(&[("contains", "contains"), ("startsWith", "starts_with"), ("endsWith", "suffix")]);
            let part = dice.of(&["re", "red", "en", ""]);
            both(format!("e.t.{call}(\"{part}\")"), format!("coalesce({like}(t, '{part}'), false)"))
        }
        8 => {
            let pattern = dice.of(&["^re", "e+n$", "(?i)green", "^$"]);
            both(format!("e.t.matches(\"{pattern}\")"), format!("coalesce(regexp_matches(t, '{pattern}'), false)"))
        }
        9 => {
            let field = dice.of(&["n", "t", "s", "d", "b"]);
            both(format!("has(e.{field})"), format!("({field} is not null)"))
        }
        10 => {
            let day = dice.of(&["2026-01-15", "2026-02-01", "2026-03-10"]);
            let left = "try_cast(replace(replace(d, 'T', ' '), 'Z', '') as timestamp)";
            both(format!("date(e.d) {op} date(\"{day}\")"), sql(left, &format!("timestamp '{day}'")))
        }
        11 => both(format!("size(e.t) {op} {number}.0"), sql("length(t)", &number.to_string())),
        12 => both("e.b".to_owned(), "coalesce(b, false)".to_owned()),
        13 => both(format!("e.context.locale {op} \"en\""), sql("c", "'en'")),
        // Two fields: no columns tell.
        14 => both(
            format!("e.n {op} e.m"),
            match op {
                "!=" => "(n is distinct from m)".to_owned(),
                "==" => "(n is not distinct from m)".to_owned(),
                op => format!("coalesce(n {op} m, false)"),
            },
        ),
        _ => {
            let of = dice.of(&["e.x", "date(e.x)", "size(e.x)", "e.context.page.path", "e.x.y"]);
            let constant = match of {
                "size(e.x)" => dice.of(&["1.0", "3.0"]),
                "date(e.x)" => "date(\"2026-02-01\")",
                _ => dice.of(&["1.0", "\"1\"", "\"red\"", "null"]),
            };
            let op = if constant == "null" { "!=" } else { op };
            (format!("{of} {op} {constant}"), None)
        }
    }
}

fn condition(dice: &mut Dice, depth: usize) -> (String, Option<String>) {
    if depth == 0 || dice.roll(3) == 0 {
        return test(dice);
    }
    let (a, b) = (condition(dice, depth - 1), condition(dice, depth - 1));
    let join = |op: &str| a.1.as_ref().zip(b.1.as_ref()).map(|(a, b)| format!("({a} {op} {b})"));
    match dice.roll(5) {
        0 => (format!("!({})", a.0), a.1.map(|a| format!("(not {a})"))),
        1 | 2 => (format!("({} && {})", a.0, b.0), join("and")),
        _ => (format!("({} || {})", a.0, b.0), join("or")),
    }
}

#[test]
fn columns_predicates_and_sql_agree() {
    let seed = std::env::var("RAPPORT_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let mut dice = Dice(seed, 0);
    let mut events = Vec::new();
    for number in 0..EVENTS {
        let (properties, context) = properties(&mut dice);
        let name = dice.of(&["Seen", "Bought"]);
        let ts = START + number as i64 * 60_000;
        let mut event = Event::derived(WS, name, format!("m{number}"), Timestamp(ts), Default::default());
        event.properties = Json::from_text(&properties.to_string());
        event.context = Json::from_text(&context.to_string());
        let home = Partition((number % u64::from(PARTITIONS)) as u16);
        events.push((ProcessedEvent { profile: ProfileId::new(home, number % 97 + 1), event }, properties, context));
    }
    let dir = tempfile::tempdir().unwrap();
    let config = LakeConfig { background: false, threads: 2, ..LakeConfig::default() };
    let lake = Lake::open(dir.path(), PARTITIONS, config).unwrap();
    for (seq, half) in [(1, &events[..events.len() / 2]), (2, &events[events.len() / 2..])] {
        let mut batches: BTreeMap<u16, Vec<ProcessedEvent>> = (0..PARTITIONS).map(|p| (p, vec![])).collect();
        half.iter().for_each(|(e, ..)| batches.entry(e.profile.home().0).or_default().push(e.clone()));
        batches.into_iter().for_each(|(p, batch)| lake.append(Partition(p), seq, batch));
        if seq == 1 {
            lake.flush().unwrap();
        }
    }
    let snapshot = lake.snapshot(WS);
    let count = |request: Value| -> Vec<u64> {
        let request: TrendRequest = serde_json::from_value(request).unwrap();
        let report = run(&request, &snapshot, &Nobody, Timestamp(START + 86_400_000), &CancelFlag::new()).unwrap();
        report.series.iter().map(|s| s.total.unwrap().0 as u64).collect()
    };
    let (mut sqls, mut wrong) = (Vec::new(), Vec::new());
    for number in 0..CONDITIONS {
        let (rule, sql) = condition(&mut Dice(seed * 10_000 + number, 0), 3);
        let predicate = parse_predicate(&rule).unwrap_or_else(|e| panic!("{rule}: {e:?}"));
        let holds = |e: &ProcessedEvent| predicate.matches(&e.event);
        let expected = |name: &str| events.iter().filter(|(e, ..)| *e.event.name == *name && holds(e)).count() as u64;
        let series =
            |event: Option<&str>, filter: Option<&str>| json!({"event": event, "filter": filter, "measure": "events"});
        let (from, to) = ("2026-03-01", "2026-03-04");
        // One name with and without the condition beside another one's; any event; and as the report's own filter.
        let list = [series(Some("Seen"), Some(&rule)), series(Some("Seen"), None), series(Some("Bought"), None)];
        let named = count(json!({"series": list, "from": from, "to": to}));
        let any = count(json!({"series": [series(None, Some(&rule)), series(None, None)], "from": from, "to": to}));
        let laid = count(
            json!({"series": [series(Some("Seen"), Some("e.n > 4.0")), series(Some("Bought"), None), series(None, None)], "filter": rule, "from": from, "to": to}),
        );
        let all = |name: &str| events.iter().filter(|(e, ..)| *e.event.name == *name).count() as u64;
        let (seen, bought) = (expected("Seen"), expected("Bought"));
        let large = parse_predicate("e.n > 4.0").unwrap();
        let both =
            events.iter().filter(|(e, ..)| *e.event.name == *"Seen" && holds(e) && large.matches(&e.event)).count()
                as u64;
        let told = [named, any, laid].concat();
        let expected = vec![seen, all("Seen"), all("Bought"), seen + bought, EVENTS, both, bought, seen + bought];
        if told != expected {
            wrong.push(format!("{rule}: {told:?}, event by event {expected:?}"));
        }
        sqls.extend(sql.map(|sql| (rule, format!("select count(*) from e where {sql}"), seen + bought)));
    }
    assert!(wrong.is_empty(), "{} of {CONDITIONS} differ (seed {seed}):\n{}", wrong.len(), wrong.join("\n"));
    let Some(python) = python() else { return };
    let file = dir.path().join("events.csv");
    let mut writer = csv::Writer::from_writer(std::fs::File::create(&file).unwrap());
    let columns = ["n", "m", "t", "s", "d", "b"];
    writer.write_record(columns.iter().chain(&["c"])).unwrap();
    for (_, properties, context) in &events {
        // Texts in quotes and what is absent without, so that an empty text is not an absent one.
        let text = |v: &Value| match v {
            Value::Null => "\\N".to_owned(),
            Value::String(s) => s.clone(),
            other => other.to_string(),
        };
        writer.write_record(columns.iter().map(|c| text(&properties[*c])).chain([text(&context["locale"])])).unwrap();
    }
    writer.flush().unwrap();
    let table = "create table e as select * from read_csv(?, header = true, nullstr = '\\N', columns = {'n': 'DOUBLE', 'm': 'DOUBLE', \
                 't': 'VARCHAR', 's': 'VARCHAR', 'd': 'VARCHAR', 'b': 'BOOLEAN', 'c': 'VARCHAR'})";
    let answers = ask(&python, &file, table, &sqls.iter().map(|s| s.1.as_str()).collect::<Vec<_>>());
    let differ: Vec<String> = sqls
        .iter()
        .zip(&answers)
        .filter(|((_, _, ours), theirs)| theirs[0][0].as_f64() != Some(*ours as f64))
        .map(|((rule, sql, ours), theirs)| format!("{rule}: {ours}\n{sql}: {theirs}"))
        .collect();
    println!("{CONDITIONS} conditions, {} of them in SQL too, seed {seed}", sqls.len());
    assert!(differ.is_empty(), "{} of {} differ (seed {seed}):\n{}", differ.len(), sqls.len(), differ.join("\n"));
    assert!(sqls.len() > 80, "{}", sqls.len());
}

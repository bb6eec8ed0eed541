//! Generated queries over Online Retail, answered by the reports and by DuckDB's SQL over the same events. Present only where
//! the data set and Python with DuckDB are (`scripts/setup.sh` installs it).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rapport_domain::hash::hash64;
use rapport_domain::{ProfileId, Timestamp};
use rapport_insights::funnel::FunnelRequest;
use rapport_insights::lifecycle::LifecycleRequest;
use rapport_insights::power::PowerUsersRequest;
use rapport_insights::retention::RetentionRequest;
use rapport_insights::rfm::RfmRequest;
use rapport_insights::trend::TrendRequest;
use rapport_insights::{Insight, Nobody, run};
use rapport_lake::{CancelFlag, Snapshot};
use serde_json::{Value, json};

use crate::retail::invoices;
use crate::support::*;

const QUERIES: u64 = 84;
const ZONES: [&str; 4] = ["UTC", "Europe/London", "America/Los_Angeles", "Asia/Kathmandu"];
const FILTERS: [(&str, &str); 5] = [
    ("", "true"),
    ("e.total > 300.0", "total > 300"),
    ("e.country == \"Germany\" || e.country == \"France\"", "country in ('Germany', 'France')"),
    ("e.quantity < 100.0 && e.paid", "quantity < 100 and paid"),
    ("e.country.startsWith(\"U\")", "starts_with(country, 'U')"),
];
const NAMES: [&str; 2] = ["Order Completed", "Order Refunded"];

/// Reads tasks from standard input and answers the rows of each.
const SCRIPT: &str = r#"
import json, sys, duckdb
task = json.load(sys.stdin)
db = duckdb.connect()
db.execute("set TimeZone = 'UTC'")
db.execute(task["table"], [task["file"]])
out = []
for sql in task["queries"]:
    try:
        out.append([list(row) for row in db.execute(sql).fetchall()])
    except Exception as error:
        out.append(str(error))
json.dump(out, sys.stdout, default = float)
"#;

/// The table of the events; its parameter is the file.
const TABLE: &str = "create table e as select * from read_csv(?, header = true, columns = {'ord': 'BIGINT', 'profile': 'BIGINT', \
  'event': 'VARCHAR', 'ms': 'BIGINT', 'total': 'DOUBLE', 'quantity': 'BIGINT', 'country': 'VARCHAR', 'paid': 'BOOLEAN'})";

/// What DuckDB answers to queries over a CSV file.
pub(crate) fn ask(python: &Path, file: &Path, table: &str, queries: &[&str]) -> Vec<Value> {
    let task = json!({"file": file, "table": table, "queries": queries});
    let mut child =
        Command::new(python).args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(task.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn python() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    let given = std::env::var_os("RAPPORT_PYTHON").map(PathBuf::from);
    let candidates = given.into_iter().chain([cache.join("rapport/python/bin/python"), PathBuf::from("python3")]);
    let has = |python: &PathBuf| {
        let tried = Command::new(python).args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|s| s.success())
    };
    let found = candidates.into_iter().find(has);
    if found.is_none() {
        println!("skipped: no Python with duckdb; run scripts/setup.sh");
    }
    found
}

/// What a generated query asks, twice: as a report's rows, and as SQL that answers the same rows.
struct Query {
    what: String,
    rows: Vec<Vec<Value>>,
    sql: String,
}

pub(crate) struct Dice(pub(crate) u64, pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> usize {
        self.1 += 1;
        (hash64(self.0, &self.1.to_le_bytes()) % below) as usize
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len() as u64)]
    }
}

/// A period of whole days within the data, with a zone.
struct Span {
    from: String,
    to: String,
    zone: &'static str,
}

impl Span {
    fn roll(dice: &mut Dice, most_days: u64) -> Span {
        let first = chrono::NaiveDate::from_ymd_opt(2010, 12, 1).unwrap() + chrono::Days::new(dice.roll(300) as u64);
        let last = first + chrono::Days::new(1 + dice.roll(most_days) as u64);
        Span { from: first.to_string(), to: last.to_string(), zone: dice.of(&ZONES) }
    }

    /// The events with their local time, of the period.
    fn local(&self) -> String {
        format!("(select *, make_timestamp(ms * 1000) at time zone 'UTC' at time zone '{}' as local from e)", self.zone)
    }

    fn within(&self) -> String {
        format!("local >= timestamp '{}' and local < timestamp '{}' + interval 1 day", self.from, self.to)
    }
}

fn answer<I: Insight>(request: &Value, snapshot: &Snapshot) -> Value {
    let request: I = serde_json::from_value(request.clone()).unwrap();
    let report = run(&request, snapshot, &Nobody, Timestamp(0), &CancelFlag::new());
    serde_json::to_value(report.unwrap()).unwrap()
}

fn rows_of(list: &Value) -> Vec<Value> {
    list.as_array().unwrap().clone()
}

fn trend(dice: &mut Dice, snapshot: &Snapshot) -> Query {
    let span = Span::roll(dice, 120);
    let (name, (filter, where_)) = (dice.of(&NAMES), dice.of(&FILTERS));
    let unit = dice.of(&["day", "week", "month", "hour"]);
    let span = if unit == "hour" { Span { to: span.from.clone(), ..span } } else { span };
    let (measure, sql) = dice.of(&[
        ("events", "count(*)"),
        ("profiles", "count(distinct profile)"),
        ("sum", "sum(total)"),
        ("average", "avg(total)"),
        ("median", "quantile_cont(total, 0.5)"),
        ("p90", "quantile_cont(total, 0.9)"),
        ("minimum", "min(total)"),
    ]);
    let series = json!({"event": name, "filter": filter, "measure": measure, "property": "total"});
    let mut request = json!({"series": [series], "unit": unit, "from": span.from, "to": span.to, "zone": span.zone});
    let breakdown = dice.roll(2) == 0 && unit != "hour";
    if breakdown {
        request["breakdown"] = "country".into();
        request["top"] = 50.into();
    }
    let report = answer::<TrendRequest>(&request, snapshot);
    let mut rows = Vec::new();
    for one in rows_of(&report["series"]) {
        for (bucket, value) in rows_of(&report["buckets"]).iter().zip(rows_of(&one["values"])) {
            let nothing = value.is_null() || (value == 0 && matches!(measure, "events" | "profiles" | "sum"));
            if !nothing {
                let bucket = bucket.as_str().unwrap();
                let bucket = if unit == "hour" { &bucket[..13] } else { bucket };
                rows.push(vec![one["value"].clone(), bucket.into(), value]);
            }
        }
    }
    let format = match unit {
        "month" => "%Y-%m",
        "hour" => "%Y-%m-%dT%H",
        _ => "%Y-%m-%d",
    };
    let value = if breakdown { "country" } else { "null" };
    let sql = format!(
        "select {value} as value, strftime(date_trunc('{unit}', local), '{format}') as bucket, {sql} as n from {} where {} and event = '{name}' and ({where_}) group by all having n <> 0 or '{measure}' not in ('sum') order by all",
        span.local(),
        span.within()
    );
    Query { what: request.to_string(), rows, sql }
}

fn funnel(dice: &mut Dice, snapshot: &Snapshot) -> Query {
    let span = Span::roll(dice, 200);
    let count = 2 + dice.roll(2);
    let steps: Vec<(&str, (&str, &str))> = (0..count).map(|_| (dice.of(&NAMES), dice.of(&FILTERS))).collect();
    let days = dice.of(&[1u64, 7, 30, 90]);
    let list: Vec<Value> = steps.iter().map(|(name, (filter, _))| json!({"event": name, "filter": filter})).collect();
    let request =
        json!({"steps": list, "window": format!("{days}d"), "from": span.from, "to": span.to, "zone": span.zone});
    let report = answer::<FunnelRequest>(&request, snapshot);
    let rows = rows_of(&report["steps"]).iter().map(|s| vec![s["profiles"].clone()]).collect();
    let window = days * 86_400_000;
    let (name, (_, where_)) = steps[0];
    let mut with = format!(
        "s1 as (select profile, ord, ms as anchor from {} where {} and event = '{name}' and ({where_}))",
        span.local(),
        span.within()
    );
    for (at, (name, (_, where_))) in steps.iter().enumerate().skip(1) {
        // Of the chains that end with an event the latest anchor is enough.
        with.push_str(&format!(
            ", s{} as (select e.profile, e.ord, max(s.anchor) as anchor from s{at} s join e on e.profile = s.profile and e.ord > s.ord and e.ms <= s.anchor + {window} where event = '{name}' and ({where_}) group by all)",
            at + 1
        ));
    }
    let counts: Vec<String> =
        (1..=count).map(|at| format!("select {at} as step, count(distinct profile) as n from s{at}")).collect();
    let sql = format!("with {with} select n from ({}) order by step", counts.join(" union all "));
    Query { what: request.to_string(), rows, sql }
}

fn retention(dice: &mut Dice, snapshot: &Snapshot) -> Query {
    let span = Span::roll(dice, 60);
    let (start, back) = (dice.of(&NAMES), dice.of(&NAMES));
    let (unit, first) = (dice.of(&["day", "week", "month"]), dice.roll(2) == 0);
    let (filter, where_) = dice.of(&FILTERS);
    let request = json!({
        "start": {"event": start, "filter": filter}, "returning": {"event": back}, "unit": unit,
        "cohorts": if first { "first_time" } else { "recurring" }, "from": span.from, "to": span.to, "zone": span.zone
    });
    let report = answer::<RetentionRequest>(&request, snapshot);
    let mut rows = Vec::new();
    for cohort in rows_of(&report["cohorts"]) {
        let label = cohort["cohort"].as_str().unwrap();
        let label = if unit == "month" { format!("{label}-01") } else { label.to_owned() };
        for (column, n) in rows_of(&cohort["returned"]).into_iter().enumerate().filter(|(_, n)| *n != 0) {
            rows.push(vec![label.clone().into(), column.into(), n]);
        }
    }
    let bucket = format!("date_trunc('{unit}', local)::date");
    let begin = format!("date_trunc('{unit}', date '{}')::date", span.from);
    let until = format!("local < timestamp '{}' + interval 1 day", span.to);
    let starts = if first {
        format!(
            "select profile, min({bucket}) as c from {} where {until} and event = '{start}' and ({where_}) group by profile",
            span.local()
        )
    } else {
        format!(
            "select distinct profile, {bucket} as c from {} where {until} and event = '{start}' and ({where_})",
            span.local()
        )
    };
    let sql = format!(
        "with starts as ({starts}), cohorts as (select * from starts where c >= {begin}), returns as (select distinct profile, {bucket} as r from {} where {until} and event = '{back}') \
         select strftime(c, '%Y-%m-%d') as label, 0 as k, count(*) as n from cohorts group by all union all \
         select strftime(c, '%Y-%m-%d'), date_diff('{unit}', c, r) as k, count(*) from cohorts join returns using (profile) where r > c group by all order by all",
        span.local()
    );
    Query { what: request.to_string(), rows, sql }
}

fn lifecycle(dice: &mut Dice, snapshot: &Snapshot) -> Query {
    let span = Span::roll(dice, 60);
    let (unit, (filter, where_)) = (dice.of(&["day", "week", "month"]), dice.of(&FILTERS));
    let of = json!({"event": NAMES[0], "filter": filter});
    let request = json!({"of": of, "unit": unit, "from": span.from, "to": span.to, "zone": span.zone});
    let report = answer::<LifecycleRequest>(&request, snapshot);
    let mut rows = Vec::new();
    for (at, bucket) in rows_of(&report["buckets"]).iter().enumerate() {
        let counts = ["new", "returning", "resurrecting", "dormant"].map(|s| report[s][at].clone());
        if counts.iter().any(|n| *n != 0) {
            let label = bucket.as_str().unwrap();
            let label = if unit == "month" { format!("{label}-01") } else { label.to_owned() };
            rows.push([vec![label.into()], counts.to_vec()].concat());
        }
    }
    let step = format!("interval 1 {unit}");
    let sql = format!(
        "with active as (select distinct profile, date_trunc('{unit}', local)::date as b from {} where local < timestamp '{}' + interval 1 day and event = '{}' and ({where_})), \
         firsts as (select profile, min(b) as f from active group by profile), \
         seen as (select a.b, case when a.b = f then 'new' when exists (select 1 from active p where p.profile = a.profile and p.b = (a.b - {step})::date) then 'returning' else 'resurrecting' end as s from active a join firsts using (profile) \
           union all select (a.b + {step})::date, 'dormant' from active a where not exists (select 1 from active n where n.profile = a.profile and n.b = (a.b + {step})::date)) \
         select strftime(b, '%Y-%m-%d') as label, count(*) filter (s = 'new'), count(*) filter (s = 'returning'), count(*) filter (s = 'resurrecting'), count(*) filter (s = 'dormant') \
         from seen where b >= date_trunc('{unit}', date '{}') and b <= date '{}' group by b order by b",
        span.local(),
        span.to,
        NAMES[0],
        span.from,
        span.to
    );
    Query { what: request.to_string(), rows, sql }
}

fn power_users(dice: &mut Dice, snapshot: &Snapshot) -> Query {
    let span = Span::roll(dice, 80);
    let request = json!({"from": span.from, "to": span.to, "zone": span.zone});
    let report = answer::<PowerUsersRequest>(&request, snapshot);
    let profiles = rows_of(&report["curves"][0]["profiles"]);
    let rows = profiles.into_iter().enumerate().filter(|(_, n)| *n != 0).map(|(at, n)| vec![(at + 1).into(), n]);
    let sql = format!(
        "select days, count(*) from (select count(distinct local::date) as days from {} where {} group by profile) group by days order by days",
        span.local(),
        span.within()
    );
    Query { what: request.to_string(), rows: rows.collect(), sql }
}

fn rfm(dice: &mut Dice, snapshot: &Snapshot) -> Query {
    let span = Span::roll(dice, 300);
    let request =
        json!({"of": {"event": NAMES[0]}, "property": "total", "from": span.from, "to": span.to, "zone": span.zone});
    let report = answer::<RfmRequest>(&request, snapshot);
    let cell =
        |c: &Value| vec![c["recency"].clone(), c["frequency"].clone(), c["profiles"].clone(), c["money"].clone()];
    let mut rows: Vec<Vec<Value>> = rows_of(&report["cells"]).iter().filter(|c| c["profiles"] != 0).map(cell).collect();
    rows.reverse();
    let score = |by: &str| format!("1 + (5 * (rank() over (order by {by}) - 1)) // count(*) over ()");
    let sql = format!(
        "with b as (select profile, max(ms) as last, count(*) as n, sum(total) as money from {} where {} and event = '{}' group by profile), \
         s as (select {} as r, {} as f, money from b) select r, f, count(*), sum(money) from s group by r, f order by r, f",
        span.local(),
        span.within(),
        NAMES[0],
        score("last"),
        score("n")
    );
    Query { what: request.to_string(), rows, sql }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0),
        _ => a == b,
    }
}

fn sorted(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    rows.sort_by_key(|r| r.iter().take(r.len() - 1).map(|v| format!("{v:>12}")).collect::<Vec<_>>());
    rows
}

#[test]
fn generated_queries_equal_duckdbs_sql() {
    let (Some(rows), Some(python)) = (invoices(), python()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.csv");
    let mut writer = csv::Writer::from_path(&file).unwrap();
    writer.write_record(["ord", "profile", "event", "ms", "total", "quantity", "country", "paid"]).unwrap();
    for (ord, (ProfileId(id), event, ms, p)) in rows.iter().enumerate() {
        let text = |name: &str| p[name].as_str().map_or_else(|| p[name].to_string(), str::to_owned);
        let values = [ord.to_string(), id.to_string(), event.clone(), ms.to_string()];
        writer.write_record(values.into_iter().chain(["total", "quantity", "country", "paid"].map(text))).unwrap();
    }
    writer.flush().unwrap();
    let (_dir, lake) = lake(&rows);
    let snapshot = lake.snapshot(WS);
    let seed = std::env::var("RAPPORT_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let kinds =
        [trend, funnel, retention, trend, funnel, lifecycle, retention, power_users, rfm, trend, funnel, lifecycle];
    let queries: Vec<Query> =
        (0..QUERIES).map(|n| kinds[n as usize % kinds.len()](&mut Dice(seed * 1_000 + n, 0), &snapshot)).collect();
    let answers = ask(&python, &file, TABLE, &queries.iter().map(|q| q.sql.as_str()).collect::<Vec<_>>());
    let (mut numbers, mut wrong) = (0, Vec::new());
    for (query, answer) in queries.iter().zip(&answers) {
        let Some(list) = answer.as_array() else { panic!("{}: {answer}\n{}", query.what, query.sql) };
        let theirs = sorted(list.iter().map(|row| row.as_array().unwrap().clone()).collect());
        let ours = sorted(query.rows.clone());
        numbers += ours.len();
        let equal = ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)));
        if !equal {
            let differ = ours.iter().zip(&theirs).find(|(a, b)| !a.iter().zip(*b).all(|(a, b)| same(a, b)));
            wrong.push(format!(
                "{}\n{}\n{} rows, {} by SQL; first: {differ:?}",
                query.what,
                query.sql,
                ours.len(),
                theirs.len()
            ));
        }
    }
    println!("{} queries, {numbers} rows compared, seed {seed}", queries.len());
    assert!(wrong.is_empty(), "{} of {} differ (seed {seed}):\n{}", wrong.len(), queries.len(), wrong.join("\n\n"));
    assert!(queries.len() >= 60 && numbers > 500);
}

//! Other programs read the same files: DuckDB and pandas count and sum what was appended.

use std::path::{Path, PathBuf};
use std::process::Command;

use rapport_domain::{Json, Partition};

use crate::support::*;

const SCRIPT: &str = r#"
import sys, glob
files = sorted(glob.glob(sys.argv[1] + "/ws1/p*/*.parquet"))
def line(who, events, orders, total, pro, days): print(who, events, orders, round(total, 2), pro, days, flush=True)
try:
    import duckdb
    q = duckdb.sql(f"""select count(*), count(*) filter (where event = 'Order'), sum(n_total),
        count(*) filter (where t_plan = 'pro' and country = 'DE'), count(distinct date_trunc('day', ts::timestamp))
        from read_parquet({files}, union_by_name=true)""")
    line("duckdb", *q.fetchall()[0])
except ImportError:
    print("skipped: duckdb cannot be imported")
try:
    import pandas as pd
    e = pd.concat([pd.read_parquet(f) for f in files])
    line("pandas", len(e), (e.event == "Order").sum(), e.n_total.sum(), ((e.t_plan == "pro") & (e.country == "DE")).sum(), e.ts.dt.date.nunique())
except ImportError:
    print("skipped: pandas cannot be imported")
"#;

/// The interpreter to use: given, else the one `scripts/setup.sh` made, else the machine's.
fn python() -> PathBuf {
    let given = std::env::var_os("RAPPORT_PYTHON").map(PathBuf::from);
    let made = installed().map(|list| list.with_file_name("bin").join("python"));
    given.or(made).unwrap_or_else(|| PathBuf::from("python3"))
}

/// The list of what `scripts/setup.sh` installed, if it did.
fn installed() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    Some(cache.join("rapport/python/installed.txt")).filter(|list| list.is_file())
}

#[test]
fn duckdb_and_pandas_get_the_same_counts_and_sums() {
    let python = python();
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    let day = 86_400_000;
    let (mut orders, mut total, mut pro) = (0, 0.0, 0);
    for seq in 1..=3u64 {
        let rows = (0..100u64).map(|n| {
            let name = if n % 3 == 0 { "Order" } else { "View" };
            let mut row = event(profile(0, n % 7), name, (n as i64 % 5) * day, &format!("{seq}.{n}"));
            let amount = n as f64 / 4.0;
            let plan = if n % 2 == 0 { "pro" } else { "free" };
            // Only orders have a total, and the plan only comes up in the second batch.
            let properties = match (name, seq) {
                ("Order", 1) => format!(r#"{{"total":{amount},"items":[1,2]}}"#),
                ("Order", _) => format!(r#"{{"total":{amount},"plan":"{plan}"}}"#),
                (_, 1) => r#"{"path":"/"}"#.to_owned(),
                _ => format!(r#"{{"path":"/","plan":"{plan}"}}"#),
            };
            row.event.properties = Json::from_text(&properties);
            let country = if n % 5 == 0 { "DE" } else { "FR" };
            row.event.context = Json::from_text(&format!(r#"{{"location":{{"country":"{country}"}}}}"#));
            if name == "Order" {
                (orders, total) = (orders + 1, total + amount);
            }
            pro += u32::from(seq > 1 && n % 10 == 0);
            row
        });
        lake.append(Partition(0), seq, rows.collect());
        lake.flush().unwrap();
    }
    let expected = format!("300 {orders} {total} {pro} 5");
    compare(&python, dir.path(), &expected);
    lake.compact_fully().unwrap();
    compare(&python, dir.path(), &expected);
}

fn compare(python: &Path, dir: &Path, expected: &str) {
    // What was installed for this test must be there.
    let listed = installed().and_then(|list| std::fs::read_to_string(list).ok()).unwrap_or_default();
    let Ok(out) = Command::new(python).args(["-c", SCRIPT]).arg(dir).output() else {
        assert!(listed.is_empty(), "{} cannot be run", python.display());
        return println!("skipped: {} cannot be run; scripts/setup.sh installs what is needed", python.display());
    };
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    for line in text.lines() {
        match line.split_once(' ') {
            Some(("skipped:", why)) => {
                let expected = ["duckdb", "pandas"].iter().any(|name| why.starts_with(name) && listed.contains(name));
                assert!(!expected, "{why}, though scripts/setup.sh installed it");
                println!("{line}; scripts/setup.sh installs it");
            }
            Some((_, found)) => assert_eq!(found, expected, "{line}"),
            None => panic!("{line}"),
        }
    }
}

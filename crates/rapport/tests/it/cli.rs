//! The binary as people run it: one process after another on one data directory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rapport_domain::{Clock, SystemClock};

use crate::bed::Bed;

fn orders(count: usize) -> String {
    let order = |n: usize| {
        let user = n % 40;
        format!(
            r#"{{"type":"track","event":"Order Completed","userId":"u{user}","properties":{{"total":{n}}},"timestamp":"2026-01-01T00:00:00Z"}}"#
        )
    };
    (0..count).map(|n| order(n) + "\n").collect()
}

#[test]
fn a_data_directory_is_made_filled_and_asked() {
    let bed = Bed::new();
    let (code, error) = bed.fails(&["stats"]);
    assert!(code == 1 && error.contains("run `rapport init` first"), "{code} {error}");
    assert_eq!(bed.fails(&["stats", "--data", "mistyped"]).0, 1);
    assert!(!bed.dir.path().join("mistyped").exists(), "nothing is made by asking");
    let made = bed.json(&["init", "--json", "--email", "Ann@example.com", "--workspace", "shop"]);
    assert_eq!((&made["workspace"], &made["owner"]["email"]), (&"shop".into(), &"ann@example.com".into()));
    let (code, error) = bed.fails(&["init"]);
    assert!(code == 1 && error.contains("initialised already"), "{code} {error}");

    bed.write("orders.jsonl", &(orders(1_000) + "{\"type\":\"track\",\"userId\":\"u1\"}\n"));
    let report = bed.json(&["import", "orders.jsonl", "--json"]);
    assert_eq!((&report["import"]["state"], &report["import"]["rows"]), (&"done".into(), &1_001.into()));
    assert_eq!((&report["import"]["accepted"], &report["import"]["rejected"]), (&1_000.into(), &1.into()));
    let rejects = std::fs::read_to_string(bed.dir.path().join("orders.jsonl.rejects.csv")).unwrap();
    assert!(rejects.contains("1001,\"missing_event_name"), "{rejects}");

    // The same file again changes nothing.
    let report = bed.json(&["import", "orders.jsonl", "--json"]);
    assert_eq!(report["duplicates"], 1_000);
    let stats = bed.json(&["stats", "--json"]);
    assert_eq!((&stats["events"]["processed"], &stats["profiles"]), (&1_000.into(), &40.into()));

    let preview = bed.json(&["segment", "preview", r#"events("Order Completed").count() >= 25"#, "--json"]);
    assert_eq!(preview["count"], 40);
    let shown = bed.ok(&["profile", "show", "user_id:u7"]);
    assert!(shown.contains("user_id:u7") && shown.contains("Order Completed"), "{shown}");
    let csv = bed.ok(&[
        "insight",
        "trend",
        "--event",
        "Order Completed",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-01",
        "--csv",
    ]);
    assert_eq!(csv, "day,Order Completed\n2026-01-01,40\ntotal,40\n");
    assert_eq!(bed.ok(&["export", "events"]).lines().filter(|l| l.contains("Order Completed")).count(), 1_000);

    let log = r#"<log><trace><string key="concept:name" value="case 1"/>
        <event><string key="concept:name" value="Ticket Opened"/><date key="time:timestamp" value="2026-01-02T10:00:00Z"/></event>
        <event><string key="concept:name" value="Ticket Solved"/><date key="time:timestamp" value="2026-01-02T11:00:00Z"/></event>
        </trace></log>"#;
    bed.write("tickets.xes", log);
    assert_eq!(bed.json(&["import", "tickets.xes", "--json"])["import"]["accepted"], 2);
    let period = ["--from", "2026-01-02", "--to", "2026-01-02"];
    let paths = bed.ok(&[&["insight", "paths", "--csv"][..], &period].concat());
    assert_eq!(paths, "from,to,count,paths,median_ms\nTicket Opened,Ticket Solved,1,1,3600000\n");
    bed.ok(&[&["insight", "paths", "--xes", "out.xes"][..], &period].concat());
    assert!(std::fs::read_to_string(bed.dir.path().join("out.xes")).unwrap().contains("Ticket Solved"));
    let drill =
        [&["insight", "funnel", "--step", "Ticket Opened", "--drill", r#"{"step": 1}"#, "--csv"][..], &period].concat();
    assert!(bed.ok(&drill).starts_with("profile\np_"));
    for kind in ["retention", "lifecycle", "power-users", "heatmap", "rfm", "ladder"] {
        assert!(bed.ok(&["insight", kind, "--to", "2026-01-03"]).lines().count() > 1, "{kind}");
    }

    bed.write(
        "segment.yaml",
        "kind: segment\nid: buyers\nspec:\n  name: Buyers\n  rule: events(\"Order Completed\").exists()\n",
    );
    assert!(bed.ok(&["apply", "-f", "segment.yaml", "--publish"]).contains("becomes version 1, live"));
    assert!(bed.ok(&["diff", "-f", "segment.yaml"]).contains("1 unchanged"));
    let listed = bed.json(&["segment", "list", "--json"]);
    assert_eq!((&listed[0]["id"], &listed[0]["count"]), (&"buyers".into(), &40.into()));
    bed.ok(&["doctor"]);
    let checks = bed.json(&["doctor", "--json"]);
    assert!(checks.as_array().unwrap().iter().all(|c| c["ok"] == true), "{checks}");

    bed.ok(&["backup", "copy"]);
    bed.ok(&["restore", "copy", "--data", "restored"]);
    assert_eq!(bed.json(&["stats", "--json", "--data", "restored"])["events"]["in_lake"], 1_002);
}

#[test]
fn a_journey_that_is_not_saved_is_played_over_the_past() {
    let bed = Bed::new();
    bed.ok(&["init", "--email", "ann@example.com"]);
    let an_hour_ago = SystemClock.now().plus_ms(-rapport_domain::time::HOUR_MS);
    let order = |user: usize| {
        format!(r#"{{"type":"track","event":"Order Completed","userId":"u{user}","timestamp":"{an_hour_ago}"}}"#)
    };
    bed.write("orders.jsonl", &(0..3).map(|user| order(user) + "\n").collect::<String>());
    bed.ok(&["import", "orders.jsonl", "--live"]);
    let thanks = "kind: journey\nid: thanks\nspec:\n  name: Thanks\n  trigger: {event: {name: Order Completed}}\n  \
                  steps: [{id: pause, wait: {for: 1h}}]\n";
    bed.write("thanks.yaml", thanks);
    let ask = ["journey", "simulate", "thanks", "--since", "1d"];
    let (code, error) = bed.fails(&ask);
    assert!(code == 1 && error.contains("thanks"), "{code} {error}");
    let found = bed.json(&[&ask[..], &["--file", "thanks.yaml", "--json"]].concat());
    assert_eq!((&found["journey"]["entered"], &found["live"]), (&3.into(), &serde_json::Value::Null));
    let shown = bed.ok(&[&ask[..], &["--file", "thanks.yaml"]].concat());
    assert!(shown.lines().any(|line| line.starts_with("entered") && line.contains('3')), "{shown}");
}

#[test]
fn usage_is_2_and_names_what_was_expected() {
    let bed = Bed::new();
    for (args, expected) in [
        (&["fly"][..], "fly"),
        (&["import"], "FILE"),
        (&["serve", "--listen", "nowhere"], "--listen: expected host:port"),
        (&["stats", "--config", "none.toml"], "there is no such file"),
    ] {
        let (code, error) = bed.fails(args);
        assert!(code == 2 && error.contains(expected), "{args:?}: {code} {error}");
    }
}

#[test]
fn empty_variables_say_nothing_and_the_demo_is_pointed_to() {
    let bed = Bed::new();
    bed.ok(&["init", "--json", "--data", "elsewhere/demo"]);
    let (_, error) = bed.fails(&["stats", "--data", "elsewhere"]);
    assert!(error.contains("run `rapport init` first"), "{error}");
    let mut server = bed
        .command(&["serve", "--listen", "127.0.0.1:0", "--data", "elsewhere/demo"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&bed.dir.path().join("elsewhere/demo/rapport.addr"), true);
    let (_, error) = bed.fails(&["stats", "--data", "elsewhere"]);
    assert!(error.contains("give --data elsewhere/demo"), "{error}");
    let mut asked = bed.command(&["stats", "--json", "--data", "elsewhere/demo"]);
    let output = asked.env("RAPPORT_SERVER", "").env("RAPPORT_TOKEN", "").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
}

#[test]
fn a_server_told_to_stop_ends_well() {
    let bed = Bed::new();
    bed.ok(&["init", "--json"]);
    let mut server = bed.command(&["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()).spawn().unwrap();
    let announced = bed.dir.path().join("rapport-data/rapport.addr");
    wait_for(&announced, true);
    assert_eq!(bed.json(&["stats", "--json"])["profiles"], 0);
    let terminated = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(terminated.success());
    assert!(server.wait().unwrap().success());
    wait_for(&announced, false);
}

#[test]
fn a_backup_of_a_running_server_restores_to_the_same_answers() {
    let bed = Bed::new();
    bed.ok(&["init", "--json"]);
    let mut server = bed.command(&["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&bed.dir.path().join("rapport-data/rapport.addr"), true);
    bed.write("some.jsonl", &orders(2_000));
    bed.write("many.jsonl", &orders(30_000).replace("Order Completed", "Product Viewed"));
    bed.ok(&["import", "some.jsonl"]);
    let still = bed.json(&["stats", "--json"]);
    bed.ok(&["backup", "quiet"]);
    // And while much is going on: a moment somewhere in the middle, without a seam.
    let mut importing =
        bed.command(&["import", "many.jsonl"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while bed.json(&["stats", "--json"])["events"]["accepted"] == 2_000 {
        assert!(Instant::now() < deadline, "the import does not begin");
    }
    let busy = ["busy1", "busy2"];
    for folder in busy {
        bed.ok(&["backup", folder]);
    }
    assert!(importing.wait().unwrap().success());
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());

    bed.ok(&["restore", "quiet", "--data", "q"]);
    let restored = bed.json(&["stats", "--json", "--data", "q"]);
    for what in ["profiles", "events", "workspaces"] {
        assert_eq!(restored[what], still[what], "{what}");
    }
    for folder in busy {
        let data = format!("{folder}-data");
        bed.ok(&["restore", folder, "--data", &data]);
        // The import goes on where the backup found it.
        bed.ok(&["import", "--resume", "2", "--data", &data]);
        let stats = bed.json(&["stats", "--json", "--data", &data]);
        assert_eq!(
            (&stats["events"]["processed"], &stats["profiles"]),
            (&32_000.into(), &40.into()),
            "{folder}: {stats}"
        );
        bed.ok(&["doctor", "--data", &data]);
        let lines = bed.ok(&["export", "events", "--data", &data]);
        assert_eq!(lines.lines().filter(|l| l.contains("Product Viewed")).count(), 30_000, "{folder}");
    }
}

fn wait_for(file: &Path, there: bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while file.exists() != there {
        assert!(Instant::now() < deadline, "{}", file.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

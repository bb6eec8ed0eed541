//! Imports: every format, every fault in a mapping, resuming at every position, and a real data set.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use rapport_collect::import::{Entry, EntryKind, Format, ImportError, ImportSource, Mapping, Position};
use serde_json::{Value, json};

fn file(dir: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn entries(path: &Path, mapping: Option<&Mapping>, from: Option<Position>) -> Vec<Entry> {
    let mut source = ImportSource::open(path, mapping.cloned(), from).unwrap();
    let mut out = Vec::new();
    while let Some(batch) = source.next_batch(3).unwrap() {
        out.extend(batch.entries);
    }
    out
}

fn events(entries: &[Entry]) -> Vec<Value> {
    entries.iter().filter_map(Entry::event).map(|json| serde_json::from_str(json).unwrap()).collect()
}

const CSV: &str = "Invoice,Customer,Date,Qty,Price,Text\n1,7.0,2011-07-01 08:26:00,2,2.50,\"a, \"\"b\"\"\"\n1,7.0,2011-07-01 08:26:00,1,1.25,\"two\nlines\"\nC2,,2011-07-02 09:00:00,-1,3.00,x\n3,8.0,soon,1,1.00,x\n4,9.0,2011-07-03 10:00:00,5,1.10\n\n5,9.0,2011-07-03 10:00:00,5,1.10,é\n";
const ROWS: &str = r#"
event: {case: [{when: {column: Invoice, starts_with: C}, then: Returned}], else: Bought}
user_id: {column: Customer, as: integer}
timestamp: {column: Date, zone: Europe/London}
properties:
  qty: {column: Qty, as: integer}
  total: {multiply: [Qty, Price], round: 2}
  text: {column: Text}
  label: "{Invoice}/{row} {{x}}"
  constant: 5
  nested: {object: {deep: {column: Qty, as: number}}}
"#;

#[test]
fn rows_of_separated_values_in_every_packing() {
    let dir = tempfile::tempdir().unwrap();
    let mapping = Mapping::parse(ROWS).unwrap();
    let bom = [b"\xef\xbb\xbf", CSV.as_bytes()].concat();
    // The quoted line break stays as it is.
    let windows = CSV.replace('\n', "\r\n").replace("two\r\nlines", "two\nlines");
    let files = [
        file(dir.path(), "a.csv", CSV.as_bytes()),
        file(dir.path(), "b.csv.gz", &gzip(CSV.as_bytes())),
        file(dir.path(), "c.csv.zst", &zstd::encode_all(CSV.as_bytes(), 3).unwrap()),
        file(dir.path(), "d.csv", &bom),
        file(dir.path(), "no-extension", CSV.as_bytes()),
        file(dir.path(), "windows.csv", windows.as_bytes()),
    ];
    for path in &files {
        let found = entries(path, Some(&mapping), None);
        let lines: Vec<_> = found.iter().map(|e| (e.line, e.rows, e.event().is_some())).collect();
        let expected = [(2, 1, true), (3, 1, true), (5, 1, false), (6, 1, false), (7, 1, false), (9, 1, true)];
        assert_eq!(lines, expected, "{}", path.display());
        let codes: Vec<_> = found
            .iter()
            .filter_map(|e| match &e.kind {
                EntryKind::Rejected { code, message, .. } => Some((*code, message.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(codes[0].0, "missing_identity");
        assert_eq!(codes[1], ("invalid_value", "timestamp: expected a date or time, found \"soon\""));
        assert_eq!(codes[2], ("invalid_row", "expected 6 values, found 5"));
        let events = events(&found);
        assert_eq!(events[0]["userId"], json!(7));
        assert_eq!(
            (&events[0]["event"], &events[0]["timestamp"]),
            (&json!("Bought"), &json!("2011-07-01T07:26:00.000Z"))
        );
        assert_eq!(
            events[0]["properties"],
            json!({"qty": 2, "total": 5.0, "text": "a, \"b\"", "label": "1/1 {x}", "constant": 5, "nested": {"deep": 2.0}})
        );
        assert_eq!(events[1]["properties"]["text"], "two\nlines");
        assert_eq!(events[2]["properties"]["text"], "é");
    }
    let ids = |path: &Path| {
        events(&entries(path, Some(&mapping), None)).iter().map(|e| e["messageId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&files[0]), ids(&files[0]), "importing again gives the same ids");
    assert_eq!(ids(&files[0]), ids(&files[4]), "whatever the file's name");
    assert_eq!(ids(&files[0]).iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), 3);
}

const GROUPED: &str = "Invoice,Customer,Qty,Price\n1,a,1,1.00\n1,a,2,1.10\n2,b,1,5.00\n1,a,1,0.10\n3,,1,1.00\n3,,1,1.00\n2,b,3,5.00\n4,d,0,9.00\n4,d,1,9.00\n5,e,1,1.00\n";
const GROUPS: &str = r#"
event: Order Completed
group_by: Invoice
user_id: {column: Customer}
message_id: "order-{Invoice}"
skip_when: [{column: Qty, equals: 0}]
properties:
  total: {sum: {multiply: [Qty, Price]}, round: 2}
  lines: {count: rows}
  products: {list: {qty: {column: Qty, as: integer}}}
"#;

#[test]
fn groups_are_one_event_and_every_row_is_accounted_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "g.csv", GROUPED.as_bytes());
    let found = entries(&path, Some(&Mapping::parse(GROUPS).unwrap()), None);
    assert_eq!(found.iter().map(|e| e.rows).sum::<u64>(), 10);
    let shown: Vec<_> = events(&found)
        .iter()
        .map(|e| {
            (
                e["messageId"].as_str().unwrap().to_owned(),
                e["properties"]["total"].as_f64().unwrap(),
                e["properties"]["lines"].as_u64().unwrap(),
            )
        })
        .collect();
    let order = |id: &str, total, lines| (format!("order-{id}"), total, lines);
    assert_eq!(shown, [order("1", 3.3, 3), order("2", 20.0, 2), order("4", 9.0, 1), order("5", 1.0, 1)]);
    let others: Vec<_> =
        found.iter().filter(|e| e.event().is_none()).map(|e| (e.line, e.rows, e.kind == EntryKind::Skipped)).collect();
    assert_eq!(others, [(6, 2, false), (9, 1, true)]);
    let anonymous = Mapping::parse(&format!("{GROUPS}\nanonymous_id: \"invoice-{{Invoice}}\"")).unwrap();
    assert_eq!(events(&entries(&path, Some(&anonymous), None)).len(), 5);
}

#[test]
fn resuming_at_every_position_gives_the_same_entries() {
    let dir = tempfile::tempdir().unwrap();
    let json = "{\"type\":\"page\",\"userId\":\"a\"}\n\n7\n{\"type\":\"page\",\"userId\":\"b\",\"messageId\":\"m\"}\r\n{\n{\"type\":\"page\",\"userId\":\"c\"}";
    let (rows, groups) = (Mapping::parse(ROWS).unwrap(), Mapping::parse(GROUPS).unwrap());
    let bom = [b"\xef\xbb\xbf", CSV.as_bytes()].concat();
    for (path, mapping) in [
        (file(dir.path(), "a.csv", CSV.as_bytes()), Some(&rows)),
        (file(dir.path(), "bom.csv", &bom), Some(&rows)),
        (file(dir.path(), "windows.csv", CSV.replace('\n', "\r\n").as_bytes()), Some(&rows)),
        (file(dir.path(), "a.csv.gz", &gzip(CSV.as_bytes())), Some(&rows)),
        (file(dir.path(), "a.csv.zst", &zstd::encode_all(CSV.as_bytes(), 3).unwrap()), Some(&rows)),
        (file(dir.path(), "g.csv", GROUPED.as_bytes()), Some(&groups)),
        (file(dir.path(), "a.jsonl", json.as_bytes()), None),
        (PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orders.parquet"), Some(&rows)),
    ] {
        let whole = entries(&path, mapping, None);
        assert!(whole.len() > 3, "{}", path.display());
        let mut source = ImportSource::open(&path, mapping.cloned(), None).unwrap();
        let mut before = Vec::new();
        while let Some(batch) = source.next_batch(1).unwrap() {
            before.extend(batch.entries);
            let position: Position = batch.position.to_string().parse().unwrap();
            let after = entries(&path, mapping, Some(position));
            assert_eq!([before.clone(), after].concat(), whole, "{} after {}", path.display(), before.len());
        }
        assert_eq!(before, whole);
        let (read, all) = source.progress();
        assert!(read <= all && all > 0);
    }
    let other = file(dir.path(), "b.csv", CSV.replace("2.50", "2.60").as_bytes());
    let mut source = ImportSource::open(&dir.path().join("a.csv"), Some(rows.clone()), None).unwrap();
    let position = source.next_batch(1).unwrap().unwrap().position;
    assert!(matches!(ImportSource::open(&other, Some(rows), Some(position)), Err(ImportError::OtherFile)));
}

#[test]
fn segment_lines_need_no_mapping() {
    let dir = tempfile::tempdir().unwrap();
    let lines = "\u{feff}{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\",\"messageId\":\"m1\"}\n{ \"type\":\"page\",\"userId\":\"u\"}\n{\"type\":\"page\",\"userId\":\"u\",\"messageId\":null}\n{\"type\":\"page\"}\nnot json\n";
    let found = entries(&file(dir.path(), "e.ndjson", lines.as_bytes()), None, None);
    let events = events(&found);
    assert_eq!(events.len(), 3);
    assert_eq!(events[0]["messageId"], "m1");
    assert!(
        events[1]["messageId"].as_str().unwrap().ends_with("-2")
            && events[2]["messageId"].as_str().unwrap().ends_with("-3")
    );
    let rejected: Vec<_> = found
        .iter()
        .filter_map(|e| match &e.kind {
            EntryKind::Rejected { code, sample, .. } => Some((e.line, *code, sample.expose().clone())),
            _ => None,
        })
        .collect();
    assert_eq!(
        rejected,
        [(4, "missing_identity", "{\"type\":\"page\"}".to_owned()), (5, "invalid_body", "not json".to_owned())]
    );
    let mapping = Mapping::parse("event: E\nuser_id: {column: who.id}\nproperties: {a: {column: n}}").unwrap();
    let path = file(dir.path(), "m.jsonl", b"{\"who\":{\"id\":5},\"n\":[1]}\n{\"n\":1}\n");
    let mapped = entries(&path, Some(&mapping), None);
    assert_eq!(self::events(&mapped)[0]["properties"]["a"], json!([1]));
    assert!(mapped[1].event().is_none());
}

#[test]
fn parquet_rows() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orders.parquet");
    let source = ImportSource::open(&path, Some(Mapping::parse(ROWS).unwrap()), None).unwrap();
    assert_eq!(source.format(), Format::Parquet);
    let found = entries(&path, Some(&Mapping::parse(ROWS).unwrap()), None);
    let events = events(&found);
    assert_eq!((found.len(), events.len()), (5, 4));
    assert_eq!((&events[0]["userId"], &events[0]["properties"]["total"]), (&json!(7), &json!(5.0)));
    let error = ImportSource::open(&path, Some(Mapping::parse("event: E\nuser_id: {column: Custmer}").unwrap()), None);
    assert_eq!(
        error.err().unwrap().to_string(),
        "mapping: user_id.column: no column \"Custmer\" in the file (did you mean \"Customer\"?)"
    );
}

#[test]
fn faults_of_mappings_are_named_with_their_path() {
    let with = |line: &str| format!("event: E\nuser_id: {{column: Customer}}\n{line}");
    for (yaml, expected) in [
        (with("propertis: {}"), "propertis: unknown; expected one of"),
        (with("propertis: {}"), "did you mean \"properties\"?"),
        (with("properties: {a: {colum: X}}"), "properties.a: expected one of column"),
        (
            with("properties: {a: {column: X, as: intger}}"),
            "properties.a.as: expected one of text, integer, number, bool, timestamp, found \"intger\" (did you mean \"integer\"?)",
        ),
        (with("timestamp: {column: X, zone: Europe/Londn}"), "timestamp.zone: expected an IANA zone"),
        (with("timestamp: {column: X, format: \"%Q\"}"), "timestamp.format: expected auto or a strftime format"),
        (with("properties: {a: {sum: Q, round: x}}"), "properties.a.round: expected a number of decimals"),
        (with("properties: {a: \"{Q\"}"), "properties.a: a { without its }"),
        (with("skip_when: [{column: X}]"), "skip_when[0]: expected a test"),
        (with("skip_when: [{column: X, less_than: much}]"), "skip_when[0].less_than: expected"),
        (
            with("type: trak"),
            "type: expected one of track, identify, page, screen, group, alias, found \"trak\" (did you mean \"track\"?)",
        ),
        (with("csv: {delimiter: \"; \"}"), "csv.delimiter: expected one character"),
        ("event: E".into(), "user_id: expected user_id or anonymous_id"),
        ("user_id: {column: X}".into(), "event: expected the event's name"),
        ("event: E\nuser_id: CustomerID".into(), "user_id: the same for every row; expected {column: CustomerID}"),
        ("- 1".into(), "(document): expected a mapping"),
        ("event: [".into(), "at line 2 column 1"),
    ] {
        let error = Mapping::parse(&yaml).unwrap_err().to_string();
        assert!(error.contains(expected), "{yaml}\n  expected {expected}\n  found {error}");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "a.csv", CSV.as_bytes());
    let mapping = Mapping::parse(&with("properties: {total: {column: Totl}, p: {column: Pric}}")).unwrap();
    let error = ImportSource::open(&path, Some(mapping), None).err().unwrap().to_string();
    assert!(error.contains("properties.p.column: no column \"Pric\" in the file (did you mean \"Price\"?)"), "{error}");
    assert!(error.contains("properties.total.column: no column \"Totl\""), "{error}");
    let error = ImportSource::open(&path, None, None).err().unwrap();
    assert_eq!(error.code(), "mapping_needed");
    assert!(error.to_string().contains("Invoice, Customer, Date"), "{error}");
    let unknown = file(dir.path(), "x.bin", b"\0\x01\x02");
    assert!(matches!(ImportSource::open(&unknown, None, None), Err(ImportError::UnknownFormat { .. })));
    assert!(matches!(ImportSource::open(&dir.path().join("none.csv"), None, None), Err(ImportError::Io { .. })));
}

fn retail(mapping: &str) -> Option<(BTreeMap<&'static str, u64>, Vec<Value>)> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("RAPPORT_DATA").map_or_else(|| here.join("../../../shared/data"), PathBuf::from);
    let path = data.join("online_retail/online_retail.csv.gz");
    if !path.exists() {
        println!("skipped: no data set at {}", path.display());
        return None;
    }
    let yaml = std::fs::read_to_string(here.join("../../docs/guides/mappings").join(mapping)).unwrap();
    let mut source = ImportSource::open(&path, Some(Mapping::parse(&yaml).unwrap()), None).unwrap();
    let mut rows = BTreeMap::new();
    let mut kept = Vec::new();
    while let Some(batch) = source.next_batch(1_000).unwrap() {
        for entry in &batch.entries {
            let what = match &entry.kind {
                EntryKind::Event(_) => "event",
                EntryKind::Skipped => "skipped",
                EntryKind::Rejected { code, .. } => code,
            };
            *rows.entry(what).or_insert(0) += entry.rows;
            if let Some(json) = entry.event() {
                let event: Value = serde_json::from_str(json).unwrap();
                let get = |p: &str| event.pointer(p).cloned().unwrap_or(Value::Null);
                kept.push(json!({
                    "user": get("/userId"), "order": get("/properties/order_id"), "total": get("/properties/total"),
                    "event": get("/event"), "id": get("/messageId"),
                }));
            }
        }
    }
    let (read, all) = source.progress();
    assert_eq!(read, all);
    Some((rows, kept))
}

fn distinct(events: &[Value], member: &str) -> usize {
    events.iter().map(|e| e[member].to_string()).filter(|v| v != "null").collect::<BTreeSet<_>>().len()
}

fn total(events: &[Value]) -> String {
    format!("{:.2}", events.iter().filter_map(|e| e["total"].as_f64()).sum::<f64>())
}

#[test]
fn online_retail_by_row() {
    let Some((rows, events)) = retail("online-retail-rows.yaml") else { return };
    assert_eq!(rows, BTreeMap::from([("event", 406_829), ("missing_identity", 135_080)]));
    assert_eq!(
        (distinct(&events, "user"), distinct(&events, "order"), distinct(&events, "id")),
        (4_372, 22_190, 406_829)
    );
}

#[test]
fn online_retail_by_invoice() {
    let Some((rows, events)) = retail("online-retail-invoices-anonymous.yaml") else { return };
    assert_eq!(rows, BTreeMap::from([("event", 541_909)]));
    assert_eq!((events.len(), distinct(&events, "order"), distinct(&events, "user")), (25_900, 25_900, 4_372));
    assert_eq!(total(&events), "9747747.93");
    let known: Vec<Value> = events.into_iter().filter(|e| !e["user"].is_null()).collect();
    assert_eq!((known.len(), known.iter().filter(|e| e["event"] == "Order Refunded").count()), (22_190, 3_654));
}

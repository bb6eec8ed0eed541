//! Fuzzing without a fuzzer: inputs that were right, damaged in a few places. Nothing may panic, every refusal says what
//! was expected, and what a batch accepts is in the log.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rapport_collect::import::{ImportError, ImportSource, Mapping};
use rapport_collect::{Call, RequestFacts};
use rapport_domain::EventKind;

use super::{Bench, RECEIVED};

/// One damage to some bytes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, Vec<u8>),
}

/// Pieces that parsers trip over.
const PIECES: [&[u8]; 18] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xc0\x80",
    b"-",
    b"1e999",
    b"null",
    b"&",
    b": ",
    b"\n",
    b"%00",
    b"\t- ",
    b"9999999999999999999999",
];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 1u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 1usize..20).prop_map(|(at, count)| Damage::Remove(at, count)),
        (any::<Index>(), 1usize..40).prop_map(|(at, count)| Damage::Repeat(at, count)),
        (any::<Index>(), select(PIECES.to_vec())).prop_map(|(at, piece)| Damage::Insert(at, piece.to_vec())),
    ]
}

fn damaged(mut bytes: Vec<u8>, all: &[Damage]) -> Vec<u8> {
    for one in all {
        if bytes.is_empty() {
            break;
        }
        let piece = |at: &Index, count: &usize, bytes: &[u8]| {
            let from = at.index(bytes.len());
            from..(from + count).min(bytes.len())
        };
        match one {
            Damage::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Remove(at, count) => drop(bytes.drain(piece(at, count, &bytes))),
            Damage::Repeat(at, count) => {
                let range = piece(at, count, &bytes);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, copy);
            }
            Damage::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new.iter().copied());
            }
        }
    }
    bytes
}

const BODY: &str = r#"{"batch":[{"type":"track","messageId":"m1","userId":"u1","event":"Order Completed","timestamp":"2026-11-21T19:00:00Z","properties":{"total":59.9,"tags":["a","ü"],"deep":{"a":{"b":null}}},"context":{"ip":"1.2.3.4","page":{"path":"/"}}},{"type":"identify","anonymousId":"a1","userId":"u2","traits":{"email":"a@b.co"}},{"type":"alias","previousId":"a","userId":"b"}],"sentAt":"2026-11-21T19:18:20.764Z","context":{"library":{"name":"x"}}}"#;

/// A way to send a body: its bytes, content type and encoding.
fn packed(which: usize) -> (Vec<u8>, Option<&'static str>, Option<&'static str>) {
    let (json, form) = (Some("application/json"), Some("application/x-www-form-urlencoded"));
    let percent = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    match which {
        0 => (BODY.into(), json, None),
        1 => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(BODY.as_bytes()).unwrap();
            (encoder.finish().unwrap(), json, Some("gzip"))
        }
        2 => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(BODY.as_bytes()).unwrap();
            (encoder.finish().unwrap(), Some("text/plain"), Some("deflate"))
        }
        3 => {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(BODY.as_bytes()).unwrap();
            (encoder.finish().unwrap(), Some("text/plain"), Some("deflate"))
        }
        4 => (format!("data={}", percent(BODY)).into(), form, None),
        5 => (format!("data={}&x=1", percent(&STANDARD.encode(BODY))).into(), form, None),
        _ => ([b"\xef\xbb\xbf", BODY.as_bytes()].concat(), None, Some("identity")),
    }
}

fn facts<'a>(call: Call, content_type: Option<&'a str>, content_encoding: Option<&'a str>) -> RequestFacts<'a> {
    RequestFacts { write_key: Some("WK"), content_type, content_encoding, ..RequestFacts::new(call, RECEIVED) }
}

#[test]
fn every_way_to_send_a_body_works_undamaged() {
    for which in 0..7 {
        let (body, media, encoding) = packed(which);
        let bench = Bench::new();
        let accepted = bench.collector.accept(&body, &facts(Call::Batch, media, encoding)).unwrap();
        assert_eq!((accepted.accepted, bench.events().len()), (3, 3), "{which}");
    }
}

const CSV: &str = "id,who,when,qty\n1,ann,2026-01-02 03:04:05,2\n2,\"b, \"\"ob\"\"\",2026-01-03,3.5\nC3,,soon,x\n";
const JSONL: &str = "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"E\",\"properties\":{\"a\":[1,{\"b\":2}]}}\n{\"type\":\"page\",\"anonymousId\":\"a\"}\n\n";
const MAPPING: &str = r#"
type: track
group_by: id
event: {case: [{when: {column: id, starts_with: C}, then: Returned}], else: Bought}
user_id: {column: who}
timestamp: {column: when, zone: Europe/London}
message_id: "m-{id}-{row}"
skip_when: [{column: who, equals: nobody}]
csv: {delimiter: ",", encoding: utf-8}
properties:
  total: {sum: {multiply: [qty, 2]}, round: 2}
  lines: {count: rows}
  list: {list: {qty: {column: qty, as: number}}}
"#;

fn read_all(path: &Path, mapping: Option<Mapping>) -> Result<(), ImportError> {
    let mut source = ImportSource::open(path, mapping, None)?;
    // A damaged length may claim many rows; what is read is bounded by the file, so this ends.
    while source.next_batch(1_000)?.is_some() {}
    Ok(())
}

fn parquet() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orders.parquet")
}

fn says_something(error: &dyn std::fmt::Display) -> bool {
    error.to_string().len() > 10
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn damaged_bodies(which in 0..7usize, call in 0..4usize, damages in prop::collection::vec(damage(), 1..4)) {
        let (body, media, encoding) = packed(which);
        let call = [Call::Batch, Call::Import, Call::Auto, Call::One(EventKind::Track)][call];
        let bench = Bench::new();
        match bench.collector.accept(&damaged(body, &damages), &facts(call, media, encoding)) {
            Ok(accepted) => prop_assert_eq!(bench.events().len(), accepted.accepted),
            Err(error) => {
                prop_assert!(says_something(&error), "{}", error);
                prop_assert!(matches!(error.class().status(), 400 | 401), "{} is {}", error, error.class().status());
                prop_assert!(bench.events().is_empty());
            }
        }
    }

    #[test]
    fn damaged_mappings(damages in prop::collection::vec(damage(), 1..4)) {
        let text = String::from_utf8_lossy(&damaged(MAPPING.into(), &damages)).into_owned();
        if let Err(error) = Mapping::parse(&text) {
            prop_assert!(says_something(&error), "{}", error);
            prop_assert_eq!(error.class().status(), 400);
        }
    }

    #[test]
    fn damaged_rows(is_csv: bool, damages in prop::collection::vec(damage(), 1..5)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(if is_csv { "rows.csv" } else { "rows.jsonl" });
        std::fs::write(&path, damaged(if is_csv { CSV.into() } else { JSONL.into() }, &damages)).unwrap();
        let mapping = is_csv.then(|| Mapping::parse(MAPPING).unwrap());
        if let Err(error) = read_all(&path, mapping) {
            prop_assert!(says_something(&error), "{}", error);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn damaged_parquet(damages in prop::collection::vec(damage(), 1..4)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows.parquet");
        std::fs::write(&path, damaged(std::fs::read(parquet()).unwrap(), &damages)).unwrap();
        let mapping = Mapping::parse("event: E\nuser_id: {column: Customer}\n").unwrap();
        if let Err(error) = read_all(&path, Some(mapping)) {
            prop_assert!(says_something(&error), "{}", error);
        }
    }
}

/// Bits flipped in one place after the other, among them in pages on which the Parquet library itself gives up.
#[test]
fn every_byte_of_a_parquet_file_may_be_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let (path, whole) = (dir.path().join("rows.parquet"), std::fs::read(parquet()).unwrap());
    let mapping = Mapping::parse("event: E\nuser_id: {column: Customer}\n").unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 14;
        std::fs::write(&path, bytes).unwrap();
        if let Err(error) = read_all(&path, Some(mapping.clone())) {
            assert!(says_something(&error), "{at}: {error}");
        }
    }
}

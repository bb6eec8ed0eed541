//! Reading Parquet files for import.

use std::ops::ControlFlow;

use rapport_domain::Partition;
use rapport_lake::{LakeError, parquet_row_count, read_parquet_rows};

use crate::support::*;

#[test]
fn rows_come_as_json_and_reading_can_be_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let lake = open(dir.path());
    lake.append(Partition(0), 1, (0..10).map(|i| event(profile(0, i), "V", i as i64, &format!("{i}"))).collect());
    lake.flush().unwrap();
    let file = &files(dir.path())[0];
    assert_eq!(parquet_row_count(file).unwrap(), 10);
    let mut seen = Vec::new();
    let next = read_parquet_rows(file, 3, |at, row| {
        seen.push((
            at,
            row["message_id"].clone(),
            row["ts"].clone(),
            row["historical"].clone(),
            row["group_id"].clone(),
        ));
        if at == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(next.unwrap(), 6);
    assert_eq!(seen.len(), 3);
    let expected = (3, "3".into(), "1970-01-01T00:00:00.003Z".into(), false.into(), serde_json::Value::Null);
    assert_eq!(seen[0], expected);
    assert_eq!(read_parquet_rows(file, 10, |_, _| ControlFlow::Continue(())).unwrap(), 10);
    let text = dir.path().join("x.parquet");
    std::fs::write(&text, "no parquet").unwrap();
    assert!(matches!(parquet_row_count(&text), Err(LakeError::Import { .. })));
    assert!(matches!(parquet_row_count(&dir.path().join("none")), Err(LakeError::Io { .. })));
}

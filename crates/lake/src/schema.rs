//! The columns of a lake file, and how an event becomes a row of them.
//!
//! The schema is a stored format: columns are only added, at the end and optional.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::{ColumnPath, Type};

use crate::config::{PAGE_ROWS, ROW_GROUP_ROWS};
use crate::shred::{Kind, Plan};

/// Where the row belonged when the file was written: `origin` after the merges known then.
pub(crate) const PROFILE: usize = 0;
/// The profile it was processed under; files are sorted by it, then by `ts`, then by arrival.
pub(crate) const ORIGIN: usize = 1;
pub(crate) const TS: usize = 2;
pub(crate) const RECEIVED_AT: usize = 3;
/// Place of the event's name in the file's list of names (kept in the manifest).
pub(crate) const EVENT_CODE: usize = 4;
pub(crate) const EVENT: usize = 5;
pub(crate) const KIND: usize = 6;
pub(crate) const MESSAGE_ID: usize = 7;
pub(crate) const SOURCE: usize = 8;
pub(crate) const HISTORICAL: usize = 9;
pub(crate) const USER_ID: usize = 10;
pub(crate) const ANONYMOUS_ID: usize = 11;
pub(crate) const GROUP_ID: usize = 12;
pub(crate) const PREVIOUS_ID: usize = 13;
/// The part of the properties that is not in columns of their own, as JSON.
pub(crate) const PROPERTIES: usize = 14;
pub(crate) const CONTEXT: usize = 15;
/// The first of the columns copied out of `context`, in the order of [`CONTEXT_PATHS`].
pub(crate) const FIRST_CONTEXT: usize = 16;
/// Columns before those of properties.
pub(crate) const COLUMN_COUNT: usize = FIRST_CONTEXT + CONTEXT_PATHS.len();

/// The version of this schema, in the metadata of each file under [`NOTES_KEY`]. 1 had no property columns, and only the
/// first twelve context columns.
pub(crate) const SCHEMA: u32 = 2;
/// Where a file's [`crate::shred::Notes`] are in its metadata.
pub(crate) const NOTES_KEY: &str = "rapport.lake";

/// Columns copied out of `context` where the member is text: column name and dotted path.
pub(crate) const CONTEXT_PATHS: [(&str, &str); 23] = [
    ("channel", "channel"),
    ("page_path", "page.path"),
    ("page_url", "page.url"),
    ("referrer", "page.referrer"),
    ("utm_source", "campaign.source"),
    ("utm_medium", "campaign.medium"),
    ("utm_campaign", "campaign.name"),
    ("country", "location.country"),
    ("device_type", "device.type"),
    ("os", "os.name"),
    ("user_agent", "userAgent"),
    ("locale", "locale"),
    ("page_title", "page.title"),
    ("utm_term", "campaign.term"),
    ("utm_content", "campaign.content"),
    ("city", "location.city"),
    ("region", "location.region"),
    ("device_model", "device.model"),
    ("os_version", "os.version"),
    ("app", "app.name"),
    ("app_version", "app.version"),
    ("library", "library.name"),
    ("timezone", "timezone"),
];

const FIXED: &str = "
  required int64 profile (INTEGER(64,false));
  required int64 origin (INTEGER(64,false));
  required int64 ts (TIMESTAMP(MILLIS,true));
  required int64 received_at (TIMESTAMP(MILLIS,true));
  required int32 event_code;
  required binary event (STRING);
  required binary kind (STRING);
  required binary message_id (STRING);
  required int32 source;
  required boolean historical;
  optional binary user_id (STRING);
  optional binary anonymous_id (STRING);
  optional binary group_id (STRING);
  optional binary previous_id (STRING);
  required binary properties (STRING);
  required binary context (STRING);
";

/// The schema of a file with those property columns.
pub(crate) fn schema(plan: &Plan) -> Result<Arc<Type>, ParquetError> {
    let mut text = format!("message event {{{FIXED}");
    for (name, _) in CONTEXT_PATHS {
        text.push_str(&format!("  optional binary {name} (STRING);\n"));
    }
    text.push('}');
    let fixed = parquet::schema::parser::parse_message_type(&text)?;
    let mut fields = fixed.get_fields().to_vec();
    for (kind, key) in &plan.columns {
        let (physical, logical) = match kind {
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Bool => (Physical::BOOLEAN, None),
        };
        let column = Type::primitive_type_builder(&kind.column(key), physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        fields.push(Arc::new(column));
    }
    Type::group_type_builder("event").with_fields(fields).build().map(Arc::new)
}

/// How files are written: zstd, dictionaries where values repeat, deltas where they climb, small pages for point reads.
pub(crate) fn properties() -> Result<WriterProperties, ParquetError> {
    let sorting = [ORIGIN, TS].map(|c| SortingColumn { column_idx: c as i32, descending: false, nulls_first: false });
    let mut builder = WriterProperties::builder()
        .set_created_by("rapport".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns(Some(sorting.to_vec()));
    for (name, encoding) in [
        ("ts", Encoding::DELTA_BINARY_PACKED),
        ("received_at", Encoding::DELTA_BINARY_PACKED),
        ("message_id", Encoding::PLAIN),
        ("properties", Encoding::PLAIN),
        ("context", Encoding::PLAIN),
    ] {
        let path = ColumnPath::from(name);
        builder = builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, encoding);
    }
    for name in ["properties", "context", "message_id"] {
        builder = builder.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::None);
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shred::Tally;

    #[test]
    fn the_schema_has_the_columns_in_their_places() {
        let mut tally = Tally::default();
        tally.add(Kind::Text, "First \"Name\".x", 1);
        tally.add(Kind::Number, "total", 1);
        let schema = schema(&tally.plan()).unwrap();
        let names: Vec<&str> = schema.get_fields().iter().map(|f| f.name()).collect();
        assert_eq!(names.len(), COLUMN_COUNT + 2);
        for (at, name) in [
            (PROFILE, "profile"),
            (TS, "ts"),
            (EVENT, "event"),
            (CONTEXT, "context"),
            (24, "device_type"),
            (COLUMN_COUNT, "t_First \"Name\".x"),
            (COLUMN_COUNT + 1, "n_total"),
        ] {
            assert_eq!(names[at], name);
        }
    }
}

//! What a file's columns are: read from its Parquet metadata.

use std::collections::HashMap;

use parquet::file::metadata::ParquetMetaData;

use crate::schema::{COLUMN_COUNT, CONTEXT_PATHS, FIRST_CONTEXT, NOTES_KEY};
use crate::shred::{Kind, Notes};

/// The columns of a file and where its row groups begin.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The property columns: type, key, and place among the file's columns.
    pub(crate) columns: Vec<(Kind, String, usize)>,
    by_key: HashMap<String, Vec<(Kind, usize)>>,
    pub(crate) notes: Notes,
    /// The first row of each row group, and the row count.
    pub(crate) groups: Vec<u32>,
}

/// Where the values of one path are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// Columns that hold them; a row has a value in one at most.
    pub(crate) columns: Vec<(Kind, usize)>,
    /// A row without a value in a column may have one in the JSON.
    pub(crate) rest: bool,
}

impl Layout {
    pub(crate) fn of(meta: &ParquetMetaData) -> Layout {
        let file = meta.file_metadata();
        let note = file.key_value_metadata().into_iter().flatten().find(|kv| kv.key == NOTES_KEY);
        let notes = note.and_then(|kv| serde_json::from_str(kv.value.as_deref()?).ok());
        // A file without notes is of the first schema: everything is in the JSON.
        let notes = notes.unwrap_or(Notes { schema: 1, capped: true, ..Notes::default() });
        let mut columns = Vec::new();
        let mut by_key: HashMap<String, Vec<(Kind, usize)>> = HashMap::new();
        for (at, column) in file.schema_descr().columns().iter().enumerate().skip(COLUMN_COUNT) {
            if let Some((kind, key)) = Kind::parse(column.name()).filter(|_| notes.schema > 1) {
                by_key.entry(key.to_owned()).or_default().push((kind, at));
                columns.push((kind, key.to_owned(), at));
            }
        }
        let mut groups = vec![0u32];
        for group in meta.row_groups() {
            groups.push(groups[groups.len() - 1] + u32::try_from(group.num_rows()).unwrap_or(0));
        }
        Layout { columns, by_key, notes, groups }
    }

    /// Where a property is.
    pub(crate) fn property(&self, path: &str) -> Source {
        let head = path.split_once('.').map_or(path, |(head, _)| head);
        let rest = self.notes.rest.as_ref().is_none_or(|keys| keys.contains(path) || keys.contains(head));
        Source { columns: self.by_key.get(path).cloned().unwrap_or_default(), rest }
    }

    /// Where a context field is.
    pub(crate) fn context(&self, path: &str) -> Source {
        let column = CONTEXT_PATHS.iter().position(|(_, p)| *p == path).filter(|_| self.notes.schema > 1);
        match column {
            Some(at) => Source {
                columns: vec![(Kind::Text, FIRST_CONTEXT + at)],
                rest: self.notes.misfits.contains(CONTEXT_PATHS[at].0),
            },
            None => Source { columns: Vec::new(), rest: true },
        }
    }

    /// The row group a row lies in.
    pub(crate) fn group_of(&self, row: u32) -> usize {
        self.groups.partition_point(|first| *first <= row).saturating_sub(1)
    }
}

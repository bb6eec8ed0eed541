//! One file of the lake, opened when it is first needed and checked then.

use std::fs::{self, File};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use parquet::basic::Type as Physical;
use parquet::data_type::{BoolType, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use crate::checksum;
use crate::columns::Columns;
use crate::decoded::Decoded;
use crate::error::LakeError;
use crate::layout::Layout;
use crate::manifest::FileMeta;
use crate::names::Names;
use crate::schema::{EVENT_CODE, ORIGIN, TS};
use crate::shred::Kind;
use crate::values::{Values, read_column, read_typed};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// A file named in a manifest. When it is no longer named there it is deleted with its last reader.
#[derive(Debug)]
pub(crate) struct FileEntry {
    /// Unique in the process; the key of caches.
    pub(crate) id: u64,
    pub(crate) path: PathBuf,
    pub(crate) meta: FileMeta,
    /// The workspace's code of each of the file's names.
    pub(crate) codes: Vec<u32>,
    obsolete: AtomicBool,
    opening: Mutex<()>,
    /// Set once it was read and checked: its Parquet metadata, or what is wrong.
    checked: OnceLock<Result<Arc<Opened>, String>>,
    /// Held while key columns are decoded, so that this happens once.
    pub(crate) decoding: Mutex<()>,
}

/// A checked file's metadata.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) meta: ParquetMetaData,
    pub(crate) layout: Layout,
}

impl FileEntry {
    pub(crate) fn new(path: PathBuf, meta: FileMeta, names: &Names) -> Self {
        let codes = meta.names.iter().map(|(name, _)| names.code(name)).collect();
        FileEntry {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            path,
            meta,
            codes,
            obsolete: AtomicBool::new(false),
            opening: Mutex::new(()),
            checked: OnceLock::new(),
            decoding: Mutex::new(()),
        }
    }

    /// What is wrong with the file, if that is known.
    pub(crate) fn damage(&self) -> Option<&str> {
        self.checked.get().and_then(|r| r.as_ref().err()).map(String::as_str)
    }

    /// Looks at the file without reading it: it must be there and as long as it was.
    pub(crate) fn glance(&self) {
        match fs::metadata(&self.path) {
            Ok(found) if found.len() == self.meta.bytes => {}
            Ok(found) => drop(self.checked.set(Err(format!("{} bytes long, not {}", found.len(), self.meta.bytes)))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => drop(self.checked.set(Err("missing".to_owned()))),
            // Any other error may pass; the file is tried again when it is read.
            Err(_) => {}
        }
    }

    /// Marks the file for deletion with its last reader.
    pub(crate) fn retire(&self) {
        self.obsolete.store(true, Ordering::Release);
    }

    /// The Parquet metadata; the first call reads the whole file and compares its checksum.
    pub(crate) fn open(&self) -> Result<Arc<Opened>, LakeError> {
        let _one_at_a_time = self.opening.lock();
        if let Some(known) = self.checked.get() {
            return known.clone().map_err(|reason| LakeError::corrupt(&self.path, reason));
        }
        let outcome = match self.verify() {
            Ok(meta) => Ok(Arc::new(Opened { layout: Layout::of(&meta), meta })),
            Err(LakeError::Corrupt { reason, .. }) => Err(reason),
            Err(e) => return Err(e),
        };
        if let Err(reason) = &outcome {
            tracing::error!(lake.file = %self.path.display(), reason, "damaged file, left out of queries");
        }
        self.checked.get_or_init(|| outcome).clone().map_err(|reason| LakeError::corrupt(&self.path, reason))
    }

    /// Reads the whole file and compares it with what was written.
    pub(crate) fn verify(&self) -> Result<ParquetMetaData, LakeError> {
        let (bytes, sum) = match checksum::of_file(&self.path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(LakeError::corrupt(&self.path, "missing"));
            }
            other => other.map_err(LakeError::io(&self.path))?,
        };
        if bytes != self.meta.bytes {
            return Err(LakeError::corrupt(&self.path, format!("{bytes} bytes long, not {}", self.meta.bytes)));
        }
        if sum != self.meta.checksum {
            return Err(LakeError::corrupt(&self.path, "the checksum does not match"));
        }
        let file = File::open(&self.path).map_err(LakeError::io(&self.path))?;
        let meta = ParquetMetaDataReader::new()
            .with_column_index_policy(PageIndexPolicy::Skip)
            .with_offset_index_policy(PageIndexPolicy::Optional)
            .parse_and_finish(&file)
            .map_err(|e| LakeError::corrupt(&self.path, e))?;
        let rows = meta.file_metadata().num_rows();
        if u64::try_from(rows) != Ok(self.meta.rows) {
            return Err(LakeError::corrupt(&self.path, format!("{rows} rows, not {}", self.meta.rows)));
        }
        Ok(meta)
    }

    /// Some rows of some columns.
    pub(crate) fn read(&self, columns: &[usize], rows: Range<u64>) -> Result<Vec<Values>, LakeError> {
        let meta = &self.open()?.meta;
        let file = Arc::new(File::open(&self.path).map_err(LakeError::io(&self.path))?);
        let read = |c: &usize| read_column(&file, meta, *c, rows.clone());
        columns.iter().map(read).collect::<Result<_, ParquetError>>().map_err(|e| LakeError::corrupt(&self.path, e))
    }

    /// One typed column of one row group.
    pub(crate) fn decode(&self, kind: Kind, column: usize, group: usize) -> Result<Decoded, LakeError> {
        let opened = self.open()?;
        let (meta, groups) = (&opened.meta, &opened.layout.groups);
        let file = Arc::new(File::open(&self.path).map_err(LakeError::io(&self.path))?);
        let rows = u64::from(groups[group])..u64::from(groups[group + 1]);
        let physical = meta.file_metadata().schema_descr().column(column).physical_type();
        let decoded = match (kind, physical) {
            (Kind::Number, Physical::DOUBLE) => read_typed::<DoubleType, _>(&file, meta, column, rows)
                .map(|(values, levels)| Some(Decoded::numbers(values, &levels))),
            (Kind::Number, Physical::INT32) => read_typed::<Int32Type, _>(&file, meta, column, rows)
                .map(|(values, levels)| Some(Decoded::numbers(values.into_iter().map(f64::from).collect(), &levels))),
            (Kind::Bool, Physical::BOOLEAN) => read_typed::<BoolType, _>(&file, meta, column, rows)
                .map(|(values, levels)| Some(Decoded::bools(values, &levels))),
            (Kind::Text, Physical::BYTE_ARRAY) => read_typed::<ByteArrayType, _>(&file, meta, column, rows)
                .map(|(values, levels)| Decoded::texts(&values, &levels)),
            (_, other) => return Err(LakeError::corrupt(&self.path, format!("a {kind:?} column of type {other}"))),
        };
        let decoded = decoded.map_err(|e| LakeError::corrupt(&self.path, e))?;
        decoded.ok_or_else(|| LakeError::corrupt(&self.path, "a text that is not UTF-8"))
    }

    /// The key columns of the whole file.
    pub(crate) fn columns(&self) -> Result<Columns, LakeError> {
        let opened = self.open()?;
        let file = Arc::new(File::open(&self.path).map_err(LakeError::io(&self.path))?);
        let mut columns = Columns::with_capacity(self.meta.rows as usize, self.codes.len());
        for group in opened.layout.groups.windows(2) {
            self.push_keys(&file, &opened.meta, u64::from(group[0])..u64::from(group[1]), &mut columns)?;
        }
        Ok(columns.finish())
    }

    /// Some rows of a key column.
    fn keys<T: DataType>(
        &self,
        file: &Arc<File>,
        meta: &ParquetMetaData,
        column: usize,
        rows: Range<u64>,
    ) -> Result<Vec<T::T>, LakeError> {
        if meta.file_metadata().schema_descr().column(column).physical_type() != T::get_physical_type() {
            return Err(LakeError::corrupt(&self.path, "a key column of another type"));
        }
        let read = read_typed::<T, _>(file, meta, column, rows).map_err(|e| LakeError::corrupt(&self.path, e))?;
        Ok(read.0)
    }

    /// Adds the keys of some rows, best those of a row group.
    fn push_keys(
        &self,
        file: &Arc<File>,
        meta: &ParquetMetaData,
        rows: Range<u64>,
        columns: &mut Columns,
    ) -> Result<(), LakeError> {
        let origins = self.keys::<Int64Type>(file, meta, ORIGIN, rows.clone())?;
        let times = self.keys::<Int64Type>(file, meta, TS, rows.clone())?;
        let codes = self.keys::<Int32Type>(file, meta, EVENT_CODE, rows)?;
        let known = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        // A negative code is far above every known one.
        if codes.iter().any(|code| *code as u32 >= known) {
            return Err(LakeError::corrupt(&self.path, "unknown event code"));
        }
        for ((origin, ts), code) in origins.into_iter().zip(times).zip(codes) {
            columns.push(origin as u64, ts, code as u32);
        }
        Ok(())
    }
}

impl Drop for FileEntry {
    fn drop(&mut self) {
        if self.obsolete.load(Ordering::Acquire)
            && let Err(e) = fs::remove_file(&self.path)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(lake.file = %self.path.display(), error = %e, "an obsolete file stays until the next start");
        }
    }
}

//! Writing one file, row group by row group and column by column.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::data_type::{BoolType, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};

use crate::checksum::{HashingFile, sync_dir};
use crate::error::LakeError;
use crate::manifest::FileMeta;
use crate::schema;
use crate::shred::{Notes, Plan};
use crate::values::Values;

/// The names of a file under construction: the workspace's codes in the order the file numbers them.
#[derive(Debug, Default)]
pub(crate) struct FileCodes {
    local: HashMap<u32, u32>,
    names: Vec<(String, u64)>,
}

impl FileCodes {
    /// The file's number of a name, counting one more row of it.
    pub(crate) fn count(&mut self, code: u32, names: &[Arc<str>]) -> i32 {
        let list = &mut self.names;
        let local = *self.local.entry(code).or_insert_with(|| {
            list.push((names.get(code as usize).map_or_else(String::new, |n| n.to_string()), 0));
            (list.len() - 1) as u32
        });
        list[local as usize].1 += 1;
        local as i32
    }
}

/// A file under construction. Dropped without `finish`, it deletes what it wrote.
pub(crate) struct FileWriter {
    path: PathBuf,
    writer: Option<SerializedFileWriter<HashingFile>>,
    /// Columns of a row.
    columns: usize,
    rows: u64,
    profiles: (u64, u64),
    times: (i64, i64),
}

impl FileWriter {
    /// Begins a file with the plan's property columns.
    pub(crate) fn create(path: &Path, plan: &Plan) -> Result<Self, LakeError> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(LakeError::io(parent))?;
        }
        let open = || -> Result<_, ParquetError> {
            let file = HashingFile::create(path)?;
            SerializedFileWriter::new(file, schema::schema(plan)?, Arc::new(schema::properties()?))
        };
        let writer = open().map_err(|e| write_error(path, e))?;
        let (profiles, times) = ((u64::MAX, 0), (i64::MAX, i64::MIN));
        let columns = schema::COLUMN_COUNT + plan.columns.len();
        Ok(FileWriter { path: path.to_owned(), writer: Some(writer), columns, rows: 0, profiles, times })
    }

    /// Writes one row group, asking for its columns one after the other.
    pub(crate) fn group(
        &mut self,
        rows: usize,
        mut column: impl FnMut(usize) -> Result<Values, LakeError>,
    ) -> Result<(), LakeError> {
        let Some(writer) = self.writer.as_mut() else { return Ok(()) };
        let path = &self.path;
        let mut group = writer.next_row_group().map_err(|e| write_error(path, e))?;
        for index in 0..self.columns {
            let values = column(index)?;
            match (index, &values) {
                (schema::ORIGIN, Values::I64(v)) => {
                    let ids = || v.iter().map(|id| *id as u64);
                    self.profiles.0 = self.profiles.0.min(ids().min().unwrap_or(u64::MAX));
                    self.profiles.1 = self.profiles.1.max(ids().max().unwrap_or(0));
                }
                (schema::TS, Values::I64(v)) => {
                    self.times.0 = self.times.0.min(v.iter().copied().min().unwrap_or(i64::MAX));
                    self.times.1 = self.times.1.max(v.iter().copied().max().unwrap_or(i64::MIN));
                }
                _ => {}
            }
            let next = group.next_column().map_err(|e| write_error(path, e))?;
            let mut out = next.ok_or_else(|| write_error(path, ParquetError::General("too few columns".to_owned())))?;
            write_values(&mut out, values).map_err(|e| write_error(path, e))?;
            out.close().map_err(|e| write_error(path, e))?;
        }
        group.close().map_err(|e| write_error(path, e))?;
        self.rows += rows as u64;
        Ok(())
    }

    /// Ends the file and makes it durable. Its name counts once a manifest holds it.
    pub(crate) fn finish(
        mut self,
        workspace: u32,
        seqs: (u64, u64),
        codes: FileCodes,
        notes: &Notes,
    ) -> Result<FileMeta, LakeError> {
        let Some(mut writer) = self.writer.take() else {
            return Err(LakeError::corrupt(&self.path, "already finished"));
        };
        let mut end = || -> Result<(u64, u64), ParquetError> {
            let notes = serde_json::to_string(notes).map_err(|e| ParquetError::General(e.to_string()))?;
            writer.append_key_value_metadata(KeyValue::new(schema::NOTES_KEY.to_owned(), notes));
            writer.finish()?;
            let file = writer.inner();
            file.sync()?;
            self.path.parent().map_or(Ok(()), sync_dir)?;
            Ok((file.hash.bytes, file.hash.finish()))
        };
        let (bytes, checksum) = match end() {
            Ok(done) => done,
            Err(e) => {
                let _ = fs::remove_file(&self.path);
                return Err(write_error(&self.path, e));
            }
        };
        let name = self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(FileMeta {
            workspace,
            name,
            first_seq: seqs.0,
            last_seq: seqs.1,
            rows: self.rows,
            bytes,
            checksum,
            min_profile: self.profiles.0,
            max_profile: self.profiles.1,
            min_ts: self.times.0,
            max_ts: self.times.1,
            names: codes.names,
        })
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        if self.writer.is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn write_values(out: &mut SerializedColumnWriter<'_>, values: Values) -> Result<(), ParquetError> {
    match values {
        Values::I64(v) => out.typed::<Int64Type>().write_batch(&v, None, None)?,
        Values::I32(v) => out.typed::<Int32Type>().write_batch(&v, None, None)?,
        Values::Bool(v) => out.typed::<BoolType>().write_batch(&v, None, None)?,
        Values::Text(v) => out.typed::<ByteArrayType>().write_batch(&v, None, None)?,
        Values::Optional(v) => return write_optional::<ByteArrayType>(out, v),
        Values::Spaced(v, levels) => out.typed::<ByteArrayType>().write_batch(&v, Some(&levels), None)?,
        Values::Numbers(v) => return write_optional::<DoubleType>(out, v),
        Values::Bools(v) => return write_optional::<BoolType>(out, v),
    };
    Ok(())
}

fn write_optional<T: DataType>(
    out: &mut SerializedColumnWriter<'_>,
    values: Vec<Option<T::T>>,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = values.iter().map(|x| i16::from(x.is_some())).collect();
    let present: Vec<T::T> = values.into_iter().flatten().collect();
    out.typed::<T>().write_batch(&present, Some(&levels), None).map(drop)
}

/// Whatever goes wrong while writing is the disk's fault as far as the caller is concerned: it may pass.
fn write_error(path: &Path, error: ParquetError) -> LakeError {
    LakeError::Io { path: path.to_owned(), source: std::io::Error::other(error.to_string()) }
}

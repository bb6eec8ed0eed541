//! Making one file out of several: for compaction (fewer, larger files) and erasure (rows left out).
//!
//! Done in steps of bounded size, so that whoever does it in the background can stop or stand back between two of them:
//! each input's key columns are read, then the output is written a row group a step. Within a step it works a column at a
//! time: the order of the rows is decided from the key columns alone, then each column is read from the inputs' page ranges
//! and put into that order. Memory is the inputs' key columns and one column of one row group; where an input's property
//! columns are not the output's, all property columns of a row group.

mod group;
mod order;

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::file::metadata::ColumnChunkMetaData;

use crate::columns::Columns;
use crate::config::{ROW_GROUP_BYTES, ROW_GROUP_ROWS};
use crate::error::LakeError;
use crate::file::{FileEntry, Opened};
use crate::layout::Layout;
use crate::manifest::FileMeta;
use crate::merges::Resolved;
use crate::names::Names;
use crate::schema::{EVENT_CODE, ORIGIN, PROFILE, PROPERTIES, SCHEMA};
use crate::shred::{Kind, Notes, Plan, Tally};
use crate::values::Values;
use crate::writer::{FileCodes, FileWriter};

use group::Group;
use order::{Order, Piece};

/// One input and how its rows become rows of the output.
pub(crate) struct Input {
    file: Arc<FileEntry>,
    opened: Arc<Opened>,
    keys: Columns,
    /// Its columns are the output's: they are copied. Otherwise its rows are put together and divided anew.
    alike: bool,
}

/// What a rewriting needs besides its inputs.
pub(crate) struct Rules {
    /// Profiles whose rows are left out.
    pub(crate) erased: HashSet<u64>,
    pub(crate) names: Arc<Names>,
    pub(crate) merges: Arc<Resolved>,
    /// The most rows of one step, and of a row group.
    pub(crate) step_rows: usize,
}

/// How far it is after a step.
pub(crate) enum Progress {
    /// There is more to do; so many rows were written in this step.
    More(usize),
    /// Done; `None` when no row was left.
    Done(Option<FileMeta>),
}

/// A rewriting under way. Dropped before it is done, it leaves nothing behind.
pub(crate) struct Rewriting {
    path: PathBuf,
    rules: Rules,
    /// Inputs whose keys are not read yet.
    unread: VecDeque<Arc<FileEntry>>,
    inputs: Vec<Input>,
    tally: Tally,
    /// Rows whose properties must be looked through to choose the output's columns: input and first row.
    uncounted: Vec<(usize, u64)>,
    order: Order,
    output: Option<Output>,
}

/// The file that is being written.
struct Output {
    columns: Plan,
    codes: FileCodes,
    notes: Notes,
    writer: FileWriter,
    group_rows: usize,
}

impl Rewriting {
    /// Of `inputs`, oldest first, to `path`.
    pub(crate) fn new(path: PathBuf, inputs: &[Arc<FileEntry>], rules: Rules) -> Self {
        Rewriting {
            path,
            rules,
            unread: inputs.iter().cloned().collect(),
            inputs: Vec::new(),
            tally: Tally::default(),
            uncounted: Vec::new(),
            order: Order::new(inputs.len()),
            output: None,
        }
    }

    /// Does all of it.
    ///
    /// # Errors
    /// As [`Rewriting::step`].
    pub(crate) fn run(mut self) -> Result<Option<FileMeta>, LakeError> {
        loop {
            if let Progress::Done(meta) = self.step()? {
                return Ok(meta);
            }
        }
    }

    /// Does the next piece of work: reads the keys of one input, or writes one row group.
    ///
    /// # Errors
    /// `Io` or `Corrupt`; then it cannot go on.
    pub(crate) fn step(&mut self) -> Result<Progress, LakeError> {
        if let Some(file) = self.unread.pop_front() {
            return self.read(file).map(|()| Progress::More(0));
        }
        if let Some((input, from)) = self.uncounted.pop() {
            return self.count(input, from).map(|()| Progress::More(0));
        }
        // In front of the first row group, since a file without rows is not made.
        let group_rows = self.output.as_ref().map_or_else(|| self.group_rows(), |o| o.group_rows);
        let longest = u32::try_from(group_rows).unwrap_or(u32::MAX);
        let pieces = self.order.take(&self.inputs, &self.rules.erased, group_rows, longest);
        if pieces.is_empty() {
            return self.finish().map(Progress::Done);
        }
        let mut output = match self.output.take() {
            Some(output) => output,
            None => self.begin(group_rows)?,
        };
        let rows = output.write(&self.inputs, &pieces, &self.rules)?;
        self.output = Some(output);
        Ok(Progress::More(rows))
    }

    fn read(&mut self, file: Arc<FileEntry>) -> Result<(), LakeError> {
        let opened = file.open()?;
        let keys = file.columns()?;
        let index = self.inputs.len();
        for (kind, key, column) in &opened.layout.columns {
            let chunks = opened.meta.row_groups().iter().map(|g| g.column(*column));
            let present = |c: &ColumnChunkMetaData| {
                let absent = c.statistics().and_then(|s| s.null_count_opt()).unwrap_or(0);
                u64::try_from(c.num_values()).unwrap_or(0).saturating_sub(absent)
            };
            self.tally.add(*kind, key, chunks.map(present).sum::<u64>().max(1));
        }
        if opened.layout.notes.capped {
            self.uncounted.extend((0..file.meta.rows).step_by(ROW_GROUP_ROWS).map(|from| (index, from)));
        }
        self.inputs.push(Input { file, opened, keys, alike: false });
        Ok(())
    }

    /// Counts the keys of some rows that are only in their JSON.
    fn count(&mut self, input: usize, from: u64) -> Result<(), LakeError> {
        let file = &self.inputs[input].file;
        let to = (from + ROW_GROUP_ROWS as u64).min(file.meta.rows);
        let texts = file.read(&[PROPERTIES], from..to)?;
        for at in 0..(to - from) as usize {
            self.tally.row(texts[0].text(at).unwrap_or("{}"));
        }
        Ok(())
    }

    /// Chooses the output's property columns, those of the inputs and of what capped inputs have in their JSON, and begins
    /// the file.
    fn begin(&mut self, group_rows: usize) -> Result<Output, LakeError> {
        let columns = std::mem::take(&mut self.tally).plan();
        for input in &mut self.inputs {
            let Layout { columns: own, notes, .. } = &input.opened.layout;
            let known = |(kind, key, _): &(Kind, String, usize)| columns.place(*kind, key).is_some();
            input.alike = notes.schema == SCHEMA && !notes.capped && own.iter().all(known);
        }
        let writer = FileWriter::create(&self.path, &columns)?;
        let notes = Notes::new(columns.capped);
        Ok(Output { columns, codes: FileCodes::default(), notes, writer, group_rows })
    }

    fn finish(&mut self) -> Result<Option<FileMeta>, LakeError> {
        let Some(Output { writer, codes, notes, .. }) = self.output.take() else { return Ok(None) };
        let metas = || self.inputs.iter().map(|i| &i.file.meta);
        let first = metas().map(|m| m.first_seq).min().unwrap_or(0);
        let last = metas().map(|m| m.last_seq).max().unwrap_or(0);
        let workspace = metas().next().map_or(0, |m| m.workspace);
        writer.finish(workspace, (first, last), codes, &notes).map(Some)
    }

    /// Rows of a row group: fewer than allowed when rows are large.
    fn group_rows(&self) -> usize {
        let rows: u64 = self.inputs.iter().map(|i| i.file.meta.rows).sum();
        let groups = self.inputs.iter().flat_map(|i| i.opened.meta.row_groups());
        let raw: u64 = groups.map(|g| u64::try_from(g.total_byte_size()).unwrap_or(0)).sum();
        let by_bytes = (ROW_GROUP_BYTES as u64).saturating_mul(rows) / raw.max(1);
        let most = self.rules.step_rows.clamp(1, ROW_GROUP_ROWS);
        usize::try_from(by_bytes).unwrap_or(most).clamp(1024.min(most), most)
    }
}

impl Output {
    /// Writes the rows of `pieces` as one row group; returns how many they are.
    fn write(&mut self, inputs: &[Input], pieces: &[Piece], rules: &Rules) -> Result<usize, LakeError> {
        let all_names = rules.names.all();
        let mut group = Group::new(inputs, pieces, &self.columns, &mut self.notes)?;
        let local: Vec<i32> = group.codes().map(|code| self.codes.count(code, &all_names)).collect();
        let rows = local.len();
        self.writer.group(rows, |column| match column {
            EVENT_CODE => Ok(Values::I32(local.clone())),
            PROFILE => match group.gather(ORIGIN)? {
                Values::I64(ids) => {
                    Ok(Values::I64(ids.into_iter().map(|p| rules.merges.target(p as u64) as i64).collect()))
                }
                other => Ok(other),
            },
            other => group.gather(other),
        })?;
        Ok(rows)
    }
}

/// The file a rewriting under way writes.
impl std::fmt::Debug for Rewriting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rewriting to {}", Path::display(&self.path))
    }
}

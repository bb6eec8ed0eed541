//! Making one file out of several: for compaction (fewer, larger files) and erasure (rows left out).
//!
//! Works a column at a time: first the order of the output rows is decided from the key columns alone, then each column of
//! each row group is read from the inputs' page ranges and put into that order. Memory is the inputs' key columns and one
//! column of one row group; where an input's property columns are not the output's, all property columns of a row group.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
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
use crate::schema::{COLUMN_COUNT, CONTEXT, EVENT_CODE, FIRST_CONTEXT, ORIGIN, PROFILE, PROPERTIES, SCHEMA};
use crate::shred::{Kind, Notes, Plan, Shredded, Shredder, Tally, joined};
use crate::values::Values;
use crate::writer::{FileCodes, FileWriter};

/// Consecutive rows of one input that stay together.
#[derive(Clone, Copy, Debug)]
struct Piece {
    input: usize,
    start: u32,
    len: u32,
}

/// The longest piece: a row group is closed between pieces, so it may be overshot by this much.
const MAX_PIECE: u32 = (ROW_GROUP_ROWS / 4) as u32;

/// One input and how its rows become rows of the output.
struct Input {
    file: Arc<FileEntry>,
    opened: Arc<Opened>,
    keys: Columns,
    /// Its columns are the output's: they are copied. Otherwise its rows are put together and divided anew.
    alike: bool,
}

/// Writes the rows of `inputs` (oldest first) without those of `erased` to `path`. `None` when no row is left.
pub(crate) fn rewrite(
    path: &Path,
    inputs: &[Arc<FileEntry>],
    erased: &HashSet<u64>,
    names: &Names,
    merges: &Resolved,
) -> Result<Option<FileMeta>, LakeError> {
    let open = |file: &Arc<FileEntry>| {
        Ok(Input { file: Arc::clone(file), opened: file.open()?, keys: file.columns()?, alike: false })
    };
    let mut inputs = inputs.iter().map(open).collect::<Result<Vec<_>, LakeError>>()?;
    let pieces = plan(&inputs, erased);
    if pieces.is_empty() {
        return Ok(None);
    }
    let columns = columns_of(&mut inputs)?;
    let all_names = names.all();
    let mut codes = FileCodes::default();
    let mut notes = Notes::new(columns.capped);
    let mut writer = FileWriter::create(path, &columns)?;
    let limit = rows_per_group(&inputs);
    let mut rest = &pieces[..];
    while !rest.is_empty() {
        let mut before = 0;
        let room_left = |p: &&Piece| {
            let room = before < limit;
            before += p.len as usize;
            room
        };
        let (pieces, later) = rest.split_at(rest.iter().take_while(room_left).count());
        rest = later;
        let mut group = Group::new(&inputs, pieces, &columns, &mut notes)?;
        let local: Vec<i32> = group.codes().map(|code| codes.count(code, &all_names)).collect();
        writer.group(local.len(), |column| match column {
            EVENT_CODE => Ok(Values::I32(local.clone())),
            PROFILE => match group.gather(ORIGIN)? {
                Values::I64(ids) => Ok(Values::I64(ids.into_iter().map(|p| merges.target(p as u64) as i64).collect())),
                other => Ok(other),
            },
            other => group.gather(other),
        })?;
    }
    let first = inputs.iter().map(|i| i.file.meta.first_seq).min().unwrap_or(0);
    let last = inputs.iter().map(|i| i.file.meta.last_seq).max().unwrap_or(0);
    let workspace = inputs.first().map_or(0, |i| i.file.meta.workspace);
    writer.finish(workspace, (first, last), codes, &notes).map(Some)
}

/// The output's property columns: those of the inputs, and of what inputs of an older schema have in their JSON. Says of
/// each input whether it is alike.
fn columns_of(inputs: &mut [Input]) -> Result<Plan, LakeError> {
    let mut tally = Tally::default();
    for input in inputs.iter() {
        let layout = &input.opened.layout;
        for (kind, key, index) in &layout.columns {
            let chunks = input.opened.meta.row_groups().iter().map(|g| g.column(*index));
            let present = |c: &ColumnChunkMetaData| {
                let absent = c.statistics().and_then(|s| s.null_count_opt()).unwrap_or(0);
                u64::try_from(c.num_values()).unwrap_or(0).saturating_sub(absent)
            };
            tally.add(*kind, key, chunks.map(present).sum::<u64>().max(1));
        }
        if layout.notes.capped {
            for from in (0..input.file.meta.rows).step_by(ROW_GROUP_ROWS) {
                let to = (from + ROW_GROUP_ROWS as u64).min(input.file.meta.rows);
                let texts = input.file.read(&[PROPERTIES], from..to)?;
                for at in 0..(to - from) as usize {
                    tally.row(&serde_json::from_str(texts[0].text(at).unwrap_or("{}")).unwrap_or_default());
                }
            }
        }
    }
    let plan = tally.plan();
    for input in inputs {
        let Layout { columns, notes, .. } = &input.opened.layout;
        let known = |(kind, key, _): &(Kind, String, usize)| plan.place(*kind, key).is_some();
        input.alike = notes.schema == SCHEMA && !notes.capped && columns.iter().all(known);
    }
    Ok(plan)
}

/// The order of the output: by origin, time and, at one time, age of the input.
fn plan(inputs: &[Input], erased: &HashSet<u64>) -> Vec<Piece> {
    let columns: Vec<&Columns> = inputs.iter().map(|i| &i.keys).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |input: usize, mut row: u32, mut len: u32| {
        while len > 0 {
            let room = match pieces.last_mut() {
                Some(last) if last.input == input && last.start + last.len == row && last.len < MAX_PIECE => {
                    let room = len.min(MAX_PIECE - last.len);
                    last.len += room;
                    room
                }
                _ => {
                    let room = len.min(MAX_PIECE);
                    pieces.push(Piece { input, start: row, len: room });
                    room
                }
            };
            (row, len) = (row + room, len - room);
        }
    };
    let mut heads = vec![0usize; columns.len()];
    let mut rows: Vec<(i64, usize, u32)> = Vec::new();
    loop {
        let head = |i: usize| columns[i].profiles.get(heads[i]).copied();
        let Some(origin) = (0..columns.len()).filter_map(head).min() else { return pieces };
        let holders: Vec<usize> = (0..columns.len()).filter(|i| head(*i) == Some(origin)).collect();
        let keep = !erased.contains(&origin);
        rows.clear();
        for input in &holders {
            let list = columns[*input];
            while list.profiles.get(heads[*input]) == Some(&origin) {
                let range = list.rows_at(heads[*input]);
                if keep && holders.len() == 1 {
                    add(*input, range.start, range.end - range.start);
                } else if keep {
                    rows.extend(list.times_at(heads[*input]).map(|(row, ts)| (ts, *input, row)));
                }
                heads[*input] += 1;
            }
        }
        rows.sort_by_key(|(ts, ..)| *ts);
        rows.iter().for_each(|(_, input, row)| add(*input, *row, 1));
    }
}

/// One row group of the output.
struct Group<'a> {
    inputs: &'a [Input],
    pieces: &'a [Piece],
    columns: &'a Plan,
    /// Of inputs that are not alike: their rows, divided anew, from the first one taken.
    divided: Vec<Option<(u32, Shredded)>>,
}

impl<'a> Group<'a> {
    fn new(inputs: &'a [Input], pieces: &'a [Piece], columns: &'a Plan, notes: &mut Notes) -> Result<Self, LakeError> {
        let mut group = Group { inputs, pieces, columns, divided: Vec::new() };
        for (index, input) in inputs.iter().enumerate() {
            let rows = group.rows_of(index);
            if input.alike || rows.is_empty() {
                group.divided.push(None);
                if !rows.is_empty() {
                    notes.join(&input.opened.layout.notes);
                }
                continue;
            }
            let (shredded, found) = divide(input, columns, rows.clone())?;
            notes.join(&found);
            group.divided.push(Some((rows.start, shredded)));
        }
        Ok(group)
    }

    /// The rows of an input that are in this group: they are neighbours, but for erased ones.
    fn rows_of(&self, input: usize) -> Range<u32> {
        let mine = || self.pieces.iter().filter(|p| p.input == input);
        let first = mine().map(|p| p.start).min().unwrap_or(0);
        first..mine().map(|p| p.start + p.len).max().unwrap_or(0)
    }

    /// The workspace's event code of each row.
    fn codes(&self) -> impl Iterator<Item = u32> + '_ {
        let rows = |p: &'a Piece| (p.start..p.start + p.len).map(|row| (p.input, row as usize));
        let inputs = self.inputs;
        self.pieces.iter().flat_map(rows).map(move |(at, row)| {
            let input = &inputs[at];
            input.file.codes[input.keys.codes.get(row) as usize]
        })
    }

    /// One column, its rows in the order of the pieces. A column is asked for once.
    fn gather(&mut self, column: usize) -> Result<Values, LakeError> {
        let mut parts: Vec<Option<(u32, Values)>> = Vec::with_capacity(self.inputs.len());
        for (index, input) in self.inputs.iter().enumerate() {
            let rows = self.rows_of(index);
            let is_divided = column == PROPERTIES || column >= FIRST_CONTEXT;
            let part = match &mut self.divided[index] {
                _ if rows.is_empty() => None,
                Some((from, shredded)) if is_divided => Some((*from, shredded.take(column))),
                _ => Some((rows.start, self.copy(input, column, rows)?)),
            };
            parts.push(part);
        }
        let path = &self.inputs[0].file.path;
        let missing = || LakeError::corrupt(path, "a column is missing");
        let rows = self.pieces.iter().map(|p| p.len as usize).sum();
        let mut out = parts.iter().flatten().next().ok_or_else(missing)?.1.empty_like(rows);
        for piece in self.pieces {
            let (from, values) = parts[piece.input].as_ref().ok_or_else(missing)?;
            let start = (piece.start - from) as usize;
            out.extend_from(values, start..start + piece.len as usize).map_err(|e| LakeError::corrupt(path, e))?;
        }
        Ok(out)
    }

    /// A column of an input that has it, or has no value for it.
    fn copy(&self, input: &Input, column: usize, rows: Range<u32>) -> Result<Values, LakeError> {
        let index = match column.checked_sub(COLUMN_COUNT) {
            None => Some(column),
            Some(at) => {
                let (kind, key) = &self.columns.columns[at];
                let same = |(k, name, _): &&(Kind, String, usize)| k == kind && name == key;
                input.opened.layout.columns.iter().find(same).map(|(.., index)| *index)
            }
        };
        let range = u64::from(rows.start)..u64::from(rows.end);
        match index {
            Some(index) => {
                let read = input.file.read(&[index], range)?.pop();
                read.ok_or_else(|| LakeError::corrupt(&input.file.path, "a column is missing"))
            }
            None => {
                let mut absent = self.columns.columns[column - COLUMN_COUNT].0.empty();
                absent.pad(rows.len());
                Ok(absent)
            }
        }
    }
}

/// Rows of an input put together and divided into the output's columns.
fn divide(input: &Input, columns: &Plan, rows: Range<u32>) -> Result<(Shredded, Notes), LakeError> {
    let shredded = &input.opened.layout.columns;
    let mut indexes = vec![PROPERTIES, CONTEXT];
    indexes.extend(shredded.iter().map(|(.., index)| *index));
    let values = input.file.read(&indexes, u64::from(rows.start)..u64::from(rows.end))?;
    let mut shredder = Shredder::new(columns);
    for at in 0..rows.len() {
        let own = shredded.iter().map(|(_, key, _)| key.as_str()).zip(&values[2..]);
        let properties = joined(values[0].text(at).unwrap_or("{}"), own, at);
        shredder.row(&properties, values[1].text(at).unwrap_or("{}"));
    }
    Ok(shredder.finish())
}

/// Rows of a row group, fewer when rows are large.
fn rows_per_group(inputs: &[Input]) -> usize {
    let rows: u64 = inputs.iter().map(|i| i.file.meta.rows).sum();
    let groups = inputs.iter().flat_map(|i| i.opened.meta.row_groups());
    let raw: u64 = groups.map(|g| u64::try_from(g.total_byte_size()).unwrap_or(0)).sum();
    let by_bytes = (ROW_GROUP_BYTES as u64).saturating_mul(rows) / raw.max(1);
    usize::try_from(by_bytes).unwrap_or(ROW_GROUP_ROWS).clamp(1024, ROW_GROUP_ROWS * 3 / 4)
}

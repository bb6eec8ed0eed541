//! Making one file out of several: for compaction (fewer, larger files) and erasure (rows left out).
//!
//! Works a column at a time: first the order of the output rows is decided from the key columns alone, then each column of
//! each row group is read from the inputs' page ranges and put into that order. Memory is one column of one row group.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use crate::columns::Columns;
use crate::config::{ROW_GROUP_BYTES, ROW_GROUP_ROWS};
use crate::error::LakeError;
use crate::file::FileEntry;
use crate::manifest::FileMeta;
use crate::merges::Resolved;
use crate::names::Names;
use crate::schema::{EVENT_CODE, ORIGIN, PROFILE};
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

/// Writes the rows of `inputs` (oldest first) without those of `erased` to `path`. `None` when no row is left.
pub(crate) fn rewrite(
    path: &Path,
    inputs: &[Arc<FileEntry>],
    erased: &HashSet<u64>,
    names: &Names,
    merges: &Resolved,
) -> Result<Option<FileMeta>, LakeError> {
    let columns = inputs.iter().map(|f| f.columns()).collect::<Result<Vec<_>, _>>()?;
    let pieces = plan(&columns, erased);
    if pieces.is_empty() {
        return Ok(None);
    }
    let all_names = names.all();
    let mut codes = FileCodes::default();
    let mut writer = FileWriter::create(path)?;
    let limit = rows_per_group(inputs);
    let mut rest = &pieces[..];
    while !rest.is_empty() {
        let mut before = 0;
        let room_left = |p: &&Piece| {
            let room = before < limit;
            before += p.len as usize;
            room
        };
        let (group, later) = rest.split_at(rest.iter().take_while(room_left).count());
        rest = later;
        let rows: usize = group.iter().map(|p| p.len as usize).sum();
        let local: Vec<i32> = group
            .iter()
            .flat_map(|p| (p.start..p.start + p.len).map(|row| (p.input, columns[p.input].codes.get(row as usize))))
            .map(|(input, code)| codes.count(inputs[input].codes[code as usize], &all_names))
            .collect();
        writer.group(rows, |column| match column {
            EVENT_CODE => Ok(Values::I32(local.clone())),
            PROFILE => match gather(inputs, group, ORIGIN)? {
                Values::I64(ids) => Ok(Values::I64(ids.into_iter().map(|p| merges.target(p as u64) as i64).collect())),
                other => Ok(other),
            },
            other => gather(inputs, group, other),
        })?;
    }
    let first = inputs.iter().map(|f| f.meta.first_seq).min().unwrap_or(0);
    let last = inputs.iter().map(|f| f.meta.last_seq).max().unwrap_or(0);
    let workspace = inputs.first().map_or(0, |f| f.meta.workspace);
    writer.finish(workspace, (first, last), codes).map(Some)
}

/// The order of the output: by origin, time and, at one time, age of the input.
fn plan(columns: &[Columns], erased: &HashSet<u64>) -> Vec<Piece> {
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
            let list = &columns[*input];
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

/// One column of one row group of the output.
fn gather(inputs: &[Arc<FileEntry>], group: &[Piece], column: usize) -> Result<Values, LakeError> {
    let mut parts: Vec<Option<(u32, Values)>> = vec![None; inputs.len()];
    for (index, file) in inputs.iter().enumerate() {
        let mine = || group.iter().filter(|p| p.input == index);
        let (Some(from), Some(to)) = (mine().map(|p| p.start).min(), mine().map(|p| p.start + p.len).max()) else {
            continue;
        };
        let read = file.read(&[column], u64::from(from)..u64::from(to))?.pop();
        parts[index] = read.map(|values| (from, values));
    }
    let rows = group.iter().map(|p| p.len as usize).sum();
    let missing = || LakeError::corrupt(&inputs[0].path, "a column is missing");
    let first = parts.iter().flatten().next().ok_or_else(missing)?;
    let mut out = first.1.empty_like(rows);
    for piece in group {
        let (from, values) = parts[piece.input].as_ref().ok_or_else(missing)?;
        let start = (piece.start - from) as usize;
        out.extend_from(values, start..start + piece.len as usize)
            .map_err(|e| LakeError::corrupt(&inputs[piece.input].path, e))?;
    }
    Ok(out)
}

/// Rows of a row group, fewer when rows are large.
fn rows_per_group(inputs: &[Arc<FileEntry>]) -> usize {
    let rows: u64 = inputs.iter().map(|f| f.meta.rows).sum();
    let raw: u64 = inputs
        .iter()
        .filter_map(|f| f.open().ok())
        .flat_map(|m| {
            m.row_groups().iter().map(|g| u64::try_from(g.total_byte_size()).unwrap_or(0)).collect::<Vec<_>>()
        })
        .sum();
    let by_bytes = (ROW_GROUP_BYTES as u64).saturating_mul(rows) / raw.max(1);
    usize::try_from(by_bytes).unwrap_or(ROW_GROUP_ROWS).clamp(1024, ROW_GROUP_ROWS * 3 / 4)
}

//! One row group of the output, column by column.

use std::ops::Range;

use super::Input;
use super::order::Piece;
use crate::error::LakeError;
use crate::schema::{COLUMN_COUNT, CONTEXT, FIRST_CONTEXT, PROPERTIES};
use crate::shred::{Kind, Notes, Plan, Shredded, Shredder, joined};
use crate::values::Values;

/// One row group of the output.
pub(super) struct Group<'a> {
    inputs: &'a [Input],
    pieces: &'a [Piece],
    columns: &'a Plan,
    /// Of inputs that are not alike: their rows, divided anew, from the first one taken.
    divided: Vec<Option<(u32, Shredded)>>,
}

impl<'a> Group<'a> {
    pub(super) fn new(
        inputs: &'a [Input],
        pieces: &'a [Piece],
        columns: &'a Plan,
        notes: &mut Notes,
    ) -> Result<Self, LakeError> {
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
    pub(super) fn codes(&self) -> impl Iterator<Item = u32> + '_ {
        let rows = |p: &'a Piece| (p.start..p.start + p.len).map(|row| (p.input, row as usize));
        let inputs = self.inputs;
        self.pieces.iter().flat_map(rows).map(move |(at, row)| {
            let input = &inputs[at];
            input.file.codes[input.keys.codes.get(row) as usize]
        })
    }

    /// One column, its rows in the order of the pieces. A column is asked for once.
    pub(super) fn gather(&mut self, column: usize) -> Result<Values, LakeError> {
        let mut parts: Vec<Option<(u32, Values)>> = Vec::with_capacity(self.inputs.len());
        for (index, input) in self.inputs.iter().enumerate() {
            let rows = self.rows_of(index);
            let is_divided = column == PROPERTIES || column >= FIRST_CONTEXT;
            let part = match &mut self.divided[index] {
                _ if rows.is_empty() => None,
                Some((from, shredded)) if is_divided => Some((*from, shredded.take(column).spread())),
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

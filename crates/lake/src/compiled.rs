//! A filter at work on one run: tests by dictionary code and on bare numbers, for the rows of a block that matter.

use rapport_domain::event::Scalar;

use crate::columns::Columns;
use crate::decoded::{Cell, Decoded};
use crate::error::LakeError;
use crate::event_ref::{OpenRun, Reading, scalar};
use crate::filter::{Field, Filter, Test};
use crate::select::{Bits, WORDS};

/// A filter with what it worked out for the row group at hand.
#[derive(Debug)]
pub(crate) enum Compiled<'f> {
    All(Vec<Compiled<'f>>),
    Any(Vec<Compiled<'f>>),
    Not(Box<Compiled<'f>>),
    Leaf(Leaf<'f>),
}

/// One test.
#[derive(Debug)]
pub(crate) struct Leaf<'f> {
    field: &'f Field,
    test: &'f Test,
    /// What it says where there is no value.
    absent: bool,
    /// The row group `tables` are for.
    group: usize,
    /// No row of it passes, as its least and greatest numbers tell without decoding.
    never: bool,
    /// For each column of the group.
    tables: Vec<Table>,
}

/// A test on the values of one column of one row group.
#[derive(Debug)]
enum Table {
    /// By code.
    Texts(Vec<bool>),
    /// Each number is tested.
    Numbers,
    /// Of false and of true.
    Bools([bool; 2]),
}

impl<'f> Compiled<'f> {
    pub(crate) fn new(filter: &'f Filter) -> Self {
        match filter {
            Filter::All(parts) => Compiled::All(parts.iter().map(Compiled::new).collect()),
            Filter::Any(parts) => Compiled::Any(parts.iter().map(Compiled::new).collect()),
            Filter::Not(part) => Compiled::Not(Box::new(Compiled::new(part))),
            Filter::Test(field, test) => {
                let absent = test.holds(&Scalar::Null);
                Compiled::Leaf(Leaf { field, test, absent, group: usize::MAX, never: false, tables: Vec::new() })
            }
        }
    }

    /// Of the rows `among`, counted from `first`, those that pass.
    pub(crate) fn pass(&mut self, at: &At<'_>, first: usize, among: &Bits) -> Result<Bits, LakeError> {
        match self {
            Compiled::All(parts) => {
                let mut left = *among;
                for part in parts {
                    left = part.pass(at, first, &left)?;
                }
                Ok(left)
            }
            Compiled::Any(parts) => {
                let mut left = *among;
                for part in parts {
                    let passed = part.pass(at, first, &left)?;
                    left.iter_mut().zip(passed).for_each(|(l, p)| *l &= !p);
                }
                left.iter_mut().zip(among).for_each(|(l, a)| *l = a & !*l);
                Ok(left)
            }
            Compiled::Not(part) => {
                let mut passed = part.pass(at, first, among)?;
                passed.iter_mut().zip(among).for_each(|(p, a)| *p = a & !*p);
                Ok(passed)
            }
            Compiled::Leaf(leaf) => {
                let mut passed = [0; WORDS];
                for word in 0..WORDS {
                    let mut left = among[word];
                    while left != 0 {
                        let bit = left.trailing_zeros();
                        left &= left - 1;
                        let row = first + word * 64 + bit as usize;
                        passed[word] |= u64::from(leaf.row(at, row as u32)?) << bit;
                    }
                }
                Ok(passed)
            }
        }
    }
}

/// The run a filter works on.
pub(crate) struct At<'a> {
    pub(crate) open: &'a OpenRun,
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) keys: &'a Columns,
}

impl Leaf<'_> {
    fn row(&mut self, at: &At<'_>, row: u32) -> Result<bool, LakeError> {
        if *self.field == Field::Event {
            let name = at.open.name(at.reading, at.keys.codes.get(row as usize));
            return Ok(self.test.holds(&Scalar::Text(name.into())));
        }
        let Some(place) = at.open.place(self.field, row)? else {
            return Ok(at.open.holds_json(at.reading, self.field, self.test, row));
        };
        if place.group != self.group {
            self.group = place.group;
            self.never = !self.absent
                && !place.values.has_rest()
                && place.values.bounds(place.group).is_some_and(|(least, most)| !self.test.may_hold(least, most));
            self.tables.clear();
            if !self.never {
                let columns = place.columns(at.reading)?;
                self.tables.extend(columns.iter().map(|column| table(self.test, column)));
            }
        }
        if self.never {
            return Ok(false);
        }
        for (column, table) in place.columns(at.reading)?.iter().zip(&self.tables) {
            match (&**column, table) {
                (Decoded::Texts(codes, _), Table::Texts(answers)) => {
                    if let Some(code) = codes.get(place.row).checked_sub(1) {
                        return Ok(answers[code as usize]);
                    }
                }
                (column, table) => match (column.cell(place.row), table) {
                    (Cell::Absent, _) => {}
                    (Cell::Bool(value), Table::Bools(answers)) => return Ok(answers[usize::from(value)]),
                    (cell, _) => return Ok(self.test.holds(&scalar(cell))),
                },
            }
        }
        if place.values.has_rest() {
            Ok(at.open.holds_json(at.reading, self.field, self.test, row))
        } else {
            Ok(self.absent)
        }
    }
}

fn table(test: &Test, column: &Decoded) -> Table {
    match column {
        Decoded::Texts(_, dictionary) => {
            let text = |code: usize| Scalar::Text(dictionary.text(code as u32).into());
            Table::Texts((0..dictionary.len()).map(|code| test.holds(&text(code))).collect())
        }
        Decoded::Bools(_) => Table::Bools([false, true].map(|value| test.holds(&Scalar::Bool(value)))),
        Decoded::Numbers(..) => Table::Numbers,
    }
}

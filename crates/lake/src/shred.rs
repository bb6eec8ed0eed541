//! Properties as typed columns: which keys get one, how a row's JSON is divided, and how it is put together again.
//!
//! A key has a column for each type its values have in the file: `n_total` numbers, `t_total` texts, `b_total` booleans. So
//! a column's type never depends on the file, and readers may read many files as one table. What has no column (lists,
//! objects, nulls, long texts, keys beyond the limit) stays in the JSON remainder. A number a double cannot hold exactly is
//! in both: the column has what rules see, the remainder what was sent.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::config::{MAX_REST_KEYS, MAX_SHREDDED, MAX_SHREDDED_TEXT, MAX_TALLIED_KEYS};
use crate::members::{self, Member};
use crate::schema::{COLUMN_COUNT, CONTEXT_PATHS, FIRST_CONTEXT, PROPERTIES};
use crate::texts::Texts;
use crate::values::Values;

/// The type of a property's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Number,
    Text,
    Bool,
}

impl Kind {
    const ALL: [(Kind, &'static str); 3] = [(Kind::Number, "n_"), (Kind::Text, "t_"), (Kind::Bool, "b_")];

    /// The column a value belongs in, if it can have one.
    fn of(value: &Member<'_>) -> Option<Kind> {
        match value {
            Member::Number { .. } => Some(Kind::Number),
            Member::Text(text) if text.len() <= MAX_SHREDDED_TEXT => Some(Kind::Text),
            Member::Bool(_) => Some(Kind::Bool),
            Member::Text(_) | Member::Null | Member::Nested => None,
        }
    }

    /// The name of a key's column.
    pub(crate) fn column(self, key: &str) -> String {
        let prefix = Kind::ALL.iter().find(|(k, _)| *k == self).map_or("", |(_, prefix)| prefix);
        format!("{prefix}{key}")
    }

    /// The type and key of a column's name.
    pub(crate) fn parse(column: &str) -> Option<(Kind, &str)> {
        Kind::ALL.iter().find_map(|(kind, prefix)| Some((*kind, column.strip_prefix(prefix)?)))
    }

    /// A column of this type without rows.
    pub(crate) fn empty(self) -> Values {
        match self {
            Kind::Number => Values::Numbers(Vec::new()),
            Kind::Text => Values::Optional(Vec::new()),
            Kind::Bool => Values::Bools(Vec::new()),
        }
    }
}

/// How often each key had a value of each type. Keys beyond a limit are not counted, and then stay in the remainder.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: HashMap<String, [u64; 3]>,
    capped: bool,
}

impl Tally {
    /// Counts one row's properties, JSON.
    pub(crate) fn row(&mut self, properties: &str) {
        members::each(properties, |(key, value, _)| {
            if let Some(kind) = Kind::of(value) {
                self.add(kind, key, 1);
            }
        });
    }

    /// Counts `rows` values of a key.
    pub(crate) fn add(&mut self, kind: Kind, key: &str, rows: u64) {
        if let Some(counts) = self.counts.get_mut(key) {
            counts[kind as usize] += rows;
        } else if self.counts.len() < MAX_TALLIED_KEYS && !key.is_empty() {
            self.counts.entry(key.to_owned()).or_default()[kind as usize] += rows;
        } else {
            self.capped = true;
        }
    }

    /// The columns: the most frequent, in order of key and type.
    pub(crate) fn plan(self) -> Plan {
        let kinds = [Kind::Number, Kind::Text, Kind::Bool];
        let mut all: Vec<(u64, String, Kind)> = (self.counts.into_iter())
            .flat_map(|(key, counts)| kinds.map(|kind| (counts[kind as usize], key.clone(), kind)))
            .filter(|(rows, ..)| *rows > 0)
            .collect();
        all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1, a.2).cmp(&(&b.1, b.2))));
        let capped = self.capped || all.len() > MAX_SHREDDED;
        all.truncate(MAX_SHREDDED);
        let mut columns: Vec<(Kind, String)> = all.into_iter().map(|(_, key, kind)| (kind, key)).collect();
        columns.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        let mut places: HashMap<String, [Option<usize>; 3]> = HashMap::new();
        for (at, (kind, key)) in columns.iter().enumerate() {
            places.entry(key.clone()).or_default()[*kind as usize] = Some(at);
        }
        Plan { columns, places, capped }
    }
}

/// The property columns of a file.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) columns: Vec<(Kind, String)>,
    places: HashMap<String, [Option<usize>; 3]>,
    /// Some key that could have a column has none.
    pub(crate) capped: bool,
}

impl Plan {
    /// The place of a key's column of a type.
    pub(crate) fn place(&self, kind: Kind, key: &str) -> Option<usize> {
        self.places.get(key)?[kind as usize]
    }
}

/// What a reader of a file must know beyond its columns; kept in the file's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) schema: u32,
    /// Keys that occur in the remainder with a value that counts; `None` when there are too many to list.
    pub(crate) rest: Option<BTreeSet<String>>,
    /// Context columns whose member is in some row something else than a short text.
    pub(crate) misfits: BTreeSet<String>,
    pub(crate) capped: bool,
}

impl Notes {
    pub(crate) fn new(capped: bool) -> Self {
        Notes { schema: crate::schema::SCHEMA, rest: Some(BTreeSet::new()), misfits: BTreeSet::new(), capped }
    }

    /// Adds what holds for another part of the same file.
    pub(crate) fn join(&mut self, other: &Notes) {
        match (&mut self.rest, &other.rest) {
            (Some(mine), Some(theirs)) if mine.len() + theirs.len() <= MAX_REST_KEYS => {
                mine.extend(theirs.iter().cloned());
            }
            (rest, _) => *rest = None,
        }
        self.misfits.extend(other.misfits.iter().cloned());
        self.capped |= other.capped;
    }

    fn left(&mut self, key: &str) {
        let Some(rest) = &mut self.rest else { return };
        if !rest.contains(key) {
            rest.insert(key.to_owned());
        }
        if rest.len() > MAX_REST_KEYS {
            self.rest = None;
        }
    }
}

/// A property column under construction.
enum Building {
    Texts(Texts),
    Other(Values),
}

impl Building {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Building::Texts(Texts::default()),
            Kind::Number | Kind::Bool => Building::Other(kind.empty()),
        }
    }

    /// Adds the value of row `row`.
    fn set(&mut self, row: usize, value: &Member<'_>) {
        match (self, value) {
            (Building::Texts(texts), Member::Text(text)) => {
                texts.pad(row);
                texts.push(text);
            }
            (Building::Texts(_), _) => {}
            (Building::Other(values), _) => {
                values.pad(row);
                values.push(value);
            }
        }
    }

    fn finish(self, rows: usize) -> Values {
        match self {
            Building::Texts(texts) => texts.optional(rows),
            Building::Other(mut values) => {
                values.pad(rows);
                values
            }
        }
    }
}

/// Rows divided into columns.
pub(crate) struct Shredder<'a> {
    plan: &'a Plan,
    rows: usize,
    columns: Vec<Building>,
    rest: Texts,
    contexts: Vec<Texts>,
    last_context: String,
    pub(crate) notes: Notes,
}

impl<'a> Shredder<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Shredder {
            plan,
            rows: 0,
            columns: plan.columns.iter().map(|(kind, _)| Building::new(*kind)).collect(),
            rest: Texts::default(),
            contexts: vec![Texts::default(); CONTEXT_PATHS.len()],
            last_context: String::new(),
            notes: Notes::new(plan.capped),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, properties: &str, context: &str) {
        self.properties(properties);
        self.context(context);
        self.rows += 1;
    }

    fn properties(&mut self, text: &str) {
        let mut rest = String::new();
        let is_object = members::each(text, |(key, value, raw)| {
            let place = Kind::of(value).and_then(|kind| self.plan.place(kind, key));
            if let Some(place) = place {
                self.columns[place].set(self.rows, value);
            }
            if place.is_some() && !matches!(value, Member::Number { exact: false, .. }) {
                return;
            }
            // A null reads like a missing key, unless its name could also be a path.
            if *value != Member::Null || key.contains('.') {
                self.notes.left(key);
            }
            rest.push(if rest.is_empty() { '{' } else { ',' });
            rest.push_str(&Value::from(&**key).to_string());
            rest.push(':');
            rest.push_str(raw);
        });
        self.rest.push(match (is_object, rest.is_empty()) {
            // It reads as an empty object; what it was is kept.
            (false, _) => text,
            (true, true) => "{}",
            (true, false) => {
                rest.push('}');
                &rest
            }
        });
    }

    fn context(&mut self, text: &str) {
        if self.rows > 0 && self.last_context == text {
            return self.contexts.iter_mut().for_each(|column| column.repeat(self.rows));
        }
        text.clone_into(&mut self.last_context);
        let (mut own, row) = ([false; CONTEXT_PATHS.len()], self.rows);
        let (contexts, misfits) = (&mut self.contexts, &mut self.notes.misfits);
        let mut note = |column: usize, value: &Member<'_>| {
            contexts[column].clear(row);
            match value {
                Member::Null => {}
                Member::Text(text) if text.len() <= MAX_SHREDDED_TEXT => {
                    contexts[column].pad(row);
                    contexts[column].push(text);
                }
                _ => drop(misfits.insert(CONTEXT_PATHS[column].0.to_owned())),
            }
        };
        members::each(text, |(key, value, raw)| {
            // A member whose own name is the whole path wins over a nested one.
            if let Some(column) = CONTEXT_PATHS.iter().position(|(_, path)| path == key) {
                own[column] = true;
                note(column, value);
            }
            let below = |path: &'static str| path.strip_prefix(&**key)?.strip_prefix('.');
            if *value == Member::Nested && CONTEXT_PATHS.iter().any(|(_, path)| below(path).is_some()) {
                members::each(raw, |(child, value, _)| {
                    let column = CONTEXT_PATHS.iter().position(|(_, path)| below(path) == Some(&**child));
                    if let Some(column) = column.filter(|column| !own[*column]) {
                        note(column, value);
                    }
                });
            }
        });
    }

    /// The columns: properties, the remainder, context.
    pub(crate) fn finish(self) -> (Shredded, Notes) {
        let columns = self.columns.into_iter().map(|column| column.finish(self.rows)).collect();
        let contexts = self.contexts.into_iter().map(|column| column.optional(self.rows)).collect();
        (Shredded { columns, rest: self.rest.required(), contexts }, self.notes)
    }
}

/// Rows divided into columns, finished.
pub(crate) struct Shredded {
    /// In the order of the plan.
    pub(crate) columns: Vec<Values>,
    pub(crate) rest: Values,
    /// In the order of [`CONTEXT_PATHS`].
    pub(crate) contexts: Vec<Values>,
}

impl Shredded {
    /// Column `index` of the file, which is not asked for again.
    pub(crate) fn take(&mut self, index: usize) -> Values {
        let place = match index {
            PROPERTIES => &mut self.rest,
            FIRST_CONTEXT..COLUMN_COUNT => &mut self.contexts[index - FIRST_CONTEXT],
            _ => &mut self.columns[index - COLUMN_COUNT],
        };
        std::mem::replace(place, Values::I32(Vec::new()))
    }
}

/// The number of a column as JSON: whole numbers without a point.
pub(crate) fn number(value: f64) -> Value {
    let whole =
        value.fract() == 0.0 && value.abs() <= (1u64 << 53) as f64 && !(value == 0.0 && value.is_sign_negative());
    if whole { Value::from(value as i64) } else { Number::from_f64(value).map_or(Value::Null, Value::Number) }
}

/// A row's properties as JSON text again: the remainder and, where it has no say, the columns.
pub(crate) fn joined<'a>(rest: &str, columns: impl Iterator<Item = (&'a str, &'a Values)>, at: usize) -> String {
    let mut map: Option<Map<String, Value>> = None;
    for (key, values) in columns {
        if let Some(value) = values.json(at) {
            let map = map.get_or_insert_with(|| serde_json::from_str(rest).unwrap_or_default());
            map.entry(key).or_insert(value);
        }
    }
    map.map_or_else(|| rest.to_owned(), |map| Value::Object(map).to_string())
}

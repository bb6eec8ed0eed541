//! What reports ask about profiles that events do not say: traits and segments. Owned here, answered by `engine`.

use std::collections::HashMap;

use rapport_domain::{ProfileId, WorkspaceId};

use crate::error::InsightError;
use crate::report::Note;

/// The profiles of a workspace as they are now.
pub trait People: Sync {
    /// The value of a trait (by dotted path) of every profile that has it.
    ///
    /// # Errors
    /// `Unavailable` when the profiles cannot be read.
    fn trait_values(&self, ws: WorkspaceId, path: &str) -> Result<Column, InsightError>;

    /// The members of a live segment, ascending; `None` when there is no such segment.
    ///
    /// # Errors
    /// `Unavailable` when the members cannot be read.
    fn members(&self, ws: WorkspaceId, segment: &str) -> Result<Option<Vec<ProfileId>>, InsightError>;

    /// The ids of live segments.
    ///
    /// # Errors
    /// `Unavailable` when they cannot be read.
    fn segments(&self, ws: WorkspaceId) -> Result<Vec<String>, InsightError>;

    /// Dotted paths of properties that events were seen with; empty when that is not known.
    ///
    /// # Errors
    /// `Unavailable` when they cannot be read.
    fn properties(&self, _ws: WorkspaceId) -> Result<Vec<String>, InsightError> {
        Ok(Vec::new())
    }

    /// The team's notes, by day.
    ///
    /// # Errors
    /// `Unavailable` when they cannot be read.
    fn annotations(&self, _ws: WorkspaceId) -> Result<Vec<Note>, InsightError> {
        Ok(Vec::new())
    }
}

/// A workspace of which nothing but events is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl People for Nobody {
    fn trait_values(&self, _: WorkspaceId, _: &str) -> Result<Column, InsightError> {
        Ok(Column::default())
    }

    fn members(&self, _: WorkspaceId, _: &str) -> Result<Option<Vec<ProfileId>>, InsightError> {
        Ok(None)
    }

    fn segments(&self, _: WorkspaceId) -> Result<Vec<String>, InsightError> {
        Ok(Vec::new())
    }
}

/// One value for each of many profiles. Equal values are stored once, so a million profiles take about 16 MB.
#[derive(Clone, Debug, Default)]
pub struct Column {
    rows: Vec<(ProfileId, u32)>,
    values: Vec<Box<str>>,
    codes: HashMap<Box<str>, u32>,
}

impl Column {
    /// Adds a profile's value. Profiles must come in ascending order.
    pub fn push(&mut self, profile: ProfileId, value: &str) {
        let code = match self.codes.get(value) {
            Some(code) => *code,
            None => {
                let code = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
                self.values.push(value.into());
                self.codes.insert(value.into(), code);
                code
            }
        };
        self.rows.push((profile, code));
    }

    /// The different values.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|v| &**v)
    }

    /// A profile's value.
    #[must_use]
    pub fn get(&self, profile: ProfileId) -> Option<&str> {
        let at = self.rows.binary_search_by_key(&profile, |row| row.0).ok()?;
        self.values.get(self.rows[at].1 as usize).map(|v| &**v)
    }
}

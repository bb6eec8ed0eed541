//! Finding profiles: what is asked, and the positions that pages begin at.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use rapport_domain::ids::ProfileId;

use crate::ProfilesError;

pub mod repo;

/// Most words of a search; further ones are ignored.
pub const MAX_WORDS: usize = 8;
/// Most rows of a page.
pub const MAX_PAGE: u32 = 1000;

/// Which profiles are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words, each of which must occur in an identifier, the id or a naming trait, without regard to case.
    pub text: Option<String>,
    /// With or without an e-mail identifier.
    pub has_email: Option<bool>,
    /// With or without a `user_id`.
    pub known: Option<bool>,
    /// Only these; everybody when `None`.
    pub among: Option<Vec<ProfileId>>,
}

impl Filter {
    /// The words of the text, lower-cased.
    pub(crate) fn words(&self) -> Vec<String> {
        let text = self.text.as_deref().unwrap_or_default();
        text.split_whitespace().take(MAX_WORDS).map(str::to_lowercase).collect()
    }

    /// The ids it is limited to, as a JSON list of the numbers they are stored under.
    pub(crate) fn among_json(&self) -> Option<String> {
        let ids = self.among.as_ref()?;
        let mut out = String::with_capacity(ids.len() * 20 + 2);
        out.push('[');
        for (place, id) in ids.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            // A text takes it without error.
            let _ = write!(out, "{comma}{}", id.0.cast_signed());
        }
        out.push(']');
        Some(out)
    }
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Last seen first, to the minute; within a minute by id.
    #[default]
    LastSeen,
    /// By id: stable while events arrive.
    Id,
}

/// A place in a list: pages begin after one. All partitions order alike, so one position continues each of them and
/// their pages merge by [`Ord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Minutes since 1970 of the last event, negated so that later comes first; 0 when sorted by id.
    pub minute: i64,
    /// The profile.
    pub id: ProfileId,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:x}", self.minute, self.id.0)
    }
}

impl FromStr for Position {
    type Err = ProfilesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (minute, id) = text.split_once('.').ok_or(ProfilesError::Cursor)?;
        let minute = minute.parse().map_err(|_| ProfilesError::Cursor)?;
        let id = u64::from_str_radix(id, 16).map_err(|_| ProfilesError::Cursor)?;
        Ok(Position { minute, id: ProfileId(id) })
    }
}

//! One profile's paths.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{EventFilter, EventRef};

use super::MAX_PROFILE_EVENTS;
use crate::breakdown::{code, text};
use crate::core::paths::{Cut, Step, collapse, cut, split};
use crate::walk::{Names, Walk};

pub(super) struct PathsWalk {
    pub(super) events: Names,
    pub(super) except: Vec<String>,
    /// Event name, whether of the context, path.
    pub(super) name_by: Vec<(String, bool, String)>,
    pub(super) keep_repeats: bool,
    pub(super) gap_ms: Option<i64>,
    pub(super) cut: Cut,
    pub(super) range: (Timestamp, Timestamp),
}

/// One profile's paths, and the names of their activities.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    steps: Vec<Step>,
    pub(crate) paths: Vec<Vec<Step>>,
    pub(crate) names: Vec<(u64, Box<str>)>,
    pub(super) is_cut: bool,
}

impl Walk for PathsWalk {
    type State = Paths;
    type End = Paths;

    fn begin(&self, _: ProfileId) -> Paths {
        Paths::default()
    }

    fn step(&self, state: &mut Paths, event: &EventRef<'_>) {
        let name = event.name();
        if self.except.iter().any(|e| e == name) {
            return;
        }
        if state.steps.len() >= MAX_PROFILE_EVENTS {
            state.is_cut = true;
            return;
        }
        let by = self.name_by.iter().find(|(of, ..)| of == name);
        let value =
            by.map(|(_, of_context, path)| text(if *of_context { event.context(path) } else { event.property(path) }));
        let activity = value.as_deref().unwrap_or(name);
        let activity_code = code(activity);
        if !state.names.iter().any(|(known, _)| *known == activity_code) {
            state.names.push((activity_code, activity.into()));
        }
        state.steps.push((activity_code, event.ts().0));
    }

    fn end(&self, _: ProfileId, mut state: Paths) -> Option<Paths> {
        for mut path in split(&state.steps, self.gap_ms) {
            if !self.keep_repeats {
                collapse(&mut path);
            }
            state.paths.extend(cut(&path, self.cut).map(<[Step]>::to_vec));
        }
        state.steps = Vec::new();
        (!state.paths.is_empty()).then_some(state)
    }

    fn names(&self) -> Names {
        self.events.clone()
    }

    fn filters(&self) -> Vec<EventFilter> {
        Vec::new()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.range)
    }
}

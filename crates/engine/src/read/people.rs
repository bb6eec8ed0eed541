//! Traits and segments as reports ask for them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rapport_domain::event::Scalar;
use rapport_domain::{ProfileId, ResourceKind, WorkspaceId};
use rapport_insights::saved::AnnotationSpec;
use rapport_insights::{Column, InsightError, Note, People};
use rapport_profiles::repo as profiles;
use rapport_segments::repo as segments;
use rapport_store::control::resources;
use rapport_store::partition::observed::Scope;

use crate::shared::Shared;

/// Entries of the observed catalogue looked at.
const MAX_OBSERVED: usize = 20_000;

/// The profiles of the running product.
pub struct Profiles<'a>(pub &'a Shared);

fn unavailable<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> InsightError {
    move |error| InsightError::Unavailable { what, detail: error.to_string() }
}

impl People for Profiles<'_> {
    fn trait_values(&self, ws: WorkspaceId, path: &str) -> Result<Column, InsightError> {
        let mut column = Column::default();
        // Partitions come in order, and so do the ids of their profiles.
        for (_, db) in self.0.stores.partitions() {
            let read = db.read(|q| {
                profiles::iterate(q, ws, |profile| {
                    match Scalar::of(profile.trait_value(path)) {
                        Scalar::Null => {}
                        value => column.push(profile.id, &rapport_insights::text(value)),
                    }
                    ControlFlow::Continue(())
                })
            });
            read.map_err(unavailable("the profiles' traits"))?;
        }
        Ok(column)
    }

    fn members(&self, ws: WorkspaceId, segment: &str) -> Result<Option<Vec<ProfileId>>, InsightError> {
        let live = self.0.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Segment, segment));
        if live.map_err(unavailable("the segments"))?.is_none() {
            return Ok(None);
        }
        let mut members = Vec::new();
        for (_, db) in self.0.stores.partitions() {
            let rows = db.read(|q| segments::members(q, ws, segment, ProfileId(0), usize::MAX >> 1));
            members.extend(rows.map_err(unavailable("the segment's members"))?.into_iter().map(|(id, _)| id));
        }
        members.sort_unstable();
        Ok(Some(members))
    }

    fn segments(&self, ws: WorkspaceId) -> Result<Vec<String>, InsightError> {
        let live = self.0.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment));
        Ok(live.map_err(unavailable("the segments"))?.into_iter().map(|r| r.id).collect())
    }

    fn properties(&self, ws: WorkspaceId) -> Result<Vec<String>, InsightError> {
        let seen = super::stats::catalogue(self.0, ws, MAX_OBSERVED).map_err(unavailable("the properties"))?;
        // A catalogue that was cut says nothing about what is not in it.
        if seen.len() >= MAX_OBSERVED {
            return Ok(Vec::new());
        }
        let of_events = seen.into_iter().filter(|o| o.scope == Scope::Property).map(|o| o.key);
        Ok(of_events.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn annotations(&self, ws: WorkspaceId) -> Result<Vec<Note>, InsightError> {
        let live = self.0.stores.control().read(|q| resources::live(q, ws, ResourceKind::Annotation));
        let notes = live.map_err(unavailable("the annotations"))?.into_iter();
        // One that cannot be read was written by a later release.
        let mut notes: Vec<Note> =
            notes.filter_map(|r| Some(AnnotationSpec::validate(&r.spec).ok()?.note(&r.id))).collect();
        notes.sort_by(|a, b| (&a.from, &a.id).cmp(&(&b.from, &b.id)));
        Ok(notes)
    }
}

//! Traits and segments as reports ask for them.

use std::ops::ControlFlow;

use rapport_domain::event::Scalar;
use rapport_domain::{ProfileId, ResourceKind, WorkspaceId};
use rapport_insights::{Column, InsightError, People};
use rapport_profiles::repo as profiles;
use rapport_segments::repo as segments;
use rapport_store::control::resources;

use crate::shared::Shared;

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
}

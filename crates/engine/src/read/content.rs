//! What templates of a workspace share.

use std::sync::Arc;

use rapport_delivery::{DeliveryError, Library};
use rapport_domain::WorkspaceId;

use crate::shared::Shared;

/// The live blocks, brands and catalogues.
pub fn library(shared: &Shared, ws: WorkspaceId) -> Result<Arc<Library>, DeliveryError> {
    crate::wiring::library(shared, ws)
}

//! Calls to providers that a webhook asks for: the certificate it is signed with, and the address that confirms it.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use rapport_delivery::channels::http::{Call, Http, Outbound};
use rapport_domain::ErrorClass;

use crate::error::ApiError;

/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Certificates kept; providers have a new one about once a year.
const MAX_KEPT: usize = 16;

/// The client and what it fetched.
pub(crate) struct Outward {
    outbound: Outbound,
    http: OnceLock<Result<Http, String>>,
    kept: Mutex<HashMap<String, Bytes>>,
}

impl Outward {
    /// One that asks where `outbound` lets it.
    pub(crate) fn new(outbound: Outbound) -> Self {
        Outward { outbound, http: OnceLock::new(), kept: Mutex::default() }
    }

    /// What lies at a provider's address.
    pub(crate) async fn get(&self, url: &str) -> Result<Bytes, ApiError> {
        let unreachable = |detail: String| ApiError::new(ErrorClass::Transient, "provider_unreachable", detail);
        let http = self.http.get_or_init(|| Http::new(PATIENCE, &self.outbound));
        let http = http.as_ref().map_err(|e| unreachable(e.clone()))?;
        let answer = http.call(&Call::get(url)).await.map_err(|fault| unreachable(fault.detail()))?;
        if answer.is_success() { Ok(answer.body) } else { Err(unreachable(answer.shown())) }
    }

    /// The same, asked once.
    pub(crate) async fn kept(&self, url: &str) -> Result<Bytes, ApiError> {
        if let Some(found) = self.kept.lock().get(url) {
            return Ok(found.clone());
        }
        let found = self.get(url).await?;
        let mut kept = self.kept.lock();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(url.to_owned(), found.clone());
        Ok(found)
    }
}

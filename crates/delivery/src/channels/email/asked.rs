//! What a template asks for while it is rendered: rows of catalogues, coupon codes.

use parking_lot::Mutex;
use rapport_domain::OutboundMessage;
use rapport_liquid::{Host, Object};
use serde::Deserialize;

use crate::content::View;
use crate::deps::Sources;
use crate::error::DeliveryError;

/// Answers for one message. What cannot be read is kept as a fault: the message waits instead of going out without it.
pub(crate) struct Asked<'m> {
    sources: &'m dyn Sources,
    message: &'m OutboundMessage,
    fault: Mutex<Option<DeliveryError>>,
}

impl<'m> Asked<'m> {
    pub(crate) fn new(sources: &'m dyn Sources, message: &'m OutboundMessage) -> Self {
        Asked { sources, message, fault: Mutex::new(None) }
    }

    /// What could not be read, if anything.
    pub(crate) fn fault(&self) -> Option<DeliveryError> {
        self.fault.lock().take()
    }

    fn row(&self, catalog: &str, key: &str) -> Option<View<'static>> {
        match self.sources.catalog_item(self.message.workspace, catalog, key) {
            // Reading JSON into the language's own values cannot fail.
            Ok(row) => row.and_then(|row| View::deserialize(row).ok()),
            Err(error) => {
                self.fault.lock().get_or_insert(error);
                None
            }
        }
    }
}

impl Host for Asked<'_> {
    fn catalog_item(&self, catalog: &str, key: &str) -> Result<Option<View<'_>>, String> {
        Ok(self.row(catalog, key))
    }

    fn coupon_code(&self, list: &str) -> Result<String, String> {
        let message = self.message;
        match self.sources.coupon(message.workspace, list, message.id, message.profile) {
            Ok(Some(code)) => Ok(code),
            Ok(None) => Err(format!("no coupon code is left in {list:?}, or there is no such pool")),
            Err(error) => {
                let text = error.to_string();
                self.fault.lock().get_or_insert(error);
                Err(text)
            }
        }
    }
}

/// The catalogues of a workspace, as `catalogs`.
pub(crate) struct Shelf<'m>(Vec<Named<'m>>);

struct Named<'m> {
    name: &'m str,
    asked: &'m Asked<'m>,
}

impl<'m> Shelf<'m> {
    pub(crate) fn new(asked: &'m Asked<'m>, names: &'m [String]) -> Self {
        Shelf(names.iter().map(|name| Named { name, asked }).collect())
    }
}

impl Object for Shelf<'_> {
    fn get(&self, key: &str) -> Option<View<'_>> {
        self.0.iter().find(|catalog| catalog.name == key).map(|catalog| View::Object(catalog))
    }
}

impl Object for Named<'_> {
    fn get(&self, key: &str) -> Option<View<'_>> {
        self.asked.row(self.name, key)
    }
}

//! In-app messages: nothing leaves this server; the content is kept until the SDK fetches it.

use std::future::Future;
use std::pin::Pin;

use super::dialect::other;
use super::{LastWord, Outgoing, Provider, Receipt, SendFault, Sending, Wire};

/// Rapport itself.
pub(super) struct InApp;

impl Provider for InApp {
    fn encode(&self, outgoing: &Outgoing<'_>) -> Result<Wire, String> {
        Ok(Wire::Deposit(other(outgoing)?.clone()))
    }

    fn send<'a>(&'a self, wire: &'a Wire, last_word: &'a dyn LastWord) -> Sending<'a> {
        Box::pin(async move {
            let Wire::Deposit(content) = wire else {
                let detail = "this channel keeps messages within the app".to_owned();
                return Err(SendFault::Permanent { detail, hard_bounce: false });
            };
            if !last_word.may_leave().await {
                return Err(SendFault::Withheld);
            }
            Ok(Receipt { response: "kept".to_owned(), deposit: Some(content.clone()), ..Receipt::default() })
        })
    }

    fn probe<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        Box::pin(async { Ok("in-app messages need no provider".to_owned()) })
    }
}

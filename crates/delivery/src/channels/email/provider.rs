//! SMTP as a provider.

use std::future::Future;
use std::pin::Pin;

use super::{SmtpProvider, build};
use crate::channels::{Content, Outgoing, Provider, Receipt, SendFault, Sending, Wire};
use crate::core::address::Target;

impl Provider for SmtpProvider {
    fn encode(&self, outgoing: &Outgoing<'_>) -> Result<Wire, String> {
        let (Content::Email(parts), Some(Target::Email(to))) = (outgoing.content, outgoing.targets.first()) else {
            return Err("an SMTP server carries only mail".to_owned());
        };
        build(parts, outgoing.message, outgoing.template, self.spec(), to.clone(), outgoing.now).map(Wire::Mail)
    }

    fn send<'a>(&'a self, wire: &'a Wire) -> Sending<'a> {
        Box::pin(async move {
            let Wire::Mail(mail) = wire else {
                let detail = "an SMTP server carries only mail".to_owned();
                return Err(SendFault::Permanent { detail, hard_bounce: false });
            };
            let response = SmtpProvider::send(self, mail).await?;
            Ok(Receipt { response, ..Receipt::default() })
        })
    }

    fn probe<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        Box::pin(async move {
            self.connect().await?;
            let spec = self.spec();
            Ok(format!("connected to {}:{}", spec.host, spec.port))
        })
    }
}

//! SMTP as a provider.

use std::future::Future;
use std::pin::Pin;

use lettre::Address;

use super::dkim::signer_of;
use super::{Composed, Mail, SmtpProvider, build};
use crate::channels::{Content, LastWord, Outgoing, Provider, Receipt, SendFault, Sending, Wire};
use crate::core::address::Target;
use crate::spec::ChannelSpec;

/// The message with the signatures of its sender's domain, and the address its refusals come back to.
pub(crate) fn signed(
    parts: &Composed,
    outgoing: &Outgoing<'_>,
    channel: &ChannelSpec,
    to: Address,
) -> Result<Mail, String> {
    let mut mail = build(parts, outgoing.message, outgoing.template, channel, to, outgoing.now)?;
    let Some(signer) = signer_of(outgoing.signers, mail.from.domain()) else { return Ok(mail) };
    mail.bytes = signer.sign(&mail.bytes, outgoing.now)?;
    if let Some(domain) = signer.bounce_domain() {
        let local = outgoing.links.tokens.bounce_local(outgoing.message.workspace, outgoing.message.id);
        mail.from = Address::new(local, domain).map_err(|e| format!("the address for refusals is not valid: {e}"))?;
    }
    Ok(mail)
}

impl Provider for SmtpProvider {
    fn encode(&self, outgoing: &Outgoing<'_>) -> Result<Wire, String> {
        let (Content::Email(parts), Some(Target::Email(to))) = (outgoing.content, outgoing.targets.first()) else {
            return Err("an SMTP server carries only mail".to_owned());
        };
        signed(parts, outgoing, self.spec(), to.clone()).map(Wire::Mail)
    }

    fn send<'a>(&'a self, wire: &'a Wire, last_word: &'a dyn LastWord) -> Sending<'a> {
        Box::pin(async move {
            let Wire::Mail(mail) = wire else {
                let detail = "an SMTP server carries only mail".to_owned();
                return Err(SendFault::Permanent { detail, hard_bounce: false });
            };
            let response = SmtpProvider::send(self, mail, last_word).await?;
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

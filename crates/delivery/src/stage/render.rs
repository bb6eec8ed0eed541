//! What goes over the wire, made on a blocking thread once the provider's limit has a place for the message: the content, made
//! once for all channels that are asked, and its encoding for one of them.

use std::sync::Arc;

use rapport_domain::message::MessageOutcome;
use rapport_domain::{MessageChannel, OutboundMessage, SkipReason, Timestamp};

use super::Inner;
use super::attempt::{UNREADABLE_WAIT_MS, put_back, skipped};
use super::prepare::Passed;
use crate::channels::compose::{Composition, shorten};
use crate::channels::email::ComposeFault;
use crate::channels::{Content, Outgoing, Provider, Wire, webhook};
use crate::tracking::links::Links;

/// A message's content.
pub(super) struct Made {
    pub(super) content: Content,
    pub(super) short_links: Vec<(String, String)>,
    /// What the suppression list knows the recipient by.
    pub(super) address: Option<String>,
}

/// A message and what the gate saw of it.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) inner: Arc<Inner>,
    pub(super) message: Arc<OutboundMessage>,
    pub(super) passed: Arc<Passed>,
    /// Attempts that failed before this one.
    pub(super) failed_attempts: u32,
    /// It was put off before.
    pub(super) came_back: bool,
}

impl Case {
    /// Whether a customer waits for it.
    pub(super) fn is_awaited(&self) -> bool {
        self.message.transactional || self.passed.template.spec.transactional
    }

    fn links(&self) -> Links<'_> {
        Links {
            tokens: &self.inner.tokens,
            base: self.passed.settings.public_url.as_deref().unwrap_or(&self.inner.config.public_url),
            workspace: self.message.workspace,
            message: self.message.id,
            profile: self.passed.profile.id,
        }
    }

    /// The content, unless it is made already, and what goes over the wire of the channel with that provider.
    ///
    /// # Errors
    /// What became of the message, when there is nothing that could be sent.
    pub(super) fn make(
        &self,
        made: Option<Arc<Made>>,
        (provider, channel): (&dyn Provider, &str),
        now: Timestamp,
    ) -> Result<(Arc<Made>, Wire), MessageOutcome> {
        let made = match made {
            Some(made) => made,
            None => Arc::new(self.content(now)?),
        };
        let Passed { template, targets, signers, .. } = &*self.passed;
        let wire = provider.encode(&Outgoing {
            message: &self.message,
            template: &template.spec,
            content: &made.content,
            targets: &targets.list,
            country: targets.country.as_deref(),
            channel,
            links: &self.links(),
            signers,
            now,
        });
        wire.map(|wire| (made, wire)).map_err(|detail| skipped(SkipReason::InvalidTemplate, detail))
    }

    fn content(&self, now: Timestamp) -> Result<Made, MessageOutcome> {
        let (deps, message, links) = (&self.inner.deps, &*self.message, self.links());
        let Passed { template, profile, settings, targets, channels, .. } = &*self.passed;
        let unreadable = |detail: String| put_back(now, UNREADABLE_WAIT_MS, detail);
        let sources = &*deps.sources;
        let composition =
            Composition { template, message, profile, settings, links: &links, now, sources, notes_missing: false };
        let mut content = composition.compose().map_err(|fault| match fault {
            ComposeFault::Content(error) => skipped(SkipReason::InvalidTemplate, error.to_string()),
            ComposeFault::Unavailable(error) => unreadable(error.to_string()),
        })?;
        let short_links =
            if template.spec.track_clicks { shorten(&mut content, &message.channel, &links) } else { Vec::new() };
        let mut address = targets.address.clone();
        if MessageChannel::parse(&message.channel) == Some(MessageChannel::Webhook) {
            // A program that said it is gone is not called any more; which one it is the content says.
            let place = webhook::place(&content, channels);
            let gone = deps.suppressions.suppressed(message.workspace, &message.channel, &place);
            if gone.map_err(|e| unreadable(e.to_string()))?.is_some() {
                return Err(skipped(SkipReason::Suppressed, "the endpoint said that it is gone (410)"));
            }
            address = Some(place);
        }
        Ok(Made { content, short_links, address })
    }
}

//! What tests of channels share: a message, a customer, and a provider with its fake.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rapport_domain::{
    Json, MessageChannel, OutboundMessage, OutboxId, Partition, Profile, ProfileId, Timestamp, WorkspaceId,
};
use serde_json::{Value, json};

use super::compose::Composition;
use super::http::{Http, Outbound};
use super::{Means, Outgoing, Receipt, SendFault, Wire, open};
use crate::catcher::http::HttpCatcher;
use crate::core::address::targets;
use crate::deps::NoSources;
use crate::spec::{ChannelSpec, LiveTemplate, SettingsSpec};
use crate::tracking::links::Links;
use crate::tracking::tokens::Tokens;

/// Thursday, 2026-07-02 12:00 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_782_993_600_000);

/// A file of the data shared for tests, when this machine has it.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let path = std::env::var_os("RAPPORT_DATA").map_or_else(beside, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there; RAPPORT_DATA names the folder", path.display());
    None
}

/// A message on `channel`.
pub(crate) fn message(channel: &str) -> OutboundMessage {
    OutboundMessage {
        id: OutboxId { partition: Partition(1), number: 0x2f },
        workspace: WorkspaceId(3),
        profile: ProfileId(5),
        channel: channel.to_owned(),
        template: "t".into(),
        origin: None,
        topic: None,
        transactional: false,
        created_at: NOW,
        expires_at: NOW.plus_ms(3_600_000),
        data: Json::from_text(r#"{"event":{"n":7,"name":"Ada"}}"#),
    }
}

/// A customer with these traits.
pub(crate) fn profile(traits: &Value) -> Profile {
    let mut profile = Profile::new(WorkspaceId(3), ProfileId(5), true, Timestamp(0));
    for (name, value) in traits.as_object().into_iter().flatten() {
        let value = value.clone();
        profile.traits.insert(name.clone(), rapport_domain::profile::Trait { value, at: Timestamp(1) });
    }
    profile
}

/// A channel, a template and a customer, ready to send.
pub(crate) struct Bench {
    pub(crate) spec: ChannelSpec,
    pub(crate) template: LiveTemplate,
    pub(crate) profile: Profile,
    pub(crate) now: Timestamp,
}

impl Bench {
    pub(crate) fn new(channel: &Value, template: &Value, traits: &Value) -> Bench {
        Bench {
            spec: ChannelSpec::validate(channel).unwrap_or_else(|p| panic!("{p:?}")),
            template: LiveTemplate::prepare("t", 1, template).unwrap_or_else(|p| panic!("{p:?}")),
            profile: profile(traits),
            now: NOW,
        }
    }

    /// What goes over the wire.
    pub(crate) fn wire(&self) -> Result<Wire, String> {
        let name = self.template.spec.channel.as_str();
        let (tokens, message, settings) = (Tokens::new(b"test"), message(name), SettingsSpec::default());
        let links = Links {
            tokens: &tokens,
            base: "https://m.example",
            workspace: message.workspace,
            message: message.id,
            profile: self.profile.id,
        };
        let composition = Composition {
            template: &self.template,
            message: &message,
            profile: &self.profile,
            settings: &settings,
            links: &links,
            now: self.now,
            sources: &NoSources,
            notes_missing: false,
        };
        let content = composition.compose().map_err(|e| e.to_string())?;
        let targets = targets(&self.profile, MessageChannel::parse(name).unwrap(), None)?;
        let provider = open(&self.spec, &means(Duration::from_secs(5)))?;
        provider.encode(&Outgoing {
            message: &message,
            template: &self.template.spec,
            content: &content,
            targets: &targets.list,
            country: targets.country.as_deref(),
            signers: &[],
            channel: "c",
            links: &links,
            now: self.now,
        })
    }

    /// Sends it.
    pub(crate) async fn send(&self) -> Result<Receipt, SendFault> {
        let wire = self.wire().map_err(|detail| SendFault::Permanent { detail, hard_bounce: false })?;
        open(&self.spec, &means(Duration::from_secs(5))).unwrap().send(&wire, &super::Decided).await
    }
}

/// What a template of another channel than e-mail makes for a customer with these traits.
pub(crate) fn content(template: &LiveTemplate, traits: &Value) -> Value {
    let (tokens, message, profile) = (Tokens::new(b"test"), message(&template.spec.channel), profile(traits));
    let (workspace, id) = (message.workspace, message.id);
    let links = Links { tokens: &tokens, base: "https://m.example", workspace, message: id, profile: profile.id };
    let composition = Composition {
        template,
        message: &message,
        profile: &profile,
        settings: &SettingsSpec::default(),
        links: &links,
        now: NOW,
        sources: &NoSources,
        notes_missing: false,
    };
    match composition.compose() {
        Ok(super::Content::Other(content)) => content,
        other => panic!("{other:?}"),
    }
}

/// Means whose calls may reach this machine.
pub(crate) fn means(timeout: Duration) -> Means {
    Means { timeout, http: Arc::new(Http::new(timeout, &Outbound::anywhere()).unwrap()) }
}

/// A fake provider that answers 200 with a body.
pub(crate) async fn fake(body: &Value) -> HttpCatcher {
    HttpCatcher::local(crate::catcher::http::Act::answer(200, &body.to_string())).await.unwrap()
}

/// A document with members replaced.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        base[name] = value.clone();
    }
    base
}

#[test]
fn the_bench_says_what_is_wrong() {
    let template = json!({"name": "W", "channel": "webhook", "body": {"a": "{{ event.name }}"}});
    let bench = Bench::new(&json!({"kind": "webhook", "url": "https://x.example"}), &template, &json!({}));
    assert!(matches!(bench.wire(), Ok(Wire::Calls(calls)) if calls[0].body == r#"{"a":"Ada"}"#));
}

//! The documents delivery owns: templates, channels, topics and settings, read from JSON with errors that name the path
//! and the nearest name that would have worked.

mod channel;
mod content;
mod fields;
mod kinds;
mod settings;
mod shape;
mod template;
mod topic;

pub use channel::{ChannelSpec, LiveChannel, Sender, TlsMode};
pub use kinds::ProviderKind;
pub use settings::{Company, ConsentPolicy, QuietHours, SettingsSpec};
pub use template::{LiveTemplate, MAX_HTML_BYTES, MAX_SUBJECT_BYTES, Priority, QuietPolicy, TemplateSpec};
pub use topic::TopicSpec;

use rapport_domain::{Problem, ResourceKind};
use serde_json::Value;

/// Checks a document of one of delivery's kinds; `None` when the kind is not delivery's.
#[must_use]
pub fn check(kind: ResourceKind, spec: &Value) -> Option<Result<(), Vec<Problem>>> {
    Some(match kind {
        ResourceKind::Template => TemplateSpec::validate(spec).map(drop),
        ResourceKind::Channel => ChannelSpec::validate(spec).map(drop),
        ResourceKind::Topic => TopicSpec::validate(spec).map(drop),
        ResourceKind::Settings => SettingsSpec::validate(spec).map(drop),
        _ => return None,
    })
}

/// The JSON Schema of one of delivery's kinds; `None` when the kind is not delivery's.
#[must_use]
pub fn schema(kind: ResourceKind) -> Option<Value> {
    Some(match kind {
        ResourceKind::Template => TemplateSpec::schema(),
        ResourceKind::Channel => ChannelSpec::schema(),
        ResourceKind::Topic => TopicSpec::schema(),
        ResourceKind::Settings => SettingsSpec::schema(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

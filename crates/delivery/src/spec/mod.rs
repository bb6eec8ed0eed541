//! The documents delivery owns: templates, channels, topics and settings, read from JSON with errors that name the path
//! and the nearest name that would have worked.

mod block;
mod brand;
mod calendar;
mod catalog;
mod channel;
mod confirm;
mod content;
mod domain;
mod fields;
mod kinds;
mod live;
mod settings;
mod shape;
mod template;
mod topic;
mod translation;

pub use block::BlockSpec;
pub use brand::BrandSpec;
pub use calendar::CalendarEvent;
pub use catalog::{CatalogSpec, CouponSpec};
pub use channel::{ChannelSpec, LiveChannel, Sender, TlsMode, WhenUnsure};
pub use confirm::{Confirmations, DoubleOptIn};
pub use domain::DomainSpec;
pub use kinds::ProviderKind;
pub use live::LiveTemplate;
pub use settings::{Company, ConsentPolicy, FrequencyCap, MAX_WINDOW_MS, Pressure, QuietHours, SettingsSpec};
pub use template::{MAX_HTML_BYTES, MAX_SUBJECT_BYTES, Priority, QuietPolicy, TemplateSpec};
pub use topic::TopicSpec;
pub use translation::Translation;

use rapport_domain::{Problem, ResourceKind};
use serde_json::Value;

/// Checks a document of one of delivery's kinds; `None` when the kind is not delivery's.
#[must_use]
pub fn check(kind: ResourceKind, spec: &Value) -> Option<Result<(), Vec<Problem>>> {
    Some(match kind {
        ResourceKind::Template => TemplateSpec::validate(spec).map(drop),
        ResourceKind::Channel => ChannelSpec::validate(spec).map(drop),
        ResourceKind::Topic => TopicSpec::validate(spec).map(drop),
        ResourceKind::Block => BlockSpec::validate(spec).map(drop),
        ResourceKind::Brand => BrandSpec::validate(spec).map(drop),
        ResourceKind::Catalog => CatalogSpec::validate(spec).map(drop),
        ResourceKind::Coupon => CouponSpec::validate(spec).map(drop),
        ResourceKind::Domain => DomainSpec::validate(spec).map(drop),
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
        ResourceKind::Block => BlockSpec::schema(),
        ResourceKind::Brand => BrandSpec::schema(),
        ResourceKind::Catalog => CatalogSpec::schema(),
        ResourceKind::Coupon => CouponSpec::schema(),
        ResourceKind::Domain => DomainSpec::schema(),
        ResourceKind::Settings => SettingsSpec::schema(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

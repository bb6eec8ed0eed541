//! Resources: everything a team configures, as typed, versioned documents with one lifecycle.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::WorkspaceId;
use crate::time::Timestamp;

/// What kinds of documents there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// An audience by rule.
    Segment,
    /// A trait kept from a customer's events and other traits.
    ComputedTrait,
    /// Customers grouped by likeness of what they do.
    PersonaModel,
    /// A multi-step workflow.
    Journey,
    /// One message to an audience.
    Campaign,
    /// A message's content.
    Template,
    /// A way out: an SMTP server and its sender.
    Channel,
    /// A subject customers can subscribe to or leave.
    Topic,
    /// A piece of content that templates share: a footer, a header, a layout.
    Block,
    /// How a brand looks and speaks: colours, logo, footer, tone.
    Brand,
    /// Rows that templates look up: products, shops, prices.
    Catalog,
    /// A pool of coupon codes, each given to one message.
    Coupon,
    /// A domain mail is sent from, with its signing keys.
    Domain,
    /// The workspace's own settings: zone, quiet hours, consent policy; one document, id `workspace`.
    Settings,
    /// A saved report over events.
    Insight,
    /// Saved reports side by side.
    Dashboard,
    /// A number with a target.
    Goal,
    /// Saved reports that members get by mail.
    Report,
    /// A note about a day, shown with reports of it.
    Annotation,
    /// The events a team means to send.
    TrackingPlan,
}

impl ResourceKind {
    /// Every kind.
    pub const ALL: [ResourceKind; 20] = [
        Self::Segment,
        Self::ComputedTrait,
        Self::PersonaModel,
        Self::Journey,
        Self::Campaign,
        Self::Template,
        Self::Channel,
        Self::Topic,
        Self::Block,
        Self::Brand,
        Self::Catalog,
        Self::Coupon,
        Self::Domain,
        Self::Settings,
        Self::Insight,
        Self::Dashboard,
        Self::Goal,
        Self::Report,
        Self::Annotation,
        Self::TrackingPlan,
    ];

    /// Its name in documents and paths.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::ComputedTrait => "computed_trait",
            Self::PersonaModel => "persona_model",
            Self::Journey => "journey",
            Self::Campaign => "campaign",
            Self::Template => "template",
            Self::Channel => "channel",
            Self::Topic => "topic",
            Self::Block => "block",
            Self::Brand => "brand",
            Self::Catalog => "catalog",
            Self::Coupon => "coupon",
            Self::Domain => "domain",
            Self::Settings => "settings",
            Self::Insight => "insight",
            Self::Dashboard => "dashboard",
            Self::Goal => "goal",
            Self::Report => "report",
            Self::Annotation => "annotation",
            Self::TrackingPlan => "tracking_plan",
        }
    }

    /// Members of the spec whose text is a secret: stored sealed, shown as [`REDACTED`].
    #[must_use]
    pub fn secrets(self) -> &'static [&'static str] {
        match self {
            Self::Channel => &["secret", "webhook_secret", "client_secret", "verify_token"],
            Self::Domain => &["rsa_key", "ed25519_key"],
            _ => &[],
        }
    }

    /// The kind of that name, singular or plural.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text || text.strip_suffix('s') == Some(k.as_str()))
    }
}

/// What stands in the place of a secret in answers. Written back unchanged, it means "keep the secret".
pub const REDACTED: &str = "********";

/// Where a document is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceStatus {
    /// Being written; has no effect.
    Draft,
    /// Waiting for approval; has no effect.
    Review,
    /// In effect.
    Live,
    /// In effect no more; kept for history.
    Archived,
}

impl ResourceStatus {
    /// Its name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Live => "live",
            Self::Archived => "archived",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::Review, Self::Live, Self::Archived].into_iter().find(|s| s.as_str() == text)
    }
}

/// One version of one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Whose.
    pub workspace: WorkspaceId,
    /// What kind.
    pub kind: ResourceKind,
    /// Its slug, unique within workspace and kind.
    pub id: String,
    /// 1, 2, 3… Each write makes a new version; the live one may be older than the newest.
    pub version: u32,
    /// Where this version is in its life.
    pub status: ResourceStatus,
    /// What it says, by kind.
    pub spec: Value,
    /// Who wrote it: a member's e-mail address or a token's name.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who approved this version, when somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// A member's word that a version may go live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The member's e-mail address.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Whether `id` is a slug: 1-64 lower-case letters, digits, `-` and `_`, beginning with a letter or digit.
#[must_use]
pub fn is_slug(id: &str) -> bool {
    let mut chars = id.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    first && id.len() <= 64 && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for kind in ResourceKind::ALL {
            assert_eq!(ResourceKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(ResourceKind::parse("segments"), Some(ResourceKind::Segment));
        assert_eq!(ResourceKind::parse("settings"), Some(ResourceKind::Settings));
        assert_eq!(ResourceKind::parse("segmentss"), None);
        assert_eq!(ResourceStatus::parse("live"), Some(ResourceStatus::Live));
    }

    #[test]
    fn slugs() {
        assert!(is_slug("win-back_2") && is_slug("7d"));
        assert!(!is_slug("") && !is_slug("-a") && !is_slug("A") && !is_slug("a b") && !is_slug(&"a".repeat(65)));
    }
}

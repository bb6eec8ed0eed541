//! What every request has in common, and its limits.

use rapport_domain::ProfileId;
use rapport_domain::time::DAY_MS;

/// The most buckets of a report: ten years of days.
pub const MAX_BUCKETS: usize = 3_660;
/// The most days of a report: ten years.
pub const MAX_DAYS: i64 = 3_660;
/// The longest conversion window: a year.
pub const MAX_WINDOW_MS: i64 = 366 * DAY_MS;
/// The most values a breakdown shows.
pub const MAX_TOP: usize = 50;
/// The most profiles on one page.
pub const MAX_PAGE: usize = 1_000;
/// Profiles on a page when nothing is said.
pub(crate) const DEFAULT_PAGE: usize = 100;

/// What every request says: when, where, of whom.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scope<'a> {
    /// Beginning of the period.
    pub(crate) from: Option<&'a str>,
    /// End of the period.
    pub(crate) to: Option<&'a str>,
    /// IANA zone.
    pub(crate) zone: Option<&'a str>,
    /// Only profiles of this segment.
    pub(crate) segment: Option<&'a str>,
    /// Only events for which this holds.
    pub(crate) filter: Option<&'a str>,
    /// Only this share of the profiles.
    pub(crate) sample_percent: Option<f64>,
}

/// A request type: its own fields, and those that every request has.
macro_rules! request {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            /// Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
            /// time; some way before the end when absent.
            pub from: Option<String>,
            /// End: a date of the zone or a day named from today (included), or a time (excluded); now when absent.
            pub to: Option<String>,
            /// IANA zone that decides where days begin; UTC when absent.
            pub zone: Option<String>,
            /// Only profiles that are in this segment now.
            pub segment: Option<String>,
            /// Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
            /// other events.
            pub filter: Option<String>,
            /// Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
            /// sample, not scaled up.
            pub sample_percent: Option<f64>,
        }

        impl $name {
            pub(crate) fn scope(&self) -> crate::request::Scope<'_> {
                crate::request::Scope {
                    from: self.from.as_deref(),
                    to: self.to.as_deref(),
                    zone: self.zone.as_deref(),
                    segment: self.segment.as_deref(),
                    filter: self.filter.as_deref(),
                    sample_percent: self.sample_percent,
                }
            }
        }
    };
}
pub(crate) use request;

/// A drill type: which number, and which page of its profiles.
macro_rules! drill {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            /// Continue after this profile, the `next` of the page before.
            #[schemars(with = "Option<String>")]
            pub after: Option<rapport_domain::ProfileId>,
            /// Profiles on a page, at most 1,000; 100 when absent.
            pub limit: Option<usize>,
        }

        impl $name {
            pub(crate) fn page(&self) -> crate::request::Page {
                crate::request::Page {
                    after: self.after,
                    limit: self.limit.unwrap_or(crate::request::DEFAULT_PAGE),
                }
            }
        }
    };
}
pub(crate) use drill;

/// Which page of profiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) after: Option<ProfileId>,
    pub(crate) limit: usize,
}

/// A share in percent; 0 of nothing.
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

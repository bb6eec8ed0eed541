//! What every report has in common.

use rapport_domain::ProfileId;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::table::Table;

/// A report: JSON by its serialisation, CSV and text by its table.
pub trait Report: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// The numbers as rows.
    fn table(&self) -> Table;

    /// What every report says.
    fn about(&self) -> &About;
}

/// What every report says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// Beginning of the period, RFC 3339.
    pub from: String,
    /// End of the period, RFC 3339, excluded.
    pub to: String,
    /// The zone of the days.
    pub zone: String,
    /// The share of profiles that was looked at, when a sample was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_percent: Option<f64>,
    /// The profiles asked for with `drill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiles: Option<ProfilePage>,
    /// The team's notes about days of the period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Note>,
    /// What a reader must know: names never seen, limits reached, damaged files left out.
    pub warnings: Vec<String>,
}

/// A note about a day or some days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// The annotation's id.
    pub id: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// What happened.
    pub text: String,
}

/// Some profiles, by id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfilePage {
    /// How many there are in all.
    pub total: u64,
    /// The ids on this page.
    #[schemars(with = "Vec<String>")]
    pub profiles: Vec<ProfileId>,
    /// Give this as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub next: Option<ProfileId>,
    /// A rule that holds exactly these profiles, to be saved as a segment; absent where the rule language cannot say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// A number of a report. Whole ones are written without a fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, JsonSchema)]
#[schemars(transparent)]
pub struct Figure(pub f64);

/// Whole numbers up to here are exact.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() <= MAX_WHOLE {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Figure)
    }
}

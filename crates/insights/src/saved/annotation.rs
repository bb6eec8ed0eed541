//! Annotations: what happened on a day, shown with every report of it.

use chrono::NaiveDate;
use rapport_domain::{Problem, kinds as of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kinds;
use crate::report::Note;

/// The longest text, bytes.
const MAX_NOTE: usize = 1_000;

/// A note about a day or some days: kind `annotation`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Annotation")]
pub struct AnnotationSpec {
    /// What happened.
    pub text: String,
    /// The day: `2026-03-01`.
    pub date: String,
    /// The last day, where it is several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl AnnotationSpec {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let found: AnnotationSpec = kinds::read(spec, "spec").map_err(|p| vec![p])?;
        let mut problems = Vec::new();
        if found.text.trim().is_empty() || found.text.len() > MAX_NOTE {
            problems.push(match found.text.trim() {
                "" => Problem::of("spec.text", of::EMPTY, &[]),
                _ => Problem::of("spec.text", of::TOO_LONG, &[("max", &MAX_NOTE), ("found", &found.text.len())]),
            });
        }
        let day = |text: &str| text.parse::<NaiveDate>().ok().filter(|d| d.to_string() == text);
        let (date, until) = (day(&found.date), found.until.as_deref().map(day));
        if date.is_none() {
            problems.push(Problem::of("spec.date", of::NOT_A_DATE, &[]));
        }
        match until {
            Some(None) => problems.push(Problem::of("spec.until", of::NOT_A_DATE, &[])),
            Some(until) if until < date => {
                problems.push(Problem::of("spec.until", of::TOO_EARLY, &[("at", &"date"), ("found", &found.date)]));
            }
            _ => {}
        }
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }

    /// The note as reports show it.
    #[must_use]
    pub fn note(self, id: &str) -> Note {
        let to = self.until.unwrap_or_else(|| self.date.clone());
        Note { id: id.to_owned(), from: self.date, to, text: self.text }
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::ResourceKind;
    use serde_json::json;

    use super::super::tests::faults;

    #[test]
    fn faults_have_a_place() {
        for (spec, expected) in [
            (json!({"text": "Sale", "date": "2026-03-01"}), None),
            (json!({"text": "Sale", "date": "2026-03-01", "until": "2026-03-07"}), None),
            (json!({"date": "2026-03-01"}), Some("spec.text: must not be empty")),
            (json!({"text": "Sale", "date": "March"}), Some("spec.date: expected a date")),
            (json!({"text": "Sale", "date": "2026-3-1"}), Some("spec.date: expected a date")),
            (json!({"text": "Sale", "date": "2026-03-01", "until": "2026-02-01"}), Some("must not be before")),
            (json!({"text": "Sale", "day": "2026-03-01"}), Some("unknown field `day`")),
        ] {
            let found = faults(ResourceKind::Annotation, &spec);
            assert_eq!(found.is_empty(), expected.is_none(), "{spec}: {found:?}");
            assert!(expected.is_none_or(|e| found[0].contains(e)), "{spec}: {found:?}");
        }
    }
}

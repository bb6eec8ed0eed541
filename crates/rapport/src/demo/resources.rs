//! What the demo shop's team has configured: documents in the form `rapport apply` takes (`kind`, `id`, `spec`).

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde_json::{Value, json};

use super::calendar::{civil, sale};

/// Files of documents, each after those it refers to.
pub(crate) const FILES: [(&str, &str); 8] = [
    ("settings.yaml", include_str!("resources/settings.yaml")),
    ("templates.yaml", include_str!("resources/templates.yaml")),
    ("content.yaml", include_str!("resources/content.yaml")),
    ("segments.yaml", include_str!("resources/segments.yaml")),
    ("audience.yaml", include_str!("resources/audience.yaml")),
    ("journeys.yaml", include_str!("resources/journeys.yaml")),
    ("campaigns.yaml", include_str!("resources/campaigns.yaml")),
    ("desk.yaml", include_str!("resources/desk.yaml")),
];

/// One document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Its kind, as in paths.
    pub(crate) kind: String,
    /// Its id.
    pub(crate) id: String,
    /// What it says.
    pub(crate) spec: Value,
}

/// Every document, in an order in which they can be published.
///
/// # Errors
/// Never, unless a file in this folder was broken: its name and what is wrong.
pub(crate) fn documents() -> Result<Vec<Document>, String> {
    let mut out = Vec::new();
    for (name, text) in FILES {
        for document in serde_norway::Deserializer::from_str(text) {
            out.push(Document::deserialize(document).map_err(|e| format!("{name}: {e}"))?);
        }
    }
    Ok(out)
}

/// The team's notes about days of the shop's history, counted from 1970-01-01: its sales, from the first to the last day.
pub(super) fn notes(days: RangeInclusive<i64>) -> Vec<Document> {
    let date = |day: i64| {
        let (year, month, date) = civil(day);
        format!("{year:04}-{month:02}-{date:02}")
    };
    let mut out: Vec<Document> = Vec::new();
    let mut before = None;
    for day in days {
        let now = sale(day);
        match (now, before == now, out.last_mut()) {
            (Some(_), true, Some(note)) => note.spec["until"] = json!(date(day)),
            (Some(sale), _, _) => out.push(Document {
                kind: "annotation".to_owned(),
                id: format!("{}-{}", sale.code.to_lowercase(), date(day)),
                spec: json!({"text": format!("Sale {}: {} % off everything", sale.code, sale.percent), "date": date(day)}),
            }),
            (None, ..) => {}
        }
        before = now;
    }
    out
}

/// The e-mail channel of the demo: the built-in mail catcher.
pub(crate) fn mail_catcher(host: &str, port: u16) -> Document {
    let spec = json!({
        "kind": "smtp",
        "host": host,
        "port": port,
        "tls": "none",
        "from": { "name": "Larkspur", "email": "hello@larkspur.example.com" },
        "reply_to": "help@larkspur.example.com",
    });
    Document { kind: "channel".to_owned(), id: "email".to_owned(), spec }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rapport_domain::{ResourceKind, resource};

    use super::*;

    #[test]
    fn documents_are_read_and_refer_to_each_other() {
        let documents = documents().unwrap();
        let mut known = HashSet::new();
        let mut referred = Vec::new();
        for d in &documents {
            assert!(ResourceKind::parse(&d.kind).is_some() && resource::is_slug(&d.id), "{} {}", d.kind, d.id);
            assert!(known.insert((d.kind.clone(), d.id.clone())), "{} {} twice", d.kind, d.id);
            let mut refer =
                |kind: &str, id: &Value| referred.extend(id.as_str().map(|i| (kind.to_owned(), i.to_owned())));
            refer("topic", &d.spec["topic"]);
            refer("segment", &d.spec["trigger"]["segment"]["id"]);
            for step in d.spec["steps"].as_array().into_iter().flatten() {
                refer("template", &step["send"]["template"]);
                refer("topic", &step["send"]["topic"]);
            }
        }
        assert!(referred.len() > 10);
        for reference in referred {
            assert!(known.contains(&reference), "{reference:?}");
        }
        assert!(known.len() >= 20, "{known:?}");
    }

    /// The demo's own documents, for what others refer to.
    struct Shelf;

    impl rapport_insights::saved::Shelf for Shelf {
        fn ids(&self, kind: ResourceKind) -> Vec<String> {
            documents().unwrap().into_iter().filter(|d| d.kind == kind.as_str()).map(|d| d.id).collect()
        }

        fn members(&self) -> Vec<String> {
            Vec::new()
        }
    }

    #[test]
    fn the_sales_are_noted_from_their_first_to_their_last_day() {
        let day = |text: &str| rapport_domain::Timestamp::parse(text).unwrap().utc_day();
        let found = notes(day("2026-03-01")..=day("2026-06-20"));
        let told: Vec<_> =
            found.iter().map(|n| (n.id.as_str(), n.spec["date"].as_str(), n.spec["until"].as_str())).collect();
        assert_eq!(
            told,
            [
                ("spring15-2026-03-14", Some("2026-03-14"), Some("2026-03-21")),
                ("summer20-2026-06-18", Some("2026-06-18"), Some("2026-06-20")),
            ]
        );
        for note in found {
            let checked = rapport_insights::saved::check(ResourceKind::Annotation, &note.spec, &Shelf);
            assert_eq!(checked.unwrap().err(), None, "{}", note.id);
        }
    }

    #[test]
    fn rules_and_templates_are_valid() {
        for d in documents().unwrap().iter().chain([&mail_catcher("127.0.0.1", 2525)]) {
            let place = format!("{} {}", d.kind, d.id);
            match d.kind.as_str() {
                "segment" => assert_eq!(rapport_rules::parse(d.spec["rule"].as_str().unwrap()).err(), None, "{place}"),
                "template" => assert_eq!(rapport_delivery::TemplateSpec::validate(&d.spec).err(), None, "{place}"),
                "topic" => assert_eq!(rapport_delivery::TopicSpec::validate(&d.spec).err(), None, "{place}"),
                "settings" => assert_eq!(rapport_delivery::SettingsSpec::validate(&d.spec).err(), None, "{place}"),
                "channel" => assert_eq!(rapport_delivery::ChannelSpec::validate(&d.spec).err(), None, "{place}"),
                "brand" | "block" => {
                    let kind = ResourceKind::parse(&d.kind).unwrap();
                    assert_eq!(rapport_delivery::spec::check(kind, &d.spec).and_then(Result::err), None, "{place}");
                }
                "tracking_plan" => assert_eq!(rapport_collect::plan::validate(&d.spec).err(), None, "{place}"),
                "computed_trait" => {
                    assert_eq!(rapport_rules::parse_formula(d.spec["value"].as_str().unwrap()).err(), None, "{place}");
                }
                // Their stages' own tests read these files: this crate does not know them.
                "persona_model" => assert!(d.spec["features"].is_array(), "{place}"),
                "campaign" => assert!(d.spec["audience"].is_object(), "{place}"),
                "journey" => assert!(d.spec["steps"].is_array(), "{place}"),
                other => {
                    let found = rapport_insights::saved::check(ResourceKind::parse(other).unwrap(), &d.spec, &Shelf);
                    assert_eq!(found.unwrap_or_else(|| panic!("{other}")).err(), None, "{place}");
                }
            }
        }
    }
}

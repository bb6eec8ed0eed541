//! The words of the language, for editors: what can be written, how, and what it means.

use serde::Serialize;

/// Where a word can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// By itself, as a condition or value.
    Function,
    /// After `events(…)` or `messages(…)`.
    Events,
    /// As the measure that ends a question about events.
    Measure,
    /// After a trait or a field of an event.
    Field,
}

/// One word of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Form {
    /// The word.
    pub name: &'static str,
    /// Where it can stand.
    pub place: Place,
    /// How it is written.
    pub example: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

const fn form(name: &'static str, place: Place, example: &'static str, meaning: &'static str) -> Form {
    Form { name, place, example, meaning }
}

use Place::{Events, Field, Function, Measure};

/// Every word. A test holds it against the parser: each example is accepted, and no word is missing.
pub const FORMS: &[Form] = &[
    form(
        "events",
        Function,
        r#"events("Order Completed").exists()"#,
        "Events of these names; without one what customers did, with \"*\" every event.",
    ),
    form(
        "messages",
        Function,
        r#"messages("opened").within("30d").exists()"#,
        "What became of messages: queued, sent, skipped, failed, delivered, opened, clicked, bounced, complained, unsubscribed.",
    ),
    form("has", Function, "has(traits.plan)", "The trait is there and not null."),
    form(
        "in_segment",
        Function,
        r#"in_segment("vip", "7d")"#,
        "The profile is in that segment now; with a time, for at least so long.",
    ),
    form(
        "segment_since",
        Function,
        r#"now() - segment_since("vip") > duration("7d")"#,
        "Since when the profile has been in that segment without a break.",
    ),
    form(
        "consent",
        Function,
        r#"consent("email", "newsletter")"#,
        "Consent was given for the channel, or a topic on it.",
    ),
    form("score", Function, r#"score("churn") > 0.7"#, "A prediction."),
    form("accounts", Function, "accounts() > 1", "How many accounts the profile belongs to."),
    form(
        "account_members",
        Function,
        "account_members() >= 10",
        "How many profiles belong to the profile's account; account.plan reads a trait of it.",
    ),
    form(
        "bucket",
        Function,
        r#"bucket("exp-1", 0, 10)"#,
        "The profile's stable point in 0-100 under that name lies there.",
    ),
    form(
        "sequence",
        Function,
        r#"sequence(["Product Viewed", !events("Order Completed")], "3h")"#,
        "These events happened in order within the time; ! asks for absence.",
    ),
    form(
        "date",
        Function,
        r#"date(traits.signup) < date("2026-01-31")"#,
        "The trait read as an instant, or a constant instant.",
    ),
    form("duration", Function, r#"now() - date(traits.signup) > duration("7d")"#, "A length of time."),
    form("now", Function, r#"date(traits.renewal) < now()"#, "The instant of evaluation."),
    form(
        "today",
        Function,
        r#"date(traits.renewal) >= today()"#,
        "The start of the present day in the profile's time zone.",
    ),
    form(
        "semver",
        Function,
        r#"semver(traits.app_version) >= semver("2.3")"#,
        "The trait read as a version, or a constant version.",
    ),
    form(
        "distance",
        Function,
        "distance(traits.location, 52.5, 13.4) < 10",
        "Kilometres between the place in the trait and a place in degrees north and east.",
    ),
    form("size", Function, "size(traits.tags) > 2", "Characters of a text, members of a list."),
    form("within", Events, r#"events("A").within("30d").exists()"#, "In the last so long."),
    form(
        "within_days",
        Events,
        r#"events("A").within_days(7).exists()"#,
        "In the last so many calendar days of the profile's zone, today included.",
    ),
    form(
        "within_weeks",
        Events,
        r#"events("A").within_weeks(1).exists()"#,
        "In the last so many calendar weeks from Monday, the present one included.",
    ),
    form(
        "within_months",
        Events,
        r#"events("A").within_months(1).exists()"#,
        "In the last so many calendar months, the present one included.",
    ),
    form(
        "since",
        Events,
        r#"events("A").since(date(traits.signup), "14d").exists()"#,
        "From the instant a trait names on, for so long if said.",
    ),
    form(
        "between",
        Events,
        r#"events("A").between("2026-01-01", "2026-02-01").exists()"#,
        "From a date on and before another.",
    ),
    form("before", Events, r#"events("A").before("2026-02-01").exists()"#, "Before a date."),
    form("after", Events, r#"events("A").after("2026-01-01").exists()"#, "From a date on."),
    form("filter", Events, r#"events("A").filter(e, e.total > 50).exists()"#, "Only those with this condition."),
    form("count", Measure, r#"events("A").count() >= 3"#, "How many."),
    form("exists", Measure, r#"events("A").exists()"#, "At least one."),
    form("sum", Measure, r#"events("A").sum("total") > 100"#, "Sum of a property."),
    form("min", Measure, r#"events("A").min("total") > 100"#, "Smallest value of a property."),
    form("max", Measure, r#"events("A").max("total") > 100"#, "Largest value of a property."),
    form("avg", Measure, r#"events("A").avg("total") > 100"#, "Mean value of a property."),
    form(
        "first",
        Measure,
        r#"events("A").first() > date("2026-01-01")"#,
        "When the first one happened; with a property, its value then.",
    ),
    form(
        "last",
        Measure,
        r#"now() - events("A").last() > duration("30d")"#,
        "When the last one happened; with a property, its value then.",
    ),
    form("distinct", Measure, r#"events("A").distinct("sku") > 2"#, "How many different values of a property."),
    form("days", Measure, r#"events("A").days() > 2"#, "On how many different days (UTC)."),
    form(
        "local_days",
        Measure,
        r#"events("A").local_days() > 2"#,
        "On how many different days of the profile's time zone.",
    ),
    form(
        "most_frequent",
        Measure,
        r#"events("A").most_frequent("category") == "shoes""#,
        "The value a property had most often.",
    ),
    form(
        "values",
        Measure,
        r#"events("A").values("sku")"#,
        "The different values of a property, most frequent first; only as a computed trait.",
    ),
    form("contains", Field, r#"traits.tags.contains("vip")"#, "The text contains it, or the list has it."),
    form("containsAny", Field, r#"traits.tags.containsAny(["a", "b"])"#, "The list has at least one of them."),
    form("containsAll", Field, r#"traits.tags.containsAll(["a", "b"])"#, "The list has every one of them."),
    form("startsWith", Field, r#"traits.plan.startsWith("pro")"#, "The text begins with it."),
    form("endsWith", Field, r#"traits.email.endsWith("@example.com")"#, "The text ends with it."),
    form(
        "equalsIgnoreCase",
        Field,
        r#"traits.country.equalsIgnoreCase("de")"#,
        "The text equals it but for capital letters.",
    ),
    form("matches", Field, r#"traits.sku.matches("^A[0-9]+$")"#, "The regular expression matches somewhere."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_accepted_and_every_word_is_here() {
        for form in FORMS {
            crate::parse_formula(form.example).unwrap_or_else(|p| panic!("{}: {p:?}", form.example));
            assert!(form.example.contains(form.name), "{form:?}");
        }
        for word in crate::parse::words() {
            assert!(FORMS.iter().any(|f| f.name == word), "{word} is not in the table");
        }
    }
}

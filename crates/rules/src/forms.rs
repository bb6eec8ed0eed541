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
        "Events of these names; any event without a name.",
    ),
    form("has", Function, "has(traits.plan)", "The trait is there and not null."),
    form("in_segment", Function, r#"in_segment("vip")"#, "The profile is in that segment now."),
    form(
        "consent",
        Function,
        r#"consent("email", "newsletter")"#,
        "Consent was given for the channel, or a topic on it.",
    ),
    form("score", Function, r#"score("churn") > 0.7"#, "A prediction."),
    form(
        "bucket",
        Function,
        r#"bucket("exp-1", 0, 10)"#,
        "The profile's stable point in 0-100 under that name lies there.",
    ),
    form(
        "sequence",
        Function,
        r#"sequence(["Product Viewed", "Order Completed"], "3h")"#,
        "These events happened in order within the time.",
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
    form("size", Function, "size(traits.tags) > 2", "Characters of a text, members of a list."),
    form("within", Events, r#"events("A").within("30d").exists()"#, "In the last so long."),
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
    form("first", Measure, r#"events("A").first() > date("2026-01-01")"#, "When the first one happened."),
    form("last", Measure, r#"now() - events("A").last() > duration("30d")"#, "When the last one happened."),
    form("distinct", Measure, r#"events("A").distinct("sku") > 2"#, "How many different values of a property."),
    form("days", Measure, r#"events("A").days() > 2"#, "On how many different days (UTC)."),
    form("contains", Field, r#"traits.tags.contains("vip")"#, "The text contains it, or the list has it."),
    form("startsWith", Field, r#"traits.plan.startsWith("pro")"#, "The text begins with it."),
    form("endsWith", Field, r#"traits.email.endsWith("@example.com")"#, "The text ends with it."),
    form("matches", Field, r#"traits.sku.matches("^A[0-9]+$")"#, "The regular expression matches somewhere."),
];

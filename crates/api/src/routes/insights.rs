//! Reports over events.

use axum::Json;
use axum::extract::State;
use rapport_insights::{FunnelReport, FunnelRequest, TrendReport, TrendRequest, run_funnel, run_trend};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::auth::Caller;
use crate::extract::Body;
use crate::reply::Reply;
use crate::state::ApiState;

/// `POST /api/v1/insights/funnel`.
pub(crate) async fn funnel(
    State(state): State<ApiState>,
    caller: Caller,
    Body(request): Body<FunnelRequest>,
) -> Reply<FunnelReport> {
    let report = state
        .query(move |state, cancel| run_funnel(&state.lake.snapshot(caller.workspace), &request, state.now(), cancel))
        .await?;
    Ok(Json(report))
}

/// `POST /api/v1/insights/trend`.
pub(crate) async fn trend(
    State(state): State<ApiState>,
    caller: Caller,
    Body(request): Body<TrendRequest>,
) -> Reply<TrendReport> {
    let report = state
        .query(move |state, cancel| run_trend(&state.lake.snapshot(caller.workspace), &request, state.now(), cancel))
        .await?;
    Ok(Json(report))
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

fn number(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number).description(Some(description))
}

fn list(item: ObjectBuilder, description: &str) -> ArrayBuilder {
    ArrayBuilder::new().items(item).description(Some(description))
}

fn period(object: ObjectBuilder) -> ObjectBuilder {
    object
        .property("from", text("Beginning: a date of the zone, or a time; 30 days before the end when absent."))
        .property("to", text("End: a date of the zone (included), or a time (excluded); now when absent."))
        .property("zone", text("IANA zone of the dates; UTC when absent."))
}

/// Shapes of `insights`, which does not know OpenAPI. A test holds that their members are those of the real types.
macro_rules! shape {
    ($name:ident, $title:literal, $schema:expr) => {
        #[doc = concat!("The published shape of `", $title, "`.")]
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }
        }
    };
}

shape!(FunnelRequestShape, "FunnelRequest", {
    let step = ObjectBuilder::new()
        .property("event", text("The event's name."))
        .required("event")
        .property("filter", text("A predicate on the event: e.total > 50.0."))
        .property("label", text("What to call the step."));
    let drill = ObjectBuilder::new()
        .property("step", number("The step, from 1."))
        .property("outcome", text("reached or dropped"))
        .property("after", text("The next of the page before."))
        .property("limit", number("Profiles on a page, at most 1,000."));
    period(
        ObjectBuilder::new()
            .property("steps", list(step, "The steps, 1 to 12."))
            .required("steps")
            .property("window", text("The longest time from the first step to the last: 7d, 36h."))
            .property("drill", drill),
    )
});

shape!(FunnelReportShape, "FunnelReport", {
    let step = ObjectBuilder::new()
        .property("event", text("The event's name."))
        .property("label", text("What to call it."))
        .property("profiles", number("Profiles that reached the step."))
        .property("dropped", number("Profiles that reached it and not the next."))
        .property("conversion_percent", number("Of those that entered."))
        .property("step_conversion_percent", number("Of those that reached the step before."))
        .property("median_ms", number("Median time from the first step to this; null when nobody came here."))
        .property("average_ms", number("Average time from the first step to this; null when nobody came here."));
    ObjectBuilder::new()
        .property("steps", list(step, "The steps in order."))
        .property("entered", number("Profiles that reached the first step."))
        .property("converted", number("Profiles that reached the last."))
        .property("conversion_percent", number("Converted of entered."))
        .property("from", text("Beginning of the period."))
        .property("to", text("End of the period, excluded."))
        .property("window_ms", number("The conversion window."))
        .property("profiles", ObjectBuilder::new().description(Some("The profiles asked for with drill.")))
        .property("warnings", list(text("One thing."), "What a reader must know."))
});

shape!(TrendRequestShape, "TrendRequest", {
    period(
        ObjectBuilder::new()
            .property("event", text("The event's name; any event when absent."))
            .property("filter", text("A predicate on the event: e.total > 50.0."))
            .property("measure", text("events, or profiles (each once a day), the default"))
            .property("breakdown", text("One series per value of this property."))
            .property("top", number("How many values get a series of their own, at most 50; 10 when absent.")),
    )
});

shape!(TrendReportShape, "TrendReport", {
    let series = ObjectBuilder::new()
        .property("value", text("The breakdown's value; absent without breakdown."))
        .property("counts", list(number("One day."), "By day."))
        .property("total", number("In the period; of profiles, different ones."));
    ObjectBuilder::new()
        .property("days", list(text("YYYY-MM-DD"), "The days."))
        .property("series", list(series, "One, or one per value, largest first."))
        .property("zone", text("The zone of the days."))
        .property("from", text("Beginning of the period."))
        .property("to", text("End of the period, excluded."))
        .property("warnings", list(text("One thing."), "What a reader must know."))
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;

    fn published<T: PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    fn members(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn published_shapes_are_the_real_ones() {
        let funnel = json!({"steps": [{"event": "A", "filter": "true", "label": "x"}], "window": "1d", "from": "2026-01-01",
            "to": "2026-01-02", "zone": "UTC", "drill": {"step": 1, "outcome": "reached", "limit": 1}});
        let read: FunnelRequest = serde_json::from_value(funnel).unwrap();
        assert_eq!(members(&serde_json::to_value(&read).unwrap()), published::<FunnelRequestShape>());
        let trend = json!({"event": "A", "filter": "true", "measure": "events", "breakdown": "a", "top": 1,
            "from": "2026-01-01", "to": "2026-01-02", "zone": "UTC"});
        let read: TrendRequest = serde_json::from_value(trend).unwrap();
        assert_eq!(members(&serde_json::to_value(&read).unwrap()), published::<TrendRequestShape>());
        let report = FunnelReport {
            steps: Vec::new(),
            entered: 0,
            converted: 0,
            conversion_percent: 0.0,
            from: String::new(),
            to: String::new(),
            window_ms: 0,
            profiles: Some(rapport_insights::ProfilePage::default()),
            warnings: Vec::new(),
        };
        assert_eq!(members(&serde_json::to_value(&report).unwrap()), published::<FunnelReportShape>());
        let report = TrendReport {
            days: Vec::new(),
            series: Vec::new(),
            zone: String::new(),
            from: String::new(),
            to: String::new(),
            warnings: Vec::new(),
        };
        assert_eq!(members(&serde_json::to_value(&report).unwrap()), published::<TrendReportShape>());
    }
}

//! Writing a rule: its two faces, what is wrong with it, and what it can be about.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_domain::event::names;
use rapport_domain::{Problem, ResourceKind};
use rapport_engine::read;
use rapport_engine::read::values::Which;
use rapport_rules::{FORMS, Rule, Severity, ValuesOf};
use rapport_store::control::resources;
use rapport_store::partition::observed::Scope;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Body, Query};
use crate::reply::{Reply, Time};
use crate::rules::MAX_OBSERVED;
use crate::state::ApiState;

/// A rule, as text or as blocks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleInput {
    /// The rule as text: `events("Order Completed").count() >= 3`.
    #[serde(default)]
    pub(crate) rule: Option<String>,
    /// The rule as blocks (their shape: `/api/v1/rules/schema`), in the place of text.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) blocks: Option<Value>,
}

impl RuleInput {
    /// The rule it says.
    pub(crate) fn read(&self) -> Result<Rule, Vec<Problem>> {
        match (&self.rule, &self.blocks) {
            (Some(text), None) => rapport_rules::parse(text),
            (None, Some(blocks)) => rapport_rules::from_json(blocks),
            _ => Err(vec![Problem::new("1:1", "expected `rule` (text) or `blocks` (JSON), one of them")]),
        }
    }

    /// The same, as an error of the request.
    pub(crate) fn rule(&self) -> Result<Rule, ApiError> {
        self.read().map_err(invalid)
    }
}

fn invalid(problems: Vec<Problem>) -> ApiError {
    let placed = problems.into_iter().map(|p| Problem { at: format!("rule {}", p.at), ..p }).collect();
    ApiError { code: "invalid_rule", ..ApiError::invalid(placed) }
}

/// A rule as text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    /// The rule: `events("Order Completed").count() >= 3`.
    pub(crate) rule: String,
}

/// What was found in a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleReport {
    /// Whether the rule can be used.
    ok: bool,
    /// The rule in its normal form.
    canonical: Option<String>,
    /// The rule as blocks, for the visual builder.
    #[schema(value_type = Option<Object>)]
    blocks: Option<Rule>,
    /// What it costs to keep it current.
    cost: Option<CostView>,
    /// What makes it unusable, each with `line:column`.
    #[schema(value_type = Vec<crate::problem::ProblemItem>)]
    problems: Vec<Problem>,
    /// Names nobody has seen yet.
    #[schema(value_type = Vec<crate::problem::ProblemItem>)]
    warnings: Vec<Problem>,
}

/// `POST /api/v1/rules/check`.
pub(crate) async fn check(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<RuleInput>,
) -> Reply<RuleReport> {
    let rule = match input.read() {
        Ok(rule) => rule,
        Err(problems) => {
            let report =
                RuleReport { ok: false, canonical: None, blocks: None, cost: None, problems, warnings: Vec::new() };
            return Ok(Json(report));
        }
    };
    let catalogue = state.run(move |state| crate::rules::catalogue(state, caller.workspace)).await?;
    let (errors, warnings): (Vec<_>, Vec<_>) =
        rapport_rules::findings(&rule, &catalogue).into_iter().partition(|finding| finding.severity == Severity::Error);
    Ok(Json(RuleReport {
        ok: errors.is_empty(),
        canonical: Some(rapport_rules::print(&rule)),
        cost: Some(CostView::of(&rule)),
        blocks: Some(rule),
        problems: errors.into_iter().map(|f| f.problem).collect(),
        warnings: warnings.into_iter().map(|f| f.problem).collect(),
    }))
}

/// What a rule costs to keep current, for each profile whose events it counts. Rules that ask the same share states, so one
/// more rule can only cost less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CostView {
    /// States kept.
    states: usize,
    /// Of these, how many wait for instants of their own.
    timed_states: usize,
    /// The most events or values remembered.
    most_entries: usize,
    /// The most bytes of state, about.
    most_bytes: usize,
    /// Names of the events that make it look again.
    events: Vec<String>,
    /// Whether every event makes it look again.
    every_event: bool,
    /// Whether its answer can change by time alone, so that a timer is set.
    timed: bool,
}

impl CostView {
    pub(crate) fn of(rule: &Rule) -> CostView {
        let cost = rapport_rules::Plan::new(rule).cost();
        CostView {
            states: cost.states,
            timed_states: cost.timed_states,
            most_entries: cost.most_entries,
            most_bytes: cost.most_bytes,
            events: cost.events,
            every_event: cost.every_event,
            timed: cost.timed,
        }
    }
}

/// The two faces of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BothFaces {
    /// Its canonical text: one line, one way to write each thing.
    rule: String,
    /// Its blocks.
    #[schema(value_type = Object)]
    blocks: Rule,
}

fn faces(rule: Rule) -> Json<BothFaces> {
    Json(BothFaces { rule: rapport_rules::print(&rule), blocks: rule })
}

/// `POST /api/v1/rules/parse`.
pub(crate) async fn parse(_: Caller, Body(input): Body<RuleText>) -> Reply<BothFaces> {
    rapport_rules::parse(&input.rule).map(faces).map_err(invalid)
}

/// `POST /api/v1/rules/print`.
pub(crate) async fn print(_: Caller, Body(input): Body<RuleInput>) -> Reply<BothFaces> {
    input.rule().map(faces)
}

/// `GET /api/v1/rules/schema`.
pub(crate) async fn schema(_: Caller) -> Response {
    let schema = schemars::schema_for!(Rule);
    // A schema is plain data: writing it cannot fail.
    let text = serde_json::to_string(&schema).unwrap_or_default();
    ([(CONTENT_TYPE, HeaderValue::from_static("application/schema+json"))], text).into_response()
}

/// A name that was seen, with the types of its values.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenName {
    /// The trait or property, by dotted path.
    name: String,
    /// `bool`, `number`, `string`, `list`, `object`; several when it was seen with several.
    types: Vec<String>,
    /// How often it was looked into.
    count: u64,
}

/// An event that was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenEvent {
    /// Its name.
    name: String,
    /// How often.
    count: u64,
    /// When last.
    last_seen: Time,
    /// Its properties.
    properties: Vec<SeenName>,
}

/// A segment a rule may name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedSegment {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
}

/// A word of the language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormView {
    /// The word.
    name: &'static str,
    /// Where it can stand: `function`, `events` (after `events(…)`), `measure` (ends a question about events), `field`.
    #[schema(value_type = String)]
    place: rapport_rules::Place,
    /// How it is written.
    example: &'static str,
    /// What it means.
    meaning: &'static str,
}

/// What rules can be about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleCatalogueView {
    /// Events with their properties, most frequent first.
    events: Vec<SeenEvent>,
    /// Traits, most frequent first.
    traits: Vec<SeenName>,
    /// Traits of accounts, most frequent first.
    accounts: Vec<SeenName>,
    /// Live segments.
    segments: Vec<NamedSegment>,
    /// The words of the language.
    functions: Vec<FormView>,
}

fn sorted(names: BTreeMap<String, SeenName>) -> Vec<SeenName> {
    let mut all: Vec<SeenName> = names.into_values().collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    all
}

fn note(names: &mut BTreeMap<String, SeenName>, name: String, kind: String, count: u64) {
    let seen = names.entry(name.clone()).or_insert_with(|| SeenName { name, types: Vec::new(), count: 0 });
    seen.types.push(kind);
    seen.count += count;
}

/// `GET /api/v1/rules/catalogue`.
pub(crate) async fn known(State(state): State<ApiState>, caller: Caller) -> Reply<RuleCatalogueView> {
    let ws = caller.workspace;
    let (seen, live) = state
        .run(move |state| {
            let seen = read::stats::catalogue(state.engine.shared(), ws, MAX_OBSERVED)?;
            let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment))?;
            Ok::<_, ApiError>((seen, live))
        })
        .await?;
    let (mut traits, mut accounts) = (BTreeMap::new(), BTreeMap::new());
    let mut events: BTreeMap<String, SeenEvent> = BTreeMap::new();
    let mut properties: BTreeMap<String, BTreeMap<String, SeenName>> = BTreeMap::new();
    for entry in seen {
        match entry.scope {
            Scope::Trait => note(&mut traits, entry.key, entry.kind, entry.count),
            Scope::Property => {
                if entry.event == names::GROUP_JOINED {
                    note(&mut accounts, entry.key.clone(), entry.kind.clone(), entry.count);
                }
                note(properties.entry(entry.event).or_default(), entry.key, entry.kind, entry.count);
            }
            Scope::Event => {
                let (count, last_seen) = (entry.count, entry.last_seen.into());
                let event = SeenEvent { name: entry.event.clone(), count, last_seen, properties: Vec::new() };
                events.insert(entry.event, event);
            }
        }
    }
    for (name, found) in properties {
        if let Some(event) = events.get_mut(&name) {
            event.properties = sorted(found);
        }
    }
    let mut events: Vec<SeenEvent> = events.into_values().collect();
    events.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let segments =
        live.into_iter().map(|r| NamedSegment { name: r.spec["name"].as_str().unwrap_or(&r.id).to_owned(), id: r.id });
    let functions =
        FORMS.iter().map(|f| FormView { name: f.name, place: f.place, example: f.example, meaning: f.meaning });
    Ok(Json(RuleCatalogueView {
        events,
        traits: sorted(traits),
        accounts: sorted(accounts),
        segments: segments.collect(),
        functions: functions.collect(),
    }))
}

/// Of what values are wanted: `trait`, or `property` with or without `event`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValuesQuery {
    /// A trait, by dotted path.
    r#trait: Option<String>,
    /// An event.
    event: Option<String>,
    /// A property of it, by dotted path; `context.page.path` for its context.
    property: Option<String>,
    /// Properties of the last so many days; 90 when absent.
    days: Option<u32>,
    /// How many values; 20 when absent, at most 100.
    limit: Option<usize>,
    /// Only values with this text in them.
    q: Option<String>,
}

/// A value and how often it was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValueView {
    /// A text, number or boolean.
    #[schema(value_type = Object)]
    value: Value,
    /// How often, among what was looked at.
    count: u64,
}

/// Values, the most frequent first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValuesView {
    /// The values. Members of lists count one by one.
    items: Vec<ValueView>,
}

/// `GET /api/v1/rules/values`.
pub(crate) async fn values(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<ValuesQuery>,
) -> Reply<ValuesView> {
    let limit = query.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::invalid_at("limit", "expected 1 to 100"));
    }
    let days = query.days.unwrap_or(90);
    if !(1..=3_660).contains(&days) {
        return Err(ApiError::invalid_at("days", "expected 1 to 3660"));
    }
    let from = state.now().plus_ms(-i64::from(days) * rapport_domain::time::DAY_MS);
    let found = state
        .query(move |state, cancel| {
            let (shared, ws) = (state.engine.shared(), caller.workspace);
            let which = Which { limit, text: query.q.as_deref() };
            match (query.r#trait, query.property) {
                (Some(path), None) => Ok(read::values::of_trait(shared, ws, &path, which, cancel)?),
                (None, Some(path)) => {
                    let of = (query.event.as_deref(), path.as_str());
                    Ok(read::values::of_property(shared, ws, of, from, which, cancel)?)
                }
                _ => Err(ApiError::invalid_at("query", "expected trait=… or property=… (with event=…), one of them")),
            }
        })
        .await?;
    let items = found.into_iter().map(|v| ValueView { value: v.value, count: v.count }).collect();
    Ok(Json(ValuesView { items }))
}

/// An unfinished rule and where one writes in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompleteInput {
    /// The text so far.
    rule: String,
    /// The place, in characters from the beginning; the end when absent.
    #[serde(default)]
    position: Option<usize>,
}

/// One suggestion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionView {
    /// What to put in the place of what is written of the word.
    text: String,
    /// `event`, `property`, `trait`, `segment`, `function`, `method`, `duration` or `value`.
    kind: &'static str,
    /// A sentence about it, or its type.
    detail: String,
}

/// What can stand at a place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompletionView {
    /// Where the word begins that the suggestions replace, in characters.
    from: usize,
    /// The suggestions.
    items: Vec<SuggestionView>,
}

/// Values suggested at once.
const SUGGESTED_VALUES: usize = 20;
/// How far back values of properties are looked for.
const SUGGESTED_FROM_MS: i64 = 30 * rapport_domain::time::DAY_MS;

/// `POST /api/v1/rules/complete`.
pub(crate) async fn complete(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<CompleteInput>,
) -> Reply<CompletionView> {
    if input.rule.len() > rapport_rules::limits::MAX_TEXT_BYTES {
        let message = format!("expected at most {} bytes", rapport_rules::limits::MAX_TEXT_BYTES);
        return Err(ApiError::invalid_at("rule", message));
    }
    let from = state.now().plus_ms(-SUGGESTED_FROM_MS);
    let view = state
        .query(move |state, cancel| {
            let (ws, shared) = (caller.workspace, state.engine.shared());
            let catalogue = crate::rules::catalogue(state, ws)?;
            let position = input.position.unwrap_or(usize::MAX);
            let found = rapport_rules::complete(&input.rule, position, &catalogue);
            let show = |s: rapport_rules::Suggestion| SuggestionView { text: s.text, kind: s.kind, detail: s.detail };
            let mut items: Vec<SuggestionView> = found.items.into_iter().map(show).collect();
            let written = found.written.to_lowercase();
            let which = Which { limit: SUGGESTED_VALUES, text: Some(&written) };
            let values = match found.values_of {
                Some(ValuesOf::Trait(path)) => read::values::of_trait(shared, ws, &path, which, cancel)?,
                Some(ValuesOf::Property(events, path)) => {
                    let of = (events.first().map(String::as_str), path.as_str());
                    read::values::of_property(shared, ws, of, from, which, cancel)?
                }
                None => Vec::new(),
            };
            for seen in values {
                let Some(text) = seen.value.as_str() else { continue };
                if text.to_lowercase().contains(&written) {
                    let detail = format!("seen {} times", seen.count);
                    items.push(SuggestionView { text: text.to_owned(), kind: "value", detail });
                }
            }
            Ok::<_, ApiError>(CompletionView { from: found.from, items })
        })
        .await?;
    Ok(Json(view))
}

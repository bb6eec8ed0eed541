//! Documents (resources) by kind: how each is checked, shown without its secrets, and described.

use rapport_delivery::spec;
use rapport_domain::resource::REDACTED;
use rapport_domain::{MessageChannel, Problem, ResourceKind, ResourceStatus, WorkspaceId};
use rapport_engine::read::people::Profiles;
use rapport_insights::saved::{self, GoalSpec, InsightSpec};
use rapport_insights::{InsightError, kinds};
use rapport_journeys::{Catalogue, JourneySpec, campaign};
use rapport_rules::Severity;
use rapport_store::control::members;
use rapport_store::control::resources::{self, ListFilter};
use rapport_store::{MAX_PAGE, Reader};
use serde_json::Value;

use crate::error::ApiError;
use crate::state::ApiState;

/// The kind a path names.
pub(crate) fn kind(text: &str) -> Result<ResourceKind, ApiError> {
    ResourceKind::parse(text).ok_or_else(|| {
        let known = ResourceKind::ALL.map(ResourceKind::as_str);
        let problem = Problem::new("kind", format!("unknown kind {text:?}; expected one of {}", known.join(", ")));
        let problem = problem.with_suggestion(crate::extract::nearest(text, known));
        ApiError { errors: vec![problem], ..ApiError::not_found(format!("kind {text:?}")) }
    })
}

/// The other documents of a workspace, for what a journey refers to.
struct Others(Vec<(ResourceKind, Vec<String>)>);

impl Catalogue for Others {
    fn ids(&self, kind: ResourceKind) -> Option<Vec<String>> {
        self.0.iter().find(|(k, _)| *k == kind).map(|(_, ids)| ids.clone())
    }
}

/// The ids of every document of a kind that is not archived.
fn all_ids(q: &Reader, ws: WorkspaceId, kind: ResourceKind) -> Result<Vec<String>, ApiError> {
    let (mut ids, mut cursor): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        let page = resources::list(q, ws, kind, ListFilter::default(), cursor.as_deref(), MAX_PAGE)?;
        let kept = page.items.into_iter().filter(|e| e.newest.status != ResourceStatus::Archived);
        ids.extend(kept.map(|e| e.newest.id));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}

/// Every document that is not archived, of the kinds journeys refer to. Drafts count: a journey and its template may be
/// written in any order.
fn others(q: &Reader, ws: WorkspaceId) -> Result<Others, ApiError> {
    let mut out = Vec::new();
    for kind in [ResourceKind::Segment, ResourceKind::Journey, ResourceKind::Template, ResourceKind::Topic] {
        out.push((kind, all_ids(q, ws, kind)?));
    }
    out.push((ResourceKind::Channel, MessageChannel::ALL.map(|c| c.as_str().to_owned()).to_vec()));
    Ok(Others(out))
}

/// Checks a document. What makes it unusable is an error; what is only unusual comes back as warnings.
pub(crate) fn check(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    spec: &Value,
) -> Result<Vec<Problem>, ApiError> {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    match kind {
        ResourceKind::Segment => match rapport_segments::spec::validate(spec) {
            Ok((_, Some(rule))) => {
                let found = rapport_rules::findings(&rule, &crate::rules::catalogue(state, ws)?);
                sort_findings("spec.rule", found, &mut errors, &mut warnings);
            }
            Ok((_, None)) => {}
            Err(found) => errors = found,
        },
        ResourceKind::ComputedTrait => match rapport_segments::computed::validate(spec) {
            Ok((_, formula)) => {
                let found = rapport_rules::formula_findings(&formula, &crate::rules::catalogue(state, ws)?);
                sort_findings("spec.value", found, &mut errors, &mut warnings);
            }
            Err(found) => errors = found,
        },
        ResourceKind::PersonaModel => match rapport_segments::personas::validate(spec) {
            Ok((_, formulas)) => {
                let catalogue = crate::rules::catalogue(state, ws)?;
                for (i, formula) in formulas.iter().enumerate() {
                    let found = rapport_rules::formula_findings(formula, &catalogue);
                    sort_findings(&format!("spec.features[{i}].value"), found, &mut errors, &mut warnings);
                }
            }
            Err(found) => errors = found,
        },
        ResourceKind::Journey => {
            let others = state.stores.control().read(|q| others(q, ws))?;
            match rapport_journeys::validate(spec, &others) {
                Ok(journey) => (errors, warnings) = asked_about(state, ws, &journey)?,
                Err(found) => errors = found,
            }
        }
        ResourceKind::Insight
        | ResourceKind::Dashboard
        | ResourceKind::Goal
        | ResourceKind::Report
        | ResourceKind::Annotation => {
            let shelf = shelf(state, ws)?;
            errors = saved::check(kind, spec, &shelf).and_then(Result::err).unwrap_or_default();
            if errors.is_empty() {
                (errors, warnings) = asked(state, ws, kind, spec)?;
            }
        }
        ResourceKind::Campaign => {
            let others = state.stores.control().read(|q| others(q, ws))?;
            match campaign::validate(spec, &others) {
                Ok(campaign) => {
                    let (wrong, odd) = asked_about(state, ws, &campaign::whole(&campaign))?;
                    let own = |found: Vec<Problem>| {
                        found.into_iter().map(|problem| campaign::as_campaign(problem, &campaign)).collect()
                    };
                    (errors, warnings) = (own(wrong), own(odd));
                }
                Err(found) => errors = found,
            }
        }
        ResourceKind::TrackingPlan => errors = rapport_collect::plan::validate(spec).err().unwrap_or_default(),
        ResourceKind::Template => match spec::check(kind, spec) {
            Some(Err(found)) => errors = found,
            _ => warnings = crate::routes::preview::warnings(state, ws, spec)?,
        },
        ResourceKind::Channel => match spec::check(kind, spec) {
            Some(Err(found)) => errors = found,
            _ => warnings = out_of_reach(state, spec),
        },
        _ => errors = spec::check(kind, spec).and_then(Result::err).unwrap_or_default(),
    }
    if errors.is_empty() {
        return Ok(warnings);
    }
    let detail = match errors.as_slice() {
        [one] => one.to_string(),
        many => format!("the {} has {} problems; see errors", kind.as_str(), many.len()),
    };
    Err(ApiError { detail, code: "invalid_resource", ..ApiError::invalid(errors) })
}

/// Addresses of a channel that this server would not call.
fn out_of_reach(state: &ApiState, spec: &Value) -> Vec<Problem> {
    let mut out = Vec::new();
    for name in ["base_url", "url", "token_url"] {
        let why = spec[name].as_str().and_then(|url| state.config.outbound.objection(url));
        out.extend(why.map(|why| Problem::new(format!("spec.{name}"), why)));
    }
    out
}

/// What is wrong and what is odd about the rules, predicates and events of a journey: names that nothing has yet, types
/// that cannot meet. What concerns a step names it.
fn asked_about(
    state: &ApiState,
    ws: WorkspaceId,
    journey: &JourneySpec,
) -> Result<(Vec<Problem>, Vec<Problem>), ApiError> {
    let mut catalogue = crate::rules::catalogue(state, ws)?;
    crate::rules::declare(&mut catalogue, journey);
    let (mut errors, mut warnings) = (journey.call_problems(), Vec::new());
    for (at, text) in journey.rules() {
        let found = rapport_rules::parse(text).map(|rule| rapport_rules::findings(&rule, &catalogue));
        sort_findings(&at, found.unwrap_or_default(), &mut errors, &mut warnings);
    }
    for heard in journey.listens() {
        if let Some(found) = rapport_rules::event_finding(&heard.event, &catalogue) {
            warnings.push(Problem { at: heard.at, ..found.problem });
        }
        if let Some((at, predicate)) = heard.filter {
            let found = rapport_rules::predicate_findings(&predicate, &[heard.event], &catalogue);
            sort_findings(&at, found, &mut errors, &mut warnings);
        }
    }
    for problem in errors.iter_mut().chain(&mut warnings) {
        if let Some(step) = journey.step_at(&problem.at) {
            problem.message = format!("step {step:?}: {}", problem.message);
        }
    }
    Ok((errors, warnings))
}

/// Checks the request that an insight or a goal holds: its faults and what is unusual about it.
fn asked(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    spec: &Value,
) -> Result<(Vec<Problem>, Vec<Problem>), ApiError> {
    let (found, at) = match kind {
        ResourceKind::Insight => (InsightSpec::validate(spec).ok(), "spec.request"),
        ResourceKind::Goal => (GoalSpec::read(spec).ok().and_then(|g| g.own()), "spec.metric.request"),
        _ => (None, ""),
    };
    let Some(found) = found else { return Ok(Default::default()) };
    let kind = kinds::named(&found.report, "spec.report").map_err(|p| ApiError::invalid(vec![p]))?;
    let snapshot = state.lake.snapshot(ws);
    let request = if found.request.is_null() { Value::Object(Default::default()) } else { found.request };
    match kind.check(&request, &snapshot, &Profiles(state.engine.shared()), state.now()) {
        Ok(warnings) => Ok((Vec::new(), warnings.into_iter().map(|w| Problem::new(at, w)).collect())),
        Err(InsightError::Invalid(problems)) => {
            let placed = |p: Problem| Problem { at: format!("{at}.{}", p.at), ..p };
            Ok((problems.into_iter().map(placed).collect(), Vec::new()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What saved insights, goals and reports may refer to.
pub(crate) struct WorkspaceShelf {
    ids: Vec<(ResourceKind, Vec<String>)>,
    members: Vec<String>,
}

impl saved::Shelf for WorkspaceShelf {
    fn ids(&self, kind: ResourceKind) -> Vec<String> {
        self.ids.iter().find(|(k, _)| *k == kind).map(|(_, ids)| ids.clone()).unwrap_or_default()
    }

    fn members(&self) -> Vec<String> {
        self.members.clone()
    }
}

/// Every document that is not archived, of the kinds that are referred to, and the members.
pub(crate) fn shelf(state: &ApiState, ws: WorkspaceId) -> Result<WorkspaceShelf, ApiError> {
    state.stores.control().read(|q| {
        let mut ids = Vec::new();
        for kind in [
            ResourceKind::Insight,
            ResourceKind::Dashboard,
            ResourceKind::Goal,
            ResourceKind::Segment,
            ResourceKind::Channel,
        ] {
            ids.push((kind, all_ids(q, ws, kind)?));
        }
        let (mut addresses, mut cursor): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let page = members::list(q, ws, cursor.as_deref(), MAX_PAGE)?;
            addresses.extend(page.items.into_iter().filter(|m| !m.disabled).map(|m| m.email));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(WorkspaceShelf { ids, members: addresses })
    })
}

fn sort_findings(
    place: &str,
    found: Vec<rapport_rules::Finding>,
    errors: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) {
    for finding in found {
        let at = format!("{place} {}", finding.problem.at);
        let problem = Problem { at, ..finding.problem };
        if finding.severity == Severity::Error { errors.push(problem) } else { warnings.push(problem) }
    }
}

/// The JSON Schema of a kind's documents.
pub(crate) fn schema(kind: ResourceKind) -> Value {
    match kind {
        ResourceKind::Segment => rapport_segments::spec::schema(),
        ResourceKind::ComputedTrait => rapport_segments::computed::schema(),
        ResourceKind::PersonaModel => rapport_segments::personas::schema(),
        ResourceKind::Journey => rapport_journeys::schema(),
        ResourceKind::Campaign => rapport_journeys::campaign::schema(),
        ResourceKind::TrackingPlan => rapport_collect::plan::schema(),
        other => spec::schema(other).or_else(|| saved::schema(other)).unwrap_or_default(),
    }
}

/// A document as answers show it: secrets are marked, not shown.
pub(crate) fn shown(kind: ResourceKind, spec: &Value) -> Value {
    let mut spec = spec.clone();
    for member in kind.secrets() {
        if let Some(secret) = spec.get_mut(member).filter(|s| !s.is_null()) {
            *secret = Value::from(REDACTED);
        }
    }
    spec
}

/// A written document with its secrets in clear: a mark becomes the secret of `previous` again, also given in clear.
/// When that one could not be read, only a document that brings its own secrets passes.
pub(crate) fn restored(
    kind: ResourceKind,
    mut spec: Value,
    previous: Result<Option<Value>, ApiError>,
) -> Result<Value, ApiError> {
    let marked = |spec: &Value, member: &str| spec.get(member).and_then(Value::as_str) == Some(REDACTED);
    if !kind.secrets().iter().any(|member| marked(&spec, member)) {
        return Ok(spec);
    }
    let previous = previous?.unwrap_or_default();
    for member in kind.secrets() {
        if marked(&spec, member) {
            spec[*member] = previous.get(member).cloned().unwrap_or(Value::Null);
        }
    }
    Ok(spec)
}

/// A document with its secrets in clear, for using it.
pub(crate) fn opened(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    spec: &Value,
) -> Result<Value, ApiError> {
    Ok(state.stores.vault().opened(ws, kind, id, spec)?)
}

/// One difference between two documents.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Difference {
    /// Where: `steps[2].wait`.
    pub(crate) path: String,
    /// What it was; absent when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Value>,
    /// What it is; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Value>,
}

/// What differs between two documents, by path.
pub(crate) fn diff(from: &Value, to: &Value) -> Vec<Difference> {
    let mut out = Vec::new();
    walk("", Some(from), Some(to), &mut out);
    out
}

fn walk(path: &str, from: Option<&Value>, to: Option<&Value>, out: &mut Vec<Difference>) {
    match (from, to) {
        (Some(a), Some(b)) if a == b => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let new = b.keys().filter(|k| !a.contains_key(*k));
            for key in a.keys().chain(new) {
                let place = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(&place, a.get(key), b.get(key), out);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for i in 0..a.len().max(b.len()) {
                walk(&format!("{path}[{i}]"), a.get(i), b.get(i), out);
            }
        }
        (a, b) => out.push(Difference { path: path.to_owned(), from: a.cloned(), to: b.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_name_their_place() {
        let a = json!({"name": "A", "steps": [{"id": "x"}, {"id": "y"}], "gone": 1});
        let b = json!({"name": "B", "steps": [{"id": "x", "wait": "1d"}], "new": null});
        let found: Vec<String> = diff(&a, &b).iter().map(|d| format!("{} {:?} {:?}", d.path, d.from, d.to)).collect();
        insta::assert_debug_snapshot!(found, @r#"
        [
            "gone Some(Number(1)) None",
            "name Some(String(\"A\")) Some(String(\"B\"))",
            "steps[0].wait None Some(String(\"1d\"))",
            "steps[1] Some(Object {\"id\": String(\"y\")}) None",
            "new None Some(Null)",
        ]
        "#);
    }
}

//! What is done for audiences by the clock: sizes of segments every hour, persona models as often as they say. It only reads
//! partitions; what it finds about profiles goes to their owners through the log, as every event does.

use rapport_domain::event::names;
use rapport_domain::record::{AcceptedEvent, Record};
use rapport_domain::rule::{CompareOp, EventQuery, Expr, Field, Formula, Literal, Measure, Operand, Rule, Window};
use rapport_domain::{EventKind, ProfileId, Resource, ResourceKind, SourceId, Timestamp, WorkspaceId};
use rapport_lake::CancelFlag;
use rapport_log::{AppendBatch, LogError};
use rapport_segments::history::{hour_of, repo as history};
use rapport_segments::personas::{self, Personas};
use rapport_store::control::resources::{self, Change};
use serde_json::{Value, json};

use crate::error::EngineError;
use crate::read;
use crate::shared::Shared;

/// Assignments appended to the log at once.
const ASSIGNMENTS_PER_APPEND: usize = 1_000;

/// The computed trait in which a profile's persona stands: the last one its model found.
pub(crate) fn persona_trait(model: &str) -> Formula {
    let left = Operand::Field(Field::Event("model".to_owned()));
    let right = Operand::Literal(Literal::Text(model.to_owned()));
    Formula::Value(Operand::Events(Box::new(EventQuery {
        names: vec![names::PERSONA_ASSIGNED.to_owned()],
        window: Window::default(),
        filter: Some(Box::new(Expr::Compare { left, op: CompareOp::Equal, right })),
        measure: Measure::LastValue("persona".to_owned()),
    })))
}

/// Records the size of every live segment, once an hour and workspace.
pub fn record_sizes(shared: &Shared) -> Result<(), EngineError> {
    let hour = hour_of(shared.clock.now());
    let control = shared.stores.control();
    for ws in shared.workspaces()? {
        if control.read(|q| history::last_recorded(q, ws))?.is_some_and(|at| at >= hour) {
            continue;
        }
        let live = control.read(|q| resources::live(q, ws, ResourceKind::Segment))?;
        let mut sizes = Vec::new();
        for segment in &live {
            let standing = read::segments::standing(shared, ws, &segment.id)?;
            // A count that still grows is no size.
            if standing.ready {
                sizes.push((&segment.id, standing.count));
            }
        }
        control.write(|tx| {
            for (segment, count) in sizes {
                history::put_size(tx, ws, segment, hour, count)?;
            }
            history::thin_out(tx, ws, hour)
        })?;
    }
    Ok(())
}

/// Computes the persona models that are due.
pub fn compute_due(shared: &Shared) -> Result<(), EngineError> {
    let control = shared.stores.control();
    for ws in shared.workspaces()? {
        for model in control.read(|q| resources::live(q, ws, ResourceKind::PersonaModel))? {
            let Ok((spec, _)) = personas::validate(&model.spec) else { continue };
            let Some(every_ms) = spec.every_ms() else { continue };
            let last = control.read(|q| history::personas(q, ws, &model.id))?;
            let due = last
                .is_none_or(|(version, at, _)| version != model.version || shared.clock.now().since_ms(at) >= every_ms);
            if due {
                compute(shared, ws, &model, &CancelFlag::default())?;
            }
        }
    }
    Ok(())
}

/// Finds the personas of a live model, tells every profile whose persona changed, and makes a live segment of each.
///
/// # Errors
/// The document is not valid, or what it reads fails; then nothing changed.
pub fn compute(
    shared: &Shared,
    ws: WorkspaceId,
    model: &Resource,
    cancel: &CancelFlag,
) -> Result<Personas, EngineError> {
    let (spec, formulas) = personas::validate(&model.spec).map_err(|problems| {
        let detail = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        EngineError::System(format!("persona model {}: {detail}", model.id))
    })?;
    let mut people: Vec<(ProfileId, Value)> = Vec::new();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let members = match &spec.segment {
        Some(segment) => Some(read::segments::member_ids(shared, ws, segment)?),
        None => None,
    };
    read::formulas::of_profiles(shared, ws, &formulas, cancel, |profile, said| {
        if members.as_ref().is_none_or(|m| m.binary_search(&profile.id).is_ok()) {
            people.push((profile.id, profile.trait_value(&model.id).cloned().unwrap_or_default()));
            rows.push(said);
        }
    })?;
    let control = shared.stores.control();
    let before = control.read(|q| history::personas(q, ws, &model.id))?;
    // Centres of another version may be of other features.
    let before: Option<Personas> =
        before.filter(|b| b.0 == model.version).and_then(|(_, _, doc)| serde_json::from_str(&doc).ok());
    let (found, groups) = personas::fit(&spec, &rows, before.as_ref());
    let now = shared.clock.now();
    let changed = people.iter().zip(&groups).filter_map(|((profile, present), group)| {
        let persona = found.personas[*group].id.as_str();
        (present.as_str() != Some(persona)).then_some((*profile, persona))
    });
    assign(shared, ws, &model.id, now, changed)?;
    let doc = serde_json::to_string(&found).map_err(|e| EngineError::System(e.to_string()))?;
    control.write(|tx| {
        history::put_personas(tx, ws, &model.id, model.version, now, &doc)?;
        publish_segments(tx, ws, model, &spec.name, &found, now)
    })?;
    shared.refresh()?;
    Ok(found)
}

/// Tells profiles their persona, through the log.
fn assign<'a>(
    shared: &Shared,
    ws: WorkspaceId,
    model: &str,
    now: Timestamp,
    assigned: impl Iterator<Item = (ProfileId, &'a str)>,
) -> Result<(), EngineError> {
    let assigned: Vec<(ProfileId, &str)> = assigned.collect();
    for part in assigned.chunks(ASSIGNMENTS_PER_APPEND) {
        let mut records = Vec::with_capacity(part.len());
        for (profile, persona) in part {
            let properties = json!({"model": model, "persona": persona});
            let body = json!({"event": names::PERSONA_ASSIGNED, "properties": properties}).to_string();
            let message_id = format!("persona-{model}-{profile}-{}", now.0);
            let record = Record::Event(AcceptedEvent {
                workspace: ws,
                source: SourceId(0),
                kind: EventKind::Track,
                received_at: now,
                ts: now,
                message_id: &message_id,
                historical: false,
                profile: Some(*profile),
                hops: 0,
                ip: None,
                shared_context: None,
                body: &body,
            });
            let bytes = record.encode().map_err(|e| EngineError::Unreadable { what: "an event", detail: e.0 })?;
            records.push((profile.home(), bytes));
        }
        append(shared, &records)?;
    }
    Ok(())
}

/// Appends records; while the log is busy with clients it waits.
fn append(shared: &Shared, records: &[(rapport_domain::Partition, Vec<u8>)]) -> Result<(), EngineError> {
    loop {
        let bytes = records.iter().map(|r| r.1.len()).sum();
        let mut batch = AppendBatch::with_capacity(records.len(), bytes);
        records.iter().for_each(|(home, bytes)| batch.push_bytes(*home, bytes));
        match shared.log.append(batch) {
            Ok(ack) => {
                ack.wait_blocking()?;
                return Ok(());
            }
            Err(LogError::Overloaded { .. }) if !shared.is_stopping() => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A live segment of each persona, `<model>-<persona>`; those of personas that are gone are archived.
fn publish_segments(
    tx: &rapport_store::Tx,
    ws: WorkspaceId,
    model: &Resource,
    name: &str,
    found: &Personas,
    now: Timestamp,
) -> Result<(), EngineError> {
    let author = format!("persona_model/{}", model.id);
    let change = Change { by: &author, at: now };
    let own = |r: &Resource| r.created_by == author;
    let live = resources::live(tx, ws, ResourceKind::Segment)?;
    for persona in &found.personas {
        let id = format!("{}-{}", model.id, persona.id);
        let rule = Rule::new(Expr::Compare {
            left: Operand::Field(Field::Trait(model.id.clone())),
            op: CompareOp::Equal,
            right: Operand::Literal(Literal::Text(persona.id.clone())),
        });
        let title: String = format!("{name}: {}", persona.name).chars().take(120).collect();
        let spec = json!({"name": title, "description": persona.description, "rule": rapport_rules::print(&rule)});
        let known = live.iter().find(|r| r.id == id);
        if !rapport_domain::resource::is_slug(&id) || known.is_some_and(|r| !own(r)) {
            tracing::warn!(workspace.id = ws.0, segment = id, "a persona has no segment: its id is taken or too long");
            continue;
        }
        if known.is_none_or(|r| r.spec != spec) {
            let written = resources::put(tx, ws, ResourceKind::Segment, &id, &spec, change, None)?;
            resources::publish(tx, ws, ResourceKind::Segment, &id, Some(written.version), change)?;
        }
    }
    let wanted = |id: &str| found.personas.iter().any(|p| format!("{}-{}", model.id, p.id) == id);
    for gone in live.iter().filter(|r| own(r) && !wanted(&r.id)) {
        resources::archive(tx, ws, ResourceKind::Segment, &gone.id, change)?;
    }
    Ok(())
}

//! An appointment that a mail carries (iCalendar, RFC 5545).

use rapport_domain::Problem;
use serde_json::{Value, json};

use super::fields::Fields;
use crate::content::{self, Compiled};

/// An appointment. All members are Liquid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEvent {
    /// What it is.
    pub summary: String,
    /// When it begins: a date and time that `date` understands, such as `2026-07-01T18:00:00+02:00`.
    pub start: String,
    /// When it ends.
    pub end: String,
    /// Where.
    pub location: Option<String>,
    /// What else is to be known.
    pub description: Option<String>,
}

/// An appointment ready to render.
#[derive(Debug)]
pub(crate) struct CompiledEvent {
    pub(crate) summary: Compiled,
    pub(crate) start: Compiled,
    pub(crate) end: Compiled,
    pub(crate) location: Option<Compiled>,
    pub(crate) description: Option<Compiled>,
}

const KNOWN: &[&str] = &["summary", "start", "end", "location", "description"];

/// Reads `calendar`.
pub(super) fn read(f: &mut Fields<'_>) -> Option<CalendarEvent> {
    let mut inner = f.object("calendar", KNOWN)?;
    let event = CalendarEvent {
        summary: inner.required("summary", 500),
        start: inner.required("start", 500),
        end: inner.required("end", 500),
        location: inner.text("location", 1_000),
        description: inner.text("description", 5_000),
    };
    f.close(inner);
    f.absorb(event.compile().err().unwrap_or_default());
    Some(event)
}

impl CalendarEvent {
    /// Compiles every member.
    ///
    /// # Errors
    /// What is not Liquid, by path.
    pub(crate) fn compile(&self) -> Result<CompiledEvent, Vec<Problem>> {
        let read = |key: &str, text: &str| {
            content::compile(text).map_err(|e| vec![Problem::new(format!("spec.calendar.{key}"), e.to_string())])
        };
        Ok(CompiledEvent {
            summary: read("summary", &self.summary)?,
            start: read("start", &self.start)?,
            end: read("end", &self.end)?,
            location: self.location.as_deref().map(|t| read("location", t)).transpose()?,
            description: self.description.as_deref().map(|t| read("description", t)).transpose()?,
        })
    }
}

/// The JSON Schema of `calendar`.
pub(super) fn schema() -> Value {
    let liquid = |max: usize| json!({"type": "string", "maxLength": max});
    json!({
        "type": "object", "additionalProperties": false, "required": ["summary", "start", "end"],
        "description": "an appointment attached to the mail; Liquid",
        "properties": {"summary": liquid(500), "start": liquid(500), "end": liquid(500), "location": liquid(1_000),
            "description": liquid(5_000)},
    })
}

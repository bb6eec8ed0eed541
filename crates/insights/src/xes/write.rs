//! Writing XES.

use std::borrow::Cow;

use quick_xml::escape::escape;
use rapport_domain::event::{EventView, Scalar};
use rapport_domain::{ProfileId, Timestamp};
use rapport_lake::{CancelFlag, EventFilter, EventRef, Snapshot};

use crate::ask::Ask;
use crate::breakdown::text;
use crate::core::buckets::Unit;
use crate::error::InsightError;
use crate::people::People;
use crate::request::request;
use crate::walk::{Names, Walk};

/// The most events of one export.
pub const MAX_EXPORTED_EVENTS: usize = 1_000_000;
/// The most properties of an event.
const MAX_PROPERTIES: usize = 50;

request! {
    /// Which events to write as XES: a trace for each profile.
    pub struct XesRequest {
        /// Names of the events; all of the customers' own doing when empty, every event with `*`.
        pub events: Vec<String>,
        /// Properties (or `context.…`) that become attributes.
        pub properties: Vec<String>,
    }
}

struct TraceWalk<'a> {
    request: &'a XesRequest,
    names: Names,
    range: (Timestamp, Timestamp),
}

#[derive(Default)]
struct Trace {
    text: String,
    events: usize,
}

impl Walk for TraceWalk<'_> {
    type State = Trace;
    type End = Trace;

    fn begin(&self, profile: ProfileId) -> Trace {
        let text = format!("  <trace>\n    <string key=\"concept:name\" value=\"{profile}\"/>\n");
        Trace { text, events: 0 }
    }

    fn step(&self, state: &mut Trace, event: &EventRef<'_>) {
        if state.events > MAX_EXPORTED_EVENTS {
            return;
        }
        state.events += 1;
        let out = &mut state.text;
        out.push_str("    <event>\n");
        let mut attribute = |kind: &str, key: &str, value: &str| {
            let (key, value) = (printable(key), printable(value));
            out.push_str(&format!("      <{kind} key=\"{}\" value=\"{}\"/>\n", escape(&*key), escape(&*value)));
        };
        attribute("string", "concept:name", event.name());
        attribute("date", "time:timestamp", &event.ts().to_rfc3339());
        for path in &self.request.properties {
            let value = path.strip_prefix("context.").map_or_else(|| event.property(path), |p| event.context(p));
            let kind = match &value {
                Scalar::Null => continue,
                Scalar::Number(_) => "float",
                Scalar::Bool(_) => "boolean",
                _ => "string",
            };
            attribute(kind, path, &text(value));
        }
        out.push_str("    </event>\n");
    }

    fn end(&self, _: ProfileId, mut state: Trace) -> Option<Trace> {
        state.text.push_str("  </trace>\n");
        Some(state)
    }

    fn names(&self) -> Names {
        self.names.clone()
    }

    fn filters(&self) -> Vec<EventFilter> {
        Vec::new()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some(self.range)
    }
}

/// Without characters that XML 1.0 cannot hold.
fn printable(text: &str) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if text.contains(bad) { text.replace(bad, " ").into() } else { text.into() }
}

/// A log of the events, a trace for each profile, by id.
///
/// # Errors
/// As [`crate::Insight::answer`]; `Invalid` when there are more than a million events.
pub fn export(
    request: &XesRequest,
    snapshot: &Snapshot,
    people: &dyn People,
    now: Timestamp,
    cancel: &CancelFlag,
) -> Result<String, InsightError> {
    let mut ask = Ask::new(snapshot, people, now, cancel);
    let period = ask.scope(request.scope(), Unit::Day)?;
    let names = ask.names(&request.events, "events");
    if request.properties.len() > MAX_PROPERTIES {
        ask.problem("properties", format!("at most {MAX_PROPERTIES} are possible"));
    }
    let walk = TraceWalk { request, names, range: ask.sound(period)?.range() };
    let join = |out: &mut Trace, more: Trace| {
        out.events += more.events;
        if out.events <= MAX_EXPORTED_EVENTS {
            out.text.push_str(&more.text);
        }
    };
    let traces = ask.tally(&walk, |_, end: Trace, out: &mut Trace| join(out, end), join)?;
    if traces.events > MAX_EXPORTED_EVENTS {
        let text = format!("more than {MAX_EXPORTED_EVENTS} events; take a shorter period, fewer events or a sample");
        return Err(InsightError::invalid("from", text));
    }
    Ok(format!("{HEAD}{}</log>\n", traces.text))
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
"#;

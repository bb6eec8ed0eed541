//! Reading XES.

use std::collections::VecDeque;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rapport_domain::Timestamp;
use rapport_domain::hash::hash64;
use serde_json::{Map, Value, json};

const NAME: &str = "concept:name";
const TIME: &str = "time:timestamp";
/// Events of one trace.
const MAX_TRACE_EVENTS: usize = 1_000_000;

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum XesError {
    /// It is no well-formed XML.
    #[error("byte {at}: {detail}")]
    Malformed {
        /// Where, in the uncompressed text.
        at: u64,
        /// What is wrong.
        detail: String,
    },
    /// It has no `log`.
    #[error("expected an XES file with a <log>, found none")]
    NoLog,
    /// An event has no name, or no time and none before it.
    #[error("event {number} of trace {case:?} has no {what}")]
    Incomplete {
        /// The trace.
        case: String,
        /// The event's number in it, from 1.
        number: usize,
        /// What is missing.
        what: &'static str,
    },
    /// A trace is longer than can be held.
    #[error("trace {case:?} has more than {MAX_TRACE_EVENTS} events")]
    TooLong {
        /// The trace.
        case: String,
    },
}

/// One event of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct XesEvent {
    /// The trace's name; `trace 7` for the seventh when it has none.
    pub case: String,
    /// The event's number in its trace, from 1.
    pub number: usize,
    /// What happened.
    pub name: String,
    /// When; an event without a time has that of the one before.
    pub ts: Timestamp,
    /// The other attributes.
    pub properties: Map<String, Value>,
}

impl XesEvent {
    /// The event in Segment's form, as importers take it. The same log gives the same message ids.
    #[must_use]
    pub fn to_segment(&self) -> Value {
        let key = format!("{}\n{}\n{}\n{}", self.case, self.number, self.name, self.ts.0);
        json!({
            "type": "track",
            "userId": self.case,
            "event": self.name,
            "timestamp": self.ts.to_rfc3339(),
            "messageId": format!("xes-{:016x}-{}", hash64(0x1849, key.as_bytes()), self.number),
            "properties": self.properties,
        })
    }
}

/// Reads a log event by event; one trace at a time is in memory.
pub struct XesReader<R> {
    reader: Reader<R>,
    ready: VecDeque<XesEvent>,
    traces: usize,
    seen_log: bool,
    ended: bool,
}

/// Attributes as they stand, with the names and times apart.
#[derive(Default)]
struct Attributes {
    name: Option<String>,
    ts: Option<Timestamp>,
    other: Map<String, Value>,
}

impl<R: BufRead> XesReader<R> {
    /// Reads uncompressed XML.
    pub fn new(reader: R) -> Self {
        let reader = Reader::from_reader(reader);
        XesReader { reader, ready: VecDeque::new(), traces: 0, seen_log: false, ended: false }
    }

    fn malformed(&self, error: impl std::fmt::Display) -> XesError {
        XesError::Malformed { at: self.reader.buffer_position(), detail: error.to_string() }
    }

    fn next_tag(&mut self) -> Result<Tag, XesError> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer);
            return match event.map_err(|e| self.malformed(e))? {
                Event::Start(tag) => Ok(Tag::Open(self.own(&tag)?)),
                Event::Empty(tag) => Ok(Tag::Single(self.own(&tag)?)),
                Event::End(_) => Ok(Tag::Close),
                Event::Eof => Ok(Tag::End),
                _ => continue,
            };
        }
    }

    fn own(&self, tag: &BytesStart<'_>) -> Result<Element, XesError> {
        let mut element =
            Element { tag: String::from_utf8_lossy(tag.local_name().as_ref()).into_owned(), ..Element::default() };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| self.malformed(e))?;
            let value = attribute.unescape_value().map_err(|e| self.malformed(e))?.into_owned();
            match attribute.key.as_ref() {
                b"key" => element.key = value,
                b"value" => element.value = Some(value),
                _ => {}
            }
        }
        Ok(element)
    }

    /// Reads up to the next trace with events. False at the end of the log.
    fn fill(&mut self) -> Result<bool, XesError> {
        loop {
            match self.next_tag()? {
                Tag::Open(e) if e.tag == "log" => self.seen_log = true,
                Tag::Open(e) if e.tag == "trace" => {
                    self.trace()?;
                    if !self.ready.is_empty() {
                        return Ok(true);
                    }
                }
                Tag::Open(_) => self.skip()?,
                Tag::Single(e) if e.tag == "log" => self.seen_log = true,
                Tag::Single(_) | Tag::Close => {}
                Tag::End if self.seen_log => return Ok(false),
                Tag::End => return Err(XesError::NoLog),
            }
        }
    }

    /// Skips what is inside the element just opened.
    fn skip(&mut self) -> Result<(), XesError> {
        let mut depth = 1;
        while depth > 0 {
            match self.next_tag()? {
                Tag::Open(_) => depth += 1,
                Tag::Close => depth -= 1,
                Tag::Single(_) => {}
                Tag::End => return Err(self.malformed("the file ends inside an element")),
            }
        }
        Ok(())
    }

    fn trace(&mut self) -> Result<(), XesError> {
        self.traces += 1;
        let (mut own, mut events) = (Attributes::default(), Vec::new());
        loop {
            match self.next_tag()? {
                Tag::Open(e) if e.tag == "event" => events.push(self.attributes()?),
                Tag::Single(e) if e.tag == "event" => events.push(Attributes::default()),
                Tag::Open(e) => {
                    self.skip()?;
                    own.take(e);
                }
                Tag::Single(e) => own.take(e),
                Tag::Close => break,
                Tag::End => return Err(self.malformed("the file ends inside a trace")),
            }
            if events.len() > MAX_TRACE_EVENTS {
                return Err(XesError::TooLong { case: own.name.unwrap_or_default() });
            }
        }
        let case = own.name.unwrap_or_else(|| format!("trace {}", self.traces));
        let mut last = None;
        for (number, event) in (1..).zip(events) {
            let missing = |what| XesError::Incomplete { case: case.clone(), number, what };
            let name = event.name.ok_or_else(|| missing(NAME))?;
            let ts = event.ts.or(last).ok_or_else(|| missing(TIME))?;
            last = Some(ts);
            let mut properties = event.other;
            properties.extend(own.other.iter().map(|(key, value)| (format!("case:{key}"), value.clone())));
            self.ready.push_back(XesEvent { case: case.clone(), number, name, ts, properties });
        }
        Ok(())
    }

    /// The attributes inside an event.
    fn attributes(&mut self) -> Result<Attributes, XesError> {
        let mut all = Attributes::default();
        loop {
            match self.next_tag()? {
                Tag::Single(e) => all.take(e),
                Tag::Open(e) => {
                    self.skip()?;
                    all.take(e);
                }
                Tag::Close => return Ok(all),
                Tag::End => return Err(self.malformed("the file ends inside an event")),
            }
        }
    }
}

impl Attributes {
    fn take(&mut self, element: Element) {
        let Some(value) = element.value else { return };
        match element.key.as_str() {
            NAME => self.name = Some(value),
            TIME => self.ts = Timestamp::parse(&value),
            _ => {
                let value = match element.tag.as_str() {
                    "int" => value.parse::<i64>().map_or(Value::String(value), Value::from),
                    "float" => value.parse::<f64>().map_or(Value::String(value), Value::from),
                    "boolean" if value == "true" || value == "false" => Value::Bool(value == "true"),
                    _ => Value::String(value),
                };
                self.other.insert(element.key, value);
            }
        }
    }
}

/// An element's tag and the two attributes that XES uses.
#[derive(Default)]
struct Element {
    tag: String,
    key: String,
    value: Option<String>,
}

enum Tag {
    Open(Element),
    Single(Element),
    Close,
    End,
}

impl<R: BufRead> Iterator for XesReader<R> {
    type Item = Result<XesEvent, XesError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() && !self.ended {
            match self.fill() {
                Ok(more) => self.ended = !more,
                Err(e) => {
                    self.ended = true;
                    return Some(Err(e));
                }
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<XesEvent>, String> {
        XesReader::new(text.as_bytes()).collect::<Result<_, _>>().map_err(|e| e.to_string())
    }

    #[test]
    fn attributes_of_every_type_and_what_is_missing() {
        let log = r#"<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">
            <global scope="event"><string key="concept:name" value="none"/></global>
            <string key="concept:name" value="the log"/>
            <trace><string key="concept:name" value="A &amp; B"/><int key="age" value="40"/>
              <event><string key="concept:name" value="start"/><date key="time:timestamp" value="2026-01-01T01:00:00.000+01:00"/>
                <float key="cost" value="1.5"/><boolean key="ok" value="true"/>
                <string key="nested" value="x"><string key="concept:name" value="not this"/></string></event>
              <event><string key="concept:name" value="end"/></event></trace>
            <trace><event><string key="concept:name" value="x"/><date key="time:timestamp" value="2026-01-02"/></event></trace>
            <trace/></log>"#;
        let events = read(log).unwrap();
        assert_eq!(events.len(), 3);
        assert_eq!(
            (events[0].case.as_str(), events[0].ts.to_rfc3339().as_str()),
            ("A & B", "2026-01-01T00:00:00.000Z")
        );
        let properties = json!({"cost": 1.5, "ok": true, "nested": "x", "case:age": 40});
        assert_eq!(Value::Object(events[0].properties.clone()), properties);
        assert_eq!((events[1].ts, events[2].case.as_str()), (events[0].ts, "trace 2"));
        assert_eq!(events[0].to_segment()["userId"], "A & B");
        for (text, expected) in [
            (
                "<log><trace><event><string key=\"concept:name\" value=\"x\"/></event></trace></log>",
                "has no time:timestamp",
            ),
            ("<log><trace><event/></trace></log>", "has no concept:name"),
            ("<other/>", "expected an XES file"),
            ("", "expected an XES file"),
            ("<log><trace>", "ends inside a trace"),
            ("<log><trace></log>", "byte"),
            ("<log>&bad;<trace><string key=\"&bad;\"/></trace></log>", "byte"),
        ] {
            assert!(read(text).unwrap_err().contains(expected), "{text}: {:?}", read(text));
        }
    }
}

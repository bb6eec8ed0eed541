//! Events as the fixed columns of a file, and back.

use std::sync::Arc;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Event, EventKind, Json, ProfileId, SourceId, Timestamp, WorkspaceId};

use crate::hot::HotRow;
use crate::schema::*;
use crate::shred::joined;
use crate::texts::Texts;
use crate::values::Values;

/// Column `column` of some hot rows, one of those before the remainder of the properties; `codes` are the file's event
/// codes of them, `target` applies the merge map.
pub(crate) fn column_of(column: usize, rows: &[HotRow], codes: &[i32], target: impl Fn(u64) -> u64) -> Values {
    let events = || rows.iter().map(|r| &r.row.event);
    let text = |f: &dyn Fn(&Event) -> &str| {
        let mut texts = Texts::with_capacity(rows.len(), events().map(|e| f(e).len()).sum());
        events().for_each(|e| texts.push(f(e)));
        texts.required()
    };
    let optional = |f: &dyn Fn(&Event) -> &Option<Arc<str>>| {
        let mut texts = Texts::default();
        for (row, text) in events().map(f).enumerate() {
            if let Some(text) = text {
                texts.pad(row);
                texts.push(text);
            }
        }
        texts.optional(rows.len())
    };
    match column {
        PROFILE => Values::I64(rows.iter().map(|r| target(r.row.profile.0) as i64).collect()),
        ORIGIN => Values::I64(rows.iter().map(|r| r.row.profile.0 as i64).collect()),
        TS => Values::I64(events().map(|e| e.ts.0).collect()),
        RECEIVED_AT => Values::I64(events().map(|e| e.received_at.0).collect()),
        EVENT_CODE => Values::I32(codes.to_vec()),
        EVENT => text(&|e| &e.name),
        KIND => text(&|e| e.kind.as_str()),
        MESSAGE_ID => text(&|e| &e.message_id),
        SOURCE => Values::I32(events().map(|e| e.source.0 as i32).collect()),
        HISTORICAL => Values::Bool(events().map(|e| e.historical).collect()),
        USER_ID => optional(&|e| &e.user_id),
        ANONYMOUS_ID => optional(&|e| &e.anonymous_id),
        GROUP_ID => optional(&|e| &e.group_id),
        PREVIOUS_ID => optional(&|e| &e.previous_id),
        _ => text(&|e| e.context.text()),
    }
}

/// The columns that make an event again, in the order [`event_at`] expects.
pub(crate) const EVENT_COLUMNS: [usize; 14] = [
    ORIGIN,
    TS,
    RECEIVED_AT,
    EVENT,
    KIND,
    MESSAGE_ID,
    SOURCE,
    HISTORICAL,
    USER_ID,
    ANONYMOUS_ID,
    GROUP_ID,
    PREVIOUS_ID,
    PROPERTIES,
    CONTEXT,
];

/// The event at a row of columns read as [`EVENT_COLUMNS`]; `shredded` are the property columns with their keys.
pub(crate) fn event_at<'a>(
    workspace: WorkspaceId,
    columns: &[Values],
    shredded: impl Iterator<Item = (&'a str, &'a Values)>,
    at: usize,
) -> ProcessedEvent {
    let text = |c: usize| columns[c].text(at).unwrap_or("");
    let shared = |c: usize| columns[c].text(at).map(Arc::<str>::from);
    ProcessedEvent {
        profile: ProfileId(columns[0].i64(at) as u64),
        event: Event {
            workspace,
            source: SourceId(columns[6].i64(at) as u32),
            kind: EventKind::parse(text(4)).unwrap_or(EventKind::Track),
            name: Arc::from(text(3)),
            message_id: Arc::from(text(5)),
            ts: Timestamp(columns[1].i64(at)),
            received_at: Timestamp(columns[2].i64(at)),
            user_id: shared(8),
            anonymous_id: shared(9),
            group_id: shared(10),
            previous_id: shared(11),
            properties: Json::from_text(&joined(text(12), shredded, at)),
            context: Json::from_text(text(13)),
            historical: columns[7].i64(at) != 0,
        },
    }
}

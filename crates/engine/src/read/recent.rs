//! What happened just now, over all customers: the live feed.

use rapport_domain::event::EventView;
use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventRef, Fold};

use crate::error::EngineError;
use crate::shared::Shared;

/// One line of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentEvent {
    /// When it happened.
    pub ts: Timestamp,
    /// Whose it is.
    pub profile: ProfileId,
    /// What happened.
    pub name: String,
}

/// The latest events within a period, a bounded number of them.
struct Latest {
    from: Timestamp,
    to: Timestamp,
    limit: usize,
}

fn keep(out: &mut Vec<RecentEvent>, limit: usize) {
    if out.len() > 2 * limit {
        out.sort_by_key(|e| std::cmp::Reverse((e.ts, e.profile)));
        out.truncate(limit);
    }
}

impl Fold for Latest {
    type State = Vec<RecentEvent>;
    type Out = Vec<RecentEvent>;

    fn begin(&self, _: ProfileId) -> Self::State {
        Vec::new()
    }

    fn step(&self, state: &mut Self::State, event: &EventRef<'_>) {
        let row = RecentEvent { ts: event.ts(), profile: event.profile(), name: event.name().to_owned() };
        state.push(row);
        keep(state, self.limit);
    }

    fn finish(&self, _: ProfileId, state: Self::State, out: &mut Self::Out) {
        out.extend(state);
        keep(out, self.limit);
    }

    fn merge(&self, into: &mut Self::Out, from: Self::Out) {
        into.extend(from);
        keep(into, self.limit);
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.from, self.to))
    }
}

/// The latest events since `from`, newest first, at most `limit`. Looks at the time column of what is at or after `from`
/// only, so the caller keeps the period short.
pub fn events(
    shared: &Shared,
    ws: WorkspaceId,
    from: Timestamp,
    limit: usize,
    cancel: &CancelFlag,
) -> Result<Vec<RecentEvent>, EngineError> {
    let fold = Latest { from, to: Timestamp::MAX, limit: limit.max(1) };
    let mut rows = shared.lake.snapshot(ws).run(&fold, cancel)?;
    rows.sort_by_key(|e| std::cmp::Reverse((e.ts, e.profile)));
    rows.truncate(limit);
    Ok(rows)
}

//! What happened just now, over all customers: the live feed.

use rapport_domain::event::EventView;
use rapport_domain::rule::{CompareOp, Literal};
use rapport_domain::{ProfileId, SourceId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventFilter, EventRef, Field, Filter, Fold, Test};

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

/// Which events of the feed are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Only of this source.
    pub source: Option<SourceId>,
    /// Only those whose name holds this text, upper and lower case alike; every one when empty.
    pub text: String,
    /// Only those at or before this instant.
    pub until: Option<Timestamp>,
}

/// The latest events within a period, a bounded number of them.
struct Latest {
    from: Timestamp,
    to: Timestamp,
    limit: usize,
    names: Option<Vec<String>>,
    source: Option<SourceId>,
}

/// Newest first; those of one instant in an order that stays.
fn order(rows: &mut [RecentEvent]) {
    rows.sort_by(|a, b| (b.ts, b.profile, &b.name).cmp(&(a.ts, a.profile, &a.name)));
}

fn keep(out: &mut Vec<RecentEvent>, limit: usize) {
    if out.len() > 2 * limit {
        order(out);
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

    fn event_names(&self) -> Option<Vec<String>> {
        self.names.clone()
    }

    fn filters(&self) -> Vec<EventFilter> {
        let of = |source: SourceId| {
            let test = Test::Compare(CompareOp::Equal, Literal::Number(f64::from(source.0)));
            EventFilter { event: None, filter: Filter::Test(Field::Source, test) }
        };
        self.source.map(of).into_iter().collect()
    }

    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.from, self.to))
    }
}

/// The latest events since `from`, newest first, at most `limit`. Looks at the time column of what is at or after `from`
/// only, and of that at the wanted names and source, so the caller keeps the period short.
pub fn events(
    shared: &Shared,
    ws: WorkspaceId,
    from: Timestamp,
    wanted: &Wanted,
    limit: usize,
    cancel: &CancelFlag,
) -> Result<Vec<RecentEvent>, EngineError> {
    let snapshot = shared.lake.snapshot(ws);
    let text = wanted.text.to_lowercase();
    let holds = |name: &String| name.to_lowercase().contains(&text);
    let names = (!text.is_empty())
        .then(|| snapshot.event_names().into_iter().map(|(name, _)| name).filter(holds).collect::<Vec<_>>());
    if names.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let to = wanted.until.map_or(Timestamp::MAX, |at| at.plus_ms(1));
    let fold = Latest { from, to, limit: limit.max(1), names, source: wanted.source };
    let mut rows = snapshot.run(&fold, cancel)?;
    order(&mut rows);
    rows.truncate(limit);
    Ok(rows)
}

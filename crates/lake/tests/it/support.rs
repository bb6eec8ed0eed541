//! Events for tests, and a fold that writes down what it saw.

use std::path::Path;
use std::sync::Arc;

use rapport_domain::event::{EventView, ProcessedEvent, Scalar};
use rapport_domain::{Event, Json, Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_lake::{CancelFlag, EventRef, Fold, Lake, LakeConfig, Snapshot};

pub(crate) const WS: WorkspaceId = WorkspaceId(1);
pub(crate) const PARTITIONS: u16 = 3;

pub(crate) fn config() -> LakeConfig {
    LakeConfig { background: false, threads: 2, merge_fan_in: 3, ..LakeConfig::default() }
}

pub(crate) fn open(dir: &Path) -> Arc<Lake> {
    Lake::open(dir, PARTITIONS, config()).unwrap()
}

pub(crate) fn profile(home: u16, local: u64) -> ProfileId {
    ProfileId::new(Partition(home), local)
}

pub(crate) fn event(profile: ProfileId, name: &str, ts: i64, id: &str) -> ProcessedEvent {
    let mut event = Event::derived(WS, name, id.to_owned(), Timestamp(ts), serde_json::Map::new());
    event.properties = Json::from_text(&format!(r#"{{"n":{ts},"id":"{id}"}}"#));
    event.context = Json::from_text(r#"{"page":{"path":"/p"},"locale":"de-DE"}"#);
    event.received_at = Timestamp(ts + 5);
    event.user_id = Some(Arc::from(format!("u{}", profile.0)));
    ProcessedEvent { profile, event }
}

/// (profile, ts, name, id from the properties, path from the context) of each step.
pub(crate) type Seen = Vec<(u64, i64, String, String, String)>;

#[derive(Default)]
pub(crate) struct Everything {
    pub(crate) names: Option<Vec<String>>,
    pub(crate) except: Vec<String>,
    pub(crate) range: Option<(Timestamp, Timestamp)>,
    /// Each event is asked for whole, too, and is the same.
    pub(crate) whole: bool,
}

impl Fold for Everything {
    type State = Seen;
    type Out = Seen;
    fn begin(&self, _: ProfileId) -> Seen {
        Vec::new()
    }
    fn step(&self, state: &mut Seen, e: &EventRef<'_>) {
        let text = |s: Scalar<'_>| if let Scalar::Text(t) = s { t.into_owned() } else { format!("{s:?}") };
        if let Some(names) = &self.names {
            assert_eq!(names[e.wanted().unwrap()], e.name());
        }
        if self.whole {
            let whole = e.event(WS).unwrap();
            let found = (&*whole.name, whole.ts, &*whole.message_id);
            assert_eq!(found, (e.name(), e.ts(), &*text(e.property("id"))));
        }
        state.push((
            e.profile().0,
            e.ts().0,
            e.name().to_owned(),
            text(e.property("id")),
            text(e.context("page.path")),
        ));
    }
    fn finish(&self, profile: ProfileId, state: Seen, out: &mut Seen) {
        assert!(!state.is_empty() && state.iter().all(|s| s.0 == profile.0));
        out.extend(state);
    }
    fn merge(&self, into: &mut Seen, from: Seen) {
        into.extend(from);
    }
    fn event_names(&self) -> Option<Vec<String>> {
        self.names.clone()
    }
    fn except_names(&self) -> Vec<String> {
        self.except.clone()
    }
    fn range(&self) -> Option<(Timestamp, Timestamp)> {
        self.range
    }
    fn replays(&self) -> bool {
        self.whole
    }
}

/// Ids of all events in the order a scan gives them.
pub(crate) fn ids(snapshot: &Snapshot) -> Vec<String> {
    snapshot.run(&Everything::default(), &CancelFlag::new()).unwrap().into_iter().map(|s| s.3).collect()
}

pub(crate) fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "parquet") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

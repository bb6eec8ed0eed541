//! Results that were computed lately, within a stated budget.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rapport_insights::kinds::Outcome;

use crate::telemetry;

/// Memory for results, bytes, by a rough count of their text.
const MAX_BYTES: usize = 32 << 20;
/// The largest result that is kept, bytes.
const MAX_RESULT_BYTES: usize = 4 << 20;

#[derive(Debug, Default)]
struct Inner {
    kept: HashMap<String, Kept>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    outcome: Arc<Outcome>,
    bytes: usize,
    used: u64,
}

/// The results, least recently used ones leave first.
#[derive(Debug, Default)]
pub(crate) struct Results {
    inner: Mutex<Inner>,
}

impl Results {
    /// The result under `key`, computed if it is not kept. Two that ask at once may both compute it.
    pub(crate) fn get_or<E>(
        &self,
        key: String,
        compute: impl FnOnce() -> Result<Outcome, E>,
    ) -> Result<Arc<Outcome>, E> {
        if let Some(found) = self.get(&key) {
            metrics::counter!(telemetry::RESULTS, "kept" => "true").increment(1);
            return Ok(found);
        }
        metrics::counter!(telemetry::RESULTS, "kept" => "false").increment(1);
        let outcome = Arc::new(compute()?);
        self.put(key, &outcome);
        Ok(outcome)
    }

    fn get(&self, key: &str) -> Option<Arc<Outcome>> {
        let mut inner = self.inner.lock();
        inner.clock += 1;
        let clock = inner.clock;
        let kept = inner.kept.get_mut(key)?;
        kept.used = clock;
        Some(kept.outcome.clone())
    }

    fn put(&self, key: String, outcome: &Arc<Outcome>) {
        let cells: usize = outcome.table.size();
        let bytes = key.len() * 2 + size(&outcome.report) + cells * 32;
        if bytes > MAX_RESULT_BYTES {
            return;
        }
        let mut inner = self.inner.lock();
        inner.clock += 1;
        let kept = Kept { outcome: outcome.clone(), bytes, used: inner.clock };
        inner.bytes += bytes;
        if let Some(before) = inner.kept.insert(key, kept) {
            inner.bytes -= before.bytes;
        }
        while inner.bytes > MAX_BYTES {
            let oldest = inner.kept.iter().min_by_key(|(_, k)| k.used).map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| inner.kept.remove(&key)) else { break };
            inner.bytes -= gone.bytes;
        }
        metrics::gauge!(telemetry::RESULT_BYTES).set(inner.bytes as f64);
    }
}

/// A rough size of a value in memory, bytes.
fn size(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => 32 + text.len(),
        serde_json::Value::Array(list) => 32 + list.iter().map(size).sum::<usize>(),
        serde_json::Value::Object(map) => 32 + map.iter().map(|(k, v)| 32 + k.len() + size(v)).sum::<usize>(),
        _ => 32,
    }
}

#[cfg(test)]
mod tests {
    use rapport_insights::{About, Table};
    use serde_json::json;

    use super::*;

    fn outcome(n: usize) -> Outcome {
        Outcome { report: json!("x".repeat(n)), table: Table::default(), about: About::default() }
    }

    #[test]
    fn the_least_recently_used_leave_within_the_budget() {
        let results = Results::default();
        let ask = |key: &str, n: usize| {
            let mut computed = false;
            let made: Result<_, ()> = results.get_or(key.to_owned(), || {
                computed = true;
                Ok(outcome(n))
            });
            made.unwrap();
            computed
        };
        assert!(ask("a", 10) && !ask("a", 10));
        let large = 3 << 20;
        for n in 0..20 {
            assert!(ask(&format!("large {n}"), large));
            assert!(!ask("a", 10), "what is used stays");
            assert!(results.inner.lock().bytes <= MAX_BYTES);
        }
        assert!(ask("large 0", large), "it left");
        assert!(ask("huge", MAX_RESULT_BYTES) && ask("huge", MAX_RESULT_BYTES), "too large to keep");
        let failed: Result<Arc<Outcome>, &str> = results.get_or("b".into(), || Err("no"));
        assert!(failed.is_err() && ask("b", 1), "a failure is not kept");
    }
}

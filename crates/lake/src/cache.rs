//! A cache with a byte budget that a scan of more than fits does not wash out.
//!
//! What is used least recently goes first, but only for what was itself used before since then. Queries go through all files in
//! the same order; if the newest always won, a budget that holds half of them would never have the one that comes next.

use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Absent entries whose last use is remembered.
const MAX_PAST: usize = 64 * 1024;

/// Values that are cheap to clone, shared by many readers, held while they fit into `budget` bytes. A value larger than the whole budget is
/// handed out but not kept.
#[derive(Debug)]
pub(crate) struct ByteLru<K, V> {
    budget: usize,
    name: &'static str,
    inner: Mutex<Inner<K, V>>,
}

#[derive(Debug)]
struct Inner<K, V> {
    entries: HashMap<K, Entry<V>>,
    order: BTreeMap<u64, K>,
    /// When what is not held was last used.
    past: HashMap<K, u64>,
    tick: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    tick: u64,
}

impl<K: Copy + Eq + Hash, V: Clone> ByteLru<K, V> {
    pub(crate) fn new(name: &'static str, budget: usize) -> Self {
        let (entries, past) = (HashMap::new(), HashMap::new());
        let inner = Inner { entries, order: BTreeMap::new(), past, tick: 0, bytes: 0 };
        ByteLru { budget, name, inner: Mutex::new(inner) }
    }

    pub(crate) fn get(&self, key: K) -> Option<V> {
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        inner.tick += 1;
        let entry = inner.entries.get_mut(&key)?;
        inner.order.remove(&entry.tick);
        entry.tick = inner.tick;
        inner.order.insert(entry.tick, key);
        Some(entry.value.clone())
    }

    /// Keeps a value, if there is room or what would have to go was not used since this one was last.
    pub(crate) fn put(&self, key: K, value: V, bytes: usize) {
        if bytes > self.budget {
            return;
        }
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        inner.remove(&key);
        inner.tick += 1;
        let before = inner.past.remove(&key).unwrap_or(0);
        while inner.bytes + bytes > self.budget {
            match inner.order.first_key_value() {
                Some((used, oldest)) if *used < before => {
                    let (used, oldest) = (*used, *oldest);
                    inner.remove(&oldest);
                    inner.remember(oldest, used);
                }
                _ => return inner.remember(key, inner.tick),
            }
        }
        inner.order.insert(inner.tick, key);
        inner.entries.insert(key, Entry { value, bytes, tick: inner.tick });
        inner.bytes += bytes;
        metrics::gauge!("rapport_lake_cache_bytes", "cache" => self.name).set(inner.bytes as f64);
    }

    /// Forgets every entry whose key matches.
    pub(crate) fn forget(&self, matches: impl Fn(&K) -> bool) {
        let mut inner = self.inner.lock();
        let keys: Vec<K> = inner.entries.keys().filter(|k| matches(k)).copied().collect();
        for key in keys {
            inner.remove(&key);
        }
        inner.past.retain(|key, _| !matches(key));
    }

    pub(crate) fn bytes(&self) -> usize {
        self.inner.lock().bytes
    }
}

impl<K: Copy + Eq + Hash, V> Inner<K, V> {
    /// Notes when something absent was last used; the half used longest ago is forgotten when there are too many.
    fn remember(&mut self, key: K, used: u64) {
        self.past.insert(key, used);
        if self.past.len() > MAX_PAST {
            let since = self.tick.saturating_sub(MAX_PAST as u64 / 2);
            self.past.retain(|_, used| *used > since);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.tick);
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_goes_for_what_is_used_again_and_the_budget_holds() {
        let lru = ByteLru::new("test", 10);
        lru.put(1, "a", 4);
        lru.put(2, "b", 4);
        assert!(lru.get(1).is_some());
        lru.put(3, "c", 4);
        assert!(lru.get(3).is_none(), "seen once, and there is no room");
        assert!(lru.get(1).is_some());
        lru.put(3, "c", 4);
        assert!(lru.get(2).is_none() && lru.get(1).is_some() && lru.get(3).is_some(), "2 was not used since");
        assert_eq!(lru.bytes(), 8);
        lru.put(4, "d", 11);
        assert!(lru.get(4).is_none());
        lru.put(1, "e", 6);
        assert_eq!((lru.bytes(), lru.get(1)), (10, Some("e")), "a newer value of what is held");
        lru.forget(|k| *k == 1);
        assert_eq!(lru.bytes(), 4);
        lru.put(5, "f", 6);
        assert_eq!((lru.bytes(), lru.get(5)), (10, Some("f")), "there was room");
    }

    #[test]
    fn a_scan_of_more_than_fits_still_finds_what_fits() {
        let lru = ByteLru::new("test", 50);
        let scan = |keys: std::ops::Range<u32>| {
            let missed = |key: &u32| {
                lru.get(*key).is_none() && {
                    lru.put(*key, (), 1);
                    true
                }
            };
            keys.filter(missed).count()
        };
        assert_eq!(scan(0..100), 100);
        for _ in 0..5 {
            assert_eq!(scan(0..100), 50);
        }
        // Another set is taken over when it comes again.
        let found: Vec<usize> = (0..3).map(|_| scan(200..250)).collect();
        assert_eq!(found, [50, 50, 0]);
    }

    #[test]
    fn the_past_is_bounded() {
        let lru = ByteLru::new("test", 1);
        (0..5 * MAX_PAST as u64).for_each(|key| lru.put(key, (), 1));
        assert!(lru.inner.lock().past.len() <= MAX_PAST);
    }
}

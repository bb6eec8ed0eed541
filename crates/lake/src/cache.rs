//! A cache with a byte budget: the least recently used go first.

use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

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
        let inner = Inner { entries: HashMap::new(), order: BTreeMap::new(), tick: 0, bytes: 0 };
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

    pub(crate) fn put(&self, key: K, value: V, bytes: usize) {
        if bytes > self.budget {
            return;
        }
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        inner.remove(&key);
        while inner.bytes + bytes > self.budget {
            let Some((_, oldest)) = inner.order.first_key_value() else { break };
            let oldest = *oldest;
            inner.remove(&oldest);
        }
        inner.tick += 1;
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
    }

    pub(crate) fn bytes(&self) -> usize {
        self.inner.lock().bytes
    }
}

impl<K: Copy + Eq + Hash, V> Inner<K, V> {
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
    fn the_least_recently_used_goes_first_and_the_budget_holds() {
        let lru = ByteLru::new("test", 10);
        lru.put(1, "a", 4);
        lru.put(2, "b", 4);
        assert!(lru.get(1).is_some());
        lru.put(3, "c", 4);
        assert!(lru.get(2).is_none() && lru.get(1).is_some() && lru.get(3).is_some());
        assert_eq!(lru.bytes(), 8);
        lru.put(4, "d", 11);
        assert!(lru.get(4).is_none());
        lru.put(1, "e", 10);
        assert_eq!((lru.bytes(), lru.get(3).is_none()), (10, true));
        lru.forget(|k| *k == 1);
        assert_eq!(lru.bytes(), 0);
    }
}

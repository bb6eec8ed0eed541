//! The key columns of one sorted run, decoded: 12 bytes an event and 12 a profile.

/// Profile, time and event code of a run's rows, in the run's order: by origin, then time, then arrival.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// The distinct origins, ascending.
    pub(crate) profiles: Vec<u64>,
    /// The first row of each; one more than `profiles`, the last is the row count.
    pub(crate) starts: Vec<u32>,
    /// When each row happened, ms.
    pub(crate) ts: Vec<i64>,
    /// The workspace's code of each row's event name.
    pub(crate) codes: Vec<u32>,
}

impl Columns {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Columns { profiles: Vec::new(), starts: vec![0], ts: Vec::with_capacity(rows), codes: Vec::with_capacity(rows) }
    }

    /// Adds the next row; rows come in the run's order.
    pub(crate) fn push(&mut self, origin: u64, ts: i64, code: u32) {
        if self.profiles.last() != Some(&origin) {
            if !self.profiles.is_empty() {
                self.starts.push(self.ts.len() as u32);
            }
            self.profiles.push(origin);
        }
        self.ts.push(ts);
        self.codes.push(code);
    }

    /// Ends the building.
    pub(crate) fn finish(mut self) -> Self {
        if !self.profiles.is_empty() {
            self.starts.push(self.ts.len() as u32);
        }
        self.profiles.shrink_to_fit();
        self.starts.shrink_to_fit();
        self
    }

    /// The rows of the profile at `index` of `profiles`.
    pub(crate) fn rows_at(&self, index: usize) -> std::ops::Range<u32> {
        self.starts[index]..self.starts[index + 1]
    }

    /// The rows of `origin`, empty when it has none.
    pub(crate) fn rows_of(&self, origin: u64) -> std::ops::Range<u32> {
        match self.profiles.binary_search(&origin) {
            Ok(index) => self.rows_at(index),
            Err(_) => 0..0,
        }
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.profiles.capacity() * 8 + self.starts.capacity() * 4 + self.ts.capacity() * 8 + self.codes.capacity() * 4
    }
}

//! Sequences by trying every choice of events.

use rapport_domain::Event;
use rapport_domain::rule::{Sequence, Step};

use super::{Naive, means};

impl Naive<'_> {
    fn serves(&self, step: &Step, event: &Event) -> bool {
        let named = means(step.names(), &event.name);
        let filter = if let Step::Events(e) = step { e.filter.as_deref() } else { None };
        named && filter.is_none_or(|f| self.condition(f, Some(event)))
    }

    fn nothing(&self, step: &Step, after: i64, before: i64) -> bool {
        !self.events.iter().any(|e| after < e.ts.0 && e.ts.0 < before && self.serves(step, e))
    }

    pub(super) fn sequence(&self, sequence: &Sequence) -> bool {
        let happening: Vec<usize> = (0..sequence.steps.len()).filter(|i| !sequence.steps[*i].is_absent()).collect();
        self.search(sequence, &happening, &mut Vec::new())
    }

    fn search(&self, sequence: &Sequence, happening: &[usize], used: &mut Vec<usize>) -> bool {
        if used.len() == happening.len() {
            return self.is_run(sequence, happening, used);
        }
        let step = &sequence.steps[happening[used.len()]];
        (0..self.events.len()).any(|i| {
            let fits = !used.contains(&i)
                && self.serves(step, self.events[i])
                && used.last().is_none_or(|l| self.events[*l].ts <= self.events[i].ts);
            if !fits {
                return false;
            }
            used.push(i);
            let found = self.search(sequence, happening, used);
            used.pop();
            found
        })
    }

    fn is_run(&self, sequence: &Sequence, happening: &[usize], used: &[usize]) -> bool {
        let own = |i: usize| if let Step::Events(e) = &sequence.steps[i] { e.within_ms } else { None };
        let at: Vec<i64> = used.iter().map(|i| self.events[*i].ts.0).collect();
        let (first, last) = (at[0], at[at.len() - 1]);
        if last - first > sequence.within_ms {
            return false;
        }
        for k in 1..at.len() {
            if own(happening[k]).is_some_and(|gap| at[k] - at[k - 1] > gap) {
                return false;
            }
            let between = happening[k] - 1;
            if sequence.steps[between].is_absent() && !self.nothing(&sequence.steps[between], at[k - 1], at[k]) {
                return false;
            }
        }
        if sequence.steps[0].is_absent() {
            let reach = own(0).unwrap_or(sequence.within_ms);
            if !self.nothing(&sequence.steps[0], first - reach, first) {
                return false;
            }
        }
        let mut end = last;
        let tail = sequence.steps.len() - 1;
        if sequence.steps[tail].is_absent() {
            end = last + own(tail).unwrap_or(sequence.within_ms);
            if end > self.now.0 || !self.nothing(&sequence.steps[tail], last, end) {
                return false;
            }
        }
        sequence.recent_ms.is_none_or(|recent| end > self.now.0 - recent)
    }
}

//! Which columns of a cohort a profile is in.

/// The columns of a cohort: column 0 is the cohort itself, each other one spans some units after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// First and last unit of each column after the cohort's own.
    spans: Vec<(usize, usize)>,
}

impl Columns {
    /// One column for each of `units` units after the cohort's.
    #[must_use]
    pub fn each(units: usize) -> Self {
        Columns { spans: (1..=units).map(|unit| (unit, unit)).collect() }
    }

    /// Columns that end with these units.
    ///
    /// # Errors
    /// When they do not ascend from 1 on.
    pub fn brackets(ends: &[usize]) -> Result<Self, &'static str> {
        let mut spans = Vec::with_capacity(ends.len());
        let mut first = 1;
        for end in ends {
            if *end < first {
                return Err("expected ascending numbers from 1, the last unit of each column");
            }
            spans.push((first, *end));
            first = end + 1;
        }
        if spans.is_empty() { Err("expected at least one number") } else { Ok(Columns { spans }) }
    }

    /// How many, the cohort's own included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.spans.len() + 1
    }

    /// How they are called: `0`, `1`, `2-3`.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let name =
            |(first, last): &(usize, usize)| if first == last { first.to_string() } else { format!("{first}-{last}") };
        std::iter::once("0".to_owned()).chain(self.spans.iter().map(name)).collect()
    }

    /// How many columns of a cohort have begun when there are `buckets` units from the cohort's on, its own included.
    #[must_use]
    pub fn begun(&self, buckets: usize) -> usize {
        1 + self.spans.iter().take_while(|(first, _)| *first < buckets).count()
    }

    /// How many of them are complete when `buckets` units are.
    #[must_use]
    pub fn complete(&self, buckets: usize) -> usize {
        if buckets == 0 { 0 } else { 1 + self.spans.iter().take_while(|(_, last)| *last < buckets).count() }
    }

    /// Whether a profile of cohort `cohort` that came back in the buckets `returns` (ascending) is in a column. The
    /// cohort's own column holds all of it.
    #[must_use]
    pub fn holds(&self, column: usize, cohort: usize, returns: &[u16], or_after: bool) -> bool {
        let Some((first, last)) = column.checked_sub(1).map(|at| self.spans[at]) else { return true };
        let next = returns.partition_point(|r| usize::from(*r) < cohort + first);
        returns.get(next).is_some_and(|r| or_after || usize::from(*r) <= cohort + last)
    }

    /// The column of something that happened so many units after the cohort's bucket.
    #[must_use]
    pub fn column_of(&self, after: usize) -> Option<usize> {
        if after == 0 {
            return Some(0);
        }
        let at = self.spans.partition_point(|(_, last)| *last < after);
        self.spans.get(at).filter(|(first, _)| *first <= after).map(|_| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_their_edges() {
        let columns = Columns::brackets(&[1, 3, 7]).unwrap();
        assert_eq!(columns.labels(), ["0", "1", "2-3", "4-7"]);
        for (after, column) in
            [(0, Some(0)), (1, Some(1)), (2, Some(2)), (3, Some(2)), (4, Some(3)), (7, Some(3)), (8, None)]
        {
            assert_eq!(columns.column_of(after), column, "{after}");
        }
        assert_eq!((columns.begun(1), columns.begun(2), columns.begun(3), columns.begun(5)), (1, 2, 3, 4));
        assert_eq!((columns.complete(0), columns.complete(1), columns.complete(3), columns.complete(4)), (0, 1, 2, 3));
        assert!(columns.holds(2, 10, &[10, 13], false) && !columns.holds(2, 10, &[10, 14], false));
        assert!(columns.holds(2, 10, &[14], true) && !columns.holds(2, 10, &[11], true));
        for bad in [&[][..], &[0], &[3, 3], &[5, 2]] {
            assert!(Columns::brackets(bad).is_err(), "{bad:?}");
        }
    }
}

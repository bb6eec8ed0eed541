//! One profile's events as paths of activities.

/// An activity and when, ms. Activities are codes; their names are kept elsewhere.
pub type Step = (u64, i64);

/// Which part of a path is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// All of it.
    Whole,
    /// The first time this activity comes, and so many steps after it.
    After(u64, usize),
    /// The first time this activity comes, and so many steps before it.
    Before(u64, usize),
}

/// Cuts a profile's steps into paths, after each pause that is longer than `gap_ms`.
#[must_use]
pub fn split(steps: &[Step], gap_ms: Option<i64>) -> Vec<Vec<Step>> {
    let mut paths: Vec<Vec<Step>> = Vec::new();
    for step in steps {
        let goes_on =
            paths.last().and_then(|p| p.last()).is_some_and(|last| gap_ms.is_none_or(|gap| step.1 - last.1 <= gap));
        match paths.last_mut().filter(|_| goes_on) {
            Some(path) => path.push(*step),
            None => paths.push(vec![*step]),
        }
    }
    paths
}

/// An activity that follows itself counts once, from its first event.
pub fn collapse(path: &mut Vec<Step>) {
    path.dedup_by_key(|step| step.0);
}

/// The part of a path that is looked at; none when the anchor is not in it.
#[must_use]
pub fn cut(path: &[Step], cut: Cut) -> Option<&[Step]> {
    let anchor = |activity: u64| path.iter().position(|step| step.0 == activity);
    match cut {
        Cut::Whole => (!path.is_empty()).then_some(path),
        Cut::After(activity, depth) => anchor(activity).map(|at| &path[at..path.len().min(at + depth + 1)]),
        Cut::Before(activity, depth) => anchor(activity).map(|at| &path[at.saturating_sub(depth)..=at]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_repeats_and_anchors() {
        let steps = [(1, 0), (1, 5), (2, 10), (3, 100), (1, 110), (2, 111)];
        let paths = split(&steps, Some(50));
        assert_eq!((paths.len(), paths[0].len()), (2, 3));
        assert_eq!(split(&steps, Some(90)).len(), 1, "a pause of exactly the gap goes on");
        let mut path = steps.to_vec();
        collapse(&mut path);
        assert_eq!(path, [(1, 0), (2, 10), (3, 100), (1, 110), (2, 111)]);
        assert_eq!(cut(&path, Cut::After(2, 1)), Some(&path[1..3]));
        assert_eq!(cut(&path, Cut::Before(3, 5)), Some(&path[0..3]));
        assert_eq!((cut(&path, Cut::After(9, 1)), cut(&[], Cut::Whole)), (None, None));
    }
}

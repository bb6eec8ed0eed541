//! Which of several channels carries a message, and in what order the others are asked when it fails.

use rapport_domain::OutboxId;
use rapport_domain::hash::hash64;

use crate::spec::LiveChannel;

/// What routing knows of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its id.
    pub id: &'a str,
    /// Lower is tried first.
    pub priority: u32,
    /// The share among those of the same priority.
    pub weight: u32,
    /// Countries it is for; none is all.
    pub countries: &'a [String],
    /// It failed again and again lately, or asked to be left alone: it is tried after the others.
    pub resting: bool,
}

impl<'a> Candidate<'a> {
    /// A live channel.
    #[must_use]
    pub fn of(channel: &'a LiveChannel, resting: bool) -> Self {
        let spec = &channel.spec;
        Candidate { id: &channel.id, priority: spec.priority, weight: spec.weight, countries: &spec.countries, resting }
    }
}

/// The order in which channels are asked for this message, as positions in `candidates`: those that are up before those
/// that rest, then by priority, then drawn by weight. The draw is the message's: a retry begins with the same channel as long as
/// nothing changed. A channel that names the recipient's country goes before those for all countries.
#[must_use]
pub fn order(candidates: &[Candidate<'_>], country: Option<&str>, id: OutboxId) -> Vec<usize> {
    let fits =
        |c: &Candidate<'_>| c.countries.is_empty() || country.is_some_and(|k| c.countries.iter().any(|n| n == k));
    let mut places: Vec<(bool, bool, u32, f64, usize)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, c)| fits(c))
        .map(|(at, c)| (c.resting, c.countries.is_empty(), c.priority, draw(c, id), at))
        .collect();
    places.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)).then(a.3.total_cmp(&b.3)).then(a.4.cmp(&b.4)));
    places.into_iter().map(|p| p.4).collect()
}

/// A number whose order among others draws by weight without putting back: `-ln(u) / weight` (Efraimidis and Spirakis,
/// "Weighted random sampling with a reservoir", 2006). Weight 0 comes last.
fn draw(candidate: &Candidate<'_>, id: OutboxId) -> f64 {
    let key = format!("{id}\n{}", candidate.id);
    let unit = ((hash64(17, key.as_bytes()) >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    if candidate.weight == 0 { f64::INFINITY } else { -unit.ln() / f64::from(candidate.weight) }
}

#[cfg(test)]
mod tests {
    use rapport_domain::Partition;

    use super::*;

    const fn candidate(id: &str, priority: u32, weight: u32) -> Candidate<'_> {
        Candidate { id, priority, weight, countries: &[], resting: false }
    }

    fn id(number: u64) -> OutboxId {
        OutboxId { partition: Partition(1), number }
    }

    #[test]
    fn weights_are_shares() {
        let two = [candidate("a", 10, 300), candidate("b", 10, 100)];
        let first = (0..10_000).filter(|n| order(&two, None, id(*n))[0] == 0).count();
        assert!((7_300..7_700).contains(&first), "{first}");
        assert_eq!(order(&two, None, id(5)), order(&two, None, id(5)));
        let off = [candidate("a", 10, 0), candidate("b", 10, 1)];
        assert!((0..100).all(|n| order(&off, None, id(n)) == [1, 0]));
    }

    #[test]
    fn priority_country_and_rest_come_first() {
        let (de, fr) = (["DE".to_owned()], ["FR".to_owned()]);
        let all = [
            candidate("fallback", 20, 100),
            candidate("main", 10, 100),
            Candidate { countries: &de, ..candidate("german", 30, 1) },
            Candidate { countries: &fr, ..candidate("french", 1, 1) },
        ];
        assert_eq!(order(&all, None, id(1)), [1, 0]);
        assert_eq!(order(&all, Some("DE"), id(1)), [2, 1, 0]);
        let mut tired = all;
        tired[2].resting = true;
        assert_eq!(order(&tired, Some("DE"), id(1)), [1, 0, 2]);
        assert_eq!(order(&[], None, id(1)), [] as [usize; 0]);
    }
}

//! Versions: Semantic Versioning 2.0 (semver.org), read leniently as apps report them: `v2`, `2.3`, `2.3.1-rc.1+build`.

use std::cmp::Ordering;
use std::fmt;

/// A version by its precedence; build metadata takes no part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// Major, minor, patch, and what some add after them; missing ones are 0.
    numbers: Vec<u64>,
    /// Identifiers of the pre-release; none for a release.
    pre: Vec<Identifier>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    /// Numeric ones come before others (§11.4.3).
    Number(u64),
    Text(String),
}

/// Numbers a version may have.
const MAX_NUMBERS: usize = 6;
/// Bytes of a version.
const MAX_BYTES: usize = 128;

impl Version {
    /// The version a text spells; `None` when it spells none.
    pub(crate) fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return None;
        }
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(before, _)| before);
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        let mut numbers: Vec<u64> = core.split('.').map(number).collect::<Option<_>>()?;
        if numbers.len() > MAX_NUMBERS {
            return None;
        }
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        let pre = pre.map_or(Some(Vec::new()), |pre| pre.split('.').map(identifier).collect())?;
        Some(Version { numbers, pre })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, n) in self.numbers.iter().enumerate() {
            write!(f, "{}{n}", if i == 0 { "" } else { "." })?;
        }
        for (i, part) in self.pre.iter().enumerate() {
            f.write_str(if i == 0 { "-" } else { "." })?;
            match part {
                Identifier::Number(n) => write!(f, "{n}")?,
                Identifier::Text(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
}

fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn identifier(text: &str) -> Option<Identifier> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| number(text).map_or_else(|| Identifier::Text(text.to_owned()), Identifier::Number))
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let longest = self.numbers.len().max(other.numbers.len());
        let at = |v: &Version, i: usize| v.numbers.get(i).copied().unwrap_or(0);
        (0..longest)
            .map(|i| at(self, i).cmp(&at(other, i)))
            .find(|o| o.is_ne())
            // A release comes after its pre-releases (§11.3).
            .unwrap_or_else(|| (self.pre.is_empty(), &self.pre).cmp(&(other.pre.is_empty(), &other.pre)))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence() {
        // The first line is §11.4 of the specification.
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.9",
            "1.10.0",
            "1.10.0.1",
            "v2",
            "2.0.1+build.5",
            "2.3",
            "18446744073709551615",
        ];
        for (i, a) in order.iter().enumerate() {
            for (j, b) in order.iter().enumerate() {
                let (a, b) = (Version::parse(a).unwrap(), Version::parse(b).unwrap());
                assert_eq!(a.cmp(&b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
        assert_eq!(Version::parse("2"), Version::parse(" V2.0.0+x "));
        for wrong in [
            "",
            "x",
            "1.",
            ".1",
            "1..2",
            "1.a",
            "-1",
            "1.0-",
            "1.0-a..b",
            "1 2",
            "1.2.3.4.5.6.7",
            "99999999999999999999",
        ] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
    }
}

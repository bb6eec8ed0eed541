//! What records of the DNS should say for mail to be believed: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489), and the names
//! of servers (RFC 1912 section 2.1).

/// What one check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Which servers may send for the domain.
    Spf,
    /// A key that mail is signed with.
    Dkim,
    /// What receivers do with mail that is neither.
    Dmarc,
    /// The names of a server's addresses.
    Ptr,
}

impl Check {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spf => "spf",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Ptr => "ptr",
        }
    }
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There is no such record.
    Missing,
    /// The record does not do.
    Wrong,
    /// The DNS did not answer, so nothing is known.
    Unanswered,
}

impl Flaw {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::Unanswered => "unanswered",
        }
    }
}

/// Why mail may not be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub flaw: Flaw,
    /// What is wrong and what to do, for people.
    pub advice: String,
}

impl Fault {
    /// A fault of that kind.
    pub(crate) fn new(flaw: Flaw, advice: impl Into<String>) -> Self {
        Fault { flaw, advice: advice.into() }
    }
}

fn missing<T>(advice: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::new(Flaw::Missing, advice))
}

fn wrong<T>(advice: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::new(Flaw::Wrong, advice))
}

/// The verdict on one kind of record.
pub type Verdict = Result<(), Fault>;

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub check: Check,
    /// The name that was asked about: a domain or a server.
    pub name: String,
    /// What would be well.
    pub expected: String,
    /// What there is.
    pub found: Vec<String>,
    /// Whether that is well.
    pub verdict: Verdict,
}

/// An SPF record that would do; the provider says what to name in it.
pub const SPF: &str = "v=spf1 include:… -all";

/// Lookups that one SPF record may cause (RFC 7208 section 4.6.4).
const SPF_LOOKUPS: usize = 10;

/// Whether a TXT record of a domain is its SPF record.
#[must_use]
pub fn is_spf(record: &str) -> bool {
    record.to_ascii_lowercase().starts_with("v=spf1")
}

/// Judges the TXT records of a domain as SPF.
///
/// # Errors
/// What receivers make of them.
pub fn spf(records: &[String]) -> Verdict {
    let own: Vec<&String> = records.iter().filter(|r| is_spf(r)).collect();
    let record = match own.as_slice() {
        [] => {
            return missing("there is no SPF record: publish TXT \"v=spf1 include:… -all\" with your provider's name");
        }
        [one] => one.to_ascii_lowercase(),
        many => return wrong(format!("there are {} SPF records; receivers accept exactly one: join them", many.len())),
    };
    let terms: Vec<&str> = record.split_whitespace().skip(1).collect();
    let bare = |t: &str| t.trim_start_matches(['+', '-', '~', '?']).to_owned();
    let asks = |t: &&&str| {
        let t = bare(t);
        ["include:", "exists:", "redirect="].iter().any(|p| t.starts_with(p))
            || ["a", "mx", "ptr"]
                .iter()
                .any(|m| t == *m || t.starts_with(&format!("{m}:")) || t.starts_with(&format!("{m}/")))
    };
    let lookups = terms.iter().filter(asks).count();
    if lookups > SPF_LOOKUPS {
        return wrong(format!(
            "the SPF record asks {lookups} times, receivers stop after {SPF_LOOKUPS}: take some out"
        ));
    }
    if terms.contains(&"+all") || terms.contains(&"all") {
        return wrong("the SPF record lets everybody send (all): end it with -all or ~all");
    }
    let ends = terms.iter().any(|t| bare(t) == "all" || t.starts_with("redirect="));
    if ends { Ok(()) } else { wrong("the SPF record has no end: add -all or ~all") }
}

/// Judges the TXT records under a selector: they should publish this key.
///
/// # Errors
/// What they do in its place.
pub fn dkim(records: &[String], expected: &str) -> Verdict {
    let key = |record: &str| {
        let found = record.split(';').find_map(|t| t.trim().strip_prefix("p=").map(str::to_owned));
        found.map(|p| p.split_whitespace().collect::<String>())
    };
    let wanted = key(expected).unwrap_or_default();
    match records {
        [] => missing(format!("the key is not published: add TXT {expected:?}")),
        found if found.iter().any(|r| key(r).as_deref() == Some(wanted.as_str())) => Ok(()),
        found if found.iter().any(|r| key(r).as_deref() == Some("")) => {
            wrong(format!("the record revokes the key (p= is empty): publish {expected:?}"))
        }
        _ => wrong(format!("the record publishes another key: replace it by {expected:?}")),
    }
}

/// Judges the TXT records at `_dmarc`.
///
/// # Errors
/// What receivers make of them.
pub fn dmarc(records: &[String]) -> Verdict {
    let own: Vec<&String> =
        records.iter().filter(|r| r.trim_start().to_ascii_uppercase().starts_with("V=DMARC1")).collect();
    let record = match own.as_slice() {
        [] => {
            let text = "there is no DMARC record; Gmail and Yahoo refuse bulk mail without one: publish TXT \"v=DMARC1; p=none\"";
            return missing(text);
        }
        [one] => (*one).clone(),
        many => return wrong(format!("there are {} DMARC records; receivers then use none: keep one", many.len())),
    };
    let policy = record.split(';').find_map(|t| t.trim().strip_prefix("p=").map(|p| p.trim().to_ascii_lowercase()));
    match policy.as_deref() {
        Some("none" | "quarantine" | "reject") => Ok(()),
        Some(other) => wrong(format!("the DMARC record's policy is {other:?}: expected none, quarantine or reject")),
        None => wrong("the DMARC record has no policy: add p=none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_judged_as_receivers_do() {
        let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        for (records, good) in [
            (&["v=spf1 include:_spf.shop.example -all"][..], true),
            (&["other", "v=spf1 ip4:192.0.2.0/24 ~all"], true),
            (&["v=spf1 redirect=_spf.shop.example"], true),
            (&[], false),
            (&["v=spf1 -all", "v=spf1 ~all"], false),
            (&["v=spf1 +all"], false),
            (&["v=spf1 a"], false),
            (&["v=spf1 a mx ptr a:1 a:2 a:3 a:4 a:5 a:6 a:7 include:x -all"], false),
        ] {
            assert_eq!(spf(&texts(records)).is_ok(), good, "{records:?}: {:?}", spf(&texts(records)));
        }
        let expected = "v=DKIM1; k=rsa; p=AAAB";
        assert!(dkim(&texts(&["v=DKIM1; k=rsa; p=AA AB"]), expected).is_ok());
        for (records, flaw, part) in [
            (&[][..], Flaw::Missing, "not published"),
            (&["v=DKIM1; p="], Flaw::Wrong, "revokes"),
            (&["v=DKIM1; p=CCCC"], Flaw::Wrong, "another key"),
        ] {
            let fault = dkim(&texts(records), expected).unwrap_err();
            assert!(fault.flaw == flaw && fault.advice.contains(part), "{fault:?}");
        }
        assert_eq!(spf(&[]).unwrap_err().flaw, Flaw::Missing);
        assert_eq!(dmarc(&texts(&["v=DMARC1"])).unwrap_err().flaw, Flaw::Wrong);
        assert!(dmarc(&texts(&["v=DMARC1; p=none; rua=mailto:a@b.c"])).is_ok());
        for records in [&[][..], &["v=DMARC1"], &["v=DMARC1; p=maybe"], &["v=DMARC1; p=none", "v=DMARC1; p=none"]] {
            assert!(dmarc(&texts(records)).is_err(), "{records:?}");
        }
    }
}

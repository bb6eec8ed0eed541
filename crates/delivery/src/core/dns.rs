//! What records of the DNS should say for mail to be believed: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).

/// The verdict on one kind of record: a line when all is well, else what is wrong and what to do.
pub type Verdict = Result<String, String>;

/// Lookups that one SPF record may cause (RFC 7208 section 4.6.4).
const SPF_LOOKUPS: usize = 10;

/// Judges the TXT records of a domain as SPF.
pub fn spf(records: &[String]) -> Verdict {
    let own: Vec<&String> = records.iter().filter(|r| r.to_ascii_lowercase().starts_with("v=spf1")).collect();
    let record = match own.as_slice() {
        [] => {
            return Err(
                "there is no SPF record: publish TXT \"v=spf1 include:… -all\" with your provider's name".to_owned()
            );
        }
        [one] => one.to_ascii_lowercase(),
        many => return Err(format!("there are {} SPF records; receivers accept exactly one: join them", many.len())),
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
        return Err(format!("the SPF record asks {lookups} times, receivers stop after {SPF_LOOKUPS}: take some out"));
    }
    if terms.contains(&"+all") || terms.contains(&"all") {
        return Err("the SPF record lets everybody send (all): end it with -all or ~all".to_owned());
    }
    let ends = terms.iter().any(|t| bare(t) == "all" || t.starts_with("redirect="));
    if ends { Ok(record) } else { Err("the SPF record has no end: add -all or ~all".to_owned()) }
}

/// Judges the TXT records under a selector: they should publish this key.
pub fn dkim(records: &[String], expected: &str) -> Verdict {
    let key = |record: &str| {
        let found = record.split(';').find_map(|t| t.trim().strip_prefix("p=").map(str::to_owned));
        found.map(|p| p.split_whitespace().collect::<String>())
    };
    let wanted = key(expected).unwrap_or_default();
    match records {
        [] => Err(format!("the key is not published: add TXT {expected:?}")),
        found if found.iter().any(|r| key(r).as_deref() == Some(wanted.as_str())) => Ok("publishes the key".to_owned()),
        found if found.iter().any(|r| key(r).as_deref() == Some("")) => {
            Err(format!("the record revokes the key (p= is empty): publish {expected:?}"))
        }
        _ => Err(format!("the record publishes another key: replace it by {expected:?}")),
    }
}

/// Judges the TXT records at `_dmarc`.
pub fn dmarc(records: &[String]) -> Verdict {
    let own: Vec<&String> =
        records.iter().filter(|r| r.trim_start().to_ascii_uppercase().starts_with("V=DMARC1")).collect();
    let record = match own.as_slice() {
        [] => {
            let text = "there is no DMARC record; Gmail and Yahoo refuse bulk mail without one: publish TXT \"v=DMARC1; p=none\"";
            return Err(text.to_owned());
        }
        [one] => (*one).clone(),
        many => return Err(format!("there are {} DMARC records; receivers then use none: keep one", many.len())),
    };
    let policy = record.split(';').find_map(|t| t.trim().strip_prefix("p=").map(|p| p.trim().to_ascii_lowercase()));
    match policy.as_deref() {
        Some("none" | "quarantine" | "reject") => Ok(record),
        Some(other) => Err(format!("the DMARC record's policy is {other:?}: expected none, quarantine or reject")),
        None => Err("the DMARC record has no policy: add p=none".to_owned()),
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
        for (records, part) in
            [(&[][..], "not published"), (&["v=DKIM1; p="], "revokes"), (&["v=DKIM1; p=CCCC"], "another key")]
        {
            assert!(dkim(&texts(records), expected).unwrap_err().contains(part));
        }
        assert!(dmarc(&texts(&["v=DMARC1; p=none; rua=mailto:a@b.c"])).is_ok());
        for records in [&[][..], &["v=DMARC1"], &["v=DMARC1; p=maybe"], &["v=DMARC1; p=none", "v=DMARC1; p=none"]] {
            assert!(dmarc(&texts(records)).is_err(), "{records:?}");
        }
    }
}

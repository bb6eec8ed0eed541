//! A walk over the members of one JSON object, without building anything. The text must be valid JSON (the envelope
//! was parsed before); on anything else the walk stops early and never panics.
//!
//! On its way it notices the three things that are valid JSON and still break later readers: nesting deeper than a
//! parser's stack, escapes of half a surrogate pair, and numbers no float can hold.

/// What the walk noticed besides the members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The deepest nesting; the object itself is 1.
    pub depth: u32,
    /// A `\uD800`-`\uDFFF` escape without its other half (a text cut within an emoji).
    pub lone_surrogate: bool,
    /// A number outside the range of a 64-bit float, such as `1e999`.
    pub number_out_of_range: bool,
}

/// Calls `member` with each key (without quotes, escapes as written) and the text of its value.
pub fn walk<'a>(object: &'a str, mut member: impl FnMut(&'a str, &'a str)) -> Findings {
    let mut scan = Scan { text: object, bytes: object.as_bytes(), at: 0, found: Findings::default() };
    scan.skip_space();
    if scan.peek() != Some(b'{') {
        return scan.found;
    }
    scan.found.depth = 1;
    scan.at += 1;
    loop {
        scan.skip_space();
        match scan.peek() {
            Some(b',') => scan.at += 1,
            Some(b'"') => {
                let key_start = scan.at + 1;
                scan.skip_string();
                let key = scan.slice(key_start, scan.at.saturating_sub(1));
                scan.skip_space();
                if scan.peek() != Some(b':') {
                    return scan.found;
                }
                scan.at += 1;
                scan.skip_space();
                let value_start = scan.at;
                scan.skip_value();
                if scan.at == value_start {
                    return scan.found;
                }
                member(key, scan.slice(value_start, scan.at));
            }
            _ => return scan.found,
        }
    }
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    found: Findings,
}

impl<'a> Scan<'a> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// From the opening quote to behind the closing one.
    #[inline]
    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(b) = self.peek() {
            match b {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    let escape = Escape::at(self.bytes, self.at);
                    self.found.lone_surrogate |= escape.lone;
                    self.at += escape.len;
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_value(&mut self) {
        let mut open = 0u32;
        while let Some(b) = self.peek() {
            match b {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    open += 1;
                    self.found.depth = self.found.depth.max(open + 1);
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if open == 0 => return,
                b'}' | b']' => {
                    open -= 1;
                    self.at += 1;
                }
                b'0'..=b'9' | b'-' => self.skip_number(),
                b',' if open == 0 => return,
                _ => {
                    // A literal's letter, a colon, a comma inside, white space.
                    self.at += 1;
                    if open == 0 && !b.is_ascii_alphabetic() {
                        return;
                    }
                    continue;
                }
            }
            if open == 0 {
                return;
            }
        }
    }

    #[inline]
    fn skip_number(&mut self) {
        let start = self.at;
        let mut exponent = false;
        while let Some(b) = self.peek() {
            match b {
                b'0'..=b'9' | b'-' | b'+' | b'.' => {}
                b'e' | b'E' => exponent = true,
                _ => break,
            }
            self.at += 1;
        }
        // The largest float has 309 digits before the point.
        if exponent || self.at - start > 300 {
            let value: Result<f64, _> = self.slice(start, self.at).parse();
            self.found.number_out_of_range |= value.map_or(true, f64::is_infinite);
        }
    }
}

/// One escape within a string.
struct Escape {
    /// Bytes it takes; a surrogate pair is one escape.
    len: usize,
    /// Half a surrogate pair.
    lone: bool,
}

impl Escape {
    fn at(bytes: &[u8], at: usize) -> Self {
        match unit(bytes, at) {
            Some(high) if (0xd800..0xdc00).contains(&high) => match unit(bytes, at + 6) {
                Some(low) if (0xdc00..0xe000).contains(&low) => Escape { len: 12, lone: false },
                _ => Escape { len: 6, lone: true },
            },
            Some(low) if (0xdc00..0xe000).contains(&low) => Escape { len: 6, lone: true },
            Some(_) => Escape { len: 6, lone: false },
            None => Escape { len: 2, lone: false },
        }
    }
}

/// The code unit of a `\uXXXX` escape at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    hex.iter().try_fold(0u32, |n, h| Some((n << 4) | char::from(*h).to_digit(16)?))
}

/// The same JSON with every lone surrogate escape replaced by `\ufffd`, as browsers do when they encode such a text.
#[must_use]
pub fn without_lone_surrogates(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len());
    let (mut from, mut at) = (0, 0);
    while let Some(b) = bytes.get(at) {
        if *b != b'\\' {
            at += 1;
            continue;
        }
        let escape = Escape::at(bytes, at);
        if escape.lone {
            out.push_str(json.get(from..at).unwrap_or(""));
            out.push_str("\\ufffd");
            from = at + escape.len;
        }
        at += escape.len;
    }
    out.push_str(json.get(from..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(json: &str) -> Vec<(&str, &str)> {
        let mut out = Vec::new();
        walk(json, |k, v| out.push((k, v)));
        out
    }

    #[test]
    fn finds_members_and_only_top_level_ones() {
        assert_eq!(
            members(r#" { "a" : 1 , "b":{"a":[1,{"c":"}"}]},"c":"x\"}","d":null,"e":[],"f":-1.5e3, "g":true} "#),
            [
                ("a", "1"),
                ("b", r#"{"a":[1,{"c":"}"}]}"#),
                ("c", r#""x\"}""#),
                ("d", "null"),
                ("e", "[]"),
                ("f", "-1.5e3"),
                ("g", "true")
            ]
        );
        assert!(members("{}").is_empty());
        assert!(members("[1]").is_empty());
        assert!(members(r#"{"a""#).is_empty());
    }

    #[test]
    fn notices_what_breaks_readers() {
        let find = |json: &str| walk(json, |_, _| {});
        assert_eq!(find(r#"{"a":1}"#).depth, 1);
        assert_eq!(find(r#"{"a":[[1],{"b":{}}]}"#).depth, 4);
        assert!(!find(r#"{"a":"\ud83d\ude00"}"#).lone_surrogate);
        assert!(find(r#"{"a":"\ud83d"}"#).lone_surrogate);
        assert!(find(r#"{"a":["\uDE00"]}"#).lone_surrogate);
        assert!(!find(r#"{"a":"\\ud83d"}"#).lone_surrogate);
        assert!(find(r#"{"a":1e999}"#).number_out_of_range);
        assert!(find(&format!(r#"{{"a":[{}]}}"#, "9".repeat(400))).number_out_of_range);
        assert!(!find(r#"{"a":[1e300,-5,0.1],"e":"1e999"}"#).number_out_of_range);
    }

    #[test]
    fn mends_lone_surrogates_only() {
        for (from, to) in [
            (r#"{"a":"x\ud83d"}"#, r#"{"a":"x\ufffd"}"#),
            (r#"{"a":"\ud83d\ude00\ude00é"}"#, r#"{"a":"\ud83d\ude00\ufffdé"}"#),
            (r#"{"a":"\\ud83d\n"}"#, r#"{"a":"\\ud83d\n"}"#),
        ] {
            let mended = without_lone_surrogates(from);
            assert_eq!(mended, to);
            assert!(serde_json::from_str::<serde_json::Value>(&mended).is_ok());
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[{}\\[\\]\",:\\\\ud8f0-9eE.+ü -]{0,60}") {
            walk(&text, |_, _| {});
            let _ = without_lone_surrogates(&text);
        }

        #[test]
        fn agrees_with_a_parser(map in proptest::collection::btree_map(".{0,6}", "\\PC{0,8}", 0..6)) {
            let json = serde_json::to_string(&map).unwrap();
            let mut seen = Vec::new();
            walk(&json, |k, v| {
                let key: String = serde_json::from_str(&format!("\"{k}\"")).unwrap();
                seen.push((key, serde_json::from_str::<String>(v).unwrap()));
            });
            proptest::prop_assert_eq!(seen, map.into_iter().collect::<Vec<_>>());
        }
    }
}

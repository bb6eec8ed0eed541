//! The relaxed canonical forms of DKIM (RFC 6376 section 3.4): what is hashed and signed.

/// A header field in canonical form, without its line's end: the name in lower case, white space as one blank.
#[must_use]
pub fn header(name: &str, value: &str) -> String {
    let mut out = name.trim().to_ascii_lowercase();
    out.push(':');
    let start = out.len();
    for word in value.split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty()) {
        if out.len() > start {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A body in canonical form: white space at the end of lines and empty lines at the end are gone, other white space is one
/// blank, lines end with CR LF.
#[must_use]
pub fn body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    // How much of it is more than empty lines at the end.
    let mut kept = 0;
    for line in body.split(|b| *b == b'\n') {
        let begin = out.len();
        let mut blank = false;
        for byte in line.strip_suffix(b"\r").unwrap_or(line) {
            if matches!(byte, b' ' | b'\t') {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(b' ');
            }
            out.push(*byte);
        }
        let shown = out.len() > begin;
        out.extend(b"\r\n");
        if shown {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out
}

/// The fields of a message's header with their values, folded lines joined as they are; and the body.
#[must_use]
pub fn split(message: &[u8]) -> (Vec<(&str, &str)>, &[u8]) {
    let end = message.windows(4).position(|w| w == b"\r\n\r\n");
    let (head, body) = match end {
        Some(at) => (&message[..at + 2], &message[at + 4..]),
        None => (message, &[][..]),
    };
    let Ok(head) = std::str::from_utf8(head) else { return (Vec::new(), body) };
    let (mut fields, mut start, mut at) = (Vec::new(), 0, 0);
    for line in head.split_inclusive('\n') {
        if at > start && !line.starts_with([' ', '\t']) {
            fields.extend(head[start..at].split_once(':'));
            start = at;
        }
        at += line.len();
    }
    fields.extend(head[start..at].split_once(':'));
    (fields, body)
}

/// What is signed: each field named in `signed`, the last of its name first (section 5.4.2), then the signature's own field
/// without its end.
#[must_use]
pub fn signed_bytes(fields: &[(&str, &str)], signed: &[&str], signature: &str) -> Vec<u8> {
    let mut used: Vec<usize> = Vec::new();
    let mut out = String::new();
    for name in signed {
        let found = fields
            .iter()
            .enumerate()
            .rev()
            .find(|(at, (n, _))| n.trim().eq_ignore_ascii_case(name) && !used.contains(at));
        if let Some((at, (field, value))) = found {
            used.push(at);
            out.push_str(&header(field, value));
            out.push_str("\r\n");
        }
    }
    out.push_str(&header("dkim-signature", signature));
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_of_the_standard() {
        // RFC 6376 section 3.4.5.
        let (fields, rest) = split(b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n");
        let canonical: Vec<String> = fields.iter().map(|(n, v)| header(n, v)).collect();
        assert_eq!(canonical, ["a:X", "b:Y Z"]);
        assert_eq!(body(rest), b" C\r\nD E\r\n");
        for (raw, expected) in [
            (&b""[..], &b""[..]),
            (b"\r\n\r\n", b""),
            (b"a", b"a\r\n"),
            (b"a\r\n \t\r\n", b"a\r\n"),
            (b"a\r\n\r\nb\r\n\r\n", b"a\r\n\r\nb\r\n"),
            (b"\r\na  b \r\n", b"\r\na b\r\n"),
        ] {
            assert_eq!(body(raw), expected, "{raw:?}");
        }
    }
}

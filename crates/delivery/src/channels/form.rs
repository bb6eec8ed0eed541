//! Form-urlencoded bodies and queries (WHATWG URL, section 5).

/// A form being written.
#[derive(Default)]
pub(super) struct Form(String);

impl Form {
    /// Adds a field.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        encode(&mut self.0, name);
        self.0.push('=');
        encode(&mut self.0, value);
    }

    /// The whole form.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(byte as char),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// The fields of a form; what is not well-formed is taken as it stands.
#[must_use]
pub(super) fn read_form(text: &str) -> Vec<(String, String)> {
    let part = |text: &str| {
        let bytes = text.as_bytes();
        let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
        while at < bytes.len() {
            let hex = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok());
            match (bytes[at], hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
                (b'%', Some(byte)) => {
                    out.push(byte);
                    at += 2;
                }
                (b'+', _) => out.push(b' '),
                (byte, _) => out.push(byte),
            }
            at += 1;
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    let pairs = text.split('&').filter(|p| !p.is_empty());
    pairs.map(|p| p.split_once('=').map_or_else(|| (part(p), String::new()), |(k, v)| (part(k), part(v)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_round_trip() {
        let mut form = Form::default();
        form.add("To", "+49 151");
        form.add("Body", "a&b=c ü%\n");
        let text = form.finish();
        assert_eq!(text, "To=%2B49+151&Body=a%26b%3Dc+%C3%BC%25%0A");
        assert_eq!(read_form(&text), [("To".into(), "+49 151".into()), ("Body".into(), "a&b=c ü%\n".into())]);
        assert_eq!(
            read_form("a=%zz&b&=c"),
            [("a".into(), "%zz".into()), ("b".into(), String::new()), (String::new(), "c".into())]
        );
    }
}

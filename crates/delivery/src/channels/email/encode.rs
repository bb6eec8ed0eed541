//! The body of one part of a mail for the wire (RFC 2045): as it is when it may be, quoted-printable for what is mostly Latin
//! letters, base64 otherwise. The library that builds the mail would do the same, at ten times the time.

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;

/// The longest line that may go as it is, bytes (RFC 5322 section 2.1.1).
const MAX_LINE: usize = 998;
/// The longest line of quoted-printable without the `=` that says it goes on (RFC 2045 section 6.7).
const MAX_QUOTED: usize = 75;

/// `text` encoded, its lines ended by CR LF.
pub(super) fn body(text: &str) -> Body {
    let foreign = text.bytes().filter(|byte| !byte.is_ascii()).count();
    if foreign * 6 > text.len() {
        return Body::new(text.to_owned());
    }
    let is_plain =
        foreign == 0 && lines(text).all(|(line, _)| line.len() <= MAX_LINE && line.bytes().all(is_printable));
    let encoding = if is_plain { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::QuotedPrintable };
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 64);
    for (line, is_ended) in lines(text) {
        if is_plain {
            out.extend_from_slice(line.as_bytes());
        } else {
            quote(line.as_bytes(), &mut out);
        }
        if is_ended {
            out.extend_from_slice(b"\r\n");
        }
    }
    Body::dangerous_pre_encoded(out, encoding)
}

/// The lines without their ends, and whether each had one.
fn lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
        None => (line, false),
    })
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~')
}

/// One line as quoted-printable.
fn quote(line: &[u8], out: &mut Vec<u8>) {
    let (mut at, mut column) = (0, 0);
    while at < line.len() {
        let room = (line.len() - at).min(MAX_QUOTED - column);
        let run = line[at..at + room].iter().position(|&byte| byte == b'=' || !is_printable(byte)).unwrap_or(room);
        // White space at the end of a line would be lost.
        let ends_blank = at + run == line.len() && matches!(line.last(), Some(b' ' | b'\t'));
        let run = run - usize::from(ends_blank && run > 0);
        if run > 0 {
            out.extend_from_slice(&line[at..at + run]);
            (at, column) = (at + run, column + run);
            continue;
        }
        if column + 3 > MAX_QUOTED {
            out.extend_from_slice(b"=\r\n");
            column = 0;
            continue;
        }
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let byte = line[at];
        out.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        (at, column) = (at + 1, column + 3);
    }
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;

    fn written(text: &str) -> (ContentTransferEncoding, String) {
        let body = body(text);
        (body.encoding(), String::from_utf8(body.into_vec()).unwrap())
    }

    #[test]
    fn goes_as_it_is_or_quoted() {
        use ContentTransferEncoding::{Base64, QuotedPrintable, SevenBit};
        for (text, encoding, out) in [
            ("", SevenBit, ""),
            ("a\nb\r\nc = d ", SevenBit, "a\r\nb\r\nc = d "),
            ("Grüße an alle = 1", QuotedPrintable, "Gr=C3=BC=C3=9Fe an alle =3D 1"),
            ("Die Grüße \nenden\t\r\n", QuotedPrintable, "Die Gr=C3=BC=C3=9Fe=20\r\nenden=09\r\n"),
            ("a\rb\0c", QuotedPrintable, "a=0Db=00c"),
            ("日本語", Base64, "5pel5pys6Kqe"),
        ] {
            assert_eq!(written(text), (encoding, out.to_owned()), "{text:?}");
        }
        let (encoding, long) = written(&"x".repeat(999));
        assert_eq!((encoding, long.lines().next().map(str::len)), (QuotedPrintable, Some(76)));
    }

    #[test]
    fn reads_back_as_it_was() {
        let letters =
            ["a", "B", " ", "\t", "=", ".", "\n", "\r\n", "ä", "€", "\r", "\u{1}", "=20", "abcdefghijklmnopqrstuvwxyz"];
        let mut seed = 7_u64;
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..seed % 90 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(letters[(seed >> 33) as usize % letters.len()]);
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let encoded = body(&text);
            let kind = match encoded.encoding() {
                ContentTransferEncoding::SevenBit => "7bit",
                ContentTransferEncoding::QuotedPrintable => "quoted-printable",
                _ => "base64",
            };
            let bytes = encoded.into_vec();
            assert!(bytes.is_ascii());
            for line in bytes.split(|&byte| byte == b'\n') {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                assert!(kind == "7bit" || line.len() <= 76, "{text:?}");
                assert!(kind != "quoted-printable" || !line.ends_with(b" ") && !line.ends_with(b"\t"), "{text:?}");
            }
            let head = format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {kind}\r\n\r\n");
            let mail = [head.as_bytes(), &bytes].concat();
            let read = MessageParser::new().parse(&mail).unwrap();
            let ended: String =
                lines(&text).map(|(line, is_ended)| format!("{line}{}", if is_ended { "\r\n" } else { "" })).collect();
            assert_eq!(read.body_text(0).unwrap_or_default(), ended, "{kind} {}", String::from_utf8_lossy(&bytes));
        }
    }
}

//! Which picture a file holds, by its first bytes: the name and what the sender says of it do not count.

/// A picture's kind and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub media_type: &'static str,
    /// Width and height in pixels, when they are said where expected.
    pub size: Option<(u32, u32)>,
}

/// Reads a file's beginning; `None` when it is no picture that mail programs show.
#[must_use]
pub fn picture(bytes: &[u8]) -> Option<Picture> {
    let be = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let le16 = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16) == Some(b"IHDR") {
        return Some(Picture { media_type: "image/png", size: be(16).zip(be(20)) });
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some(Picture { media_type: "image/gif", size: le16(6).zip(le16(8)) });
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(Picture { media_type: "image/jpeg", size: jpeg_size(bytes) });
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Picture { media_type: "image/webp", size: webp_size(bytes) });
    }
    None
}

/// The size in the first start-of-frame segment (ITU T.81 B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (&[mark, kind], length) = (bytes.get(at..at + 2)?.first_chunk::<2>()?, bytes.get(at + 2..at + 4)?);
        if mark != 0xff {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            let pair = |at: usize| Some(u32::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
            return pair(at + 7).zip(pair(at + 5));
        }
        at += 2 + length.max(2);
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let at = |i: usize| bytes.get(i).map(|b| u32::from(*b));
    match bytes.get(12..16)? {
        b"VP8X" => {
            let three = |i: usize| Some(1 + at(i)? + (at(i + 1)? << 8) + (at(i + 2)? << 16));
            three(24).zip(three(27))
        }
        b"VP8L" => {
            let bits = at(21)? | at(22)? << 8 | at(23)? << 16 | at(24)? << 24;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => {
            let two = |i: usize| Some((at(i)? | at(i + 1)? << 8) & 0x3fff);
            two(26).zip(two(28))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_content() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x07";
        let gif = b"GIF89a\x02\0\x03\0";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0";
        let webp = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x09\0\0\x13\0\0";
        for (bytes, kind, size) in [
            (&png[..], "image/png", (5, 7)),
            (gif, "image/gif", (2, 3)),
            (jpeg, "image/jpeg", (32, 16)),
            (webp, "image/webp", (10, 20)),
        ] {
            assert_eq!(picture(bytes), Some(Picture { media_type: kind, size: Some(size) }));
            for cut in 0..bytes.len() {
                let _ = picture(&bytes[..cut]);
            }
        }
        for other in [&b"<svg onload=alert(1)>"[..], b"<html>", b"MZ", b"", b"%PDF-1.7"] {
            assert_eq!(picture(other), None);
        }
    }
}

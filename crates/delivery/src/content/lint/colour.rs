//! Colours and how well one is read on another.

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance).
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Rgb) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

pub(super) fn hex(colour: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2])
}

const NAMED: &[(&str, Rgb)] = &[
    ("black", [0, 0, 0]),
    ("white", [255, 255, 255]),
    ("red", [255, 0, 0]),
    ("green", [0, 128, 0]),
    ("blue", [0, 0, 255]),
    ("yellow", [255, 255, 0]),
    ("orange", [255, 165, 0]),
    ("gray", [128, 128, 128]),
    ("grey", [128, 128, 128]),
    ("silver", [192, 192, 192]),
    ("lightgray", [211, 211, 211]),
    ("lightgrey", [211, 211, 211]),
    ("darkgray", [169, 169, 169]),
    ("darkgrey", [169, 169, 169]),
    ("navy", [0, 0, 128]),
    ("purple", [128, 0, 128]),
    ("pink", [255, 192, 203]),
    ("teal", [0, 128, 128]),
    ("maroon", [128, 0, 0]),
    ("olive", [128, 128, 0]),
    ("lime", [0, 255, 0]),
    ("aqua", [0, 255, 255]),
    ("fuchsia", [255, 0, 255]),
];

/// A colour of CSS: `#rgb`, `#rrggbb`, `rgb(…)` or a common name; `None` for others, and for what is not opaque.
pub(super) fn parse(text: &str) -> Option<Rgb> {
    let text = text.trim().trim_end_matches("!important").trim().to_ascii_lowercase();
    if let Some(digits) = text.strip_prefix('#') {
        let value = u32::from_str_radix(digits, 16).ok()?;
        let byte = |shift: u32| (value >> shift & 0xff) as u8;
        let nibble = |shift: u32| (value >> shift & 0xf) as u8 * 17;
        return match digits.len() {
            3 => Some([nibble(8), nibble(4), nibble(0)]),
            6 => Some([byte(16), byte(8), byte(0)]),
            _ => None,
        };
    }
    if let Some(inside) = text.strip_prefix("rgb(").and_then(|t| t.strip_suffix(')')) {
        let parts: Vec<u8> =
            inside.split([',', ' ']).filter(|p| !p.is_empty()).map_while(|p| p.trim().parse().ok()).collect();
        return parts.try_into().ok();
    }
    NAMED.iter().find(|(name, _)| *name == text).map(|(_, colour)| *colour)
}

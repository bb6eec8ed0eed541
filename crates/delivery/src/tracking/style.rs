//! The frame of customer-facing pages: one small document, readable in light and dark, without scripts.

use super::pages::Theme;
use crate::content::escape_html;

const CSS: &str = "\
:root{color-scheme:light dark;--fg:#1b1b1f;--bg:#fff;--soft:#5d5d66;--line:#d9d9e0}\
@media(prefers-color-scheme:dark){:root{--fg:#ececf1;--bg:#17171a;--soft:#a5a5b0;--line:#3a3a42}}\
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.55 system-ui,sans-serif}\
main{max-width:34rem;margin:0 auto;padding:3rem 1.25rem}img{max-height:3rem;max-width:12rem}\
h1{font-size:1.5rem;line-height:1.25}p{margin:.75rem 0}fieldset{border:0;margin:1rem 0;padding:0}legend{padding:0;font-weight:600}\
label{display:flex;gap:.75rem;padding:.75rem 0;border-top:1px solid var(--line)}\
input{width:1.25rem;height:1.25rem;margin:.15rem 0 0;flex:none}small,footer{color:var(--soft);font-size:.875rem}\
button{font:inherit;padding:.7rem 1.2rem;border-radius:.5rem;border:1px solid var(--brand);background:var(--brand);\
color:var(--ink);cursor:pointer;min-height:2.75rem;margin:1rem .5rem 0 0}\
button.plain{background:transparent;color:inherit;border-color:var(--line)}\
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}footer{margin-top:3rem;white-space:pre-line}";

/// Black or white, whichever is easier to read on `#rrggbb` (relative luminance of WCAG 2, threshold of equal contrast).
fn ink(colour: &str) -> &'static str {
    let channel = |at: usize| {
        let value = colour.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
        let v = f64::from(value) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    if luminance > 0.179 { "#000" } else { "#fff" }
}

/// A whole page around `content`, which is HTML already.
pub(super) fn page(theme: &Theme, title: &str, content: &str) -> String {
    let colour = theme.brand_colour.as_deref().unwrap_or("#2f5bd8");
    let company = escape_html(&theme.company);
    let logo = theme
        .logo_url
        .as_deref()
        .map_or_else(String::new, |url| format!("<img src=\"{}\" alt=\"{company}\">", escape_html(url)));
    let address = escape_html(&theme.postal_address);
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title>\
         <style>:root{{--brand:{colour};--ink:{ink}}}{CSS}</style></head><body><main>{logo}<h1>{title}</h1>{content}\
         <footer>{company}\n{address}</footer></main></body></html>",
        lang = theme.words.tag(),
        title = escape_html(title),
        colour = escape_html(colour),
        ink = ink(colour),
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn ink_stays_readable() {
        for (colour, expected) in [("#ffffff", "#000"), ("#000000", "#fff"), ("#ffd400", "#000"), ("#2f5bd8", "#fff")] {
            assert_eq!(super::ink(colour), expected, "{colour}");
        }
    }
}

//! Pages for the team, until there is a dashboard: plain HTML from functions, readable in light and dark and on a
//! telephone, no framework. Everything from outside goes through [`e`].

pub(crate) mod assets;
pub(crate) mod customers;
pub(crate) mod inbox;
pub(crate) mod login;
pub(crate) mod overview;
pub(crate) mod work;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY};
use axum::http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use rapport_delivery::content::escape_html;
use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

use crate::auth::Caller;
use crate::guard::is_problem;

/// The policy of our own pages: style, script and pictures from here only.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'";

/// Text made safe for HTML.
pub(crate) fn e(text: &str) -> String {
    escape_html(text)
}

/// Text made safe within a URL's path or query.
pub(crate) fn url(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A number with thin spaces between thousands.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

/// How long ago, with the exact time beside it.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let ms = now.since_ms(at);
    let words = if ms < SECOND_MS {
        "now".to_owned()
    } else if ms < MINUTE_MS {
        format!("{} s ago", ms / SECOND_MS)
    } else if ms < HOUR_MS {
        format!("{} min ago", ms / MINUTE_MS)
    } else if ms < DAY_MS {
        format!("{} h ago", ms / HOUR_MS)
    } else {
        format!("{} d ago", ms / DAY_MS)
    };
    format!("<time datetime=\"{at}\" title=\"{at}\">{words}</time>")
}

/// The sections of the menu: path and name.
const MENU: [(&str, &str); 6] = [
    ("/ui", "Now"),
    ("/ui/profiles", "Customers"),
    ("/ui/segments", "Segments"),
    ("/ui/journeys", "Journeys"),
    ("/ui/messages", "Messages"),
    ("/ui/inbox", "Inbox"),
];

/// A whole page around `content`, which is HTML already.
pub(crate) fn page(title: &str, caller: Option<&Caller>, here: &str, has_inbox: bool, content: &str) -> Response {
    let menu = caller.map_or_else(String::new, |caller| {
        let shown = MENU.iter().filter(|(path, _)| has_inbox || *path != "/ui/inbox");
        let links: String = shown
            .map(|(path, name)| {
                let current = if *path == here { " aria-current=\"page\"" } else { "" };
                format!("<a href=\"{path}\"{current}>{name}</a>")
            })
            .collect();
        let out = caller.csrf.as_ref().map_or_else(String::new, |csrf| {
            format!(
                "<form method=\"post\" action=\"/logout\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
                 <span class=\"soft\">{}</span> <button class=\"plain\">Sign out</button></form>",
                e(csrf),
                e(&caller.actor)
            )
        });
        format!("<nav aria-label=\"Sections\">{links}</nav>{out}")
    });
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title} · Rapport</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/ui/app.css\">\
         <script src=\"/ui/app.js\" defer></script></head><body><header><a class=\"brand\" href=\"/\">Rapport</a>{menu}\
         </header><main><h1>{title}</h1>{content}</main></body></html>",
        title = e(title),
    );
    Html(body).into_response()
}

/// A table; `rows` are HTML already.
pub(crate) fn table(heads: &[&str], rows: &[String], nothing: &str) -> String {
    if rows.is_empty() {
        return format!("<p class=\"soft\">{nothing}</p>");
    }
    let heads: String = heads.iter().map(|h| format!("<th scope=\"col\">{}</th>", e(h))).collect();
    format!("<div class=\"wide\"><table><thead><tr>{heads}</tr></thead><tbody>{}</tbody></table></div>", rows.concat())
}

/// A link to the next page of a list, if there is one; `path` ends in `?` or `&`.
pub(crate) fn next(path: &str, cursor: Option<&str>) -> String {
    cursor.map_or_else(String::new, |c| format!("<p><a href=\"{}cursor={}\">Next page</a></p>", e(path), url(c)))
}

/// Adds what every page of ours carries, and shows a problem as a page.
pub(crate) fn dressed(response: Response) -> Response {
    let mut response = response;
    if is_problem(&response) {
        let status = response.status();
        let words = status.canonical_reason().unwrap_or("Error");
        let text = match status.as_u16() {
            404 => "There is nothing here.",
            403 => "Your role does not allow this.",
            429 | 503 => "The server is busy. Try again in a moment.",
            400..500 => "The request could not be understood.",
            _ => "Something went wrong; it is in the server's log.",
        };
        let content = format!("<p>{text}</p><p><a href=\"/ui\">Back to the start</a></p>");
        let mut shown = page(words, None, "", false, &content);
        *shown.status_mut() = status;
        response = shown;
    }
    let is_html = response.headers().get(CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    if is_html {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
        headers.entry(X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("SAMEORIGIN"));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_readable() {
        assert_eq!(number(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(number(12), "12");
        assert_eq!(url("a b/é"), "a%20b%2F%C3%A9");
        assert!(ago(Timestamp(0), Timestamp(3 * DAY_MS)).contains(">3 d ago<"));
    }
}

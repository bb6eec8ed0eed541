//! What messages are made of: previews, what is wrong with a template, catalogues, coupon codes, pictures.

use crate::auth::{ADMIN, Access, EDITOR, VIEWER};
use crate::endpoint::{Endpoint, Method};
use crate::reply::{Done, Paged, SearchQuery};
use crate::routes::{catalogs, coupons, domains, links, media, pages, preview, samples};

fn on<H, T>(method: Method, path: &'static str, access: Access, summary: &str, handler: H) -> Endpoint
where
    H: axum::handler::Handler<T, crate::state::ApiState>,
    T: 'static,
{
    let tag = path.split('/').nth(3).unwrap_or("content");
    Endpoint::new(method, path, access, tag, summary, handler)
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    use Method::{Delete, Get, Post, Put};
    const ROWS: &[&str] = &["application/json", "text/csv"];
    const FILE: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp", "application/octet-stream"];
    vec![
        on(Post, "/api/v1/templates/preview", VIEWER, "See a template before it is sent", preview::preview)
            .body::<preview::PreviewInput>()
            .answers::<preview::Preview>(200, "Subject, HTML and text.")
            .forgets(),
        on(Post, "/api/v1/templates/{id}/preview", VIEWER, "See a template before it is sent", preview::preview_of)
            .body::<preview::PreviewInput>()
            .answers::<preview::Preview>(200, "Subject, HTML and text.")
            .forgets(),
        on(Post, "/api/v1/templates/{id}/test", EDITOR, "Send a template to those who test it", samples::test)
            .body::<samples::SampleInput>()
            .answers::<samples::SampleView>(200, "What became of each message."),
        on(Post, "/api/v1/templates/lint", VIEWER, "What is likely wrong with a template", preview::lint)
            .body::<preview::PreviewInput>()
            .answers::<preview::LintReport>(200, "Every finding, the worst first.")
            .forgets(),
        on(Post, "/api/v1/templates/{id}/lint", VIEWER, "What is likely wrong with a template", preview::lint_of)
            .body::<preview::PreviewInput>()
            .answers::<preview::LintReport>(200, "Every finding, the worst first.")
            .forgets(),
        on(Post, "/api/v1/templates/links", EDITOR, "Ask whether the links of a template work", links::check)
            .body::<preview::PreviewInput>()
            .answers::<links::LinkReport>(200, "What was found at each link.")
            .forgets(),
        on(Post, "/api/v1/templates/{id}/links", EDITOR, "Ask whether the links of a template work", links::check_of)
            .body::<preview::PreviewInput>()
            .answers::<links::LinkReport>(200, "What was found at each link.")
            .forgets(),
        on(Get, "/api/v1/pages", VIEWER, "The pages behind links and every text of theirs", pages::list)
            .answers::<pages::PagesView>(200, "Each text with what is built in."),
        on(Post, "/api/v1/pages/preview", VIEWER, "See a page behind a link in a language", pages::preview)
            .body::<pages::PageInput>()
            .answers::<pages::ShownPage>(200, "The page.")
            .forgets(),
        on(Get, "/api/v1/catalogs/{id}/rows", VIEWER, "Rows of a catalogue", catalogs::list)
            .query::<SearchQuery>()
            .answers::<Paged<catalogs::RowView>>(200, "A page, by key."),
        on(Put, "/api/v1/catalogs/{id}/rows", EDITOR, "Add or replace rows of a catalogue", catalogs::put)
            .query::<catalogs::PutQuery>()
            .takes(ROWS, "A list of objects, or CSV with a header; each with the catalogue's key.")
            .answers::<catalogs::Standing>(200, "How many rows there are."),
        on(Delete, "/api/v1/catalogs/{id}/rows/{key}", EDITOR, "Remove a row of a catalogue", catalogs::remove)
            .answers::<Done>(200, "It is gone."),
        on(Get, "/api/v1/coupons/{id}", VIEWER, "How a pool of coupon codes stands", coupons::get)
            .answers::<coupons::PoolView>(200, "How many codes, how many given."),
        on(Put, "/api/v1/coupons/{id}/codes", EDITOR, "Add coupon codes to a pool", coupons::put)
            .takes(&["application/json", "text/plain", "text/csv"], "A list of texts, or one code a line.")
            .answers::<coupons::PoolView>(200, "How many codes, how many given."),
        on(Get, "/api/v1/domains", VIEWER, "The live sending domains and their DNS records", domains::list)
            .answers::<Paged<domains::DomainView>>(200, "All of them."),
        on(Post, "/api/v1/domains", ADMIN, "Make the keys of a sending domain", domains::create)
            .body::<domains::DomainInput>()
            .answers::<domains::DomainView>(201, "What to publish in the DNS.")
            .forgets(),
        on(Get, "/api/v1/domains/{id}/check", VIEWER, "What the DNS says of a sending domain", domains::check)
            .answers::<domains::DomainCheck>(200, "Each check, with what was expected, found and to do."),
        on(Post, "/api/v1/notices", EDITOR, "Record a mail that came back", crate::notices::create)
            .query::<crate::notices::NoticeQuery>()
            .takes(&["message/rfc822"], "The mail as it arrived: a bounce, a complaint, an automatic answer.")
            .answers::<crate::notices::NoticeView>(200, "What it says, and whether its message is known.")
            .forgets(),
        on(Get, "/api/v1/media", VIEWER, "List pictures", media::list)
            .query::<SearchQuery>()
            .answers::<Paged<media::MediaView>>(200, "A page, newest first."),
        on(Post, "/api/v1/media", EDITOR, "Keep a picture for messages", media::create)
            .query::<media::MediaQuery>()
            .takes(FILE, "PNG, JPEG, GIF or WebP, by content; at most 5 MiB.")
            .answers::<media::MediaView>(201, "Its address is for everybody who knows it.")
            .forgets(),
        on(Delete, "/api/v1/media/{id}", EDITOR, "Remove a picture", media::remove).answers::<Done>(200, "It is gone."),
        Endpoint::new(Get, "/media/{id}", Access::Public, "links", "A picture of a message", media::serve).sends(
            200,
            "image/*",
            "The picture; its name changes with its content.",
        ),
    ]
}

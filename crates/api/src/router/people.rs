//! Pages for the team: a small read-only face until there is a dashboard.

use axum::handler::Handler;

use crate::auth::{ADMIN, Access, VIEWER};
use crate::endpoint::{Endpoint, Method};
use crate::pages::{assets, customers, inbox, login, overview, work};
use crate::state::ApiState;

fn page<H, T>(path: &'static str, access: Access, summary: &str, handler: H) -> Endpoint
where
    H: Handler<T, ApiState>,
    T: 'static,
{
    Endpoint::new(Method::Get, path, access, "pages", summary, handler).page()
}

fn form<H, T>(path: &'static str, access: Access, summary: &str, handler: H) -> Endpoint
where
    H: Handler<T, ApiState>,
    T: 'static,
{
    Endpoint::new(Method::Post, path, access, "pages", summary, handler)
        .takes(&["application/x-www-form-urlencoded"], "The page's form.")
        .page()
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    const ANY: Access = Access::Public;
    vec![
        page("/", ANY, "Start page", overview::start),
        page("/login", ANY, "Sign-in page", login::show),
        form("/login", ANY, "Sign in", login::submit),
        form("/logout", VIEWER, "Sign out", login::leave),
        page("/ui", VIEWER, "What happens now", overview::show),
        page("/ui/segments", VIEWER, "Segments with their counts", work::segments),
        page("/ui/segments/{id}", VIEWER, "Who is in a segment", work::segment),
        page("/ui/journeys", VIEWER, "Journeys with their numbers", work::journeys),
        page("/ui/profiles", VIEWER, "Find a customer", customers::list),
        page("/ui/profiles/{id}", VIEWER, "A customer's story", customers::show),
        page("/ui/messages", VIEWER, "Messages and why some were not sent", work::messages),
        page("/ui/inbox", ADMIN, "Mail the built-in mail server caught", inbox::list),
        page("/ui/inbox/{id}", ADMIN, "A caught mail", inbox::show),
        page("/ui/inbox/{id}/html", ADMIN, "A caught mail's HTML part, in a sandbox", inbox::html),
        page("/ui/app.css", ANY, "The pages' style", assets::css),
        page("/ui/app.js", ANY, "The pages' script: refreshes the feed", assets::js),
    ]
}

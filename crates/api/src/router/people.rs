//! The dashboard, and what only it and people looking around need.

use crate::auth::{ADMIN, Access};
use crate::dashboard;
use crate::endpoint::{Endpoint, Method};
use crate::reply::Paged;
use crate::routes::{about, inbox};

pub(super) fn endpoints() -> Vec<Endpoint> {
    const ANY: Access = Access::Public;
    let get = Method::Get;
    vec![
        Endpoint::new(get, "/", ANY, "dashboard", "The dashboard", dashboard::page).sends(200, "text/html", "A page."),
        Endpoint::new(get, "/assets/{file}", ANY, "dashboard", "A file of the dashboard", dashboard::asset).sends(
            200,
            "text/javascript",
            "A script, style or picture.",
        ),
        Endpoint::new(get, "/favicon.svg", ANY, "dashboard", "The dashboard's icon", dashboard::icon).sends(
            200,
            "image/svg+xml",
            "A picture.",
        ),
        Endpoint::new(get, "/api/v1/about", ANY, "about", "This installation", about::get)
            .answers::<about::About>(200, "What anybody may know of it."),
        Endpoint::new(get, "/api/v1/inbox", ADMIN, "inbox", "Mail the built-in mail server caught", inbox::list)
            .query::<inbox::InboxQuery>()
            .answers::<Paged<inbox::CaughtView>>(200, "A page, newest first."),
        Endpoint::new(get, "/api/v1/inbox/{id}", ADMIN, "inbox", "A caught mail", inbox::get)
            .answers::<inbox::CaughtMailView>(200, "The mail."),
        Endpoint::new(get, "/api/v1/inbox/{id}/html", ADMIN, "inbox", "A caught mail's HTML part", inbox::html).sends(
            200,
            "text/html",
            "The part, in a sandbox.",
        ),
    ]
}

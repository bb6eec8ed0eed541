//! Customers' data and messages, and the links that reach customers.

use super::management::{ASK, on};
use crate::auth::{ADMIN, Access, EDITOR, VIEWER};
use crate::endpoint::{Endpoint, Method};
use crate::reply::Paged;
use crate::routes::{
    accounts, chats, confirm, consent_history, consents, customer, events, exports, hooks, in_browser, messages,
    messages_after, messages_check, messages_write, preferences, profiles, profiles_many, profiles_write, push,
    segments, texts,
};
use crate::view::{ConsentView, EventView, MembershipView, MessageView, ProfileSummary, ProfileView};

fn get<H, T>(path: &'static str, tag: &str, summary: &str, handler: H) -> Endpoint
where
    H: axum::handler::Handler<T, crate::state::ApiState>,
    T: 'static,
{
    Endpoint::new(Method::Get, path, VIEWER, tag, summary, handler)
}

fn post<H, T>(path: &'static str, tag: &str, summary: &str, handler: H) -> Endpoint
where
    H: axum::handler::Handler<T, crate::state::ApiState>,
    T: 'static,
{
    Endpoint::new(Method::Post, path, EDITOR, tag, summary, handler)
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = profiles();
    all.extend(others());
    all.extend(exports());
    all.extend(links());
    all
}

fn profiles() -> Vec<Endpoint> {
    use profiles as p;
    use profiles_many as m;
    use profiles_write as w;
    const TAG: &str = "profiles";
    vec![
        get("/api/v1/profiles", TAG, "List and search customers", p::list).query::<p::ProfileQuery>().answers::<Paged<
            ProfileSummary,
        >>(
            200, "A page."
        ),
        get("/api/v1/profiles/count", TAG, "How many customers match", m::count)
            .query::<m::Matching>()
            .answers::<m::CountView>(200, "Exact."),
        get("/api/v1/profiles/summaries", TAG, "What customers are called whose ids are known", m::summaries)
            .query::<m::SummariesQuery>()
            .answers::<Paged<m::NamedSummary>>(200, "Those who are there."),
        post("/api/v1/profiles/bulk", TAG, "Do the same for everybody who matches, a portion a call", m::bulk)
            .body::<m::BulkInput>()
            .answers::<m::BulkView>(200, "How far it is; durable."),
        get("/api/v1/profiles/{id}", TAG, "A customer", p::get).answers::<ProfileView>(200, "The profile."),
        get("/api/v1/profiles/by/{namespace}/{value}", TAG, "The customer with an identifier", p::by_identifier)
            .answers::<ProfileView>(200, "The profile."),
        Endpoint::new(Method::Patch, "/api/v1/profiles/{id}", EDITOR, TAG, "Change a customer's traits", w::update)
            .query::<w::WaitQuery>()
            .body::<w::ProfilePatch>()
            .answers::<ProfileView>(200, "The profile as it is now."),
        get("/api/v1/profiles/{id}/events", TAG, "A customer's events, newest first", p::events)
            .query::<p::TimelineQuery>()
            .answers::<Paged<EventView>>(200, "A page."),
        get("/api/v1/profiles/{id}/messages", TAG, "A customer's messages, newest first", p::messages)
            .query::<crate::routes::members::PageQuery>()
            .answers::<Paged<MessageView>>(200, "A page."),
        get("/api/v1/profiles/{id}/traits", TAG, "How a customer's traits changed", p::traits)
            .query::<crate::routes::members::PageQuery>()
            .answers::<Paged<p::TraitChangeView>>(200, "A page."),
        get("/api/v1/profiles/{id}/accounts", TAG, "The accounts a customer belongs to", p::accounts).answers::<Paged<
            accounts::AccountView,
        >>(
            200,
            "All of them.",
        ),
        get("/api/v1/profiles/{id}/segments", TAG, "The segments a customer is in", segments::of_profile)
            .answers::<Paged<MembershipView>>(200, "All of them."),
        get("/api/v1/profiles/{id}/export", TAG, "Everything known of a customer, as a file", exports::of_profile)
            .answers::<exports::ProfileExport>(200, "The document."),
        post("/api/v1/profiles/{id}/erase", TAG, "Erase a customer everywhere", w::erase)
            .query::<w::WaitQuery>()
            .answers::<w::Erasing>(202, "Begun."),
        post("/api/v1/profiles/{id}/merge", TAG, "Say that two profiles are one customer", w::merge)
            .query::<w::WaitQuery>()
            .body::<w::MergeInput>()
            .answers::<ProfileView>(202, "Begun; the profile as it is now."),
        post("/api/v1/profiles/{id}/unmerge", TAG, "Undo a merge", w::unmerge)
            .query::<w::WaitQuery>()
            .body::<w::UnmergeInput>()
            .answers::<ProfileView>(202, "Begun; the profile as it is now."),
    ]
}

fn others() -> Vec<Endpoint> {
    use profiles_write::WaitQuery;
    vec![
        get("/api/v1/identities/{namespace}/{value}", "identities", "Whose an identifier is", profiles::identity)
            .answers::<profiles::IdentityView>(200, "The identifier and its profile."),
        get("/api/v1/profiles/{id}/consents", "consents", "A customer's consents", consents::list)
            .answers::<Paged<ConsentView>>(200, "All of them."),
        post("/api/v1/profiles/{id}/consents", "consents", "State a customer's consent", consents::create)
            .query::<WaitQuery>()
            .body::<consents::ConsentInput>()
            .answers::<Paged<ConsentView>>(201, "All consents as they are now."),
        get(
            "/api/v1/profiles/{id}/consents/history",
            "consents",
            "Every change of a customer's consent, with what proves it",
            consent_history::list,
        )
        .query::<consent_history::HistoryQuery>()
        .answers::<Paged<consent_history::ConsentChangeView>>(200, "A page; with `format=csv` all of them as CSV."),
        get(
            "/api/v1/profiles/{id}/preferences",
            "profiles",
            "The page on which a customer chooses topics, as they would see it",
            preferences::shown,
        )
        .answers::<preferences::PreferencePage>(200, "The page."),
        post(
            "/api/v1/profiles/{id}/telegram-link",
            "profiles",
            "Make a link that joins a customer to a Telegram chat",
            chats::create,
        )
        .body::<chats::ChatLinkInput>()
        .answers::<chats::ChatLink>(201, "The link."),
        get("/api/v1/accounts", "accounts", "List and search accounts", accounts::list)
            .query::<accounts::AccountQuery>()
            .answers::<Paged<accounts::AccountView>>(200, "A page."),
        get("/api/v1/accounts/{id}", "accounts", "An account", accounts::get)
            .answers::<accounts::AccountView>(200, "The account."),
        get("/api/v1/accounts/{id}/members", "accounts", "Who belongs to an account", accounts::members)
            .query::<crate::reply::SearchQuery>()
            .answers::<Paged<accounts::AccountMember>>(200, "A page."),
        get("/api/v1/messages", "messages", "List messages, newest first", messages::list)
            .query::<messages::MessageQuery>()
            .answers::<Paged<MessageView>>(200, "A page."),
        post("/api/v1/messages", "messages", "Send a template to one customer", messages_write::create)
            .query::<WaitQuery>()
            .body::<messages_write::MessageInput>()
            .answers::<messages_write::Asked>(202, "Decided; the gate has the last word on whether it leaves."),
        on(Method::Post, "/api/v1/messages/check", ASK, "What the gate would say of a message", messages_check::check)
            .body::<messages_check::CheckInput>()
            .answers::<messages_check::MessageCheck>(
                200,
                "Its answer now; when the message is sent it may be another.",
            ),
        get("/api/v1/messages/counts", "messages", "How many messages ended how", messages::counts)
            .query::<messages::CountQuery>()
            .answers::<messages::MessageCounts>(200, "Exact counts."),
        get("/api/v1/messages/report", "messages", "How templates and journeys fared", messages_after::report)
            .query::<messages_after::ReportQuery>()
            .answers::<Paged<messages_after::ReportLine>>(200, "All of them."),
        get("/api/v1/messages/{id}/timeline", "messages", "What became of a message", messages_after::timeline)
            .answers::<Paged<messages_after::TimelinePoint>>(200, "In order."),
        post(
            "/api/v1/messages/{id}/replay",
            "messages",
            "Try again a message that was given up",
            messages_after::replay,
        )
        .answers::<messages_after::Replayed>(200, "It is in the queue again."),
        post(
            "/api/v1/messages/replay",
            "messages",
            "Try again messages that were given up",
            messages_after::replay_all,
        )
        .body::<messages_after::ReplayInput>()
        .answers::<messages_after::Replayed>(200, "They are in the queue again; at most 500 at once."),
        post(
            "/api/v1/sms/segments",
            "messages",
            "How many segments a text message takes, and what it costs",
            texts::sms,
        )
        .body::<texts::SmsInput>()
        .answers::<texts::SmsView>(200, "The count, and the price where one is known."),
        get("/api/v1/messages/{id}", "messages", "A message", messages::get)
            .answers::<MessageView>(200, "The message."),
        get("/api/v1/events", "events", "What happens now, over all customers", events::recent)
            .query::<events::FeedQuery>()
            .answers::<Paged<events::FeedEvent>>(200, "The latest events."),
        get("/api/v1/events/catalogue", "events", "Events, properties and traits ever seen", events::catalogue)
            .answers::<events::CatalogueView>(200, "The catalogue."),
    ]
}

fn exports() -> Vec<Endpoint> {
    const LINES: &str = "application/x-ndjson";
    const TAG: &str = "exports";
    const EVENTS: &str = "Every event as JSON lines";
    vec![
        Endpoint::new(
            Method::Get,
            "/api/v1/exports/profiles",
            ADMIN,
            TAG,
            "Every customer as JSON lines",
            exports::profiles,
        )
        .sends(200, LINES, "A profile a line."),
        Endpoint::new(Method::Get, "/api/v1/exports/events", ADMIN, TAG, EVENTS, exports::events).sends(
            200,
            LINES,
            "An event a line, customer by customer, each one's newest first.",
        ),
    ]
}

fn links() -> Vec<Endpoint> {
    const TAG: &str = "links";
    const LINK: Access = Access::Link;
    const FORM: [&str; 1] = ["application/x-www-form-urlencoded"];
    const ONE_CLICK: &str = "Unsubscribe by one click (RFC 8058) or by the page";
    vec![
        Endpoint::new(Method::Get, "/u/{token}", LINK, TAG, "The page to unsubscribe", customer::unsubscribe_page)
            .sends(200, "text/html", "A page; nothing changes."),
        Endpoint::new(Method::Post, "/u/{token}", LINK, TAG, ONE_CLICK, customer::unsubscribe)
            .takes(&FORM, "List-Unsubscribe=One-Click, or the page's form.")
            .sends(200, "text/html", "Unsubscribed."),
        Endpoint::new(Method::Get, "/preferences/{token}", LINK, TAG, "The page to choose topics", preferences::get)
            .sends(200, "text/html", "A page; nothing changes."),
        Endpoint::new(Method::Post, "/preferences/{token}", LINK, TAG, "Choose topics", preferences::post)
            .takes(&FORM, "The page's form.")
            .sends(200, "text/html", "The page with the choice."),
        Endpoint::new(Method::Get, "/confirm/{token}", LINK, TAG, "The page to confirm a subscription", confirm::get)
            .sends(200, "text/html", "A page; nothing changes."),
        Endpoint::new(Method::Post, "/confirm/{token}", LINK, TAG, "Confirm a subscription", confirm::post)
            .takes(&FORM, "The page's form.")
            .sends(200, "text/html", "Confirmed."),
        Endpoint::new(Method::Get, "/v/{token}", LINK, TAG, "A mail in the browser", in_browser::show).sends(
            200,
            "text/html",
            "The mail.",
        ),
        Endpoint::new(Method::Get, "/l/{token}", LINK, TAG, "Follow a tracked link", customer::click).sends(
            302,
            "",
            "To the signed destination.",
        ),
        Endpoint::new(Method::Get, "/s/{place}", LINK, TAG, "Follow a short link", customer::short).sends(
            302,
            "",
            "To where it leads.",
        ),
        Endpoint::new(Method::Post, "/r/{token}", LINK, TAG, "A device tells of a notification", push::receipt)
            .body::<push::ReceiptInput>()
            .sends(204, "", "Noted."),
        Endpoint::new(Method::Get, "/hooks/{token}", LINK, TAG, "A provider tells of messages", hooks::call).sends(
            200,
            "text/plain",
            "Noted.",
        ),
        Endpoint::new(Method::Post, "/hooks/{token}", LINK, TAG, "A provider tells of messages", hooks::call)
            .takes(&["application/x-www-form-urlencoded", "application/json"], "As the provider sends it, signed.")
            .sends(200, "text/plain", "Noted."),
        Endpoint::new(Method::Get, "/o/{token}", LINK, TAG, "The picture that tells a mail was opened", customer::open)
            .sends(200, "image/gif", "A transparent picture."),
    ]
}

//! The pages behind links in messages, as plain functions: what a GET shows, what a POST changes. A GET changes nothing,
//! because mail programs and security gateways follow links by themselves (RFC 8058 section 1).

use rapport_domain::{ConsentState, Profile};

use super::style;
use super::tokens::{Claim, Purpose};
use crate::content::escape_html;
use crate::spec::{ConsentPolicy, SettingsSpec, TopicSpec};

/// A page to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// Who a page is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// The company's name.
    pub company: String,
    /// Its postal address.
    pub postal_address: String,
    /// `#rrggbb`.
    pub brand_colour: Option<String>,
    /// Its logo.
    pub logo_url: Option<String>,
}

impl From<&SettingsSpec> for Theme {
    fn from(settings: &SettingsSpec) -> Self {
        let company = settings.company.clone();
        Theme {
            company: company.name,
            postal_address: company.postal_address,
            brand_colour: company.brand_colour,
            logo_url: company.logo_url,
        }
    }
}

/// A statement of consent the customer made on a page; the caller records it as an event about the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentChange {
    /// `email`.
    pub channel: String,
    /// The topic; `None` is the whole channel.
    pub topic: Option<String>,
    /// Given or withdrawn.
    pub granted: bool,
    /// `one-click unsubscribe`, `unsubscribe link` or `preference centre`.
    pub source: &'static str,
}

/// A topic on the preference page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicChoice {
    /// The topic's id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it brings.
    pub description: String,
    /// Whether the customer gets it now.
    pub granted: bool,
}

impl TopicChoice {
    /// The choice as it stands: the customer's statement, else the topic's default.
    #[must_use]
    pub fn of(id: &str, topic: &TopicSpec, profile: &Profile, channel: &str) -> Self {
        let granted = match profile.consent(channel, Some(id)) {
            ConsentState::Granted => true,
            ConsentState::Denied => false,
            ConsentState::Unknown => topic.default == ConsentPolicy::OptOut,
        };
        let (name, description) = (topic.name.clone(), topic.description.clone());
        TopicChoice { id: id.to_owned(), name, description, granted }
    }
}

fn html(status: u16, theme: &Theme, title: &str, content: &str) -> Page {
    let body = style::page(theme, title, content).into_bytes();
    Page { status, content_type: "text/html; charset=utf-8", body }
}

/// A 1×1 transparent GIF, the answer to an open link whatever its token says.
#[must_use]
pub fn pixel() -> Page {
    const GIF: &[u8] =
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    Page { status: 200, content_type: "image/gif", body: GIF.to_vec() }
}

/// The answer to a link that was not made here or is damaged.
#[must_use]
pub fn invalid_link() -> Page {
    html(
        404,
        &Theme::default(),
        "This link does not work",
        "<p>It may have been cut off or changed on its way. Please use the link in the original message, or answer that \
         message and ask.</p>",
    )
}

/// What the GET of an unsubscribe link shows: a question and a button. It changes nothing.
#[must_use]
pub fn unsubscribe(claim: &Claim, topic_name: Option<&str>, theme: &Theme) -> Page {
    let Purpose::Unsubscribe { channel, .. } = &claim.purpose else { return invalid_link() };
    let what = match topic_name {
        Some(name) => format!("“{}”", escape_html(name)),
        None => format!("all {} from us", escape_html(channel_word(channel))),
    };
    let content = format!(
        "<p>You will not get {what} any more.</p>\
         <form method=\"post\"><input type=\"hidden\" name=\"confirm\" value=\"yes\">\
         <button type=\"submit\">Unsubscribe</button></form>"
    );
    html(200, theme, "Unsubscribe?", &content)
}

/// What the POST of an unsubscribe link does: by one click of a mail program (`List-Unsubscribe=One-Click`, RFC 8058) or
/// by the page's button. Idempotent.
#[must_use]
pub fn unsubscribe_result(claim: &Claim, form: &[(String, String)], theme: &Theme) -> (Page, Vec<ConsentChange>) {
    let Purpose::Unsubscribe { channel, topic } = &claim.purpose else { return (invalid_link(), Vec::new()) };
    let one_click = form.iter().any(|(k, v)| k == "List-Unsubscribe" && v == "One-Click");
    let change = ConsentChange {
        channel: channel.clone(),
        topic: topic.clone(),
        granted: false,
        source: if one_click { "one-click unsubscribe" } else { "unsubscribe link" },
    };
    let content = "<p>You are unsubscribed. It takes effect at once; a message that is already on its way may still \
                   arrive.</p>";
    (html(200, theme, "Unsubscribed", content), vec![change])
}

/// The preference page: the topics and whether the customer gets them.
#[must_use]
pub fn preferences(topics: &[TopicChoice], saved: bool, theme: &Theme) -> Page {
    let mut content = String::new();
    if saved {
        content.push_str("<p role=\"status\">Your choice is saved.</p>");
    }
    content.push_str("<form method=\"post\">");
    if topics.is_empty() {
        content.push_str("<p>There are no topics to choose from.</p>");
    } else {
        content.push_str("<fieldset><legend>What would you like to get from us?</legend>");
        for topic in topics {
            let checked = if topic.granted { " checked" } else { "" };
            let (id, name) = (escape_html(&topic.id), escape_html(&topic.name));
            let description = escape_html(&topic.description);
            content.push_str(&format!(
                "<label><input type=\"checkbox\" name=\"topic\" value=\"{id}\"{checked}>\
                 <span>{name}<br><small>{description}</small></span></label>"
            ));
        }
        content.push_str("</fieldset><button type=\"submit\" name=\"action\" value=\"save\">Save</button>");
    }
    content.push_str(
        "<button class=\"plain\" type=\"submit\" name=\"action\" value=\"none\">Unsubscribe from everything</button></form>",
    );
    html(200, theme, "Your preferences", &content)
}

/// What the preference page's form changes on `channel`, given the choices as they stand. Only differences are changes;
/// subscribing to a topic after leaving the whole channel is one too, as the topic's statement is then the later one.
#[must_use]
pub fn preferences_result(channel: &str, topics: &[TopicChoice], form: &[(String, String)]) -> Vec<ConsentChange> {
    let change = |topic: Option<&str>, granted| ConsentChange {
        channel: channel.to_owned(),
        topic: topic.map(str::to_owned),
        granted,
        source: "preference centre",
    };
    let action = form.iter().find(|(k, _)| k == "action").map_or("", |(_, v)| v.as_str());
    match action {
        "none" => vec![change(None, false)],
        "save" => {
            let ticked = |id: &str| form.iter().any(|(k, v)| k == "topic" && v == id);
            let differing = topics.iter().filter(|t| t.granted != ticked(&t.id));
            differing.map(|t| change(Some(&t.id), !t.granted)).collect()
        }
        // A form without the page's own button was not sent by the customer's hand.
        _ => Vec::new(),
    }
}

fn channel_word(channel: &str) -> &str {
    if channel == "email" { "e-mail" } else { channel }
}

#[cfg(test)]
mod tests;

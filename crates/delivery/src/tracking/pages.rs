//! The pages behind links in messages, as plain functions: what a GET shows, what a POST changes. A GET changes nothing,
//! because mail programs and security gateways follow links by themselves (RFC 8058 section 1).

use rapport_domain::{ConsentState, Profile, Timestamp};
use serde_json::{Map, Value, json};

use super::style;
use super::tokens::{Claim, Purpose};
use super::words::{FREQUENCIES, PAUSES, Words};
use crate::content::escape_html;
use crate::core::caps::{SNOOZE, WISH};
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
    /// What the pages say, in the customer's language.
    pub words: Words,
}

impl From<&SettingsSpec> for Theme {
    fn from(settings: &SettingsSpec) -> Self {
        let company = settings.company.clone();
        Theme {
            company: company.name,
            postal_address: company.postal_address,
            brand_colour: company.brand_colour,
            logo_url: company.logo_url,
            words: Words::default(),
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
    /// `one-click unsubscribe`, `unsubscribe link`, `preference centre` or `confirmation link`.
    pub source: &'static str,
    /// Nobody has to confirm it any more.
    pub confirmed: bool,
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
    /// Whether the customer chose it.
    pub granted: bool,
    /// They chose it and have not confirmed that yet.
    pub pending: bool,
}

impl TopicChoice {
    /// The choice as it stands: the customer's statement, else the topic's default. Called as in this language, if the topic
    /// is translated into it.
    #[must_use]
    pub fn of(id: &str, topic: &TopicSpec, profile: &Profile, channel: &str, language: &str) -> Self {
        let state = profile.consent(channel, Some(id));
        let granted = match state {
            ConsentState::Granted | ConsentState::Pending => true,
            ConsentState::Denied => false,
            ConsentState::Unknown => topic.default == ConsentPolicy::OptOut,
        };
        let (name, description) = topic.called(language);
        let (name, description) = (name.to_owned(), description.to_owned());
        TopicChoice { id: id.to_owned(), name, description, granted, pending: state == ConsentState::Pending }
    }
}

/// A page under the title of that name.
pub(super) fn html(status: u16, theme: &Theme, title: &str, content: &str) -> Page {
    let body = style::page(theme, &theme.words.filled(title, &[]), content).into_bytes();
    Page { status, content_type: "text/html; charset=utf-8", body }
}

/// A 1×1 transparent GIF, the answer to an open link whatever its token says.
#[must_use]
pub fn pixel() -> Page {
    const GIF: &[u8] =
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    Page { status: 200, content_type: "image/gif", body: GIF.to_vec() }
}

/// The answer to a link that was not made here or is damaged, in a language that the browser asks for.
#[must_use]
pub fn invalid_link(words: &Words) -> Page {
    invalid_page(&Theme { words: words.clone(), ..Theme::default() })
}

/// The same in the looks of a company; a link that is damaged does not say whose it is.
pub(super) fn invalid_page(theme: &Theme) -> Page {
    html(404, theme, "invalid_title", &format!("<p>{}</p>", theme.words.html("invalid")))
}

/// The answer to a link to a message that cannot be shown any more.
#[must_use]
pub fn not_kept(theme: &Theme) -> Page {
    html(410, theme, "not_kept_title", &format!("<p>{}</p>", theme.words.html("not_kept")))
}

/// What the GET of an unsubscribe link shows: a question and a button. It changes nothing.
#[must_use]
pub fn unsubscribe(claim: &Claim, topic_name: Option<&str>, theme: &Theme) -> Page {
    let words = &theme.words;
    let Purpose::Unsubscribe { channel, .. } = &claim.purpose else { return invalid_link(words) };
    let by = words.channel(channel);
    let leaving = match topic_name {
        Some(topic) => words.filled("leave_topic", &[("topic", topic), ("channel", &by)]),
        None => words.filled("leave_channel", &[("channel", &by)]),
    };
    let content = format!(
        "<p>{}</p><form method=\"post\"><input type=\"hidden\" name=\"confirm\" value=\"yes\">\
         <button type=\"submit\">{}</button></form>",
        escape_html(&leaving),
        words.html("unsubscribe"),
    );
    html(200, theme, "unsubscribe_title", &content)
}

/// What the POST of an unsubscribe link does: by one click of a mail program (`List-Unsubscribe=One-Click`, RFC 8058) or
/// by the page's button. Idempotent.
#[must_use]
pub fn unsubscribe_result(claim: &Claim, form: &[(String, String)], theme: &Theme) -> (Page, Vec<ConsentChange>) {
    let Purpose::Unsubscribe { channel, topic } = &claim.purpose else {
        return (invalid_link(&theme.words), Vec::new());
    };
    let one_click = form.iter().any(|(k, v)| k == "List-Unsubscribe" && v == "One-Click");
    let change = ConsentChange {
        channel: channel.clone(),
        topic: topic.clone(),
        granted: false,
        source: if one_click { "one-click unsubscribe" } else { "unsubscribe link" },
        confirmed: false,
    };
    let content = format!("<p>{}</p>", theme.words.html("unsubscribed"));
    (html(200, theme, "unsubscribed_title", &content), vec![change])
}

/// A channel on the preference page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelChoice {
    /// `email`.
    pub channel: String,
    /// Whether the customer left it as a whole.
    pub granted: bool,
}

/// How often the customer wants to hear from us on the link's channel, and until when not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `daily`, `weekly`, `monthly`; `None` is as it comes.
    pub frequency: Option<String>,
    /// The day a pause ends.
    pub paused_until: Option<String>,
}

/// The preference page: topics, channels, how often, a pause. It changes nothing.
#[must_use]
pub fn preferences(
    topics: &[TopicChoice],
    channels: &[ChannelChoice],
    wishes: &Wishes,
    saved: bool,
    theme: &Theme,
) -> Page {
    let words = &theme.words;
    let mut content = String::new();
    if saved {
        content.push_str(&format!("<p role=\"status\">{}</p>", words.html("saved")));
    }
    if let Some(until) = &wishes.paused_until {
        content.push_str(&format!("<p>{}</p>", escape_html(&words.filled("paused_until", &[("day", until)]))));
    }
    content.push_str("<form method=\"post\">");
    if topics.is_empty() {
        content.push_str(&format!("<p>{}</p>", words.html("no_topics")));
    } else {
        content.push_str(&format!("<fieldset><legend>{}</legend>", words.html("topics")));
        for topic in topics {
            let checked = if topic.granted { " checked" } else { "" };
            let (id, name) = (escape_html(&topic.id), escape_html(&topic.name));
            let description = escape_html(&topic.description);
            let waits =
                if topic.pending { format!("<br><small>{}</small>", words.html("pending")) } else { String::new() };
            content.push_str(&format!(
                "<label><input type=\"checkbox\" name=\"topic\" value=\"{id}\"{checked}>\
                 <span>{name}<br><small>{description}</small>{waits}</span></label>"
            ));
        }
        content.push_str("</fieldset>");
    }
    if channels.len() > 1 {
        content.push_str(&format!("<fieldset><legend>{}</legend>", words.html("channels")));
        for c in channels {
            let checked = if c.granted { " checked" } else { "" };
            let (id, name) = (escape_html(&c.channel), words.channel(&c.channel));
            content.push_str(&format!(
                "<label><input type=\"checkbox\" name=\"channel\" value=\"{id}\"{checked}><span>{}</span></label>",
                escape_html(&name)
            ));
        }
        content.push_str("</fieldset>");
    }
    let chosen = wishes.frequency.as_deref().unwrap_or(FREQUENCIES[0]);
    content.push_str(&radios(words, "often", &FREQUENCIES.map(str::to_owned), chosen));
    let pause = if wishes.paused_until.is_some() { "" } else { "0" };
    content.push_str(&radios(words, "pause", &PAUSES.map(|d| d.to_string()), pause));
    content.push_str(&format!(
        "<button type=\"submit\" name=\"action\" value=\"save\">{}</button>\
         <button class=\"plain\" type=\"submit\" name=\"action\" value=\"none\">{}</button></form>",
        words.html("save"),
        words.html("leave_all")
    ));
    html(200, theme, "preferences_title", &content)
}

/// One choice of several, under the text of that name; each choice is called by that name and its own.
fn radios(words: &Words, name: &str, values: &[String], chosen: &str) -> String {
    let one = |value: &String| {
        let (checked, label) = (if value == chosen { " checked" } else { "" }, words.html(&format!("{name}_{value}")));
        format!("<label><input type=\"radio\" name=\"{name}\" value=\"{value}\"{checked}><span>{label}</span></label>")
    };
    let all: String = values.iter().map(one).collect();
    format!("<fieldset><legend>{}</legend>{all}</fieldset>", words.html(name))
}

/// The traits that the form states: the wish for one channel and the pause. `None` when nothing of that changed.
#[must_use]
pub fn wishes_result(
    channel: &str,
    before: &Wishes,
    form: &[(String, String)],
    now: Timestamp,
) -> Option<Map<String, Value>> {
    let field = |name: &str| form.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    if field("action") != Some("save") {
        return None;
    }
    let mut traits = Map::new();
    let often = field("often")
        .filter(|o| FREQUENCIES.contains(o))
        .filter(|o| before.frequency.as_deref().unwrap_or(FREQUENCIES[0]) != *o);
    if let Some(often) = often {
        let wish = if often == FREQUENCIES[0] { Value::Null } else { json!(often) };
        traits.insert(WISH.to_owned(), json!({channel: wish}));
    }
    let days = field("pause").and_then(|d| d.parse::<i64>().ok()).filter(|d| PAUSES.contains(d));
    match days {
        Some(0) if before.paused_until.is_some() => drop(traits.insert(SNOOZE.to_owned(), Value::Null)),
        Some(days) if days > 0 => {
            let until = now.plus_ms(days * rapport_domain::time::DAY_MS).to_rfc3339();
            traits.insert(SNOOZE.to_owned(), json!(until));
        }
        _ => {}
    }
    (!traits.is_empty()).then_some(traits)
}

/// The channels that the form leaves or takes again as a whole; only differences.
#[must_use]
pub fn channels_result(channels: &[ChannelChoice], form: &[(String, String)]) -> Vec<ConsentChange> {
    let action = form.iter().find(|(k, _)| k == "action").map_or("", |(_, v)| v.as_str());
    let ticked = |c: &ChannelChoice| form.iter().any(|(k, v)| k == "channel" && *v == c.channel);
    let differing = channels.iter().filter(|c| match action {
        "none" => c.granted,
        "save" if channels.len() > 1 => c.granted != ticked(c),
        _ => false,
    });
    let change = |c: &ChannelChoice| ConsentChange {
        channel: c.channel.clone(),
        topic: None,
        granted: action == "save" && ticked(c),
        source: "preference centre",
        confirmed: false,
    };
    differing.map(change).collect()
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
        confirmed: false,
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

#[cfg(test)]
mod tests;

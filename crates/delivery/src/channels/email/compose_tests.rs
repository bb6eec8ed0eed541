//! From template and customer to a mail and back through a mail parser.

use rapport_domain::message::Origin;
use rapport_domain::profile::{Identifier, Trait};
use rapport_domain::{Json, OutboxId, Partition, ProfileId, Timestamp, WorkspaceId};
use serde_json::json;

use super::super::build;
use super::*;
use crate::catcher::CaughtMail;
use crate::deps::NoSources;
use crate::spec::{ChannelSpec, LiveTemplate};
use crate::tracking::tokens::{Purpose, Tokens};

fn message() -> OutboundMessage {
    OutboundMessage {
        id: OutboxId { partition: Partition(2), number: 77 },
        workspace: WorkspaceId(9),
        profile: ProfileId(5),
        channel: "email".into(),
        template: "welcome".into(),
        origin: Some(Origin { journey: "j".into(), version: 1, run: 1, step: "s".into() }),
        topic: None,
        transactional: false,
        created_at: Timestamp(0),
        expires_at: Timestamp::MAX,
        data: Json::from_text(r#"{"event":{"total":10,"items":[{"sku":"ä-1"}]}}"#),
    }
}

fn profile(first_name: &str) -> Profile {
    let mut profile = Profile::new(WorkspaceId(9), ProfileId(5), true, Timestamp(0));
    profile.identifiers.push(Identifier::new("email", "ada@example.com"));
    profile.traits.insert("first_name".into(), Trait { value: json!(first_name), at: Timestamp(0) });
    profile
}

fn settings() -> SettingsSpec {
    let spec =
        json!({"company": {"name": "Shop <&>", "postal_address": "1 Road\nTown"}, "public_url": "https://m.example"});
    SettingsSpec::validate(&spec).unwrap()
}

fn parts(spec: &Value, first_name: &str) -> Result<Composed, ContentError> {
    let (message, tokens) = (message(), Tokens::new(b"test"));
    let template = LiveTemplate::prepare("welcome", 3, spec).unwrap();
    let links = Links {
        tokens: &tokens,
        base: "https://m.example",
        workspace: message.workspace,
        message: message.id,
        profile: message.profile,
    };
    let made = mail(&Composition {
        template: &template,
        message: &message,
        profile: &profile(first_name),
        settings: &settings(),
        links: &links,
        now: Timestamp(0),
        sources: &NoSources,
        notes_missing: false,
    });
    made.map_err(|fault| match fault {
        ComposeFault::Content(error) => error,
        ComposeFault::Unavailable(error) => panic!("{error}"),
    })
}

fn caught(spec: &Value, first_name: &str) -> CaughtMail {
    let channel = json!({"kind": "smtp", "host": "h", "from": {"name": "Shöp, Inc.", "email": "hi@shop.example"}, "reply_to": "help@shop.example"});
    let channel = ChannelSpec::validate(&channel).unwrap();
    let template = LiveTemplate::prepare("welcome", 3, spec).unwrap();
    let composed = parts(spec, first_name).unwrap();
    let to = crate::core::address::parse_email("ada@example.com").unwrap();
    let mail = build(&composed, &message(), &template.spec, &channel, to, Timestamp(1_782_907_200_000)).unwrap();
    assert!(mail.bytes.is_ascii() && !String::from_utf8_lossy(&mail.bytes).replace("\r\n", "").contains('\n'));
    assert!(mail.bytes.split(|b| *b == b'\n').all(|line| line.len() < 998));
    CaughtMail { id: 1, at: Timestamp(0), from: String::new(), to: vec![], raw: mail.bytes }
}

fn marketing() -> Value {
    json!({
        "name": "W", "subject": "Hallö {{ profile.first_name }}", "preheader": "{{ event.total }} < 11",
        "html": "<html><body class=x><p>{{ event.items[0].sku }}</p><a href=\"https://shop.example/?a=1&amp;b=2\">Shop</a></body></html>",
    })
}

#[test]
fn a_marketing_mail_is_whole() {
    let mail = caught(&marketing(), "Ada");
    let header = |name: &str| mail.header(name).unwrap_or_default();
    assert_eq!(header("Message-ID"), "<m024d.9@shop.example>");
    assert_eq!(header("Date"), "Wed, 01 Jul 2026 12:00:00 +0000");
    assert_eq!(mail.subject().as_deref(), Some("Hallö Ada"));
    assert!(header("From").ends_with("<hi@shop.example>") && header("From").is_ascii());
    assert_eq!((header("To").as_str(), header("Reply-To").as_str()), ("ada@example.com", "help@shop.example"));
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    let list = header("List-Unsubscribe");
    let token = list.strip_prefix("<https://m.example/u/").and_then(|t| t.strip_suffix('>')).unwrap();
    let claim = Tokens::new(b"test").open(token).unwrap();
    assert_eq!(claim.purpose, Purpose::Unsubscribe { channel: "email".into(), topic: None });
    assert_eq!((claim.profile, claim.message, claim.workspace), (ProfileId(5), message().id, WorkspaceId(9)));

    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    assert!(html.contains("<p>ä-1</p>") && html.contains("https://m.example/l/") && !html.contains("shop.example/?a"));
    assert!(html.contains("10 &lt; 11") && html.find("10 &lt; 11") < html.find("<p>ä-1"));
    assert!(
        html.contains(&format!("https://m.example/u/{token}")) && html.contains("Shop &lt;&amp;&gt;, 1 Road, Town")
    );
    assert!(html.contains("https://m.example/o/") && html.trim_end().ends_with("</body></html>"));
    // Whoever reads the text follows the same links.
    let tracked = html.split("href=\"").find(|l| l.starts_with("https://m.example/l/")).unwrap();
    let tracked = tracked.split('"').next().unwrap();
    assert!(text.contains(&format!("Shop ({tracked})")) && text.contains(token) && !text.contains("10 < 11"), "{text}");
}

#[test]
fn the_same_message_is_the_same_mail() {
    assert_eq!(caught(&marketing(), "Ada").raw, caught(&marketing(), "Ada").raw);
}

#[test]
fn names_cannot_add_headers() {
    let mail = caught(&marketing(), "Eve\r\nBcc: all@example.com\r\n\r\nbody");
    assert_eq!(mail.subject().as_deref(), Some("Hallö Eve Bcc: all@example.com body"));
    assert_eq!(mail.header("Bcc"), None);
}

#[test]
fn a_transactional_mail_has_no_way_out_and_its_own_text() {
    let spec = json!({"name": "R", "subject": "Receipt", "html": "<p>Thanks</p>", "text": "Thanks, {{ profile.first_name }}",
        "transactional": true, "track_opens": false, "track_clicks": false});
    let mail = caught(&spec, "Ada");
    assert_eq!((mail.header("List-Unsubscribe"), mail.header("List-Unsubscribe-Post")), (None, None));
    assert_eq!(mail.html().unwrap().trim_end(), "<p>Thanks</p>");
    assert_eq!(mail.text().unwrap().trim_end(), "Thanks, Ada");
}

#[test]
fn both_parts_have_the_same_links_with_the_same_parameters() {
    let url = "https://shop.example/a";
    let spec = |more: Value| {
        let base = json!({"name": "N", "subject": "s", "html": format!("<a href=\"{url}\">a</a>"),
            "text": format!("See {url}. {{{{ preferences_url }}}}"), "utm": {"source": "mail"}});
        parts(&crate::channels::testing::with(base, more), "Ada").unwrap()
    };
    let bare = spec(json!({"track_clicks": false}));
    assert!(bare.html.contains("https://shop.example/a?utm_source=mail"), "{}", bare.html);
    assert!(
        bare.text.starts_with("See https://shop.example/a?utm_source=mail. https://m.example/pref"),
        "{}",
        bare.text
    );
    let tracked = spec(json!({}));
    let link = tracked.text.strip_prefix("See ").unwrap().split(". ").next().unwrap();
    let claim = Tokens::new(b"test").open(link.strip_prefix("https://m.example/l/").unwrap()).unwrap();
    assert_eq!(claim.purpose, Purpose::Click { url: "https://shop.example/a?utm_source=mail".into() });
    assert!(tracked.html.contains(link) && !tracked.text.contains("/l/https"), "{}", tracked.html);
    let made = spec(json!({"text": null}));
    assert!(made.text.starts_with(&format!("a ({link})")), "{}", made.text);
}

#[test]
fn a_template_with_its_own_link_gets_no_footer() {
    let spec = |html: &str| json!({"name": "N", "subject": "s", "html": html, "text": "t", "topic": "news"});
    let own = parts(&spec("<a href=\"{{ unsubscribe_url }}\">out</a>"), "Ada").unwrap();
    assert_eq!(own.html.matches("/u/").count(), 1);
    assert!(!own.html.contains("/l/") && own.text.contains("Unsubscribe: https://m.example/u/"));
    let preferences = parts(&spec("<a href=\"{{ preferences_url }}\">choose</a>"), "Ada").unwrap();
    assert!(!preferences.html.contains("/u/"));
    let url = own.unsubscribe_url.unwrap();
    let claim = Tokens::new(b"test").open(url.rsplit('/').next().unwrap()).unwrap();
    assert_eq!(claim.purpose, Purpose::Unsubscribe { channel: "email".into(), topic: Some("news".into()) });
}

#[test]
fn what_cannot_be_rendered_says_which_part() {
    let spec = json!({"name": "N", "subject": "{{ nothing }}", "html": "h"});
    assert!(parts(&spec, "Ada").unwrap_err().to_string().contains("subject: renders as nothing"));
    let spec = json!({"name": "N", "subject": "s", "html": "{{ profile.first_name | divided_by: 0 }}"});
    let error = parts(&spec, "Ada").unwrap_err().to_string();
    assert_eq!(error, "html: line 1, column 25: `divided_by` cannot divide by 0");
    let spec = json!({"name": "N", "subject": "s", "html": "{% abort_message('sold out') %}"});
    assert_eq!(parts(&spec, "Ada").unwrap_err().to_string(), "html: the template stopped the message: sold out");
}

#[test]
fn traits_are_seen_where_they_lie() {
    let html = "{{ profile.first_name }} {{ profile.email }} {{ profile.id }} {{ profile.nothing.at.all }}\
                {% for p in profile %}{{ p[0] }}={{ p[1] }}{% endfor %} {{ company.name }}{{ profile.size }}";
    let spec = json!({"name": "N", "subject": "s", "html": html, "text": html, "transactional": true});
    let text = parts(&spec, "Ada").unwrap().text;
    assert!(text.starts_with("Ada ada@example.com "), "{text}");
    assert!(text.ends_with(" first_name=Ada Shop <&>1"), "{text}");
}

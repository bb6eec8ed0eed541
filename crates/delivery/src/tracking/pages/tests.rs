//! What pages show and change.

use rapport_domain::{OutboxId, Partition, ProfileId, Timestamp, WorkspaceId};

use super::*;

fn claim(purpose: Purpose) -> Claim {
    let message = OutboxId { partition: Partition(1), number: 2 };
    Claim { workspace: WorkspaceId(1), message, profile: ProfileId(3), purpose }
}

fn spoken(language: &str) -> Words {
    Words::of(&super::super::words::OwnWords::new(), [language]).unwrap()
}

fn text(page: &Page) -> String {
    String::from_utf8(page.body.clone()).unwrap()
}

fn pairs(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn unsubscribe_asks_first_and_acts_on_post() {
    let claim = claim(Purpose::Unsubscribe { channel: "email".into(), topic: Some("news".into()) });
    let theme = Theme { company: "<Shop> & Co".into(), ..Theme::default() };
    let page = unsubscribe(&claim, Some("News <b>"), &theme);
    let body = text(&page);
    assert_eq!((page.status, page.content_type), (200, "text/html; charset=utf-8"));
    assert!(body.contains("<form method=\"post\">") && body.contains("<button type=\"submit\">Unsubscribe</button>"));
    assert!(body.contains("News &lt;b&gt;") && body.contains("&lt;Shop&gt; &amp; Co") && !body.contains("<Shop>"));
    assert!(body.contains("prefers-color-scheme:dark") && body.contains("lang=\"en\"") && !body.contains("<script"));

    let (page, changes) = unsubscribe_result(&claim, &pairs(&[("List-Unsubscribe", "One-Click")]), &theme);
    let expected = ConsentChange {
        channel: "email".into(),
        topic: Some("news".into()),
        granted: false,
        source: "one-click unsubscribe",
        confirmed: false,
    };
    assert_eq!((page.status, changes), (200, vec![expected]));
    let (_, changes) = unsubscribe_result(&claim, &pairs(&[("confirm", "yes")]), &theme);
    assert_eq!(changes[0].source, "unsubscribe link");
}

#[test]
fn a_link_for_something_else_unsubscribes_nobody() {
    for purpose in [Purpose::Open, Purpose::Preferences, Purpose::Click { url: "https://x.y".into() }] {
        let claim = claim(purpose);
        assert_eq!(unsubscribe(&claim, None, &Theme::default()).status, 404);
        let (page, changes) = unsubscribe_result(&claim, &[], &Theme::default());
        assert_eq!((page.status, changes.len()), (404, 0));
    }
}

#[test]
fn preferences_change_what_differs() {
    let choice = |id: &str, granted| TopicChoice {
        id: id.into(),
        name: format!("<{id}>"),
        description: "d".into(),
        granted,
        pending: id == "tips",
    };
    let topics = [choice("news", true), choice("offers", false), choice("tips", true)];
    let body = text(&preferences(&topics, &[], &Wishes::default(), true, &Theme::default()));
    assert_eq!(body.matches(" checked>").count(), 4, "two topics, as it comes, no pause");
    assert!(body.contains("&lt;news&gt;") && !body.contains("<news>") && body.contains("saved"));
    assert_eq!(body.matches("Please confirm this by the link").count(), 1, "{body}");

    let got = |form: &[(&str, &str)]| -> Vec<(Option<String>, bool)> {
        preferences_result("email", &topics, &pairs(form)).into_iter().map(|c| (c.topic, c.granted)).collect()
    };
    let save = ("action", "save");
    assert_eq!(got(&[save, ("topic", "news"), ("topic", "tips")]), []);
    assert_eq!(
        got(&[save, ("topic", "offers"), ("topic", "tips"), ("topic", "unknown")]),
        [(Some("news".into()), false), (Some("offers".into()), true)]
    );
    assert_eq!(got(&[("action", "none"), ("topic", "news")]), [(None, false)]);
    assert_eq!(got(&[]), []);
}

#[test]
fn choices_follow_statement_then_default() {
    let mut profile = Profile::new(WorkspaceId(1), ProfileId(1), true, Timestamp(0));
    let topic = |default| TopicSpec { default, ..TopicSpec::validate(&json!({"name": "N"})).unwrap() };
    let granted = |p: &Profile, default| TopicChoice::of("news", &topic(default), p, "email", "en").granted;
    assert!(!granted(&profile, ConsentPolicy::OptIn) && granted(&profile, ConsentPolicy::OptOut));
    profile.consents.push(rapport_domain::profile::Consent {
        channel: "email".into(),
        topic: None,
        status: rapport_domain::ConsentStatus::Denied,
        at: Timestamp(1),
        source: "t".into(),
    });
    assert!(!granted(&profile, ConsentPolicy::OptOut));
}

#[test]
fn wishes_pauses_and_channels() {
    let now = Timestamp(0);
    let form = |pairs_of: &[(&str, &str)]| pairs(pairs_of);
    let none = Wishes::default();
    let got =
        wishes_result("email", &none, &form(&[("action", "save"), ("often", "weekly"), ("pause", "7")]), now).unwrap();
    assert_eq!(got["$frequency"], json!({"email": "weekly"}));
    assert_eq!(got["$snooze_until"], json!("1970-01-08T00:00:00.000Z"));
    assert_eq!(
        wishes_result("email", &none, &form(&[("action", "save"), ("often", "any"), ("pause", "0")]), now),
        None
    );
    assert_eq!(wishes_result("email", &none, &form(&[("often", "weekly")]), now), None, "not by the page's button");
    let weekly = Wishes { frequency: Some("weekly".into()), paused_until: Some("2026-08-01".into()) };
    let got =
        wishes_result("email", &weekly, &form(&[("action", "save"), ("often", "any"), ("pause", "0")]), now).unwrap();
    assert_eq!((&got["$frequency"], &got["$snooze_until"]), (&json!({"email": null}), &Value::Null));
    let both = ["email", "sms"].map(|c| ChannelChoice { channel: c.into(), granted: c == "email" });
    let changes = channels_result(&both, &form(&[("action", "save"), ("channel", "sms")]));
    let said: Vec<(&str, bool)> = changes.iter().map(|c| (c.channel.as_str(), c.granted)).collect();
    assert_eq!(said, [("email", false), ("sms", true)]);
    assert_eq!(channels_result(&both, &form(&[("action", "none")])).len(), 1);
    let german = Theme { words: spoken("de"), ..Theme::default() };
    let body = text(&preferences(&[], &both, &weekly, false, &german));
    assert!(
        body.contains("lang=\"de\"") && body.contains("Wie oft?") && body.contains("value=\"weekly\" checked"),
        "{body}"
    );
    assert!(body.contains("Sie erhalten nichts bis 2026-08-01"));
}

#[test]
fn pixel_is_a_picture() {
    let page = pixel();
    assert_eq!((page.content_type, &page.body[..6], page.body.len()), ("image/gif", &b"GIF89a"[..], 43));
}

#[test]
fn every_page_speaks_the_customers_language() {
    let claim = claim(Purpose::Unsubscribe { channel: "sms".into(), topic: None });
    for (language, lang, title, button, done, broken) in [
        ("en", "<html lang=\"en\">", "Unsubscribe?", ">Unsubscribe<", "You are unsubscribed", "does not work"),
        (
            "de",
            "<html lang=\"de\">",
            "Abbestellen?",
            ">Abbestellen<",
            "Sie haben sich abgemeldet",
            "funktioniert nicht",
        ),
    ] {
        let theme = Theme { words: spoken(language), ..Theme::default() };
        let asks = text(&unsubscribe(&claim, None, &theme));
        assert!(asks.contains(lang) && asks.contains(title) && asks.contains(button), "{asks}");
        let result = text(&unsubscribe_result(&claim, &[], &theme).0);
        assert!(result.contains(lang) && result.contains(done), "{result}");
        let invalid = text(&invalid_link(&spoken(language)));
        assert!(invalid.contains(lang) && invalid.contains(broken), "{invalid}");
        let choices = text(&preferences(&[], &[], &Wishes::default(), false, &theme));
        assert!(choices.contains(lang), "{choices}");
    }
    let german = Theme { words: spoken("de"), ..Theme::default() };
    assert!(text(&unsubscribe(&claim, Some("News <b>"), &german)).contains("„News &lt;b&gt;“ dann nicht mehr (SMS)"));
}

#[test]
fn a_workspace_says_it_in_its_own_words() {
    let french = [("preferences_title", "Vos <préférences>"), ("email", "courriel"), ("often_any", "Toujours")];
    let french = french.map(|(name, said)| (name.to_owned(), said.to_owned())).into_iter().collect();
    let own = [("fr".to_owned(), french)].into_iter().collect();
    let theme = Theme { words: Words::of(&own, ["fr-CA"]).unwrap(), ..Theme::default() };
    let topic = TopicSpec::validate(&json!({
        "name": "News", "description": "Weekly.", "translations": {"fr": {"name": "Nouvelles"}, "de": {"name": "Neues"}},
    }));
    let profile = Profile::new(WorkspaceId(1), ProfileId(1), true, Timestamp(0));
    let choice = TopicChoice::of("news", &topic.unwrap(), &profile, "email", theme.words.tag());
    let both = ["email", "sms"].map(|c| ChannelChoice { channel: c.into(), granted: true });
    let body = text(&preferences(&[choice], &both, &Wishes::default(), false, &theme));
    for said in
        ["lang=\"fr\"", "Vos &lt;préférences&gt;", "courriel", "Toujours", "Nouvelles", "Weekly.", "text message"]
    {
        assert!(body.contains(said), "{said}: {body}");
    }
}

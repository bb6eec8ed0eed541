//! The page behind the link that confirms a subscription. A GET asks and changes nothing: mail programs and security
//! gateways follow links by themselves, and a subscription that a machine confirmed would prove nothing.

use super::pages::{ConsentChange, Page, Theme, html, invalid_link};
use super::tokens::{Claim, Purpose};
use crate::content::escape_html;
use crate::core::confirm::Standing;

/// Where a statement made by this page comes from.
pub const SOURCE: &str = "confirmation link";

/// What the GET of the link shows; `topic_name` is what the topic is called.
#[must_use]
pub fn page(claim: &Claim, standing: Standing, topic_name: Option<&str>, theme: &Theme) -> Page {
    let words = &theme.words;
    let Purpose::Confirm { channel, .. } = &claim.purpose else { return invalid_link(words) };
    let shown =
        |status, name: &str| html(status, theme, &format!("{name}_title"), &format!("<p>{}</p>", words.html(name)));
    match standing {
        Standing::Done => shown(200, "confirmed"),
        Standing::Over => shown(410, "confirm_over"),
        Standing::Waits => {
            let by = words.channel(channel);
            let topic = topic_name.filter(|name| !name.is_empty());
            let asked = match topic {
                Some(topic) => words.filled("confirm_topic", &[("topic", topic), ("channel", &by)]),
                None => words.filled("confirm_channel", &[("company", &theme.company), ("channel", &by)]),
            };
            let form = format!(
                "<p>{}</p><form method=\"post\"><input type=\"hidden\" name=\"confirm\" value=\"yes\">\
                 <button type=\"submit\">{}</button></form>",
                escape_html(&asked),
                words.html("confirm")
            );
            html(200, theme, "confirm_title", &form)
        }
    }
}

/// What the POST of the link does: it confirms what waits, when the page's own button sent it. Idempotent.
#[must_use]
pub fn result(
    claim: &Claim,
    standing: Standing,
    form: &[(String, String)],
    topic_name: Option<&str>,
    theme: &Theme,
) -> (Page, Option<ConsentChange>) {
    let by_button = form.iter().any(|(k, v)| k == "confirm" && v == "yes");
    match (&claim.purpose, standing) {
        (Purpose::Confirm { channel, topic }, Standing::Waits) if by_button => {
            let change = ConsentChange {
                channel: channel.clone(),
                topic: topic.clone(),
                granted: true,
                source: SOURCE,
                confirmed: true,
            };
            (page(claim, Standing::Done, topic_name, theme), Some(change))
        }
        _ => (page(claim, standing, topic_name, theme), None),
    }
}

#[cfg(test)]
mod tests {
    use rapport_domain::{OutboxId, Partition, ProfileId, WorkspaceId};

    use super::super::words::{OwnWords, Words};
    use super::*;

    fn claim(purpose: Purpose) -> Claim {
        let message = OutboxId { partition: Partition(0), number: 1 };
        Claim { workspace: WorkspaceId(1), message, profile: ProfileId(1), purpose }
    }

    fn text(page: &Page) -> String {
        String::from_utf8(page.body.clone()).unwrap()
    }

    #[test]
    fn only_the_pages_button_confirms_and_only_what_waits() {
        let news = claim(Purpose::Confirm { channel: "email".into(), topic: Some("news".into()) });
        let theme = Theme { company: "Shop & Co".into(), ..Theme::default() };
        let name = Some("The <News>");
        let asks = page(&news, Standing::Waits, name, &theme);
        assert!(asks.status == 200 && text(&asks).contains("<form method=\"post\">"), "{}", text(&asks));
        assert!(text(&asks).contains("“The &lt;News&gt;” by e-mail"), "{}", text(&asks));
        let button = [("confirm".to_owned(), "yes".to_owned())];
        let (done, change) = result(&news, Standing::Waits, &button, name, &theme);
        let change = change.unwrap();
        assert!(done.status == 200 && !text(&done).contains("<form"));
        assert_eq!((change.topic.as_deref(), change.granted, change.confirmed), (Some("news"), true, true));
        for (standing, form, status) in
            [(Standing::Waits, &[][..], 200), (Standing::Done, &button[..], 200), (Standing::Over, &button[..], 410)]
        {
            let (shown, change) = result(&news, standing, form, name, &theme);
            assert_eq!((shown.status, change), (status, None), "{standing:?}");
        }
        let (shown, change) = result(&claim(Purpose::Preferences), Standing::Waits, &button, None, &theme);
        assert_eq!((shown.status, change), (404, None));
        let words = Words::of(&OwnWords::new(), ["de"]).unwrap();
        let german = Theme { words, ..theme };
        let all = claim(Purpose::Confirm { channel: "sms".into(), topic: None });
        let asks = text(&page(&all, Standing::Waits, None, &german));
        assert!(asks.contains("Nachrichten von Shop &amp; Co") && asks.contains(">Bestätigen<"), "{asks}");
    }
}

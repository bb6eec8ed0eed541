//! The pages behind links as customers would see them, for whoever writes their words: nobody's data is in them, and nothing
//! on them leads anywhere.

use rapport_domain::{MessageChannel, OutboxId, Partition, ProfileId, WorkspaceId};

use super::confirm;
use super::pages::{self, ChannelChoice, Page, Theme, TopicChoice, Wishes};
use super::tokens::{Claim, Purpose};
use crate::core::confirm::Standing;

/// The day on which the sample's pause ends.
const DAY: &str = "2030-01-31";
/// What a topic is called where there is none yet.
const TOPIC: &str = "Newsletter";

/// A page, and the texts that can be seen on its sample, in the order of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// `unsubscribe`.
    pub id: &'static str,
    /// Names of [`TEXTS`](super::words::TEXTS).
    pub texts: &'static [&'static str],
}

/// Every page; each text is on one of them at least.
pub const SAMPLES: &[Sample] = &[
    Sample { id: "unsubscribe", texts: &["unsubscribe_title", "leave_topic", "email", "unsubscribe"] },
    Sample { id: "unsubscribe_channel", texts: &["unsubscribe_title", "leave_channel", "email", "unsubscribe"] },
    Sample { id: "unsubscribed", texts: &["unsubscribed_title", "unsubscribed"] },
    Sample {
        id: "preferences",
        texts: &[
            "preferences_title",
            "topics",
            "pending",
            "channels",
            "email",
            "sms",
            "webpush",
            "push",
            "whatsapp",
            "telegram",
            "voice",
            "often",
            "often_any",
            "often_daily",
            "often_weekly",
            "often_monthly",
            "pause",
            "pause_0",
            "pause_7",
            "pause_30",
            "pause_90",
            "save",
            "leave_all",
        ],
    },
    Sample {
        id: "saved",
        texts: &[
            "preferences_title",
            "saved",
            "paused_until",
            "no_topics",
            "often",
            "often_any",
            "often_daily",
            "often_weekly",
            "often_monthly",
            "pause",
            "pause_0",
            "pause_7",
            "pause_30",
            "pause_90",
            "save",
            "leave_all",
        ],
    },
    Sample { id: "confirm", texts: &["confirm_title", "confirm_topic", "email", "confirm"] },
    Sample { id: "confirm_channel", texts: &["confirm_title", "confirm_channel", "email", "confirm"] },
    Sample { id: "confirmed", texts: &["confirmed_title", "confirmed"] },
    Sample { id: "confirm_over", texts: &["confirm_over_title", "confirm_over"] },
    Sample { id: "invalid", texts: &["invalid_title", "invalid"] },
    Sample { id: "not_kept", texts: &["not_kept_title", "not_kept"] },
];

fn claim(purpose: Purpose) -> Claim {
    let message = OutboxId { partition: Partition(0), number: 0 };
    Claim { workspace: WorkspaceId(0), message, profile: ProfileId(0), purpose }
}

/// The page of that id in the words of the theme, with these topics where it names any; `None` for a page that is none.
#[must_use]
pub fn sample(id: &str, topics: &[TopicChoice], theme: &Theme) -> Option<Page> {
    let channel = || "email".to_owned();
    let name = topics.first().map_or(TOPIC, |topic| topic.name.as_str());
    let leaving = |topic: Option<String>| claim(Purpose::Unsubscribe { channel: channel(), topic });
    let confirming = |standing, topic: Option<&str>| {
        let purpose = Purpose::Confirm { channel: channel(), topic: topic.map(str::to_owned) };
        confirm::page(&claim(purpose), standing, topic, theme)
    };
    Some(match id {
        "unsubscribe" => pages::unsubscribe(&leaving(Some(name.to_owned())), Some(name), theme),
        "unsubscribe_channel" => pages::unsubscribe(&leaving(None), None, theme),
        "unsubscribed" => pages::unsubscribe_result(&leaving(None), &[], theme).0,
        "preferences" => pages::preferences(&choices(topics), &channels(), &Wishes::default(), false, theme),
        "saved" => {
            let wishes = Wishes { paused_until: Some(DAY.to_owned()), ..Wishes::default() };
            pages::preferences(&[], &[], &wishes, true, theme)
        }
        "confirm" => confirming(Standing::Waits, Some(name)),
        "confirm_channel" => confirming(Standing::Waits, None),
        "confirmed" => confirming(Standing::Done, None),
        "confirm_over" => confirming(Standing::Over, None),
        "invalid" => pages::invalid_page(theme),
        "not_kept" => pages::not_kept(theme),
        _ => return None,
    })
}

/// The topics; the first of them waits to be confirmed.
fn choices(topics: &[TopicChoice]) -> Vec<TopicChoice> {
    let mut shown = topics.to_vec();
    if shown.is_empty() {
        let (id, name) = ("newsletter".to_owned(), TOPIC.to_owned());
        shown.push(TopicChoice { id, name, description: String::new(), granted: true, pending: true });
    }
    shown[0] = TopicChoice { granted: true, pending: true, ..shown[0].clone() };
    shown
}

/// Every channel whose consent a customer can state here.
fn channels() -> Vec<ChannelChoice> {
    let own = |c: &MessageChannel| c.reaches_customer() && *c != MessageChannel::InApp;
    let choice = |c: MessageChannel| ChannelChoice { channel: c.as_str().to_owned(), granted: true };
    MessageChannel::ALL.into_iter().filter(own).map(choice).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::words::{OwnWords, TEXTS, Words};
    use super::*;

    /// Each text says its own name and the values it is given.
    fn marked() -> Words {
        let said = |english: &str| rapport_domain::holes(english).map(|name| format!("{{{name}}}")).collect::<String>();
        let texts: BTreeMap<String, String> =
            TEXTS.iter().map(|(name, english, _)| ((*name).to_owned(), format!("[{name}]{}", said(english)))).collect();
        let own: OwnWords = [("fr".to_owned(), texts)].into_iter().collect();
        Words::of(&own, ["fr"]).unwrap()
    }

    #[test]
    fn each_page_shows_the_texts_it_is_said_to_and_all_are_on_one() {
        let theme = Theme { words: marked(), company: "Shop".into(), ..Theme::default() };
        let mut seen = BTreeSet::new();
        for page in SAMPLES {
            let shown = sample(page.id, &[], &theme).unwrap();
            let html = String::from_utf8(shown.body).unwrap();
            let found: BTreeSet<&str> =
                html.split('[').skip(1).filter_map(|rest| Some(rest.split_once(']')?.0)).collect();
            assert_eq!(found, page.texts.iter().copied().collect(), "{}", page.id);
            // In the order in which they can be read; the title stands twice.
            let body = html.split_once("<h1>").unwrap().1;
            let places: Vec<usize> = page.texts.iter().map(|t| body.find(&format!("[{t}]")).unwrap()).collect();
            assert!(places.is_sorted(), "{}: {places:?}", page.id);
            seen.extend(found.into_iter().map(str::to_owned));
        }
        let all: BTreeSet<String> = TEXTS.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(seen, all);
        assert!(sample("elsewhere", &[], &theme).is_none());
    }

    #[test]
    fn the_workspaces_own_topics_are_on_the_pages() {
        let choice = |id: &str| TopicChoice {
            id: id.into(),
            name: format!("About <{id}>"),
            description: String::new(),
            granted: false,
            pending: false,
        };
        let theme = Theme { company: "Shop".into(), ..Theme::default() };
        let text =
            |id: &str| String::from_utf8(sample(id, &[choice("news"), choice("tips")], &theme).unwrap().body).unwrap();
        assert!(text("unsubscribe").contains("About &lt;news&gt;"), "{}", text("unsubscribe"));
        assert!(text("confirm").contains("About &lt;news&gt;"));
        let preferences = text("preferences");
        assert!(preferences.contains("About &lt;tips&gt;") && !preferences.contains("Newsletter"), "{preferences}");
        assert_eq!(preferences.matches("Please confirm this").count(), 1);
        assert!(text("saved").contains("2030-01-31"));
        assert!(text("invalid").contains("Shop"), "the preview looks as the company does");
    }
}

//! What is likely wrong with messages that are no mail: text messages and notifications above all.

use std::fmt::Display;

use rapport_domain::MessageChannel;
use serde_json::Value;

use super::{Finding, Level, at, finding, saying, words};
use crate::core::sms::{Encoding, Keyword, keyword, segments};

/// What telephones show of a notification before they cut it, characters: its title and its text.
const PUSH_CHARS: (usize, usize) = (50, 150);
/// What browsers show of a button, characters.
const ACTION_CHARS: usize = 20;
/// The longest text that carriers join together again, segments.
const MAX_SEGMENTS: usize = 10;

/// A message to look at.
#[derive(Clone, Copy, Debug)]
pub struct Short<'s> {
    /// Its channel.
    pub channel: MessageChannel,
    /// Its content as it would be sent, links shortened.
    pub content: &'s Value,
    /// Whether customers must be told how to get no more: nobody asked for it, and its text does not link there.
    pub wants_way_out: bool,
    /// Words the brand does not use.
    pub banned_phrases: &'s [String],
}

/// What is wrong, the worst first.
#[must_use]
pub fn short(message: &Short<'_>) -> Vec<Finding> {
    let text = |name: &str| message.content.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut out = Vec::new();
    match message.channel {
        MessageChannel::Sms => sms(text("body"), message.wants_way_out, &mut out),
        MessageChannel::Push | MessageChannel::WebPush => push(message.content, &mut out),
        _ => {}
    }
    for part in ["title", "body", "say"] {
        let seen = text(part).to_lowercase();
        for phrase in words::found(&seen, message.banned_phrases.iter().map(String::as_str)).take(super::MAX_LISTED) {
            let message = format!("the brand does not say {phrase:?}");
            out.push(at(
                saying(finding("banned_phrase", Level::Warning, part, message), &[("phrase", &phrase)]),
                phrase,
            ));
        }
    }
    out.sort_by_key(|f| f.level);
    out
}

fn sms(body: &str, wants_way_out: bool, out: &mut Vec<Finding>) {
    let count = segments(body);
    if count.encoding == Encoding::Ucs2 {
        // The alphabet has a character for each of these, as far as length goes.
        let plain: String = body.chars().map(|c| if count.foreign.contains(&c) { ' ' } else { c }).collect();
        let (now, then) = (count.segments, segments(&plain).segments);
        let which: Vec<String> = count.foreign.iter().take(20).map(|c| format!("{c:?}")).collect();
        let message = format!(
            "{} not in the GSM alphabet, so that only 70 characters fit into a segment: {now} in the place of {then}",
            if which.len() == 1 { format!("{} is", which[0]) } else { format!("{} are", which.join(", ")) },
        );
        let level = if now > then { Level::Warning } else { Level::Hint };
        let values: &[(&str, &dyn Display)] = &[("characters", &which.join(", ")), ("now", &now), ("then", &then)];
        out.push(saying(finding("dear_characters", level, "body", message), values));
    }
    if count.segments > MAX_SEGMENTS {
        let message = format!("the text takes {} segments; carriers join at most {MAX_SEGMENTS}", count.segments);
        let values: &[(&str, &dyn Display)] = &[("n", &count.segments), ("most", &MAX_SEGMENTS)];
        out.push(saying(finding("too_long", Level::Error, "body", message), values));
    } else if count.segments > 1 {
        let message = format!("the text takes {} segments, and each is paid for", count.segments);
        out.push(saying(finding("segments", Level::Hint, "body", message), &[("n", &count.segments)]));
    }
    if wants_way_out && !names_stop(body) {
        let message = "nothing says how to get no more of these: add a line such as \"Reply STOP to end\"";
        out.push(finding("missing_stop", Level::Warning, "body", message));
    }
}

/// Whether the text names a keyword that ends messages: in capitals, or the word that is one everywhere.
fn names_stop(body: &str) -> bool {
    let word = |w: &&str| {
        let capitals = w.chars().all(|c| !c.is_lowercase());
        keyword(w) == Some(Keyword::Stop) && (capitals || w.to_lowercase().starts_with("stop"))
    };
    body.split(|c: char| !c.is_alphanumeric()).any(|w| word(&w))
}

fn push(content: &Value, out: &mut Vec<Finding>) {
    let text = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default();
    for (part, rule, most) in [("title", "long_title", PUSH_CHARS.0), ("body", "long_body", PUSH_CHARS.1)] {
        let length = text(part).chars().count();
        if length > most {
            let message = format!("the {part} has {length} characters; telephones show about {most}");
            let found = saying(finding(rule, Level::Hint, part, message), &[("n", &length), ("most", &most)]);
            out.push(at(found, text(part)));
        }
    }
    if content.get("silent") != Some(&Value::Bool(true))
        && text("title").trim().is_empty()
        && text("body").trim().is_empty()
    {
        out.push(finding("empty", Level::Error, "body", "the notification shows nothing"));
    }
    for action in content.get("actions").and_then(Value::as_array).into_iter().flatten() {
        let title = action["title"].as_str().unwrap_or_default();
        let length = title.chars().count();
        if length > ACTION_CHARS {
            let message = format!("the button has {length} characters; browsers show about {ACTION_CHARS}");
            let values: &[(&str, &dyn Display)] = &[("n", &length), ("most", &ACTION_CHARS)];
            out.push(at(saying(finding("long_button", Level::Hint, "actions", message), values), title));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(channel: MessageChannel, content: &Value, wants_way_out: bool) -> Vec<(&'static str, Level)> {
        let banned = ["cheap".to_owned()];
        let found = short(&Short { channel, content, wants_way_out, banned_phrases: &banned });
        found.iter().map(|f| (f.rule, f.level)).collect()
    }

    #[test]
    fn text_messages() {
        let sms = |body: &str| rules(MessageChannel::Sms, &json!({"body": body}), true);
        for good in
            ["Sale! Reply STOP to end", "Angebot. Abmelden mit STOPP", "Soldes. ARRET pour finir", "Stop: 12345"]
        {
            assert_eq!(sms(good), [], "{good}");
        }
        // A keyword that is a word of the sentence says nothing.
        assert_eq!(sms("The end of the sale"), [("missing_stop", Level::Warning)]);
        assert_eq!(rules(MessageChannel::Sms, &json!({"body": "Your code is 5"}), false), []);
        assert_eq!(sms(&format!("STOP {}", "a".repeat(160))), [("segments", Level::Hint)]);
        let dear = format!("STOP \u{201c}{}", "a".repeat(100));
        assert_eq!(sms(&dear), [("dear_characters", Level::Warning), ("segments", Level::Hint)]);
        assert_eq!(sms("STOP 😀"), [("dear_characters", Level::Hint)]);
        let found = short(&Short {
            channel: MessageChannel::Sms,
            content: &json!({"body": dear}),
            wants_way_out: true,
            banned_phrases: &[],
        });
        assert!(
            found[0].message.starts_with("'\u{201c}' is not") && found[0].message.ends_with("2 in the place of 1"),
            "{}",
            found[0].message
        );
        assert_eq!(sms(&format!("STOP {}", "a".repeat(1_600))), [("too_long", Level::Error)]);
        assert_eq!(sms("Cheap! STOP"), [("banned_phrase", Level::Warning)]);
    }

    #[test]
    fn notifications() {
        let push = |content: Value| rules(MessageChannel::WebPush, &content, true);
        assert_eq!(push(json!({"title": "Hi", "body": "There", "actions": [{"title": "Open"}]})), []);
        let long = json!({"title": "t".repeat(51), "body": "b".repeat(151), "actions": [{"title": "x".repeat(21)}]});
        let expected = ["long_title", "long_body", "long_button"].map(|rule| (rule, Level::Hint));
        assert_eq!(push(long), expected);
        assert_eq!(push(json!({"title": " "})), [("empty", Level::Error)]);
        assert_eq!(push(json!({"silent": true})), []);
    }
}

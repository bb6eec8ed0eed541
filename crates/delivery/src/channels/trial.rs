//! Trying a channel before anybody relies on it, and what tells a test of a template from a message. Nothing here can reach a
//! customer (invariant I8).

use std::sync::Arc;
use std::time::Duration;

use rapport_domain::{MessageChannel, Timestamp};
use serde_json::{Map, Value, json};

pub use super::email::Trial;
use super::http::{Http, Outbound};
use super::{Content, Means, email};
use crate::spec::ChannelSpec;

/// What a test begins with.
const TEST: &str = "[Test] ";
/// The header of a webhook's test.
const TEST_HEADER: &str = "rapport-test";
/// The member of an in-app message that is a test: what is done with it counts nowhere.
const TEST_MEMBER: &str = "test";

/// Says in a message that it is a test: before its first line; in a header of a webhook, whose body is a program's. WhatsApp's
/// approved templates stay as they were approved.
pub fn mark_as_test(channel: MessageChannel, content: &mut Content) {
    let members = match content {
        Content::Email(mail) => return mail.subject.insert_str(0, TEST),
        Content::Other(Value::Object(members)) => members,
        Content::Other(_) => return,
    };
    if channel == MessageChannel::Webhook {
        let headers = members.entry("headers").or_insert_with(|| json!({}));
        if let Some(headers) = headers.as_object_mut() {
            headers.insert(TEST_HEADER.to_owned(), json!("true"));
        }
        return;
    }
    if channel == MessageChannel::InApp {
        members.insert(TEST_MEMBER.to_owned(), json!(true));
    }
    let escaped = channel == MessageChannel::Telegram && members.get("format") == Some(&json!("MarkdownV2"));
    let word = match channel {
        MessageChannel::Voice => "Test. ",
        _ if escaped => "\\[Test\\] ",
        _ => TEST,
    };
    let first = ["title", "body", "say"].into_iter().find(|name| members.get(*name).is_some_and(Value::is_string));
    if let Some(Value::String(text)) = first.and_then(|name| members.get_mut(name)) {
        text.insert_str(0, word);
    }
}

/// Whether an in-app message is a test.
#[must_use]
pub fn is_test(content: &Map<String, Value>) -> bool {
    content.get(TEST_MEMBER) == Some(&Value::Bool(true))
}

/// Does what shows that the channel works, within `timeout`: for mail it connects, signs in and sends a short mail to
/// `to`, a member of the team, if there is one; other providers are asked something that changes nothing, where `outbound` lets
/// them be.
pub async fn try_channel(
    spec: &ChannelSpec,
    to: Option<&str>,
    (timeout, outbound): (Duration, &Outbound),
    now: Timestamp,
) -> Trial {
    if spec.kind == crate::spec::ProviderKind::Smtp {
        return email::try_channel(spec, to, (timeout, outbound), now).await;
    }
    let mut trial = Trial::default();
    let work = async {
        let http = Arc::new(Http::new(timeout, outbound)?);
        super::open(spec, &Means { timeout, http })?.probe().await
    };
    match tokio::time::timeout(timeout, work).await {
        Ok(Ok(said)) => trial.done.push(said),
        Ok(Err(problem)) => trial.problem = Some(problem),
        Err(_) => trial.problem = Some(format!("no answer within {} s", timeout.as_secs())),
    }
    if to.is_some() && spec.kind.carries() != MessageChannel::Email && trial.problem.is_none() {
        trial.done.push("no message was sent: only mail channels send one to a member".to_owned());
    }
    trial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_say_so_where_people_look_first() {
        let marked = |channel: &str, content: Value| {
            let mut content = Content::Other(content);
            mark_as_test(MessageChannel::parse(channel).unwrap(), &mut content);
            let Content::Other(content) = content else { panic!("{content:?}") };
            content
        };
        for (channel, content, expected) in [
            ("sms", json!({"body": "Hi"}), json!({"body": "[Test] Hi"})),
            ("push", json!({"title": "T", "body": "B"}), json!({"title": "[Test] T", "body": "B"})),
            (
                "inapp",
                json!({"layout": "modal", "body": "B"}),
                json!({"layout": "modal", "body": "[Test] B", "test": true}),
            ),
            ("voice", json!({"say": "Hi"}), json!({"say": "Test. Hi"})),
            ("telegram", json!({"body": "B", "format": "HTML"}), json!({"body": "[Test] B", "format": "HTML"})),
            (
                "telegram",
                json!({"body": "B", "format": "MarkdownV2"}),
                json!({"body": "\\[Test\\] B", "format": "MarkdownV2"}),
            ),
            ("webhook", json!({"body": {"a": 1}}), json!({"body": {"a": 1}, "headers": {"rapport-test": "true"}})),
            ("whatsapp", json!({"template": {"name": "t"}}), json!({"template": {"name": "t"}})),
        ] {
            let made = marked(channel, content);
            assert_eq!(made, expected, "{channel}");
            assert_eq!(is_test(made.as_object().unwrap()), channel == "inapp");
        }
    }
}

//! Notes to the team's own rooms and programs: Slack, Teams and webhooks. They are no messages to customers, so the gate has no
//! say in them and nothing of them is counted.

use std::sync::Arc;
use std::time::Duration;

use rapport_domain::Timestamp;
use serde_json::{Value, json};

use super::SendFault;
use super::http::{Call, Http};
use super::rooms;
use super::webhook::{read_answer, secret_bytes, signed};
use crate::content::mrkdwn;
use crate::spec::{ChannelSpec, ProviderKind};

/// A note.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TeamNote {
    /// The same note again has the same: programs know it by `webhook-id`.
    pub id: String,
    /// What it is about: the `type` a program reads, `goal.alert` for one.
    pub kind: String,
    /// When that happened.
    pub at: Timestamp,
    /// One line for people.
    pub title: String,
    /// The rest for people.
    pub text: String,
    /// Where to read more.
    pub link: String,
    /// The whole for programs.
    pub data: Value,
}

/// A room or program of the team.
pub struct TeamRoom {
    kind: ProviderKind,
    url: String,
    secret: Option<Vec<u8>>,
    http: Arc<Http>,
    timeout: Duration,
}

impl TeamRoom {
    /// The channel's. `timeout` bounds each attempt.
    ///
    /// # Errors
    /// It is no channel of a team, or its secret is none.
    pub fn new(spec: &ChannelSpec, http: Arc<Http>, timeout: Duration) -> Result<Self, String> {
        let (url, secret) = match spec.kind {
            ProviderKind::Slack | ProviderKind::Teams => (spec.secret.clone().unwrap_or_default(), None),
            ProviderKind::Webhook => {
                let secret = spec.secret.as_deref().map(secret_bytes).transpose()?;
                (spec.member("url").unwrap_or_default().to_owned(), secret)
            }
            _ => return Err("notes to the team need a channel of the kind webhook, slack or teams".to_owned()),
        };
        Ok(TeamRoom { kind: spec.kind, url, secret, http, timeout })
    }

    fn call(&self, note: &TeamNote, now: Timestamp) -> Call {
        match self.kind {
            ProviderKind::Slack => {
                let text = format!("*{}*\n{}\n<{}>", mrkdwn(&note.title), mrkdwn(&note.text), note.link);
                rooms::call(&self.url, &json!({"text": text}))
            }
            ProviderKind::Teams => {
                rooms::call(&self.url, &rooms::card(Some(&note.title), &note.text, Some(("Open", &note.link))))
            }
            _ => {
                let body = json!({"type": note.kind, "timestamp": note.at.to_string(), "data": note.data});
                signed(&self.url, &note.id, now, self.secret.as_deref(), body.to_string())
            }
        }
    }

    /// Hands a note over.
    ///
    /// # Errors
    /// Whether trying again can help, and what happened.
    pub async fn send(&self, note: &TeamNote, now: Timestamp) -> Result<(), SendFault> {
        let call = self.call(note, now);
        let answer = match tokio::time::timeout(self.timeout, self.http.call(&call)).await {
            Ok(answer) => answer?,
            Err(_) => {
                let detail = format!("no answer within {} s", self.timeout.as_secs_f32());
                return Err(SendFault::Transient { detail, untaken: false });
            }
        };
        match self.kind {
            ProviderKind::Webhook => read_answer(&answer),
            _ if answer.is_success() => Ok(()),
            _ => Err(answer.fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::http::Outbound;

    fn room(spec: Value) -> TeamRoom {
        let http = Arc::new(Http::new(Duration::from_secs(5), &Outbound::anywhere()).unwrap());
        TeamRoom::new(&ChannelSpec::validate(&spec).unwrap(), http, Duration::from_secs(5)).unwrap()
    }

    fn note() -> TeamNote {
        TeamNote {
            id: "alert_1_2".into(),
            kind: "goal.alert".into(),
            at: Timestamp(0),
            title: "Orders <b> & more".into(),
            text: "5, usually 10".into(),
            link: "http://rapport.example/goals/orders".into(),
            data: json!({"value": 5}),
        }
    }

    #[test]
    fn each_kind_gets_its_own_words() {
        let slack = room(json!({"kind": "slack", "secret": "https://hooks.slack.example/T/B/x"}));
        let body: Value = serde_json::from_slice(&slack.call(&note(), Timestamp(0)).body).unwrap();
        let expected = "*Orders &lt;b&gt; &amp; more*\n5, usually 10\n<http://rapport.example/goals/orders>";
        assert_eq!(body, json!({"text": expected}));

        let teams = room(json!({"kind": "teams", "secret": "https://teams.example/x"}));
        let body: Value = serde_json::from_slice(&teams.call(&note(), Timestamp(0)).body).unwrap();
        let card = &body["attachments"][0]["content"];
        assert_eq!(
            (&card["body"][0]["text"], &card["body"][1]["text"]),
            (&json!("Orders <b> & more"), &json!("5, usually 10"))
        );
        assert_eq!(card["actions"][0]["url"], "http://rapport.example/goals/orders");

        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let hook = room(json!({"kind": "webhook", "url": "https://ops.example/in", "secret": secret}));
        let call = hook.call(&note(), Timestamp(1_614_265_330_000));
        let header = |name: &str| call.headers.iter().find(|h| h.0 == name).map(|h| h.1.clone()).unwrap_or_default();
        assert_eq!((header("webhook-id"), header("webhook-timestamp")), ("alert_1_2".into(), "1614265330".into()));
        let key = secret_bytes(secret).unwrap();
        assert_eq!(
            header("webhook-signature"),
            super::super::webhook::sign(&key, "alert_1_2", 1_614_265_330, &call.body)
        );
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(body, json!({"type": "goal.alert", "timestamp": "1970-01-01T00:00:00.000Z", "data": {"value": 5}}));
    }
}

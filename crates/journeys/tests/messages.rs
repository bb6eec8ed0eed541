//! What a run knows of its own messages.

mod common;

use rapport_journeys::JourneySet;
use rapport_journeys::spec::Became;
use serde_json::json;

use self::common::{Story, event, on_ping, story};

fn tell(story: &mut Story, became: Became, properties: serde_json::Value) -> bool {
    let event = event("Message", story.now, properties);
    JourneySet::on_message(&mut story.runs, &event, became)
}

#[test]
fn a_run_asks_what_became_of_its_own_message() {
    let send = |id: &str, next: &str| json!({ "id": id, "send": { "channel": "email", "template": id }, "next": next });
    let steps = json!([
        send("first", "later"),
        { "id": "later", "wait": "1d" },
        { "id": "left", "message": { "step": "first", "is": "sent" }, "next": "seen", "otherwise": "end" },
        { "id": "seen", "message": { "is": "opened" }, "next": "used", "otherwise": "again" },
        { "id": "used", "message": { "is": "clicked" }, "next": "end", "otherwise": "end" },
        send("again", "end")
    ]);
    let queued = |run: u64, id: &str| json!({ "journey": "j", "run": run, "step": "first", "message_id": id });
    for (told, exits) in [
        (vec![], vec!["left by not"]),
        (vec![Became::Sent], vec!["left by next", "seen by not", "again by next"]),
        (vec![Became::Sent, Became::Opened], vec!["left by next", "seen by next", "used by not"]),
        (vec![Became::Clicked, Became::Sent], vec!["left by next", "seen by next", "used by next"]),
    ] {
        let mut story = story(&on_ping(steps.clone()));
        story.event("Ping", json!({}));
        assert!(!tell(&mut story, Became::Decided, queued(9, "0-9")), "a run of the past");
        assert!(tell(&mut story, Became::Decided, queued(1, "0-1")));
        assert!(!tell(&mut story, Became::Clicked, json!({ "message_id": "0-9" })), "another message");
        for became in told {
            tell(&mut story, became, json!({ "message_id": "0-1" }));
        }
        story.pass("2d");
        let passed: Vec<String> = story.passed.iter().map(common::line).collect();
        let exits: Vec<String> = exits.iter().map(|e| format!("pass {e}")).collect();
        assert_eq!(passed[2..], exits);
    }
}

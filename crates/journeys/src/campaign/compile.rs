//! The journey a campaign becomes.

use super::{CampaignSpec, Compare, Content, PREFIX};
use crate::spec::{
    Action, Arm, Audience, DEFAULT_PRIORITY, END, JourneySpec, Limit, Occurrence, Reentry, ScheduleTrigger, Send,
    Share, Step, TimeWait, Trigger, Wait, Winner, WinnerArm,
};

/// The id of a campaign where a journey's id stands.
#[must_use]
pub fn journey_id(campaign: &str) -> String {
    format!("{PREFIX}{campaign}")
}

/// The audience as a rule, seeds included.
#[must_use]
pub fn audience(campaign: &CampaignSpec) -> String {
    let rule = match &campaign.audience {
        Audience::Rule(rule) => rule.clone(),
        Audience::Segment(id) => format!("in_segment({id:?})"),
    };
    if campaign.seeds.is_empty() {
        return rule;
    }
    let seeds: Vec<String> = campaign.seeds.iter().map(|address| format!("traits.email == {address:?}")).collect();
    format!("({rule}) || {}", seeds.join(" || "))
}

/// The journey of a campaign; `id` is the journey's ([`journey_id`]).
#[must_use]
pub fn compile(campaign: &CampaignSpec, id: &str) -> JourneySpec {
    let mut steps = Steps { campaign, id, steps: Vec::new() };
    match &campaign.compare {
        None => {
            steps.limit("limit");
            steps.send("send", &campaign.content, steps.after_send());
        }
        Some(compare) => steps.compare(compare),
    }
    steps.resend();
    let (trigger, reentry) = match &campaign.schedule {
        Some((at, zone)) => {
            let once = matches!(at, Occurrence::Once(_));
            let audience = Audience::Rule(audience(campaign));
            let trigger = Trigger::Schedule(ScheduleTrigger { at: at.clone(), zone: *zone, audience });
            (trigger, if once { Reentry::Once } else { Reentry::Always })
        }
        None => (Trigger::Manual, Reentry::Once),
    };
    JourneySpec {
        name: campaign.name.clone(),
        description: campaign.description.clone(),
        trigger,
        entry_when: None,
        reentry,
        concurrent: None,
        exit_when: campaign.exit_when.clone(),
        goal: campaign.goal.clone(),
        holdout: campaign.holdout,
        priority: DEFAULT_PRIORITY,
        starts_at: None,
        stops_at: None,
        steps: steps.steps,
    }
}

struct Steps<'a> {
    campaign: &'a CampaignSpec,
    id: &'a str,
    steps: Vec<Step>,
}

impl Steps<'_> {
    fn push(&mut self, id: &str, action: Action, next: Option<&str>) {
        self.steps.push(Step {
            id: id.to_owned(),
            note: None,
            position: None,
            action,
            next: next.map(str::to_owned),
            otherwise: None,
        });
    }

    /// Where a message leads: to the wait before it is sent again, or to the end.
    fn after_send(&self) -> &'static str {
        if self.campaign.resend.is_some() { "later" } else { END }
    }

    fn limit(&mut self, id: &str) {
        if let Some(count) = self.campaign.throttle {
            let per_ms = rapport_domain::time::MINUTE_MS;
            self.push(id, Action::Limit(Limit { count, per_ms }), None);
        }
    }

    fn send(&mut self, id: &str, content: &Content, next: &str) {
        let send = Send {
            channel: self.campaign.channel.clone(),
            template: content.template.clone(),
            topic: self.campaign.topic.clone(),
            transactional: false,
            expires_ms: None,
            data: content.data.clone(),
        };
        self.push(id, Action::Send(send), Some(next));
    }

    /// A sample in equal shares gets the variants; the rest waits, then gets the one that did best.
    fn compare(&mut self, compare: &Compare) {
        let count = compare.variants.len() as u32;
        let mut arms: Vec<Share> = compare
            .variants
            .iter()
            .map(|(name, _)| Share { name: name.clone(), share: compare.sample / count, goto: format!("try-{name}") })
            .collect();
        let tried: u32 = arms.iter().map(|a| a.share).sum();
        arms.push(Share { name: "the rest".to_owned(), share: 10_000 - tried, goto: "rest".to_owned() });
        self.push("sample", Action::Split(arms), None);
        let after = self.after_send();
        for (name, content) in &compare.variants {
            self.send(&format!("try-{name}"), content, after);
        }
        let wait = TimeWait { for_ms: compare.wait_ms, until_minute: None, weekdays: 0 };
        self.push("rest", Action::Wait(Wait::Time(wait)), None);
        self.limit("limit");
        let arm =
            |(name, _): &(String, Content)| WinnerArm { step: format!("try-{name}"), goto: format!("best-{name}") };
        let arms = compare.variants.iter().map(arm).collect();
        self.push("best", Action::Winner(Winner { metric: compare.metric.clone(), arms }), None);
        for (name, content) in &compare.variants {
            self.send(&format!("best-{name}"), content, after);
        }
    }

    fn resend(&mut self) {
        let Some(resend) = self.campaign.resend.clone() else { return };
        let wait = TimeWait { for_ms: resend.after_ms, until_minute: None, weekdays: 0 };
        self.push("later", Action::Wait(Wait::Time(wait)), None);
        let opened = format!(
            "events(\"Email Opened\").filter(e, e.journey == {0:?}).exists() || events(\"Email Link Clicked\").filter(e, e.journey == {0:?}).exists()",
            self.id
        );
        let arm = Arm { when: opened, goto: END.to_owned() };
        self.push("opened", Action::Branch(vec![arm]), Some("again"));
        self.limit("limit-again");
        if self.campaign.throttle.is_some() {
            // The branch leads to the limiter, which leads on.
            if let Some(opened) = self.steps.iter_mut().find(|s| s.id == "opened") {
                opened.next = Some("limit-again".to_owned());
            }
        }
        let content = resend.content.unwrap_or_else(|| self.campaign.content.clone());
        self.send("again", &content, END);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::campaign::{compile, journey_id, validate};
    use crate::spec::check::AnyCatalogue;

    #[test]
    fn campaigns_become_journeys_that_are_valid() {
        let base = json!({
            "name": "News", "audience": {"segment": "readers"}, "template": "news", "topic": "news", "throttle": 600,
            "schedule": {"at": "2026-12-01T09:00", "zone": "profile"}, "seeds": ["Boss@Example.com"], "holdout": 5
        });
        let mut full = base.clone();
        full["compare"] = json!({
            "variants": [
                {"name": "a", "template": "news", "data": {"subject": "Hello"}},
                {"name": "b", "template": "news", "data": {"subject": "Good day"}},
                {"name": "c", "template": "news"}
            ],
            "sample": 10, "wait": "2h", "metric": "clicks"
        });
        full["resend"] = json!({"after": "3d", "template": "news-again"});
        let mut plain = base.clone();
        plain.as_object_mut().unwrap().retain(|k, _| ["name", "audience", "template"].contains(&k.as_str()));
        for (document, steps) in [
            (plain, vec!["send"]),
            (base, vec!["limit", "send"]),
            (
                full,
                vec![
                    "sample",
                    "try-a",
                    "try-b",
                    "try-c",
                    "rest",
                    "limit",
                    "best",
                    "best-a",
                    "best-b",
                    "best-c",
                    "later",
                    "opened",
                    "limit-again",
                    "again",
                ],
            ),
        ] {
            let campaign = validate(&document, &AnyCatalogue).unwrap_or_else(|p| panic!("{p:#?}"));
            let journey = compile(&campaign, &journey_id("news"));
            assert_eq!(journey.steps.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), steps);
            // What it becomes is a document like any other.
            crate::validate(&journey.to_value(), &AnyCatalogue).unwrap_or_else(|p| panic!("{p:#?}\n{document}"));
        }
    }

    #[test]
    fn problems_name_the_campaign_s_own_members() {
        let base = json!({"name": "News", "audience": {"rule": "traits.x == 1"}, "template": "news"});
        let with = |name: &str, value: serde_json::Value| {
            let mut document = base.clone();
            document[name] = value;
            document
        };
        for (document, expected) in [
            (with("audience", json!({"rule": "(("})), "spec.audience"),
            (with("throttle", json!(0)), "spec.throttle: expected a whole number"),
            (with("schedule", json!({"at": "soon"})), "spec.schedule.at: expected a local time"),
            (with("seeds", json!(["nobody"])), "spec.seeds: expected a list"),
            (with("compare", json!({"variants": []})), "spec.compare.variants: expected 2 to 8"),
            (with("resend", json!({"after": "never"})), "spec.resend.after: expected a duration"),
            (with("templat", json!("x")), "spec.templat: unknown member"),
        ] {
            let found = validate(&document, &AnyCatalogue).expect_err("a problem");
            assert!(found.iter().any(|p| p.to_string().starts_with(expected)), "{expected}: {found:#?}");
        }
    }
}

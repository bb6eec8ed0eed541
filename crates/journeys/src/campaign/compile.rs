//! The journey a campaign becomes.

use rapport_domain::record::AskedMessage;
use rapport_domain::{MessageKey, Timestamp, WorkspaceId};
use serde_json::Value;

use super::{CampaignSpec, Compare, Content, DEFAULT_GOAL_MS, PREFIX, WATCH};
use crate::spec::{
    Action, Audience, Became, END, GOALS, JourneySpec, Limit, MessageTest, Occurrence, Reentry, ScheduleTrigger, Send,
    Share, Step, TimeWait, Trigger, Wait, Winner, WinnerArm,
};

/// The id of a campaign where a journey's id stands.
#[must_use]
pub fn journey_id(campaign: &str) -> String {
    format!("{PREFIX}{campaign}")
}

/// The audience as a rule. Seeds are not of it.
#[must_use]
pub fn audience(campaign: &CampaignSpec) -> String {
    match &campaign.audience {
        Audience::Rule(rule) => rule.clone(),
        Audience::Segment(id) => format!("in_segment({id:?})"),
    }
}

impl CampaignSpec {
    /// The messages people may get first: every variant, or the one.
    #[must_use]
    pub fn contents(&self) -> Vec<&Content> {
        match &self.compare {
            Some(compare) => compare.variants.iter().map(|(_, content)| content).collect(),
            None => vec![&self.content],
        }
    }

    /// How long those who got everything stay, so that a goal of theirs counts; `None` when nobody does.
    fn watch_ms(&self) -> Option<i64> {
        let compare = self.compare.as_ref().filter(|compare| compare.metric == GOALS);
        let tries_ms = compare.map_or(0, |compare| compare.wait_ms);
        if self.goal.is_none() {
            return compare.filter(|compare| compare.event.is_some()).map(|_| tries_ms);
        }
        let comes_round = self.schedule.as_ref().is_some_and(|(at, _)| !matches!(at, Occurrence::Once(_)));
        let usual = (!comes_round).then_some(DEFAULT_GOAL_MS);
        self.goal_within_ms.or(usual).map(|ms| ms.max(tries_ms))
    }

    /// One of its messages outside of it, in no count: `why` (`test`, `seed`) is true among the template's values.
    #[must_use]
    pub fn asked(&self, content: &Content, why: &str, request: String, expires_at: Timestamp) -> AskedMessage {
        let mut data = content.data.clone();
        data.insert(why.to_owned(), Value::Bool(true));
        AskedMessage {
            channel: self.channel.clone(),
            template: content.template.clone(),
            topic: self.topic.clone(),
            transactional: false,
            data: Value::Object(data).to_string(),
            expires_at,
            request,
        }
    }

    /// Names one message to a seed: `occurrence` is the local time of the schedule, or which version somebody started.
    #[must_use]
    pub fn seed_key(
        workspace: WorkspaceId,
        journey: &str,
        occurrence: &str,
        address: &str,
        number: usize,
    ) -> MessageKey {
        MessageKey::of(workspace, &format!("campaign-seed {journey} {occurrence} {address} {number}"))
    }
}

/// The journey of a campaign.
#[must_use]
pub fn compile(campaign: &CampaignSpec) -> JourneySpec {
    let mut steps = Steps { campaign, steps: Vec::new() };
    match &campaign.compare {
        None => {
            steps.pace("");
            steps.send("send", &campaign.content, steps.after_send());
        }
        Some(compare) => steps.compare(compare),
    }
    steps.resend();
    steps.watch();
    let (trigger, reentry) = match &campaign.schedule {
        Some((at, zone)) => {
            let once = matches!(at, Occurrence::Once(_));
            let audience = campaign.audience.clone();
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
        goal: campaign.goal.clone().or_else(|| campaign.compare.as_ref()?.event.clone()),
        holdout: campaign.holdout,
        priority: campaign.priority,
        starts_at: None,
        stops_at: None,
        steps: steps.steps,
    }
}

/// A step by what it does and for which message.
fn named(what: &str, of: &str) -> String {
    if of.is_empty() { what.to_owned() } else { format!("{what}-{of}") }
}

struct Steps<'a> {
    campaign: &'a CampaignSpec,
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
        if self.campaign.resend.is_some() { "later" } else { self.done() }
    }

    /// Where those who get nothing more go: to where goals are waited for, or to the end.
    fn done(&self) -> &'static str {
        if self.campaign.watch_ms().is_some() { WATCH } else { END }
    }

    /// Stays for as long as a goal counts.
    fn watch(&mut self) {
        let Some(for_ms) = self.campaign.watch_ms() else { return };
        let wait = TimeWait { for_ms, until_minute: None, weekdays: 0 };
        self.push(WATCH, Action::Wait(Wait::Time(wait)), Some(END));
    }

    /// What stands before a message: the wait for the customer's best hour, and a limiter.
    fn pace(&mut self, of: &str) {
        self.hour(of);
        self.limit(of);
    }

    /// Waits for the customer's best hour, as the campaign says.
    fn hour(&mut self, of: &str) {
        if let Some(within_ms) = self.campaign.best_hour_ms {
            self.push(&named("hour", of), Action::Wait(Wait::BestHour { within_ms }), None);
        }
    }

    /// Lets so many a minute pass as the campaign says, over all its limiters together.
    fn limit(&mut self, of: &str) {
        if let Some(count) = self.campaign.throttle {
            let limit = Limit { name: Some("throttle".to_owned()), count, per_ms: rapport_domain::time::MINUTE_MS };
            self.push(&named("limit", of), Action::Limit(limit), None);
        }
    }

    /// The step to go to for a message: the first of what stands before it.
    fn way(&self, of: &str, step: &str) -> String {
        match (self.campaign.best_hour_ms, self.campaign.throttle) {
            (Some(_), _) => named("hour", of),
            (None, Some(_)) => named("limit", of),
            (None, None) => step.to_owned(),
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
            window: self.campaign.window,
        };
        self.push(id, Action::Send(send), Some(next));
    }

    /// A sample in equal shares gets the variants; the rest waits, then gets the one that did best.
    fn compare(&mut self, compare: &Compare) {
        let share = |name: &str, share, goto: String| Share { name: name.to_owned(), share, goto };
        let arms = vec![
            share("sample", compare.sample, self.way("sample", "variants")),
            share("the rest", 10_000 - compare.sample, "rest".to_owned()),
        ];
        self.push("sample", Action::Split(arms), None);
        self.pace("sample");
        let count = compare.variants.len() as u32;
        let mut left = 10_000;
        let mut variants: Vec<Share> = Vec::new();
        for (i, (name, _)) in compare.variants.iter().enumerate() {
            let part = left / (count - i as u32);
            left -= part;
            variants.push(share(name, part, format!("try-{name}")));
        }
        self.push("variants", Action::Split(variants), None);
        let after = self.after_send();
        for (name, content) in &compare.variants {
            self.send(&format!("try-{name}"), content, after);
        }
        let wait = TimeWait { for_ms: compare.wait_ms, until_minute: None, weekdays: 0 };
        self.push("rest", Action::Wait(Wait::Time(wait)), None);
        let arm = |(name, _): &(String, Content)| WinnerArm {
            step: format!("try-{name}"),
            goto: self.way(name, &format!("best-{name}")),
        };
        let arms = compare.variants.iter().map(arm).collect();
        let winner = Winner { metric: compare.metric.clone(), minimum: compare.minimum, arms };
        self.push("best", Action::Winner(winner), None);
        for (name, content) in &compare.variants {
            self.pace(name);
            self.send(&format!("best-{name}"), content, after);
        }
    }

    /// Once more to those whose message left in this run and was not opened.
    fn resend(&mut self) {
        let Some(resend) = self.campaign.resend.clone() else { return };
        let wait = TimeWait { for_ms: resend.after_ms, until_minute: None, weekdays: 0 };
        self.push("later", Action::Wait(Wait::Time(wait)), None);
        // Whoever opened it while waiting for the hour does not get it again.
        self.hour("again");
        let again = if self.campaign.throttle.is_some() { "limit-again" } else { "again" };
        let done = self.done();
        for (id, is, next, otherwise) in
            [("left", Became::Sent, "opened", done), ("opened", Became::Opened, done, again)]
        {
            self.push(id, Action::Message(MessageTest { step: None, is }), Some(next));
            if let Some(step) = self.steps.last_mut() {
                step.otherwise = Some(otherwise.to_owned());
            }
        }
        self.limit("again");
        let content = resend.content.unwrap_or_else(|| self.campaign.content.clone());
        self.send("again", &content, done);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::campaign::{compile, validate};
    use crate::spec::check::AnyCatalogue;

    #[test]
    fn campaigns_become_journeys_that_are_valid() {
        let base = json!({
            "name": "News", "audience": {"segment": "readers"}, "template": "news", "topic": "news", "throttle": 600,
            "schedule": {"at": "2026-12-01T09:00", "zone": "profile"},
            "window": {"from": "09:00", "to": "18:00", "weekdays": ["mon"], "zone": "Europe/Berlin"}, "seeds": ["Boss@Example.com"], "holdout": 5
        });
        let mut full = base.clone();
        full["schedule"] = json!({"at": "2026-12-01T09:00"});
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
        let mut hourly = full.clone();
        (hourly["best_hour"], hourly["priority"]) = (json!("1d"), json!(80));
        let mut plain_hourly = base.clone();
        plain_hourly["best_hour"] = json!("12h");
        let before_best = ["hour-a", "limit-a", "best-a", "hour-b", "limit-b", "best-b", "hour-c", "limit-c", "best-c"];
        let with_hours =
            ["sample", "hour-sample", "limit-sample", "variants", "try-a", "try-b", "try-c", "rest", "best"]
                .into_iter()
                .chain(before_best)
                .chain(["later", "hour-again", "left", "opened", "limit-again", "again"])
                .collect();
        plain.as_object_mut().unwrap().retain(|k, _| ["name", "audience", "template"].contains(&k.as_str()));
        for (document, steps) in [
            (plain, vec!["send"]),
            (base, vec!["limit", "send"]),
            (plain_hourly, vec!["hour", "limit", "send"]),
            (hourly, with_hours),
            (
                full,
                vec![
                    "sample",
                    "limit-sample",
                    "variants",
                    "try-a",
                    "try-b",
                    "try-c",
                    "rest",
                    "best",
                    "limit-a",
                    "best-a",
                    "limit-b",
                    "best-b",
                    "limit-c",
                    "best-c",
                    "later",
                    "left",
                    "opened",
                    "limit-again",
                    "again",
                ],
            ),
        ] {
            let campaign = validate(&document, &AnyCatalogue).unwrap_or_else(|p| panic!("{p:#?}"));
            let journey = compile(&campaign);
            assert_eq!(u64::from(journey.priority), document["priority"].as_u64().unwrap_or(50));
            assert_eq!(journey.steps.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), steps);
            // What it becomes is a document like any other.
            let again = crate::validate(&journey.to_value(), &AnyCatalogue);
            assert_eq!(again.unwrap_or_else(|p| panic!("{p:#?}\n{document}")), journey);
        }
    }

    #[test]
    fn who_got_it_stays_for_as_long_as_goals_count() {
        let ordered = json!({"event": {"name": "Order Completed", "where": "e.total > 50"}});
        let base = json!({"name": "News", "audience": {"segment": "readers"}, "template": "news"});
        let compare = |metric: serde_json::Value| {
            let variants = json!([{"name": "a", "template": "news"}, {"name": "b", "template": "news"}]);
            json!({"variants": variants, "wait": "8d", "metric": metric})
        };
        let of = |members: &[(&str, serde_json::Value)]| {
            let mut document = base.clone();
            members.iter().for_each(|(name, value)| document[*name] = value.clone());
            document
        };
        let mut within = ordered.clone();
        within["within"] = json!("2d");
        let resend = json!({"after": "1d"});
        let weekly = json!({"cron": "0 9 * * 1"});
        for (document, send, then, watch) in [
            (of(&[]), "send", "end", None),
            (of(&[("goal", ordered.clone())]), "send", "watch", Some("7d")),
            (of(&[("goal", within.clone())]), "send", "watch", Some("2d")),
            // The next one is not for those who stay.
            (of(&[("goal", ordered.clone()), ("schedule", weekly.clone())]), "send", "end", None),
            (of(&[("goal", within.clone()), ("schedule", weekly)]), "send", "watch", Some("2d")),
            (of(&[("goal", within.clone()), ("resend", resend.clone())]), "again", "watch", Some("2d")),
            (of(&[("goal", within.clone()), ("compare", compare(json!("opens")))]), "best-a", "watch", Some("2d")),
            (of(&[("goal", within.clone()), ("compare", compare(json!("goals")))]), "try-a", "watch", Some("8d")),
            (of(&[("compare", compare(ordered.clone()))]), "try-b", "watch", Some("8d")),
            (of(&[("compare", compare(ordered.clone())), ("resend", resend)]), "try-b", "later", Some("8d")),
        ] {
            let campaign = validate(&document, &AnyCatalogue).unwrap_or_else(|p| panic!("{p:#?}"));
            let journey = compile(&campaign);
            let written = journey.to_value();
            let steps = written["steps"].as_array().unwrap();
            let step = |id: &str| steps.iter().find(|s| s["id"] == id).cloned().unwrap_or_default();
            assert_eq!(step(send)["next"], json!(then), "{document}");
            assert_eq!(step("watch")["wait"].as_str(), watch, "{document}");
            if document.get("compare").is_some() && document.get("goal").is_none() {
                assert_eq!((&written["goal"]["event"], &written["goal"]["exit"]), (&ordered["event"], &json!(false)));
                assert_eq!(step("best")["winner"]["metric"], "goals");
            }
            let again = crate::validate(&written, &AnyCatalogue);
            assert_eq!(again.unwrap_or_else(|p| panic!("{p:#?}\n{document}")), journey);
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
        let goaled = |name: &str, value: serde_json::Value| {
            let mut document = with(name, value);
            document["goal"] = json!({"event": {"name": "Order"}});
            document
        };
        let comparing = |metric: serde_json::Value| json!({"variants": [{"name": "a", "template": "news"}, {"name": "b", "template": "news"}], "metric": metric});
        for (document, expected) in [
            (with("audience", json!({"rule": "(("})), "spec.audience"),
            (with("best_hour", json!("30d")), "spec.best_hour: expected how far ahead to look"),
            (with("priority", json!(101)), "spec.priority: expected a whole number"),
            (with("throttle", json!(0)), "spec.throttle: expected a whole number"),
            (with("schedule", json!({"at": "soon"})), "spec.schedule.at: expected a local time"),
            (with("window", json!({"from": "09:00"})), "spec.window: expected from and to"),
            (with("window", json!({"weekdays": ["mon"], "zone": "Moon"})), "spec.window.zone: expected profile"),
            (with("seeds", json!(["nobody"])), "spec.seeds: expected a list"),
            (with("compare", json!({"variants": []})), "spec.compare.variants: expected 2 to 8"),
            (
                with("schedule", json!({"cron": "0 9 * * 1"})).as_object().map_or(base.clone(), |s| {
                    let mut document = s.clone();
                    let variants = json!([{"name": "a", "template": "news"}, {"name": "b", "template": "news"}]);
                    document.insert("compare".into(), json!({"variants": variants}));
                    serde_json::Value::Object(document)
                }),
                "spec.compare: a winner is chosen once",
            ),
            (with("compare", comparing(json!("sales"))), "spec.compare.metric: expected one of opens, clicks, goals"),
            (with("compare", comparing(json!("goals"))), "spec.compare.metric: there is no goal to compare by"),
            (with("compare", comparing(json!({"event": {}}))), "spec.compare.metric.event.name: is required"),
            (
                with("compare", comparing(json!({"event": {"name": "Order", "where": "(("}}))),
                "spec.compare.metric.event.where ",
            ),
            (
                goaled("compare", comparing(json!({"event": {"name": "Order"}}))),
                "spec.compare.metric: the campaign has a goal",
            ),
            (
                with("goal", json!({"event": {"name": "Order"}, "within": "soon"})),
                "spec.goal.within: expected a duration",
            ),
            (with("resend", json!({"after": "never"})), "spec.resend.after: expected a duration"),
            (with("templat", json!("x")), "spec.templat: unknown field"),
        ] {
            let found = validate(&document, &AnyCatalogue).expect_err("a problem");
            assert!(found.iter().any(|p| p.to_string().starts_with(expected)), "{expected}: {found:#?}");
        }
    }
}

//! Reading a campaign's document.

use rapport_domain::{Problem, kinds};
use serde_json::{Map, Value};

use super::{CampaignSpec, Compare, Content, MAX_SEEDS, MAX_VARIANTS, Resend, compile};
use crate::spec::check::Catalogue;
use crate::spec::read::Reader;
use crate::spec::{
    GOALS, Goal, GoalBy, JourneySpec, MAX_RULE_CHARS, MAX_TEXT_CHARS, METRICS, Occurrence, ScheduleTrigger, Trigger,
    ZoneChoice,
};

const KNOWN: [&str; 18] = [
    "name",
    "description",
    "audience",
    "seeds",
    "channel",
    "template",
    "data",
    "topic",
    "schedule",
    "window",
    "throttle",
    "best_hour",
    "priority",
    "compare",
    "resend",
    "exit_when",
    "goal",
    "holdout",
];

/// Reads a campaign and checks it with the journey it becomes: rules, templates, topics, channels.
///
/// # Errors
/// Every problem found, each with its JSON path from `spec`.
pub fn validate(spec: &Value, catalogue: &dyn Catalogue) -> Result<CampaignSpec, Vec<Problem>> {
    let mut reader = Reader { problems: Vec::new() };
    let read = campaign(&mut reader, spec);
    let Some(campaign) = read.filter(|_| reader.problems.is_empty()) else { return Err(reader.problems) };
    let journey = whole(&campaign);
    match crate::spec::check::check_whole(&journey, catalogue) {
        problems if problems.is_empty() => Ok(campaign),
        problems => Err(problems.into_iter().map(|problem| as_campaign(problem, &campaign)).collect()),
    }
}

/// The journey a campaign becomes, with the audience also of one that begins by hand: for checking it.
#[must_use]
pub fn whole(campaign: &CampaignSpec) -> JourneySpec {
    let mut journey = compile(campaign);
    if campaign.schedule.is_none() {
        let at = Occurrence::Once(chrono::NaiveDateTime::default());
        let audience = campaign.audience.clone();
        journey.trigger = Trigger::Schedule(ScheduleTrigger { at, zone: ZoneChoice::Workspace, audience });
    }
    journey
}

/// A problem of the journey a campaign becomes, at the campaign's own member.
#[must_use]
pub fn as_campaign(problem: Problem, campaign: &CampaignSpec) -> Problem {
    // An event to compare by is the goal where there is no other.
    if campaign.goal.is_none()
        && let Some(rest) = problem.at.strip_prefix("spec.goal.")
    {
        return Problem { at: format!("spec.compare.metric.{rest}"), ..problem };
    }
    let moved = [
        ("spec.trigger.schedule.audience", "spec.audience"),
        (".send.template", "spec.template"),
        (".send.topic", "spec.topic"),
        (".send.channel", "spec.channel"),
    ];
    for (from, to) in moved {
        if let Some(at) = problem.at.find(from) {
            let rest = problem.at[at + from.len()..].to_owned();
            return Problem { at: format!("{to}{rest}"), ..problem };
        }
    }
    problem
}

fn campaign(reader: &mut Reader, spec: &Value) -> Option<CampaignSpec> {
    let at = "spec";
    let map = reader.object(at, spec, &KNOWN)?;
    let name = reader.needed(at, map, "name");
    let description = reader.text(at, map, "description", MAX_TEXT_CHARS);
    let audience = match map.get("audience") {
        Some(value) => reader.audience("spec.audience", value),
        None => {
            reader.report("spec.audience", "is missing; expected {rule} or {segment}");
            None
        }
    };
    let seeds = seeds(reader, map.get("seeds"));
    let channel = if map.contains_key("channel") { reader.slug(at, map, "channel") } else { Some("email".to_owned()) };
    let content = content(reader, at, map);
    let topic = if map.contains_key("topic") { reader.slug(at, map, "topic") } else { None };
    let schedule = match map.get("schedule") {
        Some(value) => Some(schedule(reader, value)?),
        None => None,
    };
    let window = map.get("window").and_then(|value| reader.window("spec.window", value));
    let throttle = reader.number(at, map, "throttle", 1, 1_000_000).map(|n| n as u32);
    let best_hour_ms = map.get("best_hour").and_then(|value| reader.best_hour("spec.best_hour", value));
    let priority = reader.priority(at, map);
    let compare = map.get("compare").and_then(|value| compare(reader, value));
    let resend = map.get("resend").and_then(|value| resend(reader, value));
    if compare.is_some() && schedule.as_ref().is_some_and(|(at, _)| !matches!(at, Occurrence::Once(_))) {
        let why = "a winner is chosen once, so variants do not go with a schedule that comes round: use one `at`";
        reader.report("spec.compare", why);
    }
    if resend.is_some() && channel.as_deref() != Some("email") {
        reader.report("spec.resend", "only the opening of e-mails is known");
    }
    let exit_when = reader.text(at, map, "exit_when", MAX_RULE_CHARS);
    let (goal, goal_within_ms) = map.get("goal").map_or((None, None), |value| goal(reader, value));
    if let Some(compare) = &compare {
        compares_goals(reader, compare, goal.as_ref());
    }
    let holdout = map.get("holdout").map_or(Some(0), |v| reader.percent("spec.holdout", v)).unwrap_or_default();
    Some(CampaignSpec {
        name: name?,
        description,
        audience: audience?,
        seeds,
        channel: channel?,
        content: content?,
        topic,
        schedule,
        window,
        throttle,
        best_hour_ms,
        priority,
        compare,
        resend,
        exit_when,
        goal,
        goal_within_ms,
        holdout,
    })
}

fn content(reader: &mut Reader, at: &str, map: &Map<String, Value>) -> Option<Content> {
    let template = reader.slug(at, map, "template");
    let data = reader.values(at, map, "data");
    Some(Content { template: template?, data })
}

fn schedule(reader: &mut Reader, value: &Value) -> Option<(crate::spec::Occurrence, ZoneChoice)> {
    let at = "spec.schedule";
    let map = reader.object(at, value, &["at", "cron", "rrule", "start", "zone"])?;
    let when = reader.occurrence(at, map);
    let zone = reader.zone(at, map);
    Some((when?, zone?))
}

/// A goal as of a journey, and for how long it counts.
fn goal(reader: &mut Reader, value: &Value) -> (Option<Goal>, Option<i64>) {
    let mut own = value.clone();
    let within = own.as_object_mut().and_then(|map| map.remove("within"));
    (reader.goal(&own), within.and_then(|within| reader.duration("spec.goal.within", &within)))
}

fn seeds(reader: &mut Reader, value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let addresses: Vec<String> =
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let fits = |a: &String| a.contains('@') && !a.contains('"') && a.len() <= 254;
    let whole = value.as_array().is_some_and(|items| items.len() == addresses.len() && items.len() <= MAX_SEEDS);
    if !whole || !addresses.iter().all(fits) {
        reader.report("spec.seeds", format!("expected a list of {MAX_SEEDS} e-mail addresses at most"));
    }
    addresses.into_iter().map(|a| a.trim().to_lowercase()).collect()
}

fn compare(reader: &mut Reader, value: &Value) -> Option<Compare> {
    let at = "spec.compare";
    let map = reader.object(at, value, &["variants", "sample", "wait", "metric", "minimum"])?;
    let items = map.get("variants").and_then(Value::as_array).filter(|v| (2..=MAX_VARIANTS).contains(&v.len()));
    let Some(items) = items else {
        reader.report(
            "spec.compare.variants",
            format!("expected 2 to {MAX_VARIANTS} variants, each {{name, template, data}}"),
        );
        return None;
    };
    let mut variants: Vec<(String, Content)> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let at = format!("spec.compare.variants[{i}]");
        let inner = reader.object(&at, item, &["name", "template", "data"])?;
        let name = reader.slug(&at, inner, "name")?;
        if variants.iter().any(|(other, _)| *other == name) {
            reader.report(&format!("{at}.name"), format!("the name {name:?} is taken by another variant"));
        }
        variants.push((name, content(reader, &at, inner)?));
    }
    let sample = match map.get("sample") {
        Some(value) => reader.percent("spec.compare.sample", value)?,
        None => 2_000,
    };
    if !(1..10_000).contains(&sample) {
        reader.report("spec.compare.sample", "expected a percentage above 0 and below 100: the rest gets the best");
    }
    let wait_ms = match map.get("wait") {
        Some(value) => reader.duration("spec.compare.wait", value)?,
        None => 4 * rapport_domain::time::HOUR_MS,
    };
    let (metric, event) = match map.get("metric") {
        Some(metric @ Value::Object(_)) => (GOALS.to_owned(), Some(event(reader, metric)?)),
        Some(_) => (reader.one_of(at, map, "metric", &METRICS)?, None),
        None => ("opens".to_owned(), None),
    };
    let minimum = reader.minimum(at, map);
    Some(Compare { variants, sample, wait_ms, metric, event, minimum })
}

/// The event that a comparison counts, as the goal it stands for.
fn event(reader: &mut Reader, metric: &Value) -> Option<Goal> {
    let at = "spec.compare.metric";
    let map = reader.object(at, metric, &["event"])?;
    let (at, none) = (format!("{at}.event"), Value::Null);
    let map = reader.object(&at, map.get("event").unwrap_or(&none), &["name", "where"])?;
    let name = reader.needed(&at, map, "name");
    let filter = reader.text(&at, map, "where", MAX_RULE_CHARS);
    Some(Goal { by: GoalBy::Event { name: name?, filter, same: None }, exits: false })
}

/// What a comparison by goals needs beside it.
fn compares_goals(reader: &mut Reader, compare: &Compare, goal: Option<&Goal>) {
    if compare.metric != GOALS {
        return;
    }
    match (goal, &compare.event) {
        (None, None) => {
            reader.report("spec.compare.metric", "there is no goal to compare by: expected `goal`, or {event}");
        }
        (Some(_), Some(_)) => {
            reader.report("spec.compare.metric", "the campaign has a goal: expected goals, opens or clicks");
        }
        _ => {}
    }
}

fn resend(reader: &mut Reader, value: &Value) -> Option<Resend> {
    let at = "spec.resend";
    let map = reader.object(at, value, &["after", "template", "data"])?;
    let Some(after) = map.get("after") else {
        reader.fault("spec.resend.after", kinds::REQUIRED, &[]);
        return None;
    };
    let after_ms = reader.duration("spec.resend.after", after)?;
    let content = if map.contains_key("template") { Some(content(reader, at, map)?) } else { None };
    Some(Resend { after_ms, content })
}

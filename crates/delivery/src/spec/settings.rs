//! The workspace's own settings.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use chrono_tz::Tz;
use rapport_domain::{MessageChannel, Problem, ResourceKind, kinds, time};
use serde_json::{Value, json};

use super::confirm::{self, DoubleOptIn};
use super::fields::Fields;
use super::shape::{self, Member, Shape, may, must};
use crate::core::bounce;
use crate::core::locale::chain;
use crate::core::nearest::nearest;
use crate::core::pressure::HALF_LIFE_MS;
use crate::tracking::words::{OwnWords, TEXTS};

/// What a customer's silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentPolicy {
    /// Nothing is sent until they agree.
    OptIn,
    /// Messages are sent until they object.
    OptOut,
}

pub(super) const CONSENT_CHOICES: &[(&str, ConsentPolicy)] =
    &[("opt_in", ConsentPolicy::OptIn), ("opt_out", ConsentPolicy::OptOut)];

/// The part of the day in which nothing is sent that was not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// When it begins, by the customer's clock.
    pub start: NaiveTime,
    /// When it ends; before `start` means the next morning.
    pub end: NaiveTime,
    /// Which channels it concerns; none named is all.
    pub channels: Vec<String>,
    /// Which topics it concerns; none named is all, messages without a topic too.
    pub topics: Vec<String>,
}

impl QuietHours {
    /// Whether a message of that channel and topic has to keep them.
    #[must_use]
    pub fn concern(&self, channel: &str, topic: Option<&str>) -> bool {
        let channels = self.channels.is_empty() || self.channels.iter().any(|c| c == channel);
        channels && (self.topics.is_empty() || topic.is_some_and(|t| self.topics.iter().any(|own| own == t)))
    }
}

/// Who is sending, for pages and footers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// Its name.
    pub name: String,
    /// Its postal address, which laws on commercial mail ask for.
    pub postal_address: String,
    /// `#rrggbb`, for buttons on customer-facing pages.
    pub brand_colour: Option<String>,
    /// Its logo.
    pub logo_url: Option<String>,
}

/// How many messages a customer gets at most within a rolling window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrequencyCap {
    /// Messages.
    pub max: u32,
    /// The window, milliseconds.
    pub per_ms: i64,
    /// Channels counted together; none named is all.
    pub channels: Vec<String>,
    /// Topics counted together; none named is all, messages without a topic too.
    pub topics: Vec<String>,
}

/// How much may weigh on a customer: each message adds its channel's weight, which halves with time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressure {
    /// The most.
    pub limit: u32,
    /// When a message weighs half, milliseconds.
    pub half_life_ms: i64,
}

/// A workspace's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsSpec {
    /// The zone of customers whose own is not known.
    pub time_zone: Tz,
    /// Quiet hours; of several that concern a message the one that ends last counts.
    pub quiet_hours: Vec<QuietHours>,
    /// What silence means, by channel.
    pub consent: BTreeMap<String, ConsentPolicy>,
    /// Who is sending.
    pub company: Company,
    /// Caps; the first that is reached holds a message back.
    pub frequency_caps: Vec<FrequencyCap>,
    /// How much may weigh on a customer.
    pub pressure: Option<Pressure>,
    /// The country of telephone numbers without a country code, when the customer's is not known: `DE`.
    pub default_country: Option<String>,
    /// Where customers reach this server: the base of links in messages.
    pub public_url: Option<String>,
    /// Hundredths of a percent of customers who get nothing they did not ask for and on whom no journey has effects, to
    /// measure what all of it brings about.
    pub holdout: u32,
    /// Kinds of documents that go live only after another member approved them.
    pub needs_approval: Vec<ResourceKind>,
    /// Which subscriptions have to be confirmed, where a topic does not say itself.
    pub double_opt_in: Option<DoubleOptIn>,
    /// What the pages behind links say, where it is not what is built in.
    pub words: OwnWords,
    /// After so many mails in a row that came back softly an address is suppressed; 0 is never.
    pub soft_bounces: u32,
}

impl Default for SettingsSpec {
    fn default() -> Self {
        SettingsSpec {
            time_zone: Tz::UTC,
            quiet_hours: Vec::new(),
            consent: BTreeMap::new(),
            company: Company::default(),
            frequency_caps: Vec::new(),
            pressure: None,
            default_country: None,
            public_url: None,
            holdout: 0,
            needs_approval: Vec::new(),
            double_opt_in: None,
            words: OwnWords::new(),
            soft_bounces: 0,
        }
    }
}

/// The channels whose consent and quiet hours a workspace can decide about.
static CHANNELS: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
    MessageChannel::ALL.into_iter().filter(|c| c.reaches_customer()).map(MessageChannel::as_str).collect()
});

impl SettingsSpec {
    /// What silence means on `channel`; objection unless said otherwise.
    #[must_use]
    pub fn consent_policy(&self, channel: &str) -> ConsentPolicy {
        self.consent.get(channel).copied().unwrap_or(ConsentPolicy::OptOut)
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, by path.
    pub fn validate(spec: &Value) -> Result<Self, Vec<Problem>> {
        let mut f = Fields::open(
            spec,
            "spec",
            &[
                "time_zone",
                "quiet_hours",
                "consent",
                "company",
                "frequency_caps",
                "pressure",
                "default_country",
                "public_url",
                "holdout",
                "needs_approval",
                "double_opt_in",
                "words",
                "soft_bounces",
            ],
        );
        let time_zone = zone(&mut f);
        let quiet_hours = quiet_hours(spec, &mut f);
        let mut consent = BTreeMap::new();
        if let Some(mut inner) = f.object("consent", &CHANNELS) {
            for channel in CHANNELS.iter() {
                let policy = inner.choice(channel, CONSENT_CHOICES, Some(ConsentPolicy::OptOut));
                consent.extend(policy.map(|p| ((*channel).to_owned(), p)));
            }
            f.close(inner);
        }
        let company = company(&mut f);
        let public_url = f.url("public_url");
        let default_country = f.line("default_country", 2);
        if default_country.as_deref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
            f.problem("default_country", "expected a country of ISO 3166 such as DE");
        }
        let holdout = spec.get("holdout").map(|v| v.as_f64().filter(|p| (0.0..=50.0).contains(p)));
        if holdout == Some(None) {
            f.problem("holdout", "expected a percentage from 0 to 50");
        }
        let holdout = holdout.flatten().map_or(0, |p| (p * 100.0).round() as u32);
        let (frequency_caps, pressure) = limits(spec, &mut f);
        let needs_approval = needs_approval(&mut f);
        let double_opt_in = confirm::read(&mut f);
        let words = own_words(&mut f);
        let soft_bounces = f.whole("soft_bounces", 0..=bounce::MAX_LOOKED_AT as u32, 0);
        f.finish(SettingsSpec {
            time_zone,
            quiet_hours,
            consent,
            company,
            frequency_caps,
            pressure,
            default_country,
            public_url,
            holdout,
            needs_approval,
            double_opt_in,
            words,
            soft_bounces,
        })
    }

    /// The document's JSON Schema.
    #[must_use]
    pub fn schema() -> Value {
        let time = json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"});
        let quiet = json!({
            "type": "object", "additionalProperties": false, "required": ["start", "end"],
            "properties": {
                "start": time, "end": time, "channels": {"type": "array", "items": {"enum": *CHANNELS}},
                "topics": {"type": "array", "maxItems": MAX_QUIET, "items": {"type": "string"}},
            },
        });
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Settings", "type": "object", "additionalProperties": false,
            "properties": {
                "time_zone": {"type": "string", "description": "IANA name", "default": "UTC", "examples": ["Europe/Berlin"]},
                "quiet_hours": {
                    "oneOf": [quiet, {"type": "array", "maxItems": MAX_QUIET, "items": quiet}],
                    "description": "When nothing is sent that was not asked for; of several that concern a message the one that ends last counts.",
                },
                "consent": {
                    "type": "object", "additionalProperties": false,
                    "properties": CHANNELS.iter().map(|c| ((*c).to_owned(), json!({"enum": ["opt_in", "opt_out"], "default": "opt_out"}))).collect::<serde_json::Map<_, _>>(),
                },
                "company": {
                    "type": "object", "additionalProperties": false,
                    "properties": {
                        "name": {"type": "string", "maxLength": 200},
                        "postal_address": {"type": "string", "maxLength": 500},
                        "brand_colour": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
                        "logo_url": {"type": "string", "format": "uri"},
                    },
                },
                "frequency_caps": Shape::List(&Shape::Object(CAP), MAX_CAPS).schema(),
                "pressure": Shape::Object(PRESSURE).schema(),
                "default_country": {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["DE"]},
                "public_url": {"type": "string", "format": "uri"},
                "holdout": {"type": "number", "minimum": 0, "maximum": 50, "default": 0, "description": "Percent of customers who get nothing they did not ask for and on whom no journey has effects, to measure lift."},
                "needs_approval": {"type": "array", "uniqueItems": true, "items": {"enum": APPROVED.map(ResourceKind::as_str)}, "description": "Kinds of documents that go live only after another member approved the version."},
                "double_opt_in": confirm::schema(),
                "words": {
                    "type": "object", "maxProperties": MAX_LANGUAGES,
                    "additionalProperties": {
                        "type": "object", "additionalProperties": false,
                        "properties": TEXTS.iter().map(|(name, english, _)| ((*name).to_owned(), json!({"type": "string", "minLength": 1, "maxLength": MAX_WORDS, "examples": [english]}))).collect::<serde_json::Map<_, _>>(),
                    },
                    "description": "What the pages behind links say, by language: {\"fr\": {\"save\": \"Enregistrer\"}}. What a language leaves out is built in, in German for German and else in English.",
                },
                "soft_bounces": {"type": "integer", "minimum": 0, "maximum": bounce::MAX_LOOKED_AT, "default": 0, "description": "After so many mails in a row that came back for another reason than that the address does not work it is suppressed all the same; 0 is never."},
            },
        })
    }
}

/// Languages of a workspace's own words, and bytes of one text.
const MAX_LANGUAGES: usize = 100;
const MAX_WORDS: usize = 1000;

/// Reads `words`.
fn own_words(f: &mut Fields<'_>) -> OwnWords {
    let known: Vec<&str> = TEXTS.iter().map(|(name, ..)| *name).collect();
    let mut out = OwnWords::new();
    for (tag, value) in f.members("words", MAX_LANGUAGES) {
        let Some(language) = chain(tag).into_iter().next() else {
            f.fault("words", kinds::NOT_A_LANGUAGE, &[("found", &tag)]);
            continue;
        };
        let mut inner = Fields::open(value, &format!("spec.words.{tag}"), &known);
        let said = known.iter().filter_map(|name| Some(((*name).to_owned(), inner.text(name, MAX_WORDS)?)));
        out.insert(language, said.filter(|(_, text)| !text.trim().is_empty()).collect());
        f.close(inner);
    }
    out
}

/// The kinds that can need approval: what sends.
const APPROVED: [ResourceKind; 2] = [ResourceKind::Journey, ResourceKind::Campaign];

fn needs_approval(f: &mut Fields<'_>) -> Vec<ResourceKind> {
    let named = f.texts("needs_approval", APPROVED.len());
    let known = APPROVED.map(ResourceKind::as_str);
    if let Some(unknown) = named.iter().find(|kind| !known.contains(&kind.as_str())) {
        f.problem("needs_approval", format!("unknown kind {unknown:?}; expected {}", known.join(", ")));
    }
    APPROVED.into_iter().filter(|kind| named.iter().any(|n| n == kind.as_str())).collect()
}

/// Caps of one workspace.
const MAX_CAPS: usize = 50;
/// The longest window of a cap: a quarter.
pub const MAX_WINDOW_MS: i64 = 92 * time::DAY_MS;
const CAP: &[Member] = &[
    must("max", Shape::Whole(0, 10_000), "Messages."),
    must("per", Shape::Duration, "The rolling window: 7d."),
    may("channels", Shape::List(&Shape::Line(32), 20), "Channels counted together; none named is all."),
    may("topics", Shape::List(&Shape::Line(64), 50), "Topics counted together; none named is all."),
];
const PRESSURE: &[Member] = &[
    must(
        "limit",
        Shape::Whole(1, 10_000),
        "The most that may weigh on a customer; an e-mail weighs 1, a text message 3.",
    ),
    may("half_life", Shape::Duration, "When a message weighs half; 3d when absent."),
];
const LIMITS: &[Member] = &[
    may("frequency_caps", Shape::List(&Shape::Object(CAP), MAX_CAPS), ""),
    may("pressure", Shape::Object(PRESSURE), ""),
];

fn limits(spec: &Value, f: &mut Fields<'_>) -> (Vec<FrequencyCap>, Option<Pressure>) {
    let Some(object) = spec.as_object() else { return Default::default() };
    let mut problems = Vec::new();
    shape::check(object, LIMITS, "spec", &mut problems);
    let whole = |v: &Value, name: &str| v[name].as_u64().and_then(|n| u32::try_from(n).ok());
    let ms = |v: &Value, name: &str| v[name].as_str().and_then(time::parse_duration_ms);
    let texts = |v: &Value, name: &str| -> Vec<String> {
        let list = v[name].as_array().into_iter().flatten();
        list.filter_map(|t| t.as_str().map(str::to_owned)).collect()
    };
    let mut caps = Vec::new();
    for (at, cap) in object.get("frequency_caps").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let (channels, topics, per_ms) = (texts(cap, "channels"), texts(cap, "topics"), ms(cap, "per").unwrap_or(0));
        if let Some(unknown) = channels.iter().find(|c| !CHANNELS.contains(&c.as_str())) {
            let message = format!("unknown channel {unknown:?}; expected {}", CHANNELS.join(", "));
            let near = nearest(unknown, &CHANNELS);
            problems.push(Problem::new(format!("spec.frequency_caps[{at}].channels"), message).with_suggestion(near));
        }
        if !(time::MINUTE_MS..=MAX_WINDOW_MS).contains(&per_ms) {
            let message = "expected a window from 1m to 92d".to_owned();
            problems.push(Problem::new(format!("spec.frequency_caps[{at}].per"), message));
        }
        caps.push(FrequencyCap { max: whole(cap, "max").unwrap_or(0), per_ms, channels, topics });
    }
    let pressure = object.get("pressure").filter(|p| p.is_object()).map(|p| Pressure {
        limit: whole(p, "limit").unwrap_or(0),
        half_life_ms: ms(p, "half_life").unwrap_or(HALF_LIFE_MS).max(time::MINUTE_MS),
    });
    f.absorb(problems);
    (caps, pressure)
}

fn zone(f: &mut Fields<'_>) -> Tz {
    let Some(name) = f.text("time_zone", 64) else { return Tz::UTC };
    time::zone(&name).unwrap_or_else(|| {
        let names: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name()).collect();
        let problem =
            Problem::new("spec.time_zone", format!("expected an IANA zone such as Europe/Berlin, found {name:?}"));
        f.absorb(vec![problem.with_suggestion(nearest(&name, &names))]);
        Tz::UTC
    })
}

/// Quiet hours of one workspace, and topics of one of them.
const MAX_QUIET: usize = 50;

/// One, or a list of them.
fn quiet_hours(spec: &Value, f: &mut Fields<'_>) -> Vec<QuietHours> {
    let items = match spec.get("quiet_hours") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(items)) => {
            items.iter().enumerate().map(|(at, item)| (format!("spec.quiet_hours[{at}]"), item)).collect()
        }
        Some(one) => vec![("spec.quiet_hours".to_owned(), one)],
    };
    if items.len() > MAX_QUIET {
        f.problem("quiet_hours", format!("expected {MAX_QUIET} at most"));
    }
    let mut read = |(at, item): (String, &Value)| {
        let mut inner = Fields::open(item, &at, &["start", "end", "channels", "topics"]);
        let hours = quiet(&mut inner);
        match inner.finish(()) {
            Ok(()) => hours,
            Err(problems) => {
                f.absorb(problems);
                None
            }
        }
    };
    items.into_iter().filter_map(&mut read).collect()
}

fn quiet(inner: &mut Fields<'_>) -> Option<QuietHours> {
    let mut time = |key: &str| {
        let text = inner.required(key, 5);
        NaiveTime::parse_from_str(&text, "%H:%M").ok().filter(|_| text.len() == 5).or_else(|| {
            if !text.is_empty() {
                inner.problem(key, format!("expected a time such as 21:00, found {text:?}"));
            }
            None
        })
    };
    let (start, end) = (time("start"), time("end"));
    if start.is_some() && start == end {
        inner.problem("end", "must differ from start; leave quiet_hours out to have none");
    }
    let channels = inner.texts("channels", 16);
    if let Some(unknown) = channels.iter().find(|c| !CHANNELS.contains(&c.as_str())) {
        inner.problem("channels", format!("unknown channel {unknown:?}; expected {}", CHANNELS.join(", ")));
    }
    let topics = inner.texts("topics", MAX_QUIET);
    Some(QuietHours { start: start?, end: end?, channels, topics })
}

fn company(f: &mut Fields<'_>) -> Company {
    let Some(mut inner) = f.object("company", &["name", "postal_address", "brand_colour", "logo_url"]) else {
        return Company::default();
    };
    let brand_colour = inner.text("brand_colour", 7);
    let is_colour = |c: &str| c.len() == 7 && c.starts_with('#') && c[1..].chars().all(|d| d.is_ascii_hexdigit());
    if brand_colour.as_deref().is_some_and(|c| !c.is_ascii() || !is_colour(c)) {
        inner.problem("brand_colour", "expected a colour such as #1a73e8");
    }
    let company = Company {
        name: inner.line("name", 200).unwrap_or_default(),
        postal_address: inner.text("postal_address", 500).unwrap_or_default(),
        brand_colour,
        logo_url: inner.url("logo_url"),
    };
    f.close(inner);
    company
}

//! The shop's customers: who they are, how they shop, and where they stand.

use rapport_domain::Timestamp;
use rapport_domain::time::DAY_MS;
use serde_json::{Value, json};

use super::places::{COUNTRIES, Country, ascii};
use super::rng::Rng;

/// How somebody shops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Comes often and buys often.
    Loyal,
    /// Comes now and then.
    Regular,
    /// Comes seldom.
    Occasional,
    /// Came for some months, then no more.
    Lapsing,
    /// Was away for months and came back.
    WinBack,
    /// Looks in once and never signs up.
    Passer,
}

impl Habit {
    const WEIGHTS: [(Habit, f64); 5] = [
        (Habit::Loyal, 12.0),
        (Habit::Regular, 28.0),
        (Habit::Occasional, 35.0),
        (Habit::Lapsing, 15.0),
        (Habit::WinBack, 10.0),
    ];

    /// Visits on an average day.
    pub(super) fn visits_a_day(self) -> f64 {
        match self {
            Habit::Loyal => 0.061,
            Habit::Regular => 0.021,
            Habit::Occasional => 0.008,
            Habit::Lapsing => 0.035,
            Habit::WinBack => 0.028,
            Habit::Passer => 0.0,
        }
    }

    /// How likely a viewed product goes into the cart.
    pub(super) fn appetite(self) -> f64 {
        match self {
            Habit::Loyal => 0.15,
            Habit::Regular => 0.11,
            Habit::Occasional => 0.08,
            Habit::Lapsing => 0.10,
            Habit::WinBack => 0.12,
            Habit::Passer => 0.03,
        }
    }
}

/// How customers come to know the shop: utm source, medium and campaign, and the referring page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    pub(super) name: &'static str,
    pub(super) source: &'static str,
    pub(super) medium: &'static str,
    pub(super) campaign: &'static str,
    pub(super) referrer: &'static str,
    weight: f64,
}

pub(super) const CHANNELS: [Channel; 7] = [
    Channel { name: "direct", source: "", medium: "", campaign: "", referrer: "", weight: 22.0 },
    Channel {
        name: "organic",
        source: "",
        medium: "",
        campaign: "",
        referrer: "https://www.google.com/",
        weight: 26.0,
    },
    Channel {
        name: "search_ads",
        source: "google",
        medium: "cpc",
        campaign: "brand-kitchen",
        referrer: "https://www.google.com/",
        weight: 18.0,
    },
    Channel {
        name: "social_ads",
        source: "instagram",
        medium: "paid_social",
        campaign: "slow-mornings",
        referrer: "https://l.instagram.com/",
        weight: 15.0,
    },
    Channel {
        name: "newsletter",
        source: "newsletter",
        medium: "email",
        campaign: "weekly",
        referrer: "",
        weight: 8.0,
    },
    Channel {
        name: "affiliate",
        source: "goodthings",
        medium: "affiliate",
        campaign: "gift-guide",
        referrer: "https://goodthings.example.org/",
        weight: 6.0,
    },
    Channel {
        name: "referral",
        source: "friend",
        medium: "referral",
        campaign: "bring-a-friend",
        referrer: "",
        weight: 5.0,
    },
];

/// A device as its browser describes it.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) kind: &'static str,
    pub(super) os: &'static str,
    pub(super) browser: &'static str,
    pub(super) agent: &'static str,
    pub(super) screen: (u32, u32),
}

pub(super) const DEVICES: [Device; 6] = [
    Device {
        kind: "desktop",
        os: "Windows",
        browser: "Chrome",
        agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        screen: (1920, 1080),
    },
    Device {
        kind: "desktop",
        os: "macOS",
        browser: "Safari",
        agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        screen: (1728, 1117),
    },
    Device {
        kind: "desktop",
        os: "Linux",
        browser: "Firefox",
        agent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        screen: (2560, 1440),
    },
    Device {
        kind: "mobile",
        os: "iOS",
        browser: "Safari",
        agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        screen: (393, 852),
    },
    Device {
        kind: "mobile",
        os: "Android",
        browser: "Chrome",
        agent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        screen: (412, 915),
    },
    Device {
        kind: "tablet",
        os: "iPadOS",
        browser: "Safari",
        agent: "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        screen: (820, 1180),
    },
];
const FIRST_DEVICE: [f64; 6] = [24.0, 14.0, 3.0, 27.0, 28.0, 4.0];

/// One product in a cart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) product: usize,
    pub(super) quantity: i64,
}

/// One customer: fixed traits first, then where they stand.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) number: u32,
    pub(super) habit: Habit,
    pub(super) first_day: i64,
    /// From and to which day the customer stays away.
    away: (i64, i64),
    pub(super) channel: usize,
    /// Index of each device; the second may be the first.
    pub(super) devices: [usize; 2],
    /// The category looked at most.
    pub(super) taste: usize,
    /// Works for a company that has an account with the shop.
    pub(super) company: Option<usize>,
    country: usize,
    city: usize,
    first: usize,
    last: usize,
    member_since: Option<i64>,

    pub(super) known: bool,
    /// On which devices the customer has signed in.
    pub(super) signed_in: [bool; 2],
    pub(super) visits: u32,
    pub(super) orders: u32,
    pub(super) newsletter: bool,
    pub(super) plus: bool,
    pub(super) cart: Vec<Line>,
    pub(super) carts: u32,
    pub(super) events: u32,
}

/// Companies whose people shop together: name, industry, employees.
pub(super) const COMPANIES: [(&str, &str, u32); 8] = [
    ("Atelier Brandt", "Design", 14),
    ("Harbour Coffee Roasters", "Food", 38),
    ("Kline & Partners", "Law", 120),
    ("Studio Okapi", "Architecture", 22),
    ("Greenhouse Co-working", "Property", 9),
    ("Lumen Health", "Health", 410),
    ("Paper Boat Books", "Retail", 17),
    ("Nordwind Logistik", "Transport", 260),
];

impl Person {
    /// Person `number` of a shop whose window is the days `from..to`; above `members` only passers-by are left.
    pub(super) fn new(seed: u64, number: u32, members: u32, from: i64, to: i64) -> Self {
        let mut rng = Rng::of(seed, u64::from(number), 0x9e37);
        let country = rng.weighted(&COUNTRIES.iter().map(|c| c.weight).collect::<Vec<_>>());
        let place = &COUNTRIES[country];
        let habit = if number >= members {
            Habit::Passer
        } else {
            Habit::WEIGHTS[rng.weighted(&Habit::WEIGHTS.map(|(_, weight)| weight))].0
        };
        let old = habit != Habit::Passer && rng.chance(0.35);
        // The larger of two draws now and then: the shop grows.
        let spread = |rng: &mut Rng| rng.range(from, to);
        let joined = if rng.chance(0.3) { spread(&mut rng).max(spread(&mut rng)) } else { spread(&mut rng) };
        let first_day = if old { from + rng.range(0, 30) } else { joined };
        let away = match habit {
            Habit::Lapsing => (first_day + rng.range(50, 170), i64::MAX),
            Habit::WinBack => {
                let leaves = first_day + rng.range(30, 90);
                (leaves, leaves + rng.range(95, 170))
            }
            _ => (i64::MAX, i64::MAX),
        };
        let device = rng.weighted(&FIRST_DEVICE);
        let second = if rng.chance(0.3) { 3 + rng.weighted(&[5.0, 5.0, 1.0]) } else { device };
        Person {
            number,
            habit,
            first_day,
            away,
            channel: rng.weighted(&CHANNELS.map(|c| c.weight)),
            devices: [device, second],
            taste: rng.range(0, 10) as usize,
            company: rng.chance(0.03).then(|| rng.range(0, COMPANIES.len() as i64) as usize),
            country,
            city: rng.range(0, place.cities.len() as i64) as usize,
            first: rng.range(0, place.first.len() as i64) as usize,
            last: rng.range(0, place.last.len() as i64) as usize,
            member_since: old.then(|| from - rng.range(10, 900)),
            known: old,
            signed_in: [false; 2],
            visits: 0,
            orders: if old { rng.range(0, 4) as u32 } else { 0 },
            newsletter: false,
            plus: false,
            cart: Vec::new(),
            carts: 0,
            events: 0,
        }
    }

    /// Visits to expect on a day that is as busy as `factor` says; 1 on the first day.
    pub(super) fn visits_on(&self, day: i64, factor: f64) -> f64 {
        if day == self.first_day {
            return 1.0;
        }
        let away = (self.away.0..self.away.1).contains(&day);
        if day < self.first_day || away { 0.0 } else { self.habit.visits_a_day() * factor }
    }

    pub(super) fn country(&self) -> &'static Country {
        &COUNTRIES[self.country]
    }

    pub(super) fn zone(&self) -> &'static str {
        self.country().cities[self.city].1
    }

    pub(super) fn user_id(&self) -> String {
        format!("cus_{:05}", self.number + 10_001)
    }

    /// The anonymous id of a device: shaped as a UUID, the same for ever.
    pub(super) fn anonymous_id(&self, seed: u64, device: usize) -> String {
        let mut rng = Rng::of(seed, u64::from(self.number), 0xde1c + device as u64);
        let (a, b) = (rng.next(), rng.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }

    /// An address that belongs to nobody.
    pub(super) fn email(&self) -> String {
        let host = ["example.com", "example.org", "example.net"][self.number as usize % 3];
        format!("{}.{}{}@{host}", ascii(self.first_name()), ascii(self.last_name()), self.number + 1)
    }

    pub(super) fn first_name(&self) -> &'static str {
        self.country().first[self.first]
    }

    pub(super) fn last_name(&self) -> &'static str {
        self.country().last[self.last]
    }

    /// Everything the shop states when the customer signs up or signs in.
    pub(super) fn traits(&self, at: Timestamp) -> Value {
        let created = self.member_since.map_or(at, |day| Timestamp(day * DAY_MS + 36_000_000));
        json!({
            "first_name": self.first_name(),
            "last_name": self.last_name(),
            "name": format!("{} {}", self.first_name(), self.last_name()),
            "email": self.email(),
            "country": self.country().code,
            "city": self.country().cities[self.city].0,
            "timezone": self.zone(),
            "locale": self.country().locale,
            "plan": if self.plus { "plus" } else { "free" },
            "acquisition_channel": CHANNELS[self.channel].name,
            "newsletter": self.newsletter,
            "created_at": created.to_rfc3339(),
        })
    }
}

//! Random rules in normal form, over a few names so that they often apply.

use proptest::prelude::*;
use proptest::sample::select;
use rapport_domain::Timestamp;
use rapport_domain::rule::{
    Calendar, CalendarUnit, CompareOp, EventQuery, Expr, Field, Literal, Measure, MembersTest, Operand, Sequence,
    Since, Step, StepEvents, TextTest, Window,
};
use rapport_domain::time::{HOUR_MS, MINUTE_MS};

/// Where random streams begin: shortly before midnight UTC, 2006-10-27. Within two days clocks go back in Berlin and New York
/// and forward in Sydney.
pub(crate) const START: i64 = 1_161_990_400_000;

/// What puts somebody on a list and takes them off it.
pub(crate) const LISTING: [&str; 2] = ["Added to List", "Removed from List"];
/// The list.
pub(crate) const LIST: &str = "vips";

const OPS: [CompareOp; 6] = [
    CompareOp::Equal,
    CompareOp::NotEqual,
    CompareOp::Less,
    CompareOp::LessEqual,
    CompareOp::Greater,
    CompareOp::GreaterEqual,
];

fn op() -> BoxedStrategy<CompareOp> {
    select(&OPS[..]).boxed()
}

fn names() -> BoxedStrategy<Vec<String>> {
    let some = prop::sample::subsequence(vec!["A", "B", "C"], 0..3);
    prop_oneof![9 => some, 1 => Just(vec!["*"])].prop_map(|v| v.into_iter().map(str::to_owned).collect()).boxed()
}

fn literal() -> BoxedStrategy<Literal> {
    prop_oneof![
        1 => Just(Literal::Null),
        1 => any::<bool>().prop_map(Literal::Bool),
        4 => (-3i32..12).prop_map(|n| Literal::Number(f64::from(n) / 2.0)),
        1 => any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| Literal::Number(n + 0.0)),
        2 => select(vec!["x", "y", "3", "true", "", "2026-01-10"]).prop_map(|t| Literal::Text(t.to_owned())),
        1 => "\\PC{0,6}".prop_map(Literal::Text),
        1 => "[\\x00-\\x7f]{0,4}".prop_map(Literal::Text),
    ]
    .boxed()
}

/// A constant that properties often have.
fn seen() -> BoxedStrategy<Literal> {
    let text = select(vec!["x", "y", "X"]).prop_map(|t| Literal::Text(t.to_owned()));
    prop_oneof![3 => text, 1 => Just(Literal::Number(1.0))].boxed()
}

/// What texts are tested for: often one that some have, but for capital letters.
fn argument() -> BoxedStrategy<String> {
    let known = select(vec!["x", "y", "xy", "true"]).prop_map(str::to_owned);
    prop_oneof![1 => "[a-z3]{0,2}", 2 => known].boxed()
}

/// A field compared with a constant, its text, its presence.
fn about(field: impl Fn(&'static str) -> Field + Clone + Send + Sync + 'static) -> BoxedStrategy<Expr> {
    // Often asked of a text that some have in capitals.
    let capital = Expr::Text { value: field("t"), test: TextTest::EqualsIgnoreCase, argument: "x".to_owned() };
    let f = move || {
        let field = field.clone();
        select(vec!["n", "t", "l", "a.b", "x y", "in", "1st", "v", "p"]).prop_map(field)
    };
    let size = f().prop_map(Operand::Size);
    prop_oneof![
        6 => (f(), op(), literal()).prop_map(|(field, op, value)| {
            let bare = matches!(value, Literal::Null | Literal::Bool(_));
            let op = if bare && !matches!(op, CompareOp::NotEqual) { CompareOp::Equal } else { op };
            Expr::Compare { left: Operand::Field(field), op, right: Operand::Literal(value) }
        }),
        2 => (f(), prop::collection::vec(literal(), 0..3)).prop_map(|(f, list)| Expr::In { value: Operand::Field(f), list }),
        2 => (f(), select(vec![TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith, TextTest::EqualsIgnoreCase, TextTest::Matches]), argument())
            .prop_map(|(value, test, argument)| Expr::Text { value, test, argument }),
        1 => Just(capital),
        1 => f().prop_map(Expr::Has),
        1 => (f(), select(vec![MembersTest::Any, MembersTest::All]), prop::collection::vec(literal(), 1..3))
            .prop_map(|(value, test, list)| Expr::Members { value, test, list }),
        1 => (f(), op(), select(vec!["2", "2.3", "v10.0.1", "2.3.0-rc.1"])).prop_map(|(f, op, v)| {
            Expr::Compare { left: Operand::Version(f), op, right: Operand::VersionLiteral(v.to_owned()) }
        }),
        1 => (f(), op(), select(vec![(52.5, 13.4), (48.85, 2.35)]), 1u16..1_000).prop_map(|(value, op, place, km)| {
            let left = Operand::DistanceKm { value, latitude: place.0, longitude: place.1 };
            compare_number(left, op, f64::from(km))
        }),
        1 => (size, op(), 0..3u8).prop_map(|(left, op, n)| compare_number(left, op, f64::from(n))),
    ].boxed()
}

fn compare_number(left: Operand, op: CompareOp, n: f64) -> Expr {
    Expr::Compare { left, op, right: Operand::Literal(Literal::Number(n)) }
}

fn window() -> BoxedStrategy<Window> {
    // Every fifteenth hour has many events, so that bounds and events often meet.
    let bound = |low: i64, high: i64| {
        let hour = prop_oneof![low..high, (low.div_euclid(15) + 1..high.div_euclid(15)).prop_map(|n| n * 15)];
        prop::option::weighted(0.35, hour.prop_map(|h| Timestamp(START + h * HOUR_MS)))
    };
    let within = prop::option::weighted(
        0.6,
        prop_oneof![
            3 => (1i64..60).prop_map(|h| h * HOUR_MS),
            1 => 1i64..(20 * MINUTE_MS),
        ],
    );
    let unit = select(vec![CalendarUnit::Day, CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month]);
    let calendar = prop::option::weighted(0.2, (unit, 1u32..4).prop_map(|(unit, count)| Calendar { unit, count }));
    let length = prop::option::weighted(0.7, hours(50));
    let since = prop::option::weighted(0.25, length.prop_map(|for_ms| Since { r#trait: "d".to_owned(), for_ms }));
    (within, bound(0, 40), bound(41, 100), calendar, since)
        .prop_map(|(within_ms, from, until, calendar, since)| Window { within_ms, from, until, calendar, since })
        .boxed()
}

fn filter() -> BoxedStrategy<Option<Box<Expr>>> {
    let leaf = about(|p| Field::Event(p.to_owned()));
    prop::option::weighted(0.4, junctions(leaf).prop_map(Box::new)).boxed()
}

fn query(measure: impl Strategy<Value = Measure> + 'static) -> BoxedStrategy<EventQuery> {
    (names(), window(), filter(), measure)
        .prop_map(|(names, window, filter, measure)| EventQuery { names, window, filter, measure })
        .boxed()
}

fn numeric() -> BoxedStrategy<Measure> {
    let of = |make: fn(String) -> Measure| Just(make("n".to_owned()));
    prop_oneof![
        4 => Just(Measure::Count),
        2 => of(Measure::Sum),
        1 => of(Measure::Min),
        1 => of(Measure::Max),
        1 => of(Measure::Avg),
        1 => of(Measure::Distinct),
        1 => Just(Measure::Distinct("t".to_owned())),
        2 => Just(Measure::Days),
        2 => Just(Measure::LocalDays),
    ]
    .boxed()
}

/// A measure whose answer is a value of a property.
fn valued() -> BoxedStrategy<Measure> {
    let make: Vec<fn(String) -> Measure> = vec![Measure::FirstValue, Measure::LastValue, Measure::MostFrequent];
    (select(make), select(vec!["n", "t", "a.b"])).prop_map(|(make, path)| make(path.to_owned())).boxed()
}

fn instant() -> BoxedStrategy<Operand> {
    let events = query(select(vec![Measure::First, Measure::Last])).prop_map(|q| Operand::Events(Box::new(q)));
    prop_oneof![
        2 => Just(Operand::Now),
        1 => Just(Operand::Today),
        2 => Just(Operand::Date(Field::Trait("d".to_owned()))),
        1 => Just(Operand::Date(Field::Account("n".to_owned()))),
        1 => (0i64..100).prop_map(|h| Operand::Instant(Timestamp(START + h * HOUR_MS))),
        4 => events,
        1 => select(vec!["vip", "lost"]).prop_map(|s| Operand::SegmentSince(s.to_owned())),
    ]
    .boxed()
}

fn span() -> BoxedStrategy<Operand> {
    let length = || (1i64..50).prop_map(|h| Operand::DurationMs(h * HOUR_MS));
    let difference = || (instant(), instant()).prop_map(|(a, b)| Operand::Subtract(Box::new(a), Box::new(b)));
    prop_oneof![
        2 => length(),
        3 => difference(),
        1 => (difference(), length()).prop_map(|(a, b)| Operand::Add(Box::new(a), Box::new(b))),
    ]
    .boxed()
}

fn moved() -> BoxedStrategy<Operand> {
    (instant(), prop::option::of((any::<bool>(), span())))
        .prop_map(|(instant, by)| match by {
            None => instant,
            Some((true, by)) => Operand::Add(Box::new(instant), Box::new(by)),
            Some((false, by)) => Operand::Subtract(Box::new(instant), Box::new(by)),
        })
        .boxed()
}

fn hours(most: i64) -> BoxedStrategy<i64> {
    // Often exactly as long as the time between two events.
    prop_oneof![2 => (1i64..3).prop_map(|n| n * 15 * HOUR_MS), 1 => (1..most).prop_map(|h| h * HOUR_MS)].boxed()
}

fn step() -> BoxedStrategy<Step> {
    let name = select(vec!["A", "B", "C"]).prop_map(|n| Step::Name(n.to_owned()));
    let events = (names(), filter(), prop::bool::weighted(0.4), prop::option::weighted(0.6, hours(40)));
    let full = events.prop_map(|(names, filter, absent, within_ms)| match (&names[..], &filter, absent, within_ms) {
        ([name], None, false, None) => Step::Name(name.clone()),
        _ => Step::Events(StepEvents { names, filter, absent, within_ms }),
    });
    prop_oneof![name, full].boxed()
}

/// Takes out what the parser refuses.
fn sound(mut steps: Vec<Step>) -> Vec<Step> {
    let last = steps.len() - 1;
    let mut before_absent = false;
    let mut happened = false;
    for (i, step) in steps.iter_mut().enumerate() {
        let Step::Events(events) = step else {
            (before_absent, happened) = (false, true);
            continue;
        };
        events.absent &= !before_absent && (i != last || happened);
        let allowed = if events.absent { i == 0 || i == last } else { happened };
        if !allowed {
            events.within_ms = None;
        }
        (before_absent, happened) = (events.absent, happened || !events.absent);
        if let ([name], None, false, None) = (&events.names[..], &events.filter, events.absent, events.within_ms) {
            *step = Step::Name(name.clone());
        }
    }
    steps
}

fn sequence() -> BoxedStrategy<Sequence> {
    let name = select(vec!["A", "B", "C"]).prop_map(|n| Step::Name(n.to_owned()));
    let plain = prop_oneof![2 => prop::collection::vec(name.clone(), 2..=2), 1 => prop::collection::vec(name, 2..5)];
    let full = prop_oneof![2 => prop::collection::vec(step(), 2..=2), 1 => prop::collection::vec(step(), 2..5)];
    let recent = prop::option::weighted(0.4, hours(60));
    prop_oneof![
        1 => (plain, hours(40)).prop_map(|(steps, within_ms)| Sequence { steps, within_ms, recent_ms: None }),
        2 => (full.prop_map(sound), hours(40), recent)
            .prop_map(|(steps, within_ms, recent_ms)| Sequence { steps, within_ms, recent_ms }),
    ]
    .boxed()
}

/// A number made of others.
fn arithmetic() -> BoxedStrategy<Operand> {
    let part = || {
        prop_oneof![
            select(vec!["n", "t", "v"]).prop_map(|p| Operand::Field(Field::Trait(p.to_owned()))),
            (0i32..6).prop_map(|n| Operand::Literal(Literal::Number(f64::from(n) / 2.0))),
            query(numeric()).prop_map(|q| Operand::Events(Box::new(q))),
        ]
    };
    type Make = fn(Box<Operand>, Box<Operand>) -> Operand;
    let make: Vec<Make> = vec![Operand::Add, Operand::Subtract, Operand::Multiply, Operand::Divide];
    part()
        .prop_recursive(2, 4, 2, move |inner| {
            (select(make.clone()), inner.clone(), inner).prop_map(|(make, a, b)| make(Box::new(a), Box::new(b)))
        })
        .boxed()
}

/// Membership of a list, as a segment of that kind asks for it.
fn listed() -> Expr {
    let last = |name: &str| {
        let (left, right) = (Operand::Field(Field::Event("list".to_owned())), Literal::Text(LIST.to_owned()));
        let filter = Expr::Compare { left, op: CompareOp::Equal, right: Operand::Literal(right) };
        let (names, filter) = (vec![name.to_owned()], Some(Box::new(filter)));
        Operand::Events(Box::new(EventQuery { names, window: Window::default(), filter, measure: Measure::Last }))
    };
    let never = |left| Expr::Compare { left, op: CompareOp::Equal, right: Operand::Literal(Literal::Null) };
    let [added, removed] = LISTING.map(last);
    let later = Expr::Compare { left: added.clone(), op: CompareOp::Greater, right: removed.clone() };
    Expr::all(vec![Expr::Not(Box::new(never(added))), Expr::any(vec![never(removed), later])])
}

fn leaf() -> BoxedStrategy<Expr> {
    prop_oneof![
        1 => Just(listed()),
        2 => about(|p| Field::Trait(p.to_owned())),
        1 => about(|p| Field::Account(p.to_owned())),
        1 => (select(vec![Operand::Accounts, Operand::AccountMembers]), op(), 0i32..5)
            .prop_map(|(left, op, n)| compare_number(left, op, f64::from(n))),
        4 => query(Just(Measure::Exists)).prop_map(Expr::Exists),
        6 => (query(numeric()), op(), 0i32..8, any::<bool>()).prop_map(|(q, op, n, mirror)| {
            let (events, n) = (Operand::Events(Box::new(q)), Operand::Literal(Literal::Number(f64::from(n) / 2.0)));
            if mirror { Expr::Compare { left: n, op, right: events } } else { Expr::Compare { left: events, op, right: n } }
        }),
        3 => (moved(), op(), moved()).prop_map(|(left, op, right)| Expr::Compare { left, op, right }),
        3 => (span(), op(), span()).prop_map(|(left, op, right)| Expr::Compare { left, op, right }),
        5 => sequence().prop_map(Expr::Sequence),
        4 => (query(valued()), op(), prop_oneof![1 => literal(), 2 => seen()]).prop_map(|(q, op, value)| {
            let bare = matches!(value, Literal::Null | Literal::Bool(_));
            let op = if bare && !matches!(op, CompareOp::NotEqual) { CompareOp::Equal } else { op };
            Expr::Compare { left: Operand::Events(Box::new(q)), op, right: Operand::Literal(value) }
        }),
        2 => (arithmetic(), op(), 0i32..8)
            .prop_filter("an order on what is no number", |(a, ..)| !matches!(a, Operand::Literal(_)))
            .prop_map(|(a, op, n)| compare_number(a, op, f64::from(n) / 2.0)),
        2 => select(vec!["vip", "lost"]).prop_map(|s| Expr::InSegment(s.to_owned())),
        2 => select(vec![None, Some("news".to_owned())]).prop_map(|topic| Expr::Consent { channel: "email".to_owned(), topic }),
        1 => (0u8..50, 50u8..=100).prop_map(|(a, b)| Expr::Bucket { salt: "s".to_owned(), from: a.into(), to: b.into() }),
        1 => (op(), 0i32..4).prop_map(|(op, n)| compare_number(Operand::Score("churn".to_owned()), op, f64::from(n) / 4.0)),
        1 => any::<bool>().prop_map(Expr::Const),
    ].boxed()
}

fn junctions(leaf: impl Strategy<Value = Expr> + 'static) -> BoxedStrategy<Expr> {
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::all),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::any),
            inner.prop_map(|e| Expr::Not(Box::new(e))),
        ]
    })
    .boxed()
}

/// Any condition on a profile.
pub(crate) fn condition() -> BoxedStrategy<Expr> {
    junctions(leaf())
}

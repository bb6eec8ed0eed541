//! Random rules in normal form, over a few names so that they often apply.

use proptest::prelude::*;
use proptest::sample::select;
use rapport_domain::Timestamp;
use rapport_domain::rule::{CompareOp, EventQuery, Expr, Field, Literal, Measure, Operand, Sequence, TextTest, Window};
use rapport_domain::time::{HOUR_MS, MINUTE_MS};

/// Where random streams begin: shortly before midnight UTC.
pub(crate) const START: i64 = 1_768_000_000_000;

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
    prop::sample::subsequence(vec!["A", "B", "C"], 0..3)
        .prop_map(|v| v.into_iter().map(str::to_owned).collect())
        .boxed()
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

/// A field compared with a constant, its text, its presence.
fn about(field: impl Fn(&'static str) -> Field + Clone + Send + Sync + 'static) -> BoxedStrategy<Expr> {
    let f = move || {
        let field = field.clone();
        select(vec!["n", "t", "l", "a.b", "x y", "in", "1st"]).prop_map(field)
    };
    let size = f().prop_map(Operand::Size);
    prop_oneof![
        6 => (f(), op(), literal()).prop_map(|(field, op, value)| {
            let bare = matches!(value, Literal::Null | Literal::Bool(_));
            let op = if bare && !matches!(op, CompareOp::NotEqual) { CompareOp::Equal } else { op };
            Expr::Compare { left: Operand::Field(field), op, right: Operand::Literal(value) }
        }),
        2 => (f(), prop::collection::vec(literal(), 0..3)).prop_map(|(f, list)| Expr::In { value: Operand::Field(f), list }),
        2 => (f(), select(vec![TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith, TextTest::Matches]), "[a-z3]{0,2}")
            .prop_map(|(value, test, argument)| Expr::Text { value, test, argument }),
        1 => f().prop_map(Expr::Has),
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
    (within, bound(0, 40), bound(41, 100))
        .prop_map(|(within_ms, from, until)| Window { within_ms, from, until })
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
    ]
    .boxed()
}

fn instant() -> BoxedStrategy<Operand> {
    let events = query(select(vec![Measure::First, Measure::Last])).prop_map(|q| Operand::Events(Box::new(q)));
    prop_oneof![
        2 => Just(Operand::Now),
        1 => Just(Operand::Today),
        2 => Just(Operand::Date(Field::Trait("d".to_owned()))),
        1 => (0i64..100).prop_map(|h| Operand::Instant(Timestamp(START + h * HOUR_MS))),
        4 => events,
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

fn sequence() -> BoxedStrategy<Sequence> {
    let step = select(vec!["A", "B", "C"]).prop_map(str::to_owned);
    // Often short, and often exactly as long as the time between two events.
    let steps = prop_oneof![2 => prop::collection::vec(step.clone(), 2..=2), 1 => prop::collection::vec(step, 2..5)];
    (steps, prop_oneof![2 => (1i64..3).prop_map(|n| n * 15), 1 => 1i64..40])
        .prop_map(|(steps, h)| Sequence { steps, within_ms: h * HOUR_MS })
        .boxed()
}

fn leaf() -> BoxedStrategy<Expr> {
    prop_oneof![
        2 => about(|p| Field::Trait(p.to_owned())),
        4 => query(Just(Measure::Exists)).prop_map(Expr::Exists),
        6 => (query(numeric()), op(), 0i32..8, any::<bool>()).prop_map(|(q, op, n, mirror)| {
            let (events, n) = (Operand::Events(Box::new(q)), Operand::Literal(Literal::Number(f64::from(n) / 2.0)));
            if mirror { Expr::Compare { left: n, op, right: events } } else { Expr::Compare { left: events, op, right: n } }
        }),
        3 => (moved(), op(), moved()).prop_map(|(left, op, right)| Expr::Compare { left, op, right }),
        3 => (span(), op(), span()).prop_map(|(left, op, right)| Expr::Compare { left, op, right }),
        3 => sequence().prop_map(Expr::Sequence),
        1 => select(vec!["vip", "lost"]).prop_map(|s| Expr::InSegment(s.to_owned())),
        1 => select(vec![None, Some("news".to_owned())]).prop_map(|topic| Expr::Consent { channel: "email".to_owned(), topic }),
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

//! Conditions on events for the lake's columns: the part of a predicate that looks at one field at a time becomes a
//! [`Filter`]; what compares two fields, or calculates, stays a predicate. Rules and lake do not know each other, so here
//! is where they meet. Both say the same of every event, which a test holds with generated conditions.

use rapport_domain::compare::instant;
use rapport_domain::event::Scalar;
use rapport_domain::rule::{CompareOp, Expr, Field as RuleField, Literal, Operand, TextTest};
use rapport_lake::{Field, Filter, Test};
use rapport_rules::Predicate;

/// A condition in two parts that must both hold.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// The whole of it.
    pub(crate) whole: Predicate,
    /// What columns can tell.
    pub(crate) columns: Filter,
    /// What they cannot.
    pub(crate) rest: Option<Predicate>,
}

impl Condition {
    pub(crate) fn new(whole: Predicate) -> Self {
        let parts = match whole.when() {
            Expr::All(parts) => parts.clone(),
            one => vec![one.clone()],
        };
        let (mut columns, mut rest) = (Vec::new(), Vec::new());
        for part in parts {
            match filter(&part) {
                Some(filter) => columns.push(filter),
                None => rest.push(part),
            }
        }
        let rest = (!rest.is_empty()).then(|| Predicate::new(&Expr::all(rest)));
        Condition { whole, columns: Filter::All(columns), rest }
    }
}

/// The filter that says the same; `None` where there is none.
fn filter(expr: &Expr) -> Option<Filter> {
    Some(match expr {
        Expr::Const(true) => Filter::All(Vec::new()),
        Expr::Const(false) => Filter::Any(Vec::new()),
        Expr::All(parts) => Filter::All(parts.iter().map(filter).collect::<Option<_>>()?),
        Expr::Any(parts) => Filter::Any(parts.iter().map(filter).collect::<Option<_>>()?),
        Expr::Not(part) => Filter::Not(Box::new(filter(part)?)),
        Expr::Compare { left, op, right } => {
            compare(left, *op, right).or_else(|| compare(right, mirrored(*op), left))?
        }
        Expr::In { value: Operand::Field(of), list } => Filter::Test(field(of)?, Test::In(list.clone())),
        Expr::Has(of) => Filter::Test(field(of)?, Test::Has),
        Expr::Text { value, test, argument } => {
            let text = argument.clone();
            let test = match test {
                TextTest::Contains => Test::Contains(text),
                TextTest::StartsWith => Test::StartsWith(text),
                TextTest::EndsWith => Test::EndsWith(text),
                TextTest::EqualsIgnoreCase => return None,
                TextTest::Matches => Test::Matches(rapport_rules::regex(&text).ok()?),
            };
            Filter::Test(field(value)?, test)
        }
        _ => return None,
    })
}

/// `field op constant`.
fn compare(left: &Operand, op: CompareOp, right: &Operand) -> Option<Filter> {
    let never_equal = || if op == CompareOp::NotEqual { Filter::All(Vec::new()) } else { Filter::Any(Vec::new()) };
    Some(match (left, right) {
        (Operand::Field(of), Operand::Literal(literal)) => Filter::Test(field(of)?, Test::Compare(op, literal.clone())),
        (Operand::Field(of) | Operand::Date(of), Operand::Instant(at)) => Filter::Test(field(of)?, Test::Date(op, *at)),
        (Operand::Date(of), Operand::Literal(literal)) => match literal {
            // Missing equals missing: what is no date is equal to null, which no test of the lake says.
            Literal::Null => return None,
            Literal::Bool(_) => never_equal(),
            Literal::Number(_) | Literal::Text(_) => match instant(&scalar(literal)) {
                Some(at) => Filter::Test(field(of)?, Test::Date(op, at)),
                None => never_equal(),
            },
        },
        (Operand::Size(of), Operand::Literal(Literal::Number(n))) => Filter::Test(field(of)?, Test::Size(op, *n)),
        _ => return None,
    })
}

fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    }
}

fn field(of: &RuleField) -> Option<Field> {
    match of {
        RuleField::Trait(_) | RuleField::Account(_) => None,
        RuleField::Event(path) => Some(match path.strip_prefix("context.") {
            Some(rest) => Field::Context(rest.to_owned()),
            None => Field::Property(path.clone()),
        }),
    }
}

fn scalar(literal: &Literal) -> Scalar<'_> {
    match literal {
        Literal::Null => Scalar::Null,
        Literal::Bool(b) => Scalar::Bool(*b),
        Literal::Number(n) => Scalar::Number(*n),
        Literal::Text(t) => Scalar::Text(t.as_str().into()),
    }
}

#[cfg(test)]
mod tests {
    use rapport_rules::parse_predicate;

    use super::*;

    fn condition(text: &str) -> Condition {
        Condition::new(parse_predicate(text).unwrap_or_else(|e| panic!("{text}: {e:?}")))
    }

    #[test]
    fn every_form_of_one_field_is_for_the_columns() {
        for text in [
            "e.a == 1",
            "1 < e.a",
            "e.a != null",
            "e.a in [1, \"x\", null]",
            "e.a.contains(\"x\")",
            "e.a.startsWith(\"x\")",
            "e.a.endsWith(\"x\")",
            "e.a.matches(\"^x+$\")",
            "has(e.a)",
            "!has(e.context.page.path)",
            "size(e.a) > 2",
            "date(e.a) > date(\"2026-01-01\")",
            "e.a >= date(\"2026-01-01\")",
            "date(e.a) == \"2026-01-01\"",
            "e.a",
            "e.a == 1 || (e.b == 2 && !(e.c > 3))",
            "true",
            "e.context.locale == \"de\"",
        ] {
            assert!(condition(text).rest.is_none(), "{text}");
        }
    }

    #[test]
    fn what_columns_cannot_tell_stays() {
        for (text, rest) in [
            ("e.a == e.b", "e.a == e.b"),
            ("e.a > 1 && e.a < e.b && e.c == 3", "e.a < e.b"),
            ("e.a == 1 || e.a == e.b", "e.a == 1 || e.a == e.b"),
            ("date(e.a) == null && e.b == 1", "date(e.a) == null"),
            ("date(e.a) - date(e.b) > duration(\"1d\")", "date(e.a) - date(e.b) > duration(\"1d\")"),
        ] {
            assert_eq!(condition(text).rest.expect(text).text(), rest);
        }
    }
}

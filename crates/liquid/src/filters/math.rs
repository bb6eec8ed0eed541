//! Filters that calculate.

use super::{Args, Context, Filter, filter};
use crate::error::{Res, argument};
use crate::value::{Number, Value};

pub(super) const FILTERS: &[Filter] = &[
    filter("abs", 0, 0, |_, v, _| Ok(Number::of(&v).abs().into())),
    filter("ceil", 0, 0, |_, v, _| Ok(Number::of(&v).whole(f64::ceil).into())),
    filter("floor", 0, 0, |_, v, _| Ok(Number::of(&v).whole(f64::floor).into())),
    filter("round", 0, 1, round),
    filter("plus", 1, 1, |_, v, a| Ok(Number::of(&v).plus(Number::of(a.get(0))).into())),
    filter("minus", 1, 1, |_, v, a| Ok(Number::of(&v).minus(Number::of(a.get(0))).into())),
    filter("times", 1, 1, |_, v, a| Ok(Number::of(&v).times(Number::of(a.get(0))).into())),
    filter("divided_by", 1, 1, |_, v, a| divide(&v, a, Number::divided_by)),
    filter("modulo", 1, 1, |_, v, a| divide(&v, a, Number::modulo)),
    filter("at_least", 1, 1, |_, v, a| {
        let (value, least) = (Number::of(&v), Number::of(a.get(0)));
        Ok(if least.greater(value) { least } else { value }.into())
    }),
    filter("at_most", 1, 1, |_, v, a| {
        let (value, most) = (Number::of(&v), Number::of(a.get(0)));
        Ok(if value.greater(most) { most } else { value }.into())
    }),
];

fn round<'a>(_: &mut Context<'_, 'a>, input: Value<'a>, args: &Args<'_, 'a>) -> Res<Value<'a>> {
    let places = match Number::of(args.get(0)).whole(f64::trunc) {
        Number::Int(n) => n,
        Number::Float(_) => 0,
    };
    Ok(Number::of(&input).round(places).into())
}

fn divide<'a>(input: &Value<'_>, args: &Args<'_, '_>, how: fn(Number, Number) -> Number) -> Res<Value<'a>> {
    let divisor = Number::of(args.get(0));
    if divisor.is_zero() {
        return Err(argument(format!("`{}` cannot divide by 0", args.name)));
    }
    Ok(how(Number::of(input), divisor).into())
}

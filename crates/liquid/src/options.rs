//! How templates are read and rendered.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::host::{Host, NoHost, NoPartials, Partials};
use crate::limits::Limits;

/// How a template is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParseOptions<'o> {
    /// Size and nesting; the rest of the limits belongs to rendering.
    pub limits: Limits,
    /// An unknown filter is an error; otherwise it passes its input on, as in Shopify's lax mode.
    pub strict_filters: bool,
    /// What lax parsers pass over (text after the values of `when`) is an error.
    pub strict_syntax: bool,
    /// `{% rendered 'name' … %}…{% endrendered %}` and `{% included 'name' … %}…{% endincluded %}` are `render` and
    /// `include` with the partial's source written out between them, for programs that put partials in their places
    /// beforehand.
    pub written_out: bool,
    /// Filters that the [`Host`] has.
    pub host_filters: &'o [&'o str],
}

impl ParseOptions<'_> {
    /// Everything unknown is an error.
    #[must_use]
    pub fn strict() -> Self {
        ParseOptions { strict_filters: true, strict_syntax: true, ..Self::default() }
    }
}

/// What happens when a variable does not exist. Conditions, and what `default` is given, may always ask for what is
/// not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// It renders as nothing.
    #[default]
    Ignore,
    /// It renders as nothing and is listed in the result.
    Report,
    /// It is an error.
    Refuse,
}

/// What is done to values before they stand in the result. Text of the template itself is never changed.
#[derive(Clone, Copy, Debug, Default)]
pub enum Escape {
    /// Nothing, as in Shopify's Liquid.
    #[default]
    None,
    /// `& < > " '` become character references, so that a customer's name cannot bring markup into a page. Left as they
    /// are: texts written in the template (`{{ '<b>' }}`), what `capture` took, what `raw`, `escape` or `escape_once` made,
    /// and the `<br />` of `newline_to_br`.
    Html,
    /// Each value, numbers too, becomes what this makes of it: for other kinds of markup. Left as they are: texts written in
    /// the template, what `capture` took and what `raw` made.
    By(fn(&str) -> String),
}

/// What rendering takes from its surroundings.
#[derive(Clone, Copy)]
pub struct Env<'e> {
    /// What `now` and `today` mean.
    pub now: DateTime<Utc>,
    /// The time zone that dates without one are in, and that timestamps are shown in.
    pub zone: Tz,
    /// The language and region of numbers, currencies, plurals and names of months, such as `de-AT`.
    pub locale: &'e str,
    /// The currency of amounts without one, an ISO 4217 code.
    pub currency: &'e str,
    /// What happens when a variable does not exist.
    pub missing: Missing,
    /// What is done to values before they stand in the result.
    pub escape: Escape,
    /// How much rendering may take.
    pub limits: Limits,
    /// Asked every few hundred steps whether to go on.
    pub go_on: Option<&'e dyn Fn() -> bool>,
    /// Catalogues, coupon codes, further filters.
    pub host: &'e dyn Host,
    /// What `include` and `render` find.
    pub partials: &'e dyn Partials,
}

impl Env<'_> {
    /// UTC, English, US dollars, default limits, no host, no partials.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Env {
            now,
            zone: Tz::UTC,
            locale: "en",
            currency: "USD",
            missing: Missing::Ignore,
            escape: Escape::None,
            limits: Limits::default(),
            go_on: None,
            host: &NoHost,
            partials: &NoPartials,
        }
    }
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("now", &self.now)
            .field("zone", &self.zone)
            .field("locale", &self.locale)
            .field("currency", &self.currency)
            .field("missing", &self.missing)
            .field("escape", &self.escape)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

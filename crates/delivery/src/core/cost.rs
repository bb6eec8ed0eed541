//! What text messages cost: the segments a text takes, by the price of one to the recipient's country.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// An amount of money, exact to a millionth of the currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub i64);

impl Micros {
    /// Reads a decimal number that is not negative, such as `0.0075`; digits beyond the sixth after the point must be 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + part.len() == 0 || !digits(whole) || !digits(part) {
            return None;
        }
        let (kept, rest) = part.split_at(part.len().min(6));
        if rest.bytes().any(|b| b != b'0') {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i64 = format!("{kept:0<6}").parse().ok()?;
        Some(Micros(whole.checked_mul(1_000_000)?.checked_add(part)?))
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Micros(self.0.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

/// As a decimal number with two digits after the point, or as many as it has: `0.16`, `0.0075`.
impl std::fmt::Display for Micros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = format!("{:06}", self.0.unsigned_abs() % 1_000_000);
        let shown = part.trim_end_matches('0').len().max(2);
        write!(f, "{}.{}", self.0 / 1_000_000, &part[..shown])
    }
}

/// What a channel takes for one segment, by country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// By country (ISO 3166); `*` is every other one.
    by_country: BTreeMap<String, Micros>,
    /// The same for one message with media, whatever its text.
    media: BTreeMap<String, Micros>,
    /// The currency (ISO 4217); empty when the document does not say.
    pub currency: String,
}

impl Prices {
    /// Reads the members `price`, `media_price` and `currency` of a channel's document; what is no price is left out.
    #[must_use]
    pub fn of(members: &Map<String, Value>) -> Self {
        let read =
            |(country, price): (&String, &Value)| Some((country.to_uppercase(), Micros::parse(price.as_str()?)?));
        let prices = |name: &str| {
            let all = members.get(name).and_then(Value::as_object).into_iter().flatten();
            all.filter_map(read).collect()
        };
        let currency = members.get("currency").and_then(Value::as_str).unwrap_or_default().to_uppercase();
        Prices { by_country: prices("price"), media: prices("media_price"), currency }
    }

    /// The price of one segment to a country; `None` when nobody said.
    #[must_use]
    pub fn segment(&self, country: Option<&str>) -> Option<Micros> {
        of(&self.by_country, country)
    }

    /// The price of one message with media to a country; `None` when nobody said.
    #[must_use]
    pub fn media(&self, country: Option<&str>) -> Option<Micros> {
        of(&self.media, country)
    }

    /// Every price there is, by country.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Micros)> {
        self.by_country.iter().map(|(country, price)| (country.as_str(), *price))
    }
}

fn of(prices: &BTreeMap<String, Micros>, country: Option<&str>) -> Option<Micros> {
    country.and_then(|c| prices.get(c)).or_else(|| prices.get("*")).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, micros, shown) in [
            ("0.08", 80_000, "0.08"),
            ("0.0075", 7_500, "0.0075"),
            ("1", 1_000_000, "1.00"),
            (".5", 500_000, "0.50"),
            (" 12.3400000000 ", 12_340_000, "12.34"),
            ("0.000001", 1, "0.000001"),
        ] {
            let amount = Micros::parse(text).unwrap();
            assert_eq!((amount.0, amount.to_string().as_str()), (micros, shown), "{text}");
        }
        for bad in ["", ".", "-1", "0,08", "8 ct", "0.0000001", "1e3", "99999999999999999999"] {
            assert_eq!(Micros::parse(bad), None, "{bad}");
        }
        assert_eq!(Micros(75_000).times(3).to_string(), "0.225");
        assert_eq!(Micros(i64::MAX).times(2), Micros(i64::MAX));
    }

    #[test]
    fn prices_are_a_countrys_or_everybodys_or_unknown() {
        let members = json!({"price": {"DE": "0.075", "at": "0.06", "XX": "cheap"}, "currency": "eur"});
        let prices = Prices::of(members.as_object().unwrap());
        assert_eq!((prices.segment(Some("DE")), prices.currency.as_str()), (Some(Micros(75_000)), "EUR"));
        assert_eq!(prices.segment(Some("AT")), Some(Micros(60_000)));
        for unknown in [Some("FR"), Some("XX"), None] {
            assert_eq!(prices.segment(unknown), None, "{unknown:?}");
        }
        assert_eq!(prices.iter().map(|(country, _)| country).collect::<Vec<_>>(), ["AT", "DE"]);
        let all = Prices::of(json!({"price": {"DE": "0.1", "*": "0.2"}}).as_object().unwrap());
        assert_eq!(
            (all.segment(Some("DE")), all.segment(Some("FR")), all.segment(None)),
            (Some(Micros(100_000)), Some(Micros(200_000)), Some(Micros(200_000)))
        );
        let both = Prices::of(json!({"price": {"DE": "0.1"}, "media_price": {"*": "0.3"}}).as_object().unwrap());
        assert_eq!((both.media(Some("DE")), both.segment(Some("FR"))), (Some(Micros(300_000)), None));
        assert_eq!(Prices::of(&Map::new()), Prices::default());
    }
}
